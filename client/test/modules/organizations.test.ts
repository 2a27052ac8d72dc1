import { describe, expect, expectTypeOf, test } from 'vitest';
import { encodeId, newId } from '../../../src/ids.ts';
import type { Organization, Person } from '../../../test/support/world.ts';
import type { InvitationRecord, MembershipRecord } from '../../src/records.ts';
import { startCalling } from '../support/caller.ts';
import { crowd, found, join } from '../support/crowd.ts';
import {
  invitationRecord,
  membershipRecord,
  organizationPermissions,
  organizationRecord,
  roleNamed,
  roleRecord,
} from '../support/records.ts';

const { world, client, as, watched, admin, staff, uncalled } = await startCalling();
const nobody = encodeId('user', newId());
const nowhere = encodeId('org', newId());
const notFound = { name: 'NotFoundError', code: 'NOT_FOUND', status: 404 };
const forbidden = { name: 'ForbiddenError', code: 'FORBIDDEN', status: 403, needs: expect.any(String) };

const everything = organizationPermissions.org_admin;
const admins = { roles: [roleNamed('org_admin', 'Organization admin')], permissions: everything };
const members = { roles: [roleNamed('org_member', 'Organization member')], permissions: organizationPermissions.org_member };
const orgMember = () => roleRecord('org_member', 'Organization member', 80, 'organization');
const orgManager = () => roleRecord('org_manager', 'Organization manager', 20, 'organization');

/** An organization with an owner and a plain member, and what else it is told. */
async function company(options: { customRoles?: Record<string, string[]>; others?: [Person, string[]?][] } = {}) {
  const [owner, member] = [await world.person(), await world.person()];
  const { others = [], ...rest } = options;
  const organization = await world.organization({ owner, members: [[member], ...others], ...rest });
  return { owner, member, organization };
}

