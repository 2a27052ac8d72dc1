import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pieces } from './event-stream.ts';
import type { Gate } from './gate.ts';
import { isPieces, type PlainAnswer } from './plain.ts';

export interface NodeServer {
  readonly http: http.Server;
  /** Answers what is in flight, for so long at most, and ends every connection. */
  drain(graceMs: number): Promise<void>;
}

/** Puts the gate behind node:http, with bounds on how long and how large a request may be before the gate sees it. */
export function createNodeServer(gate: Gate, { unreadMs = 30_000, maxConnections = 1000 } = {}): NodeServer {
  const server = http.createServer(
    {
      connectionsCheckingInterval: 1000,
      headersTimeout: 5000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5000,
      maxHeaderSize: 16_384,
      // The gate answers a missing Host itself, with a body.
      requireHostHeader: false,
    },
    (request, response) => void serve(gate, request, response, { unreadMs, isDraining: () => !server.listening }),
  );
  // Each may hold a body and an answer: more than these are told to come back by being closed.
  server.maxConnections = maxConnections;
  const connections = watchConnections(server);
  server.on('checkExpectation', ({ socket }: IncomingMessage, response: ServerResponse) =>
    write(response, gate.refuse(417, 'This expectation can not be met.', peerOf(socket)), unreadMs),
  );
  server.on('connect', (_request: IncomingMessage, socket: Socket) => writeRaw(gate, socket, 405, 'This server is no proxy.'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => writeRaw(gate, socket, ...meaning(error.code)));
  return { http: server, drain: (graceMs) => drain(server, connections, graceMs) };
}

interface Serving {
  readonly unreadMs: number;
  readonly isDraining: () => boolean;
}

async function serve(
  gate: Gate,
  request: IncomingMessage,
  response: ServerResponse,
  { unreadMs, isDraining }: Serving,
): Promise<void> {
  // A client that goes away while it sends has nothing to be told.
  request.on('error', () => {});
  const answer = await gate({
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headersDistinct as Record<string, string[]>,
    body: request,
    peer: peerOf(request.socket),
  });
  if (isDraining()) response.setHeader('connection', 'close');
  write(response, answer, unreadMs);
}

const peerOf = ({ remoteAddress }: Socket): string | null => remoteAddress ?? null;

function write(response: ServerResponse, { status, headers, body }: PlainAnswer, unreadMs: number): void {
  if (response.destroyed) {
    if (isPieces(body)) void body.return?.();
    return;
  }
  // A client that takes nothing of its answer for so long is cut off, and one that takes it drop by drop a while later;
  // node:http sets the first anew when the answer is out.
  response.socket?.setTimeout(unreadMs);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (isPieces(body)) return void writePieces(response, body).catch(() => response.destroy());
  const last = setTimeout(() => response.destroy(), 4 * unreadMs).unref();
  response.once('close', () => clearTimeout(last));
  if (body !== null) response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body ?? undefined);
}

/**
 * Asks for a piece once the one before has been taken, and for none any more when the client is gone. The socket tells that, since
 * a response that waits for another on its connection, as when requests are pipelined, never hears of its end.
 */
async function writePieces(response: ServerResponse, pieces: Pieces): Promise<void> {
  const { socket } = response.req;
  const stop = () => void pieces.return?.();
  socket.once('close', stop);
  response.once('close', stop);
  if (socket.destroyed) stop();
  try {
    for await (const piece of pieces) {
      if (response.destroyed || socket.destroyed) return;
      if (!response.write(piece)) await drained(response, socket);
    }
    response.end();
  } finally {
    socket.off('close', stop);
  }
}

const drained = (response: ServerResponse, socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      socket.off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
    socket.on('close', go);
  });

/** What node:http's parser says of what it could not read. */
function meaning(code: string | undefined): [status: number, message: string] {
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'The header is too large.'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request did not arrive in time.'];
  return [400, 'This is not a request that can be read.'];
}

/** Answers where there is no response object, and ends the connection: what follows on it can't be trusted. */
function writeRaw(gate: Gate, socket: Socket, status: number, message: string): void {
  if (!socket.writable) return void socket.destroy();
  const { headers, body } = gate.refuse(status, message, peerOf(socket));
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(String(body)), connection: 'close' });
  const head = [`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  // What the client does not take of it does not hold the connection.
  setTimeout(() => socket.destroy(), 5000).unref();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Which connections are open, and which of them have a request under way. */
function watchConnections(server: http.Server): { open: Set<Socket>; busy: Set<Socket> } {
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket);
    response.on('close', () => {
      busy.delete(socket);
      if (!server.listening) socket.end();
    });
  });
  return { open, busy };
}

/** Takes no new connections, lets requests in flight be answered, and cuts off what is left after the grace period. */
async function drain(server: http.Server, { open, busy }: ReturnType<typeof watchConnections>, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of open) if (!busy.has(socket)) socket.destroy();
  const over = new AbortController();
  await Promise.race([closed, pause(graceMs, undefined, { signal: over.signal })]);
  over.abort();
  server.closeAllConnections();
  await closed;
}
