import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { chooseDemoAccounts } from '../prisma/demo/accounts.ts';
import { type DemoAccount, readDemoAccounts, seedDemo } from '../prisma/seed.ts';
import { loginLockKey } from '../src/auth/login-limits.ts';
import { createPasswords } from '../src/auth/passwords.ts';
import { type Database, Prisma } from '../src/database.ts';
import { deriveSecrets } from '../src/secrets.ts';
import { testDatabase } from './support/database.ts';

const now = new Date('2026-11-25T12:00:00.000Z');
const passwords = createPasswords({ passwordHashesAtOnce: 2, passwordWaiting: 100 });
const secrets = deriveSecrets(Buffer.alloc(32, 'demo'));
const newFolder = () => mkdtemp(join(tmpdir(), 'steward-demo-'));

let database: Database;
let another: Database;
let dataFolder: string;
let accounts: DemoAccount[];

const select = <Row>(text: TemplateStringsArray, ...values: unknown[]) => database.query<Row>(Prisma.sql(text, ...values));
const count = async (text: TemplateStringsArray, ...values: unknown[]) => (await select<{ n: number }>(text, ...values))[0]!.n;

beforeAll(async () => {
  database = await testDatabase();
  dataFolder = await newFolder();
  accounts = await seedDemo({ database, passwords, secrets, dataFolder, now });
  another = await testDatabase();
});

test('at least 250 people are at home in three pools, and some are tagged into further ones', async () => {
  const pools = await select<{ code: string; n: number }>`
    SELECT p.code, count(*)::int AS n FROM pools p JOIN users u ON u.home_pool_id = p.id GROUP BY p.code ORDER BY n DESC`;

  expect(pools.map(({ code }) => code)).toEqual(['default', 'partner-portal', 'claimleo']);
  expect(pools.reduce((sum, { n }) => sum + n, 0)).toBeGreaterThanOrEqual(250);
  expect(await count`SELECT count(*)::int AS n FROM user_pools`).toBeGreaterThan(20);
});

test('people differ: in name, verification, password, login, metadata and age', async () => {
  const [people] = await select<Record<string, number>>`
    SELECT count(DISTINCT name)::int AS names, (count(*) FILTER (WHERE name IS NULL))::int AS nameless,
           (count(*) FILTER (WHERE NOT email_verified))::int AS unverified, (count(*) FILTER (WHERE password_hash IS NULL))::int AS passwordless,
           (count(*) FILTER (WHERE last_login_at IS NULL))::int AS strangers, count(DISTINCT external_id)::int AS known,
           (count(*) FILTER (WHERE metadata ? 'department'))::int AS departments, count(DISTINCT date_trunc('month', created_at))::int AS months,
           (count(*) FILTER (WHERE created_at > ${now} OR last_login_at > ${now} OR last_login_at < created_at))::int AS impossible
      FROM users`;

  expect(people).toMatchObject({ impossible: 0 });
  const { impossible: _, names, ...some } = people!;
  expect(names).toBeGreaterThan(230);
  for (const [what, number] of Object.entries(some)) expect(number, what).toBeGreaterThan(5);
});

test('no address can belong to a stranger', async () => {
  const domains = await select<{ domain: string }>`
    SELECT DISTINCT split_part(email, '@', 2) AS domain FROM (SELECT email FROM users UNION SELECT email FROM invitations) AS everywhere`;

  for (const { domain } of domains) expect(domain).toMatch(/(^|\.)example\.(com|org|net)$/);
});

test('the same address in two pools is two people', async () => {
  const shared = await select<{ pools: number; names: number }>`
    SELECT count(DISTINCT home_pool_id)::int AS pools, count(DISTINCT name)::int AS names FROM users GROUP BY email HAVING count(*) > 1`;

  expect(shared.length).toBeGreaterThan(2);
  for (const one of shared) expect(one).toEqual({ pools: 2, names: 2 });
});

test('every persona has one account, whose password is its own', async () => {
  const hashes = await select<{ email: string; hash: string; verified: boolean }>`
    SELECT email, password_hash AS hash, email_verified AS verified FROM users
     WHERE email = ANY(${accounts.map(({ email }) => email)}::text[])`;

  expect(accounts.map(({ persona }) => persona)).toEqual([
    ...['system_admin', 'super_admin', 'org_owner', 'org_admin', 'org_manager', 'org_member', 'base_user', 'invitee'],
  ]);
  expect(hashes).toHaveLength(accounts.length);
  for (const { email, password } of accounts) {
    const found = hashes.find((row) => row.email === email)!;
    expect(password.length).toBeGreaterThanOrEqual(16);
    expect(found.verified).toBe(true);
    expect(await passwords.verify(found.hash, password)).toBe(true);
  }
  expect(new Set(accounts.map(({ password }) => password)).size).toBe(accounts.length);
  expect(await count`SELECT count(DISTINCT password_hash)::int AS n FROM users`).toBe(accounts.length + 1);
});

