import { beforeAll, describe, expect, test } from 'vitest';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import { badIds, badTexts } from '../user/bad-input.ts';
import { answersBut, expectNothingWritten, goesOn, happenings, holds, invalid, notFound } from '../user/support.ts';
import { badDescriptions, badUrls, documentOf, happeningTo, nobodysCodes, testsOfGuard, versionConflict } from './support.ts';

const Update = documentOf(
  'appUpdate',
  'app { id code name description url status autoGrantOnSignup homePool { code } readPools { code } version createdAt updatedAt }',
);

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const update = async (input: object) => (await admin.run(Update, { input })).appUpdate;

const coded = (...codes: string[]) => codes.map((code) => ({ code }));

/** An app with something in every field, at home in a pool of its own. */
async function shop(readPools: string[] = []) {
  const home = await world.pool();
  const app = await world.app({ pool: home.code, readPools });
  await world.database.query(world.sql`
    UPDATE apps SET name = 'Shop', description = 'What it is for', url = 'https://shop.example', auto_grant_on_signup = TRUE,
                    updated_at = created_at WHERE id = ${app.uuid}::uuid`);
  return { ...app, home };
}

/** The read pools as the database has them, which never lists the home pool. */
async function stored(app: { uuid: string }): Promise<string[]> {
  const rows = await world.database.query<{ code: string }>(world.sql`
    SELECT p.code FROM app_read_pools r JOIN pools p ON p.id = r.pool_id WHERE r.app_id = ${app.uuid}::uuid ORDER BY r.position`);
  return rows.map(({ code }) => code);
}

