import { beforeAll, describe, expect, test } from 'vitest';
import { impersonate, newIp, startAuthWorld, visitor } from '../auth/support.ts';
import { clientOf, type Person, password, type World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectEnded,
  expectNothingWritten,
  expectNowhereStored,
  goesOn,
  happening,
  happenings,
  holds,
  invalid,
  mailsTo,
  mutationOf,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const SetPassword = mutationOf('userSetPassword', 'user { id version hasPassword lockedUntil sessionCount emailVerified }', [
  'ValidationError',
  'NotFoundError',
  'PowerError',
  'RuleError',
]);
const SendReset = mutationOf('userSendPasswordReset', 'user { id }', []);
const Reset = mutationOf('accountResetPassword', 'ok', ['ValidationError', 'AuthenticationError']);
const newPassword = 'TempPass123!';

let world: World;
let boss: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  boss = await world.person({ roles: ['system_admin'] });
  await boss.signIn();
});

const setPassword = async (who: Pick<Person, 'run'>, userId: string, password = newPassword) =>
  (await who.run(SetPassword, { input: { userId, newPassword: password } })).userSetPassword;

const login = (person: Person, password: string, ip?: string) => visitor(world, { ip }).login({ email: person.email, password });

describe('refused', () => {
  test('without a token, and without `users:set-password`, a super admin’s and an organization’s rights included', async () => {
    const [owner, staff, jo] = [await world.person(), await world.person({ roles: ['super_admin'] }), await world.person()];
    await world.organization({ owner, members: [[jo]] });
    const input = { userId: jo.id, newPassword };

    await expect(world.anonymous.run(SetPassword, { input })).toBeRefused('UNAUTHENTICATED');
    for (const who of [owner, staff]) {
      const { data, errors } = await who.ask(SetPassword, { input });
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        { path: ['userSetPassword'], extensions: { code: 'FORBIDDEN', needs: 'users:set-password' } },
      ]);
    }
    expect(await login(jo, password)).toHaveProperty('tokens');
  });

  test('while impersonating', async () => {
    const [other, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const { accessToken } = await impersonate(world, other, boss);

    expect(await setPassword(clientWith(world, accessToken), jo.id)).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await login(jo, password)).toHaveProperty('tokens');
  });

  test('ids that are nobody’s are one answer, and nothing is written', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(boss, SetPassword, nobodys('user', jo), (userId) => ({ userId, newPassword }))).toHaveLength(1);
      expect(await setPassword(boss, 'nonsense')).toEqual(notFound('nonsense'));
    });
  });

  test.each([
    ['', ['TOO_SHORT', 'TOO_COMMON']],
    ['short-one-1', ['TOO_SHORT']],
    ['password1234', ['TOO_COMMON']],
    ['123456789012', ['TOO_COMMON']],
    ['qwertyuiop12', ['TOO_COMMON']],
    ['my long Steward key', ['CONTAINS_PRODUCT_NAME']],
    ['half a character \ud83e', ['NOT_TEXT']],
    ['with a NUL \0 inside', ['NOT_TEXT']],
    [`${'x'.repeat(200)} ${'é'.repeat(28)}`, ['TOO_LONG']],
    ['x'.repeat(10_240), ['TOO_LONG']],
    ['steward', ['TOO_SHORT', 'TOO_COMMON', 'CONTAINS_PRODUCT_NAME']],
  ])('the password %j, by all that is wrong with it, and nothing is written', async (text, codes) => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      const issues = codes.map((code) => ['newPassword', code] as const);
      expect(await setPassword(boss, jo.id, text)).toEqual(invalid(...issues));
    });
  });

  test('a password with the person’s own address in it, and not with somebody else’s', async () => {
    const jo = await world.person({ email: 'jo.of.the.hill@example.com' });
    const sam = await world.person();

    for (const text of ['JO.OF.THE.HILL@example.com!', 'my jo.of.the.hill key']) {
      expect(await setPassword(boss, jo.id, text)).toEqual(invalid(['newPassword', 'CONTAINS_EMAIL']));
      expect(await setPassword(boss, sam.id, text)).toMatchObject({ __typename: 'UserSetPasswordSuccess' });
    }
  });

  test('a length that is too short by the setting', async () => {
    const strict = await startAuthWorld({ STEWARD_PASSWORD_LENGTH: '20' });
    const [admin, jo] = [await strict.person({ roles: ['system_admin'] }), await strict.person()];

    expect(await setPassword(admin, jo.id, 'nineteen letters ab')).toEqual(invalid(['newPassword', 'TOO_SHORT']));
    expect(await setPassword(admin, jo.id, 'twenty letters abcde')).toMatchObject({ __typename: 'UserSetPasswordSuccess' });
  });

  test('a person more powerful than oneself, where somebody weaker may set passwords', async () => {
    const own = await startAuthWorld();
    // No built-in role is like that; the rule must not lean on it.
    await own.database.query(own.sql`
      INSERT INTO role_permissions (role_id, permission_code) SELECT id, 'users:set-password' FROM roles WHERE code = 'super_admin'`);
    const [staff, chief] = [await own.person({ roles: ['super_admin'] }), await own.person({ roles: ['system_admin', 'buyer'] })];
    await staff.signIn();

    await expectNothingWritten(own, async () => {
      expect(await setPassword(staff, chief.id)).toEqual(rankTooLow('system_admin'));
      expect(await setPassword(staff, chief.id, 'short-one-1')).toEqual(invalid(['newPassword', 'TOO_SHORT']));
    });
  });
});

