import { RequestError } from '../errors.ts';
import type { Reads } from './reading.ts';

/**
 * The database as one request may read it: so many statements at once, and the rest in a queue of the request's own, so
 * that whoever asks for a lot at once waits for themselves, and others find connections. Who waits is served in order. Once
 * the request was given up nothing is sent any more.
 */
export function fairShare(database: Reads, atOnce: number, givenUp: AbortSignal): Reads {
  const waiting: (() => void)[] = [];
  let underWay = 0;

  async function inTurn<Out>(send: () => Promise<Out>): Promise<Out> {
    // Whoever is done hands its place over, so that nobody slips in before those who wait.
    if (underWay >= atOnce) await new Promise<void>((start) => waiting.push(start));
    else underWay++;
    try {
      if (givenUp.aborted) throw new RequestError('UNAVAILABLE', 'The request took too long.');
      return await send();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else underWay--;
    }
  }

  return {
    read: (statement, values) => inTurn(() => database.read(statement, values)),
    query: (sql) => inTurn(() => database.query(sql)),
  };
}
