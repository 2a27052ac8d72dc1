import type { OrganizationOrderField as OrderField } from '../loaders/organization.ts';
import type { OrganizationWhere as Where } from '../loaders/organization-where.ts';
import type { Given } from '../loaders/where.ts';
import { builder } from './builder.ts';
import { DateTimeRange, orderInput } from './inputs.ts';

export const OrganizationStatus = builder.enumType('OrganizationStatus', {
  description: 'Whether an organization runs itself.',
  values: {
    ACTIVE: { description: 'It does.' },
    SUSPENDED: { description: 'Members read its own fields and change nothing; staff go on.' },
  } as const,
});

export const OrganizationWhere = builder.inputRef<Given<Where>>('OrganizationWhere');
OrganizationWhere.implement({
  description: 'Conditions on organizations; all that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Every word must occur in the name or slug; any case.' }),
    ids: t.idList({ description: 'One of these.' }),
    status: t.field({ type: [OrganizationStatus], description: 'One of these.' }),
    ownerId: t.id({ description: 'Is owned by this person.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'When it was created.' }),
    metadata: t.field({ type: 'JSONObject', description: 'The metadata contains this object (JSON containment).' }),
    AND: t.field({ type: [OrganizationWhere], description: 'All of these hold.' }),
    OR: t.field({ type: [OrganizationWhere], description: 'At least one of these holds.' }),
    NOT: t.field({ type: OrganizationWhere, description: 'This does not hold.' }),
  }),
});

const OrganizationOrderField = builder.enumType('OrganizationOrderField', {
  description: 'What organizations are ordered by.',
  values: {
    CREATED_AT: { description: 'When it was created.' },
    NAME: { description: 'The name.' },
    MEMBER_COUNT: { description: 'How many members it has, the suspended counted.' },
  } satisfies Record<OrderField, unknown>,
});

export const OrganizationOrder = orderInput('OrganizationOrder', 'organizations', OrganizationOrderField);
