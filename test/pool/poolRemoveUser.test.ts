import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf, testsOfGuard } from '../app/support.ts';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { expectNothingWritten, goesOn, happening, happenings, holds, ruleError, versionsOf } from '../user/support.ts';
import { expectPowerRefused, expectUnknownRefused, tag, whereIs } from './support.ts';

const Remove = documentOf('poolRemoveUser', 'user { id version homePool { code } pools { code } } changed');

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const remove = async (person: { id: string }, pool: { code: string }) =>
  (await admin.run(Remove, { input: { userId: person.id, poolCode: pool.code } })).poolRemoveUser;

describe('refused', () => {
  testsOfGuard('poolRemoveUser', 'pools:manage', () => ({
    world,
    input: async () => {
      const [person, pool] = [await world.person(), await world.pool()];
      await tag(world, person, pool);
      return { userId: person.id, poolCode: pool.code };
    },
  }));

  test('ids and codes that name nothing are one answer each, and nothing is written', () =>
    expectUnknownRefused('poolRemoveUser', world, admin));

  test('a person more powerful than oneself, tagged or not', () => expectPowerRefused('poolRemoveUser'));

  test('the home pool', async () => {
    const pool = await world.pool();
    const [jo, kim] = [await world.person(), await world.person({ pool: pool.code })];

    await expectNothingWritten(world, async () => {
      expect(await remove(jo, { code: 'default' })).toEqual(ruleError('HOME_POOL'));
      expect(await remove(kim, pool)).toEqual(ruleError('HOME_POOL'));
    });
  });
});

test('a tag is taken away, by one event, and logins find the person there no more; sessions go on', async () => {
  const [pool, other] = [await world.pool(), await world.pool()];
  const [jo, kim] = [await world.person(), await world.person()];
  for (const person of [jo, kim]) await tag(world, person, pool);
  await tag(world, jo, other);
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const tokens = await jo.signIn({ appCode: app.code });

  const answer = await admin.ask(Remove, { input: { userId: jo.id, poolCode: pool.code } });

  expect(answer.data.poolRemoveUser).toEqual({
    __typename: 'PoolRemoveUserSuccess',
    user: { id: jo.id, version: 2, homePool: { code: 'default' }, pools: [{ code: other.code }] },
    changed: true,
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.pool_removed', admin, jo, {
      changes: [{ field: 'pools', before: [pool.code, other.code].sort(), after: [other.code] }],
      metadata: { pool: pool.code },
    }),
  ]);
  expect(await whereIs(world, jo)).toEqual({ home: 'default', tags: [other.code], found: ['default', other.code].sort() });
  expect(await whereIs(world, kim)).toEqual({ home: 'default', tags: [pool.code], found: ['default', pool.code].sort() });
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 1 });
  expect(await holds(world, tokens.accessToken)).toBe(true);
  expect(await goesOn(world, tokens)).toBe(true);
  expect(await visitor(world).login({ email: jo.email, password, appCode: app.code })).toMatchObject({
    code: 'INVALID_CREDENTIALS',
  });
});

test('no tag is no error: nothing changes, and no event is left', async () => {
  const [pool, other] = [await world.pool(), await world.pool()];
  const jo = await world.person();
  await tag(world, jo, other);

  await expectNothingWritten(world, async () => {
    expect(await remove(jo, pool)).toEqual({
      __typename: 'PoolRemoveUserSuccess',
      user: { id: jo.id, version: 1, homePool: { code: 'default' }, pools: [{ code: other.code }] },
      changed: false,
    });
  });
});

test('the address is free again in the pool', async () => {
  const [pool, jo] = [await world.pool(), await world.person()];
  const namesake = await world.person({ email: jo.email, pool: (await world.pool()).code });
  const Add = documentOf('poolAddUser', 'changed');
  const add = async (person: Person) => (await admin.run(Add, { input: { userId: person.id, poolCode: pool.code } })).poolAddUser;
  await tag(world, jo, pool);
  expect(await add(namesake)).toMatchObject({ code: 'EMAIL_TAKEN' });

  await remove(jo, pool);

  expect(await add(namesake)).toMatchObject({ changed: true });
});
