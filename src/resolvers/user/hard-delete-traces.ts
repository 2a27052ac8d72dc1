import { loginLockKey } from '../../auth/login-limits.ts';
import { statement } from '../../database.ts';
import type { Secrets } from '../../secrets.ts';

/** An address that a person has or had. */
export interface Address {
  readonly email: string;
  /** Somebody else has it now, in another pool or after them: what goes by the address alone is theirs as well. */
  readonly isShared: boolean;
}

/**
 * The addresses of the person `$1`, and from when until when what names one is about them: from when somebody else gave it up, if
 * anybody did, and for ever the present one, a former one until the event of the change.
 */
export const addressesOfPerson = `
  SELECT a.*, EXISTS (SELECT FROM users o WHERE o.email = a.email AND o.id <> $1::uuid) AS is_shared,
         coalesce((SELECT max(e.occurred_at) FROM audit_events e
                    WHERE jsonb_path_query_first(e.changes, '$[*] ? (@.field == "email").before') #>> '{}' = a.email
                      AND e.changes @> '[{"field": "email"}]'
                      AND e.subject_type = 'user' AND e.subject_id <> $1::uuid AND e.occurred_at <= a.until), '-infinity') AS since
    FROM (SELECT email, max(until) AS until FROM (
          SELECT u.email, 'infinity'::timestamptz AS until FROM users u WHERE u.id = $1::uuid
          UNION ALL
          SELECT c.change ->> 'before', e.occurred_at FROM audit_events e CROSS JOIN jsonb_array_elements(e.changes) AS c(change)
           WHERE e.subject_id = $1::uuid AND e.subject_type = 'user' AND e.changes @> '[{"field": "email"}]'
             AND c.change ->> 'field' = 'email' AND c.change ->> 'before' IS NOT NULL) had
          GROUP BY email) a`;

/** [person]. */
export const readAddresses = statement<Address>('addresses_of_person', `${addressesOfPerson} ORDER BY email`, (row) => ({
  email: row.email,
  isShared: row.is_shared,
}));

/**
 * The keys under which attempts were counted for the person or by their addresses: failed logins (and the windows in which
 * those are one event), mails with a link, invitations, impersonations. Whoever has the address next begins with none.
 */
export function countedUnder(secrets: Secrets, personId: string, addresses: readonly Address[]): Buffer[] {
  const byAddress = addresses
    .filter(({ isShared }) => !isShared)
    .map(({ email }) => ({ email, lock: loginLockKey(secrets, email) }));
  return [
    ...byAddress.flatMap(({ email, lock }) => [
      lock,
      secrets.keyedHash('password-reset', `${email} nobody`),
      secrets.keyedHash('refusal-window', `login address ${lock.toString('hex')}`),
    ]),
    ...addresses.map(({ email }) => secrets.keyedHash('password-reset', `${email} ${personId}`)),
    secrets.keyedHash('invitations', personId),
    secrets.keyedHash('impersonations', personId),
  ];
}

/** What the audit is to lose, each an object whose keys are the texts; `src/resolvers/user/hard-delete-erasure.ts` hands them on. */
export interface PersonalTexts {
  readonly texts: string;
  readonly shared: string;
}

/**
 * [person]: what changes and metadata of events may say of the person in so many words. E-mail addresses, and ip addresses that
 * they sent requests from; and e-mail addresses that somebody else has as well.
 */
export const readPersonalTexts = statement<PersonalTexts>(
  'personal_texts',
  `WITH address AS (${addressesOfPerson}
   ), text AS (
     SELECT email AS text FROM address WHERE NOT is_shared
     UNION
     SELECT ip_address FROM audit_events WHERE impersonator_id = $1::uuid OR (actor_id = $1::uuid AND impersonator_id IS NULL)
     UNION
     SELECT ip_address FROM sessions WHERE impersonator_id = $1::uuid OR (user_id = $1::uuid AND impersonator_id IS NULL)
   )
   SELECT coalesce((SELECT jsonb_object_agg(text, true) FROM text WHERE text IS NOT NULL), '{}')::text AS texts,
          coalesce((SELECT jsonb_object_agg(email, true) FROM address WHERE is_shared), '{}')::text AS shared`,
  ({ texts, shared }) => ({ texts, shared }),
);
