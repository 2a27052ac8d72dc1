-- What exists before anybody signs in: the pool `default`, the catalog of permissions, and the built-in roles.

INSERT INTO pools (id, code, name, description) VALUES
  ('01900000-0000-7000-8000-000000000001', 'default', 'Default', 'Where people are at home unless told otherwise.');

INSERT INTO permissions (code, scope, assignable, name, description) VALUES
  ('users:read', 'PLATFORM', false, 'Read users', 'See every user with roles, grants, memberships and sessions.'),
  ('users:create', 'PLATFORM', false, 'Create users', 'Create users.'),
  ('users:update', 'PLATFORM', false, 'Update users', 'Change profiles, suspend, reactivate and unlock users, and send them links to set a password.'),
  ('users:assign-roles', 'PLATFORM', false, 'Assign platform roles', 'Replace the platform roles of users no more powerful than oneself.'),
  ('users:sessions', 'PLATFORM', false, 'End sessions', 'End sessions of users.'),
  ('users:impersonate', 'PLATFORM', false, 'Impersonate users', 'Act as a less powerful user for an hour, with a reason.'),
  ('users:set-password', 'PLATFORM', false, 'Set passwords', 'Override passwords and e-mail addresses of users.'),
  ('users:delete', 'PLATFORM', false, 'Delete users', 'Erase users for good.'),
  ('apps:read', 'PLATFORM', false, 'Read apps', 'See every app and who has access to it.'),
  ('apps:grant', 'PLATFORM', false, 'Grant apps', 'Give and take access to apps.'),
  ('apps:manage', 'PLATFORM', false, 'Manage apps', 'Create, change and delete apps.'),
  ('pools:read', 'PLATFORM', false, 'Read pools', 'See every pool with its counts.'),
  ('pools:manage', 'PLATFORM', false, 'Manage pools', 'Create, change and delete pools, and move or tag users.'),
  ('organizations:read', 'PLATFORM', false, 'Read organizations', 'See every organization with its members, roles and invitations.'),
  ('organizations:create', 'PLATFORM', false, 'Create organizations', 'Create organizations.'),
  ('organizations:update', 'PLATFORM', false, 'Update organizations', 'Change, suspend and reactivate organizations, their roles and their ownership.'),
  ('organizations:delete', 'PLATFORM', false, 'Delete organizations', 'Delete organizations.'),
  ('organizations:members', 'PLATFORM', false, 'Manage members', 'Add, change and remove members of every organization, and invite to it.'),
  ('audit:read', 'PLATFORM', false, 'Read the audit', 'See every audit event.'),
  ('org:read', 'ORGANIZATION', true, 'Read the organization', 'See the organization. Comes with every active membership.'),
  ('org:members:read', 'ORGANIZATION', true, 'Read members', 'See members and invitations. Comes with every other permission on members.'),
  ('org:members:invite', 'ORGANIZATION', true, 'Invite members', 'Invite by e-mail, resend and revoke invitations.'),
  ('org:members:update', 'ORGANIZATION', true, 'Update members', 'Change the roles and the status of members.'),
  ('org:members:remove', 'ORGANIZATION', true, 'Remove members', 'End memberships.'),
  ('org:update', 'ORGANIZATION', true, 'Update the organization', 'Change name, slug, description and links.'),
  ('org:roles:read', 'ORGANIZATION', false, 'Read assignable permissions', 'See what custom roles may carry.'),
  ('org:roles:create', 'ORGANIZATION', false, 'Create roles', 'Create custom roles.'),
  ('org:roles:update', 'ORGANIZATION', false, 'Update roles', 'Change custom roles.'),
  ('org:roles:delete', 'ORGANIZATION', false, 'Delete roles', 'Delete custom roles.'),
  ('org:audit:read', 'ORGANIZATION', false, 'Read the organization''s audit', 'See what happened in the organization.'),
  ('org:members:impersonate', 'ORGANIZATION', false, 'Impersonate members', 'Act as a less powerful member within the organization for an hour, with a reason.');

INSERT INTO roles (id, scope, code, rank, built_in, name, description) VALUES
  ('01900000-0000-7000-8000-000000000101', 'PLATFORM', 'system_admin', 0, true, 'System admin', 'May do everything.'),
  ('01900000-0000-7000-8000-000000000102', 'PLATFORM', 'super_admin', 5, true, 'Super admin', 'Runs users and organizations day by day.'),
  ('01900000-0000-7000-8000-000000000103', 'PLATFORM', 'seller', 50, true, 'Seller', 'For the operator''s own applications.'),
  ('01900000-0000-7000-8000-000000000104', 'PLATFORM', 'buyer', 60, true, 'Buyer', 'For the operator''s own applications.'),
  ('01900000-0000-7000-8000-000000000105', 'PLATFORM', 'base_user', 100, true, 'Base user', 'Everybody''s beginning.'),
  ('01900000-0000-7000-8000-000000000201', 'ORGANIZATION', 'org_admin', 10, true, 'Organization admin', 'May do everything in the organization.'),
  ('01900000-0000-7000-8000-000000000202', 'ORGANIZATION', 'org_manager', 20, true, 'Organization manager', 'Invites people and looks after members.'),
  ('01900000-0000-7000-8000-000000000203', 'ORGANIZATION', 'seller', 50, true, 'Seller', 'For the operator''s own applications.'),
  ('01900000-0000-7000-8000-000000000204', 'ORGANIZATION', 'buyer', 60, true, 'Buyer', 'For the operator''s own applications.'),
  ('01900000-0000-7000-8000-000000000205', 'ORGANIZATION', 'org_member', 80, true, 'Organization member', 'Everybody''s beginning in an organization.');

INSERT INTO role_permissions (role_id, permission_code)
SELECT r.id, p.code FROM roles r JOIN permissions p ON p.scope = r.scope
 WHERE r.code IN ('system_admin', 'org_admin')
    OR (r.code = 'super_admin' AND p.code NOT IN ('users:set-password', 'users:delete', 'apps:manage', 'pools:manage'))
    OR (r.code = 'org_manager' AND p.code IN ('org:read', 'org:members:read', 'org:members:invite', 'org:members:update', 'org:roles:read'))
    OR (r.code = 'org_member' AND p.code IN ('org:read', 'org:members:read'))
    OR (r.scope = 'ORGANIZATION' AND r.code IN ('seller', 'buyer') AND p.code = 'org:read');
