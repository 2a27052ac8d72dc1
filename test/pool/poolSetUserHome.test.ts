import { beforeAll, describe, expect, test } from 'vitest';
import { conflict, documentOf, testsOfGuard } from '../app/support.ts';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { expectNothingWritten, goesOn, happening, happenings, holds, versionsOf } from '../user/support.ts';
import { expectPowerRefused, expectUnknownRefused, tag, whereIs } from './support.ts';

const SetHome = documentOf(
  'poolSetUserHome',
  'user { id version homePool { code } pools { code } } previous { id code } changed',
);

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const setHome = async (person: { id: string }, pool: { code: string }) =>
  (await admin.run(SetHome, { input: { userId: person.id, poolCode: pool.code } })).poolSetUserHome;

const taken = (by: Person, code = 'EMAIL_TAKEN') => conflict(code, { __typename: 'User', id: by.id }, 'poolCode');

describe('refused', () => {
  testsOfGuard('poolSetUserHome', 'pools:manage', () => ({
    world,
    input: async () => ({ userId: (await world.person()).id, poolCode: (await world.pool()).code }),
  }));

  test('ids and codes that name nothing are one answer each, and nothing is written', () =>
    expectUnknownRefused('poolSetUserHome', world, admin));

  test('a person more powerful than oneself, at home there already or not', () => expectPowerRefused('poolSetUserHome'));

  test('a pool where the address is at home or tagged, with whose it is there', async () => {
    const pool = await world.pool();
    const [jo, tagged] = [await world.person(), await world.person({ pool: (await world.pool()).code })];
    const atHome = await world.person({ email: jo.email, pool: pool.code, status: 'SUSPENDED' });
    const kim = await world.person({ email: tagged.email });
    await tag(world, tagged, pool);

    await expectNothingWritten(world, async () => {
      expect(await setHome(jo, pool)).toEqual(taken(atHome));
      expect(await setHome(kim, pool)).toEqual(taken(tagged));
    });
  });

  test('a pool where the external id is somebody’s at home; the address is told before it', async () => {
    const pool = await world.pool();
    const jo = await world.person({ externalId: 'legacy-1' });
    const kim = await world.person({ externalId: 'legacy-2' });
    const known = await world.person({ externalId: 'legacy-1', pool: pool.code });
    await world.person({ externalId: 'legacy-2', pool: pool.code });
    const namesake = await world.person({ email: kim.email, pool: pool.code });

    await expectNothingWritten(world, async () => {
      expect(await setHome(jo, pool)).toEqual(taken(known, 'EXTERNAL_ID_TAKEN'));
      expect(await setHome(kim, pool)).toEqual(taken(namesake));
    });
  });
});

test('a person moves, by one event; the old home is not kept, other tags are, and no token gets stale', async () => {
  const [pool, kept] = [await world.pool(), await world.pool()];
  const jo = await world.person({ externalId: 'legacy-moved' });
  await tag(world, jo, kept);
  const tokens = await jo.signIn();

  const answer = await admin.ask(SetHome, { input: { userId: jo.id, poolCode: pool.code } });

  expect(answer.data.poolSetUserHome).toEqual({
    __typename: 'PoolSetUserHomeSuccess',
    user: { id: jo.id, version: 2, homePool: { code: pool.code }, pools: [{ code: kept.code }] },
    previous: { id: expect.stringMatching(/^pool_/), code: 'default' },
    changed: true,
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.home_pool_set', admin, jo, {
      changes: [{ field: 'homePool', before: 'default', after: pool.code }],
      metadata: { pool: pool.code },
    }),
  ]);
  expect(await whereIs(world, jo)).toEqual({ home: pool.code, tags: [kept.code], found: [kept.code, pool.code].sort() });
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 1 });
  expect(await holds(world, tokens.accessToken)).toBe(true);
  expect(await goesOn(world, tokens)).toBe(true);
});

test('logins find the person in the new home, and in the old one no more', async () => {
  const [pool, jo] = [await world.pool(), await world.person()];
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const login = (appCode?: string) => visitor(world).login({ email: jo.email, password, appCode });
  expect([(await login()).code, (await login(app.code)).code]).toEqual([undefined, 'INVALID_CREDENTIALS']);

  await setHome(jo, pool);

  expect([(await login()).code, (await login(app.code)).code]).toEqual(['INVALID_CREDENTIALS', undefined]);
});

test('a tag of the new home falls away, and the event says so', async () => {
  const [pool, kept] = [await world.pool(), await world.pool()];
  const jo = await world.person();
  await tag(world, jo, pool);
  await tag(world, jo, kept);

  const answer = await admin.ask(SetHome, { input: { userId: jo.id, poolCode: pool.code } });

  expect(answer.data.poolSetUserHome).toMatchObject({
    changed: true,
    user: { version: 2, homePool: { code: pool.code }, pools: [{ code: kept.code }] },
  });
  expect(await happenings(world, answer)).toMatchObject([
    {
      changes: [
        { field: 'homePool', before: 'default', after: pool.code },
        { field: 'pools', before: [pool.code, kept.code].sort(), after: [kept.code] },
      ],
    },
  ]);
  expect(await whereIs(world, jo)).toEqual({ home: pool.code, tags: [kept.code], found: [kept.code, pool.code].sort() });
});

test('the present home is no change: no event, no version, whatever else is there', async () => {
  const pool = await world.pool();
  const jo = await world.person({ pool: pool.code, externalId: 'legacy-home' });

  await expectNothingWritten(world, async () => {
    expect(await setHome(jo, pool)).toEqual({
      __typename: 'PoolSetUserHomeSuccess',
      user: { id: jo.id, version: 1, homePool: { code: pool.code }, pools: [] },
      previous: { id: pool.id, code: pool.code },
      changed: false,
    });
  });
});

test('there and back: the address and the external id are free where somebody has left', async () => {
  const pool = await world.pool();
  const jo = await world.person({ externalId: 'legacy-back' });
  const namesake = await world.person({ email: jo.email, pool: pool.code, externalId: 'legacy-back' });

  expect(await setHome(jo, pool)).toEqual(taken(namesake));
  await world.database.query(world.sql`DELETE FROM users WHERE id = ${namesake.uuid}::uuid`);
  expect(await setHome(jo, pool)).toMatchObject({ changed: true });
  expect(await setHome(jo, { code: 'default' })).toMatchObject({
    changed: true,
    previous: { code: pool.code },
    user: { version: 3 },
  });
  expect(await whereIs(world, jo)).toEqual({ home: 'default', tags: [], found: ['default'] });
});

test('staff may move themselves', async () => {
  const pool = await world.pool();
  const boss = await world.person({ roles: ['system_admin'] });

  const answer = await boss.ask(SetHome, { input: { userId: boss.id, poolCode: pool.code } });

  expect(answer.data.poolSetUserHome).toMatchObject({ changed: true, user: { homePool: { code: pool.code } } });
  expect(await happenings(world, answer)).toMatchObject([{ action: 'user.home_pool_set', people: [boss.uuid] }]);
});
