import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../src/server.ts';
import { eventsOf } from './auth/support.ts';
import { fingerprint } from './support/fingerprint.ts';
import { type Visit, visitsTo } from './support/personas.ts';
import { type Answer, clientOf, type Person, password, startWorld, type World } from './support/world.ts';

/**
 * A mutation that is sent again with its key has no second effect, and is answered with what it came to, as its caller may see
 * it now. The tables count what happened; an answer alone could say anything.
 */

const SetRoles = `mutation ($input: UserSetRolesInput!) { userSetRoles(input: $input) {
  __typename ... on UserSetRolesSuccess { user { id name version } added { code } removed { code } } ... on MutationError { code } } }`;
const Update = `mutation ($input: UserUpdateInput!) { userUpdate(input: $input) {
  __typename ... on UserUpdateSuccess { user { id name version } } ... on MutationError { code } } }`;
const AccountUpdate = `mutation ($input: AccountUpdateInput!) { accountUpdate(input: $input) {
  __typename ... on AccountUpdateSuccess { user { id name } } ... on MutationError { code } } }`;
const Suspend = `mutation ($input: UserSuspendInput!) { userSuspend(input: $input) {
  __typename ... on UserSuspendSuccess { user { id status suspensionReason version } } ... on MutationError { code } } }`;
const Create = `mutation ($input: UserCreateInput!) { userCreate(input: $input) {
  __typename ... on UserCreateSuccess { user { id email } } ... on MutationError { code } } }`;
const AddToPool = `mutation ($input: PoolAddUserInput!) { poolAddUser(input: $input) {
  __typename ... on PoolAddUserSuccess { changed user { pools { code } } } ... on MutationError { code } } }`;
const RemoveFromPool = 'mutation ($input: PoolRemoveUserInput!) { poolRemoveUser(input: $input) { __typename } }';

let world: World;
let visits: ReturnType<typeof visitsTo>;
let admin: Person;
let adminsVisit: Visit;
beforeAll(async () => {
  world = await startWorld();
  visits = visitsTo(world);
  admin = await world.person({ roles: ['system_admin'] });
  adminsVisit = await visits.visit(admin);
});

let serial = 0;
const newKey = (): string => `key-${++serial}`;

/** Sends one operation with its key in the header, as that session. */
const withKey = async (
  { token }: { token: string | null },
  key: string,
  document: string,
  input?: object,
): Promise<Answer<any>> =>
  clientOf(world.server, world.settings, () => token, { 'idempotency-key': key }).ask(document, input && { input });

/** The same in a batch, where each operation has its key in its extensions. */
async function inBatchWithKey({ token }: { token: string | null }, key: string, document: string, input: object) {
  const client = clientOf(world.server, world.settings, () => token);
  const response = await client.post([{ query: document, variables: { input }, extensions: { idempotencyKey: key } }]);
  const [{ data, errors = [] }] = await response.json();
  return { status: response.status, data, errors, headers: response.headers } as Answer<any>;
}

const codesOf = ({ errors }: Answer<unknown>) => errors.map(({ extensions }) => extensions.code);

interface Row {
  readonly caller: string;
  readonly key: string;
  readonly user_id: string;
  readonly operation_hash: Buffer;
  readonly sealed_outcome: Buffer | null;
  readonly created_at: Date;
  readonly expires_at: Date;
}

const rowsOf = (key: string) => world.database.query<Row>(world.sql`SELECT * FROM idempotency_keys WHERE key = ${key}`);
const eventsAbout = async ({ uuid }: { uuid: string }) =>
  (
    await world.database.query<{ action: string }>(
      world.sql`SELECT action FROM audit_events WHERE subject_id = ${uuid}::uuid ORDER BY generation, transaction, id`,
    )
  ).map(({ action }) => action);

