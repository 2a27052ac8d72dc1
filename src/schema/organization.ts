import { decodeId, encodeId } from '../ids.ts';
import { invitationOrder, invitationStatusIn } from '../loaders/invitation.ts';
import { membershipOrder } from '../loaders/membership.ts';
import { membershipWhere } from '../loaders/membership-where.ts';
import { type OrganizationRow, organizationOrder } from '../loaders/organization.ts';
import { organizationWhere } from '../loaders/organization-where.ts';
import { pageRequest } from '../loaders/page.ts';
import { powerIn } from '../policy.ts';
import { assignableRoles } from '../resolvers/organization/assignableRoles.ts';
import { isText } from '../text.ts';
import { builder } from './builder.ts';
import { connectionType, mostRows, offsetArgument, pageArguments } from './connection.ts';
import { guard, need } from './guard.ts';
import { InvitationConnection, InvitationStatus } from './invitation.ts';
import { Membership, MembershipConnection } from './membership.ts';
import { MembershipOrder, MembershipWhere } from './membership-where.ts';
import { Node } from './node.ts';
import { Organization } from './organization-type.ts';
import { OrganizationOrder, OrganizationStatus, OrganizationWhere } from './organization-where.ts';
import { Permission, Role } from './role.ts';

Organization.implement({
  description: 'A tenant. Visible to its active members with `org:read` and to staff with `organizations:read`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`org_…`', resolve: (organization) => encodeId('org', organization.id) }),
    name: t.exposeString('name', { description: 'For people.' }),
    slug: t.exposeString('slug', {
      description: 'Lower-case letters, digits and `-`; unique. Stays as it is when the name changes.',
    }),
    description: t.exposeString('description', { nullable: true, description: 'What it says of itself.' }),
    website: t.exposeString('website', { nullable: true, description: 'http or https.' }),
    logoUrl: t.exposeString('logoUrl', { nullable: true, description: 'http or https.' }),
    metadata: t.expose('metadata', { type: 'JSONObject', description: "Free data of the operator's own." }),
    status: t.expose('status', { type: OrganizationStatus, description: 'Whether it runs itself.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
    suspensionReason: t.exposeString('suspensionReason', { nullable: true, description: 'Why it is suspended.' }),
    owner: t.field({
      type: Membership,
      nullable: true,
      description:
        "The owner's membership; null where the reader can't see members. The owner can't be removed, suspended or hard-deleted before ownership is transferred.",
      resolve: (organization, _args, { asking }) => asking.loaders.membership.ofOwner.load(organization.id),
    }),
    memberCount: t.exposeInt('memberCount', { description: 'Active and suspended members.' }),
    memberships: t.field({
      type: MembershipConnection,
      nullable: true,
      authScopes: need('Organization.memberships'),
      description: 'Needs `org:members:read` or staff. Newest first unless told.',
      args: {
        ...pageArguments(t.arg),
        where: t.arg({ type: MembershipWhere, description: 'Only those that match.' }),
        orderBy: t.arg({ type: MembershipOrder, description: 'Newest first unless told.' }),
      },
      resolve: ({ id }, { where, orderBy, ...page }, context) => {
        const order = membershipOrder(orderBy?.field ?? 'JOINED_AT', orderBy?.direction ?? 'DESC');
        const request = pageRequest(`Organization.memberships ${id}`, order, page, mostRows(context));
        return context.asking.loaders.membership.ofOrganization(id, request, membershipWhere(where));
      },
    }),
    roles: t.field({
      type: [Role],
      description: "Roles that members can have: the built-in ones and this organization's own, most powerful first.",
      resolve: (organization, _args, { asking }) => asking.loaders.role.ofOrganization.load(organization.id),
    }),
    assignableRoles: t.field({
      type: [Role],
      description: 'Those of `roles` that the caller may give through `organizationSetMemberRoles` now; empty where none.',
      resolve: (organization, _args, context) => assignableRoles(context, organization.id),
    }),
    assignablePermissions: t.field({
      type: [Permission],
      nullable: true,
      authScopes: need('Organization.assignablePermissions'),
      description: "Permissions that this organization's custom roles may carry. Needs `org:roles:read` or staff.",
      resolve: async (_organization, _args, { asking }) =>
        (await asking.loaders.role.catalog('ORGANIZATION')).filter(({ assignable }) => assignable),
    }),
    invitations: t.field({
      type: InvitationConnection,
      nullable: true,
      authScopes: need('Organization.invitations'),
      description:
        'Invitations, newest first; the pending ones unless another status is asked for. Needs `org:members:read` or staff.',
      args: {
        ...pageArguments(t.arg),
        status: t.arg({ type: [InvitationStatus], defaultValue: ['PENDING'], description: 'Of these statuses alone.' }),
      },
      resolve: ({ id }, { status, ...page }, context) =>
        context.asking.loaders.invitation.ofOrganization(
          id,
          pageRequest(`Organization.invitations ${id}`, invitationOrder, page, mostRows(context)),
          invitationStatusIn(status ?? ['PENDING']),
        ),
    }),
    viewerMembership: t.field({
      type: Membership,
      nullable: true,
      description: "The caller's own membership.",
      resolve: (organization, _args, { asking }) => asking.loaders.membership.ofCaller.load(organization.id),
    }),
    viewerPermissions: t.stringList({
      description: "The caller's permission codes here: of the membership's roles, or every one that staff rights amount to.",
      resolve: async (organization, _args, { asking }) => [...powerIn(await asking.reach(), organization.id).permissions].sort(),
    }),
  }),
});

const OrganizationConnection = connectionType<OrganizationRow>('Organization', Organization);

builder.queryField('organization', (t) =>
  t.withAuth(guard('organization')).field({
    type: Organization,
    nullable: true,
    description: 'An organization by id; null where there is none, or where it is not yours to see.',
    args: { id: t.arg.id({ required: true, description: '`org_…`' }) },
    resolve: (_root, { id }, { asking }) => {
      const uuid = decodeId('org', id);
      return uuid ? asking.loaders.organization.byId.load(uuid) : null;
    },
  }),
);

builder.queryField('organizationBySlug', (t) =>
  t.withAuth(guard('organizationBySlug')).field({
    type: Organization,
    nullable: true,
    description: 'An organization by slug; null where there is none, or where it is not yours to see.',
    args: { slug: t.arg.string({ required: true, description: 'Exactly this one.' }) },
    resolve: (_root, { slug }, { asking }) => (isText(slug) ? asking.loaders.organization.bySlug.load(slug) : null),
  }),
);

builder.queryField('organizations', (t) =>
  t.withAuth(guard('organizations')).field({
    type: OrganizationConnection,
    nullable: true,
    description: 'Every organization that matches, newest first unless told. Needs `organizations:read`.',
    args: {
      ...pageArguments(t.arg),
      ...offsetArgument(t.arg),
      where: t.arg({ type: OrganizationWhere, description: 'Only those that match.' }),
      orderBy: t.arg({ type: OrganizationOrder, description: 'Newest first unless told.' }),
    },
    resolve: (_root, { where, orderBy, ...page }, context) => {
      const order = organizationOrder(orderBy?.field ?? 'CREATED_AT', orderBy?.direction ?? 'DESC');
      const request = pageRequest('organizations', order, page, mostRows(context));
      return context.asking.loaders.organization.matching(request, organizationWhere(where));
    },
  }),
);
