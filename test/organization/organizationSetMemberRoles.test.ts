import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { claimsIn, impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  invalid,
  rankTooLow,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { memberHappening, membershipOf, testsOfMemberGuard } from './members.support.ts';
import { permissionNotHeld } from './support.ts';

const SetRoles = documentOf(
  'organizationSetMemberRoles',
  'membership { id version roles { code } } added { code } removed { code }',
);

let world: World;
let staff: Person;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  for (const person of [staff, owner]) await person.signIn();
});

const ask = (organization: Organization, person: Person, roleCodes: string[], by: Pick<Person, 'ask'> = owner, rest = {}) =>
  by.ask(SetRoles, { input: { organizationId: organization.id, userId: person.id, roleCodes, ...rest } });
const setRoles = async (...args: Parameters<typeof ask>) => (await ask(...args)).data.organizationSetMemberRoles;

const coded = (...codes: string[]) => codes.map((code) => ({ code }));
const success = { __typename: 'OrganizationSetMemberRolesSuccess' };

describe('refused', () => {
  testsOfMemberGuard(
    'organizationSetMemberRoles',
    'org:members:update',
    { rest: { roleCodes: ['buyer'] }, whileImpersonating: 'refused' },
    () => ({ world, staff }),
  );

  test('platform codes, other organizations’ codes and unknown ones, all at once and each at its first place', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner, members: [[jo]], customRoles: { clerk: [] } });
    await world.organization({ owner, customRoles: { foreign: [] } });
    const codes = ['clerk', 'super_admin', 'foreign', 'nobody', 'foreign', 'ORG_MEMBER', '', 'x'.repeat(10_240)];

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        expect(await setRoles(organization, jo, codes, by)).toEqual(
          invalid(...[1, 2, 3, 5, 6, 7].map((i) => [`roleCodes.${i}`, 'UNKNOWN_ROLE'] as const)),
        );
      }
      const many = Array.from({ length: 101 }, (_, i) => `role-${i}`);
      expect(await setRoles(organization, jo, many)).toEqual(invalid(['roleCodes', 'TOO_MANY']));
    });
  });

  test('another version than the present one, which is shown', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner, members: [[jo]] });

    await expectNothingWritten(world, async () => {
      for (const expectedVersion of [0, 2, -1]) {
        expect(await setRoles(organization, jo, ['buyer'], owner, { expectedVersion })).toEqual({
          __typename: 'VersionConflictError',
          code: 'VERSION_CONFLICT',
          message: expect.any(String),
          path: ['input', 'expectedVersion'],
          currentVersion: 1,
          current: { __typename: 'Membership', id: organization.memberships.get(jo.uuid) },
        });
      }
    });
    expect(await setRoles(organization, jo, ['buyer'], owner, { expectedVersion: 1 })).toMatchObject(success);
  });

  test('taking `org_admin` from the owner, by anybody, whatever their rank; other roles of theirs may change', async () => {
    const [boss, admin, manager] = [await world.person(), await world.person(), await world.person()];
    const organization = await world.organization({
      owner: boss,
      members: [
        [admin, ['org_admin']],
        [manager, ['org_manager']],
      ],
    });
    for (const person of [boss, admin, manager]) await person.signIn();

    await expectNothingWritten(world, async () => {
      for (const by of [boss, admin, manager, staff]) {
        expect(await setRoles(organization, boss, ['buyer'], by)).toEqual(ruleError('OWNER_PROTECTED'));
      }
      expect(await setRoles(organization, boss, ['org_admin', 'buyer'], manager)).toEqual(rankTooLow('org_admin'));
    });
    expect(await setRoles(organization, boss, ['org_admin', 'buyer'], admin)).toMatchObject({ added: coded('buyer') });
  });

  test('a member more powerful there, and a role more powerful than oneself, for others and for oneself', async () => {
    const [admin, manager, keeper, jo] = [
      await world.person(),
      await world.person(),
      await world.person(),
      await world.person({ roles: ['system_admin'] }),
    ];
    const organization = await world.organization({
      owner,
      customRoles: { keeper: ['org:members:update'] },
      members: [[admin, ['org_admin']], [manager, ['org_manager']], [keeper, ['keeper']], [jo]],
    });
    for (const person of [manager, keeper]) await person.signIn();

    await expectNothingWritten(world, async () => {
      expect(await setRoles(organization, admin, ['org_member'], manager)).toEqual(rankTooLow('org_admin'));
      for (const person of [jo, manager]) {
        expect(await setRoles(organization, person, ['org_admin'], manager)).toEqual(rankTooLow('org_admin'));
      }
      expect(await setRoles(organization, jo, ['seller', 'buyer'], keeper)).toEqual(rankTooLow('seller', 'buyer'));
      expect(await setRoles(organization, manager, [], keeper)).toEqual(rankTooLow('org_manager'));
    });
    // What somebody is on the platform counts for nothing there.
    expect(await setRoles(organization, jo, ['keeper'], keeper)).toMatchObject({ added: coded('keeper') });
  });

  test('a role with a permission that one lacks, though it may stay or go where a member has it', async () => {
    const [manager, jo, mo] = [await world.person(), await world.person(), await world.person()];
    const organization = await world.organization({
      owner,
      customRoles: { editor: ['org:update', 'org:members:read'] },
      members: [[manager, ['org_manager']], [jo], [mo, ['editor']]],
    });
    await manager.signIn();

    await expectNothingWritten(world, async () => {
      expect(await setRoles(organization, jo, ['editor'], manager)).toEqual(permissionNotHeld('org:update'));
      expect(await setRoles(organization, jo, ['editor', 'org_admin'], manager)).toEqual(rankTooLow('org_admin'));
    });
    expect(await setRoles(organization, mo, ['editor', 'buyer'], manager)).toMatchObject({ added: coded('buyer') });
    expect(await setRoles(organization, mo, ['buyer'], manager)).toMatchObject({ removed: coded('editor') });
  });

  test('taking `org_admin` from the last one who is active, while the owner’s account is suspended', async () => {
    const [boss, last] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner: boss, members: [[last, ['org_admin']]] });
    await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${boss.uuid}::uuid`);
    await last.signIn();

    await expectNothingWritten(world, async () => {
      for (const by of [last, staff]) expect(await setRoles(organization, last, [], by)).toEqual(ruleError('LAST_ORG_ADMIN'));
    });
    await world.database.query(world.sql`UPDATE users SET status = 'ACTIVE' WHERE id = ${boss.uuid}::uuid`);
    expect(await setRoles(organization, last, [], staff)).toMatchObject({ removed: coded('org_admin') });
  });
});

test('the set is replaced as a whole, the token from before is stale at once, and the refreshed one carries the new roles', async () => {
  const jo = await world.person();
  const organization = await world.organization({
    owner,
    customRoles: { clerk: ['org:update'] },
    members: [[jo, ['org_manager', 'buyer']]],
  });
  const membership = (await membershipOf(world, organization, jo))!;
  const unscoped = await jo.signIn();
  const scoped = await jo.signIn({ organizationId: organization.id });

  const answer = await ask(organization, jo, ['clerk', 'buyer', 'clerk'], owner, { expectedVersion: null });

  expect(answer.data.organizationSetMemberRoles).toEqual({
    ...success,
    membership: { id: organization.memberships.get(jo.uuid), version: 2, roles: coded('buyer', 'clerk') },
    added: coded('clerk'),
    removed: coded('org_manager'),
  });
  expect(await happenings(world, answer)).toEqual([
    memberHappening(organization, 'member_roles_set', owner, membership.uuid, jo, {
      changes: [{ field: 'roles', before: ['org_manager', 'buyer'], after: ['buyer', 'clerk'] }],
    }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 2 });
  for (const { accessToken, refreshToken } of [unscoped, scoped]) {
    expect(await holds(world, accessToken)).toBe('TOKEN_STALE');
    const { tokens } = await visitor(world).refresh(refreshToken);
    expect(claimsIn(tokens.accessToken)).toMatchObject({ tv: 2 });
    const { organization: seen } = await clientWith(world, tokens.accessToken).run(
      'query ($id: ID!) { organization(id: $id) { viewerPermissions } }',
      { id: organization.id },
    );
    expect(seen.viewerPermissions).toContain('org:update');
    expect(seen.viewerPermissions).not.toContain('org:members:update');
  }
});

test('`[]` is `org_member`', async () => {
  const [jo, mo] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo, ['org_manager', 'seller']], [mo]] });

  expect(await setRoles(organization, jo, [])).toMatchObject({
    membership: { roles: coded('org_member') },
    added: coded('org_member'),
    removed: coded('org_manager', 'seller'),
  });
  expect(await setRoles(organization, mo, [])).toMatchObject({ membership: { version: 1 }, added: [], removed: [] });
});

test('a code that two organizations have is two roles: each gives what it carries there', async () => {
  const jo = await world.person();
  const here = await world.organization({ owner, members: [[jo]], customRoles: { clerk: ['org:update'] } });
  const there = await world.organization({ owner, members: [[jo]], customRoles: { clerk: ['org:members:invite'] } });

  await setRoles(here, jo, ['clerk']);

  const { user } = await staff.run(
    'query ($id: ID!) { user(id: $id) { memberships { nodes { organization { id } permissions } } } }',
    { id: jo.id },
  );
  const permissions = new Map(user.memberships.nodes.map((node: any) => [node.organization.id, node.permissions]));
  expect(permissions.get(here.id)).toContain('org:update');
  expect(permissions.get(here.id)).not.toContain('org:members:invite');
  expect(permissions.get(there.id)).toEqual(['org:members:read', 'org:read']);
});

test('the same set in any order is no change: no event, no version, and the token holds', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner, members: [[jo, ['seller', 'buyer']]] });
  const { accessToken } = await jo.signIn();

  await expectNothingWritten(world, async () => {
    expect(await setRoles(organization, jo, ['buyer', 'seller', 'buyer'])).toEqual({
      ...success,
      membership: { id: organization.memberships.get(jo.uuid), version: 1, roles: coded('seller', 'buyer') },
      added: [],
      removed: [],
    });
  });
  expect(await holds(world, accessToken)).toBe(true);
});

test('one may take roles from oneself, and the answer still comes', async () => {
  const manager = await world.person();
  const organization = await world.organization({ owner, members: [[manager, ['org_manager', 'buyer']]] });
  const { accessToken } = await manager.signIn();

  expect(await setRoles(organization, manager, ['org_member'], manager)).toMatchObject({
    ...success,
    removed: coded('org_manager', 'buyer'),
  });
  expect(await holds(world, accessToken)).toBe('TOKEN_STALE');
});

test('impersonations in the organization end where the member loses a role or rises to the impersonator’s rank, and else go on', async () => {
  const [manager, jo, mo] = [await world.person(), await world.person(), await world.person()];
  const organization = await world.organization({
    owner,
    members: [[manager, ['org_manager']], [jo], [mo]],
  });
  const byManager = await impersonate(world, manager, jo, organization);
  const byOwner = await impersonate(world, owner, jo, organization);

  // Still below the manager: both go on.
  await ask(organization, jo, ['org_member', 'seller']);
  for (const session of [byManager, byOwner]) expect(await goesOn(world, session)).toBe(true);

  const again = await impersonate(world, manager, jo, organization);
  const ofOwner = await impersonate(world, owner, jo, organization);
  const risen = await ask(organization, jo, ['org_member', 'seller', 'org_manager']);
  const [{ metadata, people }] = (await happenings(world, risen)) as [any];
  expect(metadata).toEqual({ revokedSessions: 2, endedImpersonations: 0 });
  expect(people).toEqual([owner, manager, jo].map(({ uuid }) => uuid).sort());
  await expectEnded(world, again);
  expect(await goesOn(world, ofOwner)).toBe(true);

  const byJo = await impersonate(world, jo, mo, organization);
  const last = await impersonate(world, owner, jo, organization);
  await ask(organization, jo, ['org_member', 'seller']);
  await expectEnded(world, byJo, last);
});
