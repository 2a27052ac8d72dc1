import { beforeAll, describe, expect, test } from 'vitest';
import { assignablePermissions } from '../../src/permissions.ts';
import { badCodes, badDescriptions, begun, conflict, documentOf } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { badTexts } from '../user/bad-input.ts';
import { expectNothingWritten, happenings, invalid, rankTooLow } from '../user/support.ts';
import { builtIn, happeningIn, roleOf, widen } from './roles.support.ts';
import { permissionNotHeld, testsOfGuard } from './support.ts';

const Create = documentOf(
  'organizationCreateRole',
  'role { id code name description scope builtIn rank organization { id } permissions { code } memberCount version }',
);

let world: World;
let staff: Person;
let owner: Person;
let shop: Organization;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  shop = await world.organization({ owner });
  for (const person of [staff, owner]) await person.signIn();
});

let serial = 0;
const sound = () => ({ organizationId: shop.id, code: `role-${++serial}`, name: 'A role', permissionCodes: [] as string[] });

const create = async (input: object, by: Person = owner) =>
  (await by.run(Create, { input: { ...sound(), ...input } })).organizationCreateRole;

const coded = (...codes: string[]) => codes.map((code) => ({ code }));

describe('refused', () => {
  testsOfGuard(
    'organizationCreateRole',
    { staff: 'organizations:update', orThere: 'org:roles:create', whileImpersonating: 'refused' },
    () => ({
      world,
      staff,
      inputOf: async ({ id }) => ({ ...sound(), organizationId: id }),
    }),
  );

  test.each([['nothing', '', 'REQUIRED'] as const, ['blanks', ' \u00a0', 'REQUIRED'] as const, ...badTexts])(
    'a name with %s',
    async (_what, name, issue) => {
      await expectNothingWritten(world, async () => {
        expect(await create({ name })).toEqual(invalid(['name', issue]));
      });
    },
  );

  test.each(badDescriptions)('a description with %s', async (_what, description, issue) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ description })).toEqual(invalid(['description', issue]));
    });
  });

  test.each(badCodes)('a code with %s', async (_what, code) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ code })).toEqual(invalid(['code', 'INVALID_CODE']));
    });
  });

  test.each([9, 1001, 0, -1, 2 ** 31 - 1, -(2 ** 31)])('a rank of %d, of staff as well', async (rank) => {
    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) expect(await create({ rank }, by)).toEqual(invalid(['rank', 'OUT_OF_RANGE']));
    });
  });

  test('a rank that is no integer, by the type', async () => {
    for (const rank of [70.5, 2 ** 31, '70']) {
      await expect(owner.run(Create, { input: { ...sound(), rank } })).toBeRefused('BAD_USER_INPUT');
    }
  });

  test('permissions that no custom role may carry, be they unknown or of the platform, each once at its first place', async () => {
    const permissionCodes = [
      'org:update',
      'org:roles:create',
      'org:roles:read',
      'org:roles:create',
      'users:read',
      'org:audit:read',
      'org:members:impersonate',
      'nonsense',
      'org:update',
      'ORG:READ',
      ' org:read',
      'org:read\0',
      '\ud800',
      '',
      'x'.repeat(10_000),
    ];
    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        expect(await create({ permissionCodes }, by)).toEqual(
          invalid(...[1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14].map((i) => [`permissionCodes.${i}`, 'NOT_ASSIGNABLE'] as const)),
        );
      }
    });
  });

  test('more than a hundred permissions, before any is looked at', async () => {
    const permissionCodes = Array.from({ length: 101 }, (_, i) => `permission-${i}`);

    expect(await create({ permissionCodes })).toEqual(invalid(['permissionCodes', 'TOO_MANY']));
  });

  test('everything that is wrong at once, in the order of the input, and before conflicts', async () => {
    const wrong = { rank: 9, permissionCodes: ['org:read', 'nonsense'], description: '\0', name: '' };
    const others = [
      ['name', 'REQUIRED'],
      ['description', 'NOT_TEXT'],
      ['permissionCodes.1', 'NOT_ASSIGNABLE'],
      ['rank', 'OUT_OF_RANGE'],
    ] as const;

    await expectNothingWritten(world, async () => {
      expect(await create({ ...wrong, code: 'A code' })).toEqual(invalid(['code', 'INVALID_CODE'], ...others));
      expect(await create({ ...wrong, code: 'Org_Admin' })).toEqual(invalid(...others));
    });
  });

  test.each([
    ['org_admin', 'ORGANIZATION', 'org_admin'],
    ['Org_Admin', 'ORGANIZATION', 'org_admin'],
    ['org\u200b_admin', 'ORGANIZATION', 'org_admin'],
    ['\u202eorg_admin', 'ORGANIZATION', 'org_admin'],
    ['org\u00ad_ad\ufe0fmin', 'ORGANIZATION', 'org_admin'],
    ['\uff4f\uff52\uff47\uff3f\uff41\uff44\uff4d\uff49\uff4e', 'ORGANIZATION', 'org_admin'],
    ['org_admin ', 'ORGANIZATION', 'org_admin'],
    ['\u3000\u2800org_admin\n', 'ORGANIZATION', 'org_admin'],
    ['org_admin\0', 'ORGANIZATION', 'org_admin'],
    [`${'\u200b'.repeat(5000)}org_admin${' '.repeat(5000)}`, 'ORGANIZATION', 'org_admin'],
    ['BASE_USER', 'PLATFORM', 'base_user'],
    ['system_admin', 'PLATFORM', 'system_admin'],
    ['\u{1d4fc}eller', 'ORGANIZATION', 'seller'],
    ['\u017feller', 'ORGANIZATION', 'seller'],
    ['Buyer', 'ORGANIZATION', 'buyer'],
  ] as const)('%j, which reads like the code of a built-in role', async (code, scope, existing) => {
    const id = await builtIn(world, scope, existing);

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        expect(await create({ code }, by)).toEqual(conflict('CODE_TAKEN', { __typename: 'Role', id }, 'code'));
      }
    });
  });

  test('a code that the organization has, in whatever spelling', async () => {
    const { id } = await world.organization({ owner, customRoles: { clerk: [] } });
    const existing = (await create({ organizationId: id, code: 'night-clerk' })).role;

    await expectNothingWritten(world, async () => {
      for (const code of ['night-clerk', 'Night-Clerk', ' night-clerk', 'night\u2060-clerk']) {
        expect(await create({ organizationId: id, code })).toEqual(
          conflict('CODE_TAKEN', { __typename: 'Role', id: existing.id }, 'code'),
        );
      }
      // Another letter makes another code, which is none.
      expect(await create({ organizationId: id, code: 'night-\u0441lerk' })).toEqual(invalid(['code', 'INVALID_CODE']));
    });
  });

  test('the 101st role, and not the 100th', async () => {
    const codes = Array.from({ length: 99 }, (_, i) => `role-${i}`);
    const { id, uuid } = await world.organization({ owner, customRoles: Object.fromEntries(codes.map((code) => [code, []])) });

    expect(await create({ organizationId: id, code: 'the-100th' })).toMatchObject({ role: { code: 'the-100th' } });
    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        expect(await create({ organizationId: id, code: 'the-101st' }, by)).toMatchObject({
          code: 'VALIDATION_FAILED',
          path: ['input'],
          issues: [{ path: ['input'], code: 'TOO_MANY' }],
        });
        expect(await create({ organizationId: id, code: 'the-100th', rank: 9 }, by)).toMatchObject({
          code: 'VALIDATION_FAILED',
          issues: [
            { path: ['input', 'rank'], code: 'OUT_OF_RANGE' },
            { path: ['input'], code: 'TOO_MANY' },
          ],
        });
      }
    });
    // Of other organizations the count is their own.
    expect(await create({})).toMatchObject({ __typename: 'OrganizationCreateRoleSuccess' });
    await world.database.query(world.sql`DELETE FROM roles WHERE organization_id = ${uuid}::uuid AND code = 'role-7'`);
    expect(await create({ organizationId: id, code: 'the-101st' })).toMatchObject({ role: { code: 'the-101st' } });
  });

  test('more power than the caller’s, which takes somebody who may make roles and is no org_admin', async () => {
    const own = await startAuthWorld();
    await widen(own, 'ORGANIZATION', 'org_manager', ['org:roles:create']);
    await widen(own, 'PLATFORM', 'seller', ['organizations:update']);
    const [boss, manager, clerk] = [await own.person(), await own.person(), await own.person({ roles: ['seller'] })];
    const { id } = await own.organization({ owner: boss, members: [[manager, ['org_manager']]] });
    const input = {
      organizationId: id,
      code: 'crew',
      name: 'Crew',
      permissionCodes: ['org:update', 'org:members:read', 'org:members:remove'],
    };
    for (const person of [manager, clerk]) await person.signIn();
    const ask = async (by: Person, further: object) =>
      (await by.run(Create, { input: { ...input, ...further } })).organizationCreateRole;

    await expectNothingWritten(own, async () => {
      for (const rank of [10, 19]) expect(await ask(manager, { rank })).toEqual(rankTooLow('crew'));
      // Rank before permissions, these before conflicts.
      expect(await ask(manager, { rank: 19, code: 'Org_Admin' })).toEqual(rankTooLow('org_admin'));
      for (const further of [{ rank: 20 }, {}, { code: 'org_admin' }]) {
        expect(await ask(manager, further)).toEqual(permissionNotHeld('org:members:remove', 'org:update'));
      }
      // Who has one of the two staff rights alone has a say by membership, and this person has none.
      expect(await ask(clerk, { rank: 1000 })).toEqual(rankTooLow('crew'));
    });
    const least = { rank: 20, permissionCodes: ['org:members:invite', 'org:members:update', 'org:members:read'] };
    expect(await ask(manager, least)).toMatchObject({ role: { rank: 20, permissions: coded(...least.permissionCodes.sort()) } });
  });
});

