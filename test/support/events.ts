import { type Happening, record } from '../../src/audit.ts';
import { encodeId, newId } from '../../src/ids.ts';
import type { Reach } from '../../src/reach.ts';
import type { Person, World } from './world.ts';

export interface Circumstances {
  /** Who sent the request; nobody known unless told. */
  readonly by?: Person;
  /** Who really did, acting as `by`. */
  readonly really?: Person;
  readonly ipAddress?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
}

/** An audit event as the server writes them; the ids of the event and of its request. */
export async function happened({ database, sql }: World, happening: Happening, circumstances: Circumstances = {}) {
  const { by, really, ipAddress = '192.0.2.1', userAgent = 'A browser', requestId = newId() } = circumstances;
  const impersonation = really && { impersonatorId: really.uuid, impersonatorName: really.name ?? really.email, boundTo: null };
  const reach = by && ({ userId: by.uuid, userName: by.name ?? by.email, impersonation: impersonation ?? null } as Reach);
  const arrival = { ipAddress, userAgent, requestId } as Parameters<typeof record>[1]['arrival'];
  await database.transaction((tx) => record(tx, { arrival, reach: reach ?? null }, happening));
  const [row] = await database.query<{ id: string }>(sql`
    SELECT id FROM audit_events WHERE request_id = ${requestId} ORDER BY generation DESC, transaction DESC, id DESC LIMIT 1`);
  return { uuid: row!.id, id: encodeId('evt', row!.id), requestId };
}

/** The place, the id and the snapshot in a cursor of events. */
export function inCursor(cursor: string): { generation: number; transaction: string; id: string; snapshot: string } {
  const [, [generation, transaction], id, snapshot] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  return { generation, transaction, id, snapshot };
}

/** What was committed since the statement that made the cursor, as a replay would find it: the ids of the requests, in order. */
export async function committedSince({ database, sql }: World, cursor: string): Promise<string[]> {
  const { generation, transaction, id, snapshot } = inCursor(cursor);
  const rows = await database.query<{ request: string }>(sql`
    SELECT request_id AS request FROM audit_events
     WHERE (generation, transaction, id) > (${generation}::int, ${transaction}::bigint, ${id}::uuid)
        OR (generation = ${generation}::int AND NOT pg_visible_in_snapshot(transaction::text::xid8, ${snapshot}::pg_snapshot))
     ORDER BY generation, transaction, id`);
  return rows.map(({ request }) => request);
}
