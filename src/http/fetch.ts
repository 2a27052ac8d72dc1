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
  const response = new Response(body as BodyInit | null, { status });
  for (const [name, value] of Object.entries(answered)) {
    for (const line of Array.isArray(value) ? value : [value]) response.headers.append(name, line);
  }
  return response;
}
