import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Database } from '../../src/database.ts';
import { callerOfSession } from '../../src/loaders/caller.ts';
import { createServer } from '../../src/server.ts';
import { readFollowing, readSettled } from '../../src/stream/events.ts';
import { createFeed, type FeedOptions } from '../../src/stream/feed.ts';
import { follow, type Told } from '../../src/stream/follow.ts';
import { startNow } from '../../src/stream/start.ts';
import { reopened } from '../support/database.ts';
import { happened } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { counted } from '../support/races.ts';
import { type Person, startWorld } from '../support/world.ts';
import { hardDeleteBy } from '../user/hard-delete.support.ts';
import { cursorOf, listening, touched } from './support.ts';

const world = await startWorld();
const admin = await world.person({ roles: ['super_admin'] });
await admin.signIn();
const { sql } = world;
const silent = pino({ level: 'silent' });
const touch = (requestId: string) => happened(world, { action: 'thing.touched' }, { requestId });

/** Another pool on the same database, as another server has one. */
const elsewhere = () => reopened({ url: world.database.pool.options.connectionString! });

const reachOf = async (database: Database, person: Person) => {
  const [session] = await database.query<{ id: string }>(
    sql`SELECT id FROM sessions WHERE user_id = ${person.uuid}::uuid LIMIT 1`,
  );
  return (await database.read(callerOfSession, [session!.id]))[0]!.reach;
};

/** A reader that looks by itself once an hour: whatever it hears sooner, a notice has woken it. It counts its statements by name. */
async function quietFeed(options: Partial<FeedOptions> = {}) {
  const database = await elsewhere();
  const sent: string[] = [];
  const counting: Database = {
    ...database,
    read(statement, values) {
      sent.push(statement.name);
      return database.read(statement, values);
    },
    query(composed) {
      sent.push('composed');
      return database.query(composed);
    },
  };
  const feed = createFeed(
    { database: counting, log: silent },
    { seats: 60, statementsAtOnce: 2, everyMs: 3_600_000, ...options },
  );
  const reach = await reachOf(database, admin);
  return { feed, database, sent, listen: (after?: string) => follow(feed, reach, { where: touched, after }) };
}

/** Its first look is over, and no other comes by itself. */
async function looked(feed: { readonly ring: unknown }): Promise<void> {
  while (!feed.ring) await new Promise(setImmediate);
}

const requestOf = ({ value }: IteratorResult<Told, unknown>): string => (value as Told).node.requestId!;

async function requestsOf(told: AsyncIterator<Told, unknown>, count: number): Promise<string[]> {
  const requests: string[] = [];
  while (requests.length < count) requests.push(requestOf(await told.next()));
  return requests;
}

/** Everything that is committed is settled: no transaction that began earlier is under way, of this database or another of its cluster. */
async function settled(): Promise<void> {
  const unsettled = () =>
    world.database.query(
      sql`SELECT FROM audit_events WHERE transaction >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint LIMIT 1`,
    );
  while ((await unsettled()).length > 0) await new Promise(setImmediate);
}

/** Sends notices until it is heard: a transaction of somebody else on this cluster may hold an event back for a while. */
async function noticed<Out>(heard: Promise<Out>): Promise<Out> {
  let isHeard = false;
  heard.finally(() => {
    isHeard = true;
  });
  while (!isHeard) {
    world.database.notices.send();
    await world.database.query(sql`SELECT 1`);
  }
  return heard;
}

test('what is committed on one server is told on another, and once on each', async () => {
  const database = await elsewhere();
  const second = { server: await createServer({ database, settings: world.settings, log: silent }), settings: world.settings };
  const here = await listening(world, admin);
  const there = await listening(second, admin);
  for (const requestId of ['a', 'b', 'c', 'd']) await touch(requestId);

  expect([await here.requests(4), await there.requests(4)]).toEqual([
    ['a', 'b', 'c', 'd'],
    ['a', 'b', 'c', 'd'],
  ]);
  await here.leave();
  await there.leave();
});

test('mutations and refusals on one server wake the reader of another', async () => {
  const { feed, listen } = await quietFeed();
  const told = await listen();
  const first = told.next();
  await looked(feed);
  await touch('woken by a mutation');
  let name = 0;
  let isHeard = false;
  first.then(() => {
    isHeard = true;
  });
  while (!isHeard) {
    await admin.run(`mutation { accountUpdate(input: { name: "Name ${name++}" }) { __typename } }`);
  }
  expect(requestOf(await first)).toBe('woken by a mutation');

  isHeard = false;
  const second = told.next();
  second.then(() => {
    isHeard = true;
  });
  await touch('woken by a refusal');
  while (!isHeard) {
    await world.anonymous.run(
      `mutation { authLogin(input: { email: "nobody-${name++}@example.com", password: "wrong" }) { __typename } }`,
    );
  }
  expect(requestOf(await second)).toBe('woken by a refusal');
  await told.return!();
});

