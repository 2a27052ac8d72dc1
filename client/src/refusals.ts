import {
  AuthenticationError,
  ConflictError,
  type ErrorContext,
  ForbiddenError,
  InvitationError,
  NotFoundError,
  OwnsOrganizationsError,
  PowerError,
  RequestError,
  RuleError,
  StalePlanError,
  StewardError,
  UnauthenticatedError,
  ValidationError,
  VersionConflictError,
} from './errors.ts';
import type { RefusalFragment } from './generated/operations.ts';

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
  const at = { requestId, path: problem.path?.map(String) ?? null };
  switch (code) {
    case 'UNAUTHENTICATED':
    case 'TOKEN_STALE':
    case 'TOKEN_EXPIRED':
      return new UnauthenticatedError(code, 401, message, at);
    case 'FORBIDDEN':
      return new ForbiddenError(message, { ...at, needs: typeof extensions.needs === 'string' ? extensions.needs : null });
    default:
      // With HTTP status 404 it is the address that is not found.
      if (code === 'NOT_FOUND' && status !== 404) return new NotFoundError(message, { ...at, id: null });
      return new RequestError(code, statuses[code] ?? Math.max(status, 400), message, { ...at, details: extensions });
  }
}
