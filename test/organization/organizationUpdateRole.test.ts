import { beforeAll, describe, expect, test } from 'vitest';
import { assignablePermissions } from '../../src/permissions.ts';
import { badDescriptions, documentOf, versionConflict } from '../app/support.ts';
import { impersonate, startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { badTexts } from '../user/bad-input.ts';
import {
  answersBut,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  invalid,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { builtIn, happeningIn, memberOf, nobodysRoles, roleOf, widen } from './roles.support.ts';
import { permissionNotHeld, testsOfGuard } from './support.ts';

const Update = documentOf(
  'organizationUpdateRole',
  'role { id code name description scope builtIn rank organization { id } permissions { code } memberCount version }',
);
const Permissions = `query ($id: ID!) { organization(id: $id) { viewerMembership { permissions roles { code name } } } }`;

let world: World;
let staff: Person;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  for (const person of [staff, owner]) await person.signIn();
});

const update = async (input: object, by: Person = owner) => (await by.run(Update, { input })).organizationUpdateRole;

const coded = (...codes: string[]) => codes.map((code) => ({ code }));

/** An organization whose role `clerk` may change it, with the input that names the two. */
async function shop(options: Partial<Parameters<World['organization']>[0]> = {}) {
  const organization = await world.organization({ owner, customRoles: { clerk: ['org:update'] }, ...options });
  const role = await roleOf(world, organization, 'clerk');
  return { organization, role, input: { organizationId: organization.id, roleId: role.id } };
}

const named = async (organization: Organization) => ({
  organizationId: organization.id,
  roleId: (await roleOf(world, organization, 'clerk')).id,
});

