import type { Prisma } from '../database.ts';
import { type AuditEventRow, eventsSeenBy } from '../loaders/audit-event.ts';
import { type AuditEventWhere, auditEventMatcher, auditEventWhere } from '../loaders/audit-event-where.ts';
import type { Given } from '../loaders/where.ts';
import type { Visible } from '../policy.ts';
import type { Reach } from '../reach.ts';
import { presentSnapshot, readFollowing } from './events.ts';
import type { Feed, Seat } from './feed.ts';
import { isBeyond, type Place, placeOf } from './place.ts';
import { cursorAfter, firstPlace, follows, type Start, startAfter, startNow } from './start.ts';

/** An event as it is told to one listener, with the rights that it is told by. */
export interface Told {
  readonly reach: Reach;
  readonly cursor: string;
  readonly node: Visible<AuditEventRow>;
}

/** Events that a listener reads at once where the ring does not reach back to them: all that it ever holds. */
const pageSize = 50;

/**
 * The events that a caller listens to: what follows `after`, else what is committed from now on. They are read as they are taken,
 * from what the feed holds for everybody, or from the database by who has fallen behind, so that nobody's slowness costs memory.
 * `return` ends it at once, whatever it waits for. Throws what the feed ended it with.
 */
export async function follow(
  feed: Feed,
  reach: Reach,
  { where, after }: { where?: Given<AuditEventWhere> | null | undefined; after?: string | null | undefined },
): Promise<AsyncIterableIterator<Told>> {
  const matches = auditEventMatcher(where);
  const condition = auditEventWhere(where);
  const given = after == null ? null : startAfter(after);
  const seat = feed.join(reach);
  try {
    const start = given ?? (await startOfNow(feed));
    const told = tellings(feed, seat, start, (event) => matches(event) && follows(start, placeOf(event)), condition);
    const listener: AsyncIterableIterator<Told> = {
      next: () => told.next(),
      async return() {
        // The generator itself would first end its waiting.
        seat.leave();
        return told.return(undefined);
      },
      [Symbol.asyncIterator]: () => listener,
    };
    return listener;
  } catch (error) {
    seat.leave();
    throw error;
  }
}

async function startOfNow({ reads }: Feed): Promise<Start> {
  const [now] = await reads.read(presentSnapshot);
  return startNow(now!.generation, now!.snapshot);
}

async function* tellings(
  feed: Feed,
  seat: Seat,
  start: Start,
  isWanted: (event: AuditEventRow) => boolean,
  condition: Prisma.Sql,
): AsyncGenerator<Told, void> {
  let at = firstPlace(start);
  let page: Page = { events: [], end: at, erasures: feed.erasures };

  /** The next event that is wanted; null where there is none before news come. */
  async function take(): Promise<AuditEventRow | null> {
    while (seat.ended === undefined) {
      if (page.erasures !== feed.erasures) page = { events: [], end: at, erasures: feed.erasures };
      const own = page.events.shift();
      if (own) {
        at = placeOf(own);
        return own;
      }
      at = later(at, page.end);
      const { ring } = feed;
      const event = ring ? ring.after(at) : 'behind';
      if (event === 'behind') {
        await read();
        continue;
      }
      at = event ? placeOf(event) : later(at, ring!.reached);
      if (!event || isWanted(event)) return event;
    }
    return null;
  }

  async function read(): Promise<void> {
    const { erasures } = feed;
    const batch = await readFollowing(feed.reads, at, pageSize, start, condition);
    page = { events: [...batch.events], end: batch.reached, erasures };
    await seat.judged();
  }

  try {
    // The rights that it came with may be older than what the ring holds.
    await seat.judged();
    while (seat.ended === undefined) {
      const event = await take();
      if (!event) {
        await seat.news();
        continue;
      }
      await feed.turn();
      if (seat.ended !== undefined) break;
      const [node] = eventsSeenBy(seat.reach, [event]);
      if (node) yield { reach: seat.reach, cursor: cursorAfter(start, event), node };
    }
    if (seat.ended) throw seat.ended;
  } finally {
    seat.leave();
  }
}

interface Page {
  readonly events: AuditEventRow[];
  /** Up to here nothing else follows. */
  readonly end: Place;
  /** Of the feed, before it was read. */
  readonly erasures: number;
}

const later = (one: Place, other: Place): Place => (isBeyond(other, one) ? other : one);
