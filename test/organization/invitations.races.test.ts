import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/ids.ts';
import { openContent } from '../../src/mail/outbox.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { type Organization, type Person, password, type World } from '../support/world.ts';
import { actionsIn, callers, type Racer, rolesOfMember, send, startRacing, stateOf, timeout } from './racing.ts';

let world: World;
let racer: (options?: Parameters<World['person']>[0]) => Promise<Racer>;
let staff: Racer;
beforeAll(async () => {
  ({ world, racer } = await startRacing());
  staff = await racer({ roles: ['super_admin'] });
});

/** An organization, its owner, somebody who is invited, and the invitation. */
async function invited(roles: string[] = ['seller'], by?: Person) {
  const [owner, jo] = [await racer(), await racer()];
  const organization = await world.organization({
    owner: owner.person,
    customRoles: { inviter: ['org:members:invite', 'org:update'] },
  });
  const invitation = await world.invitation({ organization, email: jo.person.email, by: by ?? owner.person, roles });
  return { owner, jo, organization, organizationId: organization.id, invitation };
}

const accept = ({ client }: Racer, invitationId: string) => send(client, 'accountAcceptInvitation', { invitationId });
const acceptByLink = ({ client }: Racer, token: string) => send(client, 'accountAcceptInvitation', { token });

async function statusesTo(organization: Organization, email: string): Promise<Record<string, number>> {
  const rows = await world.database.query<{ status: string }>(
    world.sql`SELECT status::text FROM invitations WHERE organization_id = ${organization.uuid}::uuid AND email = ${email}`,
  );
  return counted(rows.map(({ status }) => status));
}

const isMember = async (organization: Organization, person: Person) =>
  (await rolesOfMember(world, organization, person)) !== null;

test(
  'twenty acceptances at once, by id and by link, make one membership',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const { jo, organization, invitation } = await invited();

      const outcomes = await together(20, (i) => (i % 2 ? accept(jo, invitation.id) : acceptByLink(jo, invitation.token)));

      expect(counted(outcomes)).toEqual({ done: 1, INVITATION_USED: 19 });
      expect(await stateOf(world, organization)).toMatchObject({ members: 2, memberCount: 2 });
      expect(await rolesOfMember(world, organization, jo.person)).toBe('seller');
      expect(await actionsIn(world, organization)).toEqual({ 'invitation.accepted': 1 });
    }
  },
  timeout,
);

test(
  'of 16 invitations of one address one is pending, and its link alone leads in',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const [owner, jo] = [await racer(), await racer()];
      const organization = await world.organization({ owner: owner.person });

      const outcomes = await together(callers, (i) =>
        send((i % 2 ? staff : owner).client, 'organizationCreateInvitation', {
          organizationId: organization.id,
          email: jo.person.email,
        }),
      );

      expect(counted(outcomes)).toEqual({ done: callers });
      expect(await statusesTo(organization, jo.person.email)).toEqual({ PENDING: 1, REVOKED: 15 });
      // Of the dead links, none is still to be sent.
      const mails = await world.database.query<{ content: Uint8Array }>(
        world.sql`SELECT sealed_content AS content FROM outbox_messages WHERE recipient = ${jo.person.email}`,
      );
      const texts = mails.map(({ content }) => openContent(world.server.steward.secrets, content).text);
      expect(texts).toEqual([expect.stringMatching(/token=[\w-]+/)]);
      expect(await acceptByLink(jo, /token=([\w-]+)/.exec(texts[0]!)![1]!)).toBe('done');
    }
  },
  timeout,
);