describe('refused', () => {
  testsOfGuard(
    'organizationUpdateRole',
    { staff: 'organizations:update', orThere: 'org:roles:update', whileImpersonating: 'refused' },
    () => ({
      world,
      staff,
      inputOf: async (organization) => ({ ...(await named(organization)), name: 'Another name' }),
    }),
  );

  test('ids that name no role of the organization are one answer, another organization’s and platform roles included', async () => {
    const { input } = await shop();
    const other = await shop();
    const ids = await nobodysRoles(world, other.organization, 'clerk');
    const inputOf = (roleId: string) => ({ ...input, roleId, name: 'Another name' });

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        expect(await answersBut(by, Update, ids, inputOf)).toHaveLength(1);
        expect(await update(inputOf(other.role.id), by)).toEqual(notFound(other.role.id, 'roleId'));
        expect(await update({ ...inputOf('nonsense'), expectedVersion: 7 }, by)).toEqual(notFound('nonsense', 'roleId'));
      }
    });
  });

  test('a built-in role, whatever would become of it', async () => {
    const { input } = await shop();

    await expectNothingWritten(world, async () => {
      for (const code of ['org_admin', 'org_manager', 'seller', 'buyer', 'org_member']) {
        const roleId = await builtIn(world, 'ORGANIZATION', code);
        for (const by of [owner, staff]) {
          expect(await update({ ...input, roleId, name: 'Another name' }, by)).toEqual(ruleError('BUILT_IN'));
          expect(await update({ ...input, roleId }, by)).toEqual(ruleError('BUILT_IN'));
        }
      }
    });
  });

  test.each([
    ['nothing', '', 'REQUIRED'] as const,
    ['blanks', ' \u00a0', 'REQUIRED'] as const,
    ['null', null, 'REQUIRED'] as const,
    ...badTexts,
  ])('a name with %s', async (_what, name, issue) => {
    const { input } = await shop();
    await expectNothingWritten(world, async () => {
      expect(await update({ ...input, name })).toEqual(invalid(['name', issue]));
    });
  });

  test.each(badDescriptions)('a description with %s', async (_what, description, issue) => {
    const { input } = await shop();
    await expectNothingWritten(world, async () => {
      expect(await update({ ...input, description })).toEqual(invalid(['description', issue]));
    });
  });

  test('another code, by the type', async () => {
    const { input } = await shop();

    await expect(owner.run(Update, { input: { ...input, code: 'cashier' } })).toBeRefused('BAD_USER_INPUT');
  });

  test('null where nothing may be empty, and whatever else is wrong, at once, in the order of the input, before the role is looked for', async () => {
    const { input } = await shop();

    await expectNothingWritten(world, async () => {
      for (const roleId of [input.roleId, 'nonsense']) {
        expect(await update({ ...input, roleId, rank: null, permissionCodes: null, description: '\0', name: null })).toEqual(
          invalid(['name', 'REQUIRED'], ['description', 'NOT_TEXT'], ['permissionCodes', 'REQUIRED'], ['rank', 'REQUIRED']),
        );
      }
      for (const rank of [9, 1001, 0, -1]) {
        for (const by of [owner, staff]) expect(await update({ ...input, rank }, by)).toEqual(invalid(['rank', 'OUT_OF_RANGE']));
      }
    });
  });

  test('permissions that no custom role may carry, each once at its first place', async () => {
    const { input } = await shop();
    const permissionCodes = ['org:roles:update', 'org:update', 'users:read', 'org:roles:update', 'nonsense', '', '\0'];

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        expect(await update({ ...input, permissionCodes, rank: 9 }, by)).toEqual(
          invalid(...[0, 2, 4, 5, 6].map((i) => [`permissionCodes.${i}`, 'NOT_ASSIGNABLE'] as const), ['rank', 'OUT_OF_RANGE']),
        );
      }
      const many = Array.from({ length: 101 }, (_, i) => `permission-${i}`);
      expect(await update({ ...input, permissionCodes: many })).toEqual(invalid(['permissionCodes', 'TOO_MANY']));
    });
  });

  test('another version than the present one, which is shown', async () => {
    const { input, role } = await shop();

    await expectNothingWritten(world, async () => {
      for (const expectedVersion of [0, 2, -1]) {
        expect(await update({ ...input, name: 'Another name', expectedVersion })).toEqual(
          versionConflict(1, { __typename: 'Role', id: role.id }),
        );
      }
      // What would change nothing as well, and what is built in.
      expect(await update({ ...input, expectedVersion: 2 })).toMatchObject({ code: 'VERSION_CONFLICT' });
      const roleId = await builtIn(world, 'ORGANIZATION', 'seller');
      expect(await update({ ...input, roleId, expectedVersion: 2 })).toMatchObject({ code: 'VERSION_CONFLICT' });
    });
  });

  test('more power than the caller’s, before and after, which takes somebody who may edit roles and is no org_admin', async () => {
    const own = await startAuthWorld();
    await widen(own, 'ORGANIZATION', 'org_manager', ['org:roles:update']);
    const [boss, manager] = [await own.person(), await own.person()];
    const organization = await own.organization({
      owner: boss,
      members: [[manager, ['org_manager']]],
      customRoles: { clerk: ['org:update'], chief: [] },
    });
    await own.database.query(own.sql`UPDATE roles SET rank = 15 WHERE code = 'chief'`);
    const inputOf = async (code: string) => ({
      organizationId: organization.id,
      roleId: (await roleOf(own, organization, code)).id,
    });
    const [clerk, chief] = [await inputOf('clerk'), await inputOf('chief')];
    const ask = async (input: object) => (await manager.run(Update, { input })).organizationUpdateRole;
    await manager.signIn();

    await expectNothingWritten(own, async () => {
      // Be it weakened, renamed or left as it is.
      for (const edit of [{ rank: 100 }, { name: 'Another name' }, {}, { permissionCodes: ['org:members:remove'] }]) {
        expect(await ask({ ...chief, ...edit })).toEqual(rankTooLow('chief'));
      }
      expect(await ask({ ...clerk, rank: 19 })).toEqual(rankTooLow('clerk'));
      expect(await ask({ ...clerk, permissionCodes: ['org:members:remove', 'org:update', 'org:read'] })).toEqual(
        permissionNotHeld('org:members:remove'),
      );
      const roleId = await builtIn(own, 'ORGANIZATION', 'org_admin');
      expect(await ask({ ...clerk, roleId })).toEqual(ruleError('BUILT_IN'));
      expect(await ask({ ...chief, expectedVersion: 7 })).toMatchObject({ code: 'VERSION_CONFLICT' });
    });
    // What the role carries already is not given by who edits it, and can be taken.
    expect(await ask({ ...clerk, rank: 20, permissionCodes: ['org:update', 'org:read'] })).toMatchObject({ role: { rank: 20 } });
    expect(await ask({ ...clerk, permissionCodes: [] })).toMatchObject({ role: { permissions: [] } });
    expect(await ask({ ...clerk, permissionCodes: ['org:update'] })).toEqual(permissionNotHeld('org:update'));
  });
});

