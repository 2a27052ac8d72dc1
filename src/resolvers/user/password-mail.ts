import { countAttempt } from '../../auth/attempts.ts';
import { firstPasswordDays, makePasswordLink, resetMinutes } from '../../auth/password-links.ts';
import type { Steward } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import type { Person } from '../../locks/person.ts';
import { queueMail } from '../../mail/outbox.ts';

/**
 * Counts a mail with a link to whoever has the address, or a request by an address that nobody has; null where it may be
 * sent, else the instant from which another may. By person, so that nobody uses up somebody else's by asking where they are
 * not known.
 */
export async function countResetRequest(
  send: Parameters<typeof countAttempt>[0],
  { secrets, settings }: Pick<Steward, 'secrets' | 'settings'>,
  { email, userId }: { readonly email: string; readonly userId: string | null },
): Promise<Date | null> {
  const key = secrets.keyedHash('password-reset', `${email} ${userId ?? 'nobody'}`);
  return countAttempt(send, key, { most: settings.limits.resetRequests, minutes: 60 });
}

/** Makes a link and queues the mail with it, to the address that the person, who is locked, has now. */
export async function sendPasswordLink(
  tx: Transaction,
  steward: Pick<Steward, 'secrets' | 'settings'>,
  person: Pick<Person, 'id' | 'email' | 'name' | 'passwordHash'>,
): Promise<void> {
  const { purpose, token } = await makePasswordLink(tx, person);
  const { id: userId, email: to, name } = person;
  await queueMail(
    tx,
    steward,
    purpose === 'FIRST_PASSWORD'
      ? { template: 'firstPassword', to, userId, name, token, days: firstPasswordDays }
      : { template: 'passwordReset', to, userId, name, token, minutes: resetMinutes },
  );
}
