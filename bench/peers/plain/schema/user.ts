import type { Prisma } from '../../../../src/generated/prisma/client.ts';
import { toId } from '../ids.ts';
import { builder, checkedCount } from './builder.ts';
import { AppGrant, MembershipConnection, Pool, Role, Session } from './parts.ts';

/** What of a user is ever shown; never the hash of the password. */
export const shown = {
  id: true,
  email: true,
  name: true,
  status: true,
  suspendedUntil: true,
  createdAt: true,
  homePoolId: true,
} satisfies Prisma.UserSelect;

export type UserRow = Prisma.UserGetPayload<{ select: typeof shown }>;

const UserStatus = builder.enumType('UserStatus', { values: ['ACTIVE', 'SUSPENDED'] as const });

export const User = builder.objectRef<UserRow>('User').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => toId('user', id) }),
    email: t.expose('email', { type: 'EmailAddress' }),
    name: t.exposeString('name', { nullable: true }),
    status: t.field({
      type: UserStatus,
      resolve: ({ status, suspendedUntil }) => (suspendedUntil && suspendedUntil <= new Date() ? 'ACTIVE' : status),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    homePool: t.field({
      type: Pool,
      resolve: async ({ homePoolId }, _args, { loaders }) => (await loaders.pool.load(homePoolId))!,
    }),
    roles: t.field({
      type: [Role],
      resolve: async ({ id }, _args, { loaders }) => (await loaders.rolesOfUser.load(id)).map(({ role }) => role),
    }),
    appGrants: t.field({ type: [AppGrant], resolve: ({ id }, _args, { loaders }) => loaders.grantsOfUser.load(id) }),
    memberships: t.field({
      type: MembershipConnection,
      args: { first: t.arg.int() },
      async resolve({ id }, { first }, { loaders }) {
        const most = checkedCount(first, 25);
        return { nodes: (await loaders.membershipsOfUser.load(id)).slice(0, most) };
      },
    }),
    sessions: t.field({
      type: [Session],
      args: { first: t.arg.int() },
      async resolve({ id }, { first }, { loaders }) {
        const most = checkedCount(first, 100);
        return (await loaders.sessionsOfUser.load(id)).slice(0, most);
      },
    }),
    sessionCount: t.int({
      resolve: async ({ id }, _args, { loaders }) => (await loaders.sessionCountOfUser.load(id))?._count ?? 0,
    }),
  }),
});
