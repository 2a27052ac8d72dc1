import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openContent } from '../../src/mail/outbox.ts';
import { claimsIn, eventsOf, impersonate, visitor } from '../auth/support.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Person, password, startWorld, type World } from '../support/world.ts';
import { badEmails, badIds, badMetadata, badMetadataTexts, badTexts, runWith } from './bad-input.ts';

const profile = 'id email emailVerified name avatarUrl externalId metadata version';
const answer = `
  __typename
  ... on UserUpdateSuccess { user { ${profile} } }
  ... on MutationError { code path }
  ... on ValidationError { issues { path code message } }
  ... on NotFoundError { id }
  ... on PowerError { roles permissions }
  ... on ConflictError { existing { id ... on User { email } } }
  ... on VersionConflictError { currentVersion current { ... on User { ${profile} } } }`;
const Update = `mutation ($input: UserUpdateInput!) { userUpdate(input: $input) { ${answer} } }`;
const Profile = `query ($id: ID!) { user(id: $id) { ${profile} } }`;
const Whoami = '{ viewer { user { id } } }';

let world: World;
let admin: Person;
let superAdmin: Person;
beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ roles: ['system_admin'] });
  superAdmin = await world.person({ roles: ['super_admin'] });
});

let serial = 0;
const newEmail = (): string => `changed-${++serial}@example.com`;

const update = async (by: Person, input: object) => (await by.run(Update, { input })).userUpdate;

const profileOf = async (person: Person) => (await admin.run(Profile, { id: person.id })).user;

/** What is refused, and that nothing was written. */
async function refused(by: Person, input: object) {
  await by.run(Whoami);
  const before = await fingerprint(world.database);
  const result = await update(by, input);
  expect(await fingerprint(world.database)).toEqual(before);
  return result;
}

/** What changes nothing: no version, no event, no mail. */
async function unchanged(by: Person, person: Person, input: object) {
  const { user } = await refused(by, { userId: person.id, ...input });
  expect(user).toEqual(await profileOf(person));
}

const invalid = (...issues: (readonly [path: string, code: string])[]) => ({
  __typename: 'ValidationError',
  code: 'VALIDATION_FAILED',
  path: ['input', issues[0]![0]],
  issues: issues.map(([path, code]) => ({ path: ['input', path], code, message: expect.any(String) })),
});

const lacking = (path: string) => ({
  __typename: 'PowerError',
  code: 'PERMISSION_NOT_HELD',
  path: ['input', path],
  roles: [],
  permissions: ['users:set-password'],
});

