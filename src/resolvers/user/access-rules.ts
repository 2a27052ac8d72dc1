import {
  membershipPermissions,
  type OrganizationPermission,
  organizationPermissions,
  type PlatformPermission,
  platformPermissions,
} from '../../permissions.ts';

/** A role with the codes of what it carries. */
export interface Carrier {
  readonly permissions: readonly string[];
}

/** What a person is in the organization that is asked about; null where they are no member. */
export interface AccessThere<Role> {
  readonly organizationSuspended: boolean;
  readonly membership: { readonly id: string; readonly status: 'ACTIVE' | 'SUSPENDED'; readonly roles: readonly Role[] } | null;
}

export interface AccessFacts<Role> {
  readonly suspended: boolean;
  readonly platformRoles: readonly Role[];
  /** `unnamed` where no organization was named, `unknown` where there is none, or none for the reader. */
  readonly there: AccessThere<Role> | 'unnamed' | 'unknown';
}

/** A role through which a permission comes, with the membership where it comes by one. */
export interface Path<Role> {
  readonly role: Role;
  readonly membershipId: string | null;
}

/** Every path by which somebody holds a permission; none, and why not, where they don't. */
export type AccessFound<Role> =
  | { readonly paths: readonly [Path<Role>, ...Path<Role>[]]; readonly reason: null }
  | { readonly paths: readonly []; readonly reason: string };

const reasons = {
  noSuchPermission: 'There is no such permission.',
  userSuspended: 'The user is suspended.',
  unnamed: 'The permission is held in an organization: name one.',
  noMembership: 'The user has no membership in this organization.',
  membershipSuspended: 'The membership is suspended.',
  organizationSuspended: 'The organization is suspended.',
  noRole: 'No role of the user carries it.',
} as const;

export const isPlatformPermission = (code: string): code is PlatformPermission =>
  (platformPermissions as readonly string[]).includes(code);
export const isOrganizationPermission = (code: string): code is OrganizationPermission =>
  (organizationPermissions as readonly string[]).includes(code);

/** Whether, and by which roles, somebody holds a permission. Of several reasons why not the first is told. */
export function accessOf<Role extends Carrier>(permission: string, facts: AccessFacts<Role>): AccessFound<Role> {
  const { there } = facts;
  if (!isPlatformPermission(permission) && !isOrganizationPermission(permission)) return refused('noSuchPermission');
  if (facts.suspended) return refused('userSuspended');
  if (isPlatformPermission(permission)) return found(carrying(facts.platformRoles, permission), 'noRole');
  if (there === 'unnamed') return refused('unnamed');
  if (there === 'unknown') return refused('noMembership');
  return found([...staffPaths(facts.platformRoles), ...memberPaths(there, permission)], whyNot(there));
}

const refused = (reason: keyof typeof reasons): AccessFound<never> => ({ paths: [], reason: reasons[reason] });

function found<Role>([first, ...further]: readonly Path<Role>[], otherwise: keyof typeof reasons): AccessFound<Role> {
  return first ? { paths: [first, ...further], reason: null } : refused(otherwise);
}

function whyNot<Role>({ membership, organizationSuspended }: AccessThere<Role>): keyof typeof reasons {
  if (!membership) return 'noMembership';
  if (membership.status === 'SUSPENDED') return 'membershipSuspended';
  return organizationSuspended ? 'organizationSuspended' : 'noRole';
}

const carrying = <Role extends Carrier>(roles: readonly Role[], permission: PlatformPermission): Path<Role>[] =>
  roles.filter(({ permissions }) => permissions.includes(permission)).map((role) => ({ role, membershipId: null }));

/** Both staff rights together hold every organization permission, wherever, also while the organization is suspended. */
function staffPaths<Role extends Carrier>(roles: readonly Role[]): Path<Role>[] {
  const updating = carrying(roles, 'organizations:update');
  const managing = carrying(roles, 'organizations:members');
  if (updating.length === 0 || managing.length === 0) return [];
  return roles
    .filter((role) => [...updating, ...managing].some((path) => path.role === role))
    .map((role) => ({ role, membershipId: null }));
}

/** By a role alone, as by all of them together: with what it implies, and in a suspended organization `org:read` alone. */
function memberPaths<Role extends Carrier>(
  { membership, organizationSuspended }: AccessThere<Role>,
  permission: OrganizationPermission,
): Path<Role>[] {
  if (membership?.status !== 'ACTIVE') return [];
  return membership.roles
    .filter(({ permissions }) => membershipPermissions(permissions, organizationSuspended).has(permission))
    .map((role) => ({ role, membershipId: membership.id }));
}
