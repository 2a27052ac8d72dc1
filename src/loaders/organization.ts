import { Prisma, statement } from '../database.ts';
import { isBound, type Visible, visible } from '../policy.ts';
import { connections } from './connection.ts';
import { ordersBy } from './page.ts';
import { manyBy, oneBy, type Reading } from './reading.ts';

export interface OrganizationRow {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string | null;
  readonly website: string | null;
  readonly logoUrl: string | null;
  readonly metadata: Record<string, unknown>;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly suspensionReason: string | null;
  readonly ownerId: string;
  readonly memberCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

const columns = `o.id, o.name, o.slug, o.description, o.website, o.logo_url, o.metadata, o.status, o.suspension_reason, o.owner_id,
  o.member_count, o.created_at, o.updated_at, o.version`;

const toOrganization = (row: any): OrganizationRow => ({
  id: row.id,
  name: row.name,
  slug: row.slug,
  description: row.description,
  website: row.website,
  logoUrl: row.logo_url,
  metadata: row.metadata,
  status: row.status,
  suspensionReason: row.suspension_reason,
  ownerId: row.owner_id,
  memberCount: row.member_count,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

const organizationsById = statement(
  'organizations_by_id',
  `SELECT ${columns} FROM organizations o WHERE o.id = ANY($1::uuid[])`,
  toOrganization,
);
const organizationsBySlug = statement(
  'organizations_by_slug',
  `SELECT ${columns} FROM organizations o WHERE o.slug = ANY($1::text[])`,
  toOrganization,
);
const organizationsOfOwners = statement(
  'organizations_of_owners',
  `SELECT ${columns} FROM organizations o WHERE o.owner_id = ANY($1::uuid[]) ORDER BY o.created_at DESC, o.id DESC`,
  toOrganization,
);

const orders = {
  CREATED_AT: {
    sql: Prisma.sql`o.created_at`,
    type: 'timestamptz',
    nullable: false,
    valueOf: (organization: OrganizationRow) => organization.createdAt,
  },
  NAME: {
    sql: Prisma.sql`o.name`,
    type: 'text',
    nullable: false,
    valueOf: (organization: OrganizationRow) => organization.name,
  },
  MEMBER_COUNT: {
    sql: Prisma.sql`o.member_count`,
    type: 'int',
    nullable: false,
    valueOf: (organization: OrganizationRow) => organization.memberCount,
  },
} as const;

export type OrganizationOrderField = keyof typeof orders;

export const organizationOrder = ordersBy<OrganizationRow, OrganizationOrderField>(Prisma.sql`o.id`, orders);

export function createOrganizationLoaders({ database, reach }: Reading) {
  async function seen(organizations: readonly OrganizationRow[]): Promise<Visible<OrganizationRow>[]> {
    const caller = await reach();
    return organizations.filter((organization) => visible.organization(caller, organization));
  }

  return {
    byId: oneBy(
      async (ids: readonly string[]) => seen(await database.read(organizationsById, [ids])),
      (organization) => organization.id,
    ),

    bySlug: oneBy(
      async (slugs: readonly string[]) => seen(await database.read(organizationsBySlug, [slugs])),
      (organization) => organization.slug,
    ),

    /** Those that the caller can see, newest first; none of its own in an organization's impersonation. */
    ofOwner: manyBy(
      async (owners: readonly string[]) => {
        const organizations = await seen(await database.read(organizationsOfOwners, [owners]));
        return isBound(await reach()) ? [] : organizations;
      },
      (organization) => organization.ownerId,
    ),

    /** Organizations that match, for callers who may see all of them. */
    matching: connections<OrganizationRow>(database, {
      columns: Prisma.raw(columns),
      from: Prisma.sql`organizations o`,
      joins: Prisma.empty,
      toRow: toOrganization,
      seen,
    }),
  };
}
