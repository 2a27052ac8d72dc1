import type { Wire } from '../core.ts';
import { NetworkError, StewardError } from '../errors.ts';
import type { Operation } from '../operation.ts';
import { errorOfProblem, type GraphQLProblem } from '../refusals.ts';
import { inTime } from '../transport/deadline.ts';
import { type Answer, readReply } from '../transport/http.ts';
import { createEventReader } from './server-sent-events.ts';

export interface ConnectionOptions {
  readonly signal: AbortSignal;
  /** So long without a byte, and the connection counts as broken. */
  readonly silenceMs: number;
  /** Is told the token that went along once there is an answer. What it throws ends the connection. */
  readonly onToken: (token: string | null) => void;
}

/**
 * The results of a subscription, over one connection. It ends where the server or the network ends it, and after it has renewed
 * a token that did not hold: over the next connection it goes on. Throws a `NetworkError` or `TimeoutError` where the connection
 * failed or was silent, and every refusal as a typed error. The connection is closed when this is left.
 */
export async function* connect<Data, Variables>(
  wire: Wire,
  { text }: Operation<Data, Variables>,
  variables: Variables,
  { signal, silenceMs, onToken }: ConnectionOptions,
): AsyncGenerator<Data, void> {
  const connection = new AbortController();
  const close = () => connection.abort();
  signal.addEventListener('abort', close);

  /** Waits for the network, so long and no longer. */
  const heard = <Result>(work: () => Promise<Result>): Promise<Result> => inTime({ signal, timeoutMs: silenceMs }, work);

  try {
    const body = JSON.stringify({ query: text, variables });
    const { response, token } = await heard(() => wire.post(body, { accept: 'text/event-stream' }, connection.signal));
    onToken(token);
    const { status, headers } = response;

    /** Renews the token where that is what is wrong. */
    const refuse = async (problem: GraphQLProblem): Promise<void> => {
      const error = errorOfProblem(problem, status, headers.get('x-request-id'));
      if (token === null || !tokenCodes.has(error.code)) throw error;
      await inTime({ signal }, () => wire.renew(token));
    };

    if (!response.body || !headers.get('content-type')?.startsWith('text/event-stream')) {
      const reply = await heard(() => readReply(response, connection.signal));
      return await refuse((reply.body as Answer).errors![0]!);
    }
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const eventsIn = createEventReader();
    const read = () =>
      heard(() => reader.read()).catch((cause) => {
        if (signal.aborted || cause instanceof StewardError) throw cause;
        throw new NetworkError('The stream of events broke off.', { cause });
      });
    for (let piece = await read(); !piece.done; piece = await read()) {
      for (const { event, data } of eventsIn(decoder.decode(piece.value, { stream: true }))) {
        if (event === 'complete') return;
        if (event !== 'next') continue;
        const { data: result, errors } = JSON.parse(data) as Answer;
        if (errors?.[0]) return await refuse(errors[0]);
        yield result as Data;
      }
    }
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

/** What says that the token does not hold, while the session may. */
const tokenCodes: ReadonlySet<string> = new Set(['TOKEN_STALE', 'TOKEN_EXPIRED', 'UNAUTHENTICATED']);
