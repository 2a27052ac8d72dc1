import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { everything, type Migration, migrationList, readMigrations } from '../src/database/migrations.ts';
import { withEngine } from '../src/database/schema-engine.ts';
import { root } from '../src/root.ts';

interface Drifting {
  /** The text of another schema than `prisma/schema.prisma`. */
  readonly schema?: string;
  readonly migrations?: readonly Migration[];
  /** A database to work in, which is closed afterwards; making one takes seconds. */
  readonly empty?: PGlite;
}

/**
 * The SQL that leads from what the migrations make to what `prisma/schema.prisma` says; null where they agree. What
 * Prisma's language has no words for (checks, triggers, partial indexes, collations) it neither sees nor proposes.
 */
export async function drift({
  schema,
  migrations = readMigrations(),
  empty = new PGlite({ extensions: { pg_trgm } }),
}: Drifting = {}) {
  const content = schema ?? (await readFile(join(root, 'prisma', 'schema.prisma'), 'utf8'));
  try {
    return await withEngine(shadowedBy(empty), async (engine) => {
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'migrations', ...migrationList(migrations) },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
        script: true,
        exitCode: true,
        filters: everything,
      });
      return exitCode === 0 ? null : (stdout ?? '');
    });
  } finally {
    await empty.close();
  }
}

/** The engine runs the migrations on a database for this alone. */
function shadowedBy(pglite: PGlite): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPGlite(pglite) as unknown as SqlMigrationAwareDriverAdapterFactory;
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => factory.connect(),
    connectToShadowDb: () => factory.connect(),
  };
}
