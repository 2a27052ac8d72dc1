import { record } from '../../audit.ts';
import { endedInEvent, endSessions } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { notFound, refuseIf } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { lockSession } from '../../locks/session.ts';
import { dropCookie } from '../auth/cookie.ts';
import { personRefused } from './rules.ts';
import { assertSessionsInSight, lockSubjectWithRoles } from './subject.ts';

export interface UserTerminateSessionInput {
  readonly userId: string;
  readonly sessionId: string;
}

/** Ends one live session of a person, with the impersonations that were started from it. Any other session is NOT_FOUND. */
export async function userTerminateSession(context: SignedInContext, { userId, sessionId }: UserTerminateSessionInput) {
  assertSessionsInSight(context, userId);

  return change(context, async (tx, afterCommit) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    const id = decodeId('ses', sessionId);
    const session = id && (await lockSession(tx, id));
    if (!session || session.userId !== subject.id) throw notFound(sessionId, ['input', 'sessionId']);
    refuseIf(personRefused(reach, { roles }));

    const ended = await endSessions(tx, [session.id]);
    const { people, metadata } = endedInEvent(ended, subject.id);
    await record(tx, context, {
      action: 'session.terminated',
      subject: { type: 'ses', id: session.id },
      metadata: { endedImpersonations: metadata.endedImpersonations },
      people,
    });
    afterCommit(() => dropCookie(context, ended));
    return { userId: subject.id };
  });
}
