/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { operation } from '../operation.ts';
/** Which invitation: by its id, or by its link. */
export type AccountAcceptInvitationInput =
  {   /** `inv_…`, of one to the caller's verified address. */
  invitationId: string; token?: never; }
  |  { invitationId?: never;   /** The `token` of the link. */
  token: string; };

/** The password that is, and the one to be. */
export type AccountChangePasswordInput = {
  /** A wrong one counts as a failed login. */
  currentPassword: string;
  /** 12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it. */
  newPassword: string;
};

/** Which invitation. */
export type AccountDeclineInvitationInput = {
  /** `inv_…` */
  invitationId: string;
};

/** Which organization the caller leaves. */
export type AccountLeaveOrganizationInput = {
  /** `org_…` */
  organizationId: string;
};

/** Who wants a link. */
export type AccountRequestPasswordResetInput = {
  /** The app that one signs in to; its pools are searched for the address. */
  appCode?: string | null | undefined;
  /** The address that one signs in with. */
  email: string;
};

/** The link, and the password to be. */
export type AccountResetPasswordInput = {
  /** 12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it. */
  newPassword: string;
  /** The `token` of the link. */
  token: string;
};

/** The link, and what the account begins with. */
export type AccountSignUpInput = {
  /** The app to sign in to; the account is at home in its pool. */
  appCode?: string | null | undefined;
  /** The `token` of the link. */
  invitationToken: string;
  /** 1 to 200 characters. */
  name?: string | null | undefined;
  /** 12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it. */
  password: string;
  /** For browsers: the refresh token goes into an HttpOnly, SameSite=Strict cookie. */
  useCookie?: boolean;
};

/** What to change of oneself: a field left out stays, null clears. */
export type AccountUpdateInput = {
  /** http or https. */
  avatarUrl?: string | null | undefined;
  /** `User.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** 1 to 200 characters. */
  name?: string | null | undefined;
};

/** What the app is. Null is as left out. */
export type AppCreateInput = {
  /** Whether a login grants access by itself, to a user whose grant was revoked as well. */
  autoGrantOnSignup?: boolean;
  /** Lower-case letters, digits, `-` and `_`; 100 at most. Never changes. */
  code: string;
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** The pool that new users of the app register into; `default` unless told. */
  homePoolCode?: string | null | undefined;
  /** 1 to 200 characters. */
  name: string;
  /** Pools in which a login finds its user, in this order, after the home pool; naming the home pool as well changes nothing. */
  readPoolCodes?: Array<string> | null | undefined;
  /** http or https. */
  url?: string | null | undefined;
};

/** Which app to delete, and why. */
export type AppDeleteInput = {
  /** `app_…` */
  appId: string;
  /** 3 to 500 characters; kept in the audit. */
  reason?: string | null | undefined;
};

/** Whether a grant gives access now. */
export type AppGrantStatus =
  /** It does. */
  | 'ACTIVE'
  /** It did, and was taken away. */
  | 'REVOKED';

/** To which app, and whom. */
export type AppGrantUserInput = {
  /** `app_…` */
  appId: string;
  /** `user_…` */
  userId: string;
};

/** To which app, and whose. */
export type AppRevokeUserInput = {
  /** `app_…` */
  appId: string;
  /** `user_…` */
  userId: string;
};

/** Whether an app takes logins. */
export type AppStatus =
  /** It does. */
  | 'ACTIVE'
  /** Nobody signs in to it. */
  | 'DISABLED';

/** Which app to change, and what: a field left out stays, null clears. */
export type AppUpdateInput = {
  /** `app_…` */
  appId: string;
  /** Whether a login grants access by itself, to a user whose grant was revoked as well. Never empty. */
  autoGrantOnSignup?: boolean | null | undefined;
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** `App.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** The pool that new users of the app register into; the former one is read no more. Never empty. */
  homePoolCode?: string | null | undefined;
  /** 1 to 200 characters. Never empty. */
  name?: string | null | undefined;
  /** Pools in which a login finds its user, in this order, after the home pool: all of them, none for null. Naming the home pool as well changes nothing. */
  readPoolCodes?: Array<string> | null | undefined;
  /** Whether it takes logins and refreshes. Never empty. */
  status?: AppStatus | null | undefined;
  /** http or https. */
  url?: string | null | undefined;
};

/** Conditions on audit events; all that are given must hold. */
export type AuditEventWhere = {
  /** Exact codes, or a prefix such as `user.*`. */
  actions?: Array<string> | null | undefined;
  /** This person did it. */
  actorId?: string | null | undefined;
  /** This person did it as somebody else. */
  impersonatorId?: string | null | undefined;
  /** When it happened. */
  occurredAt?: DateTimeRange | null | undefined;
  /** It happened in this organization. */
  organizationId?: string | null | undefined;
  /** It came with this request. */
  requestId?: string | null | undefined;
  /** It was done to this; an id of any type. */
  subjectId?: string | null | undefined;
};

/** Who signs in, to what, and for how long. */
export type AuthLoginInput = {
  /** The app to sign in to; its pools are searched for the address. */
  appCode?: string | null | undefined;
  /** The address. What is none answers like a wrong password. */
  email: string;
  /** The organization to scope the session to; an active membership is needed. */
  organizationId?: string | null | undefined;
  /** The password, 256 bytes at most. */
  password: string;
  /** Refresh tokens live for 30 days instead of 7. */
  rememberMe?: boolean;
  /** For browsers: the refresh token goes into an HttpOnly, SameSite=Strict cookie. */
  useCookie?: boolean;
};

/** Which token to exchange, and the scope to have from then on. */
export type AuthRefreshInput = {
  /** Left out it keeps the organization scope, given it sets it, null leaves it. */
  organizationId?: string | null | undefined;
  /** The token; the cookie's where left out, with the header `X-Steward-CSRF: 1`. */
  refreshToken?: string | null | undefined;
};

/** Where to. */
export type AuthSwitchOrganizationInput = {
  /** An organization of the caller's; null for none. */
  organizationId?: string | null | undefined;
};

/** From `from` on, before `to`. */
export type DateTimeRange = {
  /** The first instant that counts; open where left out. */
  from?: string | null | undefined;
  /** The first instant that counts no more; open where left out. */
  to?: string | null | undefined;
};

/** What became of an invitation. */
export type InvitationStatus =
  /** It was accepted. */
  | 'ACCEPTED'
  /** It was declined. */
  | 'DECLINED'
  /** Its time is over. */
  | 'EXPIRED'
  /** It can be accepted. */
  | 'PENDING'
  /** It was withdrawn, or replaced by a newer one. */
  | 'REVOKED';

/** How memberships are ordered; ties by id in the same direction. */
export type MembershipOrder = {
  /** Which way. */
  direction?: OrderDirection;
  /** By what. */
  field: MembershipOrderField;
};

/** What memberships are ordered by. */
export type MembershipOrderField =
  /** The person's address. */
  | 'EMAIL'
  /** When the membership began. */
  | 'JOINED_AT'
  /** The person's name; who has none comes last. */
  | 'NAME';

/** Whether a membership gives anything now. */
export type MembershipStatus =
  /** It does. */
  | 'ACTIVE'
  /** It gives no organization permission. */
  | 'SUSPENDED';

/** Conditions on memberships; all that are given must hold. */
export type MembershipWhere = {
  /** Has at least one of these organization roles. */
  roleCodes?: Array<string> | null | undefined;
  /** Every word must occur in the member's e-mail address or name; any case. */
  search?: string | null | undefined;
  /** One of these. */
  status?: Array<MembershipStatus> | null | undefined;
};

/** Which way a list is ordered. Nulls come last in either. */
export type OrderDirection =
  /** Smallest, oldest, first in the alphabet. */
  | 'ASC'
  /** Largest, newest, last in the alphabet. */
  | 'DESC';

/** Who joins, and with which roles. */
export type OrganizationAddMemberInput = {
  /** `org_…` */
  organizationId: string;
  /** Codes of organization scope, built-in ones and this organization's own. None, or `[]`, means `org_member`. */
  roleCodes?: Array<string> | null | undefined;
  /** `user_…` */
  userId: string;
};

/** What the organization is. Null is as left out. */
export type OrganizationCreateInput = {
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** http or https. */
  logoUrl?: string | null | undefined;
  /** Free data of the operator's own; 16 kB at most. */
  metadata?: Record<string, unknown> | null | undefined;
  /** 1 to 200 characters. */
  name: string;
  /** `user_…`; the caller unless told. */
  ownerId?: string | null | undefined;
  /** Lower-case letters, digits and `-`; 100 at most. From the name unless told. */
  slug?: string | null | undefined;
  /** http or https. */
  website?: string | null | undefined;
};

/** Whom to invite, as what, and for how long. */
export type OrganizationCreateInvitationInput = {
  /** The address that the link is mailed to. */
  email: string;
  /** 1 to 30. */
  expiresInDays?: number;
  /** `org_…` */
  organizationId: string;
  /** Codes of organization scope. Without any role: `org_member`. */
  roleCodes?: Array<string> | null | undefined;
  /** `role_…`: built-in ones and this organization's own; they add to `roleCodes`. */
  roleIds?: Array<string> | null | undefined;
};

/** What the role is. Null is as left out. */
export type OrganizationCreateRoleInput = {
  /** Lower-case letters, digits, `-` and `_`; 100 at most. Unlike every built-in one, in any spelling, and unlike the other ones of the organization. Never changes. */
  code: string;
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** 1 to 200 characters. */
  name: string;
  /** `org_…` */
  organizationId: string;
  /** Of `Organization.assignablePermissions`; may be empty, since every membership brings `org:read`. */
  permissionCodes: Array<string>;
  /** 10 to 1000; 70 unless told. Lower is more powerful. */
  rank?: number | null | undefined;
};

/** Which organization to delete, and why. */
export type OrganizationDeleteInput = {
  /** `org_…` */
  organizationId: string;
  /** 3 to 500 characters. */
  reason?: string | null | undefined;
};

/** Which role to delete. */
export type OrganizationDeleteRoleInput = {
  /** `org_…` */
  organizationId: string;
  /** `role_…`, one of the organization's own. */
  roleId: string;
};

/** How organizations are ordered; ties by id in the same direction. */
export type OrganizationOrder = {
  /** Which way. */
  direction?: OrderDirection;
  /** By what. */
  field: OrganizationOrderField;
};

/** What organizations are ordered by. */
export type OrganizationOrderField =
  /** When it was created. */
  | 'CREATED_AT'
  /** How many members it has, the suspended counted. */
  | 'MEMBER_COUNT'
  /** The name. */
  | 'NAME';

/** Which organization is to run itself again. */
export type OrganizationReactivateInput = {
  /** `org_…` */
  organizationId: string;
};

/** Whose membership ends. */
export type OrganizationRemoveMemberInput = {
  /** `org_…` */
  organizationId: string;
  /** `user_…` */
  userId: string;
};

/** Which invitation gets a new link. */
export type OrganizationResendInvitationInput = {
  /** `inv_…` */
  invitationId: string;
  /** `org_…` */
  organizationId: string;
};

/** Which invitation is withdrawn. */
export type OrganizationRevokeInvitationInput = {
  /** `inv_…` */
  invitationId: string;
  /** `org_…` */
  organizationId: string;
};

/** Whose roles, and which from now on. */
export type OrganizationSetMemberRolesInput = {
  /** `Membership.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** `org_…` */
  organizationId: string;
  /** Codes of organization scope, built-in ones and this organization's own: the whole set. `[]` means `org_member`. */
  roleCodes: Array<string>;
  /** `user_…` */
  userId: string;
};

