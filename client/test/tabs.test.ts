import { afterEach, expect, test, vi } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { password } from '../../test/support/world.ts';
import {
  type AuthClient,
  cookieStore,
  localStorageStore,
  type StoredSession,
  type TokenStore,
  UnauthenticatedError,
} from '../src/index.ts';
import { startListening } from './support/server.ts';
import { signedIn, type Watched, watched } from './support/signed-in.ts';

const { world, url } = await startListening();
const boss = (await signedIn(await world.person({ roles: ['system_admin'] }), { apiBaseUrl: url })).client;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What tabs share: one place for the session, and a lock where they have one. */
function shared(withLock: boolean): () => TokenStore {
  const kept = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  return () => ({
    load: async () => JSON.parse(kept.get('session') ?? 'null') as StoredSession | null,
    save: async (session) => void kept.set('session', JSON.stringify(session)),
    ...(withLock && { exclusively }),
  });
}

/** Two tabs of somebody who is signed in; the access token has run out where `isDue`. */
async function twoTabs(store: () => TokenStore, isDue: boolean): Promise<[Watched, Watched, personId: string]> {
  const person = await world.person();
  await signedIn(person, { apiBaseUrl: url, store: store() });
  if (isDue) await store().save({ ...(await store().load())!, expiresAt: 0 });
  const tabs = [watched({ apiBaseUrl: url, store: store() }), watched({ apiBaseUrl: url, store: store() })] as const;
  await Promise.all(tabs.map(({ client }) => (isDue ? undefined : client.ready())));
  return [...tabs, person.id];
}

test('of two tabs that need a new token at once, one exchanges it and the other takes what that one got', async () => {
  const [one, other, id] = await twoTabs(shared(true), true);

  const viewers = await Promise.all([one.client.auth.whoami(), other.client.auth.whoami()]);

  expect(viewers.map((viewer) => viewer?.user.id)).toEqual([id, id]);
  expect([one.net.look(), other.net.look()].sort((a, b) => a.length - b.length)).toEqual([
    [['viewer']],
    [['authRefresh'], ['viewer']],
  ]);
  expect(one.client.auth.getClaims()).toEqual(other.client.auth.getClaims());
});

test('where tabs have no lock, the one that the server refuses waits for what the other one got', async () => {
  const [one, other, id] = await twoTabs(shared(false), true);
  const late = one.net.holdAnswer('authRefresh');

  const first = one.client.auth.whoami();
  await late.arrived;
  other.net.afterAnswer('authRefresh', late.release);
  const second = other.client.auth.whoami();

  expect((await first)?.user.id).toBe(id);
  expect((await second)?.user.id).toBe(id);
  expect(one.net.look()).toEqual([['authRefresh'], ['viewer']]);
  expect(other.net.look()).toEqual([['authRefresh'], ['viewer']]);
  expect([...one.events, ...other.events].map(([name]) => name)).toEqual(['token_refreshed']);
});

test('a tab whose token is stale takes the newer one of another tab', async () => {
  const [one, other, id] = await twoTabs(shared(true), false);
  await boss.users.setRoles(id, ['base_user', 'seller']);
  await one.client.auth.refresh();

  const viewer = await other.client.auth.whoami();

  expect(viewer?.user.roles).toHaveLength(2);
  expect(other.net.look()).toEqual([['viewer'], ['viewer']]);
});

test('where the newer token of another tab is stale as well, it is exchanged', async () => {
  const [one, other, id] = await twoTabs(shared(true), false);
  await one.client.auth.refresh();
  await boss.users.setRoles(id, ['base_user', 'seller']);

  const viewer = await other.client.auth.whoami();

  expect(viewer?.user.roles).toHaveLength(2);
  expect(other.net.look()).toEqual([['viewer'], ['viewer'], ['authRefresh'], ['viewer']]);
});

test('a tab notices by its next call that another one has signed out', async () => {
  const [one, other] = await twoTabs(shared(false), false);
  await one.client.auth.logout();

  await expect(other.client.account.listSessions()).rejects.toBeInstanceOf(UnauthenticatedError);

  expect(other.net.look()).toEqual([['viewer']]);
  expect(other.events).toEqual([['logged_out', { reason: 'elsewhere' }]]);
});

