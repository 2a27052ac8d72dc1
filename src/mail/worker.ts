import { setTimeout as pause } from 'node:timers/promises';
import type { Steward } from '../context.ts';
import { type Transport, Undelivered } from './delivery.ts';
import { type Claimed, claimMessages, claimMs, markFailed, markSent, openContent } from './outbox.ts';

export interface MailWorker {
  /** Looks for messages from now on. */
  start(): void;
  /** Sends what is due, and resolves when that has been sent or refused. For tests, instead of `start`. */
  sendDue(): Promise<void>;
  /** Claims nothing more, waits so long for what is under way, and cuts off the rest, which is sent again later. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Sends what is in the outbox. Every server has a worker: a claim is committed before anything is sent, and nothing about a
 * message is in memory alone, so a process that dies leaves its messages to be sent by another one, some a second time.
 * Messages do not wait for one another, but for one of the `atOnce` places.
 */
export function createMailWorker(
  { database, secrets, log }: Pick<Steward, 'database' | 'secrets' | 'log'>,
  transport: Transport,
  { atOnce = 5, pollMs = 1000 } = {},
): MailWorker {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const cutOff = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function claim(): Promise<void> {
    for (const message of await database.read(claimMessages, [atOnce - underWay.size])) {
      const delivery = deliver(message).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    }
  }

  async function run(): Promise<void> {
    let isLost = false;
    while (!stopping.signal.aborted) {
      try {
        await claim();
        isLost = false;
      } catch (error) {
        // Every second would fill the log: once for each time that the database goes away.
        if (!isLost) log.warn({ err: error }, 'mail waits for the database');
        isLost = true;
      }
      if (underWay.size === atOnce) await Promise.race(underWay);
      else await pause(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  async function deliver(message: Claimed): Promise<void> {
    const { id, kind, attempts } = message;
    const claimEnds = Date.now() + claimMs;
    const failure = await failureOf(message);
    if (failure === null) {
      await note(claimEnds, () => database.read(markSent, [id]));
      log.info({ message: id, kind, attempts }, 'mail sent');
      return;
    }
    const { message: reason, said } = failure;
    const noted = await note(claimEnds, () => database.read(markFailed, [id, attempts, reason]));
    if (noted?.[0]?.givenUp) log.error({ message: id, kind, attempts, reason, said }, 'mail given up');
    else log.warn({ message: id, kind, attempts, reason, said }, 'mail not sent; it is tried again');
  }

  async function failureOf({ id, kind, recipient, sealedContent }: Claimed): Promise<Undelivered | null> {
    try {
      await transport({ id, to: recipient, ...openContent(secrets, sealedContent) }, cutOff.signal);
      return null;
    } catch (error) {
      if (error instanceof Undelivered) return error;
      log.error({ err: error, message: id, kind }, 'a message can not be made ready');
      return new Undelivered('The message could not be sent.');
    }
  }

  /** Writes down what became of a message. While the claim holds, a lost database is waited for, lest it is sent twice. */
  async function note<Out>(claimEnds: number, write: () => Promise<Out>): Promise<Out | undefined> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (stopping.signal.aborted || Date.now() > claimEnds) {
          log.error({ err: error }, 'what became of a message was not noted; it is sent again');
          return undefined;
        }
        await pause(pollMs);
      }
    }
  }

  return {
    start() {
      running = run();
    },
    async sendDue() {
      for (await claim(); underWay.size > 0; await claim()) await Promise.race(underWay);
    },
    async stop(graceMs = 5000) {
      stopping.abort();
      const over = setTimeout(() => cutOff.abort(), graceMs);
      await running;
      await Promise.all(underWay);
      clearTimeout(over);
    },
  };
}
