import { type Database, Prisma } from '../../src/database.ts';

/** A hash of each table's content by the table's name. Two that are equal show that nothing was written in between. */
export type Fingerprint = Readonly<Record<string, string>>;

/** `sessions.last_active_at` moves with any request, so it says nothing about what a request did. */
const contentOf = (table: string): Prisma.Sql =>
  table === 'sessions' ? Prisma.sql`(to_jsonb(t) - 'last_active_at')::text` : Prisma.sql`t::text`;

/** Hashes every table of the database, in one statement; `except` names tables to leave out. */
export async function fingerprint(database: Pick<Database, 'query'>, except: readonly string[] = []): Promise<Fingerprint> {
  const tables = await database.query<{ name: string }>(
    Prisma.sql`SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`,
  );
  const hashing = tables
    .filter(({ name }) => !except.includes(name))
    .map(
      ({ name }) => Prisma.sql`
        SELECT ${name}::text AS name, count(*) || ' rows, ' || md5(coalesce(string_agg(content, ',' ORDER BY content), '')) AS hash
          FROM (SELECT ${contentOf(name)} AS content FROM ${Prisma.raw(`"${name}"`)} t) AS rows`,
    );
  const hashes = await database.query<{ name: string; hash: string }>(Prisma.join(hashing, ' UNION ALL '));
  return Object.fromEntries(hashes.map(({ name, hash }) => [name, hash]));
}
