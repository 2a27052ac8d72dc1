import { beforeAll, describe, expect, test } from 'vitest';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happening,
  happenings,
  holds,
  mutationOf,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const Revoke = mutationOf('userRevokeSessions', 'revokedSessions user { id email version sessionCount sessions { id } }', [
  'NotFoundError',
  'PowerError',
  'RuleError',
]);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const revoke = async (who: Pick<Person, 'run'>, userId: string) =>
  (await who.run(Revoke, { input: { userId } })).userRevokeSessions;

const success = (person: Person, revokedSessions: number) => ({
  __typename: 'UserRevokeSessionsSuccess',
  revokedSessions,
  user: { id: person.id, email: person.email, version: 1, sessionCount: 0, sessions: [] },
});

describe('refused', () => {
  test('without a token', async () => {
    const jo = await world.person();
    const { accessToken } = await jo.signIn();

    await expect(world.anonymous.run(Revoke, { input: { userId: jo.id } })).toBeRefused('UNAUTHENTICATED');
    expect(await holds(world, accessToken)).toBe(true);
  });

  test('while impersonating', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const { accessToken } = await impersonate(world, boss, jo);

    expect(await revoke(clientWith(world, accessToken), jo.id)).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await holds(world, accessToken)).toBe(true);
  });

  test('somebody else is nobody for who is no staff, their own organization’s rights included', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    await world.organization({ owner, members: [[jo]] });
    await jo.signIn();
    await owner.signIn();

    await expectNothingWritten(world, async () => {
      const ids = [jo.id, staff.id, ...nobodys('user', jo)];
      expect(await answersBut(owner, Revoke, ids, (userId) => ({ userId }))).toHaveLength(1);
      expect(await revoke(owner, jo.id)).toEqual(notFound(jo.id));
    });
  });

  test('ids that are nobody’s are one answer to staff, too', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, Revoke, nobodys('user', jo), (userId) => ({ userId }))).toHaveLength(1);
      expect(await revoke(staff, 'nonsense')).toEqual(notFound('nonsense'));
    });
  });

  test('a person more powerful than oneself', async () => {
    const boss = await world.person({ roles: ['buyer', 'system_admin'] });
    const { accessToken } = await boss.signIn();

    await expectNothingWritten(world, async () => {
      expect(await revoke(staff, boss.id)).toEqual(rankTooLow('system_admin'));
    });
    expect(await holds(world, accessToken)).toBe(true);
  });
});

test('staff sign a person out everywhere, by one event, and the person can sign in anew', async () => {
  const jo = await world.person();
  const app = await world.app();
  await world.grant(jo, app);
  const [first, second] = [await jo.signIn(), await jo.signIn()];
  const atApp = await visitor(world).login({ email: jo.email, password, appCode: app.code, useCookie: false });

  const answer = await staff.ask(Revoke, { input: { userId: jo.id } });

  expect(answer.data.userRevokeSessions).toEqual(success(jo, 3));
  await expectEnded(world, first, second, atApp.tokens);
  expect(await happenings(world, answer)).toEqual([
    happening('user.sessions_revoked', staff, jo, { metadata: { revokedSessions: 3, endedImpersonations: 0 } }),
  ]);
  expect(await versionsOf(world, jo)).toMatchObject({ version: 1 });
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await holds(world, staff.tokens!.accessToken)).toBe(true);
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
});

test('of oneself the present session ends too, the answer still comes, and it clears the cookie', async () => {
  const jo = await world.person();
  const [other, present] = [await jo.signIn(), await jo.signIn()];

  const answer = await jo.ask(Revoke, { input: { userId: jo.id } });

  expect(answer.errors).toEqual([]);
  expect(answer.data?.userRevokeSessions).toEqual(success(jo, 2));
  expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^steward_refresh=; .*Max-Age=0/)]);
  await expectEnded(world, other, present);
  expect(await happenings(world, answer)).toEqual([
    happening('user.sessions_revoked', jo, jo, { metadata: { revokedSessions: 2, endedImpersonations: 0 } }),
  ]);
});

test('staff of themselves, with all that they can see in the answer', async () => {
  const admin = await world.person({ roles: ['super_admin'] });
  await admin.signIn();

  const answer = await admin.ask(
    `mutation ($input: UserRevokeSessionsInput!) { userRevokeSessions(input: $input) {
      ... on UserRevokeSessionsSuccess { revokedSessions user { id permissions auditEvents(first: 1) { nodes { action } } } } } }`,
    { input: { userId: admin.id } },
  );

  expect(answer.errors).toEqual([]);
  expect(answer.data.userRevokeSessions).toEqual({
    revokedSessions: 1,
    user: {
      id: admin.id,
      permissions: expect.arrayContaining(['users:sessions']),
      auditEvents: { nodes: [{ action: 'user.sessions_revoked' }] },
    },
  });
  await expectEnded(world, admin.tokens!);
});

test('in a batch, what comes after is judged afresh', async () => {
  const jo = await world.person();

  const [revoked, after] = await jo.batch([[Revoke, { input: { userId: jo.id } }], ['{ viewer { user { id } } }']]);

  expect(revoked?.data.userRevokeSessions).toMatchObject({ revokedSessions: 1 });
  expect(after?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('impersonations of the person and by the person end, bound ones included, and are told apart', async () => {
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
  const elsewhere = await impersonate(world, sam, member, acme);

  const answer = await staff.ask(Revoke, { input: { userId: jo.id } });

  // Two sessions of their own, and the impersonation of them.
  expect(answer.data.userRevokeSessions).toEqual(success(jo, 3));
  await expectEnded(world, of, by, bound, jo.tokens!);
  expect([await holds(world, boss.tokens!.accessToken), await goesOn(world, elsewhere)]).toEqual([true, true]);
  expect(await happenings(world, answer)).toEqual([
    happening('user.sessions_revoked', staff, jo, {
      metadata: { revokedSessions: 3, endedImpersonations: 2 },
      people: [boss, sam, member],
    }),
  ]);
});

test('who is signed in nowhere is left as they are: no event', async () => {
  const jo = await world.person();
  const tokens = await jo.signIn();
  await world.database.query(world.sql`UPDATE sessions SET expires_at = now() WHERE user_id = ${jo.uuid}::uuid`);

  const answer = await staff.ask(Revoke, { input: { userId: jo.id } });

  expect(answer.data.userRevokeSessions).toEqual(success(jo, 0));
  expect(await happenings(world, answer)).toEqual([]);
  await expectEnded(world, tokens);
});

test('of a suspended person nothing is left to end', async () => {
  const jo = await world.person();
  await jo.signIn();
  await staff.run(mutationOf('userSuspend', '__typename', []), { input: { userId: jo.id, reason: 'A test' } });

  expect(await revoke(staff, jo.id)).toMatchObject({ revokedSessions: 0 });
});
