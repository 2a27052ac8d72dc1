import { type EndedSession, endSessionsBoundTo, endSessionsOvertaken } from '../../auth/sessions.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { newId } from '../../ids.ts';
import type { Member } from './members.ts';
import type { RoleThere } from './roles.ts';

const ids = (roles: readonly RoleThere[]): string[] => roles.map(({ id }) => id);

export interface NewMembership {
  readonly organizationId: string;
  readonly userId: string;
  readonly roles: readonly RoleThere[];
  /** Who added or invited the person. */
  readonly invitedById: string | null;
}

/** Writes a membership with its roles, in an organization that is locked, and gives its id. It only adds: no access token is stale. */
export async function insertMembership(
  tx: Transaction,
  { organizationId, userId, roles, invitedById }: NewMembership,
): Promise<string> {
  const id = newId();
  await tx.$executeRaw(Prisma.sql`
    WITH membership AS (
      INSERT INTO memberships (id, organization_id, user_id, invited_by_id)
      VALUES (${id}::uuid, ${organizationId}::uuid, ${userId}::uuid, ${invitedById}::uuid)
    )
    INSERT INTO membership_roles (membership_id, role_id) SELECT ${id}::uuid, role_id FROM unnest(${ids(roles)}::uuid[]) AS role_id`);
  return id;
}

/** The difference between what a membership carries and what it is to carry. */
export interface RolesChange {
  readonly roles: readonly RoleThere[];
  readonly added: readonly RoleThere[];
  readonly removed: readonly RoleThere[];
}

/**
 * Replaces a member's roles in one statement. Access tokens from before are stale, as of whoever's power is exchanged. Impersonations in the
 * organization end where the member loses a role, be they impersonated or impersonating, and where they rise to their
 * impersonator's rank. Gives what ended.
 */
export async function replaceMemberRoles(
  tx: Transaction,
  organizationId: string,
  { membershipId, person }: Member,
  { roles, added, removed }: RolesChange,
): Promise<EndedSession[]> {
  await tx.$executeRaw(Prisma.sql`
    WITH gone AS (
      DELETE FROM membership_roles WHERE membership_id = ${membershipId}::uuid AND role_id = ANY(${ids(removed)}::uuid[])
    ), come AS (
      INSERT INTO membership_roles (membership_id, role_id) SELECT ${membershipId}::uuid, role_id FROM unnest(${ids(added)}::uuid[]) AS role_id
    ), person AS (
      UPDATE users SET token_version = token_version + 1 WHERE id = ${person.id}::uuid
    )
    UPDATE memberships SET version = version + 1, updated_at = now() WHERE id = ${membershipId}::uuid`);
  return removed.length > 0
    ? endSessionsBoundTo(tx, organizationId, [person.id])
    : endSessionsOvertaken(tx, organizationId, [person.id], roles[0]!.rank);
}

/**
 * Suspends a membership, which gives nothing from the next call on and makes access tokens from before stale, or restores it,
 * which does neither. With a suspension the impersonations in the organization end, of and by the member. Gives what ended.
 */
export async function writeMemberStatus(
  tx: Transaction,
  organizationId: string,
  { membershipId, person }: Member,
  status: Member['status'],
): Promise<EndedSession[]> {
  const suspends = status === 'SUSPENDED';
  await tx.$executeRaw(Prisma.sql`
    WITH person AS (
      UPDATE users SET token_version = token_version + 1 WHERE id = ${person.id}::uuid AND ${suspends}::boolean
    )
    UPDATE memberships SET status = ${status}::membership_status, version = version + 1, updated_at = now() WHERE id = ${membershipId}::uuid`);
  return suspends ? endSessionsBoundTo(tx, organizationId, [person.id]) : [];
}
