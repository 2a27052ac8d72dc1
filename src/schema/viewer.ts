import { seenThroughParent } from '../policy.ts';
import type { Reach } from '../reach.ts';
import { builder } from './builder.ts';
import { guard } from './guard.ts';
import { Invitation } from './invitation.ts';
import { Membership } from './membership.ts';
import { Organization } from './organization-type.ts';
import { Role } from './role.ts';
import { Session } from './session.ts';
import { User } from './user-type.ts';

/** The caller's reach, shown. */
export const Viewer = builder.objectRef<Reach>('Viewer').implement({
  description: "The signed-in caller, as this request's token describes it.",
  fields: (t) => ({
    user: t.field({
      type: User,
      description: 'Who the request acts as.',
      resolve: async (reach, _args, { asking }) => (await asking.loaders.user.byId.load(reach.userId))!,
    }),
    session: t.field({
      type: Session,
      description: 'The session that the token belongs to.',
      resolve: (reach, _args, { asking }) => asking.loaders.session.current(reach.sessionId),
    }),
    impersonator: t.field({
      type: User,
      nullable: true,
      description: 'Who really sends the request, when it impersonates `user`. Always visible to that person.',
      async resolve({ impersonation }, _args, { asking }) {
        const person = impersonation && (await asking.loaders.user.anybodyById.load(impersonation.impersonatorId));
        return person && seenThroughParent(person);
      },
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The organization that the session is scoped to, if any.',
      resolve: ({ scope }, _args, { asking }) => (scope ? asking.loaders.organization.byId.load(scope) : null),
    }),
    permissions: t.stringList({
      description:
        "Permission codes in force for this token: of the platform roles, and of the membership's roles where the token is scoped to an organization.",
      resolve: ({ permissions, organizations, scope }) =>
        [...permissions, ...((scope && organizations.get(scope)?.permissions) || [])].sort(),
    }),
    memberships: t.field({
      type: [Membership],
      description:
        "The caller's own active memberships, whatever the scope: what an organization switcher shows. In an organization's impersonation that organization's alone.",
      resolve: (reach, _args, { asking }) => asking.loaders.membership.activeOfUser.load(reach.userId),
    }),
    assignableRoles: t.field({
      type: [Role],
      description:
        'Platform roles that the caller may give to others; empty without `users:assign-roles`, and while impersonating.',
      async resolve({ permissions, rank, impersonation }, _args, { asking }) {
        if (impersonation || !permissions.has('users:assign-roles')) return [];
        return (await asking.loaders.role.builtIn('PLATFORM')).filter((role) => role.rank >= rank);
      },
    }),
    invitations: t.field({
      type: [Invitation],
      description: "Pending invitations to the caller's verified e-mail address.",
      resolve: (reach, _args, { asking }) => (reach.emailVerified ? asking.loaders.invitation.pendingTo.load(reach.email) : []),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.withAuth(guard('viewer')).field({
    type: Viewer,
    nullable: true,
    description:
      'Who is asking; null where no token is sent. A token that does not hold is an error (`UNAUTHENTICATED`, `TOKEN_EXPIRED`, `TOKEN_STALE`).',
    resolve: (_root, _args, { asking }) => asking.reach(),
  }),
);
