import { Prisma, type Transaction } from '../../database.ts';
import { type InputIssue, invalid } from '../../errors.ts';
import { codes, type ReadInput } from '../../input.ts';
import type { App } from '../../locks/app.ts';
import type { Pool } from '../../locks/pool.ts';
import { unknownPool } from '../pool/rules.ts';

/** A pool as an app refers to it. */
export type PoolOfApp = Pick<Pool, 'id' | 'code'>;

/** The codes of pools in an input as they were sent; what is left out is undefined. */
export interface SentPools {
  readonly homePoolCode?: string | undefined;
  readonly readPoolCodes?: readonly string[] | undefined;
}

/** The codes that are looked up, whatever else is wrong with the input: none of a list that is refused for its length. */
export function codesIn({ homePoolCode, readPoolCodes = [] }: SentPools): string[] {
  return [...(homePoolCode === undefined ? [] : [homePoolCode]), ...(codes.safeParse(readPoolCodes).data ?? [])];
}

/**
 * What the input says. Throws VALIDATION_FAILED with everything that is wrong with it, codes that name no pool among it, in
 * the order of its fields, of which the pools are the last.
 */
export function soundWithPools<Out>(read: ReadInput<Out>, sent: SentPools, pools: ReadonlyMap<string, Pool>): Out {
  const issues = [...read.issues, ...unknownPools(sent, pools)].sort((a, b) => ofReadPools(a) - ofReadPools(b));
  const refusal = invalid(issues);
  if (refusal || read.value === null) throw refusal;
  return read.value;
}

const ofReadPools = ({ path }: InputIssue): number => Number(path[1] === 'readPoolCodes');

function unknownPools(sent: SentPools, pools: ReadonlyMap<string, Pool>): InputIssue[] {
  const lookedUp = new Set(codesIn(sent));
  const unknown = (code: string, ...place: string[]): InputIssue[] =>
    pools.has(code) || !lookedUp.has(code) ? [] : [unknownPool(code, ...place)];
  return [
    ...(sent.homePoolCode === undefined ? [] : unknown(sent.homePoolCode, 'homePoolCode')),
    ...(sent.readPoolCodes ?? []).flatMap((code, i) => unknown(code, 'readPoolCodes', String(i))),
  ];
}

/**
 * Where logins of an app look for people: the home pool, then the others in their order, each once. So a list may name the
 * home pool as well, as the API shows it.
 */
export const searched = (home: PoolOfApp, further: readonly PoolOfApp[]): PoolOfApp[] => [
  home,
  ...further.filter(({ id }) => id !== home.id),
];

/** The pools of an app, which is locked; the home pool first. */
export async function readPoolsOf(tx: Transaction, { id, homePoolId }: App): Promise<PoolOfApp[]> {
  return tx.$queryRaw<PoolOfApp[]>(Prisma.sql`
    SELECT p.id, p.code
      FROM pools p LEFT JOIN app_read_pools r ON r.pool_id = p.id AND r.app_id = ${id}::uuid
     WHERE p.id = ${homePoolId}::uuid OR r.app_id IS NOT NULL
     ORDER BY p.id <> ${homePoolId}::uuid, r.position`);
}
