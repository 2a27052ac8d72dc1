import type { StewardError } from '../errors.ts';
import type { TokensRecordFragment } from '../generated/operations.ts';
import type { StoredSession } from '../stores/store.ts';
import { mayPass, pause } from '../transport/retry.ts';

/** Asks the server for the next tokens; without a refresh token by the cookie. Throws what the server refuses it with. */
export type Exchange = (refreshToken: string | null, leavesScope: boolean) => Promise<TokensRecordFragment>;

export interface Exchanged {
  readonly tokens: TokensRecordFragment;
  /** The organization that the session was scoped to is no more the person's. */
  readonly leftScope: boolean;
}

// For as long as the server takes a second use for a parallel one, and somewhat longer.
const conflictMs = 12_000;

/**
 * Exchanges a refresh token, however often that takes; null where meanwhile somebody else who shares the store has done it.
 * Of two who use the same token the server answers one; the other looks for what that one got. Where nobody got it (an
 * answer was lost) the server ends the session at the last try, so that this ends too.
 */
export async function exchanged(
  { refreshToken }: StoredSession,
  exchange: Exchange,
  retries: number,
  isDoneElsewhere: () => Promise<boolean>,
): Promise<Exchanged | null> {
  let leftScope = false;
  let losses = 0;
  let conflictEnd = 0;
  let waits = 0;
  for (;;) {
    try {
      return { tokens: await exchange(refreshToken, leftScope), leftScope };
    } catch (error) {
      const { code } = error as StewardError;
      if (code === 'NOT_A_MEMBER' && !leftScope) leftScope = true;
      else if (mayPass(error) && losses < retries) await pause(losses++);
      else if (code === 'REFRESH_CONFLICT' && (conflictEnd === 0 || Date.now() < conflictEnd)) {
        conflictEnd ||= Date.now() + conflictMs;
        // The cookie may be the next one already; the same token is refused the same way until the time is over.
        do {
          await pause(waits++);
          if (await isDoneElsewhere()) return null;
        } while (refreshToken !== null && Date.now() < conflictEnd);
      } else throw error;
    }
  }
}
