import { encodeId } from '../ids.ts';
import { pageRequest } from '../loaders/page.ts';
import type { PoolRow } from '../loaders/pool.ts';
import { userOrder } from '../loaders/user.ts';
import { userWhere } from '../loaders/user-where.ts';
import type { Visible } from '../policy.ts';
import { isText } from '../text.ts';
import { App } from './app-type.ts';
import { builder } from './builder.ts';
import { mostRows, pageArguments } from './connection.ts';
import { guard, need } from './guard.ts';
import { Node } from './node.ts';
import { UserConnection } from './user-type.ts';
import { UserOrder, UserWhere } from './user-where.ts';

export const Pool = builder.objectRef<Visible<PoolRow>>('Pool').implement({
  description: 'A home for identities: e-mail addresses are unique within one. The pool `default` always exists.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`pool_…`', resolve: (pool) => encodeId('pool', pool.id) }),
    code: t.exposeString('code', { description: 'Lower-case letters, digits, `-` and `_`; 100 at most.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    description: t.exposeString('description', { nullable: true, description: 'What the pool is for.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
    userCount: t.int({
      nullable: true,
      authScopes: need('Pool.userCount'),
      description: 'Users at home in the pool or tagged into it, each counted once. Needs `pools:read`.',
      resolve: (pool, _args, { asking }) => asking.loaders.pool.userCount.load(pool.id),
    }),
    homeCount: t.int({
      nullable: true,
      authScopes: need('Pool.homeCount'),
      description: 'Users at home in the pool. Needs `pools:read`.',
      resolve: (pool, _args, { asking }) => asking.loaders.pool.homeCount.load(pool.id),
    }),
    tagCount: t.int({
      nullable: true,
      authScopes: need('Pool.tagCount'),
      description: 'Users tagged into the pool, whose home is another. Needs `pools:read`.',
      resolve: (pool, _args, { asking }) => asking.loaders.pool.tagCount.load(pool.id),
    }),
    apps: t.field({
      type: [App],
      nullable: true,
      authScopes: need('Pool.apps'),
      description: 'Apps that register into the pool or read from it, by code. Needs `apps:read`.',
      resolve: (pool, _args, { asking }) => asking.loaders.app.ofPool.load(pool.id),
    }),
    users: t.field({
      type: UserConnection,
      nullable: true,
      authScopes: need('Pool.users'),
      description: 'Users at home in the pool or tagged into it, newest first unless told. Needs `users:read`.',
      args: {
        ...pageArguments(t.arg),
        where: t.arg({ type: UserWhere, description: 'Only who matches.' }),
        orderBy: t.arg({ type: UserOrder, description: 'Newest first unless told.' }),
      },
      resolve: ({ id }, { where, orderBy, ...page }, context) => {
        const order = userOrder(orderBy?.field ?? 'CREATED_AT', orderBy?.direction ?? 'DESC');
        const request = pageRequest(`Pool.users ${id}`, order, page, mostRows(context));
        return context.asking.loaders.user.ofPool(id, request, userWhere(where));
      },
    }),
  }),
});

builder.queryField('pools', (t) =>
  t.withAuth(guard('pools')).field({
    type: [Pool],
    nullable: true,
    description: 'Every pool, by code. Needs `pools:read`.',
    // A person is in few pools; these are all there are.
    extensions: { listSize: 10 },
    resolve: (_root, _args, { asking }) => asking.loaders.pool.all(),
  }),
);

builder.queryField('poolByCode', (t) =>
  t.withAuth(guard('poolByCode')).field({
    type: Pool,
    nullable: true,
    description: 'A pool by code; null where there is none, or where it is not yours to see.',
    args: { code: t.arg.string({ required: true, description: 'Exactly this one.' }) },
    resolve: (_root, { code }, { asking }) => (isText(code) ? asking.loaders.pool.byCode.load(code) : null),
  }),
);
