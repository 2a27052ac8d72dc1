import { statement } from '../database.ts';
import { membershipPermissions, type PlatformPermission } from '../permissions.ts';
import type { Reach } from '../reach.ts';

/** The caller of a session, and whether the session still lives. */
export interface Caller {
  readonly reach: Reach;
  /**
   * False once the session has ended or expired, its person or impersonator is suspended, or the session that an
   * impersonation was started from is over.
   */
  readonly alive: boolean;
  readonly lastActiveAt: Date;
}

/**
 * Everything that authority depends on, of sessions `s`. Tags of the person are no business of the organization that an
 * impersonation is bound to, and platform roles give nothing there.
 */
const callers = `
   SELECT s.id, s.user_id, s.organization_id, s.app_id, s.bound_to_id, s.last_active_at,
          u.email, u.email_verified, u.token_version, coalesce(u.name, u.email) AS user_name,
          i.id AS impersonator_id, coalesce(i.name, i.email) AS impersonator_name,
          s.ended_at IS NULL AND s.expires_at > now()
            AND (u.status = 'ACTIVE' OR u.suspended_until <= now())
            AND (i.id IS NULL OR i.status = 'ACTIVE' OR i.suspended_until <= now())
            AND (f.id IS NULL OR (f.ended_at IS NULL AND f.expires_at > now())) AS alive,
          ARRAY[u.home_pool_id, i.home_pool_id] || ARRAY(SELECT up.pool_id FROM user_pools up
                                                     WHERE up.user_id = i.id OR (up.user_id = u.id AND s.bound_to_id IS NULL)) AS pools,
          ARRAY(SELECT g.app_id FROM app_grants g WHERE g.user_id = u.id) AS apps,
          coalesce((SELECT min(r.rank) FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id AND s.bound_to_id IS NULL), 100) AS rank,
          ARRAY(SELECT DISTINCT rp.permission_code FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id
                 WHERE ur.user_id = u.id AND s.bound_to_id IS NULL) AS permissions,
          (SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'membershipId', m.id, 'organizationId', m.organization_id, 'suspended', o.status = 'SUSPENDED',
                    'isOwner', o.owner_id = m.user_id,
                    'rank', (SELECT min(r.rank) FROM membership_roles mr JOIN roles r ON r.id = mr.role_id WHERE mr.membership_id = m.id),
                    'permissions', ARRAY(SELECT DISTINCT rp.permission_code FROM membership_roles mr
                                           JOIN role_permissions rp ON rp.role_id = mr.role_id WHERE mr.membership_id = m.id))), '[]')
             FROM memberships m JOIN organizations o ON o.id = m.organization_id
            WHERE m.user_id = u.id AND m.status = 'ACTIVE'
              AND m.organization_id = coalesce(s.bound_to_id, s.organization_id, m.organization_id)) AS memberships
     FROM sessions s
     JOIN users u ON u.id = s.user_id
     LEFT JOIN users i ON i.id = s.impersonator_id
     LEFT JOIN sessions f ON f.id = s.started_from_id`;

const toCaller = (row: any): Caller => ({ alive: row.alive, lastActiveAt: row.last_active_at, reach: toReach(row) });

/** The caller by a session's id: [session]. Every request runs it, once. */
export const callerOfSession = statement<Caller>('caller_of_session', `${callers} WHERE s.id = $1::uuid`, toCaller);

/** The callers of many sessions at once: [sessions]. */
export const callersOfSessions = statement<Caller>('callers_of_sessions', `${callers} WHERE s.id = ANY($1::uuid[])`, toCaller);

function toReach(row: any): Reach {
  return {
    sessionId: row.id,
    userId: row.user_id,
    userName: row.user_name,
    email: row.email,
    emailVerified: row.email_verified,
    tokenVersion: row.token_version,
    rank: row.rank,
    permissions: new Set(row.permissions as PlatformPermission[]),
    organizations: new Map(
      row.memberships.map((membership: any) => [
        membership.organizationId,
        {
          membershipId: membership.membershipId,
          isOwner: membership.isOwner,
          rank: membership.rank,
          permissions: membershipPermissions(membership.permissions, membership.suspended),
          suspended: membership.suspended,
        },
      ]),
    ),
    apps: new Set(row.apps),
    pools: new Set(row.pools.filter(Boolean)),
    scope: row.organization_id,
    appId: row.app_id,
    impersonation: row.impersonator_id && {
      impersonatorId: row.impersonator_id,
      impersonatorName: row.impersonator_name,
      boundTo: row.bound_to_id,
    },
  };
}

/** Notes the minute in which a session was last used: [session]. Skips a row that somebody holds: the next request will do it. */
export const touchSession = statement<void>(
  'touch_session',
  `UPDATE sessions SET last_active_at = date_trunc('minute', now())
    WHERE id = (SELECT id FROM sessions WHERE id = $1 AND last_active_at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)`,
  () => undefined,
);
