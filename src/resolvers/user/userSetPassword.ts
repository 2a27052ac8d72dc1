import { record } from '../../audit.ts';
import { endedInEvent } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { statement } from '../../database.ts';
import { notFound, refuseIf } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { dropCookie } from '../auth/cookie.ts';
import { assertNewPassword, passwordChanges, writePassword } from './password.ts';
import { personRefused } from './rules.ts';
import { lockSubjectWithRoles } from './subject.ts';

export interface UserSetPasswordInput {
  readonly userId: string;
  readonly newPassword: string;
}

/** [user id] */
const emailOf = statement<string>('email_of_user', 'SELECT email FROM users WHERE id = $1', ({ email }) => email);

/** Gives a person a password without asking for the present one. Clears their lock and ends every session. */
export async function userSetPassword(context: SignedInContext, { userId, newPassword }: UserSetPasswordInput) {
  const { steward, arrival } = context;
  const id = decodeId('user', userId);
  const [email] = id ? await steward.database.read(emailOf, [id]) : [];
  if (email === undefined) throw notFound(userId, ['input', 'userId']);
  assertNewPassword(steward, newPassword, { email });
  const hash = await steward.passwords.hash(newPassword, arrival.ipAddress);

  return change(context, async (tx, afterCommit) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    // They may have got another address meanwhile.
    assertNewPassword(steward, newPassword, subject);
    refuseIf(personRefused(reach, { roles }));

    const ended = await writePassword(tx, steward, subject, hash);
    await record(tx, context, {
      action: 'user.password_set',
      subject: { type: 'user', id: subject.id },
      changes: passwordChanges(subject),
      ...endedInEvent(ended, subject.id),
    });
    afterCommit(() => dropCookie(context, ended));
    return { userId: subject.id };
  });
}