test('the catalog marks as assignable what a custom role may carry', async () => {
  const { permissions } = await owner.run('{ permissions { code assignable } }');

  const marked = permissions.filter(({ assignable }: any) => assignable).map(({ code }: any) => code);
  expect(marked.sort()).toEqual([...assignablePermissions].sort());
});

test('the role is there, with the event that says what it is', async () => {
  const answer = await owner.ask(Create, {
    input: {
      organizationId: shop.id,
      code: ' clerk ',
      name: '  Cle\u0301rk ',
      description: 'Sells,\nand sweeps.',
      permissionCodes: ['org:update', 'org:members:read', 'org:update'],
      rank: 10,
    },
  });

  const role = await roleOf(world, shop, 'clerk');
  expect(answer.data.organizationCreateRole).toEqual({
    __typename: 'OrganizationCreateRoleSuccess',
    role: {
      id: role.id,
      code: 'clerk',
      name: 'Cl\u00e9rk',
      description: 'Sells,\nand sweeps.',
      scope: 'ORGANIZATION',
      builtIn: false,
      rank: 10,
      organization: { id: shop.id },
      permissions: coded('org:members:read', 'org:update'),
      memberCount: 0,
      version: 1,
    },
  });
  expect(await happenings(world, answer)).toEqual([
    happeningIn(shop, 'organization.role_created', owner, role, {
      changes: begun({
        code: 'clerk',
        name: 'Cl\u00e9rk',
        description: 'Sells,\nand sweeps.',
        rank: 10,
        permissions: ['org:members:read', 'org:update'],
      }),
      metadata: { role: 'clerk' },
    }),
  ]);
});

