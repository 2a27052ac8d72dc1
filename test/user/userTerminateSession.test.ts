import { beforeAll, describe, expect, test } from 'vitest';
import { claimsIn, impersonate, sessionIdIn, startAuthWorld } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  mutationOf,
  nobodys,
  notFound,
  peopleOf,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const Terminate = mutationOf('userTerminateSession', 'user { id version sessions { id } sessionCount }', [
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

type Tokens = { accessToken: string; refreshToken: string };

const sessionOf = ({ accessToken }: Tokens): string => claimsIn(accessToken).sid;

const terminate = async (who: Pick<Person, 'run'>, userId: string, sessionId: string) =>
  (await who.run(Terminate, { input: { userId, sessionId } })).userTerminateSession;

/** The event of it, as it is stored. */
const terminated = (by: Person, sessionUuid: unknown, people: readonly Person[], endedImpersonations = 0) => ({
  action: 'session.terminated',
  actor: by.uuid,
  impersonator: null,
  type: 'ses',
  subject: sessionUuid,
  organization: null,
  reason: null,
  changes: [],
  metadata: { endedImpersonations },
  people: peopleOf(by, ...people),
});

describe('refused', () => {
  test('without a token', async () => {
    const jo = await world.person();
    const tokens = await jo.signIn();

    await expect(world.anonymous.run(Terminate, { input: { userId: jo.id, sessionId: sessionOf(tokens) } })).toBeRefused(
      'UNAUTHENTICATED',
    );
    expect(await holds(world, tokens.accessToken)).toBe(true);
  });

  test('while impersonating: neither the person’s sessions nor the impersonation itself', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const tokens = await jo.signIn();
    const carried = await impersonate(world, boss, jo);

    for (const session of [tokens, carried]) {
      expect(await terminate(clientWith(world, carried.accessToken), jo.id, sessionOf(session))).toEqual(
        ruleError('WHILE_IMPERSONATING'),
      );
    }
    expect([await holds(world, tokens.accessToken), await holds(world, carried.accessToken)]).toEqual([true, true]);
  });

  test('somebody else is nobody for who is no staff, their own organization’s rights included', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    await world.organization({ owner, members: [[jo]] });
    const tokens = await jo.signIn();
    await owner.signIn();

    await expectNothingWritten(world, async () => {
      const ids = [jo.id, staff.id, ...nobodys('user', jo)];
      expect(await answersBut(owner, Terminate, ids, (userId) => ({ userId, sessionId: sessionOf(tokens) }))).toHaveLength(1);
      expect(await terminate(owner, jo.id, sessionOf(tokens))).toEqual(notFound(jo.id));
      // One's own session is not looked at under another's id, either.
      expect(await terminate(owner, jo.id, sessionOf(owner.tokens!))).toEqual(notFound(jo.id));
    });
  });

  test('ids that are nobody’s are one answer to staff, too', async () => {
    const jo = await world.person();
    const sessionId = sessionOf(await jo.signIn());

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, Terminate, nobodys('user', jo), (userId) => ({ userId, sessionId }))).toHaveLength(1);
      expect(await terminate(staff, 'nonsense', sessionId)).toEqual(notFound('nonsense'));
    });
  });

  test('somebody else’s session, one that has ended or expired, and what is none are one answer, to oneself and to staff', async () => {
    const [jo, sam] = [await world.person(), await world.person()];
    const foreign = await sam.signIn();
    const [ended, expired] = [await jo.signIn(), await jo.signIn()];
    await jo.signIn();
    await terminate(staff, jo.id, sessionOf(ended));
    await world.database.query(
      world.sql`UPDATE sessions SET expires_at = now() WHERE id = ${sessionIdIn(expired.accessToken)}::uuid`,
    );

    await expectNothingWritten(world, async () => {
      const sessions = [foreign, ended, expired].map(sessionOf).concat(nobodys('ses', sam));
      const answers = [
        ...(await answersBut(jo, Terminate, sessions, (sessionId) => ({ userId: jo.id, sessionId }))),
        ...(await answersBut(staff, Terminate, sessions, (sessionId) => ({ userId: jo.id, sessionId }))),
      ];
      expect(new Set(answers)).toHaveLength(1);
      expect(await terminate(jo, jo.id, sessionOf(foreign))).toEqual(notFound(sessionOf(foreign), 'sessionId'));
    });
    expect(await holds(world, foreign.accessToken)).toBe(true);
  });

  test('an impersonation by oneself under one’s own id: it is the other’s', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const carried = await impersonate(world, boss, jo);

    expect(await terminate(boss, boss.id, sessionOf(carried))).toEqual(notFound(sessionOf(carried), 'sessionId'));
    expect(await holds(world, carried.accessToken)).toBe(true);
  });

  test('the session of a person more powerful than oneself', async () => {
    const boss = await world.person({ roles: ['system_admin', 'seller'] });
    const tokens = await boss.signIn();

    await expectNothingWritten(world, async () => {
      expect(await terminate(staff, boss.id, sessionOf(tokens))).toEqual(rankTooLow('system_admin'));
    });
    expect(await holds(world, tokens.accessToken)).toBe(true);
  });
});

