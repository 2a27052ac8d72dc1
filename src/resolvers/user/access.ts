import type { Context } from '../../context.ts';
import { decodeId } from '../../ids.ts';
import { isBound, visible } from '../../policy.ts';
import { type AccessFacts, accessOf, isOrganizationPermission } from './access-rules.ts';

type Loaders = Context['asking']['loaders'];

/** Whether somebody, whom the reader sees, holds a permission; an organization permission in the organization that is named. */
export async function access(
  { asking }: Pick<Context, 'asking'>,
  user: { readonly id: string; readonly status: 'ACTIVE' | 'SUSPENDED' },
  permission: string,
  organizationId: string | null,
) {
  const { loaders } = asking;
  const [ofPlatform, there] = await Promise.all([
    loaders.role.ofUser.load(user.id),
    isOrganizationPermission(permission) ? thereOf({ asking }, user.id, organizationId) : ('unnamed' as const),
  ]);
  const ofMembership = there instanceof Object ? (there.membership?.roles ?? []) : [];
  // What they carry is asked of all roles at once, wherever they are held.
  const carried = await carrying(loaders, [...ofPlatform, ...ofMembership]);
  const [platformRoles, roles] = [carried.slice(0, ofPlatform.length), carried.slice(ofPlatform.length)];
  return accessOf(permission, {
    suspended: user.status === 'SUSPENDED',
    platformRoles,
    there: there instanceof Object ? { ...there, membership: there.membership && { ...there.membership, roles } } : there,
  });
}

type CarriedRole = Awaited<ReturnType<Loaders['role']['ofUser']['load']>>[number];

/** Roles with the codes that they carry. */
async function carrying(loaders: Loaders, roles: readonly CarriedRole[]) {
  const permissions = await Promise.all(roles.map(({ id }) => loaders.role.permissionsOf.load(id)));
  return roles.map((row, at) => ({ row, permissions: permissions[at]!.map(({ code }) => code) }));
}

/**
 * What somebody is in an organization. One that the reader does not see, and knows of by no membership of the person, is
 * unknown, and for an organization's impersonation every other is.
 */
async function thereOf(
  { asking }: Pick<Context, 'asking'>,
  userId: string,
  id: string | null,
): Promise<AccessFacts<CarriedRole>['there']> {
  if (id === null) return 'unnamed';
  const [reach, organizationId] = [await asking.reach(), decodeId('org', id)];
  if (organizationId === null || (isBound(reach) && reach?.impersonation?.boundTo !== organizationId)) return 'unknown';

  const { loaders } = asking;
  const [organization, membership] = await Promise.all([
    loaders.organization.byId.load(organizationId),
    loaders.facts.membershipIn(organizationId).load(userId),
  ]);
  if (!organization && !(membership && visible.membership(reach, { userId, organizationId }))) return 'unknown';
  const organizationSuspended = (organization?.status ?? membership?.organizationStatus) === 'SUSPENDED';
  if (!membership) return { organizationSuspended, membership: null };
  const roles = await loaders.role.ofMembership.load(membership.id);
  return { organizationSuspended, membership: { id: membership.id, status: membership.status, roles } };
}
