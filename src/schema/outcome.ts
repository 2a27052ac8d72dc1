import type { Context } from '../context.ts';
import { RequestError } from '../errors.ts';
import { builder } from './builder.ts';
import { User } from './user-type.ts';

/**
 * The row that a mutation's outcome names, as its reader may see it now. Throws NOT_FOUND where it is gone or out of their
 * sight, as the repetition of a request with an idempotency key can find it.
 */
export async function present<Row>(found: Promise<Row | null>): Promise<Row> {
  const row = await found;
  if (row === null)
    throw new RequestError('NOT_FOUND', 'It was done; what it answers with is gone, or is not yours to see any more.');
  return row;
}

/** What a mutation comes to that is about one person. */
export interface UserOutcome {
  readonly userId: string;
}

/** The field `user` of a success: `user: t.field(theUser)`. */
export const theUser = {
  type: User,
  description: 'The person as they are now.',
  resolve: ({ userId }: UserOutcome, _args: object, { asking }: Context) => present(asking.loaders.user.byId.load(userId)),
} as const;

/** A success that shows the person and no more. */
export const userSuccess = (name: string, description: string) =>
  builder.objectRef<UserOutcome>(name).implement({ description, fields: (t) => ({ user: t.field(theUser) }) });

/** The roles that an outcome names, in its order. */
export const rolesById = ({ asking }: Context, ids: readonly string[]) =>
  Promise.all(ids.map((id) => present(asking.loaders.role.byId.load(id))));

/** A success with nothing to show. */
export const doneSuccess = (name: string, description: string) =>
  builder.objectRef<{ ok: boolean }>(name).implement({
    description,
    fields: (t) => ({ ok: t.exposeBoolean('ok', { description: 'True.' }) }),
  });

/** An input that names a person and no more. */
export const userInput = <Input extends { readonly userId: string }>(name: string, description: string) =>
  builder.inputRef<Input>(name).implement({
    description,
    fields: (t) => ({ userId: t.id({ required: true, description: '`user_…`' }) }) as never,
  });
