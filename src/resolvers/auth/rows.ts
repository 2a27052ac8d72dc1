import { Prisma, type Transaction } from '../../database.ts';
import { decodeId } from '../../ids.ts';
import type { AskedScope, GrantFacts, ScopeFacts } from './rules.ts';

/** Reads a person's grant. The person is locked, and with them their grants. */
export async function readGrant(tx: Transaction, userId: string, appId: string): Promise<GrantFacts | null> {
  const [grant] = await tx.$queryRaw<GrantFacts[]>(Prisma.sql`
    SELECT status::text FROM app_grants WHERE user_id = ${userId}::uuid AND app_id = ${appId}::uuid`);
  return grant ?? null;
}

/** Locks the organization that a caller names, then their membership there, against change; null where they name none. */
export async function lockAskedScope(tx: Transaction, userId: string, id: string | null | undefined): Promise<AskedScope | null> {
  if (id === null || id === undefined) return null;
  const organizationId = decodeId('org', id);
  return { organizationId, facts: organizationId === null ? null : await lockScope(tx, userId, organizationId) };
}

async function lockScope(tx: Transaction, userId: string, organizationId: string): Promise<ScopeFacts | null> {
  const [organization] = await tx.$queryRaw<{ status: ScopeFacts['organizationStatus'] }[]>(Prisma.sql`
    SELECT status::text FROM organizations WHERE id = ${organizationId}::uuid FOR SHARE`);
  const [membership] = await tx.$queryRaw<{ status: ScopeFacts['membershipStatus'] }[]>(Prisma.sql`
    SELECT status::text FROM memberships WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid FOR SHARE`);
  return organization && membership ? { organizationStatus: organization.status, membershipStatus: membership.status } : null;
}

/** Reads the scope that a session has. Whoever ends or suspends a membership locks its person first, as is done here, too. */
export async function readScope(tx: Transaction, userId: string, organizationId: string): Promise<ScopeFacts | null> {
  const [scope] = await tx.$queryRaw<ScopeFacts[]>(Prisma.sql`
    SELECT m.status::text AS "membershipStatus", o.status::text AS "organizationStatus"
      FROM memberships m JOIN organizations o ON o.id = m.organization_id
     WHERE m.organization_id = ${organizationId}::uuid AND m.user_id = ${userId}::uuid`);
  return scope ?? null;
}
