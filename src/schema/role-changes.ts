import { encodeId } from '../ids.ts';
import { type OrganizationCreateRoleInput, organizationCreateRole } from '../resolvers/organization/organizationCreateRole.ts';
import { type OrganizationDeleteRoleInput, organizationDeleteRole } from '../resolvers/organization/organizationDeleteRole.ts';
import { type OrganizationUpdateRoleInput, organizationUpdateRole } from '../resolvers/organization/organizationUpdateRole.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { present } from './outcome.ts';
import { Role } from './role.ts';

/** What a mutation comes to that is about one custom role. */
interface RoleOutcome {
  readonly roleId: string;
}

/** A success that shows the role and no more. */
const roleSuccess = (name: string, description: string) =>
  builder.objectRef<RoleOutcome>(name).implement({
    description,
    fields: (t) => ({
      role: t.field({
        type: Role,
        description: 'The role as it is now.',
        resolve: ({ roleId }, _args, { asking }) => present(asking.loaders.role.byId.load(roleId)),
      }),
    }),
  });

const CreateInput = builder.inputRef<OrganizationCreateRoleInput>('OrganizationCreateRoleInput').implement({
  description: 'What the role is. Null is as left out.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    code: t.string({
      required: true,
      description:
        'Lower-case letters, digits, `-` and `_`; 100 at most. Unlike every built-in one, in any spelling, and unlike the other ones of the organization. Never changes.',
    }),
    name: t.string({ required: true, description: '1 to 200 characters.' }),
    description: t.string({ description: '2,000 characters at most.' }),
    permissionCodes: t.stringList({
      required: true,
      description: 'Of `Organization.assignablePermissions`; may be empty, since every membership brings `org:read`.',
    }),
    rank: t.int({ description: '10 to 1000; 70 unless told. Lower is more powerful.' }),
  }),
});

mutation('organizationCreateRole', {
  description:
    "A custom role of the organization. Only assignable permissions (`NOT_ASSIGNABLE`, an issue of the `ValidationError` for each other one), and only what the caller holds; rank 70 unless told, never above the caller's. Needs `org:roles:create` there or `organizations:update`.",
  input: CreateInput,
  success: roleSuccess('OrganizationCreateRoleSuccess', 'The role exists.'),
  errors: ['ValidationError', 'NotFoundError', 'ConflictError', 'PowerError', 'RuleError'],
  resolve: organizationCreateRole,
});

const UpdateInput = builder.inputRef<OrganizationUpdateRoleInput>('OrganizationUpdateRoleInput').implement({
  description: 'Which role to change, and what: a field left out stays, null clears.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    roleId: t.id({ required: true, description: "`role_…`, one of the organization's own." }),
    name: t.string({ description: '1 to 200 characters. Never empty.' }),
    description: t.string({ description: '2,000 characters at most.' }),
    permissionCodes: t.stringList({ description: 'Of `Organization.assignablePermissions`: the whole set. Never null.' }),
    rank: t.int({ description: '10 to 1000. Lower is more powerful. Never null.' }),
    expectedVersion: t.int({ description: '`Role.version` as it was read; refuses where it has moved.' }),
  }),
});

mutation('organizationUpdateRole', {
  description: 'A field left out stays. Members feel it at once. Needs `org:roles:update` there or `organizations:update`.',
  input: UpdateInput,
  success: roleSuccess('OrganizationUpdateRoleSuccess', 'The role is as it is to be.'),
  errors: ['ValidationError', 'NotFoundError', 'VersionConflictError', 'PowerError', 'RuleError'],
  resolve: organizationUpdateRole,
});

const DeleteInput = builder.inputRef<OrganizationDeleteRoleInput>('OrganizationDeleteRoleInput').implement({
  description: 'Which role to delete.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    roleId: t.id({ required: true, description: "`role_…`, one of the organization's own." }),
  }),
});

mutation('organizationDeleteRole', {
  description:
    'Takes the role from every member; who would have none left gets `org_member`. Needs `org:roles:delete` there or `organizations:update`.',
  input: DeleteInput,
  success: builder.objectRef<RoleOutcome & { readonly affectedMembers: number }>('OrganizationDeleteRoleSuccess').implement({
    description: 'The role is gone.',
    fields: (t) => ({
      deletedRoleId: t.id({ description: '`role_…`', resolve: ({ roleId }) => encodeId('role', roleId) }),
      affectedMembers: t.exposeInt('affectedMembers', { description: 'How many had it, the suspended counted.' }),
    }),
  }),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: organizationDeleteRole,
});