describe('reading', () => {
  test('a plain member reads the organization whole, by its id and its slug', async () => {
    const { owner, member, organization } = await company();
    const mine = await as(member);
    const expected = organizationRecord(organization, owner, {
      member_count: 2,
      viewer_permissions: organizationPermissions.org_member,
    });
    expect(await mine.organizations.get(organization.id)).toEqual(expected);
    expect(await mine.organizations.getBySlug(organization.slug)).toEqual(expected);
    expect(await mine.organizations.listRoles(organization.id)).toContainEqual({
      ...orgMember(),
      permission_codes: organizationPermissions.org_member,
      member_count: null,
    });
    expect(await mine.organizations.listAssignableRoles(organization.id)).toEqual([]);
  });

  test('who may not see members reads it without its owner, and is refused its members and invitations', async () => {
    const buyer = await world.person();
    const { organization } = await company({ others: [[buyer, ['buyer']]] });
    const mine = await as(buyer);
    expect(await mine.organizations.get(organization.id)).toEqual(
      expect.objectContaining({ id: organization.id, owner: null, member_count: 3, viewer_permissions: ['org:read'] }),
    );
    await expect(mine.organizations.listMembers(organization.id)).rejects.toMatchObject(forbidden);
    await expect(mine.organizations.listInvitations(organization.id)).rejects.toMatchObject(forbidden);
    await expect(mine.organizations.listAssignablePermissions(organization.id)).rejects.toMatchObject(forbidden);
  });

  test('staff read it without being a member', async () => {
    const { owner, organization } = await company();
    const expected = organizationRecord(organization, owner, { member_count: 2, viewer_permissions: everything });
    expect(await staff.organizations.adminGet(organization.id)).toEqual(expected);
    expect(await staff.organizations.get(organization.id)).toEqual(expected);
  });

  test('to a stranger it does not exist', async () => {
    const { organization } = await company();
    const mine = (await as(await world.person())).organizations;
    const { id, slug } = organization;
    await expect(mine.get(id)).rejects.toMatchObject({ ...notFound, id });
    await expect(mine.getBySlug(slug)).rejects.toMatchObject({ ...notFound, id: slug });
    for (const read of [
      mine.listMembers,
      mine.listInvitations,
      mine.listRoles,
      mine.listAssignableRoles,
      mine.listAssignablePermissions,
    ]) {
      await expect(read(id)).rejects.toMatchObject({ ...notFound, id });
    }
    await expect(mine.getRole(id, 'role_x')).rejects.toMatchObject({ ...notFound, id });
    await expect(mine.list()).rejects.toMatchObject({ ...forbidden, needs: 'organizations:read' });
    await expect(client().organizations.get(id)).rejects.toMatchObject({ name: 'UnauthenticatedError', status: 401 });
  });

  test('list gives every organization there is, in order, and iterate no more than is wanted', async () => {
    const owner = await world.person();
    const many = await found(world, 230, owner);
    const { client: mine, requests } = await watched(admin);
    const all = await mine.organizations.list({ ownerId: owner.id });
    expect(all.map(({ id }) => id)).toEqual(many.map(({ id }) => id).toReversed());
    expect(requests).toHaveLength(3);
    expect(all[0]).toEqual(organizationRecord(many[229] as never, owner, { viewer_permissions: everything }));
    expect((await mine.organizations.list()).length).toBeGreaterThanOrEqual(230);

    requests.length = 0;
    let seen = 0;
    for await (const organization of mine.organizations.iterate({ owner_id: owner.id, order_by: { field: 'created_at' } })) {
      expect(organization.id).toBe(many[seen]!.id);
      if (++seen === 101) break;
    }
    expect(requests).toHaveLength(2);
    const some = {
      ids: [many[7]!.id, many[5]!.id],
      search: 'of the many',
      status: ['active'],
      order_by: { field: 'name' },
    } as const;
    expect((await mine.organizations.list(some)).map(({ name }) => name)).toEqual(['Of the many 5', 'Of the many 7']);
  });

  test('listMembers gives every member, in order, and iterateMembers no more than is wanted', async () => {
    const { owner, organization } = await company();
    const people = await crowd(world, 250, `${organization.slug}.example.com`);
    await join(world, organization, people);
    const { client: mine, requests } = await watched(owner);

    const all = await mine.organizations.listMembers(organization.id);
    expect(all.slice(0, 250).map(({ user_id }) => user_id)).toEqual(people.map(({ id }) => id).toReversed());
    expect([all.length, requests.length]).toEqual([252, 3]);
    expect(await staff.organizations.adminListMembers(organization.id)).toEqual(all);
    expectTypeOf(all).toEqualTypeOf<MembershipRecord[]>();

    requests.length = 0;
    for await (const { email } of mine.organizations.iterateMembers(organization.id, {
      order_by: { field: 'email', direction: 'desc' },
    })) {
      if (email.startsWith('p')) break;
    }
    expect(requests).toHaveLength(1);
  });

  test('a member reads members, and can look for some', async () => {
    const { owner, member, organization } = await company();
    const mine = await as(member);
    const [theirs, own] = [
      membershipRecord(organization, owner, { ...admins, is_owner: true }),
      membershipRecord(organization, member, members),
    ];
    expect(await mine.organizations.listMembers(organization.id, { orderBy: { field: 'JOINED_AT' } })).toEqual(
      expect.arrayContaining([theirs, own]),
    );
    expect(await mine.organizations.listMembers(organization.id, { role_codes: ['org_admin'] })).toEqual([theirs]);
    expect(await mine.organizations.listMembers(organization.id, { status: ['suspended'] })).toEqual([]);
    expect(await mine.organizations.listMembers(organization.id, { search: member.email })).toEqual([own]);
  });
});

