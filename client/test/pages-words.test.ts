import type { AuthClient } from '@steward/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { invitingMails } from '../../test/organization/invitations.support.ts';
import { expectSignedOut, type Stage, setStage, theirClient } from './support/stage.ts';

// What the pages say beside their statements: in sentences, and in comments behind them.

let stage: Stage;
/** The admin of the pages. */
let client: AuthClient;
let signIn: (...args: Parameters<typeof theirClient> extends [string, ...infer Rest] ? Rest : never) => Promise<AuthClient>;

beforeAll(async () => {
  stage = await setStage();
  signIn = (...who) => theirClient(stage.url, ...who);
  client = await signIn(stage.admin, stage.app);
});

const refusal = (name: string, status: number, code: string, rest: object = {}) => ({ name, status, code, ...rest });

describe('users', () => {
  test('routes are admin-gated; most need system_admin or super_admin, some the first', async () => {
    const { world } = stage;
    const jo = await world.person();
    const anybody = await signIn(await world.person());
    const superAdmin = await signIn(await world.person({ roles: ['super_admin'] }));

    const forbidden = refusal('ForbiddenError', 403, 'FORBIDDEN', { needs: 'users:read' });
    await expect(anybody.users.list()).rejects.toMatchObject(forbidden);
    expect(await superAdmin.users.list({ search: jo.email })).toMatchObject({ total: 1, users: [{ id: jo.id }] });
    const needsDelete = refusal('ForbiddenError', 403, 'FORBIDDEN', { needs: 'users:delete' });
    await expect(superAdmin.users.hardDelete({ userId: jo.id, reason: 'GDPR erasure request' })).rejects.toMatchObject(
      needsDelete,
    );
  });

  test('the list is paginated', async () => {
    const app = await stage.world.app();
    const people = [await stage.world.person(), await stage.world.person(), await stage.world.person()];
    for (const person of people) await stage.world.grant(person, app);
    const idsOf = async (page: number) => {
      const { total, users } = await client.users.list({ appId: app.id, page, pageSize: 2 });
      return [total, users.map(({ id }) => id)];
    };

    const [first, second, third] = people.map(({ id }) => id);
    expect([await idsOf(1), await idsOf(2), await idsOf(3)]).toEqual([
      [3, [third, second]],
      [3, [first]],
      [3, []],
    ]);
  });

  test('known identifiers are resolved in one round trip', async () => {
    const people = [await stage.world.person(), await stage.world.person(), await stage.world.person()];
    let trips = 0;
    const counting = await theirClient(stage.url, stage.admin, undefined, (...args) => {
      trips += 1;
      return fetch(...args);
    });
    trips = 0;

    const [one, two, three] = people;
    const found = await counting.users.lookup({ ids: [one!.id, two!.id], emails: [three!.email, 'nobody@example.com'] });

    expect(trips).toBe(1);
    expect(found.map(({ id }) => id).sort()).toEqual(people.map(({ id }) => id).sort());
    expect(found.missing).toEqual({ ids: [], emails: ['nobody@example.com'] });
  });

  test('a grant is idempotent, and reactivates a revoked one', async () => {
    const jo = await stage.world.person();
    const { id } = stage.app;

    const granted = await client.apps.grantUser(jo.id, id);
    expect(await client.apps.grantUser(jo.id, id)).toEqual({ ...granted, changed: false });
    await client.apps.revokeUser(jo.id, id);
    expect(await client.apps.listForUser(jo.id)).toEqual([]);
    const again = await client.apps.grantUser(jo.id, id);

    expect(again).toEqual({ ...granted, granted_at: again.granted_at });
    const { changed, ...grant } = again;
    expect(changed).toBe(true);
    expect(await client.apps.listForUser(jo.id)).toEqual([grant]);
  });

  test('revoking blocks this app alone: its sessions end, and those of other apps go on', async () => {
    const { world, app } = stage;
    const another = await world.app();
    const jo = await world.person();
    await world.grant(jo, app);
    await world.grant(jo, another);
    const [here, there] = [await signIn(jo, app), await signIn(jo, another)];

    await client.apps.revokeUser(jo.id, app.id);

    await expectSignedOut(here);
    await expect(signIn(jo, app)).rejects.toMatchObject(refusal('AuthenticationError', 401, 'APP_ACCESS_DENIED'));
    expect(await there.auth.whoami()).toMatchObject({ user: { id: jo.id }, session: { app: { id: another.id } } });
    await signIn(jo, another);
  });

  test('an app with auto_grant_on_signup re-admits a revoked user on the next login, until that is disabled', async () => {
    const jo = await stage.world.person();
    const app = await client.apps.create({ code: 'market', name: 'Market', auto_grant_on_signup: true });
    await signIn(jo, app);

    expect(await client.apps.revokeUser(jo.id, app.id)).toMatchObject({ readmitted_on_login: true });
    await signIn(jo, app);
    expect(await client.apps.listForUser(jo.id)).toMatchObject([{ app: { code: 'market' }, status: 'active' }]);

    expect(await client.apps.update(app.id, { auto_grant_on_signup: false })).toMatchObject({ auto_grant_on_signup: false });
    expect(await client.apps.revokeUser(jo.id, app.id)).toMatchObject({ readmitted_on_login: false });
    await expect(signIn(jo, app)).rejects.toMatchObject(refusal('AuthenticationError', 401, 'APP_ACCESS_DENIED'));
  });

  test('platform roles are a set that is replaced wholesale, of these codes, and take effect at once', async () => {
    const jo = await stage.world.person({ roles: ['base_user', 'buyer'] });
    const theirs = await signIn(jo);
    const refreshed: string[] = [];
    theirs.on('token_refreshed', ({ expires_at }) => refreshed.push(expires_at));

    const codesOf = (roles: readonly { code: string }[]) => roles.map(({ code }) => code);
    expect(codesOf(await client.users.listPlatformRoles())).toEqual([
      'system_admin',
      'super_admin',
      'seller',
      'buyer',
      'base_user',
    ]);
    const set = await client.users.setRoles(jo.id, ['super_admin']);

    expect([codesOf(set.roles), codesOf(set.added), codesOf(set.removed)]).toEqual([
      ['super_admin'],
      ['super_admin'],
      ['buyer', 'base_user'],
    ]);
    expect(codesOf(await client.users.listRoles(jo.id))).toEqual(['super_admin']);
    // The next call notices, refreshes once, and has the new rights.
    expect(await theirs.users.list({ search: jo.email })).toMatchObject({ total: 1 });
    expect(theirs.auth.getClaims()).toMatchObject({ roles: ['super_admin'] });
    expect(refreshed).toHaveLength(1);
    // And loses them as fast.
    await client.users.setRoles(jo.id, []);
    await expect(theirs.users.list()).rejects.toMatchObject(refusal('ForbiddenError', 403, 'FORBIDDEN'));
    expect(await client.users.listRoles(jo.id)).toEqual([]);
  });

  test('one session is ended, or all of them, and a new password needs no old one', async () => {
    const jo = await stage.world.person();
    const [first, second, third] = [await signIn(jo), await signIn(jo), await signIn(jo)];
    const own = (await second.account.listSessions()).find(({ is_current }) => is_current)!;

    await client.users.terminateSession(jo.id, own.id);
    await expectSignedOut(second);
    expect(await first.auth.whoami()).toMatchObject({ user: { id: jo.id } });

    expect(await client.users.revokeSessions(jo.id)).toMatchObject({ id: jo.id, revoked_sessions: 2 });
    await expectSignedOut(first);
    await expectSignedOut(third);
    expect(await client.users.listSessions(jo.id)).toEqual([]);

    const fourth = await signIn(jo);
    await client.users.setPassword(jo.id, 'TempPass123!');
    await expectSignedOut(fourth);
    await expect(signIn(jo)).rejects.toMatchObject(refusal('AuthenticationError', 401, 'INVALID_CREDENTIALS'));
    await signIn({ ...jo, password: 'TempPass123!' });
  });

  test('impersonation is audited, needs a reason, and the client acts as the target until it stops', async () => {
    const jo = await stage.world.person({ name: 'Jo' });
    const theirs = await signIn(stage.admin);
    const impersonate = (reason: string) => theirs.users.impersonate({ targetUserId: jo.id, reason });

    await expect(impersonate('')).rejects.toMatchObject(refusal('ValidationError', 422, 'VALIDATION_FAILED'));
    expect(theirs.auth.isImpersonating()).toBe(false);
    await impersonate('support ticket #123');

    expect(theirs.auth.isImpersonating()).toBe(true);
    expect(await theirs.auth.whoami()).toMatchObject({ user: { id: jo.id }, impersonator: { id: stage.admin.id } });
    await expect(theirs.users.list()).rejects.toMatchObject(refusal('ForbiddenError', 403, 'FORBIDDEN'));
    await theirs.auth.stopImpersonating();
    expect(theirs.auth.isImpersonating()).toBe(false);
    expect(await theirs.auth.whoami()).toMatchObject({ user: { id: stage.admin.id }, impersonator: null });
    const { events } = await client.audit.list({
      actions: ['impersonation.started', 'impersonation.stopped'],
      subject_id: jo.id,
    });
    expect(events.map(({ action, actor_id, impersonator_id, reason }) => [action, actor_id, impersonator_id, reason])).toEqual([
      ['impersonation.stopped', jo.id, stage.admin.id, null],
      ['impersonation.started', stage.admin.id, null, 'support ticket #123'],
    ]);
  });

  test('a hard delete needs a reason, refuses owners of organizations, and leaves nobody', async () => {
    const olga = await stage.world.person();
    const organization = await stage.world.organization({ owner: olga });
    const erase = (reason: string) => client.users.hardDelete({ userId: olga.id, reason });

    await expect(erase('')).rejects.toMatchObject(refusal('ValidationError', 422, 'VALIDATION_FAILED'));
    await expect(erase('GDPR erasure request')).rejects.toMatchObject(
      refusal('OwnsOrganizationsError', 409, 'OWNS_ORGANIZATIONS', {
        organizations: [{ id: organization.id, name: organization.name, slug: organization.slug }],
      }),
    );
    await client.organizations.delete(organization.id);
    expect(await erase('GDPR erasure request')).toMatchObject({ deleted_user_id: olga.id });
    await expect(client.users.get(olga.id)).rejects.toMatchObject(refusal('NotFoundError', 404, 'NOT_FOUND', { id: olga.id }));
  });

  test('a move into a pool that has the address is a conflict, 409; tags are idempotent, and shown', async () => {
    const { world } = stage;
    const [portal, further] = [await world.pool(), await world.pool()];
    const jo = await world.person({ email: 'jo@twins.example' });
    const twin = await world.person({ email: 'jo@twins.example', pool: portal.code });

    await expect(client.pools.setUserHome(jo.id, portal.code)).rejects.toMatchObject(
      refusal('ConflictError', 409, 'EMAIL_TAKEN', { existing: { type: 'User', id: twin.id } }),
    );
    const tagged = await client.pools.addUser(jo.id, further.code);
    expect(await client.pools.addUser(jo.id, further.code)).toEqual({ ...tagged, changed: false });
    expect(await client.pools.getForUser(jo.id)).toEqual({ namespace: 'default', namespaces: [further.code] });
    const counts = (await client.pools.list()).filter(({ code }) => [portal.code, further.code].includes(code));
    expect(counts.map(({ user_count, home_count, tag_count }) => [user_count, home_count, tag_count])).toEqual([
      [1, 1, 0],
      [1, 0, 1],
    ]);
    const untagged = await client.pools.removeUser(jo.id, further.code);
    expect(await client.pools.removeUser(jo.id, further.code)).toEqual({ ...untagged, changed: false });
    expect(await client.pools.getForUser(jo.id)).toEqual({ namespace: 'default', namespaces: [] });
  });
});

