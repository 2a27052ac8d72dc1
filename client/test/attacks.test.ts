import { createServer } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { password } from '../../test/support/world.ts';
import {
  cookieStore,
  createAuthClient,
  localStorageStore,
  memoryStore,
  NetworkError,
  RequestError,
  TimeoutError,
  type TokenStore,
  UnauthenticatedError,
} from '../src/index.ts';
import { startListening } from './support/server.ts';
import { signedIn, watched } from './support/signed-in.ts';

const { world, url } = await startListening();
const options = { apiBaseUrl: url };
const boss = (await signedIn(await world.person({ roles: ['system_admin'] }), options)).client;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A browser's localStorage. */
function pageStorage(content: Record<string, string> = {}) {
  const kept = new Map(Object.entries(content));
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal('addEventListener', () => {});
  return kept;
}

/** The pages of one site: they share the API's cookie, and nothing else unless they have one origin. */
function site() {
  pageStorage();
  let cookie: string | undefined;
  let onItsWay: (body: string) => Promise<void> | undefined = () => undefined;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const headers = { ...(init?.headers as Record<string, string>), ...(cookie && { cookie }) };
    const response = await globalThis.fetch(input, { ...init, headers });
    await onItsWay(String(init!.body));
    for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0];
    return response;
  };
  return {
    page: (origin: string) => watched({ ...options, store: cookieStore({ key: origin }), fetch }),
    /** The first answer to the field is on its way, with its cookie, until it is let go. */
    delay(field: string) {
      let arrive!: () => void;
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const left = new Promise<void>((resolve) => {
        onItsWay = (body) => {
          if (!body.includes(`{${field}`)) return undefined;
          onItsWay = () => undefined;
          resolve();
          return arrived;
        };
      });
      return { left, arrive };
    },
  };
}

test('where another origin of the site has signed in as somebody else, what was begun is not sent again as them', async () => {
  const { page } = site();
  const [ann, ben] = [await world.person({ name: 'Ann' }), await world.person({ name: 'Ben' })];
  const [one, other] = [page('https://one.example'), page('https://other.example')];
  await one.client.auth.login({ email: ann.email, password });
  await other.client.auth.login({ email: ben.email, password });
  await boss.users.setRoles(ann.id, ['base_user', 'seller']);

  const calls = await Promise.allSettled([
    one.client.account.update({ name: 'Changed' }),
    one.client.account.listMyInvitations(),
  ]);

  expect(calls.map((call) => call.status === 'rejected' && call.reason)).toEqual([
    expect.any(UnauthenticatedError),
    expect.any(UnauthenticatedError),
  ]);
  expect([(await boss.users.get(ann.id)).name, (await boss.users.get(ben.id)).name]).toEqual(['Ann', 'Ben']);
  expect(one.client.auth.getClaims()?.sub).toBe(ben.id);
});

test('with cookieStore the late answer to a sign-out does not take the cookie of who has signed in meanwhile', async () => {
  const { page, delay } = site();
  const [ann, ben] = [await world.person(), await world.person()];
  const { client, net } = page('mine');
  await client.auth.login({ email: ann.email, password });
  net.look();
  const answer = delay('authLogout');

  const leaving = client.auth.logout();
  const entering = client.auth.login({ email: ben.email, password });
  await answer.left;
  // Time enough for a login that does not wait.
  await boss.auth.whoami();
  expect(net.look()).toEqual([['authLogout']]);
  answer.arrive();
  await Promise.all([leaving, entering]);

  const next = page('mine');
  await next.client.ready();
  expect(next.client.auth.getClaims()?.sub).toBe(ben.id);
});

test('the late answer to a sign-out everywhere does not sign out who has signed in meanwhile', async () => {
  const [ann, ben] = [await world.person(), await world.person()];
  const { client, net, events } = await signedIn(ann, options);
  const late = net.holdAnswer('authLogoutEverywhere');

  const leaving = client.auth.logoutAll();
  await late.arrived;
  await client.auth.login({ email: ben.email, password });
  late.release();

  expect(await leaving).toEqual({ revoked_sessions: 1 });
  expect((await client.auth.whoami())?.user.id).toBe(ben.id);
  expect(events.map(([name]) => name)).toEqual(['authenticated']);
});

/** A store of which the next saving fails. */
function failing(): TokenStore & { fails: boolean } {
  const memory = memoryStore();
  return {
    ...memory,
    fails: false,
    save(session) {
      if (!this.fails) return memory.save(session);
      this.fails = false;
      throw new Error('The disk is full.');
    },
  };
}

