import { availableParallelism } from 'node:os';

/** One limit: the environment variable that sets it, its default, its bounds, and what README says of it. */
interface LimitRow {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly description: string;
}

const limit = (name: string, byDefault: number, min: number, max: number, description: string): LimitRow => ({
  name,
  default: byDefault,
  min,
  max,
  description,
});

/** Every limit is a setting, so that an operator can tighten one without a release. The bounds stop what would switch a protection off by a slip. */
export const limitRows = {
  bodyBytes: limit('STEWARD_MAX_BODY_BYTES', 100_000, 1_000, 10_000_000, 'bytes of a request body'),
  batch: limit('STEWARD_MAX_BATCH', 20, 1, 1_000, 'operations in a batch'),
  depth: limit('STEWARD_MAX_DEPTH', 12, 1, 100, 'levels of fields in an operation; introspection fields do not count'),
  introspectionDepth: limit('STEWARD_MAX_INTROSPECTION_DEPTH', 20, 1, 100, 'levels of introspection fields'),
  aliases: limit('STEWARD_MAX_ALIASES', 30, 0, 10_000, 'aliases in an operation, fragments included wherever they are spread'),
  tokens: limit('STEWARD_MAX_TOKENS', 2_000, 100, 100_000, 'tokens in a document'),
  batchTokens: limit('STEWARD_MAX_BATCH_TOKENS', 10_000, 100, 1_000_000, 'tokens in a batch; equal documents count once'),
  repetitions: limit(
    'STEWARD_MAX_REPETITIONS',
    20,
    1,
    1_000,
    'fields of one name (or alias) at one place of an answer, fragments included',
  ),
  directives: limit(
    'STEWARD_MAX_DIRECTIVES',
    10,
    0,
    1_000,
    'directives in an operation, fragments included wherever they are spread',
  ),
  cost: limit('STEWARD_MAX_COST', 25_000, 1, 10_000_000, 'cost of an operation: the objects that it may return'),
  batchCost: limit('STEWARD_MAX_BATCH_COST', 50_000, 1, 10_000_000, 'cost of a batch'),
  leaves: limit(
    'STEWARD_MAX_LEAVES',
    250_000,
    1,
    100_000_000,
    'scalar values that an operation may return; twice as many in a batch',
  ),
  answerBytes: limit('STEWARD_MAX_ANSWER_BYTES', 10_000_000, 1_000, 100_000_000, 'bytes of an answer; a batch has one answer'),
  whereDepth: limit('STEWARD_MAX_WHERE_DEPTH', 5, 1, 50, 'levels of a `where`, the outermost counted'),
  whereConditions: limit('STEWARD_MAX_WHERE_CONDITIONS', 30, 1, 1_000, 'conditions in a `where`'),
  whereValues: limit('STEWARD_MAX_WHERE_VALUES', 100, 1, 10_000, 'values in a list within a `where`'),
  lookupKeys: limit('STEWARD_MAX_LOOKUP_KEYS', 200, 1, 10_000, 'keys of `usersLookup`'),
  pageSize: limit('STEWARD_MAX_PAGE_SIZE', 100, 1, 10_000, '`first` or `last` of a connection'),
  nodes: limit('STEWARD_MAX_NODES', 100, 1, 10_000, 'ids of `nodes`'),
  statementMs: limit('STEWARD_STATEMENT_MS', 5_000, 10, 600_000, 'milliseconds that one SQL statement may take'),
  requestMs: limit('STEWARD_REQUEST_MS', 10_000, 10, 600_000, 'milliseconds that one request may take'),
  poolSize: limit('STEWARD_POOL_SIZE', 10, 1, 1_000, 'connections to PostgreSQL'),
  statementsAtOnce: limit(
    'STEWARD_STATEMENTS_AT_ONCE',
    8,
    1,
    1_000,
    'SQL statements that one request may read by at once; its others wait',
  ),
  loginFailures: limit('STEWARD_LOGIN_FAILURES', 5, 1, 1_000, 'failed logins that lock an address'),
  loginWindowMinutes: limit('STEWARD_LOGIN_WINDOW_MINUTES', 15, 1, 10_080, 'minutes within which failed logins add up'),
  loginLockMinutes: limit('STEWARD_LOGIN_LOCK_MINUTES', 15, 1, 10_080, 'minutes that a lock lasts'),
  ipFailures: limit(
    'STEWARD_IP_FAILURES',
    50,
    1,
    100_000,
    'failed logins from one IP address (IPv6: from one /64) within the window',
  ),
  resetRequests: limit('STEWARD_RESET_REQUESTS', 5, 1, 1_000, 'mails with a link to set a password, an hour for an address'),
  ipResetRequests: limit(
    'STEWARD_IP_RESET_REQUESTS',
    50,
    1,
    100_000,
    'requests for such a mail, an hour from one IP address (IPv6: from one /64)',
  ),
  invitations: limit('STEWARD_INVITATIONS', 100, 1, 100_000, 'mails that invite somebody, an hour for a person'),
  impersonations: limit('STEWARD_IMPERSONATIONS', 30, 1, 100_000, 'impersonations, an hour for a person'),
  streams: limit('STEWARD_STREAMS', 800, 1, 100_000, 'event streams at once, on one server'),
  passwordLength: limit('STEWARD_PASSWORD_LENGTH', 12, 8, 64, 'characters that a password has at least'),
  passwordWaiting: limit(
    'STEWARD_PASSWORD_WAITING',
    100,
    1,
    100_000,
    'password hashes that may wait; served in turn over IP addresses (IPv6: over /64s)',
  ),
  passwordHashesAtOnce: limit(
    'STEWARD_PASSWORD_HASHES_AT_ONCE',
    Math.max(1, availableParallelism() - 1),
    1,
    64,
    'password hashes at once; cores less one, at least 1, unless told',
  ),
  accessTokenSeconds: limit('STEWARD_ACCESS_TOKEN_SECONDS', 900, 10, 3_600, 'seconds that an access token lives'),
  refreshDays: limit('STEWARD_REFRESH_DAYS', 7, 1, 365, 'days that a refresh token lives'),
  rememberDays: limit('STEWARD_REMEMBER_DAYS', 30, 1, 365, 'days that a refresh token lives with `rememberMe`'),
  sessionDays: limit('STEWARD_SESSION_DAYS', 90, 1, 365, 'days after which a session ends, however often it was refreshed'),
  keepDays: limit(
    'STEWARD_KEEP_DAYS',
    30,
    1,
    3_650,
    'days that what is over is kept: links, mail, counts of failed logins, and sessions, which are kept for 30 at least',
  ),
} as const satisfies Record<string, LimitRow>;

export type Limits = { readonly [Key in keyof typeof limitRows]: number };
