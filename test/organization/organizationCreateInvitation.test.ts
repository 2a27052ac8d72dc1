import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { begun, conflict, documentOf } from '../app/support.ts';
import { impersonate, startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { badEmails } from '../user/bad-input.ts';
import {
  answersBut,
  clientWith,
  expectNothingWritten,
  expectNowhereStored,
  happenings,
  invalid,
  notFound,
  rankTooLow,
} from '../user/support.ts';
import {
  ByToken,
  closedInvitation,
  goneOut,
  invitationFields,
  invitationHappening,
  invitingMails,
  shown,
  storedInvitation,
  uuidOf,
} from './invitations.support.ts';
import { builtIn, nobodysRoles, roleOf } from './roles.support.ts';
import { permissionNotHeld, testsOfGuard } from './support.ts';

const Create = documentOf('organizationCreateInvitation', `replaced invitation { ${invitationFields} }`);

let world: World;
let staff: Person;
let owner: Person;
let manager: Person;
let organization: Organization;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'], name: 'Sam' });
  [owner, manager] = [await world.person({ name: 'Olga' }), await world.person()];
  organization = await world.organization({
    owner,
    members: [[manager, ['org_manager']]],
    customRoles: { clerk: ['org:read'] },
  });
  for (const person of [staff, owner, manager]) await person.signIn();
});

let serial = 0;
const newAddress = () => `invited-${++serial}@example.com`;

const ask = (by: Pick<Person, 'ask'>, input: object) => by.ask(Create, { input: { organizationId: organization.id, ...input } });
const create = async (by: Pick<Person, 'ask'>, input: object) => (await ask(by, input)).data.organizationCreateInvitation;

const coded = (...codes: string[]) => codes.map((code) => ({ code }));
const success = { __typename: 'OrganizationCreateInvitationSuccess' };

