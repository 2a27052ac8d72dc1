import { Prisma, type Transaction } from '../../database.ts';
import { notFound, type Refusal } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import type { RoleThere } from '../organization/roles.ts';
import type { InvitationFacts } from './rules.ts';

export interface Invitation extends InvitationFacts {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  readonly invitedById: string | null;
  readonly roleIds: readonly string[];
}

/** What names an invitation: its id, or the hash of its link's token. */
export type Named = { readonly id: string } | { readonly tokenHash: Buffer };

/** Reads an invitation, with its status as it counts now. It stays so where its organization is locked; null where there is none. */
export async function readInvitation(tx: Transaction, named: Named): Promise<Invitation | null> {
  const condition = 'id' in named ? Prisma.sql`n.id = ${named.id}::uuid` : Prisma.sql`n.token_hash = ${named.tokenHash}::bytea`;
  const [invitation] = await tx.$queryRaw<Invitation[]>(Prisma.sql`
    SELECT n.id, n.organization_id AS "organizationId", n.email, n.invited_by_id AS "invitedById",
           CASE WHEN n.status = 'PENDING' AND n.expires_at <= now() THEN 'EXPIRED' ELSE n.status::text END AS status,
           ARRAY(SELECT ir.role_id FROM invitation_roles ir WHERE ir.invitation_id = n.id) AS "roleIds"
      FROM invitations n WHERE ${condition}`);
  return invitation ?? null;
}

/** Reads an invitation of a locked organization. Throws NOT_FOUND alike for an unknown one and another organization's. */
export async function readInvitationThere(tx: Transaction, organizationId: string, id: string): Promise<Invitation> {
  const uuid = decodeId('inv', id);
  const invitation = uuid && (await readInvitation(tx, { id: uuid }));
  if (!invitation || invitation.organizationId !== organizationId) throw unknownInvitation(id);
  return invitation;
}

export const unknownInvitation = (id: string): Refusal => notFound(id, ['input', 'invitationId']);

/** The roles that an invitation carries, most powerful first. */
export const carriedBy = ({ roleIds }: Invitation, rolesThere: readonly RoleThere[]): RoleThere[] =>
  rolesThere.filter(({ id }) => roleIds.includes(id));

/** Whom an event about an invitation to the address is about: everybody who has it, in whichever pool. */
export async function peopleOfAddress(tx: Transaction, email: string): Promise<string[]> {
  const people = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`SELECT id FROM users WHERE email = ${email}`);
  return people.map(({ id }) => id);
}

/** The membership of whoever has the address and is a member of a locked organization; null where nobody is. */
export async function membershipOfAddress(tx: Transaction, organizationId: string, email: string): Promise<string | null> {
  const [membership] = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT m.id FROM users u JOIN memberships m ON m.user_id = u.id AND m.organization_id = ${organizationId}::uuid
     WHERE u.email = ${email} ORDER BY m.id LIMIT 1`);
  return membership?.id ?? null;
}