describe('a repetition', () => {
  test.each([
    ['with the header', withKey],
    ['in a batch, with the extension', inBatchWithKey],
  ])('%s is answered with the same, and does nothing', async (_how, send) => {
    const jo = await world.person({ roles: ['buyer'] });
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };

    const first = await send(adminsVisit, key, SetRoles, input);
    const before = await fingerprint(world.database);
    const second = await send(adminsVisit, key, SetRoles, input);

    expect(first.errors).toEqual([]);
    expect(first.data.userSetRoles).toEqual({
      __typename: 'UserSetRolesSuccess',
      user: { id: jo.id, name: jo.name, version: 2 },
      added: [{ code: 'seller' }],
      removed: [{ code: 'buyer' }],
    });
    expect(second).toEqual({ ...first, headers: expect.anything() });
    expect(await fingerprint(world.database)).toEqual(before);
    expect(await eventsAbout(jo)).toEqual(['user.roles_set']);
    expect(await eventsOf(world, first)).toHaveLength(1);
    expect(await eventsOf(world, second)).toEqual([]);
  });

  test('in a batch replays what a single request did, and the other way round', async () => {
    const jo = await world.person();
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };

    const single = await withKey(adminsVisit, key, SetRoles, input);
    const batched = await inBatchWithKey(adminsVisit, key, SetRoles, input);

    expect(batched.data).toEqual(single.data);
    expect(await eventsAbout(jo)).toEqual(['user.roles_set']);
  });

  test('at another server on the same database is answered alike', async () => {
    const jo = await world.person();
    const other = await createServer({ database: world.database, settings: world.settings, log: pino({ level: 'silent' }) });
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };

    const first = await withKey(adminsVisit, key, SetRoles, input);
    const second = await clientOf(other, world.settings, () => adminsVisit.token, { 'idempotency-key': key }).ask(SetRoles, {
      input,
    });

    expect(second.data).toEqual(first.data);
    expect(await eventsAbout(jo)).toEqual(['user.roles_set']);
  });

  test('without a key happens again', async () => {
    const jo = await world.person();
    const input = (roleCodes: string[]) => ({ input: { userId: jo.id, roleCodes } });

    for (const roleCodes of [['seller'], [], ['seller'], []]) await adminsVisit.run(SetRoles, input(roleCodes));

    expect(await eventsAbout(jo)).toHaveLength(4);
  });

  test('from another session of the caller is a repetition all the same', async () => {
    const jo = await world.person();
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };

    const first = await withKey(adminsVisit, key, SetRoles, input);
    const second = await withKey(await visits.visit(admin), key, SetRoles, input);

    expect(second.data).toEqual(first.data);
    expect(await eventsAbout(jo)).toEqual(['user.roles_set']);
  });

  test('of what changed nothing says so again, though it would change something now', async () => {
    const jo = await world.person();
    const { code: poolCode } = await world.pool();
    const input = { userId: jo.id, poolCode };
    const [first, again] = [newKey(), newKey()];

    expect((await withKey(adminsVisit, first, AddToPool, input)).data.poolAddUser).toMatchObject({ changed: true });
    expect((await withKey(adminsVisit, again, AddToPool, input)).data.poolAddUser).toMatchObject({ changed: false });
    await adminsVisit.run(RemoveFromPool, { input });

    expect((await withKey(adminsVisit, again, AddToPool, input)).data.poolAddUser).toEqual({
      __typename: 'PoolAddUserSuccess',
      changed: false,
      user: { pools: [] },
    });
    // What it did when it ran, beside the person as they are now.
    expect((await withKey(adminsVisit, first, AddToPool, input)).data.poolAddUser).toEqual({
      __typename: 'PoolAddUserSuccess',
      changed: true,
      user: { pools: [] },
    });
  });

  test('says what it did to access that has been taken since', async () => {
    const [{ id: userId }, { id: appId }] = [await world.person(), await world.app()];
    const document = (field: string) => `mutation ($input: App${field}Input!) { app${field}(input: $input) {
      ... on App${field}Success { changed grant { status } } ... on MutationError { code } } }`;
    const [granting, revoking, idle] = [newKey(), newKey(), newKey()];
    const grant = async () => (await withKey(adminsVisit, granting, document('GrantUser'), { appId, userId })).data.appGrantUser;
    const revoke = async (key: string) =>
      (await withKey(adminsVisit, key, document('RevokeUser'), { appId, userId })).data.appRevokeUser;

    expect(await revoke(idle)).toEqual({ changed: false, grant: null });
    expect(await grant()).toEqual({ changed: true, grant: { status: 'ACTIVE' } });
    expect(await revoke(revoking)).toEqual({ changed: true, grant: { status: 'REVOKED' } });

    expect(await grant()).toEqual({ changed: true, grant: { status: 'REVOKED' } });
    expect(await revoke(revoking)).toEqual({ changed: true, grant: { status: 'REVOKED' } });
    expect(await revoke(idle)).toEqual({ changed: false, grant: null });
  });

  test('of a deletion says what was deleted, though it is gone', async () => {
    const [app, pool] = [await world.app(), await world.pool()];
    await world.grant(await world.person(), app);
    const deleteApp = `mutation ($input: AppDeleteInput!) { appDelete(input: $input) {
      ... on AppDeleteSuccess { deletedAppId deletedGrants } ... on MutationError { code } } }`;
    const deletePool = `mutation ($input: PoolDeleteInput!) { poolDelete(input: $input) {
      ... on PoolDeleteSuccess { deletedPoolId } ... on MutationError { code } } }`;
    const [one, two] = [newKey(), newKey()];

    for (const _ of [1, 2]) {
      expect((await withKey(adminsVisit, one, deleteApp, { appId: app.id })).data).toEqual({
        appDelete: { deletedAppId: app.id, deletedGrants: 1 },
      });
      expect((await withKey(adminsVisit, two, deletePool, { poolCode: pool.code })).data).toEqual({
        poolDelete: { deletedPoolId: pool.id },
      });
    }
    // Without its key it finds nothing.
    expect((await adminsVisit.run(deletePool, { input: { poolCode: pool.code } })).poolDelete).toEqual({ code: 'NOT_FOUND' });
  });

  test('of a batch repeats each of its operations, and what one key stands for twice in it happens once', async () => {
    const jo = await world.person({ name: 'Jo' });
    const client = clientOf(world.server, world.settings, () => adminsVisit.token);
    const [roles, name] = [newKey(), newKey()];
    const operation = (idempotencyKey: string | null, query: string, input: object) => ({
      query,
      variables: { input: { userId: jo.id, ...input } },
      ...(idempotencyKey && { extensions: { idempotencyKey } }),
    });
    const body = [
      operation(roles, SetRoles, { roleCodes: ['seller'] }),
      operation(name, Update, { name: 'Joanna' }),
      operation(roles, SetRoles, { roleCodes: ['seller'] }),
      operation(name, Update, { name: 'Somebody else' }),
      operation(null, Update, { name: 'Without a key' }),
    ];
    const send = async () =>
      (await (await client.post(body)).json()).map(
        ({ data, errors }: any) => errors?.[0].extensions.code ?? Object.values(data)[0],
      );

    const user = (called: string, version: number) => ({ id: jo.id, name: called, version });
    const changes = { __typename: 'UserSetRolesSuccess', added: [{ code: 'seller' }], removed: [{ code: 'base_user' }] };
    const updated = { __typename: 'UserUpdateSuccess' };
    expect(await send()).toEqual([
      { ...changes, user: user('Jo', 2) },
      { ...updated, user: user('Joanna', 3) },
      { ...changes, user: user('Joanna', 3) },
      'IDEMPOTENCY_KEY_REUSED',
      { ...updated, user: user('Without a key', 4) },
    ]);
    expect(await send()).toEqual([
      { ...changes, user: user('Without a key', 4) },
      { ...updated, user: user('Without a key', 4) },
      { ...changes, user: user('Without a key', 4) },
      'IDEMPOTENCY_KEY_REUSED',
      { ...updated, user: user('Without a key', 4) },
    ]);
    expect(await eventsAbout(jo)).toEqual(['user.roles_set', 'user.updated', 'user.updated']);
  });

  test('of a creation gives the one that was created', async () => {
    const key = newKey();
    const input = { email: 'created-once@example.com', sendWelcome: true };

    const first = await withKey(adminsVisit, key, Create, input);
    const second = await withKey(adminsVisit, key, Create, input);

    expect(first.data.userCreate).toEqual({
      __typename: 'UserCreateSuccess',
      user: { id: expect.stringMatching(/^user_/), email: input.email },
    });
    expect(second.data).toEqual(first.data);
    expect(
      await world.database.query(
        world.sql`SELECT FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE u.email = ${input.email}`,
      ),
    ).toHaveLength(1);
  });
});

