import { statement } from '../database.ts';
import { isBound, visible } from '../policy.ts';
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
const organizationsOfOwners = statement(
  'organizations_of_owners',
  `SELECT ${columns} FROM organizations o WHERE o.owner_id = ANY($1::uuid[]) ORDER BY o.created_at DESC, o.id DESC`,
  toOrganization,
);

export function createOrganizationLoaders({ database, reach }: Reading) {
  return {
    byId: oneBy(
      async (ids: readonly string[]) => {
        const [organizations, caller] = await Promise.all([database.read(organizationsById, [ids]), reach()]);
        return organizations.filter((organization) => visible.organization(caller, organization));
      },
      (organization) => organization.id,
    ),

    /** Those that the caller can see, newest first; none of its own in an organization's impersonation. */
    ofOwner: manyBy(
      async (owners: readonly string[]) => {
        const [organizations, caller] = await Promise.all([database.read(organizationsOfOwners, [owners]), reach()]);
        return isBound(caller) ? [] : organizations.filter((organization) => visible.organization(caller, organization));
      },
      (organization) => organization.ownerId,
    ),
  };
}