describe('refused', () => {
  testsOfGuard(
    'organizationCreateInvitation',
    { staff: 'organizations:members', orThere: 'org:members:invite', whileImpersonating: 'allowed' },
    () => ({ world, staff, inputOf: ({ id }) => ({ organizationId: id, email: newAddress() }) }),
  );

  test.each(badEmails)('%s for an address', async (_what, email) => {
    await expectNothingWritten(world, async () => {
      expect(await create(owner, { email })).toEqual(invalid(['email', 'INVALID_EMAIL']));
    });
  });

  test.each([0, 31, -1, 2_147_483_647, -2_147_483_648])('an invitation for %i days', async (expiresInDays) => {
    await expectNothingWritten(world, async () => {
      expect(await create(owner, { email: newAddress(), expiresInDays })).toEqual(invalid(['expiresInDays', 'OUT_OF_RANGE']));
    });
  });

  test('a bad address, too many roles and no such number of days are told at once', async () => {
    const many = Array.from({ length: 101 }, (_, i) => `role-${i}`);

    await expectNothingWritten(world, async () => {
      expect(await create(owner, { email: 'jo', roleIds: many, roleCodes: many, expiresInDays: 0 })).toEqual(
        invalid(
          ['email', 'INVALID_EMAIL'],
          ['roleIds', 'TOO_MANY'],
          ['roleCodes', 'TOO_MANY'],
          ['expiresInDays', 'OUT_OF_RANGE'],
        ),
      );
    });
  });

  test('a bad address, an unknown role and no such number of days are told at once, in the order of the fields', async () => {
    await expectNothingWritten(world, async () => {
      expect(await create(owner, { email: 'jo', roleCodes: ['nobody'], expiresInDays: 0 })).toEqual(
        invalid(['email', 'INVALID_EMAIL'], ['roleCodes.0', 'UNKNOWN_ROLE'], ['expiresInDays', 'OUT_OF_RANGE']),
      );
    });
  });

  test('platform codes, other organizations’ codes and unknown ones, all at once and each at its first place', async () => {
    await world.organization({ owner, customRoles: { foreign: [] } });
    const roleCodes = ['clerk', 'super_admin', 'foreign', 'nobody', 'foreign', 'ORG_MEMBER', '', 'x'.repeat(10_240)];

    await expectNothingWritten(world, async () => {
      for (const by of [owner, staff, manager]) {
        expect(await create(by, { email: newAddress(), roleCodes })).toEqual(
          invalid(...[1, 2, 3, 5, 6, 7].map((i) => [`roleCodes.${i}`, 'UNKNOWN_ROLE'] as const)),
        );
      }
    });
  });

  test('role ids that are no role of this organization: one answer, at the place of the first', async () => {
    const other = await world.organization({ owner, customRoles: { clerk: [] } });
    const ids = await nobodysRoles(world, other, 'clerk');
    const clerk = await roleOf(world, organization, 'clerk');
    const email = newAddress();

    await expectNothingWritten(world, async () => {
      expect(
        await answersBut(owner, Create, ids, (id) => ({ organizationId: organization.id, email, roleIds: [clerk.id, id] })),
      ).toHaveLength(1);
      for (const by of [owner, staff]) {
        expect(await create(by, { email, roleIds: [clerk.id, ids.at(-1), 'nonsense'], roleCodes: ['org_admin'] })).toEqual({
          ...notFound(ids.at(-1)!),
          path: ['input', 'roleIds', '1'],
        });
      }
    });
  });

  test('a role more powerful than oneself, named by code or by id', async () => {
    const admin = await builtIn(world, 'ORGANIZATION', 'org_admin');

    await expectNothingWritten(world, async () => {
      for (const roles of [{ roleCodes: ['org_admin', 'buyer'] }, { roleIds: [admin], roleCodes: ['buyer'] }]) {
        expect(await create(manager, { email: newAddress(), ...roles })).toEqual(rankTooLow('org_admin'));
      }
    });
    expect(await create(manager, { email: newAddress(), roleCodes: ['org_manager'] })).toMatchObject(success);
  });

  test('a permission that one does not hold, however powerful one’s role is', async () => {
    const inviter = await world.person();
    const there = await world.organization({
      owner,
      members: [[inviter, ['inviter']]],
      customRoles: { inviter: ['org:read', 'org:members:invite'], editor: ['org:update', 'org:read'] },
    });
    await inviter.signIn();
    const codesThere = (roleCodes: string[]) => create(inviter, { organizationId: there.id, email: newAddress(), roleCodes });

    await expectNothingWritten(world, async () => {
      expect(await codesThere(['org_manager', 'editor'])).toEqual(rankTooLow('org_manager'));
      expect(await codesThere(['editor'])).toEqual(permissionNotHeld('org:update'));
    });
    await world.database.query(
      world.sql`UPDATE roles SET rank = 10 WHERE organization_id = ${there.uuid}::uuid AND code = 'inviter'`,
    );
    await expectNothingWritten(world, async () => {
      expect(await codesThere(['org_manager', 'editor'])).toEqual(
        permissionNotHeld('org:members:update', 'org:roles:read', 'org:update'),
      );
    });
    expect(await codesThere(['org_member', 'inviter'])).toMatchObject({ invitation: { roles: coded('inviter', 'org_member') } });
  });

  test('the address of a member in any spelling, a suspended one, and one of another pool included', async () => {
    const email = newAddress();
    const { code } = await world.pool();
    const [suspended, elsewhere] = [await world.person(), await world.person({ email, pool: code })];
    const there = await world.organization({ owner, members: [[suspended, ['org_member'], 'SUSPENDED'], [elsewhere]] });
    // The same address in another pool is another person, who is no member.
    await world.person({ email });

    await expectNothingWritten(world, async () => {
      for (const member of [owner, suspended, elsewhere]) {
        const existing = { __typename: 'Membership', id: there.memberships.get(member.uuid)! };
        for (const spelled of [member.email, ` ${member.email.toUpperCase()} `]) {
          expect(await create(owner, { organizationId: there.id, email: spelled })).toEqual(
            conflict('ALREADY_MEMBER', existing, 'email'),
          );
        }
      }
      // What the caller lacks is told first.
      expect(await create(manager, { email: owner.email, roleCodes: ['org_admin'] })).toEqual(rankTooLow('org_admin'));
    });
    // Elsewhere the address is no member's.
    expect(await create(owner, { email })).toMatchObject(success);
  });
});

