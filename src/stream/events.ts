import { Prisma, statement } from '../database.ts';
import { type AuditEventRow, eventColumns, toEvent } from '../loaders/audit-event.ts';
import type { Reads } from '../loaders/reading.ts';
import { before, isBeyond, type Place, placeOf } from './place.ts';
import type { Start } from './start.ts';

/** Events in order, and how far they reach: of what stands at that place or earlier nothing is missing, now and ever. */
export interface Batch {
  readonly events: readonly AuditEventRow[];
  readonly reached: Place;
  /** There may be more beyond. */
  readonly isFull: boolean;
  /** How many people were erased, ever; more than before, and what was read before may tell what is no more told. */
  readonly erased: number;
}

/** Events that one statement looks at, since few of them may match; it has five seconds. */
const mostLookedAt = 50_000;

/** The generation, up to where transactions are over in it, and how many people were erased. */
const standing = `generation AS present, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
  (SELECT count(*)::int FROM audit_events WHERE action = 'user.hard_deleted') AS erased`;

/**
 * Events after a place, in order, among those below which none can appear any more: their transactions are earlier than the
 * oldest that is under way. Those of a former generation are another cluster's, and all over.
 */
const settled = ({ generation, transaction, id }: Place, condition: Prisma.Sql, most: number): Prisma.Sql => Prisma.sql`
  SELECT now.present, now.horizon, now.erased, e.*
    FROM (SELECT ${Prisma.raw(standing)} FROM installation) now
    LEFT JOIN LATERAL (
      SELECT ${Prisma.raw(eventColumns)}
        FROM (SELECT * FROM audit_events e
               WHERE (e.generation, e.transaction, e.id) > (${generation}::int, ${String(transaction)}::bigint, ${id}::uuid)
                 AND (e.generation, e.transaction) < (now.present, now.horizon)
               ORDER BY e.generation, e.transaction, e.id LIMIT ${mostLookedAt}::bigint) e
       WHERE ${condition}
       ORDER BY e.generation, e.transaction, e.id LIMIT ${most}::bigint) e ON TRUE
   ORDER BY e.generation, e.transaction, e.id`;

/** Every settled event after a place. */
export async function readSettled(database: Reads, after: Place, most: number): Promise<Batch> {
  const { text, values } = settled(after, Prisma.sql`TRUE`, most);
  return toBatch(await database.read(statement('settled_events', text, asItIs), values), after, most);
}

/** Those that follow the start and match the condition. */
export async function readFollowing(
  database: Reads,
  after: Place,
  most: number,
  { place, snapshot }: Start,
  where: Prisma.Sql,
): Promise<Batch> {
  const { generation, transaction, id } = place;
  const follows = Prisma.sql`((e.generation, e.transaction, e.id) > (${generation}::int, ${String(transaction)}::bigint, ${id}::uuid)
    OR (e.generation = ${generation}::int AND NOT pg_visible_in_snapshot(e.transaction::text::xid8, ${snapshot.text}::pg_snapshot)))`;
  const batch = toBatch(await database.query(settled(after, Prisma.sql`${follows} AND ${where}`, most)), after, most);
  if (batch.isFull) return batch;
  // There are fewer that match than there may be, so it has looked as far as it does at once, or as far as there is.
  const [end] = await database.read(endOfLook, [after.generation, String(after.transaction), after.id]);
  return end && isBeyond(batch.reached, end) ? { ...batch, reached: end, isFull: true } : batch;
}

/** The last place that a look from [generation, transaction, id] reaches, where there is so much. */
const endOfLook = statement(
  'end_of_look',
  `SELECT e.generation, e.transaction, e.id FROM audit_events e WHERE (e.generation, e.transaction, e.id) > ($1::int, $2::bigint, $3::uuid)
    ORDER BY e.generation, e.transaction, e.id OFFSET ${mostLookedAt - 1} LIMIT 1`,
  placeOf,
);

/** No event, and the place up to which everything is settled. */
export async function readHorizon(database: Reads): Promise<Batch> {
  const [row] = await database.read(horizon);
  return { events: [], isFull: false, reached: horizonIn(row), erased: row.erased };
}

const horizon = statement('settled_horizon', `SELECT ${standing} FROM installation`, asItIs);

/** The generation, and what its transactions look like to a statement that is sent now. */
export const presentSnapshot = statement<{ generation: number; snapshot: string }>(
  'present_snapshot',
  'SELECT generation, pg_current_snapshot()::text AS snapshot FROM installation',
  asItIs,
);

function toBatch(rows: readonly any[], after: Place, most: number): Batch {
  const events = rows.filter((row) => row.id !== null).map(toEvent);
  const isFull = events.length === most;
  const settledTo = horizonIn(rows[0]);
  const reached = isFull ? placeOf(events.at(-1)!) : settledTo;
  return { events, isFull, reached: isBeyond(reached, after) ? reached : after, erased: rows[0].erased };
}

const horizonIn = (row: any): Place => before(row.present, BigInt(row.horizon));

function asItIs(row: any): any {
  return row;
}
