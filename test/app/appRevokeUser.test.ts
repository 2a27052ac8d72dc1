import { beforeAll, describe, expect, test } from 'vitest';
import { claimsIn, impersonate, startAuthWorld, visitor, Whoami } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { badIds } from '../user/bad-input.ts';
import {
  answersBut,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happening,
  happenings,
  holds,
  nobodys,
  notFound,
  rankTooLow,
  versionsOf,
} from '../user/support.ts';
import { documentOf, testsOfGuard } from './support.ts';

const Revoke = documentOf(
  'appRevokeUser',
  'grant { id app { code } user { id } status grantedAt grantedBy { id } revokedAt revokedBy { id } } changed readmittedOnLogin',
);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const revoke = async (app: { id: string }, person: { id: string }) =>
  (await staff.run(Revoke, { input: { appId: app.id, userId: person.id } })).appRevokeUser;

const login = (person: Person, app: { code: string }) =>
  visitor(world).login({ email: person.email, password, appCode: app.code });

const appGrants = (before: string[], after: string[]) => ({ field: 'appGrants', before, after });

describe('refused', () => {
  testsOfGuard('appRevokeUser', 'apps:grant', () => ({
    world,
    input: async () => {
      const [app, person] = [await world.app(), await world.person()];
      await world.grant(person, app);
      return { appId: app.id, userId: person.id };
    },
  }));

  test('ids that name nobody and no app are one answer each, and nothing is written', async () => {
    const [app, jo] = [await world.app(), await world.person()];
    await world.grant(jo, app);
    const apps = badIds('app').map(([, id]) => id);
    apps.push((await world.pool()).id, jo.id);

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, Revoke, nobodys('user', jo), (userId) => ({ appId: app.id, userId }))).toHaveLength(1);
      expect(await answersBut(staff, Revoke, apps, (appId) => ({ appId, userId: jo.id }))).toHaveLength(1);
      expect(await revoke(app, { id: app.id })).toEqual(notFound(app.id));
      expect(await revoke({ id: jo.id }, jo)).toEqual(notFound(jo.id, 'appId'));
    });
  });

  test('a person more powerful than oneself, with a grant and without', async () => {
    const chief = await world.person({ roles: ['system_admin', 'buyer'] });
    const [had, none] = [await world.app(), await world.app()];
    await world.grant(chief, had);

    await expectNothingWritten(world, async () => {
      for (const app of [had, none]) expect(await revoke(app, chief)).toEqual(rankTooLow('system_admin'));
    });
  });
});

