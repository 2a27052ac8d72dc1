import type { InputIssue, Refusal, RefusalType } from '../errors.ts';
import { builder } from './builder.ts';
import { InvitationStatus } from './invitation.ts';
import { findNode, Node } from './node.ts';
import { Organization } from './organization-type.ts';

/** A refusal as the answer shows it. */
export interface ShownRefusal {
  readonly __typename: RefusalType;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
}

export const shown = (refusal: Refusal): ShownRefusal => ({
  __typename: refusal.type,
  code: refusal.code,
  message: refusal.message,
  path: refusal.place,
  ...refusal.data,
});

export const MutationError = builder.interfaceRef<ShownRefusal>('MutationError').implement({
  description:
    'An expected refusal of a mutation. Ask for `... on MutationError { code message path }` and no later member breaks the client. Not signed in, not allowed, malformed, too costly and broken are top-level `errors` with `extensions.code`.',
  resolveType: (refusal) => refusal.__typename,
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable; for programs.' }),
    message: t.exposeString('message', { description: 'One sentence; for people.' }),
    path: t.stringList({
      nullable: true,
      description: 'Where in the input, such as `["input", "email"]`.',
      resolve: ({ path }) => path && [...path],
    }),
  }),
});

const InputIssueType = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'One thing that is wrong with an input.',
  fields: (t) => ({
    path: t.stringList({ description: 'Where in the input.', resolve: ({ path }) => [...path] }),
    code: t.exposeString('code', { description: 'Stable; for programs.' }),
    message: t.exposeString('message', { description: 'One sentence; for people.' }),
  }),
});

export const ValidationError = builder.objectRef<ShownRefusal & { issues: InputIssue[] }>('ValidationError').implement({
  description: '`VALIDATION_FAILED`: the input is not acceptable. All that is wrong with it, at once.',
  interfaces: [MutationError],
  fields: (t) => ({
    issues: t.expose('issues', { type: [InputIssueType], description: 'Everything that is wrong, in the order of the input.' }),
  }),
});

export const NotFoundError = builder.objectRef<ShownRefusal & { id?: string }>('NotFoundError').implement({
  description: '`NOT_FOUND`: there is no such object, or it is not yours to see.',
  interfaces: [MutationError],
  fields: (t) => ({ id: t.exposeString('id', { nullable: true, description: 'The id that was asked for.' }) }),
});

export const ConflictError = builder.objectRef<ShownRefusal & { existing: string | null }>('ConflictError').implement({
  description:
    '`EMAIL_TAKEN`, `EXTERNAL_ID_TAKEN`, `SLUG_TAKEN`, `CODE_TAKEN`, `ALREADY_MEMBER`, `POOL_IN_USE`: it clashes with what exists.',
  interfaces: [MutationError],
  fields: (t) => ({
    existing: t.field({
      type: Node,
      nullable: true,
      description: 'What it clashes with, where the caller may see it.',
      resolve: ({ existing }, _args, { asking }) => (existing === null ? null : findNode(asking, existing)),
    }),
  }),
});

export const VersionConflictError = builder
  .objectRef<ShownRefusal & { currentVersion: number; current: string }>('VersionConflictError')
  .implement({
    description: '`VERSION_CONFLICT`: somebody changed it since `expectedVersion`.',
    interfaces: [MutationError],
    fields: (t) => ({
      currentVersion: t.exposeInt('currentVersion', { description: 'The version that it has now.' }),
      current: t.field({
        type: Node,
        nullable: true,
        description: 'The object as it is now, where the caller may see it.',
        resolve: ({ current }, _args, { asking }) => findNode(asking, current),
      }),
    }),
  });

export const PowerError = builder.objectRef<ShownRefusal & { roles: string[]; permissions: string[] }>('PowerError').implement({
  description:
    '`RANK_TOO_LOW` where a role or person is more powerful than the caller, `PERMISSION_NOT_HELD` where the caller would give what it lacks.',
  interfaces: [MutationError],
  fields: (t) => ({
    roles: t.exposeStringList('roles', { description: 'Role codes out of reach.' }),
    permissions: t.exposeStringList('permissions', { description: 'Permission codes that the caller lacks.' }),
  }),
});

export const RuleError = builder.objectRef<ShownRefusal>('RuleError').implement({
  description:
    '`SELF_NOT_ALLOWED`, `LAST_SYSTEM_ADMIN`, `LAST_ORG_ADMIN`, `OWNER_PROTECTED`, `BUILT_IN`, `HOME_POOL`, `APP_DISABLED`, `USER_SUSPENDED`, `ORGANIZATION_SUSPENDED`, `NOT_A_MEMBER` (where an active member is needed and this one is suspended), `NOT_IMPERSONATING`, `WHILE_IMPERSONATING`: a rule of the domain forbids it in this state.',
  interfaces: [MutationError],
});

export const OwnsOrganizationsError = builder
  .objectRef<ShownRefusal & { organizations: string[] }>('OwnsOrganizationsError')
  .implement({
    description: '`OWNS_ORGANIZATIONS`: transfer or delete these first.',
    interfaces: [MutationError],
    fields: (t) => ({
      organizations: t.field({
        type: [Organization],
        description: 'What the person owns, of what the reader can see, newest first.',
        resolve: async ({ organizations }, _args, { asking }) => {
          const found = await Promise.all(organizations.map((id) => asking.loaders.organization.byId.load(id)));
          return found.filter((organization) => organization !== null);
        },
      }),
    }),
  });

export const StalePlanError = builder.objectRef<ShownRefusal>('StalePlanError').implement({
  description: '`STALE_PLAN`: what the preview showed no longer holds, or its token is too old.',
  interfaces: [MutationError],
});

export const InvitationError = builder
  .objectRef<ShownRefusal & { status: 'EXPIRED' | 'ACCEPTED' | 'REVOKED' | 'DECLINED' }>('InvitationError')
  .implement({
    description: '`INVITATION_EXPIRED`, `INVITATION_USED`, `INVITATION_REVOKED`, `INVITATION_DECLINED`.',
    interfaces: [MutationError],
    fields: (t) => ({ status: t.expose('status', { type: InvitationStatus, description: 'What became of the invitation.' }) }),
  });

export const AuthenticationError = builder.objectRef<ShownRefusal & { retryAt?: Date | null }>('AuthenticationError').implement({
  description:
    '`INVALID_CREDENTIALS`, `ACCOUNT_LOCKED`, `ACCOUNT_SUSPENDED`, `APP_NOT_FOUND`, `APP_ACCESS_DENIED`, `APP_DISABLED`, `NOT_A_MEMBER`, `ORGANIZATION_SUSPENDED`, `REFRESH_TOKEN_INVALID`, `REFRESH_CONFLICT`, `REFRESH_TOKEN_REUSED`, `RESET_TOKEN_INVALID`, `TOO_MANY_ATTEMPTS`.',
  interfaces: [MutationError],
  fields: (t) => ({
    retryAt: t.expose('retryAt', { type: 'DateTime', nullable: true, description: 'When to try again, where waiting helps.' }),
  }),
});

/** The members of results by name. */
export const refusalTypes = {
  ValidationError,
  NotFoundError,
  ConflictError,
  VersionConflictError,
  PowerError,
  RuleError,
  OwnsOrganizationsError,
  StalePlanError,
  InvitationError,
  AuthenticationError,
} as const;
