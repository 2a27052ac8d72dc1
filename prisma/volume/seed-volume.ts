import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createPasswords } from '../../src/auth/passwords.ts';
import type { Database } from '../../src/database.ts';
import { withBareTables } from './bare-tables.ts';
import { copyRows, type TableRows } from './copy.ts';
import { fewestUsers, frameOf, mostUsers } from './frame.ts';
import { readGiven, refuseUnlessFresh } from './given.ts';
import { staffAccount } from './people.ts';
import { tablesOfEvents } from './tables-of-events.ts';
import { tablesOfOrganizations } from './tables-of-organizations.ts';
import { tablesOfPeople } from './tables-of-people.ts';
import { worldOf } from './world.ts';

export interface VolumeOptions {
  /** A PostgreSQL server's, migrated, without users. */
  readonly database: Database;
  readonly users: number;
  /** Of the staff account, which is a system admin; null where nobody needs to sign in. Nobody knows the others' password. */
  readonly passwordHash: string | null;
  /** When it all has happened before: the same number of users and the same instant give the same rows, but for password hashes. */
  readonly now?: Date;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/**
 * Fills a database with as many users as are asked for, and in proportion with everything else that they leave behind.
 * All rows are one transaction: where it breaks off, nothing is kept, and the next call begins anew. Afterwards every
 * guard holds as if the rows had come one by one. Throws where there are users, or where production has used the database.
 */
export async function seedVolume(options: VolumeOptions): Promise<{ staff: { id: string; email: string } }> {
  const { database, users, passwordHash, now = new Date(), onProgress = () => {} } = options;
  if (!Number.isInteger(users) || users < fewestUsers || users > mostUsers)
    throw new Error(`The number of users is a whole number from ${fewestUsers} to ${mostUsers}.`);
  const others = await createPasswords({ passwordHashesAtOnce: 1, passwordWaiting: 1 }).hash(
    randomBytes(32).toString('base64url'),
  );

  return database.alone(async (pool) => {
    const client = await pool.connect();
    try {
      const { tables, staff } = await inTransaction(client, async () => {
        await refuseUnlessFresh(client);
        const world = worldOf(frameOf(users, now), await readGiven(client));
        const tables = [
          ...tablesOfPeople(world, { staff: passwordHash, others }),
          ...tablesOfOrganizations(world),
          ...tablesOfEvents(world),
        ];
        await fill(client, tables, onProgress);
        await client.query("UPDATE pools SET created_at = $1 WHERE code = 'default'", [new Date(world.pools[0]!.createdAt)]);
        await client.query('UPDATE installation SET demo_since = $1', [now]);
        return { tables, staff: { id: world.people.id(0), email: staffAccount.email } };
      });
      // Counts on index-only scans need the visibility map, and the planner needs to know how skewed it all is.
      await client.query(`VACUUM (ANALYZE) ${tables.map(({ table }) => table).join(', ')}`).catch((cause) => {
        throw new Error(`The data are in, but VACUUM ANALYZE broke off, without which they are slow: ${cause.message}`, {
          cause,
        });
      });
      onProgress(1, 1, 'done');
      return { staff };
    } finally {
      client.release();
    }
  });
}

async function inTransaction<Out>(client: pg.PoolClient, work: () => Promise<Out>): Promise<Out> {
  await client.query('BEGIN');
  try {
    const out = await work();
    await client.query('COMMIT');
    return out;
  } catch (error) {
    // A connection that is lost takes its transaction with it.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function fill(client: pg.PoolClient, tables: readonly TableRows[], onProgress: NonNullable<VolumeOptions['onProgress']>) {
  const rows = tables.reduce((sum, { count }) => sum + count, 0);
  // Indexes, keys and VACUUM take about as long as half of the rows.
  const total = Math.round(rows * 1.55);
  let done = 0;
  await withBareTables(
    client,
    tables.map(({ table }) => table),
    async () => {
      for (const table of tables) {
        await copyRows(client, table, (more) => {
          done += more;
          onProgress(Math.min(done, rows), total, table.table);
        });
      }
    },
    (restored, parts, name) => onProgress(Math.round(rows * (1 + (restored / parts) * 0.5)), total, name),
  );
  onProgress(Math.round(rows * 1.5), total, 'VACUUM ANALYZE');
}
