import { migrate } from './database/migrations.ts';
import { type Database, Prisma } from './database.ts';
import type { Settings } from './settings.ts';

/**
 * Migrates the database and keeps production and development apart: a database of real people and one with demo accounts
 * must never be the same. Throws where production has used it and this is not production.
 */
export async function prepare(database: Database, { mode }: Settings): Promise<Awaited<ReturnType<typeof migrate>>> {
  const migrations = await migrate(database);
  if (mode === 'production') {
    await database.query(Prisma.sql`UPDATE installation SET production_since = now() WHERE production_since IS NULL`);
    return migrations;
  }
  const [used] = await database.query(Prisma.sql`SELECT FROM installation WHERE production_since IS NOT NULL`);
  if (used) {
    throw new Error(`NODE_ENV: ${database.describe()} has been used in production, so it is not opened in ${mode}.`);
  }
  return migrations;
}
