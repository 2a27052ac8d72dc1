import { Prisma, type Transaction } from '../../database.ts';
import { membershipPermissions, type PlatformPermission } from '../../permissions.ts';
import type { InviterReach } from './rules.ts';

/** What an inviter may do by now, as staff and in the organization, which is locked; null for one who is gone or suspended. */
export async function readInviter(
  tx: Transaction,
  organizationId: string,
  inviterId: string | null,
): Promise<InviterReach | null> {
  if (inviterId === null) return null;
  const [row] = await tx.$queryRaw<InviterRow[]>(Prisma.sql`
    SELECT m.id AS "membershipId", o.owner_id = u.id AS "isOwner", o.status = 'SUSPENDED' AS suspended,
           ARRAY(SELECT DISTINCT rp.permission_code FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id
                  WHERE ur.user_id = u.id) AS permissions,
           (SELECT min(r.rank) FROM membership_roles mr JOIN roles r ON r.id = mr.role_id WHERE mr.membership_id = m.id) AS rank,
           ARRAY(SELECT DISTINCT rp.permission_code FROM membership_roles mr JOIN role_permissions rp ON rp.role_id = mr.role_id
                  WHERE mr.membership_id = m.id) AS "memberPermissions"
      FROM users u
      JOIN organizations o ON o.id = ${organizationId}::uuid
      LEFT JOIN memberships m ON m.user_id = u.id AND m.organization_id = o.id AND m.status = 'ACTIVE'
     WHERE u.id = ${inviterId}::uuid AND (u.status = 'ACTIVE' OR u.suspended_until <= now())`);
  if (!row) return null;
  const { membershipId, rank, isOwner, suspended } = row;
  const there = membershipId !== null &&
    rank !== null && {
      membershipId,
      rank,
      isOwner,
      suspended,
      permissions: membershipPermissions(row.memberPermissions, suspended),
    };
  return { permissions: new Set(row.permissions), organizations: new Map(there ? [[organizationId, there]] : []) };
}

interface InviterRow {
  readonly membershipId: string | null;
  readonly isOwner: boolean;
  readonly suspended: boolean;
  readonly rank: number | null;
  readonly permissions: PlatformPermission[];
  readonly memberPermissions: string[];
}
