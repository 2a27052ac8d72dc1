import { encodeId } from '../ids.ts';
import { type AccountLeaveOrganizationInput, accountLeaveOrganization } from '../resolvers/account/accountLeaveOrganization.ts';
import { type OrganizationAddMemberInput, organizationAddMember } from '../resolvers/organization/organizationAddMember.ts';
import {
  type OrganizationRemoveMemberInput,
  organizationRemoveMember,
} from '../resolvers/organization/organizationRemoveMember.ts';
import {
  type OrganizationSetMemberRolesInput,
  organizationSetMemberRoles,
} from '../resolvers/organization/organizationSetMemberRoles.ts';
import {
  type OrganizationSetMemberStatusInput,
  organizationSetMemberStatus,
} from '../resolvers/organization/organizationSetMemberStatus.ts';
import { builder } from './builder.ts';
import { MembershipStatus } from './membership.ts';
import { mutation } from './mutation.ts';
import { type MembershipOutcome, membershipSuccess, type OrganizationOutcome, theMembership } from './organization-outcome.ts';
import { Organization } from './organization-type.ts';
import { rolesById } from './outcome.ts';
import { Role } from './role.ts';

// ---------------------------------------------------------------- who is a member

const AddMemberInput = builder.inputRef<OrganizationAddMemberInput>('OrganizationAddMemberInput').implement({
  description: 'Who joins, and with which roles.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    userId: t.id({ required: true, description: '`user_…`' }),
    roleCodes: t.stringList({
      description: "Codes of organization scope, built-in ones and this organization's own. None, or `[]`, means `org_member`.",
    }),
  }),
});

mutation('organizationAddMember', {
  description: 'Adds an existing user, as `org_member` unless told. Needs `organizations:members`.',
  input: AddMemberInput,
  success: membershipSuccess('OrganizationAddMemberSuccess', 'The person is a member from now on.'),
  errors: ['ValidationError', 'NotFoundError', 'ConflictError', 'PowerError', 'RuleError'],
  resolve: organizationAddMember,
});

const RemoveMemberInput = builder.inputRef<OrganizationRemoveMemberInput>('OrganizationRemoveMemberInput').implement({
  description: 'Whose membership ends.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    userId: t.id({ required: true, description: '`user_…`' }),
  }),
});

mutation('organizationRemoveMember', {
  description:
    'Ends a membership and its scoped tokens at once. Refused for the owner and the last organization admin. Needs `org:members:remove` there or `organizations:members`.',
  input: RemoveMemberInput,
  success: builder.objectRef<MembershipOutcome & OrganizationOutcome>('OrganizationRemoveMemberSuccess').implement({
    description: 'The person is no member any more.',
    fields: (t) => ({
      removedMembershipId: t.id({
        description: 'The membership that was.',
        resolve: ({ membershipId }) => encodeId('mem', membershipId),
      }),
      organization: t.field({
        type: Organization,
        nullable: true,
        description: 'The organization as it is now, where the caller may see it.',
        resolve: ({ organizationId }, _args, { asking }) => asking.loaders.organization.byId.load(organizationId),
      }),
    }),
  }),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: organizationRemoveMember,
});

const LeaveOrganizationInput = builder.inputRef<AccountLeaveOrganizationInput>('AccountLeaveOrganizationInput').implement({
  description: 'Which organization the caller leaves.',
  fields: (t) => ({ organizationId: t.id({ required: true, description: '`org_…`' }) }),
});

mutation('accountLeaveOrganization', {
  description: "Ends the caller's own membership. Refused for the owner and the last organization admin.",
  input: LeaveOrganizationInput,
  success: builder.objectRef<OrganizationOutcome>('AccountLeaveOrganizationSuccess').implement({
    description: 'The caller is no member any more.',
    fields: (t) => ({
      organizationId: t.id({
        description: 'The organization that was left.',
        resolve: ({ organizationId }) => encodeId('org', organizationId),
      }),
    }),
  }),
  errors: ['NotFoundError', 'RuleError'],
  resolve: accountLeaveOrganization,
});

// ---------------------------------------------------------------- what a membership gives

const SetMemberStatusInput = builder.inputRef<OrganizationSetMemberStatusInput>('OrganizationSetMemberStatusInput').implement({
  description: 'Whose membership, and whether it gives anything from now on.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    userId: t.id({ required: true, description: '`user_…`' }),
    status: t.field({ type: MembershipStatus, required: true, description: '`SUSPENDED`, or `ACTIVE` again.' }),
  }),
});

mutation('organizationSetMemberStatus', {
  description:
    'Suspension stops every organization permission at once. Refused for the owner. Needs `org:members:update` there or `organizations:members`.',
  input: SetMemberStatusInput,
  success: membershipSuccess('OrganizationSetMemberStatusSuccess', 'The membership has this status from now on.'),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: organizationSetMemberStatus,
});

interface RolesOutcome extends MembershipOutcome {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

const SetMemberRolesInput = builder.inputRef<OrganizationSetMemberRolesInput>('OrganizationSetMemberRolesInput').implement({
  description: 'Whose roles, and which from now on.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    userId: t.id({ required: true, description: '`user_…`' }),
    roleCodes: t.stringList({
      required: true,
      description:
        "Codes of organization scope, built-in ones and this organization's own: the whole set. `[]` means `org_member`.",
    }),
    expectedVersion: t.int({ description: '`Membership.version` as it was read; refuses where it has moved.' }),
  }),
});

mutation('organizationSetMemberRoles', {
  description:
    "Replaces the member's roles as a whole, by codes of organization scope: built-in ones and this organization's own; `[]` means `org_member`. Refused where the owner would lose `org_admin`. Needs `org:members:update` there or `organizations:members`.",
  input: SetMemberRolesInput,
  success: builder.objectRef<RolesOutcome>('OrganizationSetMemberRolesSuccess').implement({
    description: 'The member has these roles from now on.',
    fields: (t) => ({
      membership: t.field(theMembership),
      added: t.field({
        type: [Role],
        description: 'Roles that the member did not have before, most powerful first.',
        resolve: ({ added }, _args, context) => rolesById(context, added),
      }),
      removed: t.field({
        type: [Role],
        description: 'Roles that the member has no more, most powerful first.',
        resolve: ({ removed }, _args, context) => rolesById(context, removed),
      }),
    }),
  }),
  errors: ['ValidationError', 'NotFoundError', 'VersionConflictError', 'PowerError', 'RuleError'],
  resolve: organizationSetMemberRoles,
});
