import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import { badTexts } from '../user/bad-input.ts';
import { expectNothingWritten, happenings, holds, invalid, versionsOf } from '../user/support.ts';
import { expectRefusedWhileImpersonating, ofOrganization } from './organizations.support.ts';
import { testsOfGuard } from './support.ts';

const Suspend = documentOf('organizationSuspend', 'organization { status version }');

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

describe('refused:', () => {
  testsOfGuard('organizationSuspend', { staff: 'organizations:update', whileImpersonating: 'refused' }, () => ({
    world,
    staff,
    inputOf: ({ id }) => ({ organizationId: id, reason: 'Has not paid' }),
  }));

  test('while impersonating', async () => {
    const { id } = await world.organization({ owner: await world.person() });
    const boss = await world.person({ roles: ['system_admin'] });
    const input = { organizationId: id, reason: '' };
    await expectRefusedWhileImpersonating(world, boss, staff, 'organizationSuspend', input);
  });

  const lines = 'a line break';
  test.each<readonly [string, string, string]>([
    ['nothing', '', 'REQUIRED'],
    ['two characters', ' ab ', 'TOO_SHORT'],
    ['501 characters', 'x'.repeat(501), 'TOO_LONG'],
    ...badTexts.filter(([what]) => what !== lines && what !== 'one character too many'),
  ])('a reason of %s', async (_what, reason, code) => {
    const { id } = await world.organization({ owner: await world.person() });
    await expectNothingWritten(world, async () => {
      const { organizationSuspend } = await staff.run(Suspend, { input: { organizationId: id, reason } });
      expect(organizationSuspend).toEqual(invalid(['reason', code]));
    });
  });
});

test('it is suspended with its reason; sessions stay, and another reason is a change of it, the same one none', async () => {
  const [owner, jo] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo]] });
  const tokens = await jo.signIn({ organizationId: organization.id });
  const suspend = (reason: string) => staff.ask(Suspend, { input: { organizationId: organization.id, reason } });
  const about = (reason: string, changes: object[]) =>
    ofOrganization(organization, 'organization.suspended', staff, { reason, changes, people: [owner] });

  const first = await suspend(' Has not paid ');
  expect(first.data.organizationSuspend.organization).toEqual({
    status: 'SUSPENDED',
    version: 2,
  });
  expect(await happenings(world, first)).toEqual([
    about('Has not paid', [
      { field: 'status', before: 'ACTIVE', after: 'SUSPENDED' },
      { field: 'suspensionReason', before: null, after: 'Has not paid' },
    ]),
  ]);

  const same = await suspend('Has not paid');
  expect(same.data.organizationSuspend.organization).toMatchObject({ status: 'SUSPENDED', version: 2 });
  expect(await happenings(world, same)).toEqual([]);

  const other = await suspend('Sold');
  expect(other.data.organizationSuspend.organization).toMatchObject({ version: 3 });
  expect(await happenings(world, other)).toEqual([
    about('Sold', [{ field: 'suspensionReason', before: 'Has not paid', after: 'Sold' }]),
  ]);

  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  expect(await holds(world, tokens.accessToken)).toBe(true);
  const [session] = await world.database.query(world.sql`SELECT ended_at FROM sessions WHERE user_id = ${jo.uuid}::uuid`);
  expect(session).toEqual({ ended_at: null });
  const own = await jo.run('query ($id: ID!) { organization(id: $id) { status } }', { id: organization.id });
  expect(own.organization).toEqual({ status: 'SUSPENDED' });
});
