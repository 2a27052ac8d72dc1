import { expect, test } from 'vitest';
import { memoryStore, RuleError, UnauthenticatedError } from '../src/index.ts';
import { startListening } from './support/server.ts';
import { signedIn, watched } from './support/signed-in.ts';

const { world, url } = await startListening();
const boss = (await signedIn(await world.person({ roles: ['system_admin'] }), { apiBaseUrl: url })).client;
const reason = 'support ticket #123';

/** An admin who acts as somebody. */
async function impersonating() {
  const admin = await world.person({ roles: ['system_admin'] });
  const target = await world.person();
  const store = memoryStore();
  const all = await signedIn(admin, { apiBaseUrl: url, store });
  await all.client.users.impersonate({ targetUserId: target.id, reason });
  all.net.look();
  (all.events as unknown[]).length = 0;
  return { ...all, admin, target, store };
}

const nameOf = async (id: string) => (await boss.users.get(id)).name;

test('who impersonates acts as the target, and stops to be themselves again', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const target = await world.person();
  const { client, events } = await signedIn(admin, { apiBaseUrl: url });

  await client.users.impersonate({ targetUserId: target.id, reason });
  expect(client.auth.isImpersonating()).toBe(true);
  expect(client.auth.getClaims()).toMatchObject({ sub: target.id, act: { sub: admin.id } });
  expect(await client.auth.whoami()).toMatchObject({ user: { id: target.id }, impersonator: { id: admin.id } });

  await client.auth.stopImpersonating();
  expect(client.auth.isImpersonating()).toBe(false);
  expect(await client.auth.whoami()).toMatchObject({ user: { id: admin.id }, impersonator: null });
  expect(await boss.users.listSessions(target.id)).toEqual([]);
  expect(events).toEqual([
    ['impersonation_started', { user_id: target.id }],
    ['impersonation_ended', { user_id: target.id }],
  ]);
});

test('a call that finds the impersonation ended is rejected, and is not done as the admin', async () => {
  const { client, net, events, admin, target } = await impersonating();
  await boss.users.revokeSessions(target.id);

  const outcomes = await Promise.allSettled([
    client.account.update({ name: 'Changed' }),
    client.account.update({ name: 'Changed too' }),
  ]);

  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
    expect.any(UnauthenticatedError),
    expect.any(UnauthenticatedError),
  ]);
  expect([await nameOf(admin.id), await nameOf(target.id)]).toEqual([admin.name, target.name]);
  expect(net.look()).toEqual([['accountUpdate', 'accountUpdate'], ['authRefresh']]);
  expect(events).toEqual([['impersonation_ended', { user_id: target.id }]]);

  await client.account.update({ name: 'Changed by myself' });
  expect(await nameOf(admin.id)).toBe('Changed by myself');
});

test('neither is one that finds so before it is sent', async () => {
  const { admin, target, store } = await impersonating();
  await store.save({ ...(await store.load())!, expiresAt: 0 });
  const { client, net } = watched({ apiBaseUrl: url, store });
  await boss.users.revokeSessions(target.id);

  await expect(client.account.update({ name: 'Changed' })).rejects.toBeInstanceOf(UnauthenticatedError);

  expect(net.look()).toEqual([['authRefresh']]);
  expect([await nameOf(admin.id), await nameOf(target.id)]).toEqual([admin.name, target.name]);
  expect(client.auth.getClaims()?.sub).toBe(admin.id);
});

test('an impersonation that somebody else has ended can be stopped all the same', async () => {
  const { client, events, admin, target } = await impersonating();
  await boss.users.revokeSessions(target.id);

  await client.auth.stopImpersonating();

  expect((await client.auth.whoami())?.user.id).toBe(admin.id);
  expect(events).toEqual([['impersonation_ended', { user_id: target.id }]]);
});

test('who impersonates nobody has nothing to stop', async () => {
  const { client } = await signedIn(await world.person(), { apiBaseUrl: url });

  await expect(client.auth.stopImpersonating()).rejects.toMatchObject({ code: 'NOT_IMPERSONATING', constructor: RuleError });
  expect(client.auth.isAuthenticated()).toBe(true);
});

test('where the server can not be told, the impersonation goes on', async () => {
  const { client, net, target } = await impersonating();
  net.loseRequest('authStopImpersonating');

  await expect(client.auth.stopImpersonating()).rejects.toMatchObject({ code: 'NETWORK' });
  expect((await client.auth.whoami())?.user.id).toBe(target.id);
});

test("one's own session is renewed on the way back where its token has run out", async () => {
  const { client, net, admin, store } = await impersonating();
  const { own, ...session } = (await store.load())!;
  await store.save({ ...session, own: { ...own!, expiresAt: 0 } });

  await client.auth.stopImpersonating();

  expect(net.look()).toEqual([['authStopImpersonating'], ['authRefresh']]);
  expect((await client.auth.whoami())?.user.id).toBe(admin.id);
});

test("an answer to one's own refresh that comes during an impersonation is kept for the way back", async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const target = await world.person();
  const { client, net } = await signedIn(admin, { apiBaseUrl: url });
  const late = net.holdAnswer('authRefresh');
  const refreshing = client.auth.refresh();
  await late.arrived;

  await client.users.impersonate({ targetUserId: target.id, reason });
  late.release();
  await refreshing;

  expect((await client.auth.whoami())?.user.id).toBe(target.id);
  await client.auth.stopImpersonating();
  await client.auth.refresh();
  expect((await client.auth.whoami())?.user.id).toBe(admin.id);
});

test('signing out while impersonating ends both sessions', async () => {
  const { client, net, events, admin, target } = await impersonating();

  await client.auth.logout();

  expect(net.look()).toEqual([['authLogout']]);
  expect([await boss.users.listSessions(admin.id), await boss.users.listSessions(target.id)]).toEqual([[], []]);
  expect(events.map(([name]) => name)).toEqual(['impersonation_ended', 'logged_out']);
});

test('when the own session ends, the impersonation has ended with it, and nobody is signed in', async () => {
  const { client, events, admin } = await impersonating();
  await boss.users.revokeSessions(admin.id);

  await expect(client.account.listSessions()).rejects.toBeInstanceOf(UnauthenticatedError);
  await expect(client.account.listSessions()).rejects.toBeInstanceOf(UnauthenticatedError);

  expect(client.auth.isAuthenticated()).toBe(false);
  expect(events.map(([name]) => name)).toEqual(['impersonation_ended', 'logged_out']);
});

test('an impersonation that begins after one has signed out comes to nothing', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const target = await world.person();
  const { client, net, events } = await signedIn(admin, { apiBaseUrl: url });
  const late = net.holdAnswer('userImpersonate');

  const beginning = client.users.impersonate({ targetUserId: target.id, reason });
  await late.arrived;
  await client.auth.logout();
  late.release();

  await expect(beginning).rejects.toBeInstanceOf(UnauthenticatedError);
  expect(client.auth.isAuthenticated()).toBe(false);
  expect(events.map(([name]) => name)).toEqual(['logged_out']);
  expect(await boss.users.listSessions(target.id)).toEqual([]);
});
