import { hashOfOpaqueToken } from '../auth/opaque-tokens.ts';
import { encodeId } from '../ids.ts';
import type { InvitationRow } from '../loaders/invitation.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { guard } from './guard.ts';
import { Node } from './node.ts';
import { Organization } from './organization-type.ts';
import { Role } from './role.ts';

export const InvitationStatus = builder.enumType('InvitationStatus', {
  description: 'What became of an invitation.',
  values: {
    PENDING: { description: 'It can be accepted.' },
    ACCEPTED: { description: 'It was accepted.' },
    DECLINED: { description: 'It was declined.' },
    REVOKED: { description: 'It was withdrawn, or replaced by a newer one.' },
    EXPIRED: { description: 'Its time is over.' },
  } as const,
});

export const Invitation = builder.objectRef<Visible<InvitationRow>>('Invitation').implement({
  description:
    "An offer of membership, sent by e-mail. Visible to the invited address's owner, to members with `org:members:read` and to staff.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`inv_…`', resolve: (invitation) => encodeId('inv', invitation.id) }),
    email: t.expose('email', { type: 'EmailAddress', description: 'The address that is invited.' }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: "Null where the reader can't see the organization as such; its id, name and slug are always here.",
      resolve: (invitation, _args, { asking }) => asking.loaders.organization.byId.load(invitation.organizationId),
    }),
    organizationId: t.id({ description: '`org_…`', resolve: (invitation) => encodeId('org', invitation.organizationId) }),
    organizationName: t.exposeString('organizationName', { description: 'Of the organization.' }),
    organizationSlug: t.exposeString('organizationSlug', { description: 'Of the organization.' }),
    roles: t.field({
      type: [Role],
      description: 'Roles given on acceptance; shown to whoever sees the invitation.',
      resolve: (invitation, _args, { asking }) => asking.loaders.role.ofInvitation.load(invitation.id),
    }),
    status: t.expose('status', { type: InvitationStatus, description: 'What became of it.' }),
    invitedByName: t.exposeString('invitedByName', { nullable: true, description: 'Who invites, as a name; null where gone.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it can be accepted.' }),
    acceptedAt: t.expose('acceptedAt', { type: 'DateTime', nullable: true, description: 'When it was accepted.' }),
    sentAt: t.expose('sentAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last message went out; null while it is queued.',
    }),
    sendError: t.exposeString('sendError', {
      nullable: true,
      description: 'Why the last attempt to send failed; it is tried again.',
    }),
  }),
});

export const InvitationConnection = connectionType<InvitationRow>('Invitation', Invitation);

builder.queryField('invitationByToken', (t) =>
  t.withAuth(guard('invitationByToken')).field({
    type: Invitation,
    nullable: true,
    description: 'What an invitation link is for, for who holds its token, signed in or not; null for an unknown token.',
    args: { token: t.arg.string({ required: true, description: 'The token in the link.' }) },
    resolve: (_root, { token }, { asking }) => asking.loaders.invitation.byTokenHash(hashOfOpaqueToken(token)),
  }),
);
