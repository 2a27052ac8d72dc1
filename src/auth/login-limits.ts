import type { Steward } from '../context.ts';
import { Prisma, statement, type Transaction } from '../database.ts';
import { authenticationRefusal, type Refusal } from '../errors.ts';
import type { Secrets } from '../secrets.ts';
import { countAttempt } from './attempts.ts';
import { ipNetwork } from './ip-network.ts';

/** What one attempt to guess a password is counted by. */
export interface LoginAttempt {
  /** The address; from an ip address of its own, the two together, so that strangers do not lock the person out. */
  readonly accountKey: Buffer;
  readonly addressKey: Buffer;
  readonly email: string;
  /** Null where the request's ip address is not known. */
  readonly ipKey: Buffer | null;
}

type Counting = Pick<Steward, 'database' | 'secrets' | 'settings'>;

/** The key of the lock that strangers run into, and `User.lockedUntil` shows. The table holds keyed hashes: it names nobody. */
export const loginLockKey = (secrets: Secrets, email: string): Buffer => secrets.keyedHash('login-lock', `address ${email}`);

/** `isOwnIp`: the account has signed in from this ip address within 30 days. Unknown addresses have none. */
export function loginAttempt(
  secrets: Secrets,
  from: { email: string; ipAddress: string | null; isOwnIp: boolean },
): LoginAttempt {
  const { email, ipAddress, isOwnIp } = from;
  const addressKey = loginLockKey(secrets, email);
  return {
    accountKey: isOwnIp && ipAddress ? secrets.keyedHash('login-lock', `own ip ${ipAddress} ${email}`) : addressKey,
    addressKey,
    email,
    ipKey: ipAddress ? secrets.keyedHash('login-lock', `ip ${ipNetwork(ipAddress)}`) : null,
  };
}

/** [account key, ip key, failures allowed to the ip address, minutes]: until when each is refused, null where it is not. */
const presentLocks = statement<{ accountUntil: Date | null; ipUntil: Date | null }>(
  'present_login_locks',
  `SELECT (SELECT locked_until FROM login_locks WHERE key = $1 AND locked_until > now()) AS account_until,
          (SELECT CASE WHEN count(*) >= $3::int THEN min(t) + make_interval(mins => $4::int) END
             FROM login_locks l, unnest(l.failed_at) t
            WHERE l.key = $2 AND t > now() - make_interval(mins => $4::int)) AS ip_until`,
  (row) => ({ accountUntil: row.account_until, ipUntil: row.ip_until }),
);

/** Throws ACCOUNT_LOCKED or TOO_MANY_ATTEMPTS, before any password is looked at. */
export async function assertNotLocked(steward: Counting, attempt: LoginAttempt): Promise<void> {
  const { accountUntil, ipUntil } = await readLocks(steward, attempt);
  if (accountUntil) throw authenticationRefusal('ACCOUNT_LOCKED', accountUntil);
  if (ipUntil) throw authenticationRefusal('TOO_MANY_ATTEMPTS', ipUntil);
}

async function readLocks({ database, settings }: Counting, { accountKey, ipKey }: LoginAttempt) {
  const { ipFailures, loginWindowMinutes } = settings.limits;
  return (await database.read(presentLocks, [accountKey, ipKey, ipFailures, loginWindowMinutes]))[0]!;
}

const stillCounting = 'ARRAY(SELECT t FROM unnest(l.failed_at) t WHERE t > now() - make_interval(mins => $3::int) ORDER BY t)';
// A lock that is over took its failures with it.
const sinceTheLock = `CASE WHEN l.locked_until IS NULL THEN ${stillCounting} ELSE '{}' END`;

/**
 * [account key, address key, window in minutes, failures that lock, lock in minutes]. One statement, so that of parallel
 * failures each finds what the one before left: while the lock holds it changes nothing, and gives no row.
 */
