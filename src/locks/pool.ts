import { isCode } from '../code.ts';
import { Prisma, type Transaction } from '../database.ts';
import { notFound } from '../errors.ts';

export interface Pool {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly version: number;
}

/** `share` keeps the pool from being deleted, `change` is for changing it, `delete` for taking it away. */
type PoolLock = 'share' | 'change' | 'delete';

/**
 * Locks pools by their codes, in the order of their ids; after people and apps. Gives those that there are, by code. What
 * can be no code names no pool, and is not sent to the database.
 */
export async function lockPools(tx: Transaction, codes: readonly string[], lock: PoolLock = 'share'): Promise<Map<string, Pool>> {
  const sound = codes.filter(isCode);
  if (sound.length === 0) return new Map();
  const strength = { share: Prisma.sql`FOR KEY SHARE`, change: Prisma.sql`FOR NO KEY UPDATE`, delete: Prisma.sql`FOR UPDATE` };
  const pools = await tx.$queryRaw<Pool[]>(Prisma.sql`
    SELECT id, code, name, description, version FROM pools WHERE code = ANY(${sound}::text[]) ORDER BY id ${strength[lock]}`);
  return new Map(pools.map((pool) => [pool.code, pool]));
}

/** Locks the pool that a mutation is about. Throws NOT_FOUND where there is none. */
export async function lockPool(tx: Transaction, code: string, lock: PoolLock): Promise<Pool> {
  const pool = (await lockPools(tx, [code], lock)).get(code);
  if (!pool) throw notFound(code, ['input', 'poolCode']);
  return pool;
}
