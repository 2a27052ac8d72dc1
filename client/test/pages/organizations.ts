import { createAuthClient } from '@steward/client';
import { expect } from 'vitest';
import { invitingMails } from '../../../test/organization/invitations.support.ts';
import type { Organization, Person } from '../../../test/support/world.ts';
import {
  adminRecord,
  invitationRecord,
  membershipRecord,
  organizationPermissions,
  organizationRecord,
  roleNamed,
  roleRecord,
  time,
  viewerRecord,
} from '../support/records.ts';
import { type Stage, theirClient } from '../support/stage.ts';

const everything = organizationPermissions.org_admin;
const orgAdmin = roleNamed('org_admin', 'Organization admin');
const orgManager = roleNamed('org_manager', 'Organization manager');
const orgMember = roleNamed('org_member', 'Organization member');
const seller = roleNamed('seller', 'Seller');

/** The page on organizations, as it is written. What stands between its statements is prepared as an operator would, or compares. */
export async function organizationsPage({ world, url, admin, app, watch }: Stage): Promise<void> {
  const owner = await world.person({ name: 'Olga' });
  const member = await world.person({ name: 'Mia' });
  const headOffice = await world.organization({ owner: admin, name: 'Head Office' });
  let organization = await world.organization({ owner, members: [[member, ['org_admin']]] });
  let orgId = organization.id;
  const theirs = await theirClient(url, member);

  const client = createAuthClient({
    apiBaseUrl: url,
    appCode: 'auth-client-demo',
  });
  watch.newClient(client);
  await client.ready();
  await client.auth.login({ email: 'admin@ryanweiss.net', password: 'correct horse battery' });
  expect(watch.gave).toEqual(adminRecord(admin, app));

  // Get organizations
  {
    const seen = organizationRecord(organization, owner, { member_count: 2, viewer_permissions: everything });

    const all = await client.organizations.list(); // every org (admin)
    expect(all).toEqual([seen, organizationRecord(headOffice, admin, { viewer_permissions: everything })]);
    await watch.client(theirs, async (client) => {
      const org = await client.organizations.get(orgId); // self-service (member)
      expect(org).toEqual(seen);
    });
    const o2 = await client.organizations.adminGet(orgId); // admin path (no membership)
    expect(o2).toEqual(seen);

    // the signed-in user's OWN memberships (org-switcher data):
    const mine = await client.account.getMyOrgs();
    const owning = { roles: [orgAdmin], permissions: everything, is_owner: true };
    expect(mine).toEqual([membershipRecord(headOffice, admin, owning)]);
  }

  // Create / update / delete
  {
    const org = await client.organizations.create({ name: 'Acme Auctions', slug: 'acme' });
    const created = { id: expect.stringMatching(/^org_/), name: 'Acme Auctions', slug: 'acme' } as unknown as Organization;
    expect(org).toEqual(organizationRecord(created, admin, { viewer_permissions: everything }));

    const renamed = organizationRecord({ ...organization, name: 'Acme Inc.' }, owner, {
      member_count: 2,
      viewer_permissions: everything,
      version: 2,
    });
    await watch.client(theirs, async (client) => {
      await client.organizations.update(orgId, { name: 'Acme Inc.' }); // self-service
      expect(watch.gave).toEqual(renamed);
    });
    await client.organizations.adminUpdate(orgId, { name: 'Acme Inc.' }); // admin path
    expect(watch.gave).toEqual(renamed);

    await client.organizations.delete(orgId);
    expect(watch.gave).toEqual({ deleted_organization_id: orgId, deleted_memberships: 2 });
    await expect(theirs.organizations.get(orgId)).rejects.toMatchObject({ name: 'NotFoundError', status: 404, id: orgId });
  }

  // Membership
  organization = await world.organization({ owner, members: [[member]] });
  orgId = organization.id;
  const teo = await world.person({ name: 'Teo' });
  const userId = teo.id;
  const teosClient = await theirClient(url, teo);
  const owning = membershipRecord(organization, owner, { roles: [orgAdmin], permissions: everything, is_owner: true });
  const belonging = { roles: [orgMember], permissions: organizationPermissions.org_member };

  const members = await client.organizations.adminListMembers(orgId);
  expect(members).toEqual([membershipRecord(organization, member, belonging), owning]);

  // Add an EXISTING user (gets the org_member fallback role).
  // For invite-by-email, use createInvitation below instead.
  await client.organizations.addMember(orgId, userId);
  const added = membershipRecord(organization, teo, { ...belonging, invited_by_name: admin.name });
  expect(watch.gave).toEqual(added);
  const { id: removed_membership_id } = watch.gave;
  expect(await teosClient.account.getMyOrgs()).toEqual([added]);

  await client.organizations.updateMemberStatus(orgId, userId, 'suspended');
  expect(watch.gave).toEqual({ ...added, status: 'suspended', permissions: [], version: 2 });
  await expect(teosClient.organizations.get(orgId)).rejects.toMatchObject({ name: 'NotFoundError' });
  await client.organizations.adminRemoveMember(orgId, userId);
  expect(watch.gave).toEqual({ removed_membership_id });
  expect(await teosClient.account.getMyOrgs()).toEqual([]);

  // Set a member's org roles
  organization = await world.organization({ owner, members: [[teo]] });
  orgId = organization.id;
  const having = (roles: object[], permissions: string[], version: number) =>
    membershipRecord(organization, teo, { roles, permissions, version });
  const [admins, managers, sellers, plain] = [
    roleRecord('org_admin', 'Organization admin', 10, 'organization'),
    roleRecord('org_manager', 'Organization manager', 20, 'organization'),
    roleRecord('seller', 'Seller', 50, 'organization'),
    roleRecord('org_member', 'Organization member', 80, 'organization'),
  ];

  await client.organizations.setMemberRoles(orgId, userId, ['org_admin']);
  expect(watch.gave).toEqual({ ...having([orgAdmin], everything, 2), added: [admins], removed: [plain] });
  await client.organizations.setMemberRoles(orgId, userId, ['org_manager', 'seller']);
  expect(watch.gave).toEqual({
    ...having([orgManager, seller], organizationPermissions.org_manager, 3),
    added: [managers, sellers],
    removed: [admins],
  });

  {
    const perms = await client.organizations.listAssignablePermissions(orgId);
    expect(perms.map(({ code }) => code)).toEqual([
      'org:members:invite',
      'org:members:read',
      'org:members:remove',
      'org:members:update',
      'org:read',
      'org:update',
    ]);
    expect(perms[0]).toEqual({
      code: 'org:members:invite',
      name: 'Invite members',
      description: 'Invite by e-mail, resend and revoke invitations.',
      scope: 'organization',
      assignable: true,
    });
    const role = await client.organizations.createRole(orgId, {
      code: 'catalog-editor',
      name: 'Catalog Editor',
      permission_codes: ['org:read', 'org:update'],
    });
    const editors = { ...roleRecord('catalog-editor', 'Catalog Editor', 70, 'organization'), description: null, built_in: false };
    expect(role).toEqual({ ...editors, permission_codes: ['org:read', 'org:update'] });
    await client.organizations.setMemberRoles(orgId, userId, ['catalog-editor']);
    expect(watch.gave).toEqual({
      ...having([roleNamed('catalog-editor', 'Catalog Editor')], ['org:read', 'org:update'], 4),
      added: [editors],
      removed: [managers, sellers],
    });
  }

  // Invitations
  const invitee = await world.person({ email: 'teammate@example.com', name: 'Tam' });
  const roleId = await idOfRole(owner, organization, 'org_manager');
  const asManager = invitationRecord(organization, {
    email: 'teammate@example.com',
    roles: [{ ...orgManager, id: roleId }],
    invited_by_name: admin.name,
  });

  // org side
  await client.organizations.createInvitation(orgId, {
    email: 'teammate@example.com',
    role_ids: [roleId], // omit for org_member
  });
  expect(watch.gave).toEqual({ ...asManager, replaced: false });
  expect(await invitingMails(world, 'teammate@example.com')).toMatchObject([{ kind: 'invitation' }]);
  const pending = await client.organizations.listInvitations(orgId);
  expect(pending).toEqual([{ ...asManager, sent_at: expect.toBeOneOf([null, time]) }]);
  // @ts-expect-error: this repository looks before it takes from an array.
  await client.organizations.revokeInvitation(orgId, pending[0].id);
  expect(watch.gave).toEqual({ ...asManager, status: 'revoked', sent_at: expect.toBeOneOf([null, time]) });

  // invitee side (their own client)
  await world.invitation({ organization, email: 'teammate@example.com', by: admin, roles: ['org_manager'] });
  await watch.client(await theirClient(url, invitee), async (client) => {
    const invites = await client.account.listMyInvitations();
    expect(invites).toEqual([asManager]);
    // @ts-expect-error
    await client.account.acceptInvitation(invites[0].id);
    const accepted = { roles: [orgManager], permissions: organizationPermissions.org_manager, invited_by_name: admin.name };
    expect(watch.gave).toEqual(membershipRecord(organization, invitee, accepted));
    // @ts-expect-error
    await client.auth.switchOrg(invites[0].organization_id); // scope the token
    const here = { id: orgId, name: organization.name, slug: organization.slug };
    const scoped = { session: { organization: here }, organization: here, permissions: organizationPermissions.org_manager };
    expect(watch.gave).toEqual(viewerRecord(invitee, scoped));
    await watch.between(async () => expect(client.auth.getClaims()).toMatchObject({ org: orgId }));
  });
}

/** The id of a built-in role of an organization, as an operator reads it there. */
async function idOfRole(reader: Person, { id }: Organization, code: string): Promise<string> {
  const query = 'query ($id: ID!) { organization(id: $id) { roles { id code } } }';
  const { organization } = await reader.run(query, { id });
  return organization.roles.find((role: { code: string }) => role.code === code).id;
}
