import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Steward } from './context.ts';
import type { Database } from './database.ts';
import { createHousekeeping } from './housekeeping.ts';
import { consolePages } from './http/console-pages.ts';
import { fetchThrough } from './http/fetch.ts';
import { createGate, type Route } from './http/gate.ts';
import { graphiqlRoutes } from './http/graphiql.ts';
import { createGraphql } from './http/graphql.ts';
import { healthz, jwks, readyz } from './http/health.ts';
import { mailbox } from './http/mailbox.ts';
import { createMetrics } from './http/metrics.ts';
import { createNodeServer, type NodeServer } from './http/node-server.ts';
import { createLog } from './log.ts';
import { transportFor } from './mail/transport.ts';
import { createMailWorker } from './mail/worker.ts';
import { schema } from './schema/index.ts';
import type { Settings } from './settings.ts';
import { createSteward } from './steward.ts';

/** One server, the same in production and in tests. */
export interface StewardServer {
  readonly steward: Steward;
  readonly http: Server;
  /** Where `/metrics` is read, on a port of its own; null where `METRICS_PORT` is unset. */
  readonly metrics: Server | null;
  /** The same gate without a socket. */
  fetch(request: Request): Promise<Response>;
  /**
   * Resolves with the address when it listens; rejects where it can't, with `setting` naming the port that is to blame, and
   * listens nowhere then. Port and host of the settings unless told. From then on mail is sent and the database looked after.
   */
  listen(port?: number, host?: string): Promise<URL>;
  /** Readiness off, no new connections or messages, what is in flight is answered or sent. Leaves the database open. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Migrated; whoever opened it closes it. */
  readonly database: Database;
  readonly settings: Settings;
  readonly log?: Logger;
  /** Whom `fetch` takes its requests to come from; 127.0.0.1 unless told. */
  readonly ipAddress?: string;
  /**
   * After so long without anything to tell, an event stream tells that it is alive. By default sooner than proxies, and the
   * time that an answer may be left unread, would cut it off.
   */
  readonly heartbeatMs?: number;
}

export async function createServer(options: ServerOptions): Promise<StewardServer> {
  const { database, settings, log = createLog(settings.logLevel), ipAddress = '127.0.0.1', heartbeatMs = 15_000 } = options;
  const steward = createSteward({ database, settings, log });
  const metrics = settings.metricsPort === null ? null : createMetrics(database, () => steward.auditFeed.size);
  const transport = transportFor(settings, log);
  const mail = transport && createMailWorker(steward, transport);
  const housekeeping = createHousekeeping(steward);
  let draining = false;

  const gate = createGate({
    settings,
    log: steward.log,
    onAnswered: metrics?.observe,
    routes: new Map<string, Route>([
      ['/graphql', { methods: { POST: createGraphql(steward, schema, { heartbeatMs }) } }],
      ['/healthz', healthz],
      ['/readyz', readyz(steward.database, () => draining)],
      ['/.well-known/jwks.json', jwks(steward.signingKeys)],
      ...consolePages,
      ...(settings.graphiql ? graphiqlRoutes() : []),
      ...(settings.mode === 'development' ? [['/mailbox', mailbox(steward)] as const] : []),
    ]),
  });
  const node = createNodeServer(gate);
  // A gate of its own: no page of another origin reads it, and reading it counts as nothing.
  const metricsNode =
    metrics &&
    createNodeServer(
      createGate({
        settings: { ...settings, corsOrigins: [] },
        log: steward.log,
        routes: new Map([['/metrics', metrics.route]]),
      }),
    );

  return {
    steward,
    http: node.http,
    metrics: metricsNode?.http ?? null,
    fetch: (request) => fetchThrough(gate, request, ipAddress),
    async listen(port = settings.port, host = settings.host) {
      const address = await listening(node, port, host, 'PORT');
      try {
        if (metricsNode) await listening(metricsNode, settings.metricsPort!, host, 'METRICS_PORT');
      } catch (error) {
        await node.drain(0);
        throw error;
      }
      mail?.start();
      housekeeping.start();
      return address;
    },
    async close() {
      draining = true;
      steward.auditFeed.close();
      await Promise.all([node.drain(settings.limits.requestMs + 1000), mail?.stop(), housekeeping.stop()]);
      await metricsNode?.drain(1000);
    },
  };
}

async function listening({ http }: NodeServer, port: number, host: string, setting: string): Promise<URL> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => reject(Object.assign(error, { setting }));
    http.once('error', failed);
    http.listen(port, host, () => {
      http.off('error', failed);
      resolve();
    });
  });
  return addressOf(http.address() as AddressInfo);
}

/** Where to reach it from this machine: an address that stands for all of them is written as loopback. */
function addressOf({ address, port }: AddressInfo): URL {
  const host =
    address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '[::1]' : address.includes(':') ? `[${address}]` : address;
  return new URL(`http://${host}:${port}`);
}
