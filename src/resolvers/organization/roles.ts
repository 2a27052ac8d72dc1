import { Prisma, type Transaction } from '../../database.ts';
import { type InputIssue, notFound, type Refusal } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { unknownRoles } from '../user/platform-roles.ts';
import type { RoleFacts } from './rules.ts';

/** A role that members of the organization can have. */
export interface RoleThere extends RoleFacts {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
}

/** Every role that members of the organization can have: the built-in ones and its own, most powerful first. */
export async function readRolesThere(tx: Transaction, organizationId: string): Promise<RoleThere[]> {
  return tx.$queryRaw<RoleThere[]>(Prisma.sql`
    SELECT r.id, r.code, r.name, r.rank, r.built_in AS "builtIn",
           ARRAY(SELECT rp.permission_code FROM role_permissions rp WHERE rp.role_id = r.id ORDER BY 1) AS permissions
      FROM roles r WHERE r.scope = 'ORGANIZATION' AND (r.built_in OR r.organization_id = ${organizationId}::uuid)
     ORDER BY r.rank, r.code`);
}

/** The roles with these codes; `org_member` where there are none, since every membership has a role. */
export function namedRoles(rolesThere: readonly RoleThere[], codes: readonly string[]): RoleThere[] {
  const wanted = codes.length > 0 ? codes : ['org_member'];
  return rolesThere.filter(({ code }) => wanted.includes(code));
}

/** Codes that name no role of this organization, each once, at its first place. */
export const unknownRolesThere = (sent: readonly string[], rolesThere: readonly RoleThere[]): InputIssue[] =>
  unknownRoles(sent, rolesThere, 'role of this organization');

/** NOT_FOUND for the first id that names no role of this organization. */
export function unknownRoleId(ids: readonly string[], rolesThere: readonly RoleThere[]): Refusal | false {
  const i = ids.findIndex((id) => !rolesThere.some((role) => role.id === decodeId('role', id)));
  return i >= 0 && notFound(ids[i]!, ['input', 'roleIds', String(i)]);
}
