import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { deriveSecrets } from '../../src/secrets.ts';
import { createServer } from '../../src/server.ts';
import { clientOf, password, type World } from '../support/world.ts';
import { claimsIn, impersonate, Login, Refresh, sessionIdIn, startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

/** The key that the server signs with, opened from the database. */
async function serverKey() {
  await world.server.steward.signingKeys.current();
  const [row] = await world.database.query<any>(world.sql`SELECT id, sealed_key FROM signing_keys WHERE retired_at IS NULL`);
  const jwk = JSON.parse(deriveSecrets(world.settings.secret).open('signing-key', row.sealed_key).toString());
  return { kid: row.id as string, jwk, key: await importJWK(jwk, 'EdDSA') };
}

const outcomeOf = (token: string) =>
  visitor(world, { token })
    .ask(Whoami)
    .then(({ data, errors }) => errors[0]?.extensions.code ?? data.viewer.user.id);

test('others verify a token by the published key alone', async () => {
  const jo = await world.person();
  const { accessToken } = await jo.signIn();

  const response = await world.server.fetch(new Request(new URL('/.well-known/jwks.json', world.settings.publicUrl)));
  const keys = await response.json();

  expect(keys.keys).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String), alg: 'EdDSA', use: 'sig' },
  ]);
  expect(keys.keys[0].kid).toBe(await calculateJwkThumbprint(keys.keys[0]));
  const { payload, protectedHeader } = await jwtVerify(accessToken, createLocalJWKSet(keys), {
    issuer: world.settings.publicUrl.origin,
    audience: world.settings.publicUrl.origin,
    typ: 'at+jwt',
  });
  expect(payload.sub).toBe(jo.id);
  expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: keys.keys[0].kid, typ: 'at+jwt' });
});

test('a token that was made or changed by others does not hold', async () => {
  const jo = await world.person();
  const sam = await world.person();
  const { accessToken } = await jo.signIn();
  const [header, payload, signature] = accessToken.split('.') as [string, string, string];
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { kid } = await serverKey();
  const strangers = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const claims = claimsIn(accessToken);
  const signedByStranger = (keyId: string) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: keyId }).sign(strangers.privateKey);
  const published = (await world.server.steward.signingKeys.published()).keys[0]!;

  const forgeries = [
    `${header}.${encoded({ ...claims, sub: sam.id })}.${signature}`,
    `${encoded({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
    `${encoded({ alg: 'none', typ: 'at+jwt' })}.${payload}.${signature}`,
    `${header}.${payload}.`,
    `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    `${header}.${payload}`,
    await signedByStranger(kid),
    await signedByStranger('another'),
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', jwk: await exportJWK(strangers.publicKey) })
      .sign(strangers.privateKey),
    // The public key, taken for a shared secret.
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
      .sign(Buffer.from(JSON.stringify(published))),
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
      .sign(Buffer.from(published.x!, 'base64url')),
    'nonsense',
    'x'.repeat(4000),
    jo.tokens!.refreshToken,
  ];

  for (const forgery of forgeries) expect(await outcomeOf(forgery)).toBe('UNAUTHENTICATED');
  expect(await outcomeOf(accessToken)).toBe(jo.id);
});

test('a token that the server’s own key signed holds with every claim as it must be, and not otherwise', async () => {
  const jo = await world.person();
  const { accessToken } = await jo.signIn();
  const { kid, key } = await serverKey();
  const claims = claimsIn(accessToken);
  const now = Math.floor(Date.now() / 1000);
  const outcome = async (changed: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    outcomeOf(
      await new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header }).sign(key),
    );

  expect(await outcome({})).toBe(jo.id);
  for (const name of ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'tv', 'roles', 'permissions']) {
    expect([name, await outcome({ [name]: undefined })]).toEqual([name, 'UNAUTHENTICATED']);
  }
  expect(await outcome({ iss: 'https://elsewhere.example.com' })).toBe('UNAUTHENTICATED');
  expect(await outcome({ aud: 'https://elsewhere.example.com' })).toBe('UNAUTHENTICATED');
  expect(await outcome({}, { typ: 'JWT' })).toBe('UNAUTHENTICATED');
  expect(await outcome({}, { kid: undefined })).toBe('UNAUTHENTICATED');
  expect(await outcome({}, { kid: 'unknown' })).toBe('UNAUTHENTICATED');
  expect(await outcome({ iat: now - 960, exp: now - 60 })).toBe('TOKEN_EXPIRED');
  // A life that no token of ours has.
  expect(await outcome({ iat: now - 960, exp: now + 3600 })).toBe('TOKEN_EXPIRED');
  expect(await outcome({ nbf: now + 600 })).toBe('UNAUTHENTICATED');
  expect(await outcome({ iat: now + 600 })).toBe('UNAUTHENTICATED');
  // Who it is must be whose session it is, in the version and scope of now.
  expect(await outcome({ sub: (await world.person()).id })).toBe('UNAUTHENTICATED');
  expect(await outcome({ sub: 'nonsense' })).toBe('UNAUTHENTICATED');
  expect(await outcome({ sid: jo.id })).toBe('UNAUTHENTICATED');
  expect(await outcome({ tv: 0 })).toBe('TOKEN_STALE');
  expect(await outcome({ tv: '1' })).toBe('UNAUTHENTICATED');
  expect(await outcome({ org: jo.id })).toBe('UNAUTHENTICATED');
  expect(await outcome({ org: (await world.organization({ owner: jo })).id })).toBe('TOKEN_STALE');
});

