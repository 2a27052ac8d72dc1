import { setTimeout as pause } from 'node:timers/promises';
import type { Steward } from './context.ts';
import { Prisma } from './database.ts';
import type { Limits } from './settings.ts';

export interface Housekeeping {
  /** Looks after the database from now on: soon, and then every hour. */
  start(): void;
  /** Removes what is over, and gives how many rows of each table; null where another server is at it. */
  sweep(): Promise<Record<string, number> | null>;
  /** Waits for the portion that is under way. */
  stop(): Promise<void>;
}

/** Any number that no other advisory lock of ours has. */
const lock = 5_283_761;

/** Whoever signed in from an ip address within 30 days has a count of failures of their own there: sessions tell. */
const sessionDays = 30;

/**
 * Removes what is over, after a while, in portions of so many rows: each is a transaction of its own, so nobody waits long
 * for what it locks, and it waits for nobody. Audit events stay for ever.
 */
export function createHousekeeping(
  { database, settings, log }: Pick<Steward, 'database' | 'settings' | 'log'>,
  { portion = 1000, soonMs = 60_000, everyMs = 3_600_000 } = {},
): Housekeeping {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  /** Null where another server holds the lock, which lasts as long as the transaction. */
  function sweepPortion(table: string, isOver: Prisma.Sql): Promise<number | null> {
    return database.transaction(async (tx) => {
      const [held] = await tx.$queryRaw<{ isOurs: boolean }[]>(
        Prisma.sql`SELECT pg_try_advisory_xact_lock(${lock}::bigint) AS "isOurs"`,
      );
      if (!held?.isOurs) return null;
      return tx.$executeRaw(Prisma.sql`
        DELETE FROM ${Prisma.raw(table)} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${Prisma.raw(table)} t WHERE ${isOver} LIMIT ${portion}::int FOR UPDATE SKIP LOCKED))`);
    });
  }

  async function sweep(): Promise<Record<string, number> | null> {
    const swept: Record<string, number> = {};
    for (const [table, isOver] of Object.entries(conditions(settings.limits))) {
      swept[table] = 0;
      let removed: number | null = portion;
      while (removed === portion && !stopping.signal.aborted) {
        removed = await sweepPortion(table, isOver);
        if (removed === null) return null;
        swept[table] += removed;
      }
    }
    return swept;
  }

  async function run(): Promise<void> {
    for (let waitMs = soonMs; ; waitMs = everyMs) {
      await pause(waitMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        const swept = await sweep();
        if (swept) log.info({ swept }, 'housekeeping');
      } catch (error) {
        log.warn({ err: error }, 'housekeeping failed; it is tried again');
      }
    }
  }

  return {
    start() {
      running = run();
    },
    sweep,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** What may go, by table; `t` is its row. */
function conditions({ keepDays, loginWindowMinutes, loginLockMinutes }: Limits): Record<string, Prisma.Sql> {
  const days = (number: number) => Prisma.sql`now() - make_interval(days => ${number}::int)`;
  const kept = days(keepDays);
  const sessionsKept = days(Math.max(keepDays, sessionDays));
  return {
    // With a session go those that were started from it, so those have to be over for as long.
    sessions: Prisma.sql`LEAST(t.ended_at, t.expires_at) < ${sessionsKept} AND NOT EXISTS (
      SELECT FROM sessions s WHERE s.started_from_id = t.id AND LEAST(s.ended_at, s.expires_at) >= ${sessionsKept})`,
    one_time_tokens: Prisma.sql`LEAST(t.used_at, t.expires_at) < ${kept}`,
    outbox_messages: Prisma.sql`t.status IN ('SENT', 'GIVEN_UP') AND COALESCE(t.sent_at, t.next_attempt_at) < ${kept}`,
    // A failure that still counts is not forgotten, however short a time things are kept.
    login_locks: Prisma.sql`t.updated_at < LEAST(${kept}, now() - make_interval(mins => ${loginWindowMinutes + loginLockMinutes}::int))
      AND (t.locked_until IS NULL OR t.locked_until < now())`,
    refusal_windows: Prisma.sql`t.until < now()`,
    idempotency_keys: Prisma.sql`t.expires_at < now()`,
  };
}
