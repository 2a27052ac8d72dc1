import { beforeAll, describe, expect, test } from 'vitest';
import { impersonate, startAuthWorld, visitor, Whoami } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { badIds } from '../user/bad-input.ts';
import {
  answersBut,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  invalid,
  notFound,
  peopleOf,
  versionsOf,
} from '../user/support.ts';
import { badDescriptions, documentOf, gone, happeningTo, testsOfGuard } from './support.ts';

const Delete = documentOf('appDelete', 'deletedAppId deletedGrants');

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const remove = async (input: object) => (await admin.run(Delete, { input })).appDelete;

/** What refers to an app, in all tables. */
async function leftOf(app: { uuid: string }) {
  const [row] = await world.database.query(world.sql`
    SELECT (SELECT count(*)::int FROM apps WHERE id = ${app.uuid}::uuid) AS apps,
           (SELECT count(*)::int FROM app_grants WHERE app_id = ${app.uuid}::uuid) AS grants,
           (SELECT count(*)::int FROM app_read_pools WHERE app_id = ${app.uuid}::uuid) AS "readPools",
           (SELECT count(*)::int FROM sessions WHERE app_id = ${app.uuid}::uuid) AS sessions`);
  return row;
}

const nothing = { apps: 0, grants: 0, readPools: 0, sessions: 0 };

describe('refused', () => {
  testsOfGuard('appDelete', 'apps:manage', () => ({ world, input: async () => ({ appId: (await world.app()).id }) }));

  test('ids that name no app are one answer, and nothing is written', async () => {
    const ids = badIds('app').map(([, id]) => id);
    ids.push((await world.pool()).id, admin.id);

    await expectNothingWritten(world, async () => {
      expect(await answersBut(admin, Delete, ids, (appId) => ({ appId }))).toHaveLength(1);
      expect(await remove({ appId: 'nonsense' })).toEqual(notFound('nonsense', 'appId'));
    });
  });

  test.each([
    ...badDescriptions.slice(0, -1),
    ['two characters', 'ab', 'TOO_SHORT'] as const,
    ['501 characters', '𝒳'.repeat(501), 'TOO_LONG'] as const,
  ])('a reason with %s, whatever the id', async (_what, reason, issue) => {
    const app = await world.app();
    await expectNothingWritten(world, async () => {
      for (const appId of [app.id, 'nonsense']) {
        expect(await remove({ appId, reason })).toEqual(invalid(['reason', issue]));
      }
    });
  });
});

test('an app goes with its grants and sessions, and the event keeps what it was; who had access keeps all else', async () => {
  const read = await world.pool();
  const app = await world.app({ readPools: [read.code], autoGrantOnSignup: true });
  const other = await world.app();
  const [jo, kim, sam] = [await world.person(), await world.person(), await world.person()];
  await world.grant(jo, app);
  await world.grant(jo, other);
  await world.grant(kim, app, 'REVOKED');
  await world.grant(sam, app);
  const inApp = [await jo.signIn({ appCode: app.code }), await jo.signIn({ appCode: app.code })];
  const elsewhere = [await jo.signIn({ appCode: other.code }), await jo.signIn()];

  const answer = await admin.ask(Delete, { input: { appId: app.id, reason: ' Replaced by\nthe new shop ' } });

  expect(answer.data.appDelete).toEqual({ __typename: 'AppDeleteSuccess', deletedAppId: app.id, deletedGrants: 3 });
  expect(await leftOf(app)).toEqual(nothing);
  expect(await happenings(world, answer)).toEqual([
    happeningTo(
      'app.deleted',
      admin,
      { type: 'app', uuid: app.uuid },
      {
        reason: 'Replaced by\nthe new shop',
        changes: gone({
          code: app.code,
          name: app.code,
          status: 'ACTIVE',
          autoGrantOnSignup: true,
          homePool: 'default',
          readPools: ['default', read.code],
        }),
        metadata: { app: app.code, deletedGrants: 3, revokedSessions: 2, endedImpersonations: 0 },
      },
    ),
  ]);
  await expectEnded(world, ...inApp);
  for (const tokens of elsewhere) {
    expect(await holds(world, tokens.accessToken)).toBe(true);
    expect(await goesOn(world, tokens)).toBe(true);
  }
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  expect(await leftOf(other)).toEqual({ apps: 1, grants: 1, readPools: 0, sessions: 1 });
  expect(await visitor(world).login({ email: jo.email, password, appCode: app.code })).toMatchObject({ code: 'APP_NOT_FOUND' });
  expect(await remove({ appId: app.id })).toEqual(notFound(app.id, 'appId'));
});

