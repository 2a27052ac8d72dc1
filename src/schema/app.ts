import { encodeId } from '../ids.ts';
import type { AppGrantRow, AppRow } from '../loaders/app.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';
import { Pool } from './pool.ts';
import { User } from './user-type.ts';

export const AppStatus = builder.enumType('AppStatus', {
  description: 'Whether an app takes logins.',
  values: { ACTIVE: { description: 'It does.' }, DISABLED: { description: 'Nobody signs in to it.' } } as const,
});

export const App = builder.objectRef<Visible<AppRow>>('App').implement({
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
  }),
});

export const AppGrantStatus = builder.enumType('AppGrantStatus', {
  description: 'Whether a grant gives access now.',
  values: { ACTIVE: { description: 'It does.' }, REVOKED: { description: 'It did, and was taken away.' } } as const,
});

export const AppGrant = builder.objectRef<Visible<AppGrantRow>>('AppGrant').implement({
  description: "One user's access to one app. Visible to the user and to staff with `apps:read`.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`grant_…`', resolve: (grant) => encodeId('grant', grant.id) }),
    app: t.expose('app', { type: App, description: 'What it gives access to.' }),
    user: t.field({
      type: User,
      description: 'Who has it.',
      resolve: async (grant, _args, { asking }) => (await asking.loaders.user.byId.load(grant.userId))!,
    }),
    status: t.expose('status', { type: AppGrantStatus, description: 'Whether it gives access now.' }),
    grantedAt: t.expose('grantedAt', { type: 'DateTime', description: 'When it was given, the last time.' }),
    grantedBy: t.field({
      type: User,
      nullable: true,
      description: 'Null where a login granted it, or where the granter is gone or not yours to see.',
      resolve: (grant, _args, { asking }) => (grant.grantedById ? asking.loaders.user.byId.load(grant.grantedById) : null),
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken away; null while active.',
    }),
    revokedBy: t.field({
      type: User,
      nullable: true,
      description: 'Who took it away; null while active, or where that person is gone or not yours to see.',
      resolve: (grant, _args, { asking }) => (grant.revokedById ? asking.loaders.user.byId.load(grant.revokedById) : null),
    }),
  }),
});
