import { statement } from '../../database.ts';
import { isOwnIp } from '../auth/login-person.ts';

/** [user id, ip address]: the password of somebody who is signed in, and whether the ip address has a count of failures of its own. */
export const passwordOfCaller = statement<{ passwordHash: string | null; isOwnIp: boolean }>(
  'password_of_caller',
  `SELECT u.password_hash,
          ${isOwnIp('$2')} AS is_own_ip
     FROM users u WHERE u.id = $1`,
  (row) => ({ passwordHash: row.password_hash, isOwnIp: row.is_own_ip }),
);
