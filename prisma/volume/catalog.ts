import { furtherPools } from '../demo/apps.ts';
import { day } from '../demo/dice.ts';
import { dieFor } from './die.ts';
import type { Frame } from './frame.ts';

export interface Pool {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  /** Which part of all people is at home there. */
  readonly share: number;
  readonly createdAt: number;
}

export interface App {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly isDisabled: boolean;
  readonly autoGrantOnSignup: boolean;
  readonly homePool: number;
  readonly readPools: readonly number[];
  readonly createdAt: number;
}

const shares = [0.5, 0.14, 0.1, 0.07, 0.06, 0.04, 0.03, 0.03, 0.02, 0.01];

const poolKinds = [
  ...furtherPools,
  { code: 'marketplace', name: 'Marketplace', description: 'Buyers of the open marketplace.' },
  { code: 'field-service', name: 'Field service', description: 'Technicians, who share their tablets.' },
  { code: 'academy', name: 'Academy', description: 'Those who take courses.' },
  { code: 'suppliers', name: 'Suppliers', description: null },
  { code: 'investors', name: 'Investors', description: 'Read the quarterly figures.' },
  { code: 'pilot-north', name: 'Pilot North', description: 'The pilot in the northern regions.' },
  { code: 'archive', name: 'Archive', description: 'Accounts of products that are no longer sold.' },
];

const appNames = [
  'Auth client demo',
  'Partner desk',
  'Claims studio',
  'Order book',
  'Field notes',
  'Course room',
  'Supplier scorecard',
  'Quarterly',
  'Pilot board',
  'Legacy reports',
  'Auction hall',
  'Price watch',
  'Loss register',
  'Freight planner',
  'Van stock',
  'Exam desk',
  'Purchase inbox',
  'Board papers',
  'Meter readings',
  'Old invoices',
];

const poolDie = dieFor('pool');
const appDie = dieFor('app');

/** The pools are older than everybody in them; `default` comes with the migrations. */
export function poolsOf({ start }: Frame, defaultPool: { id: string; name: string; description: string | null }): Pool[] {
  const further = poolKinds.map((kind, index) => {
    const createdAt = start - (20 - index) * day;
    return { ...kind, id: poolDie(index).id(createdAt), share: shares[index + 1]!, createdAt };
  });
  return [{ ...defaultPool, code: 'default', share: shares[0]!, createdAt: start - 30 * day }, ...further];
}

/** Two apps are at home in each pool, and every pool is known to six of them or more. */
export function appsOf({ start }: Frame, pools: readonly Pool[]): App[] {
  return appNames.map((name, index) => {
    const homePool = index % pools.length;
    const createdAt = start - (10 - index / 2) * day;
    const others = [1, 3].map((distance) => (homePool + distance) % pools.length);
    return {
      id: appDie(index).id(createdAt),
      code: name.toLowerCase().replaceAll(' ', '-'),
      name,
      isDisabled: index === 9 || index === 19,
      autoGrantOnSignup: index % 3 !== 2,
      homePool,
      readPools: index % 4 === 1 && homePool !== 0 && !others.includes(0) ? [...others, 0] : others,
      createdAt,
    };
  });
}

/** The apps that know each pool, the most popular ones first. */
export const appsByPool = (pools: readonly Pool[], apps: readonly App[]): number[][] =>
  pools.map((_, pool) =>
    apps.flatMap(({ homePool, readPools }, app) => (homePool === pool || readPools.includes(pool) ? [app] : [])),
  );