test('every persona is what its name says', async () => {
  const found = await select<{ email: string }>`
    SELECT u.email,
           ARRAY(SELECT r.code FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id ORDER BY r.rank) AS platform,
           ARRAY(SELECT o.slug || ' ' || r.code FROM memberships m JOIN organizations o ON o.id = m.organization_id
                   JOIN membership_roles mr ON mr.membership_id = m.id JOIN roles r ON r.id = mr.role_id
                  WHERE m.user_id = u.id AND m.status = 'ACTIVE') AS roles,
           ARRAY(SELECT o.slug FROM organizations o WHERE o.owner_id = u.id) AS owns,
           ARRAY(SELECT a.code FROM app_grants g JOIN apps a ON a.id = g.app_id WHERE g.user_id = u.id AND g.status = 'ACTIVE') AS apps,
           ARRAY(SELECT o.slug FROM invitations i JOIN organizations o ON o.id = i.organization_id
                  WHERE i.email = u.email AND i.status = 'PENDING' AND i.expires_at > ${now}) AS invited
      FROM users u JOIN pools p ON p.id = u.home_pool_id AND p.code = 'default'
     WHERE u.email = ANY(${accounts.map(({ email }) => email)}::text[])`;

  const plain = { platform: ['base_user'], roles: [], owns: [], apps: ['auth-client-demo'], invited: [] };
  const of = (persona: string) =>
    found.find(({ email }) => email === accounts.find((account) => account.persona === persona)!.email);
  expect(of('system_admin')).toMatchObject({ ...plain, platform: ['system_admin', 'base_user'] });
  expect(of('super_admin')).toMatchObject({ ...plain, platform: ['super_admin', 'base_user'] });
  expect(of('org_owner')).toMatchObject({ ...plain, roles: ['harbour-pine org_admin'], owns: ['harbour-pine'] });
  expect(of('org_admin')).toMatchObject({ ...plain, roles: ['harbour-pine org_admin'] });
  expect(of('org_manager')).toMatchObject({ ...plain, roles: ['harbour-pine org_manager'] });
  expect(of('org_member')).toMatchObject({ ...plain, roles: ['harbour-pine org_member'] });
  expect(of('base_user')).toMatchObject(plain);
  expect(of('invitee')).toMatchObject({ ...plain, invited: ['harbour-pine'] });
});

test('four apps: one grants on sign-up, one is by invitation only, one is disabled', async () => {
  const apps = await select<{ code: string }>`
    SELECT a.code, a.status::text, a.auto_grant_on_signup AS open, p.code AS home,
           ARRAY(SELECT r.code FROM app_read_pools ar JOIN pools r ON r.id = ar.pool_id WHERE ar.app_id = a.id ORDER BY ar.position) AS reads
      FROM apps a JOIN pools p ON p.id = a.home_pool_id ORDER BY a.code`;

  expect(apps).toHaveLength(4);
  expect(apps[0]).toEqual({ code: 'auth-client-demo', status: 'ACTIVE', open: true, home: 'default', reads: ['partner-portal'] });
  expect(apps.filter((app) => 'open' in app && !app.open)).toMatchObject([{ code: 'claims-studio', status: 'ACTIVE' }]);
  expect(apps.filter((app) => 'status' in app && app.status === 'DISABLED')).toMatchObject([{ code: 'legacy-reports' }]);
});

test('grants are active and revoked, by staff and by themselves, and never for an app that does not know the person', async () => {
  const [grants] = await select<Record<string, number>>`
    SELECT (count(*) FILTER (WHERE g.status = 'ACTIVE'))::int AS active, (count(*) FILTER (WHERE g.status = 'REVOKED'))::int AS revoked,
           count(g.granted_by_id)::int AS given, (count(*) FILTER (WHERE g.granted_by_id IS NULL AND NOT a.auto_grant_on_signup))::int AS unexplained,
           (count(*) FILTER (WHERE NOT EXISTS (
             SELECT FROM pool_addresses pa WHERE pa.user_id = g.user_id
                AND (pa.pool_id = a.home_pool_id OR pa.pool_id IN (SELECT r.pool_id FROM app_read_pools r WHERE r.app_id = a.id)))))::int AS unknown
      FROM app_grants g JOIN apps a ON a.id = g.app_id`;

  expect(grants).toMatchObject({ unexplained: 0, unknown: 0 });
  for (const kind of ['active', 'revoked', 'given']) expect(grants![kind], kind).toBeGreaterThan(10);
});

