import { Prisma, statement } from '../database.ts';
import { membershipPermissions } from '../permissions.ts';
import { isBound, may, type Visible, visible } from '../policy.ts';
import type { Reach } from '../reach.ts';
import { connectionsBy } from './connection.ts';
import { type Order, type PageRequest, pageClauses } from './page.ts';
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
  /** Permission codes that the roles add up to, sorted; none while suspended. */
  readonly permissions: readonly string[];
}

const columns = `m.id, m.organization_id, o.name AS organization_name, o.slug AS organization_slug, o.logo_url AS organization_logo_url,
  o.status AS organization_status, m.user_id, u.email, u.name, u.avatar_url, m.status, o.owner_id = m.user_id AS is_owner, m.joined_at,
  i.name AS invited_by_name, m.version,
  ARRAY(SELECT DISTINCT rp.permission_code FROM membership_roles mr JOIN role_permissions rp ON rp.role_id = mr.role_id
         WHERE mr.membership_id = m.id) AS permissions`;

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
  permissions:
    row.status === 'ACTIVE' ? [...membershipPermissions(row.permissions, row.organization_status === 'SUSPENDED')].sort() : [],
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

/** Newest first: how memberships are listed unless told. */
export const membershipOrder: Order<MembershipRow> = {
  name: 'JOINED_AT',
  direction: 'DESC',
  column: Prisma.sql`m.joined_at`,
  id: Prisma.sql`m.id`,
  type: 'timestamptz',
  nullable: false,
  valueOf: (membership) => membership.joinedAt,
};

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

export interface MembershipFilter {
  readonly status: readonly MembershipStatus[] | null;
}

const matching = ({ status }: MembershipFilter): Prisma.Sql =>
  status ? Prisma.sql`m.status = ANY(${status}::membership_status[])` : Prisma.sql`TRUE`;

export function createMembershipLoaders({ database, reach }: Reading) {
  async function seen(rows: Promise<MembershipRow[]>): Promise<Visible<MembershipRow>[]> {
    const [found, caller] = await Promise.all([rows, reach()]);
    return found.filter((membership) => visible.membership(caller, membership));
  }

  const ofUser = connectionsBy<MembershipRow, MembershipFilter>({
    async rows(users: readonly string[], request: PageRequest<MembershipRow>, filter: MembershipFilter) {
      const { condition, tail } = pageClauses(request);
      const rows = await database.query<any>(Prisma.sql`
          SELECT ${Prisma.raw(columns)}
            FROM unnest(${users}::uuid[]) AS parent(id)
           CROSS JOIN LATERAL (SELECT * FROM memberships m
                                WHERE m.user_id = parent.id AND ${matching(filter)} AND ${seenBy(await reach())} AND ${condition} ${tail}) m
            ${Prisma.raw(joins)}
           ORDER BY m.joined_at ${Prisma.raw(request.backwards ? 'ASC' : 'DESC')}, m.id ${Prisma.raw(request.backwards ? 'ASC' : 'DESC')}`);
      const found = await seen(Promise.resolve(rows.map(toMembership)));
      return found.map((membership) => Object.assign(membership, { parent: membership.userId }));
    },
    async counts(users: readonly string[], filter: MembershipFilter) {
      return database.query(Prisma.sql`
          SELECT m.user_id AS parent, count(*)::int AS count FROM memberships m
           WHERE m.user_id = ANY(${users}::uuid[]) AND ${matching(filter)} AND ${seenBy(await reach())} GROUP BY m.user_id`);
    },
  });

  return {
    byId: oneBy(
      (ids: readonly string[]) => seen(database.read(membershipsById, [ids])),
      (membership) => membership.id,
    ),

    /** By the organization's name: what an organization switcher shows. */
    activeOfUser: manyBy(
      (users: readonly string[]) => seen(database.read(activeMembershipsOfUsers, [users])),
      (membership) => membership.userId,
    ),

    ofUser: (user: string, request: PageRequest<MembershipRow>, { status }: MembershipFilter) =>
      ofUser(user, request, { status: status && inOneSpelling(status) }),
  };
}

/** However a filter names them, the same statuses are read and counted once. */
const inOneSpelling = (statuses: readonly MembershipStatus[]): MembershipStatus[] => [...new Set(statuses)].sort();
