/** What a statement saw of other transactions, as PostgreSQL tells it (`pg_snapshot`). */
export interface Snapshot {
  readonly text: string;
  /** Everything below was over. */
  readonly oldest: bigint;
  /** From here on nothing had begun. */
  readonly next: bigint;
  /** Those in between that were under way. */
  readonly running: ReadonlySet<bigint>;
}

export function readSnapshot(text: string): Snapshot {
  const [oldest, next, ...running] = text.split(/[:,]/).filter(Boolean).map(BigInt);
  return { text, oldest: oldest!, next: next!, running: new Set(running) };
}

/** What `pg_visible_in_snapshot` says: whether the transaction was over when the snapshot was taken. */
export const isVisible = (transaction: bigint, { oldest, next, running }: Snapshot): boolean =>
  transaction < oldest || (transaction < next && !running.has(transaction));
