import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sessionIdIn, startAuthWorld, visitor } from '../auth/support.ts';
import { type Visit, visitsTo } from '../support/personas.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { type Answer, type Client, type Person, password, type World } from '../support/world.ts';
import { goesOn, holds, mutationOf, versionsOf } from './support.ts';

const SetRoles = mutationOf('userSetRoles', '__typename', ['PowerError', 'RuleError']);
const Suspend = mutationOf('userSuspend', '__typename', ['PowerError', 'RuleError']);
const Reactivate = mutationOf('userReactivate', 'user { id }', []);
const Unlock = mutationOf('userUnlock', 'user { id }', []);
const SetPassword = mutationOf('userSetPassword', 'user { id }', ['ValidationError']);
const SendReset = mutationOf('userSendPasswordReset', 'user { id }', []);
const Revoke = mutationOf('userRevokeSessions', 'revokedSessions user { id }', ['NotFoundError']);
const Terminate = mutationOf('userTerminateSession', 'user { id }', ['NotFoundError']);
const callers = 16;
// 16 passwords a round are hashed, one after the other.
const timeout = 300_000;

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
beforeAll(async () => {
  world = await startAuthWorld({ STEWARD_REQUEST_MS: '60000' });
  visit = visitsTo(world).visit;
});

/** Somebody with a session, and no password to be hashed for it. */
async function signedIn(...roles: string[]): Promise<{ person: Person; client: Visit }> {
  const person = await world.person({ roles });
  return { person, client: await visit(person) };
}

/** What came of it: the type of the success, or the code of the refusal or error. */
const outcomeOf = ({ data, errors }: Answer<any>): string => {
  if (errors.length > 0) return errors[0]!.extensions.code;
  const [result] = Object.values<any>(data);
  return result.code ?? 'done';
};

const send = async (client: Pick<Client, 'ask'>, document: string, input: object): Promise<string> =>
  outcomeOf(await client.ask(document, { input }));

const setRoles = (by: Visit, of: Person, roleCodes: string[]) => send(by, SetRoles, { userId: of.id, roleCodes });
const suspend = (by: Visit, whom: Person) => send(by, Suspend, { userId: whom.id, reason: 'A race' });

const liveSessions = async (person: Person): Promise<string[]> => {
  const rows = await world.database.query<{ id: string }>(
    world.sql`SELECT id FROM sessions WHERE user_id = ${person.uuid}::uuid AND ended_at IS NULL AND expires_at > now()`,
  );
  return rows.map(({ id }) => id);
};

const eventsAbout = async (person: Person, action: string): Promise<{ before: string[]; after: string[] }[]> =>
  world.database.query(world.sql`
    SELECT changes -> 0 -> 'before' AS before, changes -> 0 -> 'after' AS after FROM audit_events
     WHERE action = ${action} AND subject_id = ${person.uuid}::uuid ORDER BY id`);

/** Nobody is to be locked out of the next round. */
const forgetFailures = () => world.database.query(world.sql`DELETE FROM login_locks`);

