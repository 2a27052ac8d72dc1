import { Prisma } from '../database.ts';
import { badInput } from '../errors.ts';
import { decodeId, type IdPrefix } from '../ids.ts';
import { containing, searchWords } from '../search.ts';
import { isText } from '../text.ts';

/** An input as it arrives: every field may be left out or null. */
export type Given<Input> = { [Field in keyof Input]?: Input[Field] | null };

/** What one field of a `where` says in SQL. */
export type Condition<Value> = (value: NonNullable<Value>) => Prisma.Sql;

type Combinations<Where> = { AND: Given<Where>[]; OR: Given<Where>[]; NOT: Given<Where> };

/**
 * Makes the function that turns a `where` into a condition. Fields left out or null make none; all that are given must
 * hold. A value that no stored one can equal or contain, since PostgreSQL has no NUL and no half a character in a text,
 * matches nothing; of a list each value is an alternative. A blank `search` is no condition.
 */
export function whereOf<Where>(
  fields: {
    [Field in Exclude<keyof Where, keyof Combinations<Where>>]: Condition<Where[Field]>;
  },
): (where: Given<Where> | null | undefined) => Prisma.Sql {
  const compile = (where: Given<Where> | null | undefined): Prisma.Sql =>
    allOf(
      Object.entries(where ?? {})
        .filter(([, value]) => value != null)
        .map(([field, value]) => condition(field, value as never)),
    );

  function condition(field: string, value: never): Prisma.Sql {
    if (field === 'AND') return allOf((value as Given<Where>[]).map(compile));
    if (field === 'OR') return anyOf((value as Given<Where>[]).map(compile));
    if (field === 'NOT') return noneOf(compile(value));
    const values: unknown = value;
    const possible = Array.isArray(values) ? values.filter((one) => !isNowhere(one)) : values;
    if (isNowhere(possible)) return Prisma.sql`FALSE`;
    if (field === 'search' && wordsIn(possible as string).length === 0) return allOf([]);
    return (fields as Record<string, Condition<never>>)[field]!(possible as never);
  }
  return compile;
}

function isNowhere(value: unknown): boolean {
  if (typeof value === 'string') return !isText(value);
  // JSON has no infinity, and `JSON.stringify` would make it null.
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, part]) => isNowhere(key) || isNowhere(part));
}

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

const mostSearched = { characters: 200, words: 10 };

/** The words of a `search`, each of which costs a look at every row; BAD_USER_INPUT for more than anybody types. */
function wordsIn(search: string): string[] {
  const { characters, words: most } = mostSearched;
  if (search.length > characters) throw tooLong('characters', characters, search.length);
  const words = searchWords(search);
  if (words.length > most) throw tooLong('words', most, words.length);
  return words;
}

const tooLong = (which: string, limit: number, got: number) =>
  badInput(`A search has ${limit} ${which} at most.`, { which: `search ${which}`, limit, got });

/** Every word of a `search` occurs in the folded text. BAD_USER_INPUT for too many words. */
export const occursIn = (text: Prisma.Sql, search: string): Prisma.Sql =>
  allOf(wordsIn(search).map((word) => Prisma.sql`${text} LIKE ${containing(word)}`));

/** From `from` on, before `to`. */
export const instantIn = (column: Prisma.Sql, { from, to }: Given<DateTimeRange>): Prisma.Sql =>
  allOf([
    ...(from ? [Prisma.sql`${column} >= ${from}::timestamptz`] : []),
    ...(to ? [Prisma.sql`${column} < ${to}::timestamptz`] : []),
  ]);

/** The UUIDs in ids of that type; what is no such id matches nothing, like an unknown one. */
export const idsIn = (prefix: IdPrefix, ids: readonly string[]): string[] =>
  ids.map((id) => decodeId(prefix, id)).filter((id) => id !== null);
