import { encodeId } from '../ids.ts';
import type { AppGrantRow } from '../loaders/app-grant.ts';
import type { Visible } from '../policy.ts';
import { App } from './app-type.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { Node } from './node.ts';
import { User } from './user-type.ts';

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

export const AppGrantConnection = connectionType<AppGrantRow>('AppGrant', AppGrant);
