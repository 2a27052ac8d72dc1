import { describe, expect, expectTypeOf, test } from 'vitest';
import { encodeId, newId } from '../../../src/ids.ts';
import { password } from '../../../test/support/world.ts';
import type { StewardError } from '../../src/errors.ts';
import type { UserPage } from '../../src/modules/users.ts';
import type { RoleRecord, SessionRecord, UserRecord } from '../../src/records.ts';
import { startCalling } from '../support/caller.ts';
import { crowd } from '../support/crowd.ts';
import { membershipRecord, roleRecord, sessionRecord, time, userRecord, viewerRecord } from '../support/records.ts';

const { world, client, as, watched, admin, staff, uncalled } = await startCalling();
const nobody = encodeId('user', newId());
const notFound = { name: 'NotFoundError', code: 'NOT_FOUND', status: 404 };
const forbidden = (needs: string) => ({ name: 'ForbiddenError', code: 'FORBIDDEN', status: 403, needs });

const baseUser = () => roleRecord('base_user', 'Base user', 100, 'platform');
const seller = () => roleRecord('seller', 'Seller', 50, 'platform');

describe('reading', () => {
  test('list gives a page with the number of all and what leads to the next page', async () => {
    const people = await crowd(world, 5, 'listed.example.com');
    const [oldest, , , , newest] = people;
    const search = '@listed.example.com';

    const first = await staff.users.list({ search, page: 1, pageSize: 2 });
    expect(first).toEqual({
      total: 5,
      users: people
        .toReversed()
        .slice(0, 2)
        .map(({ id, email }) => userRecord({ id, email, name: null } as never, { has_password: false, roles: [] })),
      next: expect.any(String),
    });
    const last = await staff.users.list({ search, page: 3, page_size: 2 });
    expect(last).toMatchObject({ total: 5, users: [{ id: oldest!.id }], next: null });
    const second = await staff.users.list({ search, pageSize: 2, after: first.next });
    expect(second.users.map(({ id }) => id)).toEqual([people[2]!.id, people[1]!.id]);

    expect(
      (await staff.users.list({ search, orderBy: { field: 'created_at', direction: 'desc' }, pageSize: 1 })).users,
    ).toMatchObject([{ id: newest!.id }]);
    expect((await staff.users.list({ search, order_by: { field: 'EMAIL' }, pageSize: 1 })).users).toMatchObject([
      { id: oldest!.id },
    ]);
    expectTypeOf(first).toEqualTypeOf<UserPage>();
    expectTypeOf(first.users[0]!.status).toEqualTypeOf<'active' | 'suspended'>();
  });

  test('list looks for an app, an organization, roles and a state, in either spelling', async () => {
    const person = await world.person({ roles: ['seller'], metadata: { costCentre: { id: 7 } } });
    const app = await world.app();
    await world.grant(person, app);
    const organization = await world.organization({ owner: person });

    const only = { total: 1, users: [{ id: person.id, metadata: { costCentre: { id: 7 } } }], next: null };
    expect(await staff.users.list({ appId: app.id, page: 1, pageSize: 50 })).toMatchObject(only);
    expect(await staff.users.list({ app_id: app.id, role_codes: ['seller'], status: ['active'] })).toMatchObject(only);
    expect(await staff.users.list({ organizationId: organization.id, metadata: { costCentre: { id: 7 } } })).toMatchObject(only);
    expect(await staff.users.list({ organization_id: organization.id, NOT: { status: ['ACTIVE'] } })).toMatchObject({ total: 0 });
  });

  test('iterate goes on as whoever began it, whomever the client acts as meanwhile, until they sign out', async () => {
    const people = await crowd(world, 201, 'begun.example.com');
    const [mine, target] = [await as(admin), await world.person()];
    const begun = mine.users.iterate({ search: '@begun.example.com' });
    await begun.next();

    await mine.users.impersonate({ userId: target.id, reason: 'to look at it' });
    await expect(mine.users.list()).rejects.toMatchObject(forbidden('users:read'));
    for (let read = 1; read < 150; read++) await begun.next();
    await mine.auth.stopImpersonating();
    await mine.auth.logout();

    const rest = async () => {
      for await (const { id } of begun) if (id === people[0]!.id) return;
    };
    await expect(rest()).rejects.toMatchObject({ name: 'UnauthenticatedError' });
  });

  test('iterate gives everybody and fetches no page before its first user is wanted', async () => {
    const people = await crowd(world, 201, 'iterated.example.com');
    const { client: mine, requests } = await watched(admin);

    const ids: string[] = [];
    const pages: number[] = [];
    for await (const user of mine.users.iterate({ search: '@iterated.example.com' })) {
      ids.push(user.id);
      pages.push(requests.length);
    }
    expect(ids).toEqual(people.map(({ id }) => id).toReversed());
    expect([pages[0], pages[99], pages[100], pages[199], pages[200], requests.length]).toEqual([1, 1, 2, 2, 3, 3]);
    expect(requests[0]![0]!.variables).toMatchObject({ first: 100, count: false });

    requests.length = 0;
    const begun = mine.users.iterate({ search: '@iterated.example.com' });
    expect(requests).toEqual([]);
    for await (const user of begun) if (user.id === ids[100]) break;
    expect(await begun.next()).toEqual({ done: true, value: undefined });
    expect(requests).toHaveLength(2);
  });

  test('lookup takes any number of keys and names those that nobody has', async () => {
    const people = await crowd(world, 348, 'looked-up.example.com');
    const ids = people.slice(0, 250).map(({ id }) => id);
    const emails = people.slice(250).map(({ email }) => email);
    const { client: mine, requests } = await watched(admin);

    const found = await mine.users.lookup({
      ids: [...ids, nobody, ids[0]!],
      emails: ['nobody@looked-up.example.com', ...emails, people[0]!.email],
    });

    expect(found.map(({ id }) => id)).toEqual(people.map(({ id }) => id));
    expect(found.missing).toEqual({ ids: [nobody], emails: ['nobody@looked-up.example.com'] });
    expect(requests.map((asked) => asked.length)).toEqual([2]);
    expect(await mine.users.lookup({ emails: [] })).toEqual(Object.assign([], { missing: { ids: [], emails: [] } }));
    expectTypeOf(found[0]!).toEqualTypeOf<UserRecord>();
  });

  test('get gives a person to staff and to themselves, and nothing to others', async () => {
    const [person, other] = [await world.person({ metadata: { A: { bC: 1 } } }), await world.person()];
    const expected = userRecord(person, { metadata: { A: { bC: 1 } } });
    expect(await staff.users.get(person.id)).toEqual(expected);
    expect(await (await as(person)).users.get(person.id)).toEqual({ ...expected, last_login_at: time });
    await expect((await as(other)).users.get(person.id)).rejects.toMatchObject({ ...notFound, id: person.id });
    await expect(staff.users.get(nobody)).rejects.toMatchObject({ ...notFound, id: nobody });
    await expect(client().users.get(person.id)).rejects.toMatchObject({
      name: 'UnauthenticatedError',
      code: 'UNAUTHENTICATED',
      status: 401,
    });
  });

  test('lists are not for everybody', async () => {
    const mine = await as(await world.person());
    await expect(mine.users.list()).rejects.toMatchObject(forbidden('users:read'));
    await expect(mine.users.iterate().next()).rejects.toMatchObject(forbidden('users:read'));
    await expect(mine.users.lookup({ ids: [nobody] })).rejects.toMatchObject(forbidden('users:read'));
  });

  test('a page of too many is refused as the server says it', async () => {
    await expect(staff.users.list({ pageSize: 101 })).rejects.toMatchObject({
      name: 'RequestError',
      code: 'BAD_USER_INPUT',
      status: 400,
      requestId: expect.any(String),
    });
  });

  test('an ended signal stops a call and a loop', async () => {
    const signal = AbortSignal.abort(new Error('Enough'));
    await expect(staff.users.list({}, { signal })).rejects.toThrow('Enough');
    await expect(staff.users.iterate({}, { signal }).next()).rejects.toThrow('Enough');
  });
});

