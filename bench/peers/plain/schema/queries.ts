import type { Prisma } from '../../../../src/generated/prisma/client.ts';
import { cursorOf, type Position, positionOf } from '../cursor.ts';
import { toUuid } from '../ids.ts';
import { prisma } from '../prisma.ts';
import { badInput, builder, checkedCount } from './builder.ts';
import { shown, User, type UserRow } from './user.ts';

interface Page {
  readonly rows: UserRow[];
  readonly hasNextPage: boolean;
  readonly where: Prisma.UserWhereInput;
}

const PageInfo = builder.objectRef<Page>('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    endCursor: t.string({ nullable: true, resolve: ({ rows }) => (rows.length > 0 ? cursorOf(rows.at(-1)!) : null) }),
  }),
});

const UserConnection = builder.objectRef<Page>('UserConnection').implement({
  fields: (t) => ({
    nodes: t.expose('rows', { type: [User] }),
    pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
    totalCount: t.int({ resolve: ({ where }) => prisma.user.count({ where }) }),
  }),
});

const UserWhere = builder.inputType('UserWhere', {
  fields: (t) => ({ search: t.string(), appId: t.id(), organizationId: t.id() }),
});

builder.queryField('user', (t) =>
  t.field({
    type: User,
    nullable: true,
    authScopes: { signedIn: true },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { caller }) => {
      const uuid = toUuid('user', id);
      if (uuid !== caller?.userId && !caller?.permissions.has('users:read')) return null;
      return prisma.user.findUnique({ where: { id: uuid }, select: shown });
    },
  }),
);

builder.queryField('users', (t) =>
  t.field({
    type: UserConnection,
    nullable: true,
    authScopes: { permission: 'users:read' },
    args: { first: t.arg.int(), after: t.arg.string(), where: t.arg({ type: UserWhere }) },
    async resolve(_root, { first, after, where: given }) {
      const most = checkedCount(first, 25);
      const position = after == null ? null : positionOf(after);
      if (after != null && !position) throw badInput('This is no cursor.');
      const where = condition(given ?? {});
      const rows = await prisma.user.findMany({
        where: position ? { AND: [where, following(position)] } : where,
        select: shown,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: most + 1,
      });
      return { rows: rows.slice(0, most), hasNextPage: rows.length > most, where };
    },
  }),
);

// The first condition says nothing that the others don't: it lets PostgreSQL begin in the index where the page begins.
const following = ({ createdAt, id }: Position): Prisma.UserWhereInput => ({
  createdAt: { lte: createdAt },
  OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }],
});

const condition = ({ search, appId, organizationId }: (typeof UserWhere)['$inferInput']): Prisma.UserWhereInput => ({
  ...(search && {
    AND: search
      .toLowerCase()
      .split(/\s+/)
      .map((word) => ({ searchText: { contains: word } })),
  }),
  ...(appId && { appGrants: { some: { appId: toUuid('app', appId), status: 'ACTIVE' } } }),
  ...(organizationId && { memberships: { some: { organizationId: toUuid('org', organizationId), status: 'ACTIVE' } } }),
});

const UsersLookup = builder.objectRef<{ users: UserRow[]; missingEmails: string[] }>('UsersLookup').implement({
  fields: (t) => ({
    users: t.expose('users', { type: [User] }),
    missingEmails: t.expose('missingEmails', { type: ['EmailAddress'] }),
  }),
});

builder.queryField('usersLookup', (t) =>
  t.field({
    type: UsersLookup,
    nullable: true,
    authScopes: { permission: 'users:read' },
    args: { emails: t.arg({ type: ['EmailAddress'], required: true }) },
    async resolve(_root, { emails }) {
      if (emails.length > 200) throw badInput('200 addresses at most.');
      const asked = [...new Set(emails)];
      const users = await prisma.user.findMany({
        where: { email: { in: asked } },
        select: shown,
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      const found = new Map<string, UserRow[]>(asked.map((email) => [email, []]));
      for (const user of users) found.get(user.email)!.push(user);
      return {
        users: [...found.values()].flat(),
        missingEmails: asked.filter((email) => found.get(email)!.length === 0),
      };
    },
  }),
);
