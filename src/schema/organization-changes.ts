import { encodeId } from '../ids.ts';
import { type OrganizationCreateInput, organizationCreate } from '../resolvers/organization/organizationCreate.ts';
import { type OrganizationDeleteInput, organizationDelete } from '../resolvers/organization/organizationDelete.ts';
import { type OrganizationReactivateInput, organizationReactivate } from '../resolvers/organization/organizationReactivate.ts';
import { type OrganizationSuspendInput, organizationSuspend } from '../resolvers/organization/organizationSuspend.ts';
import {
  type OrganizationTransferOwnershipInput,
  organizationTransferOwnership,
} from '../resolvers/organization/organizationTransferOwnership.ts';
import { type OrganizationUpdateInput, organizationUpdate } from '../resolvers/organization/organizationUpdate.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { organizationSuccess } from './organization-outcome.ts';

// ---------------------------------------------------------------- create, update

const CreateInput = builder.inputRef<OrganizationCreateInput>('OrganizationCreateInput').implement({
  description: 'What the organization is. Null is as left out.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 200 characters.' }),
    slug: t.string({ description: 'Lower-case letters, digits and `-`; 100 at most. From the name unless told.' }),
    description: t.string({ description: '2,000 characters at most.' }),
    website: t.string({ description: 'http or https.' }),
    logoUrl: t.string({ description: 'http or https.' }),
    metadata: t.field({ type: 'JSONObject', description: "Free data of the operator's own; 16 kB at most." }),
    ownerId: t.id({ description: '`user_…`; the caller unless told.' }),
  }),
});

mutation('organizationCreate', {
  description:
    'The owner, the caller unless told, becomes a member with `org_admin`. The slug comes from the name unless told. Needs `organizations:create`.',
  input: CreateInput,
  success: organizationSuccess('OrganizationCreateSuccess', 'The organization exists.'),
  errors: ['ValidationError', 'ConflictError', 'NotFoundError', 'RuleError'],
  resolve: organizationCreate,
});

const UpdateInput = builder.inputRef<OrganizationUpdateInput>('OrganizationUpdateInput').implement({
  description: 'Which organization to change, and what: a field left out stays, null clears.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    name: t.string({ description: '1 to 200 characters. Never empty. The slug stays as it is.' }),
    slug: t.string({ description: 'Lower-case letters, digits and `-`; 100 at most. Never empty.' }),
    description: t.string({ description: '2,000 characters at most.' }),
    website: t.string({ description: 'http or https.' }),
    logoUrl: t.string({ description: 'http or https.' }),
    metadata: t.field({ type: 'JSONObject', description: "Free data of the operator's own, as a whole; 16 kB at most." }),
    expectedVersion: t.int({ description: '`Organization.version` as it was read; refuses where it has moved.' }),
  }),
});

mutation('organizationUpdate', {
  description:
    'A field left out stays, null clears; the slug changes only where given. Needs `org:update` there or `organizations:update`.',
  input: UpdateInput,
  success: organizationSuccess('OrganizationUpdateSuccess', 'The organization has these fields from now on.'),
  errors: ['ValidationError', 'NotFoundError', 'ConflictError', 'VersionConflictError', 'RuleError'],
  resolve: organizationUpdate,
});

// ---------------------------------------------------------------- suspend, reactivate

const SuspendInput = builder.inputRef<OrganizationSuspendInput>('OrganizationSuspendInput').implement({
  description: 'Which organization to suspend, and why.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    reason: t.string({ required: true, description: '3 to 500 characters.' }),
  }),
});

mutation('organizationSuspend', {
  description:
    "Stops self-service at once: members still read the organization's own fields, and change nothing. Needs `organizations:update`.",
  input: SuspendInput,
  success: organizationSuccess('OrganizationSuspendSuccess', 'The organization is suspended.'),
  errors: ['ValidationError', 'NotFoundError', 'RuleError'],
  resolve: organizationSuspend,
});

const ReactivateInput = builder.inputRef<OrganizationReactivateInput>('OrganizationReactivateInput').implement({
  description: 'Which organization is to run itself again.',
  fields: (t) => ({ organizationId: t.id({ required: true, description: '`org_…`' }) }) as never,
});

mutation('organizationReactivate', {
  description: 'Needs `organizations:update`.',
  input: ReactivateInput,
  success: organizationSuccess('OrganizationReactivateSuccess', 'The organization runs itself.'),
  errors: ['NotFoundError', 'RuleError'],
  resolve: organizationReactivate,
});

// ---------------------------------------------------------------- delete, transfer

const DeleteInput = builder.inputRef<OrganizationDeleteInput>('OrganizationDeleteInput').implement({
  description: 'Which organization to delete, and why.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    reason: t.string({ description: '3 to 500 characters.' }),
  }),
});

interface DeleteOutcome {
  readonly deletedOrganizationId: string;
  readonly deletedMemberships: number;
}

mutation('organizationDelete', {
  description:
    'Deletes the organization, its memberships, roles and invitations; its slug is free again. Needs `organizations:delete`.',
  input: DeleteInput,
  success: builder.objectRef<DeleteOutcome>('OrganizationDeleteSuccess').implement({
    description: 'The organization is gone.',
    fields: (t) => ({
      deletedOrganizationId: t.id({
        description: '`org_…`, which names nothing any more.',
        resolve: ({ deletedOrganizationId }) => encodeId('org', deletedOrganizationId),
      }),
      deletedMemberships: t.exposeInt('deletedMemberships', {
        description: 'How many memberships went with it, suspended ones too.',
      }),
    }),
  }),
  errors: ['ValidationError', 'NotFoundError', 'RuleError'],
  resolve: organizationDelete,
});

const TransferInput = builder.inputRef<OrganizationTransferOwnershipInput>('OrganizationTransferOwnershipInput').implement({
  description: 'Which organization, and whose it is from now on.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: '`org_…`' }),
    newOwnerId: t.id({ required: true, description: '`user_…`, an active member.' }),
  }),
});

mutation('organizationTransferOwnership', {
  description:
    'To an active member, who gets `org_admin` too; the former owner stays a member. Needs to be the owner, or `organizations:update`.',
  input: TransferInput,
  success: organizationSuccess('OrganizationTransferOwnershipSuccess', 'The organization has this owner from now on.'),
  errors: ['NotFoundError', 'RuleError'],
  resolve: organizationTransferOwnership,
});