test.each([
  ['left out', {}],
  ['null', { description: null, rank: null }],
])('what is %s is not there, and the rank is 70', async (_title, input) => {
  const answer = await owner.ask(Create, { input: { ...sound(), code: `plain-${++serial}`, ...input } });

  const { role } = answer.data.organizationCreateRole;
  expect(role).toMatchObject({ description: null, rank: 70, permissions: [], memberCount: 0, version: 1 });
  expect((await happenings(world, answer))[0]).toMatchObject({
    changes: begun({ code: role.code, name: 'A role', rank: 70, permissions: [] }),
  });
});

test('staff make the weakest role, and one with all that there is to give', async () => {
  expect(await create({ rank: 1000, permissionCodes: [...assignablePermissions] }, staff)).toMatchObject({
    role: { rank: 1000, permissions: coded(...[...assignablePermissions].sort()) },
  });
});

test('the same code in another organization is another role', async () => {
  const [here, there] = [await world.organization({ owner }), await world.organization({ owner })];

  const roles = [
    (await create({ organizationId: here.id, code: 'twin', permissionCodes: ['org:update'] })).role,
    (await create({ organizationId: there.id, code: 'twin' })).role,
  ];

  expect(roles).toMatchObject([
    { code: 'twin', organization: { id: here.id }, permissions: coded('org:update') },
    { code: 'twin', organization: { id: there.id }, permissions: [] },
  ]);
  expect(roles[0].id).not.toBe(roles[1].id);
});

test('it can be given to a member, who then may what it says', async () => {
  const [buyer, member] = [await world.person(), await world.person()];
  const { id } = await world.organization({ owner: buyer, members: [[member]] });
  const { role } = await create({ organizationId: id, code: 'inviter', permissionCodes: ['org:members:invite'] }, buyer);

  const { organizationSetMemberRoles } = await buyer.run(
    `mutation ($input: OrganizationSetMemberRolesInput!) { organizationSetMemberRoles(input: $input) {
      ... on OrganizationSetMemberRolesSuccess { membership { permissions } added { id memberCount } } } }`,
    { input: { organizationId: id, userId: member.id, roleCodes: ['inviter'] } },
  );

  expect(organizationSetMemberRoles).toEqual({
    membership: { permissions: ['org:members:invite', 'org:members:read', 'org:read'] },
    added: [{ id: role.id, memberCount: 1 }],
  });
});
