import { Prisma, type Transaction } from '../database.ts';

/** An organization as the locked row has it. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string | null;
  readonly website: string | null;
  readonly logoUrl: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly suspensionReason: string | null;
  readonly ownerId: string;
  readonly memberCount: number;
  readonly version: number;
}

/**
 * `change` is for changing the organization, and whatever hangs on it: its memberships, roles and invitations, which need no
 * locks of their own; `delete` is for taking it away.
 */
export type OrganizationLock = 'change' | 'delete';

/** Locks an organization; after people, apps and pools. Null where there is none. */
export async function lockOrganization(tx: Transaction, id: string, lock: OrganizationLock): Promise<Organization | null> {
  const strength = lock === 'change' ? Prisma.sql`FOR NO KEY UPDATE` : Prisma.sql`FOR UPDATE`;
  const [organization] = await tx.$queryRaw<Organization[]>(Prisma.sql`
    SELECT id, name, slug, description, website, logo_url AS "logoUrl", metadata, status::text, suspension_reason AS "suspensionReason",
           owner_id AS "ownerId", member_count AS "memberCount", version
      FROM organizations WHERE id = ${id}::uuid ${strength}`);
  return organization ?? null;
}

/**
 * Locks the organizations where something refers to a person, who is locked, in the order of their ids: where they are a member,
 * have invited somebody, or are invited. For changing what hangs on all of them.
 */
export async function lockOrganizationsTiedTo(
  tx: Transaction,
  person: { readonly id: string; readonly email: string },
): Promise<void> {
  await tx.$queryRaw(Prisma.sql`
    SELECT id FROM organizations WHERE id IN (
      SELECT organization_id FROM memberships WHERE user_id = ${person.id}::uuid OR invited_by_id = ${person.id}::uuid
      UNION
      SELECT organization_id FROM invitations WHERE email = ${person.email} OR invited_by_id = ${person.id}::uuid)
     ORDER BY id FOR NO KEY UPDATE`);
}
