import { beforeAll, describe, expect, test } from 'vitest';
import { conflict, documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectNothingWritten,
  happenings,
  holds,
  invalid,
  nobodys,
  notFound,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { memberCountOf, memberHappening, membershipOf } from './members.support.ts';
import { nobodysOrganizations } from './support.ts';

const Add = documentOf('organizationAddMember', 'membership { id status version isOwner roles { code } user { id } }');

let world: World;
let staff: Person;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  for (const person of [staff, owner]) await person.signIn();
});

const ask = (organization: Organization, person: Person, roleCodes?: string[] | null) =>
  staff.ask(Add, { input: { organizationId: organization.id, userId: person.id, roleCodes } });
const add = async (...args: Parameters<typeof ask>) => (await ask(...args)).data.organizationAddMember;

describe('refused', () => {
  test('without a token, and without `organizations:members`, an owner’s rights included', async () => {
    const organization = await world.organization({ owner });
    const input = { organizationId: organization.id, userId: staff.id };

    await expect(world.anonymous.run(Add, { input })).toBeRefused('UNAUTHENTICATED');
    const answer = await owner.ask(Add, { input });

    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([
      { path: ['organizationAddMember'], extensions: { code: 'FORBIDDEN', needs: 'organizations:members' } },
    ]);
    expect(await happenings(world, answer)).toMatchObject([
      {
        action: 'access.forbidden',
        actor: owner.uuid,
        metadata: { field: 'organizationAddMember', needs: 'organizations:members' },
      },
    ]);
    expect(await memberCountOf(world, organization)).toBe(1);
  });

  test('organizations and people that there are not, each one answer', async () => {
    const [organization, jo] = [await world.organization({ owner }), await world.person()];

    await expectNothingWritten(world, async () => {
      const ids = nobodysOrganizations(organization);
      expect(await answersBut(staff, Add, ids, (organizationId) => ({ organizationId, userId: jo.id }))).toHaveLength(1);
      expect(
        await answersBut(staff, Add, nobodys('user', jo), (userId) => ({ organizationId: organization.id, userId })),
      ).toHaveLength(1);
      expect(await staff.run(Add, { input: { organizationId: 'nonsense', userId: 'nobody' } })).toEqual({
        organizationAddMember: notFound('nonsense', 'organizationId'),
      });
      expect(await staff.run(Add, { input: { organizationId: organization.id, userId: 'nobody' } })).toEqual({
        organizationAddMember: notFound('nobody'),
      });
    });
  });

  test('platform codes, other organizations’ codes and unknown ones, all at once', async () => {
    const [organization, jo] = [await world.organization({ owner, customRoles: { clerk: [] } }), await world.person()];
    await world.organization({ owner, customRoles: { foreign: [] } });

    await expectNothingWritten(world, async () => {
      expect(await add(organization, jo, ['clerk', 'super_admin', 'foreign', 'nobody', 'foreign', 'ORG_MEMBER'])).toEqual(
        invalid(
          ['roleCodes.1', 'UNKNOWN_ROLE'],
          ['roleCodes.2', 'UNKNOWN_ROLE'],
          ['roleCodes.3', 'UNKNOWN_ROLE'],
          ['roleCodes.5', 'UNKNOWN_ROLE'],
        ),
      );
      const many = Array.from({ length: 101 }, (_, i) => `role-${i}`);
      expect(await add(organization, jo, many)).toEqual(invalid(['roleCodes', 'TOO_MANY']));
    });
  });

  test('into a suspended organization, which nobody joins, be they members already or not', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner, status: 'SUSPENDED' });

    await expectNothingWritten(world, async () => {
      for (const person of [jo, owner]) expect(await add(organization, person)).toEqual(ruleError('ORGANIZATION_SUSPENDED'));
    });
  });

  test('who is a member already, suspended or not, with the membership', async () => {
    const [jo, mo] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner, members: [[jo], [mo, ['org_member'], 'SUSPENDED']] });

    await expectNothingWritten(world, async () => {
      for (const person of [jo, mo, owner]) {
        expect(await add(organization, person, ['buyer'])).toEqual(
          conflict('ALREADY_MEMBER', { __typename: 'Membership', id: organization.memberships.get(person.uuid)! }, 'userId'),
        );
      }
    });
  });
});

test('a person joins as `org_member` unless told, none of their tokens is stale, and they see the organization at once', async () => {
  const organization = await world.organization({ owner });

  for (const [roleCodes, n] of [
    [undefined, 2],
    [null, 3],
    [[], 4],
  ] as const) {
    const jo = await world.person();
    const { accessToken } = await jo.signIn();
    const answer = await ask(organization, jo, roleCodes as never);
    const membership = (await membershipOf(world, organization, jo))!;

    expect(answer.data.organizationAddMember).toEqual({
      __typename: 'OrganizationAddMemberSuccess',
      membership: {
        id: expect.stringMatching(/^mem_/),
        status: 'ACTIVE',
        version: 1,
        isOwner: false,
        roles: [{ code: 'org_member' }],
        user: { id: jo.id },
      },
    });
    expect(membership).toMatchObject({ status: 'ACTIVE', version: 1, roles: ['org_member'], invitedBy: staff.uuid });
    expect(await happenings(world, answer)).toEqual([
      memberHappening(organization, 'member_added', staff, membership.uuid, jo, {
        changes: [{ field: 'roles', before: null, after: ['org_member'] }],
      }),
    ]);
    expect(await memberCountOf(world, organization)).toBe(n);
    expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
    expect(await holds(world, accessToken)).toBe(true);
    const seen = await jo.run('query ($id: ID!) { organization(id: $id) { id } }', { id: organization.id });
    expect(seen).toEqual({ organization: { id: organization.id } });
  }
});

test('with roles, each once: a code that two organizations have is a role of this one', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner, customRoles: { clerk: ['org:update'] } });
  const other = await world.organization({ owner, customRoles: { clerk: ['org:members:invite'] } });

  const answer = await ask(organization, jo, ['clerk', 'org_admin', 'clerk']);
  await add(other, jo, ['clerk']);

  expect((await happenings(world, answer))[0]).toMatchObject({
    changes: [{ field: 'roles', before: null, after: ['org_admin', 'clerk'] }],
  });
  const { user } = await staff.run(
    'query ($id: ID!) { user(id: $id) { memberships { nodes { organization { id } roles { code permissions { code } } } } } }',
    { id: jo.id },
  );
  const clerks = user.memberships.nodes.map(({ organization: { id }, roles }: any) => [
    id,
    roles.find(({ code }: any) => code === 'clerk').permissions.map(({ code }: any) => code),
  ]);
  expect(new Map(clerks)).toEqual(
    new Map([
      [organization.id, ['org:update']],
      [other.id, ['org:members:invite']],
    ]),
  );
});

test('a suspended account is added, staff add themselves, and so does who acts as staff', async () => {
  const boss = await world.person({ roles: ['system_admin'] });
  const [suspended, jo] = [await world.person({ status: 'SUSPENDED' }), await world.person()];
  const organization = await world.organization({ owner });

  for (const person of [suspended, staff]) {
    expect(await add(organization, person)).toMatchObject({ membership: { user: { id: person.id } } });
  }
  const asStaff = clientWith(world, (await impersonate(world, boss, staff)).accessToken);
  const answer = await asStaff.ask(Add, { input: { organizationId: organization.id, userId: jo.id } });
  expect(await happenings(world, answer)).toMatchObject([{ actor: staff.uuid, impersonator: boss.uuid }]);
  expect(await memberCountOf(world, organization)).toBe(4);
});