/** Whose membership, and whether it gives anything from now on. */
export type OrganizationSetMemberStatusInput = {
  /** `org_…` */
  organizationId: string;
  /** `SUSPENDED`, or `ACTIVE` again. */
  status: MembershipStatus;
  /** `user_…` */
  userId: string;
};

/** Whether an organization runs itself. */
export type OrganizationStatus =
  /** It does. */
  | 'ACTIVE'
  /** Members read its own fields and change nothing; staff go on. */
  | 'SUSPENDED';

/** Which organization to suspend, and why. */
export type OrganizationSuspendInput = {
  /** `org_…` */
  organizationId: string;
  /** 3 to 500 characters. */
  reason: string;
};

/** Which organization, and whose it is from now on. */
export type OrganizationTransferOwnershipInput = {
  /** `user_…`, an active member. */
  newOwnerId: string;
  /** `org_…` */
  organizationId: string;
};

/** Which organization to change, and what: a field left out stays, null clears. */
export type OrganizationUpdateInput = {
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** `Organization.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** http or https. */
  logoUrl?: string | null | undefined;
  /** Free data of the operator's own, as a whole; 16 kB at most. */
  metadata?: Record<string, unknown> | null | undefined;
  /** 1 to 200 characters. Never empty. The slug stays as it is. */
  name?: string | null | undefined;
  /** `org_…` */
  organizationId: string;
  /** Lower-case letters, digits and `-`; 100 at most. Never empty. */
  slug?: string | null | undefined;
  /** http or https. */
  website?: string | null | undefined;
};

/** Which role to change, and what: a field left out stays, null clears. */
export type OrganizationUpdateRoleInput = {
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** `Role.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** 1 to 200 characters. Never empty. */
  name?: string | null | undefined;
  /** `org_…` */
  organizationId: string;
  /** Of `Organization.assignablePermissions`: the whole set. Never null. */
  permissionCodes?: Array<string> | null | undefined;
  /** 10 to 1000. Lower is more powerful. Never null. */
  rank?: number | null | undefined;
  /** `role_…`, one of the organization's own. */
  roleId: string;
};

/** Conditions on organizations; all that are given must hold. */
export type OrganizationWhere = {
  /** All of these hold. */
  AND?: Array<OrganizationWhere> | null | undefined;
  /** This does not hold. */
  NOT?: OrganizationWhere | null | undefined;
  /** At least one of these holds. */
  OR?: Array<OrganizationWhere> | null | undefined;
  /** When it was created. */
  createdAt?: DateTimeRange | null | undefined;
  /** One of these. */
  ids?: Array<string> | null | undefined;
  /** The metadata contains this object (JSON containment). */
  metadata?: Record<string, unknown> | null | undefined;
  /** Is owned by this person. */
  ownerId?: string | null | undefined;
  /** Every word must occur in the name or slug; any case. */
  search?: string | null | undefined;
  /** One of these. */
  status?: Array<OrganizationStatus> | null | undefined;
};

/** Whom to tag, and into which pool. */
export type PoolAddUserInput = {
  /** Exactly this one. */
  poolCode: string;
  /** `user_…` */
  userId: string;
};

/** What the pool is. Null is as left out. */
export type PoolCreateInput = {
  /** Lower-case letters, digits, `-` and `_`; 100 at most. Never changes. */
  code: string;
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** 1 to 200 characters; the code unless told. */
  name?: string | null | undefined;
};

/** Which pool to delete. */
export type PoolDeleteInput = {
  /** Exactly this one. */
  poolCode: string;
};

/** Whose tag to take away, and of which pool. */
export type PoolRemoveUserInput = {
  /** Exactly this one. */
  poolCode: string;
  /** `user_…` */
  userId: string;
};

/** Whose home, and where it is from now on. */
export type PoolSetUserHomeInput = {
  /** Exactly this one. */
  poolCode: string;
  /** `user_…` */
  userId: string;
};

/** Which pool to change, and what: a field left out stays, null clears. */
export type PoolUpdateInput = {
  /** 2,000 characters at most. */
  description?: string | null | undefined;
  /** `Pool.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** 1 to 200 characters. Never empty. */
  name?: string | null | undefined;
  /** Exactly this one; it never changes. */
  poolCode: string;
};

/** Where a role or permission holds. */
export type Scope =
  /** Holds within one organization. */
  | 'ORGANIZATION'
  /** Holds everywhere. */
  | 'PLATFORM';

/** Who is to be. Null is as left out. */
export type UserCreateInput = {
  /** `app_…`; apps to be granted. Needs `apps:grant`. */
  appIds?: Array<string> | null | undefined;
  /** Free in the home pool and in every further pool (`EMAIL_TAKEN`). */
  email: string;
  /** Whether you know that the address is theirs. A link by mail proves it as well. */
  emailVerified?: boolean;
  /** The id that an older system knows this person by; free in the home pool (`EXTERNAL_ID_TAKEN`). */
  externalId?: string | null | undefined;
  /** `default` unless told. Another needs `pools:manage`. */
  homePoolCode?: string | null | undefined;
  /** Free data of the operator's own; 16 kB and 5 levels at most. */
  metadata?: Record<string, unknown> | null | undefined;
  /** 1 to 200 characters. */
  name?: string | null | undefined;
  /** None unless told; better leave it to the person. 12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it. Needs `users:set-password`. */
  password?: string | null | undefined;
  /** Further pools to be tagged into; the home pool is none of them. Needs `pools:manage`. */
  poolCodes?: Array<string> | null | undefined;
  /** Codes of platform roles; `base_user` unless told, none for `[]`. Needs `users:assign-roles`. */
  roleCodes?: Array<string> | null | undefined;
  /** Whether to mail a link to set a password; nothing is mailed where `password` is given. */
  sendWelcome?: boolean;
};

/** Whom to erase, and why. */
export type UserHardDeleteInput = {
  /** Refused with `VersionConflictError` where the user has another version by now. */
  expectedVersion?: number | null | undefined;
  /** A preview's: refused with `StalePlanError` where it no longer holds. Left out, nothing was to be seen first. */
  planToken?: string | null | undefined;
  /** Why, for the audit; 3 to 500 characters. It stays: name nobody in it. */
  reason: string;
  /** `user_…` */
  userId: string;
};

/** As whom to act, why, and where. */
export type UserImpersonateInput = {
  /** The organization that the session stays in, by an active membership of the person. Staff may leave it out. */
  organizationId?: string | null | undefined;
  /** Why: 3 to 500 characters. The person reads it, and the audit keeps it. */
  reason: string;
  /** `user_…` */
  userId: string;
};

/** How users are ordered; ties by id in the same direction. */
export type UserOrder = {
  /** Which way. */
  direction?: OrderDirection;
  /** By what. */
  field: UserOrderField;
};

/** What users are ordered by. */
export type UserOrderField =
  /** When the person was created here. */
  | 'CREATED_AT'
  /** The address. */
  | 'EMAIL'
  /** The last login; who never signed in comes last. */
  | 'LAST_LOGIN_AT'
  /** The name; who has none comes last. */
  | 'NAME';

/** Whose suspension to lift. */
export type UserReactivateInput = {
  /** `user_…` */
  userId: string;
};

/** Whom to sign out. */
export type UserRevokeSessionsInput = {
  /** `user_…` */
  userId: string;
};

/** Whom to send a link. */
export type UserSendPasswordResetInput = {
  /** `user_…` */
  userId: string;
};

/** Whose password, and which from now on. */
export type UserSetPasswordInput = {
  /** 12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it. */
  newPassword: string;
  /** `user_…` */
  userId: string;
};

/** Whose roles, and which from now on. */
export type UserSetRolesInput = {
  /** `User.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** Codes of platform roles, all of them; `[]` takes all away. */
  roleCodes: Array<string>;
  /** `user_…` */
  userId: string;
};

/** Whether a person can sign in. */
export type UserStatus =
  /** It can. */
  | 'ACTIVE'
  /** It has no session, and no login succeeds. */
  | 'SUSPENDED';

/** Whom to suspend, why, and until when. */
export type UserSuspendInput = {
  /** 3 to 500 characters; staff and the person read it. */
  reason: string;
  /** When it ends by itself; until it is lifted where left out. */
  until?: string | null | undefined;
  /** `user_…` */
  userId: string;
};

/** Whose session, and which. */
export type UserTerminateSessionInput = {
  /** `ses_…` */
  sessionId: string;
  /** `user_…` */
  userId: string;
};

/** Whose failed logins to clear. */
export type UserUnlockInput = {
  /** `user_…` */
  userId: string;
};

/** Whom to change, and what: a field left out stays, null clears. */
export type UserUpdateInput = {
  /** http or https. */
  avatarUrl?: string | null | undefined;
  /** Free in every pool of theirs (`EMAIL_TAKEN`); another spelling of the present one is no change. Never empty. Of another person it needs `users:set-password`. */
  email?: string | null | undefined;
  /** Whether the address is known to be theirs; false for a new one unless told. Never empty. Of another person it needs `users:set-password`. */
  emailVerified?: boolean | null | undefined;
  /** `User.version` as it was read; refuses where it has moved. */
  expectedVersion?: number | null | undefined;
  /** The id that an older system knows this person by; free in the home pool (`EXTERNAL_ID_TAKEN`). */
  externalId?: string | null | undefined;
  /** Replaces the whole, null by `{}`; 16 kB and 5 levels at most. */
  metadata?: Record<string, unknown> | null | undefined;
  /** 1 to 200 characters. */
  name?: string | null | undefined;
  /** `user_…` */
  userId: string;
};

