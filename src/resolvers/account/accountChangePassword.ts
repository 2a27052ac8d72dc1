import { record } from '../../audit.ts';
import { assertNotLocked, countFailure, type LoginAttempt, loginAttempt, settleSuccess } from '../../auth/login-limits.ts';
import { endedInEvent } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { authenticationRefusal, Refusal } from '../../errors.ts';
import { lockCaller } from '../../locks/person.ts';
import { recordRefusedLogin } from '../auth/login-refusal.ts';
import { assertNewPassword, writePassword } from '../user/password.ts';
import { passwordOfCaller } from './password-of-caller.ts';

export interface AccountChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Exchanges the caller's password. The present one is judged like a login's, and a wrong one counts as a failed login. Every
 * other session ends; this one goes on, with a fresh access token from its refresh.
 */
export async function accountChangePassword(context: SignedInContext, input: AccountChangePasswordInput) {
  const { steward, arrival, reach } = context;
  assertNewPassword(steward, input.newPassword, reach);
  const [current] = await steward.database.read(passwordOfCaller, [reach.userId, arrival.ipAddress]);
  const { passwordHash = null, isOwnIp = false } = current ?? {};
  const attempt = loginAttempt(steward.secrets, { email: reach.email, ipAddress: arrival.ipAddress, isOwnIp });

  try {
    await assertIsCurrent(context, attempt, passwordHash, input.currentPassword);
    const hash = await steward.passwords.hash(input.newPassword, arrival.ipAddress);
    return await exchange(context, attempt, { passwordHash, hash });
  } catch (error) {
    if (error instanceof Refusal) await recordRefusedLogin(context, attempt, reach.userId, error);
    throw error;
  }
}

async function assertIsCurrent(
  { steward, arrival }: SignedInContext,
  attempt: LoginAttempt,
  hash: string | null,
  password: string,
) {
  await assertNotLocked(steward, attempt);
  if (!(await steward.passwords.verify(hash, password, arrival.ipAddress))) throw await countFailure(steward, attempt);
}

function exchange(context: SignedInContext, attempt: LoginAttempt, verified: { passwordHash: string | null; hash: string }) {
  const { steward } = context;
  return change(context, async (tx) => {
    const { reach, caller } = await lockCaller(tx, context, 'change');
    // Who has got another password since it was looked at has not shown that they know it.
    if (caller.passwordHash !== verified.passwordHash) throw authenticationRefusal('INVALID_CREDENTIALS');
    await settleSuccess(tx, attempt);

    const ended = await writePassword(tx, steward, caller, verified.hash, {
      sparedSessionId: reach.sessionId,
      isOwnChoice: true,
    });
    await record(tx, context, {
      action: 'user.password_changed',
      subject: { type: 'user', id: caller.id },
      ...endedInEvent(ended, caller.id),
    });
    return { userId: caller.id };
  });
}