test('what could not be saved is not forgotten, so that the next exchange is not taken for a theft', async () => {
  const person = await world.person();
  const store = failing();
  const { client, events } = await signedIn(person, { ...options, store });
  const begun = Date.now();
  const minutes = (count: number) => vi.useFakeTimers({ toFake: ['Date'], now: begun + count * 60_000 });

  store.fails = true;
  minutes(14.8);
  await expect(client.auth.whoami()).rejects.toThrow('The disk is full.');
  expect((await client.auth.whoami())?.user.id).toBe(person.id);
  minutes(29.8);
  expect((await client.auth.whoami())?.user.id).toBe(person.id);

  expect(events.map(([name]) => name)).toEqual(['token_refreshed']);
  expect((await store.load())?.accessToken).toBeTruthy();
});

test('signing out tells the server even where the store can not forget, and says so', async () => {
  const person = await world.person();
  const store = failing();
  const { client } = await signedIn(person, { ...options, store });

  store.fails = true;
  await expect(client.auth.logout()).rejects.toThrow('The disk is full.');

  expect(await boss.users.listSessions(person.id)).toEqual([]);
  expect(await client.auth.whoami()).toBeNull();
});

test('the time of a call is that of a refresh as well', async () => {
  const { client, net } = await signedIn(await world.person(), options);
  const held = net.holdRequest('authRefresh');

  await expect(client.auth.refresh({ timeoutMs: 50 })).rejects.toThrow(new TimeoutError('No answer came within 50 ms.'));

  held.release();
});

test('tokens and passwords follow no redirection', async () => {
  const asked: string[] = [];
  const elsewhere = createServer(({ url }, response) => {
    asked.push(url!);
    response.end('{}');
  });
  const server = createServer((_, response) =>
    response.writeHead(307, { location: `http://localhost:${portOf(elsewhere)}/graphql` }).end(),
  );
  for (const each of [elsewhere, server]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  const store = memoryStore();
  await store.save({ accessToken: 'a.b.c', refreshToken: 'secret', expiresAt: 0 });
  const client = createAuthClient({ apiBaseUrl: `http://127.0.0.1:${portOf(server)}`, store, retries: 0 });

  await expect(client.auth.login({ email: 'ann@example.com', password })).rejects.toBeInstanceOf(NetworkError);
  await expect(client.auth.refresh()).rejects.toBeInstanceOf(NetworkError);

  expect(asked).toEqual([]);
  for (const each of [elsewhere, server]) each.close();
});

const portOf = (server: ReturnType<typeof createServer>): number => (server.address() as { port: number }).port;

test.each([
  '1',
  '{}',
  '{"access_token":"of another version"}',
  '{"accessToken":"no\\ntoken","refreshToken":"x","expiresAt":9e15}',
  '{"accessToken":"a.b.c","refreshToken":{"token":"x"},"expiresAt":0}',
  '{"accessToken":"a.b.c","refreshToken":"x","expiresAt":0,"own":7}',
])('what localStorage holds and is no session of this client is none: %s', async (content) => {
  pageStorage({ 'steward.session': content });
  const person = await world.person();
  const { client, net, events } = watched({ ...options, store: localStorageStore() });

  await client.ready();

  expect([client.auth.isAuthenticated(), await client.auth.whoami()]).toEqual([false, null]);
  await expect(client.auth.refresh()).rejects.toThrow('Nobody is signed in.');
  expect([net.look(), events]).toEqual([[['viewer']], []]);
  await client.auth.login({ email: person.email, password });
  expect((await client.auth.whoami())?.user.id).toBe(person.id);
});

test.each([
  ['{"errors":[{"message":"No.","extensions":null}]}', RequestError],
  ['{"errors":{"0":{"message":"No."}}}', RequestError],
  ['{"errors":["No."]}', NetworkError],
  ['{"data":"none"}', NetworkError],
])('however odd an answer is, the error has a type: %s', async (answer, type) => {
  const client = createAuthClient({ ...options, fetch: async () => new Response(answer) });

  await expect(client.auth.whoami()).rejects.toBeInstanceOf(type);
  await expect(client.account.update({ name: 'Ann' })).rejects.toBeInstanceOf(type);
});

test('one signal serves any number of calls, and nothing listens to it when they are over', async () => {
  const { signal } = new AbortController();
  const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  const client = createAuthClient({ ...options, fetch: async () => new Response('{"data":{"viewer":null}}'), batch: false });
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);

  await Promise.all(Array.from({ length: 30 }, () => client.auth.whoami({ signal })));
  // Warnings are told in the next turn.
  await new Promise((resolve) => setImmediate(resolve));

  process.off('warning', hear);
  expect(warnings).toEqual([]);
  expect(new Set(add.mock.calls.map(([, listener]) => listener)).size).toBe(1);
  expect(remove.mock.calls.at(-1)).toEqual(add.mock.calls.at(-1));
});
