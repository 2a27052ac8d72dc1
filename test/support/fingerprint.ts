import { type Database, Prisma } from '../../src/database.ts';

/** A hash of each table's content by the table's name. Two that are equal show that nothing was written in between. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Moves with any request, so it says nothing about what a request did. */
const notCounted = ['last_active_at'];

/** Hashes every table of the database; `except` names tables to leave out. */
export async function fingerprint(database: Database, except: readonly string[] = []): Promise<Fingerprint> {
  const tables = await database.query<{ name: string }>(
    Prisma.sql`SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`,
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    if (except.includes(name)) continue;
    const [row] = await database.query<{ hash: string }>(Prisma.sql`
      SELECT count(*) || ' rows, ' || md5(coalesce(string_agg(content, ',' ORDER BY content), '')) AS hash
        FROM (SELECT (to_jsonb(t) - ${notCounted}::text[])::text AS content FROM ${Prisma.raw(`"${name}"`)} t) AS rows`);
    hashes[name] = row!.hash;
  }
  return hashes;
}
