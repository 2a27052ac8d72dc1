import type { Logger } from 'pino';
import { migrate } from './database/migrations.ts';
import { type Database, Prisma } from './database.ts';
import type { Settings } from './settings.ts';

/**
 * Migrates the database and keeps production and development apart. Throws where production has used it and this is not
 * production; warns where production finds demo accounts, whose passwords are in somebody's data folder.
 */
export async function prepare(database: Database, { mode }: Settings, log: Logger): Promise<{ applied: readonly string[] }> {
  const { applied, unknown } = await migrate(database);
  if (applied.length > 0) log.info({ applied }, 'migrated');
  if (unknown.length > 0) log.warn({ unknown }, 'a newer version has migrated this database');

  const { installation } = database.prisma;
  const { productionSince, demoSince } = await installation.findUniqueOrThrow({ where: { id: 1 } });
  if (mode !== 'production' && productionSince) {
    throw new Error(`NODE_ENV: ${database.describe()} has been used in production, so it is not opened in ${mode}.`);
  }
  if (mode === 'production' && demoSince) log.warn({ demoSince }, 'this database holds demo accounts: suspend or delete them');
  if (mode === 'production' && !productionSince) {
    await database.query(Prisma.sql`UPDATE installation SET production_since = now() WHERE production_since IS NULL`);
  }
  return { applied };
}
