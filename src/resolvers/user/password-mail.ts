import { countAttempt } from '../../auth/attempts.ts';
import { firstPasswordDays, makePasswordLink, resetMinutes } from '../../auth/password-links.ts';
import type { Steward } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { authenticationRefusal, type Refusal } from '../../errors.ts';
import type { Person } from '../../locks/person.ts';
import { queueMail } from '../../mail/outbox.ts';

/** Counts a reset mail to the address, known or not. TOO_MANY_ATTEMPTS where the hour's are used up. Refused ones count no further. */
export async function countResetRequest(
  tx: Transaction,
  { secrets, settings }: Steward,
  email: string,
): Promise<Refusal | false> {
  const until = await countAttempt(tx, secrets.keyedHash('password-reset', email), {
    most: settings.limits.resetRequests,
    minutes: 60,
  });
  return until !== null && authenticationRefusal('TOO_MANY_ATTEMPTS', until);
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
