import { statement } from '../database.ts';
import { isBound, seenThroughParent, type Visible, visible } from '../policy.ts';
import { countBy, kept, manyBy, oneBy, type Reading } from './reading.ts';

export interface PoolRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

const columns = 'p.id, p.code, p.name, p.description, p.created_at, p.updated_at, p.version';

const toPool = (row: any): PoolRow => ({
  id: row.id,
  code: row.code,
  name: row.name,
  description: row.description,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

const poolsById = statement('pools_by_id', `SELECT ${columns} FROM pools p WHERE p.id = ANY($1::uuid[])`, toPool);
const poolsByCode = statement('pools_by_code', `SELECT ${columns} FROM pools p WHERE p.code = ANY($1::text[])`, toPool);
const allPools = statement('all_pools', `SELECT ${columns} FROM pools p ORDER BY p.code`, toPool);
const poolsOfUsers = statement(
  'pools_of_users',
  `SELECT up.user_id AS parent, ${columns} FROM user_pools up JOIN pools p ON p.id = up.pool_id WHERE up.user_id = ANY($1::uuid[]) ORDER BY p.code`,
  (row) => ({ ...toPool(row), parent: row.parent as string }),
);
const readPoolsOfApps = statement(
  'read_pools_of_apps',
  `SELECT a.id AS parent, ${columns}
     FROM apps a
     JOIN LATERAL (SELECT a.home_pool_id AS pool_id, -1 AS position
                   UNION ALL SELECT arp.pool_id, arp.position FROM app_read_pools arp WHERE arp.app_id = a.id AND arp.pool_id <> a.home_pool_id) r ON TRUE
     JOIN pools p ON p.id = r.pool_id
    WHERE a.id = ANY($1::uuid[]) ORDER BY r.position`,
  (row) => ({ ...toPool(row), parent: row.parent as string }),
);

// One row for each person and pool, so nobody counts twice there.
const userCountsOfPools = countsOf('users', 'pool_addresses', 'pool_id');
const homeCountsOfPools = countsOf('homes', 'users', 'home_pool_id');
const tagCountsOfPools = countsOf('tags', 'user_pools', 'pool_id');

function countsOf(what: string, table: string, pool: string) {
  return statement(
    `counts_of_${what}_of_pools`,
    `SELECT c.${pool} AS parent, count(*)::int AS count FROM ${table} c WHERE c.${pool} = ANY($1::uuid[]) GROUP BY c.${pool}`,
    (row) => row as { parent: string; count: number },
  );
}

export function createPoolLoaders({ database, reach }: Reading) {
  const byId = (ids: readonly string[]) => database.read(poolsById, [ids]);

  async function seen<Row extends PoolRow>(rows: Promise<Row[]>): Promise<Visible<Row>[]> {
    const [pools, caller] = await Promise.all([rows, reach()]);
    return pools.filter((pool) => visible.pool(caller, pool));
  }

  /** How many users a pool has, for callers who may count them; none where it has none. */
  const count = (counts: typeof userCountsOfPools) => countBy((pools) => database.read(counts, [pools]));

  return {
    byId: oneBy(
      (ids: readonly string[]) => seen(byId(ids)),
      (pool) => pool.id,
    ),
    byCode: oneBy(
      (codes: readonly string[]) => seen(database.read(poolsByCode, [codes])),
      (pool) => pool.code,
    ),
    /** By code, those that the caller can see. */
    all: kept<void, Promise<Visible<PoolRow>[]>>(() => seen(database.read(allPools))),

    userCount: count(userCountsOfPools),
    homeCount: count(homeCountsOfPools),
    tagCount: count(tagCountsOfPools),

    /** The home of a visible user, which is seen with the user. */
    homeById: oneBy(
      async (ids: readonly string[]) => (await byId(ids)).map(seenThroughParent<PoolRow>),
      (pool) => pool.id,
    ),

    /** Tags of a visible user, seen with the user; none in an organization's impersonation. */
    ofUser: manyBy(
      async (users: readonly string[]) => {
        const caller = await reach();
        const shown = users.filter((user) => !isBound(caller) || user !== caller?.userId);
        return (await database.read(poolsOfUsers, [shown])).map(
          (pool) => seenThroughParent(pool) as Visible<PoolRow> & { parent: string },
        );
      },
      (pool) => pool.parent,
    ),

    /** The pools, the home pool first, in which a login of the app finds its user; those that the caller can see. */
    ofApp: manyBy(
      (apps: readonly string[]) => seen(database.read(readPoolsOfApps, [apps])),
      (pool) => pool.parent,
    ),
  };
}
