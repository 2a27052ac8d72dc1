import { loginLockKey } from '../auth/login-limits.ts';
import { decodeId, encodeId } from '../ids.ts';
import { membershipOrder } from '../loaders/membership.ts';
import { membershipWhere } from '../loaders/membership-where.ts';
import { pageRequest, rowCount } from '../loaders/page.ts';
import { userOrder } from '../loaders/user.ts';
import { userWhere } from '../loaders/user-where.ts';
import { isBound } from '../policy.ts';
import { lookupUsers } from '../resolvers/user/usersLookup.ts';
import { AppGrant, AppGrantStatus } from './app-grant.ts';
import { builder } from './builder.ts';
import { mostRows, offsetArgument, pageArguments } from './connection.ts';
import { guard } from './guard.ts';
import { Invitation } from './invitation.ts';
import { MembershipConnection, MembershipStatus } from './membership.ts';
import { Node } from './node.ts';
import { Organization } from './organization-type.ts';
import { Pool } from './pool.ts';
import { Role } from './role.ts';
import { Session } from './session.ts';
import { User, UserConnection } from './user-type.ts';
import { UserOrder, UserStatus, UserWhere } from './user-where.ts';

User.implement({
  description:
    'A person. Visible to itself and to staff with `users:read`; organization colleagues see its `Membership` instead.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`user_…`', resolve: (user) => encodeId('user', user.id) }),
    email: t.expose('email', { type: 'EmailAddress', description: 'Unique within the home pool.' }),
    emailVerified: t.exposeBoolean('emailVerified', { description: 'Whether the address was proved to be theirs.' }),
    name: t.exposeString('name', { nullable: true, description: 'For people; null where none is known.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'http or https.' }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'The id that an older system knows this person by. Unique within the home pool.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSONObject',
      description: "Free data of the operator's own, searchable through `UserWhere.metadata`.",
    }),
    status: t.expose('status', { type: UserStatus, description: 'Whether the person can sign in, now.' }),
    suspendedUntil: t.expose('suspendedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When a suspension ends by itself; null where it has no end, or where there is none.',
    }),
    suspensionReason: t.exposeString('suspensionReason', { nullable: true, description: 'Why the person is suspended.' }),
    lockedUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when failed logins keep the account locked.',
      async resolve(user, _args, { asking, steward }) {
        if (isBound(await asking.reach())) return null;
        const lock = await asking.loaders.user.lockByKey.load(loginLockKey(steward.secrets, user.email).toString('hex'));
        return lock?.lockedUntil ?? null;
      },
    }),
    hasPassword: t.exposeBoolean('hasPassword', { description: 'Whether a password was ever set.' }),
    lastLoginAt: t.expose('lastLoginAt', { type: 'DateTime', nullable: true, description: 'The last successful login.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the person was created here.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the person last changed.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
    homePool: t.field({
      type: Pool,
      description: 'The pool in which the e-mail address is unique.',
      resolve: async (user, _args, { asking }) => (await asking.loaders.pool.homeById.load(user.homePoolId))!,
    }),
    pools: t.field({
      type: [Pool],
      description: 'Further pools that the user is tagged into; never the home pool.',
      resolve: (user, _args, { asking }) => asking.loaders.pool.ofUser.load(user.id),
    }),
    roles: t.field({
      type: [Role],
      description: 'Platform roles, most powerful first.',
      resolve: (user, _args, { asking }) => asking.loaders.role.ofUser.load(user.id),
    }),
    permissions: t.stringList({
      description: 'Platform permission codes that the roles add up to.',
      resolve: async (user, _args, { asking }) =>
        (await asking.loaders.role.permissionCodesOfUser.load(user.id)).map(({ code }) => code),
    }),
    appGrants: t.field({
      type: [AppGrant],
      description: 'Access to apps, newest first; every status where none is named.',
      args: { status: t.arg({ type: [AppGrantStatus], description: 'Of these statuses alone.' }) },
      resolve: async (user, { status }, { asking }) =>
        (await asking.loaders.appGrant.ofUser.load(user.id)).filter((grant) => !status || status.includes(grant.status)),
    }),
    memberships: t.field({
      type: MembershipConnection,
      description: 'Places in organizations, newest first; of each status where none is named.',
      args: { ...pageArguments(t.arg), status: t.arg({ type: [MembershipStatus], description: 'Of these statuses alone.' }) },
      resolve: (user, { status, ...page }, context) =>
        context.asking.loaders.membership.ofUser(
          user.id,
          pageRequest(`User.memberships ${user.id}`, membershipOrder('JOINED_AT', 'DESC'), page, mostRows(context)),
          membershipWhere({ status }),
        ),
    }),
    sessions: t.field({
      type: [Session],
      description: 'Live sessions, most recently active first; 100 unless told, and at most.',
      args: { first: t.arg.int({ description: 'How many; 100 unless told, and at most.' }) },
      resolve: (user, { first }, context) =>
        context.asking.loaders.session
          .ofUser(rowCount(first ?? Math.min(100, mostRows(context)), mostRows(context)))
          .load(user.id),
    }),
    sessionCount: t.int({
      description: 'Live sessions.',
      resolve: (user, _args, { asking }) => asking.loaders.session.countOfUser.load(user.id),
    }),
    ownedOrganizations: t.field({
      type: [Organization],
      description: 'Organizations that the user owns, of those that the reader can see; each of them stops a hard delete.',
      resolve: (user, _args, { asking }) => asking.loaders.organization.ofOwner.load(user.id),
    }),
    invitations: t.field({
      type: [Invitation],
      description: 'Pending invitations to the e-mail address; to the user itself only while the address is verified.',
      resolve: (user, _args, { asking }) => asking.loaders.invitation.pendingTo.load(user.email),
    }),
  }),
});

