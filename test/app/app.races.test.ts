import { beforeAll, expect, test } from 'vitest';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { type Person, password, type World } from '../support/world.ts';
import { goesOn, holds, notFound, rankTooLow, ruleError } from '../user/support.ts';
import { documentOf } from './support.ts';

const Create = documentOf('appCreate', 'app { id }');
const Update = documentOf('appUpdate', 'app { name version readPools { code } }');
const Delete = documentOf('appDelete', 'deletedGrants');
const Grant = documentOf('appGrantUser', 'grant { id status } changed');
const Revoke = documentOf('appRevokeUser', 'grant { id status } changed');
const DeletePool = documentOf('poolDelete', 'deletedPoolId');

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

const send = async (document: string, input: object, by: Pick<Person, 'run'> = admin): Promise<any> =>
  Object.values(await by.run(document, { input }))[0];

const outcomesOf = (outcomes: readonly { code?: string; changed?: boolean }[]) =>
  counted(outcomes.map(({ code, changed }) => code ?? (changed === false ? 'nothing' : 'done')));

const login = (person: Person, app: { code: string }) =>
  visitor(world).login({ email: person.email, password, appCode: app.code });

/** What is left of a person at an app: the grant, and how many sessions live. */
async function left(person: Person, app: { uuid: string }) {
  const [row] = await world.database.query<any>(world.sql`
    SELECT (SELECT string_agg(g.status::text, ',') FROM app_grants g WHERE g.user_id = u.id AND g.app_id = ${app.uuid}::uuid) AS grants,
           (SELECT count(*)::int FROM sessions s WHERE s.user_id = u.id AND s.app_id = ${app.uuid}::uuid AND s.ended_at IS NULL) AS sessions,
           u.version, u.token_version AS "tokenVersion"
      FROM users u WHERE u.id = ${person.uuid}::uuid`);
  return row;
}

/** The actions of the events of a person at an app. */
async function actionsAt(person: Person, app: { code: string }): Promise<string[]> {
  const rows = await world.database.query<{ action: string }>(world.sql`
    SELECT action FROM audit_events WHERE subject_id = ${person.uuid}::uuid AND metadata ->> 'app' = ${app.code} AND action LIKE 'app.%'`);
  return rows.map(({ action }) => action);
}

test('of 16 who create one code at once one wins, and 15 are told whose it is', async () => {
  for (let round = 0; round < rounds; round++) {
    const code = `raced-${round}`;

    const outcomes = await together(16, (i) => send(Create, { code, name: `By ${i}`, readPoolCodes: ['default'] }));

    expect(outcomesOf(outcomes)).toEqual({ done: 1, CODE_TAKEN: 15 });
    const { id } = outcomes.find(({ app }) => app).app;
    for (const { existing } of outcomes) if (existing !== undefined) expect(existing).toEqual({ __typename: 'App', id });
    const [stored] = await world.database.query(world.sql`
      SELECT (SELECT count(*)::int FROM apps WHERE code = ${code}) AS apps,
             (SELECT count(*)::int FROM audit_events WHERE action = 'app.created' AND metadata ->> 'app' = ${code}) AS events`);
    expect(stored).toEqual({ apps: 1, events: 1 });
  }
});

test('of 16 who edit the same version one wins, and 15 are told which there is now', async () => {
  const app = await world.app();
  for (let version = 1; version <= rounds; version++) {
    const outcomes = await together(16, (i) =>
      send(Update, { appId: app.id, name: `By ${i} at ${version}`, expectedVersion: version }),
    );

    expect(outcomesOf(outcomes)).toEqual({ done: 1, VERSION_CONFLICT: 15 });
    for (const { code, currentVersion } of outcomes) if (code) expect(currentVersion).toBe(version + 1);
  }
});