describe('an acceptance against', () => {
  type Against = (scene: Awaited<ReturnType<typeof invited>>) => Promise<string>;
  const against: Record<string, readonly [Against, won: string, lost: readonly string[]]> = {
    'a revocation': [
      ({ owner, organizationId, invitation }) =>
        send(owner.client, 'organizationRevokeInvitation', { organizationId, invitationId: invitation.id }),
      'REVOKED',
      ['INVITATION_USED'],
    ],
    'a refusal by the invited': [
      ({ jo, invitation }) => send(jo.client, 'accountDeclineInvitation', { invitationId: invitation.id }),
      'DECLINED',
      ['INVITATION_USED'],
    ],
    'a newer invitation': [
      ({ owner, organizationId, jo }) =>
        send(owner.client, 'organizationCreateInvitation', { organizationId, email: jo.person.email }),
      'REVOKED',
      ['ALREADY_MEMBER'],
    ],
  };

  test.each(Object.entries(against))(
    '%s: one wins',
    async (_name, [act, status, lost]) => {
      for (let round = 0; round < rounds; round++) {
        const scene = await invited();
        const { jo, organization, invitation } = scene;

        const outcomes = await together(2, (i) => (i === round % 2 ? act(scene) : accept(jo, invitation.id)));

        const [other, acceptance] = round % 2 ? [outcomes[1], outcomes[0]] : [outcomes[0], outcomes[1]];
        const statuses = await statusesTo(organization, jo.person.email);
        if (acceptance === 'done') {
          expect(lost).toContain(other);
          expect(statuses).toEqual({ ACCEPTED: 1 });
        } else {
          expect([other, acceptance]).toEqual(['done', `INVITATION_${status}`]);
          expect(statuses[status]).toBe(1);
        }
        expect(await isMember(organization, jo.person)).toBe(acceptance === 'done');
      }
    },
    timeout,
  );

  test(
    'a new link: the old one is dead, or was used before',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const { owner, jo, organization, organizationId, invitation } = await invited();
        const resend = () => send(owner.client, 'organizationResendInvitation', { organizationId, invitationId: invitation.id });

        const outcomes = await together(2, (i) => (i === round % 2 ? resend() : acceptByLink(jo, invitation.token)));

        const [resent, acceptance] = round % 2 ? [outcomes[1], outcomes[0]] : [outcomes[0], outcomes[1]];
        expect([
          ['done', 'NOT_FOUND'],
          ['INVITATION_USED', 'done'],
          ['ALREADY_MEMBER', 'done'],
        ]).toContainEqual([resent, acceptance]);
        expect(await isMember(organization, jo.person)).toBe(acceptance === 'done');
      }
    },
    timeout,
  );

  test('the inviter’s fall: what was taken from the inviter meanwhile is not given', async () => {
    const [inviter, jo] = [await racer(), await racer()];
    const owner = await racer();
    const organization = await world.organization({ owner: owner.person, members: [[inviter.person, ['org_admin']]] });
    const { id } = await world.invitation({
      organization,
      email: jo.person.email,
      by: inviter.person,
      roles: ['org_admin', 'seller'],
    });

    const outcome = await whileUncommitted(
      world,
      `SELECT FROM organizations WHERE id = '${organization.uuid}' FOR NO KEY UPDATE;
       INSERT INTO membership_roles (membership_id, role_id)
       SELECT m.id, r.id FROM memberships m, roles r
        WHERE m.user_id = '${inviter.person.uuid}' AND r.built_in AND r.scope = 'ORGANIZATION' AND r.code = 'org_manager';
       DELETE FROM membership_roles mr USING memberships m, roles r
        WHERE m.id = mr.membership_id AND m.user_id = '${inviter.person.uuid}' AND r.id = mr.role_id AND r.code = 'org_admin'`,
      () => accept(jo, id),
    );

    expect(outcome).toBe('done');
    expect(await rolesOfMember(world, organization, jo.person)).toBe('seller');
  });

  test(
    'the organization’s suspension',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const { jo, organization, organizationId, invitation } = await invited();
        const suspend = () => send(staff.client, 'organizationSuspend', { organizationId, reason: 'A race' });

        const outcomes = await together(2, (i) => (i === round % 2 ? suspend() : accept(jo, invitation.id)));

        const acceptance = outcomes[1 - (round % 2)];
        expect(outcomes[round % 2]).toBe('done');
        expect(['done', 'ORGANIZATION_SUSPENDED']).toContain(acceptance);
        expect(await isMember(organization, jo.person)).toBe(acceptance === 'done');
      }
    },
    timeout,
  );
});

test(
  'of two people of one address in two pools, who accepts first has it',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const owner = await racer();
      const pool = await world.pool();
      const email = `twin-${newId()}@example.com`;
      const twins = [await racer({ email }), await racer({ email, pool: pool.code })];
      const organization = await world.organization({ owner: owner.person });
      const { id, token } = await world.invitation({ organization, email, by: owner.person });

      const outcomes = await together(callers, (i) =>
        i % 4 < 2 ? accept(twins[i % 2]!, id) : acceptByLink(twins[i % 2]!, token),
      );

      expect(counted(outcomes)).toEqual({ done: 1, INVITATION_USED: 15 });
      expect(await stateOf(world, organization)).toMatchObject({ members: 2, memberCount: 2 });
    }
  },
  timeout,
);

test(
  'of 8 sign-ups by one link one makes an account',
  async () => {
    for (let round = 0; round < 5; round++) {
      const owner = await racer();
      const organization = await world.organization({ owner: owner.person });
      const email = `new-${newId()}@example.com`;
      const { token } = await world.invitation({ organization, email, by: owner.person });

      const outcomes = await together(8, () =>
        send(world.anonymous, 'accountSignUp', { invitationToken: token, name: 'New', password }),
      );

      expect(counted(outcomes)).toEqual({ done: 1, INVITATION_USED: 7 });
      const people = await world.database.query(world.sql`SELECT FROM users WHERE email = ${email}`);
      expect(people).toHaveLength(1);
      expect(await stateOf(world, organization)).toMatchObject({ members: 2, memberCount: 2 });
    }
  },
  timeout,
);

test(
  'a sign-up against another account of the address: one of the two is made there',
  async () => {
    for (let round = 0; round < 10; round++) {
      const owner = await racer();
      const organization = await world.organization({ owner: owner.person });
      const email = `new-${newId()}@example.com`;
      const { token } = await world.invitation({ organization, email, by: owner.person });
      const create = () => send(staff.client, 'userCreate', { email, sendWelcome: false });
      const signUp = () => send(world.anonymous, 'accountSignUp', { invitationToken: token, name: 'New', password });

      const [created, signedUp] = await Promise.all([create(), signUp()]);

      expect([
        ['done', 'EMAIL_TAKEN'],
        ['EMAIL_TAKEN', 'done'],
      ]).toContainEqual([created, signedUp]);
      expect(await statusesTo(organization, email)).toEqual({ [signedUp === 'done' ? 'ACCEPTED' : 'PENDING']: 1 });
    }
  },
  timeout,
);
