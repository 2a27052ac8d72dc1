import type { Change } from '../../audit.ts';
import { endPasswordLinks } from '../../auth/password-links.ts';
import { type EndedSession, endSessionsOf } from '../../auth/sessions.ts';
import type { Steward } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { type Claim, claimInPools } from '../../locks/address.ts';
import type { Person } from '../../locks/person.ts';
import { queueMail } from '../../mail/outbox.ts';
import { userSearchText } from '../../search.ts';
import { writePerson } from './write.ts';

/** What of a person is edited field by field, by the names of the API's fields. */
export type Profile = Pick<Person, 'email' | 'emailVerified' | 'name' | 'avatarUrl' | 'externalId' | 'metadata'>;

/** The profile as an edit leaves it: what is left out stays, and a new address is unverified unless told. */
export function edited(
  before: Profile,
  { email, emailVerified, name, avatarUrl, externalId, metadata }: Partial<Profile>,
): Profile {
  const isNewAddress = email !== undefined && email !== before.email;
  return {
    email: email ?? before.email,
    emailVerified: emailVerified ?? (isNewAddress ? false : before.emailVerified),
    name: name === undefined ? before.name : name,
    avatarUrl: avatarUrl === undefined ? before.avatarUrl : avatarUrl,
    externalId: externalId === undefined ? before.externalId : externalId,
    metadata: metadata ?? before.metadata,
  };
}

/**
 * Claims what is new of address and external id: an address wherever the person is, by home or by tag, an external id in
 * the home pool. The person is locked, so that they stay in their pools.
 */
export async function claimProfile(tx: Transaction, person: Person, after: Profile): Promise<void> {
  const claims: Claim[] = [];
  if (after.email !== person.email) {
    const pools = await tx.$queryRaw<{ poolId: string }[]>(
      Prisma.sql`SELECT pool_id AS "poolId" FROM pool_addresses WHERE user_id = ${person.id}::uuid`,
    );
    claims.push(...pools.map(({ poolId }) => ({ poolId, email: after.email })));
  }
  if (after.externalId !== null && after.externalId !== person.externalId) {
    claims.push({ poolId: person.homePoolId, externalId: after.externalId });
  }
  await claimInPools(tx, claims, {
    userId: person.id,
    places: { email: ['input', 'email'], externalId: ['input', 'externalId'] },
  });
}

const columns: { readonly [Field in keyof Profile]: (value: Profile[Field]) => Prisma.Sql } = {
  email: (email) => Prisma.sql`email = ${email}`,
  emailVerified: (isVerified) => Prisma.sql`email_verified = ${isVerified}`,
  name: (name) => Prisma.sql`name = ${name}`,
  avatarUrl: (url) => Prisma.sql`avatar_url = ${url}`,
  externalId: (externalId) => Prisma.sql`external_id = ${externalId}`,
  metadata: (metadata) => Prisma.sql`metadata = ${JSON.stringify(metadata)}::jsonb`,
};

/** Writes the fields that differ, and what is searched with them. With a new address the access tokens from before are stale. */
export async function writeProfile(tx: Transaction, person: Person, after: Profile, changes: readonly Change[]): Promise<void> {
  const fields = changes.map(({ field }) => field as keyof Profile);
  const sets = fields.map(<Field extends keyof Profile>(field: Field) => columns[field](after[field]));
  const search = Prisma.sql`search_text = ${userSearchText(after)}`;
  await writePerson(tx, person.id, [...sets, search], { stale: after.email !== person.email });
}

/** Takes everything from the former address: sessions, impersonations and links end, and it is told by mail, by the name that it knows. */
export async function leaveAddress(tx: Transaction, steward: Steward, person: Person): Promise<EndedSession[]> {
  const ended = await endSessionsOf(tx, person.id);
  await endPasswordLinks(tx, person.id);
  await queueMail(tx, steward, { template: 'emailChanged', to: person.email, userId: person.id, name: person.name });
  return ended;
}
