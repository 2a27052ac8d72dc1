import { expect, test, vi } from 'vitest';
import { password } from '../../test/support/world.ts';
import { AuthenticationError, memoryStore, NetworkError, RequestError, UnauthenticatedError } from '../src/index.ts';
import { anotherServer, startListening } from './support/server.ts';
import { signedIn, watched } from './support/signed-in.ts';

const { world, url } = await startListening();
const { database, sql } = world;
const boss = (await signedIn(await world.person({ roles: ['system_admin'] }), { apiBaseUrl: url })).client;

const refreshed = ['token_refreshed', { expires_at: expect.any(String) }];

/** A store with the session of who is signed in, changed. */
async function storeWith(change: object) {
  const person = await world.person();
  const store = memoryStore();
  await signedIn(person, { apiBaseUrl: url, store });
  await store.save({ ...(await store.load())!, ...change });
  return { person, store };
}

/** As if whatever was exchanged had been so a minute ago. */
const aMinuteLater = () => database.query(sql`UPDATE refresh_tokens SET used_at = used_at - interval '1 minute'`);

test('thirty calls with a token that is stale since an admin changed the roles share one refresh, and are answered as if nothing was', async () => {
  const person = await world.person();
  const { client, net, events } = await signedIn(person, { apiBaseUrl: url });
  await boss.users.setRoles(person.id, ['base_user', 'seller']);

  const viewers = await Promise.all(Array.from({ length: 30 }, () => client.auth.whoami()));

  const roles = viewers.map((viewer) => viewer?.user.roles.length);
  expect(roles).toEqual(Array(30).fill(2));
  expect(net.look().filter((fields) => fields.includes('authRefresh'))).toEqual([['authRefresh']]);
  expect(events).toEqual([refreshed]);
  expect(client.auth.getClaims()?.roles).toHaveLength(2);
});

test('a token with less than half a minute left is exchanged before it is used', async () => {
  const { person, store } = await storeWith({ expiresAt: Date.now() + 29_000 });
  const { client, net, events } = watched({ apiBaseUrl: url, store });

  const viewers = await Promise.all([client.auth.whoami(), client.auth.whoami()]);

  expect(viewers.map((viewer) => viewer?.user.id)).toEqual([person.id, person.id]);
  expect(net.look()).toEqual([['authRefresh'], ['viewer', 'viewer']]);
  expect(events).toEqual([refreshed]);
});

test('whoever sends requests of their own gets a token that holds, and null when signed out', async () => {
  const { person, store } = await storeWith({ expiresAt: Date.now() + 29_000 });
  const { client, net } = watched({ apiBaseUrl: url, store });

  const [token, same] = [await client.auth.accessToken(), await client.auth.accessToken()];

  expect(token).toBe((await store.load())!.accessToken);
  expect(same).toBe(token);
  expect(client.auth.getClaims()).toMatchObject({ sub: person.id });
  expect(net.look()).toEqual([['authRefresh']]);
  await client.auth.logout();
  expect(await client.auth.accessToken()).toBeNull();
});

test('a token with more left is used as it is', async () => {
  const { store } = await storeWith({ expiresAt: Date.now() + 40_000 });
  const { client, net } = watched({ apiBaseUrl: url, store });

  await client.auth.whoami();

  expect(net.look()).toEqual([['viewer']]);
});

test('where tokens live for seconds only, not every call is preceded by an exchange', async () => {
  const short = await anotherServer(world, { STEWARD_ACCESS_TOKEN_SECONDS: '20' });
  const { client, net } = await signedIn(await world.person(), { apiBaseUrl: short.url });

  await client.auth.whoami();

  expect(net.look()).toEqual([['viewer']]);
});

test('what the server calls expired or unknown is exchanged, and the call sent once more', async () => {
  const person = await world.person();
  const store = memoryStore();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  await signedIn(person, { apiBaseUrl: url, store }).finally(() => vi.useRealTimers());
  await store.save({ ...(await store.load())!, expiresAt: Date.now() + 600_000 });
  const expired = watched({ apiBaseUrl: url, store });
  const unknown = watched({ apiBaseUrl: url, store: (await storeWith({ accessToken: 'not.a.token' })).store });

  expect((await expired.client.auth.whoami())?.user.id).toBe(person.id);
  await unknown.client.auth.whoami();

  expect(expired.net.look()).toEqual([['viewer'], ['authRefresh'], ['viewer']]);
  expect(unknown.net.look()).toEqual([['viewer'], ['authRefresh'], ['viewer']]);
});

