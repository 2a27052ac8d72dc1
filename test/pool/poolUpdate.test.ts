import { beforeAll, describe, expect, test } from 'vitest';
import { badDescriptions, documentOf, happeningTo, nobodysCodes, testsOfGuard, versionConflict } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import { defaultPool, type Person, type World } from '../support/world.ts';
import { badTexts } from '../user/bad-input.ts';
import { answersBut, expectNothingWritten, happenings, invalid, notFound } from '../user/support.ts';

const Update = documentOf('poolUpdate', 'pool { id code name description version createdAt updatedAt }');

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const update = async (input: object) => (await admin.run(Update, { input })).poolUpdate;

/** A pool with something in every field. */
async function partners() {
  const pool = await world.pool();
  await world.database.query(world.sql`
    UPDATE pools SET name = 'Partners', description = 'Who sells for us', updated_at = created_at WHERE id = ${pool.uuid}::uuid`);
  return pool;
}

describe('refused', () => {
  testsOfGuard('poolUpdate', 'pools:manage', () => ({
    world,
    input: async () => ({ poolCode: (await world.pool()).code, name: 'Another name' }),
  }));

  test('codes that name no pool are one answer, and nothing is written', async () => {
    const pool = await world.pool();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(admin, Update, nobodysCodes(pool), (poolCode) => ({ poolCode, name: 'Partners' }))).toHaveLength(1);
      expect(await update({ poolCode: pool.id, expectedVersion: 7 })).toEqual(notFound(pool.id, 'poolCode'));
    });
  });

  test.each([
    ['nothing', '', 'REQUIRED'] as const,
    ['blanks', ' \u00a0', 'REQUIRED'] as const,
    ['null', null, 'REQUIRED'] as const,
    ...badTexts,
  ])('a name with %s, whatever the code', async (_what, name, issue) => {
    const pool = await world.pool();
    await expectNothingWritten(world, async () => {
      for (const poolCode of [pool.code, 'nowhere']) {
        expect(await update({ poolCode, name, expectedVersion: 7 })).toEqual(invalid(['name', issue]));
      }
    });
  });

  test.each(badDescriptions)('a description with %s, beside a name that is empty', async (_what, description, issue) => {
    const pool = await world.pool();
    await expectNothingWritten(world, async () => {
      expect(await update({ poolCode: pool.code, description, name: null })).toEqual(
        invalid(['name', 'REQUIRED'], ['description', issue]),
      );
    });
  });

  test('another version than the present one, which is shown', async () => {
    const pool = await world.pool();

    await expectNothingWritten(world, async () => {
      for (const expectedVersion of [0, 2, -1]) {
        expect(await update({ poolCode: pool.code, name: 'Another name', expectedVersion })).toEqual(
          versionConflict(1, { __typename: 'Pool', id: pool.id }),
        );
      }
      // What would change nothing as well.
      expect(await update({ poolCode: pool.code, expectedVersion: 2 })).toMatchObject({ code: 'VERSION_CONFLICT' });
    });
  });
});

test('name and description are changed at once, with one event', async () => {
  const pool = await partners();

  const answer = await admin.ask(Update, {
    input: { poolCode: pool.code, name: ' Caf\u0065\u0301 ', description: ' Another\npurpose ', expectedVersion: 1 },
  });

  const { createdAt, updatedAt } = answer.data.poolUpdate.pool;
  expect(answer.data.poolUpdate).toEqual({
    __typename: 'PoolUpdateSuccess',
    pool: {
      id: pool.id,
      code: pool.code,
      name: 'Caf\u00e9',
      description: 'Another\npurpose',
      version: 2,
      createdAt,
      updatedAt: expect.any(String),
    },
  });
  expect(updatedAt > createdAt).toBe(true);
  expect(await happenings(world, answer)).toEqual([
    happeningTo(
      'pool.updated',
      admin,
      { type: 'pool', uuid: pool.uuid },
      {
        changes: [
          { field: 'name', before: 'Partners', after: 'Caf\u00e9' },
          { field: 'description', before: 'Who sells for us', after: 'Another\npurpose' },
        ],
        metadata: { pool: pool.code },
      },
    ),
  ]);
});

test('what is left out stays, and null clears the description, as what is empty once trimmed does', async () => {
  for (const [edit, field, before, after] of [
    [{ name: 'Dealers' }, 'name', 'Partners', 'Dealers'],
    [{ description: 'Another' }, 'description', 'Who sells for us', 'Another'],
    [{ description: null }, 'description', 'Who sells for us', null],
    [{ description: ' \n' }, 'description', 'Who sells for us', null],
  ] as const) {
    const pool = await partners();

    const answer = await admin.ask(Update, { input: { poolCode: pool.code, ...edit } });

    expect(answer.data.poolUpdate.pool).toMatchObject({
      name: 'Partners',
      description: 'Who sells for us',
      version: 2,
      [field]: after,
    });
    expect(await happenings(world, answer)).toMatchObject([{ changes: [{ field, before, after }] }]);
  }
});

test('what is there already is no change: no event, no version', async () => {
  const pool = await partners();

  await expectNothingWritten(world, async () => {
    for (const same of [
      {},
      { expectedVersion: 1 },
      { expectedVersion: null },
      { name: ' Partners', description: 'Who sells for us\n' },
    ]) {
      expect(await update({ poolCode: pool.code, ...same })).toMatchObject({ pool: { name: 'Partners', version: 1 } });
    }
  });
});

test('the pool `default` may be called something else; its code stays', async () => {
  const [before] = await world.database.query<any>(world.sql`SELECT version FROM pools WHERE id = ${defaultPool}::uuid`);

  expect(await update({ poolCode: 'default', name: 'Everybody', expectedVersion: before.version })).toMatchObject({
    pool: { code: 'default', name: 'Everybody', version: before.version + 1 },
  });
});
