import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { newFolder, ready, start } from './support/process.ts';

/** For the tests that only want a server, one after another: migrated by the first of them. */
const shared = { NODE_ENV: 'test', STEWARD_SECRET: 'ab'.repeat(32), STEWARD_DATA_FOLDER: newFolder() };

const signIn = `mutation($input: AuthLoginInput!) { authLogin(input: $input) {
  ... on AuthLoginSuccess { tokens { accessToken } } ... on MutationError { code } } }`;

async function ask(port: number, body: object, token?: string) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return response.json();
}

test('a bad start says in a few lines what is wrong, and nothing of the values', async () => {
  const { exit, output } = await start({ NODE_ENV: 'production', STEWARD_SECRET: 'hunter2', STEWARD_TYPO: '1' });

  expect(await exit).toBe(1);
  for (const name of ['STEWARD_SECRET', 'STEWARD_TYPO', 'DATABASE_URL', 'PUBLIC_URL', 'SMTP_URL'])
    expect(output.stderr).toContain(name);
  expect(output.stdout + output.stderr).not.toMatch(/hunter2|node_modules|\n\s+at /);
});

test('the first start fills in demo data, the second is quick and keeps them, and a second process is refused', async () => {
  const folder = newFolder();
  const first = await start({ STEWARD_DATA_FOLDER: folder });
  await ready(first);

  const accounts = JSON.parse(readFileSync(join(folder, 'demo-accounts.json'), 'utf8'));
  const admin = accounts.find(({ persona }: any) => persona === 'system_admin');
  expect(statSync(join(folder, 'demo-accounts.json')).mode & 0o777).toBe(0o600);
  for (const said of ['/graphiql', '/graphql', '/healthz', admin.email, admin.password, 'demo-accounts.json', 'users(']) {
    expect(first.output.stdout).toContain(said);
  }
  const { data } = await ask(first.port, {
    query: signIn,
    variables: { input: { email: admin.email, password: admin.password } },
  });
  const token = data.authLogin.tokens.accessToken;
  const people = await ask(first.port, { query: '{ users { totalCount } }' }, token);
  expect(people.data.users.totalCount).toBeGreaterThanOrEqual(250);

  const rival = await start({ STEWARD_DATA_FOLDER: folder });
  expect(await rival.exit).toBe(1);
  expect(rival.output.stderr).toContain('belongs to another process');
  expect(rival.output.stderr.trim().split('\n')).toHaveLength(1);

  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  const again = await start({ STEWARD_DATA_FOLDER: folder, PORT: String(first.port) });
  await ready(again);
  expect(again.output.stdout).toContain(admin.password);
  expect(await ask(again.port, { query: '{ users { totalCount } }' }, token)).toEqual(people);

  const clash = await start({ STEWARD_DATA_FOLDER: newFolder(), PORT: String(again.port) });
  expect(await clash.exit).toBe(1);
  expect(clash.output.stderr).toContain('PORT is in use');
});

test('SIGTERM: what is in flight is answered, what is idle is cut off, and the process ends with 0', async () => {
  const server = await start(shared);
  await ready(server);
  const body = JSON.stringify({ query: '{ __typename }' });
  const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const idle = connect(server.port, '127.0.0.1');
  const inFlight = connect(server.port, '127.0.0.1');
  let answer = '';
  inFlight.on('data', (data) => {
    answer += data;
  });
  inFlight.write(head + body.slice(0, 5));
  const idleClosed = new Promise((resolve) => idle.on('close', resolve).on('error', () => {}));
  await pause(200);

  server.child.kill('SIGTERM');
  await idleClosed;
  expect(await fetch(`http://127.0.0.1:${server.port}/readyz`).catch(() => null)).toBeNull();
  inFlight.write(body.slice(5));

  expect(await server.exit).toBe(0);
  expect(answer).toMatch(/^HTTP\/1.1 200/);
  expect(answer.toLowerCase()).toContain('connection: close');
  expect(answer).toContain('"__typename":"Query"');
});

test('the log is JSON, a line for each request at least, without query strings and tokens', async () => {
  const server = await start({ ...shared, LOG_LEVEL: 'info' });
  await ready(server);
  const answer = await fetch(`http://127.0.0.1:${server.port}/console/password?token=hunter2`, {
    headers: { authorization: 'Bearer hunter2' },
  });
  await ask(
    server.port,
    { query: 'query Hello($x: Int) { __typename users(first: $x) { totalCount } }', variables: { x: 7 } },
    'hunter2',
  );
  server.child.kill('SIGINT');

  expect(await server.exit).toBe(0);
  const lines = server.output.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.find(({ requestId }) => requestId === answer.headers.get('x-request-id'))).toMatchObject({
    method: 'GET',
    path: '/console/password',
    status: 200,
  });
  expect(lines.find(({ operations }) => operations)).toMatchObject({
    operations: ['query Hello'],
    errorCodes: ['UNAUTHENTICATED'],
  });
  expect(server.output.stdout).not.toContain('hunter2');
});

test('`npm start` builds, and is the process that listens', { timeout: 180_000 }, async () => {
  const server = await start(shared, ['scripts/start.mjs']);
  await ready(server);

  expect(existsSync('dist/src/main.js')).toBe(true);
  expect((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);
});

test('a host that is not of this machine is named', async () => {
  const server = await start({ ...shared, HOST: '203.0.113.1' });

  expect(await server.exit).toBe(1);
  expect(server.output.stderr).toContain('HOST is no address of this machine');
});

test('a secret that is not the former one stops the start', async () => {
  const other = await start({ ...shared, STEWARD_SECRET: 'cd'.repeat(32) });

  expect(await other.exit).toBe(1);
  expect(other.output.stderr).toContain('STEWARD_SECRET');
});
