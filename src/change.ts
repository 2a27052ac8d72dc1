import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from './context.ts';
import { isRetryable, type Transaction, unavailable } from './database.ts';
import { RequestError } from './errors.ts';
import { claimKey } from './idempotency.ts';

const attempts = 4;

/** Leaves something for after the commit: of an attempt that is rolled back, and of a repetition, nothing is done. */
export type AfterCommit = (act: () => void) => void;

/**
 * Runs the work of a mutation in one transaction (READ COMMITTED): lock, read, refuse, write, record. Nothing but `tx`
 * may touch the database inside. Serialization failures and deadlocks are tried again, three times with jitter, so the
 * work must have no effect outside of the transaction; after that it is UNAVAILABLE. With the commit the loaders and the
 * caller are dropped: the answer shows the new truth. Whatever the work throws rolls back, and so does a request that was
 * given up.
 *
 * What the work returns is the outcome: ids and plain values, from which the answer is resolved. Under an idempotency key
 * it is kept, and given again without running the work a second time.
 */
export async function change<Out>(
  context: Context,
  work: (tx: Transaction, afterCommit: AfterCommit) => Promise<Out>,
): Promise<Out> {
  const { arrival } = context;
  const { database, log } = context.steward;
  for (let attempt = 1; ; attempt++) {
    const left: (() => void)[] = [];
    try {
      const outcome = await database.transaction(async (tx) => {
        const key = await claimKey(tx, context);
        if (key?.outcome !== undefined) return key.outcome as Out;
        const done = await work(tx, (act) => left.push(act));
        await key?.keep(done);
        // Who was told that it takes too long will try again, and must not find that it had happened.
        if (arrival.givenUp.aborted) throw new RequestError('UNAVAILABLE', 'The request took too long.');
        return done;
      });
      context.asking.renew();
      database.notices.send();
      for (const act of left) act();
      return outcome;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (attempt === attempts) throw unavailable(error);
      log.info({ requestId: arrival.requestId, attempt }, 'transaction tried again');
      await pause(Math.random() * 20 * 2 ** attempt);
    }
  }
}
