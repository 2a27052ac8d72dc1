import { decodeId } from '../../ids.ts';
import { namedRoles, type RoleThere } from '../organization/roles.ts';

/** The roles that an input offers by ids and by codes, each once, most powerful first; `org_member` where it names none. */
export function offered(rolesThere: readonly RoleThere[], roleIds: readonly string[], roleCodes: readonly string[]): RoleThere[] {
  if (roleIds.length + roleCodes.length === 0) return namedRoles(rolesThere, []);
  const ids = roleIds.map((id) => decodeId('role', id));
  return rolesThere.filter((role) => ids.includes(role.id) || roleCodes.includes(role.code));
}