describe('refused', () => {
  test('without users:update it is forbidden, of oneself too, and while impersonating it waits', async () => {
    const jo = await world.person();
    await expect(update(jo, { userId: jo.id, name: 'Jo' })).rejects.toThrow('FORBIDDEN');

    const { accessToken } = await impersonate(world, admin, superAdmin);
    const { userUpdate } = await visitor(world, { token: accessToken }).run(Update, { input: { userId: jo.id, name: 'Jo' } });

    expect(userUpdate).toEqual({ __typename: 'RuleError', code: 'WHILE_IMPERSONATING', path: null });
  });

  test.each(badEmails)('an address: %s', async (_what, email) => {
    expect(await refused(admin, { userId: superAdmin.id, email })).toEqual(invalid(['email', 'INVALID_EMAIL']));
  });

  test.each(badTexts)('a name or an external id: %s', async (_what, text, code) => {
    expect(await refused(admin, { userId: superAdmin.id, name: text, externalId: text })).toEqual(
      invalid(['name', code], ['externalId', code]),
    );
  });

  test.each([
    ['no address of a page', 'example.com/jo.png', 'INVALID_URL'],
    ['another scheme', 'ftp://example.com/jo.png', 'INVALID_URL'],
    ['a script', 'javascript:alert(1)', 'INVALID_URL'],
    ['a blank inside', 'https://example.com/jo doe.png', 'INVALID_URL'],
    ['no host', 'https://', 'INVALID_URL'],
    ['a port that is none', 'https://example.com:99999/', 'INVALID_URL'],
    ['NUL', 'https://example.com/\0', 'NOT_TEXT'],
    ['half a character', 'https://example.com/\ud800', 'NOT_TEXT'],
    ['2,049 characters', `https://example.com/${'x'.repeat(2_029)}`, 'TOO_LONG'],
  ])('a picture: %s', async (_what, avatarUrl, code) => {
    expect(await refused(admin, { userId: superAdmin.id, avatarUrl })).toEqual(invalid(['avatarUrl', code]));
  });

  test.each(badMetadata)('metadata: %s', async (_what, metadata, codes) => {
    const issues = codes.map((code) => ['metadata', code] as const);
    expect(await refused(admin, { userId: superAdmin.id, metadata })).toEqual(invalid(...issues));
  });

  test.each(badMetadataTexts)('metadata in the JSON of the request: %s', async (_what, metadata, codes) => {
    const { userUpdate } = await runWith(world, admin, Update, { userId: superAdmin.id }, metadata);
    expect(userUpdate).toEqual(invalid(...codes.map((code) => ['metadata', code] as const)));
  });

  test('null where nothing may be empty, and everything that is wrong at once, in the order of the fields', async () => {
    expect(
      await refused(admin, {
        userId: 'nobody',
        metadata: { a: '\0' },
        externalId: '\u200b',
        emailVerified: null,
        avatarUrl: 'here',
        name: '\0',
        email: null,
        expectedVersion: 7,
      }),
    ).toEqual(
      invalid(
        ['email', 'REQUIRED'],
        ['name', 'NOT_TEXT'],
        ['avatarUrl', 'INVALID_URL'],
        ['emailVerified', 'REQUIRED'],
        ['externalId', 'INVISIBLE'],
        ['metadata', 'NOT_STORABLE'],
      ),
    );
  });

  test.each(badIds('user'))('an id that is nobody’s: %s', async (_what, userId) => {
    expect(await refused(superAdmin, { userId, email: newEmail(), expectedVersion: 7 })).toEqual({
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      path: ['input', 'userId'],
      id: userId,
    });
  });

  test('a version that has moved, with the person as they are now, told before rank', async () => {
    const present = await profileOf(admin);
    const conflict = { __typename: 'VersionConflictError', code: 'VERSION_CONFLICT', path: ['input', 'expectedVersion'] };
    for (const expectedVersion of [0, present.version - 1, present.version + 1, -1, 2 ** 31 - 1]) {
      expect(await refused(superAdmin, { userId: admin.id, name: 'Jo', expectedVersion })).toEqual({
        ...conflict,
        currentVersion: present.version,
        current: present,
      });
    }
  });

  test('somebody more powerful is out of reach, told before what the caller lacks', async () => {
    expect(await refused(superAdmin, { userId: admin.id, email: newEmail() })).toEqual({
      __typename: 'PowerError',
      code: 'RANK_TOO_LOW',
      path: null,
      roles: ['system_admin'],
      permissions: [],
    });
  });

  test('another person’s address and its proof need users:set-password, told before a taken address', async () => {
    const jo = await world.person({ emailVerified: false });
    expect(await refused(superAdmin, { userId: jo.id, email: admin.email })).toEqual(lacking('email'));
    expect(await refused(superAdmin, { userId: jo.id, emailVerified: true })).toEqual(lacking('emailVerified'));
    // Also where it would change nothing.
    expect(await refused(superAdmin, { userId: jo.id, emailVerified: false, email: jo.email })).toEqual(lacking('email'));
  });

  const taken = (code: string, path: string, existing: Person) => ({
    __typename: 'ConflictError',
    code,
    path: ['input', path],
    existing: { id: existing.id, email: existing.email },
  });

  test('an address that somebody has in any pool of the person, by home or by tag, in any spelling', async () => {
    const [home, tag, other] = [await world.pool(), await world.pool(), await world.pool()];
    const jo = await world.person({ pool: home.code });
    const atHome = await world.person({ pool: home.code });
    const inTag = await world.person({ pool: tag.code });
    const taggedAtHome = await world.person({ pool: other.code });
    const inBoth = await world.person({ pool: other.code });
    for (const [who, where] of [
      [jo, tag],
      [taggedAtHome, home],
      [inBoth, tag],
    ] as const) {
      await world.database.query(
        world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${who.uuid}::uuid, ${where.uuid}::uuid)`,
      );
    }

    for (const who of [atHome, inTag, taggedAtHome, inBoth]) {
      expect(await refused(admin, { userId: jo.id, email: ` ${who.email.toUpperCase()}`, name: 'Jo' })).toEqual(
        taken('EMAIL_TAKEN', 'email', who),
      );
    }
  });

  test('an external id that somebody has in the home pool; an address that is taken is told first', async () => {
    const jo = await world.person();
    const kim = await world.person({ externalId: 'legacy-1' });
    expect(await refused(superAdmin, { userId: jo.id, externalId: ' legacy-1 ' })).toEqual(
      taken('EXTERNAL_ID_TAKEN', 'externalId', kim),
    );
    expect(await refused(admin, { userId: jo.id, externalId: 'legacy-1', email: admin.email })).toEqual(
      taken('EMAIL_TAKEN', 'email', admin),
    );
  });
});

describe('accepted', () => {
  test('all fields at once, with one event that says what was and what is', async () => {
    const jo = await world.person({ name: 'Jo', externalId: 'old', metadata: { a: 1, b: { c: [] } }, emailVerified: false });
    const email = newEmail();

    const result = await admin.ask(Update, {
      input: {
        userId: jo.id,
        email: ` ${email.toUpperCase()} `,
        name: ' Zoe\u0308  Doe ',
        avatarUrl: ' https://example.com/z.png ',
        emailVerified: true,
        externalId: 'new\u3000',
        metadata: { b: null },
        expectedVersion: 1,
      },
    });

    expect(result.data.userUpdate).toEqual({
      __typename: 'UserUpdateSuccess',
      user: {
        id: jo.id,
        email,
        emailVerified: true,
        name: 'Zo\u00eb  Doe',
        avatarUrl: 'https://example.com/z.png',
        externalId: 'new',
        metadata: { b: null },
        version: 2,
      },
    });
    expect(await eventsOf(world, result)).toEqual([
      expect.objectContaining({
        action: 'user.updated',
        actor_id: admin.uuid,
        subject_type: 'user',
        subject_id: jo.uuid,
        organization_id: null,
        changes: [
          { field: 'email', before: jo.email, after: email },
          { field: 'emailVerified', before: false, after: true },
          { field: 'name', before: 'Jo', after: 'Zo\u00eb  Doe' },
          { field: 'avatarUrl', before: null, after: 'https://example.com/z.png' },
          { field: 'externalId', before: 'old', after: 'new' },
          { field: 'metadata', before: { a: 1, b: { c: [] } }, after: { b: null } },
        ],
      }),
    ]);
    for (const search of [email, 'ZOË doe', 'new']) {
      const { users } = await admin.run('query ($search: String!) { users(where: { search: $search }) { nodes { id } } }', {
        search,
      });
      expect(users.nodes).toEqual([{ id: jo.id }]);
    }
    const former = await admin.run('query ($search: String!) { users(where: { search: $search }) { nodes { id } } }', {
      search: jo.email,
    });
    expect(former.users.nodes).toEqual([]);
  });

  const full = { name: 'Jo', avatarUrl: 'https://example.com/a.png', externalId: 'legacy', metadata: { a: 1 } };

  test.each([
    ['name', 'Kim', { name: 'Kim' }],
    ['name', null, { name: null }],
    ['name', '  ', { name: null }],
    ['avatarUrl', 'http://example.com/', { avatarUrl: 'http://example.com/' }],
    ['avatarUrl', null, { avatarUrl: null }],
    ['avatarUrl', '', { avatarUrl: null }],
    ['externalId', 'another', { externalId: 'another' }],
    ['externalId', null, { externalId: null }],
    ['externalId', '\t', { externalId: null }],
    ['metadata', { b: 2 }, { metadata: { b: 2 } }],
    ['metadata', {}, { metadata: {} }],
    ['metadata', null, { metadata: {} }],
    ['emailVerified', false, { emailVerified: false }],
  ])('%s: %j changes that field and no other', async (field, sent, after) => {
    const pool = await world.pool();
    const jo = await world.person({ pool: pool.code });
    await update(admin, { userId: jo.id, ...full });
    const before = await profileOf(jo);
    expect(before).toEqual({ id: jo.id, email: jo.email, emailVerified: true, ...full, version: 2 });

    const result = await admin.ask(Update, { input: { userId: jo.id, [field]: sent } });

    expect(result.data.userUpdate).toEqual({ __typename: 'UserUpdateSuccess', user: { ...before, ...after, version: 3 } });
    expect(await eventsOf(world, result)).toMatchObject([
      { action: 'user.updated', changes: [{ field, before: before[field], after: Object.values(after)[0] }] },
    ]);
  });

  test('what is there already, in whatever form, changes nothing', async () => {
    const jo = await world.person({ name: 'Zo\u00eb', externalId: 'same', metadata: { a: 0, b: { c: [1, 2] } } });
    await unchanged(admin, jo, {});
    await unchanged(admin, jo, { expectedVersion: 1 });
    await unchanged(admin, jo, { email: jo.email });
    await unchanged(admin, jo, { email: ` ${jo.email.toUpperCase()}\t` });
    await unchanged(admin, jo, { emailVerified: true });
    await unchanged(admin, jo, { name: ' Zoe\u0308 ' });
    await unchanged(admin, jo, { externalId: 'same ' });
    await unchanged(admin, jo, { avatarUrl: null });
    await unchanged(admin, jo, { metadata: { b: { c: [1, 2] }, a: 0 } });
    const before = await fingerprint(world.database);
    for (const literal of ['{ a: 0, b: { c: [1, 2] } }', '{ b: { c: [1.0, 2] }, a: -0 }', '{ a: -0.0, b: { c: [1, 20e-1] } }']) {
      await admin.run(`mutation { userUpdate(input: { userId: "${jo.id}", metadata: ${literal} }) { ${answer} } }`);
    }
    await runWith(world, admin, Update, { userId: jo.id }, '{"a":-0,"b":{"c":[1.0,2]}}');
    expect(await fingerprint(world.database)).toEqual(before);
  });

  test('a new address is unverified, ends every session and link, and is told to the old one', async () => {
    const jo = await world.person({ name: 'Jo' });
    const kim = await world.person();
    const { accessToken: one, refreshToken } = await jo.signIn();
    const { accessToken: another } = await jo.signIn();
    const { accessToken: acting } = await impersonate(world, admin, jo);
    const { accessToken: carriedOn } = await impersonate(world, jo, kim);
    await admin.run('mutation ($input: UserSendPasswordResetInput!) { userSendPasswordReset(input: $input) { __typename } }', {
      input: { userId: jo.id },
    });
    const [reset] = await mailsTo(jo.email);
    const token = /token=([\w-]+)/.exec(reset!.content.text)![1];
    const email = newEmail();

    const result = await admin.ask(Update, { input: { userId: jo.id, email } });

    expect(result.data.userUpdate.user).toEqual({ ...(await profileOf(jo)), email, emailVerified: false, version: 2 });
    for (const ended of [one, another, acting, carriedOn]) {
      await expect(visitor(world, { token: ended }).run(Whoami)).toBeRefused('UNAUTHENTICATED');
    }
    expect((await visitor(world).refresh(refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    const [event, ...others] = await eventsOf(world, result);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      action: 'user.updated',
      changes: [
        { field: 'email', before: jo.email, after: email },
        { field: 'emailVerified', before: true, after: false },
      ],
      metadata: { revokedSessions: 4, endedImpersonations: 1 },
    });
    expect(new Set(event!.people)).toEqual(new Set([admin.uuid, jo.uuid, kim.uuid]));

    expect(await mailsTo(email)).toEqual([]);
    const [, told, ...more] = await mailsTo(jo.email);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      kind: 'emailChanged',
      user_id: jo.uuid,
      content: { text: expect.stringContaining('Hello Jo,') },
    });
    expect(JSON.stringify(told)).not.toContain(email);

    expect((await visitor(world).login({ email: jo.email, password })).code).toBe('INVALID_CREDENTIALS');
    const { viewer, tokens } = await visitor(world).login({ email, password });
    expect(viewer.user).toEqual({ id: jo.id, email });
    expect(claimsIn(tokens.accessToken).tv).toBe(claimsIn(one).tv + 1);

    // A link that has ended stays so, also where the address that it went to comes back.
    await update(admin, { userId: jo.id, email: jo.email });
    const { accountResetPassword } = await world.anonymous.run(
      'mutation ($input: AccountResetPasswordInput!) { accountResetPassword(input: $input) { ... on MutationError { code } } }',
      { input: { token, newPassword: 'a password of their own' } },
    );
    expect(accountResetPassword).toEqual({ code: 'RESET_TOKEN_INVALID' });
  });

  test('the mail to the old address calls them by the name that it knows', async () => {
    const jo = await world.person({ name: 'Jo' });
    await update(admin, { userId: jo.id, email: newEmail(), name: 'Somebody else' });
    const [told] = await mailsTo(jo.email);
    expect(told!.content.text).toContain('Hello Jo,');
  });

  test('without a new address every session goes on, and no token is stale', async () => {
    const jo = await world.person();
    await jo.run(Whoami);
    await update(admin, { userId: jo.id, ...full, externalId: null, emailVerified: false });
    expect((await jo.run(Whoami)).viewer.user).toEqual({ id: jo.id });
    expect(await mailsTo(jo.email)).toEqual([]);
  });

  test('one’s own address needs no further right; the present session ends, and still answers', async () => {
    const staff = await world.person({ roles: ['super_admin'] });
    const { accessToken } = await staff.signIn();
    const email = newEmail();

    const result = await visitor(world, { token: accessToken }).ask(Update, {
      input: { userId: staff.id, email, emailVerified: true },
    });

    expect(result.data.userUpdate.user).toMatchObject({ id: staff.id, email, emailVerified: true, version: 2 });
    expect(result.headers.getSetCookie()).toEqual([expect.stringMatching(/^steward_refresh=;.*Max-Age=0/)]);
    await expect(visitor(world, { token: accessToken }).run(Whoami)).toBeRefused('UNAUTHENTICATED');
    expect(await mailsTo(staff.email)).toMatchObject([{ kind: 'emailChanged' }]);

    const other = await admin.ask(Update, { input: { userId: staff.id, email: newEmail() } });
    expect(other.headers.getSetCookie()).toEqual([]);
  });

  test('the address moves in every pool of the person, and the old one is free there', async () => {
    const [home, tag] = [await world.pool(), await world.pool()];
    const app = await world.app({ pool: tag.code, autoGrantOnSignup: true });
    const jo = await world.person({ pool: home.code });
    await world.database.query(world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${jo.uuid}::uuid, ${tag.uuid}::uuid)`);
    const email = newEmail();

    await update(admin, { userId: jo.id, email });

    expect((await visitor(world).login({ email, password, appCode: app.code })).viewer.user).toEqual({ id: jo.id, email });
    const kim = await world.person({ pool: tag.code });
    expect((await update(admin, { userId: kim.id, email: jo.email })).user.email).toBe(jo.email);
  });

  test('an address or external id of another pool is free', async () => {
    const [home, other] = [await world.pool(), await world.pool()];
    const jo = await world.person({ pool: home.code });
    const kim = await world.person({ pool: other.code, externalId: 'legacy-2' });
    const { user } = await update(admin, { userId: jo.id, email: kim.email, externalId: 'legacy-2' });
    expect(user).toMatchObject({ email: kim.email, externalId: 'legacy-2' });
  });

  test('a key gives the person once more, and nothing happens twice', async () => {
    const jo = await world.person();
    const input = { userId: jo.id, name: 'Once', expectedVersion: 1 };
    const body = { query: Update, variables: { input }, extensions: { idempotencyKey: 'update-once-please' } };
    const [first, second] = [await (await admin.post(body)).json(), await (await admin.post(body)).json()];
    expect(first.data.userUpdate.user).toMatchObject({ name: 'Once', version: 2 });
    expect(second).toEqual(first);
  });

  test('a new name takes nine statements, the look at the caller, BEGIN and COMMIT included', async () => {
    const jo = await world.person();
    await admin.run(Whoami);
    const sent = await world.statements(() =>
      admin.run('mutation ($input: UserUpdateInput!) { userUpdate(input: $input) { __typename } }', {
        input: { userId: jo.id, name: 'Kim' },
      }),
    );
    expect(sent).toBe(9);
  });

  test('what is accepted is stored as NFC, trimmed and otherwise as it was sent, whatever it is; what is refused is not stored', async () => {
    const jo = await world.person();
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
      fc.constantFrom('\u212b', ' \u00e9\u3000', '\ufb01', '\u200b', '\u1112\u1161\u11ab', 'x\u200dy', '', '\0'),
    );
    const url = fc.oneof(
      fc.webUrl(),
      anything.map((text) => `https://example.com/${text}`),
    );
    const json = fc.dictionary(anything, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    let before = await profileOf(jo);
    await fc.assert(
      fc.asyncProperty(anything, url, anything, json, async (name, avatarUrl, externalId, metadata) => {
        const result = await update(superAdmin, { userId: jo.id, name, avatarUrl, externalId, metadata });
        const after = await profileOf(jo);
        if (result.__typename === 'ValidationError') {
          for (const { path } of result.issues) expect(['name', 'avatarUrl', 'externalId', 'metadata']).toContain(path[1]);
          expect(after).toEqual(before);
        } else {
          const stored = (text: string) => text.normalize('NFC').trim() || null;
          expect(after).toEqual({
            ...before,
            name: stored(name),
            avatarUrl: stored(avatarUrl),
            externalId: stored(externalId),
            metadata: JSON.parse(JSON.stringify(metadata)),
            version: after.version,
          });
        }
        before = after;
      }),
      { numRuns: 150 },
    );
  });
});

/** The mails to an address, as they were queued. */
async function mailsTo(email: string) {
  const rows = await world.database.query<{ kind: string; user_id: string; sealed_content: Buffer }>(world.sql`
    SELECT kind, user_id, sealed_content FROM outbox_messages WHERE recipient = ${email} ORDER BY id`);
  return rows.map(({ sealed_content, ...mail }) => ({
    ...mail,
    content: openContent(world.server.steward.secrets, sealed_content),
  }));
}
