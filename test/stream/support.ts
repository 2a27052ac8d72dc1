import type { Person, World } from '../support/world.ts';

/** One server-sent event; a comment is one without a name. */
export interface SentEvent {
  readonly event: string | null;
  readonly data: string;
}

/** What a result of `auditEventAdded` holds, as the documents here select it. */
export interface Result {
  readonly data?: { auditEventAdded: { cursor: string; node: Record<string, any> } } | null;
  readonly errors?: readonly { message: string; path?: unknown[]; extensions: Record<string, any> }[];
}

export interface Listener {
  readonly status: number;
  readonly headers: Headers;
  /** The next server-sent event, comments included; null at the end. */
  piece(): Promise<SentEvent | null>;
  /** The next result; null once the stream is complete. */
  next(): Promise<Result | null>;
  /** So many results. */
  take(count: number): Promise<Result[]>;
  /** The events of the next so many results, by the ids of their requests. */
  requests(count: number): Promise<string[]>;
  /** The results up to the end. */
  rest(): Promise<Result[]>;
  /** Goes away. */
  leave(): Promise<void>;
}

export const followDocument = `subscription ($where: AuditEventWhere, $after: String) {
  auditEventAdded(where: $where, after: $after) { cursor node { action requestId } } }`;

/** Only what a test makes happen: logins of its people are events, too. */
export const touched = { actions: ['thing.touched'] };

/** Reads server-sent events out of a response. */
export function listenerOf(response: Response): Listener {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';

  async function piece(): Promise<SentEvent | null> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const fieldOf = (field: string) =>
          lines
            .find((line) => line.startsWith(`${field}:`))
            ?.slice(field.length + 1)
            .trimStart();
        return { event: fieldOf('event') ?? null, data: fieldOf('data') ?? '' };
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
  }

  async function next(): Promise<Result | null> {
    for (let one = await piece(); one; one = await piece()) {
      if (one.event === 'next') return JSON.parse(one.data);
      if (one.event === 'complete') return null;
    }
    throw new Error('The stream ended without being complete.');
  }

  async function take(count: number): Promise<Result[]> {
    const results: Result[] = [];
    while (results.length < count) {
      const result = await next();
      if (!result) throw new Error(`The stream was complete after ${JSON.stringify(results)}.`);
      results.push(result);
    }
    return results;
  }

  return {
    status: response.status,
    headers: response.headers,
    piece,
    next,
    take,
    requests: async (count) => (await take(count)).map(requestOf),
    async rest() {
      const results: Result[] = [];
      for (let result = await next(); result; result = await next()) results.push(result);
      return results;
    },
    leave: () => reader.cancel(),
  };
}

/** The id of the event's request, by which a test knows it. */
export const requestOf = ({ data, errors }: Result): string => {
  if (!data) throw new Error(JSON.stringify(errors));
  return data.auditEventAdded.node.requestId;
};

export const cursorOf = (result: Result): string => result.data!.auditEventAdded.cursor;

/** Sends a request for an event stream through the front door, or to an address. */
export async function listen(
  world: Pick<World, 'server' | 'settings'>,
  who: Person | null,
  {
    query = followDocument,
    variables = { where: touched },
    accept = 'text/event-stream',
    at,
  }: { query?: string; variables?: object; accept?: string; at?: URL } = {},
): Promise<Listener> {
  if (who && !who.tokens) await who.signIn();
  const request = new Request(new URL('/graphql', at ?? world.settings.publicUrl), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      ...(who && { authorization: `Bearer ${who.tokens!.accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return listenerOf(at ? await fetch(request) : await world.server.fetch(request));
}

/** A listener that is known to have begun: what happens from now on is told to it. */
export async function listening(...args: Parameters<typeof listen>): Promise<Listener> {
  const listener = await listen(...args);
  await listener.piece();
  return listener;
}
