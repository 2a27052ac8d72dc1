import { encodeId } from '../ids.ts';
import type { MembershipRow } from '../loaders/membership.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { Node } from './node.ts';
import { Organization } from './organization-type.ts';
import { Role } from './role.ts';
import { User } from './user-type.ts';

export const MembershipStatus = builder.enumType('MembershipStatus', {
  description: 'Whether a membership gives anything now.',
  values: { ACTIVE: { description: 'It does.' }, SUSPENDED: { description: 'It gives no organization permission.' } } as const,
});

export const Membership = builder.objectRef<Visible<MembershipRow>>('Membership').implement({
  description: "A person's place in an organization: all that colleagues see of the person.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`mem_…`', resolve: (membership) => encodeId('mem', membership.id) }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description:
        "Null where the reader can't see the organization as such (a suspended member, a session scoped elsewhere); its id, name, slug and logo are always here.",
      resolve: (membership, _args, { asking }) => asking.loaders.organization.byId.load(membership.organizationId),
    }),
    organizationId: t.id({ description: '`org_…`', resolve: (membership) => encodeId('org', membership.organizationId) }),
    organizationName: t.exposeString('organizationName', { description: 'Of the organization.' }),
    organizationSlug: t.exposeString('organizationSlug', { description: 'Of the organization.' }),
    organizationLogoUrl: t.exposeString('organizationLogoUrl', { nullable: true, description: 'Of the organization.' }),
    userId: t.id({
      description: 'Whose place it is: what the member mutations and `userImpersonate` take, also where `user` is null.',
      resolve: (membership) => encodeId('user', membership.userId),
    }),
    email: t.expose('email', { type: 'EmailAddress', description: 'Of the person.' }),
    name: t.exposeString('name', { nullable: true, description: 'Of the person.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'Of the person.' }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The whole person. Null unless it is the caller, or the caller has `users:read`.',
      resolve: (membership, _args, { asking }) => asking.loaders.user.byId.load(membership.userId),
    }),
    status: t.expose('status', { type: MembershipStatus, description: 'Whether it gives anything now.' }),
    roles: t.field({
      type: [Role],
      description: 'Organization roles, most powerful first.',
      resolve: (membership, _args, { asking }) => asking.loaders.role.ofMembership.load(membership.id),
    }),
    permissions: t.stringList({
      description: 'Permission codes that the roles add up to; none while suspended.',
      resolve: async (membership, _args, { asking }) =>
        (await asking.loaders.membership.permissionsOf.load(membership.id))?.permissions ?? [],
    }),
    isOwner: t.exposeBoolean('isOwner', { description: 'Whether the person owns the organization.' }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When the membership began.' }),
    invitedByName: t.exposeString('invitedByName', {
      nullable: true,
      description: 'Who added or invited the person, as a name; null where gone.',
    }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
  }),
});

export const MembershipConnection = connectionType<MembershipRow>('Membership', Membership);
