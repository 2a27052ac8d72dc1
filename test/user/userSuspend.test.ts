import { beforeAll, describe, expect, test, vi } from 'vitest';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import { clientOf, type Person, password, type World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happening,
  happenings,
  holds,
  invalid,
  mutationOf,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const Suspend = mutationOf('userSuspend', 'user { id status suspendedUntil suspensionReason sessionCount version }', [
  'ValidationError',
  'NotFoundError',
  'PowerError',
  'RuleError',
]);
const reason = 'Too many complaints';
const inAnHour = () => new Date(Date.now() + 3_600_000);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const suspend = async (who: Pick<Person, 'run'>, input: object) => (await who.run(Suspend, { input })).userSuspend;

/** What staff see of a person: by id, and by a search for each status. */
async function statusOf(person: Person) {
  const { user, active, suspended } = await staff.run(
    `query ($id: ID!) {
      user(id: $id) { status suspendedUntil suspensionReason }
      active: users(where: { ids: [$id], status: [ACTIVE] }) { totalCount }
      suspended: users(where: { ids: [$id], status: [SUSPENDED] }) { totalCount } }`,
    { id: person.id },
  );
  return { ...user, found: { active: active.totalCount, suspended: suspended.totalCount } };
}

const suspensionEnds = (person: Person, when: Date) =>
  world.database.query(world.sql`UPDATE users SET suspended_until = ${when}::timestamptz WHERE id = ${person.uuid}::uuid`);

describe('refused', () => {
  test('without a token, and without `users:update`, an organization’s rights included', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    await world.organization({ owner, members: [[jo]] });
    const input = { userId: jo.id, reason };

    await expect(world.anonymous.run(Suspend, { input })).toBeRefused('UNAUTHENTICATED');
    const { data, errors } = await owner.ask(Suspend, { input });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['userSuspend'], extensions: { code: 'FORBIDDEN', needs: 'users:update' } }]);
    expect(await statusOf(jo)).toMatchObject({ status: 'ACTIVE' });
  });

  test('while impersonating', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const { accessToken } = await impersonate(world, boss, staff);

    expect(await suspend(clientWith(world, accessToken), { userId: jo.id, reason })).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await statusOf(jo)).toMatchObject({ status: 'ACTIVE' });
  });

  test('ids that are nobody’s are one answer, and nothing is written', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, Suspend, nobodys('user', jo), (userId) => ({ userId, reason }))).toHaveLength(1);
      expect(await suspend(staff, { userId: 'nonsense', reason })).toEqual(notFound('nonsense'));
    });
  });

  test.each([
    ['', 'REQUIRED'],
    ['  \n ', 'REQUIRED'],
    ['no', 'TOO_SHORT'],
    ['\u200b\u200d\u2060\ufeff', 'INVISIBLE'],
    ['a \0 b', 'NOT_TEXT'],
    ['a \u0007 b', 'NOT_TEXT'],
    ['half \ud83e', 'NOT_TEXT'],
    ['x'.repeat(501), 'TOO_LONG'],
    ['x'.repeat(10_240), 'TOO_LONG'],
  ])('the reason %j, by %s, and nothing is written', async (text, code) => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await suspend(staff, { userId: jo.id, reason: text })).toEqual(invalid(['reason', code]));
    });
  });

  test('an end in the past is named beside a bad reason, before any rule', async () => {
    const until = new Date(Date.now() - 1000);

    expect(await suspend(staff, { userId: staff.id, reason: '\0', until })).toEqual(
      invalid(['reason', 'NOT_TEXT'], ['until', 'IN_THE_PAST']),
    );
    expect(await suspend(staff, { userId: staff.id, reason, until })).toEqual(invalid(['until', 'IN_THE_PAST']));
  });

  test('an end that is no instant, by the type', async () => {
    const jo = await world.person();

    for (const until of ['tomorrow', 1, '2999-13-01T00:00:00.000Z', '2999-01-01', '9999-12-31T23:59:59-12:00']) {
      const { errors } = await staff.ask(Suspend, { input: { userId: jo.id, reason, until } });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    expect(await statusOf(jo)).toMatchObject({ status: 'ACTIVE' });
  });

  test('oneself, before rank and the last system admin', async () => {
    expect(await suspend(staff, { userId: staff.id, reason })).toEqual(ruleError('SELF_NOT_ALLOWED'));
  });

  test('a person more powerful than oneself, by the roles that are', async () => {
    const boss = await world.person({ roles: ['system_admin', 'super_admin', 'buyer'] });
    await boss.signIn();

    await expectNothingWritten(world, async () => {
      expect(await suspend(staff, { userId: boss.id, reason })).toEqual(rankTooLow('system_admin'));
    });
    expect(await holds(world, boss.tokens!.accessToken)).toBe(true);
  });
});

