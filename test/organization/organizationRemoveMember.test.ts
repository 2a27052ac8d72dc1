import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  rankTooLow,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { formerly, memberCountOf, memberHappening, membershipOf, testsOfMemberGuard } from './members.support.ts';

const Remove = documentOf('organizationRemoveMember', 'removedMembershipId organization { id memberCount }');
const Add = documentOf('organizationAddMember', 'membership { id }');

let world: World;
let staff: Person;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  for (const person of [staff, owner]) await person.signIn();
});

const remove = async (organization: Organization, person: Person, by: Person = owner) =>
  (await by.run(Remove, { input: { organizationId: organization.id, userId: person.id } })).organizationRemoveMember;

/** Of members, the built-in roles let none but `org_admin` remove anybody. */
const customRoles = { remover: ['org:members:remove'] };

const removed = { __typename: 'OrganizationRemoveMemberSuccess' };

describe('refused', () => {
  testsOfMemberGuard('organizationRemoveMember', 'org:members:remove', { rest: {}, whileImpersonating: 'allowed' }, () => ({
    world,
    staff,
  }));

  test('oneself, before one’s ownership is looked at', async () => {
    const manager = await world.person();
    const organization = await world.organization({ owner, customRoles, members: [[manager, ['remover']], [staff]] });
    await manager.signIn();

    await expectNothingWritten(world, async () => {
      for (const person of [owner, manager, staff]) {
        expect(await remove(organization, person, person)).toEqual(ruleError('SELF_NOT_ALLOWED'));
      }
    });
  });

  test('the owner, by admins, by staff, and by who is outranked besides', async () => {
    const [admin, manager] = [await world.person(), await world.person()];
    const organization = await world.organization({
      owner,
      customRoles,
      members: [
        [admin, ['org_admin']],
        [manager, ['remover']],
      ],
    });
    for (const person of [admin, manager]) await person.signIn();

    await expectNothingWritten(world, async () => {
      for (const by of [admin, manager, staff]) {
        expect(await remove(organization, owner, by)).toEqual(ruleError('OWNER_PROTECTED'));
      }
    });
  });

  test('a member more powerful there, and nobody for what they are on the platform', async () => {
    const [admin, manager, mighty] = [
      await world.person(),
      await world.person(),
      await world.person({ roles: ['system_admin'] }),
    ];
    const members = [[admin, ['org_member', 'org_admin']], [manager, ['remover']], [mighty]] as const;
    const organization = await world.organization({ owner, customRoles, members: members as never });
    await manager.signIn();

    expect(await remove(organization, admin, manager)).toEqual(rankTooLow('org_admin'));
    expect(await remove(organization, mighty, manager)).toMatchObject(removed);
    expect(await membershipOf(world, organization, admin)).toMatchObject({ version: 1 });
  });

  test('the last org admin who is active, while the owner’s account is suspended', async () => {
    const [boss, last] = [await world.person(), await world.person()];
    const suspended = await world.person();
    const organization = await world.organization({
      owner: boss,
      members: [
        [last, ['org_admin']],
        [suspended, ['org_admin'], 'SUSPENDED'],
      ],
    });
    await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${boss.uuid}::uuid`);

    await expectNothingWritten(world, async () => {
      expect(await remove(organization, last, staff)).toEqual(ruleError('LAST_ORG_ADMIN'));
    });
    expect(await remove(organization, suspended, staff)).toMatchObject(removed);
    // A suspension whose end has passed is none.
    await world.database.query(
      world.sql`UPDATE users SET suspended_until = now() - interval '1 second' WHERE id = ${boss.uuid}::uuid`,
    );
    expect(await remove(organization, last, staff)).toMatchObject(removed);
  });
});

test('the membership is gone, the event says who it was, and the next call feels it', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner, members: [[jo, ['org_manager', 'buyer']]] });
  const membership = (await membershipOf(world, organization, jo))!;
  const unscoped = await jo.signIn();
  const scoped = await jo.signIn({ organizationId: organization.id });

  const answer = await owner.ask(Remove, { input: { organizationId: organization.id, userId: jo.id } });

  expect(answer.data.organizationRemoveMember).toEqual({
    ...removed,
    removedMembershipId: organization.memberships.get(jo.uuid),
    organization: { id: organization.id, memberCount: 1 },
  });
  expect(await happenings(world, answer)).toEqual([
    memberHappening(organization, 'member_removed', owner, membership.uuid, jo, {
      changes: formerly(['org_manager', 'buyer']),
      metadata: { email: jo.email },
    }),
  ]);
  expect(await membershipOf(world, organization, jo)).toBeUndefined();
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 2 });
  for (const { accessToken } of [unscoped, scoped]) expect(await holds(world, accessToken)).toBe('TOKEN_STALE');
  expect(await goesOn(world, unscoped)).toBe(true);
  expect(await visitor(world).refresh(scoped.refreshToken)).toMatchObject({ code: 'NOT_A_MEMBER' });
  const left = await visitor(world).refresh(scoped.refreshToken, { organizationId: null });
  expect(left).toMatchObject({ viewer: { user: { id: jo.id }, organization: null } });
});

test('a suspended member is removed, and who was removed can be added again', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner, members: [[jo, ['org_manager'], 'SUSPENDED']] });
  const before = (await membershipOf(world, organization, jo))!;

  const answer = await owner.ask(Remove, { input: { organizationId: organization.id, userId: jo.id } });
  expect((await happenings(world, answer))[0]).toMatchObject({ changes: formerly(['org_manager'], 'SUSPENDED') });
  expect(await memberCountOf(world, organization)).toBe(1);

  await staff.run(Add, { input: { organizationId: organization.id, userId: jo.id } });
  const again = await membershipOf(world, organization, jo);
  expect(again).toMatchObject({ status: 'ACTIVE', version: 1, roles: ['org_member'] });
  expect(again!.uuid).not.toBe(before.uuid);
  expect(await memberCountOf(world, organization)).toBe(2);
});

test('impersonations in the organization end, of and by the member; those elsewhere and by staff go on', async () => {
  const [jo, other, boss] = [await world.person(), await world.person(), await world.person({ roles: ['system_admin'] })];
  const organization = await world.organization({ owner, members: [[jo, ['org_manager']], [other]] });
  const elsewhere = await world.organization({ owner, members: [[jo]] });
  const ofJo = await impersonate(world, owner, jo, organization);
  const byJo = await impersonate(world, jo, other, organization);
  const kept = await impersonate(world, owner, jo, elsewhere);
  const byStaff = await impersonate(world, boss, jo);

  const answer = await owner.ask(Remove, { input: { organizationId: organization.id, userId: jo.id } });

  expect((await happenings(world, answer))[0]).toMatchObject({
    metadata: { email: jo.email, revokedSessions: 1, endedImpersonations: 1 },
    people: [owner, jo, other].map(({ uuid }) => uuid).sort(),
  });
  await expectEnded(world, ofJo, byJo);
  for (const session of [kept, byStaff]) expect(await goesOn(world, session)).toBe(true);
});