test('without any role it is `org_member`, for seven days, with one event and one message', async () => {
  const email = newAddress();

  const answer = await ask(owner, { email: ` ${email.toUpperCase()}`, roleIds: null, roleCodes: [] });

  const { invitation } = answer.data.organizationCreateInvitation;
  expect(answer.data.organizationCreateInvitation).toEqual({
    ...success,
    replaced: false,
    invitation: shown(organization, { email, invitedByName: 'Olga' }),
  });
  expect(Date.parse(invitation.expiresAt) - Date.parse(invitation.createdAt)).toBe(7 * 86_400_000);
  expect(await happenings(world, answer)).toEqual([
    invitationHappening(organization, 'created', owner, invitation, {
      changes: begun({ roles: ['org_member'], expiresAt: invitation.expiresAt }),
      metadata: { email },
    }),
  ]);
  const [mail, ...others] = await invitingMails(world, email);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ kind: 'invitation', status: 'PENDING', userId: null, invitationUuid: uuidOf(invitation) });
  expect(await world.anonymous.run(ByToken, { token: mail!.token })).toEqual({
    invitationByToken: { id: invitation.id, status: 'PENDING' },
  });
});

test('the token is in the sealed message alone: in no table, no event and no answer; of it, its hash is kept once', async () => {
  const email = newAddress();

  const answer = await ask(owner, { email });

  const { invitation } = answer.data.organizationCreateInvitation;
  const [{ token }] = (await invitingMails(world, email)) as [any];
  expect(token).toMatch(/^[\w-]{43}$/);
  const hash = createHash('sha256').update(token).digest();
  expect((await storedInvitation(world, { uuid: uuidOf(invitation) })).tokenHash).toBe(hash.toString('hex'));
  await expectNowhereStored(world, token);
  await expectNowhereStored(world, hash.toString('base64url'));
  const text = JSON.stringify([answer.data, await happenings(world, answer)]);
  for (const secret of [token, hash.toString('hex'), hash.toString('base64'), hash.toString('base64url')]) {
    expect(text).not.toContain(secret);
  }
});

test('ids and codes add up, each once, most powerful first', async () => {
  const email = newAddress();
  const clerk = await roleOf(world, organization, 'clerk');
  const buyer = await builtIn(world, 'ORGANIZATION', 'buyer');

  const answer = await ask(owner, {
    email,
    roleIds: [clerk.id, buyer, clerk.id],
    roleCodes: ['buyer', 'org_admin', 'buyer'],
  });

  const { invitation } = answer.data.organizationCreateInvitation;
  expect(invitation).toEqual(shown(organization, { email, invitedByName: 'Olga', roles: coded('org_admin', 'buyer', 'clerk') }));
  expect(await storedInvitation(world, { uuid: uuidOf(invitation) })).toMatchObject({ roles: ['org_admin', 'buyer', 'clerk'] });
  expect((await happenings(world, answer))[0]!.changes[0]).toEqual({
    field: 'roles',
    before: null,
    after: ['org_admin', 'buyer', 'clerk'],
  });
  expect(await create(owner, { email: newAddress(), roleIds: [clerk.id] })).toMatchObject({
    invitation: { roles: coded('clerk') },
  });
});

test.each([1, 30])('for %i days', async (expiresInDays) => {
  const email = newAddress();

  const { invitation } = await create(owner, { email, expiresInDays });

  expect(Date.parse(invitation.expiresAt) - Date.parse(invitation.createdAt)).toBe(expiresInDays * 86_400_000);
  const [{ content }] = (await invitingMails(world, email)) as [any];
  expect(content.text).toContain(`until ${invitation.expiresAt.slice(0, 16).replace('T', ' ')} UTC.`);
});

test('staff invite without a membership, with any role, and are the inviter', async () => {
  const email = newAddress();

  const answer = await ask(staff, { email, roleCodes: ['org_admin'] });

  const { invitation } = answer.data.organizationCreateInvitation;
  expect(invitation).toEqual(shown(organization, { email, invitedByName: 'Sam', roles: coded('org_admin') }));
  expect(await happenings(world, answer)).toMatchObject([
    { action: 'invitation.created', actor: staff.uuid, people: [staff.uuid] },
  ]);
});