test('access to one app is taken: its sessions end, no others; every access token is stale, and what goes on says so no more', async () => {
  const [app, other, jo, kim] = [await world.app(), await world.app(), await world.person(), await world.person()];
  const grantId = await world.grant(jo, app);
  await world.grant(jo, other);
  await world.grant(kim, app);
  const inApp = [await jo.signIn({ appCode: app.code }), await jo.signIn({ appCode: app.code })];
  const elsewhere = [await jo.signIn({ appCode: other.code }), await jo.signIn()];
  const somebodyElse = await kim.signIn({ appCode: app.code });

  const answer = await staff.ask(Revoke, { input: { appId: app.id, userId: jo.id } });

  expect(answer.data.appRevokeUser).toEqual({
    __typename: 'AppRevokeUserSuccess',
    grant: {
      id: grantId,
      app: { code: app.code },
      user: { id: jo.id },
      status: 'REVOKED',
      grantedAt: expect.any(String),
      grantedBy: null,
      revokedAt: expect.any(String),
      revokedBy: { id: staff.id },
    },
    changed: true,
    readmittedOnLogin: false,
  });
  expect(await happenings(world, answer)).toEqual([
    happening('app.user_revoked', staff, jo, {
      changes: [appGrants([app.code, other.code].sort(), [other.code])],
      metadata: { app: app.code, revokedSessions: 2, endedImpersonations: 0 },
    }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 2 });
  await expectEnded(world, ...inApp);
  for (const tokens of elsewhere) {
    expect(await holds(world, tokens.accessToken)).toBe('TOKEN_STALE');
    expect(await goesOn(world, tokens)).toBe(true);
  }
  expect(await holds(world, somebodyElse.accessToken)).toBe(true);
  expect(await goesOn(world, somebodyElse)).toBe(true);
});

test('an app that grants by itself re-admits at the next login, as it warns; another refuses', async () => {
  for (const [autoGrantOnSignup, code] of [
    [true, undefined],
    [false, 'APP_ACCESS_DENIED'],
  ] as const) {
    const [app, jo] = [await world.app({ autoGrantOnSignup }), await world.person()];
    await world.grant(jo, app);

    expect(await revoke(app, jo)).toMatchObject({
      changed: true,
      readmittedOnLogin: autoGrantOnSignup,
      grant: { status: 'REVOKED' },
    });

    const outcome = await login(jo, app);
    expect(outcome.code).toBe(code);
    if (autoGrantOnSignup) expect(claimsIn(outcome.tokens.accessToken)).toMatchObject({ app: app.code, tv: 2 });
    const [stored] = await world.database.query(world.sql`
      SELECT status::text, granted_by_id, revoked_at, revoked_by_id FROM app_grants WHERE user_id = ${jo.uuid}::uuid`);
    expect(stored).toEqual(
      autoGrantOnSignup
        ? { status: 'ACTIVE', granted_by_id: null, revoked_at: null, revoked_by_id: null }
        : { status: 'REVOKED', granted_by_id: null, revoked_at: expect.any(Date), revoked_by_id: staff.uuid },
    );
  }
});

test('of an app that is disabled, too: it lets nobody in, whatever it grants by itself', async () => {
  const [app, jo] = [await world.app({ autoGrantOnSignup: true }), await world.person()];
  await world.grant(jo, app);
  const tokens = await jo.signIn({ appCode: app.code });
  await world.database.query(world.sql`UPDATE apps SET status = 'DISABLED' WHERE id = ${app.uuid}::uuid`);

  expect(await revoke(app, jo)).toMatchObject({ changed: true, readmittedOnLogin: false, grant: { status: 'REVOKED' } });
  await expectEnded(world, tokens);
});

test('no grant is no error, and a revoked one stays as it is: nothing changes, and no token is stale', async () => {
  for (const autoGrantOnSignup of [false, true]) {
    const [app, jo, kim] = [await world.app({ autoGrantOnSignup }), await world.person(), await world.person()];
    const id = await world.grant(kim, app, 'REVOKED');
    const tokens = [await jo.signIn(), await kim.signIn()];

    await expectNothingWritten(world, async () => {
      expect(await revoke(app, jo)).toEqual({
        __typename: 'AppRevokeUserSuccess',
        grant: null,
        changed: false,
        readmittedOnLogin: autoGrantOnSignup,
      });
      expect(await revoke(app, kim)).toMatchObject({
        grant: { id, status: 'REVOKED', revokedBy: null },
        changed: false,
        readmittedOnLogin: autoGrantOnSignup,
      });
    });
    for (const { accessToken } of tokens) expect(await holds(world, accessToken)).toBe(true);
  }
});

test('impersonations that were started from a session of the app end with it; those of the person go on', async () => {
  const [app, agent, jo] = [await world.app(), await world.person({ roles: ['super_admin'] }), await world.person()];
  await world.grant(agent, app);
  await world.grant(jo, app);
  const carried = await impersonate(world, agent, jo);
  const origin = agent.tokens!;
  await world.database.query(world.sql`UPDATE sessions SET app_id = ${app.uuid}::uuid WHERE user_id = ${agent.uuid}::uuid`);
  const other = await impersonate(world, agent, jo);

  const answer = await staff.ask(Revoke, { input: { appId: app.id, userId: agent.id } });

  await expectEnded(world, origin, carried);
  expect(await happenings(world, answer)).toEqual([
    happening('app.user_revoked', staff, agent, {
      changes: [appGrants([app.code], [])],
      metadata: { app: app.code, revokedSessions: 1, endedImpersonations: 1 },
      people: [jo],
    }),
  ]);
  expect(await holds(world, other.accessToken)).toBe(true);
  expect(await revoke(app, jo)).toMatchObject({ changed: true });
  expect(await goesOn(world, other)).toBe(true);
});

test('one’s own access to the app that one is signed in to: one is signed out, and the answer still comes', async () => {
  const [app, boss] = [await world.app(), await world.person({ roles: ['system_admin'] })];
  await world.grant(boss, app);
  const elsewhere = await boss.signIn();
  const tokens = await boss.signIn({ appCode: app.code });

  const answer = await boss.ask(Revoke, { input: { appId: app.id, userId: boss.id } });

  expect(answer.data.appRevokeUser).toMatchObject({ changed: true, grant: { status: 'REVOKED', user: { id: boss.id } } });
  expect(answer.headers.get('set-cookie')).toMatch(/^steward_refresh=;/);
  await expectEnded(world, tokens);
  await expect(boss.run(Whoami)).toBeRefused('UNAUTHENTICATED');
  expect(await goesOn(world, elsewhere)).toBe(true);
});

test('one’s own access to another app: the present session goes on, with a new token', async () => {
  const [app, boss] = [await world.app(), await world.person({ roles: ['super_admin'] })];
  await world.grant(boss, app);
  const tokens = await boss.signIn();

  const answer = await boss.ask(Revoke, { input: { appId: app.id, userId: boss.id } });

  expect(answer.data.appRevokeUser).toMatchObject({ changed: true });
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(await holds(world, tokens.accessToken)).toBe('TOKEN_STALE');
  expect(await goesOn(world, tokens)).toBe(true);
});

test('granted again after that, and revoked again', async () => {
  const [app, jo] = [await world.app(), await world.person()];
  const id = await world.grant(jo, app);
  const Grant = documentOf('appGrantUser', 'grant { id status } changed');

  for (let round = 2; round < 5; round++) {
    expect(await revoke(app, jo)).toMatchObject({ changed: true, grant: { id, status: 'REVOKED' } });
    expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: round });
    expect(await login(jo, app)).toMatchObject({ code: 'APP_ACCESS_DENIED' });
    expect((await staff.run(Grant, { input: { appId: app.id, userId: jo.id } })).appGrantUser).toEqual({
      __typename: 'AppGrantUserSuccess',
      grant: { id, status: 'ACTIVE' },
      changed: true,
    });
    expect(await login(jo, app)).toHaveProperty('tokens');
  }
});
