import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openContent } from '../../src/mail/outbox.ts';
import { eventsOf, impersonate, visitor } from '../auth/support.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Person, password, startWorld, type World } from '../support/world.ts';
import { badEmails, badIds, badMetadata, badMetadataTexts, badTexts, runWith } from './bad-input.ts';

const answer = `
  __typename
  ... on UserCreateSuccess { user {
    id email emailVerified name avatarUrl externalId metadata status hasPassword lastLoginAt version sessionCount
    homePool { code } pools { code } roles { code } appGrants { status app { code } } } }
  ... on MutationError { code path }
  ... on ValidationError { issues { path code message } }
  ... on NotFoundError { id }
  ... on PowerError { roles permissions }
  ... on ConflictError { existing { id ... on User { email } } }`;
const Create = `mutation ($input: UserCreateInput!) { userCreate(input: $input) { ${answer} } }`;
const Profile = 'query ($id: ID!) { user(id: $id) { email name externalId metadata } }';

let world: World;
let admin: Person;
let superAdmin: Person;
beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ roles: ['system_admin'] });
  superAdmin = await world.person({ roles: ['super_admin'] });
});

let serial = 0;
const newEmail = (): string => `new-${++serial}@example.com`;

const create = async (by: Person, input: object) => (await by.run(Create, { input: { email: newEmail(), ...input } })).userCreate;

/** What is refused, and that nothing was written; the refusal of FORBIDDEN has an event of its own. */
async function refused(by: Person, input: object) {
  await by.run('{ viewer { user { id } } }');
  const before = await fingerprint(world.database);
  const result = await create(by, input);
  expect(await fingerprint(world.database)).toEqual(before);
  return result;
}

const invalid = (...issues: (readonly [path: readonly string[], code: string])[]) => ({
  __typename: 'ValidationError',
  code: 'VALIDATION_FAILED',
  path: ['input', ...issues[0]![0]],
  issues: issues.map(([path, code]) => ({ path: ['input', ...path], code, message: expect.any(String) })),
});

