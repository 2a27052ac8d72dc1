import { argumentsOf, variablesOf } from './cost.ts';
import type { Operation } from './operation.ts';
import { rootFields } from './shape.ts';

const alwaysAlone = new Set([
  'accountChangePassword',
  'accountResetPassword',
  'accountSignUp',
  'userSetPassword',
  'userImpersonate',
]);

/**
 * The mutation in the operation that must come alone, never in a batch: a batch would multiply guesses at passwords and
 * links by its size, or go on under another session than it began with. Null where there is none.
 */
export function mustComeAlone({ definition, document, params }: Operation): string | null {
  if (definition.operation !== 'mutation') return null;
  const known = variablesOf(definition, params.variables);
  for (const field of rootFields(definition.selectionSet, document.fragments)) {
    const name = field.name.value;
    if (name.startsWith('auth') || alwaysAlone.has(name)) return name;
    const input = (argumentsOf(field, known).input ?? {}) as Record<string, unknown>;
    if (name === 'userCreate' && input.password != null) return 'userCreate with a password';
    if (name === 'accountAcceptInvitation' && input.token != null) return 'accountAcceptInvitation with a token';
  }
  return null;
}
