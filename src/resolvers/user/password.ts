import { clearLocks } from '../../auth/login-limits.ts';
import { endPasswordLinks } from '../../auth/password-links.ts';
import { passwordIssues } from '../../auth/password-policy.ts';
import { type EndedSession, endSessionsOf } from '../../auth/sessions.ts';
import type { Steward } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { type InputIssue, invalid, refuseIf } from '../../errors.ts';
import type { Person } from '../../locks/person.ts';
import { writePerson } from './write.ts';

/** What is wrong with a new password, at its place in the input. */
export function newPasswordIssues(
  { settings }: Pick<Steward, 'settings'>,
  password: string,
  person: { readonly email: string },
  field: string,
): InputIssue[] {
  return passwordIssues(password, person, settings.limits).map((issue) => ({ path: ['input', field], ...issue }));
}

/** Throws VALIDATION_FAILED where the password can't be this person's. */
export function assertNewPassword(
  steward: Pick<Steward, 'settings'>,
  password: string,
  person: { readonly email: string },
): void {
  refuseIf(invalid(newPasswordIssues(steward, password, person, 'newPassword')));
}

/**
 * Gives a person, who is locked, a new password: their access tokens are stale, their links end, their lock is cleared, and
 * every session ends, but the one that is spared. Who chooses their own shows neither that the address is theirs nor that
 * they are staff, so where somebody else has it, too, its lock stays. Gives the sessions that ended.
 */
export async function writePassword(
  tx: Transaction,
  steward: Pick<Steward, 'secrets' | 'settings'>,
  person: Person,
  hash: string,
  options: { readonly sparedSessionId?: string; readonly provesAddress?: boolean; readonly isOwnChoice?: boolean } = {},
): Promise<EndedSession[]> {
  const proved = options.provesAddress ? [Prisma.sql`email_verified = TRUE`] : [];
  await writePerson(tx, person.id, [Prisma.sql`password_hash = ${hash}`, ...proved], { stale: true });
  await endPasswordLinks(tx, person.id);
  await clearLocks(tx, steward, person.email, { unlessShared: options.isOwnChoice ?? false });
  return endSessionsOf(tx, person.id, options.sparedSessionId);
}

/** What an event says of a new password: whether there was one, never which. */
export const passwordChanges = (person: Person) =>
  person.passwordHash === null ? [{ field: 'hasPassword', before: false, after: true }] : [];
