import { type GuardedField, policy, type RootField } from '../policy.ts';
import type { Need } from './builder.ts';

type Open = { [Field in RootField]: (typeof policy)[Field] extends 'anyone' ? Field : never }[RootField];

/**
 * The scope of a root field, by its row in the policy table: `t.withAuth(guard('users'))`. Behind a row that asks for a
 * signed-in caller, the field's context has a `reach`.
 */
export function guard<Field extends RootField>(field: Field): Field extends Open ? { anyone: Field } : { caller: Field } {
  return (policy[field] === 'anyone' ? { anyone: field } : { caller: field }) as never;
}

/** The scope of a field below the root, by its row: `authScopes: need('Pool.users')`. The field is nullable. */
export const need =
  (field: GuardedField) =>
  (parent: { readonly id: string }): { need: Need } => ({ need: { field, organizationId: parent.id } });
