import { Prisma } from '../database.ts';
import { decodeAnyId, decodeId, prefixes } from '../ids.ts';
import { isText } from '../text.ts';
import type { AuditEventRow } from './audit-event.ts';
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

/**
 * The same condition for an event that was read before, so that one event can be held against the conditions of many. A test
 * holds the two against each other.
 */
export function auditEventMatcher(where: Given<AuditEventWhere> | null | undefined): (event: AuditEventRow) => boolean {
  const { actions, actorId, impersonatorId, subjectId, organizationId, requestId, occurredAt } = where ?? {};
  const tests: ((event: AuditEventRow) => boolean)[] = [];
  if (actions) {
    const wanted = actions.filter(isText);
    tests.push(({ action }) => wanted.some((one) => isOfAction(action, one)));
  }
  if (actorId != null) {
    const id = decodeId('user', actorId);
    tests.push((event) => id !== null && event.actorId === id);
  }
  if (impersonatorId != null) {
    const id = decodeId('user', impersonatorId);
    tests.push((event) => id !== null && event.impersonatorId === id);
  }
  if (subjectId != null) {
    const subject = decodeAnyId(subjectId);
    tests.push((event) => subject !== null && event.subjectId === subject.uuid && event.subjectType === prefixes[subject.type]);
  }
  if (organizationId != null) {
    const id = decodeId('org', organizationId);
    tests.push((event) => id !== null && event.organizationId === id);
  }
  if (requestId != null) tests.push((event) => event.requestId === requestId);
  if (occurredAt?.from) {
    const { from } = occurredAt;
    tests.push((event) => event.occurredAt >= from);
  }
  if (occurredAt?.to) {
    const { to } = occurredAt;
    tests.push((event) => event.occurredAt < to);
  }
  return (event) => tests.every((holds) => holds(event));
}

const isOfAction = (action: string, wanted: string): boolean =>
  wanted.endsWith('*') ? action.startsWith(wanted.slice(0, -1)) : action === wanted;
