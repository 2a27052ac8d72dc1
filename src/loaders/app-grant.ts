import { Prisma, statement } from '../database.ts';
import { seenThroughParent, type Visible, visible } from '../policy.ts';
import { type AppRow, appColumns, toApp } from './app.ts';
import { connectionsBy } from './connection.ts';
import type { Order } from './page.ts';
import { manyBy, oneBy, type Reading } from './reading.ts';

export type AppGrantStatus = 'ACTIVE' | 'REVOKED';

export interface AppGrantRow {
  readonly id: string;
  readonly userId: string;
  readonly appId: string;
  readonly status: AppGrantStatus;
  readonly grantedAt: Date;
  readonly grantedById: string | null;
  readonly revokedAt: Date | null;
  readonly revokedById: string | null;
  /** Whoever sees a grant sees its app. */
  readonly app: Visible<AppRow>;
}

const columns = `g.id, g.user_id, g.app_id, g.status AS grant_status, g.granted_at, g.granted_by_id, g.revoked_at, g.revoked_by_id,
  ${appColumns}`;
const joins = 'JOIN apps a ON a.id = g.app_id';

const toGrant = (row: any): AppGrantRow => ({
  id: row.id,
  userId: row.user_id,
  appId: row.app_id,
  status: row.grant_status,
  grantedAt: row.granted_at,
  grantedById: row.granted_by_id,
  revokedAt: row.revoked_at,
  revokedById: row.revoked_by_id,
  app: seenThroughParent(toApp(row, row.app_id)),
});

const grants = (name: string, rest: string) => statement(name, `SELECT ${columns} FROM app_grants g ${joins} ${rest}`, toGrant);

const grantsById = grants('app_grants_by_id', 'WHERE g.id = ANY($1::uuid[])');
const grantsOfUsers = grants('app_grants_of_users', 'WHERE g.user_id = ANY($1::uuid[]) ORDER BY g.granted_at DESC, g.id DESC');

/** Newest first, by when access was given the last time. */
export const appGrantOrder: Order<AppGrantRow> = {
  name: 'GRANTED_AT',
  direction: 'DESC',
  id: Prisma.sql`g.id`,
  columns: [{ sql: Prisma.sql`g.granted_at`, type: 'timestamptz', nullable: false, valueOf: (grant) => grant.grantedAt }],
};

export function createAppGrantLoaders({ database, reach }: Reading) {
  async function seen(grants: readonly AppGrantRow[]): Promise<Visible<AppGrantRow>[]> {
    const caller = await reach();
    return grants.filter((grant) => visible.appGrant(caller, grant));
  }

  return {
    byId: oneBy(
      async (ids: readonly string[]) => seen(await database.read(grantsById, [ids])),
      (grant) => grant.id,
    ),

    /** Newest first, every status. */
    ofUser: manyBy(
      async (users: readonly string[]) => seen(await database.read(grantsOfUsers, [users])),
      (grant) => grant.userId,
    ),

    /** Of one app, for callers who may see all of them. */
    ofApp: connectionsBy<AppGrantRow>(database, {
      columns: Prisma.raw(columns),
      from: Prisma.sql`app_grants g`,
      joins: Prisma.raw(joins),
      parent: Prisma.sql`g.app_id`,
      toRow: toGrant,
      seen,
    }),
  };
}
