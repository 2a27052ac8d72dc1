import { z } from 'zod';
import { changed, record } from '../../audit.ts';
import { type EndedSession, endSessionsOvertaken } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound, refuseIf, versionMoved } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { given, name, optionalDescription, parseInput } from '../../input.ts';
import { permissionCodes, type RoleInFull, rank, readRole, shownFields } from './custom-role.ts';
import { impersonatedWith, withEnded } from './role-impersonations.ts';
import { changeRoleRefused } from './rules.ts';
import { lockThere } from './there.ts';

const OrganizationUpdateRole = z.object({
  name: name.optional(),
  description: optionalDescription.optional(),
  permissionCodes: permissionCodes.optional(),
  rank: rank.optional(),
  expectedVersion: given<number | null>(),
});

/** Left out stays, null clears; null is refused where nothing may be empty. */
export interface OrganizationUpdateRoleInput {
  readonly organizationId: string;
  readonly roleId: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly permissionCodes?: readonly string[] | null;
  readonly rank?: number | null;
  readonly expectedVersion?: number | null;
}

/** Edits a role of the organization's own; its code never changes. Members feel it at their next request, with the token that they have. */
export async function organizationUpdateRole(context: SignedInContext, input: OrganizationUpdateRoleInput) {
  const { expectedVersion, ...edit } = parseInput(OrganizationUpdateRole, input);

  return change(context, async (tx) => {
    const { organization, power } = await lockThere(tx, context, 'organizationUpdateRole', input.organizationId);
    const id = decodeId('role', input.roleId);
    const role = id && (await readRole(tx, organization.id, id));
    if (!role) throw notFound(input.roleId, ['input', 'roleId']);

    const after: RoleInFull = {
      ...role,
      name: edit.name ?? role.name,
      description: edit.description === undefined ? role.description : edit.description,
      permissions: edit.permissionCodes ?? role.permissions,
      rank: edit.rank ?? role.rank,
    };
    const added = after.permissions.filter((code) => !role.permissions.includes(code));
    refuseIf(
      versionMoved(expectedVersion, { id: encodeId('role', role.id), version: role.version }),
      changeRoleRefused(power, role, { after, added }),
    );
    const changes = changed(shownFields(role), shownFields(after));
    if (changes.length === 0) return { roleId: role.id };

    await writeRole(tx, after, added);
    const ended = after.rank < role.rank ? await endOvertaken(tx, organization.id, after) : [];
    await record(tx, context, {
      action: 'organization.role_updated',
      subject: { type: 'role', id: role.id },
      organizationId: organization.id,
      changes,
      ...withEnded({ role: role.code }, ended),
    });
    return { roleId: role.id };
  });
}

/** Writes a role, and moves its version. */
async function writeRole(tx: Transaction, role: RoleInFull, added: readonly string[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    WITH gone AS (
      DELETE FROM role_permissions WHERE role_id = ${role.id}::uuid AND permission_code <> ALL(${[...role.permissions]}::text[])
    ), come AS (
      INSERT INTO role_permissions (role_id, permission_code) SELECT ${role.id}::uuid, code FROM unnest(${[...added]}::text[]) AS code
    )
    UPDATE roles
       SET name = ${role.name}, description = ${role.description}, rank = ${role.rank}::int, version = version + 1, updated_at = now()
     WHERE id = ${role.id}::uuid`);
}

/** Whoever holds the role has risen with it, and may have come to the rank of who acts as them. */
async function endOvertaken(tx: Transaction, organizationId: string, role: RoleInFull): Promise<EndedSession[]> {
  const people = await impersonatedWith(tx, organizationId, role.id);
  return people.length > 0 ? endSessionsOvertaken(tx, organizationId, people, role.rank) : [];
}
