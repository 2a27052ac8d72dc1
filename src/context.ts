import type { Logger } from 'pino';
import { type AccessTokenClaims, verifyAccessToken } from './auth/access-tokens.ts';
import type { Passwords } from './auth/passwords.ts';
import type { SigningKeys } from './auth/signing-keys.ts';
import { assertCaller } from './caller.ts';
import type { Database } from './database.ts';
import { callerOfSession, touchSession } from './loaders/caller.ts';
import { fairShare } from './loaders/fair-share.ts';
import { createLoaders, type Loaders } from './loaders/index.ts';
import type { Reads } from './loaders/reading.ts';
import type { Reach } from './reach.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { Feed } from './stream/feed.ts';

/** What lives as long as the server. */
export interface Steward {
  readonly database: Database;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly signingKeys: SigningKeys;
  readonly passwords: Passwords;
  /** What tells of audit events as they are committed. */
  readonly auditFeed: Feed;
  readonly log: Logger;
}

/** The key that a client gives an operation, so that its repetition has no second effect. */
export interface IdempotencyKey {
  readonly key: string;
  /** Document, operation name and variables: a key belongs to one operation. */
  readonly operation: string;
}

/** What one HTTP request brought, whichever way it came in. */
export interface Arrival {
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** The access token; null where none was sent. */
  readonly bearer: string | null;
  /** The refresh token's cookie, unread by anything that lacks `hasCsrfHeader`. */
  readonly refreshCookie: string | null;
  readonly hasCsrfHeader: boolean;
  /** Of a mutation that may be repeated; null where the client sent no key, or where it is ignored. */
  readonly idempotency: IdempotencyKey | null;
  readonly isBatch: boolean;
  /** Aborted once the request was answered without waiting for this operation any longer. */
  readonly givenUp: AbortSignal;
  /** Puts the refresh token into its cookie; a null token clears it. */
  setRefreshCookie(token: string | null, expiresAt: Date | null): void;
}

/** Who is asking, and what was read for them: shared by the queries of a request, and fresh after every change. */
export interface Asking {
  /**
   * The caller's reach, read at the first call; null without a token. Throws UNAUTHENTICATED, TOKEN_EXPIRED or
   * TOKEN_STALE where the token does not hold.
   */
  reach(): Promise<Reach | null>;
  readonly loaders: Loaders;
  /** From now on the answer is resolved as this session, unjudged: it was opened by this very request. */
  actAs(sessionId: string): void;
  /** Forgets what was read, after a change. The same session goes on without being judged again. */
  renew(): void;
  /** From now on the answer is resolved with this reach, which was just read, and nothing that was read for another one. */
  actWith(reach: Reach): void;
}

export interface Context {
  readonly steward: Steward;
  readonly arrival: Arrival;
  readonly asking: Asking;
}

/** The context behind a guard that asks for a signed-in caller. */
export type SignedInContext = Context & { readonly reach: Reach };

/** `reads` is the database, or a share of it. */
export function createAsking(steward: Steward, arrival: Arrival, reads: Reads = steward.database): Asking {
  const database = fairShare(reads, steward.settings.limits.statementsAtOnce, arrival.givenUp);
  let reading: Promise<Reach | null> | undefined;
  let loaders: Loaders | undefined;
  let known: Reach | null = null;
  let unjudgedSession: string | undefined;

  async function read(): Promise<Reach | null> {
    if (unjudgedSession) return (await database.read(callerOfSession, [unjudgedSession]))[0]?.reach ?? null;
    if (arrival.bearer === null) return null;
    return judge(await verifyAccessToken(steward, arrival.bearer));
  }

  async function judge(claims: AccessTokenClaims): Promise<Reach> {
    const [found] = await database.read(callerOfSession, [claims.sessionId]);
    const caller = assertCaller(found, { ...claims, scope: claims.organizationId });
    if (caller.lastActiveAt.getTime() < Date.now() - 60_000) {
      database.read(touchSession, [claims.sessionId]).catch((error) => steward.log.warn({ err: error }, 'session not touched'));
    }
    known = caller.reach;
    return known;
  }

  const asking: Asking = {
    reach() {
      reading ??= read();
      return reading;
    },
    get loaders() {
      loaders ??= createLoaders({ database, reach: asking.reach });
      return loaders;
    },
    actAs(sessionId) {
      unjudgedSession = sessionId;
      reading = undefined;
      loaders = undefined;
    },
    renew() {
      if (known) unjudgedSession ??= known.sessionId;
      reading = undefined;
      loaders = undefined;
    },
    actWith(reach) {
      reading = Promise.resolve(reach);
      loaders = undefined;
    },
  };
  return asking;
}