test('16 who order the read pools at once leave the order of one of them', async () => {
  const pools = await together(4, () => world.pool());
  const app = await world.app();
  for (let round = 0; round < rounds; round++) {
    const orders = Array.from({ length: 16 }, (_, i) => {
      const codes = pools.map(({ code }) => code);
      return [...codes.slice(i % 4), ...codes.slice(0, i % 4)].slice(0, 2 + (i % 3));
    });

    const outcomes = await together(16, (i) => send(Update, { appId: app.id, readPoolCodes: orders[i] }));

    expect(outcomesOf(outcomes)).toEqual({ done: 16 });
    const rows = await world.database.query<{ code: string; position: number }>(world.sql`
      SELECT p.code, r.position FROM app_read_pools r JOIN pools p ON p.id = r.pool_id WHERE r.app_id = ${app.uuid}::uuid ORDER BY r.position`);
    expect(orders).toContainEqual(rows.map(({ code }) => code));
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_row, i) => i + 1));
  }
});

test('16 who grant at once give one grant, with one event', async () => {
  const app = await world.app();
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person();

    const outcomes = await together(16, () => send(Grant, { appId: app.id, userId: jo.id }));

    expect(outcomesOf(outcomes)).toEqual({ done: 1, nothing: 15 });
    expect(new Set(outcomes.map(({ grant }) => grant.id)).size).toBe(1);
    expect(await left(jo, app)).toEqual({ grants: 'ACTIVE', sessions: 0, version: 1, tokenVersion: 1 });
    expect(await actionsAt(jo, app)).toEqual(['app.user_granted']);
  }
});

test('grants against revocations happen one after the other: each that says so has turned what it found, with its event', async () => {
  const app = await world.app();
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person();

    const outcomes = await together(16, (i) => send(i % 2 ? Grant : Revoke, { appId: app.id, userId: jo.id }));

    const granted = outcomes.filter(({ changed }, i) => changed && i % 2 === 1).length;
    const revoked = outcomes.filter(({ changed }, i) => changed && i % 2 === 0).length;
    expect(outcomes.filter(({ code }) => code)).toEqual([]);
    expect(granted).toBeGreaterThan(0);
    expect([0, 1]).toContain(granted - revoked);
    expect(await left(jo, app)).toEqual({
      grants: granted > revoked ? 'ACTIVE' : 'REVOKED',
      sessions: 0,
      version: 1,
      tokenVersion: 1 + revoked,
    });
    expect(counted(await actionsAt(jo, app))).toEqual({
      'app.user_granted': granted,
      ...(revoked > 0 && { 'app.user_revoked': revoked }),
    });
  }
});

test('logins against a revocation leave no session that lives, at an app that does not grant by itself', async () => {
  const app = await world.app();
  const jo = await world.person();
  for (let round = 0; round < rounds; round++) {
    await send(Grant, { appId: app.id, userId: jo.id });

    const [revoked, ...logins] = await together(16, (i) =>
      i === 0 ? send(Revoke, { appId: app.id, userId: jo.id }) : login(jo, app),
    );

    expect(revoked).toMatchObject({ changed: true });
    for (const { tokens, code } of logins) {
      if (tokens)
        expect([await holds(world, tokens.accessToken), await goesOn(world, tokens)]).toEqual([
          'UNAUTHENTICATED',
          'REFRESH_TOKEN_INVALID',
        ]);
      else expect(code).toBe('APP_ACCESS_DENIED');
    }
    expect(await left(jo, app)).toMatchObject({ grants: 'REVOKED', sessions: 0 });
  }
});

test('logins against a revocation at an app that grants by itself: who came after it is in, who came before is out', async () => {
  const app = await world.app({ autoGrantOnSignup: true });
  const jo = await world.person();
  for (let round = 0; round < rounds; round++) {
    await send(Grant, { appId: app.id, userId: jo.id });

    const outcomes = await together(16, (i) => (i === 8 ? send(Revoke, { appId: app.id, userId: jo.id }) : login(jo, app)));

    const logins = outcomes.filter((_outcome, i) => i !== 8);
    expect(outcomes[8]).toMatchObject({ changed: true });
    expect(logins.filter(({ tokens }) => !tokens)).toEqual([]);
    const going = counted(await Promise.all(logins.map(async ({ tokens }) => String(await goesOn(world, tokens)))));
    const { true: lives = 0, REFRESH_TOKEN_INVALID = 0 } = going;
    expect(lives + REFRESH_TOKEN_INVALID).toBe(15);
    expect(await left(jo, app)).toMatchObject({ grants: lives > 0 ? 'ACTIVE' : 'REVOKED', sessions: lives });
    await send(Revoke, { appId: app.id, userId: jo.id });
  }
});

