import { beforeAll, describe, expect, test } from 'vitest';
import { conflict, documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import { nobodysInvitations } from '../organization/invitations.support.ts';
import { memberCountOf, membershipOf } from '../organization/members.support.ts';
import { happeningThere } from '../organization/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectNothingWritten,
  expectNowhereStored,
  happenings,
  holds,
  notFound,
  ruleError,
  versionsOf,
} from '../user/support.ts';
import {
  ByToken,
  closed,
  closedOnes,
  expectUnseen,
  invitationIn,
  lastLinkTo,
  nobodysTokens,
  succeeding,
} from './invitations.support.ts';

const Accept = documentOf(
  'accountAcceptInvitation',
  'membership { id userId organizationId organization { id memberCount } status isOwner invitedByName version roles { code } }',
);
const Mine = `{ viewer { invitations {
  id email status organizationId organizationName organizationSlug invitedByName roles { code } organization { id } } } }`;

let world: World;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  owner = await world.person({ name: 'Olga' });
  await owner.signIn();
});

const accept = async (by: Pick<Person, 'run'>, input: object) => (await by.run(Accept, { input })).accountAcceptInvitation;

const noLink = { ...notFound('', 'token'), id: null };

/** Codes of the roles that a person has in an organization. */
const rolesOf = async (organization: Organization, person: Person) => (await membershipOf(world, organization, person))?.roles;

