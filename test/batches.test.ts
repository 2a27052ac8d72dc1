import { beforeAll, describe, expect, test } from 'vitest';
import { fingerprint } from './support/fingerprint.ts';
import { type Visit, visitsTo } from './support/personas.ts';
import { type Person, password, startWorld, type World } from './support/world.ts';

/**
 * Several operations in one HTTP request. With a mutation among them they run one after the other, each as if it had come by
 * itself; queries alone run together and share what they read; what must come alone stops the whole batch before it begins.
 */

const SetRoles = `mutation ($input: UserSetRolesInput!) { userSetRoles(input: $input) {
  __typename ... on UserSetRolesSuccess { user { version roles { code } } } ... on MutationError { code } } }`;
const Update = `mutation ($input: UserUpdateInput!) { userUpdate(input: $input) {
  __typename ... on UserUpdateSuccess { user { name } } ... on MutationError { code } } }`;
const RevokeSessions = `mutation ($input: UserRevokeSessionsInput!) { userRevokeSessions(input: $input) {
  __typename ... on UserRevokeSessionsSuccess { user { id sessionCount } revokedSessions } ... on MutationError { code } } }`;
const ReadUser = 'query ($id: ID!) { user(id: $id) { name version roles { code } } }';
const Viewer = '{ viewer { user { id } permissions } }';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
let admin: Visit;
beforeAll(async () => {
  world = await startWorld();
  ({ visit } = visitsTo(world));
  admin = await visit(await world.person({ roles: ['system_admin'] }));
});

const codes = (...all: string[]) => all.map((code) => ({ code }));
const setRoles = (person: Person, ...roleCodes: string[]): [string, object] => [
  SetRoles,
  { input: { userId: person.id, roleCodes } },
];
const rename = (person: Person, name: string): [string, object] => [Update, { input: { userId: person.id, name } }];
const read = (person: Person): [string, object] => [ReadUser, { id: person.id }];

/** Of each operation what it says, or the codes of its errors. */
const said = (answers: Awaited<ReturnType<Visit['batch']>>) =>
  answers.map(({ data, errors }) =>
    errors.length > 0 ? errors.map(({ extensions }) => extensions.code) : Object.values(data)[0],
  );

const eventsAbout = ({ uuid }: Person) =>
  world.database.query<{ action: string; transaction: string; request: string }>(world.sql`
    SELECT action, transaction::text, request_id AS request FROM audit_events WHERE subject_id = ${uuid}::uuid ORDER BY generation, transaction, id`);

