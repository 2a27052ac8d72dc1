import { record } from '../../audit.ts';
import { endedInEvent, endSessionsOf } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { dropCookie } from '../auth/cookie.ts';
import { personRefused } from './rules.ts';
import { assertSessionsInSight, lockSubjectWithRoles } from './subject.ts';

export interface UserRevokeSessionsInput {
  readonly userId: string;
}

/** Signs a person out everywhere, with every impersonation of them and by them. Of oneself the present session ends, too. */
export async function userRevokeSessions(context: SignedInContext, { userId }: UserRevokeSessionsInput) {
  assertSessionsInSight(context, userId);

  return change(context, async (tx, afterCommit) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    refuseIf(personRefused(reach, { roles }));

    const ended = await endSessionsOf(tx, subject.id);
    const sessions = endedInEvent(ended, subject.id);
    if (ended.length > 0) {
      await record(tx, context, {
        action: 'user.sessions_revoked',
        subject: { type: 'user', id: subject.id },
        ...sessions,
      });
    }
    afterCommit(() => dropCookie(context, ended));
    return { userId: subject.id, revokedSessions: sessions.metadata.revokedSessions };
  });
}
