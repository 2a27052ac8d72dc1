import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf, gone } from '../app/support.ts';
import { impersonate, startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  answersBut,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { builtIn, happeningIn, memberOf, nobodysRoles, roleOf, widen } from './roles.support.ts';
import { testsOfGuard } from './support.ts';

const Delete = documentOf('organizationDeleteRole', 'deletedRoleId affectedMembers');
const Create = documentOf('organizationCreateRole', 'role { id version memberCount permissions { code } }');

let world: World;
let staff: Person;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  for (const person of [staff, owner]) await person.signIn();
});

const remove = async (input: object, by: Person = owner) => (await by.run(Delete, { input })).organizationDeleteRole;

/** An organization with a role `clerk`, and another one, with the input that names the first. */
async function shop(options: Partial<Parameters<World['organization']>[0]> = {}) {
  const organization = await world.organization({
    owner,
    customRoles: { clerk: ['org:update', 'org:members:invite'], porter: [] },
    ...options,
  });
  const role = await roleOf(world, organization, 'clerk');
  return { organization, role, input: { organizationId: organization.id, roleId: role.id } };
}

const success = (role: { id: string }, affectedMembers: number) => ({
  __typename: 'OrganizationDeleteRoleSuccess',
  deletedRoleId: role.id,
  affectedMembers,
});

/** What an invitation offers. */
async function offeredBy({ uuid }: { uuid: string }): Promise<string[]> {
  const rows = await world.database.query<{ code: string }>(world.sql`
    SELECT r.code FROM invitation_roles ir JOIN roles r ON r.id = ir.role_id WHERE ir.invitation_id = ${uuid}::uuid ORDER BY r.rank, r.code`);
  return rows.map(({ code }) => code);
}

/** An invitation that offers a custom role, and these built-in ones. */
async function offering(
  organization: Organization,
  role: { uuid: string },
  options: { roles?: string[]; status?: string; expiresAt?: Date } = {},
) {
  const invitation = await world.invitation({ organization, email: `invited-${++serial}@example.com`, roles: [], ...options });
  await world.database.query(world.sql`
    INSERT INTO invitation_roles (invitation_id, role_id) VALUES (${invitation.uuid}::uuid, ${role.uuid}::uuid)`);
  return invitation;
}
let serial = 0;

describe('refused', () => {
  testsOfGuard(
    'organizationDeleteRole',
    { staff: 'organizations:update', orThere: 'org:roles:delete', whileImpersonating: 'refused' },
    () => ({
      world,
      staff,
      inputOf: async (organization) => ({
        organizationId: organization.id,
        roleId: (await roleOf(world, organization, 'clerk')).id,
      }),
    }),
  );

  test('ids that name no role of the organization are one answer, another organization’s and platform roles included', async () => {
    const { input } = await shop();
    const other = await shop();
    const ids = await nobodysRoles(world, other.organization, 'clerk');
    const inputOf = (roleId: string) => ({ ...input, roleId });

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        expect(await answersBut(by, Delete, ids, inputOf)).toHaveLength(1);
        expect(await remove(inputOf(other.role.id), by)).toEqual(notFound(other.role.id, 'roleId'));
        expect(await remove(inputOf('nonsense'), by)).toEqual(notFound('nonsense', 'roleId'));
      }
    });
  });

  test('a built-in role', async () => {
    const { input } = await shop();

    await expectNothingWritten(world, async () => {
      for (const code of ['org_admin', 'org_manager', 'seller', 'buyer', 'org_member']) {
        const roleId = await builtIn(world, 'ORGANIZATION', code);
        for (const by of [owner, staff]) expect(await remove({ ...input, roleId }, by)).toEqual(ruleError('BUILT_IN'));
      }
    });
  });

  test('one more powerful than the caller, which takes somebody who may delete roles and is no org_admin', async () => {
    const own = await startAuthWorld();
    await widen(own, 'ORGANIZATION', 'org_manager', ['org:roles:delete']);
    const [boss, manager] = [await own.person(), await own.person()];
    // The manager holds nothing of what `clerk` carries.
    const organization = await own.organization({
      owner: boss,
      members: [[manager, ['org_manager']]],
      customRoles: { chief: [], clerk: ['org:members:remove'] },
    });
    await own.database.query(own.sql`UPDATE roles SET rank = 19 WHERE code = 'chief'`);
    const [chief, clerk] = [await roleOf(own, organization, 'chief'), await roleOf(own, organization, 'clerk')];
    const ask = async (roleId: string) =>
      (await manager.run(Delete, { input: { organizationId: organization.id, roleId } })).organizationDeleteRole;
    await manager.signIn();

    await expectNothingWritten(own, async () => {
      expect(await ask(chief.id)).toEqual(rankTooLow('chief'));
      expect(await ask(await builtIn(own, 'ORGANIZATION', 'org_admin'))).toEqual(ruleError('BUILT_IN'));
    });
    // It takes power and gives none.
    expect(await ask(clerk.id)).toEqual(success(clerk, 0));
  });

  test('a second time', async () => {
    const { input, role } = await shop();
    expect(await remove(input)).toEqual(success(role, 0));

    await expectNothingWritten(world, async () => {
      expect(await remove(input)).toEqual(notFound(role.id, 'roleId'));
    });
  });
});

