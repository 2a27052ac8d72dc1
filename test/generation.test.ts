import { pino } from 'pino';
import { expect, test } from 'vitest';
import { prepare } from '../src/prepare.ts';
import { AuditEventsDocument } from './generated/graphql.ts';
import { onPostgres } from './support/database.ts';
import { committedSince, happened, inCursor } from './support/events.ts';
import { startWorld, type World } from './support/world.ts';

const heard: { generation?: number; msg: string; level: number }[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void heard.push(JSON.parse(line)) });
const start = (world: World) => prepare(world.database, world.settings, log);

const generationOf = async ({ database, sql }: World): Promise<number> =>
  (await database.query<{ generation: number }>(sql`SELECT generation FROM installation`))[0]!.generation;

/** An event with that place in the order, such as a dump of another cluster brings. */
async function restored({ database, sql }: World, request: string, generation: number, transaction: bigint): Promise<void> {
  await database.query(sql`
    INSERT INTO audit_events (id, generation, transaction, action, request_id)
    VALUES (gen_random_uuid(), ${generation}::int, ${transaction}::bigint, 'thing.touched', ${request})`);
}

/** The cluster's next transaction. */
const nextTransaction = async ({ database, sql }: World): Promise<bigint> =>
  BigInt((await database.query<{ next: string }>(sql`SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next`))[0]!.next);

test('a start raises the generation once where a dump brought transactions of another cluster', async () => {
  const world = await startWorld();
  await start(world);
  expect([await generationOf(world), heard]).toEqual([1, []]);
  await restored(world, 'a', 1, 5_000_000_000n);

  await start(world);
  await start(world);

  expect(await generationOf(world)).toBe(2);
  expect(heard).toMatchObject([
    { level: 40, generation: 2, msg: 'restored from a dump: audit events go on in a new generation' },
  ]);
  heard.length = 0;
});

test('transactions below the next one, and those of other generations, raise nothing', async () => {
  const world = await startWorld();
  await happened(world, { action: 'thing.touched' });
  await restored(world, 'former', 0, 5_000_000_000n);
  await restored(world, 'later', 2, 5_000_000_000n);
  await start(world);
  expect(await generationOf(world)).toBe(1);
});

// The transactions of a server are those of all its databases, of which others use some meanwhile.
const whereNobodyElseIs = onPostgres ? () => {} : test;
whereNobodyElseIs('the last transaction raises nothing, and the very next one does', async () => {
  const world = await startWorld();
  // Inserting the event takes a number itself.
  await restored(world, 'last', 1, await nextTransaction(world));
  await start(world);
  expect(await generationOf(world)).toBe(1);

  await restored(world, 'next', 1, (await nextTransaction(world)) + 1n);
  await start(world);
  expect(await generationOf(world)).toBe(2);
});

test('what happens after it comes first, and a replay from any cursor tells it in order and nothing twice', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
  const read = async () =>
    (await admin.run(AuditEventsDocument, { where: { actions: ['thing.touched'] } })).auditEvents!.edges.map(
      ({ cursor, node }) => ({ cursor, request: node.requestId }),
    );
  const touch = (requestId: string) => happened(world, { action: 'thing.touched' }, { requestId });
  await touch('before');
  for (const [at, request] of ['a', 'b', 'c'].entries()) await restored(world, request, 1, 5_000_000_000n + BigInt(at));
  const fromBefore = await read();

  await start(world);
  const between = await read();
  await touch('after 1');
  const afterwards = await read();
  await touch('after 2');

  expect(between.map(({ request }) => request)).toEqual(['c', 'b', 'a', 'before']);
  expect(afterwards.map(({ request }) => request)).toEqual(['after 1', 'c', 'b', 'a', 'before']);
  expect(afterwards.map(({ cursor }) => inCursor(cursor).generation)).toEqual([2, 1, 1, 1, 1]);
  const order = ['before', 'a', 'b', 'c', 'after 1', 'after 2'];
  for (const { cursor, request } of [...between, ...afterwards])
    expect([request, await committedSince(world, cursor)]).toEqual([request, order.slice(order.indexOf(request!) + 1)]);
  // Made where nobody had noticed yet, it says of the dump's events that they were not there; missed is none.
  for (const { cursor } of fromBefore)
    expect(await committedSince(world, cursor)).toEqual(expect.arrayContaining(['after 1', 'after 2']));
});
