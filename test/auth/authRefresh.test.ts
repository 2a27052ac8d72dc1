import { beforeAll, expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { type Person, password, type World } from '../support/world.ts';
import { claimsIn, eventsOf, impersonate, Login, Refresh, sessionIdIn, startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

const refresh = (token: string | null, input: Record<string, unknown> = {}) => visitor(world).refresh(token, input);

/** As if the session's tokens had been used so many seconds earlier. */
const usedEarlier = (who: Person, seconds: number) =>
  world.database.query(world.sql`
    UPDATE refresh_tokens t SET used_at = t.used_at - make_interval(secs => ${seconds}::int)
      FROM sessions s WHERE s.id = t.session_id AND s.user_id = ${who.uuid}::uuid`);

const expiryOf = async (accessToken: string): Promise<any> =>
  (
    await world.database.query<any>(world.sql`
      SELECT expires_at, ends_at, extract(epoch FROM expires_at - now())::int AS seconds FROM sessions WHERE id = ${sessionIdIn(accessToken)}::uuid`)
  )[0];

test('a refresh gives the next pair of the same session, as it is now', async () => {
  const jo = await world.person();
  const first = await jo.signIn();

  const { tokens, viewer } = await refresh(first.refreshToken);

  expect(tokens.refreshToken).not.toBe(first.refreshToken);
  expect(claimsIn(tokens.accessToken)).toMatchObject({ sub: jo.id, sid: claimsIn(first.accessToken).sid });
  expect(viewer).toMatchObject({ user: { id: jo.id }, session: { isCurrent: true } });
  // Both access tokens are of the session, and it lives.
  for (const token of [first.accessToken, tokens.accessToken])
    expect(await visitor(world, { token }).run(Whoami)).toHaveProperty('viewer.user.id', jo.id);
});

test('a refresh leaves no event and moves no version', async () => {
  const jo = await world.person();
  const { refreshToken } = await jo.signIn();

  const answer = await visitor(world).ask(Refresh, { input: { refreshToken } });

  expect(answer.data.authRefresh).toHaveProperty('tokens');
  expect(await eventsOf(world, answer)).toEqual([]);
  const [row] = await world.database.query(world.sql`SELECT version, token_version FROM users WHERE id = ${jo.uuid}::uuid`);
  expect(row).toEqual({ version: 1, token_version: 1 });
});

test('roles are read afresh: what was stale holds again', async () => {
  const jo = await world.person();
  const { refreshToken } = await jo.signIn();
  await world.database.query(world.sql`
    INSERT INTO user_roles (user_id, role_id) SELECT ${jo.uuid}::uuid, id FROM roles WHERE code = 'super_admin'`);
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${jo.uuid}::uuid`);

  await expect(jo.run(Whoami)).toBeRefused('TOKEN_STALE');
  const { tokens } = await refresh(refreshToken);

  expect(claimsIn(tokens.accessToken)).toMatchObject({ tv: 2, roles: ['base_user', 'super_admin'] });
  expect((await visitor(world, { token: tokens.accessToken }).run(Whoami)).viewer.permissions).toContain('users:read');
});

test.each(['nonsense', '', 'x'.repeat(5000), null, undefined])('%j is no refresh token', async (token) => {
  expect((await visitor(world).refresh(token)).code).toBe('REFRESH_TOKEN_INVALID');
});

test('a used token conflicts within ten seconds, and harms nothing', async () => {
  const jo = await world.person();
  const first = await jo.signIn();
  const second = await refresh(first.refreshToken);

  expect(await refresh(first.refreshToken)).toMatchObject({ __typename: 'AuthenticationError', code: 'REFRESH_CONFLICT' });
  await usedEarlier(jo, 8);
  expect((await refresh(first.refreshToken)).code).toBe('REFRESH_CONFLICT');

  expect(await refresh(second.tokens.refreshToken)).toHaveProperty('tokens');
});

test('a used token that comes back later ends its session for both, with an event', async () => {
  const jo = await world.person();
  const other = await visitor(world).login({ email: jo.email, password });
  const first = await jo.signIn();
  const second = await refresh(first.refreshToken);
  await usedEarlier(jo, 11);

  const answer = await visitor(world).ask(Refresh, { input: { refreshToken: first.refreshToken } });

  expect(answer.data.authRefresh).toMatchObject({ __typename: 'AuthenticationError', code: 'REFRESH_TOKEN_REUSED' });
  expect(await eventsOf(world, answer)).toMatchObject([
    { action: 'session.token_reused', actor_id: jo.uuid, subject_type: 'ses', subject_id: sessionIdIn(first.accessToken) },
  ]);
  expect((await refresh(second.tokens.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
  await expect(visitor(world, { token: second.tokens.accessToken }).run(Whoami)).toBeRefused('UNAUTHENTICATED');
  // It says no more the next time, and no other session is touched.
  expect((await refresh(first.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
  expect(await refresh(other.tokens.refreshToken)).toHaveProperty('tokens');
});

test('the session slides with each refresh, and never past its absolute end', async () => {
  const jo = await world.person();
  const { accessToken, refreshToken } = await jo.signIn();
  const session = world.sql`id = ${sessionIdIn(accessToken)}::uuid`;
  await world.database.query(world.sql`UPDATE sessions SET expires_at = now() + interval '1 day' WHERE ${session}`);

  const second = await refresh(refreshToken);
  expect((await expiryOf(accessToken)).seconds).toBeGreaterThan(6.9 * 86_400);

  await world.database.query(
    world.sql`UPDATE sessions SET expires_at = now() + interval '1 hour', ends_at = now() + interval '1 day' WHERE ${session}`,
  );
  expect(await refresh(second.tokens.refreshToken)).toHaveProperty('tokens');
  const { expires_at, ends_at } = await expiryOf(accessToken);
  expect(expires_at).toEqual(ends_at);
});

test('what has expired is over: the token, the session', async () => {
  const jo = await world.person();
  const one = await jo.signIn();
  const two = await jo.signIn();
  await world.database.query(
    world.sql`UPDATE refresh_tokens SET expires_at = now() WHERE session_id = ${sessionIdIn(one.accessToken)}::uuid`,
  );
  await world.database.query(world.sql`UPDATE sessions SET expires_at = now() WHERE id = ${sessionIdIn(two.accessToken)}::uuid`);

  for (const { refreshToken } of [one, two]) expect((await refresh(refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
});

test('a suspended person, a disabled app and a revoked grant get nothing, and leave the token unused', async () => {
  const jo = await world.person();
  const app = await world.app();
  await world.grant(jo, app);
  const { tokens } = await visitor(world).login({ email: jo.email, password, appCode: app.code });
  const set = (sql: string) =>
    world.database.query(world.sql([sql.replace('$jo', `'${jo.uuid}'`).replace('$app', `'${app.uuid}'`)]));

  for (const [refused, restored, code] of [
    [
      `UPDATE users SET status = 'SUSPENDED' WHERE id = $jo`,
      `UPDATE users SET status = 'ACTIVE' WHERE id = $jo`,
      'ACCOUNT_SUSPENDED',
    ],
    [`UPDATE apps SET status = 'DISABLED' WHERE id = $app`, `UPDATE apps SET status = 'ACTIVE' WHERE id = $app`, 'APP_DISABLED'],
    [
      `UPDATE app_grants SET status = 'REVOKED', revoked_at = now() WHERE user_id = $jo`,
      `UPDATE app_grants SET status = 'ACTIVE', revoked_at = NULL WHERE user_id = $jo`,
      'APP_ACCESS_DENIED',
    ],
  ] as const) {
    await set(refused);
    expect((await refresh(tokens.refreshToken)).code).toBe(code);
    await set(restored);
  }

  const next = await refresh(tokens.refreshToken);
  expect(claimsIn(next.tokens.accessToken)).toMatchObject({ app: app.code });
});

test('an organization is kept, set or left', async () => {
  const jo = await world.person();
  const [one, two] = [await world.organization({ owner: jo }), await world.organization({ owner: jo })];
  let token = (await visitor(world).login({ email: jo.email, password, organizationId: one.id })).tokens.refreshToken;
  async function next(input: Record<string, unknown>) {
    const answer = await visitor(world).ask(Refresh, { input: { refreshToken: token, ...input } });
    const { tokens, viewer } = answer.data.authRefresh;
    token = tokens.refreshToken;
    expect(claimsIn(tokens.accessToken).org).toBe(viewer.organization?.id);
    return { scope: viewer.organization?.id, events: await eventsOf(world, answer) };
  }
  const moved = (before: string | null, after: string | null) => ({
    action: 'session.scope_changed',
    actor_id: jo.uuid,
    organization_id: null,
    changes: [{ field: 'organization', before, after }],
  });

  expect(await next({})).toEqual({ scope: one.id, events: [] });
  expect(await next({ organizationId: one.id })).toEqual({ scope: one.id, events: [] });
  expect(await next({ organizationId: two.id })).toMatchObject({ scope: two.id, events: [moved(one.id, two.id)] });
  expect(await next({ organizationId: null })).toMatchObject({ scope: undefined, events: [moved(two.id, null)] });
  expect(await next({ organizationId: null })).toEqual({ scope: undefined, events: [] });
});

test('a refused scope leaves the token unused', async () => {
  const jo = await world.person();
  const staff = await world.person({ roles: ['system_admin'] });
  const foreign = await world.organization({ owner: staff });
  const suspended = await world.organization({ owner: jo, status: 'SUSPENDED' });
  const paused = await world.organization({ owner: staff, members: [[jo, ['org_member'], 'SUSPENDED']] });
  const { refreshToken } = await jo.signIn();

  expect((await refresh(refreshToken, { organizationId: suspended.id })).code).toBe('ORGANIZATION_SUSPENDED');
  for (const organizationId of [foreign.id, paused.id, encodeId('org', newId()), jo.id, 'nonsense', '']) {
    expect((await refresh(refreshToken, { organizationId })).code).toBe('NOT_A_MEMBER');
  }

  expect(await refresh(refreshToken)).toHaveProperty('tokens');
  // Staff rights are no membership.
  expect((await refresh((await staff.signIn()).refreshToken, { organizationId: suspended.id })).code).toBe('NOT_A_MEMBER');
});

test('the scope of an organization that was suspended later is kept, with what is left of it', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner: jo });
  const { tokens } = await visitor(world).login({ email: jo.email, password, organizationId: organization.id });
  await world.database.query(world.sql`UPDATE organizations SET status = 'SUSPENDED' WHERE id = ${organization.uuid}::uuid`);

  const kept = await refresh(tokens.refreshToken);
  const named = await refresh(kept.tokens.refreshToken, { organizationId: organization.id });

  for (const { tokens } of [kept, named]) {
    expect(claimsIn(tokens.accessToken)).toMatchObject({ org: organization.id, roles: ['base_user'], permissions: ['org:read'] });
  }
  await refresh(named.tokens.refreshToken, { organizationId: null }).then(async (left) => {
    expect((await refresh(left.tokens.refreshToken, { organizationId: organization.id })).code).toBe('ORGANIZATION_SUSPENDED');
  });
});

test('where the membership has ended, the scope is refused until it is left', async () => {
  const [owner, jo] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo]] });
  const { tokens } = await visitor(world).login({ email: jo.email, password, organizationId: organization.id });
  await world.database.query(world.sql`DELETE FROM memberships WHERE user_id = ${jo.uuid}::uuid`);

  expect((await refresh(tokens.refreshToken)).code).toBe('NOT_A_MEMBER');
  expect((await refresh(tokens.refreshToken, { organizationId: organization.id })).code).toBe('NOT_A_MEMBER');
  expect(await refresh(tokens.refreshToken, { organizationId: null })).toHaveProperty('tokens');
});

test('by cookie: with the header alone, and the next token goes into the cookie again', async () => {
  const jo = await world.person();
  const cookieOf = (answer: { headers: Headers }): string =>
    /^steward_refresh=([^;]*)/.exec(answer.headers.getSetCookie()[0]!)![1]!;
  const cookie = cookieOf(await visitor(world).ask(Login, { input: { email: jo.email, password, useCookie: true } }));

  const without = await visitor(world, { cookie, csrf: false }).ask(Refresh, { input: {} });
  expect(without.data.authRefresh.code).toBe('REFRESH_TOKEN_INVALID');
  expect(without.headers.getSetCookie()).toEqual([]);

  const by = await visitor(world, { cookie }).ask(Refresh, { input: {} });
  expect(by.data.authRefresh.tokens.refreshToken).toBeNull();
  const next = cookieOf(by);
  expect(next).toMatch(/^[\w-]{43}$/);
  expect(next).not.toBe(cookie);

  // A conflict leaves the cookie to whom it belongs by now; what no longer holds is cleared.
  const conflict = await visitor(world, { cookie }).ask(Refresh, { input: {} });
  expect(conflict.data.authRefresh.code).toBe('REFRESH_CONFLICT');
  expect(conflict.headers.getSetCookie()).toEqual([]);
  await usedEarlier(jo, 11);
  const reused = await visitor(world, { cookie }).ask(Refresh, { input: {} });
  expect(reused.data.authRefresh.code).toBe('REFRESH_TOKEN_REUSED');
  expect(cookieOf(reused)).toBe('');
});

test('a token that is given goes before the cookie, and leaves it alone', async () => {
  const [jo, sam] = [await world.person(), await world.person()];
  const { refreshToken } = await jo.signIn();
  const cookie = (await sam.signIn()).refreshToken;

  const answer = await visitor(world, { cookie }).ask(Refresh, { input: { refreshToken } });

  expect(answer.data.authRefresh).toMatchObject({
    viewer: { user: { id: jo.id } },
    tokens: { refreshToken: expect.any(String) },
  });
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test('an impersonation is refreshed to its end after an hour, says who acts, and leaves the cookie alone', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const jo = await world.person();
  const organization = await world.organization({ owner: jo });
  const first = await impersonate(world, admin, jo);
  expect(claimsIn(first.accessToken)).toMatchObject({ sub: jo.id, act: { sub: admin.id } });
  expect((await expiryOf(first.accessToken)).seconds).toBeLessThanOrEqual(3600);
  expect((await expiryOf(first.accessToken)).seconds).toBeGreaterThan(3500);

  const answer = await visitor(world, { cookie: first.refreshToken }).ask(Refresh, {
    input: { organizationId: organization.id },
  });

  expect(answer.data.authRefresh.tokens.refreshToken).toEqual(expect.any(String));
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await eventsOf(world, answer)).toMatchObject([
    { action: 'session.scope_changed', actor_id: jo.uuid, impersonator_id: admin.uuid },
  ]);
});

test('an impersonation that is bound to an organization keeps its scope', async () => {
  const [owner, jo] = [await world.person(), await world.person()];
  const bound = await world.organization({ owner, members: [[jo]] });
  const other = await world.organization({ owner: jo });
  const { refreshToken } = await impersonate(world, owner, jo, bound);

  for (const organizationId of [other.id, null, 'nonsense'])
    expect((await refresh(refreshToken, { organizationId })).code).toBe('NOT_A_MEMBER');
  const { tokens } = await refresh(refreshToken, { organizationId: bound.id });
  expect(claimsIn((await refresh(tokens.refreshToken)).tokens.accessToken)).toMatchObject({
    org: bound.id,
    act: { sub: owner.id },
  });
});

test('an impersonation is refreshed no longer than the session that it was started from, and its impersonator, last', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const jo = await world.person();
  const one = await impersonate(world, admin, jo);
  await world.database.query(
    world.sql`UPDATE sessions SET expires_at = now() WHERE id = ${sessionIdIn(admin.tokens!.accessToken)}::uuid`,
  );
  const two = await impersonate(world, admin, jo);
  await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${admin.uuid}::uuid`);

  for (const { refreshToken } of [one, two]) expect((await refresh(refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
});
