import { Prisma, statement } from '../database.ts';
import type { IdPrefix } from '../ids.ts';
import { seesOrigin, type Visible, visible } from '../policy.ts';
import type { Reach } from '../reach.ts';
import { connections, connectionsBy } from './connection.ts';
import type { Order } from './page.ts';
import { oneBy, type Reading } from './reading.ts';

export interface AuditEventRow {
  readonly id: string;
  /** With `transaction`, then the id, its place in the order of events. */
  readonly generation: number;
  /** In digits: it outgrows a number. */
  readonly transaction: string;
  /** What the statement that read it saw of other transactions. */
  readonly snapshot: string;
  readonly action: string;
  readonly occurredAt: Date;
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly impersonatorId: string | null;
  readonly impersonatorName: string | null;
  readonly subjectType: IdPrefix | null;
  readonly subjectId: string | null;
  readonly organizationId: string | null;
  readonly reason: string | null;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  readonly metadata: Record<string, unknown>;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

/**
 * The snapshot of a row in a former generation sees everything: whatever is committed from now on has the present one, and
 * the transactions of a former one were those of another cluster, about which no snapshot of this one says anything.
 */
const snapshot = `CASE WHEN e.generation = (SELECT generation FROM installation) THEN pg_current_snapshot()::text
  ELSE '${2n ** 63n - 1n}:${2n ** 63n - 1n}:' END`;

export const eventColumns = `e.id, e.generation, e.transaction, ${snapshot} AS snapshot, e.action, e.occurred_at, e.actor_id, e.actor_name,
  e.impersonator_id, e.impersonator_name, e.subject_type, e.subject_id, e.organization_id, e.reason, e.changes, e.metadata, e.ip_address,
  e.user_agent, e.request_id`;

export const toEvent = (row: any): AuditEventRow => ({
  id: row.id,
  generation: row.generation,
  transaction: row.transaction,
  snapshot: row.snapshot,
  action: row.action,
  occurredAt: row.occurred_at,
  actorId: row.actor_id,
  actorName: row.actor_name,
  impersonatorId: row.impersonator_id,
  impersonatorName: row.impersonator_name,
  subjectType: row.subject_type,
  subjectId: row.subject_id,
  organizationId: row.organization_id,
  reason: row.reason,
  changes: row.changes,
  metadata: row.metadata,
  ipAddress: row.ip_address,
  userAgent: row.user_agent,
  requestId: row.request_id,
});

const eventsById = statement(
  'audit_events_by_id',
  `SELECT ${eventColumns} FROM audit_events e WHERE e.id = ANY($1::uuid[])`,
  toEvent,
);

/**
 * The order of events, newest first. Transactions take their numbers before they commit, so an event can still appear
 * below others that were shown. Since a cursor remembers the snapshot of the statement that read it, what was committed
 * after that statement is exactly what comes after the cursor's position in this order turned round, and what of the
 * position's generation `pg_visible_in_snapshot` denies.
 */
function newestFirst(generation: Prisma.Sql, transaction: Prisma.Sql, id: Prisma.Sql): Order<AuditEventRow> {
  return {
    name: 'COMMITTED',
    direction: 'DESC',
    columns: [
      { sql: generation, type: 'int', nullable: false, valueOf: (event) => event.generation },
      { sql: transaction, type: 'bigint', nullable: false, valueOf: (event) => event.transaction },
    ],
    id,
    snapshotOf: (event) => event.snapshot,
  };
}

export const auditEventOrder = newestFirst(Prisma.sql`e.generation`, Prisma.sql`e.transaction`, Prisma.sql`e.id`);
/** The same by the columns that an index has for each person. */
export const eventOfUserOrder = newestFirst(Prisma.sql`p.generation`, Prisma.sql`p.transaction`, Prisma.sql`p.event_id`);

/** Where others sent their requests from is none of a colleague's business. */
const shownTo = (reach: Reach | null, event: AuditEventRow): AuditEventRow =>
  seesOrigin(reach, event) ? event : { ...event, ipAddress: null, userAgent: null };

/** Those that a caller may see, without what they may not see of them. */
export const eventsSeenBy = (reach: Reach | null, events: readonly AuditEventRow[]): Visible<AuditEventRow>[] =>
  events.map((event) => shownTo(reach, event)).filter((event) => visible.auditEvent(reach, event));

export function createAuditEventLoaders({ database, reach }: Reading) {
  const seen = async (events: readonly AuditEventRow[]) => eventsSeenBy(await reach(), events);

  const listed = {
    columns: Prisma.raw(eventColumns),
    from: Prisma.sql`audit_events e`,
    joins: Prisma.empty,
    toRow: toEvent,
    seen,
  };

  return {
    byId: oneBy(
      async (ids: readonly string[]) => seen(await database.read(eventsById, [ids])),
      (event) => event.id,
    ),

    /** Events that match, for callers who may see all of them. */
    matching: connections<AuditEventRow>(database, listed),

    /** What happened to a person and what the person did, likewise. */
    ofUser: connectionsBy<AuditEventRow>(database, {
      ...listed,
      // Every person has its event; an outer join is left out by PostgreSQL where all are counted.
      from: Prisma.sql`audit_event_people p LEFT JOIN audit_events e ON e.id = p.event_id`,
      parent: Prisma.sql`p.user_id`,
    }),

    /** Events of an organization, for callers who may see all of them there. */
    ofOrganization: connectionsBy<AuditEventRow>(database, { ...listed, parent: Prisma.sql`e.organization_id` }),
  };
}
