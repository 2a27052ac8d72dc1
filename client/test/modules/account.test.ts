import { describe, expect, test } from 'vitest';
import { makePasswordLink } from '../../../src/auth/password-links.ts';
import { lockPerson } from '../../../src/locks/person.ts';
import { type Person, password } from '../../../test/support/world.ts';
import { startCalling } from '../support/caller.ts';
import {
  invitationRecord,
  membershipRecord,
  organizationPermissions,
  roleNamed,
  sessionRecord,
  time,
  userRecord,
  viewerRecord,
} from '../support/records.ts';

const { world, client, as, uncalled } = await startCalling();
const notFound = { name: 'NotFoundError', code: 'NOT_FOUND', status: 404 };
const newPassword = 'a staple that is quite correct';
const orgMember = { roles: [roleNamed('org_member', 'Organization member')], permissions: organizationPermissions.org_member };

/** The token of a link to set a password, as the mail has it. */
const resetToken = (person: Person): Promise<string> =>
  world.database.transaction(async (tx) => (await makePasswordLink(tx, (await lockPerson(tx, person.uuid, 'change'))!)).token);

describe('oneself', () => {
  test('a base user reads themselves, their sessions, memberships and invitations whole', async () => {
    const person = await world.person();
    const organization = await world.organization({ owner: await world.person(), members: [[person]] });
    const inviter = await world.person();
    const inviting = await world.organization({ owner: inviter });
    const { id } = await world.invitation({ organization: inviting, email: person.email, by: inviter });
    const app = await world.app();
    await world.grant(person, app);
    const mine = await as(person, { appCode: app.code });

    expect(await mine.account.get()).toEqual(userRecord(person, { last_login_at: time }));
    expect(await mine.account.listSessions()).toEqual([
      sessionRecord({ is_current: true, app: { id: app.id, code: app.code, name: app.code } }),
    ]);
    expect(await mine.account.getMyOrgs()).toEqual([membershipRecord(organization, person, orgMember)]);
    expect(await mine.account.listMyInvitations()).toEqual([
      invitationRecord(inviting, { id, email: person.email, invited_by_name: inviter.name, roles: orgMember.roles }),
    ]);
  });

  test('sessions can be read by who sees their organization no more', async () => {
    const [owner, member] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner, members: [[member]] });
    const mine = await as(member);
    await (await as(member)).auth.switchOrg(organization.id);
    const { id, name, slug } = organization;
    const of = (sessions: readonly { organization: unknown }[]) => sessions.map((session) => session.organization);
    expect(of(await mine.account.listSessions())).toEqual(expect.arrayContaining([null, { id, name, slug }]));
    await (await as(owner)).organizations.updateMemberStatus(organization.id, member.id, 'suspended');
    expect(of(await mine.account.listSessions())).toEqual([null, null]);
  });

  test('nobody in particular has none of that', async () => {
    const { account } = client();
    const unauthenticated = { name: 'UnauthenticatedError', code: 'UNAUTHENTICATED', status: 401 };
    for (const read of [account.get, account.listSessions, account.getMyOrgs, account.listMyInvitations]) {
      await expect(read()).rejects.toMatchObject(unauthenticated);
    }
    await expect(account.update({ name: 'Jo' })).rejects.toMatchObject(unauthenticated);
  });

  test('update changes the profile, in either spelling, and holds to the version', async () => {
    const person = await world.person();
    const mine = await as(person);
    const changed = userRecord(person, { name: 'Jo', avatar_url: 'https://example.com/jo.png', version: 2, last_login_at: time });
    expect(await mine.account.update({ name: 'Jo', avatar_url: 'https://example.com/jo.png', expectedVersion: 1 })).toEqual(
      changed,
    );
    expect(await mine.account.update({ avatarUrl: null })).toEqual({ ...changed, avatar_url: null, version: 3 });
    await expect(mine.account.update({ name: 'Joe', expected_version: 1 })).rejects.toMatchObject({
      name: 'VersionConflictError',
      currentVersion: 3,
    });
    await expect(mine.account.update({ avatarUrl: 'here' })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'avatarUrl'] }],
    });
  });
});

