import type { InputRef, ObjectRef } from '@pothos/core';
import type { Context, SignedInContext } from '../context.ts';
import { Refusal, RequestError, ruleRefusal } from '../errors.ts';
import { decodeId } from '../ids.ts';
import { type FieldThere, isRefusedWhileImpersonating, type PolicyRow, policy, type RootField } from '../policy.ts';
import { assertAllowedThere } from '../resolvers/organization/there.ts';
import { builder, recordForbidden } from './builder.ts';
import { guard } from './guard.ts';
import { refusalTypes, type ShownRefusal } from './refusals.ts';

type ContextOf<Name extends RootField> = (typeof policy)[Name] extends 'anyone' ? Context : SignedInContext;

/**
 * Declares a mutation: `userSetRoles(input: UserSetRolesInput!): UserSetRolesResult!`, guarded by its policy row, with
 * the result's union of `success` (an object named `UserSetRolesSuccess`) and the refusals that the resolver may throw.
 * A refusal that is not declared here is a bug, and is masked like one.
 */
export function mutation<Name extends RootField, Success extends object, Input = undefined>(
  name: Name,
  options: {
    description: string;
    input?: InputRef<Input>;
    success: ObjectRef<any, Success>;
    errors: readonly (keyof typeof refusalTypes)[];
    resolve: (context: ContextOf<Name>, input: Input) => Promise<Success>;
  },
): void {
  const typeName = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const Result = builder.unionType(`${typeName}Result`, {
    description: `What \`${name}\` answers: success, or why not.`,
    types: [options.success, ...options.errors.map((error) => refusalTypes[error])],
    resolveType: (value: unknown) => (value as { __typename: string }).__typename,
  });

  async function answer(context: Context, input: unknown): Promise<object> {
    try {
      const reach = (context as Partial<SignedInContext>).reach;
      if (reach && isJudgedThere(name)) assertAllowedThere(reach, name, (input as { organizationId: string }).organizationId);
      if (reach && isRefusedWhileImpersonating(policy[name], reach)) throw ruleRefusal('WHILE_IMPERSONATING');
      return { __typename: `${typeName}Success`, ...(await options.resolve(context as ContextOf<Name>, input as Input)) };
    } catch (error) {
      if (error instanceof Refusal && (options.errors as readonly string[]).includes(error.type)) return shown(error);
      if (error instanceof Refusal && error.code === 'TOO_MANY_ATTEMPTS') {
        throw new RequestError('TOO_MANY_ATTEMPTS', error.message, error.data);
      }
      if (error instanceof RequestError && error.code === 'FORBIDDEN' && isJudgedThere(name)) {
        const organizationId = decodeId('org', (input as { organizationId: string }).organizationId);
        await recordForbidden(context, name, { needs: String(error.extensions.needs), organizationId });
      }
      throw error;
    }
  }

  builder.mutationField(name, (t) =>
    t.withAuth(guard(name) as { caller: Name }).field({
      description: options.description,
      type: Result,
      ...(options.input && {
        args: { input: t.arg({ type: options.input as never, required: true, description: 'What to do.' }) },
      }),
      resolve: (_root: unknown, args: { input?: unknown }, context: Context) => answer(context, args.input) as never,
    } as never),
  );
}

/** Whether the row asks for something in an organization, which only the input names. */
const isJudgedThere = (name: RootField): name is FieldThere => {
  const row: PolicyRow = policy[name];
  return typeof row === 'object' && row.orThere !== undefined;
};

const shown = (refusal: Refusal): ShownRefusal => ({
  __typename: refusal.type,
  code: refusal.code,
  message: refusal.message,
  path: refusal.place,
  ...refusal.data,
});
