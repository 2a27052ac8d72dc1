import { Prisma, type Transaction } from '../database.ts';

/**
 * Locks slugs until the commit, so that two who want the same one go one after the other, and the second finds what the first
 * has left. Gives the organizations that have one of them now, by slug. Last of all locks, and once in a transaction: whoever
 * may take any of several locks them all at once.
 */
export async function claimSlugs(tx: Transaction, slugs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const names = slugs.map((slug) => `slug ${slug}`).sort();
  // One after the other, in order: PostgreSQL takes the locks as the rows come.
  await tx.$queryRaw(Prisma.sql`
    SELECT pg_advisory_xact_lock(hashtextextended(name, 0))::text FROM unnest(${names}::text[]) WITH ORDINALITY AS n(name, i) ORDER BY i`);
  const taken = await tx.$queryRaw<{ slug: string; id: string }[]>(
    Prisma.sql`SELECT slug, id FROM organizations WHERE slug = ANY(${[...slugs]}::text[])`,
  );
  return new Map(taken.map(({ slug, id }) => [slug, id]));
}
