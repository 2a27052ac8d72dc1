import { beforeAll, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/auth/signing-keys.ts';
import { deriveSecrets } from '../../src/secrets.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { password, type World } from '../support/world.ts';
import { Logout, LogoutEverywhere, startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

test('of 16 uses of a refresh token at once one wins, and 15 conflict', async () => {
  const jo = await world.person();
  let { refreshToken } = await jo.signIn();

  for (let round = 0; round < rounds; round++) {
    const outcomes = await together(16, () => visitor(world).refresh(refreshToken));
    expect(counted(outcomes.map(({ code }) => code ?? 'won'))).toEqual({ won: 1, REFRESH_CONFLICT: 15 });
    refreshToken = outcomes.find(({ tokens }) => tokens).tokens.refreshToken;
  }
});

test('a stolen token that comes back 16 times at once ends its session once, with one event', async () => {
  const jo = await world.person();
  const { refreshToken } = await jo.signIn();
  await visitor(world).refresh(refreshToken);
  await world.database.query(world.sql`
    UPDATE refresh_tokens t SET used_at = used_at - interval '11 seconds' FROM sessions s WHERE s.id = t.session_id AND s.user_id = ${jo.uuid}::uuid`);

  const outcomes = await together(16, () => visitor(world).refresh(refreshToken));

  expect(counted(outcomes.map(({ code }) => code))).toEqual({ REFRESH_TOKEN_REUSED: 1, REFRESH_TOKEN_INVALID: 15 });
  expect(
    await world.database.query(
      world.sql`SELECT FROM audit_events WHERE action = 'session.token_reused' AND actor_id = ${jo.uuid}::uuid`,
    ),
  ).toHaveLength(1);
});

test('of 100 wrong guesses at once five are told wrong, and all others locked, in every round', async () => {
  const wide = await startAuthWorld({ STEWARD_PASSWORD_WAITING: '200', STEWARD_REQUEST_MS: '60000' });
  for (let round = 0; round < 2; round++) {
    const { email } = await wide.person();
    const outcomes = await together(100, () => visitor(wide).login({ email, password: 'a wrong guess' }));
    expect(counted(outcomes.map(({ code }) => code))).toEqual({ INVALID_CREDENTIALS: 5, ACCOUNT_LOCKED: 95 });
  }
});

test('a right password among many wrong ones gets in only while there is no lock', async () => {
  for (let round = 0; round < 5; round++) {
    const { email } = await world.person();
    const outcomes = await together(16, (i) => visitor(world).login({ email, password: i === 8 ? password : 'a wrong guess' }));
    const { won = 0, INVALID_CREDENTIALS = 0, ACCOUNT_LOCKED = 0 } = counted(outcomes.map(({ code }) => code ?? 'won'));
    expect(won + INVALID_CREDENTIALS + ACCOUNT_LOCKED).toBe(16);
    // Who got in cleared what had been counted before: five then, and five after.
    expect(INVALID_CREDENTIALS).toBeLessThanOrEqual(won === 1 ? 9 : 5);
    expect((await visitor(world).login({ email, password })).code).toBe('ACCOUNT_LOCKED');
  }
});

test('a refresh against signing out leaves nothing that holds', async () => {
  for (let round = 0; round < 10; round++) {
    const jo = await world.person();
    const { accessToken, refreshToken } = await jo.signIn();
    const [refreshed] = await Promise.all([
      visitor(world).refresh(refreshToken),
      visitor(world, { token: accessToken }).run(round % 2 ? Logout : LogoutEverywhere),
    ]);

    if (refreshed.tokens) {
      await expect(visitor(world, { token: refreshed.tokens.accessToken }).run(Whoami)).toBeRefused('UNAUTHENTICATED');
      expect((await visitor(world).refresh(refreshed.tokens.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    } else {
      expect(refreshed.code).toBe('REFRESH_TOKEN_INVALID');
    }
  }
});

test('switching to two organizations at once ends in the one that the session has', async () => {
  const jo = await world.person();
  const [one, two] = [await world.organization({ owner: jo }), await world.organization({ owner: jo })];
  const { accessToken } = await jo.signIn();

  const answers = await together(2, async (i) => {
    try {
      return await visitor(world, { token: accessToken }).switchTo([one, two][i]!.id);
    } catch (error) {
      return { error: String(error) };
    }
  });

  const tokens = answers.filter((answer) => answer.tokens).map((answer) => answer.tokens.accessToken);
  const [session] = await world.database.query<any>(
    world.sql`SELECT organization_id FROM sessions WHERE user_id = ${jo.uuid}::uuid`,
  );
  expect([one.uuid, two.uuid]).toContain(session.organization_id);
  const outcomes = await Promise.all(tokens.map((token) => visitor(world, { token }).ask(Whoami)));
  expect(outcomes.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
});

test('an app that grants by itself gives one grant to 16 logins at once', async () => {
  const jo = await world.person();
  const app = await world.app({ autoGrantOnSignup: true });

  const outcomes = await together(16, () => visitor(world).login({ email: jo.email, password, appCode: app.code }));

  expect(counted(outcomes.map(({ code }) => code ?? 'won'))).toEqual({ won: 16 });
  expect(await world.database.query(world.sql`SELECT FROM app_grants WHERE user_id = ${jo.uuid}::uuid`)).toHaveLength(1);
});

test('keys that are rotated by many at once leave one that signs', async () => {
  const secrets = deriveSecrets(world.settings.secret);
  const servers = Array.from({ length: 8 }, () => createSigningKeys({ database: world.database, secrets }));

  await Promise.all(servers.map((keys) => keys.rotate()));

  const present = await world.database.query(world.sql`SELECT FROM signing_keys WHERE retired_at IS NULL`);
  expect(present).toHaveLength(1);
});

test('who leaves the pools of an app while they sign in to it does not get in, and gets no access', async () => {
  const pool = await world.pool();
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const jo = await world.person();
  await world.database.query(world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${jo.uuid}::uuid, ${pool.uuid}::uuid)`);

  const untag = `SELECT FROM users WHERE id = '${jo.uuid}' FOR NO KEY UPDATE; DELETE FROM user_pools WHERE user_id = '${jo.uuid}'`;
  const { code } = await whileUncommitted(world, untag, () =>
    visitor(world).login({ email: jo.email, password, appCode: app.code }),
  );

  expect(code).toBe('INVALID_CREDENTIALS');
  expect(await world.database.query(world.sql`SELECT FROM app_grants WHERE user_id = ${jo.uuid}::uuid`)).toEqual([]);
});
