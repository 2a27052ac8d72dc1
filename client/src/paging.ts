import type { CallOptions, Calls } from './calls.ts';
import { type RecordOf, toRecord } from './records.ts';

/** As many rows as the server gives at once. */
const mostAtOnce = 100;

/** A part of a list, with what leads to the next one. */
export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The cursor after which a list goes on; null at its end. */
export function nextOf({ pageInfo }: Pick<Connection<unknown>, 'pageInfo'>): string | null {
  return pageInfo.hasNextPage ? pageInfo.endCursor : null;
}

/**
 * Everything in a list, one by one; a page is fetched when its first row is wanted, and none after the loop was left. All pages are
 * read as one person: whoever is signed in when the first is.
 */
export async function* eachOf<Node>(
  calls: Calls,
  options: CallOptions | undefined,
  read: (page: { readonly first: number; readonly after: string | null }, options: CallOptions) => Promise<Connection<Node>>,
): AsyncGenerator<RecordOf<Node>, void> {
  const asOne = await calls.asOne(options);
  let after: string | null = null;
  do {
    const connection: Connection<Node> = await read({ first: mostAtOnce, after }, asOne);
    for (const node of connection.nodes) yield toRecord(node);
    after = nextOf(connection);
  } while (after !== null);
}

/** Everything that an iterator gives, as an array. */
export async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
