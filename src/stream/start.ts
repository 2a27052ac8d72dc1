import { type AuditEventRow, auditEventOrder } from '../loaders/audit-event.ts';
import { encodeCursor, type Position } from '../loaders/cursor.ts';
import { cursorOf, pageRequest } from '../loaders/page.ts';
import { before, endOf, isBeyond, type Place, placeOf } from './place.ts';
import { isVisible, readSnapshot, type Snapshot } from './snapshot.ts';

/**
 * Where a listener begins. What follows is what is later in the order than its place, and what its snapshot did not see: an event
 * takes its place before it is committed, so it can appear below others that were read. Both are told in the one order of
 * events, and only once nothing can appear below them any more.
 */
export interface Start {
  readonly place: Place;
  readonly snapshot: Snapshot;
  /** Up to here, of what is earlier than the place but was not seen, all was told before. */
  readonly late: Place | null;
}

/** The start that a cursor of `auditEvents` or of a stream means. BAD_USER_INPUT for any other text. */
export function startAfter(cursor: string): Start {
  const position = pageRequest('auditEvents', auditEventOrder, { after: cursor, first: 1 }, 1).after as Required<Position>;
  const [generation, transaction] = position.values as [number, string];
  const [lateTransaction, lateId] = position.late ?? [];
  return {
    place: placeOf({ generation, transaction, id: position.id }),
    snapshot: readSnapshot(position.snapshot),
    late: lateId === undefined ? null : placeOf({ generation, transaction: lateTransaction!, id: lateId }),
  };
}

/** The start of who wants what is committed from now on: nothing is later than its place but what the snapshot does not see. */
export const startNow = (generation: number, snapshot: string): Start => ({
  place: endOf(generation),
  snapshot: readSnapshot(snapshot),
  late: null,
});

/** Whether an event follows the start, whatever was told already. */
export const follows = ({ place: from, snapshot }: Start, place: Place): boolean =>
  isBeyond(place, from) || (place.generation === from.generation && !isVisible(place.transaction, snapshot));

/** Nothing that follows is at this place or earlier. */
export function firstPlace({ place, snapshot, late }: Start): Place {
  const unseen = before(place.generation, snapshot.oldest);
  const first = isBeyond(place, unseen) ? unseen : place;
  return late && isBeyond(late, first) ? late : first;
}

/**
 * The cursor of an event that was told after the start. Since events are told in order, it is the event's own place, and the
 * snapshot of the statement that read it. Only among events that the start's snapshot missed there are others that it saw:
 * until they are behind, it is the start's cursor, and how far one has come.
 */
export function cursorAfter({ place: from, snapshot }: Start, event: AuditEventRow): string {
  const place = placeOf(event);
  const isAmongSeen = !isBeyond(place, from) && !(place.generation === from.generation && place.transaction >= snapshot.next);
  if (!isAmongSeen) return cursorOf(order, event);
  return encodeCursor(order.place, {
    values: [from.generation, String(from.transaction)],
    id: from.id,
    snapshot: snapshot.text,
    late: [event.transaction, event.id],
  });
}

/** A cursor of the stream is one of the connection. */
const order = pageRequest('auditEvents', auditEventOrder, {}, 1);
