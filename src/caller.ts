import { RequestError, sessionEnded } from './errors.ts';
import type { Caller } from './loaders/caller.ts';

/** What a request was judged by: the claims of its token, or the caller as it was read before. */
export interface Claimed {
  readonly userId: string;
  readonly tokenVersion: number;
  /** The organization that the session is scoped to. */
  readonly scope: string | null;
}

/**
 * Judges a caller by what the database says now: when a request comes in, and again on locked rows, since somebody may have
 * signed them out, or taken power from them, while it waited. Throws UNAUTHENTICATED or TOKEN_STALE.
 */
export function assertCaller(caller: Caller | undefined, claimed: Claimed): Caller {
  if (!caller?.alive || caller.reach.userId !== claimed.userId) throw sessionEnded();
  if (caller.reach.tokenVersion !== claimed.tokenVersion || caller.reach.scope !== claimed.scope) {
    throw new RequestError('TOKEN_STALE', 'What the token says has changed; refresh it.');
  }
  return caller;
}
