import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { migrate, readMigrations } from '../src/database/migrations.ts';
import { type Database, Prisma } from '../src/database.ts';
import { createAuditEventLoaders, eventOfUserOrder } from '../src/loaders/audit-event.ts';
import { auditEventWhere } from '../src/loaders/audit-event-where.ts';
import { pageRequest } from '../src/loaders/page.ts';
import type { Reads } from '../src/loaders/reading.ts';
import type { Reach } from '../src/reach.ts';
import { emptyLocation, reopened, testDatabase } from './support/database.ts';
import { defaultPool } from './support/world.ts';

const migrations = readMigrations();
const here = migrations.findIndex(({ name }) => name.endsWith('_audit_order'));

const aUser = (database: Database, id: string) =>
  database.query(Prisma.sql`
    INSERT INTO users (id, home_pool_id, email, search_text) VALUES (${id}::uuid, ${defaultPool}::uuid, ${`${id}@x.test`}, '')`);
/** As a version of the server writes that knows nothing of a person's places. */
const anEvent = (database: Database, people: readonly string[]) =>
  database.query(Prisma.sql`
    WITH event AS (INSERT INTO audit_events (id, action) VALUES (gen_random_uuid(), 'thing.touched') RETURNING id)
    INSERT INTO audit_event_people (user_id, event_id) SELECT u, event.id FROM event, unnest(${people}::uuid[]) u`);

const [ann, bob] = ['01900000-0000-7000-9000-000000000001', '01900000-0000-7000-9000-000000000002'];

test('what was there before has its places, and a former version goes on writing beside', async () => {
  const database = await reopened(await emptyLocation());
  await migrate(database, migrations.slice(0, here));
  for (const id of [ann, bob]) await aUser(database, id);
  for (const people of [[ann], [ann, bob], [bob]]) await anEvent(database, people);
  await database.query(Prisma.sql`UPDATE installation SET generation = 3`);
  await anEvent(database, [bob, ann]);

  await migrate(database);
  await anEvent(database, [ann]);
  await database.query(Prisma.sql`UPDATE installation SET generation = 4`);
  await anEvent(database, [ann, bob]);

  const rows = await database.query(Prisma.sql`
    SELECT right(p.user_id::text, 1) AS who, p.generation, p.transaction = e.transaction AS same
      FROM audit_event_people p JOIN audit_events e ON e.id = p.event_id AND e.generation = p.generation
     ORDER BY p.user_id, p.generation, p.transaction`);
  const placed = (who: string, generation: number) => ({ who, generation, same: true });
  expect(rows).toEqual([
    ...[1, 1, 3, 3, 4].map((generation) => placed('1', generation)),
    ...[1, 1, 3, 4].map((generation) => placed('2', generation)),
  ]);
});

test('a writer under way delays the migration, and neither stops the other', async () => {
  const database = await reopened(await emptyLocation());
  await migrate(database, migrations.slice(0, here));
  await aUser(database, ann);
  const writer = await database.pool.connect();
  await writer.query('BEGIN');
  await writer.query(`INSERT INTO audit_events (id, action) VALUES ('${bob}', 'thing.touched')`);

  const migrated = migrate(database);
  const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'audit_events'::regclass`;
  while ((await writer.query(waiting)).rowCount === 0) await pause(5);
  await writer.query(`INSERT INTO audit_event_people (user_id, event_id) VALUES ('${ann}', '${bob}')`);
  await writer.query('COMMIT');
  writer.release();

  expect((await migrated).applied).toEqual(migrations.slice(here).map(({ name }) => name));
  expect(
    await database.query(Prisma.sql`
      SELECT p.transaction = e.transaction AS same FROM audit_event_people p JOIN audit_events e ON e.id = p.event_id`),
  ).toEqual([{ same: true }]);
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

test('a page of a person with very many events is read from an index, and no more of it than the page', async () => {
  const database = await testDatabase({ statementTimeoutMs: 60_000 });
  for (const id of [ann, bob]) await aUser(database, id);
  // As many transactions, of which every third is about Ann too.
  await database.query(Prisma.sql`
    WITH events AS (
      INSERT INTO audit_events (id, generation, transaction, action, actor_id)
      SELECT gen_random_uuid(), 0, n, CASE WHEN n % 10 = 0 THEN 'user.logged_in' ELSE 'thing.touched' END, ${bob}::uuid FROM generate_series(1, 30000) n
      RETURNING id, generation, transaction
    )
    INSERT INTO audit_event_people (user_id, event_id, generation, transaction)
    SELECT ${bob}::uuid, id, generation, transaction FROM events UNION ALL
    SELECT ${ann}::uuid, id, generation, transaction FROM events WHERE transaction % 3 = 0`);
  await database.query(Prisma.sql`ANALYZE audit_events, audit_event_people`);
  const sent: { text: string; values: readonly unknown[] }[] = [];
  const spy: Reads = {
    read(statement, values = []) {
      sent.push({ text: statement.text, values });
      return database.read(statement, values);
    },
    query(sql) {
      sent.push(sql);
      return database.query(sql);
    },
  };
  const reach = { userId: bob, permissions: new Set(['audit:read']), organizations: new Map() } as unknown as Reach;
  const read = async (people: readonly string[], args: object, where: Parameters<typeof auditEventWhere>[0] = {}) => {
    const { ofUser } = createAuditEventLoaders({ database: spy, reach: async () => reach });
    const pages = people.map((id) => ofUser(id, pageRequest('x', eventOfUserOrder, args, 100), auditEventWhere(where)).page());
    const rows = (await Promise.all(pages)).map((page) => page.rows);
    const { text, values } = sent.pop()!;
    const explained = await database.pool.query({ text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values: [...values] });
    return { rows, nodes: nodesOf(explained.rows[0]['QUERY PLAN'][0].Plan) };
  };

  const first = await read([ann], { first: 25 });
  const both = await read([ann, bob], { first: 25 });
  const filtered = await read([bob], { first: 25 }, { actions: ['user.logged_in'] });
  const last = await read([bob], { last: 25 });

  expect(first.rows[0]!.map(({ transaction }) => transaction)).toEqual(Array.from({ length: 25 }, (_, n) => `${30000 - 3 * n}`));
  expect(last.rows[0]![24]!.transaction).toBe('1');
  expect(filtered.rows[0]!.map(({ transaction }) => transaction)).toEqual(
    Array.from({ length: 25 }, (_, n) => `${30000 - 10 * n}`),
  );
  for (const { nodes } of [first, both, last, filtered]) {
    const scan = nodes.find((node) => node['Index Name']?.startsWith('audit_event_people'));
    expect(scan?.['Index Name']).toBe('audit_event_people_user_id_generation_transaction_event_id_idx');
    expect(Math.max(...nodes.map((node) => node['Actual Rows']))).toBeLessThan(300);
  }
});
