import { record } from '../../audit.ts';
import { endSessionsOf } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf, ruleRefusal } from '../../errors.ts';
import { assertStillCaller } from './caller.ts';
import { lockPerson, lockSession } from './rows.ts';

/** Ends every session of the caller, impersonations of them included, and the impersonations that they carry on. */
export async function authLogoutEverywhere(context: SignedInContext): Promise<{ revokedSessions: number }> {
  const { reach, arrival } = context;

  const revokedSessions = await change(context, async (tx) => {
    const person = await lockPerson(tx, reach.userId, 'change');
    assertStillCaller(reach, person, await lockSession(tx, reach.sessionId));

    refuseIf(reach.impersonation !== null && ruleRefusal('WHILE_IMPERSONATING'));

    const ended = await endSessionsOf(tx, reach.userId);
    const own = ended.filter((session) => session.userId === reach.userId);
    await record(tx, context, {
      action: 'user.logged_out_everywhere',
      subject: { type: 'user', id: reach.userId },
      metadata: { revokedSessions: own.length, endedImpersonations: ended.length - own.length },
      people: ended.map((session) => session.userId),
    });
    return own.length;
  });

  arrival.setRefreshCookie(null, null);
  return { revokedSessions };
}
