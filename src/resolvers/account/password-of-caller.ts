import { statement } from '../../database.ts';

/** [user id, ip address]: the password of somebody who is signed in, and whether the ip address has a count of failures of its own. */
export const passwordOfCaller = statement<{ passwordHash: string | null; isOwnIp: boolean }>(
  'password_of_caller',
  `SELECT u.password_hash,
          EXISTS (SELECT FROM sessions s WHERE s.user_id = u.id AND s.ip_address = $2 AND s.impersonator_id IS NULL
                     AND s.created_at > now() - interval '30 days') AS is_own_ip
     FROM users u WHERE u.id = $1`,
  (row) => ({ passwordHash: row.password_hash, isOwnIp: row.is_own_ip }),
);
