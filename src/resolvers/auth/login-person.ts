import { isCode } from '../../code.ts';
import { type Database, Prisma, statement, type Transaction } from '../../database.ts';

export interface FoundPerson {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | null;
  /** They have signed in from this ip address within 30 days: it has a count of failures of its own. */
  readonly isOwnIp: boolean;
}

/** Whether a person (`u`) has signed in from the ip address within 30 days: it has a count of failures of its own. */
export const isOwnIp = (ipAddress: string): string =>
  `EXISTS (SELECT FROM sessions s WHERE s.user_id = u.id AND s.ip_address = ${ipAddress} AND s.impersonator_id IS NULL
                     AND s.created_at > now() - interval '30 days')`;

/**
 * [address, app code, ip address]: who signs in with this address, in the app's pools, its home pool first; in the pool
 * `default` without an app, or with one that does not exist. People are found where they are tagged, too.
 */
const personForLogin = statement<FoundPerson>(
  'person_for_login',
  `WITH app AS (SELECT id, home_pool_id FROM apps WHERE code = $2),
        searched AS (
          SELECT home_pool_id AS pool_id, -1 AS position FROM app
          UNION ALL SELECT r.pool_id, r.position FROM app_read_pools r JOIN app ON app.id = r.app_id
          UNION ALL SELECT p.id, -1 FROM pools p WHERE p.code = 'default' AND NOT EXISTS (SELECT FROM app)
        )
   SELECT u.id, u.email, u.password_hash,
          ${isOwnIp('$3')} AS is_own_ip
     FROM searched
     JOIN pool_addresses a ON a.pool_id = searched.pool_id AND a.email = $1
     JOIN users u ON u.id = a.user_id
    ORDER BY searched.position LIMIT 1`,
  (row) => ({ id: row.id, email: row.email, passwordHash: row.password_hash, isOwnIp: row.is_own_ip }),
);

/** Finds who would sign in with the address, at the app where one is named. What can be no code names no app. */
export async function findForLogin(
  database: Pick<Database, 'read'>,
  { email, appCode, ipAddress = null }: { email: string | null; appCode: string | null; ipAddress?: string | null },
): Promise<FoundPerson | null> {
  const code = appCode === null || isCode(appCode) ? appCode : '';
  const [found = null] = await database.read(personForLogin, [email, code, ipAddress]);
  return found;
}

/** Keeps when the person last signed in, and the hash by today's parameters where there is a new one. No version moves. */
export async function noteLogin(tx: Transaction, userId: string, rehashed: string | null): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE users SET last_login_at = now(), password_hash = coalesce(${rehashed}, password_hash) WHERE id = ${userId}::uuid`);
}
