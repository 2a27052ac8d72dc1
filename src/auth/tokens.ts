import { Prisma, type Transaction } from '../database.ts';
import { membershipPermissions } from '../permissions.ts';
import type { IssuedAccessToken, TokenTruth } from './access-tokens.ts';

/** What a client is given to come back with. */
export interface Tokens extends IssuedAccessToken {
  /** Null where it went into the cookie, or stays as it is. */
  readonly refreshToken: string | null;
  readonly tokenType: 'Bearer';
}

export const bearerTokens = (issued: IssuedAccessToken, refreshToken: string | null): Tokens => ({
  ...issued,
  refreshToken,
  tokenType: 'Bearer',
});

/**
 * Reads what the access token of a session has to say now, in one statement. In a suspended organization the membership
 * adds no role and `org:read` alone, since others act on what the token says; so of an impersonation that is bound to an
 * organization it names no power on the platform.
 */
export async function readTokenTruth(tx: Transaction, sessionId: string): Promise<TokenTruth> {
  const [row] = await tx.$queryRaw<TruthRow[]>(Prisma.sql`
    SELECT s.user_id AS "userId", s.organization_id AS "organizationId", s.impersonator_id AS "impersonatorId",
           least(s.expires_at, f.expires_at) AS "sessionEndsAt",
           u.token_version AS "tokenVersion", a.code AS "appCode", p.code AS "poolCode",
           m.id IS NOT NULL AS "isMember", o.status = 'SUSPENDED' AS "organizationSuspended",
           ARRAY(SELECT r.code FROM user_roles ur JOIN roles r ON r.id = ur.role_id
                  WHERE ur.user_id = u.id AND (s.bound_to_id IS NULL OR r.code = 'base_user')) AS roles,
           ARRAY(SELECT rp.permission_code FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id
                  WHERE ur.user_id = u.id AND s.bound_to_id IS NULL) AS permissions,
           ARRAY(SELECT r.code FROM membership_roles mr JOIN roles r ON r.id = mr.role_id WHERE mr.membership_id = m.id) AS "memberRoles",
           ARRAY(SELECT rp.permission_code FROM membership_roles mr JOIN role_permissions rp ON rp.role_id = mr.role_id
                  WHERE mr.membership_id = m.id) AS "memberPermissions"
      FROM sessions s
      JOIN users u ON u.id = s.user_id
      JOIN pools p ON p.id = u.home_pool_id
      LEFT JOIN sessions f ON f.id = s.started_from_id
      LEFT JOIN apps a ON a.id = s.app_id
      LEFT JOIN organizations o ON o.id = s.organization_id
      LEFT JOIN memberships m ON m.organization_id = s.organization_id AND m.user_id = s.user_id AND m.status = 'ACTIVE'
     WHERE s.id = ${sessionId}::uuid`);
  const { isMember, organizationSuspended, memberRoles, memberPermissions, ...truth } = row!;
  return {
    ...truth,
    sessionId,
    roles: sorted(truth.roles, isMember && !organizationSuspended ? memberRoles : []),
    permissions: sorted(
      truth.permissions,
      isMember ? membershipPermissions(memberPermissions, Boolean(organizationSuspended)) : [],
    ),
  };
}

interface TruthRow extends Omit<TokenTruth, 'sessionId'> {
  readonly isMember: boolean;
  readonly organizationSuspended: boolean | null;
  readonly memberRoles: readonly string[];
  readonly memberPermissions: readonly string[];
}

const sorted = (...lists: Iterable<string>[]): string[] => [...new Set(lists.flatMap((list) => [...list]))].sort();
