import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../src/server.ts';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import { clientOf, type Person, password, type World } from '../support/world.ts';
import {
  clientWith,
  expectNothingWritten,
  expectNowhereStored,
  happening,
  happenings,
  holds,
  invalid,
  mailsTo,
  mutationOf,
  versionsOf,
} from '../user/support.ts';

const RequestReset = mutationOf('accountRequestPasswordReset', 'ok', ['ValidationError']);
const SendReset = mutationOf('userSendPasswordReset', 'user { id }', []);
const Reset = mutationOf('accountResetPassword', 'ok', ['ValidationError', 'AuthenticationError']);

let world: World;
beforeAll(async () => {
  world = await startAuthWorld({ PUBLIC_URL: 'https://id.example.com' });
});

const ask = (email: string, appCode?: string | null) => visitor(world).ask(RequestReset, { input: { email, appCode } });

/** The bytes of the answer: what somebody who asks for others' addresses gets to see. */
const bytes = async (email: string, appCode?: string): Promise<string> => {
  const response = await visitor(world).post({ query: RequestReset, variables: { input: { email, appCode } } });
  return `${response.status} ${[...response.headers.keys()].sort()} ${await response.text()}`;
};

const ok = { accountRequestPasswordReset: { __typename: 'AccountRequestPasswordResetSuccess', ok: true } };

const mailed = async (...people: readonly { email: string }[]): Promise<number[]> =>
  Promise.all(people.map(async ({ email }) => (await mailsTo(world, email)).length));

/** The person whom each message to the address is for. */
const receivers = async (email: string) => (await mailsTo(world, email)).map(({ user }) => user);

/** How long the person's links are good for, in minutes. */
async function lifetimes(person: Person): Promise<number[]> {
  const rows = await world.database.query<{ minutes: number }>(world.sql`
    SELECT round(extract(epoch FROM expires_at - now()) / 60)::int AS minutes FROM one_time_tokens WHERE user_id = ${person.uuid}::uuid`);
  return rows.map(({ minutes }) => minutes);
}

const outbox = async (): Promise<number> => (await world.database.query(world.sql`SELECT FROM outbox_messages`)).length;

