import { record } from '../../audit.ts';
import { endedInEvent, endSessionsAt } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { dropCookie } from '../auth/cookie.ts';
import { makeTokensStale } from '../user/write.ts';
import { accessChange, grantsOf, revokeGrant } from './grants.ts';
import { lockPersonAtApp, type PersonAndApp } from './person-at-app.ts';
import { grantsOnLogin } from './rules.ts';

export type AppRevokeUserInput = PersonAndApp;

/** Takes a person's access to one app, and ends the sessions that signed in to it. Nothing where they have none. */
export async function appRevokeUser(context: SignedInContext, input: AppRevokeUserInput) {
  return change(context, async (tx, afterCommit) => {
    const { reach, subject, app } = await lockPersonAtApp(tx, context, input);
    const grants = await grantsOf(tx, subject.id);
    const grant = grants.find(({ appId }) => appId === app.id);
    const readmittedOnLogin = grantsOnLogin(app);
    if (grant?.status !== 'ACTIVE') return { grantId: grant?.id ?? null, changed: false, readmittedOnLogin };

    await revokeGrant(tx, grant.id, reach.userId);
    await makeTokensStale(tx, subject.id);
    const ended = await endSessionsAt(tx, app.id, subject.id);
    const { metadata, people } = endedInEvent(ended, subject.id);
    await record(tx, context, {
      action: 'app.user_revoked',
      subject: { type: 'user', id: subject.id },
      changes: [accessChange(grants, app, 'REVOKED')],
      metadata: { app: app.code, ...metadata },
      people,
    });
    afterCommit(() => dropCookie(context, ended));
    return { grantId: grant.id, changed: true, readmittedOnLogin };
  });
}