describe('creating and changing', () => {
  test('create makes one an admin of it, and a slug that is taken is a conflict', async () => {
    const created = await staff.organizations.create({
      name: 'Acme Auctions',
      slug: 'acme',
      logo_url: 'https://example.com/a.png',
      metadata: { bidStep: 5 },
    });
    expect(created).toEqual(
      organizationRecord({ id: created.id, name: 'Acme Auctions', slug: 'acme' } as Organization, admin, {
        logo_url: 'https://example.com/a.png',
        metadata: { bidStep: 5 },
        viewer_permissions: everything,
      }),
    );
    await expect(staff.organizations.create({ name: 'Acme', slug: 'acme' })).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'SLUG_TAKEN',
      status: 409,
      existing: { type: 'Organization', id: created.id },
    });
    await expect(staff.organizations.create({ name: ' ' })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'name'] }],
    });
    await expect((await as(await world.person())).organizations.create({ name: 'Mine' })).rejects.toMatchObject({
      ...forbidden,
      needs: 'organizations:create',
    });
  });

  test('update is for admins of it and for staff, and holds to the version', async () => {
    const { owner, member, organization } = await company();
    const mine = await as(owner);
    const renamed = organizationRecord({ ...organization, name: 'Acme Inc.' }, owner, {
      member_count: 2,
      version: 2,
      viewer_permissions: everything,
    });
    expect(await mine.organizations.update(organization.id, { name: 'Acme Inc.' })).toEqual(renamed);
    expect(await staff.organizations.adminUpdate(organization.id, { name: 'Acme Ltd.', expected_version: 2 })).toEqual({
      ...renamed,
      name: 'Acme Ltd.',
      version: 3,
    });
    await expect(mine.organizations.update(organization.id, { name: 'Acme', expectedVersion: 2 })).rejects.toMatchObject({
      name: 'VersionConflictError',
      currentVersion: 3,
    });
    await expect((await as(member)).organizations.update(organization.id, { name: 'Ours' })).rejects.toMatchObject(forbidden);
    await expect(staff.organizations.update(nowhere, { name: 'Acme' })).rejects.toMatchObject({ ...notFound, id: nowhere });
  });

  test('suspend, reactivate and delete are for staff', async () => {
    const { owner, organization } = await company();
    const suspended = await staff.organizations.suspend(organization.id, { reason: 'Unpaid' });
    expect(suspended).toMatchObject({ status: 'suspended', suspension_reason: 'Unpaid', version: 2 });
    const mine = await as(owner);
    await expect(mine.organizations.update(organization.id, { name: 'x' })).rejects.toMatchObject({
      name: 'RuleError',
      code: 'ORGANIZATION_SUSPENDED',
      status: 409,
    });
    await expect(mine.organizations.reactivate(organization.id)).rejects.toMatchObject(forbidden);
    await expect(mine.organizations.suspend(organization.id, { reason: 'Unpaid' })).rejects.toMatchObject(forbidden);
    expect(await staff.organizations.reactivate(organization.id)).toMatchObject({
      status: 'active',
      suspension_reason: null,
      version: 3,
    });
    await expect(mine.organizations.delete(organization.id)).rejects.toMatchObject(forbidden);
    expect(await staff.organizations.delete(organization.id, { reason: 'Closed' })).toEqual({
      deleted_organization_id: organization.id,
      deleted_memberships: 2,
    });
    await expect(staff.organizations.delete(organization.id)).rejects.toMatchObject(notFound);
  });

  test('transferOwnership gives it to an active member', async () => {
    const { owner, member, organization } = await company();
    const mine = await as(owner);
    await expect(mine.organizations.transferOwnership(organization.id, nobody)).rejects.toMatchObject({
      ...notFound,
      id: nobody,
    });
    expect(await mine.organizations.transferOwnership(organization.id, member.id)).toMatchObject({
      id: organization.id,
      owner: { user_id: member.id, name: member.name, email: member.email },
    });
    await expect(mine.organizations.transferOwnership(organization.id, owner.id)).rejects.toMatchObject(forbidden);
  });
});

