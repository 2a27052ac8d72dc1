import { Prisma, statement } from '../database.ts';
import { membershipPermissions } from '../permissions.ts';
import { isBound, may, type Visible, visible } from '../policy.ts';
import type { Reach } from '../reach.ts';
import { connectionsBy } from './connection.ts';
import { ordersBy } from './page.ts';
import { manyBy, oneBy, type Reading } from './reading.ts';

export type MembershipStatus = 'ACTIVE' | 'SUSPENDED';

/** A membership with what it is always shown with: the organization's name and the person's. */
export interface MembershipRow {
  readonly id: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly organizationSlug: string;
  readonly organizationLogoUrl: string | null;
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly status: MembershipStatus;
  readonly isOwner: boolean;
  readonly joinedAt: Date;
  readonly invitedByName: string | null;
  readonly version: number;
}

const columns = `m.id, m.organization_id, o.name AS organization_name, o.slug AS organization_slug, o.logo_url AS organization_logo_url,
  m.user_id, u.email, u.name, u.avatar_url, m.status, o.owner_id = m.user_id AS is_owner, m.joined_at,
  i.name AS invited_by_name, m.version`;

const joins =
  'JOIN organizations o ON o.id = m.organization_id JOIN users u ON u.id = m.user_id LEFT JOIN users i ON i.id = m.invited_by_id';

const toMembership = (row: any): MembershipRow => ({
  id: row.id,
  organizationId: row.organization_id,
  organizationName: row.organization_name,
  organizationSlug: row.organization_slug,
  organizationLogoUrl: row.organization_logo_url,
  userId: row.user_id,
  email: row.email,
  name: row.name,
  avatarUrl: row.avatar_url,
  status: row.status,
  isOwner: row.is_owner,
  joinedAt: row.joined_at,
  invitedByName: row.invited_by_name,
  version: row.version,
});

const membershipsById = statement(
  'memberships_by_id',
  `SELECT ${columns} FROM memberships m ${joins} WHERE m.id = ANY($1::uuid[])`,
  toMembership,
);
const activeMembershipsOfUsers = statement(
  'active_memberships_of_users',
  `SELECT ${columns} FROM memberships m ${joins} WHERE m.user_id = ANY($1::uuid[]) AND m.status = 'ACTIVE' ORDER BY o.name, m.id`,
  toMembership,
);

const membershipsOfOwners = statement(
  'memberships_of_owners',
  `SELECT ${columns} FROM memberships m ${joins} WHERE o.id = ANY($1::uuid[]) AND m.user_id = o.owner_id`,
  toMembership,
);
// [user, organizations]
const membershipsOfUserIn = statement(
  'memberships_of_user_in',
  `SELECT ${columns} FROM memberships m ${joins} WHERE m.user_id = $1 AND m.organization_id = ANY($2::uuid[])`,
  toMembership,
);

const permissionsOfMemberships = statement(
  'permissions_of_memberships',
  `SELECT m.id, m.status, o.status AS organization_status,
          ARRAY(SELECT DISTINCT rp.permission_code FROM membership_roles mr JOIN role_permissions rp ON rp.role_id = mr.role_id
                 WHERE mr.membership_id = m.id) AS codes
     FROM memberships m JOIN organizations o ON o.id = m.organization_id WHERE m.id = ANY($1::uuid[])`,
  ({ id, status, organization_status, codes }) => ({
    id: id as string,
    permissions: status === 'ACTIVE' ? [...membershipPermissions(codes, organization_status === 'SUSPENDED')].sort() : [],
  }),
);

const orders = {
  JOINED_AT: {
    sql: Prisma.sql`m.joined_at`,
    type: 'timestamptz',
    nullable: false,
    valueOf: (membership: MembershipRow) => membership.joinedAt,
  },
  EMAIL: { sql: Prisma.sql`u.email`, type: 'text', nullable: false, valueOf: (membership: MembershipRow) => membership.email },
  NAME: { sql: Prisma.sql`u.name`, type: 'text', nullable: true, valueOf: (membership: MembershipRow) => membership.name },
} as const;

export type MembershipOrderField = keyof typeof orders;

export const membershipOrder = ordersBy<MembershipRow, MembershipOrderField>(Prisma.sql`m.id`, orders);

/** `visible.membership` as a condition, so that pages are full and counts are right. */
function seenBy(reach: Reach | null): Prisma.Sql {
  if (may(reach, 'organizations:read')) return Prisma.sql`TRUE`;
  if (!reach) return Prisma.sql`FALSE`;
  const readable = [...reach.organizations]
    .filter(([, { permissions }]) => permissions.has('org:members:read'))
    .map(([id]) => id);
  const own = isBound(reach)
    ? Prisma.sql`(m.user_id = ${reach.userId}::uuid AND m.organization_id = ${reach.impersonation!.boundTo}::uuid)`
    : Prisma.sql`m.user_id = ${reach.userId}::uuid`;
  return Prisma.sql`(${own} OR m.organization_id = ANY(${readable}::uuid[]))`;
}

export function createMembershipLoaders({ database, reach }: Reading) {
  async function seen(memberships: readonly MembershipRow[]): Promise<Visible<MembershipRow>[]> {
    const caller = await reach();
    return memberships.filter((membership) => visible.membership(caller, membership));
  }

  const listed = {
    columns: Prisma.raw(columns),
    from: Prisma.sql`memberships m`,
    joins: Prisma.raw(joins),
    toRow: toMembership,
    seen,
    visibleOnly: async () => seenBy(await reach()),
  };

  return {
    byId: oneBy(
      async (ids: readonly string[]) => seen(await database.read(membershipsById, [ids])),
      (membership) => membership.id,
    ),

    /** By the organization's name: what an organization switcher shows. */
    activeOfUser: manyBy(
      async (users: readonly string[]) => seen(await database.read(activeMembershipsOfUsers, [users])),
      (membership) => membership.userId,
    ),

    /** The owner's membership of each organization. */
    ofOwner: oneBy(
      async (organizations: readonly string[]) => seen(await database.read(membershipsOfOwners, [organizations])),
      (membership) => membership.organizationId,
    ),

    /** The caller's own membership in each organization. */
    ofCaller: oneBy(
      async (organizations: readonly string[]) => {
        const caller = await reach();
        return caller ? seen(await database.read(membershipsOfUserIn, [caller.userId, organizations])) : [];
      },
      (membership) => membership.organizationId,
    ),

    /** Permission codes that the roles of a visible membership add up to, sorted; none while suspended. */
    permissionsOf: oneBy(
      (ids: readonly string[]) => database.read(permissionsOfMemberships, [ids]),
      (membership) => membership.id,
    ),

    ofUser: connectionsBy<MembershipRow>(database, { ...listed, parent: Prisma.sql`m.user_id` }),
    ofOrganization: connectionsBy<MembershipRow>(database, { ...listed, parent: Prisma.sql`m.organization_id` }),
  };
}