test('a disabled app without any grant, for no reason', async () => {
  for (const rest of [{}, { reason: null }, { reason: ' \n' }]) {
    const app = await world.app({ status: 'DISABLED' });

    const answer = await admin.ask(Delete, { input: { appId: app.id, ...rest } });

    expect(answer.data.appDelete).toEqual({ __typename: 'AppDeleteSuccess', deletedAppId: app.id, deletedGrants: 0 });
    expect(await happenings(world, answer)).toMatchObject([
      { reason: null, metadata: { app: app.code, deletedGrants: 0, revokedSessions: 0, endedImpersonations: 0 } },
    ]);
  }
});

test('impersonations that were started from its sessions end with them, and the event is about both people', async () => {
  const [app, staff, jo] = [await world.app(), await world.person({ roles: ['super_admin'] }), await world.person()];
  await world.grant(staff, app);
  const carried = await impersonate(world, staff, jo);
  const origin = staff.tokens!;
  await world.database.query(world.sql`UPDATE sessions SET app_id = ${app.uuid}::uuid WHERE user_id = ${staff.uuid}::uuid`);
  const other = await impersonate(world, staff, jo);

  const answer = await admin.ask(Delete, { input: { appId: app.id } });

  await expectEnded(world, origin, carried);
  expect(await holds(world, other.accessToken)).toBe(true);
  expect(await happenings(world, answer)).toMatchObject([
    { metadata: { revokedSessions: 1, endedImpersonations: 1 }, people: peopleOf(admin, staff, jo) },
  ]);
});

test('an app that the caller is signed in to: they are signed out, and the answer still comes', async () => {
  const [app, boss] = [await world.app(), await world.person({ roles: ['system_admin'] })];
  await world.grant(boss, app);
  const tokens = await boss.signIn({ appCode: app.code });

  const answer = await boss.ask(Delete, { input: { appId: app.id } });

  expect(answer.data.appDelete).toEqual({ __typename: 'AppDeleteSuccess', deletedAppId: app.id, deletedGrants: 1 });
  expect(answer.headers.get('set-cookie')).toMatch(/^steward_refresh=;/);
  await expectEnded(world, tokens);
  await expect(boss.run(Whoami)).toBeRefused('UNAUTHENTICATED');
});

test('the code is free again, and inherits nothing', async () => {
  const [app, jo] = [await world.app(), await world.person()];
  await world.grant(jo, app);
  await remove({ appId: app.id });

  const again = await world.app({ code: app.code });

  expect(await visitor(world).login({ email: jo.email, password, appCode: app.code })).toMatchObject({
    code: 'APP_ACCESS_DENIED',
  });
  expect(again.id).not.toBe(app.id);
});

test('an app that 20,000 people have access to, and are signed in to, goes in as few statements', async () => {
  const app = await world.app();
  await world.database.query(world.sql`
    INSERT INTO users (id, home_pool_id, email, search_text)
    SELECT gen_random_uuid(), p.id, 'many-' || i || '@example.com', '' FROM pools p, generate_series(1, 20000) i WHERE p.code = 'default'`);
  await world.database.query(world.sql`
    INSERT INTO app_grants (id, user_id, app_id) SELECT gen_random_uuid(), id, ${app.uuid}::uuid FROM users WHERE email LIKE 'many-%'`);
  await world.database.query(world.sql`
    INSERT INTO sessions (id, user_id, app_id, expires_at, ends_at)
    SELECT gen_random_uuid(), id, ${app.uuid}::uuid, now() + interval '1 day', now() + interval '1 day' FROM users WHERE email LIKE 'many-%'`);
  let answer: any;
  const statements = await world.statements(async () => {
    answer = await admin.ask(Delete, { input: { appId: app.id } });
  });

  expect(answer.data.appDelete).toEqual({ __typename: 'AppDeleteSuccess', deletedAppId: app.id, deletedGrants: 20_000 });
  // Eleven, and one that notes the minute of the caller's session.
  expect(statements).toBeLessThanOrEqual(12);
  expect(await leftOf(app)).toEqual(nothing);
  expect(await happenings(world, answer)).toMatchObject([{ metadata: { revokedSessions: 20_000 }, people: [admin.uuid] }]);
});
