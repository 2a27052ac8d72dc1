import { parseCookie, stringifySetCookie } from 'cookie';
import type { Arrival } from '../context.ts';
import { isLoopback } from '../loopback.ts';
import type { Settings } from '../settings.ts';
import { type PlainRequest, Refused, single } from './plain.ts';

const cookieName = 'steward_refresh';

/** What the request brought, and the cookies that its answer is to set. Throws 400 where a header is ambiguous. */
export function readArrival(
  request: PlainRequest,
  { requestId, ipAddress }: { requestId: string; ipAddress: string | null },
  { publicUrl }: Pick<Settings, 'publicUrl'>,
): { arrival: Omit<Arrival, 'isBatch' | 'givenUp' | 'idempotency'>; headerKey: string | null; setCookies: string[] } {
  const { headers } = request;
  const setCookies: string[] = [];
  // A form or a foreign page can make a browser send the cookie, and can't send this header.
  const hasCsrfHeader = single(headers, 'x-steward-csrf') === '1';
  const cookie = headers.cookie?.join('; ');
  return {
    setCookies,
    headerKey: readIdempotencyKey(single(headers, 'idempotency-key')),
    arrival: {
      requestId,
      ipAddress,
      userAgent: headers['user-agent']?.[0]?.slice(0, 500) ?? null,
      bearer: bearerOf(single(headers, 'authorization')),
      refreshCookie: hasCsrfHeader && cookie !== undefined ? (parseCookie(cookie)[cookieName] ?? null) : null,
      hasCsrfHeader,
      setRefreshCookie(token, expiresAt) {
        setCookies.length = 0;
        setCookies.push(
          stringifySetCookie({
            name: cookieName,
            value: token ?? '',
            httpOnly: true,
            sameSite: 'strict',
            secure: publicUrl.protocol === 'https:' || !isLoopback(publicUrl.hostname),
            path: `${publicUrl.pathname.replace(/\/+$/, '')}/graphql`,
            ...(token === null ? { maxAge: 0 } : expiresAt !== null && { expires: expiresAt }),
          }),
        );
      },
    },
  };
}

/** The text of a bearer token. Credentials of any other kind are taken for a token that does not hold, never for none. */
function bearerOf(authorization: string | null): string | null {
  if (authorization === null) return null;
  return /^Bearer +([^\s,]+)$/i.exec(authorization)?.[1] ?? '';
}

/** A key is any visible ASCII text of at most 255 characters. Throws 400 for another one, which could not be kept apart. */
export function readIdempotencyKey(text: unknown): string | null {
  if (text == null) return null;
  if (typeof text === 'string' && /^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new Refused(400, 'BAD_REQUEST', 'An idempotency key is 1 to 255 visible ASCII characters.');
}