test('who had nothing else is org_member, others keep the rest, and all who had it are counted', async () => {
  const people = await Promise.all(Array.from({ length: 6 }, () => world.person()));
  const [alone, suspended, more, both, another, plain] = people as [Person, Person, Person, Person, Person, Person];
  const { organization, role, input } = await shop({
    members: [
      [alone, ['clerk']],
      [suspended, ['clerk'], 'SUSPENDED'],
      [more, ['clerk', 'seller', 'org_manager']],
      [both, ['clerk', 'porter'], 'SUSPENDED'],
      [another, ['porter']],
      [plain],
    ],
  });
  await world.database.query(world.sql`UPDATE roles SET description = 'Sells' WHERE id = ${role.uuid}::uuid`);

  const answer = await owner.ask(Delete, { input });

  expect(answer.data.organizationDeleteRole).toEqual(success(role, 4));
  expect(await happenings(world, answer)).toEqual([
    happeningIn(organization, 'organization.role_deleted', owner, role, {
      changes: gone({
        code: 'clerk',
        name: 'clerk',
        description: 'Sells',
        rank: 70,
        permissions: ['org:members:invite', 'org:update'],
      }),
      metadata: { role: 'clerk', affectedMembers: 4 },
    }),
  ]);
  const members = await Promise.all(people.map((person) => memberOf(world, organization, person)));
  expect(members).toEqual([
    { roles: ['org_member'], version: 2 },
    { roles: ['org_member'], version: 2 },
    { roles: ['org_manager', 'seller'], version: 2 },
    { roles: ['porter'], version: 2 },
    { roles: ['porter'], version: 1 },
    { roles: ['org_member'], version: 1 },
  ]);
  const { node, organization: shown } = await staff.run(
    'query ($role: ID!, $id: ID!) { node(id: $role) { id } organization(id: $id) { memberCount memberships { totalCount } } }',
    { role: role.id, id: organization.id },
  );
  expect([node, shown]).toEqual([null, { memberCount: 7, memberships: { totalCount: 7 } }]);
});

test('members feel it at their next call, with the token that they have', async () => {
  const member = await world.person();
  const { organization, input } = await shop({ members: [[member, ['clerk']]] });
  const { accessToken } = await member.signIn();
  const shown = async () =>
    (
      await member.run('query ($id: ID!) { organization(id: $id) { viewerMembership { permissions roles { code } } } }', {
        id: organization.id,
      })
    ).organization.viewerMembership;
  expect(await shown()).toMatchObject({ permissions: ['org:members:invite', 'org:members:read', 'org:read', 'org:update'] });

  await remove(input, staff);

  expect(await shown()).toEqual({ permissions: ['org:members:read', 'org:read'], roles: [{ code: 'org_member' }] });
  expect(await holds(world, accessToken)).toBe(true);
  expect(await versionsOf(world, member)).toEqual({ version: 1, tokenVersion: 1 });
});