/** Conditions on users; all that are given must hold. */
export type UserWhere = {
  /** All of these hold. */
  AND?: Array<UserWhere> | null | undefined;
  /** This does not hold. */
  NOT?: UserWhere | null | undefined;
  /** At least one of these holds. */
  OR?: Array<UserWhere> | null | undefined;
  /** Has access to this app now (an active grant). */
  appId?: string | null | undefined;
  /** When the person was created here. */
  createdAt?: DateTimeRange | null | undefined;
  /** Whether the address is proved. */
  emailVerified?: boolean | null | undefined;
  /** One of these addresses. */
  emails?: Array<string> | null | undefined;
  /** Exactly this one. */
  externalId?: string | null | undefined;
  /** One of these. */
  ids?: Array<string> | null | undefined;
  /** When the person last signed in. */
  lastLoginAt?: DateTimeRange | null | undefined;
  /** The metadata contains this object (JSON containment). */
  metadata?: Record<string, unknown> | null | undefined;
  /** Is an active member of this organization. */
  organizationId?: string | null | undefined;
  /** Is at home in this pool, or tagged into it. */
  poolCode?: string | null | undefined;
  /** Holds at least one of these platform roles. */
  roleCodes?: Array<string> | null | undefined;
  /** Every word must occur in the e-mail address, name or external id; any case. Combines with all other conditions. */
  search?: string | null | undefined;
  /** One of these. */
  status?: Array<UserStatus> | null | undefined;
};

export type AccountQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountQuery = { viewer: { user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } } | null };

export type AccountSessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountSessionsQuery = { viewer: { user: { sessions: Array<{ id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }> } } | null };

export type AccountMembershipsQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountMembershipsQuery = { viewer: { memberships: Array<{ id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> }> } | null };

export type AccountInvitationsQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountInvitationsQuery = { viewer: { invitations: Array<{ id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> }> } | null };

export type InvitationByTokenQueryVariables = Exact<{
  token: string;
}>;


export type InvitationByTokenQuery = { invitationByToken: { id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> } | null };

export type AccountAcceptInvitationMutationVariables = Exact<{
  input: AccountAcceptInvitationInput;
}>;


