import { z } from 'zod';
import { gone, record } from '../../audit.ts';
import { endSessionsBoundTo } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { encodeId } from '../../ids.ts';
import { optionalReason, parseInput, required } from '../../input.ts';
import { filledFields } from './fields.ts';
import { lockThere } from './there.ts';

const OrganizationDelete = z.object({ organizationId: required<string>(), reason: optionalReason.default(null) });

export interface OrganizationDeleteInput {
  readonly organizationId: string;
  readonly reason?: string | null;
}

/**
 * Deletes an organization with its memberships, roles and invitations, and ends the impersonations that are bound to it.
 * Sessions that are scoped to it go on without a scope, so that their access tokens are stale; nobody else's are.
 */
export async function organizationDelete(context: SignedInContext, input: OrganizationDeleteInput) {
  const { organizationId, reason } = parseInput(OrganizationDelete, input);

  return change(context, async (tx) => {
    const { organization } = await lockThere(tx, context, 'organizationDelete', organizationId, { lock: 'delete' });
    const ended = await endSessionsBoundTo(tx, organization.id);
    const deletedMemberships = await deleteOrganization(tx, organization.id);
    await record(tx, context, {
      action: 'organization.deleted',
      subject: { type: 'org', id: organization.id },
      organizationId: organization.id,
      reason,
      changes: gone({ ...filledFields(organization), owner: encodeId('user', organization.ownerId) }),
      metadata: { deletedMemberships, endedImpersonations: ended.length },
      // Not of the many who were members: the event is about the organization.
      people: [organization.ownerId, ...ended.flatMap(({ userId, impersonatorId }) => [userId, impersonatorId!])],
    });
    return { deletedOrganizationId: organization.id, deletedMemberships };
  });
}

/** Deletes an organization, which is locked, and counts its memberships. Whoever joins it waits for the lock, so there come no more. */
async function deleteOrganization(tx: Transaction, id: string): Promise<number> {
  // Mail before its invitations, as whoever sends it locks them.
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM outbox_messages m USING invitations i WHERE i.id = m.invitation_id AND i.organization_id = ${id}::uuid`);
  const deletedMemberships = await tx.$executeRaw(Prisma.sql`DELETE FROM memberships WHERE organization_id = ${id}::uuid`);
  await tx.$executeRaw(Prisma.sql`DELETE FROM organizations WHERE id = ${id}::uuid`);
  return deletedMemberships;
}
