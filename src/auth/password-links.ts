import { Prisma, statement, type Transaction } from '../database.ts';
import { newId } from '../ids.ts';
import { hashOfOpaqueToken, newOpaqueToken } from './opaque-tokens.ts';

/** A link to set a password, bound to the address that it is mailed to. */
export interface PasswordLink {
  readonly purpose: 'PASSWORD_RESET' | 'FIRST_PASSWORD';
  /** The token in the link; its hash alone is kept. */
  readonly token: string;
}

/** How long a link is good for. */
export const resetMinutes = 60;
export const firstPasswordDays = 7;

/** Makes a link for a person, who is locked: for a first password where they have none. */
export async function makePasswordLink(
  tx: Transaction,
  person: { readonly id: string; readonly email: string; readonly passwordHash: string | null },
): Promise<PasswordLink> {
  const purpose = person.passwordHash === null ? 'FIRST_PASSWORD' : 'PASSWORD_RESET';
  const minutes = purpose === 'FIRST_PASSWORD' ? firstPasswordDays * 24 * 60 : resetMinutes;
  const token = newOpaqueToken();
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO one_time_tokens (id, user_id, purpose, email, hash, expires_at)
    VALUES (${newId()}::uuid, ${person.id}::uuid, ${purpose}::one_time_token_purpose, ${person.email}, ${hashOfOpaqueToken(token)}::bytea,
            now() + make_interval(mins => ${minutes}::int))`);
  return { purpose, token };
}

/** Ends every link of the person, who is locked: after a new address, a new password, or the use of one. */
export async function endPasswordLinks(tx: Transaction, userId: string): Promise<void> {
  await tx.$executeRaw(
    Prisma.sql`UPDATE one_time_tokens SET used_at = now() WHERE user_id = ${userId}::uuid AND used_at IS NULL`,
  );
}

/** [hash]: whose link it is, where it can still be used. */
export const emailOfPasswordLink = statement<{ userId: string; email: string }>(
  'email_of_password_link',
  `SELECT t.user_id, t.email FROM one_time_tokens t JOIN users u ON u.id = t.user_id AND u.email = t.email
    WHERE t.hash = $1 AND t.used_at IS NULL AND t.expires_at > now()`,
  (row) => ({ userId: row.user_id, email: row.email }),
);

/** Uses a link up for a person, who is locked: whether it was still good, for the address that they have now. */
export async function usePasswordLink(tx: Transaction, hash: Buffer, person: { id: string; email: string }): Promise<boolean> {
  const used = await tx.$executeRaw(Prisma.sql`
    UPDATE one_time_tokens SET used_at = now()
     WHERE hash = ${hash}::bytea AND user_id = ${person.id}::uuid AND email = ${person.email} AND used_at IS NULL AND expires_at > now()`);
  return used > 0;
}
