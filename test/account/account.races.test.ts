import { beforeAll, expect, test } from 'vitest';
import { startAuthWorld, visitor } from '../auth/support.ts';
import { type Visit, visitsTo } from '../support/personas.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { type Answer, type Client, type Person, password, type World } from '../support/world.ts';
import { goesOn, holds, mailsTo, mutationOf, versionsOf } from '../user/support.ts';

const ChangePassword = mutationOf('accountChangePassword', 'user { id }', ['AuthenticationError']);
const RequestReset = mutationOf('accountRequestPasswordReset', 'ok', ['ValidationError']);
const Reset = mutationOf('accountResetPassword', 'ok', ['AuthenticationError']);
const SendReset = mutationOf('userSendPasswordReset', 'user { id }', []);
const SetPassword = mutationOf('userSetPassword', 'user { id }', []);
const Update = mutationOf('userUpdate', 'user { id }', ['ValidationError']);
const callers = 16;
// 16 passwords a round are hashed, one after the other.
const timeout = 300_000;

let world: World;
let boss: Visit;
let visit: ReturnType<typeof visitsTo>['visit'];
beforeAll(async () => {
  world = await startAuthWorld({
    STEWARD_REQUEST_MS: '60000',
    STEWARD_IP_FAILURES: '100000',
    STEWARD_IP_RESET_REQUESTS: '100000',
  });
  visit = visitsTo(world).visit;
  boss = await visit(await world.person({ roles: ['system_admin'] }));
});

/** What came of it: the type of the success, or the code of the refusal or error. */
const outcomeOf = ({ data, errors }: Answer<any>): string => {
  if (errors.length > 0) return errors[0]!.extensions.code;
  const [result] = Object.values<any>(data);
  return result.code ?? 'done';
};

const send = async (client: Pick<Client, 'ask'>, document: string, input: object): Promise<string> =>
  outcomeOf(await client.ask(document, { input }));

const reset = (token: string, newPassword: string) => send(visitor(world), Reset, { token, newPassword });
const changePassword = (by: Visit, currentPassword: string, newPassword: string) =>
  send(by, ChangePassword, { currentPassword, newPassword });

/** The tokens of links that were just mailed to the person. */
async function linksFor(person: Person, count: number): Promise<string[]> {
  for (let i = 0; i < count; i++) await boss.run(SendReset, { input: { userId: person.id } });
  return (await mailsTo(world, person.email)).map(({ token }) => token);
}

/** Which of the passwords is the person's. */
async function passwordOf(person: Pick<Person, 'email'>, candidates: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const candidate of candidates) {
    if ((await visitor(world).login({ email: person.email, password: candidate })).tokens) found.push(candidate);
  }
  await world.database.query(world.sql`DELETE FROM login_locks`);
  return found;
}

const eventsAbout = async (person: Person): Promise<string[]> => {
  const rows = await world.database.query<{ action: string }>(world.sql`
    SELECT action FROM audit_events WHERE subject_id = ${person.uuid}::uuid AND action LIKE 'user.password\_%' AND action <> 'user.password_reset_sent' ORDER BY id`);
  return rows.map(({ action }) => action);
};

const liveSessions = async (person: Person): Promise<number> =>
  (
    await world.database.query(
      world.sql`SELECT FROM sessions WHERE user_id = ${person.uuid}::uuid AND ended_at IS NULL AND expires_at > now()`,
    )
  ).length;

const choice = (i: number): string => `the choice of number ${i}`;

test(
  'of 16 uses of one link one wins, and its password is the one',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person({ emailVerified: false });
      const [token] = (await linksFor(jo, 1)) as [string];

      const outcomes = await together(callers, (i) => reset(token, choice(i)));

      expect(counted(outcomes)).toEqual({ done: 1, RESET_TOKEN_INVALID: callers - 1 });
      expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 2 });
      expect(await eventsAbout(jo)).toEqual(['user.password_reset']);
      expect(await passwordOf(jo, [choice(outcomes.indexOf('done'))])).toHaveLength(1);
    }
  },
  timeout,
);

test(
  'of several links that are used at once one wins',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();
      const tokens = await linksFor(jo, 4);

      const outcomes = await together(callers, (i) => reset(tokens[i % 4]!, choice(i)));

      expect(counted(outcomes)).toEqual({ done: 1, RESET_TOKEN_INVALID: callers - 1 });
      expect(await passwordOf(jo, [choice(outcomes.indexOf('done'))])).toHaveLength(1);
    }
  },
  timeout,
);

