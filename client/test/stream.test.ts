import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createServer } from '../../src/server.ts';
import { happened } from '../../test/support/events.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type Person, password } from '../../test/support/world.ts';
import { type AuthClient, createAuthClient } from '../src/client.ts';
import type { ModuleCore, Wire } from '../src/core.ts';
import { ForbiddenError, UnauthenticatedError } from '../src/errors.ts';
import { AuditEventsDocument } from '../src/generated/operations.ts';
import { type FollowOptions, follow, type Patience, type Told } from '../src/stream/follow.ts';
import { createPost } from '../src/transport/http.ts';
import { startProxy } from './support/proxy.ts';
import { anotherServer, startListening } from './support/server.ts';

const { world, server, url } = await startListening();
const { database, sql } = world;
const { auditFeed } = server.steward;
const other = await world.person({ roles: ['system_admin'] });

/** Only what a test makes happen: logins of its people are events, too. */
const where = { actions: ['thing.touched'] };

async function touch(requestId: string, reason: string | null = null, action = 'thing.touched'): Promise<string> {
  await happened(world, { action, reason }, { requestId });
  database.notices.send();
  return requestId;
}

// What the module of events is made of, for tests that are less patient than its users.
vi.mock('../src/modules/audit.ts', async (importOriginal) => {
  const { auditModule } = await importOriginal<typeof import('../src/modules/audit.ts')>();
  return { auditModule: (core: ModuleCore) => ({ ...auditModule(core), core }) };
});

/** An admin who is signed in, and whose client is at that address. */
async function enter({ at = url, fetch = globalThis.fetch, roles = ['super_admin'] } = {}) {
  const admin = await world.person({ roles });
  const client = createAuthClient({ apiBaseUrl: at, fetch });
  await client.auth.login({ email: admin.email, password });
  return { admin, client, core: coreOf(client) };
}

const coreOf = ({ audit }: AuthClient) => (audit as unknown as { core: ModuleCore }).core;

const hasty: Patience = { silenceMs: 45_000, pauseMs: 1, longestPauseMs: 100 };
const requestIn = ({ node }: Told) => node.requestId;

/** Events by the ids of their requests. */
const followed = (core: ModuleCore, options: FollowOptions = {}, patience = hasty) =>
  follow(core, { where, ...options }, requestIn, patience);

/** Done by another admin. */
async function run(mutation: string): Promise<void> {
  const result = await other.run(`mutation { ${mutation} { ... on MutationError { code message } } }`);
  expect(JSON.stringify(result)).not.toContain('"code"');
}

async function take<Value>(events: AsyncIterator<Value>, count: number): Promise<Value[]> {
  const taken: Value[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done) throw new Error(`It ended after ${JSON.stringify(taken)}.`);
    taken.push(value);
  }
  return taken;
}

/** Waits for the first event, once the server knows who listens. */
async function listening<Value>(
  events: AsyncIterator<Value>,
  feed = auditFeed,
): Promise<{ first: Promise<IteratorResult<Value>> }> {
  const before = feed.size;
  const first = events.next();
  first.catch(() => {});
  await eventually(() => feed.size).toBe(before + 1);
  return { first };
}

/** A `fetch` that puts what it is told between the body of a stream and who reads it, and counts the streams. */
function through(transform: () => TransformStream<Uint8Array, Uint8Array>) {
  const counted = {
    streams: 0,
    fetch: (async (input, init) => {
      const response = await fetch(input, init);
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
      counted.streams++;
      return new Response(response.body!.pipeThrough(transform()), response);
    }) as typeof fetch,
  };
  return counted;
}

