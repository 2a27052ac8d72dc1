import { beforeAll, describe, expect, test } from 'vitest';
import { conflict } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { answersBut, expectNothingWritten, expectNowhereStored, happenings, notFound, rankTooLow } from '../user/support.ts';
import {
  ByToken,
  changeOf,
  closedInvitation,
  goneOut,
  invitationError,
  invitationHappening,
  invitingMails,
  nobodysInvitations,
  shown,
  storedInvitation,
} from './invitations.support.ts';
import { testsOfGuard } from './support.ts';

const Resend = changeOf('organizationResendInvitation');

let world: World;
let staff: Person;
let owner: Person;
let manager: Person;
let organization: Organization;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  [owner, manager] = [await world.person({ name: 'Olga' }), await world.person({ name: 'Max' })];
  organization = await world.organization({ owner, members: [[manager, ['org_manager']]] });
  for (const person of [staff, owner, manager]) await person.signIn();
});

let serial = 0;
const newAddress = () => `again-${++serial}@example.com`;
const past = () => new Date(Date.now() - 1000);

const ask = (invitation: { readonly id: string }, by: Person = owner) =>
  by.ask(Resend, { input: { organizationId: organization.id, invitationId: invitation.id } });
const resend = async (...args: Parameters<typeof ask>) => (await ask(...args)).data.organizationResendInvitation;

const success = { __typename: 'OrganizationResendInvitationSuccess' };

describe('refused', () => {
  testsOfGuard(
    'organizationResendInvitation',
    { staff: 'organizations:members', orThere: 'org:members:invite', whileImpersonating: 'allowed' },
    () => ({
      world,
      staff,
      inputOf: async (there) => ({
        organizationId: there.id,
        invitationId: (await world.invitation({ organization: there, email: newAddress() })).id,
      }),
    }),
  );

  test('invitations that are unknown, or another organization’s, are one answer', async () => {
    const other = await world.organization({ owner });
    const elsewhere = await world.invitation({ organization: other, email: newAddress() });

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) {
        const ids = [...nobodysInvitations(elsewhere), elsewhere.id];
        const inputOf = (invitationId: string) => ({ organizationId: organization.id, invitationId });
        expect(await answersBut(by, Resend, ids, inputOf)).toHaveLength(1);
        expect(await resend(elsewhere, by)).toEqual(notFound(elsewhere.id, 'invitationId'));
      }
    });
  });

  test.each(['ACCEPTED', 'DECLINED', 'REVOKED'] as const)('one that is %s', async (status) => {
    const invitation = await closedInvitation(world, { organization, email: newAddress() }, status);

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) expect(await resend(invitation, by)).toEqual(invitationError(status));
    });
  });

  test('one that offers a role more powerful than oneself, whoever made it', async () => {
    const invitation = await world.invitation({ organization, email: newAddress(), by: owner, roles: ['org_admin', 'buyer'] });

    await expectNothingWritten(world, async () => {
      expect(await resend(invitation, manager)).toEqual(rankTooLow('org_admin'));
    });
    expect(await resend(invitation)).toMatchObject(success);
  });

  test('one to an address that is a member’s by now, suspended or not', async () => {
    const [jo, mo] = [await world.person(), await world.person()];
    const there = await world.organization({ owner, members: [[jo], [mo, ['org_member'], 'SUSPENDED']] });

    for (const person of [jo, mo]) {
      const { id } = await world.invitation({ organization: there, email: person.email });
      const existing = { __typename: 'Membership', id: there.memberships.get(person.uuid)! };
      await expectNothingWritten(world, async () => {
        expect(await owner.run(Resend, { input: { organizationId: there.id, invitationId: id } })).toEqual({
          organizationResendInvitation: conflict('ALREADY_MEMBER', existing, 'invitationId'),
        });
      });
    }
  });
});

test.each(['PENDING', 'EXPIRED', 'PENDING past its end'])(
  'one that is %s gets a new link for seven days, from whoever resends it; the old link is dead',
  async (was) => {
    const email = newAddress();
    const invitation = await world.invitation({
      organization,
      email,
      by: owner,
      status: was.split(' ')[0]!,
      ...(was !== 'PENDING' && { expiresAt: past() }),
    });
    await world.database.query(world.sql`
      UPDATE invitations SET sent_at = now(), send_error = 'refused', created_at = now() - interval '9 days' WHERE id = ${invitation.uuid}::uuid`);
    const before = await storedInvitation(world, invitation);

    const answer = await ask(invitation, manager);

    const { invitation: now } = answer.data.organizationResendInvitation;
    expect(answer.data.organizationResendInvitation).toEqual({
      ...success,
      invitation: shown(organization, {
        id: invitation.id,
        email,
        invitedByName: 'Max',
        createdAt: before.createdAt.toISOString(),
      }),
    });
    expect(await storedInvitation(world, invitation)).toEqual({
      ...before,
      status: 'PENDING',
      invitedBy: manager.uuid,
      sentAt: null,
      sendError: null,
      tokenHash: expect.not.stringMatching(before.tokenHash),
      minutes: 7 * 24 * 60,
    });
    expect(await happenings(world, answer)).toEqual([
      invitationHappening(organization, 'resent', manager, invitation, { metadata: { email, expiresAt: now.expiresAt } }),
    ]);
    expect(await world.anonymous.run(ByToken, { token: invitation.token })).toEqual({ invitationByToken: null });
    const [mail, ...others] = (await invitingMails(world, email)) as [any];
    expect(others).toEqual([]);
    expect(mail.invitationUuid).toBe(invitation.uuid);
    expect(await world.anonymous.run(ByToken, { token: mail.token })).toEqual({
      invitationByToken: { id: invitation.id, status: 'PENDING' },
    });
    await expectNowhereStored(world, mail.token);
    expect(JSON.stringify(answer.data)).not.toContain(mail.token);
  },
);

test('a message that waits is taken back, one that went out stays', async () => {
  const email = newAddress();
  const invitation = await world.invitation({ organization, email });
  await resend(invitation);
  await resend(invitation);
  expect(await invitingMails(world, email)).toMatchObject([{ status: 'PENDING' }]);
  await goneOut(world, email);

  await resend(invitation);

  expect(await invitingMails(world, email)).toMatchObject([{ status: 'SENT' }, { status: 'PENDING' }]);
});

test('an expired one replaces another that is pending to the address, with its message', async () => {
  const email = newAddress();
  const expired = await world.invitation({ organization, email, status: 'EXPIRED', expiresAt: past() });
  const pending = await world.invitation({ organization, email });
  await resend(pending);

  const answer = await ask(expired);

  expect(answer.data.organizationResendInvitation).toMatchObject({
    ...success,
    invitation: { id: expired.id, status: 'PENDING' },
  });
  expect(await storedInvitation(world, pending)).toMatchObject({ status: 'REVOKED' });
  expect(await invitingMails(world, email)).toMatchObject([{ invitationUuid: expired.uuid }]);
  expect((await happenings(world, answer))[0]!.metadata).toMatchObject({ email, replaced: true });
});
