import { assertCaller } from '../caller.ts';
import type { SignedInContext } from '../context.ts';
import { Prisma, readingIn, type Transaction } from '../database.ts';
import { notFound } from '../errors.ts';
import { decodeId } from '../ids.ts';
import { callerOfSession } from '../loaders/caller.ts';
import type { Reach } from '../reach.ts';

/** A person as the locked row has them. */
export interface Person {
  readonly id: string;
  readonly homePoolId: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string | null;
  /** Name, or the address where there is none: how audit events call them. */
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly externalId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly passwordHash: string | null;
  readonly tokenVersion: number;
  readonly version: number;
  /** A suspension whose end has passed does not count. */
  readonly suspended: boolean;
  readonly suspendedUntil: Date | null;
  readonly suspensionReason: string | null;
}

/**
 * `share` keeps everything of the person as it is meanwhile. `change` is for changing them, and what hangs on them: their
 * sessions, grants, tags and roles. `delete` lets no row refer to them any more, no event either, and waits for those that are
 * being written.
 */
export type PersonLock = 'share' | 'change' | 'delete';

/** Locks a person. Null where there is none any more. */
export async function lockPerson(tx: Transaction, userId: string, lock: PersonLock): Promise<Person | null> {
  const strength = { share: Prisma.sql`FOR SHARE`, change: Prisma.sql`FOR NO KEY UPDATE`, delete: Prisma.sql`FOR UPDATE` };
  const [person] = await tx.$queryRaw<Person[]>(Prisma.sql`
    SELECT id, home_pool_id AS "homePoolId", email, email_verified AS "emailVerified", name, coalesce(name, email) AS "displayName",
           avatar_url AS "avatarUrl", external_id AS "externalId", metadata, password_hash AS "passwordHash",
           token_version AS "tokenVersion", version,
           status = 'SUSPENDED' AND (suspended_until IS NULL OR suspended_until > now()) AS suspended,
           suspended_until AS "suspendedUntil", suspension_reason AS "suspensionReason"
      FROM users WHERE id = ${userId}::uuid ${strength[lock]}`);
  return person ?? null;
}

/** Locks people in the order of their ids, as everybody does, so that nobody waits in a circle. */
export async function lockPeople(
  tx: Transaction,
  locks: ReadonlyMap<string, PersonLock>,
): Promise<ReadonlyMap<string, Person | null>> {
  const people = new Map<string, Person | null>();
  for (const [id, lock] of [...locks].sort(([a], [b]) => (a < b ? -1 : 1))) people.set(id, await lockPerson(tx, id, lock));
  return people;
}

/** The caller as they are now, and the person that the mutation is about, who may be the caller. */
export interface CallerAndSubject {
  readonly reach: Reach;
  readonly subject: Person;
}

/**
 * Locks the caller and the person that they name, then reads the caller's authority again. Throws NOT_FOUND for an id that
 * is nobody's, TOKEN_STALE or UNAUTHENTICATED where the caller's authority has moved meanwhile.
 */
export async function lockSubject(tx: Transaction, context: SignedInContext, id: string): Promise<CallerAndSubject> {
  const userId = decodeId('user', id);
  const callerId = context.reach.userId;
  const people = await lockPeople(tx, new Map([[callerId, 'share'], ...(userId ? [[userId, 'change'] as const] : [])]));
  const reach = await readCaller(tx, context);
  const subject = userId && people.get(userId);
  if (!subject) throw notFound(id, ['input', 'userId']);
  return { reach, subject };
}

/** Locks the caller alone, and reads their authority again: for changes that are about no other person. */
export async function lockCaller(
  tx: Transaction,
  context: SignedInContext,
  lock: PersonLock,
): Promise<{ reach: Reach; caller: Person }> {
  const caller = await lockPerson(tx, context.reach.userId, lock);
  const reach = await readCaller(tx, context);
  // The caller is there: their session is, which goes with them.
  return { reach, caller: caller! };
}

/**
 * The caller's authority by what the database says now. Their row is locked, so that it stays so until the commit; and whoever
 * really acts is kept from being deleted, since the event has to name them. Throws as a request would be refused.
 */
export async function readCaller(tx: Transaction, { reach }: SignedInContext): Promise<Reach> {
  if (reach.impersonation) {
    await tx.$queryRaw(Prisma.sql`SELECT id FROM users WHERE id = ${reach.impersonation.impersonatorId}::uuid FOR KEY SHARE`);
  }
  const [caller] = await readingIn(tx).read(callerOfSession, [reach.sessionId]);
  return assertCaller(caller, reach).reach;
}
