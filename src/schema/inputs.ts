import type { DateTimeRange as Range } from '../loaders/where.ts';
import { builder } from './builder.ts';

export const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which way a list is ordered. Nulls come last in either.',
  values: {
    ASC: { description: 'Smallest, oldest, first in the alphabet.' },
    DESC: { description: 'Largest, newest, last in the alphabet.' },
  } as const,
});

export const DateTimeRange = builder.inputRef<Partial<Record<keyof Range, Date | null>>>('DateTimeRange').implement({
  description: 'From `from` on, before `to`.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'The first instant that counts; open where left out.' }),
    to: t.field({ type: 'DateTime', description: 'The first instant that counts no more; open where left out.' }),
  }),
});
