import { GraphQLError } from 'graphql';
import { v7 } from 'uuid';
import type { Prisma } from '../../../../src/generated/prisma/client.ts';
import { toUuid } from '../ids.ts';
import { prisma } from '../prisma.ts';
import { badInput, builder } from './builder.ts';
import { shown, User, type UserRow } from './user.ts';

builder.mutationType({});

const UserSetRolesInput = builder.inputType('UserSetRolesInput', {
  fields: (t) => ({ userId: t.id({ required: true }), roleCodes: t.stringList({ required: true }) }),
});

const UserSetRolesSuccess = builder
  .objectRef<{ user: UserRow }>('UserSetRolesSuccess')
  .implement({ fields: (t) => ({ user: t.expose('user', { type: User }) }) });

builder.mutationField('userSetRoles', (t) =>
  t.field({
    type: UserSetRolesSuccess,
    authScopes: { permission: 'users:assign-roles' },
    args: { input: t.arg({ type: UserSetRolesInput, required: true }) },
    resolve: (_root, { input: { userId, roleCodes } }, { caller }) =>
      prisma.$transaction((tx) => setRoles(tx, caller!.userId, toUuid('user', userId), roleCodes)),
  }),
);

const platformRoles = {
  roles: { select: { role: { select: { id: true, code: true, rank: true } } } },
} satisfies Prisma.UserSelect;

async function setRoles(
  tx: Prisma.TransactionClient,
  callerId: string,
  userId: string,
  codes: string[],
): Promise<{ user: UserRow }> {
  await tx.$queryRaw`SELECT id FROM users WHERE id IN (${callerId}::uuid, ${userId}::uuid) ORDER BY id FOR NO KEY UPDATE`;
  const caller = await tx.user.findUniqueOrThrow({
    where: { id: callerId },
    select: { name: true, email: true, ...platformRoles },
  });
  const subject = await tx.user.findUnique({ where: { id: userId }, select: platformRoles });
  if (!subject) throw badInput('There is no such user.');
  const named = await tx.role.findMany({
    where: { builtIn: true, scope: 'PLATFORM', code: { in: codes } },
    orderBy: { rank: 'asc' },
  });
  if (named.length !== codes.length) throw badInput('There is no such role.');
  const held = subject.roles.map(({ role }) => role).sort((a, b) => a.rank - b.rank);
  const rank = Math.min(100, ...caller.roles.map(({ role }) => role.rank));
  if ([...held, ...named].some((role) => role.rank < rank || role.code === 'system_admin')) {
    throw new GraphQLError('This is out of reach.', { extensions: { code: 'FORBIDDEN' } });
  }

  await tx.userRole.deleteMany({ where: { userId, roleId: { notIn: named.map(({ id }) => id) } } });
  await tx.userRole.createMany({ data: named.map(({ id }) => ({ userId, roleId: id })), skipDuplicates: true });
  await tx.session.updateMany({
    where: { impersonatorId: { not: null }, endedAt: null, OR: [{ userId }, { impersonatorId: userId }] },
    data: { endedAt: new Date() },
  });
  await tx.auditEvent.create({
    data: {
      id: v7(),
      action: 'user.roles_set',
      actorId: callerId,
      actorName: caller.name ?? caller.email,
      subjectType: 'user',
      subjectId: userId,
      changes: [{ field: 'roles', before: held.map(({ code }) => code), after: named.map(({ code }) => code) }],
      people: { create: [...new Set([callerId, userId])].map((id) => ({ userId: id })) },
    },
  });
  const user = await tx.user.update({
    where: { id: userId },
    data: { version: { increment: 1 }, tokenVersion: { increment: 1 }, updatedAt: new Date() },
    select: shown,
  });
  return { user };
}
