import { beforeAll, describe, expect, test } from 'vitest';
import { decodeId, encodeId } from '../../src/ids.ts';
import { badCodes, badDescriptions, begun, conflict, documentOf, happeningTo, testsOfGuard } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import { defaultPool, type Person, type World } from '../support/world.ts';
import { badTexts } from '../user/bad-input.ts';
import { expectNothingWritten, happenings, invalid } from '../user/support.ts';

const Create = documentOf(
  'poolCreate',
  'pool { id code name description version userCount homeCount tagCount apps { code } createdAt updatedAt }',
);

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

let serial = 0;
const newCode = (): string => `created-${++serial}`;

const create = async (input: object) => (await admin.run(Create, { input })).poolCreate;

describe('refused', () => {
  testsOfGuard('poolCreate', 'pools:manage', () => ({ world, input: async () => ({ code: newCode() }) }));

  test.each(badCodes)('a code with %s', async (_what, code) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ code, name: 'Partners' })).toEqual(invalid(['code', 'INVALID_CODE']));
    });
  });

  test.each(badTexts)('a name with %s', async (_what, name, issue) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ code: newCode(), name })).toEqual(invalid(['name', issue]));
    });
  });

  test.each(badDescriptions)('a description with %s', async (_what, description, issue) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ code: newCode(), description })).toEqual(invalid(['description', issue]));
    });
  });

  test('everything that is wrong, at once, and before what it clashes with', async () => {
    await expectNothingWritten(world, async () => {
      expect(await create({ description: '\0', name: '\u200b', code: 'Default' })).toEqual(
        invalid(['code', 'INVALID_CODE'], ['name', 'INVISIBLE'], ['description', 'NOT_TEXT']),
      );
      expect(await create({ code: 'default', name: '\0' })).toEqual(invalid(['name', 'NOT_TEXT']));
    });
  });

  test('null where the type has none', async () => {
    for (const input of [{ code: null }, {}, { name: 'Partners' }]) {
      const { errors } = await admin.ask(Create, { input });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('a code that is taken, that of the pool `default` as well, with whose it is', async () => {
    const taken = await world.pool();

    await expectNothingWritten(world, async () => {
      for (const [code, id] of [
        [taken.code, taken.id],
        [` ${taken.code} `, taken.id],
        ['default', encodeId('pool', defaultPool)],
      ] as const) {
        expect(await create({ code })).toEqual(conflict('CODE_TAKEN', { __typename: 'Pool', id }, 'code'));
      }
    });
  });
});

test('a pool with everything that is told, and nobody in it', async () => {
  const code = newCode();

  const answer = await admin.ask(Create, {
    input: { code: ` ${code} `, name: ' Caf\u0065\u0301 ', description: ' Two\nlines\t ' },
  });

  const { pool } = answer.data.poolCreate;
  expect(answer.data.poolCreate).toEqual({
    __typename: 'PoolCreateSuccess',
    pool: {
      id: expect.stringMatching(/^pool_/),
      code,
      name: 'Caf\u00e9',
      description: 'Two\nlines',
      version: 1,
      userCount: 0,
      homeCount: 0,
      tagCount: 0,
      apps: [],
      createdAt: expect.any(String),
      updatedAt: pool.createdAt,
    },
  });
  expect(await happenings(world, answer)).toEqual([
    happeningTo(
      'pool.created',
      admin,
      { type: 'pool', uuid: decodeId('pool', pool.id)! },
      {
        changes: begun({ code, name: 'Caf\u00e9', description: 'Two\nlines' }),
        metadata: { pool: code },
      },
    ),
  ]);
});

test('what is left out, null, or empty once trimmed is none: the name is the code then', async () => {
  for (const rest of [{}, { name: null, description: null }, { name: ' ', description: '\n' }]) {
    const code = newCode();

    const answer = await admin.ask(Create, { input: { code, ...rest } });

    expect(answer.data.poolCreate.pool).toMatchObject({ code, name: code, description: null });
    expect(await happenings(world, answer)).toMatchObject([{ changes: begun({ code, name: code }) }]);
  }
});

test('the longest that may be', async () => {
  const [code, name, description] = [`${'x'.repeat(98)}-_`, '𝒳'.repeat(200), '𝒳'.repeat(2000)];

  expect(await create({ code, name, description })).toMatchObject({ pool: { code, name, description } });
});
