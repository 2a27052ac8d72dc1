import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { refusedAtTheDoor } from '../admission.ts';
import { recordRefused } from '../audit.ts';
import type { Context, SignedInContext } from '../context.ts';
import { forbidden } from '../errors.ts';
import { type FieldRow, fieldPolicy, type GuardedField, may, mayIn, needsOf, type RootField } from '../policy.ts';
import './budget.ts';

// Pothos refines inputs with `{}`, which `unknown` does not satisfy.
type JsonObject = Record<string, any>;

/** A field that asks for a permission, and the organization that it belongs to, where it belongs to one. */
export interface Need {
  readonly field: GuardedField;
  readonly organizationId: string;
}

/** The one builder. `guard` gives the scopes; fields behind it have a context with a `reach`. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  AuthScopes: { anyone: RootField; caller: RootField; need: Need };
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
    // Once, before it begins; while it runs, the feed reads the rights.
    authorizeOnSubscribe: true,
    authScopes: (context) => ({
      anyone: () => true,
      caller: (field) => admit(context, field),
      need: (need) => allow(context, need),
    }),
  },
});

/** Lets a caller through to a root field, or throws; a refused one leaves an audit event. */
async function admit(context: Context, field: RootField): Promise<true> {
  const reach = await context.asking.reach();
  const turnedAway = refusedAtTheDoor(reach, field);
  if (turnedAway) {
    if (turnedAway.code === 'FORBIDDEN') await recordForbidden(context, field, { needs: String(turnedAway.extensions.needs) });
    throw turnedAway;
  }
  Object.assign(context, { reach });
  return true;
}

/** Lets a caller through to a field below the root, or throws. */
async function allow(context: Context, { field, organizationId }: Need): Promise<true> {
  const reach = await context.asking.reach();
  const row: FieldRow = fieldPolicy[field];
  const { needs, orThere } = row;
  if (may(reach, needs) || (orThere && mayIn(reach, organizationId, orThere))) return true;
  return refuse(context, field, { needs: needsOf(row), organizationId: orThere ? organizationId : null });
}

/** Records that the caller was refused a field, then throws FORBIDDEN. */
async function refuse(context: Context, field: string, what: Forbidden): Promise<never> {
  await recordForbidden(context, field, what);
  throw forbidden(what.needs);
}

/** Fields that a request was refused: a list of a hundred that are is one statement. */
const refused = new WeakMap<Context['asking'], Map<string, Promise<void>>>();

interface Forbidden {
  readonly needs: string;
  /** The organization that the field belongs to, whose admins read the event. */
  readonly organizationId?: string | null;
}

/** Leaves the audit event of a field that its caller was refused. */
export async function recordForbidden(context: Context, field: string, forbidden: Forbidden): Promise<void> {
  const { asking } = context;
  const fields = refused.get(asking) ?? new Map<string, Promise<void>>();
  refused.set(asking, fields);
  const recording = fields.get(field) ?? recordRefusal(context, field, forbidden);
  fields.set(field, recording);
  await recording;
}

async function recordRefusal(context: Context, field: string, { needs, organizationId = null }: Forbidden): Promise<void> {
  const reach = await context.asking.reach();
  await recordRefused({ ...context, reach }, [`forbidden ${reach?.sessionId} ${field}`], {
    action: 'access.forbidden',
    organizationId,
    metadata: { field, needs },
  });
}

builder.queryType({ description: 'Reading. What a caller may not see is as if it did not exist.' });
builder.mutationType({
  description:
    'Changing. Mutations are named object first, verb second. Each runs in one transaction together with its audit event. One mutation per document; a batch (a JSON array of requests, 20 at most) carries several, each on its own and in order. These come alone, never in a batch: `auth…`, `accountChangePassword`, `accountResetPassword`, `accountSignUp`, `accountAcceptInvitation` with a token, `userSetPassword`, `userCreate` with a password, `userImpersonate`. Those that look at `expectedVersion` refuse with the present object.',
});
builder.subscriptionType({
  description: 'Following, over server-sent events: `POST /graphql` with `accept: text/event-stream`.',
});
