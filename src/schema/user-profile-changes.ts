import { type UserCreateInput, userCreate } from '../resolvers/user/userCreate.ts';
import { type UserUpdateInput, userUpdate } from '../resolvers/user/userUpdate.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { userSuccess } from './outcome.ts';

// ---------------------------------------------------------------- create

const CreateInput = builder.inputRef<UserCreateInput>('UserCreateInput').implement({
  description: 'Who is to be. Null is as left out.',
  fields: (t) => ({
    email: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'Free in the home pool and in every further pool (`EMAIL_TAKEN`).',
    }),
    name: t.string({ description: '1 to 200 characters.' }),
    password: t.string({
      description:
        'None unless told; better leave it to the person. 12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it. Needs `users:set-password`.',
    }),
    emailVerified: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether you know that the address is theirs. A link by mail proves it as well.',
    }),
    roleCodes: t.stringList({
      description: 'Codes of platform roles; `base_user` unless told, none for `[]`. Needs `users:assign-roles`.',
    }),
    homePoolCode: t.string({ description: '`default` unless told. Another needs `pools:manage`.' }),
    poolCodes: t.stringList({
      description: 'Further pools to be tagged into; the home pool is none of them. Needs `pools:manage`.',
    }),
    appIds: t.idList({ description: '`app_…`; apps to be granted. Needs `apps:grant`.' }),
    externalId: t.string({
      description: 'The id that an older system knows this person by; free in the home pool (`EXTERNAL_ID_TAKEN`).',
    }),
    metadata: t.field({ type: 'JSONObject', description: "Free data of the operator's own; 16 kB and 5 levels at most." }),
    sendWelcome: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether to mail a link to set a password; nothing is mailed where `password` is given.',
    }),
  }),
});

mutation('userCreate', {
  description:
    'Without a password, `sendWelcome` sends a link to set one, good for 7 days. Roles are `base_user` unless told; pool `default` unless told. Needs `users:create`; `password` needs `users:set-password` as well, `roleCodes` `users:assign-roles`, `appIds` `apps:grant`, `poolCodes` and a `homePoolCode` other than `default` `pools:manage` (`PERMISSION_NOT_HELD`).',
  input: CreateInput,
  success: userSuccess('UserCreateSuccess', 'The person exists.'),
  errors: ['ValidationError', 'ConflictError', 'PowerError', 'NotFoundError', 'RuleError'],
  resolve: userCreate,
});

// ---------------------------------------------------------------- update

const UpdateInput = builder.inputRef<UserUpdateInput>('UserUpdateInput').implement({
  description: 'Whom to change, and what: a field left out stays, null clears.',
  fields: (t) => ({
    userId: t.id({ required: true, description: '`user_…`' }),
    email: t.field({
      type: 'EmailAddress',
      description:
        'Free in every pool of theirs (`EMAIL_TAKEN`); another spelling of the present one is no change. Never empty. Of another person it needs `users:set-password`.',
    }),
    name: t.string({ description: '1 to 200 characters.' }),
    avatarUrl: t.string({ description: 'http or https.' }),
    emailVerified: t.boolean({
      description:
        'Whether the address is known to be theirs; false for a new one unless told. Never empty. Of another person it needs `users:set-password`.',
    }),
    externalId: t.string({
      description: 'The id that an older system knows this person by; free in the home pool (`EXTERNAL_ID_TAKEN`).',
    }),
    metadata: t.field({
      type: 'JSONObject',
      description: 'Replaces the whole, null by `{}`; 16 kB and 5 levels at most.',
    }),
    expectedVersion: t.int({ description: '`User.version` as it was read; refuses where it has moved.' }),
  }),
});

mutation('userUpdate', {
  description:
    "A field left out stays, null clears. A new e-mail address becomes unverified unless told, ends every session, and is told to the old address by mail. Needs `users:update`; another person's `email` or `emailVerified` needs `users:set-password` as well (`PERMISSION_NOT_HELD`).",
  input: UpdateInput,
  success: userSuccess('UserUpdateSuccess', 'The person is as they are to be.'),
  errors: ['ValidationError', 'NotFoundError', 'ConflictError', 'VersionConflictError', 'PowerError', 'RuleError'],
  resolve: userUpdate,
});
