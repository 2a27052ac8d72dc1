import type { World } from './world.ts';

/** How often each race is run; CI runs them less often. */
export const rounds = Number(process.env.RACE_ROUNDS ?? 20);

/** Lets everyone go at once. */
export const together = <Out>(count: number, work: (i: number) => Promise<Out>): Promise<Out[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

/** How often each value is among them. */
export const counted = (values: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

/**
 * Runs `work` while another transaction has made a change and not committed it yet; commits once `work` waits for that.
 * Throws where `work` is done without waiting.
 */
export async function whileUncommitted<Out>(world: World, change: string, work: () => Promise<Out>): Promise<Out> {
  const { database, sql } = world;
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(change);
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    // Asked outside of the transaction, which would go on seeing the connections that there were at first.
    const isWaitedFor = () =>
      database.query(sql`SELECT FROM pg_stat_activity WHERE ${rows[0].pid}::int = ANY(pg_blocking_pids(pid))`);
    while ((await isWaitedFor()).length === 0) if (isDone) throw new Error(`Nobody waited: ${await working}`);
    await client.query('COMMIT');
    return await working;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
