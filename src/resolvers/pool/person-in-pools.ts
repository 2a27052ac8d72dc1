import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { refuseIf } from '../../errors.ts';
import type { Person } from '../../locks/person.ts';
import { lockPool, type Pool } from '../../locks/pool.ts';
import { personRefused } from '../user/rules.ts';
import { lockSubjectWithRoles } from '../user/subject.ts';

export interface PersonAndPool {
  readonly userId: string;
  readonly poolCode: string;
}

export interface PersonInPools {
  readonly subject: Person;
  /** The pool that the input names. */
  readonly pool: Pool;
  readonly homePool: HomePool;
  /** Codes of the further pools. */
  readonly tags: readonly string[];
}

/** A home pool with all that is shown of it, as plain values: it may be deleted as soon as the person has left. */
export interface HomePool extends Pool {
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * Locks the caller, a person and the pool that the input names, and reads the pools that the person is in. Throws NOT_FOUND
 * for an unknown id or code, RANK_TOO_LOW for a person out of the caller's reach.
 */
export async function lockPersonInPools(
  tx: Transaction,
  context: SignedInContext,
  { userId, poolCode }: PersonAndPool,
): Promise<PersonInPools> {
  const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
  const pool = await lockPool(tx, poolCode, 'share');
  refuseIf(personRefused(reach, { roles }));

  const { homePoolId } = subject;
  const pools = await tx.$queryRaw<(Pool & { createdAt: Date; updatedAt: Date })[]>(Prisma.sql`
    SELECT p.id, p.code, p.name, p.description, p.version, p.created_at AS "createdAt", p.updated_at AS "updatedAt"
      FROM pools p
     WHERE p.id = ${homePoolId}::uuid OR p.id IN (SELECT up.pool_id FROM user_pools up WHERE up.user_id = ${subject.id}::uuid)
     ORDER BY p.code`);
  const { createdAt, updatedAt, ...home } = pools.find(({ id }) => id === homePoolId)!;
  return {
    subject,
    pool,
    homePool: { ...home, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
    tags: pools.filter(({ id }) => id !== homePoolId).map(({ code }) => code),
  };
}

/** Takes a tag away; none is no error. */
export async function untag(tx: Transaction, userId: string, poolId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`DELETE FROM user_pools WHERE user_id = ${userId}::uuid AND pool_id = ${poolId}::uuid`);
}
