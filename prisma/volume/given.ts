import type pg from 'pg';
import type { Given } from './world.ts';

/** Throws where volume data must not go, and keeps everybody else from adding users until the end of the transaction. */
export async function refuseUnlessFresh(client: pg.PoolClient): Promise<void> {
  await client.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
  const { rows } = await client.query(`
    SELECT EXISTS (SELECT FROM installation WHERE production_since IS NOT NULL) AS "inProduction", EXISTS (SELECT FROM users) AS "hasUsers",
           EXISTS (SELECT FROM apps) OR EXISTS (SELECT FROM pools WHERE code <> 'default') AS "hasCatalog"`);
  const { inProduction, hasUsers, hasCatalog } = rows[0];
  if (inProduction) throw new Error('This database has been used in production: no volume data go into it.');
  if (hasUsers) throw new Error('There are users already: volume data go into a database without any.');
  if (hasCatalog) throw new Error('There are apps or pools already: volume data bring their own.');
}

/** What the rows refer to, and where this transaction's audit events have their place. */
export async function readGiven(client: pg.PoolClient): Promise<Given> {
  const pools = await client.query("SELECT id, name, description FROM pools WHERE code = 'default'");
  const roles = await client.query('SELECT id, scope, code FROM roles WHERE built_in');
  const place = await client.query('SELECT current_generation() AS generation, current_transaction()::text AS transaction');
  const idsOf = (scope: string) => new Map(roles.rows.filter((role) => role.scope === scope).map(({ code, id }) => [code, id]));
  return {
    defaultPool: pools.rows[0],
    platformRoles: idsOf('PLATFORM'),
    organizationRoles: idsOf('ORGANIZATION'),
    ...place.rows[0],
  };
}
