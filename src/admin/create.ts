import { record } from '../audit.ts';
import { passwordIssues } from '../auth/password-policy.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { Prisma, type Transaction } from '../database.ts';
import { normalizeEmail } from '../email.ts';
import { newId } from '../ids.ts';
import { claimInPools } from '../locks/address.ts';
import { lockPool } from '../locks/pool.ts';
import { userSearchText } from '../search.ts';

export interface CreateOptions {
  readonly email: string;
  /** Whether there may be a system admin already. */
  readonly another: boolean;
  /** Asked for once it is clear that it will be used. */
  readonly password: () => Promise<string>;
}

/** Makes a system admin, in the pool `default`. Throws where there is one already, unless another is wanted. Gives the address. */
export async function createAdmin(context: Context, { email: text, another, password: ask }: CreateOptions): Promise<string> {
  const { database, passwords, settings } = context.steward;
  const email = normalizeEmail(text);
  if (!email) throw new Error(`${text} is no e-mail address.`);
  await database.transaction((tx) => refuse(tx, email, another));

  const password = await ask();
  const issues = passwordIssues(password, { email }, settings.limits);
  if (issues.length > 0) throw new Error(issues.map(({ message }) => message).join('\n'));
  const passwordHash = await passwords.hash(password);

  await change(context, async (tx) => {
    await refuse(tx, email, another);
    const id = newId();
    const pool = await lockPool(tx, 'default', 'share');
    await claimInPools(tx, [{ poolId: pool.id, email }], { userId: id });
    await tx.$executeRaw(Prisma.sql`
      INSERT INTO users (id, home_pool_id, email, password_hash, search_text)
      VALUES (${id}::uuid, ${pool.id}::uuid, ${email}, ${passwordHash}, ${userSearchText({ email })})`);
    await tx.$executeRaw(Prisma.sql`
      INSERT INTO user_roles (user_id, role_id)
      SELECT ${id}::uuid, r.id FROM roles r WHERE r.scope = 'PLATFORM' AND r.built_in AND r.code IN ('system_admin', 'base_user')`);
    await record(tx, context, {
      action: 'user.created',
      subject: { type: 'user', id },
      changes: [{ field: 'roles', before: [], after: ['base_user', 'system_admin'] }],
    });
  });
  return email;
}

/** Locks the role, so that of two commands at once the second sees what the first made. */
async function refuse(tx: Transaction, email: string, another: boolean): Promise<void> {
  const [role] = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM roles WHERE scope = 'PLATFORM' AND built_in AND code = 'system_admin' FOR UPDATE`);
  const [facts] = await tx.$queryRaw<{ hasAdmin: boolean; isTaken: boolean }[]>(Prisma.sql`
    SELECT EXISTS (SELECT FROM user_roles WHERE role_id = ${role!.id}::uuid) AS "hasAdmin",
           EXISTS (SELECT FROM pool_addresses a JOIN pools p ON p.id = a.pool_id WHERE p.code = 'default' AND a.email = ${email}) AS "isTaken"`);
  if (facts!.hasAdmin && !another) throw new Error('There is a system admin already. To make another one, add --another.');
  if (facts!.isTaken) throw new Error(`${email} is the address of somebody in the pool default already.`);
}
