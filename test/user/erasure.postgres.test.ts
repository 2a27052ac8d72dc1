import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, test } from 'vitest';
import { happened } from '../support/events.ts';
import { startWorld } from '../support/world.ts';
import { hardDeleteBy } from './hard-delete.support.ts';

test('who may write rows, and slips an update into the call that erases, changes no event', async () => {
  const world = await startWorld();
  const { pool } = world.database;
  const admin = await world.person({ roles: ['system_admin'], name: 'Root' });
  await admin.signIn();
  const jo = await world.person({ name: 'Jo' });
  await happened(world, { action: 'thing.touched', reason: 'as it was' }, { by: jo });
  const clerk = `clerk_${randomBytes(6).toString('hex')}`;
  await pool.query(`CREATE ROLE ${clerk}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${clerk}`);
  const client = await pool.connect();
  try {
    await client.query(`SET ROLE ${clerk}`);
    await client.query(`
      CREATE TYPE pg_temp.odd AS (text text);
      CREATE FUNCTION pg_temp.forging(pg_temp.odd) RETURNS uuid LANGUAGE plpgsql AS $$ BEGIN
        UPDATE public.audit_events SET reason = 'forged'; RETURN gen_random_uuid(); END $$;
      CREATE CAST (pg_temp.odd AS uuid) WITH FUNCTION pg_temp.forging(pg_temp.odd) AS IMPLICIT`);
    const { rows } = await client.query(`SELECT 'pg_temp.odd'::regtype::oid::int AS oid`);
    const call: any = new pg.Query({
      text: 'SELECT public.erase_person($1, $2, $3, $4, $5) AS last',
      values: ['(x)', '{}', '{}', jo.uuid, 1],
    });
    // Of the first value; the others are what they are.
    call.types = rows.map(({ oid }) => oid);
    const refused = new Promise((resolve) => {
      call.callback = resolve;
    });
    client.query(call);
    expect(await refused).toMatchObject({ constraint: 'audit_events_only_grow' });
  } finally {
    await client.query('RESET ROLE');
    await client.query(`DROP OWNED BY ${clerk} CASCADE; DROP ROLE ${clerk}`);
    client.release(true);
  }

  // Whoever may call it, as the server does, erases.
  expect((await hardDeleteBy(admin)(jo.id)).deletedUserId).toBe(jo.id);
  const { rows } = await pool.query(`SELECT reason, actor_name FROM audit_events WHERE action = 'thing.touched'`);
  expect(rows).toEqual([{ reason: 'as it was', actor_name: '[erased]' }]);
});
