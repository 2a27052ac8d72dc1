import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld } from '../auth/support.ts';
import { nobodysInvitations } from '../organization/invitations.support.ts';
import { memberCountOf, membershipOf } from '../organization/members.support.ts';
import { happeningThere } from '../organization/support.ts';
import type { Person, World } from '../support/world.ts';
import { answersBut, clientWith, expectNothingWritten, happenings, notFound, ruleError, versionsOf } from '../user/support.ts';
import { anHourAgo, ByToken, closed, closedOnes, expectUnseen, invitationIn } from './invitations.support.ts';

const shown =
  'invitation { id status organizationId organizationName organizationSlug invitedByName roles { code } organization { id } }';
const Decline = documentOf('accountDeclineInvitation', shown);
const Accept = documentOf('accountAcceptInvitation', '__typename');
const Mine = '{ viewer { invitations { id } } }';

let world: World;
let owner: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  owner = await world.person({ name: 'Olga' });
  await owner.signIn();
});

const decline = async (by: Pick<Person, 'run'>, invitationId: string) =>
  (await by.run(Decline, { input: { invitationId } })).accountDeclineInvitation;

describe('refused', () => {
  test('without a token, and while impersonating, before anything is looked for', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const bound = await world.organization({ owner, members: [[jo]] });
    const { id } = await world.invitation({ organization: await world.organization({ owner }), email: jo.email, by: owner });
    const sessions = [await impersonate(world, boss, jo), await impersonate(world, owner, jo, bound)];

    await expectNothingWritten(world, async () => {
      await expect(world.anonymous.run(Decline, { input: { invitationId: id } })).toBeRefused('UNAUTHENTICATED');
      for (const { accessToken } of sessions) {
        for (const named of [id, 'nonsense']) {
          expect(await decline(clientWith(world, accessToken), named)).toEqual(ruleError('WHILE_IMPERSONATING'));
        }
      }
    });
  });

  test('without an id', async () => {
    const jo = await world.person();
    await jo.signIn();

    for (const input of [null, {}, { invitationId: null }, { token: 'x' }]) {
      await expect(jo.run(Decline, { input })).toBeRefused('BAD_USER_INPUT');
    }
  });

  test('unknown ones and other people’s, in whatever state, are one answer, for the inviter and staff too', async () => {
    const [jo, eve, unverified] = [await world.person(), await world.person(), await world.person({ emailVerified: false })];
    const staff = await world.person({ roles: ['system_admin'] });
    const organization = await world.organization({ owner });
    const toJo = await world.invitation({ organization, email: jo.email, by: owner });
    const toUnverified = await world.invitation({ organization, email: unverified.email, by: owner });
    const over = await world.invitation({
      organization: await world.organization({ owner }),
      email: jo.email,
      by: owner,
      status: 'REVOKED',
    });
    const ids = [...nobodysInvitations(toJo), toJo.id, toUnverified.id, over.id];
    for (const person of [eve, unverified, owner, staff]) await person.signIn();

    await expectNothingWritten(world, async () => {
      for (const person of [eve, unverified, owner, staff]) {
        expect(await answersBut(person, Decline, ids, (invitationId) => ({ invitationId }))).toHaveLength(1);
        expect(await decline(person, toJo.id)).toEqual(notFound(toJo.id, 'invitationId'));
      }
    });
  });

  test.each(closedOnes.filter(({ status }) => status !== 'EXPIRED'))('$stored: $code', async ({ stored, code, status }) => {
    const jo = await world.person();
    const organization = await world.organization({ owner });
    const { id } = await invitationIn(world, { organization, email: jo.email, by: owner, ...stored });
    await jo.signIn();

    await expectNothingWritten(world, async () => {
      expect(await decline(jo, id)).toEqual(closed(code, status));
    });
  });
});

