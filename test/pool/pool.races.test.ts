import { beforeAll, expect, test } from 'vitest';
import { conflict, documentOf } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import type { Person, World } from '../support/world.ts';
import { notFound, versionsOf } from '../user/support.ts';
import { tag, whereIs } from './support.ts';

const CreatePool = documentOf('poolCreate', 'pool { id }');
const UpdatePool = documentOf('poolUpdate', 'pool { name version }');
const DeletePool = documentOf('poolDelete', 'deletedPoolId');
const SetHome = documentOf('poolSetUserHome', 'user { id } previous { code } changed');
const Add = documentOf('poolAddUser', 'user { id } changed');
const Remove = documentOf('poolRemoveUser', 'user { id } changed');
const CreateUser = documentOf('userCreate', 'user { id }');
const UpdateUser = documentOf('userUpdate', 'user { id }');

let world: World;
let admin: Person;
/** Homes that nobody shares. */
let homes: { uuid: string; code: string }[];
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
  homes = await together(16, () => world.pool());
});

const send = async (document: string, input: object, by: Pick<Person, 'run'> = admin): Promise<any> =>
  Object.values(await by.run(document, { input }))[0];

const outcomesOf = (outcomes: readonly { code?: string; changed?: boolean }[]) =>
  counted(outcomes.map(({ code, changed }) => code ?? (changed === false ? 'nothing' : 'done')));

let serial = 0;
const newEmail = (): string => `raced-${++serial}@example.com`;

/** Everybody whom a pool has, by home or by tag, with the address that they have there. */
const inPool = (pool: { uuid: string }) =>
  world.database.query<{ user: string; email: string }>(
    world.sql`SELECT user_id AS "user", email FROM pool_addresses WHERE pool_id = ${pool.uuid}::uuid ORDER BY email`,
  );

/** Events about a person, by their actions. */
async function eventsOf(person: Person): Promise<Record<string, number>> {
  const rows = await world.database.query<{ action: string }>(
    world.sql`SELECT action FROM audit_events WHERE subject_id = ${person.uuid}::uuid AND action LIKE 'user.%pool%'`,
  );
  return counted(rows.map(({ action }) => action));
}

/** One has won, and all others are told the code and who it is. Gives the winner's place. */
function expectOneWinner(outcomes: readonly any[], code: string): number {
  expect(outcomesOf(outcomes)).toEqual({ done: 1, [code]: outcomes.length - 1 });
  const winner = outcomes.findIndex(({ user }) => user);
  const existing = { __typename: 'User', id: outcomes[winner].user.id };
  for (const outcome of outcomes) if (outcome.existing !== undefined) expect(outcome.existing).toEqual(existing);
  return winner;
}

test('of 16 who create one code at once one wins, and 15 are told whose it is', async () => {
  for (let round = 0; round < rounds; round++) {
    const code = `raced-${round}`;

    const outcomes = await together(16, (i) => send(CreatePool, { code, name: `By ${i}` }));

    expect(outcomesOf(outcomes)).toEqual({ done: 1, CODE_TAKEN: 15 });
    const { id } = outcomes.find(({ pool }) => pool).pool;
    for (const { existing } of outcomes) if (existing !== undefined) expect(existing).toEqual({ __typename: 'Pool', id });
    const [stored] = await world.database.query(world.sql`
      SELECT (SELECT count(*)::int FROM pools WHERE code = ${code}) AS pools,
             (SELECT count(*)::int FROM audit_events WHERE action = 'pool.created' AND metadata ->> 'pool' = ${code}) AS events`);
    expect(stored).toEqual({ pools: 1, events: 1 });
  }
});

test('of 16 who edit the same version one wins, and 15 are told which there is now', async () => {
  const pool = await world.pool();
  for (let version = 1; version <= rounds; version++) {
    const outcomes = await together(16, (i) =>
      send(UpdatePool, { poolCode: pool.code, name: `By ${i} at ${version}`, expectedVersion: version }),
    );

    expect(outcomesOf(outcomes)).toEqual({ done: 1, VERSION_CONFLICT: 15 });
    for (const { code, currentVersion } of outcomes) if (code) expect(currentVersion).toBe(version + 1);
  }
});

