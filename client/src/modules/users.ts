import type { CallOptions } from '../calls.ts';
import type { ModuleCore } from '../core.ts';
import type { StewardError } from '../errors.ts';
import {
  AssignableRolesDocument,
  PlatformRolesDocument,
  UserAccessDocument,
  type UserAccessQuery,
  UserCreateDocument,
  type UserCreateInput,
  UserDocument,
  UserHardDeleteDocument,
  type UserHardDeleteInput,
  UserHardDeletePreviewDocument,
  UserImpersonateDocument,
  type UserImpersonateInput,
  type UserOrder,
  UserReactivateDocument,
  UserRevokeSessionsDocument,
  UserRolesDocument,
  UserSendPasswordResetDocument,
  UserSessionsDocument,
  UserSetPasswordDocument,
  UserSetRolesDocument,
  type UserSetRolesInput,
  UserSuspendDocument,
  type UserSuspendInput,
  UsersDocument,
  UsersLookupDocument,
  UserTerminateSessionDocument,
  UserUnlockDocument,
  UserUpdateDocument,
  type UserUpdateInput,
  type UserWhere,
} from '../generated/operations.ts';
import { eachOf, nextOf } from '../paging.ts';
import {
  type InputOf,
  type RecordOf,
  type RoleRecord,
  type RoleWithPermissionsRecord,
  type SessionRecord,
  toInput,
  toRecord,
  toRole,
  type UserRecord,
  type ViewerRecord,
} from '../records.ts';
import { errorOfRefusal } from '../refusals.ts';
import { change, changed } from './change.ts';
import { found, signedIn } from './found.ts';

interface UsersWanted extends UserWhere {
  /** The newest first unless told. */
  orderBy?: UserOrder | undefined;
}
interface UsersPageWanted extends UsersWanted {
  /** 1 is the first. Excludes `after`. */
  page?: number | undefined;
  /** 25 unless told, 100 at most. */
  pageSize?: number | undefined;
  /** The `next` of the page before. */
  after?: string | null | undefined;
}
type FieldsOf<Input extends { userId: string }> = Omit<Input, 'userId'>;
type Expected = Pick<UserSetRolesInput, 'expectedVersion'>;
/** Where a permission is asked. */
export interface AccessScope {
  /** The organization that an organization permission is asked in. */
  organizationId?: string | null | undefined;
}
type Impersonation = UserImpersonateInput | (FieldsOf<UserImpersonateInput> & { targetUserId: string });

/** Which users, and in which order. */
export type UserFilter = InputOf<UsersWanted>;
/** Which users, in which order, and which page of them. */
export type UserListing = InputOf<UsersPageWanted>;
/** A page of users. */
export interface UserPage {
  /** How many there are on all pages. */
  total: number;
  users: UserRecord[];
  /** The `after` of the next page; null on the last one. */
  next: string | null;
}
/** Keys of users. */
export interface UserKeys {
  ids?: readonly string[] | undefined;
  emails?: readonly string[] | undefined;
}
/** The users that were found; `missing` names the keys that no user has, in the order asked, addresses in lower case. */
export type FoundUsers = UserRecord[] & { missing: { ids: string[]; emails: string[] } };
/** Whether a user holds a permission, through which roles, or why not. */
export type AccessRecord = RecordOf<NonNullable<UserAccessQuery['user']>['access']>;
/** A user after its roles were set. */
export interface UserWithRolesSet extends UserRecord {
  added: RoleRecord[];
  removed: RoleRecord[];
}
/** How many rows of a kind go with a user. */
export interface HardDeleteCount {
  kind: string;
  count: number;
}
/** What a hard delete would do. */
export interface HardDeletePreviewRecord {
  user: UserRecord;
  deletes: HardDeleteCount[];
  pseudonymized_audit_events: number;
  /** What stands against it: the errors that `hardDelete` would reject with. */
  blockers: StewardError[];
  plan_token: string;
}

/** How many keys the server looks up at once. */
const keysAtOnce = 200;

