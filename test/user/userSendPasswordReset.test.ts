import { beforeAll, describe, expect, test } from 'vitest';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import { clientOf, type Person, password, type World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectNothingWritten,
  expectNowhereStored,
  happening,
  happenings,
  holds,
  mailsTo,
  mutationOf,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const SendReset = mutationOf('userSendPasswordReset', 'user { id version hasPassword }', [
  'NotFoundError',
  'PowerError',
  'RuleError',
]);
const RequestReset = mutationOf('accountRequestPasswordReset', 'ok', ['ValidationError']);
const Reset = mutationOf('accountResetPassword', 'ok', ['ValidationError', 'AuthenticationError']);
const minute = 60_000;

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld({ PUBLIC_URL: 'https://id.example.com' });
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const send = async (who: Pick<Person, 'run'>, userId: string) =>
  (await who.run(SendReset, { input: { userId } })).userSendPasswordReset;

/** How long the person's links are good for, in minutes, oldest first. */
async function lifetimes(person: Person): Promise<number[]> {
  const rows = await world.database.query<{ minutes: number }>(world.sql`
    SELECT round(extract(epoch FROM expires_at - now()) / 60)::int AS minutes FROM one_time_tokens
     WHERE user_id = ${person.uuid}::uuid ORDER BY id`);
  return rows.map(({ minutes }) => minutes);
}

const withoutPassword = async (): Promise<Person> => {
  const jo = await world.person({ emailVerified: false });
  await world.database.query(world.sql`UPDATE users SET password_hash = NULL WHERE id = ${jo.uuid}::uuid`);
  return jo;
};

describe('refused', () => {
  test('without a token, and without `users:update`, an organization’s rights included', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    await world.organization({ owner, members: [[jo]] });
    const input = { userId: jo.id };

    await expect(world.anonymous.run(SendReset, { input })).toBeRefused('UNAUTHENTICATED');
    const { data, errors } = await owner.ask(SendReset, { input });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['userSendPasswordReset'], extensions: { code: 'FORBIDDEN', needs: 'users:update' } }]);
    expect(await mailsTo(world, jo.email)).toEqual([]);
  });

  test('while impersonating', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const { accessToken } = await impersonate(world, boss, staff);

    expect(await send(clientWith(world, accessToken), jo.id)).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await mailsTo(world, jo.email)).toEqual([]);
  });

  test('ids that are nobody’s are one answer, and nothing is written', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, SendReset, nobodys('user', jo), (userId) => ({ userId }))).toHaveLength(1);
      expect(await send(staff, 'nonsense')).toEqual(notFound('nonsense'));
    });
  });

  test('a person more powerful than oneself, without counting it', async () => {
    const boss = await world.person({ roles: ['system_admin'] });

    await expectNothingWritten(world, async () => {
      for (let i = 0; i < 6; i++) expect(await send(staff, boss.id)).toEqual(rankTooLow('system_admin'));
    });
  });

  test('the sixth within an hour, with when to try again, whoever asked for the others', async () => {
    const jo = await world.person();
    for (let i = 0; i < 3; i++) await world.anonymous.run(RequestReset, { input: { email: jo.email } });
    for (let i = 0; i < 2; i++) expect(await send(staff, jo.id)).toMatchObject({ __typename: 'UserSendPasswordResetSuccess' });

    await expectNothingWritten(world, async () => {
      const { data, errors } = await staff.ask(SendReset, { input: { userId: jo.id } });

      expect(data).toBeNull();
      expect(errors).toMatchObject([
        { path: ['userSendPasswordReset'], extensions: { code: 'TOO_MANY_ATTEMPTS', retryAt: expect.any(String) } },
      ]);
      const wait = Date.parse(errors[0]!.extensions.retryAt) - Date.now();
      expect(wait).toBeGreaterThan(58 * minute);
      expect(wait).toBeLessThanOrEqual(60 * minute);
    });
    expect(await mailsTo(world, jo.email)).toHaveLength(5);
    // Another person's are counted apart, and an hour later it is possible again.
    expect(await send(staff, (await world.person()).id)).toMatchObject({ __typename: 'UserSendPasswordResetSuccess' });
    await world.database.query(
      world.sql`UPDATE login_locks SET failed_at = ARRAY(SELECT t - interval '61 minutes' FROM unnest(failed_at) t)`,
    );
    expect(await send(staff, jo.id)).toMatchObject({ __typename: 'UserSendPasswordResetSuccess' });
  });
});