describe('creating and changing', () => {
  test('create gives the new person, and says what clashes and what is wrong', async () => {
    const email = 'created@example.com';
    const created = await staff.users.create({
      email: 'Created@example.com',
      role_codes: ['seller'],
      metadata: { tShirt: 'L' },
      sendWelcome: false,
    });
    expect(created).toEqual({
      ...userRecord({ id: created.id, email, name: null } as never),
      email_verified: false,
      has_password: false,
      metadata: { tShirt: 'L' },
      roles: [{ code: 'seller' }],
    });
    await expect(staff.users.create({ email, name: 'Twin' })).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'EMAIL_TAKEN',
      status: 409,
      path: ['input', 'email'],
      existing: { type: 'User', id: created.id },
    });
    await expect(staff.users.create({ email: 'no address', name: 'x'.repeat(201) })).rejects.toMatchObject({
      name: 'ValidationError',
      code: 'VALIDATION_FAILED',
      status: 422,
      issues: [{ path: ['input', 'email'], code: expect.any(String), message: expect.any(String) }, { path: ['input', 'name'] }],
    });
  });

  test('update changes what it is told, in either spelling, and holds to the version', async () => {
    const person = await world.person();
    expect(await staff.users.update(person.id, { avatar_url: 'https://example.com/a.png', name: null })).toEqual(
      userRecord(person, { avatar_url: 'https://example.com/a.png', name: null, version: 2 }),
    );
    expect(
      await staff.users.update(person.id, { avatarUrl: null, metadata: { snake_case: 'KEPT' }, expectedVersion: 2 }),
    ).toEqual(userRecord(person, { name: null, metadata: { snake_case: 'KEPT' }, version: 3 }));
    await expect(staff.users.update(person.id, { name: 'Jo', expected_version: 2 })).rejects.toMatchObject({
      name: 'VersionConflictError',
      code: 'VERSION_CONFLICT',
      status: 409,
      currentVersion: 3,
    });
    await expect(staff.users.update(nobody, { name: 'Jo' })).rejects.toMatchObject({
      ...notFound,
      id: nobody,
      path: ['input', 'userId'],
    });
  });

  test('suspend and reactivate give the person as they are then', async () => {
    const person = await world.person();
    const until = '2099-01-01T00:00:00.000Z';
    expect(await staff.users.suspend(person.id, { reason: 'On leave', until })).toEqual(
      userRecord(person, { status: 'suspended', suspended_until: until, suspension_reason: 'On leave', version: 2 }),
    );
    expect(await staff.users.reactivate(person.id)).toEqual(userRecord(person, { version: 3 }));
    await expect(staff.users.suspend(admin.id, { reason: 'Myself' })).rejects.toMatchObject({
      name: 'RuleError',
      code: 'SELF_NOT_ALLOWED',
      status: 409,
    });
    await expect(staff.users.suspend(person.id, { reason: '' })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'reason'] }],
    });
    await expect(staff.users.reactivate(nobody)).rejects.toMatchObject(notFound);
  });

  test('unlock, sendPasswordReset and setPassword do so', async () => {
    const person = await world.person();
    const guess = () => client().auth.login({ email: person.email, password: 'a wrong guess' });
    for (let guesses = 0; guesses < 5; guesses++) await expect(guess()).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    await expect(as(person)).rejects.toMatchObject({
      name: 'AuthenticationError',
      code: 'ACCOUNT_LOCKED',
      status: 401,
      retryAt: time,
    });
    expect(await staff.users.unlock(person.id)).toMatchObject({ id: person.id });
    await as(person);
    expect(await staff.users.sendPasswordReset(person.id)).toMatchObject({ id: person.id, has_password: true });
    expect(await staff.users.setPassword(person.id, 'a staple that is quite correct')).toMatchObject({
      id: person.id,
      has_password: true,
    });
    await expect(client().auth.login({ email: person.email, password })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    await client().auth.login({ email: person.email, password: 'a staple that is quite correct' });

    await expect(staff.users.setPassword(person.id, 'otter raft')).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'newPassword'] }],
    });
    await expect(staff.users.unlock(nobody)).rejects.toMatchObject(notFound);
    await expect(staff.users.sendPasswordReset(nobody)).rejects.toMatchObject(notFound);
    const manager = await as(await world.person({ roles: ['super_admin'] }));
    await expect(manager.users.unlock(admin.id)).rejects.toMatchObject({
      name: 'PowerError',
      code: 'RANK_TOO_LOW',
      status: 403,
      roles: ['system_admin'],
      permissions: [],
    });
    await expect(manager.users.setPassword(person.id, 'a staple that is quite correct')).rejects.toMatchObject(
      forbidden('users:set-password'),
    );
  });
});