test('an impersonated person is the inviter, and the event bears both people', async () => {
  const boss = await world.person({ roles: ['system_admin'] });
  const { accessToken } = await impersonate(world, boss, manager);

  const answer = await ask(clientWith(world, accessToken), { email: newAddress() });

  const { invitation } = answer.data.organizationCreateInvitation;
  expect(await storedInvitation(world, { uuid: uuidOf(invitation) })).toMatchObject({ invitedBy: manager.uuid });
  expect(await happenings(world, answer)).toMatchObject([
    { actor: manager.uuid, impersonator: boss.uuid, people: [boss.uuid, manager.uuid].sort() },
  ]);
});

describe('a second invitation to an address', () => {
  test('replaces the first in any spelling: its link is dead, its message taken back, and each leaves one event', async () => {
    const email = newAddress();
    const { invitation: first } = await create(manager, { email, roleCodes: ['seller'] });
    const [old] = await invitingMails(world, email);

    const answer = await ask(owner, { email: ` ${email.toUpperCase()} `, roleCodes: ['buyer'] });

    const { invitation } = answer.data.organizationCreateInvitation;
    expect(answer.data.organizationCreateInvitation).toEqual({
      ...success,
      replaced: true,
      invitation: shown(organization, { email, invitedByName: 'Olga', roles: coded('buyer') }),
    });
    expect(invitation.id).not.toBe(first.id);
    expect(await happenings(world, answer)).toEqual([
      invitationHappening(organization, 'created', owner, invitation, {
        changes: begun({ roles: ['buyer'], expiresAt: invitation.expiresAt }),
        metadata: { email, replaced: true },
      }),
    ]);
    expect(await storedInvitation(world, { uuid: uuidOf(first) })).toMatchObject({ status: 'REVOKED', invitedBy: manager.uuid });
    expect(await world.anonymous.run(ByToken, { token: old!.token })).toEqual({
      invitationByToken: { id: first.id, status: 'REVOKED' },
    });
    const mails = await invitingMails(world, email);
    expect(mails).toMatchObject([{ invitationUuid: uuidOf(invitation), status: 'PENDING' }]);
    expect(mails[0]!.token).not.toBe(old!.token);
  });

  test('keeps the message of the first where it went out already', async () => {
    const email = newAddress();
    const { invitation: first } = await create(owner, { email });
    await goneOut(world, email);

    const { invitation } = await create(owner, { email });

    expect(await invitingMails(world, email)).toMatchObject([
      { status: 'SENT', invitationUuid: uuidOf(first) },
      { status: 'PENDING', invitationUuid: uuidOf(invitation) },
    ]);
  });

  test('replaces nothing where the first has expired, which is stored as that, and takes back its message all the same', async () => {
    const email = newAddress();
    const { invitation: first } = await create(owner, { email });
    await world.database.query(
      world.sql`UPDATE invitations SET expires_at = now() - interval '1 second' WHERE id = ${uuidOf(first)}::uuid`,
    );

    const answer = await ask(owner, { email });

    const { replaced, invitation } = answer.data.organizationCreateInvitation;
    expect(replaced).toBe(false);
    expect((await happenings(world, answer))[0]!.metadata).toEqual({ email });
    expect(await storedInvitation(world, { uuid: uuidOf(first) })).toMatchObject({ status: 'EXPIRED' });
    expect(await invitingMails(world, email)).toMatchObject([{ invitationUuid: uuidOf(invitation) }]);
  });

  test('replaces nothing that is closed, and nothing of another organization or to another address', async () => {
    const email = newAddress();
    const there = await world.organization({ owner });
    const closed = [];
    for (const status of ['ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED'] as const) {
      closed.push(await closedInvitation(world, { organization, email }, status));
    }
    const open = [
      await world.invitation({ organization: there, email }),
      await world.invitation({ organization, email: `x${email}` }),
    ];

    expect(await create(owner, { email })).toMatchObject({ replaced: false });

    const statuses = [];
    for (const invitation of [...closed, ...open]) statuses.push((await storedInvitation(world, invitation)).status);
    expect(statuses).toEqual(['ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED', 'PENDING', 'PENDING']);
  });
});

