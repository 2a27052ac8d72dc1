import { beforeAll, expect, test } from 'vitest';
import { password, type World } from '../support/world.ts';
import { claimsIn, eventsOf, impersonate, Logout, startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

const holds = (token: string) =>
  visitor(world, { token })
    .ask(Whoami)
    .then(({ errors }) => (errors.length === 0 ? true : errors[0]!.extensions.code));

test('signing out ends this session at once, and no other', async () => {
  const jo = await world.person();
  const other = await visitor(world).login({ email: jo.email, password });
  const { accessToken, refreshToken } = await jo.signIn();

  const answer = await jo.ask(Logout);

  expect(answer.data).toEqual({ authLogout: { ok: true } });
  expect(await holds(accessToken)).toBe('UNAUTHENTICATED');
  expect((await visitor(world).refresh(refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
  expect(await holds(other.tokens.accessToken)).toBe(true);
  expect(await eventsOf(world, answer)).toMatchObject([
    { action: 'user.logged_out', actor_id: jo.uuid, subject_id: jo.uuid, metadata: { sessionId: claimsIn(accessToken).sid } },
  ]);
  expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^steward_refresh=; .*Max-Age=0/)]);
});

test('with a session end the impersonations that were started from it', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const jo = await world.person();
  const elsewhere = await impersonate(world, admin, jo);
  const started = await impersonate(world, admin, jo);
  const own = await visitor(world).login({ email: jo.email, password });

  await admin.run(Logout);

  expect(await holds(started.accessToken)).toBe('UNAUTHENTICATED');
  expect(await holds(elsewhere.accessToken)).toBe(true);
  expect(await holds(own.tokens.accessToken)).toBe(true);
  const [{ ended }] = (await world.database.query<any>(world.sql`
    SELECT count(*)::int AS ended FROM sessions WHERE user_id = ${jo.uuid}::uuid AND ended_at IS NOT NULL`)) as [any];
  expect(ended).toBe(1);
});

test('signing out of an impersonation leaves the impersonator signed in, the cookie too, and names both', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const jo = await world.person();
  const { accessToken } = await impersonate(world, admin, jo);

  const answer = await visitor(world, { token: accessToken }).ask(Logout);

  expect(answer.data).toEqual({ authLogout: { ok: true } });
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await holds(accessToken)).toBe('UNAUTHENTICATED');
  expect(await holds(admin.tokens!.accessToken)).toBe(true);
  expect(await eventsOf(world, answer)).toMatchObject([{ actor_id: jo.uuid, impersonator_id: admin.uuid }]);
});

test('nobody signs out without being signed in', async () => {
  await expect(world.anonymous.run(Logout)).toBeRefused('UNAUTHENTICATED');
});