describe('a repetition is resolved afresh', () => {
  test('with the data of now', async () => {
    const jo = await world.person({ name: 'Jo' });
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };
    await withKey(adminsVisit, key, SetRoles, input);

    await adminsVisit.run(Update, { input: { userId: jo.id, name: 'Joanna' } });

    expect((await withKey(adminsVisit, key, SetRoles, input)).data.userSetRoles).toEqual({
      __typename: 'UserSetRolesSuccess',
      user: { id: jo.id, name: 'Joanna', version: 3 },
      added: [{ code: 'seller' }],
      removed: [{ code: 'base_user' }],
    });
  });

  test('where its object is gone it is NOT_FOUND, at the top', async () => {
    const jo = await world.person();
    const key = newKey();
    const input = { userId: jo.id, reason: 'Has left' };
    await withKey(adminsVisit, key, Suspend, input);

    await world.database.query(world.sql`DELETE FROM users WHERE id = ${jo.uuid}::uuid`);

    const answer = await withKey(adminsVisit, key, Suspend, input);
    expect({ status: answer.status, data: answer.data, codes: codesOf(answer) }).toEqual({
      status: 200,
      data: null,
      codes: ['NOT_FOUND'],
    });
    // It is still that operation's key.
    expect(await rowsOf(key)).toHaveLength(1);
  });

  test('where its object is out of sight it is NOT_FOUND, byte for byte as where it is gone', async () => {
    const here = await startWorld();
    const { visit } = visitsTo(here);
    const clerk = await visit(await here.person({ roles: ['super_admin'] }));
    const [hidden, gone] = [await here.person(), await here.person()];
    const send = async (to: Person) =>
      (
        await clientOf(here.server, here.settings, () => clerk.token, { 'idempotency-key': `of-${to.id}` }).post({
          query: Suspend,
          variables: { input: { userId: to.id, reason: 'Has left' } },
        })
      ).text();
    for (const person of [hidden, gone]) expect(await send(person)).toContain('"UserSuspendSuccess"');

    await here.database.query(here.sql`DELETE FROM users WHERE id = ${gone.uuid}::uuid`);
    await here.database.query(here.sql`DELETE FROM role_permissions WHERE permission_code = 'users:read'`);

    expect(JSON.parse(await send(hidden))).toMatchObject({ data: null, errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    expect(await send(hidden)).toBe(await send(gone));
    expect(await send(hidden)).not.toContain(hidden.id);
  });

  test('and what it shows beside its object is not shown to whoever can see it no more', async () => {
    const here = await startWorld();
    const mover = await visitsTo(here).visit(await here.person({ roles: ['system_admin'] }));
    const [former, next] = [await here.pool('the-former-home'), await here.pool('the-next-home')];
    const jo = await here.person({ pool: former.code });
    const document = `mutation ($input: PoolSetUserHomeInput!) { poolSetUserHome(input: $input) {
      ... on PoolSetUserHomeSuccess { previous { code name } } } }`;
    const send = async () =>
      (
        await clientOf(here.server, here.settings, () => mover.token, { 'idempotency-key': 'move' }).post({
          query: document,
          variables: { input: { userId: jo.id, poolCode: next.code } },
        })
      ).text();
    expect(await send()).toContain('the-former-home');

    await here.database.query(here.sql`DELETE FROM role_permissions WHERE permission_code = 'pools:read'`);

    const again = await send();
    expect(again).not.toContain('the-former-home');
    expect(JSON.parse(again)).toMatchObject({ data: null, errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('for whoever has lost the permission it is FORBIDDEN, and TOKEN_STALE before', async () => {
    const clerk = await world.person({ roles: ['super_admin'] });
    const jo = await world.person({ name: 'Jo' });
    await clerk.signIn();
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };
    const token = () => ({ token: clerk.tokens!.accessToken });
    expect((await withKey(token(), key, SetRoles, input)).data.userSetRoles.__typename).toBe('UserSetRolesSuccess');

    await adminsVisit.run(SetRoles, { input: { userId: clerk.id, roleCodes: ['base_user'] } });

    const stale = await withKey(token(), key, SetRoles, input);
    expect({ data: stale.data, codes: codesOf(stale) }).toEqual({ data: null, codes: ['TOKEN_STALE'] });
    await clerk.signIn();
    const forbidden = await withKey(token(), key, SetRoles, input);
    expect({ data: forbidden.data, codes: codesOf(forbidden) }).toEqual({ data: null, codes: ['FORBIDDEN'] });
    expect(await eventsAbout(jo)).toEqual(['user.roles_set']);
  });

  test('for whoever has signed out it is UNAUTHENTICATED', async () => {
    const visit = await visits.visit(await world.person({ roles: ['super_admin'] }));
    const { id: userId } = await world.person();
    const key = newKey();
    await withKey(visit, key, SetRoles, { userId, roleCodes: [] });

    await visit.run('mutation { authLogout { __typename } }');

    expect(codesOf(await withKey(visit, key, SetRoles, { userId, roleCodes: [] }))).toEqual(['UNAUTHENTICATED']);
  });

  test('and somebody whose sessions were theirs alone to end does not learn that there had been one', async () => {
    const clerk = await world.person({ roles: ['super_admin'] });
    const jo = await world.person();
    const key = newKey();
    const document = `mutation ($input: UserRevokeSessionsInput!) { userRevokeSessions(input: $input) {
      __typename ... on UserRevokeSessionsSuccess { revokedSessions } ... on MutationError { code } } }`;
    await visits.visit(jo);
    const first = await withKey(await visits.visit(clerk), key, document, { userId: jo.id });
    expect(first.data.userRevokeSessions).toEqual({ __typename: 'UserRevokeSessionsSuccess', revokedSessions: 1 });

    await adminsVisit.run(SetRoles, { input: { userId: clerk.id, roleCodes: [] } });

    const second = await withKey(await visits.visit(clerk), key, document, { userId: jo.id });
    expect(second.data.userRevokeSessions).toEqual({ __typename: 'NotFoundError', code: 'NOT_FOUND' });
  });
});

describe('a refusal', () => {
  test('stores nothing, and its repetition is judged anew', async () => {
    const clerk = await visits.visit(await world.person({ roles: ['super_admin'] }));
    const jo = await world.person({ roles: ['system_admin'] });
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };

    const refused = await withKey(clerk, key, SetRoles, input);
    expect(refused.data.userSetRoles).toEqual({ __typename: 'PowerError', code: 'RANK_TOO_LOW' });
    expect(await rowsOf(key)).toEqual([]);
    await adminsVisit.run(SetRoles, { input: { userId: jo.id, roleCodes: [] } });

    const judged = await withKey(clerk, key, SetRoles, input);
    expect(judged.data.userSetRoles).toMatchObject({ __typename: 'UserSetRolesSuccess', added: [{ code: 'seller' }] });
    expect(await eventsAbout(jo)).toEqual(['user.roles_set', 'user.roles_set']);
  });

  test('for too many attempts stores nothing, and a repetition is no attempt', async () => {
    const jo = await world.person();
    const document = `mutation ($input: UserSendPasswordResetInput!) { userSendPasswordReset(input: $input) {
      __typename ... on MutationError { code } } }`;
    const [first, ...others] = Array.from({ length: 6 }, newKey) as [string, ...string[]];
    const send = (key: string) => withKey(adminsVisit, key, document, { userId: jo.id });
    const success = { userSendPasswordReset: { __typename: 'UserSendPasswordResetSuccess' } };

    expect((await send(first)).data).toEqual(success);
    for (const key of others.slice(0, 4)) expect((await send(key)).data).toEqual(success);
    const sixth = await send(others[4]!);

    expect({ data: sixth.data, codes: codesOf(sixth) }).toEqual({ data: null, codes: ['TOO_MANY_ATTEMPTS'] });
    expect(await rowsOf(others[4]!)).toEqual([]);
    expect((await send(first)).data).toEqual(success);
    expect(await eventsAbout(jo)).toHaveLength(5);
  });

  test('leaves the key to any other operation', async () => {
    const jo = await world.person();
    const key = newKey();

    expect((await withKey(adminsVisit, key, SetRoles, { userId: jo.id, roleCodes: ['?'] })).data.userSetRoles.code).toBe(
      'VALIDATION_FAILED',
    );

    const answer = await withKey(adminsVisit, key, Suspend, { userId: jo.id, reason: 'Has left' });
    expect(answer.data.userSuspend.__typename).toBe('UserSuspendSuccess');
  });

  test('of FORBIDDEN, of who is not signed in and of a document that is none stores nothing', async () => {
    const jo = await visits.visit(await world.person());
    const { id: userId } = await world.person();
    const key = newKey();
    const input = { userId, roleCodes: [] };

    expect(codesOf(await withKey(jo, key, SetRoles, input))).toEqual(['FORBIDDEN']);
    expect(codesOf(await withKey({ token: null }, key, SetRoles, input))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await withKey(adminsVisit, key, SetRoles.replace('added', 'nothing'), input))).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
    expect(await rowsOf(key)).toEqual([]);
  });
});

describe('a key that has been used', () => {
  test.each([
    ['other variables', SetRoles, { roleCodes: ['buyer'] }],
    ['another mutation', Suspend, { reason: 'Has left' }],
    ['another selection', SetRoles.replace('added { code }', 'added { id }'), { roleCodes: ['seller'] }],
    ['another name of the operation', SetRoles.replace('mutation', 'mutation Named'), { roleCodes: ['seller'] }],
  ])('with %s is IDEMPOTENCY_KEY_REUSED, and nothing happens', async (_what, document, rest) => {
    const jo = await world.person();
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };
    const first = await withKey(adminsVisit, key, SetRoles, input);
    const before = await fingerprint(world.database);

    for (const send of [withKey, inBatchWithKey]) {
      const reused = await send(adminsVisit, key, document, { userId: jo.id, ...rest });
      expect({ status: reused.status, data: reused.data, codes: codesOf(reused) }).toEqual({
        status: 200,
        data: null,
        codes: ['IDEMPOTENCY_KEY_REUSED'],
      });
    }

    expect(await fingerprint(world.database)).toEqual(before);
    // It goes on being the first one's.
    expect((await withKey(adminsVisit, key, SetRoles, input)).data).toEqual(first.data);
  });

  test('without the name of its operation is not that of the one that was named, though both run', async () => {
    const { id: userId } = await world.person();
    const client = clientOf(world.server, world.settings, () => adminsVisit.token, { 'idempotency-key': newKey() });
    const operation = {
      query: SetRoles.replace('mutation', 'mutation Named'),
      variables: { input: { userId, roleCodes: ['seller'] } },
    };

    const named = await (await client.post({ ...operation, operationName: 'Named' })).json();
    const unnamed = await (await client.post(operation)).json();

    expect(named.data.userSetRoles.__typename).toBe('UserSetRolesSuccess');
    expect(unnamed.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  });

  test("is another one of another caller's, to whom it says nothing of the first", async () => {
    const other = await visits.visit(await world.person({ roles: ['super_admin'] }));
    const [jo, kim] = [await world.person(), await world.person()];
    const key = newKey();

    await withKey(adminsVisit, key, SetRoles, { userId: jo.id, roleCodes: ['seller'] });
    const theirs = await withKey(other, key, SetRoles, { userId: kim.id, roleCodes: ['buyer'] });
    const same = await withKey(other, key, SetRoles, { userId: jo.id, roleCodes: ['seller'] });

    expect(theirs.data.userSetRoles).toMatchObject({ user: { id: kim.id }, added: [{ code: 'buyer' }] });
    expect(codesOf(same)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
    expect((await rowsOf(key)).map(({ user_id }) => user_id).sort()).toEqual([admin.uuid, (await personOf(other)).uuid].sort());
    expect([await eventsAbout(jo), await eventsAbout(kim)]).toEqual([['user.roles_set'], ['user.roles_set']]);
  });

  test('is another one of whoever impersonates the person, and of each who does', async () => {
    const jo = await world.person({ name: 'Jo' });
    const own = await visits.visit(jo);
    const [one, two] = [await world.person({ roles: ['super_admin'] }), await world.person({ roles: ['super_admin'] })];
    const acting = async (by: Person) => visits.visit(jo, { impersonator: { by, from: await visits.visit(by) } });
    const key = newKey();
    const rename = async (visit: Visit, name: string) =>
      (await withKey(visit, key, AccountUpdate, { name })).data.accountUpdate.user.name;

    expect(await rename(own, 'By herself')).toBe('By herself');
    expect(await rename(await acting(one), 'By one')).toBe('By one');
    expect(await rename(await acting(two), 'By two')).toBe('By two');

    // Each finds the key as they left it, and the person as she is now.
    expect(await rename(await acting(one), 'By one')).toBe('By two');
    expect(await rename(own, 'By herself')).toBe('By two');
    expect(await rowsOf(key)).toHaveLength(3);
    expect(await eventsAbout(jo)).toHaveLength(3);
  });

  test('runs out after 24 hours, and can be used anew by any operation', async () => {
    const jo = await world.person();
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };
    await withKey(adminsVisit, key, SetRoles, input);
    const [{ created_at, expires_at }] = (await rowsOf(key)) as [Row];
    expect(expires_at.getTime() - created_at.getTime()).toBe(24 * 3_600_000);
    const age = (by: string) =>
      world.database.query(world.sql`UPDATE idempotency_keys SET expires_at = expires_at - ${by}::interval WHERE key = ${key}`);

    // Just before its end it still holds.
    await age('23 hours 59 minutes');
    expect(codesOf(await withKey(adminsVisit, key, SetRoles, { userId: jo.id, roleCodes: [] }))).toEqual([
      'IDEMPOTENCY_KEY_REUSED',
    ]);
    await age('2 minutes');

    const anew = await withKey(adminsVisit, key, SetRoles, { userId: jo.id, roleCodes: ['buyer'] });
    expect(anew.data.userSetRoles).toMatchObject({ added: [{ code: 'buyer' }], removed: [{ code: 'seller' }] });
    // From now on it is this operation's, for a day.
    expect(codesOf(await withKey(adminsVisit, key, SetRoles, input))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
    const [row, ...rest] = await rowsOf(key);
    expect(rest).toEqual([]);
    expect(row!.expires_at.getTime() - row!.created_at.getTime()).toBe(24 * 3_600_000);
    expect(row!.created_at.getTime()).toBeGreaterThan(created_at.getTime());
  });

  test('goes with its caller', async () => {
    const person = await world.person({ roles: ['super_admin'] });
    const key = newKey();
    await withKey(await visits.visit(person), key, SetRoles, { userId: (await world.person()).id, roleCodes: [] });
    expect(await rowsOf(key)).toHaveLength(1);

    await world.database.query(world.sql`DELETE FROM users WHERE id = ${person.uuid}::uuid`);

    expect(await rowsOf(key)).toEqual([]);
  });
});

async function personOf({ run }: Visit): Promise<{ uuid: string }> {
  const { viewer } = await run('{ viewer { user { email } } }');
  const [row] = await world.database.query<{ uuid: string }>(
    world.sql`SELECT id AS uuid FROM users WHERE email = ${viewer.user.email}`,
  );
  return row!;
}

describe('a key is ignored', () => {
  const newPassword = 'a staple that is quite correct';
  const sessionsOf = async ({ uuid }: Person) =>
    (await world.database.query(world.sql`SELECT FROM sessions WHERE user_id = ${uuid}::uuid`)).length;

  test('on what takes a secret: a password that is set twice is set twice', async () => {
    const jo = await world.person();
    const key = newKey();
    const document = `mutation ($input: UserSetPasswordInput!) { userSetPassword(input: $input) {
      ... on UserSetPasswordSuccess { user { version } } ... on MutationError { code } } }`;
    const input = { userId: jo.id, newPassword };

    const versions = [];
    for (const _ of [1, 2]) versions.push((await withKey(adminsVisit, key, document, input)).data.userSetPassword.user.version);

    expect(versions).toEqual([2, 3]);
    expect(await eventsAbout(jo)).toEqual(['user.password_set', 'user.password_set']);
    expect(await rowsOf(key)).toEqual([]);
  });

  test('on userImpersonate: sent twice it opens two sessions, each with tokens of its own', async () => {
    const jo = await world.person();
    const key = newKey();
    const document = `mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) {
      ... on UserImpersonateSuccess { session { id } tokens { accessToken refreshToken } } ... on MutationError { code } } }`;

    const opened = [];
    for (const _ of [1, 2])
      opened.push((await withKey(adminsVisit, key, document, { userId: jo.id, reason: 'Seeing it' })).data.userImpersonate);

    const all = opened.flatMap(({ session, tokens }) => [session.id, tokens.accessToken, tokens.refreshToken]);
    expect(new Set(all).size).toBe(6);
    expect(await sessionsOf(jo)).toBe(2);
    expect(await rowsOf(key)).toEqual([]);
  });

  test('on userCreate with a password: the address is taken', async () => {
    const key = newKey();
    const input = { email: 'with-a-password@example.com', password: newPassword };

    const answers = [];
    for (const _ of [1, 2]) answers.push((await withKey(adminsVisit, key, Create, input)).data.userCreate);

    expect(answers).toEqual([
      { __typename: 'UserCreateSuccess', user: { id: expect.any(String), email: input.email } },
      { __typename: 'ConflictError', code: 'EMAIL_TAKEN' },
    ]);
    expect(await rowsOf(key)).toEqual([]);
  });

  test('on accountChangePassword and accountResetPassword: the second finds that the first has happened', async () => {
    const visit = await visits.visit(await world.person());
    const key = newKey();
    const change = `mutation ($input: AccountChangePasswordInput!) { accountChangePassword(input: $input) {
      __typename ... on MutationError { code } } }`;
    const reset = `mutation ($input: AccountResetPasswordInput!) { accountResetPassword(input: $input) {
      __typename ... on MutationError { code } } }`;

    const changed = await withKey(visit, key, change, { currentPassword: password, newPassword });
    const again = await withKey(visit, key, change, { currentPassword: password, newPassword });
    const noLink = await withKey(visit, key, reset, { token: 'of no link', newPassword });

    expect(changed.data.accountChangePassword).toEqual({ __typename: 'AccountChangePasswordSuccess' });
    expect(codesOf(again)).toEqual(['TOKEN_STALE']);
    expect(noLink.data.accountResetPassword).toEqual({ __typename: 'AuthenticationError', code: 'RESET_TOKEN_INVALID' });
    expect(await rowsOf(key)).toEqual([]);
  });

  test('on an invitation that is answered by its token: the second finds that it is used', async () => {
    const jo = await world.person();
    const visit = await visits.visit(jo);
    const organization = await world.organization({ owner: await world.person() });
    const key = newKey();
    const accept = `mutation ($input: AccountAcceptInvitationInput!) { accountAcceptInvitation(input: $input) {
      __typename ... on MutationError { code } } }`;
    const signUp = `mutation ($input: AccountSignUpInput!) { accountSignUp(input: $input) {
      __typename ... on MutationError { code } } }`;
    const { token } = await world.invitation({ organization, email: jo.email });
    const { token: invitationToken } = await world.invitation({ organization, email: 'signs-up-with-a-key@example.com' });

    const answers = [];
    for (const _ of [1, 2]) answers.push((await withKey(visit, key, accept, { token })).data.accountAcceptInvitation);
    for (const _ of [1, 2]) {
      const input = { invitationToken, password: newPassword };
      answers.push((await withKey({ token: null }, key, signUp, input)).data.accountSignUp);
    }

    expect(answers).toEqual([
      { __typename: 'AccountAcceptInvitationSuccess' },
      { __typename: 'InvitationError', code: 'INVITATION_USED' },
      { __typename: 'AccountSignUpSuccess' },
      { __typename: 'InvitationError', code: 'INVITATION_USED' },
    ]);
    expect(await rowsOf(key)).toEqual([]);
  });

  test('on what gives tokens: each login is a session of its own, and each refresh uses its token', async () => {
    const jo = await world.person();
    const key = newKey();
    const login = `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { tokens { refreshToken } } } }`;
    const refresh = `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { __typename ... on MutationError { code } } }`;

    const tokens = [];
    for (const _ of [1, 2])
      tokens.push((await withKey({ token: null }, key, login, { email: jo.email, password })).data.authLogin.tokens.refreshToken);
    const [refreshToken] = tokens;
    const refreshed = [];
    for (const _ of [1, 2]) refreshed.push((await withKey({ token: null }, key, refresh, { refreshToken })).data.authRefresh);

    expect(new Set(tokens).size).toBe(2);
    expect(await sessionsOf(jo)).toBe(2);
    expect(refreshed).toEqual([
      { __typename: 'AuthRefreshSuccess' },
      { __typename: 'AuthenticationError', code: 'REFRESH_CONFLICT' },
    ]);
    expect(await rowsOf(key)).toEqual([]);
  });

  test('on what is signed in by a token and gives one, or ends it', async () => {
    const jo = await world.person();
    const visit = await visits.visit(jo);
    const key = newKey();
    const switched = `mutation ($input: AuthSwitchOrganizationInput!) { authSwitchOrganization(input: $input) {
      ... on AuthSwitchOrganizationSuccess { tokens { accessToken } } } }`;

    const { data } = await withKey(visit, key, switched, { organizationId: (await world.organization({ owner: jo })).id });
    const token = data.authSwitchOrganization.tokens.accessToken;
    await withKey({ token }, key, 'mutation { authLogout { __typename } }');

    expect(await rowsOf(key)).toEqual([]);
  });

  test('where nobody is signed in: a link that is asked for twice is sent twice', async () => {
    const jo = await world.person();
    const key = newKey();
    const document =
      'mutation ($input: AccountRequestPasswordResetInput!) { accountRequestPasswordReset(input: $input) { __typename } }';

    for (const _ of [1, 2]) await withKey({ token: null }, key, document, { email: jo.email });

    expect(await eventsAbout(jo)).toEqual(['user.password_reset_requested', 'user.password_reset_requested']);
    expect(await rowsOf(key)).toEqual([]);
  });

  test('on queries', async () => {
    const key = newKey();

    const answers = [
      await withKey(adminsVisit, key, '{ viewer { user { id } } }'),
      await withKey(adminsVisit, key, '{ roles { code } }'),
    ];

    expect(answers.flatMap(codesOf)).toEqual([]);
    expect(await rowsOf(key)).toEqual([]);
  });
});

describe('a hard delete', () => {
  const Erase = `mutation ($input: UserHardDeleteInput!) { userHardDelete(input: $input) {
    __typename ... on UserHardDeleteSuccess { deletedUserId deletes { kind count } } ... on MutationError { code } } }`;
  const asked = ({ id }: Person) => ({ userId: id, reason: 'Asked for it' });

  test('that is repeated is answered alike, and happens once; with another key there is nobody to delete', async () => {
    const jo = await world.person();
    await visits.visit(jo);
    const key = newKey();
    const first = await withKey(adminsVisit, key, Erase, asked(jo));
    const before = await fingerprint(world.database, ['audit_events', 'audit_event_people', 'refusal_windows']);

    const again = await withKey(adminsVisit, key, Erase, asked(jo));
    const inBatch = await inBatchWithKey(adminsVisit, key, Erase, asked(jo));
    const anew = await withKey(adminsVisit, newKey(), Erase, asked(jo));

    expect(first.data.userHardDelete).toMatchObject({ __typename: 'UserHardDeleteSuccess', deletedUserId: jo.id });
    expect(first.data.userHardDelete.deletes).toContainEqual({ kind: 'sessions', count: 1 });
    expect([again.data, inBatch.data]).toEqual([first.data, first.data]);
    expect([again, inBatch].flatMap(({ errors }) => errors)).toEqual([]);
    expect(anew.data.userHardDelete).toEqual({ __typename: 'NotFoundError', code: 'NOT_FOUND' });
    expect(await fingerprint(world.database, ['audit_events', 'audit_event_people', 'refusal_windows'])).toEqual(before);
    expect((await eventsAbout(jo)).filter((action) => action === 'user.hard_deleted')).toHaveLength(1);
  });

  test('takes every reply with it that was to the person, as themselves, as somebody or by somebody who acted as them', async () => {
    const jo = await world.person({ roles: ['super_admin'] });
    const kim = await world.person();
    const own = await visits.visit(jo);
    const asKim = await visits.visit(kim, { impersonator: { by: jo, from: own } });
    const asJo = await visits.visit(jo, { impersonator: { by: admin, from: adminsVisit } });
    const mine = newKey();
    const [first, second, third] = [newKey(), newKey(), newKey()];
    await withKey(own, first, AccountUpdate, { name: 'Jo' });
    await withKey(asKim, second, AccountUpdate, { name: 'Kim' });
    await withKey(asJo, third, AccountUpdate, { name: 'Not Jo' });
    await withKey(adminsVisit, mine, Update, { userId: jo.id, name: 'Jo again' });
    for (const key of [first, second, third, mine]) expect(await rowsOf(key)).toHaveLength(1);

    const { data } = await withKey(adminsVisit, newKey(), Erase, asked(jo));

    expect(data.userHardDelete.deletes).toContainEqual({ kind: 'idempotencyKeys', count: 3 });
    for (const key of [first, second, third]) expect(await rowsOf(key)).toEqual([]);
    // What was said of them to somebody else is sealed, and shows nothing any more.
    const again = await withKey(adminsVisit, mine, Update, { userId: jo.id, name: 'Jo again' });
    expect({ data: again.data, codes: codesOf(again) }).toEqual({ data: null, codes: ['NOT_FOUND'] });
  });
});

describe('what is kept', () => {
  test('is sealed: nothing of the person, the caller or the operation can be read in it', async () => {
    const jo = await world.person({ name: 'Rumpelstiltskin', email: 'rumpelstiltskin@example.com' });
    const key = newKey();
    const input = { userId: jo.id, reason: 'Knows too many names' };
    await withKey(adminsVisit, key, Suspend, input);

    const [row] = (await rowsOf(key)) as [Row];

    const operation = JSON.stringify([Suspend, null, { input }]);
    const sealed = row.sealed_outcome!;
    const readable = [row.operation_hash, sealed].flatMap((bytes) =>
      (['latin1', 'utf8', 'utf16le', 'hex', 'base64'] as const).map((encoding) => bytes.toString(encoding)),
    );
    for (const secret of ['Rumpelstiltskin', jo.email, jo.id, jo.uuid, jo.uuid.replaceAll('-', ''), 'userId', 'names']) {
      for (const text of readable) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    }
    // Nobody finds out by trying which operation it was.
    expect(row.operation_hash.toString('hex')).not.toBe(createHash('sha256').update(operation).digest('hex'));
    expect(sealed.includes(Buffer.from(jo.uuid.replaceAll('-', ''), 'hex'))).toBe(false);
    // The row says whose key it is, and no more.
    expect([row.caller, row.key, row.user_id]).toEqual([admin.uuid, key, admin.uuid]);
  });

  test('reads differently for the same outcome of two operations', async () => {
    const jo = await world.person();
    const [one, two] = [newKey(), newKey()];
    for (const key of [one, two]) await withKey(adminsVisit, key, Suspend, { userId: jo.id, reason: 'Has left' });

    const [[first], [second]] = [await rowsOf(one), await rowsOf(two)];
    expect(first!.sealed_outcome!.equals(second!.sealed_outcome!)).toBe(false);
  });

  test('is rolled back with its change, whose repetition then happens', async () => {
    const { database, sql } = world;
    const jo = await world.person();
    const key = newKey();
    const input = { userId: jo.id, roleCodes: ['seller'] };
    await database.query(sql`
      CREATE FUNCTION refuse_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no event can be written'; END $$`);
    await database.query(sql`CREATE TRIGGER refuse_events BEFORE INSERT ON audit_events EXECUTE FUNCTION refuse_events()`);
    const before = await fingerprint(database);

    const broken = await withKey(adminsVisit, key, SetRoles, input);
    const after = await fingerprint(database);
    await database.query(sql`DROP TRIGGER refuse_events ON audit_events`);

    expect({ data: broken.data, codes: codesOf(broken) }).toEqual({ data: null, codes: ['INTERNAL_SERVER_ERROR'] });
    expect(after).toEqual(before);
    expect((await withKey(adminsVisit, key, SetRoles, input)).data.userSetRoles).toMatchObject({ added: [{ code: 'seller' }] });
    expect(await eventsAbout(jo)).toEqual(['user.roles_set']);
  });
});

test('a change of roles with a key takes three statements more, and its repetition none of the change', async () => {
  const { id: userId } = await world.person();
  const key = newKey();
  const document = 'mutation ($input: UserSetRolesInput!) { userSetRoles(input: $input) { __typename } }';
  const counted = (send: () => Promise<unknown>) => world.statements(send);
  await adminsVisit.run('{ viewer { user { id } } }');

  const without = await counted(() => adminsVisit.run(document, { input: { userId, roleCodes: ['buyer'] } }));
  const first = await counted(() => withKey(adminsVisit, key, document, { userId, roleCodes: ['seller'] }));
  const second = await counted(() => withKey(adminsVisit, key, document, { userId, roleCodes: ['seller'] }));

  // The caller, BEGIN, the key's lock, what is kept, COMMIT.
  expect({ first: first - without, second }).toEqual({ first: 3, second: 5 });
});
