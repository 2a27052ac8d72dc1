import type { Steward } from '../context.ts';
import { Prisma, statement, type Transaction } from '../database.ts';
import { newId } from '../ids.ts';
import type { Secrets } from '../secrets.ts';
import { type Content, type Message, write } from './templates.ts';

/** A message, whom it goes to, and what it belongs to. */
export type Mail = {
  readonly to: string;
  /** The person whom it is for: it goes with them. */
  readonly userId: string | null;
  readonly invitationId?: string;
} & Message;

/** Queues a message in the transaction that causes it; it is sent after the commit. One statement. */
export async function queueMail(tx: Transaction, steward: Pick<Steward, 'secrets' | 'settings'>, mail: Mail): Promise<void> {
  const content = Buffer.from(JSON.stringify(write(mail, steward.settings)), 'utf8');
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox_messages (id, kind, recipient, sealed_content, user_id, invitation_id)
    VALUES (${newId()}::uuid, ${mail.template}, ${mail.to}, ${steward.secrets.seal('outbox', content)}::bytea,
            ${mail.userId}::uuid, ${mail.invitationId ?? null}::uuid)`);
}

/** What `sealed_content` holds. Throws where it was sealed under another secret. */
export function openContent(secrets: Secrets, sealed: Uint8Array): Content {
  return JSON.parse(secrets.open('outbox', sealed).toString('utf8'));
}

/** A message that a worker has claimed: nobody else touches it before its next attempt is due. */
export interface Claimed {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly sealedContent: Uint8Array;
  /** This one counted. */
  readonly attempts: number;
}

/**
 * The first repetition comes after 45 seconds, each further one after twice as long, at most six hours: 21 attempts are
 * three days. They are counted and not the days, so that mail which was held for a week is not given up at once.
 */
const repeatAfterSeconds = 45;
const lastAttempt = 21;

/** An attempt that takes longer than this would meet the next one. */
export const claimMs = repeatAfterSeconds * 1000;

/** [how many]. One statement, so a transaction of its own: when it is back, the attempt is counted and nothing is locked. */
export const claimMessages = statement<Claimed>(
  'claim_messages',
  `UPDATE outbox_messages m
      SET attempts = attempts + 1,
          next_attempt_at = now() + make_interval(secs => LEAST(${repeatAfterSeconds} * 2 ^ LEAST(attempts, 20), 21600))
     FROM (SELECT id FROM outbox_messages WHERE status = 'PENDING' AND next_attempt_at <= now()
            ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
    WHERE m.id = due.id
   RETURNING m.id, m.kind, m.recipient, m.sealed_content, m.attempts`,
  ({ id, kind, recipient, sealed_content, attempts }) => ({ id, kind, recipient, sealedContent: sealed_content, attempts }),
);

/** [id]. The invitation that it belongs to says when it went out. */
export const markSent = statement<void>(
  'mark_message_sent',
  `WITH sent AS (
     UPDATE outbox_messages SET status = 'SENT', sent_at = now(), last_error = NULL WHERE id = $1 AND status <> 'SENT' RETURNING invitation_id
   )
   UPDATE invitations i SET sent_at = now(), send_error = NULL FROM sent WHERE i.id = sent.invitation_id`,
  () => undefined,
);

/** [id, attempts, error]. Gives whether it was the last attempt; no row where a later attempt is under way already. */
export const markFailed = statement<{ readonly givenUp: boolean }>(
  'mark_message_failed',
  `WITH failed AS (
     UPDATE outbox_messages
        SET last_error = $3, status = CASE WHEN attempts >= ${lastAttempt} THEN 'GIVEN_UP' ELSE 'PENDING' END::outbox_status
      WHERE id = $1 AND attempts = $2 AND status = 'PENDING' RETURNING invitation_id, status
   ), told AS (
     UPDATE invitations i SET send_error = $3 FROM failed WHERE i.id = failed.invitation_id
   )
   SELECT status = 'GIVEN_UP' AS given_up FROM failed`,
  ({ given_up }) => ({ givenUp: given_up }),
);

/** A message as the development mailbox shows it. */
export interface Shown {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly sealedContent: Uint8Array;
  readonly status: 'PENDING' | 'SENT' | 'GIVEN_UP';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

/** [how many]: the newest, which the ids tell. */
export const newestMessages = statement<Shown>(
  'newest_messages',
  `SELECT id, kind, recipient, sealed_content, status, attempts, last_error, created_at, sent_at
     FROM outbox_messages ORDER BY id DESC LIMIT $1`,
  (row) => ({
    id: row.id,
    kind: row.kind,
    recipient: row.recipient,
    sealedContent: row.sealed_content,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  }),
);
