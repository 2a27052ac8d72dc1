import type DataLoader from 'dataloader';
import type { Visible } from '../policy.ts';
import { type Page, type PageRequest, toPage } from './page.ts';
import { kept, manyBy, oneBy } from './reading.ts';

/** A connection before anybody has said what of it is wanted: page and count are read at their first call, side by side. */
export interface Connection<Row> {
  readonly request: Pick<PageRequest<Row>, 'place' | 'order'>;
  page(): Promise<Page<Visible<Row>>>;
  totalCount(): Promise<number>;
}

/** A connection of one parent, or of none. */
export function connection<Row>(
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

/**
 * Connections below many parents: those that ask for the same page of their parent are read by one statement, and
 * counted by one. `Filter` is plain data.
 */
export function connectionsBy<Row, Filter>(read: {
  rows(parents: readonly string[], request: PageRequest<Row>, filter: Filter): Promise<(Visible<Row> & { parent: string })[]>;
  counts(parents: readonly string[], filter: Filter): Promise<{ parent: string; count: number }[]>;
}): (parent: string, request: PageRequest<Row>, filter: Filter) => Connection<Row> {
  const pages = new Map<string, DataLoader<string, Visible<Row>[]>>();
  const counts = kept((filter: string) =>
    oneBy(
      (parents: readonly string[]) => read.counts(parents, JSON.parse(filter)),
      ({ parent }) => parent,
    ),
  );

  return (parent, request, filter) => {
    const { count, backwards, after, before, offset, order } = request;
    const shape = JSON.stringify([filter, count, backwards, after, before, offset, order.name, order.direction]);
    const loader =
      pages.get(shape) ??
      manyBy(
        (parents) => read.rows(parents, request, filter),
        ({ parent }) => parent,
      );
    pages.set(shape, loader);
    return connection(
      request,
      () => loader.load(parent),
      async () => (await counts(JSON.stringify(filter)).load(parent))?.count ?? 0,
    );
  };
}
