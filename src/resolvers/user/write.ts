import { Prisma, type Transaction } from '../../database.ts';

/**
 * Writes columns of a person, who is locked, and moves their version. Where power is taken or exchanged (`stale`), the
 * access tokens from before are refused from the commit on.
 */
export async function writePerson(
  tx: Transaction,
  userId: string,
  columns: readonly Prisma.Sql[],
  { stale }: { stale: boolean },
): Promise<void> {
  const moved = [Prisma.sql`version = version + 1`, Prisma.sql`updated_at = now()`];
  const token = stale ? [Prisma.sql`token_version = token_version + 1`] : [];
  await tx.$executeRaw(Prisma.sql`UPDATE users SET ${Prisma.join([...columns, ...moved, ...token])} WHERE id = ${userId}::uuid`);
}

/** Raises the token version alone: what is taken hangs on the person, and is no field of theirs. */
export async function makeTokensStale(tx: Transaction, userId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${userId}::uuid`);
}
