import http from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pieces } from '../../src/http/event-stream.ts';
import { createGate } from '../../src/http/gate.ts';
import { createNodeServer } from '../../src/http/node-server.ts';
import type { PlainAnswer } from '../../src/http/plain.ts';
import { createServer, type StewardServer } from '../../src/server.ts';
import { happened } from '../support/events.ts';
import { type Person, startWorld, type World } from '../support/world.ts';
import { followDocument, listen, listening, requestOf, touched } from './support.ts';

let world: World;
let admin: Person;
let member: Person;
const heard: Record<string, any>[] = [];
/** The same database behind a server that is impatient, and whose log is read. */
let impatient: StewardServer;
let address: URL;
beforeAll(async () => {
  world = await startWorld({ METRICS_PORT: '0' });
  admin = await world.person({ roles: ['super_admin'] });
  member = await world.person();
  await admin.signIn();
  await member.signIn();
  impatient = await createServer({
    database: world.database,
    settings: world.settings,
    log: pino({}, { write: (line: string) => void heard.push(JSON.parse(line)) }),
    heartbeatMs: 5,
  });
  address = await impatient.listen(0, '127.0.0.1');
});
afterAll(() => impatient.close());

async function touch(requestId: string): Promise<void> {
  await happened(world, { action: 'thing.touched' }, { requestId });
  world.database.notices.send();
}

const post = (accept: string | null, body: unknown, who: Person | null = admin) =>
  world.server.fetch(
    new Request(new URL('/graphql', world.settings.publicUrl), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accept && { accept }),
        ...(who && { authorization: `Bearer ${who.tokens!.accessToken}` }),
      },
      body: JSON.stringify(body),
    }),
  );

