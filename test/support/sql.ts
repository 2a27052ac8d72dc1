import pg from 'pg';
import { type Database, violatedConstraint } from '../../src/database.ts';

type Value = string | number | boolean | Date | Buffer | null;

/** `INSERT INTO table (…) VALUES (…)`, for tests that go to the database itself. */
export function insert(table: string, row: Record<string, Value>): string {
  const columns = Object.keys(row).map((name) => pg.escapeIdentifier(name));
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')})`;
}

export function literal(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'::bytea`;
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : value);
}

/**
 * Runs the statements in one transaction up to where it would commit, and undoes them. Answers the name of the
 * constraint that refused, `accepted` where none did, and the message of any other error.
 */
export async function verdict(database: Database, statements: readonly string[]): Promise<string> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    return 'accepted';
  } catch (error) {
    return violatedConstraint(error) ?? (error as Error).message;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** Runs the statements in one transaction, and undoes them; answers the rows of the last. */
export async function rowsAfter<Row>(database: Database, statements: readonly string[]): Promise<Row[]> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}