describe('the last system admin', () => {
  // Those of the round are the only ones.
  const forgetAdmins = () =>
    world.database.query(world.sql`
      DELETE FROM user_roles WHERE role_id = (SELECT id FROM roles WHERE code = 'system_admin' AND scope = 'PLATFORM')`);
  beforeEach(forgetAdmins);

  async function activeAdmins(): Promise<number> {
    const [row] = await world.database.query<{ count: number }>(world.sql`
      SELECT count(*)::int AS count FROM user_roles ur JOIN roles r ON r.id = ur.role_id JOIN users u ON u.id = ur.user_id
       WHERE r.code = 'system_admin' AND u.status = 'ACTIVE'`);
    return row!.count;
  }

  const admins = async (count: number) => {
    await forgetAdmins();
    return together(count, () => signedIn('system_admin', 'base_user'));
  };

  /** What somebody who lost their power meanwhile, or would be the last to lose it, may be told. */
  const lost = ['TOKEN_STALE', 'UNAUTHENTICATED', 'LAST_SYSTEM_ADMIN', 'FORBIDDEN'];

  test.each([
    ['demote', setRolesTo('base_user')],
    ['suspend', suspend],
  ])('of two who %s each other at once, eight times each, one does, and the other acts no more', async (_title, act) => {
    for (let round = 0; round < rounds; round++) {
      const [one, other] = (await admins(2)) as [Admin, Admin];

      const outcomes = await together(callers, (i) =>
        i % 2 === round % 2 ? act(one.client, other.person) : act(other.client, one.person),
      );

      expect(outcomes.filter((outcome) => ![...lost, 'done'].includes(outcome))).toEqual([]);
      expect(outcomes).toContain('done');
      expect(await activeAdmins()).toBe(1);
    }
  });

  test('of two, one demotes and the other suspends: one of the two happens', async () => {
    for (let round = 0; round < rounds; round++) {
      const [one, other] = (await admins(2)) as [Admin, Admin];

      const outcomes = await together(callers, (i) =>
        i % 2 === round % 2 ? suspend(one.client, other.person) : setRoles(other.client, one.person, []),
      );

      expect(outcomes.filter((outcome) => ![...lost, 'done'].includes(outcome))).toEqual([]);
      expect(await activeAdmins()).toBe(1);
    }
  });

  test('of 16 who step down at once 15 do, and one is told to stay', async () => {
    for (let round = 0; round < rounds; round++) {
      const all = await admins(callers);

      const outcomes = await together(callers, (i) => setRoles(all[i]!.client, all[i]!.person, ['base_user']));

      expect(counted(outcomes)).toEqual({ done: 15, LAST_SYSTEM_ADMIN: 1 });
      expect(await activeAdmins()).toBe(1);
    }
  });

  test('of 16 who demote or suspend the next in a ring, or step down, at least one stays', async () => {
    for (let round = 0; round < rounds; round++) {
      const all = await admins(callers);
      const next = (i: number) => all[(i + (round % 2 ? 1 : callers - 1)) % callers]!.person;
      const acts = [
        (i: number) => setRoles(all[i]!.client, next(i), []),
        (i: number) => suspend(all[i]!.client, next(i)),
        (i: number) => setRoles(all[i]!.client, all[i]!.person, ['super_admin']),
      ];

      const outcomes = await together(callers, (i) => acts[(i + round) % acts.length]!(i));

      expect(outcomes.filter((outcome) => ![...lost, 'done'].includes(outcome))).toEqual([]);
      expect(outcomes).toContain('done');
      expect(await activeAdmins()).toBeGreaterThanOrEqual(1);
    }
  });

  test('with a suspended one that is reactivated meanwhile, somebody who is active stays', async () => {
    for (let round = 0; round < rounds; round++) {
      const [one, other] = (await admins(2)) as [Admin, Admin];
      const third = await world.person({ roles: ['system_admin'], status: 'SUSPENDED' });

      await together(callers, (i) => {
        if (i % 4 === 0) return send(one.client, Reactivate, { userId: third.id });
        if (i % 4 === 1) return suspend(other.client, third);
        return i % 4 === 2 ? setRoles(one.client, one.person, []) : setRoles(other.client, other.person, []);
      });

      expect(await activeAdmins()).toBeGreaterThanOrEqual(1);
    }
  });
});

type Admin = { person: Person; client: Visit };

function setRolesTo(...codes: string[]) {
  return (by: Visit, of: Person) => setRoles(by, of, codes);
}

test('sets that come in parallel end in one of them, never a mixture, each an event that begins where the one before ended', async () => {
  const staff = await signedIn('super_admin');
  const sets = [
    ['base_user', 'buyer'],
    ['seller'],
    [],
    ['super_admin', 'seller', 'buyer', 'base_user'],
    ['buyer'],
    ['base_user', 'seller'],
    ['super_admin'],
    ['base_user'],
  ];
  const told = (codes: readonly string[]) => [...codes].sort().join(' ');
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person({ roles: ['buyer', 'base_user'] });

    const outcomes = await together(callers, (i) => setRoles(staff.client, jo, sets[(i + round) % sets.length]!));

    expect(counted(outcomes)).toEqual({ done: callers });
    const rows = await world.database.query<{ code: string }>(
      world.sql`SELECT r.code FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = ${jo.uuid}::uuid`,
    );
    const roles = told(rows.map(({ code }) => code));
    expect(sets.map(told)).toContain(roles);
    const events = await eventsAbout(jo, 'user.roles_set');
    expect(await versionsOf(world, jo)).toEqual({ version: 1 + events.length, tokenVersion: 1 + events.length });
    let present = told(['buyer', 'base_user']);
    for (const { before, after } of events) {
      expect(told(before)).toBe(present);
      present = told(after);
    }
    expect(present).toBe(roles);
  }
});

test('of 16 sets of one version one wins', async () => {
  const staff = await signedIn('super_admin');
  const jo = await world.person();
  for (let version = 1; version <= rounds; version++) {
    const codes = version % 2 ? ['seller'] : ['buyer'];
    const outcomes = await together(callers, () =>
      send(staff.client, SetRoles, { userId: jo.id, roleCodes: codes, expectedVersion: version }),
    );
    expect(counted(outcomes)).toEqual({ done: 1, VERSION_CONFLICT: 15 });
  }
});

