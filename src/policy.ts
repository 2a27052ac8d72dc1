import { type OrganizationPermission, organizationPermissions, type PlatformPermission } from './permissions.ts';
import type { Reach } from './reach.ts';

/** What a root field asks of its caller before anything is read. */
export type PolicyRow = 'anyone' | 'signedIn' | SignedInRow;

interface SignedInRow {
  /** FORBIDDEN without it; nothing where type visibility and the rules decide. */
  readonly needs?: PlatformPermission;
  /** What serves as well, in the organization that the input names. */
  readonly orThere?: PermissionThere;
  /** WHILE_IMPERSONATING: in any impersonation, or in an organization's. */
  readonly whileImpersonating?: 'refused' | 'refusedWhenBound';
}

/** A permission in an organization, or to own it. */
export type PermissionThere = OrganizationPermission | 'owner';

/**
 * One row for each root field. Everything is refused until a row says otherwise: a field without one does not compile,
 * and a test walks the schema. `anyone` and `signedIn` leave the rest to type visibility and to the rules.
 */
export const policy = {
  viewer: 'anyone',
  node: 'anyone',
  nodes: 'anyone',
  user: 'signedIn',
  users: { needs: 'users:read' },
  usersLookup: { needs: 'users:read' },
  userHardDeletePreview: { needs: 'users:delete' },
  organization: 'signedIn',
  organizationBySlug: 'signedIn',
  organizations: { needs: 'organizations:read' },
  apps: { needs: 'apps:read' },
  app: 'signedIn',
  appByCode: 'signedIn',
  pools: { needs: 'pools:read' },
  poolByCode: 'signedIn',
  auditEvents: { needs: 'audit:read' },
  invitationByToken: 'anyone',
  roles: 'signedIn',
  permissions: 'signedIn',

  auditEventAdded: { needs: 'audit:read' },

  authLogin: 'anyone',
  authRefresh: 'anyone',
  authSwitchOrganization: 'signedIn',
  authLogout: 'signedIn',
  authStopImpersonating: 'signedIn',
  authLogoutEverywhere: { whileImpersonating: 'refused' },

  accountUpdate: { whileImpersonating: 'refusedWhenBound' },
  accountChangePassword: { whileImpersonating: 'refused' },
  accountRequestPasswordReset: 'anyone',
  accountResetPassword: 'anyone',
  accountAcceptInvitation: { whileImpersonating: 'refused' },
  accountDeclineInvitation: { whileImpersonating: 'refused' },
  accountSignUp: 'anyone',
  accountLeaveOrganization: { whileImpersonating: 'refused' },

  userCreate: { needs: 'users:create', whileImpersonating: 'refused' },
  userUpdate: { needs: 'users:update', whileImpersonating: 'refused' },
  userSuspend: { needs: 'users:update', whileImpersonating: 'refused' },
  userReactivate: { needs: 'users:update', whileImpersonating: 'refused' },
  userUnlock: { needs: 'users:update', whileImpersonating: 'refused' },
  userSetRoles: { needs: 'users:assign-roles', whileImpersonating: 'refused' },
  userSetPassword: { needs: 'users:set-password', whileImpersonating: 'refused' },
  userSendPasswordReset: { needs: 'users:update', whileImpersonating: 'refused' },
  userTerminateSession: { whileImpersonating: 'refused' },
  userRevokeSessions: { whileImpersonating: 'refused' },
  userImpersonate: { needs: 'users:impersonate', orThere: 'org:members:impersonate', whileImpersonating: 'refused' },
  userHardDelete: { needs: 'users:delete', whileImpersonating: 'refused' },

  appCreate: { needs: 'apps:manage', whileImpersonating: 'refused' },
  appUpdate: { needs: 'apps:manage', whileImpersonating: 'refused' },
  appDelete: { needs: 'apps:manage', whileImpersonating: 'refused' },
  appGrantUser: { needs: 'apps:grant', whileImpersonating: 'refused' },
  appRevokeUser: { needs: 'apps:grant', whileImpersonating: 'refused' },

  poolCreate: { needs: 'pools:manage', whileImpersonating: 'refused' },
  poolUpdate: { needs: 'pools:manage', whileImpersonating: 'refused' },
  poolDelete: { needs: 'pools:manage', whileImpersonating: 'refused' },
  poolSetUserHome: { needs: 'pools:manage', whileImpersonating: 'refused' },
  poolAddUser: { needs: 'pools:manage', whileImpersonating: 'refused' },
  poolRemoveUser: { needs: 'pools:manage', whileImpersonating: 'refused' },

  organizationCreate: { needs: 'organizations:create', whileImpersonating: 'refused' },
  organizationUpdate: { needs: 'organizations:update', orThere: 'org:update' },
  organizationSuspend: { needs: 'organizations:update', whileImpersonating: 'refused' },
  organizationReactivate: { needs: 'organizations:update', whileImpersonating: 'refused' },
  organizationDelete: { needs: 'organizations:delete', whileImpersonating: 'refused' },
  organizationTransferOwnership: { needs: 'organizations:update', orThere: 'owner', whileImpersonating: 'refused' },
  organizationAddMember: { needs: 'organizations:members' },
  organizationRemoveMember: { needs: 'organizations:members', orThere: 'org:members:remove' },
  organizationSetMemberStatus: { needs: 'organizations:members', orThere: 'org:members:update' },
  organizationSetMemberRoles: { needs: 'organizations:members', orThere: 'org:members:update', whileImpersonating: 'refused' },
  organizationCreateRole: { needs: 'organizations:update', orThere: 'org:roles:create', whileImpersonating: 'refused' },
  organizationUpdateRole: { needs: 'organizations:update', orThere: 'org:roles:update', whileImpersonating: 'refused' },
  organizationDeleteRole: { needs: 'organizations:update', orThere: 'org:roles:delete', whileImpersonating: 'refused' },
  organizationCreateInvitation: { needs: 'organizations:members', orThere: 'org:members:invite' },
  organizationResendInvitation: { needs: 'organizations:members', orThere: 'org:members:invite' },
  organizationRevokeInvitation: { needs: 'organizations:members', orThere: 'org:members:invite' },
} as const satisfies Record<string, PolicyRow>;

