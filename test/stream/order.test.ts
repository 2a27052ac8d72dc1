import { pino } from 'pino';
import { expect, test } from 'vitest';
import { prepare } from '../../src/prepare.ts';
import { AuditEventsDocument } from '../generated/graphql.ts';
import { happened } from '../support/events.ts';
import { type Person, startWorld, type World } from '../support/world.ts';
import { cursorOf, listening, requestOf, touched } from './support.ts';

const log = pino({ level: 'silent' });

/** What a listener that comes with the cursor is told, as far as `expected` reaches; and what each is told who comes again. */
async function replayed(world: World, who: Person, after: string, count: number): Promise<string[][]> {
  const told = async (cursor: string, most: number) => {
    const listener = await listening(world, who, { variables: { where: touched, after: cursor } });
    const results = await listener.take(most);
    await listener.leave();
    return results;
  };
  const whole = await told(after, count);
  const rests: string[][] = [whole.map(requestOf)];
  for (const [at, result] of whole.entries()) {
    if (at + 1 < count) rests.push((await told(cursorOf(result), count - at - 1)).map(requestOf));
  }
  return rests;
}

/** What `replayed` gives where nothing is missing and nothing comes twice. */
const tails = (requests: readonly string[]): string[][] => requests.map((_request, at) => requests.slice(at));

test('who comes back with any cursor is told exactly what follows it, and what is committed from then on', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'] });
  const touch = (requestId: string) => happened(world, { action: 'thing.touched' }, { requestId });
  for (const request of ['a', 'b', 'c', 'd', 'e']) await touch(request);
  const { auditEvents } = await admin.run(AuditEventsDocument, { where: touched });
  for (const request of ['f', 'g']) await touch(request);

  for (const { cursor, node } of auditEvents!.edges) {
    const follows = 'abcdefg'.slice('abcdefg'.indexOf(node.requestId!) + 1).split('');
    expect(await replayed(world, admin, cursor, follows.length)).toEqual(tails(follows));
  }

  const last = auditEvents!.edges[0]!.cursor;
  const listener = await listening(world, admin, { variables: { where: touched, after: last } });
  expect(await listener.requests(2)).toEqual(['f', 'g']);
  await touch('live');
  world.database.notices.send();
  expect(await listener.requests(1)).toEqual(['live']);
  await listener.leave();
});

test('a cursor of the stream is one of `auditEvents`: before it is what came later, after it what came earlier', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'] });
  const listener = await listening(world, admin);
  for (const requestId of ['a', 'b', 'c']) await happened(world, { action: 'thing.touched' }, { requestId });
  const [, b] = await listener.take(3);
  await listener.leave();
  const read = async (args: object) =>
    (await admin.run(AuditEventsDocument, { where: touched, ...args })).auditEvents!.edges.map(({ node }) => node.requestId);
  expect(await read({ before: cursorOf(b!), last: 5 })).toEqual(['c']);
  expect(await read({ after: cursorOf(b!) })).toEqual(['a']);
});

test('many events are replayed by pages, in order, whatever they match', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'] });
  await happened(world, { action: 'thing.touched' }, { requestId: 'first' });
  const { auditEvents } = await admin.run(AuditEventsDocument, { where: touched });
  const { sql } = world;
  // Several of a transaction, in all 1400 events, of which every second is wanted.
  for (let at = 0; at < 14; at++) {
    await world.database.query(sql`
      INSERT INTO audit_events (id, action, request_id)
      SELECT ('01900000-0000-7000-8000-' || lpad((${at}::int * 100 + n)::text, 12, '0'))::uuid,
             CASE WHEN n % 2 = 0 THEN 'thing.touched' ELSE 'thing.left' END, ${at}::int * 100 + n FROM generate_series(0, 99) n`);
  }
  const listener = await listening(world, admin, { variables: { where: touched, after: auditEvents!.edges[0]!.cursor } });
  expect(await listener.requests(700)).toEqual(Array.from({ length: 700 }, (_, n) => `${2 * n}`));
  await listener.leave();
});

