import {
  type OrganizationCreateInvitationInput,
  organizationCreateInvitation,
} from '../resolvers/organization/organizationCreateInvitation.ts';
import {
  type OrganizationResendInvitationInput,
  organizationResendInvitation,
} from '../resolvers/organization/organizationResendInvitation.ts';
import {
  type OrganizationRevokeInvitationInput,
  organizationRevokeInvitation,
} from '../resolvers/organization/organizationRevokeInvitation.ts';
import { builder } from './builder.ts';
import { type InvitationOutcome, invitationSuccess, theInvitation } from './invitation-outcome.ts';
import { mutation } from './mutation.ts';

const CreateInvitationInput = builder.inputRef<OrganizationCreateInvitationInput>('OrganizationCreateInvitationInput').implement({
  description: 'Whom to invite, as what, and for how long.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    email: t.field({ type: 'EmailAddress', required: true, description: 'The address that the link is mailed to.' }),
    roleIds: t.idList({ description: "`role_…`: built-in ones and this organization's own; they add to `roleCodes`." }),
    roleCodes: t.stringList({ description: 'Codes of organization scope. Without any role: `org_member`.' }),
    expiresInDays: t.int({ required: true, defaultValue: 7, description: '1 to 30.' }),
  }),
});

mutation('organizationCreateInvitation', {
  description:
    'Invites by e-mail, as `org_member` unless told; `roleIds` and `roleCodes` add up; 1 to 30 days. A pending invitation to the same address is replaced, its old link dead. The message is sent after the commit and tried again until it is out. Needs `org:members:invite` there or `organizations:members`.',
  input: CreateInvitationInput,
  success: builder
    .objectRef<InvitationOutcome & { readonly replaced: boolean }>('OrganizationCreateInvitationSuccess')
    .implement({
      description: 'The address is invited, and a message is on its way.',
      fields: (t) => ({
        invitation: t.field(theInvitation),
        replaced: t.exposeBoolean('replaced', { description: 'Whether a pending invitation to the address was replaced.' }),
      }),
    }),
  errors: ['ValidationError', 'NotFoundError', 'ConflictError', 'PowerError', 'RuleError'],
  resolve: organizationCreateInvitation,
});

const ResendInvitationInput = builder.inputRef<OrganizationResendInvitationInput>('OrganizationResendInvitationInput').implement({
  description: 'Which invitation gets a new link.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    invitationId: t.id({ required: true, description: '`inv_…`' }),
  }),
});

mutation('organizationResendInvitation', {
  description:
    'A new link, a new expiry, a new message, for a pending or an expired one; the caller is its inviter from now on. Needs `org:members:invite` there or `organizations:members`.',
  input: ResendInvitationInput,
  success: invitationSuccess('OrganizationResendInvitationSuccess', 'A new message is on its way; the old link is dead.'),
  errors: ['NotFoundError', 'InvitationError', 'PowerError', 'RuleError', 'ConflictError'],
  resolve: organizationResendInvitation,
});

const RevokeInvitationInput = builder.inputRef<OrganizationRevokeInvitationInput>('OrganizationRevokeInvitationInput').implement({
  description: 'Which invitation is withdrawn.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    invitationId: t.id({ required: true, description: '`inv_…`' }),
  }),
});

mutation('organizationRevokeInvitation', {
  description: 'Only a pending one. Needs `org:members:invite` there or `organizations:members`.',
  input: RevokeInvitationInput,
  success: invitationSuccess('OrganizationRevokeInvitationSuccess', 'The invitation is withdrawn; its link is dead.'),
  errors: ['NotFoundError', 'InvitationError', 'RuleError'],
  resolve: organizationRevokeInvitation,
});
