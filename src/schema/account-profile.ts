import { type AccountUpdateInput, accountUpdate } from '../resolvers/account/accountUpdate.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { userSuccess } from './outcome.ts';

const UpdateInput = builder.inputRef<AccountUpdateInput>('AccountUpdateInput').implement({
  description: 'What to change of oneself: a field left out stays, null clears.',
  fields: (t) => ({
    name: t.string({ description: '1 to 200 characters.' }),
    avatarUrl: t.string({ description: 'http or https.' }),
    expectedVersion: t.int({ description: '`User.version` as it was read; refuses where it has moved.' }),
  }),
});

mutation('accountUpdate', {
  description: "Changes the caller's profile: a field left out stays, null clears.",
  input: UpdateInput,
  success: userSuccess('AccountUpdateSuccess', 'The caller is as they are to be.'),
  errors: ['ValidationError', 'VersionConflictError', 'RuleError'],
  resolve: accountUpdate,
});