export type RootField = keyof typeof policy;

/** Whether the row refuses the caller for as long as they act as somebody else. */
export function isRefusedWhileImpersonating(row: PolicyRow, reach: Reach): boolean {
  if (typeof row === 'string' || !reach.impersonation) return false;
  return row.whileImpersonating === 'refused' || (row.whileImpersonating === 'refusedWhenBound' && isBound(reach));
}

/** A root field that does something in one organization: its input has an `organizationId`, which `userImpersonate` may leave out. */
export type FieldThere =
  | Exclude<RootField & `organization${string}`, 'organization' | 'organizations' | 'organizationBySlug' | 'organizationCreate'>
  | 'userImpersonate';

/** What a row says to a caller about one organization. */
export type Judgement = 'allowed' | 'unseen' | 'suspended' | 'forbidden';

/**
 * Judges a caller by the row of a field and the organization that its input names; null where that is no organization, which
 * staff are told once it is looked for, undefined where the input leaves it out, so that a staff right alone serves. What a
 * caller can't see does not exist. Of a suspended organization its members are told so before anything else, and staff go on.
 */
export function judgeThere(reach: Reach, field: FieldThere, organizationId: string | null | undefined): Judgement {
  const { needs, orThere }: SignedInRow = policy[field];
  if (needs && may(reach, needs)) return 'allowed';
  if (organizationId === undefined) return 'forbidden';
  if (organizationId === null || !seesOrganization(reach, organizationId)) return 'unseen';
  const there = reach.organizations.get(organizationId);
  if (there?.suspended) return 'suspended';
  const isAllowed = orThere === 'owner' ? there?.isOwner : orThere && there?.permissions.has(orThere);
  return isAllowed ? 'allowed' : 'forbidden';
}

/** What a row asks for, as FORBIDDEN says it. */
export function needsOf({ needs, orThere }: Pick<SignedInRow, 'needs' | 'orThere'>): string {
  return [orThere && (orThere === 'owner' ? 'to be the owner' : `${orThere} there`), needs].filter(Boolean).join(' or ');
}

/** What a field below the root asks of its caller: a staff right, or a permission in the organization that the field belongs to. */
export interface FieldRow {
  readonly needs: PlatformPermission;
  readonly orThere?: OrganizationPermission;
}

/** One row for each field whose description says "Needs"; without it the field is null, with FORBIDDEN at its place. */
export const fieldPolicy = {
  'User.auditEvents': { needs: 'audit:read' },
  'Organization.memberships': { needs: 'organizations:read', orThere: 'org:members:read' },
  'Organization.invitations': { needs: 'organizations:read', orThere: 'org:members:read' },
  'Organization.assignablePermissions': { needs: 'organizations:read', orThere: 'org:roles:read' },
  'Organization.auditEvents': { needs: 'audit:read', orThere: 'org:audit:read' },
  'Pool.userCount': { needs: 'pools:read' },
  'Pool.homeCount': { needs: 'pools:read' },
  'Pool.tagCount': { needs: 'pools:read' },
  'Pool.apps': { needs: 'apps:read' },
  'Pool.users': { needs: 'users:read' },
  'App.userCount': { needs: 'apps:read' },
  'App.grants': { needs: 'apps:read' },
} as const satisfies Record<string, FieldRow>;

export type GuardedField = keyof typeof fieldPolicy;

declare const seen: unique symbol;
/** A row that the caller may see. Only `visible` makes one, and the schema takes nothing else. */
export type Visible<Row> = Row & { readonly [seen]: true };

export const may = (reach: Pick<Reach, 'permissions'> | null, permission: PlatformPermission): boolean =>
  reach?.permissions.has(permission) ?? false;

