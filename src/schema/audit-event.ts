import { encodeId, type IdPrefix } from '../ids.ts';
import { type AuditEventRow, auditEventOrder, eventOfUserOrder } from '../loaders/audit-event.ts';
import { auditEventWhere, type AuditEventWhere as Where } from '../loaders/audit-event-where.ts';
import { pageRequest } from '../loaders/page.ts';
import type { Given } from '../loaders/where.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { connectionType, edgeType, mostRows, pageArguments } from './connection.ts';
import { guard, need } from './guard.ts';
import { DateTimeRange } from './inputs.ts';
import { findNode, Node } from './node.ts';
import { Organization } from './organization-type.ts';
import { User } from './user-type.ts';

const FieldChange = builder.objectRef<AuditEventRow['changes'][number]>('FieldChange').implement({
  description: 'One field of what changed.',
  fields: (t) => ({
    field: t.exposeString('field', { description: "The API's name of the field." }),
    before: t.string({
      nullable: true,
      description: 'As JSON text; null where there was none.',
      resolve: ({ before }) => asText(before),
    }),
    after: t.string({
      nullable: true,
      description: 'As JSON text; null where there was none.',
      resolve: ({ after }) => asText(after),
    }),
  }),
});

const asText = (value: unknown): string | null => (value == null ? null : JSON.stringify(value));

const idOf = (prefix: IdPrefix | null, uuid: string | null): string | null => (prefix && uuid ? encodeId(prefix, uuid) : null);

const AuditEvent = builder.objectRef<Visible<AuditEventRow>>('AuditEvent').implement({
  description:
    "One thing that happened. Written in the same transaction as the change; never changed but for the erasure of a deleted person's data, never deleted. Visible to staff with `audit:read`, and to members with `org:audit:read` in its organization.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`evt_…`', resolve: (event) => encodeId('evt', event.id) }),
    action: t.exposeString('action', { description: '`noun.verb`, such as `user.roles_set` or `impersonation.started`.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    actor: t.field({
      type: User,
      nullable: true,
      description:
        "Who did it; null for the system and for anonymous callers, and where the person is gone or not the reader's to see (`actorId` stays).",
      resolve: ({ actorId }, _args, { asking }) => (actorId ? asking.loaders.user.byId.load(actorId) : null),
    }),
    actorId: t.id({ nullable: true, description: '`user_…`', resolve: ({ actorId }) => idOf('user', actorId) }),
    actorName: t.exposeString('actorName', {
      nullable: true,
      description: "The actor's name at the time, for readers of an organization's events too; `[erased]` after an erasure.",
    }),
    impersonator: t.field({
      type: User,
      nullable: true,
      description:
        "Who really did it, where `actor` was impersonated; null where the person is gone or not the reader's to see (`impersonatorId` stays).",
      resolve: ({ impersonatorId }, _args, { asking }) => (impersonatorId ? asking.loaders.user.byId.load(impersonatorId) : null),
    }),
    impersonatorId: t.id({
      nullable: true,
      description: '`user_…`',
      resolve: ({ impersonatorId }) => idOf('user', impersonatorId),
    }),
    impersonatorName: t.exposeString('impersonatorName', {
      nullable: true,
      description: "The impersonator's name at the time; `[erased]` after an erasure.",
    }),
    subject: t.field({
      type: Node,
      nullable: true,
      description: "What it was done to; null where it is gone or not the reader's to see (`subjectId` stays).",
      resolve: ({ subjectType, subjectId }, _args, { asking }) => {
        const id = idOf(subjectType, subjectId);
        return id ? findNode(asking, id) : null;
      },
    }),
    subjectId: t.id({
      nullable: true,
      description: 'An id of any type; null where there was no subject.',
      resolve: ({ subjectType, subjectId }) => idOf(subjectType, subjectId),
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description:
        "Where it happened; null outside of any organization, and where it is gone or not the reader's to see (`organizationId` stays).",
      resolve: ({ organizationId }, _args, { asking }) =>
        organizationId ? asking.loaders.organization.byId.load(organizationId) : null,
    }),
    organizationId: t.id({
      nullable: true,
      description: '`org_…`',
      resolve: ({ organizationId }) => idOf('org', organizationId),
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, as the actor said; null where nothing was said.' }),
    changes: t.field({
      type: [FieldChange],
      description: 'What changed, field by field; secrets are never among them.',
      resolve: (event) => event.changes,
    }),
    metadata: t.expose('metadata', { type: 'JSONObject', description: 'What else is known of it, by kind of event.' }),
    ipAddress: t.exposeString('ipAddress', {
      nullable: true,
      description:
        'Where the request came from; null where unknown. Without `audit:read`, readers see that of their own requests alone.',
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description:
        'What sent the request, as it calls itself; null where unknown. Without `audit:read`, readers see that of their own requests alone.',
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'The same on the response header `x-request-id` and in the log.',
    }),
  }),
});

export const AuditEventEdge = edgeType<AuditEventRow>('AuditEvent', AuditEvent);
const AuditEventConnection = connectionType<AuditEventRow>('AuditEvent', AuditEvent, AuditEventEdge);

export const AuditEventWhere = builder.inputRef<Given<Where>>('AuditEventWhere').implement({
  description: 'Conditions on audit events; all that are given must hold.',
  fields: (t) => ({
    actions: t.stringList({ description: 'Exact codes, or a prefix such as `user.*`.' }),
    actorId: t.id({ description: 'This person did it.' }),
    impersonatorId: t.id({ description: 'This person did it as somebody else.' }),
    subjectId: t.id({ description: 'It was done to this; an id of any type.' }),
    organizationId: t.id({ description: 'It happened in this organization.' }),
    requestId: t.string({ description: 'It came with this request.' }),
    occurredAt: t.field({ type: DateTimeRange, description: 'When it happened.' }),
  }),
});

// ---------------------------------------------------------------- reading

builder.queryField('auditEvents', (t) =>
  t.withAuth(guard('auditEvents')).field({
    type: AuditEventConnection,
    nullable: true,
    description: 'Everything that happened, newest first. Needs `audit:read`.',
    args: { ...pageArguments(t.arg), where: t.arg({ type: AuditEventWhere, description: 'Only what matches.' }) },
    resolve: (_root, { where, ...page }, context) =>
      context.asking.loaders.auditEvent.matching(
        pageRequest('auditEvents', auditEventOrder, page, mostRows(context)),
        auditEventWhere(where),
      ),
  }),
);

builder.objectField(User, 'auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    nullable: true,
    authScopes: need('User.auditEvents'),
    description: 'What happened to the user and what the user did, newest first. Needs `audit:read`.',
    args: { ...pageArguments(t.arg), where: t.arg({ type: AuditEventWhere, description: 'Only what matches.' }) },
    resolve: (user, { where, ...page }, context) =>
      context.asking.loaders.auditEvent.ofUser(
        user.id,
        pageRequest(`User.auditEvents ${user.id}`, eventOfUserOrder, page, mostRows(context)),
        auditEventWhere(where),
      ),
  }),
);

builder.objectField(Organization, 'auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    nullable: true,
    authScopes: need('Organization.auditEvents'),
    description: 'What happened in the organization, newest first. Needs `org:audit:read` or `audit:read`.',
    args: { ...pageArguments(t.arg), where: t.arg({ type: AuditEventWhere, description: 'Only what matches.' }) },
    resolve: (organization, { where, ...page }, context) =>
      context.asking.loaders.auditEvent.ofOrganization(
        organization.id,
        pageRequest(`Organization.auditEvents ${organization.id}`, auditEventOrder, page, mostRows(context)),
        auditEventWhere(where),
      ),
  }),
);