describe('a batch with a mutation', () => {
  test('runs in order: each query sees what came before it, and nothing of what comes after', async () => {
    const jo = await world.person({ name: 'Jo' });

    const answers = await admin.batch([
      read(jo),
      rename(jo, 'One'),
      read(jo),
      setRoles(jo, 'seller', 'base_user'),
      rename(jo, 'Two'),
      read(jo),
      setRoles(jo),
      read(jo),
    ]);

    const person = (name: string, version: number, ...roles: string[]) => ({ name, version, roles: codes(...roles) });
    expect(said(answers)).toEqual([
      person('Jo', 1, 'base_user'),
      { __typename: 'UserUpdateSuccess', user: { name: 'One' } },
      person('One', 2, 'base_user'),
      { __typename: 'UserSetRolesSuccess', user: { version: 3, roles: codes('seller', 'base_user') } },
      { __typename: 'UserUpdateSuccess', user: { name: 'Two' } },
      person('Two', 4, 'seller', 'base_user'),
      { __typename: 'UserSetRolesSuccess', user: { version: 5, roles: [] } },
      person('Two', 5),
    ]);
  });

  test('of twenty, each of which builds on the one before, leaves none out and swaps none', async () => {
    const jo = await world.person();
    const version = (n: number) => `mutation ($input: UserUpdateInput!) { userUpdate(input: $input) {
      __typename ... on UserUpdateSuccess { user { name version } } ... on VersionConflictError { currentVersion } } } # ${n}`;

    const answers = await admin.batch(
      Array.from({ length: 20 }, (_, i) => [version(i), { input: { userId: jo.id, name: `Name ${i}`, expectedVersion: i + 1 } }]),
    );

    expect(said(answers)).toEqual(
      Array.from({ length: 20 }, (_, i) => ({ __typename: 'UserUpdateSuccess', user: { name: `Name ${i}`, version: i + 2 } })),
    );
  });

  test('gives each operation a transaction of its own, with an event of its own', async () => {
    const jo = await world.person();

    await admin.batch([rename(jo, 'One'), setRoles(jo, 'seller'), rename(jo, 'Two')]);

    const events = await eventsAbout(jo);
    expect(events.map(({ action }) => action)).toEqual(['user.updated', 'user.roles_set', 'user.updated']);
    expect(new Set(events.map(({ transaction }) => transaction)).size).toBe(3);
    expect(new Set(events.map(({ request }) => request)).size).toBe(1);
  });

  test('goes on after whatever failed in the middle, and undoes nothing of what came before', async () => {
    const jo = await world.person({ name: 'Jo' });
    const failing: [document: string, variables?: object][] = [
      // A refusal, a malformed input, a document that is none, one that is too deep, and one that breaks.
      setRoles(jo, 'nobody'),
      [SetRoles, { input: { userId: jo.id } }],
      ['{ nothing }'],
      ['{ nothing'],
      [`{ viewer { user ${'{ homePool { users { nodes '.repeat(6)} { id } ${'} } }'.repeat(6)} } }`],
      ['{ users(after: "x") { nodes { id } } }'],
    ];

    const answers = await admin.batch(failing.flatMap((one, i) => [rename(jo, `Before ${i}`), one, read(jo)]));

    expect(said(answers)).toEqual(
      failing.flatMap((_, i) => [
        { __typename: 'UserUpdateSuccess', user: { name: `Before ${i}` } },
        i === 0 ? { __typename: 'ValidationError', code: 'VALIDATION_FAILED' } : [expect.any(String)],
        { name: `Before ${i}`, version: i + 2, roles: codes('base_user') },
      ]),
    );
  });

  test('goes on after a transaction that broke', async () => {
    const { database, sql } = world;
    const [jo, kim] = [await world.person({ name: 'Jo' }), await world.person({ name: 'Kim' })];
    await database.query(sql`
      CREATE FUNCTION refuse_kim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.id = (SELECT id FROM users WHERE name = 'Kim') THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$`);
    await database.query(sql`CREATE TRIGGER refuse_kim BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse_kim()`);

    const answers = await admin.batch([setRoles(jo, 'seller'), setRoles(kim, 'seller'), setRoles(jo, 'buyer'), read(kim)]);
    await database.query(sql`DROP TRIGGER refuse_kim ON users`);

    expect(said(answers)).toEqual([
      { __typename: 'UserSetRolesSuccess', user: { version: 2, roles: codes('seller') } },
      ['INTERNAL_SERVER_ERROR'],
      { __typename: 'UserSetRolesSuccess', user: { version: 3, roles: codes('buyer') } },
      { name: 'Kim', version: 1, roles: codes('base_user') },
    ]);
    expect(await eventsAbout(kim)).toEqual([]);
  });

  test("judges each operation afresh: what made the caller's token stale is answered, and all after it are TOKEN_STALE", async () => {
    const me = await world.person({ roles: ['system_admin'] });
    const jo = await world.person({ name: 'Jo' });
    const mine = await visit(me);

    const answers = await mine.batch([
      [Viewer],
      setRoles(me, 'super_admin'),
      [Viewer],
      rename(jo, 'Not any more'),
      ['{ node(id: "nothing") { id } }'],
      ['query { invitationByToken(token: "nothing") { id } }'],
    ]);

    expect(said(answers)).toEqual([
      { user: { id: me.id }, permissions: expect.arrayContaining(['users:delete']) },
      { __typename: 'UserSetRolesSuccess', user: { version: 2, roles: codes('super_admin') } },
      ['TOKEN_STALE'],
      ['TOKEN_STALE'],
      ['TOKEN_STALE'],
      // Whoever holds the token of a link is shown its invitation, whatever the access token.
      null,
    ]);
    expect(await eventsAbout(jo)).toEqual([]);
  });

  test('judges each operation afresh in an organization: who gives up their role there does nothing more by it', async () => {
    const me = await world.person();
    const organization = await world.organization({ owner: await world.person(), members: [[me, ['org_admin']]] });
    const input = { organizationId: organization.id };
    const createRole = (code: string): [string, object] => [
      `mutation ($input: OrganizationCreateRoleInput!) { organizationCreateRole(input: $input) {
        __typename ... on MutationError { code } ... on OrganizationCreateRoleSuccess { role { code memberCount } } } }`,
      { input: { ...input, code, name: 'New', permissionCodes: [] } },
    ];
    const setMyRoles = (...roleCodes: string[]): [string, object] => [
      `mutation ($input: OrganizationSetMemberRolesInput!) { organizationSetMemberRoles(input: $input) {
        __typename ... on OrganizationSetMemberRolesSuccess { membership { roles { code } } } } }`,
      { input: { ...input, userId: me.id, roleCodes } },
    ];

    const answers = await (await visit(me)).batch([
      createRole('one'),
      setMyRoles('one', 'org_member'),
      createRole('two'),
      setMyRoles('org_admin'),
    ]);

    expect(said(answers)).toEqual([
      { __typename: 'OrganizationCreateRoleSuccess', role: { code: 'one', memberCount: 0 } },
      { __typename: 'OrganizationSetMemberRolesSuccess', membership: { roles: codes('one', 'org_member') } },
      ['TOKEN_STALE'],
      ['TOKEN_STALE'],
    ]);
    expect(
      await world.database.query(world.sql`SELECT code FROM roles WHERE organization_id = ${organization.uuid}::uuid`),
    ).toEqual(codes('one'));
  });

  test('ends with the session that it ends: signing oneself out everywhere answers, and all after it is UNAUTHENTICATED', async () => {
    const me = await world.person();
    const mine = await visit(me);

    const answers = await mine.batch([
      [Viewer],
      [RevokeSessions, { input: { userId: me.id } }],
      [Viewer],
      [RevokeSessions, { input: { userId: me.id } }],
    ]);

    expect(said(answers)).toEqual([
      { user: { id: me.id }, permissions: [] },
      { __typename: 'UserRevokeSessionsSuccess', user: { id: me.id, sessionCount: 0 }, revokedSessions: 1 },
      ['UNAUTHENTICATED'],
      ['UNAUTHENTICATED'],
    ]);
  });

  test("feels at once what it took from the caller's role", async () => {
    const here = await startWorld();
    const theirs = await visitsTo(here).visit(await here.person({ roles: ['super_admin'] }));
    const jo = await here.person();
    // Whoever is renamed takes the right to read people from everybody.
    await here.database.query(here.sql`
      CREATE FUNCTION take_right() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM role_permissions WHERE permission_code = 'users:read'; RETURN NEW; END $$`);
    await here.database.query(
      here.sql`CREATE TRIGGER take_right AFTER UPDATE OF name ON users FOR EACH ROW EXECUTE FUNCTION take_right()`,
    );

    const answers = await theirs.batch([read(jo), rename(jo, 'Jo'), read(jo), ['{ users { totalCount } }']]);

    expect(said(answers)).toEqual([
      expect.objectContaining({ version: 1 }),
      // The answer has the rights that hold after its commit: the person can't be shown any more.
      ['NOT_FOUND'],
      null,
      ['FORBIDDEN'],
    ]);
    expect(
      (await here.database.query<{ name: string }>(here.sql`SELECT name FROM users WHERE id = ${jo.uuid}::uuid`))[0],
    ).toEqual({
      name: 'Jo',
    });
  });

  test('goes on when somebody is deleted for good, who is not there for what comes after it', async () => {
    const jo = await world.person({ name: 'Jo' });
    const erase: [string, object] = [
      `mutation ($input: UserHardDeleteInput!) { userHardDelete(input: $input) {
        __typename ... on UserHardDeleteSuccess { deletedUserId } ... on MutationError { code } } }`,
      { input: { userId: jo.id, reason: 'Asked for it' } },
    ];

    const answers = await admin.batch([read(jo), erase, read(jo), rename(jo, 'Nobody'), erase]);

    expect(said(answers)).toEqual([
      expect.objectContaining({ name: 'Jo' }),
      { __typename: 'UserHardDeleteSuccess', deletedUserId: jo.id },
      null,
      { __typename: 'NotFoundError', code: 'NOT_FOUND' },
      { __typename: 'NotFoundError', code: 'NOT_FOUND' },
    ]);
  });

  test('refuses whoever is not signed in each by itself, and answers what is open to anyone', async () => {
    const jo = await world.person();

    const answers = await world.anonymous.batch([['{ viewer { user { id } } }'], setRoles(jo, 'seller'), ['{ roles { code } }']]);

    expect(said(answers)).toEqual([null, ['UNAUTHENTICATED'], ['UNAUTHENTICATED']]);
  });
});

