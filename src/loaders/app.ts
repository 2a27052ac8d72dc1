import { statement } from '../database.ts';
import { type Visible, visible } from '../policy.ts';
import { countBy, kept, manyBy, oneBy, type Reading } from './reading.ts';

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

/** Of `apps a`, for `toApp`; all but the id, which a row that carries its app has under another name. */
export const appColumns =
  'a.code, a.name, a.description, a.url, a.status, a.auto_grant_on_signup, a.home_pool_id, a.created_at, a.updated_at, a.version';

export const toApp = (row: any, id: string): AppRow => ({
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

const apps = (name: string, rest: string) =>
  statement(name, `SELECT a.id, ${appColumns} FROM apps a ${rest}`, (row) => toApp(row, row.id));

const appsById = apps('apps_by_id', 'WHERE a.id = ANY($1::uuid[])');
const appsByCode = apps('apps_by_code', 'WHERE a.code = ANY($1::text[])');
const allApps = apps('all_apps', 'ORDER BY a.code');

// A read pool that is the home pool as well makes no second app.
const appsOfPools = statement(
  'apps_of_pools',
  `SELECT used.pool_id AS parent, a.id, ${appColumns}
     FROM (SELECT home_pool_id AS pool_id, id AS app_id FROM apps WHERE home_pool_id = ANY($1::uuid[])
           UNION SELECT pool_id, app_id FROM app_read_pools WHERE pool_id = ANY($1::uuid[])) used
     JOIN apps a ON a.id = used.app_id
    ORDER BY a.code`,
  (row) => ({ ...toApp(row, row.id), parent: row.parent as string }),
);
const userCountsOfApps = statement(
  'user_counts_of_apps',
  `SELECT g.app_id AS parent, count(*)::int AS count FROM app_grants g
    WHERE g.app_id = ANY($1::uuid[]) AND g.status = 'ACTIVE' GROUP BY g.app_id`,
  (row) => row as { parent: string; count: number },
);

export function createAppLoaders({ database, reach }: Reading) {
  async function seen<Row extends AppRow>(rows: Promise<Row[]>): Promise<Visible<Row>[]> {
    const [found, caller] = await Promise.all([rows, reach()]);
    return found.filter((app) => visible.app(caller, app));
  }

  return {
    byId: oneBy(
      (ids: readonly string[]) => seen(database.read(appsById, [ids])),
      (app) => app.id,
    ),
    byCode: oneBy(
      (codes: readonly string[]) => seen(database.read(appsByCode, [codes])),
      (app) => app.code,
    ),
    /** By code, those that the caller can see. */
    all: kept<void, Promise<Visible<AppRow>[]>>(() => seen(database.read(allApps))),

    /** Apps that register into a pool or read from it, by code; those that the caller can see. */
    ofPool: manyBy(
      (pools: readonly string[]) => seen(database.read(appsOfPools, [pools])),
      (app) => app.parent,
    ),

    /** Users with an active grant, for callers who may count them; none where nobody has one. */
    userCount: countBy((ids) => database.read(userCountsOfApps, [ids])),
  };
}
