import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export type Cell = string | number | boolean | null;
export type Row = readonly Cell[];

/** Rows of one table, which come one by one. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly count: number;
  rows(): Iterable<Row>;
}

/** A row for each number from 0 to below `count`. */
export function* counted(count: number, row: (number: number) => Row): Iterable<Row> {
  for (let number = 0; number < count; number++) yield row(number);
}

/** Some tens of kilobytes at a time: PostgreSQL is fed while the next ones are made, and no table is ever whole in memory. */
const rowsAtOnce = 500;

/** Copies the rows into the table, and tells of them as they go. */
export async function copyRows(client: pg.PoolClient, { table, columns, rows }: TableRows, onRows: (rows: number) => void) {
  const into = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  await pipeline(Readable.from(texts(rows(), onRows), { objectMode: true, highWaterMark: 4 }), into);
}

function* texts(rows: Iterable<Row>, onRows: (rows: number) => void): Iterable<Buffer> {
  let lines: string[] = [];
  for (const row of rows) {
    lines.push(line(row));
    if (lines.length < rowsAtOnce) continue;
    yield Buffer.from(lines.join(''));
    onRows(lines.length);
    lines = [];
  }
  yield Buffer.from(lines.join(''));
  onRows(lines.length);
}

function line(row: Row): string {
  let text = '';
  for (const cell of row) text += text === '' ? toText(cell) : `\t${toText(cell)}`;
  return `${text}\n`;
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value in COPY's text format. */
function toText(cell: Cell): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'boolean') return cell ? 't' : 'f';
  if (typeof cell === 'number') return String(cell);
  return special.test(cell) ? cell.replace(/[\\\t\n\r]/g, (letter) => escapes[letter]!) : cell;
}