test('what is sent replaces what was, and the event has both', async () => {
  const member = await world.person();
  const { organization, role, input } = await shop({ members: [[member, ['clerk']]] });

  const answer = await owner.ask(Update, {
    input: {
      ...input,
      name: ' Cle\u0301rk',
      description: 'Sells,\nand sweeps. ',
      permissionCodes: ['org:read', 'org:members:invite', 'org:read'],
      rank: 10,
      expectedVersion: 1,
    },
  });

  expect(answer.data.organizationUpdateRole).toEqual({
    __typename: 'OrganizationUpdateRoleSuccess',
    role: {
      id: role.id,
      code: 'clerk',
      name: 'Cl\u00e9rk',
      description: 'Sells,\nand sweeps.',
      scope: 'ORGANIZATION',
      builtIn: false,
      rank: 10,
      organization: { id: organization.id },
      permissions: coded('org:members:invite', 'org:read'),
      memberCount: 1,
      version: 2,
    },
  });
  expect(await happenings(world, answer)).toEqual([
    happeningIn(organization, 'organization.role_updated', owner, role, {
      changes: [
        { field: 'name', before: 'clerk', after: 'Cl\u00e9rk' },
        { field: 'description', before: null, after: 'Sells,\nand sweeps.' },
        { field: 'rank', before: 70, after: 10 },
        { field: 'permissions', before: ['org:update'], after: ['org:members:invite', 'org:read'] },
      ],
      metadata: { role: 'clerk' },
    }),
  ]);
  // The membership is what it was.
  expect(await memberOf(world, organization, member)).toEqual({ roles: ['clerk'], version: 1 });
});

test.each([
  ['name', { name: 'Cashier' }, 'Cashier', 'clerk'],
  ['description', { description: 'What it is for' }, 'What it is for', null],
  ['rank', { rank: 1000 }, 1000, 70],
  ['permissions', { permissionCodes: [] }, [], ['org:update']],
  ['permissions', { permissionCodes: [...assignablePermissions] }, [...assignablePermissions].sort(), ['org:update']],
])('%s alone, by staff, and the rest stays', async (field, edit, after, before) => {
  const { organization, role, input } = await shop();

  const answer = await staff.ask(Update, { input: { ...input, ...edit } });

  expect(answer.data.organizationUpdateRole.role.version).toBe(2);
  expect(await happenings(world, answer)).toEqual([
    happeningIn(organization, 'organization.role_updated', staff, role, {
      changes: [{ field, before, after }],
      metadata: { role: 'clerk' },
    }),
  ]);
});

test('null, and nothing but blanks, clears the description', async () => {
  for (const description of [null, ' \n ']) {
    const { input } = await shop();
    await update({ ...input, description: 'What it is for' });

    expect(await update({ ...input, description, expectedVersion: 2 })).toMatchObject({
      role: { description: null, version: 3 },
    });
  }
});

