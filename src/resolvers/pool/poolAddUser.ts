import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma } from '../../database.ts';
import { refuseIf } from '../../errors.ts';
import { claimInPools } from '../../locks/address.ts';
import { writePerson } from '../user/write.ts';
import { lockPersonInPools, type PersonAndPool } from './person-in-pools.ts';
import { atHome } from './rules.ts';

export type PoolAddUserInput = PersonAndPool;

/** Tags a person into a further pool, where logins find them from now on. Once is enough. */
export async function poolAddUser(context: SignedInContext, input: PoolAddUserInput) {
  return change(context, async (tx) => {
    const { subject, pool, tags } = await lockPersonInPools(tx, context, input);
    refuseIf(atHome(subject, pool));
    if (tags.includes(pool.code)) return { userId: subject.id, changed: false };
    await claimInPools(tx, [{ poolId: pool.id, email: subject.email }], {
      userId: subject.id,
      places: { email: ['input', 'poolCode'] },
    });

    await tx.$executeRaw(Prisma.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${subject.id}::uuid, ${pool.id}::uuid)`);
    await writePerson(tx, subject.id, [], { stale: false });
    await record(tx, context, {
      action: 'user.pool_added',
      subject: { type: 'user', id: subject.id },
      changes: [{ field: 'pools', before: tags, after: [...tags, pool.code].sort() }],
      metadata: { pool: pool.code },
    });
    return { userId: subject.id, changed: true };
  });
}
