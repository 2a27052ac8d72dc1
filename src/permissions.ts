/** The fixed catalog, as the migrations seed it; a test compares the two. */
export const platformPermissions = [
  'users:read',
  'users:create',
  'users:update',
  'users:assign-roles',
  'users:sessions',
  'users:impersonate',
  'users:set-password',
  'users:delete',
  'apps:read',
  'apps:grant',
  'apps:manage',
  'pools:read',
  'pools:manage',
  'organizations:read',
  'organizations:create',
  'organizations:update',
  'organizations:delete',
  'organizations:members',
  'audit:read',
] as const;

export const organizationPermissions = [
  'org:read',
  'org:members:read',
  'org:members:invite',
  'org:members:update',
  'org:members:remove',
  'org:update',
  'org:roles:read',
  'org:roles:create',
  'org:roles:update',
  'org:roles:delete',
  'org:audit:read',
  'org:members:impersonate',
] as const;

/** What a custom role may carry. */
export const assignablePermissions = [
  'org:read',
  'org:members:read',
  'org:members:invite',
  'org:members:update',
  'org:members:remove',
  'org:update',
] as const satisfies readonly (typeof organizationPermissions)[number][];

export type PlatformPermission = (typeof platformPermissions)[number];
export type OrganizationPermission = (typeof organizationPermissions)[number];

const bringMembersRead: readonly string[] = ['org:members:invite', 'org:members:update', 'org:members:remove'];

/**
 * What an ACTIVE membership with these codes amounts to: `org:read` always, `org:members:read` with whatever acts on
 * members, and in a suspended organization `org:read` alone.
 */
export function membershipPermissions(
  codes: readonly string[],
  organizationSuspended: boolean,
): ReadonlySet<OrganizationPermission> {
  if (organizationSuspended) return new Set(['org:read']);
  const all = new Set(['org:read', ...codes] as OrganizationPermission[]);
  if (codes.some((code) => bringMembersRead.includes(code))) all.add('org:members:read');
  return all;
}
