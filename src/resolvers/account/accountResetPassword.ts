import { changed, record } from '../../audit.ts';
import { hashOfOpaqueToken } from '../../auth/opaque-tokens.ts';
import { emailOfPasswordLink, usePasswordLink } from '../../auth/password-links.ts';
import { endedInEvent } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { Context } from '../../context.ts';
import { authenticationRefusal } from '../../errors.ts';
import { lockPerson } from '../../locks/person.ts';
import { assertNewPassword, passwordChanges, writePassword } from '../user/password.ts';

export interface AccountResetPasswordInput {
  readonly token: string;
  readonly newPassword: string;
}

/**
 * Sets a password with a link, once. The link proves the address that it went to. A password that is refused leaves the
 * link unused; of several uses at once one wins, and the others find it used.
 */
export async function accountResetPassword(context: Context, { token, newPassword }: AccountResetPasswordInput) {
  const { steward, arrival } = context;
  const link = hashOfOpaqueToken(token);
  const [owner] = await steward.database.read(emailOfPasswordLink, [link]);
  if (!owner) throw authenticationRefusal('RESET_TOKEN_INVALID');
  assertNewPassword(steward, newPassword, owner);
  const hash = await steward.passwords.hash(newPassword, arrival.ipAddress);

  return change(context, async (tx) => {
    const person = await lockPerson(tx, owner.userId, 'change');
    if (!person || !(await usePasswordLink(tx, link, person))) throw authenticationRefusal('RESET_TOKEN_INVALID');

    const ended = await writePassword(tx, steward, person, hash, { provesAddress: true });
    await record(tx, context, {
      action: 'user.password_reset',
      actor: { id: person.id, name: person.displayName },
      subject: { type: 'user', id: person.id },
      changes: [...passwordChanges(person), ...changed({ emailVerified: person.emailVerified }, { emailVerified: true })],
      ...endedInEvent(ended, person.id),
    });
    return { ok: true };
  });
}
