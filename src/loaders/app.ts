import { statement } from '../database.ts';
import { type Visible, visible } from '../policy.ts';
import { manyBy, oneBy, type Reading } from './reading.ts';

export interface AppRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly url: string | null;
  readonly status: 'ACTIVE' | 'DISABLED';
  readonly autoGrantOnSignup: boolean;
  readonly homePoolId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export interface AppGrantRow {
  readonly id: string;
  readonly userId: string;
  readonly appId: string;
  readonly status: 'ACTIVE' | 'REVOKED';
  readonly grantedAt: Date;
  readonly grantedById: string | null;
  readonly revokedAt: Date | null;
  readonly revokedById: string | null;
  /** Whoever sees a grant sees its app. */
  readonly app: Visible<AppRow>;
}

const columns =
  'a.code, a.name, a.description, a.url, a.status, a.auto_grant_on_signup, a.home_pool_id, a.created_at, a.updated_at, a.version';

const toApp = (row: any, id: string): AppRow => ({
  id,
  code: row.code,
  name: row.name,
  description: row.description,
  url: row.url,
  status: row.status,
  autoGrantOnSignup: row.auto_grant_on_signup,
  homePoolId: row.home_pool_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

const toGrant = (row: any): AppGrantRow => ({
  id: row.grant_id,
  userId: row.user_id,
  appId: row.app_id,
  status: row.grant_status,
  grantedAt: row.granted_at,
  grantedById: row.granted_by_id,
  revokedAt: row.revoked_at,
  revokedById: row.revoked_by_id,
  app: toApp(row, row.app_id) as Visible<AppRow>,
});

const grants = `SELECT g.id AS grant_id, g.user_id, g.app_id, g.status AS grant_status, g.granted_at, g.granted_by_id, g.revoked_at, g.revoked_by_id,
         ${columns} FROM app_grants g JOIN apps a ON a.id = g.app_id`;

const appsById = statement('apps_by_id', `SELECT a.id, ${columns} FROM apps a WHERE a.id = ANY($1::uuid[])`, (row) =>
  toApp(row, row.id),
);
const grantsById = statement('app_grants_by_id', `${grants} WHERE g.id = ANY($1::uuid[])`, toGrant);
const grantsOfUsers = statement(
  'app_grants_of_users',
  `${grants} WHERE g.user_id = ANY($1::uuid[]) ORDER BY g.granted_at DESC, g.id DESC`,
  toGrant,
);

export function createAppLoaders({ database, reach }: Reading) {
  async function seen(rows: Promise<AppGrantRow[]>): Promise<Visible<AppGrantRow>[]> {
    const [found, caller] = await Promise.all([rows, reach()]);
    return found.filter((grant) => visible.appGrant(caller, grant));
  }

  return {
    byId: oneBy(
      async (ids: readonly string[]) => {
        const [apps, caller] = await Promise.all([database.read(appsById, [ids]), reach()]);
        return apps.filter((app) => visible.app(caller, app));
      },
      (app) => app.id,
    ),
    grantById: oneBy(
      (ids: readonly string[]) => seen(database.read(grantsById, [ids])),
      (grant) => grant.id,
    ),
    /** Newest first, every status. */
    grantsOfUser: manyBy(
      (users: readonly string[]) => seen(database.read(grantsOfUsers, [users])),
      (grant) => grant.userId,
    ),
  };
}