describe('roles', () => {
  test('setRoles replaces them, and tells what was added and removed', async () => {
    const person = await world.person();
    expect(await staff.users.listRoles(person.id)).toEqual([baseUser()]);

    const set = await staff.users.setRoles(person.id, ['seller']);
    expect(set).toEqual({
      ...userRecord(person, { roles: [{ code: 'seller' }], version: 2 }),
      added: [seller()],
      removed: [baseUser()],
    });
    expectTypeOf(set.added).toEqualTypeOf<RoleRecord[]>();
    expectTypeOf(set.added[0]!.scope).toEqualTypeOf<'platform' | 'organization'>();

    await expect(staff.users.setRoles(person.id, ['base_user'], { expected_version: 1 })).rejects.toMatchObject({
      name: 'VersionConflictError',
      currentVersion: 2,
    });
    await expect(staff.users.setRoles(person.id, ['nothing'])).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'roleCodes', '0'] }],
    });
    const manager = await as(await world.person({ roles: ['super_admin'] }));
    await expect(manager.users.setRoles(person.id, ['system_admin'])).rejects.toMatchObject({
      name: 'PowerError',
      code: 'RANK_TOO_LOW',
      roles: ['system_admin'],
    });
    await expect(staff.users.listRoles(nobody)).rejects.toMatchObject({ ...notFound, id: nobody });
  });

  test('listPlatformRoles and listAssignableRoles carry the codes of permissions', async () => {
    const roles = await staff.users.listPlatformRoles();
    expect(roles.map(({ code, permission_codes }) => [code, permission_codes.length])).toEqual([
      ['system_admin', 19],
      ['super_admin', 15],
      ['seller', 0],
      ['buyer', 0],
      ['base_user', 0],
    ]);
    expect(roles.at(-1)).toEqual({ ...baseUser(), permission_codes: [] });
    expect(await staff.users.listAssignableRoles()).toEqual(roles);

    const mine = await as(await world.person());
    expect(await mine.users.listPlatformRoles()).toEqual(roles);
    expect(await mine.users.listAssignableRoles()).toEqual([]);
    await expect(client().users.listAssignableRoles()).rejects.toMatchObject({ name: 'UnauthenticatedError', status: 401 });
    await expect(client().users.listPlatformRoles()).rejects.toMatchObject({ name: 'UnauthenticatedError', status: 401 });
  });

  test('access tells through what somebody holds a permission, or why not', async () => {
    const person = await world.person();
    const organization = await world.organization({ owner: person });
    expect(await staff.users.access(admin.id, 'users:read')).toEqual({
      allowed: true,
      permission: 'users:read',
      reason: null,
      paths: [{ role: roleRecord('system_admin', 'System admin', 0, 'platform'), membership: null }],
    });
    const inside = await staff.users.access(person.id, 'org:update', { organization_id: organization.id });
    expect(inside).toEqual({
      allowed: true,
      permission: 'org:update',
      reason: null,
      paths: [
        {
          role: roleRecord('org_admin', 'Organization admin', 10, 'organization'),
          membership: membershipRecord(organization, person, {
            is_owner: true,
            roles: [{ id: expect.any(String), code: 'org_admin', name: 'Organization admin' }],
            permissions: expect.arrayContaining(['org:update']),
          }),
        },
      ],
    });
    expect(await staff.users.access(person.id, 'users:read')).toEqual({
      allowed: false,
      permission: 'users:read',
      reason: expect.any(String),
      paths: [],
    });
    await expect(staff.users.access(nobody, 'users:read')).rejects.toMatchObject(notFound);
  });
});

