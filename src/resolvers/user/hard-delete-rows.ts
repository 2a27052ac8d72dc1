import { addressesOfPerson } from './hard-delete-traces.ts';

/** The addresses as `address`, for the parts below; a statement that uses them begins with this. */
export const withAddress = `WITH address AS (${addressesOfPerson})`;

// By the time, and by their event: it names them where somebody invited them while their address was being changed.
const invitations = `
  SELECT i.id FROM invitations i JOIN address a ON a.email = i.email AND NOT a.is_shared
   WHERE (i.created_at > a.since AND i.created_at <= a.until)
      OR EXISTS (SELECT FROM audit_events e JOIN audit_event_people p ON p.event_id = e.id AND p.user_id = $1::uuid
                  WHERE e.subject_id = i.id AND e.action = 'invitation.created' AND e.actor_id IS DISTINCT FROM $1::uuid)`;
const keys = `ARRAY(SELECT decode(key, 'hex') FROM unnest($2::text[]) AS key)`;
const sessions = 'SELECT s.id FROM sessions s WHERE s.user_id = $1::uuid OR s.impersonator_id = $1::uuid';

/**
 * The rows that go with the person `$1`, by kind: their keys as text. `$2` are the keys of counted attempts, in hex. What
 * refers to them without being theirs (who invited, who granted) loses the reference alone.
 */
export const rowsOfPerson = {
  users: 'SELECT u.id FROM users u WHERE u.id = $1::uuid',
  addresses: 'SELECT a.pool_id FROM pool_addresses a WHERE a.user_id = $1::uuid',
  pools: 'SELECT p.pool_id FROM user_pools p WHERE p.user_id = $1::uuid',
  roles: 'SELECT r.role_id FROM user_roles r WHERE r.user_id = $1::uuid',
  appGrants: 'SELECT g.id FROM app_grants g WHERE g.user_id = $1::uuid',
  memberships: 'SELECT m.id FROM memberships m WHERE m.user_id = $1::uuid',
  membershipRoles: `SELECT r.membership_id || ' ' || r.role_id FROM membership_roles r JOIN memberships m ON m.id = r.membership_id WHERE m.user_id = $1::uuid`,
  // Theirs, and those in which they act as somebody else.
  sessions,
  refreshTokens: `SELECT t.id FROM refresh_tokens t WHERE t.session_id IN (${sessions})`,
  links: 'SELECT t.id FROM one_time_tokens t WHERE t.user_id = $1::uuid',
  // To them, by whoever has invited them, unless somebody else has the address.
  invitations,
  invitationRoles: `SELECT r.invitation_id || ' ' || r.role_id FROM invitation_roles r WHERE r.invitation_id IN (${invitations})`,
  // To them, and to whom they invited: those tell by whom. They are found by their event, since who resends is the inviter.
  messages: `
    SELECT m.id FROM outbox_messages m WHERE m.user_id = $1::uuid
    UNION SELECT m.id FROM outbox_messages m JOIN address a ON a.email = m.recipient AND NOT a.is_shared AND m.created_at > a.since AND m.created_at <= a.until
           WHERE m.user_id IS NULL
    UNION SELECT m.id FROM outbox_messages m WHERE m.invitation_id IN (${invitations})
    UNION SELECT m.id FROM audit_events e JOIN outbox_messages m ON m.invitation_id = e.subject_id AND m.created_at = e.occurred_at
           WHERE e.actor_id = $1::uuid AND e.action IN ('invitation.created', 'invitation.resent')`,
  // Of what they did, and did as somebody else.
  idempotencyKeys: `
    SELECT k.caller || ' ' || k.key FROM idempotency_keys k WHERE k.user_id = $1::uuid
    UNION SELECT k.caller || ' ' || k.key FROM idempotency_keys k WHERE split_part(k.caller, ' ', 2) <> '' AND split_part(k.caller, ' ', 2) = $1::text`,
  attemptCounts: `
    SELECT l.key FROM login_locks l WHERE l.key = ANY (${keys}) OR l.address_key = ANY (${keys})
    UNION ALL SELECT w.key FROM refusal_windows w WHERE w.key = ANY (${keys})`,
} as const satisfies Record<string, string>;

/**
 * The events that lose what they say of the person: all that they did and that are about them, and those that tell an address
 * of theirs, from before anybody had it.
 */
export const eventsOfPerson = {
  tied: 'SELECT p.event_id FROM audit_event_people p WHERE p.user_id = $1::uuid',
  byAddress: `
    SELECT e.id, e.generation, e.transaction FROM address a
      JOIN audit_events e ON e.metadata ->> 'email' = a.email AND e.occurred_at > a.since AND e.occurred_at <= a.until
     WHERE NOT a.is_shared AND NOT EXISTS (SELECT FROM audit_event_people p WHERE p.user_id = $1::uuid AND p.event_id = e.id)`,
} as const;
