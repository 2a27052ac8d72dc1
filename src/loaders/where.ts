import { Prisma } from '../database.ts';
import { decodeId, type IdPrefix } from '../ids.ts';

/** An input as it arrives: every field may be left out or null. */
export type Given<Input> = { [Field in keyof Input]?: Input[Field] | null };

/** What one field of a `where` says in SQL. */
export type Condition<Value> = (value: NonNullable<Value>) => Prisma.Sql;

export interface DateTimeRange {
  from: Date;
  to: Date;
}

/** All of none is everything. */
export const allOf = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length ? Prisma.sql`(${Prisma.join([...conditions], ' AND ')})` : Prisma.sql`TRUE`;

/** Any of none is nothing. */
export const anyOf = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length ? Prisma.sql`(${Prisma.join([...conditions], ' OR ')})` : Prisma.sql`FALSE`;

/** The opposite; where a null made the condition neither true nor false, it did not hold, so the opposite does. */
export const noneOf = (condition: Prisma.Sql): Prisma.Sql => Prisma.sql`NOT coalesce(${condition}, FALSE)`;

/** From `from` on, before `to`. */
export const instantIn = (column: Prisma.Sql, { from, to }: Given<DateTimeRange>): Prisma.Sql =>
  allOf([
    ...(from ? [Prisma.sql`${column} >= ${from}::timestamptz`] : []),
    ...(to ? [Prisma.sql`${column} < ${to}::timestamptz`] : []),
  ]);

/** The UUIDs in ids of that type; what is no such id matches nothing, like an unknown one. */
export const idsIn = (prefix: IdPrefix, ids: readonly string[]): string[] =>
  ids.map((id) => decodeId(prefix, id)).filter((id) => id !== null);
