/** Codes of top-level errors, found by clients in `extensions.code`. */
export type RequestErrorCode =
  | 'UNAUTHENTICATED'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_STALE'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'TOO_MANY_ATTEMPTS'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'UNAVAILABLE';

/**
 * The request can't be answered as it is: not signed in, not allowed, malformed, too costly, or the database is away.
 * The server shows its code and message as they are; every other exception is masked.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: RequestErrorCode, message: string, extensions: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.extensions = extensions;
  }
}

/** The types of the contract that implement `MutationError`. */
export type RefusalType =
  | 'ValidationError'
  | 'NotFoundError'
  | 'ConflictError'
  | 'VersionConflictError'
  | 'PowerError'
  | 'RuleError'
  | 'OwnsOrganizationsError'
  | 'StalePlanError'
  | 'InvitationError'
  | 'AuthenticationError';

/**
 * An expected refusal of a mutation. Thrown inside the transaction, which it rolls back, and shown as a member of the
 * result's union. The place in the input is called `place` here: graphql-js takes an error with a `path` for its own.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly type: RefusalType;
  readonly code: string;
  readonly place: readonly string[] | null;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    type: RefusalType,
    code: string,
    message: string,
    details: { place?: readonly string[]; data?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.type = type;
    this.code = code;
    this.place = details.place ?? null;
    this.data = details.data ?? {};
  }
}

/** Throws the first refusal among its arguments, in their order; does nothing where there is none. */
export function refuseIf(...refusals: (Refusal | false | null | undefined)[]): void {
  for (const refusal of refusals) if (refusal) throw refusal;
}

