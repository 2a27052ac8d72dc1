import { Prisma } from '../database.ts';
import { normalizeEmail } from '../email.ts';
import { decodeId } from '../ids.ts';
import { suspendedNow } from './user.ts';
import { anyOf, type DateTimeRange, type Given, idsIn, instantIn, occursIn, whereOf } from './where.ts';

export interface UserWhere {
  search: string;
  ids: string[];
  emails: string[];
  externalId: string;
  status: ('ACTIVE' | 'SUSPENDED')[];
  emailVerified: boolean;
  roleCodes: string[];
  appId: string;
  organizationId: string;
  poolCode: string;
  createdAt: Given<DateTimeRange>;
  lastLoginAt: Given<DateTimeRange>;
  metadata: Record<string, any>;
  AND: Given<UserWhere>[];
  OR: Given<UserWhere>[];
  NOT: Given<UserWhere>;
}

/** The condition on `users u` that a `UserWhere` makes. */
export const userWhere = whereOf<UserWhere>({
  search: (text) => occursIn(Prisma.sql`u.search_text`, text),
  ids: (ids) => Prisma.sql`u.id = ANY(${idsIn('user', ids)}::uuid[])`,
  emails: (emails) => Prisma.sql`u.email = ANY(${emails.map(normalizeEmail).filter(Boolean)}::text[])`,
  externalId: (id) => Prisma.sql`u.external_id = ${id}`,
  status: (status) => anyOf(status.map((one) => (one === 'SUSPENDED' ? suspendedNow : Prisma.sql`NOT ${suspendedNow}`))),
  emailVerified: (verified) => Prisma.sql`u.email_verified = ${verified}`,
  roleCodes: (codes) =>
    Prisma.sql`EXISTS (SELECT FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id AND r.code = ANY(${codes}::text[]))`,
  appId: (id) =>
    Prisma.sql`EXISTS (SELECT FROM app_grants g WHERE g.user_id = u.id AND g.app_id = ${decodeId('app', id)}::uuid AND g.status = 'ACTIVE')`,
  organizationId: (id) =>
    Prisma.sql`EXISTS (SELECT FROM memberships m WHERE m.user_id = u.id AND m.organization_id = ${decodeId('org', id)}::uuid AND m.status = 'ACTIVE')`,
  poolCode: (code) =>
    Prisma.sql`EXISTS (SELECT FROM pool_addresses a JOIN pools p ON p.id = a.pool_id WHERE a.user_id = u.id AND p.code = ${code})`,
  createdAt: (range) => instantIn(Prisma.sql`u.created_at`, range),
  lastLoginAt: (range) => instantIn(Prisma.sql`u.last_login_at`, range),
  metadata: (part) => Prisma.sql`u.metadata @> ${JSON.stringify(part)}::jsonb`,
});
