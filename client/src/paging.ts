import { type RecordOf, toRecord } from './records.ts';

/** How many rows a page has where everything is read: as many as the server gives at once. */
export const pageOfAll = 100;

/** A part of a list, with what leads to the next one. */
export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The cursor after which a list goes on; null at its end. */
export function nextOf({ pageInfo }: Pick<Connection<unknown>, 'pageInfo'>): string | null {
  return pageInfo.hasNextPage ? pageInfo.endCursor : null;
}

/** Everything in a list, one by one; a page is fetched when its first row is wanted, and none after the loop was left. */
export async function* eachOf<Node>(
  page: (after: string | null) => Promise<Connection<Node>>,
): AsyncGenerator<RecordOf<Node>, void> {
  let after: string | null = null;
  do {
    const connection: Connection<Node> = await page(after);
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
