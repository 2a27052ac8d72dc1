import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Embedded } from './database/embedded.ts';
import { prepareForPrisma, translated, unavailable } from './database/errors.ts';
import { localNotices, type Notices, postgresNotices } from './database/notices.ts';
import { PGliteSocket } from './database/pglite-socket.ts';
import { type Prisma, PrismaClient } from './generated/prisma/client.ts';

export { isRetryable, unavailable, violatedConstraint } from './database/errors.ts';
export { Prisma } from './generated/prisma/client.ts';

/** A Prisma client bound to an open transaction. Nothing else may touch the database inside: it would wait for its connection. */
export type Transaction = Prisma.TransactionClient;

/** What a row holds is known to the statement that selects it. */
type Row = any;

/** A statement whose text never changes: prepared once per connection, under its name. */
export interface Statement<Out> {
  readonly name: string;
  readonly text: string;
  readonly map: (row: Row) => Out;
}

/** Names a fixed statement. One composed for a caller's filter must have no name, since it would stay prepared on every connection. */
export function statement<Out>(name: string, text: string, map: (row: Row) => Out): Statement<Out> {
  return { name, text, map };
}

/** What `Database.read` is, within a transaction. Parameters travel as text, so each needs a type in the statement. */
export const readingIn = (tx: Transaction): Pick<Database, 'read'> => ({
  read: async ({ text, map }, values = []) => (await tx.$queryRawUnsafe<Row[]>(text, ...values)).map(map),
});

/** A PostgreSQL server | the embedded database, in a folder | the embedded database, in memory, from a dump. */
export type DatabaseLocation = { readonly url: string } | { readonly folder: string } | { readonly dump: Blob };

