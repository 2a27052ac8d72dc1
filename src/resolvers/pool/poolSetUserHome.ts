import { changed, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma } from '../../database.ts';
import { claimInPools } from '../../locks/address.ts';
import { writePerson } from '../user/write.ts';
import { lockPersonInPools, type PersonAndPool, untag } from './person-in-pools.ts';

export type PoolSetUserHomeInput = PersonAndPool;

/** Moves a person's home. A tag of the new home falls away, and the old home is not kept as one. */
export async function poolSetUserHome(context: SignedInContext, input: PoolSetUserHomeInput) {
  return change(context, async (tx) => {
    const { subject, pool, homePool, tags } = await lockPersonInPools(tx, context, input);
    const outcome = { userId: subject.id, previous: homePool };
    if (homePool.id === pool.id) return { ...outcome, changed: false };

    const { email, externalId } = subject;
    await claimInPools(tx, [{ poolId: pool.id, email, ...(externalId !== null && { externalId }) }], {
      userId: subject.id,
      places: { email: ['input', 'poolCode'], externalId: ['input', 'poolCode'] },
    });

    // Before the move: somebody's address is in a pool once, by home or by tag.
    await untag(tx, subject.id, pool.id);
    await writePerson(tx, subject.id, [Prisma.sql`home_pool_id = ${pool.id}::uuid`], { stale: false });
    await record(tx, context, {
      action: 'user.home_pool_set',
      subject: { type: 'user', id: subject.id },
      changes: changed(
        { homePool: homePool.code, pools: tags },
        { homePool: pool.code, pools: tags.filter((code) => code !== pool.code) },
      ),
      metadata: { pool: pool.code },
    });
    return { ...outcome, changed: true };
  });
}
