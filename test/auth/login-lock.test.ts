import { beforeAll, expect, test } from 'vitest';
import { clearLocks, loginLockKey } from '../../src/auth/login-limits.ts';
import { deriveSecrets } from '../../src/secrets.ts';
import { password, type World } from '../support/world.ts';
import { newIp, startAuthWorld, visitor } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

const minute = 60_000;

/** Fails so many times from ip addresses of strangers, and gives the codes that came back. */
async function fail(email: string, times: number, ip?: string): Promise<string[]> {
  const codes: string[] = [];
  for (let i = 0; i < times; i++) codes.push((await visitor(world, { ip }).login({ email, password: `wrong ${i}` })).code);
  return codes;
}

/** As if everything that is counted had happened so much earlier. */
const later = (minutes: number) =>
  world.database.query(world.sql`
    UPDATE login_locks SET failed_at = ARRAY(SELECT t - make_interval(mins => ${minutes}::int) FROM unnest(failed_at) t),
                           locked_until = locked_until - make_interval(mins => ${minutes}::int)`);

const anyAddress = async (): Promise<string> => (await world.person()).email;

test.each([
  ['known', anyAddress],
  ['unknown', async () => `nobody-${newIp()}@example.com`],
])('five failures lock a %s address for 15 minutes, whatever password comes then', async (_which, address) => {
  const email = await address();

  expect(await fail(email, 5)).toEqual(Array(5).fill('INVALID_CREDENTIALS'));
  const locked = await visitor(world).login({ email, password });

  expect(locked.code).toBe('ACCOUNT_LOCKED');
  expect(Date.parse(locked.retryAt) - Date.now()).toBeGreaterThan(14 * minute);
  expect(Date.parse(locked.retryAt) - Date.now()).toBeLessThanOrEqual(15 * minute);
  // Attempts meanwhile make it no longer.
  expect((await visitor(world).login({ email, password: 'wrong' })).retryAt).toBe(locked.retryAt);
});

test('while the lock holds no password is looked at', async () => {
  const email = await anyAddress();
  await fail(email, 5);

  const [byLock, byPassword] = [visitor(world), visitor(world)];
  const statements = await world.statements(() => byLock.login({ email, password }));
  const counted = await world.statements(() => byPassword.login({ email: 'someone-else@example.com', password }));

  // Person, locks, event; a wrong password is counted twice on top.
  expect(counted - statements).toBe(2);
});

test('after the lock it begins anew, with five', async () => {
  const email = await anyAddress();
  await fail(email, 5);

  await later(15);

  expect(await fail(email, 6)).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'ACCOUNT_LOCKED']);
});

test('the window slides: failures count for 15 minutes each', async () => {
  const email = await anyAddress();
  await fail(email, 2);
  await later(10);
  await fail(email, 2);
  // The first two are 16 minutes old then, the next two 6.
  await later(6);

  expect(await fail(email, 4)).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'ACCOUNT_LOCKED']);
});

test('a success clears the count', async () => {
  const { email } = await world.person();
  await fail(email, 4);

  expect(await visitor(world).login({ email, password })).toHaveProperty('tokens');

  expect(await fail(email, 5)).toEqual(Array(5).fill('INVALID_CREDENTIALS'));
});

test('a login that is refused after the right password clears nothing', async () => {
  const { email } = await world.person();
  await fail(email, 4);

  expect((await visitor(world).login({ email, password, appCode: 'no-such-app' })).code).toBe('APP_NOT_FOUND');

  expect(await fail(email, 2)).toEqual(['INVALID_CREDENTIALS', 'ACCOUNT_LOCKED']);
});

test('strangers do not lock a person out where they have signed in before, and have a count and a lock of their own there', async () => {
  const { email } = await world.person();
  const home = newIp();
  await visitor(world, { ip: home }).login({ email, password });
  await fail(email, 5);

  expect((await visitor(world).login({ email, password })).code).toBe('ACCOUNT_LOCKED');
  expect(await visitor(world, { ip: home }).login({ email, password })).toHaveProperty('tokens');
  // What was judged by the own count cleared that, and not the strangers' lock.
  expect((await visitor(world).login({ email, password })).code).toBe('ACCOUNT_LOCKED');
  expect(await fail(email, 6, home)).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'ACCOUNT_LOCKED']);
});

test('an ip address is one’s own for 30 days after signing in there', async () => {
  const { email, uuid } = await world.person();
  const home = newIp();
  await visitor(world, { ip: home }).login({ email, password });
  await fail(email, 5);

  await world.database.query(
    world.sql`UPDATE sessions SET created_at = created_at - interval '31 days' WHERE user_id = ${uuid}::uuid`,
  );

  expect((await visitor(world, { ip: home }).login({ email, password })).code).toBe('ACCOUNT_LOCKED');
});