test('a suspended person has no session and no way in, and one event says why', async () => {
  const jo = await world.person();
  const [first, second] = [await jo.signIn(), await jo.signIn()];

  const answer = await staff.ask(Suspend, { input: { userId: jo.id, reason: `  ${reason}\r\nSee the file. ` } });

  const stored = `${reason}\r\nSee the file.`;
  expect(answer.data.userSuspend).toEqual({
    __typename: 'UserSuspendSuccess',
    user: { id: jo.id, status: 'SUSPENDED', suspendedUntil: null, suspensionReason: stored, sessionCount: 0, version: 2 },
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.suspended', staff, jo, {
      reason: stored,
      changes: [
        { field: 'status', before: 'ACTIVE', after: 'SUSPENDED' },
        { field: 'suspensionReason', before: null, after: stored },
      ],
      metadata: { revokedSessions: 2, endedImpersonations: 0 },
    }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 2 });
  expect(await statusOf(jo)).toEqual({
    status: 'SUSPENDED',
    suspendedUntil: null,
    suspensionReason: stored,
    found: { active: 0, suspended: 1 },
  });
  await expectEnded(world, first, second);
  expect((await visitor(world).login({ email: jo.email, password })).code).toBe('ACCOUNT_SUSPENDED');
  expect((await visitor(world).login({ email: jo.email, password: 'a wrong one' })).code).toBe('INVALID_CREDENTIALS');
});

test('one with an end says when, and lifts itself: status, search and login know it at once', async () => {
  const jo = await world.person();
  const before = await jo.signIn();
  const until = inAnHour();

  const { user } = await suspend(staff, { userId: jo.id, reason, until });

  expect(user).toMatchObject({ status: 'SUSPENDED', suspendedUntil: until.toISOString() });
  const refused = await visitor(world).login({ email: jo.email, password });
  expect([refused.code, refused.retryAt]).toEqual(['ACCOUNT_SUSPENDED', until.toISOString()]);

  await suspensionEnds(jo, new Date(Date.now() - 1000));

  expect(await statusOf(jo)).toEqual({
    status: 'ACTIVE',
    suspendedUntil: null,
    suspensionReason: null,
    found: { active: 1, suspended: 0 },
  });
  const { tokens } = await visitor(world).login({ email: jo.email, password });
  expect(await holds(world, tokens.accessToken)).toBe(true);
  // What had ended does not live again.
  await expectEnded(world, before);
});