describe('refused', () => {
  test('without users:create it is forbidden, and while impersonating it waits', async () => {
    const jo = await world.person();
    await expect(create(jo, {})).rejects.toThrow('FORBIDDEN');

    const { accessToken } = await impersonate(world, admin, superAdmin);
    const { userCreate } = await visitor(world, { token: accessToken }).run(Create, { input: { email: newEmail() } });

    expect(userCreate).toEqual({ __typename: 'RuleError', code: 'WHILE_IMPERSONATING', path: null });
  });

  test.each(badEmails)('an address: %s', async (_what, email) => {
    expect(await refused(admin, { email })).toEqual(invalid([['email'], 'INVALID_EMAIL']));
  });

  test.each(badTexts)('a name or an external id: %s', async (_what, text, code) => {
    expect(await refused(admin, { name: text, externalId: text })).toEqual(invalid([['name'], code], [['externalId'], code]));
  });

  test.each(badMetadata)('metadata: %s', async (_what, metadata, codes) => {
    const issues = codes.map((code) => [['metadata'], code] as const);
    expect(await refused(admin, { metadata })).toEqual(invalid(...issues));
  });

  test.each(['1e999', '-1e999', '9007199254740993', '[{ b: 123456789012345678901234567890 }]'])(
    'metadata with the number %s, which would not be kept exactly, as a literal',
    async (number) => {
      const { userCreate } = await admin.run(
        `mutation { userCreate(input: { email: "${newEmail()}", metadata: { a: ${number} } }) { ${answer} } }`,
      );
      expect(userCreate).toEqual(invalid([['metadata'], 'NOT_STORABLE']));
    },
  );

  test.each(badMetadataTexts)('metadata in the JSON of the request: %s', async (_what, metadata, codes) => {
    const { userCreate } = await runWith(world, admin, Create, { email: newEmail() }, metadata);
    expect(userCreate).toEqual(invalid(...codes.map((code) => [['metadata'], code] as const)));
  });

  test.each([
    ['too short', 'but short', ['TOO_SHORT']],
    ['empty', '', ['TOO_SHORT', 'TOO_COMMON']],
    ['too long', 'ä'.repeat(200), ['TOO_LONG']],
    ['common', 'password12345', ['TOO_COMMON']],
    ['holds NUL', 'correct\0horse battery', ['NOT_TEXT']],
    ['the address', 'JO.DOE@example.com', ['CONTAINS_EMAIL']],
    ['all of it', 'jo.doe', ['TOO_SHORT', 'CONTAINS_EMAIL']],
  ])('a password: %s', async (_what, text, codes) => {
    const issues = codes.map((code) => [['password'], code] as const);
    expect(await refused(admin, { email: 'Jo.Doe@example.com', password: text })).toEqual(invalid(...issues));
  });

  test('everything that is wrong is told at once, in the order of the fields, and codes are looked up all the same', async () => {
    const pool = await world.pool();
    expect(
      await refused(admin, {
        sendWelcome: false,
        metadata: { a: '\0' },
        externalId: '\u200b',
        appIds: ['app_nothing'],
        poolCodes: [pool.code, 'nowhere', 'Default', 'se\0cret', '\ud800', ''],
        homePoolCode: 'no where',
        roleCodes: ['org_admin', 'seller', 'nobody'],
        password: 'but short',
        name: '\0',
        email: 'no address',
      }),
    ).toEqual(
      invalid(
        [['email'], 'INVALID_EMAIL'],
        [['name'], 'NOT_TEXT'],
        [['password'], 'TOO_SHORT'],
        [['roleCodes', '0'], 'UNKNOWN_ROLE'],
        [['roleCodes', '2'], 'UNKNOWN_ROLE'],
        [['homePoolCode'], 'UNKNOWN_POOL'],
        [['poolCodes', '1'], 'UNKNOWN_POOL'],
        [['poolCodes', '2'], 'UNKNOWN_POOL'],
        [['poolCodes', '3'], 'UNKNOWN_POOL'],
        [['poolCodes', '4'], 'UNKNOWN_POOL'],
        [['poolCodes', '5'], 'UNKNOWN_POOL'],
        [['externalId'], 'INVISIBLE'],
        [['metadata'], 'NOT_STORABLE'],
      ),
    );
  });

  test('the home pool is none of the further pools, be it named or left out', async () => {
    const { code } = await world.pool();
    expect(await refused(admin, { homePoolCode: code, poolCodes: ['default', code] })).toEqual(
      invalid([['poolCodes', '1'], 'HOME_POOL']),
    );
    expect(await refused(admin, { poolCodes: ['default'] })).toEqual(invalid([['poolCodes', '0'], 'HOME_POOL']));
  });

  test('more than 100 codes or ids are too many, and no further word is said of them', async () => {
    const many = Array.from({ length: 101 }, (_, i) => `code-${i}`);
    expect(await refused(admin, { roleCodes: many, poolCodes: many, appIds: many })).toEqual(
      invalid([['roleCodes'], 'TOO_MANY'], [['poolCodes'], 'TOO_MANY'], [['appIds'], 'TOO_MANY']),
    );
  });

  test.each(badIds('app'))('an id that names no app: %s', async (_what, id) => {
    const app = await world.app();
    expect(await refused(superAdmin, { appIds: [app.id, id], roleCodes: ['system_admin'], password })).toEqual({
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      path: ['input', 'appIds', '1'],
      id,
    });
  });

  test('a role above the caller is out of reach, told before what the caller lacks', async () => {
    expect(await refused(superAdmin, { roleCodes: ['seller', 'system_admin', 'super_admin'], password })).toEqual({
      __typename: 'PowerError',
      code: 'RANK_TOO_LOW',
      path: null,
      roles: ['system_admin'],
      permissions: [],
    });
  });

  test('all that parts of the input need is named at once, told before a disabled app and a taken address', async () => {
    const { code } = await world.pool();
    const disabled = await world.app({ status: 'DISABLED' });
    const lacking = (path: string, ...permissions: string[]) => ({
      __typename: 'PowerError',
      code: 'PERMISSION_NOT_HELD',
      path: ['input', path],
      roles: [],
      permissions,
    });

    const input = { email: admin.email, password, poolCodes: [code], homePoolCode: 'default', appIds: [disabled.id] };
    expect(await refused(superAdmin, input)).toEqual(lacking('password', 'users:set-password', 'pools:manage'));
    expect(await refused(superAdmin, { poolCodes: [code] })).toEqual(lacking('poolCodes', 'pools:manage'));
    expect(await refused(superAdmin, { homePoolCode: code })).toEqual(lacking('homePoolCode', 'pools:manage'));

    const bare = await startWorld();
    await bare.database.query(bare.sql`
      DELETE FROM role_permissions WHERE permission_code IN ('users:assign-roles', 'apps:grant')`);
    const app = await bare.app();
    const caller = await bare.person({ roles: ['super_admin'] });
    const all = { password, roleCodes: [], homePoolCode: (await bare.pool()).code, appIds: [app.id] };
    expect(await create(caller, all)).toEqual(
      lacking('password', 'users:set-password', 'users:assign-roles', 'apps:grant', 'pools:manage'),
    );
    expect(await create(caller, { roleCodes: [] })).toEqual(lacking('roleCodes', 'users:assign-roles'));
    expect(await create(caller, { appIds: [app.id] })).toEqual(lacking('appIds', 'apps:grant'));
    expect(
      await create(caller, { roleCodes: null, appIds: [], poolCodes: [], homePoolCode: null, password: null }),
    ).toMatchObject({
      __typename: 'UserCreateSuccess',
    });
  });

  test('a disabled app is not granted, told before a taken address', async () => {
    const [app, disabled] = [await world.app(), await world.app({ status: 'DISABLED' })];
    expect(await refused(admin, { email: admin.email, appIds: [app.id, disabled.id] })).toEqual({
      __typename: 'RuleError',
      code: 'APP_DISABLED',
      path: null,
    });
  });

  const taken = (code: string, path: string, existing: Person) => ({
    __typename: 'ConflictError',
    code,
    path: ['input', path],
    existing: { id: existing.id, email: existing.email },
  });

  test('an address that somebody has in the home pool or in a further pool, by home or by tag, in any spelling', async () => {
    const [home, further] = [await world.pool(), await world.pool()];
    const jo = await world.person({ pool: home.code });
    await world.database.query(
      world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${jo.uuid}::uuid, ${further.uuid}::uuid)`,
    );
    const email = ` ${jo.email.toUpperCase()}\n`;

    for (const pools of [
      { homePoolCode: home.code },
      { homePoolCode: further.code },
      { poolCodes: [home.code] },
      { poolCodes: [further.code] },
    ]) {
      expect(await refused(admin, { email, ...pools })).toEqual(taken('EMAIL_TAKEN', 'email', jo));
    }
  });

  test('an external id that somebody has in the home pool; an address that is taken is told first', async () => {
    const jo = await world.person({ externalId: 'legacy-1' });
    const kim = await world.person();
    expect(await refused(admin, { externalId: ' legacy-1 ' })).toEqual(taken('EXTERNAL_ID_TAKEN', 'externalId', jo));
    expect(await refused(admin, { externalId: 'legacy-1', email: kim.email })).toEqual(taken('EMAIL_TAKEN', 'email', kim));
  });
});

describe('accepted', () => {
  test('an address alone makes a base user at home in default, who is mailed a link to set a password', async () => {
    const email = newEmail();

    const result = await superAdmin.ask(Create, { input: { email: ` ${email.toUpperCase()} ` } });

    const { user } = result.data.userCreate;
    expect(result.data.userCreate).toEqual({
      __typename: 'UserCreateSuccess',
      user: {
        id: expect.stringMatching(/^user_/),
        email,
        emailVerified: false,
        name: null,
        avatarUrl: null,
        externalId: null,
        metadata: {},
        status: 'ACTIVE',
        hasPassword: false,
        lastLoginAt: null,
        version: 1,
        sessionCount: 0,
        homePool: { code: 'default' },
        pools: [],
        roles: [{ code: 'base_user' }],
        appGrants: [],
      },
    });
    expect(await eventsOf(world, result)).toEqual([
      expect.objectContaining({
        action: 'user.created',
        actor_id: superAdmin.uuid,
        subject_type: 'user',
        organization_id: null,
        changes: [
          { field: 'email', before: null, after: email },
          { field: 'emailVerified', before: null, after: false },
          { field: 'hasPassword', before: null, after: false },
          { field: 'homePool', before: null, after: 'default' },
          { field: 'roles', before: null, after: ['base_user'] },
        ],
      }),
    ]);

    const [mail, ...others] = await mailsTo(email);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ kind: 'firstPassword', forHere: true });
    const token = /token=([\w-]+)/.exec(mail!.content.text)![1];
    const newPassword = 'a password of their own';
    await world.anonymous.run(
      'mutation ($input: AccountResetPasswordInput!) { accountResetPassword(input: $input) { ... on AccountResetPasswordSuccess { ok } } }',
      { input: { token, newPassword } },
    );
    const { viewer } = await visitor(world).login({ email, password: newPassword });
    expect(viewer.user).toEqual({ id: user.id, email });
    const [link] = await world.database.query<{ days: number }>(world.sql`
      SELECT round(extract(epoch FROM t.expires_at - t.created_at) / 86400)::int AS days FROM one_time_tokens t WHERE t.email = ${email}`);
    expect(link).toEqual({ days: 7 });
  });

  test('everything that can be told is there at once, and the password signs in', async () => {
    const [home, further] = [await world.pool(), await world.pool()];
    const [app, other] = [await world.app({ pool: home.code }), await world.app()];
    const email = newEmail();

    const result = await admin.ask(Create, {
      input: {
        email,
        name: '  Zoe\u0308 ',
        password: 'TempPass123!',
        emailVerified: true,
        roleCodes: ['seller', 'super_admin', 'seller'],
        homePoolCode: home.code,
        poolCodes: [further.code, 'default', further.code],
        appIds: [app.id, other.id, app.id],
        externalId: ' legacy 7 ',
        metadata: { plan: 'gold', seats: [1, 2.5, { x: null }] },
      },
    });

    const { id, ...user } = result.data.userCreate.user;
    expect(user).toEqual({
      email,
      emailVerified: true,
      name: 'Zo\u00eb',
      avatarUrl: null,
      externalId: 'legacy 7',
      metadata: { plan: 'gold', seats: [1, 2.5, { x: null }] },
      status: 'ACTIVE',
      hasPassword: true,
      lastLoginAt: null,
      version: 1,
      sessionCount: 0,
      homePool: { code: home.code },
      pools: [{ code: 'default' }, { code: further.code }],
      roles: [{ code: 'super_admin' }, { code: 'seller' }],
      appGrants: expect.arrayContaining([
        { status: 'ACTIVE', app: { code: app.code } },
        { status: 'ACTIVE', app: { code: other.code } },
      ]),
    });
    expect(user.appGrants).toHaveLength(2);
    const [event, ...others] = await eventsOf(world, result);
    expect(others).toEqual([]);
    expect(event!.changes).toEqual([
      { field: 'email', before: null, after: email },
      { field: 'emailVerified', before: null, after: true },
      { field: 'name', before: null, after: 'Zo\u00eb' },
      { field: 'externalId', before: null, after: 'legacy 7' },
      { field: 'metadata', before: null, after: { plan: 'gold', seats: [1, 2.5, { x: null }] } },
      { field: 'hasPassword', before: null, after: true },
      { field: 'homePool', before: null, after: home.code },
      { field: 'pools', before: null, after: ['default', further.code] },
      { field: 'roles', before: null, after: ['super_admin', 'seller'] },
      { field: 'appGrants', before: null, after: expect.arrayContaining([app.code, other.code]) },
    ]);
    expect(new Set(event!.people)).toEqual(new Set([admin.uuid, event!.subject_id]));
    expect(await mailsTo(email)).toEqual([]);
    const granters = await world.database.query<{ granted_by_id: string }>(
      world.sql`SELECT DISTINCT granted_by_id FROM app_grants WHERE user_id = ${event!.subject_id}::uuid`,
    );
    expect(granters).toEqual([{ granted_by_id: admin.uuid }]);

    const { viewer } = await visitor(world).login({ email, password: 'TempPass123!', appCode: app.code });
    expect(viewer.user).toEqual({ id, email });
  });

  test('null is as left out, and what is empty once trimmed is none', async () => {
    const nulls = { name: null, password: null, roleCodes: null, homePoolCode: null, poolCodes: null, appIds: null };
    const { user } = await create(superAdmin, { ...nulls, externalId: null, metadata: null });
    expect(user).toMatchObject({
      name: null,
      externalId: null,
      metadata: {},
      hasPassword: false,
      roles: [{ code: 'base_user' }],
      homePool: { code: 'default' },
      pools: [],
      appGrants: [],
    });
    expect((await create(superAdmin, { name: ' ', externalId: '\t' })).user).toMatchObject({ name: null, externalId: null });
    expect((await create(superAdmin, { roleCodes: [] })).user).toMatchObject({ roles: [] });
  });

  test('nothing is mailed where sendWelcome is false', async () => {
    const { user } = await create(superAdmin, { sendWelcome: false });
    expect(await mailsTo(user.email)).toEqual([]);
    expect(await world.database.query(world.sql`SELECT FROM one_time_tokens WHERE email = ${user.email}`)).toEqual([]);
  });

  test('the same address and external id in another pool are another person', async () => {
    const { code } = await world.pool();
    const jo = await world.person({ externalId: 'legacy-2' });

    const { user } = await create(admin, { email: jo.email, externalId: 'legacy-2', homePoolCode: code });

    expect(user).toMatchObject({ email: jo.email, externalId: 'legacy-2', homePool: { code } });
    expect(user.id).not.toBe(jo.id);
  });

  test('a new person is found by what was told of them', async () => {
    const { user } = await create(superAdmin, { name: 'Straße Überall', externalId: 'Éxt-77' });
    for (const search of [user.email, 'STRASSE überALL', 'éxt-77']) {
      const { users } = await superAdmin.run('query ($search: String!) { users(where: { search: $search }) { nodes { id } } }', {
        search,
      });
      expect(users.nodes).toEqual([{ id: user.id }]);
    }
  });

  test('a key gives the person that was created, and no second one', async () => {
    const email = newEmail();
    const body = { query: Create, variables: { input: { email } }, extensions: { idempotencyKey: 'create-once-please' } };
    const [first, second] = [await (await admin.post(body)).json(), await (await admin.post(body)).json()];
    expect(second).toEqual(first);
    expect(first.data.userCreate.user.email).toBe(email);
  });

  test('with a password a key is ignored, since nothing of it is kept', async () => {
    const input = { email: newEmail(), password };
    const body = { query: Create, variables: { input }, extensions: { idempotencyKey: 'create-with-password' } };
    const [first, second] = [await (await admin.post(body)).json(), await (await admin.post(body)).json()];
    expect(first.data.userCreate.user.hasPassword).toBe(true);
    expect(second.data.userCreate).toMatchObject({ code: 'EMAIL_TAKEN', existing: { id: first.data.userCreate.user.id } });
    expect(await world.database.query(world.sql`SELECT FROM idempotency_keys WHERE key = 'create-with-password'`)).toEqual([]);
  });

  test('a person with roles, pools, apps and a mail takes fourteen statements, the look at the caller, BEGIN and COMMIT included', async () => {
    const [{ code }, app] = [await world.pool(), await world.app()];
    await admin.run('{ viewer { user { id } } }');

    const sent = await world.statements(() =>
      admin.run('mutation ($input: UserCreateInput!) { userCreate(input: $input) { __typename } }', {
        input: { email: newEmail(), roleCodes: ['seller', 'buyer'], poolCodes: [code], appIds: [app.id] },
      }),
    );

    expect(sent).toBe(14);
  });

  test('what is accepted is stored as NFC, trimmed and otherwise as it was sent, whatever it is', async () => {
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
      fc.constantFrom('\u212b', ' \u00e9\u3000', '\ufb01', '\u200b', '\u1112\u1161\u11ab', 'x\u200dy'),
    );
    const json = fc.dictionary(anything, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(anything, anything, json, async (name, externalId, metadata) => {
        const email = newEmail();
        const own = `${externalId} ${email}`;
        const result = await create(superAdmin, { email, name, externalId: own, metadata, sendWelcome: false });
        if (result.__typename === 'ValidationError') {
          for (const { path } of result.issues) expect(['name', 'externalId', 'metadata']).toContain(path[1]);
          return;
        }
        const { user } = await superAdmin.run(Profile, { id: result.user.id });
        expect(user).toEqual({
          email,
          name: name.normalize('NFC').trim() || null,
          externalId: own.normalize('NFC').trim(),
          metadata: JSON.parse(JSON.stringify(metadata)),
        });
      }),
      { numRuns: 150 },
    );
  });
});

/** The mails to an address; whether each is for the person who has it in `default`. */
async function mailsTo(email: string) {
  const rows = await world.database.query<{ kind: string; sealed_content: Buffer; forHere: boolean }>(world.sql`
    SELECT m.kind, m.sealed_content, m.user_id = u.id AS "forHere" FROM outbox_messages m LEFT JOIN users u ON u.email = m.recipient
     WHERE m.recipient = ${email} ORDER BY m.id`);
  return rows.map(({ kind, sealed_content, forHere }) => ({
    kind,
    forHere,
    content: openContent(world.server.steward.secrets, sealed_content),
  }));
}
