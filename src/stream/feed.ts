import type { Logger } from 'pino';
import { refusedAtTheDoor } from '../admission.ts';
import { assertCaller } from '../caller.ts';
import type { Database } from '../database.ts';
import { RequestError } from '../errors.ts';
import { callersOfSessions } from '../loaders/caller.ts';
import { fairShare } from '../loaders/fair-share.ts';
import type { Reads } from '../loaders/reading.ts';
import type { Reach } from '../reach.ts';
import { type Batch, readHorizon, readSettled } from './events.ts';
import { createRing, type Ring } from './ring.ts';
import { createTurns } from './turns.ts';

/** The one reader of new audit events on a server, for all who listen there. It reads only while somebody does. */
export interface Feed {
  /** Throws UNAVAILABLE where all seats are taken. */
  join(reach: Reach): Seat;
  /** What was read last; null before the first look. */
  readonly ring: Ring | null;
  /** Rises when what was read earlier must not be told as it was read. */
  readonly erasures: number;
  /** How many listen. */
  readonly size: number;
  /** The database as listeners read it: all of them together never so that nobody else gets through. */
  readonly reads: Reads;
  /** Waits for a turn, so that one event told to hundreds does not hold up everything else. */
  turn(): Promise<void>;
  /** Ends all streams, and those that would begin. */
  close(): void;
}

/** Somebody who listens, while they do. */
export interface Seat {
  /** Their rights, read after every event that the ring holds. */
  readonly reach: Reach;
  /** Why it is over: an error, or null where it just ends; undefined while it goes on. */
  readonly ended: Error | null | undefined;
  /** Resolves once the ring may hold something new, or it is over. */
  news(): Promise<void>;
  /** Resolves once the rights were read anew, from now on, or it is over. */
  judged(): Promise<void>;
  leave(): void;
}

export interface FeedOptions {
  readonly seats: number;
  /** Of all listeners together. */
  readonly statementsAtOnce: number;
  readonly everyMs?: number;
  /** The least time between the beginnings of two looks that notices cause. */
  readonly restMs?: number;
  /** Events that the ring holds, and that one statement reads. */
  readonly held?: number;
}

interface Taken {
  reach: Reach;
  ended: Error | null | undefined;
  hasNews: boolean;
  onNews: (() => void) | undefined;
  onJudged: (() => void) | undefined;
}

export function createFeed({ database, log }: { database: Database; log: Logger }, options: FeedOptions): Feed {
  const { seats: most, statementsAtOnce, everyMs = 1000, restMs = 50, held = 500 } = options;
  const seats = new Set<Taken>();
  let ring: Ring | null = null;
  let erasures = 0;
  /** Of how many people that was known when the ring was read last. */
  let erased = 0;
  let unjudged: Taken[] = [];
  let deafen: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let begun = 0;
  let isLooking = false;
  let isNoticed = false;
  let isLost = false;
  let isClosed = false;

  // ---------------------------------------------------------------- who listens

  function join(reach: Reach): Seat {
    if (seats.size >= most) {
      throw new RequestError('UNAVAILABLE', `Event streams: this server has ${most} at most; try again later.`, {
        which: 'streams',
        limit: most,
        got: seats.size + 1,
      });
    }
    const seat: Taken = { reach, ended: undefined, hasNews: false, onNews: undefined, onJudged: undefined };
    seats.add(seat);
    deafen ??= database.notices.listen(hear);
    if (isClosed) end(seat, null);
    return {
      get reach() {
        return seat.reach;
      },
      get ended() {
        return seat.ended;
      },
      news: () =>
        new Promise((resolve) => {
          seat.onNews = resolve;
          // They may have come after it looked, and before it asked.
          if (seat.hasNews || seat.ended !== undefined) resolve();
          seat.hasNews = false;
        }),
      judged: () =>
        new Promise((resolve) => {
          seat.onJudged = resolve;
          if (seat.ended !== undefined) return resolve();
          unjudged.push(seat);
          if (!isLooking && !isLost) void look();
        }),
      leave: () => end(seat, null),
    };
  }

  function end(seat: Taken, why: Error | null): void {
    if (seat.ended === undefined) seat.ended = why;
    seats.delete(seat);
    seat.onNews?.();
    seat.onJudged?.();
    if (seats.size > 0) return;
    deafen?.();
    deafen = undefined;
    clearTimeout(timer);
    ring = null;
    isLost = false;
  }

  // ---------------------------------------------------------------- when to look

  async function look(): Promise<void> {
    clearTimeout(timer);
    begun = performance.now();
    isLooking = true;
    isNoticed = false;
    const waiting = unjudged;
    unjudged = [];
    const found = await round();
    isLooking = false;
    if (found === 'nothing read') unjudged.push(...waiting);
    else for (const seat of waiting) seat.onJudged?.();

    if (seats.size === 0) {
      // Whoever comes next begins with a look of their own.
      isLost = false;
      return;
    }
    if (found === 'nothing read') lookIn(everyMs);
    else if (found === 'more' || unjudged.length > 0) void look();
    else lookIn(isNoticed ? restLeft() : everyMs);
  }

  function lookIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(look, ms).unref();
  }

  const restLeft = () => Math.max(0, begun + restMs - performance.now());

  /** A notice: looks at once, or when the rest after the last look is over. */
  function hear(): void {
    isNoticed = true;
    if (!isLooking && !isLost) lookIn(restLeft());
  }

  // ---------------------------------------------------------------- looking

  async function round(): Promise<'nothing read' | 'more' | 'all'> {
    try {
      // In the order that matters: who lost a right by an event is not told of the event.
      const known = ring;
      const read = known ? await readSettled(database, known.reached, held) : await readHorizon(database);
      await readRights();
      if (isLost) log.info('the event stream goes on');
      isLost = false;
      if (seats.size === 0 || ring !== known) return 'all';
      if (known) publish(known, read);
      else ring = createRing(read.reached, held);
      erased = read.erased;
      return read.isFull ? 'more' : 'all';
    } catch (error) {
      // Every second would fill the log: once for each time that the database goes away.
      if (!isLost) log.warn({ err: error }, 'the event stream waits for the database');
      isLost = true;
      return 'nothing read';
    }
  }

  /** Reads the rights of all by one statement, and ends the streams of those who may listen no longer. */
  async function readRights(): Promise<void> {
    const present = [...seats];
    const sessions = [...new Set(present.map(({ reach }) => reach.sessionId))];
    const callers = new Map((await database.read(callersOfSessions, [sessions])).map((one) => [one.reach.sessionId, one]));
    for (const seat of present) {
      try {
        const { reach } = assertCaller(callers.get(seat.reach.sessionId), seat.reach);
        const refused = refusedAtTheDoor(reach, 'auditEventAdded');
        if (refused) throw refused;
        seat.reach = reach;
      } catch (error) {
        end(seat, error as Error);
      }
    }
  }

  function publish(known: Ring, { events, reached, erased: erasedByNow }: Batch): void {
    if (erasedByNow !== erased) {
      // What was read before holds what has been erased since; that is not told, though the event of it waits to be settled.
      known.clear();
      erasures++;
    }
    known.add(events, reached);
    if (events.length === 0) return;
    for (const seat of seats) {
      seat.hasNews = true;
      seat.onNews?.();
    }
  }

  return {
    join,
    get ring() {
      return ring;
    },
    get erasures() {
      return erasures;
    },
    get size() {
      return seats.size;
    },
    reads: fairShare(database, statementsAtOnce, new AbortController().signal),
    turn: createTurns(),
    close() {
      isClosed = true;
      for (const seat of [...seats]) end(seat, null);
    },
  };
}