test.each([
  ['a pending one', {}, 'PENDING'],
  ['one whose time is over', { expiresAt: anHourAgo() }, 'EXPIRED'],
  ['one that is stored as expired', { expiresAt: anHourAgo(), status: 'EXPIRED' }, 'EXPIRED'],
] as const)(
  '%s is declined in one event; the organization stays unseen, and a second time says so',
  async (_what, stored, was) => {
    const jo = await world.person();
    const organization = await world.organization({ owner, name: 'Acme' });
    const { id, uuid, token } = await world.invitation({
      organization,
      email: jo.email,
      by: owner,
      roles: ['org_manager', 'buyer'],
      ...stored,
    });
    const before = await versionsOf(world, jo);
    const facts = {
      id,
      status: 'DECLINED',
      organizationId: organization.id,
      organizationName: 'Acme',
      organizationSlug: organization.slug,
      invitedByName: 'Olga',
      roles: [{ code: 'org_manager' }, { code: 'buyer' }],
      organization: null,
    };

    const answer = await jo.ask(Decline, { input: { invitationId: id } });

    expect(answer.data.accountDeclineInvitation).toEqual({ __typename: 'AccountDeclineInvitationSuccess', invitation: facts });
    expect(await happenings(world, answer)).toEqual([
      happeningThere(
        organization,
        'invitation.declined',
        jo,
        { type: 'inv', uuid },
        { changes: [{ field: 'status', before: was, after: 'DECLINED' }], metadata: { email: jo.email } },
      ),
    ]);
    expect(await versionsOf(world, jo)).toEqual(before);
    expect([await membershipOf(world, organization, jo), await memberCountOf(world, organization)]).toEqual([undefined, 1]);
    expect(await jo.run(Mine)).toEqual({ viewer: { invitations: [] } });
    expect(await world.anonymous.run(ByToken, { token })).toEqual({ invitationByToken: facts });
    await expectUnseen(jo, organization);
    await expectNothingWritten(world, async () => {
      expect(await decline(jo, id)).toEqual(closed('INVITATION_DECLINED', 'DECLINED'));
      for (const input of [{ invitationId: id }, { token }]) {
        expect((await jo.run(Accept, { input })).accountAcceptInvitation).toEqual(closed('INVITATION_DECLINED', 'DECLINED'));
      }
    });
  },
);

test('works in a suspended organization, for a member, and whatever the session’s scope', async () => {
  const jo = await world.person();
  const scope = await world.organization({ owner, members: [[jo]] });
  const suspended = await world.organization({ owner, status: 'SUSPENDED' });
  const own = await world.organization({ owner, members: [[jo]] });
  await jo.signIn({ organizationId: scope.id });

  for (const organization of [suspended, own]) {
    const { id } = await world.invitation({ organization, email: jo.email, by: owner });
    expect(await decline(jo, id)).toMatchObject({
      __typename: 'AccountDeclineInvitationSuccess',
      invitation: { status: 'DECLINED' },
    });
  }
  expect(await membershipOf(world, own, jo)).toMatchObject({ status: 'ACTIVE', roles: ['org_member'] });
});

test('one of two people with the address declines; the invitation is declined for both', async () => {
  const pool = await world.pool();
  const jo = await world.person();
  const other = await world.person({ email: jo.email, pool: pool.code });
  const otherApp = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  await other.signIn({ appCode: otherApp.code });
  const organization = await world.organization({ owner });
  const { id } = await world.invitation({ organization, email: jo.email, by: owner });

  expect(await decline(other, id)).toMatchObject({ invitation: { status: 'DECLINED' } });
  expect(await decline(jo, id)).toEqual(closed('INVITATION_DECLINED', 'DECLINED'));
});

test('the organization’s admins read the event, with the name; nobody else does', async () => {
  const [jo, eve] = [await world.person({ name: 'Jo Doe' }), await world.person()];
  const organization = await world.organization({ owner });
  await world.organization({ owner: eve });
  const { id } = await world.invitation({ organization, email: jo.email, by: owner });
  await decline(jo, id);
  const Events = 'query ($id: ID!) { organization(id: $id) { auditEvents { nodes { action actorName subjectId } } } }';

  expect(await owner.run(Events, { id: organization.id })).toEqual({
    organization: { auditEvents: { nodes: [{ action: 'invitation.declined', actorName: 'Jo Doe', subjectId: id }] } },
  });
  expect(await eve.run(Events, { id: organization.id })).toEqual({ organization: null });
});
