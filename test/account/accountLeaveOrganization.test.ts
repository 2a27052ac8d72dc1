import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import { formerly, memberCountOf, memberHappening, membershipOf } from '../organization/members.support.ts';
import { nobodysOrganizations } from '../organization/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  notFound,
  ruleError,
  versionsOf,
} from '../user/support.ts';

const Leave = documentOf('accountLeaveOrganization', 'organizationId');

let world: World;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  owner = await world.person();
  await owner.signIn();
});

const leave = async (by: Pick<Person, 'run'>, { id }: Organization) =>
  (await by.run(Leave, { input: { organizationId: id } })).accountLeaveOrganization;

const left = ({ id }: Organization) => ({ __typename: 'AccountLeaveOrganizationSuccess', organizationId: id });

describe('refused', () => {
  test('without a token, and while impersonating, before anything is looked for', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const organization = await world.organization({ owner, members: [[jo]] });
    const input = { organizationId: organization.id };
    const [byStaff, bound] = [await impersonate(world, boss, jo), await impersonate(world, owner, jo, organization)];

    await expect(world.anonymous.run(Leave, { input })).toBeRefused('UNAUTHENTICATED');
    for (const { accessToken } of [byStaff, bound]) {
      const client = clientWith(world, accessToken);
      expect(await leave(client, organization)).toEqual(ruleError('WHILE_IMPERSONATING'));
      expect(await client.run(Leave, { input: { organizationId: 'nonsense' } })).toEqual({
        accountLeaveOrganization: ruleError('WHILE_IMPERSONATING'),
      });
    }
    expect(await memberCountOf(world, organization)).toBe(2);
  });

  test('organizations that are unknown, not one’s own, or beyond the session’s scope, are one answer, for staff too', async () => {
    const [jo, staff] = [await world.person(), await world.person({ roles: ['super_admin'] })];
    const own = await world.organization({ owner, members: [[jo], [staff]] });
    const scope = await world.organization({ owner, members: [[jo], [staff]] });
    const foreign = await world.organization({ owner });
    const ids = [...nobodysOrganizations(own), foreign.id, own.id];

    for (const person of [jo, staff]) {
      await person.signIn({ organizationId: scope.id });
      await expectNothingWritten(world, async () => {
        expect(await answersBut(person, Leave, ids, (organizationId) => ({ organizationId }))).toHaveLength(1);
        expect(await leave(person, own)).toEqual(notFound(own.id, 'organizationId'));
      });
      expect(await leave(person, scope)).toEqual(left(scope));
      await person.signIn();
      expect(await leave(person, own)).toEqual(left(own));
    }
  });

  test('a suspended organization, before one’s ownership is looked at', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner, members: [[jo]], status: 'SUSPENDED' });
    await jo.signIn();

    await expectNothingWritten(world, async () => {
      for (const person of [jo, owner]) expect(await leave(person, organization)).toEqual(ruleError('ORGANIZATION_SUSPENDED'));
    });
  });

  test('the owner, be they the last org admin or not', async () => {
    const admin = await world.person();
    const [alone, shared] = [
      await world.organization({ owner }),
      await world.organization({ owner, members: [[admin, ['org_admin']]] }),
    ];

    await expectNothingWritten(world, async () => {
      for (const organization of [alone, shared]) expect(await leave(owner, organization)).toEqual(ruleError('OWNER_PROTECTED'));
    });
  });

  test('the last org admin who is active, while the owner’s account is suspended', async () => {
    const [boss, last, other] = [await world.person(), await world.person(), await world.person()];
    const organization = await world.organization({
      owner: boss,
      members: [
        [last, ['org_admin']],
        [other, ['org_admin'], 'SUSPENDED'],
      ],
    });
    await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${boss.uuid}::uuid`);
    for (const person of [last, other]) await person.signIn();

    await expectNothingWritten(world, async () => {
      expect(await leave(last, organization)).toEqual(ruleError('LAST_ORG_ADMIN'));
    });
    expect(await leave(other, organization)).toEqual(left(organization));
    await world.database.query(world.sql`UPDATE users SET status = 'ACTIVE' WHERE id = ${boss.uuid}::uuid`);
    expect(await leave(last, organization)).toEqual(left(organization));
  });
});

test('the membership is gone, the event says who it was, and the next call feels it; a second time there is none', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner, members: [[jo, ['org_admin', 'buyer']]] });
  const membership = (await membershipOf(world, organization, jo))!;
  const scoped = await jo.signIn({ organizationId: organization.id });
  const unscoped = await jo.signIn();

  const answer = await jo.ask(Leave, { input: { organizationId: organization.id } });

  expect(answer.data.accountLeaveOrganization).toEqual(left(organization));
  expect(await happenings(world, answer)).toEqual([
    memberHappening(organization, 'member_left', jo, membership.uuid, jo, {
      changes: formerly(['org_admin', 'buyer']),
      metadata: { email: jo.email },
    }),
  ]);
  expect(await membershipOf(world, organization, jo)).toBeUndefined();
  expect(await memberCountOf(world, organization)).toBe(1);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 2 });
  for (const { accessToken } of [scoped, unscoped]) expect(await holds(world, accessToken)).toBe('TOKEN_STALE');
  expect(await visitor(world).refresh(scoped.refreshToken)).toMatchObject({ code: 'NOT_A_MEMBER' });
  expect(await visitor(world).refresh(scoped.refreshToken, { organizationId: null })).toMatchObject({
    viewer: { user: { id: jo.id }, organization: null },
  });
  const { tokens } = await visitor(world).refresh(unscoped.refreshToken);
  expect(await leave(clientWith(world, tokens.accessToken), organization)).toEqual(notFound(organization.id, 'organizationId'));
});

test('a suspended member may leave, and impersonations in the organization end, of and by who leaves', async () => {
  const [jo, suspended, other] = [await world.person(), await world.person(), await world.person()];
  const organization = await world.organization({
    owner,
    members: [[jo, ['org_manager']], [other], [suspended, ['org_member'], 'SUSPENDED']],
  });
  const elsewhere = await world.organization({ owner, members: [[jo]] });
  const ofJo = await impersonate(world, owner, jo, organization);
  const kept = await impersonate(world, owner, jo, elsewhere);
  const byJo = await impersonate(world, jo, other, organization);
  await suspended.signIn();

  const ofSuspended = await suspended.ask(Leave, { input: { organizationId: organization.id } });
  const answer = await jo.ask(Leave, { input: { organizationId: organization.id } });

  expect((await happenings(world, ofSuspended))[0]).toMatchObject({ changes: formerly(['org_member'], 'SUSPENDED') });
  expect((await happenings(world, answer))[0]).toMatchObject({
    metadata: { email: jo.email, revokedSessions: 1, endedImpersonations: 1 },
    people: [owner, jo, other].map(({ uuid }) => uuid).sort(),
  });
  await expectEnded(world, ofJo, byJo);
  expect(await goesOn(world, kept)).toBe(true);
});