test('a refresh that never arrived is sent again', async () => {
  const { client, net, events } = await signedIn(await world.person(), { apiBaseUrl: url });
  net.loseRequest('authRefresh');

  await client.auth.refresh();

  expect(net.look()).toEqual([['authRefresh'], ['authRefresh']]);
  expect(events).toEqual([refreshed]);
});

test('a refresh whose answer was lost is sent again, and where the server takes that for theft nobody is signed in any more', async () => {
  const { client, net, events } = await signedIn(await world.person(), { apiBaseUrl: url });
  net.answerAfter('authRefresh', async () => {
    await aMinuteLater();
    throw new TypeError('fetch failed');
  });

  const outcome = await client.auth.refresh().catch((error) => error);
  const later = await Promise.all([client.auth.whoami(), client.auth.whoami()]);

  expect(outcome).toBeInstanceOf(UnauthenticatedError);
  expect(outcome.cause).toMatchObject({ name: 'AuthenticationError', code: 'REFRESH_TOKEN_REUSED' });
  expect(later).toEqual([null, null]);
  expect(net.look()).toEqual([['authRefresh'], ['authRefresh'], ['viewer', 'viewer']]);
  expect(events).toEqual([['logged_out', { reason: 'ended' }]]);
});

const refused = (code: string) => {
  const refusal = { __typename: 'AuthenticationError', code, message: 'Refused.', path: null, retryAt: null };
  return JSON.stringify({ data: { authRefresh: refusal } });
};

test('where nobody else got what a lost answer brought, waiting for it ends, and so does the session', async () => {
  const { client, net, events } = await signedIn(await world.person(), { apiBaseUrl: url });
  net.loseAnswer('authRefresh');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  net.answerAfter('authRefresh', async () => {
    await aMinuteLater();
    setTimeout(() => vi.setSystemTime(Date.now() + 13_000));
    return new Response(refused('REFRESH_CONFLICT'));
  });

  const outcome = await client.auth
    .refresh()
    .catch((error) => error)
    .finally(() => vi.useRealTimers());

  expect(outcome).toBeInstanceOf(UnauthenticatedError);
  expect(outcome.cause).toMatchObject({ code: 'REFRESH_TOKEN_REUSED' });
  expect(net.look()).toEqual(Array(3).fill(['authRefresh']));
  expect(events).toEqual([['logged_out', { reason: 'ended' }]]);
});

test('a conflict that does not end is given up, and signs nobody out', async () => {
  const { client, net, events } = await signedIn(await world.person(), { apiBaseUrl: url });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  for (let i = 0; i < 5; i++) {
    net.answerInstead('authRefresh', async () => {
      setTimeout(() => vi.setSystemTime(Date.now() + 13_000));
      return new Response(refused('REFRESH_CONFLICT'));
    });
  }

  const outcome = await client.auth
    .refresh()
    .catch((error) => error)
    .finally(() => vi.useRealTimers());

  expect(outcome).toMatchObject({ name: 'AuthenticationError', code: 'REFRESH_CONFLICT' });
  expect(net.look()).toEqual(Array(2).fill(['authRefresh']));
  expect(events).toEqual([]);
  expect(client.auth.isAuthenticated()).toBe(true);
});

test('a token that somebody else has used ends the session for all calls at once, and that is told once', async () => {
  const { store } = await storeWith({ expiresAt: 0 });
  const thief = watched({ apiBaseUrl: url, store: { load: () => store.load(), save() {} } });
  await thief.client.auth.refresh();
  await aMinuteLater();
  const { client, net, events } = watched({ apiBaseUrl: url, store });

  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => client.auth.whoami()));

  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.name)).toEqual(
    Array(10).fill('UnauthenticatedError'),
  );
  expect(net.look()).toEqual([['authRefresh']]);
  expect(events).toEqual([['logged_out', { reason: 'ended' }]]);
  expect(await store.load()).toBeNull();
});

