import type { Context } from '../../context.ts';
import { may, mayIn, powerIn } from '../../policy.ts';
import { givesTooMuch, outranks } from './rules.ts';

/** The organization's roles that the caller may give to its members now; while impersonating none. */
export async function assignableRoles({ asking }: Context, organizationId: string) {
  const reach = await asking.reach();
  const mayGive = mayIn(reach, organizationId, 'org:members:update') || may(reach, 'organizations:members');
  if (!mayGive || reach?.impersonation) return [];

  const power = powerIn(reach, organizationId);
  const { role } = asking.loaders;
  const roles = await role.ofOrganization.load(organizationId);
  const permissions = await Promise.all(roles.map(({ id }) => role.permissionsOf.load(id)));
  const carried = permissions.map((ofRole) => ofRole.map(({ code }) => code));
  return roles.filter((role, at) => !outranks(power, role) && !givesTooMuch(power, [{ permissions: carried[at]! }]));
}
