import { isDeepStrictEqual } from 'node:util';
import type { Context } from './context.ts';
import { Prisma, type Transaction } from './database.ts';
import { type IdPrefix, newId } from './ids.ts';
import type { Reach } from './reach.ts';

/** One field of what changed; both sides as JSON values, never a secret. */
export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Happening {
  /** `noun.verb_in_past`. */
  readonly action: string;
  /** Who did it; the caller unless told, null for nobody known. */
  readonly actor?: { readonly id: string; readonly name: string } | null;
  readonly subject?: { readonly type: IdPrefix; readonly id: string };
  readonly organizationId?: string | null;
  readonly reason?: string | null;
  readonly changes?: readonly Change[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Everyone the event is about besides actor, impersonator and a subject that is a person. */
  readonly people?: readonly string[];
}

/** What an event takes from its request: where it came from, and who sent it, where somebody is signed in. */
export type Happens = Pick<Context, 'arrival'> & { readonly reach?: Pick<Reach, 'userId' | 'userName' | 'impersonation'> | null };

/** Writes the event of a change in the transaction of the change: one statement, with the people it is about. */
export async function record(tx: Transaction, context: Happens, happening: Happening): Promise<void> {
  await tx.$executeRaw(Prisma.sql`WITH ${insertion(context, happening, Prisma.sql`TRUE`)}`);
}

/**
 * Writes the event of a refused attempt, outside of any transaction, so that it outlives the refusal. Attempts that
 * share one of the `alike` keys within 60 seconds of the first are that one event; those that are left out open no minute of
 * their own, or they could leave out the next ones for ever.
 */
export async function recordRefused(context: Context & Happens, alike: readonly string[], happening: Happening): Promise<void> {
  const { database, secrets } = context.steward;
  const keys = alike.map((key) => secrets.keyedHash('refusal-window', key));
  // One window that is open leaves it out. Of two attempts at once, one may still open the window of what they do not share.
  await database.query(Prisma.sql`
    WITH opened AS (
      INSERT INTO refusal_windows (key, until)
      SELECT key, now() + interval '60 seconds' FROM unnest(${keys}::bytea[]) AS key
       WHERE NOT EXISTS (SELECT FROM refusal_windows w WHERE w.key = ANY(${keys}::bytea[]) AND w.until > now())
       ORDER BY key
      ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE refusal_windows.until <= now()
      RETURNING key
    ), ${insertion(context, happening, Prisma.sql`(SELECT count(*) FROM opened) = ${keys.length}::int`)}`);
  database.notices.send();
}

/** The event as a common table expression, and its people as the statement that follows. */
function insertion({ arrival, reach = null }: Happens, happening: Happening, condition: Prisma.Sql): Prisma.Sql {
  const actor = happening.actor === undefined ? reach && { id: reach.userId, name: reach.userName } : happening.actor;
  const impersonation = reach?.impersonation ?? null;
  const { subject } = happening;
  const doers = [...new Set([actor?.id, impersonation?.impersonatorId].filter((id) => id != null))];
  // Where nobody known did it, what tells where it came from is of whom it is about.
  const needed = doers.length === 0 && subject?.type === 'user' ? [subject.id] : doers;
  const people = new Set(happening.people);
  for (const id of doers) people.add(id);
  if (subject?.type === 'user') people.add(subject.id);

  // Who is being deleted is waited for, and gone then: no row refers to them, and nothing that they were refused is told of them.
  return Prisma.sql`
    here AS (
      SELECT u.id FROM users u WHERE u.id = ANY(${[...people]}::uuid[]) FOR KEY SHARE
    ), event AS (
      INSERT INTO audit_events (id, action, actor_id, actor_name, impersonator_id, impersonator_name, subject_type, subject_id,
                                organization_id, reason, changes, metadata, ip_address, user_agent, request_id)
      SELECT ${newId()}::uuid, ${happening.action}, ${actor?.id ?? null}::uuid, ${actor?.name ?? null},
             ${impersonation?.impersonatorId ?? null}::uuid, ${impersonation?.impersonatorName ?? null},
             ${subject?.type ?? null}, ${subject?.id ?? null}::uuid, ${happening.organizationId ?? null}::uuid, ${happening.reason ?? null},
             ${JSON.stringify((happening.changes ?? []).map(toStored))}::jsonb, ${JSON.stringify(happening.metadata ?? {})}::jsonb,
             ${arrival.ipAddress}, ${arrival.userAgent}, ${arrival.requestId}
       WHERE ${condition} AND (SELECT count(*) FROM here WHERE id = ANY(${needed}::uuid[])) = ${needed.length}::int
      RETURNING id
    )
    INSERT INTO audit_event_people (user_id, event_id) SELECT here.id, event.id FROM event CROSS JOIN here`;
}

/** The fields that differ, in the order of `after`. */
export function changed<Fields extends Readonly<Record<string, unknown>>>(before: Fields, after: Fields): Change[] {
  return Object.keys(after)
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

/** What there is of something new; empty fields are left out. */
export const begun = (fields: Readonly<Record<string, unknown>>): Change[] =>
  Object.entries(fields).flatMap(([field, value]) => (value === null ? [] : [{ field, before: null, after: value }]));

/** What there was of something that is gone. */
export const gone = (fields: Readonly<Record<string, unknown>>): Change[] =>
  begun(fields).map(({ field, after }) => ({ field, before: after, after: null }));

const toStored = ({ field, before, after }: Change) => ({ field, before: before ?? null, after: after ?? null });
