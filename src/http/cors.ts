import type { Settings } from '../settings.ts';
import type { PlainAnswer, PlainRequest } from './plain.ts';

type Origins = Pick<Settings, 'corsOrigins'>;

/** Lets pages of the listed origins read the answer; nothing for any other origin, and nothing at all where none is listed. */
export function corsHeaders({ headers }: PlainRequest, { corsOrigins }: Origins): Record<string, string> {
  if (corsOrigins.length === 0) return {};
  const origin = headers.origin?.length === 1 ? headers.origin[0]! : '';
  if (!corsOrigins.includes(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-request-id',
  };
}

/** What a browser asks before it sends a request of a listed origin. */
export function preflight(request: PlainRequest, methods: string, settings: Origins): PlainAnswer {
  const listed = 'access-control-allow-origin' in corsHeaders(request, settings);
  return {
    status: 204,
    headers: listed
      ? {
          'access-control-allow-methods': methods,
          'access-control-allow-headers': 'authorization, content-type, idempotency-key, x-steward-csrf',
          'access-control-max-age': '600',
        }
      : {},
    body: null,
  };
}
