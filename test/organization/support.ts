import { expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { documentOf } from '../app/support.ts';
import { impersonate } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { answersBut, clientWith, expectNothingWritten, happenings, notFound, peopleOf, ruleError } from '../user/support.ts';

/** Ids that are no organization's: unknown, of another type, out of shape. */
export const nobodysOrganizations = ({ id, uuid }: Pick<Organization, 'id' | 'uuid'>): string[] => [
  encodeId('org', newId()),
  encodeId('user', uuid),
  uuid,
  'org_',
  `${id}\0`,
  ` ${id}`,
  id.toUpperCase(),
  'org_\ud800',
  `org_${'x'.repeat(10_000)}`,
  'nonsense',
  '',
];

/** An event in an organization, as `happenings` gives it. */
export const happeningThere = (
  organization: Pick<Organization, 'uuid'>,
  action: string,
  by: Person,
  subject: { readonly type: 'org' | 'mem' | 'role' | 'inv'; readonly uuid: string },
  rest: { reason?: string; changes?: object[]; metadata?: object; people?: readonly Person[] } = {},
) => ({
  action,
  actor: by.uuid,
  impersonator: null,
  type: subject.type,
  subject: subject.uuid,
  organization: organization.uuid,
  reason: rest.reason ?? null,
  changes: rest.changes ?? [],
  metadata: rest.metadata ?? {},
  people: peopleOf(by, ...(rest.people ?? [])),
});

/** What a mutation answers that was asked for no more than the type of its success. */
export const succeeded = (mutation: string) => ({
  [mutation]: { __typename: `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Success` },
});

export const permissionNotHeld = (...permissions: string[]) => ({
  __typename: 'PowerError',
  code: 'PERMISSION_NOT_HELD',
  message: expect.any(String),
  path: null,
  roles: [],
  permissions,
});

const audit = ['audit_events', 'audit_event_people', 'refusal_windows'];

/** FORBIDDEN with what is needed, and nothing written but the event of it. */
export async function expectForbidden(
  world: World,
  mutation: string,
  person: Person,
  needs: string,
  input: object,
  organization: Pick<Organization, 'uuid'> | null,
) {
  const document = documentOf(mutation, '__typename');
  await person.signIn();
  let answer!: Awaited<ReturnType<Person['ask']>>;
  await expectNothingWritten(
    world,
    async () => {
      answer = await person.ask(document, { input });
    },
    audit,
  );
  expect(answer.data).toBeNull();
  expect(answer.errors).toMatchObject([{ path: [mutation], extensions: { code: 'FORBIDDEN', needs } }]);
  expect(await happenings(world, answer)).toEqual([
    {
      action: 'access.forbidden',
      actor: person.uuid,
      impersonator: null,
      type: null,
      subject: null,
      organization: organization?.uuid ?? null,
      reason: null,
      changes: [],
      metadata: { field: mutation, needs },
      people: [person.uuid],
    },
  ]);
}

/** What a change in an organization asks of its caller. */
export interface Guarded {
  readonly staff: string;
  /** What serves as well, there; staff alone where left out, who are told so before the organization is looked for. */
  readonly orThere?: string;
  readonly whileImpersonating: 'refused' | 'allowed';
}

interface Given {
  readonly world: World;
  readonly staff: Person;
  /** What succeeds in an organization that has an `org_member` and a custom role `clerk`. */
  inputOf(organization: Organization, member: Person): object | Promise<object>;
}

const assignable = ['org:members:read', 'org:members:invite', 'org:members:update', 'org:members:remove', 'org:update'] as const;

/**
 * What every change in an organization refuses, whatever else its input says, and in which order: no token, no such
 * organization, a suspended one, not the permission, impersonating.
 */
export function testsOfGuard(mutation: string, { staff: staffRight, orThere, whileImpersonating }: Guarded, given: () => Given) {
  const document = documentOf(mutation, '__typename');
  const there = orThere === 'owner' ? 'to be the owner' : `${orThere} there`;
  const needs = orThere ? `${there} or ${staffRight}` : staffRight;
  const isManagers = orThere === 'org:members:invite' || orThere === 'org:members:update';

  /** An organization with a member, and what to do there. */
  async function shop(owner: Person, options: Partial<Parameters<World['organization']>[0]> = {}) {
    const { world, inputOf } = given();
    const member = await world.person();
    const organization = await world.organization({
      owner,
      ...options,
      members: [...(options.members ?? []), [member]],
      customRoles: { clerk: ['org:read'], ...options.customRoles },
    });
    return { organization, member, input: await inputOf(organization, member) };
  }

  test('without a token, and without the permission, which leaves an event', async () => {
    const { world, staff } = given();
    const [owner, admin, manager, lacking] = [
      await world.person(),
      await world.person(),
      await world.person(),
      await world.person(),
    ];
    const { organization, member, input } = await shop(owner, {
      customRoles: { lacking: assignable.filter((code) => code !== orThere) },
      members: [
        [admin, ['org_admin']],
        [manager, ['org_manager']],
        [lacking, ['lacking']],
      ],
    });
    // What one may do elsewhere counts for nothing here.
    await world.organization({ owner: lacking });

    await expectNothingWritten(world, async () => {
      await expect(world.anonymous.run(document, { input })).toBeRefused('UNAUTHENTICATED');
    });
    const without = [
      lacking,
      member,
      ...(isManagers ? [] : [manager]),
      ...(!orThere || orThere === 'owner' ? [admin] : []),
      ...(orThere ? [] : [owner]),
    ];
    for (const person of without) {
      await expectForbidden(world, mutation, person, needs, input, orThere ? organization : null);
    }
    const able = orThere ? owner : staff;
    await able.signIn();
    expect(await able.run(document, { input })).toEqual(succeeded(mutation));
  });

  test('organizations that are unknown, or out of the caller’s sight, are one answer, and nothing is written', async () => {
    const { world, staff } = given();
    const [owner, stranger, former] = [await world.person(), await world.person(), await world.person()];
    const { organization, input } = await shop(owner, { members: [[former, ['org_admin'], 'SUSPENDED']] });
    const ids = nobodysOrganizations(organization);
    const inputIn = (organizationId: string) => ({ ...input, organizationId });
    for (const person of [stranger, former, staff]) await person.signIn();

    await expectNothingWritten(world, async () => {
      // Who is no staff is FORBIDDEN what staff alone may do, whatever the organization.
      for (const person of orThere ? [stranger, former] : []) {
        expect(await answersBut(person, document, [...ids, organization.id], inputIn)).toHaveLength(1);
      }
      expect(await answersBut(staff, document, ids, inputIn)).toHaveLength(1);
      for (const person of orThere ? [stranger, staff] : [staff]) {
        expect(await person.run(document, { input: inputIn('nonsense') })).toEqual({
          [mutation]: notFound('nonsense', 'organizationId'),
        });
      }
    });
  });

  // Staff rights hold in every scope.
  if (orThere)
    test('a session that is scoped elsewhere reaches nothing here; an unscoped one reaches all of one’s own', async () => {
      const { world } = given();
      const owner = await world.person();
      const [here, elsewhere] = [await shop(owner), await shop(owner)];

      await owner.signIn({ organizationId: elsewhere.organization.id });
      await expectNothingWritten(world, async () => {
        expect(await owner.run(document, { input: here.input })).toEqual({
          [mutation]: notFound(here.organization.id, 'organizationId'),
        });
      });
      expect(await owner.run(document, { input: elsewhere.input })).toEqual(succeeded(mutation));
      await owner.signIn();
      expect(await owner.run(document, { input: here.input })).toEqual(succeeded(mutation));
    });

  test('members of a suspended organization are told so, whatever they may do; staff go on', async () => {
    const { world, staff } = given();
    const owner = await world.person();
    const { member, input } = await shop(owner, { status: 'SUSPENDED' });
    for (const person of [owner, member, staff]) await person.signIn();

    await expectNothingWritten(world, async () => {
      for (const person of orThere ? [owner, member] : []) {
        expect(await person.run(document, { input })).toEqual({ [mutation]: ruleError('ORGANIZATION_SUSPENDED') });
      }
    });
    expect(await staff.run(document, { input })).toEqual(succeeded(mutation));
  });

  test(`${whileImpersonating} while impersonating, and before that FORBIDDEN without the permission`, async () => {
    const { world, staff } = given();
    const boss = await world.person({ roles: ['system_admin'] });
    const [owner, admin] = [await world.person(), await world.person()];
    const shops = [
      await shop(owner, { members: [[admin, ['org_admin']]] }),
      await shop(owner, { members: [[admin, ['org_admin']]] }),
    ];
    const asMember = clientWith(world, (await impersonate(world, boss, shops[0]!.member)).accessToken);
    await expect(asMember.run(document, { input: shops[0]!.input })).toBeRefused('FORBIDDEN');

    const carried = orThere
      ? [await impersonate(world, boss, owner), await impersonate(world, admin, owner, shops[1]!.organization)]
      : [await impersonate(world, boss, staff)];
    for (const [i, { accessToken }] of carried.entries()) {
      expect(await clientWith(world, accessToken).run(document, { input: shops[i]!.input })).toEqual(
        whileImpersonating === 'refused' ? { [mutation]: ruleError('WHILE_IMPERSONATING') } : succeeded(mutation),
      );
    }
  });
}
