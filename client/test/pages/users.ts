import { createAuthClient } from '@steward/client';
import { expect } from 'vitest';
import {
  adminRecord,
  grantRecord,
  poolRecord,
  roleRecord,
  sessionRecord,
  time,
  userRecord,
  viewerRecord,
} from '../support/records.ts';
import { expectSignedOut, type Stage, theirClient } from '../support/stage.ts';

const baseUser = roleRecord('base_user', 'Base user', 100, 'platform');
const seller = roleRecord('seller', 'Seller', 50, 'platform');

/** The page on users, as it is written. What stands between its statements is prepared as an operator would, or compares. */
export async function usersPage({ world, url, admin, app, watch }: Stage): Promise<void> {
  const client = createAuthClient({
    apiBaseUrl: url,
    appCode: 'auth-client-demo',
  });
  watch.newClient(client);
  await client.ready();
  expect(watch.gave).toBeUndefined();
  await client.auth.login({ email: 'admin@ryanweiss.net', password: 'correct horse battery' });
  const theAdmin = adminRecord(admin, app);
  expect(watch.gave).toEqual(theAdmin);

  // Get all users for an application
  const appId = app.id;
  const [a, b, ryan] = [
    await world.person({ email: 'a@ryanweiss.net', name: 'A' }),
    await world.person({ email: 'b@ryanweiss.net', name: 'B' }),
    await world.person({ email: 'ryan@ryanweiss.net', name: 'Ryan', roles: ['base_user', 'buyer'] }),
  ];
  for (const one of [a, b]) await world.grant(one, app);
  const { id: orgId } = await world.organization({ owner: b, members: [[ryan]] });
  const theRyan = userRecord(ryan, { roles: [{ code: 'buyer' }, { code: 'base_user' }] });

  const page1 = await client.users.list({ appId, page: 1, pageSize: 50 });
  expect(page1).toEqual({ total: 3, users: [userRecord(b), userRecord(a), theAdmin.user], next: null });
  console.log(
    page1.total,
    page1.users.map((u) => u.email),
  );
  expect(watch.gave).toEqual([3, ['b@ryanweiss.net', 'a@ryanweiss.net', 'admin@ryanweiss.net']]);

  // other filters
  await client.users.list({ search: 'ryan@' });
  expect(watch.gave).toEqual({ total: 1, users: [theRyan], next: null });
  await client.users.list({ organizationId: orgId });
  expect(watch.gave).toEqual({ total: 2, users: [theRyan, userRecord(b)], next: null });

  const someUserId = ryan.id;
  const found = await client.users.lookup({
    emails: ['a@ryanweiss.net', 'b@ryanweiss.net'],
    ids: [someUserId],
  });
  expect([...found].sort((one, other) => one.email.localeCompare(other.email))).toEqual([userRecord(a), userRecord(b), theRyan]);
  expect(found.missing).toEqual({ ids: [], emails: [] });

  // Assign / remove users to applications
  const jo = await world.person({ name: 'Jo' });
  let userId = jo.id;
  const anotherApp = await world.app();
  await world.grant(jo, anotherApp);
  await world.grant(jo, app, 'REVOKED');
  const [active, revoked] = [grantRecord(app, jo), grantRecord(app, jo, { status: 'revoked', revoked_at: time })];

  const theirApps = await client.apps.listForUser(userId); // current grants
  expect(theirApps).toEqual([grantRecord(anotherApp, jo)]);

  await client.apps.grantUser(userId, appId); // idempotent; reactivates revoked
  expect(watch.gave).toEqual({ ...active, changed: true });
  await client.apps.revokeUser(userId, appId); // blocks THIS app only
  expect(watch.gave).toEqual({ grant: revoked, changed: true, readmitted_on_login: false });
  await expect(theirClient(url, jo, app)).rejects.toMatchObject({ status: 401, code: 'APP_ACCESS_DENIED' });
  const onLaptop = await theirClient(url, jo, anotherApp);
  const onPhone = await theirClient(url, jo);

  // Set a user's roles
  const roles = await client.users.listRoles(userId);
  // → [{ code: 'base_user', … }]
  expect(roles).toEqual([baseUser]);

  await client.users.setRoles(userId, ['base_user', 'seller']);
  const sellingJo = { roles: [{ code: 'seller' }, { code: 'base_user' }], version: 2, last_login_at: time };
  expect(watch.gave).toEqual({ ...userRecord(jo, sellingJo), added: [seller], removed: [] });
  // Both clients learn of it by their next call.
  expect(onPhone.auth.getClaims()).toMatchObject({ roles: ['base_user'] });
  for (const theirs of [onLaptop, onPhone]) {
    expect(await theirs.auth.whoami()).toMatchObject({ user: userRecord(jo, sellingJo) });
    expect(theirs.auth.getClaims()).toMatchObject({ roles: ['base_user', 'seller'] });
  }

  // session control
  const sessions = await client.users.listSessions(userId);
  expect(sessions).toEqual([
    sessionRecord(),
    sessionRecord({ app: { id: anotherApp.id, code: anotherApp.code, name: anotherApp.code } }),
  ]);
  // @ts-expect-error: this repository looks before it takes from an array.
  await client.users.terminateSession(userId, sessions[0].id);
  expect(watch.gave).toEqual(userRecord(jo, sellingJo));
  await expectSignedOut(onPhone);
  expect(await onLaptop.auth.whoami()).toMatchObject({ user: { id: jo.id } });
  await client.users.revokeSessions(userId); // sign out everywhere
  expect(watch.gave).toEqual({ ...userRecord(jo, sellingJo), revoked_sessions: 1 });
  await expectSignedOut(onLaptop);

  // password override (no current-password check)
  await client.users.setPassword(userId, 'TempPass123!');
  expect(watch.gave).toEqual(userRecord(jo, { ...sellingJo, version: 3 }));
  await expect(theirClient(url, jo)).rejects.toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
  await theirClient(url, { ...jo, password: 'TempPass123!' });

  // impersonation (audited; reason required)
  await client.users.impersonate({ targetUserId: userId, reason: 'support ticket #123' });
  const impersonation = { is_impersonation: true, impersonator_name: admin.name, impersonation_reason: 'support ticket #123' };
  expect(watch.gave).toEqual({
    ...viewerRecord(jo, { user: { ...sellingJo, version: 3 }, session: impersonation }),
    impersonator: { id: admin.id, email: admin.email, name: admin.name },
  });
  // … the SDK now acts as the target; client.auth.isImpersonating() === true
  const acts = client.auth.isImpersonating() === true;
  expect(acts).toBe(true);
  await watch.between(async () => {
    expect(await client.auth.whoami()).toMatchObject({ user: { id: jo.id }, impersonator: { id: admin.id } });
    await client.auth.stopImpersonating();
  });

  // hard delete (system_admin; reason required; refuses org owners)
  await client.users.hardDelete({ userId, reason: 'GDPR erasure request' });
  const { deleted_user_id, deletes } = watch.gave;
  expect(deleted_user_id).toBe(jo.id);
  expect(deletes.filter(({ count }: { count: number }) => count > 0)).toEqual([
    { kind: 'users', count: 1 },
    { kind: 'addresses', count: 1 },
    { kind: 'roles', count: 2 },
    { kind: 'appGrants', count: 2 },
    // On the laptop, on the phone, with the new password, and the impersonation's; the first two were refreshed once.
    { kind: 'sessions', count: 4 },
    { kind: 'refreshTokens', count: 6 },
    { kind: 'attemptCounts', count: 1 },
  ]);
  await expect(theirClient(url, { ...jo, password: 'TempPass123!' })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });

  // User pools
  await world.pool('partner-portal');
  await world.pool('claimleo');
  const mo = await world.person({ name: 'Mo', pool: 'claimleo' });
  userId = mo.id;

  const catalog = await client.pools.list(); // every pool + user counts
  const counts = (home: number) => ({ user_count: home, home_count: home, tag_count: 0 });
  expect(catalog).toEqual([
    poolRecord('claimleo', counts(1)),
    poolRecord('default', { name: 'Default', description: 'Where people are at home unless told otherwise.', ...counts(4) }),
    poolRecord('partner-portal', counts(0)),
  ]);
  const mine = await client.pools.getForUser(userId); // { namespace, namespaces }
  expect(mine).toEqual({ namespace: 'claimleo', namespaces: [] });

  await client.pools.setUserHome(userId, 'partner-portal'); // 409 on email conflict
  const movedMo = userRecord(mo, { home_pool: { code: 'partner-portal' }, version: 2 });
  expect(watch.gave).toEqual({ ...movedMo, previous: poolRecord('claimleo'), changed: true });
  await client.pools.addUser(userId, 'claimleo'); // tag (idempotent)
  expect(watch.gave).toEqual({ ...movedMo, version: 3, changed: true });
  await client.pools.removeUser(userId, 'claimleo'); // untag
  expect(watch.gave).toEqual({ ...movedMo, version: 4, changed: true });
}
