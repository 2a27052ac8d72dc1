import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { accessChange, grantsOf, writeGrant } from './grants.ts';
import { lockPersonAtApp, type PersonAndApp } from './person-at-app.ts';
import { disabled } from './rules.ts';

export type AppGrantUserInput = PersonAndApp;

/** Gives a person access to an app. One grant, however often: a revoked one is active again, an active one stays as it is. */
export async function appGrantUser(context: SignedInContext, input: AppGrantUserInput) {
  return change(context, async (tx) => {
    const { reach, subject, app } = await lockPersonAtApp(tx, context, input);
    refuseIf(disabled(app));

    const grants = await grantsOf(tx, subject.id);
    const grant = grants.find(({ appId }) => appId === app.id);
    if (grant?.status === 'ACTIVE') return { grantId: grant.id, changed: false };

    const grantId = await writeGrant(tx, subject.id, app.id, reach.userId);
    await record(tx, context, {
      action: 'app.user_granted',
      subject: { type: 'user', id: subject.id },
      changes: [accessChange(grants, app, 'ACTIVE')],
      metadata: { app: app.code },
    });
    return { grantId, changed: true };
  });
}
