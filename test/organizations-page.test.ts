import { beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from './support/world.ts';

/**
 * Organizations from both sides, members and staff: every task of the page on organizations, in its order, by the people whom
 * it takes.
 */

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

type Ask = { run: (document: string, variables?: object) => Promise<any> };

/** Sends one mutation and gives what it came to, with its type. */
async function mutate(by: Ask, name: string, selection: string, input: object): Promise<any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const document = `mutation ($input: ${type}Input!) { ${name}(input: $input) {
    __typename ... on ${type}Success { ${selection} } ... on MutationError { code message path } } }`;
  return (await by.run(document, { input }))[name];
}

test('an organization is founded, staffed, given roles of its own, and joined by invitation', async () => {
  const { person } = world;
  const staff = await person({ name: 'Admin', roles: ['system_admin'] });
  const ryan = await person({ email: 'ryan@example.com', name: 'Ryan' });
  const nia = await person({ email: 'nia@example.com', name: 'Nia' });
  const teammate = await person({ email: 'teammate@example.com', name: 'Teammate' });

  // Create; the slug is kept when the name changes, by a member and by staff.
  const { organization } = await mutate(staff, 'organizationCreate', 'organization { id slug owner { email } memberCount }', {
    name: 'Acme Auctions',
    slug: 'acme',
    ownerId: ryan.id,
  });
  expect(organization).toEqual({ id: organization.id, slug: 'acme', owner: { email: ryan.email }, memberCount: 1 });
  const organizationId: string = organization.id;
  for (const [by, name] of [
    [ryan, 'Acme Inc.'],
    [staff, 'Acme Incorporated'],
  ] as const) {
    const updated = await mutate(by, 'organizationUpdate', 'organization { name slug }', { organizationId, name });
    expect(updated.organization).toEqual({ name, slug: 'acme' });
  }

  // Every organization is staff's to see, one's own a member's; memberships are what a switcher shows.
  const fields = 'id name slug memberCount';
  const acme = { id: organizationId, name: 'Acme Incorporated', slug: 'acme', memberCount: 1 };
  expect((await staff.run(`{ organizations { nodes { ${fields} } } }`)).organizations.nodes).toEqual([acme]);
  const byId = `query ($id: ID!) { organization(id: $id) { ${fields} } }`;
  expect((await ryan.run(byId, { id: organizationId })).organization).toEqual(acme);
  expect((await staff.run(byId, { id: organizationId })).organization).toEqual(acme);
  expect((await nia.run(byId, { id: organizationId })).organization).toBeNull();
  expect((await ryan.run('{ viewer { memberships { organizationId organizationName isOwner } } }')).viewer.memberships).toEqual([
    { organizationId, organizationName: 'Acme Incorporated', isOwner: true },
  ]);

  // Membership: an existing user is added, suspended, restored, removed, and added again.
  const userId = nia.id;
  const roles = 'membership { status roles { code } organization { memberCount } }';
  const added = { membership: { status: 'ACTIVE', roles: [{ code: 'org_member' }], organization: { memberCount: 2 } } };
  expect(await mutate(staff, 'organizationAddMember', roles, { organizationId, userId })).toMatchObject(added);
  expect(await mutate(staff, 'organizationAddMember', roles, { organizationId, userId })).toMatchObject({
    code: 'ALREADY_MEMBER',
  });
  await nia.signIn();
  const status = (to: string) =>
    mutate(ryan, 'organizationSetMemberStatus', 'membership { status }', { organizationId, userId, status: to });
  expect(await status('SUSPENDED')).toMatchObject({ membership: { status: 'SUSPENDED' } });
  await expect(nia.run('{ viewer { user { id } } }')).toBeRefused('TOKEN_STALE');
  await nia.signIn();
  expect((await nia.run(byId, { id: organizationId })).organization).toBeNull();
  expect(await status('ACTIVE')).toMatchObject({ membership: { status: 'ACTIVE' } });
  expect((await nia.run(byId, { id: organizationId })).organization).toMatchObject({ name: 'Acme Incorporated' });
  expect(
    await mutate(staff, 'organizationRemoveMember', 'organization { memberCount }', { organizationId, userId }),
  ).toMatchObject({ organization: { memberCount: 1 } });
  expect(await mutate(staff, 'organizationAddMember', roles, { organizationId, userId })).toMatchObject(added);

  // Roles in the organization: a set, of built-in roles and of its own.
  const setRoles = (roleCodes: string[]) =>
    mutate(ryan, 'organizationSetMemberRoles', 'membership { roles { code } permissions }', {
      organizationId,
      userId,
      roleCodes,
    });
  expect(await setRoles(['org_admin'])).toMatchObject({ membership: { roles: [{ code: 'org_admin' }] } });
  expect(await setRoles(['org_manager', 'seller'])).toMatchObject({
    membership: { roles: [{ code: 'org_manager' }, { code: 'seller' }] },
  });
  const assignable = await ryan.run('query ($id: ID!) { organization(id: $id) { assignablePermissions { code } } }', {
    id: organizationId,
  });
  expect(assignable.organization.assignablePermissions.map(({ code }: { code: string }) => code)).toEqual([
    'org:members:invite',
    'org:members:read',
    'org:members:remove',
    'org:members:update',
    'org:read',
    'org:update',
  ]);
  const { role } = await mutate(ryan, 'organizationCreateRole', 'role { id code permissions { code } }', {
    organizationId,
    code: 'catalog-editor',
    name: 'Catalog Editor',
    permissionCodes: ['org:read', 'org:update'],
  });
  expect(role).toMatchObject({ code: 'catalog-editor', permissions: [{ code: 'org:read' }, { code: 'org:update' }] });
  expect(await setRoles(['catalog-editor'])).toMatchObject({
    membership: { roles: [{ code: 'catalog-editor' }], permissions: ['org:read', 'org:update'] },
  });
  await nia.signIn();
  expect(
    await mutate(nia, 'organizationUpdate', 'organization { description }', { organizationId, description: 'Edited by role' }),
  ).toMatchObject({ organization: { description: 'Edited by role' } });

  // Invitations: one is withdrawn, one is accepted from the invitee's own session, which then scopes its token.
  const invite = (input: object) =>
    mutate(ryan, 'organizationCreateInvitation', 'invitation { id } replaced', { organizationId, ...input });
  await invite({ email: teammate.email, roleIds: [role.id] });
  const pending = 'query ($id: ID!) { organization(id: $id) { invitations { nodes { id email roles { code } } } } }';
  const [first] = (await ryan.run(pending, { id: organizationId })).organization.invitations.nodes;
  expect(first).toMatchObject({ email: teammate.email, roles: [{ code: 'catalog-editor' }] });
  const revoked = await mutate(ryan, 'organizationRevokeInvitation', 'invitation { status }', {
    organizationId,
    invitationId: first.id,
  });
  expect(revoked).toMatchObject({ invitation: { status: 'REVOKED' } });
  await invite({ email: teammate.email, roleIds: [role.id] });

  await teammate.signIn();
  const { invitations } = (
    await teammate.run(
      '{ viewer { invitations { id organizationId organizationName organization { id } invitedByName roles { code } } } }',
    )
  ).viewer;
  expect(invitations).toEqual([
    {
      id: expect.any(String),
      organizationId,
      organizationName: 'Acme Incorporated',
      organization: null,
      invitedByName: 'Ryan',
      roles: [{ code: 'catalog-editor' }],
    },
  ]);
  const joined = await mutate(teammate, 'accountAcceptInvitation', 'membership { roles { code } organization { memberCount } }', {
    invitationId: invitations[0].id,
  });
  expect(joined).toMatchObject({ membership: { roles: [{ code: 'catalog-editor' }], organization: { memberCount: 3 } } });
  const switched = await mutate(
    teammate,
    'authSwitchOrganization',
    'tokens { accessToken } viewer { organization { slug } permissions }',
    { organizationId },
  );
  expect(switched.viewer).toEqual({ organization: { slug: 'acme' }, permissions: ['org:read', 'org:update'] });

  // Its admins read what happened there; then it is gone, and its slug is free.
  const story = await ryan.run(
    'query ($id: ID!) { organization(id: $id) { auditEvents(first: 50) { nodes { action actorName } } } }',
    { id: organizationId },
  );
  expect(story.organization.auditEvents.nodes.slice(0, 5)).toEqual([
    { action: 'invitation.accepted', actorName: 'Teammate' },
    { action: 'invitation.created', actorName: 'Ryan' },
    { action: 'invitation.revoked', actorName: 'Ryan' },
    { action: 'invitation.created', actorName: 'Ryan' },
    { action: 'organization.updated', actorName: 'Nia' },
  ]);
  expect(await mutate(staff, 'organizationDelete', 'deletedOrganizationId deletedMemberships', { organizationId })).toMatchObject(
    {
      deletedOrganizationId: organizationId,
      deletedMemberships: 3,
    },
  );
  expect((await ryan.run('{ viewer { memberships { id } } }')).viewer.memberships).toEqual([]);
  expect(await mutate(staff, 'organizationCreate', 'organization { slug }', { name: 'Another', slug: 'acme' })).toMatchObject({
    organization: { slug: 'acme' },
  });
});