describe('passwords', () => {
  test('changePassword needs the present one, and ends the other sessions', async () => {
    const person = await world.person();
    const [mine, other] = [await as(person), await as(person)];
    await expect(mine.account.changePassword({ currentPassword: 'a wrong guess', newPassword })).rejects.toMatchObject({
      name: 'AuthenticationError',
      code: 'INVALID_CREDENTIALS',
      status: 401,
    });
    await expect(mine.account.changePassword({ current_password: password, new_password: person.email })).rejects.toMatchObject({
      name: 'ValidationError',
      status: 422,
    });
    expect(await mine.account.changePassword({ current_password: password, new_password: newPassword })).toMatchObject({
      id: person.id,
      has_password: true,
    });
    await expect(other.account.get()).rejects.toMatchObject({ name: 'UnauthenticatedError' });
    expect(await mine.account.listSessions()).toHaveLength(1);
  });

  test('requestPasswordReset mails a link, through the app of the client, and tells nothing', async () => {
    const [pool, app] = [await world.pool(), await world.app()];
    const inApp = await world.app({ pool: pool.code });
    const person = await world.person({ pool: pool.code });
    const mails = async () =>
      (await world.database.query(world.sql`SELECT 1 FROM outbox_messages WHERE recipient = ${person.email}`)).length;
    expect(await client({ appCode: app.code }).account.requestPasswordReset(person.email)).toBeUndefined();
    expect(await mails()).toBe(0);
    expect(await client({ appCode: inApp.code }).account.requestPasswordReset(person.email)).toBeUndefined();
    expect(await mails()).toBe(1);
    await expect(client().account.requestPasswordReset('no address')).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'email'] }],
    });
  });

  test('resetPassword takes the token of the link, once', async () => {
    const person = await world.person();
    const token = await resetToken(person);
    const { account, auth } = client();
    await expect(account.resetPassword({ token, newPassword: 'otter raft' })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'newPassword'] }],
    });
    expect(await account.resetPassword({ token, new_password: newPassword })).toBeUndefined();
    await auth.login({ email: person.email, password: newPassword });
    await expect(account.resetPassword({ token, newPassword })).rejects.toMatchObject({
      name: 'AuthenticationError',
      code: 'RESET_TOKEN_INVALID',
      status: 401,
    });
  });
});

