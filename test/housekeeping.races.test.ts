import { beforeAll, expect, test } from 'vitest';
import { createHousekeeping } from '../src/housekeeping.ts';
import { newId } from '../src/ids.ts';
import { reopened } from './support/database.ts';
import { insert } from './support/sql.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

const yesterday = new Date(Date.now() - 86_400_000);
const over = (count: number) =>
  Array.from({ length: count }, () => insert('refusal_windows', { key: Buffer.from(newId()), until: yesterday })).join(';');

test('while one server is at it, another one does nothing', async () => {
  const { pool } = world.database;
  await pool.query(over(3));
  const other = await reopened({ url: pool.options.connectionString! });
  const holder = await pool.connect();
  await holder.query('BEGIN');
  const { rows } = await holder.query('SELECT pg_try_advisory_xact_lock(5283761) AS held');
  expect(rows).toEqual([{ held: true }]);

  const meanwhile = await createHousekeeping({ ...world.server.steward, database: other }).sweep();
  await holder.query('COMMIT');
  holder.release();

  expect(meanwhile).toBeNull();
  expect(await createHousekeeping({ ...world.server.steward, database: other }).sweep()).toMatchObject({ refusal_windows: 3 });
});

test('it waits for nobody: a row that somebody has locked stays for the next time', async () => {
  const { pool } = world.database;
  await pool.query(over(2));
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM refusal_windows LIMIT 1 FOR UPDATE');

  const swept = await createHousekeeping(world.server.steward).sweep();
  await holder.query('COMMIT');
  holder.release();

  expect(swept).toMatchObject({ refusal_windows: 1 });
  expect(await createHousekeeping(world.server.steward).sweep()).toMatchObject({ refusal_windows: 1 });
});
