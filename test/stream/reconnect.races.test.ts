import { expect, test } from 'vitest';
import { happened } from '../support/events.ts';
import { counted, rounds, together } from '../support/races.ts';
import { startWorld } from '../support/world.ts';
import { cursorOf, listening, requestOf } from './support.ts';

test('while sixteen write, who leaves and comes back again and again is told each event once, in order', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['super_admin'] });
  await admin.signIn();

  for (let round = 0; round < Math.min(rounds, 5); round++) {
    const action = `race.${round}`;
    const where = { actions: [action] };
    const writers = 16;
    const each = 6;
    const starts = await Promise.all(Array.from({ length: 4 }, () => listening(world, admin, { variables: { where } })));

    const writing = together(writers, async (writer) => {
      for (let n = 0; n < each; n++) {
        await happened(world, { action }, { requestId: `${writer} ${n}` });
        world.database.notices.send();
      }
    });
    const chains = starts.map(async (start, chain) => {
      const told: string[] = [];
      let listener = start;
      while (told.length < writers * each) {
        // One stays, the others leave after so many.
        const results = await listener.take(chain === 0 ? writers * each : Math.min(chain, writers * each - told.length));
        told.push(...results.map(requestOf));
        await listener.leave();
        if (told.length < writers * each) {
          listener = await listening(world, admin, { variables: { where, after: cursorOf(results.at(-1)!) } });
        }
      }
      return told;
    });
    await writing;
    const told = await Promise.all(chains);

    const order = await world.database.query<{ request: string }>(world.sql`
      SELECT request_id AS request FROM audit_events WHERE action = ${action} ORDER BY generation, transaction, id`);
    const requests = order.map(({ request }) => request);
    expect(Object.values(counted(requests))).toEqual(Array(writers * each).fill(1));
    for (const chain of told) expect(chain).toEqual(requests);
    expect(world.server.steward.auditFeed.size).toBe(0);
  }
});