test('a call of one person is not sent again as the one who has signed in in another tab', async () => {
  const [one, other, id] = await twoTabs(shared(false), false);
  const next = await world.person();
  await one.client.auth.login({ email: next.email, password });
  await boss.users.revokeSessions(id);

  await expect(other.client.account.update({ name: 'Not mine' })).rejects.toBeInstanceOf(UnauthenticatedError);

  expect((await other.client.auth.whoami())?.user).toMatchObject({ id: next.id, name: next.name });
});

/** A browser's localStorage, and its storage events for whoever did not make the change. */
function browserStorage() {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  vi.stubGlobal('localStorage', storage);
  return kept;
}

test('localStorageStore outlives the page, and hears of other tabs', async () => {
  const kept = browserStorage();
  const hear = new Set<(event: object) => void>();
  vi.stubGlobal('addEventListener', (_: string, listener: (event: object) => void) => hear.add(listener));
  const person = await world.person();
  await signedIn(person, { apiBaseUrl: url, store: localStorageStore({ key: 'mine' }) });

  const next = watched({ apiBaseUrl: url, store: localStorageStore({ key: 'mine' }) });
  await next.client.ready();
  expect(next.client.auth.getClaims()?.sub).toBe(person.id);

  kept.clear();
  for (const listener of hear) listener({ key: 'another' });
  for (const listener of hear) listener({ key: 'mine' });
  await eventually(() => next.events).toEqual([['logged_out', { reason: 'elsewhere' }]]);
});

test('what localStorage holds and nobody can read is no session', async () => {
  const kept = browserStorage();
  vi.stubGlobal('addEventListener', () => {});
  kept.set('steward.session', 'no JSON');

  const { client } = watched({ apiBaseUrl: url, store: localStorageStore() });
  await client.ready();

  expect(client.auth.isAuthenticated()).toBe(false);
});

/** Tabs of one browser: they share its cookies, localStorage and channels. */
function browser() {
  const kept = browserStorage();
  let cookie: string | undefined;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    expect(init?.credentials).toBe('include');
    const headers = { ...(init?.headers as Record<string, string>), ...(cookie && { cookie }) };
    const response = await globalThis.fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0];
    return response;
  };
  const tab = () => watched({ apiBaseUrl: url, store: cookieStore({ key: 'steward.test' }), fetch });
  return { kept, tab, cookie: () => cookie };
}

test('with cookieStore the refresh token is in the cookie alone, and a new page goes on by it', async () => {
  const { kept, tab, cookie } = browser();
  const person = await world.person();
  const { client } = tab();
  await client.auth.login({ email: person.email, password });
  expect([...kept]).toEqual([['steward.test', '1']]);
  expect(cookie()).toMatch(/^steward_refresh=.+/);
  const before = cookie();

  const next = tab();
  await next.client.ready();

  expect(next.client.auth.getClaims()?.sub).toBe(person.id);
  expect(cookie()).not.toBe(before);
  expect(next.events).toEqual([['token_refreshed', { expires_at: expect.any(String) }]]);
});

test('with cookieStore tabs hear of new tokens and of a sign-out, which ends the cookie too', async () => {
  const { kept, tab, cookie } = browser();
  const person = await world.person();
  const [one, other] = [tab(), tab()];
  await Promise.all([one.client.ready(), other.client.ready()]);
  await one.client.auth.login({ email: person.email, password });
  await eventually(() => other.client.auth.getClaims()?.sub).toBe(person.id);

  await one.client.auth.logout();

  await eventually(() => other.events).toEqual([['logged_out', { reason: 'elsewhere' }]]);
  expect([...kept]).toEqual([]);
  expect(cookie()).toBe('steward_refresh=');
});

test('with cookieStore a page of somebody who never signed in asks nothing, and one of whom the server knows no more is signed out', async () => {
  const { kept, tab } = browser();
  const never = tab();
  await never.client.ready();
  kept.set('steward.test', '1');
  const once = tab();
  await once.client.ready();

  expect(never.client.auth.isAuthenticated()).toBe(false);
  expect(once.events).toEqual([['logged_out', { reason: 'ended' }]]);
  expect([...kept]).toEqual([]);
});

