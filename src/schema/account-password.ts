import { type AccountChangePasswordInput, accountChangePassword } from '../resolvers/account/accountChangePassword.ts';
import {
  type AccountRequestPasswordResetInput,
  accountRequestPasswordReset,
} from '../resolvers/account/accountRequestPasswordReset.ts';
import { type AccountResetPasswordInput, accountResetPassword } from '../resolvers/account/accountResetPassword.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { doneSuccess, userSuccess } from './outcome.ts';

const newPassword =
  '12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it.';

// ---------------------------------------------------------------- with the present password

const ChangePasswordInput = builder.inputRef<AccountChangePasswordInput>('AccountChangePasswordInput').implement({
  description: 'The password that is, and the one to be.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'A wrong one counts as a failed login.' }),
    newPassword: t.string({ required: true, description: newPassword }),
  }),
});

mutation('accountChangePassword', {
  description: 'Ends every other session of the caller. Refused while impersonating.',
  input: ChangePasswordInput,
  success: userSuccess('AccountChangePasswordSuccess', 'The caller signs in with the new password from now on.'),
  errors: ['ValidationError', 'AuthenticationError', 'RuleError'],
  resolve: accountChangePassword,
});

// ---------------------------------------------------------------- with a link

const RequestPasswordResetInput = builder
  .inputRef<AccountRequestPasswordResetInput>('AccountRequestPasswordResetInput')
  .implement({
    description: 'Who wants a link.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', required: true, description: 'The address that one signs in with.' }),
      appCode: t.string({ description: 'The app that one signs in to; its pools are searched for the address.' }),
    }),
  });

mutation('accountRequestPasswordReset', {
  description: 'Sends a reset link. Answers alike whether or not the address is known.',
  input: RequestPasswordResetInput,
  success: doneSuccess('AccountRequestPasswordResetSuccess', 'If somebody has this address, a message is on its way.'),
  errors: ['ValidationError'],
  resolve: accountRequestPasswordReset,
});

const ResetPasswordInput = builder.inputRef<AccountResetPasswordInput>('AccountResetPasswordInput').implement({
  description: 'The link, and the password to be.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'The `token` of the link.' }),
    newPassword: t.string({ required: true, description: newPassword }),
  }),
});

mutation('accountResetPassword', {
  description:
    "Sets a password with the link's one-use token and ends every session. The link proves the address: it is verified now. Also how a user created without a password sets the first one. `RESET_TOKEN_INVALID` for a link that is unknown, used or too old.",
  input: ResetPasswordInput,
  success: doneSuccess('AccountResetPasswordSuccess', 'The password is set; sign in with it.'),
  errors: ['ValidationError', 'AuthenticationError'],
  resolve: accountResetPassword,
});
