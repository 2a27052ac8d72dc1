import { beforeAll, describe, expect, test } from 'vitest';
import { newOpaqueToken } from '../../src/auth/opaque-tokens.ts';
import { impersonate, newIp, startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import {
  authenticationError,
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happening,
  happenings,
  holds,
  invalid,
  mailsTo,
  mutationOf,
  versionsOf,
} from '../user/support.ts';

const Reset = mutationOf('accountResetPassword', 'ok', ['ValidationError', 'AuthenticationError']);
const RequestReset = mutationOf('accountRequestPasswordReset', 'ok', []);
const SendReset = mutationOf('userSendPasswordReset', 'user { id }', []);
const newPassword = 'TempPass123!';

const success = { __typename: 'AccountResetPasswordSuccess', ok: true };
const linkInvalid = authenticationError('RESET_TOKEN_INVALID');

let world: World;
let boss: Person;
beforeAll(async () => {
  world = await startAuthWorld({ STEWARD_RESET_REQUESTS: '100' });
  boss = await world.person({ roles: ['system_admin'] });
  await boss.signIn();
});

/** Asks for a link, and gives the token that was mailed. */
async function linkFor(email: string): Promise<string> {
  await world.anonymous.run(RequestReset, { input: { email } });
  return (await mailsTo(world, email)).at(-1)!.token;
}

const ask = (token: string, password = newPassword) => visitor(world).ask(Reset, { input: { token, newPassword: password } });

const reset = async (token: string, password?: string) => (await ask(token, password)).data.accountResetPassword;

const login = (person: { email: string }, password: string, ip?: string) =>
  visitor(world, { ip }).login({ email: person.email, password });

const withoutPassword = async (): Promise<Person> => {
  const jo = await world.person({ emailVerified: false });
  await world.database.query(world.sql`UPDATE users SET password_hash = NULL WHERE id = ${jo.uuid}::uuid`);
  return jo;
};

/** As if the person's links had been mailed so much earlier. */
const later = (person: Person, seconds: number) =>
  world.database.query(world.sql`
    UPDATE one_time_tokens SET expires_at = expires_at - make_interval(secs => ${seconds}::int) WHERE user_id = ${person.uuid}::uuid`);

describe('refused', () => {
  test('what is no link is one answer, whatever the password, and nothing is written', async () => {
    const jo = await world.person();
    const token = await linkFor(jo.email);

    await expectNothingWritten(world, async () => {
      const texts = [
        newOpaqueToken(),
        `${token}x`,
        token.slice(1),
        ` ${token}`,
        '',
        'nonsense',
        '\0',
        '\ud800',
        '\u200b',
        'x'.repeat(10_240),
      ];
      const answers = new Set<string>();
      for (const text of texts) {
        for (const password of [newPassword, 'short']) answers.add(JSON.stringify(await reset(text, password)));
      }
      expect([...answers].map((answer) => JSON.parse(answer))).toEqual([linkInvalid]);
    });
  });

  test('null, by the type', async () => {
    for (const input of [
      { token: null, newPassword },
      { token: 'x', newPassword: null },
    ]) {
      const { errors } = await world.anonymous.ask(Reset, { input });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test.each([
    ['short-one-1', 'TOO_SHORT'],
    ['password1234', 'TOO_COMMON'],
    ['my jo.of.the.wood key', 'CONTAINS_EMAIL'],
    ['my long Steward key', 'CONTAINS_PRODUCT_NAME'],
    ['half a character \ud83e', 'NOT_TEXT'],
    ['with a NUL \0 inside', 'NOT_TEXT'],
    ['x'.repeat(10_240), 'TOO_LONG'],
  ])('the password %j by %s, which leaves the link unused', async (text, code) => {
    const jo = await world.person({ email: `jo.of.the.wood@${newIp()}.example.com` });
    const token = await linkFor(jo.email);

    await expectNothingWritten(world, async () => {
      expect(await reset(token, text)).toEqual(invalid(['newPassword', code]));
    });
    expect(await reset(token)).toEqual(success);
  });

  test('a length that is too short by the setting', async () => {
    const strict = await startAuthWorld({ STEWARD_PASSWORD_LENGTH: '20' });
    const jo = await strict.person();
    await strict.anonymous.run(RequestReset, { input: { email: jo.email } });
    const { token } = (await mailsTo(strict, jo.email))[0]!;

    expect(await strict.anonymous.run(Reset, { input: { token, newPassword: 'nineteen letters ab' } })).toEqual({
      accountResetPassword: invalid(['newPassword', 'TOO_SHORT']),
    });
  });

  test('a link that was used, with the same password or another one', async () => {
    const jo = await world.person();
    const token = await linkFor(jo.email);
    await reset(token);

    await expectNothingWritten(world, async () => {
      for (const text of [newPassword, 'another one entirely', 'short']) expect(await reset(token, text)).toEqual(linkInvalid);
    });
    expect(await login(jo, newPassword)).toHaveProperty('tokens');
  });

  test('a link to reset a password after an hour', async () => {
    const jo = await world.person();
    const [early, late] = [await world.person(), jo];
    const tokens = [await linkFor(early.email), await linkFor(late.email)] as const;
    await later(early, 59 * 60);
    await later(late, 60 * 60);

    expect(await reset(tokens[0])).toEqual(success);
    expect(await reset(tokens[1])).toEqual(linkInvalid);
    expect(await login(late, password)).toHaveProperty('tokens');
  });

  test('a link for a first password after seven days', async () => {
    const [early, late] = [await withoutPassword(), await withoutPassword()];
    const tokens = [await linkFor(early.email), await linkFor(late.email)] as const;
    await later(early, 7 * 86_400 - 60);
    await later(late, 7 * 86_400);

    expect(await reset(tokens[0])).toEqual(success);
    expect(await reset(tokens[1])).toEqual(linkInvalid);
  });

  test('every other link once one was used', async () => {
    const jo = await world.person();
    const [first, second, third] = [await linkFor(jo.email), await linkFor(jo.email), await linkFor(jo.email)];

    expect(await reset(second)).toEqual(success);

    for (const token of [first, third]) expect(await reset(token, 'another one entirely')).toEqual(linkInvalid);
    expect(await login(jo, newPassword)).toHaveProperty('tokens');
    // One that was asked for afterwards is good.
    expect(await reset(await linkFor(jo.email), 'another one entirely')).toEqual(success);
  });

  test.each([
    [
      'set by staff',
      async (jo: Person) => {
        await boss.run(mutationOf('userSetPassword', '__typename', []), { input: { userId: jo.id, newPassword } });
      },
    ],
    [
      'changed by the person',
      async (jo: Person) => {
        await jo.run(mutationOf('accountChangePassword', '__typename', []), {
          input: { currentPassword: password, newPassword },
        });
      },
    ],
  ])('a link from before a new password that was %s', async (_title, change) => {
    const jo = await world.person();
    const token = await linkFor(jo.email);
    await change(jo);

    expect(await reset(token, 'another one entirely')).toEqual(linkInvalid);
    expect(await login(jo, newPassword)).toHaveProperty('tokens');
  });

  test('a link to a former address, once there is another one, and also when the former one is back', async () => {
    const jo = await world.person();
    const token = await linkFor(jo.email);
    const update = (email: string) =>
      boss.run(mutationOf('userUpdate', 'user { email }', []), { input: { userId: jo.id, email } });
    const newer = `newer-${jo.email}`;

    expect(await update(newer)).toMatchObject({ userUpdate: { user: { email: newer } } });
    expect(await reset(token)).toEqual(linkInvalid);
    await update(jo.email);
    expect(await reset(token)).toEqual(linkInvalid);

    expect(await login(jo, password)).toHaveProperty('tokens');
  });

  test('a link whose address the person has no more, however that came', async () => {
    const jo = await world.person();
    const token = await linkFor(jo.email);
    await world.database.query(
      world.sql`UPDATE users SET email = ${`moved-${jo.email}`}, email_verified = FALSE WHERE id = ${jo.uuid}::uuid`,
    );

    await expectNothingWritten(world, async () => {
      expect(await reset(token)).toEqual(linkInvalid);
    });
  });
});

test('the new password is the only one, every session ends, and one event of the person says so', async () => {
  const jo = await world.person();
  const [first, second] = [await jo.signIn(), await jo.signIn()];
  const token = await linkFor(jo.email);

  const answer = await ask(token);

  expect(answer.data).toEqual({ accountResetPassword: success });
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_reset', jo, jo, { metadata: { revokedSessions: 2, endedImpersonations: 0 } }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 2 });
  await expectEnded(world, first, second);
  expect((await login(jo, password)).code).toBe('INVALID_CREDENTIALS');
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
  // It opens no session.
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test('the link proves the address that it went to, and sets a first password', async () => {
  const jo = await withoutPassword();
  await boss.run(SendReset, { input: { userId: jo.id } });
  const { token } = (await mailsTo(world, jo.email))[0]!;

  const answer = await ask(token);

  expect(answer.data).toEqual({ accountResetPassword: success });
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_reset', jo, jo, {
      changes: [
        { field: 'hasPassword', before: false, after: true },
        { field: 'emailVerified', before: false, after: true },
      ],
      metadata: { revokedSessions: 0, endedImpersonations: 0 },
    }),
  ]);
  const { tokens } = await login(jo, newPassword);
  const { viewer } = await clientWith(world, tokens.accessToken).run('{ viewer { user { emailVerified hasPassword version } } }');
  expect(viewer.user).toEqual({ emailVerified: true, hasPassword: true, version: 2 });
});

test('the lock is cleared, for strangers and where the person signs in from', async () => {
  const jo = await world.person();
  const home = newIp();
  await login(jo, password, home);
  for (let i = 0; i < 5; i++) {
    await login(jo, 'wrong', home);
    await login(jo, 'wrong');
  }
  const token = await linkFor(jo.email);

  expect(await reset(token)).toEqual(success);

  expect(await login(jo, newPassword, home)).toHaveProperty('tokens');
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('impersonations of the person and by the person end, bound ones included', async () => {
  const [jo, sam, member] = [await world.person({ roles: ['super_admin'] }), await world.person(), await world.person()];
  const acme = await world.organization({ owner: sam, members: [[jo, ['org_admin']], [member]] });
  const by = await impersonate(world, jo, sam);
  const bound = await impersonate(world, jo, member, acme);
  const asMember = await impersonate(world, sam, member, acme);
  const chief = await world.person({ roles: ['system_admin'] });
  const of = await impersonate(world, chief, jo);
  const token = await linkFor(jo.email);

  const answer = await ask(token);

  await expectEnded(world, of, by, bound, jo.tokens!);
  expect([await goesOn(world, asMember), await holds(world, chief.tokens!.accessToken)]).toEqual([true, true]);
  expect(await happenings(world, answer)).toEqual([
    happening('user.password_reset', jo, jo, {
      metadata: { revokedSessions: 3, endedImpersonations: 2 },
      people: [sam, member, chief],
    }),
  ]);
});

test('a suspended person may set a password, and still can’t sign in', async () => {
  const jo = await world.person();
  const token = await linkFor(jo.email);
  await boss.run(mutationOf('userSuspend', '__typename', []), { input: { userId: jo.id, reason: 'A test' } });

  await reset(token);

  expect((await login(jo, newPassword)).tokens).toBeUndefined();
});

test('who uses the link while signed in as somebody else sets the password of whom it was mailed to', async () => {
  const [jo, sam] = [await world.person(), await world.person()];
  const token = await linkFor(jo.email);

  const answer = await sam.ask(Reset, { input: { token, newPassword } });

  expect(answer.data.accountResetPassword).toEqual(success);
  expect(await happenings(world, answer)).toMatchObject([{ actor: jo.uuid, subject: jo.uuid, people: [jo.uuid] }]);
  expect(await login(sam, password)).toHaveProperty('tokens');
  expect(await login(jo, newPassword)).toHaveProperty('tokens');
});

test('the same address in another pool is another person, whose link it is not', async () => {
  const pool = await world.pool();
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const email = 'two.people@example.com';
  const jo = await world.person({ email });
  await world.person({ email, pool: pool.code });
  const token = await linkFor(email);

  await reset(token);

  expect(await login(jo, newPassword)).toHaveProperty('tokens');
  expect(await visitor(world).login({ email, password, appCode: app.code })).toHaveProperty('tokens');
});

test('it comes alone: a batch that holds it is refused whole, and leaves the link unused', async () => {
  const jo = await world.person();
  const token = await linkFor(jo.email);
  const operation = { query: Reset, variables: { input: { token, newPassword } } };

  for (const batch of [
    [operation, operation],
    [{ query: '{ viewer { user { id } } }' }, operation],
  ]) {
    expect((await visitor(world).post(batch)).status).toBe(400);
  }
  expect(await reset(token)).toEqual(success);
});
