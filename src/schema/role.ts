import { encodeId } from '../ids.ts';
import type { PermissionRow, RoleRow } from '../loaders/role.ts';
import { mayCountHolders, type Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { guard } from './guard.ts';
import { Node } from './node.ts';
import { Organization } from './organization-type.ts';

export const Scope = builder.enumType('Scope', {
  description: 'Where a role or permission holds.',
  values: {
    PLATFORM: { description: 'Holds everywhere.' },
    ORGANIZATION: { description: 'Holds within one organization.' },
  } as const,
});

export const Permission = builder.objectRef<PermissionRow>('Permission').implement({
  description: 'Something that a role allows. The catalog is fixed.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '`noun:verb`, such as `users:read` or `org:members:invite`.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    description: t.exposeString('description', { description: 'What it allows, in one sentence.' }),
    scope: t.expose('scope', { type: Scope, description: 'Where it holds.' }),
    assignable: t.exposeBoolean('assignable', { description: 'Whether a custom role of an organization may carry it.' }),
  }),
});

export const Role = builder.objectRef<Visible<RoleRow>>('Role');
Role.implement({
  description: 'A named set of permissions. Codes are unique within a scope: `seller` exists in both.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`role_…`', resolve: (role) => encodeId('role', role.id) }),
    code: t.exposeString('code', { description: 'Unique within its scope and organization.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    description: t.exposeString('description', { nullable: true, description: 'What the role is for.' }),
    scope: t.expose('scope', { type: Scope, description: 'Where it holds.' }),
    builtIn: t.exposeBoolean('builtIn', { description: "Whether the role came with the system; such a role can't be changed." }),
    rank: t.exposeInt('rank', {
      description: 'Lower is more powerful. Nobody assigns, takes away or edits a role more powerful than their own.',
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description:
        "The organization whose custom role this is; null for a built-in one, and where the reader can't see the organization.",
      resolve: (role, _args, { asking }) =>
        role.organizationId ? asking.loaders.organization.byId.load(role.organizationId) : null,
    }),
    permissions: t.field({
      type: [Permission],
      description: 'What it allows, by code.',
      resolve: (role, _args, { asking }) => asking.loaders.role.permissionsOf.load(role.id),
    }),
    memberCount: t.int({
      nullable: true,
      description:
        'How many hold it now, the suspended counted. Of platform roles with `users:read`, of custom ones with `org:members:read` there or staff; null otherwise.',
      resolve: async (role, _args, { asking }) =>
        mayCountHolders(await asking.reach(), role) ? asking.loaders.role.holderCount.load(role.id) : null,
    }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
  }),
});

builder.queryField('roles', (t) =>
  t.withAuth(guard('roles')).field({
    type: [Role],
    nullable: true,
    description: 'Built-in roles. For anyone signed in.',
    args: { scope: t.arg({ type: Scope, description: 'Of this scope alone.' }) },
    resolve: (_root, { scope }, { asking }) => asking.loaders.role.builtIn(scope ?? null),
  }),
);

builder.queryField('permissions', (t) =>
  t.withAuth(guard('permissions')).field({
    type: [Permission],
    nullable: true,
    description: 'The whole catalog. For anyone signed in.',
    args: { scope: t.arg({ type: Scope, description: 'Of this scope alone.' }) },
    resolve: (_root, { scope }, { asking }) => asking.loaders.role.catalog(scope ?? null),
  }),
);
