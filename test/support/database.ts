import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { openInMemory } from '../../src/database/embedded.ts';
import { type Database, type DatabaseLocation, type DatabaseOptions, openDatabase } from '../../src/database.ts';

const template = inject('template');

/** Races and faults show on PostgreSQL alone: the embedded database has one connection. */
export const onPostgres = 'url' in template;

const opened: Database[] = [];
afterAll(() => Promise.all(opened.map((database) => database.close())));

/** A migrated database that nobody else has. It is closed with the test file, and goes with the process or the server. */
export async function testDatabase(options: DatabaseOptions = {}): Promise<Database> {
  return reopened(await testLocation(), options);
}

/** Another pool on the same database, as a second server has one. On PostgreSQL only. */
export async function reopened(location: DatabaseLocation, options: DatabaseOptions = {}): Promise<Database> {
  const poolSize = process.env.STEWARD_TEST_POOL ? { poolSize: Number(process.env.STEWARD_TEST_POOL) } : {};
  const database = await openDatabase(location, { ...poolSize, ...options });
  opened.push(database);
  return database;
}

/** Where a new copy of the migrated database is. */
export async function testLocation(): Promise<DatabaseLocation> {
  if ('dump' in template) return { dump: new Blob([await readFile(template.dump)]) };
  return { url: await createdFrom(new URL(template.url).pathname.slice(1)) };
}

/** Where an empty database is; on PostgreSQL only. */
export function emptyLocation(): Promise<DatabaseLocation> {
  return createdFrom('template0').then((url) => ({ url }));
}

/** An embedded database without any table, sooner there than a new one; not on PostgreSQL. */
export async function emptyEmbedded(): Promise<PGlite> {
  if (!('dump' in template)) throw new Error('There is no copy of an embedded database on PostgreSQL.');
  const { pglite } = await openInMemory(new Blob([await readFile(template.dump)]));
  await pglite.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  return pglite;
}

async function createdFrom(source: string): Promise<string> {
  if (!('url' in template)) throw new Error('The embedded database is not made from a template.');
  const url = new URL(template.url);
  const name = `${url.pathname.slice(1)}_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: new URL('/postgres', url).href });
  await client.connect();
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${source}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}
