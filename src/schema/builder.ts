import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { recordRefused } from '../audit.ts';
import type { Context, SignedInContext } from '../context.ts';
import { forbidden, RequestError } from '../errors.ts';
import { type PolicyRow, policy, type RootField } from '../policy.ts';
import './budget.ts';

// Pothos refines inputs with `{}`, which `unknown` does not satisfy.
type JsonObject = Record<string, any>;

/** The one builder. `guard` gives the scopes; fields behind it have a context with a `reach`. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  AuthScopes: { anyone: RootField; caller: RootField };
  AuthContexts: { anyone: Context; caller: SignedInContext };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    EmailAddress: { Input: string; Output: string };
    JSONObject: { Input: JsonObject; Output: JsonObject };
  };
}>({
  defaultFieldNullability: false,
  // scope-auth comes first, so that nothing of another plugin runs for a caller who is refused.
  plugins: [ScopeAuthPlugin, 'budget'],
  scopeAuth: {
    authScopes: (context) => ({
      anyone: () => true,
      caller: (field) => admit(context, field),
    }),
  },
});

/** Lets a caller through to a root field, or throws; a refused one leaves an audit event. */
async function admit(context: Context, field: RootField): Promise<true> {
  const reach = await context.asking.reach();
  if (!reach) throw new RequestError('UNAUTHENTICATED', 'Sign in first.');
  Object.assign(context, { reach });
  const row: PolicyRow = policy[field];
  if (typeof row === 'object' && !reach.permissions.has(row.needs)) await refuse(context, field, row.needs);
  return true;
}

/** Records that the caller was refused a field, then throws FORBIDDEN. */
export async function refuse(context: Context, field: string, needs: string): Promise<never> {
  const reach = await context.asking.reach();
  await recordRefused({ ...context, reach }, [`forbidden ${reach?.sessionId} ${field}`], {
    action: 'access.forbidden',
    metadata: { field, needs },
  });
  throw forbidden(needs);
}

builder.queryType({ description: 'Reading. What a caller may not see is as if it did not exist.' });
builder.mutationType({
  description:
    'Changing. Mutations are named object first, verb second. Each runs in one transaction together with its audit event. One mutation per document; a batch (a JSON array of requests, 20 at most) carries several, each on its own and in order. These come alone, never in a batch: `auth…`, `accountChangePassword`, `accountResetPassword`, `accountSignUp`, `accountAcceptInvitation` with a token, `userSetPassword`, `userCreate` with a password, `userImpersonate`. Those that look at `expectedVersion` refuse with the present object.',
});