test(
  'a link that is used while the address changes never proves the new address',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();
      await visit(jo);
      const [token] = (await linksFor(jo, 1)) as [string];
      const email = `moved-${jo.email}`;

      const outcomes = await together(callers, (i) =>
        i % 2 === round % 2 ? reset(token, choice(0)) : send(boss, Update, { userId: jo.id, email }),
      );

      const uses = counted(outcomes.filter((_, i) => i % 2 === round % 2));
      const updates = counted(outcomes.filter((_, i) => i % 2 !== round % 2));
      expect(updates).toEqual({ done: 8 });
      const isUsed = uses.done === 1;
      expect(uses).toEqual(isUsed ? { done: 1, RESET_TOKEN_INVALID: 7 } : { RESET_TOKEN_INVALID: 8 });
      const [row] = await world.database.query<any>(
        world.sql`SELECT email, email_verified FROM users WHERE id = ${jo.uuid}::uuid`,
      );
      expect(row).toEqual({ email, email_verified: false });
      expect(await liveSessions(jo)).toBe(0);
      expect(await passwordOf({ email }, [choice(0), password])).toEqual([isUsed ? choice(0) : password]);
    }
  },
  timeout,
);

test(
  'a link that is used while the password changes, by staff or by the person, is used before that or not at all',
  async () => {
    const byEvent: Record<string, string> = {
      'user.password_reset': choice(0),
      'user.password_set': choice(1),
      'user.password_changed': choice(2),
    };
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();
      const present = await visit(jo);
      const [token] = (await linksFor(jo, 1)) as [string];

      const outcomes = await together(callers, (i) => {
        if (i % 3 === round % 3) return reset(token, choice(0));
        if (i === 4 || i === 5 || i === 6) return send(boss, SetPassword, { userId: jo.id, newPassword: choice(1) });
        return changePassword(present, password, choice(2));
      });

      const events = await eventsAbout(jo);
      expect(events).toHaveLength(outcomes.filter((outcome) => outcome === 'done').length);
      const link = events.indexOf('user.password_reset');
      // Any other change before it would have ended the link, and it ends the session that the person changes it by.
      expect(link).toBeLessThanOrEqual(0);
      expect(events.indexOf('user.password_changed')).toBeLessThanOrEqual(0);
      expect(await versionsOf(world, jo)).toEqual({ version: 1 + events.length, tokenVersion: 1 + events.length });
      const now = byEvent[events.at(-1)!]!;
      expect(await passwordOf(jo, [...Object.values(byEvent), password])).toEqual([now]);
    }
  },
  timeout,
);

test('a link that waits for the change of its address, or of its person’s password, is used no more', async () => {
  for (const change of [
    `UPDATE users SET email = 'moved-' || email WHERE id = $jo`,
    `SELECT FROM users WHERE id = $jo FOR NO KEY UPDATE; UPDATE one_time_tokens SET used_at = now() WHERE user_id = $jo`,
    `SELECT FROM users WHERE id = $jo FOR NO KEY UPDATE; UPDATE one_time_tokens SET expires_at = now() WHERE user_id = $jo`,
  ]) {
    const jo = await world.person();
    const [token] = (await linksFor(jo, 1)) as [string];

    const outcome = await whileUncommitted(world, change.replaceAll('$jo', `'${jo.uuid}'`), () => reset(token, choice(0)));

    expect(outcome).toBe('RESET_TOKEN_INVALID');
    expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  }
});

test('who has got another address while a request for the former one waits gets no mail, at either', async () => {
  const jo = await world.person();

  const outcome = await whileUncommitted(world, `UPDATE users SET email = 'moved-' || email WHERE id = '${jo.uuid}'`, () =>
    send(world.anonymous, RequestReset, { email: jo.email }),
  );

  expect(outcome).toBe('done');
  for (const email of [jo.email, `moved-${jo.email}`]) expect(await mailsTo(world, email)).toEqual([]);
});

