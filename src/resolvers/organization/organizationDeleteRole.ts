import { gone, record } from '../../audit.ts';
import { endSessionsBoundTo } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound, refuseIf } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { readRole, shownFields } from './custom-role.ts';
import { impersonatedWith, withEnded } from './role-impersonations.ts';
import { changeRoleRefused } from './rules.ts';
import { lockThere } from './there.ts';

export interface OrganizationDeleteRoleInput {
  readonly organizationId: string;
  readonly roleId: string;
}

/** Deletes a role of the organization's own. Who would have no role left is `org_member`; nobody's access token is stale. */
export async function organizationDeleteRole(context: SignedInContext, input: OrganizationDeleteRoleInput) {
  return change(context, async (tx) => {
    const { organization, power } = await lockThere(tx, context, 'organizationDeleteRole', input.organizationId);
    const id = decodeId('role', input.roleId);
    const role = id && (await readRole(tx, organization.id, id));
    if (!role) throw notFound(input.roleId, ['input', 'roleId']);
    refuseIf(changeRoleRefused(power, role));

    // As wherever a member loses a role, be they impersonated or impersonating.
    const ended = await endSessionsBoundTo(tx, organization.id, await impersonatedWith(tx, organization.id, role.id));
    const affectedMembers = await keepMembersInARole(tx, role.id);
    await keepInvitationsOfferingOne(tx, role.id);
    await tx.$executeRaw(Prisma.sql`DELETE FROM roles WHERE id = ${role.id}::uuid`);
    await record(tx, context, {
      action: 'organization.role_deleted',
      subject: { type: 'role', id: role.id },
      organizationId: organization.id,
      changes: gone({ code: role.code, ...shownFields(role) }),
      ...withEnded({ role: role.code, affectedMembers }, ended),
    });
    return { roleId: role.id, affectedMembers };
  });
}

/** Gives `org_member` to those who have nothing else, moves the version of all who have the role, and counts them. */
async function keepMembersInARole(tx: Transaction, roleId: string): Promise<number> {
  return tx.$executeRaw(Prisma.sql`
    WITH holding AS MATERIALIZED (
      SELECT membership_id FROM membership_roles WHERE role_id = ${roleId}::uuid
    ), kept AS (
      INSERT INTO membership_roles (membership_id, role_id)
      SELECT h.membership_id, r.id
        FROM holding h JOIN roles r ON r.built_in AND r.scope = 'ORGANIZATION' AND r.code = 'org_member'
       WHERE NOT EXISTS (SELECT FROM membership_roles o WHERE o.membership_id = h.membership_id AND o.role_id <> ${roleId}::uuid)
    )
    UPDATE memberships SET version = version + 1, updated_at = now() WHERE id IN (SELECT membership_id FROM holding)`);
}

/** Of what can still be accepted or resent. What is over and done with offers less than it did. */
async function keepInvitationsOfferingOne(tx: Transaction, roleId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO invitation_roles (invitation_id, role_id)
    SELECT i.id, r.id
      FROM invitation_roles ir
      JOIN invitations i ON i.id = ir.invitation_id AND i.status IN ('PENDING', 'EXPIRED')
      JOIN roles r ON r.built_in AND r.scope = 'ORGANIZATION' AND r.code = 'org_member'
     WHERE ir.role_id = ${roleId}::uuid
       AND NOT EXISTS (SELECT FROM invitation_roles o WHERE o.invitation_id = i.id AND o.role_id <> ${roleId}::uuid)`);
}