describe('members', () => {
  test('staff add somebody, as org_member unless told', async () => {
    const { owner, organization } = await company();
    const [one, two] = [await world.person(), await world.person()];
    expect(await staff.organizations.addMember(organization.id, one.id)).toEqual(
      membershipRecord(organization, one, { ...members, invited_by_name: 'Ada' }),
    );
    expect(await staff.organizations.addMember(organization.id, two.id, { role_codes: ['org_admin'] })).toMatchObject({
      user_id: two.id,
      ...admins,
    });
    await expect(staff.organizations.addMember(organization.id, one.id)).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'ALREADY_MEMBER',
      status: 409,
      existing: { type: 'Membership' },
    });
    await expect(staff.organizations.addMember(organization.id, nobody)).rejects.toMatchObject({ ...notFound, id: nobody });
    await expect((await as(owner)).organizations.addMember(organization.id, one.id)).rejects.toMatchObject(forbidden);
  });

  test('updateMemberStatus suspends and lifts, in either case', async () => {
    const { owner, member, organization } = await company();
    const mine = await as(owner);
    expect(await mine.organizations.updateMemberStatus(organization.id, member.id, 'suspended')).toEqual(
      membershipRecord(organization, member, { ...members, permissions: [], status: 'suspended', version: 2 }),
    );
    expect(await staff.organizations.updateMemberStatus(organization.id, member.id, 'ACTIVE')).toMatchObject({
      status: 'active',
      version: 3,
    });
    await expect(staff.organizations.updateMemberStatus(organization.id, owner.id, 'suspended')).rejects.toMatchObject({
      name: 'RuleError',
      code: 'OWNER_PROTECTED',
      status: 409,
    });
    // @ts-expect-error: there is no such status.
    await expect(mine.organizations.updateMemberStatus(organization.id, member.id, 'asleep')).rejects.toMatchObject({
      name: 'RequestError',
      code: 'BAD_USER_INPUT',
      status: 400,
    });
  });

  test('removeMember ends a membership, for admins of it and for staff', async () => {
    const other = await world.person();
    const { owner, member, organization } = await company({ others: [[other]] });
    const mine = await as(owner);
    expect(await mine.organizations.removeMember(organization.id, member.id)).toEqual({
      removed_membership_id: organization.memberships.get(member.uuid),
    });
    expect(await staff.organizations.adminRemoveMember(organization.id, other.id)).toEqual({
      removed_membership_id: organization.memberships.get(other.uuid),
    });
    await expect(mine.organizations.removeMember(organization.id, member.id)).rejects.toMatchObject({
      ...notFound,
      id: member.id,
    });
    await expect(staff.organizations.removeMember(organization.id, owner.id)).rejects.toMatchObject({
      name: 'RuleError',
      code: 'OWNER_PROTECTED',
    });
  });

  test('setMemberRoles replaces the roles, and tells what was added and removed', async () => {
    const manager = await world.person();
    const { member, organization } = await company({ others: [[manager, ['org_manager']]] });
    const set = await staff.organizations.setMemberRoles(organization.id, member.id, ['org_manager']);
    expect(set).toEqual({
      ...membershipRecord(organization, member, {
        roles: [roleNamed('org_manager', 'Organization manager')],
        permissions: organizationPermissions.org_manager,
        version: 2,
      }),
      added: [orgManager()],
      removed: [orgMember()],
    });
    await expect(
      staff.organizations.setMemberRoles(organization.id, member.id, [], { expectedVersion: 1 }),
    ).rejects.toMatchObject({ name: 'VersionConflictError', currentVersion: 2 });
    await expect(staff.organizations.setMemberRoles(organization.id, member.id, ['super_admin'])).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'roleCodes', '0'] }],
    });
    await expect(
      (await as(manager)).organizations.setMemberRoles(organization.id, member.id, ['org_admin']),
    ).rejects.toMatchObject({
      name: 'PowerError',
      code: 'RANK_TOO_LOW',
      status: 403,
      roles: ['org_admin'],
    });
    await expect(staff.organizations.setMemberRoles(organization.id, nobody, [])).rejects.toMatchObject(notFound);
  });
});

