import type { UserRow } from '../loaders/user.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';

/** The type that everything refers to; `src/schema/user.ts` says what it has. */
export const User = builder.objectRef<Visible<UserRow>>('User');

export const UserConnection = connectionType<UserRow>('User', User);
