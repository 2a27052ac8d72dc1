import { beforeAll, describe, expect, test } from 'vitest';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { badIds } from '../user/bad-input.ts';
import {
  answersBut,
  expectNothingWritten,
  happening,
  happenings,
  holds,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { documentOf, testsOfGuard } from './support.ts';

const Grant = documentOf(
  'appGrantUser',
  'grant { id app { id code } user { id } status grantedAt grantedBy { id } revokedAt revokedBy { id } } changed',
);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const grant = async (app: { id: string }, person: { id: string }) =>
  (await staff.run(Grant, { input: { appId: app.id, userId: person.id } })).appGrantUser;

/** A person's grants as the database has them. */
const grantsOf = (person: Person) =>
  world.database.query<any>(world.sql`
    SELECT id, app_id, status::text, granted_at, granted_by_id, revoked_at, revoked_by_id FROM app_grants WHERE user_id = ${person.uuid}::uuid`);

const appGrants = (before: string[], after: string[]) => ({ field: 'appGrants', before, after });

describe('refused', () => {
  testsOfGuard('appGrantUser', 'apps:grant', () => ({
    world,
    input: async () => ({ appId: (await world.app()).id, userId: (await world.person()).id }),
  }));

  test('ids that name nobody and no app are one answer each, and nothing is written', async () => {
    const [app, jo] = [await world.app(), await world.person()];
    const apps = badIds('app').map(([, id]) => id);
    apps.push((await world.pool()).id, jo.id);

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, Grant, nobodys('user', jo), (userId) => ({ appId: app.id, userId }))).toHaveLength(1);
      expect(await answersBut(staff, Grant, apps, (appId) => ({ appId, userId: jo.id }))).toHaveLength(1);
      expect(await grant(app, { id: app.id })).toEqual(notFound(app.id));
      expect(await grant({ id: jo.id }, jo)).toEqual(notFound(jo.id, 'appId'));
    });
  });

  test('a person more powerful than oneself, for an app that is disabled or granted already as well; an unknown app before that', async () => {
    const chief = await world.person({ roles: ['system_admin', 'seller'] });
    const [app, closed, had] = [await world.app(), await world.app({ status: 'DISABLED' }), await world.app()];
    await world.grant(chief, had);

    await expectNothingWritten(world, async () => {
      for (const which of [app, closed, had]) expect(await grant(which, chief)).toEqual(rankTooLow('system_admin'));
      expect(await grant({ id: 'nonsense' }, chief)).toEqual(notFound('nonsense', 'appId'));
    });
  });

  test('an app that is disabled, to whoever has no grant, a revoked one, or an active one', async () => {
    const app = await world.app({ status: 'DISABLED', autoGrantOnSignup: true });
    const [none, revoked, active] = [await world.person(), await world.person(), await world.person()];
    await world.grant(revoked, app, 'REVOKED');
    await world.grant(active, app);

    await expectNothingWritten(world, async () => {
      for (const person of [none, revoked, active]) expect(await grant(app, person)).toEqual(ruleError('APP_DISABLED'));
    });
  });
});

test('access is given once, by one event; it only adds, so no token gets stale and no version moves', async () => {
  const [app, jo] = [await world.app(), await world.person()];
  const { accessToken } = await jo.signIn();
  expect(await visitor(world).login({ email: jo.email, password, appCode: app.code })).toMatchObject({
    code: 'APP_ACCESS_DENIED',
  });

  const answer = await staff.ask(Grant, { input: { appId: app.id, userId: jo.id } });

  expect(answer.data.appGrantUser).toEqual({
    __typename: 'AppGrantUserSuccess',
    grant: {
      id: expect.stringMatching(/^grant_/),
      app: { id: app.id, code: app.code },
      user: { id: jo.id },
      status: 'ACTIVE',
      grantedAt: expect.any(String),
      grantedBy: { id: staff.id },
      revokedAt: null,
      revokedBy: null,
    },
    changed: true,
  });
  expect(await happenings(world, answer)).toEqual([
    happening('app.user_granted', staff, jo, { changes: [appGrants([], [app.code])], metadata: { app: app.code } }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  expect(await holds(world, accessToken)).toBe(true);
  expect(await visitor(world).login({ email: jo.email, password, appCode: app.code })).toHaveProperty('tokens');
});

test('twice is one grant: the second changes nothing, and leaves no event', async () => {
  const [app, jo] = [await world.app(), await world.person()];
  const first = await grant(app, jo);
  const stored = await grantsOf(jo);

  await expectNothingWritten(world, async () => {
    expect(await grant(app, jo)).toEqual({ ...first, changed: false });
  });

  expect(await grantsOf(jo)).toEqual(stored);
});

test('a revoked grant is active again: the same one, with new dates and by whom', async () => {
  const [app, other, lost, jo] = [await world.app(), await world.app(), await world.app(), await world.person()];
  const id = await world.grant(jo, app, 'REVOKED');
  await world.grant(jo, other);
  await world.grant(jo, lost, 'REVOKED');
  await world.database.query(world.sql`
    UPDATE app_grants SET granted_at = '2020-01-01', revoked_by_id = ${jo.uuid}::uuid WHERE user_id = ${jo.uuid}::uuid AND app_id = ${app.uuid}::uuid`);

  const answer = await staff.ask(Grant, { input: { appId: app.id, userId: jo.id } });

  const { grant: shown, changed } = answer.data.appGrantUser;
  expect(changed).toBe(true);
  expect(shown).toEqual({
    id,
    app: { id: app.id, code: app.code },
    user: { id: jo.id },
    status: 'ACTIVE',
    grantedAt: expect.any(String),
    grantedBy: { id: staff.id },
    revokedAt: null,
    revokedBy: null,
  });
  const [event] = await world.database.query<any>(
    world.sql`SELECT occurred_at FROM audit_events WHERE request_id = ${answer.headers.get('x-request-id')}`,
  );
  expect(new Date(shown.grantedAt)).toEqual(event.occurred_at);
  expect(await happenings(world, answer)).toEqual([
    happening('app.user_granted', staff, jo, {
      changes: [appGrants([other.code], [app.code, other.code].sort())],
      metadata: { app: app.code },
    }),
  ]);
});

test('grants of others, and for other apps, stay as they are', async () => {
  const [app, other, jo, kim] = [await world.app(), await world.app(), await world.person(), await world.person()];
  await world.grant(jo, other, 'REVOKED');
  await world.grant(kim, app, 'REVOKED');

  await grant(app, jo);

  expect(await grantsOf(jo)).toMatchObject([
    { app_id: other.uuid, status: 'REVOKED' },
    { app_id: app.uuid, status: 'ACTIVE' },
  ]);
  expect(await grantsOf(kim)).toMatchObject([{ status: 'REVOKED' }]);
});

test('to whoever is suspended, to one’s equals and to oneself', async () => {
  const app = await world.app();
  for (const person of [await world.person({ status: 'SUSPENDED' }), await world.person({ roles: ['super_admin'] }), staff]) {
    expect(await grant(app, person)).toMatchObject({ changed: true, grant: { status: 'ACTIVE', user: { id: person.id } } });
  }
});
