import type { Gate } from './gate.ts';

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
  return new Response(body as BodyInit | null, { status, headers: new Headers(lines) });
}