describe('an act that waits for the person’s row', () => {
  const acts: [name: string, act: (by: Visit, on: Person) => Promise<string>, role: string][] = [
    ['userSetRoles', (by, on) => setRoles(by, on, ['seller']), 'super_admin'],
    ['userSuspend', suspend, 'super_admin'],
    ['userReactivate', (by, on) => send(by, Reactivate, { userId: on.id }), 'super_admin'],
    ['userUnlock', (by, on) => send(by, Unlock, { userId: on.id }), 'super_admin'],
    ['userSendPasswordReset', (by, on) => send(by, SendReset, { userId: on.id }), 'super_admin'],
    ['userRevokeSessions', (by, on) => send(by, Revoke, { userId: on.id }), 'super_admin'],
    ['userSetPassword', (by, on) => send(by, SetPassword, { userId: on.id, newPassword: 'TempPass123!' }), 'system_admin'],
  ];

  /** What hangs on a person, as text. */
  const stateOf = async (person: Person): Promise<string> => {
    const [row] = await world.database.query<{ state: string }>(world.sql`
      SELECT u::text || (SELECT count(*) FROM outbox_messages o WHERE o.user_id = u.id) || (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.ended_at IS NULL) AS state
        FROM users u WHERE id = ${person.uuid}::uuid`);
    return row!.state;
  };

  test.each(acts)('%s of somebody who is demoted, signed out or suspended meanwhile does nothing', async (_name, act, role) => {
    for (const [how, told] of [
      [
        'DELETE FROM user_roles WHERE user_id = $by; UPDATE users SET token_version = token_version + 1 WHERE id = $by',
        'TOKEN_STALE',
      ],
      ['UPDATE sessions SET ended_at = now() WHERE user_id = $by', 'UNAUTHENTICATED'],
      [`UPDATE users SET status = 'SUSPENDED' WHERE id = $by`, 'UNAUTHENTICATED'],
    ] as const) {
      const { person: jo } = await signedIn('base_user');
      const { person: by, client } = await signedIn(role);
      const before = await stateOf(jo);

      const outcome = await whileUncommitted(
        world,
        `SELECT FROM users WHERE id = '${jo.uuid}' FOR UPDATE; ${how.replaceAll('$by', `'${by.uuid}'`)}`,
        () => act(client, jo),
      );

      expect(outcome).toBe(told);
      expect(await stateOf(jo)).toBe(before);
    }
  });

  test.each(acts.filter(([, , role]) => role === 'super_admin'))(
    '%s of somebody above whom the person rises meanwhile is out of reach',
    async (_name, act) => {
      const { person: jo } = await signedIn('base_user');
      const { client } = await signedIn('super_admin');
      const before = await stateOf(jo);

      const outcome = await whileUncommitted(
        world,
        `SELECT FROM users WHERE id = '${jo.uuid}' FOR NO KEY UPDATE;
       INSERT INTO user_roles (user_id, role_id) SELECT '${jo.uuid}', id FROM roles WHERE code = 'system_admin'`,
        () => act(client, jo),
      );

      expect(outcome).toBe('RANK_TOO_LOW');
      expect(await stateOf(jo)).toBe(before);
    },
  );
});

