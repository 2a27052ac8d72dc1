import { expect, test } from 'vitest';
import { markRolledBack, migrate, readMigrations } from '../src/database/migrations.ts';
import { Prisma } from '../src/database.ts';
import { testDatabase } from './support/database.ts';

const migrations = readMigrations();
const [first] = migrations;
const [name, next] = ['20991231000000_try', '20991231000100_next'];
const creates = (table: string) => `CREATE TABLE ${table} (id int);\nDO $$ BEGIN PERFORM 1; PERFORM 2; END $$;\n`;
const fails = `${creates('half')}INSERT INTO half VALUES (1 / 0);\n`;

test('a migrated database has nothing to apply', async () => {
  const database = await testDatabase();

  expect(await migrate(database)).toEqual({ applied: [], unknown: [] });
  expect(await database.query(Prisma.sql`SELECT migration_name FROM _prisma_migrations`)).toHaveLength(migrations.length);
});

test('an edited migration is named, with what to do, and nothing is applied', async () => {
  const database = await testDatabase();
  const edited = migrations.map((migration) => (migration === first ? { ...first, sql: `${first.sql}-- edited\n` } : migration));

  await expect(migrate(database, [...edited, { name, sql: creates('unwanted') }])).rejects.toThrow(
    `The migration ${first!.name} was changed after it had run on this database. Restore prisma/migrations/${first!.name}/migration.sql`,
  );
  expect(await database.query(Prisma.sql`SELECT to_regclass('unwanted') AS table`)).toEqual([{ table: null }]);
});

test('a failing migration is named, then and at every later start, and leaves nothing; corrected, it is tried again', async () => {
  const database = await testDatabase();
  const broken = [...migrations, { name, sql: fails }];

  const retry = `npm run admin -- migrate --retry ${name}`;
  const failure = await migrate(database, broken).catch((error: Error) => error.message);
  expect(failure).toMatch(new RegExp(`^The migration ${name} failed: .*division by zero\\. Nothing of it was kept\\.`));
  expect(failure).toContain(retry);
  const later = await migrate(database, broken).catch((error: Error) => error.message);
  expect(later).toMatch(new RegExp(`^The migration ${name} has failed earlier\\. Nothing of it was kept\\.`));
  expect(later).toContain(retry);
  expect(await database.query(Prisma.sql`SELECT to_regclass('half') AS table`)).toEqual([{ table: null }]);

  await markRolledBack(database, name);
  const corrected = [...migrations, { name, sql: creates('whole') }];
  expect(await migrate(database, corrected)).toEqual({ applied: [name], unknown: [] });
  expect(await migrate(database, corrected)).toEqual({ applied: [], unknown: [] });
});

test('a migration of a newer version is told and tolerated', async () => {
  const database = await testDatabase();
  await migrate(database, [...migrations, { name: next, sql: creates('newer') }]);

  expect(await migrate(database)).toEqual({ applied: [], unknown: [next] });
  expect(await migrate(database, [...migrations, { name, sql: creates('ours') }])).toEqual({ applied: [name], unknown: [next] });
});

test('what has not failed can’t be tried again', async () => {
  const database = await testDatabase();

  await expect(markRolledBack(database, first!.name)).rejects.toThrow(first!.name);
});