test('what is the same is no change, in whatever order: no event, no version', async () => {
  const { input } = await shop({ customRoles: { clerk: ['org:update', 'org:members:read', 'org:read'] } });

  const same = {
    name: ' clerk ',
    description: '',
    rank: 70,
    permissionCodes: ['org:update', 'org:read', 'org:members:read', 'org:read'],
  };
  await expectNothingWritten(world, async () => {
    for (const edit of [same, {}, { description: null }, { expectedVersion: null }, { expectedVersion: 1, rank: 70 }]) {
      expect(await update({ ...input, ...edit })).toMatchObject({
        role: { name: 'clerk', rank: 70, permissions: coded('org:members:read', 'org:read', 'org:update'), version: 1 },
      });
    }
  });
});

test('members feel it at their next call, with the token that they have', async () => {
  const member = await world.person();
  const { organization, role, input } = await shop({ members: [[member, ['clerk']]] });
  const { accessToken } = await member.signIn();
  const shown = async () => (await member.run(Permissions, { id: organization.id })).organization.viewerMembership;
  expect(await shown()).toEqual({ permissions: ['org:read', 'org:update'], roles: [{ code: 'clerk', name: 'clerk' }] });

  await update({ ...input, name: 'Inviter', permissionCodes: ['org:members:invite'] });

  expect(await shown()).toEqual({
    permissions: ['org:members:invite', 'org:members:read', 'org:read'],
    roles: [{ code: 'clerk', name: 'Inviter' }],
  });
  await update({ ...input, permissionCodes: [] });
  expect(await shown()).toEqual({ permissions: ['org:read'], roles: [{ code: 'clerk', name: 'Inviter' }] });
  expect(await holds(world, accessToken)).toBe(true);
  expect(await versionsOf(world, member)).toEqual({ version: 1, tokenVersion: 1 });
  expect((await roleOf(world, organization, 'clerk')).version).toBe(role.version + 2);
});

test('the role of the same code in another organization stays as it is', async () => {
  const [here, there] = [await shop(), await shop()];

  await update({ ...here.input, name: 'Another name', rank: 50, permissionCodes: [] });

  expect(await roleOf(world, there.organization, 'clerk')).toEqual(there.role);
});

describe('impersonations in the organization', () => {
  test('end where the role rises to the impersonator’s rank, and the event is about both', async () => {
    const [admin, member, other] = [await world.person(), await world.person(), await world.person()];
    const { organization, role, input } = await shop({
      members: [[admin, ['org_admin']], [member, ['clerk', 'org_member'], 'ACTIVE'], [other]],
    });
    const carried = await impersonate(world, admin, member, organization);
    const ofAnother = await impersonate(world, owner, other, organization);

    expect(await happenings(world, await owner.ask(Update, { input: { ...input, rank: 11 } }))).toMatchObject([
      { metadata: { role: 'clerk' } },
    ]);
    expect(await goesOn(world, carried)).toBe(true);
    const answer = await owner.ask(Update, { input: { ...input, rank: 10 } });

    await expectEnded(world, carried);
    expect(await goesOn(world, ofAnother)).toBe(true);
    expect(await goesOn(world, admin.tokens!)).toBe(true);
    expect(await happenings(world, answer)).toEqual([
      happeningIn(organization, 'organization.role_updated', owner, role, {
        changes: [{ field: 'rank', before: 11, after: 10 }],
        metadata: { role: 'clerk', endedImpersonations: 1 },
        people: [admin, member],
      }),
    ]);
  });

  test('go on where it falls, where its permissions change, and in other organizations', async () => {
    const [admin, member] = [await world.person(), await world.person()];
    const members = [
      [admin, ['org_admin']],
      [member, ['clerk']],
    ] as const;
    const [here, there] = [await shop({ members: members as never }), await shop({ members: members as never })];
    const carried = await impersonate(world, admin, member, here.organization);

    await update({ ...here.input, rank: 90, permissionCodes: ['org:members:remove'] });
    await update({ ...there.input, rank: 10 });

    expect(await goesOn(world, carried)).toBe(true);
  });
});
