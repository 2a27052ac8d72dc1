import { RequestError } from '../errors.ts';

/**
 * The same failure looks different by the way it came: from `pg` it has an SQLSTATE as `code` and a `constraint`; from
 * Prisma a code of its own (P2002, …) and the adapter's error in `meta`, or that error alone. This is all that is read.
 */
interface Failure {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly constraint?: unknown;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: AdapterCause } };
  readonly cause?: unknown;
}

interface AdapterCause {
  readonly kind?: string;
  readonly originalCode?: string;
  readonly constraint?: { readonly index?: string };
  readonly hint?: string;
}

/** A serialization failure or a deadlock: the same transaction may succeed when it is run again. */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/** The name of the unique, check or foreign key constraint, or of the guard of ours, that refused; undefined for any other error. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!sqlState(error)?.startsWith('23')) return undefined;
  const { constraint } = error as Failure;
  if (typeof constraint === 'string') return constraint;
  const cause = adapterCause(error);
  return cause?.constraint?.index ?? cause?.hint;
}

/**
 * Prisma passes on neither `constraint` of a check nor of a trigger, but `hint`; and `detail` would show the whole row
 * that was refused, password hash included, to whoever logs the error. Called on every error as it leaves `pg`.
 */
export function prepareForPrisma(error: unknown): void {
  const failure = error as { constraint?: string; hint?: string; detail?: string } | null;
  if (!failure?.constraint) return;
  failure.hint = failure.constraint;
  delete failure.detail;
}

/** UNAVAILABLE where the database is lost, too slow, or too busy; any other error as it is. */
export function translated(error: unknown): unknown {
  return isUnavailable(error) ? unavailable(error) : error;
}

export function unavailable(cause?: unknown): RequestError {
  const error = new RequestError('UNAVAILABLE', 'The service is not available at the moment; try again shortly.');
  if (cause !== undefined) error.cause = cause;
  return error;
}

const unavailableStates = new Set([
  '57014', // statement time-out
  '55P03', // lock time-out
  '25P03', // idle in a transaction for too long
  '25P04', // transaction time-out
  '57P01', // the server shuts down, or
  '57P02', // crashed,
  '57P03', // or is starting
  '57P05', // idle session time-out
]);

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
]);

/** P2028: the time for a transaction, or for its start, is over. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);

/** `pg` and its pool have no codes for these. */
const messages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|This socket has been ended)/;

function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return unavailableStates.has(state) || state.startsWith('08') || state.startsWith('53');
  const { code, message } = (error ?? {}) as Failure;
  if (typeof code === 'string') return networkCodes.has(code) || prismaCodes.has(code);
  return typeof message === 'string' && messages.test(message);
}

function sqlState(error: unknown): string | undefined {
  const cause = adapterCause(error);
  if (cause?.originalCode) return cause.originalCode;
  const { code } = (error ?? {}) as Failure;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(P[12]\d{3}|E[A-Z]+)$/.test(code) ? code : undefined;
}

function adapterCause(error: unknown): AdapterCause | undefined {
  const failure = error as Failure | null | undefined;
  const nested = failure?.meta?.driverAdapterError?.cause ?? failure?.cause;
  return typeof nested === 'object' && nested !== null && 'kind' in nested ? (nested as AdapterCause) : undefined;
}
