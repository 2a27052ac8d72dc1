import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../database.ts';
import type { RequestErrorCode } from '../errors.ts';
import type { UnsoundDocument } from './documents.ts';
import type { Answered, Route } from './gate.ts';

export interface Metrics {
  /** Takes in one answer of the gate. */
  observe(answered: Answered): void;
  /** What a scraper reads; it comes by address, from wherever it runs. */
  readonly route: Route;
}

type RefusalCode = RequestErrorCode | UnsoundDocument['code'] | 'INTERNAL_SERVER_ERROR';

/** Every code that an operation can be refused with: a record, so that the compiler names one that is missing here. */
const refusalCodes: Record<RefusalCode, true> = {
  UNAUTHENTICATED: true,
  TOKEN_EXPIRED: true,
  TOKEN_STALE: true,
  FORBIDDEN: true,
  BAD_USER_INPUT: true,
  NOT_FOUND: true,
  TOO_MANY_ATTEMPTS: true,
  IDEMPOTENCY_KEY_REUSED: true,
  UNAVAILABLE: true,
  GRAPHQL_PARSE_FAILED: true,
  GRAPHQL_VALIDATION_FAILED: true,
  INTERNAL_SERVER_ERROR: true,
};

const methods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/**
 * Counts what a server does, in a registry of its own, since a process may run several. Labels take values from closed
 * sets alone: whatever a client can make up is `other`, so that it neither grows the memory nor gets on display.
 */
export function createMetrics(database: Pick<Database, 'statementCount'>, openStreams: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'steward_http_request_duration_seconds',
    help: 'Seconds from the arrival of a request at the gate to its answer.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const refusals = new Counter({
    name: 'steward_graphql_refusals_total',
    help: 'Top-level errors of GraphQL answers, by code; refusals that are data of a mutation are not among them.',
    labelNames: ['code'],
    registers,
  });
  // There from the start, so that the first refusal shows as an increase.
  for (const code of Object.keys(refusalCodes)) refusals.inc({ code }, 0);
  new Counter({
    name: 'steward_sql_statements_total',
    help: 'SQL statements sent since the start, BEGIN and COMMIT included.',
    registers,
    collect() {
      this.reset();
      this.inc(database.statementCount);
    },
  });
  new Gauge({
    name: 'steward_event_streams',
    help: 'Event streams that are open.',
    registers,
    collect() {
      this.set(openStreams());
    },
  });

  return {
    observe({ route, method, status, seconds, errorCodes }) {
      const labels = { route: route ?? 'other', method: methods.includes(method) ? method : 'other', status };
      durations.observe(labels, seconds);
      for (const code of errorCodes) refusals.inc({ code: Object.hasOwn(refusalCodes, code) ? code : 'other' });
    },
    route: {
      anyHost: true,
      methods: {
        GET: async () => ({ status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() }),
      },
    },
  };
}
