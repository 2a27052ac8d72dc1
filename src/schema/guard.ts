import { policy, type RootField } from '../policy.ts';

type Open = { [Field in RootField]: (typeof policy)[Field] extends 'anyone' ? Field : never }[RootField];

/**
 * The scope of a root field, by its row in the policy table: `t.withAuth(guard('users'))`. Behind a row that asks for a
 * signed-in caller, the field's context has a `reach`.
 */
export function guard<Field extends RootField>(field: Field): Field extends Open ? { anyone: Field } : { caller: Field } {
  return (policy[field] === 'anyone' ? { anyone: field } : { caller: field }) as never;
}
