import { beforeAll, describe, expect, test } from 'vitest';
import { conflict, documentOf, gone, happeningTo, nobodysCodes, testsOfGuard } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import { answersBut, expectNothingWritten, happenings, notFound, ruleError } from '../user/support.ts';
import { tag } from './support.ts';

const Delete = documentOf('poolDelete', 'deletedPoolId');

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const remove = async (poolCode: string) => (await admin.run(Delete, { input: { poolCode } })).poolDelete;

describe('refused', () => {
  testsOfGuard('poolDelete', 'pools:manage', () => ({ world, input: async () => ({ poolCode: (await world.pool()).code }) }));

  test('codes that name no pool are one answer, and nothing is written', async () => {
    const pool = await world.pool();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(admin, Delete, nobodysCodes(pool), (poolCode) => ({ poolCode }))).toHaveLength(1);
      expect(await remove(pool.id)).toEqual(notFound(pool.id, 'poolCode'));
    });
  });

  test('the pool `default`, before who is in it', async () => {
    await expectNothingWritten(world, async () => {
      expect(await remove('default')).toEqual(ruleError('BUILT_IN'));
    });
  });

  test('while somebody is at home in it or tagged into it, or an app registers into it or reads from it, with one of them', async () => {
    const [home, tagged, registered, read] = [await world.pool(), await world.pool(), await world.pool(), await world.pool()];
    const [jo, kim] = [await world.person({ pool: home.code, status: 'SUSPENDED' }), await world.person()];
    await tag(world, kim, tagged);
    const [app, reader] = [
      await world.app({ pool: registered.code, status: 'DISABLED' }),
      await world.app({ readPools: ['default', read.code] }),
    ];

    await expectNothingWritten(world, async () => {
      for (const [pool, existing] of [
        [home, { __typename: 'User', id: jo.id }],
        [tagged, { __typename: 'User', id: kim.id }],
        [registered, { __typename: 'App', id: app.id }],
        [read, { __typename: 'App', id: reader.id }],
      ] as const) {
        expect(await remove(pool.code)).toEqual(conflict('POOL_IN_USE', existing, 'poolCode'));
      }
    });
  });

  test('of many that refer to it one is shown: an app, by its code, before a person', async () => {
    const pool = await world.pool();
    await world.person({ pool: pool.code });
    await tag(world, await world.person(), pool);
    await world.app({ code: `b-${pool.code}`, pool: pool.code });
    const first = await world.app({ code: `a-${pool.code}`, readPools: [pool.code] });

    expect(await remove(pool.code)).toEqual(conflict('POOL_IN_USE', { __typename: 'App', id: first.id }, 'poolCode'));
  });
});

test('a pool that nobody and no app refers to is gone, and the event keeps what it was', async () => {
  const pool = await world.pool();
  await world.database.query(
    world.sql`UPDATE pools SET name = 'Partners', description = 'Who sells for us' WHERE id = ${pool.uuid}::uuid`,
  );

  const answer = await admin.ask(Delete, { input: { poolCode: pool.code } });

  expect(answer.data.poolDelete).toEqual({ __typename: 'PoolDeleteSuccess', deletedPoolId: pool.id });
  expect(await happenings(world, answer)).toEqual([
    happeningTo(
      'pool.deleted',
      admin,
      { type: 'pool', uuid: pool.uuid },
      {
        changes: gone({ code: pool.code, name: 'Partners', description: 'Who sells for us' }),
        metadata: { pool: pool.code },
      },
    ),
  ]);
  expect(await world.database.query(world.sql`SELECT FROM pools WHERE id = ${pool.uuid}::uuid`)).toEqual([]);
  expect(await remove(pool.code)).toEqual(notFound(pool.code, 'poolCode'));
});

test('once everybody and every app has left', async () => {
  const pool = await world.pool();
  const jo = await world.person({ pool: pool.code });
  const kim = await world.person();
  await tag(world, kim, pool);
  const app = await world.app({ readPools: [pool.code] });
  const run = async (mutation: string, input: object) => admin.run(documentOf(mutation, '__typename'), { input });

  await run('poolSetUserHome', { userId: jo.id, poolCode: 'default' });
  expect(await remove(pool.code)).toMatchObject({ existing: { id: app.id } });
  await run('appUpdate', { appId: app.id, readPoolCodes: [] });
  expect(await remove(pool.code)).toMatchObject({ existing: { id: kim.id } });
  await run('poolRemoveUser', { userId: kim.id, poolCode: pool.code });

  expect(await remove(pool.code)).toEqual({ __typename: 'PoolDeleteSuccess', deletedPoolId: pool.id });
});
