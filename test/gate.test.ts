import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNodeServer } from '../src/http/node-server.ts';
import { createServer, type StewardServer } from '../src/server.ts';
import { readSettings } from '../src/settings.ts';
import { eventually } from './support/eventually.ts';
import { parsed, raw } from './support/raw.ts';
import { untouched } from './support/untouched.ts';

// Nothing in this file may reach the database: the gate decides without it.
const lines: string[] = [];
const stream = new PassThrough().on('data', (line) => lines.push(String(line)));
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://db.example.com/steward',
  STEWARD_SECRET: 'ab'.repeat(32),
  PUBLIC_URL: 'https://steward.example.com',
  MAIL: 'hold',
};

const serverWith = (environment: Record<string, string>, ipAddress?: string): Promise<StewardServer> =>
  createServer({
    database: untouched,
    settings: readSettings(environment),
    log: pino({ level: 'info' }, stream),
    ...(ipAddress && { ipAddress }),
  });

let server: StewardServer;
let port: number;
beforeAll(async () => {
  server = await serverWith({ NODE_ENV: 'test', PORT: '0' });
  port = Number((await server.listen()).port);
});
afterAll(() => server.close());

async function send(path: string, init: RequestInit & { on?: StewardServer } = {}) {
  const { on = server, ...rest } = init;
  const request = new Request(new URL(path, 'http://127.0.0.1'), {
    ...(rest.body ? { duplex: 'half' } : {}),
    ...rest,
  } as RequestInit);
  const response = await on.fetch(request);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
  };
}

const post = (body: unknown, headers: Record<string, string> = {}, on = server) =>
  send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body:
      typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
        ? (body as BodyInit)
        : JSON.stringify(body),
    on,
  });

const logged = (): any[] => lines.map((line) => JSON.parse(line));

const typename = { query: '{ __typename }' };
const request = (lines: string[], body = '') => `${lines.join('\r\n')}\r\n\r\n${body}`;