describe('statements', () => {
  const counted = (operations: [string, object?][]) => world.statements(() => admin.batch(operations));

  test('queries alone share their caller and what they read', async () => {
    const people = await Promise.all([1, 2, 3, 4].map(() => world.person()));
    await admin.run(Viewer);

    const one = await counted([read(people[0]!)]);
    const four = await counted(people.map(read));
    const fourOfOne = await counted(people.map(() => read(people[0]!)));

    expect({ four, fourOfOne }).toEqual({ four: one, fourOfOne: one });
  });

  test('with a mutation among them each reads for itself, queries too', async () => {
    const jo = await world.person();
    await admin.run(Viewer);
    const query = await world.statements(() => admin.run(...read(jo)));
    const mutation = await world.statements(() => admin.run(...setRoles(jo, 'seller')));

    const all = await counted([read(jo), read(jo), setRoles(jo, 'buyer'), read(jo)]);

    expect(all).toBe(3 * query + mutation);
  });
});

describe('what must come alone', () => {
  const newPassword = 'a staple that is quite correct';
  const create = 'mutation ($input: UserCreateInput!) { userCreate(input: $input) { __typename } }';
  const accept = 'mutation ($input: AccountAcceptInvitationInput!) { accountAcceptInvitation(input: $input) { __typename } }';
  const lone: Record<string, readonly [document: string, variables?: object]> = {
    userSetPassword: [
      'mutation ($input: UserSetPasswordInput!) { userSetPassword(input: $input) { __typename } }',
      { input: { userId: 'user_x', newPassword } },
    ],
    'userSetPassword in a fragment': [
      `mutation { ...Hidden } fragment Hidden on Mutation { harmless: userSetPassword(input: { userId: "user_x", newPassword: "${newPassword}" }) { __typename } }`,
    ],
    accountChangePassword: [
      'mutation ($input: AccountChangePasswordInput!) { accountChangePassword(input: $input) { __typename } }',
      { input: { currentPassword: password, newPassword } },
    ],
    accountResetPassword: [
      'mutation ($input: AccountResetPasswordInput!) { accountResetPassword(input: $input) { __typename } }',
      { input: { token: 'of no link', newPassword } },
    ],
    'userCreate with a password': [create, { input: { email: 'alone@example.com', password: newPassword } }],
    'userCreate with a password of its own variable': [
      'mutation ($email: EmailAddress!, $secret: String) { userCreate(input: { email: $email, password: $secret }) { __typename } }',
      { email: 'alone@example.com', secret: newPassword },
    ],
    'userCreate with a password by default': [
      `mutation ($secret: String = "${newPassword}") { userCreate(input: { email: "alone@example.com", password: $secret }) { __typename } }`,
    ],
    'userCreate with a password in an input by default': [
      `mutation ($input: UserCreateInput! = { email: "alone@example.com", password: "${newPassword}" }) { userCreate(input: $input) { __typename } }`,
    ],
    'userCreate with a password in the document': [
      `mutation { ... on Mutation @include(if: true) { userCreate(input: { email: "alone@example.com", password: "${newPassword}" }) { __typename } } }`,
    ],
    accountSignUp: [
      'mutation ($input: AccountSignUpInput!) { accountSignUp(input: $input) { __typename } }',
      { input: { invitationToken: 'of no link', password: newPassword } },
    ],
    'accountAcceptInvitation with a token': [accept, { input: { token: 'of no link' } }],
    'accountAcceptInvitation with a token of its own variable': [
      'mutation ($secret: String) { accountAcceptInvitation(input: { token: $secret }) { __typename } }',
      { secret: 'of no link' },
    ],
    authLogout: ['mutation { authLogout { __typename } }'],
    authStopImpersonating: ['mutation { authStopImpersonating { __typename } }'],
    userImpersonate: [
      'mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) { __typename } }',
      { input: { userId: 'user_x', reason: 'Seeing what they see' } },
    ],
  };

  test.each(Object.entries(lone))('%s: the batch is refused whole with 400, wherever it stands', async (name, operation) => {
    const jo = await world.person({ name: 'Jo' });
    const [query, variables] = operation;
    const told = /^userCreate with a password|^accountAcceptInvitation with a token|^\w+/.exec(name)![0];
    const before = await fingerprint(world.database);

    for (const client of [admin, world.anonymous]) {
      for (const place of [0, 1, 2]) {
        const others = [rename(jo, 'One'), setRoles(jo, 'seller')].map(([document, given]) => ({
          query: document,
          variables: given,
        }));
        others.splice(place, 0, { query, variables: variables ?? {} });
        const response = await client.post(others);

        expect(response.status).toBe(400);
        const { errors, ...rest } = await response.json();
        expect(rest).toEqual({});
        expect(errors).toMatchObject([
          { message: expect.stringContaining(`${told} must come alone`), extensions: { code: 'BAD_REQUEST' } },
        ]);
      }
      // Alone in a batch it is in a batch all the same.
      expect((await client.post([{ query, variables }])).status).toBe(400);
    }

    expect(await fingerprint(world.database)).toEqual(before);
  });

  test('stops a batch of many harmless ones, and one that is skipped too', async () => {
    const [query, variables] = lone.accountChangePassword!;
    const harmless = Array.from({ length: 19 }, () => ({ query: Viewer }));

    expect((await admin.post([...harmless, { query, variables }])).status).toBe(400);
    expect((await admin.post(harmless)).status).toBe(200);
  });

  test('is what holds a secret: userCreate without a password comes in a batch, and one with null', async () => {
    const answers = await admin.batch([
      [create, { input: { email: 'in-a-batch@example.com' } }],
      [create, { input: { email: 'in-a-batch-too@example.com', password: null } }],
      ['query { users(where: { emails: ["in-a-batch@example.com", "in-a-batch-too@example.com"] }) { totalCount } }'],
    ]);

    expect(said(answers)).toEqual([{ __typename: 'UserCreateSuccess' }, { __typename: 'UserCreateSuccess' }, { totalCount: 2 }]);
  });

  test('is what holds a secret: an invitation is accepted by its id in a batch', async () => {
    const jo = await world.person();
    const invitations = [1, 2].map(async () =>
      world.invitation({ organization: await world.organization({ owner: await world.person() }), email: jo.email }),
    );
    const ids = (await Promise.all(invitations)).map(({ id }) => id);

    const answers = await (await visit(jo)).batch(ids.map((invitationId) => [accept, { input: { invitationId } }]));

    expect(said(answers)).toEqual(ids.map(() => ({ __typename: 'AccountAcceptInvitationSuccess' })));
  });

  test('may come by itself: nothing of that is refused as a batch', async () => {
    const jo = await world.person();
    const { status, data } = await admin.ask(
      'mutation ($input: UserSetPasswordInput!) { userSetPassword(input: $input) { __typename } }',
      {
        input: { userId: jo.id, newPassword },
      },
    );

    expect({ status, data }).toEqual({ status: 200, data: { userSetPassword: { __typename: 'UserSetPasswordSuccess' } } });
  });
});