describe('sessions', () => {
  test('listSessions names them, and terminateSession and revokeSessions end them', async () => {
    const person = await world.person();
    const [one, two] = [await as(person), await as(person)];
    const sessions = await one.users.listSessions(person.id);
    expect(sessions).toHaveLength(2);
    expect(sessions).toEqual(expect.arrayContaining([sessionRecord({ is_current: true }), sessionRecord()]));
    expectTypeOf(sessions).toEqualTypeOf<SessionRecord[]>();

    const other = sessions.find(({ is_current }) => !is_current)!;
    expect(await one.users.terminateSession(person.id, other.id)).toMatchObject({ id: person.id });
    await expect(two.users.get(person.id)).rejects.toMatchObject({ name: 'UnauthenticatedError' });
    await expect(one.users.terminateSession(person.id, other.id)).rejects.toMatchObject({ ...notFound, id: other.id });

    expect(await staff.users.revokeSessions(person.id)).toEqual({
      ...userRecord(person, { last_login_at: time, version: expect.any(Number) }),
      revoked_sessions: 1,
    });
    expect(await staff.users.listSessions(person.id)).toEqual([]);
    await expect(staff.users.revokeSessions(nobody)).rejects.toMatchObject(notFound);
    await expect(staff.users.listSessions(nobody)).rejects.toMatchObject(notFound);
  });

  test('impersonate acts as the person, by either name of the argument', async () => {
    const person = await world.person();
    const mine = await as(admin);
    for (const named of [
      { userId: person.id },
      { user_id: person.id },
      { targetUserId: person.id },
      { target_user_id: person.id },
    ]) {
      const viewer = await mine.users.impersonate({ ...named, reason: 'support ticket #123' });
      expect(viewer).toEqual({
        ...viewerRecord(person, {
          user: { last_login_at: null },
          session: { is_impersonation: true, impersonator_name: 'Ada', impersonation_reason: 'support ticket #123' },
        }),
        impersonator: { id: admin.id, email: admin.email, name: 'Ada' },
      });
      expect(mine.auth.isImpersonating()).toBe(true);
      expect((await mine.account.get()).id).toBe(person.id);
      await mine.auth.stopImpersonating();
      expect((await mine.account.get()).id).toBe(admin.id);
    }
    await expect(mine.users.impersonate({ userId: admin.id, reason: 'Myself' })).rejects.toMatchObject({
      name: 'RuleError',
      code: 'SELF_NOT_ALLOWED',
    });
    await expect(mine.users.impersonate({ userId: person.id, reason: 'x' })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'reason'] }],
    });
    expect(mine.auth.isImpersonating()).toBe(false);
  });

  test("an organization's admin acts as a member, and every record of theirs can be read", async () => {
    const [owner, member] = [await world.person(), await world.person({ externalId: 'x', metadata: { secret: 1 } })];
    const organization = await world.organization({ owner, members: [[member]] });
    const app = await world.app({ code: 'of-the-member' });
    await world.grant(member, app);
    const mine = await as(owner);
    await mine.users.impersonate({ userId: member.id, reason: 'They asked', organizationId: organization.id });
    expect(await mine.account.get()).toEqual(userRecord(member));
    expect(await mine.account.listSessions()).toEqual([
      sessionRecord({
        is_current: true,
        is_impersonation: true,
        impersonator_name: owner.name,
        impersonation_reason: 'They asked',
        organization: { id: organization.id, name: organization.name, slug: organization.slug },
      }),
    ]);
    expect(await mine.account.getMyOrgs()).toMatchObject([{ organization_id: organization.id }]);
    expect(await mine.apps.listForUser(member.id)).toEqual([]);
    expect(await mine.pools.getForUser(member.id)).toEqual({ namespace: 'default', namespaces: [] });
  });
});