describe('refused', () => {
  test('without a token, and while impersonating, before anything is looked for', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const bound = await world.organization({ owner, members: [[jo]] });
    const organization = await world.organization({ owner });
    const { id, token } = await world.invitation({ organization, email: jo.email, by: owner });
    const sessions = [await impersonate(world, boss, jo), await impersonate(world, owner, jo, bound)];
    const inputs = [{ invitationId: id }, { token }, { invitationId: 'nonsense' }, { token: 'nonsense' }];

    await expectNothingWritten(world, async () => {
      for (const input of inputs) {
        await expect(world.anonymous.run(Accept, { input })).toBeRefused('UNAUTHENTICATED');
        for (const { accessToken } of sessions) {
          expect(await accept(clientWith(world, accessToken), input)).toEqual(ruleError('WHILE_IMPERSONATING'));
        }
      }
    });
  });

  test('with both an id and a token, with neither, and with nothing', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner });
    const { id, token } = await world.invitation({ organization, email: jo.email, by: owner });
    await jo.signIn();

    await expectNothingWritten(world, async () => {
      for (const input of [
        { invitationId: id, token },
        { invitationId: id, token: null },
        { invitationId: null, token },
        { invitationId: null },
        { token: null },
        {},
        null,
      ]) {
        await expect(jo.run(Accept, { input })).toBeRefused('BAD_USER_INPUT');
      }
    });
  });

  test('unknown ids, and those of other people’s, in whatever state, are one answer, for the inviter and staff too', async () => {
    const [jo, eve, unverified] = [await world.person(), await world.person(), await world.person({ emailVerified: false })];
    const staff = await world.person({ roles: ['system_admin'] });
    const organization = await world.organization({ owner });
    const toJo = await world.invitation({ organization, email: jo.email, by: owner });
    const toUnverified = await world.invitation({ organization, email: unverified.email, by: owner });
    const over = await world.invitation({ organization, email: 'over@example.com', by: owner, status: 'REVOKED' });
    const ids = [...nobodysInvitations(toJo), toJo.id, toUnverified.id, over.id];
    for (const person of [eve, unverified, owner, staff]) await person.signIn();

    await expectNothingWritten(world, async () => {
      for (const person of [eve, unverified, owner, staff]) {
        expect(await answersBut(person, Accept, ids, (invitationId) => ({ invitationId }))).toHaveLength(1);
        expect(await accept(person, { invitationId: toUnverified.id })).toEqual(notFound(toUnverified.id, 'invitationId'));
      }
    });
  });

  test('unknown links, and those in somebody else’s hands, are one answer that echoes none; the holder still sees what it is for', async () => {
    const [jo, eve] = [await world.person(), await world.person()];
    const staff = await world.person({ roles: ['system_admin'] });
    const organization = await world.organization({ owner });
    const link = await world.invitation({ organization, email: jo.email, by: owner });
    const over = await world.invitation({ organization, email: 'past@example.com', by: owner, status: 'REVOKED' });
    for (const person of [eve, owner, staff]) await person.signIn();

    await expectNothingWritten(world, async () => {
      for (const person of [eve, owner, staff]) {
        for (const token of [...nobodysTokens(link), link.token, over.token]) {
          expect(await accept(person, { token })).toEqual(noLink);
        }
      }
    });
    expect(await eve.run(ByToken, { token: link.token })).toMatchObject({
      invitationByToken: { id: link.id, status: 'PENDING', organization: null },
    });
  });

  test.each(closedOnes)('$stored: $code, by id and by link', async ({ stored, code, status }) => {
    const jo = await world.person();
    const organization = await world.organization({ owner });
    const { id, token } = await invitationIn(world, { organization, email: jo.email, by: owner, ...stored });
    await jo.signIn();

    await expectNothingWritten(world, async () => {
      for (const input of [{ invitationId: id }, { token }]) expect(await accept(jo, input)).toEqual(closed(code, status));
    });
  });

  test('a link that a newer one of the same invitation took the place of, which is unknown', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner });
    const { id, token } = await world.invitation({ organization, email: jo.email, by: owner });
    await succeeding(owner, 'organizationResendInvitation', { organizationId: organization.id, invitationId: id });
    await jo.signIn();

    await expectNothingWritten(world, async () => {
      expect(await accept(jo, { token })).toEqual(noLink);
    });
    expect(await accept(jo, { token: await lastLinkTo(world, jo.email) })).toMatchObject({ membership: { userId: jo.id } });
  });

  test('one that a newer invitation replaced, which is revoked, by id and by link', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner });
    const { id, token } = await world.invitation({ organization, email: jo.email, by: owner, roles: ['org_admin'] });
    await succeeding(owner, 'organizationCreateInvitation', { organizationId: organization.id, email: jo.email });
    await jo.signIn();

    await expectNothingWritten(world, async () => {
      for (const input of [{ invitationId: id }, { token }]) {
        expect(await accept(jo, input)).toEqual(closed('INVITATION_REVOKED', 'REVOKED'));
      }
    });
    const next = { token: await lastLinkTo(world, jo.email) };
    expect(await accept(jo, next)).toMatchObject({ membership: { roles: [{ code: 'org_member' }] } });
  });

  test('a suspended organization, until it is reactivated; what the invitation has come to is told before', async () => {
    const jo = await world.person({ emailVerified: false });
    const organization = await world.organization({ owner, status: 'SUSPENDED' });
    const { token } = await world.invitation({ organization, email: jo.email, by: owner });
    const revoked = await world.invitation({ organization, email: jo.email, by: owner, status: 'REVOKED' });
    await jo.signIn();

    await expectNothingWritten(world, async () => {
      expect(await accept(jo, { token })).toEqual(ruleError('ORGANIZATION_SUSPENDED'));
      expect(await accept(jo, { token: revoked.token })).toEqual(closed('INVITATION_REVOKED', 'REVOKED'));
    });
    const staff = await world.person({ roles: ['super_admin'] });
    await succeeding(staff, 'organizationReactivate', { organizationId: organization.id });
    expect(await accept(jo, { token })).toMatchObject({ membership: { userId: jo.id } });
  });

  test.each(['ACTIVE', 'SUSPENDED'] as const)('who is a member already, with their membership: %s', async (status) => {
    const jo = await world.person();
    const organization = await world.organization({ owner, members: [[jo, ['buyer'], status]] });
    const { id, token } = await world.invitation({ organization, email: jo.email, by: owner, roles: ['org_admin'] });
    await jo.signIn();
    const existing = { __typename: 'Membership', id: organization.memberships.get(jo.uuid)! };

    await expectNothingWritten(world, async () => {
      expect(await accept(jo, { invitationId: id })).toEqual(conflict('ALREADY_MEMBER', existing, 'invitationId'));
      expect(await accept(jo, { token })).toEqual(conflict('ALREADY_MEMBER', existing, 'token'));
    });
  });
});

