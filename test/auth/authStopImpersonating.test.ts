import { beforeAll, expect, test } from 'vitest';
import { visitsTo } from '../support/personas.ts';
import type { World } from '../support/world.ts';
import { expectEnded, goesOn, happenings, peopleOf, ruleError } from '../user/support.ts';
import { actAs, startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
beforeAll(async () => {
  world = await startAuthWorld();
  ({ visit } = visitsTo(world));
});

const Stop =
  'mutation { authStopImpersonating { __typename ... on AuthStopImpersonatingSuccess { ok } ... on MutationError { code message path } } }';
const done = { authStopImpersonating: { __typename: 'AuthStopImpersonatingSuccess', ok: true } };

test('nobody stops what is no impersonation: not without being signed in, not in a session of one’s own', async () => {
  await expect(world.anonymous.run(Stop)).toBeRefused('UNAUTHENTICATED');

  for (const roles of [['base_user'], ['system_admin']]) {
    const own = await visit(await world.person({ roles }));
    const answer = await own.ask(Stop);
    expect(answer.data).toEqual({ authStopImpersonating: ruleError('NOT_IMPERSONATING') });
    expect(await happenings(world, answer)).toEqual([]);
    expect(await goesOn(world, { refreshToken: own.refreshToken })).toBe(true);
  }
});

test('it ends that session alone, with one event that names both, and leaves the impersonator’s own and its cookie', async () => {
  const staff = await world.person({ roles: ['super_admin'] });
  const [jo, sam] = [await world.person(), await world.person()];
  const from = await visit(staff);
  const [stopped, other, ofSam] = [await actAs(world, from, jo), await actAs(world, from, jo), await actAs(world, from, sam)];
  const own = await visit(jo);

  const answer = await visitor(world, { token: stopped.accessToken, cookie: from.refreshToken }).ask(Stop);

  expect(answer.data).toEqual(done);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(await happenings(world, answer)).toEqual([
    {
      action: 'impersonation.stopped',
      actor: jo.uuid,
      impersonator: staff.uuid,
      type: 'user',
      subject: jo.uuid,
      organization: null,
      reason: null,
      changes: [],
      metadata: { sessionId: stopped.sessionId },
      people: peopleOf(jo, staff),
    },
  ]);
  await expectEnded(world, stopped);
  for (const client of [from, own, other, ofSam]) expect((await client.run(Whoami)).viewer).not.toBeNull();
});

test('in an organization the event belongs to it', async () => {
  const [admin, jo] = [await world.person(), await world.person()];
  const acme = await world.organization({ owner: admin, members: [[jo]] });
  const acting = await actAs(world, await visit(admin), jo, acme);

  const answer = await acting.ask(Stop);

  expect(answer.data).toEqual(done);
  expect(await happenings(world, answer)).toMatchObject([{ action: 'impersonation.stopped', organization: acme.uuid }]);
  await expectEnded(world, acting);
});

test('what has been stopped is stopped: a second time it is not signed in', async () => {
  const acting = await actAs(world, await visit(await world.person({ roles: ['super_admin'] })), await world.person());
  expect(await acting.run(Stop)).toEqual(done);

  await expect(acting.run(Stop)).toBeRefused('UNAUTHENTICATED');

  const events = world.sql`SELECT FROM audit_events WHERE action = 'impersonation.stopped' AND metadata->>'sessionId' = ${acting.sessionId}`;
  expect(await world.database.query(events)).toHaveLength(1);
});

test('it comes alone', async () => {
  const acting = await actAs(world, await visit(await world.person({ roles: ['super_admin'] })), await world.person());
  expect((await acting.post([{ query: Stop }, { query: Whoami }])).status).toBe(400);
  expect(await goesOn(world, acting)).toBe(true);
});
