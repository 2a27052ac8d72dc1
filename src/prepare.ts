import type { Logger } from 'pino';
import { migrate } from './database/migrations.ts';
import { type Database, Prisma } from './database.ts';
import type { Settings } from './settings.ts';

/**
 * Migrates the database, has audit events go on after those of a restored dump, and keeps production and development
 * apart. Throws where production has used it and this is not production; warns where production finds demo accounts, whose
 * passwords are in somebody's data folder.
 */
export async function prepare(database: Database, { mode }: Settings, log: Logger): Promise<{ applied: readonly string[] }> {
  const { applied, unknown } = await migrate(database);
  if (applied.length > 0) log.info({ applied }, 'migrated');
  if (unknown.length > 0) log.warn({ unknown }, 'a newer version has migrated this database');

  const generation = await nextGeneration(database);
  if (generation !== null) log.warn({ generation }, 'restored from a dump: audit events go on in a new generation');

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

/**
 * Raises the generation where events of the present one have transactions that this cluster has yet to give: they come
 * from a dump of another cluster, and what happens from now on would be ordered among them. Of several servers that start
 * at once one raises it, since the others wait for its row and look again. Null where there was nothing to raise.
 */
async function nextGeneration(database: Database): Promise<number | null> {
  const [raised] = await database.query<{ generation: number }>(Prisma.sql`
    UPDATE installation SET generation = generation + 1
     WHERE EXISTS (SELECT FROM audit_events e WHERE e.generation = installation.generation
                      AND e.transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    RETURNING generation`);
  return raised?.generation ?? null;
}
