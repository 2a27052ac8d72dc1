import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from './context.ts';
import { isRetryable, type Transaction } from './database.ts';
import { RequestError } from './errors.ts';

const attempts = 4;

/**
 * Runs the work of a mutation in one transaction (READ COMMITTED): lock, read, refuse, write, record. Nothing but `tx`
 * may touch the database inside. Serialization failures and deadlocks are tried again, three times with jitter, so the
 * work must have no effect outside of the transaction. After the commit the loaders and the caller are dropped: the
 * answer shows the new truth. Whatever the work throws rolls back, and so does a request that was given up.
 */
export async function change<Out>(context: Context, work: (tx: Transaction) => Promise<Out>): Promise<Out> {
  const { arrival } = context;
  const { database, log } = context.steward;
  for (let attempt = 1; ; attempt++) {
    try {
      const outcome = await database.transaction(async (tx) => {
        const done = await work(tx);
        // Who was told that it takes too long will try again, and must not find that it had happened.
        if (arrival.givenUp.aborted) throw new RequestError('UNAVAILABLE', 'The request took too long.');
        return done;
      });
      context.asking.renew();
      return outcome;
    } catch (error) {
      if (attempt === attempts || !isRetryable(error)) throw error;
      log.info({ requestId: arrival.requestId, attempt }, 'transaction tried again');
      await pause(Math.random() * 20 * 2 ** attempt);
    }
  }
}