test('14 organizations have from 1 to 60 members; one is suspended, several have roles of their own', async () => {
  const organizations = await select<{ members: number; counted: number; status: string; roles: number }>`
    SELECT o.status::text, o.member_count AS members, (SELECT count(*)::int FROM memberships m WHERE m.organization_id = o.id) AS counted,
           (SELECT count(*)::int FROM roles r WHERE r.organization_id = o.id) AS roles
      FROM organizations o ORDER BY o.member_count`;

  expect(organizations).toHaveLength(14);
  expect([organizations[0]!.members, organizations[13]!.members]).toEqual([1, 60]);
  for (const { members, counted } of organizations) expect(members).toBe(counted);
  expect(organizations.filter(({ status }) => status === 'SUSPENDED')).toHaveLength(1);
  expect(organizations.filter(({ roles }) => roles > 0).length).toBeGreaterThan(4);
});

test('members have several roles, are suspended, or are in many organizations', async () => {
  expect(await count`SELECT count(*)::int AS n FROM memberships WHERE status = 'SUSPENDED'`).toBeGreaterThan(3);
  expect(
    await count`SELECT count(*)::int AS n FROM (SELECT FROM memberships GROUP BY user_id HAVING count(*) >= 4) AS many`,
  ).toBeGreaterThan(2);
  expect(
    await count`SELECT count(*)::int AS n FROM (SELECT FROM membership_roles GROUP BY membership_id HAVING count(*) > 1) AS several`,
  ).toBeGreaterThan(10);
  expect(
    await count`SELECT count(*)::int AS n FROM membership_roles mr JOIN roles r ON r.id = mr.role_id WHERE NOT r.built_in`,
  ).toBeGreaterThan(10);
});

test('invitations wait, have run out, were accepted, declined and revoked', async () => {
  const kinds = await select<{ kind: string; n: number }>`
    SELECT status::text || CASE WHEN status = 'PENDING' AND expires_at <= ${now} THEN ' past its end' ELSE '' END AS kind, count(*)::int AS n
      FROM invitations GROUP BY 1 ORDER BY 1`;

  expect(kinds.map(({ kind }) => kind)).toEqual([
    'ACCEPTED',
    'DECLINED',
    'EXPIRED',
    'PENDING',
    'PENDING past its end',
    'REVOKED',
  ]);
  expect(
    await count`SELECT count(*)::int AS n FROM invitations i WHERE i.status = 'ACCEPTED' AND NOT EXISTS (
      SELECT FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = i.organization_id AND u.email = i.email)`,
  ).toBe(0);
});

test('sessions live and have ended, some with a scope; a member of staff is impersonating somebody', async () => {
  const [sessions] = await select<Record<string, number>>`
    SELECT (count(*) FILTER (WHERE ended_at IS NULL AND expires_at > ${now}))::int AS live, (count(*) FILTER (WHERE ended_at IS NOT NULL))::int AS ended,
           (count(*) FILTER (WHERE ended_at IS NULL AND expires_at <= ${now}))::int AS "ranOut", count(organization_id)::int AS scoped,
           (count(*) FILTER (WHERE created_at > last_active_at OR last_active_at > ${now} OR ended_at < created_at))::int AS impossible
      FROM sessions`;
  const impersonations = await select<{ reason: string }>`
    SELECT s.impersonation_reason AS reason FROM sessions s JOIN sessions f ON f.id = s.started_from_id AND f.user_id = s.impersonator_id
       AND f.ended_at IS NULL AND f.expires_at > ${now}
      JOIN user_roles ur ON ur.user_id = s.impersonator_id JOIN roles r ON r.id = ur.role_id AND r.code IN ('system_admin', 'super_admin')
     WHERE s.ended_at IS NULL AND s.expires_at > ${now}`;

  expect(sessions!.impossible).toBe(0);
  for (const kind of ['live', 'ended', 'ranOut', 'scoped']) expect(sessions![kind], kind).toBeGreaterThan(20);
  expect(impersonations).toEqual([{ reason: 'Ticket 48213: the order list stays empty for this person.' }]);
});

test('some people are suspended, for good, for a time and no longer; some are locked out', async () => {
  const suspended = await select<{ end: string; n: number }>`
    SELECT CASE WHEN suspended_until IS NULL THEN 'none' WHEN suspended_until > ${now} THEN 'ahead' ELSE 'past' END AS end, count(*)::int AS n
      FROM users WHERE status = 'SUSPENDED' GROUP BY 1 ORDER BY 1`;
  const locks = await select<{
    key: Buffer;
  }>`SELECT key FROM login_locks WHERE locked_until > ${now} AND cardinality(failed_at) = 5`;
  const locked = (await select<{ email: string }>`SELECT email FROM users`).filter(({ email }) =>
    locks.some(({ key }) => key.equals(loginLockKey(secrets, email))),
  );

  expect(suspended.map(({ end }) => end)).toEqual(['ahead', 'none', 'past']);
  expect(locks).toHaveLength(3);
  expect(locked).toHaveLength(3);
});

