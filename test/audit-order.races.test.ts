import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Prisma } from '../src/database.ts';
import { prepare } from '../src/prepare.ts';
import { readSettings } from '../src/settings.ts';
import { AuditEventsDocument } from './generated/graphql.ts';
import { reopened, testLocation } from './support/database.ts';
import { committedSince, happened } from './support/events.ts';
import { startWorld } from './support/world.ts';

test('an event that commits after later ones is shown at once, and a replay from an earlier page finds it', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
  const touch = (requestId: string) => happened(world, { action: 'thing.touched' }, { requestId });
  const read = async () => {
    const { auditEvents } = await admin.run(AuditEventsDocument, { where: { actions: ['thing.touched'] } });
    return auditEvents!.edges.map(({ cursor, node }) => ({ cursor, request: node.requestId! }));
  };
  const requests = (page: { request: string }[]) => page.map(({ request }) => request);
  await touch('first');

  // Each takes its number when it writes, and holds it open; what is written in between has higher ones.
  const slow = await world.database.pool.connect();
  const slower = await world.database.pool.connect();
  const write = (client: pg.PoolClient, request: string) =>
    client.query(`INSERT INTO audit_events (id, action, request_id) VALUES (gen_random_uuid(), 'thing.touched', $1)`, [request]);
  await slow.query('BEGIN');
  await write(slow, 'slow');
  await slower.query('BEGIN');
  await write(slower, 'slower');
  await touch('quick');
  const one = await read();
  await slow.query('COMMIT');
  const two = await read();
  await touch('quick again');
  const three = await read();
  await slower.query('COMMIT');
  const four = await read();
  slow.release();
  slower.release();

  expect([one, two, three, four].map(requests)).toEqual([
    ['quick', 'first'],
    ['quick', 'slow', 'first'],
    ['quick again', 'quick', 'slow', 'first'],
    ['quick again', 'quick', 'slower', 'slow', 'first'],
  ]);
  const since = async (page: { cursor: string }[]) => committedSince(world, page[0]!.cursor);
  expect(await since(one)).toEqual(['slow', 'slower', 'quick again']);
  expect(await since(two)).toEqual(['slower', 'quick again']);
  expect(await since(three)).toEqual(['slower']);
  expect(await since(four)).toEqual([]);
  // From further down the page: what was below the position was shown, or is found.
  expect(await committedSince(world, one.at(-1)!.cursor)).toEqual(['slow', 'slower', 'quick', 'quick again']);
  expect(await committedSince(world, two[1]!.cursor)).toEqual(['slower', 'quick', 'quick again']);
});

test('of four servers that start at once on a restored dump one raises the generation', async () => {
  const location = await testLocation();
  const databases = await Promise.all([1, 2, 3, 4].map(() => reopened(location)));
  const [first] = databases;
  await first!.query(
    Prisma.sql`INSERT INTO audit_events (id, transaction, action) VALUES (gen_random_uuid(), 5000000000, 'thing.touched')`,
  );
  const heard: string[] = [];
  const log = pino({}, { write: (line: string) => void heard.push(JSON.parse(line).msg) });

  // All of them come to the row before any may raise it.
  const gate = new pg.Client({ connectionString: 'url' in location ? location.url : '' });
  await gate.connect();
  await gate.query('BEGIN; SELECT FROM installation FOR UPDATE');
  const starts = databases.map((database) => prepare(database, readSettings({ NODE_ENV: 'test' }), log));
  const waiting = Prisma.sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await first!.query(waiting)).length < databases.length) await pause(5);
  await gate.query('COMMIT');
  await Promise.all(starts);
  await gate.end();

  expect(await first!.query(Prisma.sql`SELECT generation FROM installation`)).toEqual([{ generation: 2 }]);
  expect(heard).toEqual(['restored from a dump: audit events go on in a new generation']);
});
