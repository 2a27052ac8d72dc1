import { Prisma, type Transaction } from '../database.ts';
import { conflict, type Refusal } from '../errors.ts';
import { encodeId } from '../ids.ts';

/** What has to be free in a pool before somebody gets it there. */
export interface Claim {
  readonly poolId: string;
  readonly email?: string;
  readonly externalId?: string;
}

/**
 * Locks the addresses and external ids in their pools until the commit, so that two who want the same one go one after
 * the other, and the second finds what the first has left. Refuses with EMAIL_TAKEN or EXTERNAL_ID_TAKEN where somebody
 * else has one already. Last of all locks, after people, apps and pools.
 */
export async function claimInPools(
  tx: Transaction,
  claims: readonly Claim[],
  options: {
    readonly userId: string;
    readonly places?: { readonly email?: readonly string[]; readonly externalId?: readonly string[] };
  },
): Promise<void> {
  const emails = claims.flatMap(({ poolId, email }) => (email === undefined ? [] : [{ poolId, text: email }]));
  const externalIds = claims.flatMap(({ poolId, externalId }) =>
    externalId === undefined ? [] : [{ poolId, text: externalId }],
  );
  const names = [
    ...emails.map(({ poolId, text }) => `email ${poolId} ${text}`),
    ...externalIds.map(({ poolId, text }) => `external id ${poolId} ${text}`),
  ].sort();
  if (names.length === 0) return;
  // One after the other, in order: PostgreSQL takes the locks as the rows come.
  await tx.$queryRaw(Prisma.sql`
    SELECT pg_advisory_xact_lock(hashtextextended(name, 0))::text FROM unnest(${names}::text[]) WITH ORDINALITY AS n(name, i) ORDER BY i`);

  const [taken] = await tx.$queryRaw<{ what: 'email' | 'externalId'; userId: string }[]>(Prisma.sql`
    SELECT 'email' AS what, a.user_id AS "userId"
      FROM unnest(${emails.map(({ poolId }) => poolId)}::uuid[], ${emails.map(({ text }) => text)}::text[]) AS c(pool_id, email)
      JOIN pool_addresses a ON a.pool_id = c.pool_id AND a.email = c.email WHERE a.user_id <> ${options.userId}::uuid
    UNION ALL
    SELECT 'externalId', u.id
      FROM unnest(${externalIds.map(({ poolId }) => poolId)}::uuid[], ${externalIds.map(({ text }) => text)}::text[]) AS c(pool_id, external_id)
      JOIN users u ON u.home_pool_id = c.pool_id AND u.external_id = c.external_id WHERE u.id <> ${options.userId}::uuid`);
  if (taken) throw refusal(taken, options.places);
}

function refusal(
  { what, userId }: { what: 'email' | 'externalId'; userId: string },
  places: { readonly email?: readonly string[]; readonly externalId?: readonly string[] } = {},
): Refusal {
  return conflict(what === 'email' ? 'EMAIL_TAKEN' : 'EXTERNAL_ID_TAKEN', encodeId('user', userId), places[what]);
}