test('clearing an address clears every lock of it, and tells whether any held', async () => {
  const { email } = await world.person();
  const home = newIp();
  await visitor(world, { ip: home }).login({ email, password });
  await fail(email, 5, home);
  await fail(email, 5);
  const { steward } = world.server;

  expect(await world.database.transaction((tx) => clearLocks(tx, steward, email))).toBe(true);
  expect(await world.database.transaction((tx) => clearLocks(tx, steward, email))).toBe(false);

  expect(await visitor(world).login({ email, password })).toHaveProperty('tokens');
  expect(await visitor(world, { ip: home }).login({ email, password })).toHaveProperty('tokens');
});

test('the table names nobody', async () => {
  const email = 'names-nobody@example.com';
  const ip = newIp();
  await fail(email, 1, ip);

  const rows = await world.database.query<{ row: string }>(world.sql`SELECT l::text AS row FROM login_locks l`);

  for (const { row } of rows) expect(row).not.toMatch(new RegExp(`${email}|${ip}`));
  const key = loginLockKey(deriveSecrets(world.settings.secret), email);
  expect(await world.database.query(world.sql`SELECT FROM login_locks WHERE key = ${key}::bytea`)).toHaveLength(1);
});

test('an ip address that has failed too often is told to wait, for every address, the right password included', async () => {
  const few = await startAuthWorld({ STEWARD_IP_FAILURES: '3' });
  const jo = await few.person();
  const from = (ip: string) => visitor(few, { ip });
  const ip = '2001:db8:1:2::1';
  const neighbour = '2001:db8:1:2:ffff::9';

  for (const i of [1, 2, 3]) {
    expect((await from(i === 2 ? neighbour : ip).login({ email: `many-${i}@example.com`, password })).code).toBe(
      'INVALID_CREDENTIALS',
    );
  }
  const refused = await from(neighbour).login({ email: jo.email, password });

  expect(refused.code).toBe('TOO_MANY_ATTEMPTS');
  expect(Date.parse(refused.retryAt) - Date.now()).toBeGreaterThan(14 * minute);
  expect(await from('2001:db8:1:3::1').login({ email: jo.email, password })).toHaveProperty('tokens');
  await few.database.query(
    few.sql`UPDATE login_locks SET failed_at = ARRAY(SELECT t - interval '15 minutes' FROM unnest(failed_at) t)`,
  );
  expect(await from(ip).login({ email: jo.email, password })).toHaveProperty('tokens');
});

test('of 30 wrong guesses at once five are told wrong, and all others locked', async () => {
  const { email } = await world.person();

  const outcomes = await Promise.all(
    Array.from({ length: 30 }, () => visitor(world).login({ email, password: 'a wrong guess' })),
  );

  const codes = outcomes.map(({ code }) => code).sort();
  expect(codes).toEqual([...Array(25).fill('ACCOUNT_LOCKED'), ...Array(5).fill('INVALID_CREDENTIALS')]);
  for (const { code, retryAt } of outcomes) expect(retryAt !== null).toBe(code === 'ACCOUNT_LOCKED');
});

test('logins that nobody could have hashed in time are told to come again', async () => {
  const narrow = await startAuthWorld({ STEWARD_PASSWORD_HASHES_AT_ONCE: '1', STEWARD_PASSWORD_WAITING: '1' });

  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, i) => visitor(narrow).login({ email: `busy-${i}@example.com`, password })),
  );

  const codes = new Set(outcomes.map(({ code }) => code));
  expect(codes).toEqual(new Set(['INVALID_CREDENTIALS', 'TOO_MANY_ATTEMPTS']));
  expect(outcomes.find(({ code }) => code === 'TOO_MANY_ATTEMPTS').retryAt).toEqual(expect.any(String));
});

test('a burst of logins from one ip address keeps nobody else out', async () => {
  const narrow = await startAuthWorld({ STEWARD_PASSWORD_HASHES_AT_ONCE: '1', STEWARD_PASSWORD_WAITING: '10' });
  const jo = await narrow.person();
  const ip = newIp();

  const burst = Array.from({ length: 40 }, (_, i) => visitor(narrow, { ip }).login({ email: `busy-${i}@example.com`, password }));
  const honest = await visitor(narrow).login({ email: jo.email, password });

  expect(honest).toHaveProperty('tokens');
  expect((await Promise.all(burst)).map(({ code }) => code)).toContain('TOO_MANY_ATTEMPTS');
});

test('where two people have an address, neither clears what was guessed at the other, by signing in or by a new password', async () => {
  const pool = await world.pool();
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const email = 'two.have.this@example.com';
  await world.person({ email });
  await world.person({ email, pool: pool.code });
  const eve = visitor(world);
  const { tokens } = await eve.login({ email, password, appCode: app.code });
  const change = `mutation ($input: AccountChangePasswordInput!) { accountChangePassword(input: $input) { __typename } }`;

  await fail(email, 3);
  await visitor(world).login({ email, password, appCode: app.code });
  await fail(email, 1);
  const changed = await visitor(world, { token: tokens.accessToken, ip: eve.ip }).run(change, {
    input: { currentPassword: password, newPassword: 'TempPass123!' },
  });
  expect(changed.accountChangePassword.__typename).toBe('AccountChangePasswordSuccess');

  expect(await fail(email, 2)).toEqual(['INVALID_CREDENTIALS', 'ACCOUNT_LOCKED']);
});
