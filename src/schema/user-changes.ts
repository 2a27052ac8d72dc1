import { type UserReactivateInput, userReactivate } from '../resolvers/user/userReactivate.ts';
import { type UserSetRolesInput, userSetRoles } from '../resolvers/user/userSetRoles.ts';
import { type UserSuspendInput, userSuspend } from '../resolvers/user/userSuspend.ts';
import { type UserUnlockInput, userUnlock } from '../resolvers/user/userUnlock.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { rolesById, theUser, type UserOutcome, userInput, userSuccess } from './outcome.ts';
import { Role } from './role.ts';

// ---------------------------------------------------------------- suspension and locks

const SuspendInput = builder.inputRef<UserSuspendInput>('UserSuspendInput').implement({
  description: 'Whom to suspend, why, and until when.',
  fields: (t) => ({
    userId: t.id({ required: true, description: '`user_…`' }),
    reason: t.string({ required: true, description: '3 to 500 characters; staff and the person read it.' }),
    until: t.field({ type: 'DateTime', description: 'When it ends by itself; until it is lifted where left out.' }),
  }),
});

mutation('userSuspend', {
  description: 'Ends every session and refuses logins until lifted or over. Needs `users:update`.',
  input: SuspendInput,
  success: userSuccess('UserSuspendSuccess', 'The person is suspended.'),
  errors: ['ValidationError', 'NotFoundError', 'PowerError', 'RuleError'],
  resolve: userSuspend,
});

mutation('userReactivate', {
  description: 'Lifts a suspension. Needs `users:update`.',
  input: userInput<UserReactivateInput>('UserReactivateInput', 'Whose suspension to lift.'),
  success: userSuccess('UserReactivateSuccess', 'The person is active.'),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: userReactivate,
});

mutation('userUnlock', {
  description: 'Clears failed logins and the lock. Needs `users:update`.',
  input: userInput<UserUnlockInput>('UserUnlockInput', 'Whose failed logins to clear.'),
  success: userSuccess('UserUnlockSuccess', 'No failed login counts any more.'),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: userUnlock,
});

// ---------------------------------------------------------------- platform roles

const SetRolesInput = builder.inputRef<UserSetRolesInput>('UserSetRolesInput').implement({
  description: 'Whose roles, and which from now on.',
  fields: (t) => ({
    userId: t.id({ required: true, description: '`user_…`' }),
    roleCodes: t.stringList({ required: true, description: 'Codes of platform roles, all of them; `[]` takes all away.' }),
    expectedVersion: t.int({ description: '`User.version` as it was read; refuses where it has moved.' }),
  }),
});

interface RolesOutcome extends UserOutcome {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

mutation('userSetRoles', {
  description:
    'Replaces the platform roles as a whole; `[]` takes all away. Access tokens issued before are refused at once (`TOKEN_STALE`), and a refresh carries the new roles. Needs `users:assign-roles`.',
  input: SetRolesInput,
  success: builder.objectRef<RolesOutcome>('UserSetRolesSuccess').implement({
    description: 'The person has these roles and no others.',
    fields: (t) => ({
      user: t.field(theUser),
      added: t.field({
        type: [Role],
        description: 'Roles that the person did not have before, most powerful first.',
        resolve: ({ added }, _args, context) => rolesById(context, added),
      }),
      removed: t.field({
        type: [Role],
        description: 'Roles that the person has no more, most powerful first.',
        resolve: ({ removed }, _args, context) => rolesById(context, removed),
      }),
    }),
  }),
  errors: ['ValidationError', 'NotFoundError', 'VersionConflictError', 'PowerError', 'RuleError'],
  resolve: userSetRoles,
});
