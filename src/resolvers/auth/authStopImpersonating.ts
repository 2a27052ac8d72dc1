import { record } from '../../audit.ts';
import { endSessions } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { ruleRefusal } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { lockPeople } from '../../locks/person.ts';
import { lockSession } from '../../locks/session.ts';

/** Ends the impersonation that the request came through. The session that it was started from, and its cookie, go on as they were. */
export async function authStopImpersonating(context: SignedInContext): Promise<{ ok: boolean }> {
  const { sessionId, userId, impersonation } = context.reach;
  if (!impersonation) throw ruleRefusal('NOT_IMPERSONATING');
  const { impersonatorId, boundTo } = impersonation;

  await change(context, async (tx) => {
    await lockPeople(
      tx,
      new Map([
        [userId, 'share'],
        [impersonatorId, 'share'],
      ]),
    );
    const session = await lockSession(tx, sessionId);
    // Something else has ended it meanwhile, and said so.
    if (!session) return;

    await endSessions(tx, [session.id]);
    await record(tx, context, {
      action: 'impersonation.stopped',
      subject: { type: 'user', id: userId },
      organizationId: boundTo,
      metadata: { sessionId: encodeId('ses', session.id) },
    });
  });
  return { ok: true };
}
