import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { writePerson } from '../user/write.ts';
import { lockPersonInPools, type PersonAndPool, untag } from './person-in-pools.ts';
import { atHome } from './rules.ts';

export type PoolRemoveUserInput = PersonAndPool;

/** Takes the tag of a further pool away. Nothing where there is none. */
export async function poolRemoveUser(context: SignedInContext, input: PoolRemoveUserInput) {
  return change(context, async (tx) => {
    const { subject, pool, tags } = await lockPersonInPools(tx, context, input);
    refuseIf(atHome(subject, pool));
    if (!tags.includes(pool.code)) return { userId: subject.id, changed: false };

    await untag(tx, subject.id, pool.id);
    await writePerson(tx, subject.id, [], { stale: false });
    await record(tx, context, {
      action: 'user.pool_removed',
      subject: { type: 'user', id: subject.id },
      changes: [{ field: 'pools', before: tags, after: tags.filter((code) => code !== pool.code) }],
      metadata: { pool: pool.code },
    });
    return { userId: subject.id, changed: true };
  });
}