test('while the network is away nobody is signed out, and afterwards all goes on', async () => {
  const { store } = await storeWith({ expiresAt: 0 });
  const { client, net, events } = watched({ apiBaseUrl: url, store });
  for (let i = 0; i < 3; i++) net.loseRequest('authRefresh');

  await expect(client.auth.whoami()).rejects.toBeInstanceOf(NetworkError);

  expect(net.look()).toEqual(Array(3).fill(['authRefresh']));
  expect(events).toEqual([]);
  expect(await client.auth.whoami()).not.toBeNull();
});

test('a server that is away, or has had too many attempts, signs nobody out', async () => {
  const { store } = await storeWith({ expiresAt: 0 });
  const { client, net, events } = watched({ apiBaseUrl: url, store, retries: 0 });
  const away = { errors: [{ message: 'Later.', extensions: { code: 'UNAVAILABLE' } }] };
  net.answer('authRefresh', 503, JSON.stringify(away));
  net.answer('authRefresh', 200, refused('TOO_MANY_ATTEMPTS'));

  await expect(client.auth.whoami()).rejects.toBeInstanceOf(RequestError);
  await expect(client.auth.whoami()).rejects.toBeInstanceOf(AuthenticationError);

  expect(events).toEqual([]);
  expect(await client.auth.whoami()).not.toBeNull();
});

test('who was signed out everywhere by another device notices with the next call, and is told once', async () => {
  const person = await world.person();
  const other = await signedIn(person, { apiBaseUrl: url });
  const { client, net, events } = await signedIn(person, { apiBaseUrl: url });

  expect(await other.client.auth.logoutAll()).toEqual({ revoked_sessions: 2 });
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => client.account.listSessions()));

  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.name)).toEqual(
    Array(5).fill('UnauthenticatedError'),
  );
  expect(net.look()).toEqual([Array(5).fill('viewer'), ['authRefresh']]);
  expect(events).toEqual([['logged_out', { reason: 'ended' }]]);
  expect(other.events).toEqual([['logged_out', { reason: 'logout' }]]);
  expect([client.auth.isAuthenticated(), client.auth.getClaims()]).toEqual([false, null]);
});

test('who is no more a member of the organization goes on without it', async () => {
  const person = await world.person();
  const organization = await world.organization({ owner: await world.person(), members: [[person]] });
  const { client, net, events } = await signedIn(person, { apiBaseUrl: url }, { organization_id: organization.id });
  expect(client.auth.getClaims()?.org).toBe(organization.id);
  await boss.organizations.adminRemoveMember(organization.id, person.id);

  const viewer = await client.auth.whoami();

  expect(viewer?.organization).toBeNull();
  expect(net.look()).toEqual([['viewer'], ['authRefresh'], ['authRefresh'], ['viewer']]);
  expect(events).toEqual([['org_switched', { organization_id: null }], refreshed]);
  expect(client.auth.getClaims()).not.toHaveProperty('org');
});

test('the late answer to a refresh does not overwrite who has signed in meanwhile', async () => {
  const [first, second] = [await world.person(), await world.person()];
  const store = memoryStore();
  const { client, net, events } = await signedIn(first, { apiBaseUrl: url, store });
  const late = net.holdAnswer('authRefresh');

  const refreshing = client.auth.refresh();
  await late.arrived;
  await client.auth.login({ email: second.email, password });
  const kept = await store.load();
  late.release();
  await refreshing;

  expect((await client.auth.whoami())?.user.id).toBe(second.id);
  expect(await store.load()).toEqual(kept);
  expect(events.map(([name]) => name)).toEqual(['authenticated']);
});

test('who signs out during a refresh is signed out, here and at the server', async () => {
  const person = await world.person();
  const store = memoryStore();
  const { client, net, events } = await signedIn(person, { apiBaseUrl: url, store });
  const late = net.holdAnswer('authRefresh');

  const refreshing = client.auth.refresh();
  await late.arrived;
  const leaving = client.auth.logout();
  late.release();
  await Promise.all([refreshing, leaving]);

  expect(await store.load()).toBeNull();
  expect(client.auth.isAuthenticated()).toBe(false);
  expect(events).toEqual([['logged_out', { reason: 'logout' }]]);
  expect(await boss.users.listSessions(person.id)).toEqual([]);
});
