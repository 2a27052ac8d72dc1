import DataLoader from 'dataloader';
import type { Database } from '../database.ts';
import type { Reach } from '../reach.ts';

/** What a loader asks of the database. */
export type Reads = Pick<Database, 'read' | 'query'>;

/** What a loader needs: the database, and for whom it reads. */
export interface Reading {
  readonly database: Reads;
  reach(): Promise<Reach | null>;
}

// Operations of a batch reach their loads in different microtasks of the same turn; the check phase comes after all of
// them, so that a batch of ten takes no more statements than one.
const options = { batchScheduleFn: (callback: () => void) => void setImmediate(callback) };

/** Loads one row for each key, by one statement for all keys of the turn; null where there is none. */
export function oneBy<Key, Row>(
  read: (keys: readonly Key[]) => Promise<Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, Row | null> {
  return new DataLoader(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  }, options);
}

/** Loads all rows of each key, by one statement for all keys of the turn, in the statement's order. */
export function manyBy<Key, Row>(
  read: (keys: readonly Key[]) => Promise<Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, Row[]> {
  return new DataLoader(async (keys) => {
    const rows = new Map<Key, Row[]>(keys.map((key) => [key, []]));
    for (const row of await read(keys)) rows.get(keyOf(row))?.push(row);
    return keys.map((key) => rows.get(key)!);
  }, options);
}

/** Counts for each key, by one statement for all keys of the turn; what the statement does not name has none. */
export function countBy(
  read: (keys: readonly string[]) => Promise<{ parent: string; count: number }[]>,
): DataLoader<string, number> {
  return new DataLoader(async (keys) => {
    const counts = new Map((await read(keys)).map(({ parent, count }) => [parent, count]));
    return keys.map((key) => counts.get(key) ?? 0);
  }, options);
}

/** The value that is made once for each key, and kept. */
export function kept<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const values = new Map<Key, Value>();
  return (key) => {
    if (!values.has(key)) values.set(key, make(key));
    return values.get(key)!;
  };
}