test('a link is mailed to the person’s address, under PUBLIC_URL, by one event, and nothing of the person changes', async () => {
  const jo = await world.person({ name: 'Jo Miller' });
  const { accessToken } = await jo.signIn();

  const answer = await staff.ask(SendReset, { input: { userId: jo.id } });

  expect(answer.data.userSendPasswordReset).toEqual({
    __typename: 'UserSendPasswordResetSuccess',
    user: { id: jo.id, version: 1, hasPassword: true },
  });
  expect(await happenings(world, answer)).toEqual([happening('user.password_reset_sent', staff, jo)]);
  const mails = await mailsTo(world, jo.email);
  expect(mails).toEqual([
    { kind: 'passwordReset', user: jo.uuid, content: expect.any(Object), token: expect.stringMatching(/^[\w-]{43}$/) },
  ]);
  const { content, token } = mails[0]!;
  const link = `https://id.example.com/console/password?token=${token}`;
  expect(content.subject).toBe('Reset your password');
  expect(content.text).toContain(`\n${link}\n`);
  expect(content.html).toContain(`<a href="${link}">`);
  expect(content.text).toContain('Jo Miller');
  expect(await lifetimes(jo)).toEqual([60]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  expect(await holds(world, accessToken)).toBe(true);
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
});

test('who has no password yet gets a link for the first one, good for seven days', async () => {
  const jo = await withoutPassword();

  const { user } = await send(staff, jo.id);

  expect(user).toEqual({ id: jo.id, version: 1, hasPassword: false });
  const [mail] = await mailsTo(world, jo.email);
  expect(mail).toMatchObject({ kind: 'firstPassword', content: { subject: 'Choose your password' } });
  expect(await lifetimes(jo)).toEqual([7 * 24 * 60]);
  expect(await world.anonymous.run(Reset, { input: { token: mail!.token, newPassword: 'TempPass123!' } })).toEqual({
    accountResetPassword: { __typename: 'AccountResetPasswordSuccess', ok: true },
  });
  expect(await visitor(world).login({ email: jo.email, password: 'TempPass123!' })).toHaveProperty('tokens');
});

test('a second link is another one, and the first is still good', async () => {
  const jo = await world.person();
  await send(staff, jo.id);
  await send(staff, jo.id);
  const [first, second] = await mailsTo(world, jo.email);

  expect(first!.token).not.toBe(second!.token);
  expect(await world.anonymous.run(Reset, { input: { token: first!.token, newPassword: 'TempPass123!' } })).toMatchObject({
    accountResetPassword: { ok: true },
  });
});

test('repeated under one idempotency key it is mailed once', async () => {
  const jo = await world.person();
  const client = clientOf(world.server, world.settings, () => staff.tokens!.accessToken, { 'idempotency-key': 'send-a-link' });

  const first = await client.ask(SendReset, { input: { userId: jo.id } });
  const again = await client.ask(SendReset, { input: { userId: jo.id } });

  expect(again.data).toEqual(first.data);
  expect(await happenings(world, again)).toEqual([]);
  expect(await mailsTo(world, jo.email)).toHaveLength(1);
});

test('it goes to the address that the person has now', async () => {
  const jo = await world.person();
  await world.database.query(world.sql`UPDATE users SET email = 'a.newer.one@example.com' WHERE id = ${jo.uuid}::uuid`);

  await send(staff, jo.id);

  expect(await mailsTo(world, jo.email)).toEqual([]);
  expect(await mailsTo(world, 'a.newer.one@example.com')).toHaveLength(1);
});

test('the link is in the sealed message and nowhere else, and not in the answer', async () => {
  const jo = await world.person();

  const answer = await staff.ask(SendReset, { input: { userId: jo.id } });

  const { token } = (await mailsTo(world, jo.email))[0]!;
  expect(JSON.stringify(answer.data)).not.toContain(token);
  await expectNowhereStored(world, token);
});

test('staff may send a link to themselves', async () => {
  const answer = await staff.ask(SendReset, { input: { userId: staff.id } });

  expect(await happenings(world, answer)).toEqual([happening('user.password_reset_sent', staff, staff)]);
  expect(await mailsTo(world, staff.email)).toHaveLength(1);
});