test('staff end one session at once, its tokens included, by one event, and no other', async () => {
  const jo = await world.person();
  const [first, second] = [await jo.signIn(), await jo.signIn()];
  const uuid = sessionIdIn(first.accessToken);

  const answer = await staff.ask(Terminate, { input: { userId: jo.id, sessionId: sessionOf(first) } });

  expect(answer.data.userTerminateSession).toEqual({
    __typename: 'UserTerminateSessionSuccess',
    user: { id: jo.id, version: 1, sessions: [{ id: sessionOf(second) }], sessionCount: 1 },
  });
  await expectEnded(world, first);
  expect(await goesOn(world, second)).toBe(true);
  expect(await happenings(world, answer)).toEqual([terminated(staff, uuid, [jo])]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
});

test('a person ends another session of their own', async () => {
  const jo = await world.person();
  const [first, second] = [await jo.signIn(), await jo.signIn()];
  const uuid = sessionIdIn(first.accessToken);

  const answer = await jo.ask(Terminate, { input: { userId: jo.id, sessionId: sessionOf(first) } });

  expect(answer.data.userTerminateSession).toMatchObject({ user: { sessions: [{ id: sessionOf(second) }] } });
  await expectEnded(world, first);
  expect(await holds(world, second.accessToken)).toBe(true);
  expect(await happenings(world, answer)).toEqual([terminated(jo, uuid, [])]);
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test('the cookie goes with the present session, and stays with any other', async () => {
  const jo = await world.person();
  const [other, present] = [await jo.signIn(), await jo.signIn()];
  const cookieAfter = async (session: { accessToken: string; refreshToken: string }) =>
    (await jo.ask(Terminate, { input: { userId: jo.id, sessionId: sessionOf(session) } })).headers.getSetCookie();

  expect(await cookieAfter(other)).toEqual([]);
  expect(await cookieAfter(present)).toEqual([expect.stringMatching(/^steward_refresh=; .*Max-Age=0/)]);
});

test('a person ends the present session, and the answer still comes', async () => {
  const jo = await world.person();
  const [other, present] = [await jo.signIn(), await jo.signIn()];

  expect(await terminate(jo, jo.id, sessionOf(present))).toEqual({
    __typename: 'UserTerminateSessionSuccess',
    user: { id: jo.id, version: 1, sessions: [{ id: sessionOf(other) }], sessionCount: 1 },
  });

  await expectEnded(world, present);
  expect(await goesOn(world, other)).toBe(true);
});

test('the impersonations that were started from it end with it, and no others', async () => {
  const [boss, jo, sam] = [await world.person({ roles: ['system_admin'] }), await world.person(), await world.person()];
  const member = await world.person();
  const acme = await world.organization({ owner: boss, members: [[member]] });
  const fromAnother = await impersonate(world, boss, sam);
  const another = boss.tokens!;
  const from = await impersonate(world, boss, jo);
  const session = boss.tokens!;
  // Of the same session, by SQL: each impersonation here signs in first.
  const bound = await impersonate(world, boss, member, acme);
  await world.database.query(world.sql`
    UPDATE sessions SET started_from_id = ${sessionIdIn(session.accessToken)}::uuid WHERE id = ${sessionIdIn(bound.accessToken)}::uuid`);

  const answer = await boss.ask(Terminate, { input: { userId: boss.id, sessionId: sessionOf(session) } });

  await expectEnded(world, session, from, bound);
  expect([await goesOn(world, another), await goesOn(world, fromAnother)]).toEqual([true, true]);
  expect(await happenings(world, answer)).toMatchObject([
    { metadata: { endedImpersonations: 2 }, people: peopleOf(boss, jo, member) },
  ]);
});

test('the person sees an impersonation of themselves among their sessions, and ends it', async () => {
  const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
  await jo.signIn();
  const carried = await impersonate(world, boss, jo);
  const uuid = sessionIdIn(carried.accessToken);

  const answer = await jo.ask(Terminate, { input: { userId: jo.id, sessionId: sessionOf(carried) } });

  await expectEnded(world, carried);
  expect(await holds(world, boss.tokens!.accessToken)).toBe(true);
  expect(await happenings(world, answer)).toEqual([terminated(jo, uuid, [boss])]);
});

test('a member ends the impersonation by an admin of their organization', async () => {
  const [owner, jo] = [await world.person(), await world.person()];
  const acme = await world.organization({ owner, members: [[jo]] });
  const carried = await impersonate(world, owner, jo, acme);

  expect(await terminate(jo, jo.id, sessionOf(carried))).toMatchObject({ __typename: 'UserTerminateSessionSuccess' });

  await expectEnded(world, carried);
});
