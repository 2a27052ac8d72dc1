import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { migrate, readMigrations } from '../src/database/migrations.ts';
import { openDatabase } from '../src/database.ts';
import { root } from '../src/root.ts';
import { emptyLocation, reopened } from './support/database.ts';

const names = readMigrations().map((migration) => migration.name);

test('four servers that start at once migrate once', async () => {
  const location = await emptyLocation();
  const databases = await Promise.all([1, 2, 3, 4].map(() => reopened(location)));

  const outcomes = await Promise.all(databases.map((database) => migrate(database)));

  expect(outcomes.map(({ applied }) => applied).sort((a, b) => b.length - a.length)).toEqual([names, [], [], []]);
});

test('three processes that start at once migrate once', async () => {
  const location = await emptyLocation();
  const script = `
    const { openDatabase } = await import('./src/database.ts');
    const { migrate } = await import('./src/database/migrations.ts');
    const database = await openDatabase(${JSON.stringify(location)});
    console.log(JSON.stringify((await migrate(database)).applied));
    process.exit();`;
  const start = () =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], { cwd: join(root) });

  const outputs = await Promise.all([start(), start(), start()]);

  const outcomes = outputs.map(({ stdout }) => JSON.parse(stdout) as string[]);
  expect(outcomes.sort((a, b) => b.length - a.length)).toEqual([names, [], []]);
});

test('one that fails in the middle stops the others with its name', async () => {
  const location = await emptyLocation();
  const databases = await Promise.all([1, 2].map(() => reopened(location)));
  const broken = [...readMigrations(), { name: '20991231000000_broken', sql: 'SELECT pg_sleep(0.3); SELECT 1 / 0;' }];

  const outcomes = await Promise.all(
    databases.map((database) => migrate(database, broken).catch((error: Error) => error.message)),
  );

  expect(outcomes.sort()).toEqual([
    expect.stringContaining('The migration 20991231000000_broken failed: '),
    expect.stringContaining('The migration 20991231000000_broken has failed earlier.'),
  ]);
});

test('a server that does not answer is named, without its password', async () => {
  const database = await openDatabase({ url: 'postgres://someone:secret@127.0.0.1:1/nowhere?x=y' });

  await expect(migrate(database)).rejects.toThrow('PostgreSQL at postgres://127.0.0.1:1/nowhere does not answer: ECONNREFUSED.');
  await database.close();
});
