import { access } from '../resolvers/user/access.ts';
import { builder } from './builder.ts';
import { Membership } from './membership.ts';
import { Role } from './role.ts';
import { User } from './user-type.ts';

type Found = Awaited<ReturnType<typeof access>>;

const AccessPath = builder.objectRef<Found['paths'][number]>('AccessPath').implement({
  description: 'One way by which a permission comes.',
  fields: (t) => ({
    role: t.field({
      type: Role,
      description: 'The role that carries it, or what it comes with.',
      resolve: ({ role }) => role.row,
    }),
    membership: t.field({
      type: Membership,
      nullable: true,
      description: "Where it is an organization's role: the membership that has it. Null where the reader can't see that.",
      resolve: ({ membershipId }, _args, { asking }) => (membershipId ? asking.loaders.membership.byId.load(membershipId) : null),
    }),
  }),
});

const Access = builder.objectRef<Found & { readonly permission: string }>('Access').implement({
  description: 'Why a user does or does not hold a permission.',
  fields: (t) => ({
    allowed: t.boolean({ description: 'Whether the user holds it.', resolve: ({ reason }) => reason === null }),
    permission: t.exposeString('permission', { description: 'The code that was asked for.' }),
    paths: t.field({
      type: [AccessPath],
      description:
        'Every role through which the permission comes, with the membership where it is an organization role. Empty where not allowed.',
      extensions: { listSize: 3 },
      resolve: ({ paths }) => [...paths],
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description:
        'Why not, in one sentence, where not allowed: no role carries it, the membership is suspended, the user is suspended, …',
    }),
  }),
});

builder.objectField(User, 'access', (t) =>
  t.field({
    type: Access,
    description:
      'Whether the user holds a permission, and through which grants. A code that does not exist is not allowed, with that as the reason.',
    args: {
      permission: t.arg.string({ required: true, description: '`noun:verb`, such as `users:read` or `org:members:invite`.' }),
      organizationId: t.arg.id({ description: 'Where; needed for a permission of organizations alone.' }),
    },
    resolve: async (user, { permission, organizationId }, context) => ({
      ...(await access(context, user, permission, organizationId ?? null)),
      permission,
    }),
  }),
);