describe('what is no request for us', () => {
  test.each([
    ['a broken request line', 'nonsense\r\n\r\n', 400],
    ['an unknown method', request(['BREW /graphql HTTP/1.1', 'Host: localhost']), 400],
    ['no Host', request(['POST /graphql HTTP/1.1', 'Content-Length: 0']), 400],
    ['no Host in HTTP/1.0', request(['GET /graphiql HTTP/1.0']), 400],
    ['Host: evil[', request(['GET /graphql HTTP/1.1', 'Host: evil[']), 400],
    ['an empty Host', request(['GET /graphql HTTP/1.1', 'Host:']), 400],
    ['a Host with a user', request(['GET /graphql HTTP/1.1', 'Host: me@localhost']), 400],
    ['a Host with a wild port', request(['GET /graphql HTTP/1.1', 'Host: localhost:99999']), 400],
    ['a Host that is no IPv6 address', request(['GET /graphql HTTP/1.1', 'Host: [::1::2]']), 400],
    ['two Hosts', request(['GET /graphql HTTP/1.1', 'Host: localhost', 'Host: evil.example.com']), 400],
    ['a foreign Host', request(['GET /graphql HTTP/1.1', 'Host: evil.example.com']), 421],
    ['a Host that only begins like loopback', request(['GET /graphql HTTP/1.1', 'Host: 127.0.0.1.evil.example.com']), 421],
    ['an absolute address', request(['GET http://localhost/graphql HTTP/1.1', 'Host: localhost']), 400],
    ['the address *', request(['OPTIONS * HTTP/1.1', 'Host: localhost']), 400],
    ['CONNECT', request(['CONNECT localhost:25 HTTP/1.1', 'Host: localhost']), 405],
    ['a long address', request([`GET /graphql?${'x'.repeat(8200)} HTTP/1.1`, 'Host: localhost']), 414],
    ['a large header', request(['GET /graphql HTTP/1.1', 'Host: localhost', `X: ${'x'.repeat(17_000)}`]), 431],
    ['two lengths', request(['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Content-Length: 2'], 'ab'), 400],
    [
      'a length and chunks',
      request(['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
      400,
    ],
    [
      'an encoding below the chunks',
      request(
        ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', 'Transfer-Encoding: gzip, chunked'],
        '0\r\n\r\n',
      ),
      400,
    ],
    ['a strange expectation', request(['POST /graphql HTTP/1.1', 'Host: localhost', 'Expect: wonders']), 417],
    ['a broken percent-encoding', request(['GET /graph%zzql HTTP/1.1', 'Host: localhost']), 404],
    ['a path in disguise', request(['GET /./graphql HTTP/1.1', 'Host: localhost']), 404],
    ['a path that could be taken for a host', request(['GET //graphql HTTP/1.1', 'Host: localhost']), 404],
    ['an encoded path', request(['POST /%67raphql HTTP/1.1', 'Host: localhost']), 404],
    [
      'two Authorizations',
      request(
        [
          'POST /graphql HTTP/1.1',
          'Host: localhost',
          'Content-Type: application/json',
          'Authorization: Bearer a',
          'Authorization: Bearer b',
          'Content-Length: 26',
        ],
        JSON.stringify(typename),
      ),
      400,
    ],
    [
      'two Content-Types',
      request(
        [
          'POST /graphql HTTP/1.1',
          'Host: localhost',
          'Content-Type: application/json',
          'Content-Type: text/plain',
          'Content-Length: 26',
        ],
        JSON.stringify(typename),
      ),
      400,
    ],
  ])('%s', async (_what, bytes, status) => {
    const answer = parsed(await raw(port, bytes));

    expect(answer.status).toBe(status);
    expect(answer.head.toLowerCase()).toContain('content-type: application/json; charset=utf-8');
    expect(answer.head.toLowerCase()).not.toMatch(/\r\n(server|x-powered-by):/);
    const requestId = /\r\nx-request-id: ([0-9a-f-]{36})/i.exec(answer.head)?.[1];
    expect(logged().find((line) => line.requestId === requestId)).toMatchObject({ msg: 'request', level: 30, status });
    expect(answer.head).toContain("content-security-policy: default-src 'none'; frame-ancestors 'none'");
    for (const name of ['x-content-type-options', 'cache-control', 'referrer-policy']) expect(answer.head).toContain(`${name}: `);
    expect(answer.body).toEqual({ errors: [{ message: expect.any(String), extensions: { code: expect.any(String) } }] });
  });

  test('a body that never comes is not waited for longer than ten seconds, nor a head longer than five', () => {
    expect(server.http).toMatchObject({ headersTimeout: 5000, requestTimeout: 10_000 });
  });

  test('the connection still serves after a body that was refused unread', async () => {
    const big = `{"query":"${' '.repeat(150_000)}"}`;
    const refused = request(
      ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: text/plain', `Content-Length: ${big.length}`],
      big,
    );
    const next = request(['GET /healthz HTTP/1.1', 'Host: localhost', 'Connection: close']);

    const answers = await raw(port, refused + next, Number.POSITIVE_INFINITY);

    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415', 'HTTP/1.1 200']);
  });
});

describe('clients that hold on', () => {
  test('one that goes away while it sends is a plain 400', async () => {
    const socket = connect(port, '127.0.0.1');
    const path = `/graphql?${Math.random()}`;
    socket.write(
      request([`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', 'Content-Length: 99'], '{'),
    );
    const before = lines.length;
    setTimeout(() => socket.resetAndDestroy(), 100);

    await eventually(() => lines.length).toBeGreaterThan(before);
    expect(lines.slice(before).map((line) => JSON.parse(line))).toMatchObject([{ level: 30, msg: 'request', status: 400 }]);
  });

  test('one that does not read its answer is cut off', async () => {
    const answer = { status: 200, headers: {}, body: Buffer.alloc(50_000_000) };
    const { http } = createNodeServer(
      Object.assign(async () => answer, { refuse: () => answer }),
      { unreadMs: 200 },
    );
    const at = await new Promise<number>((resolve) =>
      http.listen(0, '127.0.0.1', () => resolve((http.address() as AddressInfo).port)),
    );
    const closed = new Promise<void>((resolve) => http.once('connection', (one) => one.once('close', () => resolve())));
    const socket = connect(at, '127.0.0.1').on('error', () => {});
    socket.pause();
    socket.write(request(['GET / HTTP/1.1', 'Host: localhost']));

    await closed;
    socket.destroy();
    http.close();
  });

  test('connections are counted', () => {
    expect(server.http.maxConnections).toBe(1000);
  });
});

describe('addresses and methods', () => {
  test.each([
    ['GET', '/graphql', 405, 'POST'],
    ['PUT', '/graphql', 405, 'POST'],
    ['OPTIONS', '/graphql', 405, 'POST'],
    ['POST', '/healthz', 405, 'GET, HEAD'],
    ['DELETE', '/graphiql', 405, 'GET, HEAD'],
    ['GET', '/', 404, null],
    ['GET', '/graphql/', 404, null],
    ['GET', '/__proto__', 404, null],
    ['GET', '/graphql?query={__typename}', 405, 'POST'],
  ])('%s %s is %i', async (method, path, status, allow) => {
    const answer = await send(path, { method });

    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.body.errors[0].extensions.code).toBe(status === 404 ? 'NOT_FOUND' : 'METHOD_NOT_ALLOWED');
  });

  test('every answer has an id of ours, and the headers that keep browsers safe', async () => {
    const answers = [
      await post(typename, { 'x-request-id': 'theirs' }),
      await send('/nothing'),
      await send('/healthz', { method: 'HEAD' }),
      await send('/graphiql'),
      await send('/console/password?token=secret'),
    ];

    for (const { headers } of answers) {
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-type')).toMatch(/; charset=utf-8$/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(answers.length);
    expect(answers[2]!.body).toBe('');
    expect(lines.join('')).toContain(answers[0]!.headers.get('x-request-id'));
    expect(lines.join('')).not.toContain('secret');
  });

  test('health is told to any Host; the database is not needed to live', async () => {
    expect((await send('/healthz', { headers: { host: 'evil[' } })).status).toBe(200);
    expect((await send('/healthz', { headers: { host: '10.1.2.3' } })).body).toEqual({ status: 'ok' });
  });
});

describe('Host in production', () => {
  let ours: StewardServer;
  beforeAll(async () => {
    ours = await serverWith(production);
  });

  test.each([
    ['steward.example.com', 200],
    ['STEWARD.example.com', 200],
    ['steward.example.com:443', 200],
    ['steward.example.com:80', 421],
    ['steward.example.com.', 421],
    ['evil.example.com', 421],
    ['localhost', 421],
    ['127.0.0.1:4000', 421],
    ['steward.example.com@evil.example.com', 400],
  ])('%s is %i', async (host, status) => {
    expect((await post(typename, { host }, ours)).status).toBe(status);
  });

  test('GraphiQL, introspection and suggestions are off', async () => {
    const host = production.PUBLIC_URL.slice(8);
    const introspection = await post({ query: '{ __schema { types { name } } }' }, { host }, ours);
    const misspelt = await post({ query: '{ viewr { user { id } } }' }, { host }, ours);

    expect((await send('/graphiql', { headers: { host }, on: ours })).status).toBe(404);
    expect(introspection.body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(introspection.body.data).toBeUndefined();
    expect(misspelt.body.errors[0].message).toBe('Cannot query field "viewr" on type "Query".');
    expect((await post({ query: '{ viewr { user { id } } }' })).body.errors[0].message).toContain('Did you mean "viewer"');
  });
});

describe('bodies', () => {
  test.each([
    ['no type', undefined],
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['application/graphql', 'application/graphql'],
    ['another charset', 'application/json; charset=iso-8859-1'],
    ['another charset with spaces', 'application/json; charset = utf-16'],
    ['a type that only begins alike', 'application/json-patch+json'],
  ])('%s is 415', async (_what, type) => {
    const body = new Blob([JSON.stringify(typename)]).stream();
    const answer = await send('/graphql', { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });

    expect(answer.status).toBe(415);
  });

  test.each(['application/json;charset=UTF-8', 'application/json; charset="utf-8"', 'Application/JSON'])(
    '%s is welcome',
    async (type) => {
      expect(await post(typename, { 'content-type': type })).toMatchObject({
        status: 200,
        body: { data: { __typename: 'Query' } },
      });
    },
  );

  test.each(['gzip', 'identity', 'br, gzip'])('content-encoding %s is 415', async (encoding) => {
    expect((await post(typename, { 'content-encoding': encoding })).status).toBe(415);
  });

  test('a body above 100 kB is 413, whether it says so or not', async () => {
    const large = JSON.stringify({ query: `{ __typename }${' '.repeat(100_000)}` });
    const silent = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 11; i++) controller.enqueue(Buffer.alloc(10_000, 32));
        controller.close();
      },
    });

    expect(await post(large)).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE', limit: 100_000 } }] },
    });
    expect((await post(silent)).status).toBe(413);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"query":'],
    ['a string', '"{ __typename }"'],
    ['a number', '1'],
    ['null', 'null'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['JSON that is too deep', `${'['.repeat(50_000)}`],
    ['JSON that is too deep in variables', `{"query":"{__typename}","variables":{"a":${'['.repeat(100)}${']'.repeat(100)}}}`],
    ['no query', '{}'],
    ['a null query', '{"query":null}'],
    ['a query that is no string', '{"query":{"toString":"x"}}'],
    ['a list of variables', '{"query":"{__typename}","variables":[]}'],
    ['variables as text', '{"query":"{__typename}","variables":"{}"}'],
    ['a name that is no string', '{"query":"{__typename}","operationName":1}'],
    ['extensions that are no object', '{"query":"{__typename}","extensions":"x"}'],
    ['a list within a batch', '[[{"query":"{__typename}"}]]'],
    ['null within a batch', '[null]'],
    ['an empty batch', '[]'],
  ])('%s is 400', async (_what, body) => {
    expect(await post(body as string)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
  });

  test('keys that pollute prototypes do nothing', async () => {
    const body =
      '{"query":"query($a:ID!){__typename}","variables":{"__proto__":{"a":"x"},"constructor":{"prototype":{"y":1}}},"__proto__":{"z":1}}';
    const answer = await post(body);

    expect(answer.body.errors[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(({} as any).z ?? ({} as any).y ?? ({} as any).a).toBeUndefined();
  });
});

describe('batches', () => {
  test('twenty are answered in order, and twenty-one refused whole', async () => {
    const answer = await post(Array.from({ length: 20 }, (_, i) => ({ query: `{ t${i}: __typename }` })));
    expect(answer.status).toBe(200);
    expect(answer.body.map(({ data }: any) => Object.keys(data)[0])).toEqual(Array.from({ length: 20 }, (_, i) => `t${i}`));

    expect(await post(Array.from({ length: 21 }, () => typename))).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_USER_INPUT', limit: 20, got: 21 } }] },
    });
  });

  test('an idempotency key belongs to each operation, not to the batch', async () => {
    const answer = await post([typename], { 'idempotency-key': 'k' });

    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.stringContaining('extensions.idempotencyKey') }] },
    });
    expect((await post(typename, { 'idempotency-key': 'k'.repeat(256) })).status).toBe(400);
    expect((await post({ ...typename, extensions: { idempotencyKey: { a: 1 } } })).status).toBe(400);
    expect((await post([{ ...typename, extensions: { idempotencyKey: 'k' } }])).status).toBe(200);
  });

  test.each([
    ['authLogin', 'mutation { authLogin(input: { email: "a@example.com", password: "x" }) { __typename } }'],
    ['authLogout in a fragment', 'mutation { ...F } fragment F on Mutation { x: authLogout { __typename } }'],
    ['authRefresh in an inline fragment', 'mutation { ... on Mutation { authRefresh(input: {}) { __typename } } }'],
  ])('%s must come alone', async (_what, query) => {
    for (const batch of [[typename, { query }], [{ query }]]) {
      expect(await post(batch)).toMatchObject({
        status: 400,
        body: { errors: [{ message: expect.stringContaining('must come alone') }] },
      });
    }
  });

  test('the operation that runs is the one that is judged', async () => {
    const query = 'query Harmless { __typename } mutation Login { authLogout { __typename } }';

    expect((await post([{ query, operationName: 'Harmless' }])).status).toBe(200);
    expect((await post([{ query, operationName: 'Login' }])).status).toBe(400);
  });
});

describe('GraphQL over HTTP', () => {
  const both = ['application/json', 'application/graphql-response+json'] as const;

  test.each([
    ['a syntax error', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['no operation', { query: 'fragment F on Query { __typename }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown operation', { query: 'query A { __typename }', operationName: 'B' }, 'BAD_USER_INPUT'],
    ['several without a name', { query: 'query A { __typename } query B { __typename }' }, 'BAD_USER_INPUT'],
    [
      'a variable of a wrong type',
      { query: 'query($id: ID!) { node(id: $id) { id } }', variables: { id: {} } },
      'BAD_USER_INPUT',
    ],
    ['a missing variable', { query: 'query($id: ID!) { node(id: $id) { id } }' }, 'BAD_USER_INPUT'],
  ])('%s has no data; 200 for the old type, 400 for the new', async (_what, params, code) => {
    const [old, current] = [await post(params, { accept: both[0] }), await post(params, { accept: both[1] })];

    expect([old.status, current.status]).toEqual([200, 400]);
    for (const { body } of [old, current]) {
      expect(body).not.toHaveProperty('data');
      expect(body.errors[0].extensions.code).toBe(code);
    }
  });

  test.each([
    [undefined, both[0]],
    ['*/*', both[0]],
    ['application/json, application/graphql-response+json;q=0.5', both[0]],
    ['application/graphql-response+json, application/json;q=0.9', both[1]],
    ['application/graphql-response+json; charset=utf-8', both[1]],
    ['text/html', both[0]],
    ['application/graphql-response+json;q=zzz', both[0]],
  ])('accept %s', async (accept, type) => {
    const answer = await post(typename, accept === undefined ? {} : { accept });

    expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  });

  test('values that were sent do not come back in messages', async () => {
    const answer = await post({
      query: 'mutation($input: AuthLoginInput!) { authLogin(input: $input) { __typename } }',
      variables: { input: { email: 'a@example.com', password: ['hunter2 at "x"; y'] } },
    });
    const literal = await post({
      query: 'mutation { authLogin(input: { email: "a@example.com", password: { x: "hunter2" } }) { __typename } }',
    });

    expect(answer.body.errors[0]).toMatchObject({
      message: expect.stringContaining('input.password'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(JSON.stringify([answer.body, literal.body]) + lines.join('')).not.toContain('hunter2');
  });

  test('long names are cut in the log', async () => {
    const name = 'N'.repeat(5000);
    const answer = await post({ query: `query ${name} { __typename }` });
    const line = logged().find(({ requestId, msg }) => msg === 'request' && requestId === answer.headers.get('x-request-id'));

    expect(line.operations).toEqual([`query ${'N'.repeat(100)}`]);
  });

  test('a bug is masked, and logged under the id of the answer', async () => {
    const answer = await post({ query: '{ viewer { user { id } } }' }, { authorization: 'Bearer a.b.c' });
    const bug = await post({ query: '{ roles { code } }' }, { authorization: await tokenOfNobody() });

    expect(answer.body).toMatchObject({ data: { viewer: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(bug.body.errors[0]).toMatchObject({
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(JSON.stringify(bug.body)).not.toContain('database');
    const logged = lines
      .map((line) => JSON.parse(line))
      .find(({ msg, requestId }) => msg === 'unexpected error' && requestId === bug.headers.get('x-request-id'));
    expect(logged.err.message).toContain('The database was asked');
  });
});

/** Sound enough that its key is looked up. */
async function tokenOfNobody(): Promise<string> {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `Bearer ${encoded({ alg: 'EdDSA', kid: 'k', typ: 'at+jwt' })}.${encoded({ sub: 'x' })}.${'A'.repeat(86)}`;
}

describe('who sends', () => {
  const addressIn = async (forwarded: string | undefined, peer = '10.0.0.1') => {
    const behind = await serverWith({ NODE_ENV: 'test', TRUSTED_PROXIES: '10.0.0.0/8,2001:db8::/32' }, peer);
    const { headers } = await post(typename, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, behind);
    return lines.map((line) => JSON.parse(line)).find(({ requestId }) => requestId === headers.get('x-request-id')).ipAddress;
  };

  test.each([
    ['nothing from a proxy', undefined, '10.0.0.1', '10.0.0.1'],
    ['one hop', '203.0.113.9', '10.0.0.1', '203.0.113.9'],
    ['what a stranger claims', '198.51.100.1, 203.0.113.9, 10.0.0.2', '10.0.0.1', '203.0.113.9'],
    ['a header from a stranger', '198.51.100.1', '203.0.113.9', '203.0.113.9'],
    ['nonsense', 'unknown', '10.0.0.1', '10.0.0.1'],
    ['a port', '203.0.113.9:4711', '10.0.0.1', '203.0.113.9'],
    ['IPv6 with a port', '[2001:db9::1]:4711', '2001:db8::1', '2001:db9::1'],
    ['IPv4 in IPv6', '203.0.113.9', '::ffff:10.0.0.1', '203.0.113.9'],
  ])('%s', async (_what, forwarded, peer, expected) => {
    expect(await addressIn(forwarded, peer)).toBe(expected);
  });
});

describe('CORS', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,authorization' };
  const open = () => serverWith({ NODE_ENV: 'test', CORS_ORIGINS: 'https://console.example.com' });

  test('none unless listed, exactly', async () => {
    const on = await open();
    for (const origin of [
      'https://evil.example.com',
      'https://console.example.com.evil.com',
      'http://console.example.com',
      'null',
    ]) {
      const asked = await send('/graphql', { method: 'OPTIONS', headers: { origin, ...preflight }, on });
      const sent = await post(typename, { origin }, on);
      for (const { headers } of [asked, sent]) {
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(headers.get('access-control-allow-methods')).toBeNull();
        expect(headers.get('vary')).toBe('Origin');
      }
    }
    expect(
      (await post(typename, { origin: 'https://console.example.com' })).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });

  test('a listed origin may call and read', async () => {
    const on = await open();
    const origin = 'https://console.example.com';
    const asked = await send('/graphql', { method: 'OPTIONS', headers: { origin, ...preflight }, on });
    const sent = await post(typename, { origin }, on);

    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    for (const { headers } of [asked, sent]) expect(headers.get('access-control-allow-origin')).toBe(origin);
  });
});

describe('trusted documents', () => {
  const id = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const manifest = (entries: Record<string, string>) => {
    const file = join(mkdtempSync(join(tmpdir(), 'steward-manifest-')), 'documents.json');
    writeFileSync(file, JSON.stringify(entries));
    return file;
  };

  test('with `only` nothing else runs', async () => {
    const text = 'query Trusted { __typename }';
    const on = await serverWith({
      NODE_ENV: 'test',
      TRUSTED_DOCUMENTS: 'only',
      TRUSTED_DOCUMENT_FILES: manifest({ [id(text)]: text }),
    });

    expect((await post({ documentId: id(text) }, {}, on)).body.data).toEqual({ __typename: 'Query' });
    expect((await post({ query: text }, {}, on)).body.data).toEqual({ __typename: 'Query' });
    for (const refused of [
      typename,
      {},
      { query: `${text} ` },
      { documentId: id('other') },
      { documentId: 1 },
      [{ documentId: id(text) }, typename],
    ]) {
      expect((await post(refused, {}, on)).status).toBe(400);
    }
    expect((await post({ documentId: id(text) })).body.errors[0].extensions.code).toBe('UNKNOWN_DOCUMENT');
  });

  test('a manifest whose ids are not the hashes of its texts stops the start', async () => {
    const file = manifest({ [id('{ __typename }')]: '{ users { nodes { id } } }' });

    await expect(serverWith({ NODE_ENV: 'test', TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENT_FILES: file })).rejects.toThrow(
      'TRUSTED_DOCUMENT_FILES',
    );
  });

  test('with `only`, a manifest that can not be read stops the start', async () => {
    await expect(
      serverWith({ NODE_ENV: 'test', TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENT_FILES: '/nowhere.json' }),
    ).rejects.toThrow('TRUSTED_DOCUMENT_FILES');
  });
});
