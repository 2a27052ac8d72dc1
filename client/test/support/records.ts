import { expect } from 'vitest';
import type { Organization, Person } from '../../../test/support/world.ts';

/** A point in time, as records have it. */
export const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const idOf = (kind: string) => expect.stringMatching(new RegExp(`^${kind}_[0-9a-z]{26}$`));

/** A person of the world as the client gives it, as it was made unless told. */
export const userRecord = ({ id, email, name }: Person, now: object = {}) => ({
  id,
  email,
  email_verified: true,
  name,
  avatar_url: null,
  status: 'active',
  suspended_until: null,
  suspension_reason: null,
  external_id: null,
  metadata: {},
  has_password: true,
  last_login_at: null,
  created_at: time,
  updated_at: time,
  version: 1,
  home_pool: { code: 'default' },
  roles: [{ code: 'base_user' }],
  ...now,
});

/** An organization of the world, likewise; what the viewer may do there has to be told. */
export const organizationRecord = ({ id, name, slug }: Organization, owner: Person, now: object) => ({
  id,
  name,
  slug,
  description: null,
  logo_url: null,
  website: null,
  status: 'active',
  suspension_reason: null,
  metadata: {},
  member_count: 1,
  created_at: time,
  updated_at: time,
  version: 1,
  owner: { user_id: owner.id, name: owner.name, email: owner.email },
  ...now,
});

/** Somebody's place in an organization; roles and permissions have to be told. */
export const membershipRecord = (organization: Organization, { id, email, name }: Person, now: object) => ({
  id: idOf('mem'),
  user_id: id,
  email,
  name,
  avatar_url: null,
  organization_id: organization.id,
  organization_name: organization.name,
  organization_slug: organization.slug,
  organization_logo_url: null,
  status: 'active',
  is_owner: false,
  joined_at: time,
  invited_by_name: null,
  version: 1,
  ...now,
});

/** A pending invitation that nobody has sent yet, unless told. */
export const invitationRecord = (organization: Organization, now: object) => ({
  id: idOf('inv'),
  status: 'pending',
  organization_id: organization.id,
  organization_name: organization.name,
  organization_slug: organization.slug,
  created_at: time,
  expires_at: time,
  sent_at: null,
  accepted_at: null,
  ...now,
});

/** A person's access to an app. */
export const grantRecord = (
  app: { readonly id: string; readonly code: string },
  { id, email, name }: Person,
  now: object = {},
) => ({
  id: idOf('grant'),
  status: 'active',
  granted_at: time,
  revoked_at: null,
  app: { id: app.id, code: app.code, name: app.code },
  user: { id, email, name },
  ...now,
});

/** A built-in role as everybody reads it. */
export const roleRecord = (code: string, name: string, rank: number, scope: 'platform' | 'organization') => ({
  id: idOf('role'),
  code,
  name,
  description: expect.any(String),
  scope,
  built_in: true,
  rank,
  version: 1,
});

/** A role of an organization, as what bears it names it. */
export const roleNamed = (code: string, name: string) => ({ id: idOf('role'), code, name });

/** A session of somebody who signed in from Node. */
export const sessionRecord = (now: object = {}) => ({
  id: idOf('ses'),
  device: null,
  user_agent: 'node',
  ip_address: '127.0.0.1',
  created_at: time,
  last_active_at: time,
  expires_at: time,
  is_current: false,
  is_impersonation: false,
  impersonator_name: null,
  impersonation_reason: null,
  app: null,
  organization: null,
  ...now,
});

/** Who a client is signed in as. */
export const viewerRecord = (person: Person, now: { user?: object; session?: object; [field: string]: unknown } = {}) => ({
  permissions: [],
  organization: null,
  impersonator: null,
  ...now,
  user: userRecord(person, { last_login_at: time, ...now.user }),
  session: sessionRecord({ is_current: true, ...now.session }),
});

/** A system admin, signed in through an app. */
export const adminRecord = (admin: Person, app: { readonly id: string; readonly code: string }) =>
  viewerRecord(admin, {
    user: { roles: [{ code: 'system_admin' }, { code: 'base_user' }] },
    session: { app: { id: app.id, code: app.code, name: app.code } },
    permissions: platformPermissions,
  });

const platformPermissions = [
  'apps:grant',
  'apps:manage',
  'apps:read',
  'audit:read',
  'organizations:create',
  'organizations:delete',
  'organizations:members',
  'organizations:read',
  'organizations:update',
  'pools:manage',
  'pools:read',
  'users:assign-roles',
  'users:create',
  'users:delete',
  'users:impersonate',
  'users:read',
  'users:sessions',
  'users:set-password',
  'users:update',
];

/** A pool as the world makes it. */
export const poolRecord = (code: string, now: object = {}) => ({
  id: idOf('pool'),
  code,
  name: code,
  description: null,
  created_at: time,
  updated_at: time,
  version: 1,
  ...now,
});

/** What roles of an organization may do, as records list it. */
export const organizationPermissions = {
  org_admin: [
    'org:audit:read',
    'org:members:impersonate',
    'org:members:invite',
    'org:members:read',
    'org:members:remove',
    'org:members:update',
    'org:read',
    'org:roles:create',
    'org:roles:delete',
    'org:roles:read',
    'org:roles:update',
    'org:update',
  ],
  org_manager: ['org:members:invite', 'org:members:read', 'org:members:update', 'org:read', 'org:roles:read'],
  org_member: ['org:members:read', 'org:read'],
};
