import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { RequestError } from '../errors.ts';
import { blockList } from '../settings/values.ts';
import type { Settings } from '../settings.ts';
import { clientAddress } from './client-address.ts';
import { corsHeaders, preflight } from './cors.ts';
import { checkHost } from './host.ts';
import { json, type PlainAnswer, type PlainRequest, Refused, refusalAnswer, single } from './plain.ts';
import type { Visit } from './visit.ts';

export type Handler = (request: PlainRequest, visit: Visit) => Promise<PlainAnswer> | PlainAnswer;

export interface Route {
  readonly methods: Readonly<Partial<Record<'GET' | 'POST', Handler>>>;
  /** Probes come by address, from whoever watches over the machine. */
  readonly anyHost?: true;
}

export interface Gate {
  (request: PlainRequest): Promise<PlainAnswer>;
  /** The answer to what could not be read as a request, with the same headers and in the same log. */
  refuse(status: number, message: string, peer: string | null): PlainAnswer;
}

/** What is told of each answer, for counting. */
export interface Answered {
  /** A path that the gate knows, else null. */
  readonly route: string | null;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  /** Of top-level GraphQL errors. */
  readonly errorCodes: readonly string[];
}

export interface GateOptions {
  readonly settings: Settings;
  readonly log: Logger;
  readonly routes: ReadonlyMap<string, Route>;
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
}

const urlBytes = 8192;

/**
 * The one way in. Whatever is sent is answered, with a 4xx and a JSON body where it can't be understood: nothing here
 * throws, and nothing of an unexpected error is shown.
 */
export function createGate({ settings, log, routes, onAnswered }: GateOptions): Gate {
  const proxies = blockList(settings.trustedProxies);

  function enter(request: PlainRequest, visit: Visit): Promise<PlainAnswer> | PlainAnswer {
    const { url, headers } = request;
    const path = url.split('?', 1)[0]!;
    const route = routes.get(path);
    if (!route?.anyHost) checkHost(single(headers, 'host'), settings);
    const encodings = headers['transfer-encoding'];
    if (encodings && !(encodings.length === 1 && encodings[0]!.trim().toLowerCase() === 'chunked'))
      throw new Refused(400, 'BAD_REQUEST', 'A transfer encoding other than chunked is not understood.');
    if (url.length > urlBytes) throw new Refused(414, 'URI_TOO_LONG', `An address may have ${urlBytes} bytes.`);
    if (!/^\/[\x21-\x7e]*$/.test(url)) throw new Refused(400, 'BAD_REQUEST', 'The request target must be a path.');
    if (!route) throw new Refused(404, 'NOT_FOUND', 'There is nothing at this address.');
    if (request.method === 'OPTIONS' && settings.corsOrigins.length > 0) return preflight(request, allowed(route), settings);
    const handler = route.methods[(request.method === 'HEAD' ? 'GET' : request.method) as 'GET' | 'POST'];
    if (!handler)
      throw new Refused(405, 'METHOD_NOT_ALLOWED', 'This address knows no such method.', { headers: { allow: allowed(route) } });
    return handler(request, visit);
  }

  async function pass(request: PlainRequest): Promise<PlainAnswer> {
    const started = performance.now();
    const ipAddress = clientAddress(request.peer, request.headers['x-forwarded-for'] ?? [], proxies);
    const visit: Visit = { requestId: randomUUID(), ipAddress };
    const answer = await answered(() => enter(request, visit), visit, log);
    const { method } = request;
    const { status } = answer;
    const elapsed = performance.now() - started;
    // Query strings hold the tokens of links, so the path is all that is kept of an address.
    const path = request.url.split('?', 1)[0]!;
    log.info({ ...visit, method, path: path.slice(0, 200), status, ms: Math.round(elapsed * 10) / 10 }, 'request');
    onAnswered?.({
      route: routes.has(path) ? path : null,
      method,
      status,
      seconds: elapsed / 1000,
      errorCodes: visit.errorCodes ?? [],
    });
    return {
      ...answer,
      headers: { ...always, 'x-request-id': visit.requestId, ...corsHeaders(request, settings), ...answer.headers },
      body: request.method === 'HEAD' ? null : answer.body,
    };
  }

  function refuse(status: number, message: string, peer: string | null): PlainAnswer {
    const requestId = randomUUID();
    const ipAddress = clientAddress(peer, [], proxies);
    log.info({ requestId, ipAddress, method: null, path: null, status, ms: 0 }, 'request');
    onAnswered?.({ route: null, method: '', status, seconds: 0, errorCodes: [] });
    const answer = refusalAnswer(new Refused(status, 'BAD_REQUEST', message));
    return { ...answer, headers: { ...always, 'x-request-id': requestId, ...answer.headers } };
  }

  return Object.assign(pass, { refuse });
}

const always = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};

async function answered(work: () => Promise<PlainAnswer> | PlainAnswer, { requestId }: Visit, log: Logger): Promise<PlainAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) return refusalAnswer(error);
    if (error instanceof RequestError && error.code === 'UNAVAILABLE') {
      return refusalAnswer(new Refused(503, error.code, error.message));
    }
    log.error({ err: error, requestId }, 'unexpected error');
    const shown = { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    return json(500, { errors: [shown] });
  }
}

function allowed({ methods }: Route): string {
  return Object.keys(methods)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .join(', ');
}
