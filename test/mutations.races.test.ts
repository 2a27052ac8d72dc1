import { beforeAll, describe, expect, test } from 'vitest';
import type { Transaction } from '../src/database.ts';
import { eventsOf } from './auth/support.ts';
import { fingerprint } from './support/fingerprint.ts';
import { examples, mutations, sent, setStage } from './support/mutation-examples.ts';
import type { Visit, visitsTo } from './support/personas.ts';
import type { World } from './support/world.ts';

/**
 * Whoever loses their authority while their change waits for a lock acts no more: a mutation asks again on locked rows. What
 * anyone may send, and what ends the caller's own session, is left out.
 */

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
beforeAll(async () => {
  ({ world, visit } = await setStage());
});

const asksAgain = mutations.filter(
  (mutation) =>
    !['authLogin', 'authRefresh', 'authLogout', 'accountRequestPasswordReset', 'accountResetPassword'].includes(mutation),
);

const losses: Record<
  string,
  readonly [code: string, lose: (tx: Transaction, userId: string, sessionId: string) => Promise<unknown>]
> = {
  'whose power was taken': [
    'TOKEN_STALE',
    async (tx, userId) => {
      await tx.$executeRaw(world.sql`DELETE FROM user_roles WHERE user_id = ${userId}::uuid`);
      await tx.$executeRaw(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${userId}::uuid`);
    },
  ],
  'who was signed out': [
    'UNAUTHENTICATED',
    (tx, _userId, sessionId) => tx.$executeRaw(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${sessionId}::uuid`),
  ],
  'who was suspended': [
    'UNAUTHENTICATED',
    (tx, userId) => tx.$executeRaw(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${userId}::uuid`),
  ],
};

describe.each(Object.entries(losses))('somebody %s while they waited', (_who, [code, lose]) => {
  test.each(asksAgain)('%s', async (mutation) => {
    const call = await examples[mutation]!.change();
    const by: Visit = call.by ?? (await visit(await world.person({ roles: ['system_admin'] })));
    const userId = await userOf(by);

    // What it is that is lost is not what is looked at.
    const except = ['users', 'sessions', 'user_roles'];
    const before = await fingerprint(world.database, except);
    let answering: ReturnType<typeof sent> | undefined;
    await world.database.transaction(async (tx) => {
      await tx.$executeRaw(world.sql`SELECT FROM users WHERE id = ${userId}::uuid FOR UPDATE`);
      answering = sent(mutation, { ...call, by });
      await somebodyWaits(answering);
      await lose(tx, userId, by.sessionUuid);
    });
    const { answer, said } = await answering!;

    expect(said).toMatchObject({ extensions: { code } });
    expect(await eventsOf(world, answer)).toEqual([]);
    expect(await fingerprint(world.database, except)).toEqual(before);
  });
});

async function userOf({ sessionUuid }: Visit): Promise<string> {
  const [session] = await world.database.query<{ user: string }>(
    world.sql`SELECT user_id AS user FROM sessions WHERE id = ${sessionUuid}::uuid`,
  );
  return session!.user;
}

/** Until some transaction waits for a lock of another; throws where the change is answered without having waited. */
async function somebodyWaits(answering: ReturnType<typeof sent>): Promise<void> {
  let answered: unknown;
  answering.then(({ said }) => {
    answered = said;
  });
  for (;;) {
    const [waiting] = await world.database.query(world.sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    if (waiting) return;
    if (answered) throw new Error(`It did not wait: ${JSON.stringify(answered)}`);
  }
}