test('events come as `next`, each with a cursor, the first after a comment, and go through no cache', async () => {
  const listener = await listen(world, admin);
  expect(listener.status).toBe(200);
  expect(Object.fromEntries(listener.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(await listener.piece()).toEqual({ event: null, data: '' });
  await touch('first');
  const piece = await listener.piece();
  expect({ ...piece, data: JSON.parse(piece!.data) }).toEqual({
    event: 'next',
    data: {
      data: {
        auditEventAdded: { cursor: expect.any(String), node: { action: 'thing.touched', requestId: 'first' } },
      },
      extensions: { cost: 2 },
    },
  });
  expect(world.server.steward.auditFeed.size).toBe(1);
  await listener.leave();
  expect(world.server.steward.auditFeed.size).toBe(0);
});

test('who listens is told what is committed from then on, of what matches alone', async () => {
  await touch('before');
  const [all, one] = [await listening(world, admin), await listening(world, admin, { variables: { where: { requestId: 'y' } } })];
  for (const request of ['x', 'y', 'z']) await touch(request);
  expect(await all!.requests(3)).toEqual(['x', 'y', 'z']);
  expect(await one!.requests(1)).toEqual(['y']);
  await all!.leave();
  await one!.leave();
});

test('over a socket it lives by heartbeats, leaves one line in the log, and a client that goes away is forgotten', async () => {
  heard.length = 0;
  const listener = await listening({ server: impatient, settings: world.settings }, admin, { at: address });
  const pieces = [await listener.piece(), await listener.piece(), await listener.piece()];
  expect(pieces).toEqual(Array(3).fill({ event: null, data: '' }));
  await touch('over a socket');
  expect(await listener.requests(1)).toEqual(['over a socket']);
  expect(impatient.steward.auditFeed.size).toBe(1);

  await listener.leave();
  while (impatient.steward.auditFeed.size > 0) await new Promise(setImmediate);

  expect(heard.filter(({ msg }) => msg === 'request')).toEqual([
    expect.objectContaining({ method: 'POST', path: '/graphql', status: 200, operations: ['subscription anonymous'] }),
  ]);
});

test('streams that wait behind another on their connection are forgotten with it', async () => {
  const body = JSON.stringify({ query: followDocument });
  const one = [
    'POST /graphql HTTP/1.1',
    `Host: ${world.settings.publicUrl.host}`,
    'content-type: application/json',
    'accept: text/event-stream',
    `authorization: Bearer ${admin.tokens!.accessToken}`,
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
  const socket = connect(Number(address.port), '127.0.0.1');
  socket.resume();
  socket.write(one.repeat(3));
  while (impatient.steward.auditFeed.size < 3) await new Promise(setImmediate);

  socket.destroy();

  while (impatient.steward.auditFeed.size > 0) await new Promise(setImmediate);
});

test('/metrics counts the open streams', async () => {
  const count = async () => {
    const { port } = impatient.metrics!.address() as { port: number };
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return /^steward_event_streams (\d+)$/m.exec(text)?.[1];
  };
  expect(await count()).toBe('0');
  const listener = await listening({ server: impatient, settings: world.settings }, admin);
  expect(await count()).toBe('1');
  await listener.leave();
  expect(await count()).toBe('0');
});

describe('what can not begin is told as `next` with errors, and `complete`', () => {
  const where = (cursor: string) => ({ where: touched, after: cursor });
  test.each([
    ['UNAUTHENTICATED', 'nobody', followDocument, {}],
    ['FORBIDDEN', 'member', followDocument, {}],
    ['GRAPHQL_PARSE_FAILED', 'admin', 'subscription {', {}],
    ['GRAPHQL_VALIDATION_FAILED', 'admin', 'subscription { nothing }', {}],
    ['GRAPHQL_VALIDATION_FAILED', 'admin', 'subscription { __typename }', {}],
    ['GRAPHQL_VALIDATION_FAILED', 'admin', 'subscription { auditEventAdded { cursor } b: auditEventAdded { cursor } }', {}],
    ['BAD_USER_INPUT', 'admin', 'subscription { auditEventAdded @skip(if: true) { cursor } }', {}],
    [
      'GRAPHQL_VALIDATION_FAILED',
      'admin',
      'subscription ($yes: Boolean!) { auditEventAdded @skip(if: $yes) { cursor } }',
      { yes: true },
    ],
    ['BAD_USER_INPUT', 'admin', followDocument, { where: { occurredAt: { from: 'yesterday' } } }],
    ['BAD_USER_INPUT', 'admin', followDocument, { where: { nothing: 1 } }],
    ['BAD_USER_INPUT', 'admin', followDocument, { where: { actions: Array(101).fill('a') } }],
    ['BAD_USER_INPUT', 'admin', followDocument, where('nonsense')],
    ['BAD_USER_INPUT', 'admin', followDocument, where('')],
  ] as const)('%s for %s: %s %j', async (code, name, query, variables) => {
    const who = { nobody: null, member, admin }[name];
    const listener = await listen(world, who, { query, variables });
    expect([listener.status, listener.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const results = await listener.rest();
    expect(results).toMatchObject([{ errors: [{ extensions: { code } }] }]);
    expect(results[0]!.data).toBeUndefined();
    expect(await listener.piece()).toBeNull();
    expect(world.server.steward.auditFeed.size).toBe(0);
  });
});

test('a cursor of the events of one person, or of one organization, is none of the stream', async () => {
  const { user } = await admin.run(`query ($id: ID!) { user(id: $id) { auditEvents { edges { cursor } } } }`, { id: admin.id });
  const { cursor } = user.auditEvents.edges[0];
  const listener = await listen(world, admin, { variables: { after: cursor } });
  expect(await listener.rest()).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
});

test('who is refused leaves the event of it', async () => {
  const { auditEvents } = await admin.run(
    `query ($id: ID!) { auditEvents(where: { actions: ["access.forbidden"], actorId: $id }) { nodes { metadata } } }`,
    { id: member.id },
  );
  expect(auditEvents.nodes).toEqual([{ metadata: { field: 'auditEventAdded', needs: 'audit:read' } }]);
});

test('any other operation is answered so too: one result, and the end', async () => {
  const query = await post('text/event-stream', { query: '{ viewer { user { email } } }' });
  expect(await query.text()).toBe(
    `event: next\ndata: {"data":{"viewer":{"user":{"email":"${admin.email}"}}},"extensions":{"cost":2}}\n\nevent: complete\ndata:\n\n`,
  );
  const mutation = await post('text/event-stream', {
    query: `mutation { accountUpdate(input: { name: "Somebody" }) { ... on AccountUpdateSuccess { user { name } } } }`,
  });
  expect(mutation.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(await mutation.text()).toMatch(/^event: next\ndata: \{"data":\{"accountUpdate":\{"user":\{"name":"Somebody"\}\}\}/);
});

test('a login over server-sent events sets its cookie', async () => {
  const answer = await post(
    'text/event-stream',
    {
      query: `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { __typename } }`,
      variables: { input: { email: member.email, password: 'correct horse battery', useCookie: true } },
    },
    null,
  );
  expect(await answer.text()).toContain('AuthLoginSuccess');
  expect(answer.headers.get('set-cookie')).toContain('steward_refresh=');
});

test('a batch is refused, and so is what is no request at all', async () => {
  const batch = await post('text/event-stream', [{ query: '{ viewer { user { id } } }' }]);
  expect([batch.status, await batch.json()]).toMatchObject([400, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }]);
  const nothing = await post('text/event-stream', 7);
  expect([nothing.status, nothing.headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8']);
  const inBatch = await post('application/json, text/event-stream', [{ query: followDocument }]);
  expect(await inBatch.json()).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
});

test.each([
  [null, 'application/json', 'refused'],
  ['*/*', 'application/json', 'refused'],
  ['application/json', 'application/json', 'refused'],
  ['application/json, text/event-stream', 'application/json', 'stream'],
  ['application/graphql-response+json, application/json, text/event-stream', 'application/graphql-response+json', 'stream'],
  ['text/event-stream, application/json;q=0.9', 'text/event-stream', 'stream'],
  ['text/event-stream;q=0, application/json', 'application/json', 'refused'],
  ['TEXT/EVENT-STREAM', 'text/event-stream', 'stream'],
])('with accept %s a query is answered as %s, and a subscription is: %s', async (accept, type, subscription) => {
  const query = await post(accept, { query: '{ viewer { user { id } } }' });
  expect(query.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  const answer = await post(accept, { query: followDocument });
  if (subscription === 'stream') {
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await answer.body!.cancel();
  } else expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

test('fields below an event that fail are null there, with their errors, and the stream goes on', async () => {
  const query = `subscription { auditEventAdded(where: { actions: ["thing.touched"] }) {
    node { requestId subject { ... on Organization { auditEvents(first: 1, after: "nonsense") { totalCount } } } } } }`;
  const organization = await world.organization({ owner: member });
  const listener = await listening(world, admin, { query });
  const subject = { type: 'org', id: organization.uuid } as const;
  await happened(world, { action: 'thing.touched', subject }, { requestId: 'with' });
  await touch('without');
  const [one, two] = await listener.take(2);
  expect(one).toMatchObject({
    data: { auditEventAdded: { node: { requestId: 'with', subject: { auditEvents: null } } } },
    errors: [{ extensions: { code: 'BAD_USER_INPUT' }, path: ['auditEventAdded', 'node', 'subject', 'auditEvents'] }],
  });
  expect([requestOf(two!), two!.errors]).toEqual(['without', undefined]);
  await listener.leave();
});

test('a stream has no end of objects: the lists of each event count by themselves', async () => {
  const small = await startWorld({ STEWARD_MAX_COST: '25' });
  const reader = await small.person({ roles: ['super_admin'] });
  const listener = await listening(small, reader, {
    query: `subscription { auditEventAdded(where: { actions: ["thing.touched"] }) { node { requestId changes { field } } } }`,
  });
  const changes = Array.from({ length: 10 }, (_, n) => ({ field: `f${n}`, before: null, after: n }));
  for (const requestId of ['a', 'b', 'c', 'd']) await happened(small, { action: 'thing.touched', changes }, { requestId });
  small.database.notices.send();
  expect(await listener.requests(4)).toEqual(['a', 'b', 'c', 'd']);
  await listener.leave();
});

// ---------------------------------------------------------------- over a socket

/** A server whose one answer is these pieces. */
async function serving(pieces: Pieces, before: () => Promise<void> = async () => {}) {
  const answer = async (): Promise<PlainAnswer> => {
    await before();
    return { status: 200, headers: {}, body: pieces };
  };
  const gate = createGate({
    settings: world.settings,
    log: pino({ level: 'silent' }),
    routes: new Map([['/pieces', { anyHost: true, methods: { GET: answer } }]]),
  });
  const node = createNodeServer(gate, { unreadMs: 300 });
  await new Promise<void>((resolve) => node.http.listen(0, '127.0.0.1', resolve));
  return { node, port: (node.http.address() as { port: number }).port };
}

function endless(piece: string) {
  let taken = 0;
  let forget!: () => void;
  const returned = new Promise<void>((resolve) => {
    forget = resolve;
  });
  const pieces: Pieces = {
    async next() {
      taken++;
      return { done: false, value: piece };
    },
    async return() {
      forget();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => pieces,
  };
  return { pieces, returned, taken: () => taken };
}

test('a client that takes nothing is asked for nothing, and cut off after a while', async () => {
  const { pieces, returned, taken } = endless('x'.repeat(100_000));
  const { node, port } = await serving(pieces);
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => {});
  socket.write('GET /pieces HTTP/1.1\r\nhost: x\r\n\r\n');
  await returned;
  // What the kernel holds of a connection is some megabytes.
  expect(taken()).toBeLessThan(500);
  socket.destroy();
  await node.drain(0);
});

test('a client that is gone before the answer is there leaves nothing behind', async () => {
  const { pieces, returned, taken } = endless('x');
  let arrived!: () => void;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let gone!: () => void;
  const departure = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const { node, port } = await serving(pieces, async () => {
    arrived();
    await departure;
  });
  node.http.on('request', (request) => request.socket.on('close', gone));
  const request = http.get({ port, host: '127.0.0.1', path: '/pieces' });
  request.on('error', () => {});
  await arrival;
  request.destroy();
  await returned;
  expect(taken()).toBe(0);
  await node.drain(0);
});