test('events come as they are committed, as the graph tells them, each with a cursor to go on from', async () => {
  const { core } = await enter();
  const events = follow(core, { where }, (told) => told, hasty);
  const { first } = await listening(events);
  await touch('one', 'Zoë 🦊');
  const { value: one } = await first;
  await touch('two');
  const { value: two } = await events.next();
  await events.return!();

  expect(one).toEqual({
    cursor: expect.any(String),
    node: {
      id: expect.stringMatching(/^evt_/),
      action: 'thing.touched',
      occurredAt: expect.any(String),
      actorId: null,
      actorName: null,
      impersonatorId: null,
      impersonatorName: null,
      organizationId: null,
      subjectId: null,
      reason: 'Zoë 🦊',
      changes: [],
      metadata: {},
      ipAddress: '192.0.2.1',
      userAgent: 'A browser',
      requestId: 'one',
    },
  });
  expect(two.node.requestId).toBe('two');
  await touch('three');
  const again = followed(core, { after: one.cursor });
  expect(await take(again, 2)).toEqual(['two', 'three']);
  await again.return!();
  await eventually(() => auditFeed.size).toBe(0);
});

test('`audit.subscribe` gives records, of those alone that are asked for', async () => {
  const { admin, client, core } = await enter();
  const after = await present(core);
  await touch('any');
  await happened(world, { action: 'thing.touched' }, { requestId: 'theirs', by: admin });
  await happened(world, { action: 'other.touched' }, { requestId: 'of another kind', by: admin });
  database.notices.send();
  const events = client.audit.subscribe({ actor_id: admin.id, actions: ['thing.touched'], after });
  const { value } = await events.next();
  await events.return!();

  expect(value).toMatchObject({ request_id: 'theirs', actor_id: admin.id, cursor: expect.any(String) });
});

test('what is committed after it began and before its first connection stood is not missed', async () => {
  let connected = 0;
  const { core } = await enter({
    fetch: async (input, init) => {
      if (new Headers(init?.headers).get('accept') !== 'text/event-stream') return fetch(input, init);
      if (++connected === 1) {
        await touch('between');
        throw new TypeError('The network is away.');
      }
      return fetch(input, init);
    },
  });
  await touch('before');
  const events = followed(core);
  const first = events.next();

  expect(await first).toEqual({ done: false, value: 'between' });
  expect(connected).toBe(2);
  await events.return!();
});

/** The place of the newest event. */
async function present({ calls }: ModuleCore): Promise<string> {
  const { auditEvents } = await calls.call(AuditEventsDocument, { first: 1 });
  return auditEvents!.pageInfo.endCursor!;
}

describe('whatever becomes of its connections, each event is told once, in order', () => {
  const writers = 6;
  const each = 50;

  /** Follows what is written meanwhile; gives what was told, and what the database has. */
  async function compare(core: ModuleCore, action: string) {
    const toEvent = ({ node }: Told) => `${node.requestId} ${node.reason}`;
    const events = follow(core, { where: { actions: [action] }, after: await present(core) }, toEvent, hasty);
    const writing = Array.from({ length: writers }, async (_, writer) => {
      for (let n = 0; n < each; n++) await touch(`${writer} ${n}`, 'ä€🦊'.repeat(20), action);
    });
    const [told] = await Promise.all([take(events, writers * each), ...writing]);
    await events.return!();
    const rows = await database.query<{ event: string }>(sql`
      SELECT concat(request_id, ' ', reason) AS event FROM audit_events WHERE action = ${action} ORDER BY generation, transaction, id`);
    return { told, committed: rows.map(({ event }) => event) };
  }

  test('where the network cuts it anywhere', async () => {
    const proxy = await startProxy(url);
    const { core } = await enter({ at: proxy.url });
    // The least lets an answer with one event through, so that it gets on.
    proxy.budget = () => 3000 + Math.floor(Math.random() * 4000);
    proxy.cut();

    const { told, committed } = await compare(core, 'cut.anywhere');

    expect(committed).toHaveLength(writers * each);
    expect(told).toEqual(committed);
    expect(proxy.connections).toBeGreaterThan(30);
    await eventually(() => auditFeed.size).toBe(0);
  });

  test('where it is cut after every event', async () => {
    const counted = through(() => {
      let text = '';
      return new TransformStream({
        transform(bytes, controller) {
          controller.enqueue(bytes);
          text += new TextDecoder().decode(bytes);
          if (text.includes('event: next')) controller.error(new TypeError('terminated'));
        },
      });
    });
    const { core } = await enter({ fetch: counted.fetch });

    const { told, committed } = await compare(core, 'cut.after');

    expect(committed).toHaveLength(writers * each);
    expect(told).toEqual(committed);
    expect(counted.streams).toBeGreaterThan(each);
    await eventually(() => auditFeed.size).toBe(0);
  });

  test('where it comes byte by byte', async () => {
    const counted = through(
      () =>
        new TransformStream({
          transform(bytes, controller) {
            for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
          },
        }),
    );
    const { core } = await enter({ fetch: counted.fetch });

    const { told, committed } = await compare(core, 'byte.by_byte');

    expect(committed).toHaveLength(writers * each);
    expect(told).toEqual(committed);
    expect(counted.streams).toBe(1);
  });
});

