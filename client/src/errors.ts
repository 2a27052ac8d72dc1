/** Where an error came from, beyond its code and message. */
export interface ErrorContext {
  /** The place in the input, such as `['input', 'email']`, or in the answer, such as `['user']`; null where there is none. */
  readonly path?: readonly string[] | null;
  /** The id under which the server logged the request; null where no answer came. */
  readonly requestId?: string | null;
  readonly cause?: unknown;
}

/** What every error of the client is. `code` is the server's, `status` what an HTTP API would answer, 0 where no answer came. */
export class StewardError extends Error {
  static override readonly name: string = 'StewardError';
  override readonly name: string;
  readonly code: string;
  readonly status: number;
  readonly path: readonly string[] | null;
  readonly requestId: string | null;

  constructor(code: string, status: number, message: string, { path = null, requestId = null, cause }: ErrorContext = {}) {
    super(message, cause === undefined ? {} : { cause });
    // Each class says its name itself: the one in the source is gone once it is minified.
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    this.path = path;
    this.requestId = requestId;
  }
}

/** One thing that is wrong with an input. */
export interface Issue {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

/** The input breaks a rule of form; every issue is named. 422. */
export class ValidationError extends StewardError {
  static override readonly name = 'ValidationError';
  readonly issues: readonly Issue[];
  constructor(message: string, context: ErrorContext & { readonly issues: readonly Issue[]; readonly code?: string }) {
    super(context.code ?? 'VALIDATION_FAILED', 422, message, context);
    this.issues = context.issues;
  }
}

/** Unknown, or not the caller's to see: both read alike. 404. */
export class NotFoundError extends StewardError {
  static override readonly name = 'NotFoundError';
  readonly id: string | null;
  constructor(message: string, context: ErrorContext & { readonly id: string | null }) {
    super('NOT_FOUND', 404, message, context);
    this.id = context.id;
  }
}

/** It clashes with what is there: an address, a slug or a code that is taken, a membership, a pool in use. 409. */
export class ConflictError extends StewardError {
  static override readonly name = 'ConflictError';
  /** What it clashes with, where the caller may see that. */
  readonly existing: { readonly type: string; readonly id: string } | null;
  constructor(code: string, message: string, context: ErrorContext & { readonly existing: ConflictError['existing'] }) {
    super(code, 409, message, context);
    this.existing = context.existing;
  }
}

/** Somebody changed it since `expected_version` was read. 409. */
export class VersionConflictError extends StewardError {
  static override readonly name = 'VersionConflictError';
  readonly currentVersion: number;
  constructor(message: string, context: ErrorContext & { readonly currentVersion: number }) {
    super('VERSION_CONFLICT', 409, message, context);
    this.currentVersion = context.currentVersion;
  }
}

/** Out of the caller's reach: the roles or permissions that are too much for it are named. 403. */
export class PowerError extends StewardError {
  static override readonly name = 'PowerError';
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  constructor(
    code: string,
    message: string,
    context: ErrorContext & Readonly<Record<'roles' | 'permissions', readonly string[]>>,
  ) {
    super(code, 403, message, context);
    this.roles = context.roles;
    this.permissions = context.permissions;
  }
}

/** A rule of the domain stands against it, such as `LAST_SYSTEM_ADMIN` or `OWNER_PROTECTED`. 409. */
export class RuleError extends StewardError {
  static override readonly name: string = 'RuleError';
}

/** Who owns organizations is not hard-deleted: they are named. 409. */
export class OwnsOrganizationsError extends RuleError {
  static override readonly name = 'OwnsOrganizationsError';
  readonly organizations: readonly { readonly id: string; readonly name: string; readonly slug: string }[];
  constructor(code: string, message: string, context: ErrorContext & Pick<OwnsOrganizationsError, 'organizations'>) {
    super(code, 409, message, context);
    this.organizations = context.organizations;
  }
}

/** What would go has changed since the hard delete was previewed: look again. 409. */
export class StalePlanError extends RuleError {
  static override readonly name = 'StalePlanError';
}

/** The invitation can't be used: it has expired, or was accepted, declined or revoked. 409. */
export class InvitationError extends StewardError {
  static override readonly name = 'InvitationError';
  /** `accepted`, `declined`, `expired`, `pending` or `revoked`. */
  readonly invitationStatus: string;
  constructor(code: string, message: string, context: ErrorContext & { readonly invitationStatus: string }) {
    super(code, 409, message, context);
    this.invitationStatus = context.invitationStatus;
  }
}

/** A login, a refresh or a link was refused. 401, or 429 for `TOO_MANY_ATTEMPTS`. */
export class AuthenticationError extends StewardError {
  static override readonly name = 'AuthenticationError';
  /** When it may be tried again, where that is known. */
  readonly retryAt: string | null;
  constructor(code: string, message: string, context: ErrorContext & { readonly retryAt: string | null }) {
    super(code, code === 'TOO_MANY_ATTEMPTS' ? 429 : 401, message, context);
    this.retryAt = context.retryAt;
  }
}

/** Nobody is signed in, or the session has ended. 401. */
export class UnauthenticatedError extends StewardError {
  static override readonly name = 'UnauthenticatedError';
}

/** The caller may not do this at all. 403. */
export class ForbiddenError extends StewardError {
  static override readonly name = 'ForbiddenError';
  /** The permissions that it needs, as the server says it. */
  readonly needs: string | null;
  constructor(message: string, context: ErrorContext & { readonly needs: string | null }) {
    super('FORBIDDEN', 403, message, context);
    this.needs = context.needs;
  }
}

/**
 * The server refused the request as it is: malformed, above a limit, too many of them, or it is away for now. Mostly 400, 429, 503
 * or 500; 404 where the address is not the endpoint's.
 */
export class RequestError extends StewardError {
  static override readonly name = 'RequestError';
  /** All that the server told in `extensions`, such as `limit`, `got` and `retryAt`. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(code: string, status: number, message: string, context: ErrorContext & Pick<RequestError, 'details'>) {
    super(code, status, message, context);
    this.details = context.details;
  }
}

/** No answer came: the server could not be reached, or what answered was not it, such as a proxy (`status` is what that said). */
export class NetworkError extends StewardError {
  static override readonly name = 'NetworkError';
  constructor(message: string, context: ErrorContext & { readonly status?: number } = {}) {
    super('NETWORK', context.status ?? 0, message, context);
  }
}

/** No answer came in time. What was asked may have happened. */
export class TimeoutError extends StewardError {
  static override readonly name = 'TimeoutError';
  constructor(message: string, context: ErrorContext = {}) {
    super('TIMEOUT', 0, message, context);
  }
}
