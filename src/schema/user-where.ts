import type { UserOrderField as OrderField } from '../loaders/user.ts';
import type { UserWhere as Where } from '../loaders/user-where.ts';
import type { Given } from '../loaders/where.ts';
import { builder } from './builder.ts';
import { DateTimeRange, orderInput } from './inputs.ts';

export const UserStatus = builder.enumType('UserStatus', {
  description: 'Whether a person can sign in.',
  values: {
    ACTIVE: { description: 'It can.' },
    SUSPENDED: { description: 'It has no session, and no login succeeds.' },
  } as const,
});

export const UserWhere = builder.inputRef<Given<Where>>('UserWhere');
UserWhere.implement({
  description: 'Conditions on users; all that are given must hold.',
  fields: (t) => ({
    search: t.string({
      description:
        'Every word must occur in the e-mail address, name or external id; any case. Combines with all other conditions.',
    }),
    ids: t.idList({ description: 'One of these.' }),
    emails: t.field({ type: ['EmailAddress'], description: 'One of these addresses.' }),
    externalId: t.string({ description: 'Exactly this one.' }),
    status: t.field({ type: [UserStatus], description: 'One of these.' }),
    emailVerified: t.boolean({ description: 'Whether the address is proved.' }),
    roleCodes: t.stringList({ description: 'Holds at least one of these platform roles.' }),
    appId: t.id({ description: 'Has access to this app now (an active grant).' }),
    organizationId: t.id({ description: 'Is an active member of this organization.' }),
    poolCode: t.string({ description: 'Is at home in this pool, or tagged into it.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'When the person was created here.' }),
    lastLoginAt: t.field({ type: DateTimeRange, description: 'When the person last signed in.' }),
    metadata: t.field({ type: 'JSONObject', description: 'The metadata contains this object (JSON containment).' }),
    AND: t.field({ type: [UserWhere], description: 'All of these hold.' }),
    OR: t.field({ type: [UserWhere], description: 'At least one of these holds.' }),
    NOT: t.field({ type: UserWhere, description: 'This does not hold.' }),
  }),
});

const UserOrderField = builder.enumType('UserOrderField', {
  description: 'What users are ordered by.',
  values: {
    CREATED_AT: { description: 'When the person was created here.' },
    EMAIL: { description: 'The address.' },
    NAME: { description: 'The name; who has none comes last.' },
    LAST_LOGIN_AT: { description: 'The last login; who never signed in comes last.' },
  } satisfies Record<OrderField, unknown>,
});

export const UserOrder = orderInput('UserOrder', 'users', UserOrderField);
