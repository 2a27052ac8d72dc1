import Bowser from 'bowser';
import { encodeId } from '../ids.ts';
import type { SessionRow } from '../loaders/session.ts';
import type { Visible } from '../policy.ts';
import { App } from './app-type.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';
import { Organization } from './organization-type.ts';
import { User } from './user-type.ts';

export const Session = builder.objectRef<Visible<SessionRow>>('Session').implement({
  description: 'A login, or an impersonation. Visible to its user and to staff with `users:read`, while it lives.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`ses_…`', resolve: (session) => encodeId('ses', session.id) }),
    user: t.field({
      type: User,
      description: 'Who is signed in.',
      resolve: async (session, _args, { asking }) => (await asking.loaders.user.byId.load(session.userId))!,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it began.' }),
    lastActiveAt: t.expose('lastActiveAt', { type: 'DateTime', description: 'To the minute.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends unless it is refreshed before.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'Where it was begun from.' }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'What it was begun with, as it calls itself.' }),
    device: t.string({
      nullable: true,
      description: 'The user agent in words: browser and system.',
      resolve: ({ userAgent }) => (userAgent ? inWords(userAgent) : null),
    }),
    app: t.field({
      type: App,
      nullable: true,
      description: "The app that was signed in to; null without one, or where the reader can't see it.",
      resolve: (session, _args, { asking }) => (session.appId ? asking.loaders.app.byId.load(session.appId) : null),
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: "The organization that the session's token is scoped to; null without one, or where the reader can't see it.",
      resolve: (session, _args, { asking }) =>
        session.organizationId ? asking.loaders.organization.byId.load(session.organizationId) : null,
    }),
    isImpersonation: t.boolean({
      description: 'Whether somebody else acts as the user in it.',
      resolve: (session) => session.impersonatorId !== null,
    }),
    impersonator: t.field({
      type: User,
      nullable: true,
      description: "Who impersonates the user in this session; null where the reader can't see that person.",
      resolve: (session, _args, { asking }) =>
        session.impersonatorId ? asking.loaders.user.byId.load(session.impersonatorId) : null,
    }),
    impersonatorName: t.exposeString('impersonatorName', {
      nullable: true,
      description: 'The same as a name, which the impersonated user sees too.',
    }),
    impersonationReason: t.exposeString('impersonationReason', {
      nullable: true,
      description: 'Why, where the session is an impersonation.',
    }),
    isCurrent: t.boolean({
      description: 'Whether this request came through it.',
      resolve: async (session, _args, { asking }) => (await asking.reach())?.sessionId === session.id,
    }),
  }),
});

const inWordsBefore = new Map<string, string | null>();

/** "Firefox on Windows"; what of it is known, or null. Kept for the last thousand, since telling takes long and few are in use. */
function inWords(userAgent: string): string | null {
  const known = inWordsBefore.get(userAgent);
  if (known !== undefined) return known;
  const { browser, os } = Bowser.parse(userAgent);
  const words = [browser.name, os.name].filter(Boolean).join(' on ') || null;
  if (inWordsBefore.size >= 1000) inWordsBefore.delete(inWordsBefore.keys().next().value!);
  inWordsBefore.set(userAgent, words);
  return words;
}
