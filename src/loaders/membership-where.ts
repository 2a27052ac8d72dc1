import { Prisma } from '../database.ts';
import type { MembershipStatus } from './membership.ts';
import { allOf, occursIn, whereOf } from './where.ts';

export interface MembershipWhere {
  search: string;
  status: MembershipStatus[];
  roleCodes: string[];
}

// Colleagues are not shown the external id, so it is not searched: it is the last line of a search text that has it.
const shownText = Prisma.sql`CASE WHEN u.external_id <> '' THEN regexp_replace(u.search_text, '\\n[^\\n]*$', '') ELSE u.search_text END`;

/** The condition on `memberships m` that a `MembershipWhere` makes. */
export const membershipWhere = whereOf<MembershipWhere>({
  search(text) {
    // The whole text has an index, which the shown part of it has not.
    const found = allOf([occursIn(Prisma.sql`u.search_text`, text), occursIn(shownText, text)]);
    return Prisma.sql`EXISTS (SELECT FROM users u WHERE u.id = m.user_id AND ${found})`;
  },
  status: (status) => Prisma.sql`m.status = ANY(${[...new Set(status)].sort()}::membership_status[])`,
  roleCodes: (codes) =>
    Prisma.sql`EXISTS (SELECT FROM membership_roles mr JOIN roles r ON r.id = mr.role_id WHERE mr.membership_id = m.id AND r.code = ANY(${codes}::text[]))`,
});
