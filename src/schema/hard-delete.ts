import { encodeId } from '../ids.ts';
import type { HardDeleteCount } from '../resolvers/user/hard-delete-plan.ts';
import { type UserHardDeleteInput, userHardDelete } from '../resolvers/user/userHardDelete.ts';
import { type HardDeletePreview, userHardDeletePreview } from '../resolvers/user/userHardDeletePreview.ts';
import { builder } from './builder.ts';
import { guard } from './guard.ts';
import { mutation } from './mutation.ts';
import { present } from './outcome.ts';
import { MutationError, shown } from './refusals.ts';
import { User } from './user-type.ts';

const Count = builder.objectRef<HardDeleteCount>('HardDeleteCount').implement({
  description: 'How many rows of a kind a hard delete takes.',
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description:
        '`sessions`, `memberships`, `appGrants`, `roles`, `pools`, `invitations`, …: always the same kinds, in the same order.',
    }),
    count: t.exposeInt('count', { description: 'How many; 0 where there are none.' }),
  }),
});

const Preview = builder.objectRef<HardDeletePreview>('HardDeletePreview').implement({
  description: 'All that a hard delete would do, and all that stands in its way.',
  fields: (t) => ({
    user: t.field({
      type: User,
      description: 'Who would go.',
      resolve: ({ userId }, _args, { asking }) => present(asking.loaders.user.byId.load(userId)),
    }),
    blockers: t.field({
      type: [MutationError],
      description: 'What stops it; empty where nothing does.',
      resolve: ({ blockers }) => blockers.map(shown),
    }),
    deletes: t.field({
      type: [Count],
      description: 'Rows that would be deleted, by kind.',
      resolve: ({ deletes }) => [...deletes],
    }),
    pseudonymizedAuditEvents: t.exposeInt('pseudonymizedAuditEvents', {
      description:
        "Audit events that would keep only the user's id: what the user did, what is about them, and what tells an address of theirs.",
    }),
    planToken: t.exposeString('planToken', {
      description:
        'Hand it to `userHardDelete`: it refuses with `StalePlanError` where any of this has changed since. Valid for 10 minutes.',
    }),
  }),
});

builder.queryField('userHardDeletePreview', (t) =>
  t.withAuth(guard('userHardDeletePreview')).field({
    type: Preview,
    nullable: true,
    description: 'What a hard delete would do and what stands in its way; null for an unknown user. Needs `users:delete`.',
    args: { userId: t.arg.id({ required: true, description: '`user_…`' }) },
    resolve: (_root, { userId }, context) => userHardDeletePreview(context, userId),
  }),
);

const HardDeleteInput = builder.inputRef<UserHardDeleteInput>('UserHardDeleteInput').implement({
  description: 'Whom to erase, and why.',
  fields: (t) => ({
    userId: t.id({ required: true, description: '`user_…`' }),
    reason: t.string({ required: true, description: 'Why, for the audit; 3 to 500 characters. It stays: name nobody in it.' }),
    planToken: t.string({
      description: "A preview's: refused with `StalePlanError` where it no longer holds. Left out, nothing was to be seen first.",
    }),
    expectedVersion: t.int({ description: 'Refused with `VersionConflictError` where the user has another version by now.' }),
  }),
});

const HardDeleteSuccess = builder
  .objectRef<{ readonly deletedUserId: string; readonly deletes: readonly HardDeleteCount[] }>('UserHardDeleteSuccess')
  .implement({
    description: 'The user is gone.',
    fields: (t) => ({
      deletedUserId: t.id({ description: 'Whose id it was.', resolve: ({ deletedUserId }) => encodeId('user', deletedUserId) }),
      deletes: t.field({
        type: [Count],
        description: 'Rows that were deleted, by kind.',
        resolve: ({ deletes }) => [...deletes],
      }),
    }),
  });

mutation('userHardDelete', {
  description:
    'Erases the user for good. Audit events keep ids only. Refused for oneself, for owners of organizations and for the last system admin. Needs `users:delete`.',
  input: HardDeleteInput,
  success: HardDeleteSuccess,
  errors: [
    'ValidationError',
    'NotFoundError',
    'PowerError',
    'RuleError',
    'OwnsOrganizationsError',
    'StalePlanError',
    'VersionConflictError',
  ],
  refusedAs: 'hard_delete.refused',
  resolve: userHardDelete,
});