describe('roles', () => {
  test('listRoles counts their members, and getRole gives one of them', async () => {
    const { owner, organization } = await company({ customRoles: { editor: ['org:update'] } });
    const mine = await as(owner);
    const roles = await mine.organizations.listRoles(organization.id);
    expect(roles.map(({ code, built_in }) => [code, built_in])).toEqual([
      ['org_admin', true],
      ['org_manager', true],
      ['seller', true],
      ['buyer', true],
      ['editor', false],
      ['org_member', true],
    ]);
    const editor = roles.find(({ code }) => code === 'editor')!;
    expect(editor).toEqual({
      ...roleRecord('editor', 'editor', 70, 'organization'),
      built_in: false,
      description: null,
      permission_codes: ['org:update'],
      member_count: 0,
    });
    expect(await mine.organizations.getRole(organization.id, editor.id)).toEqual(editor);
    await expect(mine.organizations.getRole(organization.id, 'role_x')).rejects.toMatchObject({ ...notFound, id: 'role_x' });
    expect((await mine.organizations.listAssignableRoles(organization.id)).map(({ code }) => code)).toEqual(
      roles.map(({ code }) => code),
    );
  });

  test('listAssignablePermissions names what a custom role may carry', async () => {
    const { owner, organization } = await company();
    const permissions = await (await as(owner)).organizations.listAssignablePermissions(organization.id);
    expect(permissions.map(({ code }) => code)).toEqual([
      'org:members:invite',
      'org:members:read',
      'org:members:remove',
      'org:members:update',
      'org:read',
      'org:update',
    ]);
    expect(permissions[0]).toEqual({
      code: 'org:members:invite',
      name: expect.any(String),
      description: expect.any(String),
      scope: 'organization',
      assignable: true,
    });
  });

  test('createRole, updateRole and deleteRole give what came of it', async () => {
    const { owner, member, organization } = await company();
    const mine = await as(owner);
    const created = await mine.organizations.createRole(organization.id, {
      code: 'catalog-editor',
      name: 'Catalog Editor',
      permission_codes: ['org:read', 'org:update'],
    });
    expect(created).toEqual({
      ...roleRecord('catalog-editor', 'Catalog Editor', 70, 'organization'),
      built_in: false,
      description: null,
      permission_codes: ['org:read', 'org:update'],
    });
    await mine.organizations.setMemberRoles(organization.id, member.id, ['catalog-editor']);
    const updated = await mine.organizations.updateRole(organization.id, created.id, {
      permissionCodes: [...created.permission_codes, 'org:members:read'],
      expected_version: 1,
    });
    expect(updated).toEqual({ ...created, permission_codes: ['org:members:read', 'org:read', 'org:update'], version: 2 });

    await expect(
      mine.organizations.createRole(organization.id, { code: 'catalog-editor', name: 'x', permissionCodes: [] }),
    ).rejects.toMatchObject({ name: 'ConflictError', code: 'CODE_TAKEN' });
    await expect(
      mine.organizations.createRole(organization.id, { code: 'x', name: 'x', permission_codes: ['org:roles:create'] }),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ code: 'NOT_ASSIGNABLE', path: ['input', 'permissionCodes', '0'] }],
    });
    await expect(
      mine.organizations.updateRole(organization.id, created.id, { name: 'x', expectedVersion: 1 }),
    ).rejects.toMatchObject({ name: 'VersionConflictError', currentVersion: 2 });
    const builtIn = (await mine.organizations.listRoles(organization.id)).find(({ code }) => code === 'seller')!;
    await expect(mine.organizations.updateRole(organization.id, builtIn.id, { name: 'x' })).rejects.toMatchObject({
      name: 'RuleError',
      code: 'BUILT_IN',
    });
    await expect(
      (await as(member)).organizations.createRole(organization.id, { code: 'y', name: 'y', permission_codes: [] }),
    ).rejects.toMatchObject(forbidden);

    expect(await mine.organizations.deleteRole(organization.id, created.id)).toEqual({
      deleted_role_id: created.id,
      affected_members: 1,
    });
    await expect(mine.organizations.deleteRole(organization.id, created.id)).rejects.toMatchObject({
      ...notFound,
      id: created.id,
    });
  });
});

