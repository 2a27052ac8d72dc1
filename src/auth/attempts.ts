import { Prisma } from '../database.ts';

/** Sends a statement: of a transaction, which takes the count back where it is rolled back, or on its own. */
type Send = <Row>(sql: Prisma.Sql) => Promise<Row[]>;

/**
 * Counts something that a key may do so often within so many minutes. Parallel ones wait for each other. Gives null where
 * it may, else the instant from which it may again; that one is not counted.
 */
export async function countAttempt(
  send: Send,
  key: Buffer,
  { most, minutes }: { readonly most: number; readonly minutes: number },
): Promise<Date | null> {
  const recent = Prisma.sql`ARRAY(SELECT t FROM unnest(l.failed_at) t WHERE t > now() - make_interval(mins => ${minutes}::int) ORDER BY t)`;
  const counted = await send<unknown>(Prisma.sql`
    INSERT INTO login_locks AS l (key, failed_at) VALUES (${key}::bytea, ARRAY[now()])
    ON CONFLICT (key) DO UPDATE SET failed_at = ${recent} || ARRAY[now()], updated_at = now()
     WHERE cardinality(${recent}) < ${most}::int
    RETURNING true`);
  if (counted.length > 0) return null;
  const [oldest] = await send<{ until: Date }>(Prisma.sql`
    SELECT min(t) + make_interval(mins => ${minutes}::int) AS until FROM login_locks l, unnest(l.failed_at) t
     WHERE l.key = ${key}::bytea AND t > now() - make_interval(mins => ${minutes}::int)`);
  return oldest!.until;
}
