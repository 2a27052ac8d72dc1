import { createHash } from 'node:crypto';
import { badInput } from '../errors.ts';

/** Where a row stands in an order: its values there, and its id. */
export interface Position {
  readonly values: readonly (string | number | null)[];
  readonly id: string;
  /** What the statement that read the row could see of other transactions, where the order remembers it. */
  readonly snapshot?: string;
  /**
   * Of a stream that began at this position, and has since told of rows which the snapshot missed: the number of the
   * transaction and the id of the last of them. Pages have no use for it.
   */
  readonly late?: readonly [transaction: string, id: string];
}

/** What stands in the values of a position: instants as ISO 8601, `bigint` as digits. */
export interface PositionShape {
  readonly values: readonly { readonly type: ValueType; readonly nullable: boolean }[];
  readonly hasSnapshot: boolean;
}

export type ValueType = 'timestamptz' | 'text' | 'int' | 'bigint';

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const snapshot = /^\d{1,19}:\d{1,19}:(\d{1,19}(,\d{1,19})*)?$/;

// Binds a cursor to its connection: field, parent object, order and direction.
const mark = (place: string): string => createHash('sha256').update(place).digest('base64url').slice(0, 8);

/** The opaque text of a position in the connection called `place`. */
export const encodeCursor = (place: string, position: Position): string =>
  Buffer.from(
    JSON.stringify([
      mark(place),
      position.values,
      position.id,
      ...(position.snapshot ? [position.snapshot] : []),
      ...(position.late ? [position.late] : []),
    ]),
  ).toString('base64url');

/** The position in a cursor of that connection; BAD_USER_INPUT for any other text. */
export function decodeCursor(place: string, cursor: string, shape: PositionShape): Position {
  try {
    const position = positionIn(JSON.parse(Buffer.from(cursor, 'base64url').toString()), place, shape);
    // Decoding base64 overlooks what does not belong there.
    if (position && encodeCursor(place, position) === cursor) return position;
  } catch {
    // Whatever is no cursor ends below.
  }
  throw badInput('The cursor is malformed, or belongs to another connection or order.');
}

function positionIn(parts: unknown, place: string, shape: PositionShape): Position | null {
  if (!Array.isArray(parts) || !(shape.hasSnapshot ? [4, 5] : [3]).includes(parts.length)) return null;
  const [marked, values, id, seen, late] = parts as unknown[];
  if (marked !== mark(place) || typeof id !== 'string' || !uuid.test(id)) return null;
  if (!Array.isArray(values) || values.length !== shape.values.length) return null;
  if (!shape.values.every(({ type, nullable }, at) => fits(values[at], type, nullable))) return null;
  if (!shape.hasSnapshot) return { values, id };
  if (typeof seen !== 'string' || !isSnapshot(seen)) return null;
  if (parts.length === 4) return { values, id, snapshot: seen };
  return isLate(late) ? { values, id, snapshot: seen, late } : null;
}

const isLate = (value: unknown): value is [string, string] =>
  Array.isArray(value) &&
  value.length === 2 &&
  fits(value[0], 'bigint', false) &&
  typeof value[1] === 'string' &&
  uuid.test(value[1]);

function fits(value: unknown, type: ValueType, nullable: boolean): boolean {
  if (value === null) return nullable;
  if (type === 'int') return Number.isSafeInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 31;
  if (typeof value !== 'string' || value.includes('\0')) return false;
  if (type === 'bigint') return /^\d{1,19}$/.test(value) && BigInt(value) < 2n ** 63n;
  return type === 'text' || isInstant(value);
}

/** As PostgreSQL writes a pg_snapshot: the oldest running transaction, the next one, and those that run between the two, in order. */
function isSnapshot(text: string): boolean {
  if (!snapshot.test(text)) return false;
  const [oldest, next, ...running] = text.split(/[:,]/).filter(Boolean).map(BigInt) as [bigint, bigint, ...bigint[]];
  const inOrder = running.every((number, at) => number >= oldest && number < next && (at === 0 || number > running[at - 1]!));
  return inOrder && isTransaction(oldest) && isTransaction(next) && oldest <= next && next < 2n ** 63n;
}

/** Numbers whose lower half is 0 are given to no transaction, and refused by PostgreSQL. */
const isTransaction = (number: bigint): boolean => number % 2n ** 32n !== 0n;

/** As `toISOString` writes it, within the years that PostgreSQL reads. */
function isInstant(text: string): boolean {
  const date = new Date(text);
  return /^\d{4}-/.test(text) && !text.startsWith('0000') && !Number.isNaN(date.getTime()) && date.toISOString() === text;
}