export type AccountAcceptInvitationMutation = { accountAcceptInvitation:
    | { __typename: 'AccountAcceptInvitationSuccess', membership: { id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'InvitationError', code: string, message: string, path: Array<string> | null, invitationStatus: InvitationStatus }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type AccountDeclineInvitationMutationVariables = Exact<{
  input: AccountDeclineInvitationInput;
}>;


export type AccountDeclineInvitationMutation = { accountDeclineInvitation:
    | { __typename: 'AccountDeclineInvitationSuccess', invitation: { id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'InvitationError', code: string, message: string, path: Array<string> | null, invitationStatus: InvitationStatus }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type AccountLeaveOrganizationMutationVariables = Exact<{
  input: AccountLeaveOrganizationInput;
}>;


export type AccountLeaveOrganizationMutation = { accountLeaveOrganization:
    | { __typename: 'AccountLeaveOrganizationSuccess', organizationId: string }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type AccountUpdateMutationVariables = Exact<{
  input: AccountUpdateInput;
}>;


export type AccountUpdateMutation = { accountUpdate:
    | { __typename: 'AccountUpdateSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type AccountChangePasswordMutationVariables = Exact<{
  input: AccountChangePasswordInput;
}>;


export type AccountChangePasswordMutation = { accountChangePassword:
    | { __typename: 'AccountChangePasswordSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'AuthenticationError', retryAt: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type AccountRequestPasswordResetMutationVariables = Exact<{
  input: AccountRequestPasswordResetInput;
}>;


export type AccountRequestPasswordResetMutation = { accountRequestPasswordReset:
    | { __typename: 'AccountRequestPasswordResetSuccess', ok: boolean }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type AccountResetPasswordMutationVariables = Exact<{
  input: AccountResetPasswordInput;
}>;


export type AccountResetPasswordMutation = { accountResetPassword:
    | { __typename: 'AccountResetPasswordSuccess', ok: boolean }
    | { __typename: 'AuthenticationError', retryAt: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type AccountSignUpMutationVariables = Exact<{
  input: AccountSignUpInput;
}>;


export type AccountSignUpMutation = { accountSignUp:
    | { __typename: 'AccountSignUpSuccess', tokens: { accessToken: string, refreshToken: string | null, expiresAt: string, expiresIn: number }, viewer: { permissions: Array<string>, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, session: { id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }, organization: { id: string, name: string, slug: string } | null, impersonator: { id: string, email: string, name: string | null } | null }, membership: { id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'AuthenticationError', retryAt: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'InvitationError', code: string, message: string, path: Array<string> | null, invitationStatus: InvitationStatus }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type AppsQueryVariables = Exact<{ [key: string]: never; }>;


export type AppsQuery = { apps: Array<{ userCount: number | null, id: string, code: string, name: string, description: string | null, url: string | null, status: AppStatus, autoGrantOnSignup: boolean, createdAt: string, updatedAt: string, version: number, homePool: { code: string } | null, readPools: Array<{ code: string }> }> | null };

export type AppQueryVariables = Exact<{
  id: string;
}>;


export type AppQuery = { app: { id: string, code: string, name: string, description: string | null, url: string | null, status: AppStatus, autoGrantOnSignup: boolean, createdAt: string, updatedAt: string, version: number, homePool: { code: string } | null, readPools: Array<{ code: string }> } | null };

export type AppByCodeQueryVariables = Exact<{
  code: string;
}>;


export type AppByCodeQuery = { appByCode: { id: string, code: string, name: string, description: string | null, url: string | null, status: AppStatus, autoGrantOnSignup: boolean, createdAt: string, updatedAt: string, version: number, homePool: { code: string } | null, readPools: Array<{ code: string }> } | null };

export type UserAppGrantsQueryVariables = Exact<{
  userId: string;
  status?: Array<AppGrantStatus> | AppGrantStatus | null | undefined;
}>;


export type UserAppGrantsQuery = { user: { appGrants: Array<{ id: string, status: AppGrantStatus, grantedAt: string, revokedAt: string | null, app: { id: string, code: string, name: string }, user: { id: string, email: string, name: string | null } }> } | null };

export type AppGrantsQueryVariables = Exact<{
  appId: string;
  status?: Array<AppGrantStatus> | AppGrantStatus | null | undefined;
  search?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AppGrantsQuery = { app: { grants: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, status: AppGrantStatus, grantedAt: string, revokedAt: string | null, app: { id: string, code: string, name: string }, user: { id: string, email: string, name: string | null } }> } | null } | null };

export type AppCreateMutationVariables = Exact<{
  input: AppCreateInput;
}>;


export type AppCreateMutation = { appCreate:
    | { __typename: 'AppCreateSuccess', app: { id: string, code: string, name: string, description: string | null, url: string | null, status: AppStatus, autoGrantOnSignup: boolean, createdAt: string, updatedAt: string, version: number, homePool: { code: string } | null, readPools: Array<{ code: string }> } }
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type AppUpdateMutationVariables = Exact<{
  input: AppUpdateInput;
}>;


export type AppUpdateMutation = { appUpdate:
    | { __typename: 'AppUpdateSuccess', app: { id: string, code: string, name: string, description: string | null, url: string | null, status: AppStatus, autoGrantOnSignup: boolean, createdAt: string, updatedAt: string, version: number, homePool: { code: string } | null, readPools: Array<{ code: string }> } }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type AppDeleteMutationVariables = Exact<{
  input: AppDeleteInput;
}>;


export type AppDeleteMutation = { appDelete:
    | { __typename: 'AppDeleteSuccess', deletedAppId: string, deletedGrants: number }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type AppGrantUserMutationVariables = Exact<{
  input: AppGrantUserInput;
}>;


export type AppGrantUserMutation = { appGrantUser:
    | { __typename: 'AppGrantUserSuccess', changed: boolean, grant: { id: string, status: AppGrantStatus, grantedAt: string, revokedAt: string | null, app: { id: string, code: string, name: string }, user: { id: string, email: string, name: string | null } } }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type AppRevokeUserMutationVariables = Exact<{
  input: AppRevokeUserInput;
}>;


export type AppRevokeUserMutation = { appRevokeUser:
    | { __typename: 'AppRevokeUserSuccess', changed: boolean, readmittedOnLogin: boolean, grant: { id: string, status: AppGrantStatus, grantedAt: string, revokedAt: string | null, app: { id: string, code: string, name: string }, user: { id: string, email: string, name: string | null } } | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type AuditEventsQueryVariables = Exact<{
  where?: AuditEventWhere | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditEventsQuery = { auditEvents: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node: { id: string, action: string, occurredAt: string, actorId: string | null, actorName: string | null, impersonatorId: string | null, impersonatorName: string | null, organizationId: string | null, subjectId: string | null, reason: string | null, metadata: Record<string, unknown>, ipAddress: string | null, userAgent: string | null, requestId: string | null, changes: Array<{ field: string, before: string | null, after: string | null }> } }> } | null };

export type AuditEventAddedSubscriptionVariables = Exact<{
  where?: AuditEventWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditEventAddedSubscription = { auditEventAdded: { cursor: string, node: { id: string, action: string, occurredAt: string, actorId: string | null, actorName: string | null, impersonatorId: string | null, impersonatorName: string | null, organizationId: string | null, subjectId: string | null, reason: string | null, metadata: Record<string, unknown>, ipAddress: string | null, userAgent: string | null, requestId: string | null, changes: Array<{ field: string, before: string | null, after: string | null }> } } };

export type AuthLoginMutationVariables = Exact<{
  input: AuthLoginInput;
}>;


export type AuthLoginMutation = { authLogin:
    | { __typename: 'AuthLoginSuccess', tokens: { accessToken: string, refreshToken: string | null, expiresAt: string, expiresIn: number }, viewer: { permissions: Array<string>, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, session: { id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }, organization: { id: string, name: string, slug: string } | null, impersonator: { id: string, email: string, name: string | null } | null } }
    | { __typename: 'AuthenticationError', retryAt: string | null, code: string, message: string, path: Array<string> | null }
   };

export type AuthRefreshMutationVariables = Exact<{
  input: AuthRefreshInput;
}>;


export type AuthRefreshMutation = { authRefresh:
    | { __typename: 'AuthRefreshSuccess', tokens: { accessToken: string, refreshToken: string | null, expiresAt: string, expiresIn: number } }
    | { __typename: 'AuthenticationError', retryAt: string | null, code: string, message: string, path: Array<string> | null }
   };

export type AuthSwitchOrganizationMutationVariables = Exact<{
  input: AuthSwitchOrganizationInput;
}>;


export type AuthSwitchOrganizationMutation = { authSwitchOrganization:
    | { __typename: 'AuthSwitchOrganizationSuccess', tokens: { accessToken: string, refreshToken: string | null, expiresAt: string, expiresIn: number }, viewer: { permissions: Array<string>, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, session: { id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }, organization: { id: string, name: string, slug: string } | null, impersonator: { id: string, email: string, name: string | null } | null } }
    | { __typename: 'AuthenticationError', retryAt: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type AuthLogoutMutationVariables = Exact<{ [key: string]: never; }>;


export type AuthLogoutMutation = { authLogout: { __typename: 'AuthLogoutSuccess', ok: boolean } };

export type AuthLogoutEverywhereMutationVariables = Exact<{ [key: string]: never; }>;


export type AuthLogoutEverywhereMutation = { authLogoutEverywhere:
    | { __typename: 'AuthLogoutEverywhereSuccess', revokedSessions: number }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type AuthStopImpersonatingMutationVariables = Exact<{ [key: string]: never; }>;


export type AuthStopImpersonatingMutation = { authStopImpersonating:
    | { __typename: 'AuthStopImpersonatingSuccess', ok: boolean }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type WhoamiQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoamiQuery = { viewer: { permissions: Array<string>, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, session: { id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }, organization: { id: string, name: string, slug: string } | null, impersonator: { id: string, email: string, name: string | null } | null } | null };

export type OrganizationsQueryVariables = Exact<{
  where?: OrganizationWhere | null | undefined;
  orderBy?: OrganizationOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type OrganizationsQuery = { organizations: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null }> } | null };

export type OrganizationQueryVariables = Exact<{
  id: string;
}>;


export type OrganizationQuery = { organization: { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null } | null };

export type OrganizationBySlugQueryVariables = Exact<{
  slug: string;
}>;


export type OrganizationBySlugQuery = { organizationBySlug: { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null } | null };

export type OrganizationMembersQueryVariables = Exact<{
  organizationId: string;
  where?: MembershipWhere | null | undefined;
  orderBy?: MembershipOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type OrganizationMembersQuery = { organization: { memberships: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> }> } | null } | null };

export type OrganizationInvitationsQueryVariables = Exact<{
  organizationId: string;
  status?: Array<InvitationStatus> | InvitationStatus | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type OrganizationInvitationsQuery = { organization: { invitations: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> }> } | null } | null };

export type OrganizationRolesQueryVariables = Exact<{
  organizationId: string;
}>;


export type OrganizationRolesQuery = { organization: { roles: Array<{ memberCount: number | null, id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number, permissions: Array<{ code: string }> }> } | null };

export type OrganizationAssignableRolesQueryVariables = Exact<{
  organizationId: string;
}>;


export type OrganizationAssignableRolesQuery = { organization: { assignableRoles: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number, permissions: Array<{ code: string }> }> } | null };

export type OrganizationAssignablePermissionsQueryVariables = Exact<{
  organizationId: string;
}>;


export type OrganizationAssignablePermissionsQuery = { organization: { assignablePermissions: Array<{ code: string, name: string, description: string, scope: Scope, assignable: boolean }> | null } | null };

export type OrganizationCreateMutationVariables = Exact<{
  input: OrganizationCreateInput;
}>;


export type OrganizationCreateMutation = { organizationCreate:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationCreateSuccess', organization: { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type OrganizationUpdateMutationVariables = Exact<{
  input: OrganizationUpdateInput;
}>;


export type OrganizationUpdateMutation = { organizationUpdate:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationUpdateSuccess', organization: { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type OrganizationSuspendMutationVariables = Exact<{
  input: OrganizationSuspendInput;
}>;


export type OrganizationSuspendMutation = { organizationSuspend:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationSuspendSuccess', organization: { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type OrganizationReactivateMutationVariables = Exact<{
  input: OrganizationReactivateInput;
}>;


export type OrganizationReactivateMutation = { organizationReactivate:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationReactivateSuccess', organization: { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type OrganizationTransferOwnershipMutationVariables = Exact<{
  input: OrganizationTransferOwnershipInput;
}>;


export type OrganizationTransferOwnershipMutation = { organizationTransferOwnership:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationTransferOwnershipSuccess', organization: { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type OrganizationDeleteMutationVariables = Exact<{
  input: OrganizationDeleteInput;
}>;


export type OrganizationDeleteMutation = { organizationDelete:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationDeleteSuccess', deletedOrganizationId: string, deletedMemberships: number }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type OrganizationAddMemberMutationVariables = Exact<{
  input: OrganizationAddMemberInput;
}>;


export type OrganizationAddMemberMutation = { organizationAddMember:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationAddMemberSuccess', membership: { id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type OrganizationSetMemberStatusMutationVariables = Exact<{
  input: OrganizationSetMemberStatusInput;
}>;


export type OrganizationSetMemberStatusMutation = { organizationSetMemberStatus:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationSetMemberStatusSuccess', membership: { id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type OrganizationRemoveMemberMutationVariables = Exact<{
  input: OrganizationRemoveMemberInput;
}>;


export type OrganizationRemoveMemberMutation = { organizationRemoveMember:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationRemoveMemberSuccess', removedMembershipId: string }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type OrganizationSetMemberRolesMutationVariables = Exact<{
  input: OrganizationSetMemberRolesInput;
}>;


export type OrganizationSetMemberRolesMutation = { organizationSetMemberRoles:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationSetMemberRolesSuccess', membership: { id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> }, added: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number }>, removed: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number }> }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type OrganizationCreateRoleMutationVariables = Exact<{
  input: OrganizationCreateRoleInput;
}>;


export type OrganizationCreateRoleMutation = { organizationCreateRole:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationCreateRoleSuccess', role: { id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number, permissions: Array<{ code: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type OrganizationUpdateRoleMutationVariables = Exact<{
  input: OrganizationUpdateRoleInput;
}>;


export type OrganizationUpdateRoleMutation = { organizationUpdateRole:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationUpdateRoleSuccess', role: { id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number, permissions: Array<{ code: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type OrganizationDeleteRoleMutationVariables = Exact<{
  input: OrganizationDeleteRoleInput;
}>;


export type OrganizationDeleteRoleMutation = { organizationDeleteRole:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationDeleteRoleSuccess', deletedRoleId: string, affectedMembers: number }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type OrganizationCreateInvitationMutationVariables = Exact<{
  input: OrganizationCreateInvitationInput;
}>;


export type OrganizationCreateInvitationMutation = { organizationCreateInvitation:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationCreateInvitationSuccess', replaced: boolean, invitation: { id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type OrganizationResendInvitationMutationVariables = Exact<{
  input: OrganizationResendInvitationInput;
}>;


export type OrganizationResendInvitationMutation = { organizationResendInvitation:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'InvitationError', code: string, message: string, path: Array<string> | null, invitationStatus: InvitationStatus }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationResendInvitationSuccess', invitation: { id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type OrganizationRevokeInvitationMutationVariables = Exact<{
  input: OrganizationRevokeInvitationInput;
}>;


export type OrganizationRevokeInvitationMutation = { organizationRevokeInvitation:
    | { __typename: 'InvitationError', code: string, message: string, path: Array<string> | null, invitationStatus: InvitationStatus }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OrganizationRevokeInvitationSuccess', invitation: { id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type PoolsQueryVariables = Exact<{ [key: string]: never; }>;


export type PoolsQuery = { pools: Array<{ userCount: number | null, homeCount: number | null, tagCount: number | null, id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number }> | null };

export type PoolByCodeQueryVariables = Exact<{
  code: string;
}>;


export type PoolByCodeQuery = { poolByCode: { id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number } | null };

export type UserPoolsQueryVariables = Exact<{
  userId: string;
}>;


export type UserPoolsQuery = { user: { homePool: { id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number }, pools: Array<{ id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number }> } | null };

export type PoolCreateMutationVariables = Exact<{
  input: PoolCreateInput;
}>;


export type PoolCreateMutation = { poolCreate:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'PoolCreateSuccess', pool: { id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type PoolUpdateMutationVariables = Exact<{
  input: PoolUpdateInput;
}>;


export type PoolUpdateMutation = { poolUpdate:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PoolUpdateSuccess', pool: { id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number } }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type PoolDeleteMutationVariables = Exact<{
  input: PoolDeleteInput;
}>;


export type PoolDeleteMutation = { poolDelete:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PoolDeleteSuccess', deletedPoolId: string }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type PoolSetUserHomeMutationVariables = Exact<{
  input: PoolSetUserHomeInput;
}>;


export type PoolSetUserHomeMutation = { poolSetUserHome:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PoolSetUserHomeSuccess', changed: boolean, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, previous: { id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type PoolAddUserMutationVariables = Exact<{
  input: PoolAddUserInput;
}>;


export type PoolAddUserMutation = { poolAddUser:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PoolAddUserSuccess', changed: boolean, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type PoolRemoveUserMutationVariables = Exact<{
  input: PoolRemoveUserInput;
}>;


export type PoolRemoveUserMutation = { poolRemoveUser:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PoolRemoveUserSuccess', changed: boolean, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
   };

export type RoleRecordFragment = { id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number };

export type RoleWithPermissionsFragment = { id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number, permissions: Array<{ code: string }> };

export type PermissionRecordFragment = { code: string, name: string, description: string, scope: Scope, assignable: boolean };

export type UserRecordFragment = { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> };

export type SessionRecordFragment = { id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null };

export type OrganizationRecordFragment = { id: string, name: string, slug: string, description: string | null, logoUrl: string | null, website: string | null, status: OrganizationStatus, suspensionReason: string | null, metadata: Record<string, unknown>, memberCount: number, createdAt: string, updatedAt: string, version: number, viewerPermissions: Array<string>, owner: { userId: string, name: string | null, email: string } | null };

export type MembershipRecordFragment = { id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> };

export type InvitationRecordFragment = { id: string, email: string, status: InvitationStatus, organizationId: string, organizationName: string, organizationSlug: string, invitedByName: string | null, createdAt: string, expiresAt: string, sentAt: string | null, acceptedAt: string | null, roles: Array<{ id: string, code: string, name: string }> };

export type AppRecordFragment = { id: string, code: string, name: string, description: string | null, url: string | null, status: AppStatus, autoGrantOnSignup: boolean, createdAt: string, updatedAt: string, version: number, homePool: { code: string } | null, readPools: Array<{ code: string }> };

export type AppGrantRecordFragment = { id: string, status: AppGrantStatus, grantedAt: string, revokedAt: string | null, app: { id: string, code: string, name: string }, user: { id: string, email: string, name: string | null } };

export type PoolRecordFragment = { id: string, code: string, name: string, description: string | null, createdAt: string, updatedAt: string, version: number };

export type AuditEventRecordFragment = { id: string, action: string, occurredAt: string, actorId: string | null, actorName: string | null, impersonatorId: string | null, impersonatorName: string | null, organizationId: string | null, subjectId: string | null, reason: string | null, metadata: Record<string, unknown>, ipAddress: string | null, userAgent: string | null, requestId: string | null, changes: Array<{ field: string, before: string | null, after: string | null }> };

export type TokensRecordFragment = { accessToken: string, refreshToken: string | null, expiresAt: string, expiresIn: number };

export type ViewerRecordFragment = { permissions: Array<string>, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, session: { id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }, organization: { id: string, name: string, slug: string } | null, impersonator: { id: string, email: string, name: string | null } | null };

type Refusal_AuthenticationError_Fragment = { retryAt: string | null, code: string, message: string, path: Array<string> | null };

type Refusal_ConflictError_Fragment = { code: string, message: string, path: Array<string> | null, existing:
    | { __typename: 'App', id: string }
    | { __typename: 'AppGrant', id: string }
    | { __typename: 'AuditEvent', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Membership', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'Pool', id: string }
    | { __typename: 'Role', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'User', id: string }
   | null };

type Refusal_InvitationError_Fragment = { code: string, message: string, path: Array<string> | null, invitationStatus: InvitationStatus };

type Refusal_NotFoundError_Fragment = { id: string | null, code: string, message: string, path: Array<string> | null };

type Refusal_OwnsOrganizationsError_Fragment = { code: string, message: string, path: Array<string> | null, organizations: Array<{ id: string, name: string, slug: string }> };

type Refusal_PowerError_Fragment = { roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null };

type Refusal_RuleError_Fragment = { code: string, message: string, path: Array<string> | null };

type Refusal_StalePlanError_Fragment = { code: string, message: string, path: Array<string> | null };

type Refusal_ValidationError_Fragment = { code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> };

type Refusal_VersionConflictError_Fragment = { currentVersion: number, code: string, message: string, path: Array<string> | null };

export type RefusalFragment =
  | Refusal_AuthenticationError_Fragment
  | Refusal_ConflictError_Fragment
  | Refusal_InvitationError_Fragment
  | Refusal_NotFoundError_Fragment
  | Refusal_OwnsOrganizationsError_Fragment
  | Refusal_PowerError_Fragment
  | Refusal_RuleError_Fragment
  | Refusal_StalePlanError_Fragment
  | Refusal_ValidationError_Fragment
  | Refusal_VersionConflictError_Fragment
;

export type UsersQueryVariables = Exact<{
  where?: UserWhere | null | undefined;
  orderBy?: UserOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  count?: boolean | null | undefined;
}>;


export type UsersQuery = { users: { totalCount?: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }> } | null };

export type UserQueryVariables = Exact<{
  id: string;
}>;


export type UserQuery = { user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } | null };

export type UsersLookupQueryVariables = Exact<{
  ids?: Array<string> | string | null | undefined;
  emails?: Array<string> | string | null | undefined;
}>;


export type UsersLookupQuery = { usersLookup: { missingIds: Array<string>, missingEmails: Array<string>, users: Array<{ id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }> } | null };

export type UserRolesQueryVariables = Exact<{
  userId: string;
}>;


export type UserRolesQuery = { user: { roles: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number }> } | null };

export type UserSessionsQueryVariables = Exact<{
  userId: string;
}>;


export type UserSessionsQuery = { user: { sessions: Array<{ id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }> } | null };

export type UserAccessQueryVariables = Exact<{
  userId: string;
  permission: string;
  organizationId?: string | null | undefined;
}>;


export type UserAccessQuery = { user: { access: { allowed: boolean, permission: string, reason: string | null, paths: Array<{ role: { id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number }, membership: { id: string, userId: string, email: string, name: string | null, avatarUrl: string | null, organizationId: string, organizationName: string, organizationSlug: string, organizationLogoUrl: string | null, status: MembershipStatus, isOwner: boolean, joinedAt: string, invitedByName: string | null, permissions: Array<string>, version: number, roles: Array<{ id: string, code: string, name: string }> } | null }> } } | null };

export type UserHardDeletePreviewQueryVariables = Exact<{
  userId: string;
}>;


export type UserHardDeletePreviewQuery = { userHardDeletePreview: { pseudonymizedAuditEvents: number, planToken: string, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, deletes: Array<{ kind: string, count: number }>, blockers: Array<
      | { __typename: 'AuthenticationError', retryAt: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
          | { __typename: 'App', id: string }
          | { __typename: 'AppGrant', id: string }
          | { __typename: 'AuditEvent', id: string }
          | { __typename: 'Invitation', id: string }
          | { __typename: 'Membership', id: string }
          | { __typename: 'Organization', id: string }
          | { __typename: 'Pool', id: string }
          | { __typename: 'Role', id: string }
          | { __typename: 'Session', id: string }
          | { __typename: 'User', id: string }
         | null }
      | { __typename: 'InvitationError', code: string, message: string, path: Array<string> | null, invitationStatus: InvitationStatus }
      | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'OwnsOrganizationsError', code: string, message: string, path: Array<string> | null, organizations: Array<{ id: string, name: string, slug: string }> }
      | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
      | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'StalePlanError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
      | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
    > } | null };

export type PlatformRolesQueryVariables = Exact<{ [key: string]: never; }>;


export type PlatformRolesQuery = { roles: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number, permissions: Array<{ code: string }> }> | null };

export type AssignableRolesQueryVariables = Exact<{ [key: string]: never; }>;


export type AssignableRolesQuery = { viewer: { assignableRoles: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number, permissions: Array<{ code: string }> }> } | null };

export type UserCreateMutationVariables = Exact<{
  input: UserCreateInput;
}>;


export type UserCreateMutation = { userCreate:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserCreateSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type UserUpdateMutationVariables = Exact<{
  input: UserUpdateInput;
}>;


export type UserUpdateMutation = { userUpdate:
    | { __typename: 'ConflictError', code: string, message: string, path: Array<string> | null, existing:
        | { __typename: 'App', id: string }
        | { __typename: 'AppGrant', id: string }
        | { __typename: 'AuditEvent', id: string }
        | { __typename: 'Invitation', id: string }
        | { __typename: 'Membership', id: string }
        | { __typename: 'Organization', id: string }
        | { __typename: 'Pool', id: string }
        | { __typename: 'Role', id: string }
        | { __typename: 'Session', id: string }
        | { __typename: 'User', id: string }
       | null }
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserUpdateSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type UserSuspendMutationVariables = Exact<{
  input: UserSuspendInput;
}>;


export type UserSuspendMutation = { userSuspend:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserSuspendSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type UserReactivateMutationVariables = Exact<{
  input: UserReactivateInput;
}>;


export type UserReactivateMutation = { userReactivate:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserReactivateSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
   };

export type UserUnlockMutationVariables = Exact<{
  input: UserUnlockInput;
}>;


export type UserUnlockMutation = { userUnlock:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserUnlockSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
   };

export type UserSendPasswordResetMutationVariables = Exact<{
  input: UserSendPasswordResetInput;
}>;


export type UserSendPasswordResetMutation = { userSendPasswordReset:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserSendPasswordResetSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
   };

export type UserSetPasswordMutationVariables = Exact<{
  input: UserSetPasswordInput;
}>;


export type UserSetPasswordMutation = { userSetPassword:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserSetPasswordSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type UserSetRolesMutationVariables = Exact<{
  input: UserSetRolesInput;
}>;


export type UserSetRolesMutation = { userSetRoles:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserSetRolesSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, added: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number }>, removed: Array<{ id: string, code: string, name: string, description: string | null, scope: Scope, builtIn: boolean, rank: number, version: number }> }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

export type UserTerminateSessionMutationVariables = Exact<{
  input: UserTerminateSessionInput;
}>;


export type UserTerminateSessionMutation = { userTerminateSession:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserTerminateSessionSuccess', user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
   };

export type UserRevokeSessionsMutationVariables = Exact<{
  input: UserRevokeSessionsInput;
}>;


export type UserRevokeSessionsMutation = { userRevokeSessions:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserRevokeSessionsSuccess', revokedSessions: number, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> } }
   };

export type UserImpersonateMutationVariables = Exact<{
  input: UserImpersonateInput;
}>;


export type UserImpersonateMutation = { userImpersonate:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserImpersonateSuccess', tokens: { accessToken: string, refreshToken: string | null, expiresAt: string, expiresIn: number }, viewer: { permissions: Array<string>, user: { id: string, email: string, emailVerified: boolean, name: string | null, avatarUrl: string | null, status: UserStatus, suspendedUntil: string | null, suspensionReason: string | null, externalId: string | null, metadata: Record<string, unknown>, hasPassword: boolean, lastLoginAt: string | null, createdAt: string, updatedAt: string, version: number, homePool: { code: string }, roles: Array<{ code: string }> }, session: { id: string, device: string | null, userAgent: string | null, ipAddress: string | null, createdAt: string, lastActiveAt: string, expiresAt: string, isCurrent: boolean, isImpersonation: boolean, impersonatorName: string | null, impersonationReason: string | null, app: { id: string, code: string, name: string } | null, organization: { id: string, name: string, slug: string } | null }, organization: { id: string, name: string, slug: string } | null, impersonator: { id: string, email: string, name: string | null } | null } }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
   };

export type UserHardDeleteMutationVariables = Exact<{
  input: UserHardDeleteInput;
}>;


export type UserHardDeleteMutation = { userHardDelete:
    | { __typename: 'NotFoundError', id: string | null, code: string, message: string, path: Array<string> | null }
    | { __typename: 'OwnsOrganizationsError', code: string, message: string, path: Array<string> | null, organizations: Array<{ id: string, name: string, slug: string }> }
    | { __typename: 'PowerError', roles: Array<string>, permissions: Array<string>, code: string, message: string, path: Array<string> | null }
    | { __typename: 'RuleError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'StalePlanError', code: string, message: string, path: Array<string> | null }
    | { __typename: 'UserHardDeleteSuccess', deletedUserId: string, deletes: Array<{ kind: string, count: number }> }
    | { __typename: 'ValidationError', code: string, message: string, path: Array<string> | null, issues: Array<{ path: Array<string>, code: string, message: string }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string, path: Array<string> | null }
   };

const AppGrantRecord = 'fragment AppGrantRecord on AppGrant{id status grantedAt revokedAt app{id code name}user{id email name}}';
const AppRecord = 'fragment AppRecord on App{id code name description url status autoGrantOnSignup createdAt updatedAt version homePool{code}readPools{code}}';
const AuditEventRecord = 'fragment AuditEventRecord on AuditEvent{id action occurredAt actorId actorName impersonatorId impersonatorName organizationId subjectId reason changes{field before after}metadata ipAddress userAgent requestId}';
const InvitationRecord = 'fragment InvitationRecord on Invitation{id email status organizationId organizationName organizationSlug invitedByName createdAt expiresAt sentAt acceptedAt roles{id code name}}';
const MembershipRecord = 'fragment MembershipRecord on Membership{id userId email name avatarUrl organizationId organizationName organizationSlug organizationLogoUrl status isOwner joinedAt invitedByName permissions version roles{id code name}}';
const OrganizationRecord = 'fragment OrganizationRecord on Organization{id name slug description logoUrl website status suspensionReason metadata memberCount createdAt updatedAt version viewerPermissions owner{userId name email}}';
const PermissionRecord = 'fragment PermissionRecord on Permission{code name description scope assignable}';
const PoolRecord = 'fragment PoolRecord on Pool{id code name description createdAt updatedAt version}';
const Refusal = 'fragment Refusal on MutationError{code message path ...on ValidationError{issues{path code message}}...on NotFoundError{id}...on ConflictError{existing{__typename id}}...on VersionConflictError{currentVersion}...on PowerError{roles permissions}...on OwnsOrganizationsError{organizations{id name slug}}...on InvitationError{invitationStatus:status}...on AuthenticationError{retryAt}}';
const RoleRecord = 'fragment RoleRecord on Role{id code name description scope builtIn rank version}';
const RoleWithPermissions = 'fragment RoleWithPermissions on Role{...RoleRecord permissions{code}}';
const SessionRecord = 'fragment SessionRecord on Session{id device userAgent ipAddress createdAt lastActiveAt expiresAt isCurrent isImpersonation impersonatorName impersonationReason app{id code name}organization{id name slug}}';
const TokensRecord = 'fragment TokensRecord on AuthTokens{accessToken refreshToken expiresAt expiresIn}';
const UserRecord = 'fragment UserRecord on User{id email emailVerified name avatarUrl status suspendedUntil suspensionReason externalId metadata hasPassword lastLoginAt createdAt updatedAt version homePool{code}roles{code}}';
const ViewerRecord = 'fragment ViewerRecord on Viewer{user{...UserRecord}permissions session{...SessionRecord}organization{id name slug}impersonator{id email name}}';
export const AccountDocument = /* @__PURE__ */ operation<AccountQuery, AccountQueryVariables>('query Account{viewer{user{...UserRecord}}}', [UserRecord]);
export const AccountAcceptInvitationDocument = /* @__PURE__ */ operation<AccountAcceptInvitationMutation, AccountAcceptInvitationMutationVariables>('mutation AccountAcceptInvitation($input:AccountAcceptInvitationInput!){accountAcceptInvitation(input:$input){__typename ...on AccountAcceptInvitationSuccess{membership{...MembershipRecord}}...Refusal}}', [MembershipRecord, Refusal]);
export const AccountChangePasswordDocument = /* @__PURE__ */ operation<AccountChangePasswordMutation, AccountChangePasswordMutationVariables>('mutation AccountChangePassword($input:AccountChangePasswordInput!){accountChangePassword(input:$input){__typename ...on AccountChangePasswordSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const AccountDeclineInvitationDocument = /* @__PURE__ */ operation<AccountDeclineInvitationMutation, AccountDeclineInvitationMutationVariables>('mutation AccountDeclineInvitation($input:AccountDeclineInvitationInput!){accountDeclineInvitation(input:$input){__typename ...on AccountDeclineInvitationSuccess{invitation{...InvitationRecord}}...Refusal}}', [InvitationRecord, Refusal]);
export const AccountInvitationsDocument = /* @__PURE__ */ operation<AccountInvitationsQuery, AccountInvitationsQueryVariables>('query AccountInvitations{viewer{invitations{...InvitationRecord}}}', [InvitationRecord]);
export const AccountLeaveOrganizationDocument = /* @__PURE__ */ operation<AccountLeaveOrganizationMutation, AccountLeaveOrganizationMutationVariables>('mutation AccountLeaveOrganization($input:AccountLeaveOrganizationInput!){accountLeaveOrganization(input:$input){__typename ...on AccountLeaveOrganizationSuccess{organizationId}...Refusal}}', [Refusal]);
export const AccountMembershipsDocument = /* @__PURE__ */ operation<AccountMembershipsQuery, AccountMembershipsQueryVariables>('query AccountMemberships{viewer{memberships{...MembershipRecord}}}', [MembershipRecord]);
export const AccountRequestPasswordResetDocument = /* @__PURE__ */ operation<AccountRequestPasswordResetMutation, AccountRequestPasswordResetMutationVariables>('mutation AccountRequestPasswordReset($input:AccountRequestPasswordResetInput!){accountRequestPasswordReset(input:$input){__typename ...on AccountRequestPasswordResetSuccess{ok}...Refusal}}', [Refusal]);
export const AccountResetPasswordDocument = /* @__PURE__ */ operation<AccountResetPasswordMutation, AccountResetPasswordMutationVariables>('mutation AccountResetPassword($input:AccountResetPasswordInput!){accountResetPassword(input:$input){__typename ...on AccountResetPasswordSuccess{ok}...Refusal}}', [Refusal]);
export const AccountSessionsDocument = /* @__PURE__ */ operation<AccountSessionsQuery, AccountSessionsQueryVariables>('query AccountSessions{viewer{user{sessions(first:100){...SessionRecord}}}}', [SessionRecord]);
export const AccountSignUpDocument = /* @__PURE__ */ operation<AccountSignUpMutation, AccountSignUpMutationVariables>('mutation AccountSignUp($input:AccountSignUpInput!){accountSignUp(input:$input){__typename ...on AccountSignUpSuccess{tokens{...TokensRecord}viewer{...ViewerRecord}membership{...MembershipRecord}}...Refusal}}', [MembershipRecord, Refusal, SessionRecord, TokensRecord, UserRecord, ViewerRecord]);
export const AccountUpdateDocument = /* @__PURE__ */ operation<AccountUpdateMutation, AccountUpdateMutationVariables>('mutation AccountUpdate($input:AccountUpdateInput!){accountUpdate(input:$input){__typename ...on AccountUpdateSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const AppDocument = /* @__PURE__ */ operation<AppQuery, AppQueryVariables>('query App($id:ID!){app(id:$id){...AppRecord}}', [AppRecord]);
export const AppByCodeDocument = /* @__PURE__ */ operation<AppByCodeQuery, AppByCodeQueryVariables>('query AppByCode($code:String!){appByCode(code:$code){...AppRecord}}', [AppRecord]);
export const AppCreateDocument = /* @__PURE__ */ operation<AppCreateMutation, AppCreateMutationVariables>('mutation AppCreate($input:AppCreateInput!){appCreate(input:$input){__typename ...on AppCreateSuccess{app{...AppRecord}}...Refusal}}', [AppRecord, Refusal]);
export const AppDeleteDocument = /* @__PURE__ */ operation<AppDeleteMutation, AppDeleteMutationVariables>('mutation AppDelete($input:AppDeleteInput!){appDelete(input:$input){__typename ...on AppDeleteSuccess{deletedAppId deletedGrants}...Refusal}}', [Refusal]);
export const AppGrantUserDocument = /* @__PURE__ */ operation<AppGrantUserMutation, AppGrantUserMutationVariables>('mutation AppGrantUser($input:AppGrantUserInput!){appGrantUser(input:$input){__typename ...on AppGrantUserSuccess{grant{...AppGrantRecord}changed}...Refusal}}', [AppGrantRecord, Refusal]);
export const AppGrantsDocument = /* @__PURE__ */ operation<AppGrantsQuery, AppGrantsQueryVariables>('query AppGrants($appId:ID!$status:[AppGrantStatus!]$search:String$first:Int$after:String){app(id:$appId){grants(status:$status search:$search first:$first after:$after){pageInfo{hasNextPage endCursor}nodes{...AppGrantRecord}}}}', [AppGrantRecord]);
export const AppRevokeUserDocument = /* @__PURE__ */ operation<AppRevokeUserMutation, AppRevokeUserMutationVariables>('mutation AppRevokeUser($input:AppRevokeUserInput!){appRevokeUser(input:$input){__typename ...on AppRevokeUserSuccess{grant{...AppGrantRecord}changed readmittedOnLogin}...Refusal}}', [AppGrantRecord, Refusal]);
export const AppUpdateDocument = /* @__PURE__ */ operation<AppUpdateMutation, AppUpdateMutationVariables>('mutation AppUpdate($input:AppUpdateInput!){appUpdate(input:$input){__typename ...on AppUpdateSuccess{app{...AppRecord}}...Refusal}}', [AppRecord, Refusal]);
export const AppsDocument = /* @__PURE__ */ operation<AppsQuery, AppsQueryVariables>('query Apps{apps{...AppRecord userCount}}', [AppRecord]);
export const AssignableRolesDocument = /* @__PURE__ */ operation<AssignableRolesQuery, AssignableRolesQueryVariables>('query AssignableRoles{viewer{assignableRoles{...RoleWithPermissions}}}', [RoleRecord, RoleWithPermissions]);
export const AuditEventAddedDocument = /* @__PURE__ */ operation<AuditEventAddedSubscription, AuditEventAddedSubscriptionVariables>('subscription AuditEventAdded($where:AuditEventWhere$after:String){auditEventAdded(where:$where after:$after){cursor node{...AuditEventRecord}}}', [AuditEventRecord]);
export const AuditEventsDocument = /* @__PURE__ */ operation<AuditEventsQuery, AuditEventsQueryVariables>('query AuditEvents($where:AuditEventWhere$first:Int$after:String){auditEvents(where:$where first:$first after:$after){pageInfo{hasNextPage endCursor}edges{cursor node{...AuditEventRecord}}}}', [AuditEventRecord]);
export const AuthLoginDocument = /* @__PURE__ */ operation<AuthLoginMutation, AuthLoginMutationVariables>('mutation AuthLogin($input:AuthLoginInput!){authLogin(input:$input){__typename ...on AuthLoginSuccess{tokens{...TokensRecord}viewer{...ViewerRecord}}...Refusal}}', [Refusal, SessionRecord, TokensRecord, UserRecord, ViewerRecord]);
export const AuthLogoutDocument = /* @__PURE__ */ operation<AuthLogoutMutation, AuthLogoutMutationVariables>('mutation AuthLogout{authLogout{__typename ...on AuthLogoutSuccess{ok}}}');
export const AuthLogoutEverywhereDocument = /* @__PURE__ */ operation<AuthLogoutEverywhereMutation, AuthLogoutEverywhereMutationVariables>('mutation AuthLogoutEverywhere{authLogoutEverywhere{__typename ...on AuthLogoutEverywhereSuccess{revokedSessions}...Refusal}}', [Refusal]);
export const AuthRefreshDocument = /* @__PURE__ */ operation<AuthRefreshMutation, AuthRefreshMutationVariables>('mutation AuthRefresh($input:AuthRefreshInput!){authRefresh(input:$input){__typename ...on AuthRefreshSuccess{tokens{...TokensRecord}}...Refusal}}', [Refusal, TokensRecord]);
export const AuthStopImpersonatingDocument = /* @__PURE__ */ operation<AuthStopImpersonatingMutation, AuthStopImpersonatingMutationVariables>('mutation AuthStopImpersonating{authStopImpersonating{__typename ...on AuthStopImpersonatingSuccess{ok}...Refusal}}', [Refusal]);
export const AuthSwitchOrganizationDocument = /* @__PURE__ */ operation<AuthSwitchOrganizationMutation, AuthSwitchOrganizationMutationVariables>('mutation AuthSwitchOrganization($input:AuthSwitchOrganizationInput!){authSwitchOrganization(input:$input){__typename ...on AuthSwitchOrganizationSuccess{tokens{...TokensRecord}viewer{...ViewerRecord}}...Refusal}}', [Refusal, SessionRecord, TokensRecord, UserRecord, ViewerRecord]);
export const InvitationByTokenDocument = /* @__PURE__ */ operation<InvitationByTokenQuery, InvitationByTokenQueryVariables>('query InvitationByToken($token:String!){invitationByToken(token:$token){...InvitationRecord}}', [InvitationRecord]);
export const OrganizationDocument = /* @__PURE__ */ operation<OrganizationQuery, OrganizationQueryVariables>('query Organization($id:ID!){organization(id:$id){...OrganizationRecord}}', [OrganizationRecord]);
export const OrganizationAddMemberDocument = /* @__PURE__ */ operation<OrganizationAddMemberMutation, OrganizationAddMemberMutationVariables>('mutation OrganizationAddMember($input:OrganizationAddMemberInput!){organizationAddMember(input:$input){__typename ...on OrganizationAddMemberSuccess{membership{...MembershipRecord}}...Refusal}}', [MembershipRecord, Refusal]);
export const OrganizationAssignablePermissionsDocument = /* @__PURE__ */ operation<OrganizationAssignablePermissionsQuery, OrganizationAssignablePermissionsQueryVariables>('query OrganizationAssignablePermissions($organizationId:ID!){organization(id:$organizationId){assignablePermissions{...PermissionRecord}}}', [PermissionRecord]);
export const OrganizationAssignableRolesDocument = /* @__PURE__ */ operation<OrganizationAssignableRolesQuery, OrganizationAssignableRolesQueryVariables>('query OrganizationAssignableRoles($organizationId:ID!){organization(id:$organizationId){assignableRoles{...RoleWithPermissions}}}', [RoleRecord, RoleWithPermissions]);
export const OrganizationBySlugDocument = /* @__PURE__ */ operation<OrganizationBySlugQuery, OrganizationBySlugQueryVariables>('query OrganizationBySlug($slug:String!){organizationBySlug(slug:$slug){...OrganizationRecord}}', [OrganizationRecord]);
export const OrganizationCreateDocument = /* @__PURE__ */ operation<OrganizationCreateMutation, OrganizationCreateMutationVariables>('mutation OrganizationCreate($input:OrganizationCreateInput!){organizationCreate(input:$input){__typename ...on OrganizationCreateSuccess{organization{...OrganizationRecord}}...Refusal}}', [OrganizationRecord, Refusal]);
export const OrganizationCreateInvitationDocument = /* @__PURE__ */ operation<OrganizationCreateInvitationMutation, OrganizationCreateInvitationMutationVariables>('mutation OrganizationCreateInvitation($input:OrganizationCreateInvitationInput!){organizationCreateInvitation(input:$input){__typename ...on OrganizationCreateInvitationSuccess{invitation{...InvitationRecord}replaced}...Refusal}}', [InvitationRecord, Refusal]);
export const OrganizationCreateRoleDocument = /* @__PURE__ */ operation<OrganizationCreateRoleMutation, OrganizationCreateRoleMutationVariables>('mutation OrganizationCreateRole($input:OrganizationCreateRoleInput!){organizationCreateRole(input:$input){__typename ...on OrganizationCreateRoleSuccess{role{...RoleWithPermissions}}...Refusal}}', [Refusal, RoleRecord, RoleWithPermissions]);
export const OrganizationDeleteDocument = /* @__PURE__ */ operation<OrganizationDeleteMutation, OrganizationDeleteMutationVariables>('mutation OrganizationDelete($input:OrganizationDeleteInput!){organizationDelete(input:$input){__typename ...on OrganizationDeleteSuccess{deletedOrganizationId deletedMemberships}...Refusal}}', [Refusal]);
export const OrganizationDeleteRoleDocument = /* @__PURE__ */ operation<OrganizationDeleteRoleMutation, OrganizationDeleteRoleMutationVariables>('mutation OrganizationDeleteRole($input:OrganizationDeleteRoleInput!){organizationDeleteRole(input:$input){__typename ...on OrganizationDeleteRoleSuccess{deletedRoleId affectedMembers}...Refusal}}', [Refusal]);
export const OrganizationInvitationsDocument = /* @__PURE__ */ operation<OrganizationInvitationsQuery, OrganizationInvitationsQueryVariables>('query OrganizationInvitations($organizationId:ID!$status:[InvitationStatus!]$first:Int$after:String){organization(id:$organizationId){invitations(status:$status first:$first after:$after){pageInfo{hasNextPage endCursor}nodes{...InvitationRecord}}}}', [InvitationRecord]);
export const OrganizationMembersDocument = /* @__PURE__ */ operation<OrganizationMembersQuery, OrganizationMembersQueryVariables>('query OrganizationMembers($organizationId:ID!$where:MembershipWhere$orderBy:MembershipOrder$first:Int$after:String){organization(id:$organizationId){memberships(where:$where orderBy:$orderBy first:$first after:$after){pageInfo{hasNextPage endCursor}nodes{...MembershipRecord}}}}', [MembershipRecord]);
export const OrganizationReactivateDocument = /* @__PURE__ */ operation<OrganizationReactivateMutation, OrganizationReactivateMutationVariables>('mutation OrganizationReactivate($input:OrganizationReactivateInput!){organizationReactivate(input:$input){__typename ...on OrganizationReactivateSuccess{organization{...OrganizationRecord}}...Refusal}}', [OrganizationRecord, Refusal]);
export const OrganizationRemoveMemberDocument = /* @__PURE__ */ operation<OrganizationRemoveMemberMutation, OrganizationRemoveMemberMutationVariables>('mutation OrganizationRemoveMember($input:OrganizationRemoveMemberInput!){organizationRemoveMember(input:$input){__typename ...on OrganizationRemoveMemberSuccess{removedMembershipId}...Refusal}}', [Refusal]);
export const OrganizationResendInvitationDocument = /* @__PURE__ */ operation<OrganizationResendInvitationMutation, OrganizationResendInvitationMutationVariables>('mutation OrganizationResendInvitation($input:OrganizationResendInvitationInput!){organizationResendInvitation(input:$input){__typename ...on OrganizationResendInvitationSuccess{invitation{...InvitationRecord}}...Refusal}}', [InvitationRecord, Refusal]);
export const OrganizationRevokeInvitationDocument = /* @__PURE__ */ operation<OrganizationRevokeInvitationMutation, OrganizationRevokeInvitationMutationVariables>('mutation OrganizationRevokeInvitation($input:OrganizationRevokeInvitationInput!){organizationRevokeInvitation(input:$input){__typename ...on OrganizationRevokeInvitationSuccess{invitation{...InvitationRecord}}...Refusal}}', [InvitationRecord, Refusal]);
export const OrganizationRolesDocument = /* @__PURE__ */ operation<OrganizationRolesQuery, OrganizationRolesQueryVariables>('query OrganizationRoles($organizationId:ID!){organization(id:$organizationId){roles{...RoleWithPermissions memberCount}}}', [RoleRecord, RoleWithPermissions]);
export const OrganizationSetMemberRolesDocument = /* @__PURE__ */ operation<OrganizationSetMemberRolesMutation, OrganizationSetMemberRolesMutationVariables>('mutation OrganizationSetMemberRoles($input:OrganizationSetMemberRolesInput!){organizationSetMemberRoles(input:$input){__typename ...on OrganizationSetMemberRolesSuccess{membership{...MembershipRecord}added{...RoleRecord}removed{...RoleRecord}}...Refusal}}', [MembershipRecord, Refusal, RoleRecord]);
export const OrganizationSetMemberStatusDocument = /* @__PURE__ */ operation<OrganizationSetMemberStatusMutation, OrganizationSetMemberStatusMutationVariables>('mutation OrganizationSetMemberStatus($input:OrganizationSetMemberStatusInput!){organizationSetMemberStatus(input:$input){__typename ...on OrganizationSetMemberStatusSuccess{membership{...MembershipRecord}}...Refusal}}', [MembershipRecord, Refusal]);
export const OrganizationSuspendDocument = /* @__PURE__ */ operation<OrganizationSuspendMutation, OrganizationSuspendMutationVariables>('mutation OrganizationSuspend($input:OrganizationSuspendInput!){organizationSuspend(input:$input){__typename ...on OrganizationSuspendSuccess{organization{...OrganizationRecord}}...Refusal}}', [OrganizationRecord, Refusal]);
export const OrganizationTransferOwnershipDocument = /* @__PURE__ */ operation<OrganizationTransferOwnershipMutation, OrganizationTransferOwnershipMutationVariables>('mutation OrganizationTransferOwnership($input:OrganizationTransferOwnershipInput!){organizationTransferOwnership(input:$input){__typename ...on OrganizationTransferOwnershipSuccess{organization{...OrganizationRecord}}...Refusal}}', [OrganizationRecord, Refusal]);
export const OrganizationUpdateDocument = /* @__PURE__ */ operation<OrganizationUpdateMutation, OrganizationUpdateMutationVariables>('mutation OrganizationUpdate($input:OrganizationUpdateInput!){organizationUpdate(input:$input){__typename ...on OrganizationUpdateSuccess{organization{...OrganizationRecord}}...Refusal}}', [OrganizationRecord, Refusal]);
export const OrganizationUpdateRoleDocument = /* @__PURE__ */ operation<OrganizationUpdateRoleMutation, OrganizationUpdateRoleMutationVariables>('mutation OrganizationUpdateRole($input:OrganizationUpdateRoleInput!){organizationUpdateRole(input:$input){__typename ...on OrganizationUpdateRoleSuccess{role{...RoleWithPermissions}}...Refusal}}', [Refusal, RoleRecord, RoleWithPermissions]);
export const OrganizationsDocument = /* @__PURE__ */ operation<OrganizationsQuery, OrganizationsQueryVariables>('query Organizations($where:OrganizationWhere$orderBy:OrganizationOrder$first:Int$after:String){organizations(where:$where orderBy:$orderBy first:$first after:$after){pageInfo{hasNextPage endCursor}nodes{...OrganizationRecord}}}', [OrganizationRecord]);
export const PlatformRolesDocument = /* @__PURE__ */ operation<PlatformRolesQuery, PlatformRolesQueryVariables>('query PlatformRoles{roles(scope:PLATFORM){...RoleWithPermissions}}', [RoleRecord, RoleWithPermissions]);
export const PoolAddUserDocument = /* @__PURE__ */ operation<PoolAddUserMutation, PoolAddUserMutationVariables>('mutation PoolAddUser($input:PoolAddUserInput!){poolAddUser(input:$input){__typename ...on PoolAddUserSuccess{user{...UserRecord}changed}...Refusal}}', [Refusal, UserRecord]);
export const PoolByCodeDocument = /* @__PURE__ */ operation<PoolByCodeQuery, PoolByCodeQueryVariables>('query PoolByCode($code:String!){poolByCode(code:$code){...PoolRecord}}', [PoolRecord]);
export const PoolCreateDocument = /* @__PURE__ */ operation<PoolCreateMutation, PoolCreateMutationVariables>('mutation PoolCreate($input:PoolCreateInput!){poolCreate(input:$input){__typename ...on PoolCreateSuccess{pool{...PoolRecord}}...Refusal}}', [PoolRecord, Refusal]);
export const PoolDeleteDocument = /* @__PURE__ */ operation<PoolDeleteMutation, PoolDeleteMutationVariables>('mutation PoolDelete($input:PoolDeleteInput!){poolDelete(input:$input){__typename ...on PoolDeleteSuccess{deletedPoolId}...Refusal}}', [Refusal]);
export const PoolRemoveUserDocument = /* @__PURE__ */ operation<PoolRemoveUserMutation, PoolRemoveUserMutationVariables>('mutation PoolRemoveUser($input:PoolRemoveUserInput!){poolRemoveUser(input:$input){__typename ...on PoolRemoveUserSuccess{user{...UserRecord}changed}...Refusal}}', [Refusal, UserRecord]);
export const PoolSetUserHomeDocument = /* @__PURE__ */ operation<PoolSetUserHomeMutation, PoolSetUserHomeMutationVariables>('mutation PoolSetUserHome($input:PoolSetUserHomeInput!){poolSetUserHome(input:$input){__typename ...on PoolSetUserHomeSuccess{user{...UserRecord}previous{...PoolRecord}changed}...Refusal}}', [PoolRecord, Refusal, UserRecord]);
export const PoolUpdateDocument = /* @__PURE__ */ operation<PoolUpdateMutation, PoolUpdateMutationVariables>('mutation PoolUpdate($input:PoolUpdateInput!){poolUpdate(input:$input){__typename ...on PoolUpdateSuccess{pool{...PoolRecord}}...Refusal}}', [PoolRecord, Refusal]);
export const PoolsDocument = /* @__PURE__ */ operation<PoolsQuery, PoolsQueryVariables>('query Pools{pools{...PoolRecord userCount homeCount tagCount}}', [PoolRecord]);
export const UserDocument = /* @__PURE__ */ operation<UserQuery, UserQueryVariables>('query User($id:ID!){user(id:$id){...UserRecord}}', [UserRecord]);
export const UserAccessDocument = /* @__PURE__ */ operation<UserAccessQuery, UserAccessQueryVariables>('query UserAccess($userId:ID!$permission:String!$organizationId:ID){user(id:$userId){access(permission:$permission organizationId:$organizationId){allowed permission reason paths{role{...RoleRecord}membership{...MembershipRecord}}}}}', [MembershipRecord, RoleRecord]);
export const UserAppGrantsDocument = /* @__PURE__ */ operation<UserAppGrantsQuery, UserAppGrantsQueryVariables>('query UserAppGrants($userId:ID!$status:[AppGrantStatus!]){user(id:$userId){appGrants(status:$status){...AppGrantRecord}}}', [AppGrantRecord]);
export const UserCreateDocument = /* @__PURE__ */ operation<UserCreateMutation, UserCreateMutationVariables>('mutation UserCreate($input:UserCreateInput!){userCreate(input:$input){__typename ...on UserCreateSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UserHardDeleteDocument = /* @__PURE__ */ operation<UserHardDeleteMutation, UserHardDeleteMutationVariables>('mutation UserHardDelete($input:UserHardDeleteInput!){userHardDelete(input:$input){__typename ...on UserHardDeleteSuccess{deletedUserId deletes{kind count}}...Refusal}}', [Refusal]);
export const UserHardDeletePreviewDocument = /* @__PURE__ */ operation<UserHardDeletePreviewQuery, UserHardDeletePreviewQueryVariables>('query UserHardDeletePreview($userId:ID!){userHardDeletePreview(userId:$userId){user{...UserRecord}deletes{kind count}pseudonymizedAuditEvents blockers{__typename ...Refusal}planToken}}', [Refusal, UserRecord]);
export const UserImpersonateDocument = /* @__PURE__ */ operation<UserImpersonateMutation, UserImpersonateMutationVariables>('mutation UserImpersonate($input:UserImpersonateInput!){userImpersonate(input:$input){__typename ...on UserImpersonateSuccess{tokens{...TokensRecord}viewer{...ViewerRecord}}...Refusal}}', [Refusal, SessionRecord, TokensRecord, UserRecord, ViewerRecord]);
export const UserPoolsDocument = /* @__PURE__ */ operation<UserPoolsQuery, UserPoolsQueryVariables>('query UserPools($userId:ID!){user(id:$userId){homePool{...PoolRecord}pools{...PoolRecord}}}', [PoolRecord]);
export const UserReactivateDocument = /* @__PURE__ */ operation<UserReactivateMutation, UserReactivateMutationVariables>('mutation UserReactivate($input:UserReactivateInput!){userReactivate(input:$input){__typename ...on UserReactivateSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UserRevokeSessionsDocument = /* @__PURE__ */ operation<UserRevokeSessionsMutation, UserRevokeSessionsMutationVariables>('mutation UserRevokeSessions($input:UserRevokeSessionsInput!){userRevokeSessions(input:$input){__typename ...on UserRevokeSessionsSuccess{user{...UserRecord}revokedSessions}...Refusal}}', [Refusal, UserRecord]);
export const UserRolesDocument = /* @__PURE__ */ operation<UserRolesQuery, UserRolesQueryVariables>('query UserRoles($userId:ID!){user(id:$userId){roles{...RoleRecord}}}', [RoleRecord]);
export const UserSendPasswordResetDocument = /* @__PURE__ */ operation<UserSendPasswordResetMutation, UserSendPasswordResetMutationVariables>('mutation UserSendPasswordReset($input:UserSendPasswordResetInput!){userSendPasswordReset(input:$input){__typename ...on UserSendPasswordResetSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UserSessionsDocument = /* @__PURE__ */ operation<UserSessionsQuery, UserSessionsQueryVariables>('query UserSessions($userId:ID!){user(id:$userId){sessions(first:100){...SessionRecord}}}', [SessionRecord]);
export const UserSetPasswordDocument = /* @__PURE__ */ operation<UserSetPasswordMutation, UserSetPasswordMutationVariables>('mutation UserSetPassword($input:UserSetPasswordInput!){userSetPassword(input:$input){__typename ...on UserSetPasswordSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UserSetRolesDocument = /* @__PURE__ */ operation<UserSetRolesMutation, UserSetRolesMutationVariables>('mutation UserSetRoles($input:UserSetRolesInput!){userSetRoles(input:$input){__typename ...on UserSetRolesSuccess{user{...UserRecord}added{...RoleRecord}removed{...RoleRecord}}...Refusal}}', [Refusal, RoleRecord, UserRecord]);
export const UserSuspendDocument = /* @__PURE__ */ operation<UserSuspendMutation, UserSuspendMutationVariables>('mutation UserSuspend($input:UserSuspendInput!){userSuspend(input:$input){__typename ...on UserSuspendSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UserTerminateSessionDocument = /* @__PURE__ */ operation<UserTerminateSessionMutation, UserTerminateSessionMutationVariables>('mutation UserTerminateSession($input:UserTerminateSessionInput!){userTerminateSession(input:$input){__typename ...on UserTerminateSessionSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UserUnlockDocument = /* @__PURE__ */ operation<UserUnlockMutation, UserUnlockMutationVariables>('mutation UserUnlock($input:UserUnlockInput!){userUnlock(input:$input){__typename ...on UserUnlockSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UserUpdateDocument = /* @__PURE__ */ operation<UserUpdateMutation, UserUpdateMutationVariables>('mutation UserUpdate($input:UserUpdateInput!){userUpdate(input:$input){__typename ...on UserUpdateSuccess{user{...UserRecord}}...Refusal}}', [Refusal, UserRecord]);
export const UsersDocument = /* @__PURE__ */ operation<UsersQuery, UsersQueryVariables>('query Users($where:UserWhere$orderBy:UserOrder$first:Int$after:String$offset:Int$count:Boolean=true){users(where:$where orderBy:$orderBy first:$first after:$after offset:$offset){totalCount@include(if:$count)pageInfo{hasNextPage endCursor}nodes{...UserRecord}}}', [UserRecord]);
export const UsersLookupDocument = /* @__PURE__ */ operation<UsersLookupQuery, UsersLookupQueryVariables>('query UsersLookup($ids:[ID!]$emails:[EmailAddress!]){usersLookup(ids:$ids emails:$emails){users{...UserRecord}missingIds missingEmails}}', [UserRecord]);
export const WhoamiDocument = /* @__PURE__ */ operation<WhoamiQuery, WhoamiQueryVariables>('query Whoami{viewer{...ViewerRecord}}', [SessionRecord, UserRecord, ViewerRecord]);