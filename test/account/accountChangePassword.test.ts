import { beforeAll, describe, expect, test } from 'vitest';
import { impersonate, newIp, startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import {
  authenticationError,
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
  ruleError,
  versionsOf,
} from '../user/support.ts';

const ChangePassword = mutationOf('accountChangePassword', 'user { id version hasPassword sessionCount emailVerified }', [
  'ValidationError',
  'AuthenticationError',
  'RuleError',
]);
const RequestReset = mutationOf('accountRequestPasswordReset', 'ok', ['ValidationError']);
const Reset = mutationOf('accountResetPassword', 'ok', ['ValidationError', 'AuthenticationError']);
const newPassword = 'TempPass123!';
const minute = 60_000;

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

/** A person signed in from an ip address of their own, and what they do there. */
async function atHome(options: { email?: string; roles?: string[] } = {}, ip = newIp()) {
  const jo = await world.person(options);
  const { tokens } = await visitor(world, { ip }).login({ email: jo.email, password });
  return { jo, ip, tokens: tokens as { accessToken: string; refreshToken: string } };
}

const from = (ip: string, { accessToken }: { accessToken: string }) => visitor(world, { ip, token: accessToken });

/** Asks to change the password from an ip address; the whole answer. */
const ask = (ip: string, tokens: { accessToken: string }, currentPassword = password, next = newPassword) =>
  from(ip, tokens).ask(ChangePassword, { input: { currentPassword, newPassword: next } });

const change = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).data.accountChangePassword;

const login = (person: Person, password: string, ip?: string) => visitor(world, { ip }).login({ email: person.email, password });

