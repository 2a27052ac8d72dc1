import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { Context } from '../../context.ts';
import { email, given, parseInput } from '../../input.ts';
import { lockPerson } from '../../locks/person.ts';
import { findForLogin } from '../auth/login-person.ts';
import { countResetRequest, sendPasswordLink } from '../user/password-mail.ts';

const AccountRequestPasswordReset = z.object({ email, appCode: given<string | null>() });

export interface AccountRequestPasswordResetInput {
  readonly email: string;
  readonly appCode?: string | null;
}

/** Longer than the work takes for a known address, which takes longer than for an unknown one. */
const answerMs = 250;

/**
 * Mails a link to whoever would sign in with the address. The answer is the same, and comes as late, whether somebody has
 * the address or nobody, and whether the hour's requests are used up or not.
 */
export async function accountRequestPasswordReset(context: Context, input: AccountRequestPasswordResetInput) {
  const { email, appCode } = parseInput(AccountRequestPasswordReset, input);
  await Promise.all([pause(answerMs), request(context, email, appCode ?? null)]);
  return { ok: true };
}

async function request(context: Context, email: string, appCode: string | null): Promise<void> {
  const { steward } = context;
  const found = await findForLogin(steward.database, { email, appCode });

  await change(context, async (tx) => {
    const person = found && (await lockPerson(tx, found.id, 'change'));
    const isAboveLimit = await countResetRequest(tx, steward, email);
    // Who has got another address since it was looked for does not get mail at this one.
    if (isAboveLimit || person?.email !== email) return;

    await sendPasswordLink(tx, steward, person);
    await record(tx, context, {
      action: 'user.password_reset_requested',
      actor: null,
      subject: { type: 'user', id: person.id },
    });
  });
}