test('refreshes against a revocation leave no session that lives', async () => {
  const app = await world.app();
  const jo = await world.person();
  for (let round = 0; round < rounds; round++) {
    await send(Grant, { appId: app.id, userId: jo.id });
    const sessions = await together(4, () => login(jo, app));

    const [revoked, ...refreshed] = await together(5, (i) =>
      i === 0 ? send(Revoke, { appId: app.id, userId: jo.id }) : visitor(world).refresh(sessions[i - 1].tokens.refreshToken),
    );

    expect(revoked).toMatchObject({ changed: true });
    for (const { tokens, code } of refreshed) {
      if (tokens) expect(await goesOn(world, tokens)).toBe('REFRESH_TOKEN_INVALID');
      else expect(code).toMatch(/^(REFRESH_TOKEN_INVALID|APP_ACCESS_DENIED)$/);
    }
    expect(await left(jo, app)).toMatchObject({ grants: 'REVOKED', sessions: 0 });
  }
});

test('logins and grants against a deletion: it counts every grant that was given, and nothing of the app is left', async () => {
  const people = await together(8, () => world.person());
  for (let round = 0; round < rounds; round++) {
    const app = await world.app({ autoGrantOnSignup: true });

    const [deleted, ...others] = await together(16, (i) => {
      if (i === 0) return send(Delete, { appId: app.id });
      // Without the grant, which may be gone before the answer shows it.
      return i % 2
        ? send(documentOf('appGrantUser', 'changed'), { appId: app.id, userId: people[i >> 1]!.id })
        : login(people[i >> 1]!, app);
    });

    const codes = counted(others.map(({ __typename, code }) => code ?? __typename ?? 'in'));
    expect(
      Object.keys(codes).filter((code) => !['AppGrantUserSuccess', 'in', 'NOT_FOUND', 'APP_NOT_FOUND'].includes(code)),
    ).toEqual([]);
    const [events] = await world.database.query<any>(world.sql`
      SELECT count(DISTINCT subject_id)::int AS granted FROM audit_events
       WHERE metadata ->> 'app' = ${app.code} AND (action = 'app.user_granted' OR metadata ->> 'appGranted' = 'true')`);
    expect(deleted).toEqual({ __typename: 'AppDeleteSuccess', deletedGrants: events.granted });
    for (const { tokens } of others) {
      if (tokens)
        expect([await holds(world, tokens.accessToken), await goesOn(world, tokens)]).toEqual([
          'UNAUTHENTICATED',
          'REFRESH_TOKEN_INVALID',
        ]);
    }
    const [stored] = await world.database.query(world.sql`
      SELECT (SELECT count(*)::int FROM apps WHERE id = ${app.uuid}::uuid) AS apps,
             (SELECT count(*)::int FROM app_grants WHERE app_id = ${app.uuid}::uuid) AS grants,
             (SELECT count(*)::int FROM sessions WHERE app_id = ${app.uuid}::uuid) AS sessions`);
    expect(stored).toEqual({ apps: 0, grants: 0, sessions: 0 });
  }
});

test('of 16 who delete one app at once one does', async () => {
  for (let round = 0; round < rounds; round++) {
    const app = await world.app();
    const outcomes = await together(16, () => send(Delete, { appId: app.id }));
    expect(outcomesOf(outcomes)).toEqual({ done: 1, NOT_FOUND: 15 });
  }
});

