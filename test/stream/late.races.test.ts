import fc from 'fast-check';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { AuditEventsDocument } from '../generated/graphql.ts';
import { happened } from '../support/events.ts';
import { rounds } from '../support/races.ts';
import { startWorld } from '../support/world.ts';
import { cursorOf, type listen, listening, requestOf, touched } from './support.ts';

const world = await startWorld();
const admin = await world.person({ roles: ['system_admin'] });
await admin.signIn();

const write = (client: pg.PoolClient, request: string, action = 'thing.touched') =>
  client.query(`INSERT INTO audit_events (id, action, request_id) VALUES (gen_random_uuid(), $2, $1)`, [request, action]);

test('an event that commits after later ones is told in its place, and to whoever read a page without it', async () => {
  const touch = (requestId: string) => happened(world, { action: 'thing.touched' }, { requestId });
  const page = async () => {
    const { auditEvents } = await admin.run(AuditEventsDocument, { where: touched });
    return auditEvents!.edges.map(({ cursor, node }) => ({ cursor, request: node.requestId! }));
  };
  await touch('first');
  const before = await listening(world, admin);
  const slow = await world.database.pool.connect();
  await slow.query('BEGIN');
  await write(slow, 'slow');
  const during = await listening(world, admin);
  await touch('quick');
  const shown = await page();
  const afterQuick = await listening(world, admin);
  const resumed = await listening(world, admin, { variables: { where: touched, after: shown[0]!.cursor } });
  await slow.query('COMMIT');
  await touch('end');

  expect(shown.map(({ request }) => request)).toEqual(['quick', 'first']);
  expect(await before.requests(3)).toEqual(['slow', 'quick', 'end']);
  expect(await during.requests(3)).toEqual(['slow', 'quick', 'end']);
  // Those who had seen `quick` are told of `slow`, which is earlier in the order, and then of what is later.
  expect(await afterQuick.requests(2)).toEqual(['slow', 'end']);
  const [late] = await resumed.take(1);
  expect(requestOf(late!)).toBe('slow');
  expect(await resumed.requests(1)).toEqual(['end']);
  const again = await listening(world, admin, { variables: { where: touched, after: cursorOf(late!) } });
  expect(await again.requests(1)).toEqual(['end']);
  for (const listener of [before, during, afterQuick, resumed, again]) await listener.leave();
  slow.release();
});

/** What may happen next; `at` says which of four transactions, or which cursor. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('begin', 'commit', 'commit', 'roll back', 'write again', 'touch', 'page', 'listen'),
    at: fc.nat(3),
  }),
  { minLength: 12, maxLength: 30 },
);

interface Follower {
  readonly after: string | null;
  /** How many were committed before it looked. */
  readonly since: number;
}

test('whatever commits in whatever order, each cursor is followed by exactly what was committed since', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (schedule) => {
      const action = `run.${++run}`;
      const where = { actions: [action] };
      const committed: string[] = [];
      const open = new Map<number, { client: pg.PoolClient; requests: string[] }>();
      const followers: Follower[] = [];
      const listeners: { told: Awaited<ReturnType<typeof listen>>; since: number }[] = [];
      let named = 0;

      async function close(at: number, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
        const transaction = open.get(at);
        if (!transaction) return;
        open.delete(at);
        await transaction.client.query(how);
        transaction.client.release();
        if (how === 'COMMIT') committed.push(...transaction.requests);
      }

      for (const { what, at } of schedule) {
        const request = `${action} ${named++}`;
        if (what === 'begin' && !open.has(at)) {
          const client = await world.database.pool.connect();
          await client.query('BEGIN');
          await write(client, request, action);
          open.set(at, { client, requests: [request] });
        } else if (what === 'write again' && open.has(at)) {
          await write(open.get(at)!.client, request, action);
          open.get(at)!.requests.push(request);
        } else if (what === 'commit') await close(at, 'COMMIT');
        else if (what === 'roll back') await close(at, 'ROLLBACK');
        else if (what === 'touch') {
          await happened(world, { action }, { requestId: request });
          committed.push(request);
        } else if (what === 'page') {
          const { auditEvents } = await admin.run(AuditEventsDocument, { where });
          const newest = auditEvents!.edges[0];
          if (newest) followers.push({ after: newest.cursor, since: committed.length });
        } else if (what === 'listen') {
          listeners.push({ told: await listening(world, admin, { variables: { where } }), since: committed.length });
        }
      }
      for (const at of [0, 1, 2, 3]) await close(at, 'COMMIT');
      await happened(world, { action }, { requestId: 'end' });
      committed.push('end');
      world.database.notices.send();

      const order = await world.database.query<{ request: string }>(world.sql`
        SELECT request_id AS request FROM audit_events WHERE action = ${action} ORDER BY generation, transaction, id`);
      const since = (count: number) => {
        const later = new Set(committed.slice(count));
        return order.map(({ request }) => request).filter((request) => later.has(request));
      };
      for (const { told, since: count } of listeners) {
        const expected = since(count);
        const results = await told.take(expected.length);
        await told.leave();
        expect(results.map(requestOf)).toEqual(expected);
        // Coming back with the first, the middle and the last but one of them.
        for (const at of new Set([0, expected.length >> 1, expected.length - 2])) {
          if (at >= 0 && at < expected.length - 1) await follows(cursorOf(results[at]!), expected.slice(at + 1));
        }
      }
      for (const { after, since: count } of followers) {
        const expected = since(count);
        const results = await follows(after!, expected);
        for (const [at, result] of results.entries()) {
          if (at < expected.length - 1) await follows(cursorOf(result), expected.slice(at + 1));
        }
      }

      async function follows(after: string, expected: string[]) {
        const told = await listening(world, admin, { variables: { where, after } });
        const results = await told.take(expected.length);
        await told.leave();
        expect(results.map(requestOf)).toEqual(expected);
        return results;
      }
    }),
    { numRuns: Math.min(rounds, 12) },
  );
});