describe('refused', () => {
  test.each([
    '',
    ' ',
    'jo',
    'jo@',
    '@example.com',
    'jo@exam ple.com',
    'jo@example.com\0',
    'jo\ud800@example.com',
    'j\u200bo@example.com',
    'jö@example.com',
    '\u212aarl@example.com',
    'jo@example.com, sam@example.com',
    'jo@example.com\r\nBcc: sam@example.com',
    `${'x'.repeat(10_240)}@example.com`,
  ])('%j, which is no address, and nothing is counted or sent', async (email) => {
    await expectNothingWritten(world, async () => {
      expect((await ask(email)).data).toEqual({ accountRequestPasswordReset: invalid(['email', 'INVALID_EMAIL']) });
    });
  });

  test('null, by the type', async () => {
    const { errors } = await world.anonymous.ask(RequestReset, { input: { email: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

test('a link is mailed to the address, under PUBLIC_URL, by one event of nobody, and nothing of the person changes', async () => {
  const jo = await world.person({ name: 'Jo Miller', emailVerified: false });
  const { accessToken } = await jo.signIn();

  const answer = await ask(`  ${jo.email.toUpperCase()} `);

  expect(answer.data).toEqual(ok);
  expect(await happenings(world, answer)).toEqual([happening('user.password_reset_requested', null, jo)]);
  const mails = await mailsTo(world, jo.email);
  expect(mails).toEqual([
    { kind: 'passwordReset', user: jo.uuid, content: expect.any(Object), token: expect.stringMatching(/^[\w-]{43}$/) },
  ]);
  const { content, token } = mails[0]!;
  const link = `https://id.example.com/console/password?token=${token}`;
  expect(content.text).toContain(`\n${link}\n`);
  expect(content.html).toContain(`<a href="${link}">`);
  expect(await lifetimes(jo)).toEqual([60]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  expect(await holds(world, accessToken)).toBe(true);
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
});

test('a known and an unknown address get the same answer, and nothing is kept of an unknown one but a count without its name', async () => {
  const jo = await world.person();
  const unknown = 'nobody.by.this.name@example.com';
  const before = await outbox();

  const [toKnown, toUnknown] = [await bytes(jo.email), await bytes(unknown)];

  expect(toUnknown).toBe(toKnown);
  expect(toUnknown).toContain(JSON.stringify({ data: ok }).slice(1, -1));
  expect((await outbox()) - before).toBe(1);
  expect(await happenings(world, await ask(unknown))).toEqual([]);
  await expectNowhereStored(world, unknown);
});

test('who has no password yet gets a link for the first one, good for seven days', async () => {
  const jo = await world.person();
  await world.database.query(world.sql`UPDATE users SET password_hash = NULL WHERE id = ${jo.uuid}::uuid`);

  expect((await ask(jo.email)).data).toEqual(ok);

  expect(await mailsTo(world, jo.email)).toMatchObject([{ kind: 'firstPassword', user: jo.uuid }]);
  expect(await lifetimes(jo)).toEqual([7 * 24 * 60]);
});

test('the pools of the app are searched, its home pool first, by tag too, and no others', async () => {
  const [home, further, other] = [await world.pool(), await world.pool(), await world.pool()];
  const app = await world.app({ pool: home.code, readPools: [further.code] });
  const twice = 'in.two.pools@example.com';
  const atHome = await world.person({ email: twice, pool: home.code });
  await world.person({ email: twice, pool: further.code });
  const inFurther = await world.person({ pool: further.code });
  const tagged = await world.person({ pool: other.code });
  await world.database.query(
    world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${tagged.uuid}::uuid, ${further.uuid}::uuid)`,
  );
  const [elsewhere, inDefault] = [await world.person({ pool: other.code }), await world.person()];

  for (const email of [twice, inFurther.email, tagged.email, elsewhere.email, inDefault.email]) {
    expect((await ask(email, app.code)).data).toEqual(ok);
  }

  expect(await receivers(twice)).toEqual([atHome.uuid]);
  expect(await receivers(inFurther.email)).toEqual([inFurther.uuid]);
  expect(await receivers(tagged.email)).toEqual([tagged.uuid]);
  expect(await mailed(elsewhere, inDefault)).toEqual([0, 0]);
});

test('without an app, or with null for one, the pool `default` is searched', async () => {
  const pool = await world.pool();
  const [jo, elsewhere] = [await world.person(), await world.person({ pool: pool.code })];

  await ask(jo.email);
  await ask(jo.email, null);
  await ask(elsewhere.email);

  expect(await mailed(jo, elsewhere)).toEqual([2, 0]);
});

test.each(['no-such-app', '', 'No App', '\0', '\ud800', 'x'.repeat(10_240)])(
  'the app %j, which is none, answers alike',
  async (appCode) => {
    const jo = await world.person();

    expect(await bytes(jo.email, appCode)).toBe(await bytes('nobody.at.no.app@example.com'));
  },
);

test.each([
  ['known', async () => (await world.person()).email],
  ['unknown', async () => 'nobody.ever.asked@example.com'],
])('the sixth request within an hour for a %s address answers alike, and sends nothing', async (_which, address) => {
  const email = await address();
  const first = await bytes(email);
  for (let i = 0; i < 4; i++) expect(await bytes(email)).toBe(first);
  const sent = (await mailsTo(world, email)).length;

  await expectNothingWritten(world, async () => {
    for (let i = 0; i < 2; i++) expect(await bytes(email)).toBe(first);
    // But for the count of the ip address, which they are.
  }, ['login_locks']);

  expect((await mailsTo(world, email)).length).toBe(sent);
  // One that was refused does not count: an hour after the first it is possible again.
  await world.database.query(
    world.sql`UPDATE login_locks SET failed_at = ARRAY(SELECT t - interval '61 minutes' FROM unnest(failed_at) t)`,
  );
  await bytes(email);
  expect((await mailsTo(world, email)).length).toBe(sent === 0 ? 0 : sent + 1);
});

test('every spelling of an address counts as one, and each of two people who have it has a count', async () => {
  const pool = await world.pool();
  const app = await world.app({ pool: pool.code });
  const email = 'many.spellings@example.com';
  const [here, there] = [await world.person({ email }), await world.person({ email, pool: pool.code })];

  for (const spelled of [email, email.toUpperCase(), ` ${email}`]) for (let i = 0; i < 2; i++) await ask(spelled);
  for (let i = 0; i < 4; i++) await ask(email, app.code);

  expect(await receivers(email)).toEqual([...Array(5).fill(here.uuid), ...Array(4).fill(there.uuid)]);
});

test('who asks where the person is not known uses up nothing of theirs', async () => {
  const [app, jo] = [await world.app({ pool: (await world.pool()).code }), await world.person()];
  for (let i = 0; i < 6; i++) await ask(jo.email, app.code);

  await ask(jo.email);

  expect(await mailed(jo)).toEqual([1]);
});

test('so many an hour from one ip address, whoever is asked for; the answer stays the same', async () => {
  const few = await startAuthWorld({ STEWARD_IP_RESET_REQUESTS: '2' });
  const people = [await few.person(), await few.person(), await few.person()];
  const [one, another] = [visitor(few), visitor(few)];

  for (const { email } of people) expect((await one.ask(RequestReset, { input: { email } })).data).toEqual(ok);
  await another.ask(RequestReset, { input: { email: people[2]!.email } });

  const counts = await Promise.all(people.map(async ({ email }) => (await mailsTo(few, email)).length));
  expect(counts).toEqual([1, 1, 1]);
  expect((await few.database.query(few.sql`SELECT FROM login_locks WHERE cardinality(failed_at) > 2`)).length).toBe(0);
});

test('the setting says how many', async () => {
  const few = await startAuthWorld({ STEWARD_RESET_REQUESTS: '2' });
  const jo = await few.person();

  for (let i = 0; i < 3; i++) expect(await few.anonymous.run(RequestReset, { input: { email: jo.email } })).toEqual(ok);

  expect(await mailsTo(few, jo.email)).toHaveLength(2);
});

test('what staff send counts too', async () => {
  const [staff, jo] = [await world.person({ roles: ['super_admin'] }), await world.person()];
  for (let i = 0; i < 5; i++) await staff.run(SendReset, { input: { userId: jo.id } });

  expect((await ask(jo.email)).data).toEqual(ok);

  expect(await mailed(jo)).toEqual([5]);
});

test('it locks nobody out, and a lock is no hindrance', async () => {
  const jo = await world.person();
  for (let i = 0; i < 6; i++) await ask(jo.email);
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');

  const sam = await world.person();
  for (let i = 0; i < 5; i++) await visitor(world).login({ email: sam.email, password: 'wrong' });
  await ask(sam.email);
  expect(await mailed(sam)).toEqual([1]);
});

test('somebody who is signed in, or impersonates, asks like anybody else: the event names no actor', async () => {
  const [boss, jo, sam] = [await world.person({ roles: ['system_admin'] }), await world.person(), await world.person()];
  const { accessToken } = await impersonate(world, boss, jo);

  for (const client of [sam, clientWith(world, accessToken)]) {
    const answer = await client.ask(RequestReset, { input: { email: sam.email } });
    expect(answer.data).toEqual(ok);
    expect(await happenings(world, answer)).toMatchObject([{ actor: null, subject: sam.uuid }]);
  }
});

test('the link is in the sealed message alone: not in the answer, not in a table, not in the log', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const { database, settings } = world;
  const client = clientOf(await createServer({ database, settings, log }), settings, () => null);
  const jo = await world.person();

  const requested = await client.ask(RequestReset, { input: { email: jo.email } });
  const { token } = (await mailsTo(world, jo.email))[0]!;
  const secret = 'nobody may ever read this';
  const wrong = await client.ask(Reset, { input: { token, newPassword: 'short-one-1' } });
  const used = await client.ask(Reset, { input: { token, newPassword: secret } });

  expect(used.data.accountResetPassword).toEqual({ __typename: 'AccountResetPasswordSuccess', ok: true });
  expect(lines.length).toBeGreaterThan(0);
  for (const text of [token, secret, 'short-one-1']) {
    expect(JSON.stringify([requested, wrong, used])).not.toContain(text);
    expect(lines.join('')).not.toContain(text);
    await expectNowhereStored(world, text);
  }
});
