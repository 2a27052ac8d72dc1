import { statement } from '../database.ts';
import { isBound, may, type Visible, visible } from '../policy.ts';
import { countBy, kept, manyBy, oneBy, type Reading } from './reading.ts';

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastActiveAt: Date;
  readonly expiresAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly appId: string | null;
  readonly organizationId: string | null;
  readonly impersonatorId: string | null;
  readonly impersonatorName: string | null;
  readonly impersonationReason: string | null;
}

const columns = `s.id, s.user_id, s.created_at, s.last_active_at, s.expires_at, s.ip_address, s.user_agent, s.app_id, s.organization_id,
  s.impersonator_id, coalesce(i.name, i.email) AS impersonator_name, s.impersonation_reason`;

// The rule that `callerOfSession` judges a request by, short of the states of people, which end sessions when they change.
const live = `s.ended_at IS NULL AND s.expires_at > now() AND (s.started_from_id IS NULL
  OR EXISTS (SELECT FROM sessions f WHERE f.id = s.started_from_id AND f.ended_at IS NULL AND f.expires_at > now()))`;

const toSession = (row: any): SessionRow => ({
  id: row.id,
  userId: row.user_id,
  createdAt: row.created_at,
  lastActiveAt: row.last_active_at,
  expiresAt: row.expires_at,
  ipAddress: row.ip_address,
  userAgent: row.user_agent,
  appId: row.app_id,
  organizationId: row.organization_id,
  impersonatorId: row.impersonator_id,
  impersonatorName: row.impersonator_name,
  impersonationReason: row.impersonation_reason,
});

const sessionsById = statement(
  'sessions_by_id',
  `SELECT ${columns} FROM sessions s LEFT JOIN users i ON i.id = s.impersonator_id WHERE s.id = ANY($1::uuid[]) AND ${live}`,
  toSession,
);
const anySessionById = statement(
  'any_session_by_id',
  `SELECT ${columns} FROM sessions s LEFT JOIN users i ON i.id = s.impersonator_id WHERE s.id = $1`,
  toSession,
);
// [users, most for each, the only session to show or null]
const sessionsOfUsers = statement(
  'sessions_of_users',
  `SELECT ${columns} FROM unnest($1::uuid[]) AS parent(id)
    CROSS JOIN LATERAL (SELECT * FROM sessions s WHERE s.user_id = parent.id AND ${live} AND ($3::uuid IS NULL OR s.id = $3)
                         ORDER BY s.last_active_at DESC, s.id DESC LIMIT $2) s
     LEFT JOIN users i ON i.id = s.impersonator_id
    ORDER BY s.last_active_at DESC, s.id DESC`,
  toSession,
);
// [users, the only session to count or null]
const sessionCountsOfUsers = statement(
  'session_counts_of_users',
  `SELECT s.user_id AS parent, count(*)::int AS count FROM sessions s
    WHERE s.user_id = ANY($1::uuid[]) AND ${live} AND ($2::uuid IS NULL OR s.id = $2) GROUP BY s.user_id`,
  (row) => row as { parent: string; count: number },
);

export function createSessionLoaders({ database, reach }: Reading) {
  /** Whose sessions the caller sees, and the only one where an organization's impersonation shows but itself. */
  async function shown(users: readonly string[]) {
    const caller = await reach();
    return {
      users: users.filter((user) => user === caller?.userId || may(caller, 'users:read')),
      only: isBound(caller) ? caller!.sessionId : null,
    };
  }

  async function seen(rows: Promise<SessionRow[]>): Promise<Visible<SessionRow>[]> {
    const [sessions, caller] = await Promise.all([rows, reach()]);
    return sessions.filter((session) => visible.session(caller, session));
  }

  return {
    /** Live ones; an ended session is as if it did not exist. */
    byId: oneBy(
      (ids: readonly string[]) => seen(database.read(sessionsById, [ids])),
      (session) => session.id,
    ),

    /** The session that the request came through, which an answer still shows when the request ended it. */
    current: kept(async (id: string) => (await seen(database.read(anySessionById, [id])))[0]!),

    /** Live sessions, most recently active first, by how many of each person are wanted. */
    ofUser: kept((most: number) =>
      manyBy(
        async (ids: readonly string[]) => {
          const { users, only } = await shown(ids);
          return seen(database.read(sessionsOfUsers, [users, most, only]));
        },
        (session) => session.userId,
      ),
    ),

    countOfUser: countBy(async (ids) => {
      const { users, only } = await shown(ids);
      return database.read(sessionCountsOfUsers, [users, only]);
    }),
  };
}
