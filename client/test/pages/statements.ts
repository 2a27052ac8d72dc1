/** A statement of a page, and what it gives: a kind of record by the prefix of its ids, else the keys of an object. */
export type Statement = readonly [text: string, gives: string];

/** A page as its code samples: every statement under its heading, in order. */
export type Page = Readonly<Record<string, readonly Statement[]>>;

const beginning: readonly Statement[] = [
  ["import { createAuthClient } from '@steward/client';", ''],
  [
    "const client = createAuthClient({ apiBaseUrl: url, appCode: 'auth-client-demo' });",
    '{ ready, auth, account, users, apps, pools, organizations, audit, request, on }',
  ],
  ['await client.ready();', 'nothing'],
  [
    "await client.auth.login({ email: 'admin@ryanweiss.net', password: 'correct horse battery' });",
    '{ user, permissions, session: ses, organization, impersonator }',
  ],
];

export const usersStatements: Page = {
  Users: beginning,
  'Get all users for an application': [
    ['const page1 = await client.users.list({ appId, page: 1, pageSize: 50 });', '{ total, users: [user], next }'],
    ['console.log(page1.total, page1.users.map((u) => u.email));', 'nothing'],
    ["await client.users.list({ search: 'ryan@' });", '{ total, users: [user], next }'],
    ['await client.users.list({ organizationId: orgId });', '{ total, users: [user], next }'],
    ["const found = await client.users.lookup({ emails: ['a@ryanweiss.net', 'b@ryanweiss.net'], ids: [someUserId] });", '[user]'],
  ],
  'Assign / remove users to applications': [
    ['const theirApps = await client.apps.listForUser(userId);', '[grant]'],
    ['await client.apps.grantUser(userId, appId);', 'grant'],
    ['await client.apps.revokeUser(userId, appId);', '{ grant, changed, readmitted_on_login }'],
  ],
  'Set a user’s roles': [
    ['const roles = await client.users.listRoles(userId);', '[role]'],
    ["await client.users.setRoles(userId, ['base_user', 'seller']);", 'user'],
  ],
  'Sessions, credentials, destructive ops': [
    ['const sessions = await client.users.listSessions(userId);', '[ses]'],
    ['await client.users.terminateSession(userId, sessions[0].id);', 'user'],
    ['await client.users.revokeSessions(userId);', 'user'],
    ["await client.users.setPassword(userId, 'TempPass123!');", 'user'],
    [
      "await client.users.impersonate({ targetUserId: userId, reason: 'support ticket #123' });",
      '{ user, permissions, session: ses, organization, impersonator: user }',
    ],
    ['client.auth.isImpersonating() === true', 'true'],
    ["await client.users.hardDelete({ userId, reason: 'GDPR erasure request' });", '{ deleted_user_id, deletes }'],
  ],
  'User pools': [
    ['const catalog = await client.pools.list();', '[pool]'],
    ['const mine = await client.pools.getForUser(userId);', '{ namespace, namespaces }'],
    ["await client.pools.setUserHome(userId, 'partner-portal');", 'user'],
    ["await client.pools.addUser(userId, 'claimleo');", 'user'],
    ["await client.pools.removeUser(userId, 'claimleo');", 'user'],
  ],
};

export const organizationsStatements: Page = {
  Organizations: beginning,
  'Get organizations': [
    ['const all = await client.organizations.list();', '[org]'],
    ['const org = await client.organizations.get(orgId);', 'org'],
    ['const o2 = await client.organizations.adminGet(orgId);', 'org'],
    ['const mine = await client.account.getMyOrgs();', '[mem]'],
  ],
  'Create / update / delete': [
    ["const org = await client.organizations.create({ name: 'Acme Auctions', slug: 'acme' });", 'org'],
    ["await client.organizations.update(orgId, { name: 'Acme Inc.' });", 'org'],
    ["await client.organizations.adminUpdate(orgId, { name: 'Acme Inc.' });", 'org'],
    ['await client.organizations.delete(orgId);', '{ deleted_organization_id, deleted_memberships }'],
  ],
  Membership: [
    ['const members = await client.organizations.adminListMembers(orgId);', '[mem]'],
    ['await client.organizations.addMember(orgId, userId);', 'mem'],
    ["await client.organizations.updateMemberStatus(orgId, userId, 'suspended');", 'mem'],
    ['await client.organizations.adminRemoveMember(orgId, userId);', '{ removed_membership_id }'],
  ],
  'Set a member’s org roles': [
    ["await client.organizations.setMemberRoles(orgId, userId, ['org_admin']);", 'mem'],
    ["await client.organizations.setMemberRoles(orgId, userId, ['org_manager', 'seller']);", 'mem'],
    [
      'const perms = await client.organizations.listAssignablePermissions(orgId);',
      '[{ code, name, description, scope, assignable }]',
    ],
    [
      "const role = await client.organizations.createRole(orgId, { code: 'catalog-editor', name: 'Catalog Editor', permission_codes: ['org:read', 'org:update'] });",
      'role',
    ],
    ["await client.organizations.setMemberRoles(orgId, userId, ['catalog-editor']);", 'mem'],
  ],
  Invitations: [
    ["await client.organizations.createInvitation(orgId, { email: 'teammate@example.com', role_ids: [roleId] });", 'inv'],
    ['const pending = await client.organizations.listInvitations(orgId);', '[inv]'],
    ['await client.organizations.revokeInvitation(orgId, pending[0].id);', 'inv'],
    ['const invites = await client.account.listMyInvitations();', '[inv]'],
    ['await client.account.acceptInvitation(invites[0].id);', 'mem'],
    [
      'await client.auth.switchOrg(invites[0].organization_id);',
      '{ user, permissions, session: ses, organization: org, impersonator }',
    ],
  ],
};

/** The method that a statement calls; none for an import. */
export const callOf = (text: string): string | undefined => /(createAuthClient|console\.log|client\.[\w.]+)\(/.exec(text)?.[1];
