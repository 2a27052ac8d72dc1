import { beforeAll, describe, expect, test } from 'vitest';
import { conflict, documentOf, testsOfGuard } from '../app/support.ts';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { expectNothingWritten, happening, happenings, holds, ruleError, versionsOf } from '../user/support.ts';
import { expectPowerRefused, expectUnknownRefused, tag, whereIs } from './support.ts';

const Add = documentOf('poolAddUser', 'user { id version homePool { code } pools { code } } changed');

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const add = async (person: { id: string }, pool: { code: string }) =>
  (await admin.run(Add, { input: { userId: person.id, poolCode: pool.code } })).poolAddUser;

describe('refused', () => {
  testsOfGuard('poolAddUser', 'pools:manage', () => ({
    world,
    input: async () => ({ userId: (await world.person()).id, poolCode: (await world.pool()).code }),
  }));

  test('ids and codes that name nothing are one answer each, and nothing is written', () =>
    expectUnknownRefused('poolAddUser', world, admin));

  test('a person more powerful than oneself, tagged already or not', () => expectPowerRefused('poolAddUser'));

  test('the home pool', async () => {
    const pool = await world.pool();
    const [jo, kim] = [await world.person(), await world.person({ pool: pool.code })];

    await expectNothingWritten(world, async () => {
      expect(await add(jo, { code: 'default' })).toEqual(ruleError('HOME_POOL'));
      expect(await add(kim, pool)).toEqual(ruleError('HOME_POOL'));
    });
  });

  test('a pool where the address is at home or tagged, with whose it is there', async () => {
    const pool = await world.pool();
    const [jo, tagged] = [await world.person(), await world.person({ pool: (await world.pool()).code })];
    const atHome = await world.person({ email: jo.email, pool: pool.code });
    const kim = await world.person({ email: tagged.email });
    await tag(world, tagged, pool);

    await expectNothingWritten(world, async () => {
      for (const [person, existing] of [
        [jo, atHome],
        [kim, tagged],
      ] as const) {
        expect(await add(person, pool)).toEqual(conflict('EMAIL_TAKEN', { __typename: 'User', id: existing.id }, 'poolCode'));
      }
    });
  });
});

test('a person is tagged, by one event, and logins find them there; it only adds, so no token gets stale', async () => {
  const [pool, other] = [await world.pool(), await world.pool()];
  // An external id is unique among those who are at home somewhere.
  const jo = await world.person({ externalId: 'legacy-1' });
  await world.person({ externalId: 'legacy-1', pool: pool.code });
  await tag(world, jo, other);
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const login = () => visitor(world).login({ email: jo.email, password, appCode: app.code });
  const { accessToken } = await jo.signIn();
  expect(await login()).toMatchObject({ code: 'INVALID_CREDENTIALS' });

  const answer = await admin.ask(Add, { input: { userId: jo.id, poolCode: pool.code } });

  const codes = [pool.code, other.code].sort();
  expect(answer.data.poolAddUser).toEqual({
    __typename: 'PoolAddUserSuccess',
    user: { id: jo.id, version: 2, homePool: { code: 'default' }, pools: codes.map((code) => ({ code })) },
    changed: true,
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.pool_added', admin, jo, {
      changes: [{ field: 'pools', before: [other.code], after: codes }],
      metadata: { pool: pool.code },
    }),
  ]);
  expect(await whereIs(world, jo)).toEqual({ home: 'default', tags: codes, found: ['default', ...codes].sort() });
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 1 });
  expect(await holds(world, accessToken)).toBe(true);
  expect(await login()).toHaveProperty('tokens');
});

test('once is enough: the second changes nothing, and leaves no event', async () => {
  const [pool, jo] = [await world.pool(), await world.person()];
  await tag(world, jo, pool);

  await expectNothingWritten(world, async () => {
    expect(await add(jo, pool)).toEqual({
      __typename: 'PoolAddUserSuccess',
      user: { id: jo.id, version: 1, homePool: { code: 'default' }, pools: [{ code: pool.code }] },
      changed: false,
    });
  });
});

test('whose home is another may be tagged into `default`', async () => {
  const jo = await world.person({ pool: (await world.pool()).code });

  expect(await add(jo, { code: 'default' })).toMatchObject({ changed: true, user: { pools: [{ code: 'default' }] } });
});