describe('hard delete', () => {
  test('previewHardDelete tells what would go and what stands against it', async () => {
    const person = await world.person();
    const owned = await world.organization({ owner: person });
    const preview = await staff.users.previewHardDelete(person.id);
    expect({ ...preview, blockers: null }).toEqual({
      user: userRecord(person),
      deletes: expect.arrayContaining([
        { kind: 'memberships', count: 1 },
        { kind: 'roles', count: 1 },
      ]),
      pseudonymized_audit_events: 0,
      blockers: null,
      plan_token: expect.any(String),
    });
    expect(preview.blockers).toMatchObject([
      {
        name: 'OwnsOrganizationsError',
        code: 'OWNS_ORGANIZATIONS',
        status: 409,
        organizations: [{ id: owned.id, name: owned.name, slug: owned.slug }],
      },
    ]);
    expectTypeOf(preview.blockers).toEqualTypeOf<StewardError[]>();
    await expect(staff.users.hardDelete({ userId: person.id, reason: 'GDPR erasure request' })).rejects.toMatchObject({
      name: 'OwnsOrganizationsError',
      organizations: [{ slug: owned.slug }],
    });
    await expect(staff.users.previewHardDelete(nobody)).rejects.toMatchObject(notFound);
    await expect((await as(await world.person())).users.previewHardDelete(person.id)).rejects.toMatchObject(
      forbidden('users:delete'),
    );
  });

  test('hardDelete holds to the plan that was seen last, until it is carried out', async () => {
    const person = await world.person();
    const { client: mine, requests } = await watched(admin);
    await mine.users.previewHardDelete(person.id);
    await as(person);

    requests.length = 0;
    // Tried again, it is no less stale.
    for (const _ of ['at first', 'again']) {
      await expect(mine.users.hardDelete({ userId: person.id, reason: 'GDPR erasure request' })).rejects.toMatchObject({
        name: 'StalePlanError',
        code: 'STALE_PLAN',
        status: 409,
      });
    }
    const { plan_token } = await mine.users.previewHardDelete(person.id);
    expect(await mine.users.hardDelete({ user_id: person.id, reason: 'GDPR erasure request' })).toEqual({
      deleted_user_id: person.id,
      deletes: expect.arrayContaining([{ kind: 'sessions', count: 1 }]),
    });
    await expect(mine.users.hardDelete({ userId: person.id, reason: 'GDPR erasure request' })).rejects.toMatchObject(notFound);
    const sent = requests.flat().filter(({ query }) => query.includes('userHardDelete('));
    expect(sent.map(({ variables }) => (variables.input as any).planToken)).toEqual([
      ...[expect.any(String), expect.any(String)],
      ...[plan_token, undefined],
    ]);
  });

  test('a plan is of who saw it: who signs in next has seen none', async () => {
    const person = await world.person();
    const other = await world.person({ roles: ['system_admin'] });
    const { client: mine, requests } = await watched(admin);
    await mine.users.previewHardDelete(person.id);

    await mine.auth.login({ email: other.email, password });
    await mine.users.hardDelete({ userId: person.id, reason: 'GDPR erasure request' });

    const sent = requests.flat().filter(({ query }) => query.includes('userHardDelete('));
    expect(sent.map(({ variables }) => variables.input)).toEqual([{ userId: person.id, reason: 'GDPR erasure request' }]);
  });

  test('hardDelete needs no preview, and its token can be one that was kept', async () => {
    const [one, two] = [await world.person(), await world.person()];
    expect(await staff.users.hardDelete({ userId: one.id, reason: 'GDPR erasure request' })).toMatchObject({
      deleted_user_id: one.id,
    });
    const { plan_token } = await staff.users.previewHardDelete(two.id);
    const again = await as(admin);
    expect(await again.users.hardDelete({ userId: two.id, reason: 'GDPR erasure request', planToken: plan_token })).toMatchObject(
      { deleted_user_id: two.id },
    );
  });
});

test('every method is called above', () => {
  expect(uncalled('users')).toEqual([]);
});
