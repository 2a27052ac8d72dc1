import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { lockFolder } from './folder-lock.ts';

const extensions = { pg_trgm };

export interface Embedded {
  readonly pglite: PGlite;
  close(): Promise<void>;
}

/** In memory, from what `dumpDataDir` gave; empty without it. */
export async function openInMemory(dump?: Blob): Promise<Embedded> {
  const pglite = await PGlite.create({ extensions, ...(dump && { loadDataDir: dump }) });
  return { pglite, close: () => pglite.close() };
}

/**
 * The database in `folder`, made on demand and kept from every other process until it is closed; throws where another one has it.
 * A new one is made beside it and moved into place, so that a process killed meanwhile leaves nothing that looks like a database.
 */
export async function openInFolder(folder: string): Promise<Embedded> {
  const unlock = await lockFolder(folder);
  try {
    if (!existsSync(folder)) {
      const draft = `${folder}.new`;
      rmSync(draft, { recursive: true, force: true });
      mkdirSync(draft, { mode: 0o700 });
      await (await PGlite.create({ dataDir: draft, extensions })).close();
      renameSync(draft, folder);
    }
    const pglite = await PGlite.create({ dataDir: folder, extensions });
    return {
      pglite,
      async close() {
        await pglite.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