test('a pool that is deleted while apps come to read from it: either it is unknown to all, or it is in use', async () => {
  for (let round = 0; round < rounds; round++) {
    const pool = await world.pool();
    const apps = await together(4, () => world.app());

    const outcomes = await together(16, (i) => {
      if (i % 4 === 0) return send(DeletePool, { poolCode: pool.code });
      if (i % 4 === 1) return send(Update, { appId: apps[i >> 2]!.id, readPoolCodes: [pool.code] });
      if (i % 4 === 2) return send(Update, { appId: apps[i >> 2]!.id, homePoolCode: pool.code });
      return send(Create, { code: `reads-${round}-${i}`, name: 'Reader', homePoolCode: pool.code });
    });

    const deletions = outcomesOf(outcomes.filter((_outcome, i) => i % 4 === 0));
    const uses = outcomesOf(outcomes.filter((_outcome, i) => i % 4 !== 0));
    const [stored] = await world.database.query<any>(world.sql`
      SELECT (SELECT count(*)::int FROM pools WHERE id = ${pool.uuid}::uuid) AS pools,
             (SELECT count(*)::int FROM apps a WHERE a.home_pool_id = ${pool.uuid}::uuid) AS homes`);
    if (deletions.done) {
      expect({ deletions, uses, stored }).toEqual({
        deletions: { done: 1, NOT_FOUND: 3 },
        uses: { VALIDATION_FAILED: 12 },
        stored: { pools: 0, homes: 0 },
      });
    } else {
      expect({ deletions, uses, stored }).toEqual({
        deletions: { POOL_IN_USE: 4 },
        uses: { done: 12 },
        stored: { pools: 1, homes: 8 },
      });
    }
  }
});

test('what changes while a grant waits for it is seen', async () => {
  for (const [change, refusal] of [
    ["UPDATE apps SET status = 'DISABLED'", () => ruleError('APP_DISABLED')],
    ['DELETE FROM apps', (id: string) => notFound(id, 'appId')],
  ] as const) {
    const [app, jo] = [await world.app(), await world.person()];
    const outcome = await whileUncommitted(world, `${change} WHERE id = '${app.uuid}'`, () =>
      send(Grant, { appId: app.id, userId: jo.id }),
    );
    expect(outcome).toEqual(refusal(app.id));
    expect(await left(jo, app)).toMatchObject({ grants: null });
  }
});

test('who is demoted while their grant, revocation or deletion waits does nothing', async () => {
  const app = await world.app();
  for (const [document, role] of [
    [Grant, 'super_admin'],
    [Revoke, 'super_admin'],
    [Delete, 'system_admin'],
    [Update, 'system_admin'],
    [Create, 'system_admin'],
  ] as const) {
    const [staff, jo] = [await world.person({ roles: [role] }), await world.person()];
    await staff.signIn();
    const about =
      document === Grant || document === Revoke ? { userId: jo.id } : document === Create ? { code: 'demoted', name: 'X' } : {};
    const input = document === Create ? about : { appId: app.id, ...about, ...(document === Update && { name: 'Y' }) };

    const demotion = `DELETE FROM user_roles WHERE user_id = '${staff.uuid}';
      UPDATE users SET token_version = token_version + 1 WHERE id = '${staff.uuid}'`;
    await expect(whileUncommitted(world, demotion, () => send(document, input, staff))).toBeRefused('TOKEN_STALE');
    expect(await left(jo, app)).toMatchObject({ grants: null });
  }
});

test('who has risen above the caller while the grant waits is out of reach', async () => {
  const [staff, jo, app] = [await world.person({ roles: ['super_admin'] }), await world.person(), await world.app()];
  await staff.signIn();

  const rise = `SELECT FROM users WHERE id = '${jo.uuid}' FOR NO KEY UPDATE;
    INSERT INTO user_roles (user_id, role_id) SELECT '${jo.uuid}', id FROM roles WHERE code = 'system_admin'`;
  const outcome = await whileUncommitted(world, rise, () => send(Grant, { appId: app.id, userId: jo.id }, staff));

  expect(outcome).toEqual(rankTooLow('system_admin'));
});
