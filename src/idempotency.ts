import type { Context } from './context.ts';
import { Prisma, type Transaction } from './database.ts';
import { RequestError } from './errors.ts';
import type { Reach } from './reach.ts';

/** A key that the caller has given this operation: the outcome that is kept under it, or a place to keep one. */
export interface ClaimedKey {
  /** What the operation came to when it ran; undefined where it is to run now. */
  readonly outcome: unknown;
  keep(outcome: unknown): Promise<void>;
}

const hours = 24;

/**
 * Claims the key of the operation in the transaction of its change; null where there is none. Of two at once the second
 * waits here for the first. What rolls the change back gives the key back. Throws IDEMPOTENCY_KEY_REUSED where another
 * operation has it.
 *
 * Nothing is written before the change has locked its people: a row of the key's would hold the caller's row by its foreign
 * key, and wait in a circle with whoever changes what other rows refer to.
 */
export async function claimKey(tx: Transaction, context: Context & { readonly reach?: Reach }): Promise<ClaimedKey | null> {
  const { arrival, reach } = context;
  if (!arrival.idempotency || !reach) return null;
  const { secrets } = context.steward;
  const { key, operation } = arrival.idempotency;
  const caller = [reach.userId, reach.impersonation?.impersonatorId].filter(Boolean).join(' ');
  const hash = secrets.keyedHash('idempotency', operation);

  await tx.$queryRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`idempotency ${caller} ${key}`}, 0))::text`);
  const [kept] = await tx.$queryRaw<{ hash: Uint8Array; outcome: Uint8Array }[]>(Prisma.sql`
    SELECT operation_hash AS hash, sealed_outcome AS outcome
      FROM idempotency_keys WHERE caller = ${caller} AND key = ${key} AND expires_at > now()`);
  if (kept && !hash.equals(kept.hash)) {
    throw new RequestError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key belongs to another operation.');
  }
  return {
    outcome: kept && JSON.parse(secrets.open('idempotency', kept.outcome).toString()),
    async keep(outcome) {
      const sealed = secrets.seal('idempotency', Buffer.from(JSON.stringify(outcome)));
      await tx.$executeRaw(Prisma.sql`
        INSERT INTO idempotency_keys (caller, key, user_id, operation_hash, sealed_outcome, expires_at)
        VALUES (${caller}, ${key}, ${reach.userId}::uuid, ${hash}::bytea, ${sealed}::bytea, now() + make_interval(hours => ${hours}::int))
        ON CONFLICT (caller, key) DO UPDATE
           SET operation_hash = excluded.operation_hash, sealed_outcome = excluded.sealed_outcome, created_at = now(), expires_at = excluded.expires_at`);
    },
  };
}
