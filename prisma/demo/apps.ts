import { after, type Dice, day, dice, latest } from './dice.ts';
import type { Person, PoolCode } from './people.ts';

/** `default` comes with the migrations. */
export const furtherPools = [
  {
    code: 'partner-portal',
    name: 'Partner portal',
    description: 'Dealers and suppliers, who sign in apart from everybody else.',
  },
  { code: 'claimleo', name: 'ClaimLeo', description: 'Policy holders and adjusters of the claims product.' },
] as const;

interface AppKind {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly isDisabled: boolean;
  readonly autoGrantOnSignup: boolean;
  readonly homePool: PoolCode;
  readonly readPools: readonly PoolCode[];
  /** Days ago. */
  readonly since: number;
  /** Which share of the people that it can know have a grant, and which share of these was revoked. */
  readonly granted: number;
  readonly revoked: number;
}

const kinds: readonly AppKind[] = [
  {
    code: 'auth-client-demo',
    name: 'Auth client demo',
    description: 'The demo application: whoever signs up gets in.',
    url: 'https://demo.example.com',
    isDisabled: false,
    autoGrantOnSignup: true,
    homePool: 'default',
    readPools: ['partner-portal'],
    since: 729,
    granted: 0.82,
    revoked: 0.05,
  },
  {
    code: 'partner-desk',
    name: 'Partner desk',
    description: 'Orders, price lists and returns for dealers.',
    url: 'https://partners.example.com',
    isDisabled: false,
    autoGrantOnSignup: true,
    homePool: 'partner-portal',
    readPools: ['default'],
    since: 610,
    granted: 0.3,
    revoked: 0.08,
  },
  {
    code: 'claims-studio',
    name: 'Claims studio',
    description: 'For adjusters, by invitation only: staff grant access one by one.',
    url: 'https://claims.example.com',
    isDisabled: false,
    autoGrantOnSignup: false,
    homePool: 'claimleo',
    readPools: [],
    since: 310,
    granted: 0.55,
    revoked: 0.15,
  },
  {
    code: 'legacy-reports',
    name: 'Legacy reports',
    description: 'Switched off in favour of the partner desk; the grants stay until the last export.',
    url: 'https://reports.example.com',
    isDisabled: true,
    autoGrantOnSignup: true,
    homePool: 'default',
    readPools: ['claimleo', 'partner-portal'],
    since: 725,
    granted: 0.12,
    revoked: 0.4,
  },
];

export interface App extends AppKind {
  readonly id: string;
  readonly createdAt: Date;
}

export interface Grant {
  readonly id: string;
  readonly person: Person;
  readonly app: App;
  readonly grantedAt: Date;
  /** Null where signing up or in gave it. */
  readonly grantedBy: Person | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: Person | null;
}

export function apps(now: Date): App[] {
  const { ago, id } = dice(2, now);
  return kinds.map((kind) => ({ ...kind, id: id(ago(kind.since * day)), createdAt: ago(kind.since * day) }));
}

/** Nobody has access to an app that does not know them: a grant's person is at home, or tagged, in a pool of the app. */
export function grants(now: Date, people: readonly Person[], apps: readonly App[]): Grant[] {
  const chance = dice(3, now);
  const staff = people.filter((person) => person.isStaff);
  return apps.flatMap((app) =>
    people.filter((person) => hasGrant(person, app, chance)).map((person) => grant(person, app, staff, chance)),
  );
}

function hasGrant(person: Person, app: App, { chance }: Dice): boolean {
  if (person.persona) return app.code === 'auth-client-demo';
  const pools = [app.homePool, ...app.readPools];
  return chance(app.granted) && [person.pool, ...person.tags].some((pool) => pools.includes(pool));
}

function grant(person: Person, app: App, staff: readonly Person[], { chance, pick, between, now, id }: Dice): Grant {
  const byStaff = !app.autoGrantOnSignup || chance(0.25);
  const possible = latest(person.createdAt, app.createdAt);
  const grantedAt = byStaff ? between(possible, now) : between(possible, person.lastLoginAt ?? after(possible, 1));
  const isRevoked = !person.persona && chance(app.revoked);
  return {
    id: id(grantedAt),
    person,
    app,
    grantedAt,
    grantedBy: byStaff ? pick(staff) : null,
    revokedAt: isRevoked ? between(grantedAt, now) : null,
    revokedBy: isRevoked ? pick(staff) : null,
  };
}
