import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import { happenings, versionsOf } from '../user/support.ts';
import { expectRefusedWhileImpersonating, ofOrganization } from './organizations.support.ts';
import { testsOfGuard } from './support.ts';

const Reactivate = documentOf('organizationReactivate', 'organization { status version }');
const Suspend = documentOf('organizationSuspend', '__typename');

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

describe('refused:', () => {
  testsOfGuard('organizationReactivate', { staff: 'organizations:update', whileImpersonating: 'refused' }, () => ({
    world,
    staff,
    inputOf: ({ id }) => ({ organizationId: id }),
  }));

  test('while impersonating', async () => {
    const { id } = await world.organization({ owner: await world.person(), status: 'SUSPENDED' });
    const boss = await world.person({ roles: ['system_admin'] });
    await expectRefusedWhileImpersonating(world, boss, staff, 'organizationReactivate', { organizationId: id });
  });
});

test('it runs itself again without the reason, once; nobody’s token is stale', async () => {
  const owner = await world.person();
  const organization = await world.organization({ owner });
  const input = { organizationId: organization.id };
  await staff.run(Suspend, { input: { ...input, reason: 'Has not paid' } });

  const answer = await staff.ask(Reactivate, { input });
  expect(answer.data.organizationReactivate.organization).toEqual({ status: 'ACTIVE', version: 3 });
  expect(await happenings(world, answer)).toEqual([
    ofOrganization(organization, 'organization.reactivated', staff, {
      changes: [
        { field: 'status', before: 'SUSPENDED', after: 'ACTIVE' },
        { field: 'suspensionReason', before: 'Has not paid', after: null },
      ],
      people: [owner],
    }),
  ]);
  expect(await versionsOf(world, owner)).toEqual({ version: 1, tokenVersion: 1 });

  const again = await staff.ask(Reactivate, { input });
  expect(again.data.organizationReactivate.organization).toEqual({ status: 'ACTIVE', version: 3 });
  expect(await happenings(world, again)).toEqual([]);

  // Its owner changes it again.
  const Update = documentOf('organizationUpdate', 'organization { name }');
  expect((await owner.run(Update, { input: { ...input, name: 'Again' } })).organizationUpdate.organization).toEqual({
    name: 'Again',
  });
});
