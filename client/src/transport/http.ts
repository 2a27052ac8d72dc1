import { NetworkError, StewardError } from '../errors.ts';
import type { GraphQLProblem } from '../refusals.ts';

/** The answer to one operation. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLProblem[];
}

/** What came back over HTTP: one answer, or one for each operation of a batch. */
export interface Reply {
  readonly status: number;
  readonly requestId: string | null;
  readonly body: Answer | readonly Answer[];
}

export type Headers = Readonly<Record<string, string>>;

/** Posts a body to the endpoint. Throws `NetworkError`, or the signal's reason. */
export type Post = (body: string, headers: Headers, signal: AbortSignal) => Promise<Response>;

export function createPost(apiBaseUrl: string, fetch: typeof globalThis.fetch | undefined, withCookies: boolean): Post {
  const url = endpointOf(apiBaseUrl);
  return async (body, headers, signal) => {
    const json = 'application/json';
    const request: RequestInit = {
      method: 'POST',
      headers: { accept: json, 'content-type': json, ...headers },
      body,
      signal,
      // Tokens and passwords are for this address alone. With `error`, Node 20 leaves streams open that are aborted after a while.
      redirect: 'manual',
    };
    if (withCookies) request.credentials = 'include';
    return orNetworkError(signal, `${url} could not be reached.`, () => (fetch ?? globalThis.fetch)(url, request));
  };
}

/** Throws a `StewardError` where the base is no address. */
function endpointOf(apiBaseUrl: string): string {
  let url: URL | undefined;
  try {
    url = new URL(apiBaseUrl);
  } catch {}
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new StewardError('BAD_OPTIONS', 0, `apiBaseUrl must be an http or https URL, and is ${apiBaseUrl}.`);
  }
  url.pathname = `${url.pathname.replace(/(\/graphql)?\/*$/, '')}/graphql`;
  url.search = url.hash = '';
  return url.href;
}

/** Reads an answer whole. Throws `NetworkError` where it breaks off, or is none of a GraphQL server. */
export async function readReply(response: Response, signal: AbortSignal): Promise<Reply> {
  const { status } = response;
  const requestId = response.headers.get('x-request-id');
  const text = await orNetworkError(signal, 'The answer broke off.', () => response.text(), requestId);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {}
  if (!(Array.isArray(body) ? body : [body]).every(isAnswer)) {
    throw new NetworkError(`What answered is no GraphQL server: HTTP status ${status}.`, { status, requestId });
  }
  return { status, requestId, body: body as Answer | Answer[] };
}

const isAnswer = (body: any): boolean => [body?.data, body?.errors?.[0]].some((part) => part && typeof part === 'object');

async function orNetworkError<T>(
  signal: AbortSignal,
  message: string,
  work: () => Promise<T>,
  requestId: string | null = null,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    throw new NetworkError(message, { cause, requestId });
  }
}
