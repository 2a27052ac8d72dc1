import { Prisma } from '../database.ts';
import { badInput } from '../errors.ts';
import { decodeCursor, encodeCursor, type Position, type ValueType } from './cursor.ts';

/** An order of rows. Ties are broken by id in the same direction; nulls come last in either. */
export interface Order<Row> {
  readonly name: string;
  readonly direction: 'ASC' | 'DESC';
  /** The ordered column and the id, as the statement calls them. */
  readonly column: Prisma.Sql;
  readonly id: Prisma.Sql;
  readonly type: ValueType;
  readonly nullable: boolean;
  valueOf(row: Row): Date | string | number | null;
}

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly offset?: number | null;
}

/** A page that was asked for, checked. */
export interface PageRequest<Row> {
  readonly place: string;
  readonly order: Order<Row>;
  readonly count: number;
  readonly backwards: boolean;
  readonly after: Position | null;
  readonly before: Position | null;
  readonly offset: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  /** Going forwards, whether the page began at a cursor or an offset; going backwards, whether there is more. */
  readonly hasPreviousPage: boolean;
}

/** Checks the arguments of a connection; `place` names its field and parent object. BAD_USER_INPUT where they don't hold. */
export function pageRequest<Row>(place: string, order: Order<Row>, args: PageArguments, mostRows: number): PageRequest<Row> {
  const { first, last, offset } = args;
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  if (offset != null && (args.after != null || args.before != null || last != null)) {
    throw badInput('`offset` excludes cursors and `last`.');
  }
  if ((offset ?? 0) < 0) throw badInput('`offset` is not negative.');
  const count = rowCount(first ?? last ?? Math.min(25, mostRows), mostRows);

  const ordered = `${place} ${order.name} ${order.direction}`;
  const position = (cursor: string | null | undefined) =>
    cursor == null ? null : decodeCursor(ordered, cursor, order.type, order.nullable);
  return {
    place: ordered,
    order,
    count,
    backwards: last != null,
    after: position(args.after),
    before: position(args.before),
    offset: offset ?? 0,
  };
}

/** How many rows were asked for, checked; more than `most` are an error, never a silent cut. */
export function rowCount(count: number, most: number): number {
  if (count < 0) throw badInput('`first` and `last` are not negative.');
  if (count > most) throw badInput(`A page has ${most} rows at most.`, { limit: most, got: count });
  return count;
}

/** The cursor of a row in that connection. */
export function cursorOf<Row extends { id: string }>(request: Pick<PageRequest<Row>, 'place' | 'order'>, row: Row): string {
  const value = request.order.valueOf(row);
  return encodeCursor(request.place, { value: value instanceof Date ? value.toISOString() : value, id: row.id });
}

/** The conditions that the cursors make, and the clauses that follow them; one row more than asked tells of a next page. */
export function pageClauses<Row>(request: PageRequest<Row>): { condition: Prisma.Sql; tail: Prisma.Sql } {
  const { order, backwards } = request;
  const conditions = [
    ...(request.after ? [beyond(order, request.after, true)] : []),
    ...(request.before ? [beyond(order, request.before, false)] : []),
  ];
  const descending = (order.direction === 'DESC') !== backwards;
  const direction = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  // Ascending, PostgreSQL's own order has nulls last, and read backwards first; descending it has to be told.
  const told = order.nullable && order.direction === 'DESC';
  const nulls = told ? (backwards ? Prisma.sql` NULLS FIRST` : Prisma.sql` NULLS LAST`) : Prisma.empty;
  return {
    condition: conditions.length ? Prisma.join(conditions, ' AND ') : Prisma.sql`TRUE`,
    tail: Prisma.sql`ORDER BY ${order.column} ${direction}${nulls}, ${order.id} ${direction}
      LIMIT ${request.count + 1}::int OFFSET ${request.offset}::int`,
  };
}

/** The rows after (or before) a position: nulls are last, so they follow every value. */
function beyond<Row>(order: Order<Row>, { value, id }: Position, after: boolean): Prisma.Sql {
  const sign = (order.direction === 'ASC') === after ? Prisma.sql`>` : Prisma.sql`<`;
  if (value === null) {
    const tied = Prisma.sql`(${order.column} IS NULL AND ${order.id} ${sign} ${id}::uuid)`;
    return after ? tied : Prisma.sql`(${order.column} IS NOT NULL OR ${tied})`;
  }
  const compared = Prisma.sql`(${order.column}, ${order.id}) ${sign} (${value}::${Prisma.raw(order.type)}, ${id}::uuid)`;
  return after && order.nullable ? Prisma.sql`(${compared} OR ${order.column} IS NULL)` : compared;
}

/** Makes a page of what the statement gave. */
export function toPage<Row>(request: PageRequest<Row>, fetched: readonly Row[]): Page<Row> {
  const more = fetched.length > request.count;
  const rows = fetched.slice(0, request.count);
  if (request.backwards) return { rows: rows.reverse(), hasNextPage: request.before !== null, hasPreviousPage: more };
  return { rows, hasNextPage: more, hasPreviousPage: request.after !== null || request.offset > 0 };
}
