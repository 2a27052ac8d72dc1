import type { Database } from '../database.ts';
import { encodeId, type IdPrefix } from '../ids.ts';
import { type AuditEventRow, eventColumns, toEvent } from '../loaders/audit-event.ts';

/** Which events: from an instant on, and up to before another. */
export interface Span {
  readonly since: Date;
  readonly until: Date | null;
}

export interface Export extends Span {
  /** Takes some lines, and is waited for: nothing is read ahead of a slow reader. */
  readonly write: (lines: string) => Promise<void>;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

const portion = 1000;

/**
 * Writes the events of a span in their order, one a line, as one moment had them: one transaction reads them portion by portion, so
 * memory stays the same however many there are. The reader sets the pace, so the database must be open without time-outs. Gives how
 * many there were.
 */
export async function exportAudit(
  database: Pick<Database, 'pool'>,
  { since, until, write, onProgress = () => {} }: Export,
): Promise<number> {
  const connection = await database.pool.connect();
  const span = 'e.occurred_at >= $1::timestamptz AND ($2::timestamptz IS NULL OR e.occurred_at < $2::timestamptz)';
  const values = [since.toISOString(), until?.toISOString() ?? null];
  let failure: Error | undefined;
  try {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const counted = await connection.query(`SELECT count(*)::float8 AS total FROM audit_events e WHERE ${span}`, values);
    const total: number = counted.rows[0].total;
    await connection.query(
      `DECLARE exported NO SCROLL CURSOR FOR SELECT ${eventColumns} FROM audit_events e WHERE ${span} ORDER BY e.generation, e.transaction, e.id`,
      values,
    );
    for (let done = 0; ; ) {
      onProgress(done, total, `${done} of ${total} events`);
      const { rows } = await connection.query(`FETCH ${portion} FROM exported`);
      if (rows.length === 0) return done;
      await write(rows.map((row) => `${JSON.stringify(asLine(toEvent(row)))}\n`).join(''));
      done += rows.length;
    }
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    await connection.query('ROLLBACK').catch((error) => {
      failure ??= error;
    });
    connection.release(failure);
  }
}

/** The fields of the API's `AuditEvent`, with people and things as ids. */
function asLine(event: AuditEventRow) {
  const idOf = (prefix: IdPrefix | null, uuid: string | null) => (prefix && uuid ? encodeId(prefix, uuid) : null);
  return {
    id: encodeId('evt', event.id),
    action: event.action,
    occurredAt: event.occurredAt,
    actorId: idOf('user', event.actorId),
    actorName: event.actorName,
    impersonatorId: idOf('user', event.impersonatorId),
    impersonatorName: event.impersonatorName,
    subjectId: idOf(event.subjectType, event.subjectId),
    organizationId: idOf('org', event.organizationId),
    reason: event.reason,
    changes: event.changes.map(({ field, before, after }) => ({ field, before: asText(before), after: asText(after) })),
    metadata: event.metadata,
    ipAddress: event.ipAddress,
    userAgent: event.userAgent,
    requestId: event.requestId,
  };
}

/** JSON text, as the API gives it; null where there was nothing. */
const asText = (value: unknown): string | null => (value == null ? null : JSON.stringify(value));
