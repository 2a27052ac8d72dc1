import { decodeId, encodeId } from '../ids.ts';
import { appGrantOrder } from '../loaders/app-grant.ts';
import { appGrantWhere } from '../loaders/app-grant-where.ts';
import { pageRequest } from '../loaders/page.ts';
import { isText } from '../text.ts';
import { AppGrantConnection, AppGrantStatus } from './app-grant.ts';
import { App } from './app-type.ts';
import { builder } from './builder.ts';
import { mostRows, pageArguments } from './connection.ts';
import { guard, need } from './guard.ts';
import { Node } from './node.ts';
import { Pool } from './pool.ts';

export const AppStatus = builder.enumType('AppStatus', {
  description: 'Whether an app takes logins.',
  values: { ACTIVE: { description: 'It does.' }, DISABLED: { description: 'Nobody signs in to it.' } } as const,
});

App.implement({
  description: 'An application that users sign in to.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`app_…`', resolve: (app) => encodeId('app', app.id) }),
    code: t.exposeString('code', { description: 'Unique; never changes.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    description: t.exposeString('description', { nullable: true, description: 'What the app is for.' }),
    url: t.exposeString('url', { nullable: true, description: 'Where it lives.' }),
    status: t.expose('status', { type: AppStatus, description: 'Whether it takes logins.' }),
    autoGrantOnSignup: t.exposeBoolean('autoGrantOnSignup', {
      description:
        'Whether a login grants access by itself. It re-admits a user whose grant was revoked: switch it off for invite-only apps.',
    }),
    homePool: t.field({
      type: Pool,
      nullable: true,
      description: "The pool that new users of the app register into; null where the reader can't see it.",
      resolve: (app, _args, { asking }) => asking.loaders.pool.byId.load(app.homePoolId),
    }),
    readPools: t.field({
      type: [Pool],
      description: 'The pools, the home pool first, in which a login of the app finds its user; those that the reader can see.',
      resolve: (app, _args, { asking }) => asking.loaders.pool.ofApp.load(app.id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
    userCount: t.int({
      nullable: true,
      authScopes: need('App.userCount'),
      description: 'Users with an active grant. Needs `apps:read`.',
      resolve: (app, _args, { asking }) => asking.loaders.app.userCount.load(app.id),
    }),
    grants: t.field({
      type: AppGrantConnection,
      nullable: true,
      authScopes: need('App.grants'),
      description: 'Who has access, newest first; every status where none is named. Needs `apps:read`.',
      args: {
        ...pageArguments(t.arg),
        status: t.arg({ type: [AppGrantStatus], description: 'Of these statuses alone.' }),
        search: t.arg.string({
          description: "Every word must occur in the user's e-mail address, name or external id; any case.",
        }),
      },
      resolve: ({ id }, { status, search, ...page }, context) =>
        context.asking.loaders.appGrant.ofApp(
          id,
          pageRequest(`App.grants ${id}`, appGrantOrder, page, mostRows(context)),
          appGrantWhere({ status, search }),
        ),
    }),
  }),
});

builder.queryField('apps', (t) =>
  t.withAuth(guard('apps')).field({
    type: [App],
    nullable: true,
    description: 'Every app, by code. Needs `apps:read`.',
    resolve: (_root, _args, { asking }) => asking.loaders.app.all(),
  }),
);

builder.queryField('app', (t) =>
  t.withAuth(guard('app')).field({
    type: App,
    nullable: true,
    description: 'An app by id; null where there is none, or where it is not yours to see.',
    args: { id: t.arg.id({ required: true, description: '`app_…`' }) },
    resolve: (_root, { id }, { asking }) => {
      const uuid = decodeId('app', id);
      return uuid ? asking.loaders.app.byId.load(uuid) : null;
    },
  }),
);

builder.queryField('appByCode', (t) =>
  t.withAuth(guard('appByCode')).field({
    type: App,
    nullable: true,
    description: 'An app by code; null where there is none, or where it is not yours to see.',
    args: { code: t.arg.string({ required: true, description: 'Exactly this one.' }) },
    resolve: (_root, { code }, { asking }) => (isText(code) ? asking.loaders.app.byCode.load(code) : null),
  }),
);