describe('refused', () => {
  test('without a token', async () => {
    const input = { currentPassword: password, newPassword };
    await expect(world.anonymous.run(ChangePassword, { input })).toBeRefused('UNAUTHENTICATED');
  });

  test('while impersonating, be it staff’s or an organization’s, whether the password is right or not, and nothing is counted', async () => {
    const [boss, owner, jo] = [await world.person({ roles: ['system_admin'] }), await world.person(), await world.person()];
    const acme = await world.organization({ owner, members: [[jo]] });
    const carried = [await impersonate(world, boss, jo), await impersonate(world, owner, jo, acme)];

    await expectNothingWritten(world, async () => {
      for (const tokens of carried) {
        for (const current of [password, 'a wrong one']) {
          expect(await change(newIp(), tokens, current)).toEqual(ruleError('WHILE_IMPERSONATING'));
        }
      }
    });
  });

  test.each([
    ['short-one-1', 'TOO_SHORT'],
    ['password1234', 'TOO_COMMON'],
    ['my jo.of.the.lake key', 'CONTAINS_EMAIL'],
    ['my long Steward key', 'CONTAINS_PRODUCT_NAME'],
    ['half a character \udc00', 'NOT_TEXT'],
    ['with a NUL \0 inside', 'NOT_TEXT'],
    ['x'.repeat(10_240), 'TOO_LONG'],
  ])('the new password %j by %s, before the present one is looked at', async (text, code) => {
    const { jo, ip, tokens } = await atHome({ email: `jo.of.the.lake@${newIp()}.example.com` });

    await expectNothingWritten(world, async () => {
      for (const current of [password, 'a wrong one']) {
        expect(await change(ip, tokens, current, text)).toEqual(invalid(['newPassword', code]));
      }
    });
    expect(await login(jo, password)).toHaveProperty('tokens');
  });

  test('a length that is too short by the setting', async () => {
    const strict = await startAuthWorld({ STEWARD_PASSWORD_LENGTH: '20' });
    const jo = await strict.person();

    const input = { currentPassword: password, newPassword: 'nineteen letters ab' };
    expect(await jo.run(ChangePassword, { input })).toEqual({ accountChangePassword: invalid(['newPassword', 'TOO_SHORT']) });
  });

  test('a wrong present password, by an event like that of a failed login', async () => {
    const { jo, ip, tokens } = await atHome();

    const answer = await ask(ip, tokens, 'a wrong one');

    expect(answer.data.accountChangePassword).toEqual(authenticationError('INVALID_CREDENTIALS'));
    expect(await happenings(world, answer)).toEqual([
      happening('login.refused', null, jo, { metadata: { code: 'INVALID_CREDENTIALS' } }),
    ]);
    expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
    expect(await holds(world, tokens.accessToken)).toBe(true);
    expect(await login(jo, password)).toHaveProperty('tokens');
  });

  test.each(['', '\0', 'half \ud800', `${password} `, password.toUpperCase(), 'x'.repeat(10_240)])(
    'the present password %j is a wrong one',
    async (current) => {
      const { ip, tokens } = await atHome();

      expect(await change(ip, tokens, current)).toEqual(authenticationError('INVALID_CREDENTIALS'));
    },
  );

  test('whatever is said to be the present password, where there is none', async () => {
    const { jo, ip, tokens } = await atHome();
    await world.database.query(world.sql`UPDATE users SET password_hash = NULL WHERE id = ${jo.uuid}::uuid`);

    for (const current of ['', password]) {
      expect(await change(ip, tokens, current)).toEqual(authenticationError('INVALID_CREDENTIALS'));
    }
  });

  test('the fifth wrong one locks, and then the right one is refused, too', async () => {
    const { jo, ip, tokens } = await atHome();
    const codes: string[] = [];
    for (let i = 0; i < 6; i++) codes.push((await change(ip, tokens, `wrong ${i}`)).code);

    const outcome = await change(ip, tokens);

    expect(codes).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'ACCOUNT_LOCKED']);
    expect(outcome).toEqual(authenticationError('ACCOUNT_LOCKED', expect.any(String)));
    expect(Date.parse(outcome.retryAt) - Date.now()).toBeGreaterThan(14 * minute);
    expect(Date.parse(outcome.retryAt) - Date.now()).toBeLessThanOrEqual(15 * minute);
    // It was guessed from where the person signs in: that has a lock of its own.
    expect((await login(jo, password, ip)).code).toBe('ACCOUNT_LOCKED');
    expect(await login(jo, password)).toHaveProperty('tokens');
    expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  });

  test('wrong ones with a stolen token, from elsewhere, count with the failed logins of strangers', async () => {
    const { jo, ip, tokens } = await atHome();
    for (let i = 0; i < 3; i++) await login(jo, 'wrong');
    const codes: string[] = [];
    for (let i = 0; i < 3; i++) codes.push((await change(newIp(), tokens, 'wrong')).code);

    expect(codes).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'ACCOUNT_LOCKED']);
    expect((await login(jo, password)).code).toBe('ACCOUNT_LOCKED');
    expect(await login(jo, password, ip)).toHaveProperty('tokens');
  });

  test('an ip address that has failed too often, with when to try again', async () => {
    const few = await startAuthWorld({ STEWARD_IP_FAILURES: '2' });
    const jo = await few.person();
    const ip = newIp();
    const { tokens } = await visitor(few, { ip }).login({ email: jo.email, password });
    for (const email of ['one@example.com', 'two@example.com']) await visitor(few, { ip }).login({ email, password });

    const { accountChangePassword } = await visitor(few, { ip, token: tokens.accessToken }).run(ChangePassword, {
      input: { currentPassword: password, newPassword },
    });

    expect(accountChangePassword).toEqual(authenticationError('TOO_MANY_ATTEMPTS', expect.any(String)));
  });

  test('several wrong ones within a minute are one event', async () => {
    const { ip, tokens } = await atHome();

    const events = [];
    for (let i = 0; i < 3; i++) events.push(await happenings(world, await ask(ip, tokens, 'wrong')));

    expect(events.map((one) => one.length)).toEqual([1, 0, 0]);
  });
});