test('who has got another password, or was signed out, while they change it does not', async () => {
  for (const [change, told] of [
    [`UPDATE users SET password_hash = 'another' WHERE id = $jo`, 'INVALID_CREDENTIALS'],
    [`UPDATE users SET token_version = token_version + 1 WHERE id = $jo`, 'TOKEN_STALE'],
    [
      `SELECT FROM users WHERE id = $jo FOR NO KEY UPDATE; UPDATE sessions SET ended_at = now() WHERE user_id = $jo`,
      'UNAUTHENTICATED',
    ],
  ] as const) {
    const jo = await world.person();
    const present = await visit(jo);

    const outcome = await whileUncommitted(world, change.replaceAll('$jo', `'${jo.uuid}'`), () =>
      changePassword(present, password, choice(0)),
    );

    expect(outcome).toBe(told);
    expect(await versionsOf(world, jo)).toMatchObject({ version: 1 });
  }
});

test(
  'of 16 wrong present passwords at once five are told wrong, and all others locked',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();
      const present = await visit(jo);

      const outcomes = await together(callers, () => changePassword(present, 'a wrong guess', choice(0)));

      expect(counted(outcomes)).toEqual({ INVALID_CREDENTIALS: 5, ACCOUNT_LOCKED: 11 });
      expect(await changePassword(present, password, choice(0))).toBe('ACCOUNT_LOCKED');
      expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
    }
  },
  timeout,
);

test(
  'wrong present passwords and wrong logins at once add up to the same five',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();
      const { accessToken: token } = await jo.signIn();

      const outcomes = await together(callers, async (i): Promise<string> => {
        if (i % 2) return (await visitor(world).login({ email: jo.email, password: 'a wrong guess' })).code;
        return send(visitor(world, { token }), ChangePassword, { currentPassword: 'a wrong guess', newPassword: choice(0) });
      });

      expect(counted(outcomes)).toEqual({ INVALID_CREDENTIALS: 5, ACCOUNT_LOCKED: 11 });
    }
  },
  timeout,
);

test(
  'of 16 changes of one password by one session at once one happens',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();
      const present = await visit(jo);

      const outcomes = await together(callers, (i) => changePassword(present, password, choice(i)));

      const { done, TOKEN_STALE, INVALID_CREDENTIALS, ...rest } = counted(outcomes);
      expect({ done, rest }).toEqual({ done: 1, rest: {} });
      expect(await eventsAbout(jo)).toEqual(['user.password_changed']);
      expect(await passwordOf(jo, [choice(outcomes.indexOf('done'))])).toHaveLength(1);
      expect(await goesOn(world, present)).toBe(true);
    }
  },
  timeout,
);

test(
  'a changed password leaves no session of the old one but the present',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();
      const present = await visit(jo);
      const others = await together(6, () => visit(jo));

      const [changed, ...outcomes] = await together(callers, (i): Promise<any> => {
        if (i === 0) return changePassword(present, password, choice(0));
        return i <= 6 ? visitor(world).refresh(others[i - 1]!.refreshToken) : visitor(world).login({ email: jo.email, password });
      });

      expect(changed).toBe('done');
      expect(await liveSessions(jo)).toBe(1);
      for (const { tokens, code } of outcomes) {
        if (tokens) expect(await holds(world, tokens.accessToken)).toBe('UNAUTHENTICATED');
        else expect(['INVALID_CREDENTIALS', 'ACCOUNT_LOCKED', 'REFRESH_TOKEN_INVALID']).toContain(code);
      }
      expect(await goesOn(world, present)).toBe(true);
      await world.database.query(world.sql`DELETE FROM login_locks`);
    }
  },
  timeout,
);

test(
  'of 16 requests at once five are mailed, and all are answered alike',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();

      const outcomes = await together(callers, () => send(world.anonymous, RequestReset, { email: jo.email }));

      expect(counted(outcomes)).toEqual({ done: callers });
      expect(await mailsTo(world, jo.email)).toHaveLength(5);
    }
  },
  timeout,
);

test(
  'requests of the person and links from staff at once are five together',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await world.person();

      const outcomes = await together(callers, (i) =>
        i % 2 ? send(world.anonymous, RequestReset, { email: jo.email }) : send(boss, SendReset, { userId: jo.id }),
      );

      expect(await mailsTo(world, jo.email)).toHaveLength(5);
      const told = counted(outcomes.filter((_, i) => i % 2 === 0));
      expect((told.done ?? 0) + (told.TOO_MANY_ATTEMPTS ?? 0)).toBe(8);
      expect(told.done ?? 0).toBeLessThanOrEqual(5);
    }
  },
  timeout,
);
