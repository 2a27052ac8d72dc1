import { type UserRevokeSessionsInput, userRevokeSessions } from '../resolvers/user/userRevokeSessions.ts';
import { type UserSendPasswordResetInput, userSendPasswordReset } from '../resolvers/user/userSendPasswordReset.ts';
import { type UserSetPasswordInput, userSetPassword } from '../resolvers/user/userSetPassword.ts';
import { type UserTerminateSessionInput, userTerminateSession } from '../resolvers/user/userTerminateSession.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { theUser, type UserOutcome, userInput, userSuccess } from './outcome.ts';

// ---------------------------------------------------------------- passwords

const SetPasswordInput = builder.inputRef<UserSetPasswordInput>('UserSetPasswordInput').implement({
  description: 'Whose password, and which from now on.',
  fields: (t) => ({
    userId: t.id({ required: true, description: '`user_…`' }),
    newPassword: t.string({
      required: true,
      description:
        '12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it.',
    }),
  }),
});

mutation('userSetPassword', {
  description:
    'Overrides the password without asking for the current one, clears the lock and ends every session. Needs `users:set-password`.',
  input: SetPasswordInput,
  success: userSuccess('UserSetPasswordSuccess', 'The person signs in with this password from now on.'),
  errors: ['ValidationError', 'NotFoundError', 'PowerError', 'RuleError'],
  resolve: userSetPassword,
});

mutation('userSendPasswordReset', {
  description:
    "Sends the user a link to set a new password: better than choosing one for them. Good for an hour, a first password's for 7 days. Needs `users:update`.",
  input: userInput<UserSendPasswordResetInput>('UserSendPasswordResetInput', 'Whom to send a link.'),
  success: userSuccess('UserSendPasswordResetSuccess', 'The message is on its way.'),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: userSendPasswordReset,
});

// ---------------------------------------------------------------- sessions

const TerminateSessionInput = builder.inputRef<UserTerminateSessionInput>('UserTerminateSessionInput').implement({
  description: 'Whose session, and which.',
  fields: (t) => ({
    userId: t.id({ required: true, description: '`user_…`' }),
    sessionId: t.id({ required: true, description: '`ses_…`' }),
  }),
});

mutation('userTerminateSession', {
  description:
    "Ends one session at once, its access tokens included. Needs `users:sessions`, or to be the user; somebody else's is `NotFoundError`.",
  input: TerminateSessionInput,
  success: userSuccess('UserTerminateSessionSuccess', 'The session is over.'),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: userTerminateSession,
});

mutation('userRevokeSessions', {
  description:
    'Signs out everywhere, at once, the present session of oneself included. Needs `users:sessions`, or to be the user; somebody else is `NotFoundError`.',
  input: userInput<UserRevokeSessionsInput>('UserRevokeSessionsInput', 'Whom to sign out.'),
  success: builder.objectRef<UserOutcome & { readonly revokedSessions: number }>('UserRevokeSessionsSuccess').implement({
    description: 'Every session is over.',
    fields: (t) => ({
      user: t.field(theUser),
      revokedSessions: t.exposeInt('revokedSessions', {
        description: 'How many sessions ended that acted as the person, impersonations included.',
      }),
    }),
  }),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: userRevokeSessions,
});
