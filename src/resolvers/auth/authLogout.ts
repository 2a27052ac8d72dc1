import { record } from '../../audit.ts';
import { endSessions } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { encodeId } from '../../ids.ts';
import { lockPerson } from '../../locks/person.ts';
import { lockSession } from '../../locks/session.ts';

/** Ends the session that the request came through, and the impersonations that were started from it. */
export async function authLogout(context: SignedInContext): Promise<{ ok: boolean }> {
  const { reach, arrival } = context;

  await change(context, async (tx) => {
    await lockPerson(tx, reach.userId, 'share');
    const session = await lockSession(tx, reach.sessionId);
    // Somebody else has ended it meanwhile, and said so.
    if (!session) return;

    await endSessions(tx, [session.id]);
    await record(tx, context, {
      action: 'user.logged_out',
      subject: { type: 'user', id: reach.userId },
      metadata: { sessionId: encodeId('ses', session.id) },
    });
  });

  // The cookie is the impersonator's own, who goes on.
  if (!reach.impersonation) arrival.setRefreshCookie(null, null);
  return { ok: true };
}