describe('accepted', () => {
  test.each(['id', 'link'])('by %s: a member, in one event, with tokens that go on and may be scoped there', async (by) => {
    const jo = await world.person();
    const organization = await world.organization({ owner, name: 'Acme' });
    const { id, uuid, token } = await world.invitation({
      organization,
      email: jo.email,
      by: owner,
      roles: ['buyer', 'org_manager'],
    });
    const { accessToken } = await jo.signIn();
    const before = await versionsOf(world, jo);
    await expectUnseen(jo, organization);
    expect(await jo.run(Mine)).toEqual({
      viewer: {
        invitations: [
          {
            id,
            email: jo.email,
            status: 'PENDING',
            organizationId: organization.id,
            organizationName: 'Acme',
            organizationSlug: organization.slug,
            invitedByName: 'Olga',
            roles: [{ code: 'org_manager' }, { code: 'buyer' }],
            organization: null,
          },
        ],
      },
    });

    const answer = await jo.ask(Accept, { input: by === 'id' ? { invitationId: id } : { token } });

    const { membership, ...rest } = answer.data.accountAcceptInvitation;
    expect(rest).toEqual({ __typename: 'AccountAcceptInvitationSuccess' });
    expect(membership).toEqual({
      id: expect.stringMatching(/^mem_/),
      userId: jo.id,
      organizationId: organization.id,
      organization: { id: organization.id, memberCount: 2 },
      status: 'ACTIVE',
      isOwner: false,
      invitedByName: 'Olga',
      version: 1,
      roles: [{ code: 'org_manager' }, { code: 'buyer' }],
    });
    expect(await happenings(world, answer)).toEqual([
      happeningThere(
        organization,
        'invitation.accepted',
        jo,
        { type: 'inv', uuid },
        {
          changes: [
            { field: 'status', before: 'PENDING', after: 'ACCEPTED' },
            { field: 'roles', before: null, after: ['org_manager', 'buyer'] },
          ],
          metadata: { email: jo.email, membershipId: membership.id },
        },
      ),
    ]);
    expect(await versionsOf(world, jo)).toEqual(before);
    expect(await holds(world, accessToken)).toBe(true);
    expect(await jo.run(Mine)).toEqual({ viewer: { invitations: [] } });
    expect(await jo.run('query ($id: ID!) { organization(id: $id) { name } }', { id: organization.id })).toEqual({
      organization: { name: 'Acme' },
    });
    const switched = await visitor(world, { token: accessToken }).switchTo(organization.id);
    expect(switched).toMatchObject({
      viewer: { organization: { id: organization.id }, permissions: expect.arrayContaining(['org:members:invite']) },
    });
    expect(await accept(clientWith(world, switched.tokens.accessToken), { token })).toEqual(
      closed('INVITATION_USED', 'ACCEPTED'),
    );
    const [stored] = await world.database.query<any>(
      world.sql`SELECT status::text, accepted_at IS NOT NULL AS "isDated" FROM invitations WHERE id = ${uuid}::uuid`,
    );
    expect(stored).toEqual({ status: 'ACCEPTED', isDated: true });
    await expectNowhereStored(world, token);
  });

  test('by link with an unverified address, which is verified by it, in the one event', async () => {
    const jo = await world.person({ emailVerified: false });
    const organization = await world.organization({ owner });
    const { id, uuid, token } = await world.invitation({ organization, email: jo.email, by: owner });
    const { accessToken } = await jo.signIn();
    const before = await versionsOf(world, jo);
    expect(await accept(jo, { invitationId: id })).toEqual(notFound(id, 'invitationId'));
    expect(await jo.run(Mine)).toEqual({ viewer: { invitations: [] } });

    const answer = await jo.ask(Accept, { input: { token } });

    const { membership } = answer.data.accountAcceptInvitation;
    expect(await versionsOf(world, jo)).toEqual({ ...before, version: before.version + 1 });
    expect(await happenings(world, answer)).toEqual([
      happeningThere(
        organization,
        'invitation.accepted',
        jo,
        { type: 'inv', uuid },
        {
          changes: [
            { field: 'status', before: 'PENDING', after: 'ACCEPTED' },
            { field: 'roles', before: null, after: ['org_member'] },
            { field: 'emailVerified', before: false, after: true },
          ],
          metadata: { email: jo.email, membershipId: membership.id },
        },
      ),
    ]);
    expect(await jo.run('{ viewer { user { emailVerified } } }')).toEqual({ viewer: { user: { emailVerified: true } } });
    expect(await holds(world, accessToken)).toBe(true);
  });

  test('by one of two people with the address, who has it then', async () => {
    const pool = await world.pool();
    const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
    const jo = await world.person();
    const other = await world.person({ email: jo.email, pool: pool.code });
    await other.signIn({ appCode: app.code });
    const organization = await world.organization({ owner });
    const { id, token } = await world.invitation({ organization, email: jo.email, by: owner });

    expect(await accept(other, { invitationId: id })).toMatchObject({ membership: { userId: other.id } });
    for (const input of [{ invitationId: id }, { token }]) {
      expect(await accept(jo, input)).toEqual(closed('INVITATION_USED', 'ACCEPTED'));
    }
    expect(await membershipOf(world, organization, jo)).toBeUndefined();
    expect(await memberCountOf(world, organization)).toBe(2);
  });

  test('from a session that is scoped elsewhere; the scope stays', async () => {
    const jo = await world.person();
    const scope = await world.organization({ owner, members: [[jo]] });
    const organization = await world.organization({ owner });
    const { id } = await world.invitation({ organization, email: jo.email, by: owner });
    const { accessToken } = await jo.signIn({ organizationId: scope.id });

    expect(await accept(jo, { invitationId: id })).toMatchObject({
      membership: { organizationId: organization.id, organization: null },
    });
    expect(await jo.run('{ viewer { organization { id } } }')).toEqual({ viewer: { organization: { id: scope.id } } });
    expect(await visitor(world, { token: accessToken }).switchTo(organization.id)).toMatchObject({
      viewer: { organization: { id: organization.id } },
    });
  });

  test('is read by the organization’s admins, with the name', async () => {
    const jo = await world.person({ name: 'Jo Doe' });
    const organization = await world.organization({ owner });
    const { id } = await world.invitation({ organization, email: jo.email, by: owner });
    await accept(jo, { invitationId: id });

    expect(
      await owner.run('query ($id: ID!) { organization(id: $id) { auditEvents { nodes { action actorName subjectId } } } }', {
        id: organization.id,
      }),
    ).toEqual({
      organization: { auditEvents: { nodes: [{ action: 'invitation.accepted', actorName: 'Jo Doe', subjectId: id }] } },
    });
  });
});