test('after a dump was restored into another cluster the cursors of the former one go on, through both generations', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
  const { database, sql } = world;
  const touch = (requestId: string) => happened(world, { action: 'thing.touched' }, { requestId });
  const restored = (requestId: string, transaction: number) =>
    database.query(sql`
      INSERT INTO audit_events (id, transaction, action, request_id)
      VALUES (gen_random_uuid(), ${transaction}::bigint, 'thing.touched', ${requestId})`);
  const page = async () => (await admin.run(AuditEventsDocument, { where: touched })).auditEvents!.edges;
  // What the former cluster wrote, with numbers that this one has yet to give.
  for (const [at, request] of ['a', 'b', 'c', 'd'].entries()) await restored(request, 5_000_000_000 + 10 * at);
  /** A cursor that the former cluster gave for `b`, while the transaction of `a` was open: `a` was not on its page. */
  const forged = (snapshot: string) => {
    const [mark, values, id] = JSON.parse(Buffer.from(cursorOfB, 'base64url').toString());
    return Buffer.from(JSON.stringify([mark, values, id, snapshot])).toString('base64url');
  };
  const cursorOfB = (await page()).find(({ node }) => node.requestId === 'b')!.cursor;
  const formerly = forged('5000000000:5000000011:5000000000');

  await prepare(database, world.settings, log);
  await touch('e');
  await touch('f');

  const expected = ['a', 'c', 'd', 'e', 'f'];
  expect(await replayed(world, admin, formerly, expected.length)).toEqual(tails(expected));
  const now = (await page()).map(({ cursor, node }) => [node.requestId!, cursor] as const);
  expect(now.map(([request]) => request)).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
  for (const [request, cursor] of now.slice(1)) {
    const follows = 'abcdef'.slice('abcdef'.indexOf(request) + 1).split('');
    expect(await replayed(world, admin, cursor, follows.length)).toEqual(tails(follows));
  }
  const live = await listening(world, admin);
  await touch('live');
  expect(await live.requests(1)).toEqual(['live']);
  await live.leave();
});

test('texts of a person that were erased are told to nobody, however far behind they are', async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'] });
  const gone = await world.person({ name: 'Somebody Gone' });
  await happened(world, { action: 'thing.touched' }, { requestId: 'first' });
  const { auditEvents } = await admin.run(AuditEventsDocument, { where: touched });
  const query = `subscription ($after: String) { auditEventAdded(after: $after, where: { actions: ["thing.touched"] }) {
    cursor node { requestId actorName } } }`;
  const after = auditEvents!.edges[0]!.cursor;
  const reader = await listening(world, admin, { query });
  const behind = await listening(world, admin, { query });
  for (let n = 0; n < 20; n++) await happened(world, { action: 'thing.touched' }, { by: gone });
  const names = (results: any[]) => results.map(({ data }) => data.auditEventAdded.node.actorName);
  // From here on the ring holds them, and who begins further back holds a page.
  expect(names(await reader.take(20))).toEqual(Array(20).fill('Somebody Gone'));
  const paging = await listening(world, admin, { query, variables: { after } });
  expect(names(await paging.take(1))).toEqual(['Somebody Gone']);

  const { userHardDelete } = await admin.run(
    `mutation ($input: UserHardDeleteInput!) { userHardDelete(input: $input) { __typename ... on MutationError { code message } } }`,
    { input: { userId: gone.id, reason: 'For a test.' } },
  );
  expect(userHardDelete).toEqual({ __typename: 'UserHardDeleteSuccess' });
  await happened(world, { action: 'thing.touched' }, { requestId: 'last' });
  expect(await reader.requests(1)).toEqual(['last']);

  // What was on its way before is on its way; the rest is erased.
  const late = await listening(world, admin, { query, variables: { after } });
  expect(names(await late.take(21))).toEqual([...Array(20).fill('[erased]'), null]);
  expect(names(await behind.take(21)).slice(10)).toEqual([...Array(10).fill('[erased]'), null]);
  expect(names(await paging.take(20)).slice(9)).toEqual([...Array(10).fill('[erased]'), null]);
  for (const listener of [reader, behind, paging, late]) await listener.leave();
});
