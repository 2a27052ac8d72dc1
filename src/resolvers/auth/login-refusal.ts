import { recordRefused } from '../../audit.ts';
import type { LoginAttempt } from '../../auth/login-limits.ts';
import type { Context } from '../../context.ts';
import type { Refusal } from '../../errors.ts';

/**
 * Records that a password was refused. Failed logins of one address, or from one ip address, within a minute are one event;
 * the address of nobody is not kept.
 */
export async function recordRefusedLogin(
  context: Context,
  attempt: LoginAttempt,
  userId: string | null,
  refusal: Refusal,
): Promise<void> {
  const { addressKey, ipKey } = attempt;
  const alike = [`login address ${addressKey.toString('hex')}`, ...(ipKey ? [`login ip ${ipKey.toString('hex')}`] : [])];
  await recordRefused(context, alike, {
    action: 'login.refused',
    actor: null,
    ...(userId && { subject: { type: 'user', id: userId } }),
    metadata: { code: refusal.code },
  });
}
