import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
// @ts-expect-error: a script
import { buildClientWhereStale } from '../../scripts/build.mjs';
import { openInFolder } from '../../src/database/embedded.ts';
import { migrate, readMigrations } from '../../src/database/migrations.ts';
import { openDatabase } from '../../src/database.ts';
import { root } from '../../src/root.ts';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A file of a migrated embedded database, or the URL of a migrated database to clone. */
    template: { readonly dump: string } | { readonly url: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What is tested of the client is what its users get.
  await buildClientWhereStale();
  if (process.env.STEWARD_TEST_DATABASE === 'postgres') return onPostgres(project);
  console.log(
    'On the embedded database; *.postgres.test.ts and *.races.test.ts stand back: npm run test:postgres runs everything on PostgreSQL.',
  );
  project.provide('template', { dump: await dumpOfMigrated() });
  return async () => {};
}

/** Made once for each state of the migrations, and kept for later runs. */
async function dumpOfMigrated(): Promise<string> {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const madeFrom = [dependencies['@electric-sql/pglite'], readMigrations()];
  const hash = createHash('sha256').update(JSON.stringify(madeFrom)).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `steward-tests-${userInfo().uid}`);
  const file = join(folder, `${hash}.tar`);
  if (existsSync(file)) return file;

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeOld(folder);
  const work = mkdtempSync(join(folder, 'making-'));
  const database = await openDatabase({ folder: join(work, 'database') });
  await migrate(database);
  await database.close();
  const { pglite, close } = await openInFolder(join(work, 'database'));
  const dump = await pglite.dumpDataDir('none');
  await close();
  // In one step, since two runs may do this at once.
  writeFileSync(join(work, 'dump'), Buffer.from(await dump.arrayBuffer()));
  renameSync(join(work, 'dump'), file);
  rmSync(work, { recursive: true });
  return file;
}

function removeOld(folder: string): void {
  const yesterday = Date.now() - 24 * 3600 * 1000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < yesterday) rmSync(path, { recursive: true, force: true });
  }
}

/** On a server of its own, or on STEWARD_TEST_POSTGRES_URL; either way, nothing stays there. */
async function onPostgres(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.STEWARD_TEST_POSTGRES_URL;
  const server = given ? { url: given, stop: () => {} } : await startPostgres();
  process.once('exit', server.stop);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

  const name = `steward_test_${randomBytes(4).toString('hex')}`;
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await execute(server.url, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  const template = await openDatabase({ url: url.href });
  await migrate(template);
  await template.close();
  project.provide('template', { url: url.href });

  return async () => {
    if (given) {
      const clones = await execute(given, `SELECT datname FROM pg_database WHERE datname LIKE '${name}%'`);
      for (const { datname } of clones) await execute(given, `DROP DATABASE ${datname} WITH (FORCE)`);
    }
    process.off('exit', server.stop);
    server.stop();
  };
}

async function execute(url: string, sql: string): Promise<{ datname: string }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
