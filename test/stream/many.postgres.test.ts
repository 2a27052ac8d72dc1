import http from 'node:http';
import { expect, test } from 'vitest';
import { happened } from '../support/events.ts';
import { freePort } from '../support/postgres-server.ts';
import { ready, start } from '../support/process.ts';
import { together } from '../support/races.ts';
import { password, startWorld } from '../support/world.ts';

const subscribers = 500;
const sessions = 25;
const writers = 4;
const each = 10;

const query = `subscription { auditEventAdded(where: { actions: ["thing.touched"] }) {
  cursor node { id action occurredAt actorName requestId changes { field before after } } } }`;

/** A subscriber over a socket of its own, and the ids of the requests that it is told of. */
async function subscribe(port: number, token: string) {
  const told: string[] = [];
  let enough = 0;
  let done: (() => void) | undefined;
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', path: '/graphql', method: 'POST', agent: false }, resolve);
    request.on('error', reject);
    for (const [name, value] of [
      ['content-type', 'application/json'],
      ['accept', 'text/event-stream'],
      ['authorization', `Bearer ${token}`],
    ] as const) {
      request.setHeader(name, value);
    }
    request.end(JSON.stringify({ query }));
  });
  let text = '';
  response.setEncoding('utf8').on('data', (piece) => {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const request = /"requestId":"([^"]*)"/.exec(text.slice(0, end))?.[1];
      if (request) told.push(request);
      text = text.slice(end + 2);
    }
    if (told.length >= enough) done?.();
  });
  await new Promise<void>((resolve) => response.once('data', () => resolve()));
  return {
    told,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        enough = count;
        done = resolve;
        if (told.length >= count) resolve();
      }),
    leave: () => response.destroy(),
  };
}

test(`${subscribers} subscribers of one server are told every event, in order`, async () => {
  const world = await startWorld();
  const admin = await world.person({ roles: ['super_admin'] });
  const metricsPort = await freePort();
  const server = await start({
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    DATABASE_URL: world.database.pool.options.connectionString!,
    METRICS_PORT: String(metricsPort),
  });
  await ready(server);
  const { port } = server;
  const metrics = async () => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const sample = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
    return {
      megabytes: Math.round(sample('process_resident_memory_bytes') / 1e6),
      statements: sample('steward_sql_statements_total'),
      streams: sample('steward_event_streams'),
      cpu: sample('process_cpu_seconds_total'),
    };
  };
  const tokens = await together(sessions, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { tokens { accessToken } } } }`,
        variables: { input: { email: admin.email, password } },
      }),
    });
    return (await answer.json()).data.authLogin.tokens.accessToken as string;
  });

  const before = await metrics();
  const all = await together(subscribers, (n) => subscribe(port, tokens[n % sessions]!));
  const idle = await metrics();
  expect(idle.streams).toBe(subscribers);
  // As long as ten statements take, with nothing to tell.
  const idleSince = performance.now();
  let afterIdle = idle;
  while (afterIdle.statements - idle.statements < 10) afterIdle = await metrics();
  const idleSeconds = (performance.now() - idleSince) / 1000;

  const loadSince = performance.now();
  await together(writers, async (writer) => {
    for (let n = 0; n < each; n++) {
      const changes = [{ field: 'name', before: 'Somebody', after: 'Somebody else' }];
      await happened(world, { action: 'thing.touched', changes }, { requestId: `${writer} ${n}` });
      world.database.notices.send();
    }
  });
  await Promise.all(all.map(({ until }) => until(writers * each)));
  const loadSeconds = (performance.now() - loadSince) / 1000;
  const loaded = await metrics();

  const order = await world.database.query<{ request: string }>(world.sql`
    SELECT request_id AS request FROM audit_events WHERE action = 'thing.touched' ORDER BY generation, transaction, id`);
  const expected = order.map(({ request }) => request);
  expect(expected.length).toBe(writers * each);
  for (const { told } of all) expect(told).toEqual(expected);
  for (const { leave } of all) leave();
  while ((await metrics()).streams > 0) await new Promise(setImmediate);
  const left = await metrics();

  const perSecond = (from: { statements: number }, to: { statements: number }, seconds: number) =>
    `${((to.statements - from.statements) / seconds).toFixed(1)} statements a second`;
  console.info(
    [
      `${subscribers} subscribers of ${sessions} sessions: memory ${before.megabytes} MB before, ${idle.megabytes} MB with them, ` +
        `${loaded.megabytes} MB after ${subscribers * expected.length} deliveries, ${left.megabytes} MB once they had left`,
      `idle: ${perSecond(idle, afterIdle, idleSeconds)}`,
      `under load: ${perSecond(afterIdle, loaded, loadSeconds)} for ${(expected.length / loadSeconds).toFixed(0)} events and ` +
        `${((subscribers * expected.length) / loadSeconds).toFixed(0)} deliveries a second; ${(loaded.cpu - afterIdle.cpu).toFixed(1)} s of processor time`,
    ].join('\n'),
  );
});