function methods({ calls, session, on }: ModuleCore) {
  /** The plans that were seen, by the user's id, until they are carried out. They hold for who saw them. */
  const plans = new Map<string, string>();
  on('authenticated', () => plans.clear());

  function iterate(filter: UserFilter = {}, options?: CallOptions): AsyncGenerator<UserRecord, void> {
    const { orderBy, ...where } = toInput<UsersWanted>(filter);
    return eachOf(calls, options, async (page, asOne) => {
      const variables = { where, orderBy, ...page, count: false };
      return found((await calls.call(UsersDocument, variables, asOne)).users, 'list');
    });
  }

  return {
    /** A page of users, the newest first unless told. Needs `users:read`. */
    async list(listing: UserListing = {}, options?: CallOptions): Promise<UserPage> {
      const { page, pageSize, orderBy, after, ...where } = toInput<UsersPageWanted>(listing);
      const first = pageSize ?? 25;
      const variables = { where, orderBy, first, after, offset: page === undefined ? undefined : (page - 1) * first };
      const users = found((await calls.call(UsersDocument, variables, options)).users, 'list');
      return { total: users.totalCount ?? 0, users: toRecord(users.nodes), next: nextOf(users) };
    },

    /** Every user that matches, one by one; pages are fetched as they are needed. Needs `users:read`. */
    iterate,

    /** A user. `NotFoundError` unless it is oneself or one has `users:read`. */
    async get(userId: string, options?: CallOptions): Promise<UserRecord> {
      const { user } = await calls.call(UserDocument, { id: userId }, options);
      return toRecord(found(user, 'user', userId));
    },

    /** The users of these ids and e-mail addresses, over all pools, in a few round trips. Needs `users:read`. */
    async lookup({ ids = [], emails = [] }: UserKeys, options?: CallOptions): Promise<FoundUsers> {
      const keys = [
        ...[...new Set(ids)].map((key) => ({ key, id: true })),
        ...[...new Set(emails)].map((key) => ({ key, id: false })),
      ];
      const parts = Array.from({ length: Math.ceil(keys.length / keysAtOnce) }, (_, part) => {
        const some = keys.slice(part * keysAtOnce, (part + 1) * keysAtOnce);
        const of = (id: boolean) => some.filter((each) => each.id === id).map(({ key }) => key);
        return calls.call(UsersLookupDocument, { ids: of(true), emails: of(false) }, options);
      });
      const answers = (await Promise.all(parts)).map(({ usersLookup }) => found(usersLookup, 'list'));
      const users = new Map(answers.flatMap((answer) => answer.users.map((user) => [user.id, toRecord(user)])));
      return Object.assign([...users.values()], {
        missing: {
          ids: answers.flatMap(({ missingIds }) => missingIds),
          // Two spellings of an address may have gone in two parts.
          emails: [...new Set(answers.flatMap(({ missingEmails }) => missingEmails))],
        },
      });
    },

    /**
     * Creates a user; without a password a link to set one is mailed. Needs `users:create`, and for some fields more.
     * `ConflictError` where the address or the external id is taken.
     */
    async create(input: InputOf<UserCreateInput>, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserCreateDocument, 'user', toInput<UserCreateInput>(input), options);
    },

    /**
     * Changes a user: a field left out stays, null clears. Needs `users:update`, for another person's address `users:set-password` too.
     * `ConflictError`, `VersionConflictError`, `PowerError`.
     */
    async update(userId: string, input: InputOf<FieldsOf<UserUpdateInput>>, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserUpdateDocument, 'user', { ...toInput<FieldsOf<UserUpdateInput>>(input), userId }, options);
    },

    /** Ends every session and refuses logins, until it is lifted or over. Needs `users:update`. `PowerError`, `RuleError`. */
    async suspend(userId: string, input: InputOf<FieldsOf<UserSuspendInput>>, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserSuspendDocument, 'user', { ...toInput<FieldsOf<UserSuspendInput>>(input), userId }, options);
    },

    /** Lifts a suspension. Needs `users:update`. */
    async reactivate(userId: string, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserReactivateDocument, 'user', { userId }, options);
    },

    /** Clears failed logins and the lock that they brought. Needs `users:update`. */
    async unlock(userId: string, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserUnlockDocument, 'user', { userId }, options);
    },

    /** Mails the user a link to set a new password. Needs `users:update`. */
    async sendPasswordReset(userId: string, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserSendPasswordResetDocument, 'user', { userId }, options);
    },

    /**
     * Overrides the password and ends every session. Needs `users:set-password`.
     * `ValidationError` for a weak one, `PowerError` for somebody more powerful.
     */
    async setPassword(userId: string, newPassword: string, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserSetPasswordDocument, 'user', { userId, newPassword }, options);
    },

    /** The platform roles that a user has, most powerful first. */
    async listRoles(userId: string, options?: CallOptions): Promise<RoleRecord[]> {
      const { user } = await calls.call(UserRolesDocument, { userId }, options);
      return toRecord(found(user, 'user', userId).roles);
    },

    /** Every platform role there is. */
    async listPlatformRoles(options?: CallOptions): Promise<RoleWithPermissionsRecord[]> {
      return found((await calls.call(PlatformRolesDocument, {}, options)).roles, 'list').map(toRole);
    },

    /** The platform roles that one may give to others; none without `users:assign-roles`. */
    async listAssignableRoles(options?: CallOptions): Promise<RoleWithPermissionsRecord[]> {
      return signedIn((await calls.call(AssignableRolesDocument, {}, options)).viewer).assignableRoles.map(toRole);
    },

    /**
     * Replaces the platform roles as a whole, at once. Needs `users:assign-roles`.
     * `PowerError` for what is more than one's own, `RuleError` for the last system admin, `VersionConflictError`.
     */
    async setRoles(
      userId: string,
      roleCodes: readonly string[],
      input: InputOf<Expected> = {},
      options?: CallOptions,
    ): Promise<UserWithRolesSet> {
      const given = { ...toInput<Expected>(input), userId, roleCodes: [...roleCodes] };
      return changed(calls, UserSetRolesDocument, 'user', given, options);
    },

    /** Whether a user holds a permission, with every role through which it comes, or why not. */
    async access(
      userId: string,
      permission: string,
      input: InputOf<AccessScope> = {},
      options?: CallOptions,
    ): Promise<AccessRecord> {
      const variables = { ...toInput<AccessScope>(input), userId, permission };
      return toRecord(found((await calls.call(UserAccessDocument, variables, options)).user, 'user', userId).access);
    },

    /** The live sessions of a user, the most recently active first, 100 at most. */
    async listSessions(userId: string, options?: CallOptions): Promise<SessionRecord[]> {
      const { user } = await calls.call(UserSessionsDocument, { userId }, options);
      return toRecord(found(user, 'user', userId).sessions);
    },

    /** Ends one session at once. Needs `users:sessions`, or to be the user. */
    async terminateSession(userId: string, sessionId: string, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, UserTerminateSessionDocument, 'user', { userId, sessionId }, options);
    },

    /** Signs a user out everywhere, at once. Needs `users:sessions`, or to be the user. */
    async revokeSessions(userId: string, options?: CallOptions): Promise<UserRecord & { revoked_sessions: number }> {
      return changed(calls, UserRevokeSessionsDocument, 'user', { userId }, options);
    },

    /**
     * From now on the client acts as the user, for an hour at most; `auth.stopImpersonating()` ends it. The reason is kept in the audit.
     * Needs `users:impersonate`, or `org:members:impersonate` in `organizationId`. `PowerError`, `RuleError`.
     */
    async impersonate(input: InputOf<Impersonation>, options?: CallOptions): Promise<ViewerRecord> {
      const { targetUserId, ...given } = toInput<Impersonation>(input) as UserImpersonateInput & { targetUserId?: string };
      const variables = { input: { ...given, userId: targetUserId ?? given.userId } };
      const { tokens, viewer } = await calls.mutate(UserImpersonateDocument, variables, options);
      await session.impersonate(tokens);
      return toRecord(viewer);
    },

    /** What a hard delete would do, and what stands against it. The next `hardDelete` of the user holds to it. Needs `users:delete`. */
    async previewHardDelete(userId: string, options?: CallOptions): Promise<HardDeletePreviewRecord> {
      const { userHardDeletePreview } = await calls.call(UserHardDeletePreviewDocument, { userId }, options);
      const { blockers, ...preview } = found(userHardDeletePreview, 'user', userId);
      plans.set(userId, preview.planToken);
      return { ...toRecord(preview), blockers: blockers.map((blocker) => errorOfRefusal(blocker)) };
    },

    /**
     * Erases a user for good. Needs `users:delete`. `OwnsOrganizationsError`, `PowerError`, `RuleError`, and `StalePlanError` where
     * it was previewed more than ten minutes ago, or what would go has changed since: preview it again, then.
     */
    async hardDelete(
      input: InputOf<UserHardDeleteInput>,
      options?: CallOptions,
    ): Promise<{ deleted_user_id: string; deletes: HardDeleteCount[] }> {
      const given = toInput<UserHardDeleteInput>(input);
      const planToken = given.planToken ?? plans.get(given.userId);
      const deleted = await change(calls, UserHardDeleteDocument, { ...given, planToken }, options);
      plans.delete(given.userId);
      return deleted;
    },
  };
}

/** User administration. */
export interface UsersModule extends ReturnType<typeof methods> {}

/** Made as a type with a name, so that an editor shows that and what its methods say. */
export const usersModule: (core: ModuleCore) => UsersModule = methods;
