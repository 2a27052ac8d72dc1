import type { RefusalFragment } from './generated/operations.ts';

/** Where an error came from, beyond its code and message. */
export interface ErrorContext {
  /** The place in the input, such as `['input', 'email']`; null where there is none. */
  readonly path?: readonly string[] | null;
  /** The id under which the server logged the request; null where no answer came. */
  readonly requestId?: string | null;
  readonly cause?: unknown;
}

/** What every error of the client is. `code` is the server's, `status` what an HTTP API would answer, 0 where no answer came. */
export class StewardError extends Error {
  override readonly name: string = 'StewardError';
  readonly code: string;
  readonly status: number;
  readonly path: readonly string[] | null;
  readonly requestId: string | null;

  constructor(code: string, status: number, message: string, { path = null, requestId = null, cause }: ErrorContext = {}) {
    super(message, cause === undefined ? {} : { cause });
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
  override readonly name = 'ValidationError';
  readonly issues: readonly Issue[];
  constructor(message: string, context: ErrorContext & { readonly issues: readonly Issue[]; readonly code?: string }) {
    super(context.code ?? 'VALIDATION_FAILED', 422, message, context);
    this.issues = context.issues;
  }
}

/** Unknown, or not the caller's to see: both read alike. 404. */
export class NotFoundError extends StewardError {
  override readonly name = 'NotFoundError';
  readonly id: string | null;
  constructor(message: string, context: ErrorContext & { readonly id: string | null }) {
    super('NOT_FOUND', 404, message, context);
    this.id = context.id;
  }
}

/** It clashes with what is there: an address, a slug or a code that is taken, a membership, a pool in use. 409. */
export class ConflictError extends StewardError {
  override readonly name = 'ConflictError';
  /** What it clashes with, where the caller may see that. */
  readonly existing: { readonly type: string; readonly id: string } | null;
  constructor(code: string, message: string, context: ErrorContext & { readonly existing: ConflictError['existing'] }) {
    super(code, 409, message, context);
    this.existing = context.existing;
  }
}

/** Somebody changed it since `expected_version` was read. 409. */
export class VersionConflictError extends StewardError {
  override readonly name = 'VersionConflictError';
  readonly currentVersion: number;
  constructor(message: string, context: ErrorContext & { readonly currentVersion: number }) {
    super('VERSION_CONFLICT', 409, message, context);
    this.currentVersion = context.currentVersion;
  }
}

/** Out of the caller's reach: the roles or permissions that are too much for it are named. 403. */
export class PowerError extends StewardError {
  override readonly name = 'PowerError';
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
  override readonly name: string = 'RuleError';
}

/** Who owns organizations is not hard-deleted: they are named. 409. */
export class OwnsOrganizationsError extends RuleError {
  override readonly name = 'OwnsOrganizationsError';
  readonly organizations: readonly { readonly id: string; readonly name: string; readonly slug: string }[];
  constructor(code: string, message: string, context: ErrorContext & Pick<OwnsOrganizationsError, 'organizations'>) {
    super(code, 409, message, context);
    this.organizations = context.organizations;
  }
}

/** What would go has changed since the hard delete was previewed: look again. 409. */
export class StalePlanError extends RuleError {
  override readonly name = 'StalePlanError';
}

/** The invitation can't be used: it has expired, or was accepted, declined or revoked. 409. */
export class InvitationError extends StewardError {
  override readonly name = 'InvitationError';
  /** `accepted`, `declined`, `expired`, `pending` or `revoked`. */
  readonly invitationStatus: string;
  constructor(code: string, message: string, context: ErrorContext & { readonly invitationStatus: string }) {
    super(code, 409, message, context);
    this.invitationStatus = context.invitationStatus;
  }
}

/** A login, a refresh or a link was refused. 401, or 429 for `TOO_MANY_ATTEMPTS`. */
export class AuthenticationError extends StewardError {
  override readonly name = 'AuthenticationError';
  /** When it may be tried again, where that is known. */
  readonly retryAt: string | null;
  constructor(code: string, message: string, context: ErrorContext & { readonly retryAt: string | null }) {
    super(code, code === 'TOO_MANY_ATTEMPTS' ? 429 : 401, message, context);
    this.retryAt = context.retryAt;
  }
}

/** Nobody is signed in, or the session has ended. 401. */
export class UnauthenticatedError extends StewardError {
  override readonly name = 'UnauthenticatedError';
}

/** The caller may not do this at all. 403. */
export class ForbiddenError extends StewardError {
  override readonly name = 'ForbiddenError';
  /** The permissions that it needs, as the server says it. */
  readonly needs: string | null;
  constructor(message: string, context: ErrorContext & { readonly needs: string | null }) {
    super('FORBIDDEN', 403, message, context);
    this.needs = context.needs;
  }
}

/** The server refused the request as it is: malformed, above a limit, too many of them, or it is away for now. 400, 429, 503 or 500. */
export class RequestError extends StewardError {
  override readonly name = 'RequestError';
  /** All that the server told in `extensions`, such as `limit`, `got` and `retryAt`. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(code: string, status: number, message: string, context: ErrorContext & Pick<RequestError, 'details'>) {
    super(code, status, message, context);
    this.details = context.details;
  }
}

/** No answer came: the server could not be reached, or what answered was not it, such as a proxy (`status` is what that said). */
export class NetworkError extends StewardError {
  override readonly name = 'NetworkError';
  constructor(message: string, context: ErrorContext & { readonly status?: number } = {}) {
    super('NETWORK', context.status ?? 0, message, context);
  }
}

/** No answer came in time. What was asked may have happened. */
export class TimeoutError extends StewardError {
  override readonly name = 'TimeoutError';
  constructor(message: string, context: ErrorContext = {}) {
    super('TIMEOUT', 0, message, context);
  }
}

/** A refusal as the graph tells it, as a member of a result's union. */
export type Refusal = RefusalFragment & { readonly __typename: string };

/** The error of a refusal. A type that a later server adds is a `StewardError` of its code. */
export function errorOfRefusal(refusal: Refusal, context: Pick<ErrorContext, 'requestId'> = {}): StewardError {
  const { code, message } = refusal;
  const at = { ...context, path: refusal.path };
  // The type narrows by what the server says, which is of no use to the compiler where fragments hide it.
  const told = refusal as any;
  switch (refusal.__typename) {
    case 'ValidationError':
      return new ValidationError(message, { ...at, code, issues: told.issues });
    case 'NotFoundError':
      return new NotFoundError(message, { ...at, id: told.id });
    case 'ConflictError':
      return new ConflictError(code, message, {
        ...at,
        existing: told.existing && { type: told.existing.__typename, id: told.existing.id },
      });
    case 'VersionConflictError':
      return new VersionConflictError(message, { ...at, currentVersion: told.currentVersion });
    case 'PowerError':
      return new PowerError(code, message, { ...at, roles: told.roles, permissions: told.permissions });
    case 'OwnsOrganizationsError':
      return new OwnsOrganizationsError(code, message, { ...at, organizations: told.organizations });
    case 'StalePlanError':
      return new StalePlanError(code, 409, message, at);
    case 'RuleError':
      return new RuleError(code, 409, message, at);
    case 'InvitationError':
      return new InvitationError(code, message, { ...at, invitationStatus: String(told.invitationStatus).toLowerCase() });
    case 'AuthenticationError':
      return new AuthenticationError(code, message, { ...at, retryAt: told.retryAt });
    default:
      return new StewardError(code, 409, message, at);
  }
}

/** What a mutation gave; throws its refusal as a typed error. */
export function succeeded<Result extends { readonly __typename: string }>(
  result: Result,
  context?: Pick<ErrorContext, 'requestId'>,
): Success<Result> {
  if (result.__typename.endsWith('Success')) return result as unknown as Success<Result>;
  throw errorOfRefusal(result as unknown as Refusal, context);
}

/** The member of a result's union that is no refusal. */
export type Success<Result extends { readonly __typename: string }> = Extract<Result, { __typename: `${string}Success` }>;

/** One error as it stands beside `data`. */
export interface GraphQLProblem {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Of what is told with HTTP status 200, which otherwise is the client's fault: 400. */
const statuses: Readonly<Record<string, number>> = {
  INTERNAL_SERVER_ERROR: 500,
  IDEMPOTENCY_KEY_REUSED: 409,
  TOO_MANY_ATTEMPTS: 429,
  UNAVAILABLE: 503,
};

/** The error of what stands beside `data`; `status` is that of the answer, which counts where it is no success. */
export function errorOfProblem(problem: GraphQLProblem, status: number, requestId: string | null): StewardError {
  const { message } = problem;
  const extensions = problem.extensions ?? {};
  const code = typeof extensions.code === 'string' ? extensions.code : 'UNKNOWN';
  const at = { requestId };
  switch (code) {
    case 'UNAUTHENTICATED':
    case 'TOKEN_STALE':
    case 'TOKEN_EXPIRED':
      return new UnauthenticatedError(code, 401, message, at);
    case 'FORBIDDEN':
      return new ForbiddenError(message, { ...at, needs: typeof extensions.needs === 'string' ? extensions.needs : null });
    case 'NOT_FOUND':
      return new NotFoundError(message, { ...at, id: null });
    default:
      return new RequestError(code, statuses[code] ?? Math.max(status, 400), message, { ...at, details: extensions });
  }
}