test('invitations offer it no more, and those that can still be accepted or sent again offer org_member instead of nothing', async () => {
  const { organization, role, input } = await shop();
  const past = new Date(Date.now() - 1000);
  const open = [
    await offering(organization, role),
    await offering(organization, role, { expiresAt: past }),
    await offering(organization, role, { expiresAt: past, status: 'EXPIRED' }),
  ];
  const withMore = await offering(organization, role, { roles: ['seller', 'org_manager'] });
  const closed = await offering(organization, role, { status: 'REVOKED' });
  const another = await world.invitation({ organization, email: 'another@example.com', roles: ['buyer'] });

  expect(await remove(input)).toEqual(success(role, 0));

  for (const invitation of open) expect(await offeredBy(invitation)).toEqual(['org_member']);
  expect(await offeredBy(withMore)).toEqual(['org_manager', 'seller']);
  expect(await offeredBy(closed)).toEqual([]);
  expect(await offeredBy(another)).toEqual(['buyer']);
});

test('the code is free again, and what is made anew has nothing of the former role', async () => {
  const member = await world.person();
  const { organization, role, input } = await shop({ members: [[member, ['clerk']]] });
  await remove(input);

  const { organizationCreateRole } = await owner.run(Create, {
    input: { organizationId: organization.id, code: 'clerk', name: 'Clerk', permissionCodes: [] },
  });

  expect(organizationCreateRole.role).toMatchObject({ version: 1, memberCount: 0, permissions: [] });
  expect(organizationCreateRole.role.id).not.toBe(role.id);
});

test('the role of the same code in another organization stays, with who holds it', async () => {
  const member = await world.person();
  const members = [[member, ['clerk']]] as const;
  const [here, there] = [await shop({ members: members as never }), await shop({ members: members as never })];

  expect(await remove(here.input)).toEqual(success(here.role, 1));

  expect(await roleOf(world, there.organization, 'clerk')).toEqual(there.role);
  expect(await memberOf(world, there.organization, member)).toEqual({ roles: ['clerk'], version: 1 });
});

describe('impersonations in the organization', () => {
  test('end where either loses the role, and the event is about both', async () => {
    const [admin, member, other] = [await world.person(), await world.person(), await world.person()];
    const { organization, role, input } = await shop({
      members: [[admin, ['org_admin']], [member, ['clerk']], [other]],
    });
    const carried = await impersonate(world, admin, member, organization);
    const ofAnother = await impersonate(world, owner, other, organization);

    const answer = await staff.ask(Delete, { input });

    await expectEnded(world, carried);
    expect(await goesOn(world, ofAnother)).toBe(true);
    expect(await goesOn(world, admin.tokens!)).toBe(true);
    expect(await happenings(world, answer)).toEqual([
      happeningIn(organization, 'organization.role_deleted', staff, role, {
        changes: gone({ code: 'clerk', name: 'clerk', rank: 70, permissions: ['org:members:invite', 'org:update'] }),
        metadata: { role: 'clerk', affectedMembers: 1, endedImpersonations: 1 },
        people: [admin, member],
      }),
    ]);
  });

  test('by who loses the role end as well, and go on in other organizations', async () => {
    const [admin, member] = [await world.person(), await world.person()];
    const members = [[admin, ['org_admin', 'clerk']], [member]] as const;
    const [here, there] = [await shop({ members: members as never }), await shop({ members: members as never })];
    const carriedHere = await impersonate(world, admin, member, here.organization);
    const carriedThere = await impersonate(world, admin, member, there.organization);

    expect(await remove(here.input)).toEqual(success(here.role, 1));

    await expectEnded(world, carriedHere);
    expect(await goesOn(world, carriedThere)).toBe(true);
  });
});
