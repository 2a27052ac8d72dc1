import { z } from 'zod';
import { isCode } from '../../code.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { assignablePermissions } from '../../permissions.ts';
import { fold } from '../../search.ts';
import type { RoleThere } from './roles.ts';

// ---------------------------------------------------------------- what inputs say

const empty = 'This may not be empty.';

export const rank = z
  .number({ error: empty })
  .refine((value) => value >= 10 && value <= 1000, { params: { code: 'OUT_OF_RANGE' }, message: 'A rank is 10 to 1000.' });

const assignable: ReadonlySet<string> = new Set(assignablePermissions);

/** Permissions of a custom role, each once, in the order that events show them in. */
export const permissionCodes = z.array(z.string(), { error: empty }).transform((sent, context) => {
  const different = [...new Set(sent)];
  if (different.length > 100) {
    context.addIssue({ code: 'custom', params: { code: 'TOO_MANY' }, message: '100 at most.' });
    return z.NEVER;
  }
  for (const code of different.filter((code) => !assignable.has(code))) {
    const message = `${JSON.stringify(code.slice(0, 100))} is nothing that a custom role may carry.`;
    context.addIssue({ code: 'custom', path: [sent.indexOf(code)], params: { code: 'NOT_ASSIGNABLE' }, message });
  }
  return different.sort();
});

const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\u2800]/gu;

/** The code that a reader would take a text for, however it is written; null where it is like none. */
export function codeReadFrom(text: string): string | null {
  const shown = text.replace(invisible, '').trim();
  // No code comes of more, which could take long to fold.
  if (shown.length > 200) return null;
  const code = fold(shown).replace(invisible, '').trim();
  return isCode(code) ? code : null;
}

// ---------------------------------------------------------------- what there is

/** A role that members of the organization can have, with all that can be edited of a custom one. */
export interface RoleInFull extends RoleThere {
  readonly description: string | null;
  readonly version: number;
}

/** The built-in role of organizations, or the organization's own, with this id. The organization is locked, and its roles with it. */
export async function readRole(tx: Transaction, organizationId: string, roleId: string): Promise<RoleInFull | null> {
  const [role] = await tx.$queryRaw<RoleInFull[]>(Prisma.sql`
    SELECT r.id, r.code, r.name, r.description, r.rank, r.built_in AS "builtIn", r.version,
           ARRAY(SELECT rp.permission_code FROM role_permissions rp WHERE rp.role_id = r.id) AS permissions
      FROM roles r
     WHERE r.id = ${roleId}::uuid AND r.scope = 'ORGANIZATION' AND (r.built_in OR r.organization_id = ${organizationId}::uuid)`);
  return role ?? null;
}

/** The fields of a role as events show them; the order of its permissions is none. */
export const shownFields = (role: Pick<RoleInFull, 'name' | 'description' | 'rank' | 'permissions'>) => ({
  name: role.name,
  description: role.description,
  rank: role.rank,
  permissions: [...role.permissions].sort(),
});