describe('refused', () => {
  testsOfGuard('appUpdate', 'apps:manage', () => ({
    world,
    input: async () => ({ appId: (await world.app()).id, name: 'Another name' }),
  }));

  test('ids that name no app are one answer, and nothing is written', async () => {
    const ids = badIds('app').map(([, id]) => id);
    ids.push((await world.pool()).id, admin.id);

    await expectNothingWritten(world, async () => {
      expect(await answersBut(admin, Update, ids, (appId) => ({ appId, name: 'Shop' }))).toHaveLength(1);
      expect(await update({ appId: 'nonsense', name: 'Shop' })).toEqual(notFound('nonsense', 'appId'));
      expect(await update({ appId: 'nonsense', expectedVersion: 7 })).toEqual(notFound('nonsense', 'appId'));
    });
  });

  test.each([
    ['nothing', '', 'REQUIRED'] as const,
    ['blanks', ' \u00a0', 'REQUIRED'] as const,
    ['null', null, 'REQUIRED'] as const,
    ...badTexts,
  ])('a name with %s', async (_what, name, issue) => {
    const app = await world.app();
    await expectNothingWritten(world, async () => {
      expect(await update({ appId: app.id, name })).toEqual(invalid(['name', issue]));
    });
  });

  test.each(badDescriptions)('a description with %s', async (_what, description, issue) => {
    const app = await world.app();
    await expectNothingWritten(world, async () => {
      expect(await update({ appId: app.id, description })).toEqual(invalid(['description', issue]));
    });
  });

  test.each(badUrls)('a URL with %s', async (_what, url, issue) => {
    const app = await world.app();
    await expectNothingWritten(world, async () => {
      expect(await update({ appId: app.id, url })).toEqual(invalid(['url', issue]));
    });
  });

  test('codes that name no pool, each at its place', async () => {
    const [app, pool] = [await world.app(), await world.pool()];
    const codes = nobodysCodes(pool);

    await expectNothingWritten(world, async () => {
      for (const homePoolCode of codes) {
        expect(await update({ appId: app.id, homePoolCode })).toEqual(invalid(['homePoolCode', 'UNKNOWN_POOL']));
      }
      expect(await update({ appId: app.id, readPoolCodes: [pool.code, ...codes] })).toEqual(
        invalid(...codes.map((_code, i) => [`readPoolCodes.${i + 1}`, 'UNKNOWN_POOL'] as const)),
      );
    });
  });

  test('null where nothing may be empty, and whatever else is wrong, at once and in the order of the input', async () => {
    const app = await world.app();
    const wrong = {
      readPoolCodes: ['nowhere', 'default', 'NOWHERE'],
      homePoolCode: 'nowhere',
      autoGrantOnSignup: null,
      status: null,
      url: 'shop',
      description: '\0',
      name: null,
    };

    await expectNothingWritten(world, async () => {
      // Before the app is found to be unknown, and before its version is looked at.
      for (const appId of [app.id, 'nonsense']) {
        expect(await update({ ...wrong, appId, expectedVersion: 7 })).toEqual(
          invalid(
            ['name', 'REQUIRED'],
            ['description', 'NOT_TEXT'],
            ['url', 'INVALID_URL'],
            ['status', 'REQUIRED'],
            ['autoGrantOnSignup', 'REQUIRED'],
            ['homePoolCode', 'UNKNOWN_POOL'],
            ['readPoolCodes.0', 'UNKNOWN_POOL'],
            ['readPoolCodes.2', 'UNKNOWN_POOL'],
          ),
        );
      }
      expect(await update({ appId: app.id, homePoolCode: null })).toEqual(invalid(['homePoolCode', 'REQUIRED']));
    });
  });

  test('more than a hundred read pools, before any is looked for', async () => {
    const app = await world.app();
    const readPoolCodes = Array.from({ length: 101 }, (_, i) => `nowhere-${i}`);

    expect(await update({ appId: app.id, readPoolCodes })).toEqual(invalid(['readPoolCodes', 'TOO_MANY']));
  });

  test('another version than the present one, which is shown', async () => {
    const app = await world.app();

    await expectNothingWritten(world, async () => {
      for (const expectedVersion of [0, 2, -1]) {
        expect(await update({ appId: app.id, name: 'Another name', expectedVersion })).toEqual(
          versionConflict(1, { __typename: 'App', id: app.id }),
        );
      }
      // What would change nothing as well.
      expect(await update({ appId: app.id, expectedVersion: 2 })).toMatchObject({ code: 'VERSION_CONFLICT' });
    });
  });

  test('a code, which never changes, and a status that is none, by the type', async () => {
    const app = await world.app();
    for (const rest of [{ code: 'another' }, { status: 'GONE' }, { readPoolCodes: [null] }]) {
      const { errors } = await admin.ask(Update, { input: { appId: app.id, ...rest } });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});

test('everything is changed at once, with one event', async () => {
  const [a, b, c] = [await world.pool(), await world.pool(), await world.pool()];
  const app = await shop([a.code, b.code]);

  const answer = await admin.ask(Update, {
    input: {
      appId: app.id,
      name: ' Market\u0065\u0301 ',
      description: ' Another\npurpose ',
      url: ' http://market.example ',
      status: 'DISABLED',
      autoGrantOnSignup: false,
      homePoolCode: 'default',
      readPoolCodes: [c.code, a.code],
      expectedVersion: 1,
    },
  });

  const { createdAt, updatedAt } = answer.data.appUpdate.app;
  expect(answer.data.appUpdate).toEqual({
    __typename: 'AppUpdateSuccess',
    app: {
      id: app.id,
      code: app.code,
      name: 'Market\u00e9',
      description: 'Another\npurpose',
      url: 'http://market.example',
      status: 'DISABLED',
      autoGrantOnSignup: false,
      homePool: { code: 'default' },
      readPools: coded('default', c.code, a.code),
      version: 2,
      createdAt,
      updatedAt: expect.any(String),
    },
  });
  expect(updatedAt > createdAt).toBe(true);
  expect(await happenings(world, answer)).toEqual([
    happeningTo(
      'app.updated',
      admin,
      { type: 'app', uuid: app.uuid },
      {
        changes: [
          { field: 'name', before: 'Shop', after: 'Market\u00e9' },
          { field: 'description', before: 'What it is for', after: 'Another\npurpose' },
          { field: 'url', before: 'https://shop.example', after: 'http://market.example' },
          { field: 'status', before: 'ACTIVE', after: 'DISABLED' },
          { field: 'autoGrantOnSignup', before: true, after: false },
          { field: 'homePool', before: app.home.code, after: 'default' },
          { field: 'readPools', before: [app.home.code, a.code, b.code], after: ['default', c.code, a.code] },
        ],
        metadata: { app: app.code },
      },
    ),
  ]);
});

test('what is left out stays, field by field', async () => {
  const read = await world.pool();
  for (const [edit, field, before, after] of [
    [{ name: 'Market' }, 'name', 'Shop', 'Market'],
    [{ description: 'Another' }, 'description', 'What it is for', 'Another'],
    [{ url: 'https://other.example' }, 'url', 'https://shop.example', 'https://other.example'],
    [{ status: 'DISABLED' }, 'status', 'ACTIVE', 'DISABLED'],
    [{ autoGrantOnSignup: false }, 'autoGrantOnSignup', true, false],
  ] as const) {
    const app = await shop([read.code]);

    const answer = await admin.ask(Update, { input: { appId: app.id, ...edit } });

    expect(answer.data.appUpdate.app).toMatchObject({
      name: 'Shop',
      description: 'What it is for',
      url: 'https://shop.example',
      status: 'ACTIVE',
      autoGrantOnSignup: true,
      homePool: { code: app.home.code },
      readPools: coded(app.home.code, read.code),
      version: 2,
      ...edit,
    });
    expect(await happenings(world, answer)).toMatchObject([{ changes: [{ field, before, after }] }]);
  }
});

test('null clears description, URL and read pools, and what is empty once trimmed as well', async () => {
  const read = await world.pool();
  for (const edit of [
    { description: null, url: null, readPoolCodes: null },
    { description: ' \n ', url: '', readPoolCodes: [] },
  ]) {
    const app = await shop([read.code]);

    const answer = await admin.ask(Update, { input: { appId: app.id, ...edit } });

    expect(answer.data.appUpdate.app).toMatchObject({ description: null, url: null, readPools: coded(app.home.code) });
    expect(await stored(app)).toEqual([]);
    expect(await happenings(world, answer)).toMatchObject([
      {
        changes: [
          { field: 'description', before: 'What it is for', after: null },
          { field: 'url', before: 'https://shop.example', after: null },
          { field: 'readPools', before: [app.home.code, read.code], after: [app.home.code] },
        ],
      },
    ]);
  }
});

test('what is there already is no change: no event, no version', async () => {
  const [one, two] = [await world.pool(), await world.pool()];
  const app = await shop([one.code, two.code]);

  await expectNothingWritten(world, async () => {
    for (const same of [
      {},
      { expectedVersion: 1 },
      { expectedVersion: null },
      {
        name: ' Shop',
        description: 'What it is for\n',
        url: 'https://shop.example',
        status: 'ACTIVE',
        autoGrantOnSignup: true,
        homePoolCode: app.home.code,
        readPoolCodes: [one.code, two.code],
      },
      // As the API shows them.
      { readPoolCodes: [app.home.code, one.code, two.code] },
      { readPoolCodes: [one.code, app.home.code, one.code, two.code] },
    ]) {
      expect(await update({ appId: app.id, ...same })).toMatchObject({
        app: { version: 1, readPools: coded(app.home.code, one.code, two.code) },
      });
    }
  });
});

test('the order of the read pools is what counts', async () => {
  const [one, two, three] = [await world.pool(), await world.pool(), await world.pool()];
  const app = await shop([one.code, two.code]);

  for (const codes of [[two.code, one.code], [three.code, two.code, one.code], [one.code], [three.code, one.code, two.code]]) {
    const { app: shown } = await update({ appId: app.id, readPoolCodes: codes });
    expect(shown.readPools).toEqual(coded(app.home.code, ...codes));
    expect(await stored(app)).toEqual(codes);
  }
});

test('a home pool that was a read pool is searched once, and the former one no more', async () => {
  const [one, two] = [await world.pool(), await world.pool()];
  const app = await shop([one.code, two.code]);

  const answer = await admin.ask(Update, { input: { appId: app.id, homePoolCode: two.code } });

  expect(answer.data.appUpdate.app).toMatchObject({
    homePool: { code: two.code },
    readPools: coded(two.code, one.code),
    version: 2,
  });
  expect(await stored(app)).toEqual([one.code]);
  expect(await happenings(world, answer)).toMatchObject([
    {
      changes: [
        { field: 'homePool', before: app.home.code, after: two.code },
        { field: 'readPools', before: [app.home.code, one.code, two.code], after: [two.code, one.code] },
      ],
    },
  ]);
  // Where it is to be read from, it is named.
  expect(await update({ appId: app.id, homePoolCode: one.code, readPoolCodes: [two.code] })).toMatchObject({
    app: { readPools: coded(one.code, two.code) },
  });
});

test('a disabled app takes neither logins nor refreshes; its access tokens hold, and it takes them again once it is active', async () => {
  const [app, jo] = [await world.app(), await world.person()];
  await world.grant(jo, app);
  const tokens = await jo.signIn({ appCode: app.code });

  await update({ appId: app.id, status: 'DISABLED' });

  expect(await visitor(world).login({ email: jo.email, password, appCode: app.code })).toMatchObject({ code: 'APP_DISABLED' });
  expect(await holds(world, tokens.accessToken)).toBe(true);
  expect(await goesOn(world, tokens)).toBe('APP_DISABLED');
  await update({ appId: app.id, status: 'ACTIVE' });
  expect(await goesOn(world, tokens)).toBe(true);
});

test('edits one after the other, each with the version that the one before left', async () => {
  const app = await world.app();

  for (const version of [1, 2, 3]) {
    expect(await update({ appId: app.id, name: `Name ${version}`, expectedVersion: version })).toMatchObject({
      app: { name: `Name ${version}`, version: version + 1 },
    });
  }
});
