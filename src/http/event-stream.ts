/** A text in pieces, written as they come. `return` ends it at once, whatever it waits for. */
export type Pieces = AsyncIterableIterator<string>;

/** Results as server-sent events, by the protocol "GraphQL over SSE" in its distinct connections mode. */
export const eventStreamOf = (results: readonly string[]): string => `${results.map(nextEvent).join('')}${completeEvent}`;

const nextEvent = (result: string): string => `event: next\ndata: ${result}\n\n`;
// Without data an event would not count as one.
const completeEvent = 'event: complete\ndata:\n\n';
/** Tells the client that it is connected, and proxies that the connection is alive. */
const heartbeat = ':\n\n';

/**
 * Results as server-sent events, as they come, with a heartbeat wherever nothing came for so long. One result at a time is
 * asked for, and only when the one before was taken.
 */
export function eventStream<Result>(
  results: AsyncIterator<Result>,
  textOf: (result: Result) => string,
  heartbeatMs: number,
): Pieces {
  let isOver = false;
  let wake: (() => void) | undefined;

  async function* pieces(): AsyncGenerator<string, void> {
    yield heartbeat;
    let asked = false;
    let got: IteratorResult<Result> | undefined;
    let failure: { error: unknown } | undefined;
    while (!isOver) {
      if (!asked) {
        asked = true;
        results.next().then(
          (result) => {
            got = result;
            wake?.();
          },
          (error) => {
            failure = { error };
            wake?.();
          },
        );
      }
      // Not a race of promises, which would grow with each heartbeat of a stream that waits for days.
      const timer = setTimeout(() => wake?.(), heartbeatMs).unref();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (got || failure || isOver) resolve();
      });
      clearTimeout(timer);
      if (isOver) return;
      if (failure) throw failure.error;
      if (!got) yield heartbeat;
      else if (got.done) break;
      else {
        const { value } = got;
        got = undefined;
        asked = false;
        yield nextEvent(textOf(value));
      }
    }
    if (!isOver) yield completeEvent;
  }

  const written = pieces();
  const stream: Pieces = {
    next: () => written.next(),
    async return() {
      isOver = true;
      wake?.();
      await results.return?.();
      return written.return(undefined);
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
