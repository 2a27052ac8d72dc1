import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { claimsIn, impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import { expectEnded, expectNothingWritten, happenings, holds, invalid, versionsOf } from '../user/support.ts';
import { expectRefusedWhileImpersonating, ofOrganization, organizationRow } from './organizations.support.ts';
import { testsOfGuard } from './support.ts';

const Delete = documentOf('organizationDelete', 'deletedOrganizationId deletedMemberships');
const Create = documentOf('organizationCreate', 'organization { slug }');

let world: World;
let boss: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  boss = await world.person({ roles: ['system_admin'] });
  await boss.signIn();
});

describe('refused:', () => {
  testsOfGuard('organizationDelete', { staff: 'organizations:delete', whileImpersonating: 'refused' }, () => ({
    world,
    staff: boss,
    inputOf: ({ id }) => ({ organizationId: id }),
  }));

  test('while impersonating', async () => {
    const organization = await world.organization({ owner: await world.person() });
    const other = await world.person({ roles: ['system_admin'] });
    await expectRefusedWhileImpersonating(world, boss, other, 'organizationDelete', { organizationId: organization.id });
  });

  test.each([
    ['ab', 'TOO_SHORT'],
    ['x'.repeat(501), 'TOO_LONG'],
    ['abc\0', 'NOT_TEXT'],
    ['\u200b\u200b\u200b', 'INVISIBLE'],
  ])('a reason like %j', async (reason, code) => {
    const { id } = await world.organization({ owner: await world.person() });
    await expectNothingWritten(world, async () => {
      const { organizationDelete } = await boss.run(Delete, { input: { organizationId: id, reason } });
      expect(organizationDelete).toEqual(invalid(['reason', code]));
    });
  });
});

test('all of it goes, its slug is free again, sessions lose the scope, and impersonations there end', async () => {
  const [owner, jo, former] = [await world.person(), await world.person(), await world.person()];
  const organization = await world.organization({
    owner,
    name: 'Gone',
    slug: 'gone',
    customRoles: { gardener: ['org:update'] },
    members: [
      [jo, ['gardener']],
      [former, ['org_member'], 'SUSPENDED'],
    ],
  });
  await world.invitation({ organization, email: 'someone@example.com', by: owner });
  const carried = await impersonate(world, owner, jo, organization);
  const elsewhere = await impersonate(world, boss, jo);
  const scoped = await jo.signIn({ organizationId: organization.id });

  const answer = await boss.ask(Delete, { input: { organizationId: organization.id, reason: ' It closed ' } });

  expect(answer.data.organizationDelete).toEqual({
    __typename: 'OrganizationDeleteSuccess',
    deletedOrganizationId: organization.id,
    deletedMemberships: 3,
  });
  expect(await happenings(world, answer)).toEqual([
    ofOrganization(organization, 'organization.deleted', boss, {
      reason: 'It closed',
      changes: Object.entries({ name: 'Gone', slug: 'gone', owner: owner.id }).map(([field, before]) => ({
        field,
        before,
        after: null,
      })),
      metadata: { deletedMemberships: 3, endedImpersonations: 1 },
      people: [owner, jo],
    }),
  ]);
  expect(await organizationRow(world, organization.uuid)).toBeNull();
  for (const table of ['memberships', 'roles', 'invitations'])
    expect(
      await world.database.query(world.sql([`SELECT FROM ${table} WHERE organization_id = '${organization.uuid}'`])),
    ).toEqual([]);

  await expectEnded(world, carried);
  expect(await holds(world, elsewhere.accessToken)).toBe(true);
  expect(await holds(world, scoped.accessToken)).toBe('TOKEN_STALE');
  const { tokens } = await visitor(world).refresh(scoped.refreshToken);
  expect(await holds(world, tokens.accessToken)).toBe(true);
  expect(claimsIn(tokens.accessToken).org ?? null).toBeNull();
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });

  const { organizationCreate } = await boss.run(Create, { input: { name: 'Gone' } });
  expect(organizationCreate.organization).toEqual({ slug: 'gone' });
});