describe('against logins and refreshes', () => {
  /** A person with so many sessions that each may be refreshed once. */
  async function withSessions(count: number) {
    const jo = await world.person();
    return { jo, sessions: await together(count, () => visit(jo)) };
  }

  const login = (email: string, text = password): Promise<any> => visitor(world).login({ email, password: text });
  const refresh = ({ refreshToken }: Visit): Promise<any> => visitor(world).refresh(refreshToken);

  test(
    'a new password leaves no session of the old one',
    async () => {
      const { client: boss } = await signedIn('system_admin');
      for (let round = 0; round < rounds; round++) {
        const { jo, sessions } = await withSessions(6);

        const [set, ...outcomes] = await together(callers, (i): Promise<any> => {
          if (i === 0) return send(boss, SetPassword, { userId: jo.id, newPassword: 'TempPass123!' });
          return i <= 6 ? refresh(sessions[i - 1]!) : login(jo.email);
        });

        expect(set).toBe('done');
        expect(await liveSessions(jo)).toEqual([]);
        for (const { tokens } of outcomes.filter(({ tokens }) => tokens).slice(0, 3)) {
          expect([await holds(world, tokens.accessToken), await goesOn(world, tokens)]).toEqual([
            'UNAUTHENTICATED',
            'REFRESH_TOKEN_INVALID',
          ]);
        }
        await forgetFailures();
        expect((await login(jo.email)).code).toBe('INVALID_CREDENTIALS');
      }
    },
    timeout,
  );

  test(
    'a suspended person has no session that lives',
    async () => {
      const { client: staff } = await signedIn('super_admin');
      for (let round = 0; round < rounds; round++) {
        const { jo, sessions } = await withSessions(6);

        const [suspended, ...outcomes] = await together(callers, (i): Promise<any> => {
          if (i === 0) return suspend(staff, jo);
          return i <= 6 ? refresh(sessions[i - 1]!) : login(jo.email);
        });

        expect(suspended).toBe('done');
        expect(await liveSessions(jo)).toEqual([]);
        for (const { tokens, code } of outcomes) {
          if (tokens) expect(await holds(world, tokens.accessToken)).toBe('UNAUTHENTICATED');
          else expect(['ACCOUNT_SUSPENDED', 'REFRESH_TOKEN_INVALID']).toContain(code);
        }
      }
    },
    timeout,
  );

  test(
    'a login comes wholly before or wholly after signing out everywhere, and no session from before is refreshed',
    async () => {
      const { client: staff } = await signedIn('super_admin');
      for (let round = 0; round < rounds; round++) {
        const { jo, sessions } = await withSessions(6);

        const [answer, ...outcomes] = await together(callers, (i): Promise<any> => {
          if (i === 0) return staff.run(Revoke, { input: { userId: jo.id } });
          return i <= 6 ? refresh(sessions[i - 1]!) : login(jo.email);
        });

        const refreshed = outcomes.slice(0, 6);
        const logins = outcomes.slice(6);
        expect(logins.every(({ tokens }) => tokens)).toBe(true);
        const live = new Set(await liveSessions(jo));
        expect(answer.userRevokeSessions.revokedSessions + live.size).toBe(6 + logins.length);
        for (const { tokens, code } of refreshed) {
          if (tokens) expect(await holds(world, tokens.accessToken)).toBe('UNAUTHENTICATED');
          else expect(code).toBe('REFRESH_TOKEN_INVALID');
        }
        for (const { tokens } of logins) {
          expect(await holds(world, tokens.accessToken)).toBe(live.has(sessionIdIn(tokens.accessToken)) || 'UNAUTHENTICATED');
        }
      }
    },
    timeout,
  );

  test(
    'a session that is ended while it is refreshed is over',
    async () => {
      const { client: staff } = await signedIn('super_admin');
      for (let round = 0; round < rounds; round++) {
        const { jo, sessions } = await withSessions(8);

        const outcomes = await together(callers, (i): Promise<any> => {
          const session = sessions[i >> 1]!;
          return i % 2 === round % 2 ? send(staff, Terminate, { userId: jo.id, sessionId: session.sessionId }) : refresh(session);
        });

        expect(await liveSessions(jo)).toEqual([]);
        for (const { tokens } of outcomes.filter(({ tokens }) => tokens)) {
          expect(await holds(world, tokens.accessToken)).toBe('UNAUTHENTICATED');
        }
      }
    },
    timeout,
  );
});

describe('what 16 do at once happens once, with one event', () => {
  const once: [name: string, act: (by: Visit, on: Person, session: Visit) => Promise<string>, action: string, others: string][] =
    [
      ['suspending', suspend, 'user.suspended', 'done'],
      ['unlocking', (by, on) => send(by, Unlock, { userId: on.id }), 'user.unlocked', 'done'],
      ['signing out everywhere', (by, on) => send(by, Revoke, { userId: on.id }), 'user.sessions_revoked', 'done'],
      [
        'ending a session',
        (by, on, { sessionId }) => send(by, Terminate, { userId: on.id, sessionId }),
        'session.terminated',
        'NOT_FOUND',
      ],
    ];

  test.each(once)(
    '%s',
    async (_name, act, action, others) => {
      const { client: staff } = await signedIn('super_admin');
      for (let round = 0; round < rounds; round++) {
        const { person: jo, client: session } = await signedIn('base_user');
        await visitor(world).login({ email: jo.email, password: 'a wrong one' });

        const outcomes = await together(callers, () => act(staff, jo, session));

        expect(counted(outcomes)).toEqual(others === 'done' ? { done: callers } : { done: 1, [others]: callers - 1 });
        const events = await world.database.query(world.sql`
        SELECT FROM audit_events e JOIN audit_event_people p ON p.event_id = e.id WHERE e.action = ${action} AND p.user_id = ${jo.uuid}::uuid`);
        expect(events).toHaveLength(1);
      }
    },
    timeout,
  );

  test('reactivating', async () => {
    const { client: staff } = await signedIn('super_admin');
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person({ status: 'SUSPENDED' });

      const outcomes = await together(callers, () => send(staff, Reactivate, { userId: jo.id }));

      expect(counted(outcomes)).toEqual({ done: callers });
      expect(await eventsAbout(jo, 'user.reactivated')).toHaveLength(1);
      expect(await versionsOf(world, jo)).toMatchObject({ version: 2 });
    }
  });
});