test('a lost connection for notices costs nothing but time, and comes back by itself', async () => {
  const { feed, database, listen } = await quietFeed();
  const polled = await listening(world, admin);
  const told = await listen();
  const first = told.next();
  await looked(feed);
  const connections = () =>
    database.query(sql`
      SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'steward notices' AND query LIKE 'LISTEN%' AND state = 'idle'`);
  while ((await connections()).length === 0) await new Promise(setImmediate);

  await database.query(sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'steward notices'`);
  await touch('while lost');

  // One looks every second; the other is woken once the connection is back.
  expect(await polled.requests(1)).toEqual(['while lost']);
  expect(requestOf(await noticed(first))).toBe('while lost');
  await touch('found again');
  expect(requestOf(await noticed(told.next()))).toBe('found again');
  await polled.leave();
  await told.return!();
});

test('who reads slowly is told everything, and holds up nobody; what is held for all is bounded', async () => {
  const { feed, listen } = await quietFeed({ held: 20 });
  const [quick, slow] = [await listen(), await listen()];
  const all = Array.from({ length: 150 }, (_, n) => `event ${n}`);
  const firstOfSlow = slow.next();
  const told: string[] = [];
  for (let n = 0; n < all.length; n += 10) {
    const next = requestsOf(quick, 10);
    for (const requestId of all.slice(n, n + 10)) await touch(requestId);
    told.push(...(await noticed(next)));
  }
  expect(told).toEqual(all);
  // The first are long gone from the ring.
  const { ring } = feed;
  expect(ring!.after({ ...ring!.reached, transaction: 0n })).toBe('behind');

  expect(requestOf(await firstOfSlow)).toBe('event 0');
  expect(await requestsOf(slow, 149)).toEqual(all.slice(1));
  await quick.return!();
  await slow.return!();
  expect(feed.size).toBe(0);
});

test('however many listen, a look is two statements; and who is behind reads fifty events by one', async () => {
  const { feed, sent, listen } = await quietFeed();
  const listeners = await Promise.all(Array.from({ length: 50 }, () => listen()));
  const firsts = listeners.map((told) => told.next());
  await looked(feed);

  await touch('for all');
  const results = await noticed(Promise.all(firsts));
  expect(results.map(requestOf)).toEqual(Array(50).fill('for all'));
  // Each asked once where it begins, and once more where that is before what the feed holds; all else is looks. The rights are read after the events, always: who lost a right by an
  // event is not told of it.
  expect(counted(sent).present_snapshot).toBe(50);
  expect(counted(sent).composed ?? 0).toBeLessThanOrEqual(50);
  const looks = sent.filter((name) => !['present_snapshot', 'composed', 'end_of_look'].includes(name));
  expect(looks.join(' ')).toMatch(/^(settled_(horizon|events) callers_of_sessions ?)+(settled_events)?$/);
  await Promise.all(listeners.map((told) => told.return!()));

  for (let n = 0; n < 100; n++) await touch(`more ${n}`);
  // Nothing but its next look, in an hour, would tell of what settles after this one.
  await settled();
  sent.length = 0;
  const behind = await listen(results[0]!.value!.cursor);
  expect(await requestsOf(behind, 100)).toEqual(Array.from({ length: 100 }, (_, n) => `more ${n}`));
  expect(counted(sent).composed).toBe(2);
  expect(sent.lastIndexOf('callers_of_sessions')).toBeGreaterThan(sent.lastIndexOf('composed'));
  await behind.return!();
});

test('what was erased is told to nobody from then on, though the deletion waits for somebody else to be settled', async () => {
  const { auditFeed } = world.server.steward;
  const query = `subscription ($after: String) { auditEventAdded(where: { actions: ["user.updated"] }, after: $after) {
    cursor node { action actorName userAgent } } }`;
  const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person({ name: 'Zebulon' })];
  const rename = (who: Person) => who.run('mutation { accountUpdate(input: { name: "Another" }) { __typename } }');
  const always = await listening(world, admin, { query, variables: {} });
  await rename(boss);
  const [before] = await always.take(1);
  await rename(jo);
  const [told] = await always.take(1);
  expect(told!.data!.auditEventAdded.node).toMatchObject({ actorName: 'Zebulon' });
  const { erasures } = auditFeed;

  const somebody = await world.database.pool.connect();
  await somebody.query('BEGIN');
  await somebody.query('SELECT pg_current_xact_id()');
  expect((await hardDeleteBy(boss)(jo.id)).deletedUserId).toBe(jo.id);
  await eventually(() => auditFeed.erasures).toBe(erasures + 1);
  const late = await listening(world, admin, { query, variables: { after: cursorOf(before!) } });
  expect((await late.take(1))[0]!.data!.auditEventAdded.node).toEqual({
    action: 'user.updated',
    actorName: '[erased]',
    userAgent: null,
  });

  await somebody.query('ROLLBACK');
  somebody.release();
  await late.leave();
  await always.leave();
});

test('the way to the events is their index, however many there are', async () => {
  await world.database.query(sql`
    INSERT INTO audit_events (id, generation, transaction, action)
    SELECT gen_random_uuid(), 0, n, 'thing.left' FROM generate_series(1, 60000) n`);
  await world.database.query(sql`ANALYZE audit_events`);
  const plans: string[] = [];
  const explaining = async ({ text, values }: { text: string; values: readonly unknown[] }) => {
    const { rows } = await world.database.pool.query({
      text: `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${text}`,
      values: [...values],
    });
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    return [{ id: null, present: 1, horizon: '1' }];
  };
  const reads = {
    read: ({ text }: { text: string }, values: unknown[]) => explaining({ text, values }),
    query: explaining,
  } as never;
  const from = { generation: 0, transaction: 100n, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
  await readSettled(reads, from, 100);
  await readFollowing(reads, from, 100, startNow(0, '50:60:'), sql`TRUE`);
  for (const plan of plans.slice(0, 2)) {
    expect(plan).toMatch(
      /Limit \(actual rows=100 loops=1\)\n.*Index Scan using audit_events_generation_transaction_id_key on audit_events e_1 \(actual rows=100 loops=1\)/,
    );
  }

  // Where nothing matches a statement looks at so many, and the next goes on from there.
  const start = startNow(0, '50:60:');
  const first = await readFollowing(world.database, from, 100, start, sql`FALSE`);
  expect(first).toMatchObject({ events: [], isFull: true, reached: { generation: 0, transaction: 50_100n } });
  const second = await readFollowing(world.database, first.reached, 100, start, sql`FALSE`);
  expect(second).toMatchObject({ events: [], isFull: false, reached: { generation: 1 } });
});