describe('what the inviter can give by then is given', () => {
  const everything = ['org_admin', 'org_manager', 'seller', 'buyer'];

  /** An inviter who is `org_admin`, and what comes of their invitation once something happened to them. */
  async function afterwards(
    change: (inviter: Person, organization: Organization) => Promise<unknown>,
    staffRoles = ['base_user'],
  ) {
    const [inviter, jo] = [await world.person({ name: 'Ines', roles: staffRoles }), await world.person()];
    const organization = await world.organization({
      owner,
      members: staffRoles[0] === 'base_user' ? [[inviter, ['org_admin']]] : [],
      customRoles: { inviting: ['org:read', 'org:members:invite'] },
    });
    const { id } = await world.invitation({ organization, email: jo.email, by: inviter, roles: everything });
    await change(inviter, organization);
    const { membership } = await accept(jo, { invitationId: id });
    expect(membership.roles.map(({ code }: { code: string }) => code)).toEqual(await rolesOf(organization, jo));
    return { roles: await rolesOf(organization, jo), invitedByName: membership.invitedByName };
  }
  const setRoles =
    (...roleCodes: string[]) =>
    (inviter: Person, { id }: Organization) =>
      succeeding(owner, 'organizationSetMemberRoles', { organizationId: id, userId: inviter.id, roleCodes });
  const setStatus = (status: string) => (inviter: Person) =>
    world.database.query(world.sql`UPDATE users SET status = ${status}::user_status WHERE id = ${inviter.uuid}::uuid`);

  test('all of it while nothing has changed', async () => {
    expect(await afterwards(async () => {})).toEqual({ roles: everything, invitedByName: 'Ines' });
  });

  test('role by role, where the inviter was demoted', async () => {
    expect(await afterwards(setRoles('org_manager'))).toEqual({
      roles: ['org_manager', 'seller', 'buyer'],
      invitedByName: 'Ines',
    });
    // Of what a weak role may invite, nothing is left of these.
    expect((await afterwards(setRoles('inviting'))).roles).toEqual(['org_member']);
    expect((await afterwards(setRoles('inviting', 'seller'))).roles).toEqual(['seller', 'buyer']);
  });

  test.each<readonly [string, (inviter: Person, organization: Organization) => Promise<unknown>, name: string | null]>([
    ['may invite no more', setRoles('seller'), 'Ines'],
    [
      'was removed',
      (inviter, { id }) => succeeding(owner, 'organizationRemoveMember', { organizationId: id, userId: inviter.id }),
      'Ines',
    ],
    ['left', (inviter, { id }) => succeeding(inviter, 'accountLeaveOrganization', { organizationId: id }), 'Ines'],
    [
      'is a suspended member',
      (inviter, { id }) =>
        succeeding(owner, 'organizationSetMemberStatus', { organizationId: id, userId: inviter.id, status: 'SUSPENDED' }),
      'Ines',
    ],
    ['has a suspended account', setStatus('SUSPENDED'), 'Ines'],
    ['is gone', (inviter) => world.database.query(world.sql`DELETE FROM users WHERE id = ${inviter.uuid}::uuid`), null],
  ])('`org_member` alone, where the inviter %s', async (_what, change, invitedByName) => {
    expect(await afterwards(change)).toEqual({ roles: ['org_member'], invitedByName });
  });

  test('all of it again, where a suspension of the inviter’s account has run out', async () => {
    const { roles } = await afterwards((inviter) =>
      world.database.query(world.sql`
        UPDATE users SET status = 'SUSPENDED', suspended_until = now() - interval '1 second' WHERE id = ${inviter.uuid}::uuid`),
    );
    expect(roles).toEqual(everything);
  });

  test('all of it from staff, and `org_member` once they are staff no more', async () => {
    const boss = await world.person({ roles: ['system_admin'] });
    const demoted = (inviter: Person) => succeeding(boss, 'userSetRoles', { userId: inviter.id, roleCodes: ['base_user'] });

    expect((await afterwards(async () => {}, ['super_admin'])).roles).toEqual(everything);
    expect((await afterwards(demoted, ['super_admin'])).roles).toEqual(['org_member']);
  });

  test('what is left where a custom role was deleted meanwhile, or `org_member`', async () => {
    const [jo, mo] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner, customRoles: { clerk: ['org:read'] } });
    const invite = (email: string, roleCodes: string[]) =>
      succeeding(owner, 'organizationCreateInvitation', { organizationId: organization.id, email, roleCodes });
    await invite(jo.email, ['clerk']);
    await invite(mo.email, ['clerk', 'buyer']);
    const { roles } = (
      await owner.run('query ($id: ID!) { organization(id: $id) { roles { id code } } }', { id: organization.id })
    ).organization;
    const clerk = roles.find(({ code }: { code: string }) => code === 'clerk');
    await succeeding(owner, 'organizationDeleteRole', { organizationId: organization.id, roleId: clerk.id });

    for (const [person, role] of [[jo, 'org_member'] as const, [mo, 'buyer'] as const]) {
      expect(await accept(person, { token: await lastLinkTo(world, person.email) })).toMatchObject({
        membership: { roles: [{ code: role }] },
      });
    }
  });

  test('what who resends it can give, who is the inviter from then on', async () => {
    const [weak, jo] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner, members: [[weak, ['org_member']]] });
    const { id } = await world.invitation({ organization, email: jo.email, by: weak, roles: ['org_manager'] });
    await succeeding(owner, 'organizationResendInvitation', { organizationId: organization.id, invitationId: id });

    expect(await accept(jo, { invitationId: id })).toMatchObject({
      membership: { invitedByName: 'Olga', roles: [{ code: 'org_manager' }] },
    });
  });
});
