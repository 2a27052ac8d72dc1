import { beforeAll, expect, test } from 'vitest';
import { password, type World } from '../support/world.ts';
import { eventsOf, impersonate, LogoutEverywhere, startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

const holds = (token: string) =>
  visitor(world, { token })
    .ask(Whoami)
    .then(({ errors }) => (errors.length === 0 ? true : errors[0]!.extensions.code));

test('signing out everywhere ends every session of the person, and what they impersonate', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const boss = await world.person({ roles: ['system_admin'] });
  const jo = await world.person();
  const first = await visitor(world).login({ email: admin.email, password });
  const carried = await impersonate(world, admin, jo);
  const ofThem = await impersonate(world, boss, admin);
  await admin.signIn();

  const answer = await admin.ask(LogoutEverywhere);

  // Three logins and the impersonation of the person.
  expect(answer.data).toEqual({ authLogoutEverywhere: { revokedSessions: 4 } });
  for (const token of [first.tokens.accessToken, admin.tokens!.accessToken, carried.accessToken, ofThem.accessToken]) {
    expect(await holds(token)).toBe('UNAUTHENTICATED');
  }
  expect(await holds(boss.tokens!.accessToken)).toBe(true);
  expect(await eventsOf(world, answer)).toMatchObject([
    {
      action: 'user.logged_out_everywhere',
      actor_id: admin.uuid,
      metadata: { revokedSessions: 4, endedImpersonations: 1 },
      people: expect.arrayContaining([admin.uuid, jo.uuid]),
    },
  ]);
  expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^steward_refresh=; .*Max-Age=0/)]);
  expect(await visitor(world).login({ email: admin.email, password })).toHaveProperty('tokens');
});

test('nobody signs somebody else out everywhere by impersonating them', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const jo = await world.person();
  const { accessToken } = await impersonate(world, admin, jo);

  const answer = await visitor(world, { token: accessToken }).ask(LogoutEverywhere);

  expect(answer.data.authLogoutEverywhere).toEqual({ code: 'WHILE_IMPERSONATING', message: expect.any(String) });
  expect(await holds(accessToken)).toBe(true);
  expect(await eventsOf(world, answer)).toEqual([]);
});

test('nobody signs out everywhere without being signed in', async () => {
  await expect(world.anonymous.run(LogoutEverywhere)).toBeRefused('UNAUTHENTICATED');
});
