import { expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { visitsTo } from '../support/personas.ts';
import { newFolder, type Process, ready, start } from '../support/process.ts';
import { password, startWorld } from '../support/world.ts';
import { HardDelete } from './hard-delete.support.ts';

const secret = { STEWARD_SECRET: 'ab'.repeat(32) };

test('kill -9 in the middle leaves all of a person, and once it is done nothing', async () => {
  const world = await startWorld(secret);
  const { database, sql } = world;
  const [admin, jo] = [await world.person({ roles: ['system_admin'] }), await world.person({ name: 'Jo Midway' })];
  const organization = await world.organization({ owner: admin, members: [[jo]] });
  await world.invitation({ organization, email: jo.email });
  await visitsTo(world).visit(jo);
  await database.query(sql`
    WITH e AS (
      INSERT INTO audit_events (id, action, actor_id, actor_name, ip_address) SELECT gen_random_uuid(), 'a.b', ${jo.uuid}::uuid, ${jo.name}, '192.0.2.1'
        FROM generate_series(1, 6000) RETURNING id)
    INSERT INTO audit_event_people (user_id, event_id) SELECT ${jo.uuid}::uuid, id FROM e`);

  const url = new URL((inject('template') as { url: string }).url);
  const [{ name }] = (await database.query<{ name: string }>(sql`SELECT current_database()::text AS name`)) as [{ name: string }];
  url.pathname = `/${name}`;
  const environment = { NODE_ENV: 'test', ...secret, DATABASE_URL: url.href, STEWARD_DATA_FOLDER: newFolder() };
  const processOf = async () => {
    const running = await start(environment);
    await ready(running);
    const { authLogin } = await ask(running, SignIn, { email: admin.email, password });
    return { running, token: authLogin.tokens.accessToken as string };
  };
  const input = { userId: jo.id, reason: 'They asked for it' };

  // Its last statement waits for a session that somebody holds: all else is done by then, and not committed.
  const first = await processOf();
  const before = await fingerprint(database);
  const holder = await database.pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM sessions WHERE user_id = $1 FOR UPDATE', [jo.uuid]);
  const cutOff = ask(first.running, HardDelete, input, first.token).then(
    () => 'answered',
    () => 'cut off',
  );
  const deleting = () =>
    database.query(sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%DELETE FROM users%'`);
  await eventually(() => deleting()).toHaveLength(1);
  first.running.child.kill('SIGKILL');
  expect(await cutOff).toBe('cut off');
  await holder.query('ROLLBACK');
  holder.release();
  // PostgreSQL notices that nobody is there once the statement is through.
  await eventually(() => fingerprint(database)).toEqual(before);

  const second = await processOf();
  const done = await ask(second.running, HardDelete, input, second.token);
  second.running.child.kill('SIGKILL');
  expect(done.userHardDelete).toMatchObject({ deletedUserId: jo.id });
  const [left] = await database.query(sql`
    SELECT (SELECT count(*)::int FROM users WHERE id = ${jo.uuid}::uuid) AS users,
           (SELECT count(*)::int FROM invitations WHERE email = ${jo.email}) AS invitations,
           (SELECT count(*)::int FROM audit_events WHERE actor_name = ${jo.name}) AS named,
           (SELECT count(*)::int FROM audit_events WHERE actor_name = '[erased]' AND ip_address IS NULL) AS erased,
           (SELECT count(*)::int FROM audit_events WHERE action = 'user.hard_deleted') AS events`);
  expect(left).toEqual({ users: 0, invitations: 0, named: 0, erased: 6000, events: 1 });
});

const SignIn = `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { tokens { accessToken } } } }`;

async function ask({ port }: Process, query: string, input: object, token?: string): Promise<any> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return (await response.json()).data;
}
