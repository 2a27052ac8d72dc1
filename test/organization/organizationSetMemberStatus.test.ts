import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happenings,
  holds,
  rankTooLow,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import { memberHappening, membershipOf, testsOfMemberGuard } from './members.support.ts';

const SetStatus = documentOf('organizationSetMemberStatus', 'membership { id status version roles { code } permissions }');

let world: World;
let staff: Person;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  for (const person of [staff, owner]) await person.signIn();
});

const ask = (organization: Organization, person: Person, status: string, by: Person = owner) =>
  by.ask(SetStatus, { input: { organizationId: organization.id, userId: person.id, status } });
const setStatus = async (...args: Parameters<typeof ask>) => (await ask(...args)).data.organizationSetMemberStatus;

const success = { __typename: 'OrganizationSetMemberStatusSuccess' };

describe('refused', () => {
  testsOfMemberGuard(
    'organizationSetMemberStatus',
    'org:members:update',
    { rest: { status: 'SUSPENDED' }, whileImpersonating: 'allowed' },
    () => ({ world, staff }),
  );

  test('a status that there is not', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner, members: [[jo]] });

    for (const status of [null, 'GONE', 'suspended']) {
      expect((await ask(organization, jo, status as string)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('suspending oneself, before one’s ownership is looked at', async () => {
    const manager = await world.person();
    const organization = await world.organization({ owner, members: [[manager, ['org_manager']], [staff]] });
    await manager.signIn();

    await expectNothingWritten(world, async () => {
      for (const person of [owner, manager, staff]) {
        expect(await setStatus(organization, person, 'SUSPENDED', person)).toEqual(ruleError('SELF_NOT_ALLOWED'));
      }
    });
  });

  test('suspending the owner, by admins, by staff, and by who is outranked besides', async () => {
    const [admin, manager] = [await world.person(), await world.person()];
    const organization = await world.organization({
      owner,
      members: [
        [admin, ['org_admin']],
        [manager, ['org_manager']],
      ],
    });
    for (const person of [admin, manager]) await person.signIn();

    await expectNothingWritten(world, async () => {
      for (const by of [admin, manager, staff]) {
        expect(await setStatus(organization, owner, 'SUSPENDED', by)).toEqual(ruleError('OWNER_PROTECTED'));
      }
    });
  });

  test('a member more powerful there, suspending and restoring alike', async () => {
    const [admin, former, manager] = [await world.person(), await world.person(), await world.person()];
    const organization = await world.organization({
      owner,
      members: [
        [admin, ['org_admin']],
        [former, ['org_admin'], 'SUSPENDED'],
        [manager, ['org_manager']],
      ],
    });
    await manager.signIn();

    await expectNothingWritten(world, async () => {
      expect(await setStatus(organization, admin, 'SUSPENDED', manager)).toEqual(rankTooLow('org_admin'));
      expect(await setStatus(organization, former, 'ACTIVE', manager)).toEqual(rankTooLow('org_admin'));
    });
  });

  test('suspending the last org admin who is active, while the owner’s account is suspended', async () => {
    const [boss, last] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner: boss, members: [[last, ['org_admin']]] });
    await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${boss.uuid}::uuid`);

    await expectNothingWritten(world, async () => {
      expect(await setStatus(organization, last, 'SUSPENDED', staff)).toEqual(ruleError('LAST_ORG_ADMIN'));
    });
    await world.database.query(world.sql`UPDATE users SET status = 'ACTIVE' WHERE id = ${boss.uuid}::uuid`);
    expect(await setStatus(organization, last, 'SUSPENDED', staff)).toMatchObject(success);
  });
});

test('a suspended member has no permission there from the next call on, and keeps the account and the roles', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner, members: [[jo, ['org_manager']]] });
  const membership = (await membershipOf(world, organization, jo))!;
  const unscoped = await jo.signIn();
  const scoped = await jo.signIn({ organizationId: organization.id });

  const answer = await ask(organization, jo, 'SUSPENDED');

  expect(answer.data.organizationSetMemberStatus).toEqual({
    ...success,
    membership: {
      id: organization.memberships.get(jo.uuid),
      status: 'SUSPENDED',
      version: 2,
      roles: [{ code: 'org_manager' }],
      permissions: [],
    },
  });
  expect(await happenings(world, answer)).toEqual([
    memberHappening(organization, 'member_status_set', owner, membership.uuid, jo, {
      changes: [{ field: 'status', before: 'ACTIVE', after: 'SUSPENDED' }],
    }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 2 });
  for (const { accessToken } of [unscoped, scoped]) expect(await holds(world, accessToken)).toBe('TOKEN_STALE');
  expect(await visitor(world).refresh(scoped.refreshToken)).toMatchObject({ code: 'NOT_A_MEMBER' });
  expect(await visitor(world).refresh(scoped.refreshToken, { organizationId: null })).toMatchObject({
    viewer: { organization: null },
  });
  const { tokens } = await visitor(world).refresh(unscoped.refreshToken);
  const { organization: seen, viewer } = await clientWith(world, tokens.accessToken).run(
    'query ($id: ID!) { organization(id: $id) { id } viewer { user { id email } } }',
    { id: organization.id },
  );
  expect({ seen, viewer }).toEqual({ seen: null, viewer: { user: { id: jo.id, email: jo.email } } });
});

test('restoring gives all back, and no token is stale', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner, members: [[jo, ['org_manager'], 'SUSPENDED']] });
  const membership = (await membershipOf(world, organization, jo))!;
  const { accessToken } = await jo.signIn();

  const answer = await ask(organization, jo, 'ACTIVE');

  expect(answer.data.organizationSetMemberStatus).toMatchObject({ ...success, membership: { status: 'ACTIVE', version: 2 } });
  expect(answer.data.organizationSetMemberStatus.membership.permissions).toContain('org:members:update');
  expect(await happenings(world, answer)).toEqual([
    memberHappening(organization, 'member_status_set', owner, membership.uuid, jo, {
      changes: [{ field: 'status', before: 'SUSPENDED', after: 'ACTIVE' }],
    }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  const { organization: seen } = await clientWith(world, accessToken).run(
    'query ($id: ID!) { organization(id: $id) { id viewerPermissions } }',
    { id: organization.id },
  );
  expect(seen.viewerPermissions).toContain('org:members:update');
});

test('the status that it has is no change: no event, no version, and the token holds', async () => {
  const [jo, mo] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo], [mo, ['org_member'], 'SUSPENDED']] });
  const { accessToken } = await jo.signIn();

  await expectNothingWritten(world, async () => {
    expect(await setStatus(organization, jo, 'ACTIVE')).toMatchObject({ ...success, membership: { version: 1 } });
    expect(await setStatus(organization, mo, 'SUSPENDED')).toMatchObject({ ...success, membership: { version: 1 } });
    // Nobody is the owner more than before, nor oneself less.
    expect(await setStatus(organization, owner, 'ACTIVE')).toMatchObject({ ...success, membership: { version: 1 } });
  });
  expect(await holds(world, accessToken)).toBe(true);
});

test('impersonations in the organization end with a suspension, of and by the member; those elsewhere go on', async () => {
  const [jo, other] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[jo, ['org_manager']], [other]] });
  const elsewhere = await world.organization({ owner, members: [[jo]] });
  const ofJo = await impersonate(world, owner, jo, organization);
  const byJo = await impersonate(world, jo, other, organization);
  const kept = await impersonate(world, owner, jo, elsewhere);

  const answer = await ask(organization, jo, 'SUSPENDED');

  expect((await happenings(world, answer))[0]).toMatchObject({
    metadata: { revokedSessions: 1, endedImpersonations: 1 },
    people: [owner, jo, other].map(({ uuid }) => uuid).sort(),
  });
  await expectEnded(world, ofJo, byJo);
  expect(await goesOn(world, kept)).toBe(true);
});