/** Whether the caller holds the permission there by membership. Staff rights are asked for beside it. */
export const mayIn = (
  reach: Pick<Reach, 'organizations'> | null,
  organizationId: string,
  permission: OrganizationPermission,
): boolean => reach?.organizations.get(organizationId)?.permissions.has(permission) ?? false;

/** What a caller's word weighs in an organization: their best rank there, and the permissions that they hold. */
export interface Power {
  readonly rank: number;
  readonly permissions: ReadonlySet<OrganizationPermission>;
}

/** Staff rights there hold every organization permission and outrank every organization role; nobody else's rank is better than their roles'. */
export function powerIn(reach: Pick<Reach, 'permissions' | 'organizations'> | null, organizationId: string): Power {
  if (may(reach, 'organizations:update') && may(reach, 'organizations:members')) return staffPower;
  return reach?.organizations.get(organizationId) ?? noPower;
}

const staffPower: Power = { rank: Number.NEGATIVE_INFINITY, permissions: new Set(organizationPermissions) };
const noPower: Power = { rank: Number.POSITIVE_INFINITY, permissions: new Set() };

/** Whether the session is an organization's impersonation, which shows of its person only what belongs there. */
export const isBound = (reach: Reach | null): boolean => Boolean(reach?.impersonation?.boundTo);

type Judge<Row> = (reach: Reach | null, row: Row) => boolean;

/** Turns a judgement into a type guard, so that what passed it is `Visible`. */
const judged =
  <Row>(judge: Judge<Row>) =>
  <R extends Row>(reach: Reach | null, row: R): row is Visible<R> =>
    judge(reach, row);

const seesOrganization = (reach: Reach | null, id: string): boolean =>
  mayIn(reach, id, 'org:read') || may(reach, 'organizations:read');

/** Whether a row may be seen: pure functions of reach and row, one for each type. */
export const visible = {
  user: judged<{ id: string }>((reach, user) => user.id === reach?.userId || may(reach, 'users:read')),

  session: judged<{ id: string; userId: string }>((reach, session) =>
    isBound(reach) ? session.id === reach?.sessionId : session.userId === reach?.userId || may(reach, 'users:read'),
  ),

  appGrant: judged<{ userId: string }>(
    (reach, grant) => (grant.userId === reach?.userId && !isBound(reach)) || may(reach, 'apps:read'),
  ),

  app: judged<{ id: string }>((reach, app) => (Boolean(reach?.apps.has(app.id)) && !isBound(reach)) || may(reach, 'apps:read')),

  pool: judged<{ id: string }>((reach, pool) => Boolean(reach?.pools.has(pool.id)) || may(reach, 'pools:read')),

  organization: judged<{ id: string }>((reach, organization) => seesOrganization(reach, organization.id)),

  membership: judged<{ userId: string; organizationId: string }>(
    (reach, membership) =>
      (membership.userId === reach?.userId && (!isBound(reach) || membership.organizationId === reach.impersonation?.boundTo)) ||
      mayIn(reach, membership.organizationId, 'org:members:read') ||
      may(reach, 'organizations:read'),
  ),

  /** By its own id; a role carried by a visible person, membership or invitation is seen through that. */
  role: judged<{ organizationId: string | null }>(
    (reach, role) => role.organizationId === null || seesOrganization(reach, role.organizationId),
  ),

  invitation: judged<{ organizationId: string; email: string }>(
    (reach, invitation) =>
      (reach?.emailVerified && reach.email === invitation.email && !isBound(reach)) ||
      mayIn(reach, invitation.organizationId, 'org:members:read') ||
      may(reach, 'organizations:read'),
  ),

  auditEvent: judged<{ organizationId: string | null }>(
    (reach, event) =>
      may(reach, 'audit:read') || (event.organizationId !== null && mayIn(reach, event.organizationId, 'org:audit:read')),
  ),
};

/**
 * Whether the reader of an audit event sees ip address and user agent: staff do, and whoever really sent the request. An
 * impersonator reads as itself here, not as the person it acts as.
 */
export const seesOrigin = (
  reach: Reach | null,
  event: { readonly actorId: string | null; readonly impersonatorId: string | null },
): boolean => {
  if (may(reach, 'audit:read')) return true;
  const reader = reach?.impersonation?.impersonatorId ?? reach?.userId;
  return reader !== undefined && reader === (event.impersonatorId ?? event.actorId);
};

/** Whether the caller is told how many hold a role; of an organization's built-in roles nobody is. */
export function mayCountHolders(reach: Reach | null, role: { scope: string; organizationId: string | null }): boolean {
  if (role.scope === 'PLATFORM') return may(reach, 'users:read');
  if (role.organizationId === null) return false;
  return mayIn(reach, role.organizationId, 'org:members:read') || may(reach, 'organizations:read');
}

/**
 * What is seen through its parent: the roles, pools and apps that a visible row carries, the impersonator that the
 * impersonated session is always shown. Each use says which rule of the design allows it.
 */
export const seenThroughParent = <Row>(row: Row): Visible<Row> => row as Visible<Row>;