test('a server that goes away is waited for, and another one on the same database takes over', async () => {
  const [one, two] = [await anotherServer(world), await anotherServer(world)];
  const proxy = await startProxy(one.url);
  const { core } = await enter({ at: proxy.url });
  const events = followed(core);
  const { first } = await listening(events, one.server.steward.auditFeed);
  await touch('of the first');
  expect((await first).value).toBe('of the first');

  // It stops as a server does that is told to: its streams end without an error.
  proxy.target = null;
  const second = events.next();
  await one.server.close();
  const { connections } = proxy;
  await eventually(() => proxy.connections).toBeGreaterThan(connections + 2);
  await touch('of nobody');
  proxy.target = two.url;

  expect((await second).value).toBe('of nobody');
  expect(two.server.steward.auditFeed.size).toBe(1);
  const third = events.next();
  await touch('of the second');
  expect((await third).value).toBe('of the second');

  // Both are there now; the one that it listens to is cut off.
  proxy.target = url;
  proxy.cut();
  const fourth = events.next();
  await eventually(() => auditFeed.size).toBe(1);
  await touch('of the third');
  expect((await fourth).value).toBe('of the third');
  await events.return!();
  await eventually(() => [auditFeed.size, two.server.steward.auditFeed.size]).toEqual([0, 0]);
});