describe('the limit', () => {
  const minute = 60_000;
  const Resend = documentOf('organizationResendInvitation', 'invitation { id }');
  let boss: Person;
  beforeAll(async () => {
    world = await startAuthWorld({ STEWARD_INVITATIONS: '3' });
    boss = await world.person({ roles: ['system_admin'] });
  });

  /** An organization of the world with the limit, with who invites there. */
  async function hiring() {
    const inviter = await world.person();
    organization = await world.organization({ owner: inviter });
    await inviter.signIn();
    return inviter;
  }

  /** TOO_MANY_ATTEMPTS as an error of the whole field, with the instant, and nothing written. */
  async function expectTooMany(by: Pick<Person, 'ask'>, mutation: string, document: string, input: object) {
    await expectNothingWritten(world, async () => {
      const { data, errors } = await by.ask(document, { input });
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        { path: [mutation], extensions: { code: 'TOO_MANY_ATTEMPTS', retryAt: expect.any(String) } },
      ]);
      const wait = Date.parse(errors[0]!.extensions.retryAt) - Date.now();
      expect(wait).toBeGreaterThan(58 * minute);
      expect(wait).toBeLessThanOrEqual(60 * minute);
    });
  }

  test('resends count, refused ones do not; it is a person’s, and over after an hour', async () => {
    const inviter = await hiring();
    const refused = [{ email: inviter.email }, { email: 'jo' }, { email: newAddress(), roleCodes: ['nobody'] }];
    for (const input of [...refused, ...refused]) expect(await create(inviter, input)).not.toMatchObject(success);
    const { invitation } = await create(inviter, { email: newAddress() });
    const resend = { organizationId: organization.id, invitationId: invitation.id };
    await inviter.run(Resend, { input: resend });
    expect(await create(inviter, { email: newAddress() })).toMatchObject(success);

    const input = { organizationId: organization.id, email: newAddress() };
    await expectTooMany(inviter, 'organizationCreateInvitation', Create, input);
    await expectTooMany(inviter, 'organizationResendInvitation', Resend, resend);
    // What is wrong anyway is told first.
    expect(await create(inviter, { email: inviter.email })).toMatchObject({ code: 'ALREADY_MEMBER' });
    // In another organization it is the same person, and another person's is apart.
    const { id } = await world.organization({ owner: inviter });
    await expectTooMany(inviter, 'organizationCreateInvitation', Create, { ...input, organizationId: id });
    expect(await create(await world.person({ roles: ['super_admin'] }), input)).toMatchObject(success);

    await world.database.query(
      world.sql`UPDATE login_locks SET failed_at = ARRAY(SELECT t - interval '61 minutes' FROM unnest(failed_at) t)`,
    );
    expect(await create(inviter, { email: newAddress() })).toMatchObject(success);
  });

  test('who acts as somebody else counts for themselves, whomever they act as', async () => {
    const first = await hiring();
    const asFirst = clientWith(world, (await impersonate(world, boss, first)).accessToken);
    for (let i = 0; i < 3; i++) expect(await create(asFirst, { email: newAddress() })).toMatchObject(success);
    await expectTooMany(asFirst, 'organizationCreateInvitation', Create, {
      organizationId: organization.id,
      email: newAddress(),
    });
    for (let i = 0; i < 3; i++) expect(await create(first, { email: newAddress() })).toMatchObject(success);

    const second = await hiring();
    const asSecond = clientWith(world, (await impersonate(world, boss, second)).accessToken);
    for (const by of [asSecond, boss]) {
      await expectTooMany(by, 'organizationCreateInvitation', Create, { organizationId: organization.id, email: newAddress() });
    }
    expect(await create(second, { email: newAddress() })).toMatchObject(success);
  });
});

test('whoever has the address, in whichever pool, is who the events of the invitation are about', async () => {
  const email = newAddress();
  const [pool, boss] = [await world.pool(), await world.person({ roles: ['super_admin'] })];
  const twins = [await world.person({ email }), await world.person({ email, pool: pool.code })];

  const answer = await ask(boss, { email });

  const [event] = await happenings(world, answer);
  expect(event!.people).toEqual([boss, ...twins].map(({ uuid }) => uuid).sort());
});