test('the new password is the only one, no session of the old one lives on, and one event says so', async () => {
  const jo = await world.person();
  const [first, second] = [await jo.signIn(), await jo.signIn()];

  const answer = await boss.ask(SetPassword, { input: { userId: jo.id, newPassword } });

  expect(answer.data.userSetPassword).toEqual({
    __typename: 'UserSetPasswordSuccess',
    user: { id: jo.id, version: 2, hasPassword: true, lockedUntil: null, sessionCount: 0, emailVerified: true },
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_set', boss, jo, { metadata: { revokedSessions: 2, endedImpersonations: 0 } }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 2 });
  await expectEnded(world, first, second);
  expect((await login(jo, password)).code).toBe('INVALID_CREDENTIALS');
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('a first password is told as one, and proves no address', async () => {
  const jo = await world.person({ emailVerified: false });
  await world.database.query(world.sql`UPDATE users SET password_hash = NULL WHERE id = ${jo.uuid}::uuid`);

  const answer = await boss.ask(SetPassword, { input: { userId: jo.id, newPassword } });

  expect(answer.data.userSetPassword.user).toMatchObject({ hasPassword: true, emailVerified: false });
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_set', boss, jo, {
      changes: [{ field: 'hasPassword', before: false, after: true }],
      metadata: { revokedSessions: 0, endedImpersonations: 0 },
    }),
  ]);
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('a password is the same in each spelling of its characters', async () => {
  const jo = await world.person();

  await setPassword(boss, jo.id, 'cafe\u0301 au lait noir');

  expect(await login(jo, 'caf\u00e9 au lait noir')).toHaveProperty('tokens');
});

test('the lock is cleared, for strangers and where the person signs in from', async () => {
  const jo = await world.person();
  const home = newIp();
  await login(jo, password, home);
  for (let i = 0; i < 5; i++) {
    await login(jo, 'wrong', home);
    await login(jo, 'wrong');
  }
  expect((await login(jo, password)).code).toBe('ACCOUNT_LOCKED');

  const { user } = await setPassword(boss, jo.id);

  expect(user.lockedUntil).toBeNull();
  expect(await login(jo, newPassword, home)).toHaveProperty('tokens');
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('links that were mailed before end', async () => {
  const jo = await world.person();
  await boss.run(SendReset, { input: { userId: jo.id } });
  const [mail] = await mailsTo(world, jo.email);

  await setPassword(boss, jo.id);

  const { accountResetPassword } = await world.anonymous.run(Reset, {
    input: { token: mail!.token, newPassword: 'one of my own, at last' },
  });
  expect(accountResetPassword.code).toBe('RESET_TOKEN_INVALID');
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('impersonations of the person and by the person end, bound ones included', async () => {
  const [jo, sam, member] = [await world.person({ roles: ['super_admin'] }), await world.person(), await world.person()];
  const acme = await world.organization({ owner: sam, members: [[jo, ['org_admin']], [member]] });
  const by = await impersonate(world, jo, sam);
  const bound = await impersonate(world, jo, member, acme);
  const asMember = await impersonate(world, sam, member, acme);
  const of = await impersonate(world, boss, jo);

  const answer = await boss.ask(SetPassword, { input: { userId: jo.id, newPassword } });

  await expectEnded(world, of, by, bound, jo.tokens!);
  expect(await goesOn(world, asMember)).toBe(true);
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_set', boss, jo, {
      metadata: { revokedSessions: 3, endedImpersonations: 2 },
      people: [sam, member],
    }),
  ]);
});

test('an admin who sets the password of themselves signs in anew, and the answer still comes', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const tokens = await admin.signIn();

  const { data, headers } = await admin.ask(SetPassword, { input: { userId: admin.id, newPassword } });

  expect(data.userSetPassword.user).toMatchObject({ id: admin.id, version: 2, sessionCount: 0 });
  expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^steward_refresh=; .*Max-Age=0/)]);
  await expectEnded(world, tokens);
  expect(await login(admin, newPassword)).toHaveProperty('tokens');
});

test('the sessions of others go on, those of the same address in another pool included', async () => {
  const pool = await world.pool();
  const jo = await world.person({ email: 'twice.there@example.com' });
  const double = await world.person({ email: 'twice.there@example.com', pool: pool.code });
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const { tokens } = await visitor(world).login({ email: double.email, password, appCode: app.code });

  await setPassword(boss, jo.id);

  expect(await holds(world, tokens.accessToken)).toBe(true);
  expect(await visitor(world).login({ email: double.email, password, appCode: app.code })).toHaveProperty('tokens');
});

test('the password is nowhere in plain', async () => {
  const jo = await world.person();
  const secret = 'nobody may ever read this';

  const answer = await boss.ask(SetPassword, { input: { userId: jo.id, newPassword: secret } });

  expect(JSON.stringify(answer.data)).not.toContain(secret);
  await expectNowhereStored(world, secret);
});

test('an idempotency key is ignored, since it takes a secret: the second request happens, too', async () => {
  const jo = await world.person();
  await boss.run('{ viewer { user { id } } }');
  const client = clientOf(world.server, world.settings, () => boss.tokens!.accessToken, { 'idempotency-key': 'set-a-password' });

  for (const version of [2, 3]) expect((await setPassword(client, jo.id)).user).toMatchObject({ version });
});

test('it comes alone: a batch that holds it is refused whole', async () => {
  const jo = await world.person();

  const response = await boss.post([
    { query: '{ viewer { user { id } } }' },
    { query: SetPassword, variables: { input: { userId: jo.id, newPassword } } },
  ]);

  expect(response.status).toBe(400);
  expect(await login(jo, password)).toHaveProperty('tokens');
});
