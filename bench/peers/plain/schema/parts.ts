import type {
  AppGrant as AppGrantRow,
  App as AppRow,
  Membership as MembershipRow,
  Organization as OrganizationRow,
  Pool as PoolRow,
  Role as RoleRow,
  Session as SessionRow,
} from '../../../../src/generated/prisma/client.ts';
import { toId } from '../ids.ts';
import { builder } from './builder.ts';

export const Pool = builder.objectRef<PoolRow>('Pool').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('pool', id) }),
    code: t.exposeString('code'),
    name: t.exposeString('name'),
  }),
});

export const Role = builder.objectRef<RoleRow>('Role').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('role', id) }),
    code: t.exposeString('code'),
    name: t.exposeString('name'),
  }),
});

const App = builder.objectRef<AppRow>('App').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('app', id) }),
    code: t.exposeString('code'),
    name: t.exposeString('name'),
  }),
});

const AppGrantStatus = builder.enumType('AppGrantStatus', { values: ['ACTIVE', 'REVOKED'] as const });

export const AppGrant = builder.objectRef<AppGrantRow>('AppGrant').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('grant', id) }),
    status: t.expose('status', { type: AppGrantStatus }),
    app: t.field({ type: App, resolve: async ({ appId }, _args, { loaders }) => (await loaders.app.load(appId))! }),
  }),
});

const Organization = builder.objectRef<OrganizationRow>('Organization').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('org', id) }),
    name: t.exposeString('name'),
    slug: t.exposeString('slug'),
  }),
});

const MembershipStatus = builder.enumType('MembershipStatus', { values: ['ACTIVE', 'SUSPENDED'] as const });

const Membership = builder.objectRef<MembershipRow>('Membership').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('mem', id) }),
    status: t.expose('status', { type: MembershipStatus }),
    organization: t.field({
      type: Organization,
      nullable: true,
      resolve: ({ organizationId }, _args, { loaders, caller }) =>
        caller?.permissions.has('organizations:read') ? loaders.organization.load(organizationId) : null,
    }),
    roles: t.field({
      type: [Role],
      resolve: async ({ id }, _args, { loaders }) => (await loaders.rolesOfMembership.load(id)).map(({ role }) => role),
    }),
  }),
});

export const MembershipConnection = builder.objectRef<{ nodes: MembershipRow[] }>('MembershipConnection').implement({
  fields: (t) => ({ nodes: t.expose('nodes', { type: [Membership] }) }),
});

export const Session = builder.objectRef<SessionRow>('Session').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('ses', id) }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    lastActiveAt: t.expose('lastActiveAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true }),
    userAgent: t.exposeString('userAgent', { nullable: true }),
  }),
});
