import type { EnumRef } from '@pothos/core';
import type { DateTimeRange as Range } from '../loaders/where.ts';
import { builder } from './builder.ts';

export const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which way a list is ordered. Nulls come last in either.',
  values: {
    ASC: { description: 'Smallest, oldest, first in the alphabet.' },
    DESC: { description: 'Largest, newest, last in the alphabet.' },
  } as const,
});

interface Ordering<Field> {
  field: Field;
  direction: 'ASC' | 'DESC';
}

/** Makes the input `UserOrder` of the enum `UserOrderField`. */
export const orderInput = <Field extends string>(name: string, things: string, field: EnumRef<any, Field>) =>
  builder.inputRef<Ordering<Field>>(name).implement({
    description: `How ${things} are ordered; ties by id in the same direction.`,
    // Types can't follow an enum whose values are not known yet.
    fields: (t) =>
      ({
        field: t.field({ type: field, required: true, description: 'By what.' }),
        direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC', description: 'Which way.' }),
      }) as never,
  });

export const DateTimeRange = builder.inputRef<Partial<Record<keyof Range, Date | null>>>('DateTimeRange').implement({
  description: 'From `from` on, before `to`.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'The first instant that counts; open where left out.' }),
    to: t.field({ type: 'DateTime', description: 'The first instant that counts no more; open where left out.' }),
  }),
});
