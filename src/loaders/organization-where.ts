import { Prisma } from '../database.ts';
import { decodeId } from '../ids.ts';
import { type DateTimeRange, type Given, idsIn, instantIn, occursIn, whereOf } from './where.ts';

export interface OrganizationWhere {
  search: string;
  ids: string[];
  status: ('ACTIVE' | 'SUSPENDED')[];
  ownerId: string;
  createdAt: Given<DateTimeRange>;
  metadata: Record<string, any>;
  AND: Given<OrganizationWhere>[];
  OR: Given<OrganizationWhere>[];
  NOT: Given<OrganizationWhere>;
}

/** The condition on `organizations o` that an `OrganizationWhere` makes. */
export const organizationWhere = whereOf<OrganizationWhere>({
  search: (text) => occursIn(Prisma.sql`o.search_text`, text),
  ids: (ids) => Prisma.sql`o.id = ANY(${idsIn('org', ids)}::uuid[])`,
  status: (status) => Prisma.sql`o.status = ANY(${status}::organization_status[])`,
  ownerId: (id) => Prisma.sql`o.owner_id = ${decodeId('user', id)}::uuid`,
  createdAt: (range) => instantIn(Prisma.sql`o.created_at`, range),
  metadata: (part) => Prisma.sql`o.metadata @> ${JSON.stringify(part)}::jsonb`,
});