/** One thing that is wrong with an input, and where: `['input', 'email']`. */
export interface InputIssue {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

/** `VALIDATION_FAILED` with all issues at once; nothing where there are none. */
export function invalid(issues: readonly InputIssue[]): Refusal | undefined {
  const [first] = issues;
  return first && new Refusal('ValidationError', 'VALIDATION_FAILED', first.message, { place: first.path, data: { issues } });
}

/** `NOT_FOUND`: unknown, of another type, or not the caller's to see. All three read alike. The id is null where a secret was asked for. */
export function notFound(id: string | null, place?: readonly string[]): Refusal {
  return new Refusal('NotFoundError', 'NOT_FOUND', 'There is no such object, or it is not yours to see.', {
    data: { id },
    ...(place && { place }),
  });
}

const conflictMessages = {
  EMAIL_TAKEN: 'The e-mail address is used by somebody else in this pool.',
  EXTERNAL_ID_TAKEN: 'The external id is used by somebody else in this pool.',
  SLUG_TAKEN: 'The slug is used by another organization.',
  CODE_TAKEN: 'The code is taken.',
  ALREADY_MEMBER: 'There is a membership already.',
  POOL_IN_USE: 'A person or an app refers to the pool.',
} as const;

/** A `ConflictError`; `existing` is the id of what it clashes with, shown to whoever may see that. */
export function conflict(
  code: keyof typeof conflictMessages,
  existing: string | null = null,
  place?: readonly string[],
): Refusal {
  return new Refusal('ConflictError', code, conflictMessages[code], { data: { existing }, ...(place && { place }) });
}

/** `VERSION_CONFLICT` where `expectedVersion` is given and is not the present one; the answer shows the present object. */
export function versionMoved(
  expected: number | null | undefined,
  current: { readonly id: string; readonly version: number },
): Refusal | false {
  if (expected == null || expected === current.version) return false;
  return new Refusal('VersionConflictError', 'VERSION_CONFLICT', 'Somebody changed it since this version was read.', {
    place: ['input', 'expectedVersion'],
    data: { currentVersion: current.version, current: current.id },
  });
}

/** A `PowerError`: `roles` are out of the caller's reach, be they the person's or those that the caller would give or take. */
export function rankTooLow(roles: readonly string[]): Refusal {
  return new Refusal('PowerError', 'RANK_TOO_LOW', 'This is out of reach of your roles.', { data: { roles, permissions: [] } });
}

/** A `PowerError` that names the permissions which the caller would need, or would give, and lacks; nothing where there are none. */
export function permissionNotHeld(permissions: readonly string[], place?: readonly string[]): Refusal | false {
  return (
    permissions.length > 0 &&
    new Refusal('PowerError', 'PERMISSION_NOT_HELD', `This needs ${permissions.join(', ')}.`, {
      data: { roles: [], permissions },
      ...(place && { place }),
    })
  );
}

const ruleMessages = {
  SELF_NOT_ALLOWED: 'Nobody may do this to themselves.',
  LAST_SYSTEM_ADMIN: 'Somebody who is active has to keep `system_admin`.',
  LAST_ORG_ADMIN: 'Somebody who is active has to keep `org_admin` there.',
  OWNER_PROTECTED: 'The owner stays an active member with `org_admin`: transfer the ownership first.',
  HOME_POOL: "This is the person's home pool.",
  BUILT_IN: 'What is built in stays.',
  APP_DISABLED: 'The app is disabled.',
  USER_SUSPENDED: 'The account is suspended.',
  NOT_A_MEMBER: 'The membership is suspended.',
  ORGANIZATION_SUSPENDED: 'The organization is suspended.',
  NOT_IMPERSONATING: 'This session impersonates nobody.',
  WHILE_IMPERSONATING: 'This is not allowed while impersonating.',
} as const;

/** A `RuleError`: a rule of the domain forbids it in this state. */
export function ruleRefusal(code: keyof typeof ruleMessages): Refusal {
  return new Refusal('RuleError', code, ruleMessages[code]);
}

/** An `OwnsOrganizationsError`: nobody goes who owns an organization. `organizations` are ids, the newest first. */
export const ownsOrganizations = (organizations: readonly string[]): Refusal | false =>
  organizations.length > 0 &&
  new Refusal('OwnsOrganizationsError', 'OWNS_ORGANIZATIONS', 'The person owns organizations: transfer or delete these first.', {
    data: { organizations },
  });

/** A `StalePlanError`: the plan of a preview is too old, was made for something else, or what it showed has changed. */
export const stalePlan = (): Refusal =>
  new Refusal('StalePlanError', 'STALE_PLAN', 'The plan no longer holds; look at a new preview.', {
    place: ['input', 'planToken'],
  });

const invitationMessages = {
  EXPIRED: ['INVITATION_EXPIRED', 'The invitation has expired.'],
  ACCEPTED: ['INVITATION_USED', 'The invitation was accepted already.'],
  REVOKED: ['INVITATION_REVOKED', 'The invitation was withdrawn, or replaced by a newer one.'],
  DECLINED: ['INVITATION_DECLINED', 'The invitation was declined.'],
} as const;

/** An `InvitationError`: an invitation that has come to this status is open no more. */
export function invitationClosed(status: keyof typeof invitationMessages): Refusal {
  const [code, message] = invitationMessages[status];
  return new Refusal('InvitationError', code, message, { data: { status } });
}

const authenticationMessages = {
  INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.',
  ACCOUNT_LOCKED: 'Too many failed logins: the account is locked for a while.',
  ACCOUNT_SUSPENDED: 'The account is suspended.',
  APP_NOT_FOUND: 'There is no such app.',
  APP_DISABLED: 'The app is disabled.',
  APP_ACCESS_DENIED: 'You have no access to this app.',
  NOT_A_MEMBER: 'You are not an active member of this organization.',
  ORGANIZATION_SUSPENDED: 'The organization is suspended.',
  REFRESH_TOKEN_INVALID: 'The refresh token does not hold; sign in again.',
  REFRESH_CONFLICT: 'The refresh token was used a moment ago by a parallel request; use what that one received.',
  REFRESH_TOKEN_REUSED: 'The refresh token had been used before; the session has been ended for safety.',
  RESET_TOKEN_INVALID: 'The link is unknown, used or too old; ask for a new one.',
  TOO_MANY_ATTEMPTS: 'Too many attempts; try again later.',
} as const;

/** An `AuthenticationError`; `retryAt` where waiting helps. */
export function authenticationRefusal(code: keyof typeof authenticationMessages, retryAt: Date | null = null): Refusal {
  return new Refusal('AuthenticationError', code, authenticationMessages[code], { data: { retryAt } });
}

/** The session that a token is of lives no more. */
export const sessionEnded = (): RequestError => new RequestError('UNAUTHENTICATED', 'The session has ended; sign in again.');

/** FORBIDDEN says what is needed, and nothing of what the caller has. */
export function forbidden(needs: string): RequestError {
  return new RequestError('FORBIDDEN', `This needs ${needs}.`, { needs });
}

export function badInput(message: string, extensions: Record<string, unknown> = {}): RequestError {
  return new RequestError('BAD_USER_INPUT', message, extensions);
}
