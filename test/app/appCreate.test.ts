import { beforeAll, describe, expect, test } from 'vitest';
import { decodeId } from '../../src/ids.ts';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { badTexts } from '../user/bad-input.ts';
import { expectNothingWritten, happenings, invalid } from '../user/support.ts';
import {
  badCodes,
  badDescriptions,
  badUrls,
  begun,
  conflict,
  documentOf,
  happeningTo,
  nobodysCodes,
  testsOfGuard,
} from './support.ts';

const Create = documentOf(
  'appCreate',
  'app { id code name description url status autoGrantOnSignup homePool { code } readPools { code } version userCount createdAt updatedAt }',
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

const create = async (input: object) => (await admin.run(Create, { input })).appCreate;

const coded = (...codes: string[]) => codes.map((code) => ({ code }));

describe('refused', () => {
  testsOfGuard('appCreate', 'apps:manage', () => ({ world, input: async () => ({ code: newCode(), name: 'Shop' }) }));

  test.each(badCodes)('a code with %s', async (_what, code) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ code, name: 'Shop' })).toEqual(invalid(['code', 'INVALID_CODE']));
    });
  });

  test.each([['nothing', '', 'REQUIRED'] as const, ['blanks', ' \u00a0', 'REQUIRED'] as const, ...badTexts])(
    'a name with %s',
    async (_what, name, issue) => {
      await expectNothingWritten(world, async () => {
        expect(await create({ code: newCode(), name })).toEqual(invalid(['name', issue]));
      });
    },
  );

  test.each(badDescriptions)('a description with %s', async (_what, description, issue) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ code: newCode(), name: 'Shop', description })).toEqual(invalid(['description', issue]));
    });
  });

  test.each(badUrls)('a URL with %s', async (_what, url, issue) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ code: newCode(), name: 'Shop', url })).toEqual(invalid(['url', issue]));
    });
  });

  test('codes that name no pool, each at its place', async () => {
    const pool = await world.pool();
    const codes = nobodysCodes(pool);

    await expectNothingWritten(world, async () => {
      for (const homePoolCode of codes) {
        expect(await create({ code: newCode(), name: 'Shop', homePoolCode })).toEqual(invalid(['homePoolCode', 'UNKNOWN_POOL']));
      }
      expect(await create({ code: newCode(), name: 'Shop', readPoolCodes: [pool.code, ...codes, 'default'] })).toEqual(
        invalid(...codes.map((_code, i) => [`readPoolCodes.${i + 1}`, 'UNKNOWN_POOL'] as const)),
      );
    });
  });

  test('everything that is wrong, at once and in the order of the input', async () => {
    const taken = await world.app();

    await expectNothingWritten(world, async () => {
      expect(
        await create({
          readPoolCodes: ['nowhere', 'default', 'nowhere', 'Default'],
          homePoolCode: 'nowhere',
          url: 'shop',
          description: '\0',
          name: ' ',
          code: taken.code.toUpperCase(),
        }),
      ).toEqual(
        invalid(
          ['code', 'INVALID_CODE'],
          ['name', 'REQUIRED'],
          ['description', 'NOT_TEXT'],
          ['url', 'INVALID_URL'],
          ['homePoolCode', 'UNKNOWN_POOL'],
          ['readPoolCodes.0', 'UNKNOWN_POOL'],
          ['readPoolCodes.2', 'UNKNOWN_POOL'],
          ['readPoolCodes.3', 'UNKNOWN_POOL'],
        ),
      );
      // What the input says wrongly is told before what it clashes with.
      expect(await create({ code: taken.code, name: '' })).toEqual(invalid(['name', 'REQUIRED']));
      expect(await create({ code: taken.code, name: 'Shop', homePoolCode: 'nowhere' })).toEqual(
        invalid(['homePoolCode', 'UNKNOWN_POOL']),
      );
    });
  });

  test('more than a hundred read pools, before any is looked for, and after the home pool', async () => {
    const readPoolCodes = Array.from({ length: 101 }, (_, i) => `nowhere-${i}`);

    expect(await create({ code: newCode(), name: 'Shop', homePoolCode: 'nowhere', readPoolCodes })).toEqual(
      invalid(['homePoolCode', 'UNKNOWN_POOL'], ['readPoolCodes', 'TOO_MANY']),
    );
  });

  test('null where the type has none', async () => {
    for (const input of [
      { code: null, name: 'Shop' },
      { code: newCode(), name: null },
      { code: newCode(), name: 'Shop', autoGrantOnSignup: null },
      { code: newCode(), name: 'Shop', readPoolCodes: [null] },
      { name: 'Shop' },
      { code: newCode(), name: 'Shop', status: 'DISABLED' },
    ]) {
      const { errors } = await admin.ask(Create, { input });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('a code that is taken, with whose it is', async () => {
    const taken = await world.app({ status: 'DISABLED' });

    await expectNothingWritten(world, async () => {
      for (const code of [taken.code, ` ${taken.code} `]) {
        expect(await create({ code, name: 'Shop' })).toEqual(conflict('CODE_TAKEN', { __typename: 'App', id: taken.id }, 'code'));
      }
    });
  });
});

test('an app with everything that is told', async () => {
  const [home, one, two] = [await world.pool(), await world.pool(), await world.pool()];
  const code = newCode();

  const answer = await admin.ask(Create, {
    input: {
      code: ` ${code} `,
      name: ' Caf\u0065\u0301 ',
      description: ' Two\nlines\t ',
      url: ' https://cafe.example/x ',
      autoGrantOnSignup: true,
      homePoolCode: home.code,
      readPoolCodes: [two.code, 'default', one.code],
    },
  });

  const { app } = answer.data.appCreate;
  expect(answer.data.appCreate).toEqual({
    __typename: 'AppCreateSuccess',
    app: {
      id: expect.stringMatching(/^app_/),
      code,
      name: 'Caf\u00e9',
      description: 'Two\nlines',
      url: 'https://cafe.example/x',
      status: 'ACTIVE',
      autoGrantOnSignup: true,
      homePool: { code: home.code },
      readPools: coded(home.code, two.code, 'default', one.code),
      version: 1,
      userCount: 0,
      createdAt: expect.any(String),
      updatedAt: app.createdAt,
    },
  });
  expect(await happenings(world, answer)).toEqual([
    happeningTo(
      'app.created',
      admin,
      { type: 'app', uuid: decodeId('app', app.id)! },
      {
        changes: begun({
          code,
          name: 'Caf\u00e9',
          description: 'Two\nlines',
          url: 'https://cafe.example/x',
          status: 'ACTIVE',
          autoGrantOnSignup: true,
          homePool: home.code,
          readPools: [home.code, two.code, 'default', one.code],
        }),
        metadata: { app: code },
      },
    ),
  ]);
});

test('what is left out, null, or empty once trimmed is none; the home pool is `default`', async () => {
  for (const rest of [
    {},
    { description: null, url: null, homePoolCode: null, readPoolCodes: null },
    { description: ' \n', url: ' ', readPoolCodes: [] },
  ]) {
    const code = newCode();

    const answer = await admin.ask(Create, { input: { code, name: 'Shop', ...rest } });

    expect(answer.data.appCreate.app).toMatchObject({
      description: null,
      url: null,
      autoGrantOnSignup: false,
      homePool: { code: 'default' },
      readPools: coded('default'),
    });
    expect(await happenings(world, answer)).toMatchObject([
      {
        changes: begun({
          code,
          name: 'Shop',
          status: 'ACTIVE',
          autoGrantOnSignup: false,
          homePool: 'default',
          readPools: ['default'],
        }),
      },
    ]);
  }
});

test('the home pool among the read pools, or one twice, changes nothing: each is searched once, the home pool first', async () => {
  const [home, other] = [await world.pool(), await world.pool()];

  const { app } = await create({
    code: newCode(),
    name: 'Shop',
    homePoolCode: home.code,
    readPoolCodes: [other.code, home.code, 'default', other.code, home.code],
  });

  expect(app.readPools).toEqual(coded(home.code, other.code, 'default'));
});

test('a hundred read pools are as many as there may be', async () => {
  const pools = await Promise.all(Array.from({ length: 100 }, () => world.pool()));
  const codes = pools.map(({ code }) => code).reverse();

  const { app } = await create({ code: newCode(), name: 'Shop', readPoolCodes: [...codes, codes[0]] });

  expect(app.readPools).toEqual(coded('default', ...codes));
});

test('the longest that may be', async () => {
  const [code, name, description] = [`${'x'.repeat(98)}-_`, '𝒳'.repeat(200), '𝒳'.repeat(2000)];
  const url = `https://shop.example/${'x'.repeat(2048 - 21)}`;

  expect(await create({ code, name, description, url })).toMatchObject({ app: { code, name, description, url } });
});

test('whoever has access signs in to it, found in its pools', async () => {
  const [home, read] = [await world.pool(), await world.pool()];
  const code = newCode();
  await create({ code, name: 'Shop', autoGrantOnSignup: true, homePoolCode: home.code, readPoolCodes: [read.code] });
  const [there, here, elsewhere] = [
    await world.person({ pool: home.code }),
    await world.person({ pool: read.code }),
    await world.person(),
  ];

  const outcomes = await Promise.all(
    [there, here, elsewhere].map(({ email }) => visitor(world).login({ email, password, appCode: code })),
  );

  expect(outcomes.map(({ code, tokens }) => code ?? typeof tokens)).toEqual(['object', 'object', 'INVALID_CREDENTIALS']);
});