test('with cookieStore a page that opens while the network is away holds its session for alive', async () => {
  const { tab } = browser();
  await (await byLogin())(tab().client);
  const { client, net, events } = tab();
  for (let tries = 0; tries < 3; tries++) net.loseRequest('authRefresh');

  await client.ready();

  expect([client.auth.isAuthenticated(), client.auth.getClaims(), events]).toEqual([true, null, []]);
  expect(await client.auth.whoami()).not.toBeNull();
});

test('with cookieStore an impersonation leaves the cookie alone, and renews itself by its own token', async () => {
  const { tab, cookie } = browser();
  const [admin, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
  const { client } = tab();
  await client.auth.login({ email: admin.email, password });
  const before = cookie();

  await client.users.impersonate({ targetUserId: jo.id, reason: 'support ticket' });
  await client.auth.refresh();
  expect((await client.auth.whoami())?.user.id).toBe(jo.id);
  expect(cookie()).toBe(before);

  await client.auth.stopImpersonating();
  await client.auth.refresh();
  expect((await client.auth.whoami())?.user.id).toBe(admin.id);
});

test('with cookieStore an impersonation is of its tab alone, and a new page of the impersonator does not end it', async () => {
  const { tab } = browser();
  const [admin, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
  const [one, other] = [tab(), tab()];
  await Promise.all([one.client.ready(), other.client.ready()]);
  await one.client.auth.login({ email: admin.email, password });
  await eventually(() => other.client.auth.getClaims()?.sub).toBe(admin.id);

  await one.client.users.impersonate({ targetUserId: jo.id, reason: 'support ticket' });
  const before = other.client.auth.getClaims();
  await tab().client.ready();
  await eventually(() => other.client.auth.getClaims()).not.toEqual(before);

  expect((await one.client.auth.whoami())?.user.id).toBe(jo.id);
  expect((await other.client.auth.whoami())?.user.id).toBe(admin.id);
  await one.client.auth.stopImpersonating();
  expect(one.client.auth.getClaims()).toEqual(other.client.auth.getClaims());
});

/** Ways to become somebody new. */
async function byLogin() {
  const { email } = await world.person();
  return ({ auth }: AuthClient) => auth.login({ email, password });
}
async function byInvitation() {
  const organization = await world.organization({ owner: await world.person() });
  const { token } = await world.invitation({ organization, email: 'invited@example.com' });
  return ({ account }: AuthClient) => account.signUp({ invitation_token: token, password: 'a long one of my own', name: 'New' });
}

test.each([
  ['a login', 'authLogin', byLogin],
  ['signing up', 'accountSignUp', byInvitation],
])('with cookieStore %s waits for the refresh under way, whose cookie would take the place of its own', async (_, field, way) => {
  const { tab, cookie } = browser();
  const { client, net } = tab();
  const enter = await way();
  await (await byLogin())(client);
  const late = net.holdRequest('authRefresh');

  const refreshing = client.auth.refresh();
  await late.arrived;
  const entering = enter(client);
  // Time enough for one that does not wait.
  await client.auth.whoami();
  expect(net.look()).toEqual([['authLogin'], ['authRefresh'], ['viewer']]);
  late.release();
  const [entered] = await Promise.all([entering, refreshing]);

  expect(net.look()).toEqual([[field]]);
  const next = tab();
  await next.client.ready();
  expect(next.client.auth.getClaims()?.sub).toBe(entered.user.id);
  expect(cookie()).toMatch(/=.+/);
});

test('with cookieStore a tab that hears nothing of the others tries again by the cookie, which is the next one by then', async () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('navigator', undefined);
  const { tab } = browser();
  const person = await world.person();
  await tab().client.auth.login({ email: person.email, password });
  const [one, other] = [tab(), tab()];

  // Both send the same cookie, and one of them is refused. The clock stands still, so that no wait comes to its end by time.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  await Promise.all([one.client.ready(), other.client.ready()]);

  expect([one, other].map(({ client }) => client.auth.getClaims()?.sub)).toEqual([person.id, person.id]);
  expect([...one.net.look(), ...other.net.look()]).toEqual(Array(3).fill(['authRefresh']));
  expect([...one.events, ...other.events].map(([name]) => name)).toEqual(['token_refreshed', 'token_refreshed']);
});
