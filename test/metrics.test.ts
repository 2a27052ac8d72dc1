import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer } from '../src/server.ts';
import { readSettings } from '../src/settings.ts';
import { untouched } from './support/untouched.ts';
import { type Person, password, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;
let address: URL;
beforeAll(async () => {
  world = await startWorld({ METRICS_PORT: '0', CORS_ORIGINS: 'https://console.example.com' });
  admin = await world.person({ roles: ['system_admin'] });
  address = await world.server.listen(0, '127.0.0.1');
});
afterAll(() => world.server.close());

const portOf = (listener: { address(): unknown } | null) => (listener!.address() as AddressInfo).port;
const metricsUrl = (path = '/metrics') => new URL(path, `http://127.0.0.1:${portOf(world.server.metrics)}`);

/** What a scraper reads: each sample by its name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const text = await (await fetch(metricsUrl())).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

const requests = (route: string, method: string, status: number) =>
  `steward_http_request_duration_seconds_count{route="${route}",method="${method}",status="${status}"}`;

test('metrics are on a port of their own, by GET alone, with the headers of every answer', async () => {
  const answer = await fetch(metricsUrl(), { headers: { origin: 'https://console.example.com' } });

  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(answer.headers.has('access-control-allow-origin')).toBe(false);
  expect((await fetch(metricsUrl(), { method: 'POST' })).status).toBe(405);
  expect((await fetch(metricsUrl('/graphql'))).status).toBe(404);
  expect((await fetch(metricsUrl('/healthz'))).status).toBe(404);
  expect((await fetch(new URL('/metrics', address))).status).toBe(404);
});

test('requests, refusals and statements are counted, and the process itself is watched', async () => {
  await admin.run('{ viewer { user { email } } }');
  const before = await scrape();
  const sent = await world.statements(() => admin.run('{ users(first: 2) { nodes { roles { code } } } }'));
  await world.anonymous.ask('{ users { totalCount } }');
  await world.anonymous.batch([['{ nothing }'], ['{ nothing'], ['{ users(first: 101) { totalCount } }']]);
  await fetch(new URL('/healthz', address), { method: 'HEAD' });
  const after = await scrape();

  const risen = (sample: string) => (after.get(sample) ?? 0) - (before.get(sample) ?? 0);
  const refused = (code: string) => risen(`steward_graphql_refusals_total{code="${code}"}`);
  expect(risen(requests('/graphql', 'POST', 200))).toBe(3);
  expect(risen(requests('/healthz', 'HEAD', 200))).toBe(1);
  expect(refused('UNAUTHENTICATED')).toBe(1);
  expect(refused('GRAPHQL_VALIDATION_FAILED')).toBe(1);
  expect(refused('GRAPHQL_PARSE_FAILED')).toBe(1);
  expect(refused('BAD_USER_INPUT')).toBe(1);
  expect(sent).toBeGreaterThan(0);
  expect(risen('steward_sql_statements_total')).toBe(sent);
  expect(before.get('steward_graphql_refusals_total{code="UNAVAILABLE"}')).toBe(0);

  const sum = 'steward_http_request_duration_seconds_sum{route="/graphql",method="POST",status="200"}';
  expect(risen(sum)).toBeGreaterThan(0);
  expect(risen(sum)).toBeLessThan(30);
  for (const name of ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes', 'nodejs_eventloop_lag_p99_seconds']) {
    expect(after.get(name), name).toBeGreaterThan(0);
  }
});

test('labels take values from closed sets: nothing that a client sends is on display or makes a new one', async () => {
  const { accessToken, refreshToken } = await admin.signIn();
  const wander = async (word: string) => {
    await fetch(new URL(`/${word}?token=${word}`, address), { method: 'PURGE' });
    await fetch(new URL(`/console/password?token=${word}`, address));
    await fetch(new URL('/graphql', address), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${word}`, host: '127.0.0.1' },
      body: JSON.stringify({ query: `query ${word} { viewer { ${word} } }`, operationName: word }),
    });
    await world.anonymous.ask('mutation ($input: AuthLoginInput!) { authLogin(input: $input) { __typename } }', {
      input: { email: `${word}@example.com`, password: word },
    });
  };
  await wander('hunter1');
  const before = await scrape();
  await wander('hunter2');
  const after = await scrape();

  expect([...after.keys()]).toEqual([...before.keys()]);
  expect(after.get(requests('other', 'other', 404))).toBe(2);
  expect(after.get(requests('/console/password', 'GET', 200))).toBe(2);
  const shown = [...after.keys()].join('\n');
  for (const secret of ['hunter', accessToken, refreshToken, password, admin.email, admin.id, admin.uuid])
    expect(shown.includes(secret), secret).toBe(false);
});

test('there is none where METRICS_PORT is unset', async () => {
  const settings = readSettings({ NODE_ENV: 'test' });
  const server = await createServer({ database: untouched, settings, log: pino({ level: 'silent' }) });

  expect(server.metrics).toBeNull();
  expect((await server.fetch(new Request('http://127.0.0.1:4000/metrics'))).status).toBe(404);
});

test('it comes and goes with its server, each with numbers of its own; a port that is taken is named, and nothing listens', async () => {
  const another = (METRICS_PORT: string) =>
    createServer({
      database: world.database,
      settings: readSettings({ NODE_ENV: 'test', METRICS_PORT }),
      log: pino({ level: 'silent' }),
    });
  const server = await another('0');
  await server.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${portOf(server.metrics)}/metrics`;
  expect(await (await fetch(url)).text()).not.toContain('route="/graphql"');

  const late = await another(String(portOf(server.metrics)));
  await expect(late.listen(0, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE', setting: 'METRICS_PORT' });
  expect([late.http.listening, late.metrics!.listening]).toEqual([false, false]);

  await server.close();
  await expect(fetch(url)).rejects.toThrow();
  expect((await fetch(metricsUrl())).status).toBe(200);
});
