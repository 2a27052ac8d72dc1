import { record } from '../../audit.ts';
import { endedInEvent, endSessionsOvertaken } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound, refuseIf } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { isOrgAdmin, readMembership } from './members.ts';
import { readRolesThere } from './roles.ts';
import { newOwnerRefused } from './rules.ts';
import { lockThere } from './there.ts';

export interface OrganizationTransferOwnershipInput {
  readonly organizationId: string;
  readonly newOwnerId: string;
}

/** Makes an active member the owner, who gets `org_admin` beside the roles that they have. The former owner keeps everything else. */
export async function organizationTransferOwnership(context: SignedInContext, input: OrganizationTransferOwnershipInput) {
  const { organizationId, newOwnerId } = input;
  const id = decodeId('user', newOwnerId);

  return change(context, async (tx) => {
    const { organization, people } = await lockThere(tx, context, 'organizationTransferOwnership', organizationId, {
      people: new Map(id ? [[id, 'change']] : []),
    });
    const person = id && people.get(id);
    const membership = person && (await readMembership(tx, organization.id, person.id));
    if (!membership) throw notFound(newOwnerId, ['input', 'newOwnerId']);
    const isOwner = person.id === organization.ownerId;
    refuseIf(newOwnerRefused({ isOwner, membershipStatus: membership.status, personSuspended: person.suspended }));
    if (isOwner) return { organizationId: organization.id };

    const orgAdmin = (await readRolesThere(tx, organization.id)).find(isOrgAdmin)!;
    const gains = !membership.roleIds.includes(orgAdmin.id);
    // The role comes first: at no moment is there an owner without it.
    if (gains) await giveOrgAdmin(tx, membership.membershipId, orgAdmin.id);
    await writeOwner(tx, organization.id, person.id);
    const ended = gains ? await endSessionsOvertaken(tx, organization.id, [person.id], orgAdmin.rank) : [];
    const { metadata, people: concerned } = endedInEvent(ended, person.id);
    await record(tx, context, {
      action: 'organization.ownership_transferred',
      subject: { type: 'org', id: organization.id },
      organizationId: organization.id,
      changes: [{ field: 'owner', before: encodeId('user', organization.ownerId), after: encodeId('user', person.id) }],
      ...(ended.length > 0 && { metadata }),
      people: [organization.ownerId, person.id, ...concerned],
    });
    return { organizationId: organization.id };
  });
}

async function giveOrgAdmin(tx: Transaction, membershipId: string, roleId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    WITH come AS (
      INSERT INTO membership_roles (membership_id, role_id) VALUES (${membershipId}::uuid, ${roleId}::uuid)
    )
    UPDATE memberships SET version = version + 1, updated_at = now() WHERE id = ${membershipId}::uuid`);
}

async function writeOwner(tx: Transaction, organizationId: string, ownerId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE organizations SET owner_id = ${ownerId}::uuid, version = version + 1, updated_at = now() WHERE id = ${organizationId}::uuid`);
}
