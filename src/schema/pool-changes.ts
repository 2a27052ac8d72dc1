import type { Context } from '../context.ts';
import { encodeId } from '../ids.ts';
import type { PoolRow } from '../loaders/pool.ts';
import { type Visible, visible } from '../policy.ts';
import type { HomePool } from '../resolvers/pool/person-in-pools.ts';
import { type PoolAddUserInput, poolAddUser } from '../resolvers/pool/poolAddUser.ts';
import { type PoolCreateInput, poolCreate } from '../resolvers/pool/poolCreate.ts';
import { type PoolDeleteInput, poolDelete } from '../resolvers/pool/poolDelete.ts';
import { type PoolRemoveUserInput, poolRemoveUser } from '../resolvers/pool/poolRemoveUser.ts';
import { type PoolSetUserHomeInput, poolSetUserHome } from '../resolvers/pool/poolSetUserHome.ts';
import { type PoolUpdateInput, poolUpdate } from '../resolvers/pool/poolUpdate.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { present, theUser, type UserOutcome } from './outcome.ts';
import { Pool } from './pool.ts';

/** What a mutation comes to that is about one pool. */
interface PoolOutcome {
  readonly poolId: string;
}

/** A success that shows the pool and no more. */
const poolSuccess = (name: string, description: string) =>
  builder.objectRef<PoolOutcome>(name).implement({
    description,
    fields: (t) => ({
      pool: t.field({
        type: Pool,
        description: 'The pool as it is now.',
        resolve: ({ poolId }, _args, { asking }) => present(asking.loaders.pool.byId.load(poolId)),
      }),
    }),
  });

// ---------------------------------------------------------------- create, update, delete

const CreateInput = builder.inputRef<PoolCreateInput>('PoolCreateInput').implement({
  description: 'What the pool is. Null is as left out.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Lower-case letters, digits, `-` and `_`; 100 at most. Never changes.' }),
    name: t.string({ description: '1 to 200 characters; the code unless told.' }),
    description: t.string({ description: '2,000 characters at most.' }),
  }),
});

mutation('poolCreate', {
  description: 'Creates a pool. Needs `pools:manage`.',
  input: CreateInput,
  success: poolSuccess('PoolCreateSuccess', 'The pool exists.'),
  errors: ['ValidationError', 'ConflictError', 'RuleError'],
  resolve: poolCreate,
});

const UpdateInput = builder.inputRef<PoolUpdateInput>('PoolUpdateInput').implement({
  description: 'Which pool to change, and what: a field left out stays, null clears.',
  fields: (t) => ({
    poolCode: t.string({ required: true, description: 'Exactly this one; it never changes.' }),
    name: t.string({ description: '1 to 200 characters. Never empty.' }),
    description: t.string({ description: '2,000 characters at most.' }),
    expectedVersion: t.int({ description: '`Pool.version` as it was read; refuses where it has moved.' }),
  }),
});

mutation('poolUpdate', {
  description: 'A field left out stays, null clears; the code never changes. Needs `pools:manage`.',
  input: UpdateInput,
  success: poolSuccess('PoolUpdateSuccess', 'The pool is as it is to be.'),
  errors: ['ValidationError', 'NotFoundError', 'VersionConflictError', 'RuleError'],
  resolve: poolUpdate,
});

const DeleteInput = builder.inputRef<PoolDeleteInput>('PoolDeleteInput').implement({
  description: 'Which pool to delete.',
  fields: (t) => ({ poolCode: t.string({ required: true, description: 'Exactly this one.' }) }),
});

mutation('poolDelete', {
  description:
    'Refused while a user or an app refers to it (`POOL_IN_USE`, with one of them), and for `default` (`BUILT_IN`). Needs `pools:manage`.',
  input: DeleteInput,
  success: builder.objectRef<PoolOutcome>('PoolDeleteSuccess').implement({
    description: 'The pool is gone.',
    fields: (t) => ({
      deletedPoolId: t.id({ description: '`pool_…`', resolve: ({ poolId }) => encodeId('pool', poolId) }),
    }),
  }),
  errors: ['NotFoundError', 'RuleError', 'ConflictError'],
  resolve: poolDelete,
});

// ---------------------------------------------------------------- people in pools

const placeInput = <Input extends { readonly userId: string; readonly poolCode: string }>(name: string, description: string) =>
  builder.inputRef<Input>(name).implement({
    description,
    fields: (t) =>
      ({
        userId: t.id({ required: true, description: '`user_…`' }),
        poolCode: t.string({ required: true, description: 'Exactly this one.' }),
      }) as never,
  });

interface PlaceOutcome extends UserOutcome {
  readonly changed: boolean;
}

/** A pool that is deleted as soon as the last person has left it: who may see it is shown how it was. */
async function asLeft({ asking }: Context, { createdAt, updatedAt, ...pool }: HomePool): Promise<Visible<PoolRow> | null> {
  const row: PoolRow = { ...pool, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
  return visible.pool(await asking.reach(), row) ? row : null;
}

mutation('poolSetUserHome', {
  description:
    "Moves the user's home; `EMAIL_TAKEN` (or `EXTERNAL_ID_TAKEN`) where the address is at home or tagged there already. A tag of the new home falls away; the old home is not kept as a tag. Needs `pools:manage`.",
  input: placeInput<PoolSetUserHomeInput>('PoolSetUserHomeInput', 'Whose home, and where it is from now on.'),
  success: builder.objectRef<PlaceOutcome & { readonly previous: HomePool }>('PoolSetUserHomeSuccess').implement({
    description: 'The person is at home there.',
    fields: (t) => ({
      user: t.field(theUser),
      previous: t.field({
        type: Pool,
        description:
          'Where their home was before, as it was then where it has been deleted since; the present one where nothing changed.',
        resolve: async ({ previous }, _args, context) =>
          (await context.asking.loaders.pool.byId.load(previous.id)) ?? present(asLeft(context, previous)),
      }),
      changed: t.exposeBoolean('changed', { description: 'False where they were at home there already.' }),
    }),
  }),
  errors: ['NotFoundError', 'ConflictError', 'PowerError', 'RuleError'],
  resolve: poolSetUserHome,
});

mutation('poolAddUser', {
  description:
    'Tags the user into a further pool; once is enough. Refused for the home pool (`HOME_POOL`) and where the address is taken there (`EMAIL_TAKEN`). Needs `pools:manage`.',
  input: placeInput<PoolAddUserInput>('PoolAddUserInput', 'Whom to tag, and into which pool.'),
  success: builder.objectRef<PlaceOutcome>('PoolAddUserSuccess').implement({
    description: 'The person is tagged into the pool.',
    fields: (t) => ({
      user: t.field(theUser),
      changed: t.exposeBoolean('changed', { description: 'False where they were tagged already.' }),
    }),
  }),
  errors: ['NotFoundError', 'ConflictError', 'PowerError', 'RuleError'],
  resolve: poolAddUser,
});

mutation('poolRemoveUser', {
  description: 'Takes the tag away; no tag is no error, the home pool is (`HOME_POOL`). Needs `pools:manage`.',
  input: placeInput<PoolRemoveUserInput>('PoolRemoveUserInput', 'Whose tag to take away, and of which pool.'),
  success: builder.objectRef<PlaceOutcome>('PoolRemoveUserSuccess').implement({
    description: 'The person is not tagged into the pool.',
    fields: (t) => ({
      user: t.field(theUser),
      changed: t.exposeBoolean('changed', { description: 'False where they were not tagged.' }),
    }),
  }),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: poolRemoveUser,
});
