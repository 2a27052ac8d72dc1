import pg from 'pg';
import { vi } from 'vitest';
import type { Database } from '../../src/database.ts';

/** A node of a plan, as EXPLAIN (FORMAT JSON) shows it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly PlanNode[];
}

/** How PostgreSQL goes about one statement. */
export interface Plan {
  readonly text: string;
  /** For the values at hand, or, as from the sixth execution of a prepared statement on, for whatever values. */
  readonly kind: 'custom' | 'generic';
  /** Tables that are read from end to end. */
  readonly scanned: readonly string[];
  /** The most rows that PostgreSQL expects to put in order. */
  readonly sorted: number;
}

interface Sent {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** The plans of every statement that `work` has the server send: each for its values, and a prepared one for any. */
export async function plansOf(database: Database, work: () => Promise<unknown>): Promise<Plan[]> {
  // Whichever way a statement goes, on a connection of the pool's or in a transaction, it passes here.
  const submit = vi.spyOn(pg.Query.prototype, 'submit');
  let sent: Sent[];
  try {
    await work();
    sent = (submit.mock.contexts as unknown as Sent[]).filter(({ text }) =>
      /^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b/.test(text),
    );
  } finally {
    submit.mockRestore();
  }
  const client = await database.pool.connect();
  try {
    const plans: Plan[] = [];
    for (const { name, text, values } of sent) {
      plans.push(
        planOf(text, 'custom', await client.query({ text: `EXPLAIN (FORMAT JSON) ${text}`, values: [...(values ?? [])] })),
      );
      if (name !== undefined) plans.push(planOf(text, 'generic', await explainGeneric(client, text, values ?? [])));
    }
    return plans;
  } finally {
    client.release();
  }
}

async function explainGeneric(client: pg.PoolClient, text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
  const literals = values.map(literal).join(', ');
  await client.query(`PREPARE asked AS ${text}`);
  await client.query('SET plan_cache_mode = force_generic_plan');
  try {
    return await client.query(`EXPLAIN (FORMAT JSON) EXECUTE asked${literals && `(${literals})`}`);
  } finally {
    await client.query('RESET plan_cache_mode');
    await client.query('DEALLOCATE asked');
  }
}

/** Without a type of its own, so that it takes the parameter's. */
function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map((one) => JSON.stringify(textOf(one))).join(',')}}`);
  return pg.escapeLiteral(textOf(value));
}

const textOf = (value: unknown): string => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : String(value));

function planOf(text: string, kind: Plan['kind'], { rows }: pg.QueryResult): Plan {
  const scanned = new Set<string>();
  let sorted = 0;
  const visit = (node: PlanNode) => {
    if (node['Node Type'] === 'Seq Scan') scanned.add(node['Relation Name']!);
    if (node['Node Type'] === 'Sort') sorted = Math.max(sorted, node.Plans![0]!['Plan Rows']);
    for (const below of node.Plans ?? []) visit(below);
  };
  visit(rows[0]['QUERY PLAN'][0].Plan);
  return { text, kind, scanned: [...scanned].sort(), sorted };
}