export interface DatabaseOptions {
  /** Connections of this process; the embedded database has one. */
  readonly poolSize?: number;
  /** How many may wait for a connection before further ones are told UNAVAILABLE at once. */
  readonly waitingBound?: number;
  /** For a connection, be it a new one or one that is in use. */
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  /** For a transaction as a whole, and for its idling in between. */
  readonly transactionTimeoutMs?: number;
  /** Told of connections that fail while nobody uses them. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** The one way to the database. Its errors are those of `src/database/errors.ts`: UNAVAILABLE, or as `pg` and Prisma throw them. */
export interface Database {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /** Runs a fixed statement on any connection and maps its rows. */
  read<Out>(statement: Statement<Out>, values?: readonly unknown[]): Promise<Out[]>;
  /** Runs a composed statement on any connection. */
  query<Row>(sql: Prisma.Sql): Promise<Row[]>;
  /** READ COMMITTED, one attempt; whatever `work` throws rolls it back and comes out as it is. */
  transaction<Out>(work: (tx: Transaction) => Promise<Out>, options?: { readonly timeoutMs?: number }): Promise<Out>;
  /** Word between the servers of this database. */
  readonly notices: Notices;
  /** Whether a statement gets through, by the time that a connection may take. */
  isReady(): Promise<boolean>;
  /** How many statements were sent since the start, BEGIN and COMMIT included. */
  readonly statementCount: number;
  /**
   * Runs `work` on one connection, without time-outs, while no other process runs such work on this database; at most
   * two minutes are spent waiting for that. For migrations, before anything else runs here.
   */
  alone<Out>(work: (pool: pg.Pool) => Promise<Out>): Promise<Out>;
  /** For people: which database this is, without a password. */
  describe(): string;
  /** Waits for what is under way; safe to call again. */
  close(): Promise<void>;
}

/** Opens the database at `location`, and makes the embedded one where there is none yet. Does not migrate, and does not wait for a server. */
export async function openDatabase(location: DatabaseLocation, options: DatabaseOptions = {}): Promise<Database> {
  const { waitingBound = 500, transactionTimeoutMs = 10_000, connectTimeoutMs = 2000 } = options;
  const opened = 'url' in location ? toServer(location.url, options) : await toEmbedded(location);
  const { pool } = opened;
  let statementCount = 0;
  let closing: Promise<void> | undefined;
  pool.on('error', (error) => options.onConnectionLost?.(error));
  pool.on('connect', (client) => watch(client, () => statementCount++));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const maxWait = Math.max(connectTimeoutMs, pool.options.connectionTimeoutMillis ?? 0);

  async function attempt<Out>(work: () => Promise<Out>): Promise<Out> {
    if (pool.waitingCount >= waitingBound) throw unavailable();
    try {
      return await work();
    } catch (error) {
      throw translated(error);
    }
  }

  return {
    prisma,
    pool,
    read: ({ name, text, map }, values = []) =>
      attempt(async () => (await pool.query({ name, text, values: [...values] })).rows.map(map)),
    query: ({ text, values }) => attempt(async () => (await pool.query({ text, values })).rows),
    notices: opened.notices,
    transaction: (work, { timeoutMs = transactionTimeoutMs } = {}) =>
      attempt(() => prisma.$transaction(work, { maxWait, timeout: timeoutMs })),
    isReady: () =>
      attempt(() => pool.query('SELECT 1')).then(
        () => true,
        () => false,
      ),
    get statementCount() {
      return statementCount;
    },
    alone: opened.alone,
    describe: opened.describe,
    close() {
      closing ??= opened.notices
        .close()
        .then(() => prisma.$disconnect())
        .then(() => pool.end())
        .then(opened.close);
      return closing;
    },
  };
}

/** Any number that no other advisory lock of ours has. */
const aloneLock = 5_283_760;

interface Opened extends Pick<Database, 'pool' | 'notices' | 'alone' | 'describe' | 'close'> {}

function toServer(url: string, options: DatabaseOptions): Opened {
  const {
    poolSize = 10,
    connectTimeoutMs = 2000,
    statementTimeoutMs = 5000,
    lockTimeoutMs = 4000,
    transactionTimeoutMs = 10_000,
  } = options;
  const describe = () => `PostgreSQL at ${withoutPassword(url)}`;
  const always = { connectionString: url, keepAlive: true, application_name: 'steward', onConnect: prepareSession };
  return {
    pool: new pg.Pool({
      ...always,
      max: poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: transactionTimeoutMs,
      // For a server that no longer answers at all.
      query_timeout: statementTimeoutMs + 1000,
      idleTimeoutMillis: 30_000,
    }),
    notices: postgresNotices({
      connectionString: url,
      keepAlive: true,
      application_name: 'steward notices',
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs,
    }),
    async alone(work) {
      // On a connection of its own: the pool drops its client, and a lock with it, after any failed query.
      const lock = new pg.Client({
        connectionString: url,
        keepAlive: true,
        connectionTimeoutMillis: 10_000,
        lock_timeout: 120_000,
      });
      const pool = new pg.Pool({ ...always, max: 1, connectionTimeoutMillis: 10_000, idleTimeoutMillis: 0 });
      // Whoever waits for an answer is told of a lost connection; an unheard event would end the process.
      lock.on('error', () => {});
      pool.on('error', () => {});
      try {
        await lock.connect().catch((cause) => {
          throw new Error(`${describe()} does not answer: ${cause.code ?? cause.message}.`, { cause });
        });
        await lock.query('SELECT pg_advisory_lock($1)', [aloneLock]).catch((cause) => {
          const late = `Another process has been migrating ${describe()} for two minutes. Look after that one, then start again.`;
          throw cause.code === '55P03' ? new Error(late, { cause }) : cause;
        });
        return await work(pool);
      } finally {
        await pool.end();
        await lock.end();
      }
    },
    describe,
    close: async () => {},
  };
}

async function toEmbedded(location: { folder: string } | { dump: Blob }): Promise<Opened> {
  const { openInFolder, openInMemory } = await import('./database/embedded.ts');
  const embedded: Embedded = 'folder' in location ? await openInFolder(location.folder) : await openInMemory(location.dump);
  const pool = new pg.Pool({
    user: 'postgres',
    database: 'postgres',
    max: 1,
    ssl: false,
    idleTimeoutMillis: 0,
    // There is only one connection, and no network to lose: who waits for it waits for others to finish.
    connectionTimeoutMillis: 10_000,
    onConnect: prepareSession,
    stream: () => new PGliteSocket(embedded.pglite) as never,
  });
  return {
    pool,
    notices: localNotices(),
    alone: (work) => work(pool),
    describe: () => ('folder' in location ? `the embedded database in ${location.folder}` : 'the embedded database, in memory'),
    close: embedded.close,
  };
}

/**
 * Prisma's adapter writes and reads instants without their zone, as if every session were in UTC. The isolation level is
 * told once here, whatever the server's default, instead of by a statement in each transaction.
 */
async function prepareSession(client: pg.ClientBase): Promise<void> {
  await client.query("SET TIME ZONE 'UTC'; SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED");
}

/**
 * Counts what the client sends, prepares its errors for Prisma, and cuts it off where an answer is overdue, since that
 * would be taken for the answer to its next query. The pool and Prisma call `query` with a callback or for a promise.
 */
function watch(client: pg.PoolClient, count: () => void): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const failed = (error: unknown) => {
    prepareForPrisma(error);
    if ((error as Error).message === 'Query read timeout') (client as unknown as Wired).connection.stream.destroy();
  };
  client.query = ((...args: unknown[]) => {
    count();
    const last = args.at(-1);
    if (typeof last === 'function') {
      const callback = (error: unknown, ...rest: unknown[]) => {
        if (error) failed(error);
        last(error, ...rest);
      };
      return query(...args.slice(0, -1), callback);
    }
    const answer = query(...args);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      failed(error);
      throw error;
    });
  }) as typeof client.query;
}

interface Wired {
  readonly connection: { readonly stream: { destroy(): void } };
}

function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)([^/@]*@)?([^?]*).*$/s, '$1$3');
}