test.each([
  ['address', 'EMAIL_TAKEN', () => ({ email: newEmail() })],
  ['external id', 'EXTERNAL_ID_TAKEN', () => ({ externalId: newEmail() })],
] as const)(
  'of 16 with one %s who move into one pool at once one is at home there, and 15 stay where they were',
  async (_what, code, same) => {
    for (let round = 0; round < rounds; round++) {
      const pool = await world.pool();
      const shared = same();
      const people = await together(16, (i) => world.person({ ...shared, pool: homes[i]!.code }));

      const outcomes = await together(16, (i) => send(SetHome, { userId: people[i]!.id, poolCode: pool.code }));

      const winner = expectOneWinner(outcomes, code);
      const places = await together(16, (i) => whereIs(world, people[i]!));
      expect(places).toEqual(
        homes.map((home, i) => {
          const at = i === winner ? pool.code : home.code;
          return { home: at, tags: [], found: [at] };
        }),
      );
      expect(await inPool(pool)).toEqual([{ user: people[winner]!.uuid, email: people[winner]!.email }]);
      expect(await together(16, (i) => versionsOf(world, people[i]!))).toEqual(
        people.map((_person, i) => ({ version: i === winner ? 2 : 1, tokenVersion: 1 })),
      );
      expect(await together(16, (i) => eventsOf(people[i]!))).toEqual(
        people.map((_person, i) => (i === winner ? { 'user.home_pool_set': 1 } : {})),
      );
      // The homes are for the next round.
      await world.database.query(world.sql`DELETE FROM users WHERE id = ANY(${people.map(({ uuid }) => uuid)}::uuid[])`);
    }
  },
);

test('one address at once by tag, by move, by creation and by a new address: one has it in the pool', async () => {
  for (let round = 0; round < rounds; round++) {
    const [pool, email] = [await world.pool(), newEmail()];
    const people = await together(12, (i) =>
      world.person({ ...(i % 3 < 2 && { email }), pool: i % 3 < 2 ? homes[i]!.code : pool.code }),
    );

    const outcomes = await together(16, (i): Promise<any> => {
      if (i >= 12) return send(CreateUser, { email, homePoolCode: pool.code, sendWelcome: false });
      const userId = people[i]!.id;
      if (i % 3 === 2) return send(UpdateUser, { userId, email });
      return send(i % 3 ? SetHome : Add, { userId, poolCode: pool.code });
    });

    expectOneWinner(outcomes, 'EMAIL_TAKEN');
    const there = (await inPool(pool)).filter((row) => row.email === email);
    expect(there).toEqual([{ user: expect.any(String), email }]);
    await world.database.query(world.sql`DELETE FROM users WHERE email = ${email}`);
  }
});

test('one person who is tagged and untagged at once: each that says so has turned what it found, with its event', async () => {
  for (let round = 0; round < rounds; round++) {
    const [pool, jo] = [await world.pool(), await world.person()];

    const outcomes = await together(16, (i) => send(i % 2 ? Add : Remove, { userId: jo.id, poolCode: pool.code }));

    const added = outcomes.filter(({ changed }, i) => changed && i % 2 === 1).length;
    const removed = outcomes.filter(({ changed }, i) => changed && i % 2 === 0).length;
    expect(outcomes.filter(({ code }) => code)).toEqual([]);
    expect(added).toBeGreaterThan(0);
    const tags = added > removed ? [pool.code] : [];
    expect([0, 1]).toContain(added - removed);
    expect(await whereIs(world, jo)).toEqual({ home: 'default', tags, found: ['default', ...tags].sort() });
    expect(await versionsOf(world, jo)).toEqual({ version: 1 + added + removed, tokenVersion: 1 });
    expect(await eventsOf(jo)).toEqual({ 'user.pool_added': added, ...(removed > 0 && { 'user.pool_removed': removed }) });
  }
});

