import { Prisma, type Transaction } from '../database.ts';
import { newId } from '../ids.ts';
import type { Limits } from '../settings.ts';
import { hashOfOpaqueToken, newOpaqueToken } from './opaque-tokens.ts';

type SessionLimits = Pick<Limits, 'refreshDays' | 'rememberDays' | 'sessionDays'>;

export interface NewSession {
  readonly userId: string;
  readonly appId: string | null;
  readonly organizationId: string | null;
  readonly rememberMe: boolean;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Who acts as the user, for an hour, where the session is an impersonation. */
  readonly impersonation?: {
    readonly impersonatorId: string;
    readonly reason: string;
    readonly startedFromId: string;
    readonly boundToId: string | null;
  };
}

/** A session with the refresh token that continues it; the token itself is nowhere else. */
export interface ContinuedSession {
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

const impersonationMinutes = 60;

/** Opens a session and gives its first refresh token. */
export async function openSession(tx: Transaction, limits: SessionLimits, session: NewSession): Promise<ContinuedSession> {
  const { impersonation } = session;
  const sessionId = newId();
  const refreshToken = newOpaqueToken();
  const end = impersonation
    ? Prisma.sql`make_interval(mins => ${impersonationMinutes}::int)`
    : Prisma.sql`make_interval(days => ${limits.sessionDays}::int)`;

  const [opened] = await tx.$queryRaw<{ expiresAt: Date }[]>(Prisma.sql`
    WITH opened AS (
      INSERT INTO sessions (id, user_id, last_active_at, expires_at, ends_at, remember_me, ip_address, user_agent, app_id, organization_id,
                            impersonator_id, impersonation_reason, started_from_id, bound_to_id)
      VALUES (${sessionId}::uuid, ${session.userId}::uuid, date_trunc('minute', now()),
              least(now() + ${slidingDays(limits, session.rememberMe)}, now() + ${end}), now() + ${end},
              ${session.rememberMe}, ${session.ipAddress}, ${session.userAgent}, ${session.appId}::uuid, ${session.organizationId}::uuid,
              ${impersonation?.impersonatorId ?? null}::uuid, ${impersonation?.reason ?? null},
              ${impersonation?.startedFromId ?? null}::uuid, ${impersonation?.boundToId ?? null}::uuid)
      RETURNING id, expires_at
    )
    INSERT INTO refresh_tokens (id, session_id, hash, expires_at)
    SELECT ${newId()}::uuid, id, ${hashOfOpaqueToken(refreshToken)}::bytea, expires_at FROM opened
    RETURNING expires_at AS "expiresAt"`);
  return { sessionId, refreshToken, expiresAt: opened!.expiresAt };
}

/**
 * Exchanges the refresh token for the next: the conditional update decides who of several wins, and null is the answer
 * to who lost. The session goes on from now, never past its absolute end.
 */
export async function rotateRefreshToken(
  tx: Transaction,
  limits: SessionLimits,
  session: { id: string; rememberMe: boolean },
  usedHash: Buffer,
): Promise<ContinuedSession | null> {
  const refreshToken = newOpaqueToken();
  const [rotated] = await tx.$queryRaw<{ expiresAt: Date }[]>(Prisma.sql`
    WITH used AS (
      UPDATE refresh_tokens SET used_at = now() WHERE hash = ${usedHash}::bytea AND used_at IS NULL AND expires_at > now() RETURNING session_id
    ), continued AS (
      UPDATE sessions s
         SET expires_at = least(now() + ${slidingDays(limits, session.rememberMe)}, s.ends_at), last_active_at = date_trunc('minute', now())
        FROM used WHERE s.id = used.session_id
      RETURNING s.id, s.expires_at
    )
    INSERT INTO refresh_tokens (id, session_id, hash, expires_at)
    SELECT ${newId()}::uuid, id, ${hashOfOpaqueToken(refreshToken)}::bytea, expires_at FROM continued
    RETURNING expires_at AS "expiresAt"`);
  return rotated ? { sessionId: session.id, refreshToken, expiresAt: rotated.expiresAt } : null;
}

const slidingDays = (limits: SessionLimits, rememberMe: boolean) =>
  Prisma.sql`make_interval(days => ${rememberMe ? limits.rememberDays : limits.refreshDays}::int)`;

export interface EndedSession {
  readonly id: string;
  readonly userId: string;
  readonly impersonatorId: string | null;
}

/** Ends these sessions where they live, and the impersonations that were started from them. Gives all that ended. */
export async function endSessions(tx: Transaction, ids: readonly string[]): Promise<EndedSession[]> {
  return end(tx, Prisma.sql`s.id = ANY(${[...ids]}::uuid[])`);
}

/**
 * Signs the person out everywhere: ends every session that acts as them, and every impersonation that they carry on.
 * One session may be spared; what it carries on is not. The person's row must be locked, so that no login or
 * impersonation begins meanwhile.
 */
export async function endSessionsOf(tx: Transaction, userId: string, sparedId: string | null = null): Promise<EndedSession[]> {
  return end(tx, Prisma.sql`${userId}::uuid IN (s.user_id, s.impersonator_id) AND s.id IS DISTINCT FROM ${sparedId}::uuid`);
}

/**
 * Ends the sessions that signed in to an app, everybody's or one person's, and the impersonations that were started from
 * them. The person or the app must be locked, so that no login begins meanwhile.
 */
export async function endSessionsAt(tx: Transaction, appId: string, userId: string | null = null): Promise<EndedSession[]> {
  const whose = userId === null ? Prisma.empty : Prisma.sql`AND s.user_id = ${userId}::uuid`;
  return end(tx, Prisma.sql`s.app_id = ${appId}::uuid ${whose}`);
}

/** Ends the impersonations that are bound to an organization, which is locked: all of them, or those of and by some people. */
export async function endSessionsBoundTo(
  tx: Transaction,
  organizationId: string,
  userIds: readonly string[] | null = null,
): Promise<EndedSession[]> {
  const whose = userIds === null ? Prisma.empty : Prisma.sql`AND ARRAY[s.user_id, s.impersonator_id] && ${[...userIds]}::uuid[]`;
  return end(tx, Prisma.sql`s.bound_to_id = ${organizationId}::uuid ${whose}`);
}

/**
 * Ends the impersonations that are bound to an organization and whose person has risen there to this rank, which the impersonator does
 * not outrank. Staff who may impersonate do, whatever they are there: it is the rank on the platform that they are judged by.
 */
export async function endSessionsOvertaken(
  tx: Transaction,
  organizationId: string,
  userIds: readonly string[],
  rank: number,
): Promise<EndedSession[]> {
  return end(
    tx,
    Prisma.sql`s.bound_to_id = ${organizationId}::uuid AND s.user_id = ANY(${[...userIds]}::uuid[]) AND NOT EXISTS (
      SELECT FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id
       WHERE ur.user_id = s.impersonator_id AND rp.permission_code = 'users:impersonate') AND ${rank}::int <= coalesce((
      SELECT min(r.rank) FROM memberships m JOIN membership_roles mr ON mr.membership_id = m.id JOIN roles r ON r.id = mr.role_id
       WHERE m.organization_id = s.bound_to_id AND m.user_id = s.impersonator_id), ${rank}::int)`,
  );
}

/** Locks in the order of the ids, since the sessions of two people can overlap: an impersonation is one of either. */
async function end(tx: Transaction, which: Prisma.Sql): Promise<EndedSession[]> {
  return tx.$queryRaw<EndedSession[]>(Prisma.sql`
    WITH named AS (
      SELECT s.id FROM sessions s WHERE ${which} AND s.ended_at IS NULL AND s.expires_at > now()
    ), ending AS (
      SELECT id FROM named UNION SELECT s.id FROM sessions s JOIN named ON s.started_from_id = named.id
    ), locked AS (
      SELECT s.id FROM sessions s WHERE s.id IN (SELECT id FROM ending) ORDER BY s.id FOR NO KEY UPDATE
    )
    UPDATE sessions s SET ended_at = now() FROM locked
     WHERE s.id = locked.id AND s.ended_at IS NULL AND s.expires_at > now()
    RETURNING s.id, s.user_id AS "userId", s.impersonator_id AS "impersonatorId"`);
}

/**
 * What an event says of the sessions that ended with its change: how many that acted as the person, how many
 * impersonations that the person carried on, and everyone whom that concerns.
 */
export function endedInEvent(ended: readonly EndedSession[], userId: string) {
  const own = ended.filter((session) => session.userId === userId);
  return {
    metadata: { revokedSessions: own.length, endedImpersonations: ended.length - own.length },
    people: ended.flatMap((session) => [session.userId, ...(session.impersonatorId ? [session.impersonatorId] : [])]),
  };
}
