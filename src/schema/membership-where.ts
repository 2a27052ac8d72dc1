import type { MembershipOrderField as OrderField } from '../loaders/membership.ts';
import type { MembershipWhere as Where } from '../loaders/membership-where.ts';
import type { Given } from '../loaders/where.ts';
import { builder } from './builder.ts';
import { orderInput } from './inputs.ts';
import { MembershipStatus } from './membership.ts';

export const MembershipWhere = builder.inputRef<Given<Where>>('MembershipWhere').implement({
  description: 'Conditions on memberships; all that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: "Every word must occur in the member's e-mail address or name; any case." }),
    status: t.field({ type: [MembershipStatus], description: 'One of these.' }),
    roleCodes: t.stringList({ description: 'Has at least one of these organization roles.' }),
  }),
});

const MembershipOrderField = builder.enumType('MembershipOrderField', {
  description: 'What memberships are ordered by.',
  values: {
    JOINED_AT: { description: 'When the membership began.' },
    EMAIL: { description: "The person's address." },
    NAME: { description: "The person's name; who has none comes last." },
  } satisfies Record<OrderField, unknown>,
});

export const MembershipOrder = orderInput('MembershipOrder', 'memberships', MembershipOrderField);
