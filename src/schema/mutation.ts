import type { InputRef, ObjectRef } from '@pothos/core';
import { isJudgedThere, refusedByRow } from '../admission.ts';
import { recordRefused } from '../audit.ts';
import type { Context, SignedInContext } from '../context.ts';
import { Refusal, RequestError } from '../errors.ts';
import { decodeId } from '../ids.ts';
import { type policy, type RootField, visible } from '../policy.ts';
import { builder, recordForbidden } from './builder.ts';
import { guard } from './guard.ts';
import { refusalTypes, shown } from './refusals.ts';

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
    /** The action of the event that a refused attempt leaves, where what is refused is dangerous: of a mutation that names a person. */
    refusedAs?: `${string}refused`;
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
      const refused = reach && refusedByRow(reach, name, organizationIn(input));
      if (refused) throw refused;
      return { __typename: `${typeName}Success`, ...(await options.resolve(context as ContextOf<Name>, input as Input)) };
    } catch (error) {
      if (error instanceof Refusal && options.refusedAs) await recordAttempt(context, name, options.refusedAs, input, error);
      if (error instanceof Refusal && (options.errors as readonly string[]).includes(error.type)) return shown(error);
      if (error instanceof Refusal && error.code === 'TOO_MANY_ATTEMPTS') {
        throw new RequestError('TOO_MANY_ATTEMPTS', error.message, error.data);
      }
      if (error instanceof RequestError && error.code === 'FORBIDDEN' && isJudgedThere(name)) {
        const organizationId = decodeId('org', organizationIn(input) ?? '');
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

const organizationIn = (input: unknown): string | undefined =>
  (input as { organizationId?: string | null } | undefined)?.organizationId ?? undefined;

/** Leaves the event of a refused attempt; those of one session within a minute are one. */
async function recordAttempt(
  context: Context,
  field: RootField,
  action: string,
  input: unknown,
  { code }: Refusal,
): Promise<void> {
  const { reach = null } = context as Partial<SignedInContext>;
  const subjectId = decodeId('user', (input as { userId: string }).userId);
  const organizationId = decodeId('org', organizationIn(input) ?? '');
  await recordRefused({ ...context, reach }, [`refused ${reach?.sessionId} ${field}`], {
    action,
    ...(subjectId && { subject: { type: 'user', id: subjectId } }),
    // Admins of an organization are told of those who can see it.
    organizationId: organizationId && visible.organization(reach, { id: organizationId }) ? organizationId : null,
    metadata: { code },
  });
}
