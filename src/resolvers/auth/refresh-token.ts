import { Prisma, statement, type Transaction } from '../../database.ts';

/**
 * Whose token it is, and of which session: read before anything is locked, to lock in order. None of it ever changes, unless
 * the app is deleted.
 */
export interface TokenOwner {
  readonly sessionId: string;
  readonly userId: string;
  /** The app that was signed in to: by an impersonator, where the session is an impersonation. */
  readonly appId: string | null;
}

/** [hash] */
export const ownerOfRefreshToken = statement<TokenOwner>(
  'owner_of_refresh_token',
  `SELECT s.id, s.user_id, coalesce(s.app_id, f.app_id) AS app_id
     FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id LEFT JOIN sessions f ON f.id = s.started_from_id WHERE t.hash = $1`,
  (row) => ({ sessionId: row.id, userId: row.user_id, appId: row.app_id }),
);

export interface RefreshTokenState {
  /** Null for one that was never used. */
  readonly usedForMs: number | null;
  readonly expired: boolean;
}

/** Reads how the token stands. Its session is locked, so that no parallel use can change it; a lock taken here would see less. */
export async function readRefreshToken(tx: Transaction, hash: Buffer): Promise<RefreshTokenState | null> {
  const [token] = await tx.$queryRaw<RefreshTokenState[]>(Prisma.sql`
    SELECT (extract(epoch FROM clock_timestamp() - used_at) * 1000)::float8 AS "usedForMs", expires_at <= now() AS expired
      FROM refresh_tokens WHERE hash = ${hash}::bytea`);
  return token ?? null;
}
