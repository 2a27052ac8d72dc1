import { expect, test } from 'vitest';
import type { Database, Prisma, Transaction } from '../src/database.ts';
import { createHousekeeping } from '../src/housekeeping.ts';
import { startWorld } from './support/world.ts';

test('what is over is found by an index, where most of a big table is not', async () => {
  const world = await startWorld();
  const { pool } = world.database;
  const person = await world.person();
  const ahead = "now() + random() * interval '20 days'";
  await pool.query(`
    INSERT INTO sessions (id, user_id, expires_at, ends_at, ended_at)
      SELECT gen_random_uuid(), '${person.uuid}', ${ahead}, now() + interval '90 days',
             CASE WHEN i % 3 = 0 THEN now() - random() * interval '20 days' END FROM generate_series(1, 20000) i;
    INSERT INTO idempotency_keys (caller, key, user_id, operation_hash, expires_at)
      SELECT 'x', i::text, '${person.uuid}', '', ${ahead} FROM generate_series(1, 20000) i;
    INSERT INTO login_locks (key, failed_at) SELECT i::text::bytea, '{}' FROM generate_series(1, 20000) i;
    INSERT INTO refusal_windows (key, until) SELECT i::text::bytea, ${ahead} FROM generate_series(1, 20000) i;
    ANALYZE`);

  const plans: Record<string, string> = {};
  for (const { text, values } of await deletions(world.database, (database) =>
    createHousekeeping({ ...world.server.steward, database }).sweep(),
  )) {
    const { rows } = await pool.query({ text: `EXPLAIN ${text}`, values });
    const table = /DELETE FROM (\w+)/.exec(text)![1]!;
    plans[table] = rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  expect(plans.sessions).toContain('Index Scan using sessions_over_since_idx on sessions t');
  expect(plans.idempotency_keys).toContain('Index Scan using idempotency_keys_expires_at_idx on idempotency_keys t');
  expect(plans.login_locks).toContain('Index Scan using login_locks_updated_at_idx on login_locks t');
  expect(plans.refusal_windows).toContain('Index Scan using refusal_windows_until_idx on refusal_windows t');
});

/** What `work` deletes by, in its transactions. */
async function deletions(
  database: Database,
  work: (database: Database) => Promise<unknown>,
): Promise<{ text: string; values: unknown[] }[]> {
  const sent: { text: string; values: unknown[] }[] = [];
  const listening = (tx: Transaction): Transaction =>
    new Proxy(tx, {
      get(target, name) {
        if (name !== '$executeRaw') return Reflect.get(target, name);
        return (sql: Prisma.Sql) => {
          sent.push({ text: sql.text, values: [...sql.values] });
          return target.$executeRaw(sql);
        };
      },
    });
  await work({ ...database, transaction: (inside) => database.transaction((tx) => inside(listening(tx))) });
  return sent;
}