describe('invitations', () => {
  test('createInvitation gives the invitation, and says whether it replaced one', async () => {
    const { owner, member, organization } = await company();
    const mine = await as(owner);
    const roles = await mine.organizations.listRoles(organization.id);
    const roleId = roles.find(({ code }) => code === 'buyer')!.id;
    const email = 'teammate@example.com';
    const created = await mine.organizations.createInvitation(organization.id, { email, role_ids: [roleId] });
    const expected = invitationRecord(organization, { email, invited_by_name: owner.name, roles: [roleNamed('buyer', 'Buyer')] });
    expect(created).toEqual({ ...expected, replaced: false });
    expectTypeOf(created).toExtend<InvitationRecord & { replaced: boolean }>();
    const again = await mine.organizations.createInvitation(organization.id, {
      email,
      roleCodes: ['org_member'],
      expires_in_days: 1,
    });
    expect(again).toMatchObject({ replaced: true, roles: [{ code: 'org_member' }] });
    await expect(mine.organizations.createInvitation(organization.id, { email: member.email })).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'ALREADY_MEMBER',
      status: 409,
    });
    await expect(mine.organizations.createInvitation(organization.id, { email, expiresInDays: 31 })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'expiresInDays'] }],
    });
    await expect((await as(member)).organizations.createInvitation(organization.id, { email })).rejects.toMatchObject(forbidden);
  });

  test('listInvitations gives the pending ones unless told', async () => {
    const { member, organization } = await company();
    const pending = await world.invitation({ organization, email: 'pending@example.com' });
    const revoked = await world.invitation({ organization, email: 'revoked@example.com', status: 'REVOKED' });
    const mine = await as(member);
    const given = { email: 'pending@example.com', invited_by_name: null, roles: members.roles };
    expect(await mine.organizations.listInvitations(organization.id)).toEqual([
      invitationRecord(organization, { ...given, id: pending.id }),
    ]);
    expect(await mine.organizations.listInvitations(organization.id, { status: ['revoked'] })).toMatchObject([
      { id: revoked.id, status: 'revoked' },
    ]);
    expect(await mine.organizations.listInvitations(organization.id, { status: ['PENDING', 'revoked'] })).toHaveLength(2);
  });

  test('more than a page of them come whole, and iterateInvitations fetches no more than is wanted', async () => {
    const { owner, organization } = await company();
    await world.database.query(world.sql`
      INSERT INTO invitations (id, organization_id, email, token_hash, expires_at, created_at)
      SELECT i.id, ${organization.uuid}::uuid, 'i' || i.place || '@example.com', sha256(i.id::text::bytea), now() + interval '1 day', now() + i.place * interval '1 ms'
        FROM unnest(${Array.from({ length: 120 }, newId)}::uuid[]) WITH ORDINALITY AS i (id, place)`);
    const { client: mine, requests } = await watched(owner);
    const all = await mine.organizations.listInvitations(organization.id);
    expect(all.map(({ email }) => email)).toEqual(Array.from({ length: 120 }, (_, index) => `i${120 - index}@example.com`));
    expect(requests).toHaveLength(2);
    requests.length = 0;
    for await (const { email } of mine.organizations.iterateInvitations(organization.id)) if (email === 'i21@example.com') break;
    expect(requests).toHaveLength(1);
  });

  test('resendInvitation and revokeInvitation give the invitation as it is then', async () => {
    const { owner, organization } = await company();
    const { id } = await world.invitation({ organization, email: 'resent@example.com' });
    const mine = await as(owner);
    const resent = invitationRecord(organization, {
      id,
      email: 'resent@example.com',
      invited_by_name: owner.name,
      roles: members.roles,
    });
    expect(await mine.organizations.resendInvitation(organization.id, id)).toEqual(resent);
    expect(await mine.organizations.revokeInvitation(organization.id, id)).toEqual({ ...resent, status: 'revoked' });
    await expect(mine.organizations.revokeInvitation(organization.id, id)).rejects.toMatchObject({
      name: 'InvitationError',
      code: 'INVITATION_REVOKED',
      status: 409,
      invitationStatus: 'revoked',
    });
    await expect(mine.organizations.resendInvitation(organization.id, id)).rejects.toMatchObject({
      name: 'InvitationError',
      code: 'INVITATION_REVOKED',
    });
    await expect(staff.organizations.resendInvitation(organization.id, 'inv_x')).rejects.toMatchObject({
      ...notFound,
      id: 'inv_x',
    });
  });
});

test('every method is called above', () => {
  expect(uncalled('organizations')).toEqual([]);
});
