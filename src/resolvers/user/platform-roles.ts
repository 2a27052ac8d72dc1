import type { EndedSession } from '../../auth/sessions.ts';
import { isCode } from '../../code.ts';
import { Prisma, type Transaction } from '../../database.ts';
import type { InputIssue } from '../../errors.ts';
import type { Person } from '../../locks/person.ts';
import type { RoleFacts } from './rules.ts';

export interface PlatformRole extends RoleFacts {
  readonly id: string;
}

/** The platform roles of a person, most powerful first. The person is locked, and with them their roles. */
export async function rolesOf(tx: Transaction, userId: string): Promise<PlatformRole[]> {
  return (await lookUpRoles(tx, userId, [])).held;
}

/** The platform roles of a person, and those that the codes name, most powerful first. */
export async function lookUpRoles(tx: Transaction, userId: string, codes: readonly string[]) {
  const sound = codes.filter(isCode);
  const roles = await tx.$queryRaw<(PlatformRole & { held: boolean })[]>(Prisma.sql`
    SELECT r.id, r.code, r.rank, ur.user_id IS NOT NULL AS held
      FROM roles r LEFT JOIN user_roles ur ON ur.role_id = r.id AND ur.user_id = ${userId}::uuid
     WHERE r.scope = 'PLATFORM' AND r.built_in AND (ur.user_id IS NOT NULL OR r.code = ANY(${sound}::text[]))
     ORDER BY r.rank, r.code`);
  return {
    held: roles.filter(({ held }) => held),
    named: roles.filter(({ code }) => codes.includes(code)),
  };
}

/** Codes of an input that name none of these roles, each once, at its first place; `kind` is what they would have to name. */
export function unknownRoles(
  sent: readonly string[],
  named: readonly { readonly code: string }[],
  kind = 'platform role',
): InputIssue[] {
  const known = new Set(named.map(({ code }) => code));
  return sent.flatMap((code, i) =>
    known.has(code) || sent.indexOf(code) < i
      ? []
      : [
          {
            path: ['input', 'roleCodes', String(i)],
            code: 'UNKNOWN_ROLE',
            message: `${JSON.stringify(code.slice(0, 100))} is no ${kind}.`,
          },
        ],
  );
}

/**
 * How many others are active and hold `system_admin`; null where it is not among the roles that the person would lose, or the
 * person is not active. The role is locked first, so that of two who take it away at once, each from another, the second
 * counts after the first has committed.
 */
export async function otherSystemAdmins(tx: Transaction, person: Person, lost: readonly RoleFacts[]): Promise<number | null> {
  if (person.suspended || !lost.some(({ code }) => code === 'system_admin')) return null;
  await tx.$queryRaw(
    Prisma.sql`SELECT id FROM roles WHERE built_in AND scope = 'PLATFORM' AND code = 'system_admin' FOR NO KEY UPDATE`,
  );
  const [others] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
    SELECT count(*)::int AS count
      FROM user_roles ur JOIN roles r ON r.id = ur.role_id JOIN users u ON u.id = ur.user_id
     WHERE r.built_in AND r.scope = 'PLATFORM' AND r.code = 'system_admin' AND u.id <> ${person.id}::uuid
       AND (u.status = 'ACTIVE' OR u.suspended_until <= now())`);
  return others!.count;
}

/** The best rank of the roles; 100 without any. */
export const rankOf = (roles: readonly RoleFacts[]): number => Math.min(100, ...roles.map(({ rank }) => rank));

/**
 * Replaces the person's roles in one statement: what is held and not named goes, what is named and not held comes. Access
 * tokens from before are stale. Impersonations end where the person loses a role, be they impersonated or impersonating,
 * and where they rise to their impersonator's rank; an organization impersonates only who has no rank at all.
 */
export async function replaceRoles(
  tx: Transaction,
  userId: string,
  { added, removed, rank }: { added: readonly PlatformRole[]; removed: readonly PlatformRole[]; rank: number },
): Promise<EndedSession[]> {
  const ids = (roles: readonly PlatformRole[]) => roles.map(({ id }) => id);
  const impersonatorRank = Prisma.sql`
    coalesce((SELECT min(r.rank) FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = s.impersonator_id), 100)`;
  return tx.$queryRaw<EndedSession[]>(Prisma.sql`
    WITH gone AS (
      DELETE FROM user_roles WHERE user_id = ${userId}::uuid AND role_id = ANY(${ids(removed)}::uuid[])
    ), come AS (
      INSERT INTO user_roles (user_id, role_id) SELECT ${userId}::uuid, id FROM unnest(${ids(added)}::uuid[]) AS id
    ), touched AS (
      UPDATE users SET version = version + 1, token_version = token_version + 1, updated_at = now() WHERE id = ${userId}::uuid
    )
    UPDATE sessions s SET ended_at = now()
     WHERE ${userId}::uuid IN (s.user_id, s.impersonator_id) AND s.impersonator_id IS NOT NULL AND s.ended_at IS NULL AND s.expires_at > now()
       AND (${removed.length > 0}::boolean OR (s.user_id = ${userId}::uuid
             AND ${rank}::int < CASE WHEN s.bound_to_id IS NULL THEN ${impersonatorRank} + 1 ELSE 100 END))
    RETURNING s.id, s.user_id AS "userId", s.impersonator_id AS "impersonatorId"`);
}
