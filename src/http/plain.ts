import type { Pieces } from './event-stream.ts';

/** A request as the gate sees it, whichever way it came in. */
export interface PlainRequest {
  readonly method: string;
  /** The request target as it was sent: origin-form is the only one that passes. */
  readonly url: string;
  /** By lower-case name, every line by itself, so that duplicates can be told. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: AsyncIterable<Uint8Array> | null;
  /** The address at the other end of the connection. */
  readonly peer: string | null;
}

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Pieces are written as they come; whoever does not write them, or not all of them, calls their `return`. */
  readonly body: string | Uint8Array | Pieces | null;
}

export const isPieces = (body: PlainAnswer['body']): body is Pieces =>
  body !== null && typeof body === 'object' && Symbol.asyncIterator in body;

/** An answer that ends the request early. Thrown where the gate refuses, and shown as a JSON body. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { details?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

export const jsonType = 'application/json; charset=utf-8';

export function json(status: number, value: unknown, headers: PlainAnswer['headers'] = {}): PlainAnswer {
  return { status, headers: { 'content-type': jsonType, ...headers }, body: JSON.stringify(value) };
}

/** The one shape of an error body. */
export function refusalAnswer({ status, code, message, details, headers }: Refused): PlainAnswer {
  return json(status, { errors: [{ message, extensions: { code, ...details } }] }, headers);
}

/** The value of a header that may occur once; null without it. Two are ambiguous: what a proxy checked might not be what we read. */
export function single(headers: PlainRequest['headers'], name: string): string | null {
  const lines = headers[name] ?? [];
  if (lines.length > 1) throw new Refused(400, 'BAD_REQUEST', `The header ${name} occurs more than once.`);
  return lines[0] ?? null;
}
