import { createHash } from 'node:crypto';
import { badInput } from '../errors.ts';

/** Where a row stands in an order: its value there, and its id. */
export interface Position {
  readonly value: string | number | null;
  readonly id: string;
}

export type ValueType = 'timestamptz' | 'text' | 'int';

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

// Binds a cursor to its connection: field, parent object, order and direction.
const mark = (place: string): string => createHash('sha256').update(place).digest('base64url').slice(0, 8);

/** The opaque text of a position in the connection called `place`. */
export const encodeCursor = (place: string, { value, id }: Position): string =>
  Buffer.from(JSON.stringify([mark(place), value, id])).toString('base64url');

/** The position in a cursor of that connection; BAD_USER_INPUT for any other text. */
export function decodeCursor(place: string, cursor: string, type: ValueType, nullable: boolean): Position {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 3) {
      const [marked, value, id] = parts;
      const holds = marked === mark(place) && typeof id === 'string' && uuid.test(id) && fits(value, type, nullable);
      // Decoding base64 overlooks what does not belong there.
      if (holds && encodeCursor(place, { value, id }) === cursor) return { value, id };
    }
  } catch {
    // Whatever is no cursor ends below.
  }
  throw badInput('The cursor is malformed, or belongs to another connection or order.');
}

function fits(value: unknown, type: ValueType, nullable: boolean): value is Position['value'] {
  if (value === null) return nullable;
  if (type === 'int') return Number.isSafeInteger(value) && Math.abs(value as number) < 2 ** 31;
  if (typeof value !== 'string' || value.includes('\0')) return false;
  return type === 'text' || isInstant(value);
}

/** As `toISOString` writes it, within the years that PostgreSQL reads. */
function isInstant(text: string): boolean {
  const date = new Date(text);
  return /^\d{4}-/.test(text) && !text.startsWith('0000') && !Number.isNaN(date.getTime()) && date.toISOString() === text;
}
