import type { EndedSession } from '../../auth/sessions.ts';
import type { SignedInContext } from '../../context.ts';

/** Takes the refresh cookie away where the caller's present session is among those that ended: it is good for nothing more. */
export function dropCookie({ arrival, reach }: SignedInContext, ended: readonly Pick<EndedSession, 'id'>[]): void {
  if (ended.some(({ id }) => id === reach.sessionId)) arrival.setRefreshCookie(null, null);
}