test('one person who is tagged into a pool, untagged and moved there at once is at home there, and no more than that', async () => {
  for (let round = 0; round < rounds; round++) {
    const [pool, jo] = [await world.pool(), await world.person()];

    const outcomes = await together(16, (i) =>
      send([Add, SetHome, Remove, SetHome][i % 4]!, { userId: jo.id, poolCode: pool.code }),
    );

    const of = (kind: number) => outcomesOf(outcomes.filter((_outcome, i) => (kind === 1 ? i % 2 === 1 : i % 4 === kind)));
    expect(of(1)).toEqual({ done: 1, nothing: 7 });
    for (const kind of [0, 2])
      expect(Object.keys(of(kind)).filter((code) => !['done', 'nothing', 'HOME_POOL'].includes(code))).toEqual([]);
    expect(await whereIs(world, jo)).toEqual({ home: pool.code, tags: [], found: [pool.code] });
  }
});

test('one person who is moved to four homes at once has been in one after the other: each event begins where another ended', async () => {
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person({ externalId: newEmail() });

    const outcomes = await together(16, (i) => send(SetHome, { userId: jo.id, poolCode: homes[i % 4]!.code }));

    const moves = outcomes.flatMap(({ changed, previous }, i) =>
      changed ? [{ from: previous.code, to: homes[i % 4]!.code }] : [],
    );
    const { home, tags, found } = await whereIs(world, jo);
    const ends = counted(['default', ...moves.map(({ to }) => to)]);
    const begins = counted([...moves.map(({ from }) => from), home]);
    expect(outcomes.filter(({ code }) => code)).toEqual([]);
    expect(begins).toEqual(ends);
    expect({ tags, found }).toEqual({ tags: [], found: [home] });
    expect(await versionsOf(world, jo)).toEqual({ version: 1 + moves.length, tokenVersion: 1 });
    expect(await eventsOf(jo)).toEqual({ 'user.home_pool_set': moves.length });
  }
});

test('two who want to move into each other’s home at once, with one address, both stay', async () => {
  const [here, there] = [homes[0]!, homes[1]!];
  for (let round = 0; round < rounds; round++) {
    const email = newEmail();
    const [jo, kim] = [await world.person({ email, pool: here.code }), await world.person({ email, pool: there.code })];

    const outcomes = await together(16, (i) =>
      send(SetHome, i % 2 ? { userId: jo.id, poolCode: there.code } : { userId: kim.id, poolCode: here.code }),
    );

    expect(outcomesOf(outcomes)).toEqual({ EMAIL_TAKEN: 16 });
  }
});

test('a pool that is deleted while people come to it: either it is unknown to all, or it is in use', async () => {
  for (let round = 0; round < rounds; round++) {
    const pool = await world.pool();
    const people = await together(16, () => world.person());

    const outcomes = await together(16, (i) => {
      const userId = people[i]!.id;
      if (i % 4 === 0) return send(DeletePool, { poolCode: pool.code });
      if (i % 4 === 1) return send(Add, { userId, poolCode: pool.code });
      if (i % 4 === 2) return send(SetHome, { userId, poolCode: pool.code });
      return send(CreateUser, {
        email: newEmail(),
        sendWelcome: false,
        ...(i % 8 === 3 ? { homePoolCode: pool.code } : { poolCodes: [pool.code] }),
      });
    });

    const deletions = outcomesOf(outcomes.filter((_outcome, i) => i % 4 === 0));
    const uses = outcomesOf(outcomes.filter((_outcome, i) => i % 4 !== 0));
    const [{ pools }] = await world.database.query<any>(
      world.sql`SELECT count(*)::int AS pools FROM pools WHERE id = ${pool.uuid}::uuid`,
    );
    if (deletions.done) {
      expect({ deletions, uses, pools, people: await inPool(pool) }).toEqual({
        deletions: { done: 1, NOT_FOUND: 3 },
        uses: { NOT_FOUND: 8, VALIDATION_FAILED: 4 },
        pools: 0,
        people: [],
      });
    } else {
      expect({ deletions, uses, pools }).toEqual({ deletions: { POOL_IN_USE: 4 }, uses: { done: 12 }, pools: 1 });
      expect(await inPool(pool)).toHaveLength(12);
    }
  }
});

