import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  answersBut,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  nobodys,
  notFound,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { expectRefusedWhileImpersonating, ofOrganization, organizationRow } from './organizations.support.ts';
import { memberOf } from './roles.support.ts';
import { testsOfGuard } from './support.ts';

const Transfer = documentOf(
  'organizationTransferOwnership',
  'organization { version memberCount owner { user { id } roles { code } } }',
);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const transfer = async (by: Person, organization: Organization, newOwnerId: string) =>
  (await by.run(Transfer, { input: { organizationId: organization.id, newOwnerId } })).organizationTransferOwnership;

describe('refused:', () => {
  testsOfGuard(
    'organizationTransferOwnership',
    { staff: 'organizations:update', orThere: 'owner', whileImpersonating: 'refused' },
    () => ({
      world,
      staff,
      inputOf: ({ id }, heir) => ({ organizationId: id, newOwnerId: heir.id }),
    }),
  );

  test('while impersonating the owner, or staff', async () => {
    const [owner, boss] = [await world.person(), await world.person({ roles: ['system_admin'] })];
    const { id } = await world.organization({ owner });
    for (const person of [owner, staff]) {
      const input = { organizationId: id, newOwnerId: 'nonsense' };
      await expectRefusedWhileImpersonating(world, boss, person, 'organizationTransferOwnership', input);
    }
  });

  test('to nobody, to who is no member, and to a member of another organization, alike', async () => {
    const [owner, stranger, other] = [await world.person(), await world.person(), await world.person()];
    const organization = await world.organization({ owner });
    await world.organization({ owner: other });
    await owner.signIn();

    await expectNothingWritten(world, async () => {
      const ids = [encodeId('user', newId()), ...nobodys('user', owner), stranger.id, other.id];
      const inputOf = (newOwnerId: string) => ({ organizationId: organization.id, newOwnerId });
      expect(await answersBut(owner, Transfer, ids, inputOf)).toHaveLength(1);
      expect(await transfer(owner, organization, stranger.id)).toEqual(notFound(stranger.id, 'newOwnerId'));
    });
  });

  test('to a member who is suspended, there or everywhere', async () => {
    const [owner, jo, sam] = [await world.person(), await world.person(), await world.person({ status: 'SUSPENDED' })];
    const organization = await world.organization({ owner, members: [[jo, ['org_admin'], 'SUSPENDED'], [sam]] });
    await owner.signIn();

    await expectNothingWritten(world, async () => {
      expect(await transfer(owner, organization, jo.id)).toEqual(ruleError('NOT_A_MEMBER'));
      expect(await transfer(owner, organization, sam.id)).toEqual(ruleError('USER_SUSPENDED'));
    });
  });
});

test('the new owner gets `org_admin` beside their roles, the former one keeps theirs, and nobody’s token is stale', async () => {
  const [owner, jo] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo, ['seller', 'org_member']]] });
  await owner.signIn();

  const answer = await owner.ask(Transfer, { input: { organizationId: organization.id, newOwnerId: jo.id } });

  expect(answer.data.organizationTransferOwnership.organization).toMatchObject({
    version: 2,
    memberCount: 2,
  });
  expect(await happenings(world, answer)).toEqual([
    ofOrganization(organization, 'organization.ownership_transferred', owner, {
      changes: [{ field: 'owner', before: owner.id, after: jo.id }],
      people: [jo],
    }),
  ]);
  expect(await organizationRow(world, organization.uuid)).toMatchObject({ version: 2, owner: jo.uuid });
  const heir = await memberOf(world, organization, jo);
  expect({ ...heir, roles: [...heir!.roles].sort() }).toEqual({ roles: ['org_admin', 'org_member', 'seller'], version: 2 });
  expect(await memberOf(world, organization, owner)).toEqual({ roles: ['org_admin'], version: 1 });
  for (const person of [owner, jo]) expect(await versionsOf(world, person)).toEqual({ version: 1, tokenVersion: 1 });

  // It is the new owner's to give from now on; who has the role already needs no change of the membership.
  expect(
    await owner.run(Transfer, { input: { organizationId: organization.id, newOwnerId: owner.id } }).catch((error) => error),
  ).toBeInstanceOf(Error);
  await jo.signIn();
  expect((await transfer(jo, organization, owner.id)).organization).toMatchObject({
    version: 3,
  });
  expect(await memberOf(world, organization, owner)).toMatchObject({ version: 1 });
});

test('to the present owner it is no change', async () => {
  const owner = await world.person();
  const organization = await world.organization({ owner });

  const answer = await staff.ask(Transfer, { input: { organizationId: organization.id, newOwnerId: owner.id } });

  expect(answer.data.organizationTransferOwnership.organization).toMatchObject({ version: 1, owner: { user: { id: owner.id } } });
  expect(await happenings(world, answer)).toEqual([]);
  expect(await organizationRow(world, organization.uuid)).toMatchObject({ version: 1, owner: owner.uuid });
});

test('impersonations in the organization end whose person has risen to the impersonator’s rank, and others go on', async () => {
  const [owner, jo, sam] = [await world.person(), await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo], [sam]] });
  const ending = await impersonate(world, owner, jo, organization);
  const staying = [await impersonate(world, owner, sam, organization), await impersonate(world, staff, jo)];

  const answer = await staff.ask(Transfer, { input: { organizationId: organization.id, newOwnerId: jo.id } });

  await expectEnded(world, ending);
  for (const session of staying) expect(await goesOn(world, session)).toBe(true);
  expect(await happenings(world, answer)).toEqual([
    ofOrganization(organization, 'organization.ownership_transferred', staff, {
      changes: [{ field: 'owner', before: owner.id, after: jo.id }],
      metadata: { revokedSessions: 1, endedImpersonations: 0 },
      people: [owner, jo],
    }),
  ]);
});
