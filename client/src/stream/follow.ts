import type { ModuleCore } from '../core.ts';
import { StewardError, TimeoutError, UnauthenticatedError } from '../errors.ts';
import {
  AuditEventAddedDocument,
  type AuditEventAddedSubscription,
  type AuditEventAddedSubscriptionVariables,
  AuditEventsDocument,
} from '../generated/operations.ts';
import { personOf } from '../session/claims.ts';
import type { StoredSession } from '../stores/store.ts';
import { inTime } from '../transport/deadline.ts';
import { mayPass } from '../transport/retry.ts';
import { connect } from './connection.ts';

/** An event as the graph tells it, with the cursor to go on after it. */
export type Told = AuditEventAddedSubscription['auditEventAdded'];

export interface FollowOptions extends AuditEventAddedSubscriptionVariables {
  /** Ends it: a `next` that waits, or the one that comes, rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How patient it is. */
export interface Patience {
  /** So long without a byte, and a connection counts as broken. The server sends one every quarter of a minute at least. */
  readonly silenceMs: number;
  /** The pause before it connects again; twice as long each time that nothing was told, up to the longest. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

const patience: Patience = { silenceMs: 45_000, pauseMs: 200, longestPauseMs: 30_000 };

/**
 * The audit events from the first `next` on, or those after `after`, as they are committed: each once, in order, whatever becomes
 * of connections and servers meanwhile. A server that is away is waited for, from the beginning on. It throws a `ForbiddenError`
 * when the right to read events is gone, an `UnauthenticatedError` when the session is over or the client is somebody else by the
 * time that it has to connect again. `return`, which leaving a `for await` calls, and the signal end it at once, whatever it
 * waits for, and close its connection.
 */
export function follow<Event>(
  { calls, wire }: Pick<ModuleCore, 'calls' | 'wire'>,
  { where, after, signal }: FollowOptions,
  toEvent: (told: Told) => Event,
  { silenceMs, pauseMs, longestPauseMs }: Patience = patience,
): AsyncIterableIterator<Event> {
  const end = new AbortController();
  let isLeft = false;
  let cursor = after ?? null;
  let person: string | null = null;

  async function* events(): AsyncGenerator<Event, void> {
    const abort = () => end.abort(signal!.reason);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      for (let failures = 0; !end.signal.aborted; failures++) {
        const begun = Date.now();
        try {
          cursor ??= await presentCursor();
          const options = { signal: end.signal, silenceMs, onToken: assertSamePerson };
          for await (const { auditEventAdded } of connect(wire, AuditEventAddedDocument, { where, after: cursor }, options)) {
            failures = 0;
            cursor = auditEventAdded.cursor;
            yield toEvent(auditEventAdded);
          }
        } catch (error) {
          if (!isPassing(error)) throw error;
        }
        // One that was open for long was no failure.
        if (Date.now() - begun > longestPauseMs) failures = 0;
        const most = Math.min(longestPauseMs, pauseMs * 2 ** failures);
        // Not all at once, where a server went away from many.
        await pause(end.signal, (most * (1 + Math.random())) / 2);
      }
      end.signal.throwIfAborted();
    } catch (error) {
      if (!isLeft) throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** The place from which nothing that is committed later is missed, even if the first connection fails. */
  async function presentCursor(): Promise<string | null> {
    const { auditEvents } = await calls.call(AuditEventsDocument, { first: 1 }, { signal: end.signal });
    return auditEvents?.pageInfo.endCursor ?? null;
  }

  /** What one person began is not told to the next one. */
  function assertSamePerson(token: string | null): void {
    const own = token && personOf({ accessToken: token } as StoredSession);
    person ??= own;
    if (own === person) return;
    throw new UnauthenticatedError('UNAUTHENTICATED', 401, 'Who began to follow is not signed in any more.');
  }

  const told = events();
  const iterator: AsyncIterableIterator<Event> = {
    next: () => told.next(),
    async return() {
      // The generator itself would first end its waiting.
      isLeft = true;
      end.abort();
      await told.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** Trouble that time may mend. */
const isPassing = (error: unknown): boolean =>
  mayPass(error) || error instanceof TimeoutError || (error instanceof StewardError && error.status === 429);

/** Waits so long, or until the signal, whose reason it throws then. */
const pause = (signal: AbortSignal, ms: number): Promise<void> =>
  inTime(
    { signal },
    (over) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        over.addEventListener('abort', () => clearTimeout(timer));
      }),
  );
