import { createHash } from 'node:crypto';
import type DataLoader from 'dataloader';
import { Prisma, statement } from '../database.ts';
import type { Visible } from '../policy.ts';
import { orderOfPage, type Page, type PageRequest, pageSql, type Selection, toPage } from './page.ts';
import { countBy, manyBy, type Reads } from './reading.ts';
import { allOf } from './where.ts';

/** A connection before anybody has said what of it is wanted: page and count are read at their first call, side by side. */
export interface Connection<Row> {
  readonly request: Pick<PageRequest<Row>, 'place' | 'order'>;
  page(): Promise<Page<Visible<Row>>>;
  totalCount(): Promise<number>;
}

/** What connections list, whatever is asked of them. */
export interface Listed<Row> extends Omit<Selection, 'where'> {
  toRow(row: any): Row;
  /** Lets through what the caller may see. */
  seen(rows: readonly Row[]): Promise<Visible<Row>[]>;
  /** The same as a condition, where rows that the caller may not see can be among them: pages are full and counts right. */
  visibleOnly?(): Promise<Prisma.Sql>;
  /** Whether parents differ so much in size that each is planned for: a plan for any would be wrong for most. */
  readonly isSkewed?: boolean;
}

/** Makes connections of no parent. */
export function connections<Row>(database: Reads, listed: Listed<Row>) {
  return (request: PageRequest<Row>, where: Prisma.Sql): Connection<Row> =>
    connection(
      request,
      async () => {
        const page = pageSql(request, { ...listed, where: await visiblePart(listed, where) });
        const rows = await read<any>(database, page, isFixed(listed, where));
        return listed.seen(rows.map(listed.toRow));
      },
      async () => {
        const [row] = await database.query<{ count: number }>(
          Prisma.sql`SELECT count(*)::int AS count FROM ${listed.from} WHERE ${await visiblePart(listed, where)}`,
        );
        return row!.count;
      },
    );
}

/**
 * Makes connections below many parents: those that ask for the same page of their parent are read by one statement, and
 * counted by one. `parent` is the column that says whose a row is.
 */
export function connectionsBy<Row>(database: Reads, listed: Listed<Row> & { readonly parent: Prisma.Sql }) {
  type Parented = { readonly parent: string };
  const pages = new Map<string, DataLoader<string, (Parented & { row: Visible<Row> })[]>>();
  const counts = new Map<string, DataLoader<string, number>>();

  async function rowsOf(parents: readonly string[], request: PageRequest<Row>, where: Prisma.Sql) {
    const own = Prisma.sql`${listed.parent} = parent.id AND ${await visiblePart(listed, where)}`;
    const pages = Prisma.sql`
      SELECT parent.id AS parent, page.* FROM ${listOf(parents)} CROSS JOIN LATERAL (${pageSql(request, { ...listed, where: own })}) page
       ORDER BY ${orderOfPage(request)}`;
    const found = await read<any>(database, pages, isFixed(listed, where));
    const rows = new Map<string, Row[]>(parents.map((parent) => [parent, []]));
    for (const row of found) rows.get(row.parent)!.push(listed.toRow(row));
    const seen = [...rows].map(async ([parent, own]) => (await listed.seen(own)).map((row) => ({ parent, row })));
    return (await Promise.all(seen)).flat();
  }

  const countsOf = async (parents: readonly string[], where: Prisma.Sql) =>
    database.query<Parented & { count: number }>(Prisma.sql`
      SELECT ${listed.parent} AS parent, count(*)::int AS count FROM ${listed.from}
       WHERE ${listed.parent} = ANY(${parents}::uuid[]) AND ${await visiblePart(listed, where)} GROUP BY 1`);

  return (parent: string, request: PageRequest<Row>, where: Prisma.Sql): Connection<Row> => {
    const { count, backwards, after, before, offset, order } = request;
    const filter = JSON.stringify([where.text, where.values]);
    const shape = JSON.stringify([filter, count, backwards, after, before, offset, order.name, order.direction]);
    const page = madeOnce(pages, shape, () =>
      manyBy(
        (parents) => rowsOf(parents, request, where),
        (one) => one.parent,
      ),
    );
    const total = madeOnce(counts, filter, () => countBy((parents) => countsOf(parents, where)));
    return connection(
      request,
      async () => (await page.load(parent)).map(({ row }) => row),
      () => total.load(parent),
    );
  };
}

function connection<Row>(
  request: PageRequest<Row>,
  rows: () => Promise<Visible<Row>[]>,
  count: () => Promise<number>,
): Connection<Row> {
  let page: Promise<Page<Visible<Row>>> | undefined;
  let total: Promise<number> | undefined;
  return {
    request,
    page: () => (page ??= rows().then((fetched) => toPage(request as never, fetched))),
    totalCount: () => (total ??= count()),
  };
}

/** Sends a page's statement; a fixed one is prepared once per connection, since planning can take longer than running. */
const read = <Row>(database: Reads, sql: Prisma.Sql, fixed: boolean): Promise<Row[]> =>
  fixed
    ? database.read(
        statement<Row>(nameOf(sql.text), sql.text, (row) => row as Row),
        sql.values,
      )
    : database.query<Row>(sql);

// Of pages without a caller's conditions there are few texts. One of conditions has no name, since it would stay prepared.
const isFixed = ({ isSkewed }: Pick<Listed<never>, 'isSkewed'>, where: Prisma.Sql): boolean =>
  !isSkewed && where.text === everything;

const everything = allOf([]).text;

const nameOf = (text: string): string => `page_${createHash('sha1').update(text).digest('hex')}`;

const visiblePart = async ({ visibleOnly }: Pick<Listed<never>, 'visibleOnly'>, where: Prisma.Sql): Promise<Prisma.Sql> =>
  visibleOnly ? Prisma.sql`${where} AND ${await visibleOnly()}` : where;

// A single parent is planned for as what it is; of several, PostgreSQL knows the average alone.
const listOf = (parents: readonly string[]): Prisma.Sql =>
  parents.length === 1
    ? Prisma.sql`(SELECT ${parents[0]}::uuid AS id) AS parent`
    : Prisma.sql`unnest(${parents}::uuid[]) AS parent(id)`;

function madeOnce<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}
