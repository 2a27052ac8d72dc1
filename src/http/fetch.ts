import type { Pieces } from './event-stream.ts';
import type { Gate } from './gate.ts';
import { isPieces } from './plain.ts';

/** The gate for a `Request` of the Fetch API, without a socket: what tests and other hosts call. */
export async function fetchThrough(gate: Gate, request: Request, peer: string): Promise<Response> {
  const url = new URL(request.url);
  const headers: Record<string, string[]> = { host: [url.host] };
  // `Headers` has joined what was sent in several lines; only the gate over a socket can tell those apart.
  for (const [name, value] of request.headers) headers[name] = [value];
  const {
    status,
    headers: answered,
    body,
  } = await gate({
    method: request.method,
    url: url.pathname + url.search,
    headers,
    body: request.body as AsyncIterable<Uint8Array> | null,
    peer,
  });
  const lines = Object.entries(answered).flatMap(([name, value]) => [value].flat().map((line): [string, string] => [name, line]));
  const sent = isPieces(body) ? streamOf(body, request.signal) : body;
  return new Response(sent as BodyInit | null, { status, headers: new Headers(lines) });
}

/** Pieces as a body that is read by and by: nothing is asked for before it is wanted. */
function streamOf(pieces: Pieces, signal: AbortSignal): ReadableStream<Uint8Array> {
  const end = () => void pieces.return?.();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(Buffer.from(value));
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}
