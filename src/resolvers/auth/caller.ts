import { RequestError } from '../../errors.ts';
import type { Reach } from '../../reach.ts';
import type { LockedSession, Person } from './rows.ts';

/**
 * Judges the caller again on locked rows, as the request was judged when it came in: somebody may have signed them out,
 * or taken power from them, while it waited. Throws UNAUTHENTICATED or TOKEN_STALE.
 */
export function assertStillCaller(
  reach: Reach,
  person: Person | null,
  session: LockedSession | null,
): { person: Person; session: LockedSession } {
  if (!person || !session || person.suspended) throw new RequestError('UNAUTHENTICATED', 'The session has ended; sign in again.');
  if (person.tokenVersion !== reach.tokenVersion || session.organizationId !== reach.scope) {
    throw new RequestError('TOKEN_STALE', 'What the token says has changed; refresh it.');
  }
  return { person, session };
}
