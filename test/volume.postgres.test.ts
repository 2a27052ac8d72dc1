import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readDemoAccounts } from '../prisma/seed.ts';
import { readUsers } from '../prisma/volume/command.ts';
import { seedVolume } from '../prisma/volume/seed-volume.ts';
import { progressBar } from '../src/admin/progress-bar.ts';
import { createPasswords } from '../src/auth/passwords.ts';
import { type Database, Prisma } from '../src/database.ts';
import { reopened, testDatabase, testLocation } from './support/database.ts';
import { fingerprint } from './support/fingerprint.ts';

const users = 2000;
const now = new Date('2026-11-25T12:00:00.000Z');
const passwords = createPasswords({ passwordHashesAtOnce: 2, passwordWaiting: 100 });

let database: Database;
let before: Awaited<ReturnType<typeof structure>>;

const rowsOf = <Row>(of: Database, sql: string) => of.query<Row>(Prisma.raw(sql));
const select = <Row>(sql: string) => rowsOf<Row>(database, sql);
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: Error) => error.message,
  );

/** Every index, constraint and trigger, in PostgreSQL's own words. */
const structure = (of: Database) =>
  rowsOf<{ name: string; definition: string }>(
    of,
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) || ' ' || indisvalid || indisready || indisunique AS definition
       FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = current_schema()::regnamespace
     UNION ALL SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) || ' ' || convalidated FROM pg_constraint
      WHERE connamespace = current_schema()::regnamespace
     UNION ALL SELECT tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid) || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
     ORDER BY 1, 2`,
  );

beforeAll(async () => {
  database = await testDatabase();
  before = await structure(database);
  await seedVolume({ database, users, passwordHash: await passwords.hash('the staff have a long one'), now });
});

test('there is as much of everything as the number of users says', async () => {
  const tables = [
    ...['pools', 'users', 'apps', 'organizations', 'memberships', 'app_grants', 'user_roles', 'membership_roles', 'sessions'],
    ...['invitations', 'invitation_roles', 'audit_events'],
  ];
  const counts = await Promise.all(tables.map((table) => select<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)));

  expect(Object.fromEntries(tables.map((table, place) => [table, counts[place]![0]!.n]))).toEqual({
    pools: 10,
    users: 2000,
    apps: 20,
    organizations: 100,
    memberships: 6000,
    app_grants: 4000,
    user_roles: 3000,
    membership_roles: 7000,
    sessions: 4000,
    invitations: 300,
    invitation_roles: 300,
    audit_events: 3000,
  });
});

test('indexes, constraints and triggers are what they were', async () => {
  expect(before.length).toBeGreaterThan(150);
  expect(await structure(database)).toEqual(before);
});

/** Rows that break what a trigger keeps or checks; null where it only refuses changes. */
const broken: Record<string, string | null> = {
  keep_home_address: `SELECT FROM users u WHERE NOT EXISTS (
    SELECT FROM pool_addresses a WHERE (a.pool_id, a.email, a.user_id) = (u.home_pool_id, u.email, u.id))`,
  keep_tag_address: `SELECT FROM user_pools t JOIN users u ON u.id = t.user_id FULL JOIN pool_addresses a ON (a.pool_id, a.user_id) = (t.pool_id, t.user_id)
     LEFT JOIN users h ON h.id = a.user_id AND h.home_pool_id = a.pool_id
    WHERE a.email IS DISTINCT FROM coalesce(u.email, h.email) OR t.pool_id = h.home_pool_id`,
  user_roles_scope: `SELECT FROM user_roles JOIN roles r ON r.id = role_id WHERE r.scope <> 'PLATFORM'`,
  membership_roles_scope: `SELECT FROM membership_roles JOIN memberships m ON m.id = membership_id JOIN roles r ON r.id = role_id
    WHERE r.scope <> 'ORGANIZATION' OR r.organization_id <> m.organization_id`,
  invitation_roles_scope: `SELECT FROM invitation_roles JOIN invitations i ON i.id = invitation_id JOIN roles r ON r.id = role_id
    WHERE r.scope <> 'ORGANIZATION' OR r.organization_id <> i.organization_id`,
  role_permissions_scope: `SELECT FROM role_permissions JOIN roles r ON r.id = role_id JOIN permissions p ON p.code = permission_code
    WHERE p.scope <> r.scope OR NOT (r.built_in OR p.assignable)`,
  roles_custom_code_is_new: `SELECT FROM roles r JOIN roles b ON b.code = r.code AND b.built_in WHERE NOT r.built_in`,
  count_members_added: `SELECT FROM organizations o WHERE member_count <> (SELECT count(*) FROM memberships m WHERE m.organization_id = o.id)`,
  organizations_owner_is_admin: `SELECT FROM organizations o WHERE NOT EXISTS (
    SELECT FROM memberships m JOIN membership_roles mr ON mr.membership_id = m.id JOIN roles r ON r.id = mr.role_id
     WHERE m.organization_id = o.id AND m.user_id = o.owner_id AND m.status = 'ACTIVE' AND r.built_in AND r.code = 'org_admin')`,
  memberships_have_a_role: `SELECT FROM memberships m WHERE NOT EXISTS (SELECT FROM membership_roles WHERE membership_id = m.id)`,
  ...Object.fromEntries(
    [
      ...['user_roles_scope', 'membership_roles_scope', 'invitation_roles_scope', 'role_permissions_scope'].map(
        (name) => `${name}_on_update`,
      ),
      ...['user_pools', 'memberships', 'roles', 'invitations'].map((name) => `${name}_keys_stay`),
      ...['count_members_removed', 'memberships_owner_is_admin', 'membership_roles_leave_one', 'audit_events_only_grow'],
      ...['audit_event_people_only_grow', 'audit_event_people_go_with_them'],
    ].map((name) => [name, null]),
  ),
};

test('every trigger would have let it all through', async () => {
  const triggers = await select<{ name: string }>('SELECT tgname::text AS name FROM pg_trigger WHERE NOT tgisinternal');
  const found: Record<string, number> = {};
  for (const [name, sql] of Object.entries(broken))
    if (sql !== null) found[name] = (await select<{ n: number }>(`SELECT count(*)::int AS n FROM (${sql}) AS broken`))[0]!.n;

  // A new trigger wants a line above.
  expect(Object.keys(broken).sort()).toEqual(triggers.map(({ name }) => name).sort());
  expect(Object.entries(found).filter(([, rows]) => rows > 0)).toEqual([]);
});

test('every check holds, and every key leads to a row', async () => {
  const checks = await select<{ name: string; sql: string }>(`
    SELECT conname::text AS name, format('SELECT FROM %s WHERE NOT (%s)', conrelid::regclass, pg_get_expr(conbin, conrelid)) AS sql
      FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 AND connamespace = current_schema()::regnamespace`);
  const keys = await select<{ name: string; sql: string }>(`
    SELECT conname::text AS name, format('SELECT FROM %s c WHERE (%s) IS NOT NULL AND NOT EXISTS (SELECT FROM %s p WHERE (%s) = (%s))',
             conrelid::regclass, mine, confrelid::regclass, mine, theirs) AS sql
      FROM pg_constraint, LATERAL (
        SELECT string_agg(format('c.%I', a.attname), ', ' ORDER BY k.place) AS mine, string_agg(format('p.%I', b.attname), ', ' ORDER BY k.place) AS theirs
          FROM unnest(conkey, confkey) WITH ORDINALITY AS k(mine, theirs, place)
          JOIN pg_attribute a ON (a.attrelid, a.attnum) = (conrelid, k.mine) JOIN pg_attribute b ON (b.attrelid, b.attnum) = (confrelid, k.theirs)) AS k
     WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`);
  const found: string[] = [];
  for (const { name, sql } of [...checks, ...keys])
    if ((await select<{ n: number }>(`SELECT count(*)::int AS n FROM (${sql}) AS broken`))[0]!.n > 0) found.push(name);

  expect([checks.length, keys.length].every((count) => count > 20)).toBe(true);
  expect(found).toEqual([]);
});

test('it is skewed as in life', async () => {
  const [organizations] = await select<Record<string, number>>(`
    SELECT max(member_count) AS biggest, (percentile_disc(0.5) WITHIN GROUP (ORDER BY member_count))::int AS middle,
           (count(*) FILTER (WHERE member_count < 10))::int AS small FROM organizations`);
  const memberships = await select<{ n: number }>(`
    SELECT count(m.id)::int AS n FROM users u LEFT JOIN memberships m ON m.user_id = u.id GROUP BY u.id ORDER BY 1`);
  const actors = await select<{ n: number }>('SELECT count(*)::int AS n FROM audit_events GROUP BY actor_id ORDER BY 1 DESC');

  expect(organizations).toMatchObject({ biggest: 200 });
  expect(organizations!.middle).toBeLessThan(60);
  expect(organizations!.small).toBeGreaterThan(5);
  // Half of the organizations are the most that anybody is in; from 400 of them on, it is 200.
  expect(memberships.slice(-1)).toEqual([{ n: 50 }]);
  expect(memberships.filter(({ n }) => n === 0).length).toBeGreaterThan(users * 0.2);
  expect(memberships.filter(({ n }) => n > 10).length).toBeLessThan(users * 0.1);
  expect(actors[0]!.n).toBeGreaterThan(300);
});

test('nothing is from the future, and nothing is older than what it belongs to', async () => {
  const [found] = await select<Record<string, number>>(`
    SELECT (SELECT count(*) FROM users WHERE created_at > '${now.toISOString()}' OR last_login_at > '${now.toISOString()}' OR last_login_at < created_at)::int AS users,
           (SELECT count(*) FROM users u JOIN pools p ON p.id = u.home_pool_id WHERE u.created_at < p.created_at)::int AS pools,
           (SELECT count(*) FROM organizations o JOIN users u ON u.id = o.owner_id WHERE o.created_at < u.created_at)::int AS owners,
           (SELECT count(*) FROM memberships m JOIN organizations o ON o.id = m.organization_id JOIN users u ON u.id = m.user_id
             WHERE m.joined_at < o.created_at OR m.joined_at < u.created_at OR m.joined_at > '${now.toISOString()}')::int AS memberships,
           (SELECT count(*) FROM app_grants g JOIN users u ON u.id = g.user_id WHERE g.granted_at < u.created_at OR g.revoked_at < g.granted_at)::int AS grants,
           (SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.impersonator_id IS NULL AND (s.created_at < u.created_at OR s.created_at > u.last_login_at) OR s.last_active_at < s.created_at
                OR s.last_active_at > '${now.toISOString()}' OR s.ended_at < s.created_at)::int AS sessions,
           (SELECT count(*) FROM invitations i JOIN organizations o ON o.id = i.organization_id WHERE i.created_at < o.created_at OR i.accepted_at < i.created_at)::int AS invitations,
           (SELECT count(*) FROM audit_events WHERE occurred_at > '${now.toISOString()}')::int AS events`);

  expect(Object.entries(found!).filter(([, rows]) => rows > 0)).toEqual([]);
});

test('nobody has access to an app that does not know them, and a session is in the scope of its person', async () => {
  const [found] = await select<Record<string, number>>(`
    SELECT (SELECT count(*) FROM app_grants g JOIN apps a ON a.id = g.app_id WHERE NOT EXISTS (
              SELECT FROM pool_addresses pa WHERE pa.user_id = g.user_id
                 AND (pa.pool_id = a.home_pool_id OR pa.pool_id IN (SELECT r.pool_id FROM app_read_pools r WHERE r.app_id = a.id))))::int AS grants,
           (SELECT count(*) FROM sessions s WHERE app_id IS NOT NULL AND NOT EXISTS (
              SELECT FROM app_grants g WHERE (g.user_id, g.app_id) = (s.user_id, s.app_id) AND g.status = 'ACTIVE'))::int AS apps,
           (SELECT count(*) FROM sessions s WHERE organization_id IS NOT NULL AND NOT EXISTS (
              SELECT FROM memberships m WHERE (m.user_id, m.organization_id) = (s.user_id, s.organization_id) AND m.status = 'ACTIVE'))::int AS scopes,
           (SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.status = 'SUSPENDED' AND s.ended_at IS NULL AND s.impersonator_id IS NULL)::int AS suspended,
           (SELECT count(*) FROM audit_events e WHERE NOT EXISTS (SELECT FROM audit_event_people p WHERE p.event_id = e.id AND p.user_id = e.actor_id)
              OR (e.subject_type = 'user' AND NOT EXISTS (SELECT FROM audit_event_people p WHERE p.event_id = e.id AND p.user_id = e.subject_id)))::int AS events`);

  expect(Object.entries(found!).filter(([, rows]) => rows > 0)).toEqual([]);
});

test('there is some of every state', async () => {
  const [found] = await select<Record<string, number>>(`
    SELECT (SELECT count(*) FROM users WHERE status = 'SUSPENDED')::int AS suspended, (SELECT count(suspended_until) FROM users)::int AS "forATime",
           (SELECT count(*) FROM users WHERE last_login_at IS NULL)::int AS "neverHere", (SELECT count(*) FROM users WHERE name IS NULL)::int AS nameless,
           (SELECT count(external_id) FROM users)::int AS external, (SELECT count(*) FROM users WHERE metadata = '{}')::int AS plain,
           (SELECT count(*) FROM user_pools)::int AS tags, (SELECT count(*) FROM roles WHERE NOT built_in)::int AS "ownRoles",
           (SELECT count(*) FROM membership_roles JOIN roles r ON r.id = role_id AND NOT built_in)::int AS "ownRolesHeld",
           (SELECT count(*) FROM memberships WHERE status = 'SUSPENDED')::int AS "suspendedMembers",
           (SELECT count(*) FROM invitations WHERE status = 'PENDING' AND expires_at > '${now.toISOString()}')::int AS pending,
           (SELECT count(*) FROM invitations WHERE status <> 'PENDING')::int AS closed,
           (SELECT count(*) FROM sessions WHERE ended_at IS NULL AND expires_at > '${now.toISOString()}')::int AS live,
           (SELECT count(ended_at) FROM sessions)::int AS ended,
           (SELECT count(*) FROM sessions WHERE ended_at IS NULL AND expires_at <= '${now.toISOString()}')::int AS expired,
           (SELECT count(organization_id) FROM sessions)::int AS scoped, (SELECT count(*) FROM app_grants WHERE status = 'REVOKED')::int AS revoked,
           (SELECT count(*) FROM (SELECT FROM users GROUP BY email HAVING count(*) > 1) AS shared)::int AS namesakes,
           (SELECT count(DISTINCT name) FROM users)::int AS names`);

  for (const [what, rows] of Object.entries(found!)) expect(rows, what).toBeGreaterThan(what === 'namesakes' ? 3 : 5);
  expect(found).toMatchObject({ names: expect.toSatisfy((names: number) => names > users / 2) });
  expect(found!.pending).toBeGreaterThan(found!.closed!);
  expect(found!.live).toBeGreaterThan(found!.ended! + found!.expired!);
});

test('no address can belong to a stranger', async () => {
  const domains = await select<{ domain: string }>(
    "SELECT DISTINCT split_part(email, '@', 2) AS domain FROM (SELECT email FROM users UNION SELECT email FROM invitations) AS everywhere",
  );

  for (const { domain } of domains) expect(domain).toMatch(/(^|\.)example\.(com|org|net)$/);
});

test('one account can sign in, and is a system admin; the others share a password that nobody knows', async () => {
  const accounts = await select<{ hash: string | null; roles: string[]; n: number }>(`
    SELECT password_hash AS hash, count(*)::int AS n, (array_agg(email ORDER BY created_at))[1] AS first FROM users GROUP BY 1 ORDER BY 2`);
  const roles = await select<{ code: string }>(
    "SELECT r.code FROM user_roles JOIN roles r ON r.id = role_id JOIN users u ON u.id = user_id WHERE u.email = 'admin@example.com' ORDER BY 1",
  );

  expect(accounts).toMatchObject([{ n: 1, first: 'admin@example.com' }, { hash: null }, {}]);
  expect(await passwords.verify(accounts[0]!.hash, 'the staff have a long one')).toBe(true);
  expect(roles).toEqual([{ code: 'base_user' }, { code: 'system_admin' }]);
});

test('the mark of demo data is set, and statistics and the visibility map are there', async () => {
  expect(await select('SELECT demo_since FROM installation')).toEqual([{ demo_since: now }]);
  expect(
    await select(
      "SELECT relname FROM pg_class WHERE relname IN ('users', 'sessions', 'audit_events') AND relallvisible < relpages",
    ),
  ).toEqual([]);
  expect(await select("SELECT count(*)::int AS n FROM pg_stats WHERE tablename = 'memberships'")).toEqual([{ n: 8 }]);
});

test('the same number and the same instant give the same rows; another instant the same people', async () => {
  const [same, later] = [await testDatabase(), await testDatabase()];
  await seedVolume({ database: same, users, passwordHash: null, now });
  await seedVolume({ database: later, users, passwordHash: null, now: new Date(now.getTime() + 90_000_000) });
  const people = 'SELECT email, name, external_id, metadata FROM users ORDER BY email, name';
  const withoutHashes = 'ALTER TABLE users DROP COLUMN password_hash';
  const withoutPlace =
    'ALTER TABLE audit_events DROP COLUMN transaction CASCADE; ALTER TABLE audit_event_people DROP COLUMN transaction CASCADE';
  const copy = await testDatabase();
  await seedVolume({ database: copy, users, passwordHash: null, now });
  for (const one of [same, copy]) for (const sql of [withoutHashes, withoutPlace]) await one.pool.query(sql);

  const except = ['_prisma_migrations'];
  expect(await fingerprint(copy, except)).toEqual(await fingerprint(same, except));
  expect(await rowsOf(later, people)).toEqual(await rowsOf(same, people));
});

test('where there are users, apps or pools, or a mark of production, nothing is done', async () => {
  const prepared = async (sql: string) => {
    const one = await testDatabase();
    await one.pool.query(sql);
    return one;
  };
  const inProduction = await prepared('UPDATE installation SET production_since = now()');
  const withUser = await prepared(`
    INSERT INTO users (id, home_pool_id, email, search_text) SELECT gen_random_uuid(), id, 'jo@example.com', 'jo@example.com' FROM pools`);
  const withPool = await prepared("INSERT INTO pools (id, code, name) VALUES (gen_random_uuid(), 'partners', 'Partners')");
  const withApp = await prepared(
    "INSERT INTO apps (id, code, name, home_pool_id) SELECT gen_random_uuid(), 'desk', 'Desk', id FROM pools",
  );
  const all = [inProduction, withUser, database, withPool, withApp];
  const states = async () => {
    const found = [];
    for (const one of all) found.push([await fingerprint(one), await structure(one)]);
    return found;
  };
  const before = await states();

  const failures: string[] = [];
  for (const one of all) failures.push(await failureOf(seedVolume({ database: one, users, passwordHash: null })));

  expect(failures).toEqual([
    'This database has been used in production: no volume data go into it.',
    'There are users already: volume data go into a database without any.',
    'There are users already: volume data go into a database without any.',
    'There are apps or pools already: volume data bring their own.',
    'There are apps or pools already: volume data bring their own.',
  ]);
  expect(await failureOf(seedVolume({ database: withApp, users: 999, passwordHash: null }))).toContain('from 1000 to');
  expect(await states()).toEqual(before);
});

test('where it breaks off nothing is kept, and the next one begins anew', async () => {
  const broken = await testDatabase();
  const state = await fingerprint(broken);
  const breakAt = (place: string) =>
    failureOf(
      seedVolume({
        ...{ database: broken, users: 1000, passwordHash: null },
        onProgress(_done, _total, what) {
          if (what === place) throw new Error(`broken at ${place}`);
        },
      }),
    );

  expect([await breakAt('memberships'), await breakAt('sessions_user_id_fkey')]).toEqual([
    'broken at memberships',
    'broken at sessions_user_id_fkey',
  ]);
  expect(await fingerprint(broken)).toEqual(state);
  expect(await structure(broken)).toEqual(before);

  await seedVolume({ database: broken, users: 1000, passwordHash: null });
  expect(await rowsOf(broken, 'SELECT count(*)::int AS n FROM users')).toEqual([{ n: 1000 }]);
});

test('progress goes up, to the end', async () => {
  const shares: number[] = [];
  await seedVolume({
    ...{ database: await testDatabase(), users: 1000, passwordHash: null },
    onProgress: (done, total) => shares.push(done / total),
  });

  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  expect(new Set(shares.map((share) => Math.floor(share * 10))).size).toBeGreaterThan(8);
});

test('the bar moves in a terminal, and is a line for each tenth elsewhere', () => {
  const shown = (isTTY: boolean) => {
    const texts: string[] = [];
    const bar = progressBar({ isTTY, write: (text) => texts.push(text) });
    for (const done of [0, 50, 55, 100]) bar(done, 100, 'users');
    return texts;
  };

  expect(shown(false)).toEqual(['0 %\n', '50 %\n', '100 %\n']);
  expect(shown(true)).toEqual([
    `\r${'░'.repeat(30)}   0 % users\u001b[K`,
    `\r${'█'.repeat(15)}${'░'.repeat(15)}  50 % users\u001b[K`,
    `\r${'█'.repeat(16)}${'░'.repeat(14)}  55 % users\u001b[K`,
    `\r${'█'.repeat(30)} 100 % users\u001b[K\n`,
  ]);
});

/** `npm run seed` with these arguments and nothing of our environment. */
function seed(args: readonly string[], environment: Record<string, string>) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'prisma/seed.ts', ...args], { env: { PATH, HOME, ...environment } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data) => {
    output.stderr += data;
  });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, ...output })),
  );
}

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'steward-volume-')), 'data');

test('what is no number of users, and the embedded database, are refused in a line', async () => {
  const folder = newFolder();
  const environment = { STEWARD_DATA_FOLDER: folder };
  const usage = 'npm run seed -- --users N: N is a whole number from 1000 to 5000000, such as 200000.';
  const unreadable = [
    ['--users', 'many'],
    ['--users'],
    ['--users=-5'],
    ['--users', '1e5'],
    ['--user', '2000'],
    ['2000'],
    ['--users', '999'],
  ];

  for (const args of unreadable) expect(() => readUsers(args), args.join(' ')).toThrow(usage);
  expect(await seed(['--users', 'many'], environment)).toEqual({ code: 1, stdout: '', stderr: `${usage}\n` });
  expect(await seed(['--users', '2000'], environment)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Volume data are for PostgreSQL: name an empty database of it in DATABASE_URL.\n',
  });
  expect(existsSync(join(folder, 'postgres'))).toBe(false);
});

test('the command fills the database, says how to sign in, and does nothing twice', async () => {
  const location = (await testLocation()) as { url: string };
  const folder = newFolder();
  const environment = { DATABASE_URL: location.url, STEWARD_DATA_FOLDER: folder };

  const first = await seed(['--users', '1000'], environment);
  const second = await seed(['--users', '1000'], environment);

  const [account, ...others] = await readDemoAccounts(folder);
  expect(others).toEqual([]);
  expect(account).toMatchObject({ persona: 'system_admin', email: 'admin@example.com' });
  expect(first).toMatchObject({
    code: 0,
    stdout: `1000 users are in, and what belongs to them. To sign in: admin@example.com, password ${account!.password}\n`,
  });
  expect(first.stderr).toMatch(/^0 %\n(\d+ %\n)*100 %\n$/);
  expect(second).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There are users already: volume data go into a database without any.\n',
  });
  const filled = await reopened(location);
  const [row] = await rowsOf<{ hash: string }>(
    filled,
    "SELECT password_hash AS hash FROM users WHERE email = 'admin@example.com'",
  );
  expect(await passwords.verify(row!.hash, account!.password)).toBe(true);
});

test('a password of ones own is used, and neither written nor shown; a bad one is refused', async () => {
  const location = (await testLocation()) as { url: string };
  const folder = newFolder();
  const environment = { DATABASE_URL: location.url, STEWARD_DATA_FOLDER: folder };
  const own = 'a brook of some length';

  const refused = await seed(['--users', '1000'], { ...environment, ADMIN_PASSWORD: 'short' });
  const filling = await seed(['--users', '1000'], { ...environment, ADMIN_PASSWORD: own });

  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^ADMIN_PASSWORD: .*at least 12.*\n$/) });
  expect(filling.code).toBe(0);
  expect(filling.stdout + filling.stderr).not.toContain(own);
  expect(await readDemoAccounts(folder)).toEqual([]);
  const [row] = await rowsOf<{ hash: string }>(
    await reopened(location),
    "SELECT password_hash AS hash FROM users WHERE email = 'admin@example.com'",
  );
  expect(await passwords.verify(row!.hash, own)).toBe(true);
});