const countAgainstAccount = statement<true>(
  'count_login_failure_of_account',
  `INSERT INTO login_locks AS l (key, address_key, failed_at, locked_until)
   VALUES ($1, $2, ARRAY[now()], CASE WHEN $4::int <= 1 THEN now() + make_interval(mins => $5::int) END)
   ON CONFLICT (key) DO UPDATE
      SET failed_at = ${sinceTheLock} || ARRAY[now()],
          locked_until = CASE WHEN cardinality(${sinceTheLock}) + 1 >= $4::int THEN now() + make_interval(mins => $5::int) END,
          updated_at = now()
    WHERE l.locked_until IS NULL OR l.locked_until <= now()
   RETURNING true`,
  () => true,
);

/**
 * Counts a wrong password, outside of any transaction, so that nothing takes the count back, and gives the answer to it:
 * INVALID_CREDENTIALS where it was one of those that may be told, else what the lock says that was set meanwhile.
 */
export async function countFailure(steward: Counting, attempt: LoginAttempt): Promise<Refusal> {
  const { database, settings } = steward;
  const { loginFailures, loginWindowMinutes, loginLockMinutes, ipFailures } = settings.limits;
  const { accountKey, addressKey, ipKey } = attempt;

  const counted = await database.read(countAgainstAccount, [
    accountKey,
    addressKey,
    loginWindowMinutes,
    loginFailures,
    loginLockMinutes,
  ]);
  if (counted.length === 0) return authenticationRefusal('ACCOUNT_LOCKED', (await readLocks(steward, attempt)).accountUntil);

  const ofIp = { most: ipFailures, minutes: loginWindowMinutes };
  const ipUntil = ipKey && (await countAttempt((sql) => database.query(sql), ipKey, ofIp));
  if (ipUntil) return authenticationRefusal('TOO_MANY_ATTEMPTS', ipUntil);
  return authenticationRefusal('INVALID_CREDENTIALS');
}

/**
 * Judges a right password again, now that nobody can set a lock any more before this transaction ends: throws
 * ACCOUNT_LOCKED where one was set while the password was looked at. Clears the count that the attempt was judged by, and
 * no other, where the transaction commits. Locks the count's row.
 *
 * A count goes by the address: where two people have it, in two pools, one's success does not clear what was guessed at the
 * other. Its failures run out by themselves.
 */
export async function settleSuccess(tx: Transaction, { accountKey, email }: LoginAttempt): Promise<void> {
  const [count] = await tx.$queryRaw<{ lockedUntil: Date | null }[]>(Prisma.sql`
    SELECT CASE WHEN locked_until > now() THEN locked_until END AS "lockedUntil" FROM login_locks WHERE key = ${accountKey}::bytea FOR UPDATE`);
  if (count?.lockedUntil) throw authenticationRefusal('ACCOUNT_LOCKED', count.lockedUntil);
  if (count)
    await tx.$executeRaw(Prisma.sql`DELETE FROM login_locks WHERE key = ${accountKey}::bytea AND ${isOnePersons(email)}`);
}

const isOnePersons = (email: string): Prisma.Sql => Prisma.sql`(SELECT count(*) FROM users WHERE email = ${email}) = 1`;

/**
 * Clears every count and lock of the address, own ip addresses included, but where it may only be cleared by the one who has
 * the address and two have it. Whether any still held; one that is over holds nothing.
 */
export async function clearLocks(
  tx: Transaction,
  { secrets, settings }: Omit<Counting, 'database'>,
  email: string,
  { unlessShared = false } = {},
): Promise<boolean> {
  const cleared = await tx.$queryRaw<{ held: boolean }[]>(Prisma.sql`
    DELETE FROM login_locks l WHERE address_key = ${loginLockKey(secrets, email)}::bytea AND (NOT ${unlessShared}::boolean OR ${isOnePersons(email)})
    RETURNING CASE WHEN l.locked_until IS NULL
                   THEN (SELECT max(t) FROM unnest(l.failed_at) t) > now() - make_interval(mins => ${settings.limits.loginWindowMinutes}::int)
                   ELSE l.locked_until > now() END AS held`);
  return cleared.some(({ held }) => held);
}