test('an expired token still signs in and refreshes: those look at no token', async () => {
  const jo = await world.person();
  const { refreshToken } = await jo.signIn();
  const stale = visitor(world, { token: 'nonsense' });

  expect((await stale.run(Login, { input: { email: jo.email, password } })).authLogin).toHaveProperty('tokens');
  expect((await stale.run(Refresh, { input: { refreshToken } })).authRefresh).toHaveProperty('tokens');
});

test('a token does not outlive its session, nor the one that an impersonation was started from', async () => {
  const admin = await world.person({ roles: ['super_admin'] });
  const jo = await world.person();
  const { accessToken, refreshToken } = await jo.signIn();
  const impersonation = await impersonate(world, admin, jo);
  const shorten = (sessionId: string, seconds: number) =>
    world.database.query(world.sql`
      UPDATE sessions SET ends_at = now() + make_interval(secs => ${seconds}::int), expires_at = now() + make_interval(secs => ${seconds}::int)
       WHERE id = ${sessionId}::uuid`);
  const lifeOf = ({ accessToken, expiresIn, expiresAt }: any) => {
    const { iat, exp } = claimsIn(accessToken);
    expect(exp - iat).toBe(expiresIn);
    expect(Date.parse(expiresAt)).toBe(exp * 1000);
    return expiresIn;
  };

  await shorten(sessionIdIn(accessToken), 100);
  const switched = await visitor(world, { token: accessToken }).switchTo(null);
  const refreshed = await visitor(world).refresh(refreshToken);
  for (const { tokens } of [switched, refreshed]) {
    expect(lifeOf(tokens)).toBeGreaterThan(60);
    expect(lifeOf(tokens)).toBeLessThanOrEqual(100);
  }

  // Its own hour is not over, but the admin's session is about to be.
  await shorten(sessionIdIn(admin.tokens!.accessToken), 50);
  const continued = await visitor(world).refresh(impersonation.refreshToken);
  expect(lifeOf(continued.tokens)).toBeGreaterThan(20);
  expect(lifeOf(continued.tokens)).toBeLessThanOrEqual(50);
});

test('no password, token or key is in the log or in the audit', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
  const server = await createServer({ database: world.database, settings: world.settings, log });
  const jo = await world.person();
  const client = clientOf(server, world.settings, () => null, {
    'x-steward-csrf': '1',
    cookie: 'steward_refresh=a-secret-cookie',
  });

  await client.run(Login, { input: { email: jo.email, password: 'a-wrong-secret-password' } });
  const { tokens } = (await client.run(Login, { input: { email: jo.email, password } })).authLogin;
  const next = (await client.run(Refresh, { input: { refreshToken: tokens.refreshToken } })).authRefresh.tokens;
  await client.run(Refresh, { input: {} });
  await clientOf(server, world.settings, () => next.accessToken).run(Whoami);
  await clientOf(server, world.settings, () => `${next.accessToken}x`).ask(Whoami);

  const audit = await world.database.query<any>(world.sql`SELECT e::text AS row FROM audit_events e`);
  const kept = [...lines, ...audit.map(({ row }) => row)].join('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const secret of [
    password,
    'a-wrong-secret-password',
    'a-secret-cookie',
    tokens.accessToken,
    tokens.refreshToken,
    next.accessToken,
    next.refreshToken,
    next.accessToken.split('.')[2],
    '$argon2id',
  ]) {
    expect(kept.includes(secret)).toBe(false);
  }
});
