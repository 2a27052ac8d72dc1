import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { record } from '../../audit.ts';
import { countAttempt } from '../../auth/attempts.ts';
import { ipNetwork } from '../../auth/ip-network.ts';
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

/**
 * Counted before anything else is done, so that above the limit the two are alike to whoever sends many at once, and only a
 * few an hour do more than be counted.
 */
async function request(context: Context, email: string, appCode: string | null): Promise<void> {
  const { steward } = context;
  const { database } = steward;
  if (await isAboveIpLimit(context)) return;
  const found = await findForLogin(database, { email, appCode });
  const until = await countResetRequest((sql) => database.query(sql), steward, { email, userId: found?.id ?? null });
  if (until !== null || !found) return;

  await change(context, async (tx) => {
    const person = await lockPerson(tx, found.id, 'change');
    // Who has got another address since it was looked for does not get mail at this one.
    if (person?.email !== email) return;

    await sendPasswordLink(tx, steward, person);
    await record(tx, context, {
      action: 'user.password_reset_requested',
      actor: null,
      subject: { type: 'user', id: person.id },
    });
  });
}

/** So many an hour from one ip address; whoever sends more is told nothing of it, and nothing is sent. */
async function isAboveIpLimit({ steward, arrival }: Context): Promise<boolean> {
  if (arrival.ipAddress === null) return false;
  const { database, secrets, settings } = steward;
  const key = secrets.keyedHash('password-reset', `ip ${ipNetwork(arrival.ipAddress)}`);
  return (await countAttempt((sql) => database.query(sql), key, { most: settings.limits.ipResetRequests, minutes: 60 })) !== null;
}