describe('invitations', () => {
  test('who has no account signs up with the link, and is signed in', async () => {
    const inviter = await world.person();
    const organization = await world.organization({ owner: inviter });
    const email = 'signs-up@example.com';
    const { token } = await world.invitation({ organization, email, by: inviter });
    const app = await world.app({ autoGrantOnSignup: true });
    const theirs = client({ appCode: app.code });
    const told: string[] = [];
    theirs.on('authenticated', ({ viewer }) => told.push(viewer.user.email));

    expect(await theirs.account.getInvitation(token)).toEqual(
      invitationRecord(organization, { email, invited_by_name: inviter.name, roles: orgMember.roles }),
    );
    const signedUp = await theirs.account.signUp({ invitation_token: token, password: newPassword, name: 'Sue' });
    const sue = { id: signedUp.user.id, email, name: 'Sue' } as Person;
    expect(signedUp).toEqual({
      ...viewerRecord(sue, { session: { app: { id: app.id, code: app.code, name: app.code } } }),
      membership: membershipRecord(organization, sue, { ...orgMember, invited_by_name: inviter.name }),
    });
    expect(told).toEqual([email]);
    expect(theirs.auth.isAuthenticated()).toBe(true);
    expect((await theirs.account.get()).id).toBe(sue.id);
    await expect(client().account.signUp({ invitationToken: token, password: newPassword })).rejects.toMatchObject({
      name: 'InvitationError',
      code: 'INVITATION_USED',
      status: 409,
      invitationStatus: 'accepted',
    });
  });

  test('signUp is refused where there is an account, or the password is weak, and nobody is signed in', async () => {
    const [organization, person] = [await world.organization({ owner: await world.person() }), await world.person()];
    const { token } = await world.invitation({ organization, email: person.email });
    const theirs = client();
    await expect(theirs.account.signUp({ invitationToken: token, password: newPassword })).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'EMAIL_TAKEN',
      status: 409,
    });
    const other = await world.invitation({ organization, email: 'weak@example.com' });
    await expect(theirs.account.signUp({ invitationToken: other.token, password: 'otter raft' })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'password'] }],
    });
    await expect(theirs.account.signUp({ invitationToken: 'nothing', password: newPassword })).rejects.toMatchObject(notFound);
    await expect(theirs.account.getInvitation('nothing')).rejects.toMatchObject(notFound);
    expect(theirs.auth.isAuthenticated()).toBe(false);
  });

  test('acceptInvitation takes an id or the token of a link, and declineInvitation an id', async () => {
    const person = await world.person();
    const mine = await as(person);
    const invite = async () => {
      const organization = await world.organization({ owner: await world.person() });
      return { organization, ...(await world.invitation({ organization, email: person.email })) };
    };
    const [byId, byNamedId, byToken, declined] = [await invite(), await invite(), await invite(), await invite()];
    expect(await mine.account.acceptInvitation(byId.id)).toEqual(membershipRecord(byId.organization, person, orgMember));
    expect(await mine.account.acceptInvitation({ invitation_id: byNamedId.id })).toMatchObject({
      organization_id: byNamedId.organization.id,
    });
    expect(await mine.account.acceptInvitation({ token: byToken.token })).toMatchObject({
      organization_id: byToken.organization.id,
    });
    expect(await mine.account.declineInvitation(declined.id)).toEqual(
      invitationRecord(declined.organization, {
        id: declined.id,
        email: person.email,
        status: 'declined',
        invited_by_name: null,
        roles: orgMember.roles,
      }),
    );
    expect((await mine.account.getMyOrgs()).map(({ organization_id }) => organization_id).sort()).toEqual(
      [byId, byNamedId, byToken].map(({ organization }) => organization.id).sort(),
    );

    await expect(mine.account.acceptInvitation(declined.id)).rejects.toMatchObject({
      name: 'InvitationError',
      code: 'INVITATION_DECLINED',
      invitationStatus: 'declined',
    });
    await expect(mine.account.declineInvitation(byId.id)).rejects.toMatchObject({
      name: 'InvitationError',
      code: 'INVITATION_USED',
      invitationStatus: 'accepted',
    });
    const others = await world.invitation({ organization: byId.organization, email: 'others@example.com' });
    await expect(mine.account.acceptInvitation(others.id)).rejects.toMatchObject({ ...notFound, id: others.id });
    await expect(mine.account.declineInvitation(others.id)).rejects.toMatchObject({ ...notFound, id: others.id });
  });

  test('leaveOrganization ends the membership, but not that of the owner', async () => {
    const [owner, member] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner, members: [[member]] });
    const mine = await as(member);
    expect(await mine.account.leaveOrganization(organization.id)).toEqual({ organization_id: organization.id });
    expect(await mine.account.getMyOrgs()).toEqual([]);
    await expect(mine.account.leaveOrganization(organization.id)).rejects.toMatchObject({ ...notFound, id: organization.id });
    await expect((await as(owner)).account.leaveOrganization(organization.id)).rejects.toMatchObject({
      name: 'RuleError',
      code: 'OWNER_PROTECTED',
      status: 409,
    });
  });
});

test('every method is called above', () => {
  expect(uncalled('account')).toEqual([]);
});