test('the present session goes on with a refresh, every other one ends, and the new password is the only one', async () => {
  const { jo, ip, tokens } = await atHome();
  const [other, another] = [await jo.signIn(), await jo.signIn()];

  const answer = await ask(ip, tokens);

  expect(answer.data.accountChangePassword).toEqual({
    __typename: 'AccountChangePasswordSuccess',
    user: { id: jo.id, version: 2, hasPassword: true, sessionCount: 1, emailVerified: true },
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_changed', jo, jo, { metadata: { revokedSessions: 2, endedImpersonations: 0 } }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 2 });
  await expectEnded(world, other, another);
  expect(await holds(world, tokens.accessToken)).toBe('TOKEN_STALE');
  expect(await goesOn(world, tokens)).toBe(true);
  expect((await login(jo, password)).code).toBe('INVALID_CREDENTIALS');
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('it proves no address', async () => {
  const { jo, ip, tokens } = await atHome();
  await world.database.query(world.sql`UPDATE users SET email_verified = FALSE WHERE id = ${jo.uuid}::uuid`);

  expect((await change(ip, tokens)).user).toMatchObject({ emailVerified: false });
});

test('what was counted before is cleared, the lock of strangers included', async () => {
  const { jo, ip, tokens } = await atHome();
  for (let i = 0; i < 5; i++) await login(jo, 'wrong');
  for (let i = 0; i < 4; i++) await change(ip, tokens, 'wrong');
  expect((await login(jo, password)).code).toBe('ACCOUNT_LOCKED');

  expect(await change(ip, tokens)).toMatchObject({ __typename: 'AccountChangePasswordSuccess' });

  expect(await login(jo, newPassword)).toHaveProperty('tokens');
  const codes: string[] = [];
  for (let i = 0; i < 6; i++) codes.push((await login(jo, 'wrong', ip)).code);
  expect(codes).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'ACCOUNT_LOCKED']);
});

test('links that were mailed before end', async () => {
  const { jo, ip, tokens } = await atHome();
  await world.anonymous.run(RequestReset, { input: { email: jo.email } });
  const [mail] = await mailsTo(world, jo.email);

  await change(ip, tokens);

  const { accountResetPassword } = await world.anonymous.run(Reset, {
    input: { token: mail!.token, newPassword: 'somebody else’s choice' },
  });
  expect(accountResetPassword).toEqual(authenticationError('RESET_TOKEN_INVALID'));
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('impersonations of the caller and by the caller end, those of the present session included', async () => {
  const boss = await world.person({ roles: ['system_admin'] });
  const [jo, sam, member] = [await world.person({ roles: ['super_admin'] }), await world.person(), await world.person()];
  const acme = await world.organization({ owner: sam, members: [[jo, ['org_admin']], [member]] });
  const of = await impersonate(world, boss, jo);
  const bound = await impersonate(world, jo, member, acme);
  const carried = await impersonate(world, jo, sam);
  // The session that the last impersonation was started from.
  const present = jo.tokens!;

  const answer = await ask(newIp(), present);

  expect(answer.data.accountChangePassword).toMatchObject({ user: { sessionCount: 1 } });
  await expectEnded(world, of, bound, carried);
  expect(await goesOn(world, present)).toBe(true);
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_changed', jo, jo, {
      metadata: { revokedSessions: 2, endedImpersonations: 2 },
      people: [boss, sam, member],
    }),
  ]);
});

test('neither password is anywhere in plain', async () => {
  const { ip, tokens } = await atHome();
  const [wrong, secret] = ['a guess that nobody may read', 'nobody may ever read this'];

  const answers = [await ask(ip, tokens, wrong, secret), await ask(ip, tokens, password, secret)];

  expect(answers.map(({ data }) => data.accountChangePassword.__typename)).toEqual([
    'AuthenticationError',
    'AccountChangePasswordSuccess',
  ]);
  for (const text of [wrong, secret]) {
    expect(JSON.stringify(answers)).not.toContain(text);
    await expectNowhereStored(world, text);
  }
});

test('it comes alone: a batch that holds it is refused whole', async () => {
  const { jo, ip, tokens } = await atHome();
  const operation = { query: ChangePassword, variables: { input: { currentPassword: password, newPassword } } };

  for (const batch of [
    [operation, operation],
    [{ query: '{ viewer { user { id } } }' }, operation],
  ]) {
    expect((await from(ip, tokens).post(batch)).status).toBe(400);
  }
  expect(await login(jo, password)).toHaveProperty('tokens');
});