builder.queryField('user', (t) =>
  t.withAuth(guard('user')).field({
    type: User,
    nullable: true,
    description: 'A person by id; null where there is none, or where it is not yours to see.',
    args: { id: t.arg.id({ required: true, description: '`user_…`' }) },
    resolve: (_root, { id }, { asking }) => {
      const uuid = decodeId('user', id);
      return uuid ? asking.loaders.user.byId.load(uuid) : null;
    },
  }),
);

builder.queryField('users', (t) =>
  t.withAuth(guard('users')).field({
    type: UserConnection,
    nullable: true,
    description:
      'Every person that matches, newest first unless told. Needs `users:read`. `first` is 25 unless told and 100 at most; `offset` is for jumping to a page, and excludes cursors.',
    args: {
      ...pageArguments(t.arg),
      ...offsetArgument(t.arg),
      where: t.arg({ type: UserWhere, description: 'Only who matches.' }),
      orderBy: t.arg({ type: UserOrder, description: 'Newest first unless told.' }),
    },
    resolve: (_root, { where, orderBy, ...page }, context) => {
      const order = userOrder(orderBy?.field ?? 'CREATED_AT', orderBy?.direction ?? 'DESC');
      return context.asking.loaders.user.matching(pageRequest('users', order, page, mostRows(context)), userWhere(where));
    },
  }),
);

const UsersLookup = builder.objectRef<Awaited<ReturnType<typeof lookupUsers>>>('UsersLookup').implement({
  description: 'What known ids and e-mail addresses resolve to.',
  fields: (t) => ({
    users: t.expose('users', {
      type: [User],
      description: 'Who was found, each once, in the order asked; an address can be two people in two pools.',
    }),
    missingIds: t.exposeIDList('missingIds', { description: 'Ids that no user has, in the order asked.' }),
    missingEmails: t.expose('missingEmails', {
      type: ['EmailAddress'],
      description: 'E-mail addresses that no user has, in the order asked.',
    }),
  }),
});

builder.queryField('usersLookup', (t) =>
  t.withAuth(guard('usersLookup')).field({
    type: UsersLookup,
    nullable: true,
    description:
      'Resolves known ids and e-mail addresses in one round trip, over all pools; 200 together at most. Needs `users:read`.',
    args: {
      ids: t.arg.idList({ description: 'Ids to look up.' }),
      emails: t.arg({ type: ['EmailAddress'], description: 'Addresses to look up.' }),
    },
    resolve: (_root, { ids, emails }, context) => lookupUsers(context, ids ?? [], emails ?? []),
  }),
);
