import { gone, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { refuseIf } from '../../errors.ts';
import { lockCaller } from '../../locks/person.ts';
import { lockPool } from '../../locks/pool.ts';
import { type PoolReference, poolDeleteRefused } from './rules.ts';

export interface PoolDeleteInput {
  readonly poolCode: string;
}

/** Deletes a pool that nobody and no app refers to. */
export async function poolDelete(context: SignedInContext, { poolCode }: PoolDeleteInput) {
  return change(context, async (tx) => {
    await lockCaller(tx, context, 'share');
    const pool = await lockPool(tx, poolCode, 'delete');
    refuseIf(poolDeleteRefused(pool, await referenceTo(tx, pool.id)));

    await tx.$executeRaw(Prisma.sql`DELETE FROM pools WHERE id = ${pool.id}::uuid`);
    const { code, name, description } = pool;
    await record(tx, context, {
      action: 'pool.deleted',
      subject: { type: 'pool', id: pool.id },
      changes: gone({ code, name, description }),
      metadata: { pool: code },
    });
    return { poolId: pool.id };
  });
}

/**
 * One of those that refer to the pool, an app before a person; null where there is none. Whoever would refer to it waits for the
 * lock, so nobody comes between this look and the deletion.
 */
async function referenceTo(tx: Transaction, poolId: string): Promise<PoolReference | null> {
  const [reference] = await tx.$queryRaw<PoolReference[]>(Prisma.sql`
    (SELECT 'app' AS type, a.id FROM apps a LEFT JOIN app_read_pools r ON r.app_id = a.id AND r.pool_id = ${poolId}::uuid
      WHERE a.home_pool_id = ${poolId}::uuid OR r.pool_id IS NOT NULL ORDER BY a.code LIMIT 1)
    UNION ALL
    (SELECT 'user', user_id FROM pool_addresses WHERE pool_id = ${poolId}::uuid ORDER BY email LIMIT 1)
    ORDER BY type LIMIT 1`);
  return reference ?? null;
}