test('a pool that everybody leaves while it is deleted: it goes once nobody is there, and who has left it is still told', async () => {
  for (let round = 0; round < rounds; round++) {
    const pool = await world.pool();
    const [jo, kim] = [await world.person({ pool: pool.code }), await world.person()];
    await tag(world, kim, pool);

    const [moved, removed, ...deletions] = await together(16, (i) => {
      if (i === 0) return send(SetHome, { userId: jo.id, poolCode: 'default' });
      if (i === 1) return send(Remove, { userId: kim.id, poolCode: pool.code });
      return send(DeletePool, { poolCode: pool.code });
    });

    expect(moved).toMatchObject({ changed: true, previous: { code: pool.code } });
    expect(removed).toMatchObject({ changed: true });
    expect(await whereIs(world, kim)).toEqual({ home: 'default', tags: [], found: ['default'] });
    expect(await whereIs(world, jo)).toEqual({ home: 'default', tags: [], found: ['default'] });
    const { done = 0, ...others } = outcomesOf(deletions);
    expect(Object.keys(others).filter((code) => !['POOL_IN_USE', ...(done ? ['NOT_FOUND'] : [])].includes(code))).toEqual([]);
    expect(done).toBeLessThanOrEqual(1);
    expect((await send(DeletePool, { poolCode: pool.code })).code).toBe(done ? 'NOT_FOUND' : undefined);
  }
});

test('what changes while a move or a tag waits for it is seen', async () => {
  for (const document of [SetHome, Add]) {
    const [pool, jo] = [await world.pool(), await world.person()];
    const gone = await whileUncommitted(world, `DELETE FROM pools WHERE id = '${pool.uuid}'`, () =>
      send(document, { userId: jo.id, poolCode: pool.code }),
    );
    expect(gone).toEqual(notFound(pool.code, 'poolCode'));
  }
});

test('somebody who has come to a pool while its deletion waits keeps it', async () => {
  const [pool, jo] = [await world.pool(), await world.person()];

  const outcome = await whileUncommitted(
    world,
    `INSERT INTO user_pools (user_id, pool_id) VALUES ('${jo.uuid}', '${pool.uuid}')`,
    () => send(DeletePool, { poolCode: pool.code }),
  );

  expect(outcome).toEqual(conflict('POOL_IN_USE', { __typename: 'User', id: jo.id }, 'poolCode'));
});

test('who is demoted while their change waits changes nothing', async () => {
  const [pool, jo] = [await world.pool(), await world.person()];
  const place = { userId: jo.id, poolCode: pool.code };
  for (const [document, input] of [
    [SetHome, place],
    [Add, place],
    [Remove, place],
    [CreatePool, { code: 'demoted' }],
    [UpdatePool, { poolCode: pool.code, name: 'X' }],
    [DeletePool, { poolCode: pool.code }],
  ] as const) {
    const staff = await world.person({ roles: ['system_admin'] });
    await staff.signIn();
    const demotion = `DELETE FROM user_roles WHERE user_id = '${staff.uuid}';
      UPDATE users SET token_version = token_version + 1 WHERE id = '${staff.uuid}'`;

    await expect(whileUncommitted(world, demotion, () => send(document, input, staff))).toBeRefused('TOKEN_STALE');
  }
  expect(await whereIs(world, jo)).toEqual({ home: 'default', tags: [], found: ['default'] });
  expect(await send(UpdatePool, { poolCode: pool.code })).toMatchObject({ pool: { name: pool.code, version: 1 } });
});
