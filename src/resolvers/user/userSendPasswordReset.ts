import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { countResetRequest, sendPasswordLink } from './password-mail.ts';
import { outOfReach } from './rules.ts';
import { lockSubjectWithRoles } from './subject.ts';

export interface UserSendPasswordResetInput {
  readonly userId: string;
}

/** Mails a person a link to set a password. Counts with their own requests; TOO_MANY_ATTEMPTS above the limit. */
export async function userSendPasswordReset(context: SignedInContext, { userId }: UserSendPasswordResetInput) {
  return change(context, async (tx) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    refuseIf(outOfReach(reach, roles), await countResetRequest(tx, context.steward, subject.email));

    await sendPasswordLink(tx, context.steward, subject);
    await record(tx, context, { action: 'user.password_reset_sent', subject: { type: 'user', id: subject.id } });
    return { userId: subject.id };
  });
}
