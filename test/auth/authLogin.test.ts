import { hash as argon2 } from '@node-rs/argon2';
import { beforeAll, expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { password, type World } from '../support/world.ts';
import { claimsIn, eventsOf, Login, sessionIdIn, startAuthWorld, visitor } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

const refusal = (code: string, retryAt: unknown = null) => ({
  __typename: 'AuthenticationError',
  code,
  message: expect.any(String),
  path: null,
  retryAt,
});

test('the right password opens a session, and the answer is that session’s', async () => {
  const jo = await world.person();
  const client = visitor(world);

  const answer = await client.ask(Login, { input: { email: jo.email.toUpperCase(), password } });

  const { tokens, viewer } = answer.data.authLogin;
  expect(tokens).toEqual({
    accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    refreshToken: expect.stringMatching(/^[\w-]{43}$/),
    tokenType: 'Bearer',
    expiresIn: 900,
    expiresAt: expect.any(String),
  });
  expect(viewer).toEqual({
    user: { id: jo.id, email: jo.email },
    session: { id: claimsIn(tokens.accessToken).sid, isCurrent: true },
    organization: null,
    permissions: [],
  });
  expect(Date.parse(tokens.expiresAt) / 1000).toBe(claimsIn(tokens.accessToken).exp);
  expect((await visitor(world, { token: tokens.accessToken }).run('{ viewer { user { id } } }')).viewer.user.id).toBe(jo.id);
});

test('the token says who, which session, which version, and what they may', async () => {
  const admin = await world.person({ roles: ['super_admin', 'base_user'] });

  const { accessToken } = await admin.signIn();

  const { iat, exp, jti, sid, permissions, ...rest } = claimsIn(accessToken);
  expect(rest).toEqual({
    iss: world.settings.publicUrl.origin,
    aud: world.settings.publicUrl.origin,
    sub: admin.id,
    tv: 1,
    roles: ['base_user', 'super_admin'],
    pool: 'default',
  });
  expect(exp - iat).toBe(900);
  expect(sid).toMatch(/^ses_/);
  expect(jti).toEqual(expect.any(String));
  expect(permissions).toContain('users:read');
  expect(permissions).not.toContain('users:delete');
});

test('a login leaves one event, moves no version, and keeps when it was', async () => {
  const jo = await world.person();
  const client = visitor(world);

  const answer = await client.ask(Login, { input: { email: jo.email, password } });

  expect(await eventsOf(world, answer)).toEqual([
    {
      action: 'user.logged_in',
      actor_id: jo.uuid,
      actor_name: jo.name,
      impersonator_id: null,
      subject_type: 'user',
      subject_id: jo.uuid,
      organization_id: null,
      changes: [],
      metadata: { sessionId: answer.data.authLogin.viewer.session.id },
      ip_address: client.ip,
      people: [jo.uuid],
    },
  ]);
  const [row] = await world.database.query<any>(
    world.sql`SELECT version, token_version, last_login_at > now() - interval '1 minute' AS noted FROM users WHERE id = ${jo.uuid}::uuid`,
  );
  expect(row).toEqual({ version: 1, token_version: 1, noted: true });
});

test('sessions live 7 days, 30 where remembered, and 90 at most', async () => {
  const jo = await world.person();
  const client = visitor(world);

  const short = await client.login({ email: jo.email, password });
  const long = await client.login({ email: jo.email, password, rememberMe: true });

  const days = async (login: any) => {
    const [session] = await world.database.query<any>(world.sql`
      SELECT extract(epoch FROM s.expires_at - s.created_at)::int / 86400 AS sliding, extract(epoch FROM s.ends_at - s.created_at)::int / 86400 AS absolute,
             extract(epoch FROM t.expires_at - t.created_at)::int / 86400 AS token
        FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id
       WHERE s.id = ${uuidOf(login)}::uuid`);
    return session;
  };
  expect(await days(short)).toEqual({ sliding: 7, absolute: 90, token: 7 });
  expect(await days(long)).toEqual({ sliding: 30, absolute: 90, token: 30 });
});

test('a wrong password, an unknown address, a person without password and no address at all are one answer, by the same statements', async () => {
  const jo = await world.person();
  const none = await world.person();
  await world.database.query(world.sql`UPDATE users SET password_hash = NULL WHERE id = ${none.uuid}::uuid`);
  const attempts = [
    { email: jo.email, password: 'a wrong password' },
    { email: 'nobody-here@example.com', password },
    { email: none.email, password },
    { email: 'no address at all', password },
    { email: '', password },
    { email: `${jo.email}\0`, password },
    { email: `${'x'.repeat(300)}@example.com`, password },
    { email: jo.email, password: '' },
    { email: jo.email, password: 'x'.repeat(1000) },
  ];
  // The first one makes the signing key and prepares nothing that the others would need.
  await visitor(world).login({ email: jo.email, password });

  const outcomes: unknown[] = [];
  const statements = new Set<number>();
  for (const input of attempts) {
    const client = visitor(world);
    statements.add(await world.statements(async () => outcomes.push(await client.login(input))));
  }

  expect(outcomes).toEqual(attempts.map(() => refusal('INVALID_CREDENTIALS')));
  expect([...statements]).toHaveLength(1);
});

test('a refused login leaves one event, about the person where there is one, and without the address where there is none', async () => {
  const jo = await world.person();

  const known = await visitor(world).ask(Login, { input: { email: jo.email, password: 'a wrong password' } });
  const unknown = await visitor(world).ask(Login, { input: { email: 'no-one-at-all@example.com', password } });

  const event = { action: 'login.refused', actor_id: null, actor_name: null, metadata: { code: 'INVALID_CREDENTIALS' } };
  expect(await eventsOf(world, known)).toMatchObject([
    { ...event, subject_type: 'user', subject_id: jo.uuid, people: [jo.uuid] },
  ]);
  const [alone] = await eventsOf(world, unknown);
  expect(alone).toMatchObject({ ...event, subject_type: null, subject_id: null, people: [] });
  expect(JSON.stringify(alone)).not.toContain('no-one-at-all');
});

test('failed logins of one address, or of one ip address, are one event a minute', async () => {
  const jo = await world.person();
  const here = visitor(world);
  const fail = (client: typeof here, email: string) => client.ask(Login, { input: { email, password: 'wrong' } });

  const first = await fail(here, jo.email);
  const sameAddress = await fail(visitor(world), jo.email);
  const sameIp = await fail(here, 'somebody-else@example.com');
  const neither = await fail(visitor(world), 'a-third-one@example.com');

  expect(
    (await Promise.all([first, sameAddress, sameIp, neither].map((answer) => eventsOf(world, answer)))).map(
      (events) => events.length,
    ),
  ).toEqual([1, 0, 0, 1]);
});

test('what is left out in a minute leaves out nothing in the next', async () => {
  const here = visitor(world);
  const seen: number[] = [];
  const fail = async (email: string) => {
    const answer = await here.ask(Login, { input: { email, password: 'wrong' } });
    seen.push((await eventsOf(world, answer)).length);
  };
  const pass = (seconds: number) =>
    world.database.query(world.sql`UPDATE refusal_windows SET until = until - make_interval(secs => ${seconds}::int)`);

  await fail('chain-0@example.com');
  for (const n of [1, 2, 3]) {
    await pass(50);
    await fail(`chain-${n}@example.com`);
    await pass(20);
    await fail(`chain-${n}@example.com`);
  }

  expect(seen).toEqual([1, 0, 1, 0, 1, 0, 1]);
});

test('a suspension is told after the right password alone, and not once it is over', async () => {
  const jo = await world.person({ status: 'SUSPENDED' });
  const suspendUntil = (until: Date | null) =>
    world.database.query(world.sql`UPDATE users SET suspended_until = ${until}::timestamptz WHERE id = ${jo.uuid}::uuid`);
  const client = visitor(world);

  expect(await client.login({ email: jo.email, password: 'a wrong password' })).toEqual(refusal('INVALID_CREDENTIALS'));
  expect(await client.login({ email: jo.email, password })).toEqual(refusal('ACCOUNT_SUSPENDED'));
  const until = new Date(Date.now() + 3_600_000);
  await suspendUntil(until);
  expect(await client.login({ email: jo.email, password })).toEqual(refusal('ACCOUNT_SUSPENDED', until.toISOString()));
  await suspendUntil(new Date(Date.now() - 1000));
  expect(await client.login({ email: jo.email, password })).toHaveProperty('tokens');
});

test('an app lets in who has a grant', async () => {
  const jo = await world.person();
  const app = await world.app();
  const disabled = await world.app({ status: 'DISABLED' });
  await world.grant(jo, disabled);
  const login = (appCode: string) => visitor(world).login({ email: jo.email, password, appCode });

  expect(await login('no-such-app')).toEqual(refusal('APP_NOT_FOUND'));
  expect(await login('No App \0')).toEqual(refusal('APP_NOT_FOUND'));
  expect(await login('')).toEqual(refusal('APP_NOT_FOUND'));
  expect(await login(disabled.code)).toEqual(refusal('APP_DISABLED'));
  expect(await login(app.code)).toEqual(refusal('APP_ACCESS_DENIED'));
  await world.grant(jo, app);
  expect(claimsIn((await login(app.code)).tokens.accessToken)).toMatchObject({ app: app.code });
});

test('nothing of an app is told to who does not know the password', async () => {
  const jo = await world.person();

  expect(await visitor(world).login({ email: jo.email, password: 'wrong', appCode: 'no-such-app' })).toEqual(
    refusal('INVALID_CREDENTIALS'),
  );
});

test('a revoked grant keeps out of an app, unless it grants by itself', async () => {
  const jo = await world.person();
  const closed = await world.app();
  const open = await world.app({ autoGrantOnSignup: true });
  await world.grant(jo, closed, 'REVOKED');
  await world.grant(jo, open, 'REVOKED');

  expect(await visitor(world).login({ email: jo.email, password, appCode: closed.code })).toEqual(refusal('APP_ACCESS_DENIED'));
  const answer = await visitor(world).ask(Login, { input: { email: jo.email, password, appCode: open.code } });

  expect(answer.data.authLogin).toHaveProperty('tokens');
  expect(await eventsOf(world, answer)).toMatchObject([
    { action: 'user.logged_in', metadata: { app: open.code, appGranted: true } },
  ]);
  const grants = await world.database.query<any>(world.sql`
    SELECT status::text, revoked_at FROM app_grants WHERE user_id = ${jo.uuid}::uuid AND app_id = ${open.uuid}::uuid`);
  expect(grants).toEqual([{ status: 'ACTIVE', revoked_at: null }]);
});

test('an app that grants by itself gives a first grant, once', async () => {
  const jo = await world.person();
  const app = await world.app({ autoGrantOnSignup: true });

  for (const granted of [true, undefined]) {
    const answer = await visitor(world).ask(Login, { input: { email: jo.email, password, appCode: app.code } });
    expect((await eventsOf(world, answer))[0]?.metadata.appGranted).toBe(granted);
  }

  const grants = await world.database.query(world.sql`SELECT FROM app_grants WHERE user_id = ${jo.uuid}::uuid`);
  expect(grants).toHaveLength(1);
});

test('nothing of a refused login is kept, the grant that it would have given included', async () => {
  const jo = await world.person();
  const app = await world.app({ autoGrantOnSignup: true });

  const outcome = await visitor(world).login({
    email: jo.email,
    password,
    appCode: app.code,
    organizationId: encodeId('org', newId()),
  });

  expect(outcome).toEqual(refusal('NOT_A_MEMBER'));
  const [kept] = await world.database.query<any>(world.sql`
    SELECT (SELECT count(*)::int FROM app_grants WHERE user_id = ${jo.uuid}::uuid) AS grants,
           (SELECT count(*)::int FROM sessions WHERE user_id = ${jo.uuid}::uuid) AS sessions,
           (SELECT last_login_at FROM users WHERE id = ${jo.uuid}::uuid) AS last_login_at`);
  expect(kept).toEqual({ grants: 0, sessions: 0, last_login_at: null });
});

test('the address is looked for in the app’s pools, the home pool first, and by tag too', async () => {
  const [home, further, other] = [await world.pool(), await world.pool(), await world.pool()];
  const app = await world.app({ pool: home.code, readPools: [further.code], autoGrantOnSignup: true });
  const atHome = await world.person({ email: 'twice@example.com', pool: home.code });
  await world.person({ email: 'twice@example.com', pool: further.code });
  const inFurther = await world.person({ pool: further.code });
  const tagged = await world.person({ pool: other.code });
  await world.database.query(
    world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${tagged.uuid}::uuid, ${further.uuid}::uuid)`,
  );
  const stranger = await world.person({ pool: other.code });
  const idOf = async (email: string, appCode?: string) =>
    (await visitor(world).login({ email, password, appCode })).viewer?.user.id;

  expect(await idOf('twice@example.com', app.code)).toBe(atHome.id);
  expect(await idOf(inFurther.email, app.code)).toBe(inFurther.id);
  expect(await idOf(tagged.email, app.code)).toBe(tagged.id);
  expect(await idOf(stranger.email, app.code)).toBeUndefined();
  expect(await idOf(inFurther.email)).toBeUndefined();
});

test('a login may be scoped to an organization of one’s own that is not suspended', async () => {
  const jo = await world.person();
  const staff = await world.person({ roles: ['system_admin'] });
  const own = await world.organization({ owner: jo });
  const suspended = await world.organization({ owner: jo, status: 'SUSPENDED' });
  const paused = await world.organization({ owner: staff, members: [[jo, ['org_member'], 'SUSPENDED']] });
  const foreign = await world.organization({ owner: staff });
  const login = (email: string, organizationId: string) => visitor(world).login({ email, password, organizationId });

  const { tokens, viewer } = await login(jo.email, own.id);
  expect(viewer.organization).toEqual({ id: own.id });
  expect(claimsIn(tokens.accessToken)).toMatchObject({ org: own.id, roles: ['base_user', 'org_admin'] });
  expect(claimsIn(tokens.accessToken).permissions).toEqual(viewer.permissions);
  expect(viewer.permissions).toContain('org:members:impersonate');
  expect(await login(jo.email, suspended.id)).toEqual(refusal('ORGANIZATION_SUSPENDED'));
  for (const id of [paused.id, foreign.id, encodeId('org', newId()), jo.id, 'nonsense', '']) {
    expect(await login(jo.email, id)).toEqual(refusal('NOT_A_MEMBER'));
  }
  expect(await login(staff.email, own.id)).toEqual(refusal('NOT_A_MEMBER'));
});

test('a hash by former parameters is made anew, without ending a token', async () => {
  const jo = await world.person();
  await jo.signIn();
  const former = await argon2(password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
  await world.database.query(world.sql`UPDATE users SET password_hash = ${former} WHERE id = ${jo.uuid}::uuid`);

  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');

  const [row] = await world.database.query<any>(world.sql`SELECT password_hash FROM users WHERE id = ${jo.uuid}::uuid`);
  expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
  expect((await jo.run('{ viewer { user { id } } }')).viewer.user.id).toBe(jo.id);
});

test('with a cookie the refresh token is nowhere else', async () => {
  const jo = await world.person();

  const answer = await visitor(world).ask(Login, { input: { email: jo.email, password, useCookie: true } });

  expect(answer.data.authLogin.tokens.refreshToken).toBeNull();
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^steward_refresh=[\w-]{43}; .*HttpOnly.*SameSite=Strict/),
  ]);
  const without = await visitor(world).ask(Login, { input: { email: jo.email, password } });
  expect(without.headers.getSetCookie()).toEqual([]);
});

test('logins never come in a batch, nor two in a document', async () => {
  const jo = await world.person();
  const one = 'mutation { authLogin(input: { email: "x@example.com", password: "x" }) { __typename } }';
  const two =
    'mutation { a: authLogin(input: { email: "x@example.com", password: "x" }) { __typename } b: authLogin(input: { email: "x@example.com", password: "y" }) { __typename } }';

  expect((await visitor(world).post([{ query: one }, { query: one }])).status).toBe(400);
  expect((await visitor(world).ask(two)).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
});

const uuidOf = (login: any): string => sessionIdIn(login.tokens.accessToken);
