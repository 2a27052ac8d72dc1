import type { Context } from '../context.ts';
import { Prisma } from '../database.ts';
import { normalizeEmail } from '../email.ts';

/** When an address was erased by a hard delete, each time, oldest first; the audit knows it by a keyed hash. */
export async function erasuresOf({ steward }: Context, text: string): Promise<Date[]> {
  const email = normalizeEmail(text);
  if (!email) throw new Error(`${text} is no e-mail address.`);
  const hash = steward.secrets.keyedHash('erased-address', email).toString('hex');
  const events = await steward.database.query<{ at: Date }>(Prisma.sql`
    SELECT occurred_at AS at FROM audit_events
     WHERE action = 'user.hard_deleted' AND metadata->>'emailHash' = ${hash} ORDER BY generation, transaction, id`);
  return events.map(({ at }) => at);
}
