import { beforeAll, describe, expect, test } from 'vitest';
import { PermissionsInFullDocument, RolesInFullDocument, type Scope } from './generated/graphql.ts';
import { type Person, startWorld, type World } from './support/world.ts';

let world: World;
let anyone: Person;

beforeAll(async () => {
  world = await startWorld();
  // Signed in, and no more.
  anyone = await world.person({ roles: [] });
});

// ---------------------------------------------------------------- the two tables, by hand

const staff = [
  'users:read users:create users:update users:assign-roles users:sessions users:impersonate',
  'apps:read apps:grant pools:read',
  'organizations:read organizations:create organizations:update organizations:delete organizations:members audit:read',
]
  .join(' ')
  .split(' ');
const systemAdminAlone = ['users:set-password', 'users:delete', 'apps:manage', 'pools:manage'];

const platform: [code: string, rank: number, permissions: string[]][] = [
  ['system_admin', 0, [...staff, ...systemAdminAlone]],
  ['super_admin', 5, staff],
  ['seller', 50, []],
  ['buyer', 60, []],
  ['base_user', 100, []],
];

const assignable = [
  'org:read',
  'org:members:read',
  'org:members:invite',
  'org:members:update',
  'org:members:remove',
  'org:update',
];
const notAssignable = [
  'org:roles:read',
  'org:roles:create',
  'org:roles:update',
  'org:roles:delete',
  'org:audit:read',
  'org:members:impersonate',
];

const organization: [code: string, rank: number, permissions: string[]][] = [
  ['org_admin', 10, [...assignable, ...notAssignable]],
  ['org_manager', 20, ['org:read', 'org:members:read', 'org:members:invite', 'org:members:update', 'org:roles:read']],
  ['seller', 50, ['org:read']],
  ['buyer', 60, ['org:read']],
  ['org_member', 80, ['org:read', 'org:members:read']],
];

const rolesOf = (scope: Scope, rows: typeof platform) =>
  rows.map(([code, rank, permissions]) => ({
    __typename: 'Role',
    id: expect.stringMatching(/^role_[0-9a-z]{26}$/),
    code,
    name: expect.stringMatching(/^[A-Z]/),
    description: expect.stringMatching(/\.$/),
    scope,
    builtIn: true,
    rank,
    organization: null,
    permissions: permissions.toSorted().map((permission) => ({ code: permission })),
    version: 1,
  }));

const permissionsOf = (scope: Scope, codes: readonly string[]) =>
  codes.toSorted().map((code) => ({
    __typename: 'Permission',
    code,
    name: expect.stringMatching(/^[A-Z]/),
    description: expect.stringMatching(/^[A-Z].*\.$/),
    scope,
    assignable: assignable.includes(code),
  }));

// ---------------------------------------------------------------- refusals

describe('refused', () => {
  test.each(['{ roles { code } }', '{ permissions { code } }'])('UNAUTHENTICATED for who is not signed in: %s', async (query) => {
    const answer = await world.anonymous.ask(query);

    expect(answer.data).toEqual(Object.fromEntries([[query.split(' ')[1], null]]));
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  test('BAD_USER_INPUT for a scope that does not exist', async () => {
    const answer = await anyone.ask('query ($scope: Scope) { roles(scope: $scope) { code } }', { scope: 'APP' });

    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

// ---------------------------------------------------------------- answers

test('the platform roles, most powerful first, with what they may', async () => {
  const { roles } = await anyone.run(RolesInFullDocument, { scope: 'PLATFORM' });

  expect(roles).toEqual(rolesOf('PLATFORM', platform));
});

test('the built-in organization roles, most powerful first, and no custom one', async () => {
  const owner = await world.person();
  await world.organization({ owner, customRoles: { auditor: ['org:read'] } });

  const { roles } = await owner.run(RolesInFullDocument, { scope: 'ORGANIZATION' });

  expect(roles).toEqual(rolesOf('ORGANIZATION', organization));
});

test('the roles of both scopes where none is named, or null', async () => {
  const [unnamed, nothing] = await Promise.all([
    anyone.run(RolesInFullDocument),
    anyone.run(RolesInFullDocument, { scope: null }),
  ]);

  expect(unnamed.roles).toEqual([...rolesOf('PLATFORM', platform), ...rolesOf('ORGANIZATION', organization)]);
  expect(nothing).toEqual(unnamed);
  expect(new Set(unnamed.roles?.map(({ id }) => id)).size).toBe(10);
});

test('the whole catalog of permissions, by scope and code', async () => {
  const ofPlatform = permissionsOf('PLATFORM', [...staff, ...systemAdminAlone]);
  const ofOrganization = permissionsOf('ORGANIZATION', [...assignable, ...notAssignable]);

  const [all, one, other] = await Promise.all([
    anyone.run(PermissionsInFullDocument),
    anyone.run(PermissionsInFullDocument, { scope: 'PLATFORM' }),
    anyone.run(PermissionsInFullDocument, { scope: 'ORGANIZATION' }),
  ]);

  expect(all.permissions).toEqual([...ofPlatform, ...ofOrganization]);
  expect(one.permissions).toEqual(ofPlatform);
  expect(other.permissions).toEqual(ofOrganization);
});
