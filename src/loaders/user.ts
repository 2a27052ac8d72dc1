import { Prisma, statement } from '../database.ts';
import { isBound, type Visible, visible } from '../policy.ts';
import type { Reach } from '../reach.ts';
import { connections, connectionsBy } from './connection.ts';
import { ordersBy } from './page.ts';
import { manyBy, oneBy, type Reading } from './reading.ts';

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly externalId: string | null;
  readonly metadata: Record<string, unknown>;
  /** As it counts now: a suspension whose end has passed is over. */
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly suspendedUntil: Date | null;
  readonly suspensionReason: string | null;
  readonly hasPassword: boolean;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
  readonly homePoolId: string;
}

const suspended = `u.status = 'SUSPENDED' AND (u.suspended_until IS NULL OR u.suspended_until > now())`;

const columns = `u.id, u.email, u.email_verified, u.name, u.avatar_url, u.external_id, u.metadata, ${suspended} AS suspended,
  u.suspended_until, u.suspension_reason, u.password_hash IS NOT NULL AS has_password, u.last_login_at, u.created_at, u.updated_at,
  u.version, u.home_pool_id`;

const toUser = (row: any): UserRow => ({
  id: row.id,
  email: row.email,
  emailVerified: row.email_verified,
  name: row.name,
  avatarUrl: row.avatar_url,
  externalId: row.external_id,
  metadata: row.metadata,
  status: row.suspended ? 'SUSPENDED' : 'ACTIVE',
  suspendedUntil: row.suspended ? row.suspended_until : null,
  suspensionReason: row.suspended ? row.suspension_reason : null,
  hasPassword: row.has_password,
  lastLoginAt: row.last_login_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
  homePoolId: row.home_pool_id,
});

/** The condition "is suspended now" on `users u`, as `User.status` means it. */
export const suspendedNow = Prisma.raw(`(${suspended})`);

const usersById = statement('users_by_id', `SELECT ${columns} FROM users u WHERE u.id = ANY($1::uuid[])`, toUser);
const usersByEmail = statement(
  'users_by_email',
  `SELECT ${columns} FROM users u WHERE u.email = ANY($1::text[]) ORDER BY u.created_at, u.id`,
  toUser,
);
const lockedUntilByKey = statement(
  'locked_until_by_key',
  'SELECT l.key, l.locked_until FROM login_locks l WHERE l.key = ANY($1::bytea[]) AND l.locked_until > now()',
  (row) => ({ key: (row.key as Buffer).toString('hex'), lockedUntil: row.locked_until as Date }),
);

const orders = {
  CREATED_AT: {
    sql: Prisma.sql`u.created_at`,
    type: 'timestamptz',
    nullable: false,
    valueOf: (user: UserRow) => user.createdAt,
  },
  EMAIL: { sql: Prisma.sql`u.email`, type: 'text', nullable: false, valueOf: (user: UserRow) => user.email },
  NAME: { sql: Prisma.sql`u.name`, type: 'text', nullable: true, valueOf: (user: UserRow) => user.name },
  LAST_LOGIN_AT: {
    sql: Prisma.sql`u.last_login_at`,
    type: 'timestamptz',
    nullable: true,
    valueOf: (user: UserRow) => user.lastLoginAt,
  },
} as const;

export type UserOrderField = keyof typeof orders;

export const userOrder = ordersBy<UserRow, UserOrderField>(Prisma.sql`u.id`, orders);

/** An organization's impersonation shows of its person only what belongs there. */
function shownTo(reach: Reach | null, user: UserRow): UserRow {
  if (!isBound(reach) || user.id !== reach?.userId) return user;
  return { ...user, externalId: null, lastLoginAt: null, suspendedUntil: null, suspensionReason: null, metadata: {} };
}

const listed = { columns: Prisma.raw(columns), joins: Prisma.empty, toRow: toUser };

export function createUserLoaders({ database, reach }: Reading) {
  async function seen(users: readonly UserRow[]): Promise<Visible<UserRow>[]> {
    const caller = await reach();
    return users.map((user) => shownTo(caller, user)).filter((user) => visible.user(caller, user));
  }

  return {
    byId: oneBy(
      async (ids: readonly string[]) => seen(await database.read(usersById, [ids])),
      (user) => user.id,
    ),

    /** Whoever it is: for the impersonator, whom the impersonated session is always shown. */
    anybodyById: oneBy(
      (ids: readonly string[]) => database.read(usersById, [ids]),
      (user) => user.id,
    ),

    /** People of every pool with the address, oldest first. */
    byEmail: manyBy(
      async (emails: readonly string[]) => seen(await database.read(usersByEmail, [emails])),
      (user) => user.email,
    ),

    /** When the lock with that hexadecimal key ends; only locks that hold. */
    lockByKey: oneBy(
      (keys: readonly string[]) => database.read(lockedUntilByKey, [keys.map((key) => Buffer.from(key, 'hex'))]),
      (lock) => lock.key,
    ),

    /** Users that match, for callers who may see all of them. */
    matching: connections<UserRow>(database, { ...listed, from: Prisma.sql`users u`, seen }),

    /** Users at home in a pool or tagged into it, likewise. */
    ofPool: connectionsBy<UserRow>(database, {
      ...listed,
      from: Prisma.sql`pool_addresses a JOIN users u ON u.id = a.user_id`,
      parent: Prisma.sql`a.pool_id`,
      isSkewed: true,
      seen,
    }),
  };
}
