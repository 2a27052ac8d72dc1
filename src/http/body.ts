import { type PlainRequest, Refused, single } from './plain.ts';

/** Deeper JSON serves nobody, and would exhaust the stack of whatever walks it. */
const jsonLevels = 64;

/** Reads a JSON body of at most `limit` bytes, counted while they arrive. Throws 400, 413 or 415. */
export async function readJson(request: PlainRequest, limit: number): Promise<unknown> {
  checkType(request.headers);
  return parse(decode(await read(request, limit)));
}

function checkType(headers: PlainRequest['headers']): void {
  if (headers['content-encoding']) throw new Refused(415, 'UNSUPPORTED_MEDIA_TYPE', 'A body must not be encoded.');
  const [type = '', ...parameters] = (single(headers, 'content-type') ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') throw new Refused(415, 'UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json.');
  const strange = parameters.some(
    (parameter) => parameter.split('=')[0]!.trim() === 'charset' && !/^charset="?utf-8"?$/.test(parameter),
  );
  if (strange) throw new Refused(415, 'UNSUPPORTED_MEDIA_TYPE', 'The charset must be utf-8.');
}

async function read({ headers, body }: PlainRequest, limit: number): Promise<Uint8Array> {
  const tooLarge = (got: number) =>
    new Refused(413, 'PAYLOAD_TOO_LARGE', `A body may have ${limit} bytes.`, { details: { which: 'bodyBytes', limit, got } });
  const announced = Number(single(headers, 'content-length') ?? 0);
  if (announced > limit) throw tooLarge(announced);

  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge(size);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    // The client went away, or was cut off, while it sent: no fault of ours, and nobody reads the answer.
    throw new Refused(400, 'BAD_REQUEST', 'The body did not arrive whole.');
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refused(400, 'BAD_REQUEST', 'The body is not UTF-8.');
  }
}

function parse(text: string): unknown {
  if (levels(text) > jsonLevels) throw new Refused(400, 'BAD_REQUEST', `JSON may be nested ${jsonLevels} levels deep.`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, 'BAD_REQUEST', 'The body is not JSON.');
  }
}

/** How deeply brackets are nested, without parsing. */
function levels(text: string): number {
  let level = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x7b || unit === 0x5b) deepest = Math.max(deepest, ++level);
    else if (unit === 0x7d || unit === 0x5d) level--;
  }
  return deepest;
}