describe('organizations', () => {
  test('self-service takes membership and the permission of the action; the back office takes neither', async () => {
    const { world } = stage;
    const [owner, member, outsider] = [await world.person(), await world.person(), await world.person()];
    const { id } = await world.organization({ owner, members: [[member]] });
    const [owners, members, outsiders] = [await signIn(owner), await signIn(member), await signIn(outsider)];

    expect(await members.organizations.get(id)).toMatchObject({ id, viewer_permissions: ['org:members:read', 'org:read'] });
    expect(await members.organizations.listMembers(id)).toEqual(await client.organizations.adminListMembers(id));
    await expect(members.organizations.update(id, { name: 'Acme Inc.' })).rejects.toMatchObject(
      refusal('ForbiddenError', 403, 'FORBIDDEN', { needs: 'org:update there or organizations:update' }),
    );
    for (const call of ['get', 'adminGet', 'listMembers', 'adminListMembers'] as const) {
      await expect(outsiders.organizations[call](id)).rejects.toMatchObject(refusal('NotFoundError', 404, 'NOT_FOUND', { id }));
    }
    expect(await owners.organizations.update(id, { name: 'Acme Inc.' })).toMatchObject({ name: 'Acme Inc.', version: 2 });
    await expect(owners.organizations.addMember(id, outsider.id)).rejects.toMatchObject(
      refusal('ForbiddenError', 403, 'FORBIDDEN', { needs: 'organizations:members' }),
    );
    await expect(owners.organizations.list()).rejects.toMatchObject({ status: 403, needs: 'organizations:read' });
    expect(await client.organizations.adminUpdate(id, { name: 'Acme Ltd.' })).toMatchObject({ name: 'Acme Ltd.', version: 3 });
    expect(await client.account.getMyOrgs()).toEqual([]);
  });

  test('roles of a member are a set, of codes with this scope alone; the built-in ones are these', async () => {
    const { world } = stage;
    const [owner, jo] = [await world.person(), await world.person()];
    const { id } = await world.organization({ owner, members: [[jo]] });
    const set = async (...codes: string[]) => {
      const { roles, added, removed } = await client.organizations.setMemberRoles(id, jo.id, codes);
      return [roles, added, removed].map((some) => some.map(({ code }) => code));
    };

    const builtIn = (await client.organizations.listRoles(id)).map(({ code }) => code);
    expect(builtIn).toEqual(['org_admin', 'org_manager', 'seller', 'buyer', 'org_member']);
    await expect(set('base_user', 'super_admin')).rejects.toMatchObject(
      refusal('ValidationError', 422, 'VALIDATION_FAILED', {
        issues: [{ code: 'UNKNOWN_ROLE' }, { code: 'UNKNOWN_ROLE' }],
      }),
    );
    expect(await set('org_manager', 'seller')).toEqual([['org_manager', 'seller'], ['org_manager', 'seller'], ['org_member']]);
    expect(await set('buyer', 'seller')).toEqual([['seller', 'buyer'], ['buyer'], ['org_manager']]);
    expect(await set()).toEqual([['org_member'], ['org_member'], ['seller', 'buyer']]);
  });

  test('a custom role works like a built-in one, from the holder’s next call on', async () => {
    const { world } = stage;
    const [owner, jo] = [await world.person(), await world.person()];
    const { id } = await world.organization({ owner, members: [[jo]] });
    const theirs = await signIn(jo);
    const update = () => theirs.organizations.update(id, { description: 'As its editor has it' });

    await expect(update()).rejects.toMatchObject(refusal('ForbiddenError', 403, 'FORBIDDEN'));
    const role = await client.organizations.createRole(id, {
      code: 'catalog-editor',
      name: 'Catalog Editor',
      permission_codes: ['org:read', 'org:update'],
    });
    await client.organizations.setMemberRoles(id, jo.id, ['catalog-editor']);

    expect(await update()).toMatchObject({ description: 'As its editor has it', viewer_permissions: ['org:read', 'org:update'] });
    expect(await client.organizations.getRole(id, role.id)).toEqual({ ...role, member_count: 1 });
  });

  test('an invitation goes out by e-mail, with org_member where no role is named, and is accepted from a session of one’s own', async () => {
    const { world } = stage;
    const owner = await world.person();
    const tam = await world.person({ email: 'tam@example.com' });
    const organization = await world.organization({ owner });
    const theirs = await signIn(tam);
    const switched: (string | null)[] = [];
    theirs.on('org_switched', ({ organization_id }) => switched.push(organization_id));

    const sent = await client.organizations.createInvitation(organization.id, { email: 'tam@example.com' });
    expect(sent.roles.map(({ code }) => code)).toEqual(['org_member']);
    const [mail, ...more] = await invitingMails(world, 'tam@example.com');
    expect(more).toEqual([]);
    expect(await theirs.account.getInvitation(mail!.token)).toMatchObject({ id: sent.id, status: 'pending' });

    const [invitation] = await theirs.account.listMyInvitations();
    await expect((await signIn(owner)).account.acceptInvitation(sent.id)).rejects.toMatchObject({ name: 'NotFoundError' });
    const membership = await theirs.account.acceptInvitation(invitation!.id);
    await theirs.auth.switchOrg(invitation!.organization_id);

    expect(await theirs.account.getMyOrgs()).toEqual([membership]);
    expect(await theirs.account.listMyInvitations()).toEqual([]);
    expect(switched).toEqual([organization.id]);
    expect(theirs.auth.getClaims()).toMatchObject({ org: organization.id, roles: ['base_user', 'org_member'] });
    expect(await theirs.auth.whoami()).toMatchObject({ organization: { id: organization.id } });
  });
});
