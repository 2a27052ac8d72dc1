import { record } from '../../audit.ts';
import { endedInEvent, endSessionsOf } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { lockCaller } from '../../locks/person.ts';

/** Ends every session of the caller, impersonations of them included, and the impersonations that they carry on. */
export async function authLogoutEverywhere(context: SignedInContext): Promise<{ revokedSessions: number }> {
  const { reach, arrival } = context;

  const revokedSessions = await change(context, async (tx) => {
    await lockCaller(tx, context, 'change');

    const ended = await endSessionsOf(tx, reach.userId);
    const sessions = endedInEvent(ended, reach.userId);
    await record(tx, context, {
      action: 'user.logged_out_everywhere',
      subject: { type: 'user', id: reach.userId },
      ...sessions,
    });
    return sessions.metadata.revokedSessions;
  });

  arrival.setRefreshCookie(null, null);
  return { revokedSessions };
}
