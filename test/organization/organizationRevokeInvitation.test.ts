import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { answersBut, expectNothingWritten, happenings, notFound } from '../user/support.ts';
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

const Revoke = changeOf('organizationRevokeInvitation');
const Create = documentOf('organizationCreateInvitation', 'invitation { id }');

let world: World;
let staff: Person;
let owner: Person;
let organization: Organization;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person({ name: 'Olga' });
  organization = await world.organization({ owner });
  for (const person of [staff, owner]) await person.signIn();
});

let serial = 0;
const newAddress = () => `revoked-${++serial}@example.com`;

const ask = (invitation: { readonly id: string }, by: Person = owner) =>
  by.ask(Revoke, { input: { organizationId: organization.id, invitationId: invitation.id } });
const revoke = async (...args: Parameters<typeof ask>) => (await ask(...args)).data.organizationRevokeInvitation;

describe('refused', () => {
  testsOfGuard(
    'organizationRevokeInvitation',
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
        expect(await answersBut(by, Revoke, ids, inputOf)).toHaveLength(1);
        expect(await revoke(elsewhere, by)).toEqual(notFound(elsewhere.id, 'invitationId'));
      }
    });
  });

  test.each(['ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED'] as const)('one that is %s', async (status) => {
    const invitation = await closedInvitation(world, { organization, email: newAddress() }, status);

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff]) expect(await revoke(invitation, by)).toEqual(invitationError(status));
    });
  });

  test('one that is pending by its row, and past its end', async () => {
    const expiresAt = new Date(Date.now() - 1000);
    const invitation = await world.invitation({ organization, email: newAddress(), expiresAt });

    await expectNothingWritten(world, async () => {
      expect(await revoke(invitation)).toEqual(invitationError('EXPIRED'));
    });
  });
});

test('a pending one is withdrawn by anybody who may invite, whatever it offers: the link is dead, its message taken back', async () => {
  const [manager, email] = [await world.person(), newAddress()];
  organization = await world.organization({ owner, members: [[manager, ['org_manager']]] });
  const input = { organizationId: organization.id, email, roleCodes: ['org_admin'] };
  const { invitation } = (await owner.run(Create, { input })).organizationCreateInvitation;
  const [{ token, invitationUuid }] = (await invitingMails(world, email)) as [any];

  const answer = await ask(invitation, manager);

  expect(answer.data.organizationRevokeInvitation).toEqual({
    __typename: 'OrganizationRevokeInvitationSuccess',
    invitation: shown(organization, { email, invitedByName: 'Olga', status: 'REVOKED', roles: [{ code: 'org_admin' }] }),
  });
  expect(await happenings(world, answer)).toEqual([
    invitationHappening(organization, 'revoked', manager, invitation, {
      changes: [{ field: 'status', before: 'PENDING', after: 'REVOKED' }],
      metadata: { email },
    }),
  ]);
  expect(await storedInvitation(world, { uuid: invitationUuid })).toMatchObject({ status: 'REVOKED', invitedBy: owner.uuid });
  expect(await invitingMails(world, email)).toEqual([]);
  expect(await world.anonymous.run(ByToken, { token })).toEqual({
    invitationByToken: { id: invitation.id, status: 'REVOKED' },
  });
  expect(await revoke(invitation, manager)).toEqual(invitationError('REVOKED'));
});

test('a message that went out stays, and so do those of other invitations; the address can be invited anew', async () => {
  const [email, other] = [newAddress(), newAddress()];
  const create = async (to: string) =>
    (await owner.run(Create, { input: { organizationId: organization.id, email: to } })).organizationCreateInvitation.invitation;
  const invitation = await create(email);
  await goneOut(world, email);
  await create(other);

  await revoke(invitation, staff);

  expect(await invitingMails(world, email)).toMatchObject([{ status: 'SENT' }]);
  expect(await invitingMails(world, other)).toMatchObject([{ status: 'PENDING' }]);
  expect((await create(email)).id).not.toBe(invitation.id);
});
