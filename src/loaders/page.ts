import { Prisma } from '../database.ts';
import { badInput } from '../errors.ts';
import { decodeCursor, encodeCursor, type Position, type ValueType } from './cursor.ts';
import { allOf } from './where.ts';

/** Something that rows are ordered by. */
export interface OrderedColumn<Row> {
  /** As the statement calls it. */
  readonly sql: Prisma.Sql;
  readonly type: ValueType;
  readonly nullable: boolean;
  valueOf(row: Row): Date | string | number | null;
}

/** An order of rows. Ties are broken by id in the same direction; nulls come last in either. */
export interface Order<Row> {
  readonly name: string;
  readonly direction: 'ASC' | 'DESC';
  /** Where one is nullable, it is the only one. */
  readonly columns: readonly OrderedColumn<Row>[];
  /** The id, as the statement calls it. */
  readonly id: Prisma.Sql;
  /** What cursors of this order remember of the statement that read the row. */
  snapshotOf?(row: Row): string;
}

/** Orders by one column each, named like the values of an enum: `userOrder('NAME', 'ASC')`. */
export const ordersBy =
  <Row, Field extends string>(id: Prisma.Sql, columns: Record<Field, OrderedColumn<Row>>) =>
  (field: Field, direction: 'ASC' | 'DESC'): Order<Row> => ({ name: field, direction, id, columns: [columns[field]] });

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
  const shape = { values: order.columns, hasSnapshot: order.snapshotOf !== undefined };
  const position = (cursor: string | null | undefined) => (cursor == null ? null : decodeCursor(ordered, cursor, shape));
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
  const { columns, snapshotOf } = request.order;
  const values = columns.map((column) => {
    const value = column.valueOf(row);
    return value instanceof Date ? value.toISOString() : value;
  });
  return encodeCursor(request.place, { values, id: row.id, ...(snapshotOf && { snapshot: snapshotOf(row) }) });
}

/** What a page is read from: SELECT columns FROM from joins WHERE where. */
export interface Selection {
  /** `id` among them. */
  readonly columns: Prisma.Sql;
  readonly from: Prisma.Sql;
  /** What columns and orders need beside `from`, and conditions do not, so that a count goes without. */
  readonly joins: Prisma.Sql;
  readonly where: Prisma.Sql;
}

/**
 * The statement of one page, with one row more than asked, which tells of a next page. Where the order's column may be
 * null, those with a value and those without are read apart, so that an index serves either and skips what lies before a
 * cursor.
 */
export function pageSql<Row>(request: PageRequest<Row>, { columns, from, joins, where }: Selection): Prisma.Sql {
  const { order, offset } = request;
  const most = request.count + 1;
  const direction = directionOf(request);
  const ordered = order.columns.map(({ sql }, at) => Prisma.sql`, ${sql} AS ${Prisma.raw(alias(at))}`);
  const by = Prisma.join([
    ...order.columns.map(({ sql }) => Prisma.sql`${sql} ${direction}`),
    Prisma.sql`${order.id} ${direction}`,
  ]);

  const part = (condition: Prisma.Sql, limit: number, skipped: number) => Prisma.sql`
    SELECT ${columns}${Prisma.join(ordered, '')} FROM ${from} ${joins} WHERE ${where} AND ${condition}
     ORDER BY ${by} LIMIT ${limit}::bigint OFFSET ${skipped}::bigint`;

  const conditions = partsOf(request);
  if (conditions.length === 1) return part(conditions[0]!, most, offset);
  const parts = conditions.map((condition) => Prisma.sql`(${part(condition, most + offset, 0)})`);
  return Prisma.sql`SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) page ORDER BY ${orderOfPage(request)} LIMIT ${most}::bigint OFFSET ${offset}::bigint`;
}

/** The order of what `pageSql` gives, called `page`. */
export function orderOfPage<Row>(request: PageRequest<Row>): Prisma.Sql {
  const direction = directionOf(request);
  const nulls = request.backwards ? Prisma.sql`NULLS FIRST` : Prisma.sql`NULLS LAST`;
  const columns = request.order.columns.map((_column, at) => Prisma.sql`page.${Prisma.raw(alias(at))} ${direction} ${nulls}`);
  return Prisma.join([...columns, Prisma.sql`page.id ${direction}`]);
}

const alias = (at: number): string => `ordered_by_${at + 1}`;

const directionOf = <Row>({ order, backwards }: PageRequest<Row>): Prisma.Sql =>
  (order.direction === 'DESC') !== backwards ? Prisma.sql`DESC` : Prisma.sql`ASC`;

/** The conditions that a page's cursors make, one for each part of the rows that is read apart. */
function partsOf<Row>({ order, after, before }: PageRequest<Row>): Prisma.Sql[] {
  const [column] = order.columns;
  if (!column!.nullable) return [those([after && beyond(order, after, true), before && beyond(order, before, false)])];

  // Nulls are last: they follow every value.
  const isNull = (position: Position | null) => position?.values[0] === null;
  const parts: Prisma.Sql[] = [];
  if (!isNull(after)) {
    const until = isNull(before) ? null : before;
    parts.push(
      those([Prisma.sql`${column!.sql} IS NOT NULL`, after && beyond(order, after, true), until && beyond(order, until, false)]),
    );
  }
  if (!before || isNull(before)) {
    const since = isNull(after) ? after : null;
    parts.push(
      those([
        Prisma.sql`${column!.sql} IS NULL`,
        since && beyondId(order, since, true),
        before && beyondId(order, before, false),
      ]),
    );
  }
  return parts.length > 0 ? parts : [Prisma.sql`FALSE`];
}

/** The rows after (or before) a position that has values. */
function beyond<Row>(order: Order<Row>, { values, id }: Position, after: boolean): Prisma.Sql {
  const columns = order.columns.map(({ sql }) => sql);
  const bounds = order.columns.map(({ type }, at) => Prisma.sql`${values[at]}::${Prisma.raw(type)}`);
  return Prisma.sql`(${Prisma.join([...columns, order.id])}) ${sign(order, after)} (${Prisma.join([...bounds, Prisma.sql`${id}::uuid`])})`;
}

/** Among rows without a value, those after (or before) a position. */
const beyondId = <Row>(order: Order<Row>, { id }: Position, after: boolean): Prisma.Sql =>
  Prisma.sql`${order.id} ${sign(order, after)} ${id}::uuid`;

const sign = <Row>({ direction }: Order<Row>, after: boolean): Prisma.Sql =>
  (direction === 'ASC') === after ? Prisma.sql`>` : Prisma.sql`<`;

const those = (conditions: readonly (Prisma.Sql | null)[]): Prisma.Sql => allOf(conditions.filter((one) => one !== null));

/** Makes a page of what the statement gave. */
export function toPage<Row>(request: PageRequest<Row>, fetched: readonly Row[]): Page<Row> {
  const more = fetched.length > request.count;
  const rows = fetched.slice(0, request.count);
  if (request.backwards) return { rows: rows.reverse(), hasNextPage: request.before !== null, hasPreviousPage: more };
  return { rows, hasNextPage: more, hasPreviousPage: request.after !== null || request.offset > 0 };
}
