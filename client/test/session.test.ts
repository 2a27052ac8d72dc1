import { expect, test } from 'vitest';
import { password } from '../../test/support/world.ts';
import { createAuthClient, memoryStore, NetworkError, type TokenStore } from '../src/index.ts';
import { startListening } from './support/server.ts';
import { signedIn, watched } from './support/signed-in.ts';

const { world, url } = await startListening();
const options = { apiBaseUrl: url };

test('who signs in is known at once, and after signing out nobody is', async () => {
  const person = await world.person({ roles: ['base_user', 'buyer'] });
  const { client, net } = watched(options);
  await client.ready();
  expect([client.auth.isAuthenticated(), client.auth.getClaims(), await client.auth.whoami()]).toEqual([false, null, null]);

  const viewer = await client.auth.login({ email: person.email, password });
  expect(viewer.user).toMatchObject({ id: person.id, email: person.email, email_verified: true, status: 'active' });
  expect(client.auth.isAuthenticated()).toBe(true);
  expect(client.auth.isImpersonating()).toBe(false);
  expect(client.auth.getClaims()).toMatchObject({ sub: person.id, sid: viewer.session.id, pool: 'default' });
  expect([...client.auth.getClaims()!.roles].sort()).toEqual(['base_user', 'buyer']);
  expect(await client.auth.whoami()).toEqual(viewer);

  await client.auth.logout();
  expect([client.auth.isAuthenticated(), client.auth.getClaims(), await client.auth.whoami()]).toEqual([false, null, null]);
  const authorized = net.seen.map(({ fields, headers }) => [fields[0], headers.has('authorization')]);
  expect(authorized).toEqual([
    ['viewer', false],
    ['authLogin', false],
    ['viewer', true],
    ['authLogout', true],
    ['viewer', false],
  ]);
});

test('signing in names the app of the options, and takes arguments in either spelling', async () => {
  const person = await world.person();
  const app = await world.app({ autoGrantOnSignup: true });
  const organization = await world.organization({ owner: person });
  const { client } = watched({ ...options, appCode: app.code });

  const viewers = [
    await client.auth.login({ email: person.email, password, organizationId: organization.id, appCode: undefined }),
    await client.auth.login({ email: person.email, password, organization_id: organization.id, remember_me: true }),
  ];

  for (const { session, organization: scope } of viewers) {
    expect(session.app?.code).toBe(app.code);
    expect(scope?.id).toBe(organization.id);
  }
  expect(client.auth.getClaims()).toMatchObject({ app: app.code, org: organization.id });
  expect((await client.auth.login({ email: person.email, password, appCode: null })).session.app).toBeNull();
});

test('an address may have a path, a slash at its end, and the endpoint itself', async () => {
  const asked: string[] = [];
  const fetch = async (to: unknown) => {
    asked.push(String(to));
    return new Response('{"data":{"viewer":null}}');
  };
  for (const apiBaseUrl of [
    'https://a.example',
    'https://a.example/',
    'https://a.example/api/v1',
    'https://a.example/api/v1//?x#y',
    'https://a.example/graphql',
    'https://a.example/api/graphql/',
  ]) {
    await createAuthClient({ apiBaseUrl, fetch }).auth.whoami();
  }

  expect(asked).toEqual([
    'https://a.example/graphql',
    'https://a.example/graphql',
    'https://a.example/api/v1/graphql',
    'https://a.example/api/v1/graphql',
    'https://a.example/graphql',
    'https://a.example/api/graphql',
  ]);
});

test('a client goes on with the session that its store kept, and one that has ended is signed out without an error', async () => {
  const person = await world.person();
  const store = memoryStore();
  const { client } = await signedIn(person, { ...options, store });
  const next = watched({ ...options, store });

  expect((await next.client.auth.whoami())?.user.id).toBe(person.id);

  await client.auth.logoutAll();
  await store.save({ accessToken: 'no.token', refreshToken: 'none', expiresAt: 0 });
  const last = watched({ ...options, store });
  await last.client.ready();
  await last.client.ready();
  expect(last.client.auth.isAuthenticated()).toBe(false);
  expect(last.events).toEqual([['logged_out', { reason: 'ended' }]]);
  expect(await store.load()).toBeNull();
});

test('a store that fails once is asked again', async () => {
  const person = await world.person();
  const memory = memoryStore();
  await signedIn(person, { ...options, store: memory });
  let failures = 1;
  const store: TokenStore = {
    ...memory,
    load() {
      if (failures-- > 0) throw new Error('The disk is away.');
      return memory.load();
    },
  };
  const { client } = watched({ ...options, store });

  await expect(client.auth.whoami()).rejects.toThrow('The disk is away.');
  expect((await client.auth.whoami())?.user.id).toBe(person.id);
});

test('signing out forgets the session even where the server can not be told, and says so', async () => {
  const store = memoryStore();
  const { client, net, events } = await signedIn(await world.person(), { ...options, store });
  for (let tries = 0; tries < 3; tries++) net.loseRequest('authLogout');

  await expect(client.auth.logout()).rejects.toBeInstanceOf(NetworkError);

  expect([client.auth.isAuthenticated(), await store.load()]).toEqual([false, null]);
  expect(events).toEqual([['logged_out', { reason: 'logout' }]]);
});

test.each(['loseRequest', 'loseAnswer'] as const)('signing out is sent again where the network lost it: %s', async (lose) => {
  const person = await world.person();
  const { client, net, events } = await signedIn(person, options);
  net[lose]('authLogout');

  await client.auth.logout();

  const boss = await signedIn(await world.person({ roles: ['system_admin'] }), options);
  expect(await boss.client.users.listSessions(person.id)).toEqual([]);
  expect(events).toEqual([['logged_out', { reason: 'logout' }]]);
});

test('signing out of a session whose token has run out ends it at the server all the same', async () => {
  const person = await world.person();
  const store = memoryStore();
  await signedIn(person, { ...options, store });
  await store.save({ ...(await store.load())!, expiresAt: 0 });
  const { client, net } = watched({ ...options, store });

  await client.auth.logout();

  expect(net.look()).toEqual([['authRefresh'], ['authLogout']]);
  const boss = await signedIn(await world.person({ roles: ['system_admin'] }), options);
  expect(await boss.client.users.listSessions(person.id)).toEqual([]);
  expect(await store.load()).toBeNull();
});

test('signing out of a session that has ended already is no error', async () => {
  const person = await world.person();
  const other = await signedIn(person, options);
  const { client, events } = await signedIn(person, options);
  await other.client.auth.logoutAll();

  await client.auth.logout();

  expect(events).toEqual([['logged_out', { reason: 'logout' }]]);
});

test('where nobody is signed in, what needs somebody says so, and signing out does nothing', async () => {
  const { client, net, events } = watched(options);

  for (const call of [client.auth.refresh(), client.auth.switchOrg(null), client.auth.stopImpersonating()]) {
    await expect(call).rejects.toMatchObject({ name: 'UnauthenticatedError', code: 'UNAUTHENTICATED' });
  }
  await client.auth.logout();

  expect([net.look(), events]).toEqual([[], []]);
});

test('a switch of organizations keeps the refresh token', async () => {
  const person = await world.person();
  const organization = await world.organization({ owner: person });
  const { client } = await signedIn(person, options);

  const viewer = await client.auth.switchOrg(organization.id);
  await client.auth.refresh();

  expect(viewer.organization).toMatchObject({ id: organization.id, slug: organization.slug });
  expect(client.auth.getClaims()?.org).toBe(organization.id);
});
