import { beforeAll, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { counted, together } from '../support/races.ts';
import { type Person, startWorld, type World } from '../support/world.ts';
import { memberOf, roleOf } from './roles.support.ts';

const Create = documentOf('organizationCreateRole', 'role { id }');
const Update = documentOf('organizationUpdateRole', 'role { version }');
const Delete = documentOf('organizationDeleteRole', 'affectedMembers');
const SetRoles = documentOf('organizationSetMemberRoles', '__typename');

let world: World;
let owner: Person;
let other: Person;
beforeAll(async () => {
  world = await startWorld();
  [owner, other] = [await world.person(), await world.person()];
  for (const person of [owner, other]) await person.signIn();
});

const both = (): [Person, string[]] => [other, ['org_admin']];

/** What came of an answer: the code of its refusal, or that there is none. */
const outcome = (answer: any): string => Object.values<any>(answer)[0].code ?? 'done';

test('of twenty who make a role of one code at once, one does', async () => {
  const { id } = await world.organization({ owner, members: [both()] });

  const outcomes = await together(20, async (i) =>
    outcome(
      await (i % 2 ? owner : other).run(Create, {
        input: { organizationId: id, code: 'clerk', name: 'Clerk', permissionCodes: [] },
      }),
    ),
  );

  expect(counted(outcomes)).toEqual({ done: 1, CODE_TAKEN: 19 });
});

test('an organization has a hundred roles, however many are made at once', async () => {
  const codes = Array.from({ length: 95 }, (_, i) => `role-${i}`);
  const { id, uuid } = await world.organization({
    owner,
    members: [both()],
    customRoles: Object.fromEntries(codes.map((code) => [code, []])),
  });

  const outcomes = await together(20, async (i) =>
    outcome(
      await (i % 2 ? owner : other).run(Create, {
        input: { organizationId: id, code: `further-${i}`, name: 'Further', permissionCodes: [] },
      }),
    ),
  );

  expect(counted(outcomes)).toEqual({ done: 5, VALIDATION_FAILED: 15 });
  expect(await world.database.query(world.sql`SELECT FROM roles WHERE organization_id = ${uuid}::uuid`)).toHaveLength(100);
});

test('of ten who edit the version that they read, one does', async () => {
  const organization = await world.organization({ owner, members: [both()], customRoles: { clerk: [] } });
  const { id } = await roleOf(world, organization, 'clerk');

  const outcomes = await together(10, async (i) =>
    outcome(
      await (i % 2 ? owner : other).run(Update, {
        input: { organizationId: organization.id, roleId: id, name: `Clerk ${i}`, expectedVersion: 1 },
      }),
    ),
  );

  expect(counted(outcomes)).toEqual({ done: 1, VERSION_CONFLICT: 9 });
});

test('a role that is given while it is deleted leaves nobody without one', async () => {
  for (let round = 0; round < 5; round++) {
    const members = [await world.person(), await world.person(), await world.person()];
    const organization = await world.organization({
      owner,
      members: [both(), ...members.map((member) => [member] as const)],
      customRoles: { clerk: [] },
    });
    const { id: roleId } = await roleOf(world, organization, 'clerk');

    const [deleted, ...given] = await Promise.all([
      owner.run(Delete, { input: { organizationId: organization.id, roleId } }),
      ...members.map((member) =>
        other.run(SetRoles, { input: { organizationId: organization.id, userId: member.id, roleCodes: ['clerk'] } }),
      ),
    ]);

    // Whoever comes after the deletion is told that there is no such role.
    const before = given.filter((answer) => outcome(answer) === 'done').length;
    expect(given.map(outcome).filter((code) => code !== 'done')).toEqual(Array(3 - before).fill('VALIDATION_FAILED'));
    expect(deleted.organizationDeleteRole).toMatchObject({ affectedMembers: before });
    for (const member of members) expect(await memberOf(world, organization, member)).toMatchObject({ roles: ['org_member'] });
  }
});