test('a few hundred audit events of the last 90 days fit the data, in the order of what happened', async () => {
  const events = await select<{ action: string; at: Date }>`
    SELECT action, occurred_at AS at FROM audit_events ORDER BY generation, transaction, id`;
  const actions = new Set(events.map(({ action }) => action));

  expect(events.length).toBeGreaterThanOrEqual(200);
  expect(events.map(({ at }) => at.getTime())).toEqual(events.map(({ at }) => at.getTime()).sort((a, b) => a - b));
  expect(events[0]!.at.getTime()).toBeGreaterThan(now.getTime() - 90 * 86_400_000);
  expect(events.at(-1)!.at.getTime()).toBeLessThanOrEqual(now.getTime());
  expect([...actions]).toEqual(
    expect.arrayContaining([
      'user.created',
      'user.roles_set',
      'user.logged_in',
      'login.refused',
      'organization.created',
      'invitation.accepted',
    ]),
  );
  expect(
    await count`SELECT count(*)::int AS n FROM audit_events e
      WHERE e.actor_id IS NOT NULL AND NOT EXISTS (SELECT FROM audit_event_people p WHERE p.event_id = e.id AND p.user_id = e.actor_id)`,
  ).toBe(0);
});

test('the accounts are in a file that its owner alone reads', async () => {
  const file = join(dataFolder, 'demo-accounts.json');

  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(accounts);
  expect(await readDemoAccounts(dataFolder)).toEqual(accounts);
});

test('a second call changes nothing', async () => {
  const before = [await everything(database), await readFile(join(dataFolder, 'demo-accounts.json'), 'utf8')];

  expect(await seedDemo({ database, passwords, secrets, dataFolder, now: new Date() })).toEqual([]);

  expect([await everything(database), await readFile(join(dataFolder, 'demo-accounts.json'), 'utf8')]).toEqual(before);
});

test('where the accounts cannot be kept, nothing is', async () => {
  const notAFolder = join(await newFolder(), 'file');
  await writeFile(notAFolder, '');

  await expect(seedDemo({ database: another, passwords, secrets, dataFolder: notAFolder, now })).rejects.toThrow('EEXIST');

  expect(await another.prisma.user.count()).toBe(0);
});

test('no demo data go into a database that production has used', async () => {
  await another.query(Prisma.sql`UPDATE installation SET production_since = ${now}`);

  await expect(seedDemo({ database: another, passwords, secrets, dataFolder: await newFolder(), now })).rejects.toThrow(
    'production',
  );

  expect(await another.prisma.user.count()).toBe(0);
  await another.query(Prisma.sql`UPDATE installation SET production_since = NULL`);
});

test('of two calls at once one fills; the same instant gives the same data, with other secrets', async () => {
  const options = { database: another, passwords, secrets, dataFolder: await newFolder(), now };

  const both = await Promise.all([seedDemo(options), seedDemo(options)]);

  const filled = both.find((list) => list.length > 0)!;
  expect(both.filter((list) => list.length > 0)).toHaveLength(1);
  expect(await readDemoAccounts(options.dataFolder)).toEqual(filled);
  for (const [index, { password }] of filled.entries()) expect(password).not.toBe(accounts[index]!.password);
  const [here, there] = [await everything(database), await everything(another)];
  for (const table of Object.keys(here)) expect(there[table], table).toEqual(here[table]);
});

test('a second database that shares the data folder is given the same passwords', async () => {
  expect(await chooseDemoAccounts(dataFolder)).toEqual(accounts);
});

/** All rows of all tables that the demo data fill, but for secrets and the number of the transaction. */
async function everything(database: Database): Promise<Record<string, unknown[]>> {
  const tables = [
    ...['pools', 'users', 'user_pools', 'pool_addresses', 'user_roles', 'apps', 'app_read_pools', 'app_grants', 'organizations'],
    ...[
      'roles',
      'role_permissions',
      'memberships',
      'membership_roles',
      'invitations',
      'invitation_roles',
      'sessions',
      'login_locks',
    ],
    ...['audit_events', 'audit_event_people'],
  ];
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) {
    // What the migrations made has the time of its own; of the demo data every instant is compared.
    const found = await database.query<{ row: Record<string, unknown> }>(
      Prisma.sql`SELECT to_jsonb(t) - '{password_hash,token_hash,transaction}'::text[] AS row FROM ${Prisma.raw(table)} t`,
    );
    rows[table] = found
      .map(({ row }) => (row.built_in || row.code === 'default' ? { id: row.id } : row))
      .sort((a, b) => order(a, b));
  }
  return rows;
}

const order = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
