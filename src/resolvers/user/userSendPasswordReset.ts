import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { authenticationRefusal, refuseIf } from '../../errors.ts';
import { countResetRequest, sendPasswordLink } from './password-mail.ts';
import { personRefused } from './rules.ts';
import { lockSubjectWithRoles } from './subject.ts';

export interface UserSendPasswordResetInput {
  readonly userId: string;
}

/** Mails a person a link to set a password. Counts with their own requests; TOO_MANY_ATTEMPTS above the limit. */
export async function userSendPasswordReset(context: SignedInContext, { userId }: UserSendPasswordResetInput) {
  return change(context, async (tx) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    refuseIf(personRefused(reach, { roles }));
    const { id, email } = subject;
    // In the transaction: what is not sent does not count.
    const until = await countResetRequest((sql) => tx.$queryRaw(sql), context.steward, { email, userId: id });
    if (until !== null) throw authenticationRefusal('TOO_MANY_ATTEMPTS', until);

    await sendPasswordLink(tx, context.steward, subject);
    await record(tx, context, { action: 'user.password_reset_sent', subject: { type: 'user', id: subject.id } });
    return { userId: subject.id };
  });
}
