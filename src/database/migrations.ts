import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type pg from 'pg';
import type { Database } from '../database.ts';
import { root } from '../root.ts';
import { adaptersOver, withEngine } from './schema-engine.ts';

export interface Migrated {
  /** Names of the migrations that this call applied. */
  readonly applied: readonly string[];
  /** Names of migrations in the database that this version does not know: a newer version has been here. */
  readonly unknown: readonly string[];
}

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrationsFolder = join(root, 'prisma', 'migrations');

/** What is on disk, in the order in which it is applied. */
export function readMigrations(folder = migrationsFolder): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Brings the database to the state of this version; to be called before anything else uses it. Throws an error that names
 * the migration and says what to do where one failed, now or earlier, or was edited after it had run. Servers that start
 * at once take turns, and all but the first find nothing to do.
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<Migrated> {
  return database.alone(async (pool) => {
    const present = await recorded(pool);
    if (isCurrent(present, migrations)) return { applied: [], unknown: unknownAmong(present, migrations) };
    return apply(pool, migrations);
  });
}

/** Forgets that the migration failed, so that the next `migrate` tries it again. Nothing of a failed one was kept. */
export async function markRolledBack(database: Database, name: string): Promise<void> {
  await database.alone((pool) =>
    withEngine(adaptersOver(pool), (engine) => engine.markMigrationRolledBack({ migrationName: name })),
  );
}

/** The engine's form of the migrations. */
export function migrationList(migrations: readonly Migration[]): MigrationList {
  return {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/** Nothing in this product is left out of a comparison or a migration. */
export const everything = { externalTables: [], externalEnums: [] };

interface Recorded {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

/** What the database says it has; undefined where it was never migrated. */
async function recorded(pool: pg.Pool): Promise<Recorded[] | undefined> {
  const exists = await pool.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists");
  if (!exists.rows[0].exists) return undefined;
  const { rows } = await pool.query(
    'SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return rows;
}

/** Whether every migration has run as it is, so that the engine need not even be loaded. */
function isCurrent(present: Recorded[] | undefined, migrations: readonly Migration[]): boolean {
  if (!present?.every(({ finished }) => finished)) return false;
  const checksums = new Map(present.map(({ name, checksum }) => [name, checksum]));
  return migrations.every(({ name, sql }) => checksums.get(name) === createHash('sha256').update(sql).digest('hex'));
}

function unknownAmong(present: Recorded[] | undefined, migrations: readonly Migration[]): string[] {
  const known = new Set(migrations.map(({ name }) => name));
  return (present ?? []).map(({ name }) => name).filter((name) => !known.has(name));
}

async function apply(pool: pg.Pool, migrations: readonly Migration[]): Promise<Migrated> {
  const migrationsList = migrationList(migrations);
  let failure: Error | undefined;
  const adapters = adaptersOver(pool, (error) => {
    failure = error;
  });
  return withEngine(adapters, async (engine) => {
    const found = await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters: everything });
    const [failed] = found.failedMigrationNames;
    if (failed) throw new Error(`The migration ${failed} has failed earlier. ${whatToDo(failed)}`);
    const [edited] = found.editedMigrationNames;
    if (edited) {
      throw new Error(
        `The migration ${edited} was changed after it had run on this database. ` +
          `Restore prisma/migrations/${edited}/migration.sql as it was, and put the change into a new migration (npm run migration -- NAME).`,
      );
    }
    const unknown = unknownAmong(await recorded(pool), migrations);
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: everything });
      return { applied: appliedMigrationNames, unknown };
    } catch (error) {
      const name = await failedOne(pool);
      if (!name) throw error;
      throw new Error(`The migration ${name} failed: ${(failure ?? (error as Error)).message}. ${whatToDo(name)}`, {
        cause: error,
      });
    }
  });
}

function whatToDo(name: string): string {
  return (
    'Nothing of it was kept. Remove the cause (in the data, or by a corrected version of this product), ' +
    `then have it tried again: npm run admin -- migrate --retry ${name}`
  );
}

async function failedOne(pool: pg.Pool): Promise<string | undefined> {
  return (await recorded(pool))?.find(({ finished }) => !finished)?.name;
}