describe('who it is told to', () => {
  test('a token that goes stale in the middle is renewed, and nothing is missed', async () => {
    const { admin, core } = await enter();
    const renewed = vi.spyOn(core.wire, 'renew');
    const events = followed(core);
    const { first } = await listening(events);
    await database.query(sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${admin.uuid}::uuid`);
    await touch('while it was stale');

    expect((await first).value).toBe('while it was stale');
    expect(renewed).toHaveBeenCalledTimes(1);
    await events.return!();
  });

  test.each([
    [
      'told by the stream',
      async (admin: Person) => void (await database.query(sql`DELETE FROM user_roles WHERE user_id = ${admin.uuid}::uuid`)),
    ],
    ['known by a new token', (admin: Person) => run(`userSetRoles(input: { userId: "${admin.id}", roleCodes: ["base_user"] })`)],
  ])('who may read events no longer is told so, %s', async (_how, demote) => {
    const { admin, core } = await enter();
    const events = followed(core);
    const { first } = await listening(events);
    await demote(admin);
    await touch('not for them');

    await expect(first).rejects.toThrow(ForbiddenError);
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(auditFeed.size).toBe(0);
  });

  test.each([
    ['was ended by another', (admin: Person) => run(`userRevokeSessions(input: { userId: "${admin.id}" })`)],
    ['ended with the person', (admin: Person) => run(`userSuspend(input: { userId: "${admin.id}", reason: "For a test." })`)],
  ])('whose session %s is told so, and the client tells that nobody is signed in', async (_how, end) => {
    const { admin, client, core } = await enter();
    const heard: unknown[] = [];
    client.on('logged_out', (event) => heard.push(event));
    const events = followed(core);
    const { first } = await listening(events);
    await end(admin);
    await touch('not for them');

    await expect(first).rejects.toThrow(UnauthenticatedError);
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(heard).toEqual([{ reason: 'ended' }]);
    expect(client.auth.isAuthenticated()).toBe(false);
    expect(auditFeed.size).toBe(0);
  });

  test('who signs out is told nothing more', async () => {
    const { client, core } = await enter();
    const { first } = await listening(followed(core));
    await client.auth.logout();

    await expect(first).rejects.toThrow(UnauthenticatedError);
  });

  test('what one person began never goes on as another', async () => {
    const proxy = await startProxy(url);
    const { client, core } = await enter({ at: proxy.url });
    const next = await world.person({ roles: ['super_admin'] });
    const events = followed(core);
    const { first } = await listening(events);
    await client.auth.login({ email: next.email, password });
    await touch('for who began');
    expect((await first).value).toBe('for who began');
    const second = events.next();
    proxy.cut();
    await touch('for nobody');

    await expect(second).rejects.toThrow(UnauthenticatedError);
    expect(client.auth.getClaims()?.sub).toBe(next.id);
    await eventually(() => auditFeed.size).toBe(0);
  });

  test.each([undefined, 'somewhere'])('nobody is told that they are nobody, after %s', async (after) => {
    const { core } = await enter();
    const ofNobody = coreOf(createAuthClient({ apiBaseUrl: url }));

    await expect(followed(ofNobody, { after: after && (await present(core)) }).next()).rejects.toThrow(UnauthenticatedError);
  });

  test('who never may is told at once', async () => {
    const { core } = await enter({ roles: ['base_user'] });
    await expect(followed(core).next()).rejects.toThrow(ForbiddenError);
    await expect(followed(core, { after: 'x' }).next()).rejects.toThrow(ForbiddenError);
  });
});

test('a cursor that is none is refused, and not tried again', async () => {
  const counted = through(() => new TransformStream());
  const { core } = await enter({ fetch: counted.fetch });

  await expect(followed(core, { after: 'nowhere' }).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT', status: 400 });
  expect(counted.streams).toBe(1);
});

describe('it is left', () => {
  test('by `break`, which closes its connection', async () => {
    const { core } = await enter();
    const after = await present(core);
    await touch('one');
    await touch('two');
    const told: (string | null)[] = [];
    for await (const event of followed(core, { after })) {
      told.push(event);
      expect(auditFeed.size).toBe(1);
      break;
    }

    await eventually(() => auditFeed.size).toBe(0);
    expect(told).toEqual(['one']);
  });

  test('by `return` while it waits: what waits is done', async () => {
    const { core } = await enter();
    const events = followed(core);
    const { first } = await listening(events);
    const second = events.next();

    expect(await events.return!()).toEqual({ done: true, value: undefined });
    expect(await Promise.all([first, second, events.next()])).toEqual(Array(3).fill({ done: true, value: undefined }));
    await eventually(() => auditFeed.size).toBe(0);
  });

  test.each(['while it waits', 'between two events', 'before it began'])(
    'by its signal %s, whose reason is thrown',
    async (when) => {
      const { core } = await enter();
      const after = await present(core);
      const leaving = new AbortController();
      const reason = new Error('Enough.');
      const events = followed(core, { after, signal: leaving.signal });
      if (when === 'before it began') leaving.abort(reason);
      if (when === 'between two events') {
        await touch('one');
        await touch('two');
        expect((await events.next()).value).toBe('one');
        leaving.abort(reason);
        await eventually(() => auditFeed.size).toBe(0);
      }
      const next = when === 'while it waits' ? (await listening(events)).first : events.next();
      leaving.abort(reason);

      await expect(next).rejects.toBe(reason);
      expect(await events.next()).toEqual({ done: true, value: undefined });
      await eventually(() => auditFeed.size).toBe(0);
    },
  );
});

describe('silence', () => {
  test('that is longer than it should be counts as a broken connection', async () => {
    const silent = await createServer({
      database,
      settings: world.settings,
      log: pino({ level: 'silent' }),
      heartbeatMs: 3_600_000,
    });
    const address = await silent.listen(0, '127.0.0.1');
    const counted = through(() => new TransformStream());
    const { core } = await enter({ at: address.origin, fetch: counted.fetch });
    const events = followed(core, {}, { ...hasty, silenceMs: 100 });
    const first = events.next();
    await eventually(() => counted.streams).toBeGreaterThan(3);
    expect(silent.steward.auditFeed.size).toBeLessThanOrEqual(2);
    await touch('at last');

    expect((await first).value).toBe('at last');
    await events.return!();
    await silent.close();
  });
});

describe('a server that is away', () => {
  afterEach(() => void vi.useRealTimers());

  test.each([
    ['can not be reached', async () => Promise.reject(new TypeError('fetch failed'))],
    ['has a proxy that says so', async () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    [
      'has no seat left',
      async () => stream('event: next\ndata: {"errors":[{"message":"Later.","extensions":{"code":"UNAVAILABLE"}}]}\n\n'),
    ],
    ['accepts and breaks off', async () => stream(':\n\n')],
    ['says that it is done', async () => stream('event: complete\ndata:\n\n', { isLeftOpen: true })],
    [
      'refuses every token',
      async () => stream('event: next\ndata: {"errors":[{"message":"Stale.","extensions":{"code":"TOKEN_STALE"}}]}\n\n'),
    ],
  ])('and %s is asked again after pauses that grow to half a minute, for as long as it takes', async (_how, answer) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const asked: number[] = [];
    const fetch = async () => {
      asked.push(Date.now());
      return answer();
    };
    const send = createPost('http://127.0.0.1', fetch, false);
    const post: Wire['post'] = async (...sent) => ({ response: await send(...sent), token: `.${btoa('{"sub":"somebody"}')}.` });
    const core = { wire: { post, renew: async () => {} } } as unknown as ModuleCore;
    const leaving = new AbortController();
    const events = follow(core, { after: 'somewhere', signal: leaving.signal }, requestIn);
    const next = events.next();
    next.catch(() => {});
    await vi.advanceTimersByTimeAsync(3_600_000);
    leaving.abort(new Error('Enough.'));

    await expect(next).rejects.toThrow('Enough.');
    const pauses = asked.slice(1).map((at, i) => at - asked[i]!);
    expect(pauses.slice(0, 10)).toEqual([150, 300, 600, 1200, 2400, 4800, 9600, 19_200, 22_500, 22_500]);
    expect(pauses.length).toBe(166);
  });

  test('and has told something since is asked again after the shortest pause', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const told = (n: number) =>
      stream(`event: next\ndata: {"data":{"auditEventAdded":{"cursor":"${n}","node":{"requestId":"${n}"}}}}\n\n`);
    const asked: { at: number; after: string }[] = [];
    const post: Wire['post'] = async (body) => {
      asked.push({ at: Date.now(), after: JSON.parse(body).variables.after });
      return { response: told(asked.length), token: null };
    };
    const events = follow({ wire: { post } } as unknown as ModuleCore, { after: '0' }, requestIn);
    const taken = take(events, 8);
    await vi.advanceTimersByTimeAsync(60_000);

    expect(await taken).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(asked.map(({ at, after }) => [at - asked[0]!.at, after])).toEqual(
      Array.from({ length: 8 }, (_, n) => [150 * n, String(n)]),
    );
    await events.return!();
  });

  function stream(text: string, { isLeftOpen = false } = {}): Response {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
        if (!isLeftOpen) controller.close();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }
});
