import { beforeAll, expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { password, type World } from '../support/world.ts';
import { claimsIn, eventsOf, impersonate, Switch, sessionIdIn, startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

test('switching scopes this session, and its former token is stale at once', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner: jo });
  const before = await jo.signIn();

  const answer = await jo.ask(Switch, { input: { organizationId: organization.id } });

  const { tokens, viewer } = answer.data.authSwitchOrganization;
  expect(tokens).toMatchObject({ refreshToken: null, tokenType: 'Bearer', expiresIn: 900 });
  expect(viewer).toMatchObject({ user: { id: jo.id }, session: { isCurrent: true }, organization: { id: organization.id } });
  expect(claimsIn(tokens.accessToken)).toMatchObject({ sid: claimsIn(before.accessToken).sid, tv: 1, org: organization.id });
  expect(claimsIn(tokens.accessToken).permissions).toEqual(viewer.permissions);
  await expect(jo.run(Whoami)).toBeRefused('TOKEN_STALE');
  expect((await visitor(world, { token: tokens.accessToken }).run(Whoami)).viewer.organization).toEqual({ id: organization.id });
  // The refresh token is the one from before, and carries the scope.
  const next = await visitor(world).refresh(before.refreshToken);
  expect(next.viewer.organization).toEqual({ id: organization.id });
});

test('a changed scope is one event, naming both and belonging to neither', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner: jo });

  const answer = await jo.ask(Switch, { input: { organizationId: organization.id } });

  expect(await eventsOf(world, answer)).toMatchObject([
    {
      action: 'session.scope_changed',
      actor_id: jo.uuid,
      subject_type: 'ses',
      subject_id: sessionIdIn(jo.tokens!.accessToken),
      organization_id: null,
      changes: [{ field: 'organization', before: null, after: organization.id }],
      people: [jo.uuid],
    },
  ]);
});

test('naming the present scope changes nothing, and gives a token all the same', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner: jo });
  const { tokens } = await visitor(world).login({ email: jo.email, password, organizationId: organization.id });
  await world.database.query(world.sql`UPDATE organizations SET status = 'SUSPENDED' WHERE id = ${organization.uuid}::uuid`);
  const scoped = visitor(world, { token: tokens.accessToken });

  const same = await scoped.ask(Switch, { input: { organizationId: organization.id } });
  expect(same.data.authSwitchOrganization.viewer.organization).toEqual({ id: organization.id });
  expect(await eventsOf(world, same)).toEqual([]);

  const left = await scoped.switchTo(null);
  expect(left.viewer.organization).toBeNull();
  const none = await visitor(world, { token: left.tokens.accessToken }).ask(Switch, { input: {} });
  expect(none.data.authSwitchOrganization).toHaveProperty('tokens');
  expect(await eventsOf(world, none)).toEqual([]);
});

test('what is not one’s own is not found, a suspended membership and a suspended organization are said', async () => {
  const jo = await world.person();
  const staff = await world.person({ roles: ['system_admin'] });
  const foreign = await world.organization({ owner: staff });
  const paused = await world.organization({ owner: staff, members: [[jo, ['org_member'], 'SUSPENDED']] });
  const suspended = await world.organization({ owner: jo, status: 'SUSPENDED' });
  await Promise.all([jo.signIn(), staff.signIn()]);
  const own = visitor(world, { token: jo.tokens!.accessToken });

  for (const id of [foreign.id, encodeId('org', newId()), jo.id, 'nonsense', '']) {
    expect(await own.switchTo(id)).toEqual({
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      message: expect.any(String),
      path: ['input', 'organizationId'],
      id,
    });
  }
  expect(await own.switchTo(paused.id)).toMatchObject({ __typename: 'RuleError', code: 'NOT_A_MEMBER' });
  expect(await own.switchTo(suspended.id)).toMatchObject({ __typename: 'AuthenticationError', code: 'ORGANIZATION_SUSPENDED' });
  // Staff rights hold in every scope, and are no membership.
  expect(await visitor(world, { token: staff.tokens!.accessToken }).switchTo(suspended.id)).toMatchObject({
    __typename: 'NotFoundError',
  });
  // Nothing of it moved the session.
  expect(await own.run(Whoami)).toMatchObject({ viewer: { organization: null } });
});

test('an impersonation switches, unless it is bound', async () => {
  const admin = await world.person({ roles: ['system_admin'] });
  const [owner, jo] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo]] });
  const free = await impersonate(world, admin, jo);
  const bound = await impersonate(world, owner, jo, organization);

  const answer = await visitor(world, { token: free.accessToken }).ask(Switch, { input: { organizationId: organization.id } });
  expect(claimsIn(answer.data.authSwitchOrganization.tokens.accessToken)).toMatchObject({
    org: organization.id,
    act: { sub: admin.id },
  });
  expect(await eventsOf(world, answer)).toMatchObject([{ actor_id: jo.uuid, impersonator_id: admin.uuid }]);
  for (const id of [organization.id, null]) {
    expect(await visitor(world, { token: bound.accessToken }).switchTo(id)).toMatchObject({
      __typename: 'RuleError',
      code: 'WHILE_IMPERSONATING',
    });
  }
});

test('nobody switches without being signed in', async () => {
  await expect(world.anonymous.run(Switch, { input: { organizationId: null } })).toBeRefused('UNAUTHENTICATED');
});