test.each([
  ['2999-01-01T00:00:00+01:00', '2998-12-31T23:00:00.000Z'],
  ['2999-01-01T00:00:00Z', '2999-01-01T00:00:00.000Z'],
  ['2999-01-01T00:00:00.123456Z', '2999-01-01T00:00:00.123Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('the end %s is %s, wherever it is shown', async (until, shown) => {
  const jo = await world.person();

  expect((await suspend(staff, { userId: jo.id, reason, until })).user.suspendedUntil).toBe(shown);

  expect((await statusOf(jo)).suspendedUntil).toBe(shown);
  expect((await visitor(world).login({ email: jo.email, password })).retryAt).toBe(shown);
  // Said again it changes nothing.
  const again = await staff.ask(Suspend, { input: { userId: jo.id, reason, until } });
  expect(await happenings(world, again)).toEqual([]);
});

test('after one that lifted itself the person is suspended anew', async () => {
  const jo = await world.person();
  await suspend(staff, { userId: jo.id, reason, until: inAnHour() });
  await suspensionEnds(jo, new Date(Date.now() - 1000));
  const tokens = await jo.signIn();

  const answer = await staff.ask(Suspend, { input: { userId: jo.id, reason, until: null } });

  expect(answer.data.userSuspend.user).toMatchObject({ status: 'SUSPENDED', suspendedUntil: null, version: 3 });
  expect((await happenings(world, answer))[0]).toMatchObject({
    changes: [
      { field: 'status', before: 'ACTIVE', after: 'SUSPENDED' },
      { field: 'suspensionReason', before: null, after: reason },
    ],
  });
  await expectEnded(world, tokens);
});

test('sent again with its key after its end has passed, it is a success all the same', async () => {
  const jo = await world.person();
  const client = clientOf(world.server, world.settings, () => staff.tokens!.accessToken, { 'idempotency-key': 'again' });
  const input = { userId: jo.id, reason, until: new Date(Date.now() + 60_000) };
  const first = await client.run(Suspend, { input });

  vi.useFakeTimers({ now: Date.now() + 120_000, toFake: ['Date'] });
  const again = await client.run(Suspend, { input }).finally(() => vi.useRealTimers());

  const { version } = first.userSuspend.user;
  expect(again.userSuspend).toMatchObject({ __typename: 'UserSuspendSuccess', user: { id: jo.id, version } });
});

test('another reason or end is a change, the same ones are none: no event, no version', async () => {
  const jo = await world.person();
  const until = inAnHour();
  await suspend(staff, { userId: jo.id, reason });

  const other = await staff.ask(Suspend, { input: { userId: jo.id, reason: 'Another one', until } });
  const again = await staff.ask(Suspend, { input: { userId: jo.id, reason: 'Another one', until } });

  expect((await happenings(world, other))[0]).toMatchObject({
    changes: [
      { field: 'suspensionReason', before: reason, after: 'Another one' },
      { field: 'suspendedUntil', before: null, after: until.toISOString() },
    ],
  });
  expect(again.data).toEqual(other.data);
  expect(other.data.userSuspend.user).toMatchObject({ version: 3, suspendedUntil: until.toISOString() });
  expect(await happenings(world, again)).toEqual([]);
});

test('impersonations of the person and by the person end, and the event is about everyone concerned', async () => {
  const [boss, jo, sam] = [
    await world.person({ roles: ['system_admin'] }),
    await world.person({ roles: ['super_admin'] }),
    await world.person(),
  ];
  const member = await world.person();
  const acme = await world.organization({ owner: sam, members: [[jo, ['org_admin']], [member]] });
  const of = await impersonate(world, boss, jo);
  const by = await impersonate(world, jo, sam);
  const bound = await impersonate(world, jo, member, acme);

  const answer = await staff.ask(Suspend, { input: { userId: jo.id, reason } });

  await expectEnded(world, of, by, bound, jo.tokens!);
  expect(await holds(world, boss.tokens!.accessToken)).toBe(true);
  expect(await happenings(world, answer)).toMatchObject([
    happening('user.suspended', staff, jo, {
      reason,
      changes: expect.any(Array),
      // Two sessions of their own, and the impersonation of them.
      metadata: { revokedSessions: 3, endedImpersonations: 2 },
      people: [boss, sam, member],
    }),
  ]);
});

test('an organization’s impersonation of the person ends, and those of others go on', async () => {
  const [owner, jo, sam] = [await world.person(), await world.person(), await world.person()];
  const acme = await world.organization({ owner, members: [[jo], [sam]] });
  const asJo = await impersonate(world, owner, jo, acme);
  const asSam = await impersonate(world, owner, sam, acme);

  await suspend(staff, { userId: jo.id, reason });

  await expectEnded(world, asJo);
  expect(await goesOn(world, asSam)).toBe(true);
});

test('an owner may be suspended, and the last admin of an organization', async () => {
  const owner = await world.person();
  await world.organization({ owner });

  expect(await suspend(staff, { userId: owner.id, reason })).toMatchObject({ __typename: 'UserSuspendSuccess' });
});

test('of two system admins either may suspend the other', async () => {
  const own = await startAuthWorld();
  const [one, other] = [await own.person({ roles: ['system_admin'] }), await own.person({ roles: ['system_admin'] })];

  expect(await suspend(one, { userId: other.id, reason })).toMatchObject({ __typename: 'UserSuspendSuccess' });

  const [kept] = await own.database.query<any>(own.sql`
    SELECT count(*)::int AS active FROM user_roles ur JOIN roles r ON r.id = ur.role_id JOIN users u ON u.id = ur.user_id
     WHERE r.code = 'system_admin' AND u.status = 'ACTIVE'`);
  expect(kept.active).toBe(1);
});
