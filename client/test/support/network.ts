/** What one HTTP request carried. */
export interface Seen {
  /** The fields, in order; more than one in a batch. */
  readonly fields: readonly string[];
  readonly body: any;
  readonly headers: Headers;
  readonly isBatch: boolean;
  readonly signal: AbortSignal;
}

/** Does something else with a request than to send it; undefined leaves it to the next. */
type Fault = (seen: Seen, send: () => Promise<Response>) => Promise<Response> | undefined;

/** The real network, which is watched, and on which a test can lose, hold back and damage what it wants. */
export function network(through: typeof globalThis.fetch = globalThis.fetch) {
  const seen: Seen[] = [];
  const faults: Fault[] = [];

  const fetch: typeof globalThis.fetch = async (url, init) => {
    const body = JSON.parse(String(init!.body));
    const one: Seen = {
      fields: [body].flat().map(({ query }: { query: string }) => fieldOf(query)),
      body,
      headers: new Headers(init!.headers),
      isBatch: Array.isArray(body),
      signal: init!.signal!,
    };
    seen.push(one);
    const send = () => through(url, init);
    for (const [i, fault] of faults.entries()) {
      const answer = fault(one, send);
      if (!answer) continue;
      faults.splice(i, 1);
      return answer;
    }
    return send();
  };

  /** Once, at the next request with the field. */
  const once = (field: string, fault: (send: () => Promise<Response>, one: Seen) => Promise<Response>): void => {
    faults.push((one, send) => (one.fields.includes(field) ? fault(send, one) : undefined));
  };

  return {
    fetch,
    seen,
    /** The fields of each request since the last look. */
    look: (): (readonly string[])[] => seen.splice(0).map(({ fields }) => fields),
    /** The server acts, and its answer is lost. */
    loseAnswer: (field: string) =>
      once(field, async (send) => {
        await (await send()).text();
        throw new TypeError('fetch failed');
      }),
    /** The server acts, and then this does. */
    answerAfter: (field: string, then: () => Promise<Response>) =>
      once(field, async (send) => {
        await (await send()).text();
        return then();
      }),
    /** The request never arrives, and this is done instead. */
    answerInstead: (field: string, then: () => Promise<Response>) => once(field, then),
    /** The answer goes through, and this is told of it. */
    afterAnswer: (field: string, then: () => void) =>
      once(field, async (send) => {
        const answer = await send();
        then();
        return answer;
      }),
    /** The request never arrives. */
    loseRequest: (field: string) => once(field, () => Promise.reject(new TypeError('fetch failed'))),
    /** Something on the way answers instead. */
    answer: (field: string, status: number, text: string) => once(field, async () => new Response(text, { status })),
    /** The request waits on its way there; gives what tells that it has come, and lets it go on. */
    holdRequest: (field: string) => held(field, false),
    /** The server acts, and its answer waits. */
    holdAnswer: (field: string) => held(field, true),
  };

  function held(field: string, isAnswered: boolean) {
    const arrived = signal();
    const released = signal();
    once(field, async (send, { signal }) => {
      const answer = isAnswered ? await send() : null;
      arrived.resolve();
      await Promise.race([
        released.promise,
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]);
      return answer ?? send();
    });
    return { arrived: arrived.promise, release: released.resolve };
  }
}

export type Network = ReturnType<typeof network>;

function signal(): { promise: Promise<void>; resolve(): void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** The first field of an operation. */
const fieldOf = (query: string): string => /\{\s*(\w+)/.exec(query)?.[1] ?? '';
