import type { Database } from '../src/database.ts';

/** What PostgreSQL did since it was last told to start counting. */
export interface Statements {
  readonly calls: number;
  readonly ms: number;
}

export interface StatementCounter {
  start(): Promise<void>;
  read(): Promise<Statements>;
}

/** Counts with pg_stat_statements; null where this PostgreSQL has not loaded it. */
export async function statementCounter({ pool }: Database): Promise<StatementCounter | null> {
  try {
    await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await pool.query('SELECT FROM pg_stat_statements LIMIT 1');
  } catch {
    return null;
  }
  return {
    start: async () => void (await pool.query('SELECT pg_stat_statements_reset()')),
    async read() {
      const { rows } = await pool.query(`
        SELECT coalesce(sum(calls), 0)::int AS calls, coalesce(sum(total_exec_time), 0)::float8 AS ms FROM pg_stat_statements
         WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%'`);
      return rows[0];
    },
  };
}
