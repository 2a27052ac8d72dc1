import { Prisma } from '../database.ts';
import { decodeAnyId, decodeId, prefixes } from '../ids.ts';
import { anyOf, type DateTimeRange, type Given, instantIn, whereOf } from './where.ts';

export interface AuditEventWhere {
  actions: string[];
  actorId: string;
  impersonatorId: string;
  subjectId: string;
  organizationId: string;
  requestId: string;
  occurredAt: Given<DateTimeRange>;
}

/** The condition on `audit_events e` that an `AuditEventWhere` makes. */
export const auditEventWhere = whereOf<AuditEventWhere>({
  actions: (actions) => anyOf([...new Set(actions)].sort().map(isAction)),
  actorId: (id) => Prisma.sql`e.actor_id = ${decodeId('user', id)}::uuid`,
  impersonatorId: (id) => Prisma.sql`e.impersonator_id = ${decodeId('user', id)}::uuid`,
  subjectId(id) {
    const subject = decodeAnyId(id);
    return subject
      ? Prisma.sql`(e.subject_id = ${subject.uuid}::uuid AND e.subject_type = ${prefixes[subject.type]})`
      : Prisma.sql`FALSE`;
  },
  organizationId: (id) => Prisma.sql`e.organization_id = ${decodeId('org', id)}::uuid`,
  requestId: (id) => Prisma.sql`e.request_id = ${id}`,
  occurredAt: (range) => instantIn(Prisma.sql`e.occurred_at`, range),
});

/** A star at the end stands for anything; elsewhere it is no more than a star. */
const isAction = (action: string): Prisma.Sql =>
  action.endsWith('*') ? Prisma.sql`starts_with(e.action, ${action.slice(0, -1)})` : Prisma.sql`e.action = ${action}`;
