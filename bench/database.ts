import { seedVolume } from '../prisma/volume/seed-volume.ts';
import { migrate } from '../src/database/migrations.ts';
import { type Database, openDatabase, Prisma } from '../src/database.ts';

/**
 * Opens the database, migrates it, and fills it where it has no users. Throws where its users are real: a session is opened
 * for one of the staff.
 */
export async function openFilled(
  url: string,
  users: number,
  onProgress: (done: number, total: number) => void,
): Promise<Database> {
  const database = await openDatabase({ url }, { poolSize: 4, statementTimeoutMs: 600_000, transactionTimeoutMs: 600_000 });
  await migrate(database);
  const [state] = await database.query<{ filled: boolean; made: boolean }>(Prisma.sql`
    SELECT EXISTS (SELECT FROM users) AS filled, EXISTS (SELECT FROM installation WHERE demo_since IS NOT NULL) AS made`);
  if (state!.filled && !state!.made) {
    throw new Error(`${database.describe()} has users of its own: the benchmark wants an empty database, or one that it filled.`);
  }
  if (!state!.filled) await seedVolume({ database, users, passwordHash: null, onProgress });
  // What PostgreSQL knows of the tables must not change while it is measured.
  await database.pool.query('VACUUM (ANALYZE)');
  return database;
}

/** How many rows there are of what matters. */
export async function sizes(database: Database): Promise<Record<string, number>> {
  const [row] = await database.query<Record<string, number>>(Prisma.sql`
    SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM organizations) AS organizations,
           (SELECT count(*)::int FROM memberships) AS memberships, (SELECT count(*)::int FROM app_grants) AS grants,
           (SELECT count(*)::int FROM sessions) AS sessions`);
  return row!;
}
