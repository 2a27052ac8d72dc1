import { record } from '../audit.ts';
import { clearLocks } from '../auth/login-limits.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { Prisma } from '../database.ts';
import { normalizeEmail } from '../email.ts';

/** Clears failed logins and locks of an address, whoever has it. Whether there was anything to clear. */
export async function unlock(context: Context, text: string): Promise<boolean> {
  const email = normalizeEmail(text);
  if (!email) throw new Error(`${text} is no e-mail address.`);

  return change(context, async (tx) => {
    const people = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
      SELECT u.id FROM users u JOIN pools p ON p.id = u.home_pool_id WHERE u.email = ${email}
       ORDER BY u.id FOR SHARE OF u`);
    if (!(await clearLocks(tx, context.steward, email))) return false;

    const [first, ...others] = people.map(({ id }) => id);
    await record(tx, context, {
      action: 'user.unlocked',
      ...(first && { subject: { type: 'user', id: first } }),
      people: others,
    });
    return true;
  });
}
