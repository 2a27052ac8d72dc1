import { z } from 'zod';
import { begun, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { conflict, invalid, refuseIf } from '../../errors.ts';
import { encodeId, newId } from '../../ids.ts';
import { code, name, optionalDescription, readInput } from '../../input.ts';
import { codeReadFrom, permissionCodes, rank, shownFields } from './custom-role.ts';
import { givesTooMuch, outOfReachThere, tooManyRoles } from './rules.ts';
import { lockThere } from './there.ts';

const Code = z.object({ code });
const OrganizationCreateRole = z.object({
  name,
  description: optionalDescription.default(null),
  permissionCodes,
  rank: rank.nullish().transform((value) => value ?? 70),
});

/** Null is as left out. */
export interface OrganizationCreateRoleInput {
  readonly organizationId: string;
  readonly code: string;
  readonly name: string;
  readonly description?: string | null;
  readonly permissionCodes: readonly string[];
  readonly rank?: number | null;
}

/** Creates a role of the organization's own, which can be given to its members from now on. */
export async function organizationCreateRole(context: SignedInContext, input: OrganizationCreateRoleInput) {
  const spelled = readInput(Code, input);
  const like = codeReadFrom(input.code);
  const read = readInput(OrganizationCreateRole, input);

  return change(context, async (tx) => {
    const { organization, power } = await lockThere(tx, context, 'organizationCreateRole', input.organizationId);
    const present = await readPresentRoles(tx, organization.id);
    const existing = like === null ? undefined : present.find((role) => role.code === like);

    // What is only another spelling of a code that exists is refused for that, and not for its form.
    const refusal = invalid([
      ...(existing ? [] : spelled.issues),
      ...read.issues,
      ...tooManyRoles(present.filter(({ custom }) => custom).length),
    ]);
    if (refusal || read.value === null) throw refusal;
    const { permissionCodes: permissions, ...rest } = read.value;
    const role = { id: newId(), code: existing?.code ?? spelled.value!.code, ...rest, permissions };
    refuseIf(
      outOfReachThere(power, [role]),
      givesTooMuch(power, [role]),
      existing && conflict('CODE_TAKEN', encodeId('role', existing.id), ['input', 'code']),
    );

    await tx.$executeRaw(Prisma.sql`
      WITH role AS (
        INSERT INTO roles (id, code, name, description, scope, rank, organization_id)
        VALUES (${role.id}::uuid, ${role.code}, ${role.name}, ${role.description}, 'ORGANIZATION', ${role.rank}::int, ${organization.id}::uuid)
      )
      INSERT INTO role_permissions (role_id, permission_code) SELECT ${role.id}::uuid, code FROM unnest(${permissions}::text[]) AS code`);
    await record(tx, context, {
      action: 'organization.role_created',
      subject: { type: 'role', id: role.id },
      organizationId: organization.id,
      changes: begun({ code: role.code, ...shownFields(role) }),
      metadata: { role: role.code },
    });
    return { roleId: role.id };
  });
}

interface PresentRole {
  readonly id: string;
  readonly code: string;
  readonly custom: boolean;
}

/** Whose codes a new role can't have: the built-in ones of either scope, those of organizations first, and the organization's own. */
async function readPresentRoles(tx: Transaction, organizationId: string): Promise<PresentRole[]> {
  return tx.$queryRaw<PresentRole[]>(Prisma.sql`
    SELECT id, code, NOT built_in AS custom FROM roles WHERE built_in OR organization_id = ${organizationId}::uuid
     ORDER BY scope = 'PLATFORM', code`);
}
