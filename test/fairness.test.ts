import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { fairQueue } from '../src/auth/fair-queue.ts';
import { Prisma, statement } from '../src/database.ts';
import { fairShare } from '../src/loaders/fair-share.ts';
import type { Reads } from '../src/loaders/reading.ts';
import { type Person, startWorld, type World } from './support/world.ts';

describe('a queue in turn', () => {
  /** A queue whose jobs end when they are told to, and what became of them. */
  function observed(atOnce: number, waitingAtMost: number) {
    const queue = fairQueue(atOnce, waitingAtMost, () => new Error('full'));
    const begun: string[] = [];
    const refused: string[] = [];
    const ends: (() => void)[] = [];
    const add = (whose: string, name: string) =>
      queue(whose, () => {
        begun.push(name);
        return new Promise<void>((end) => ends.push(end));
      }).catch(() => refused.push(name));
    const endOne = async () => {
      ends.shift()!();
      await pause(0);
    };
    return { add, endOne, begun, refused };
  }

  test('whoever comes while another has many waiting is next', async () => {
    const { add, endOne, begun } = observed(1, 10);
    for (let i = 0; i < 5; i++) add('a', `a${i}`);
    add('b', 'b0');
    add('b', 'b1');
    add('c', 'c0');

    for (let i = 0; i < 7; i++) await endOne();

    expect(begun).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3', 'a4']);
  });

  test('where it is full, the one with the most waiting loses the newest; alone, they are not let in', async () => {
    const { add, endOne, begun, refused } = observed(1, 3);
    for (let i = 0; i < 6; i++) add('a', `a${i}`);
    await pause(0);
    expect(refused).toEqual(['a4', 'a5']);

    add('b', 'b0');
    add('c', 'c0');
    // Nobody has more waiting than one.
    add('d', 'd0');
    await pause(0);
    expect(refused.sort()).toEqual(['a2', 'a3', 'a4', 'a5', 'd0']);

    for (let i = 0; i < 3; i++) await endOne();
    expect(begun).toEqual(['a0', 'a1', 'b0', 'c0']);
    await endOne();
    add('e', 'e0');
    expect(begun).toHaveLength(5);
  });

  test('a job that fails hands its place over', async () => {
    const queue = fairQueue(1, 2, () => new Error('full'));
    const failed = queue('a', () => Promise.reject(new Error('of its own')));
    const after = queue('a', async () => 'served');

    await expect(failed).rejects.toThrow('of its own');
    expect(await after).toBe('served');
  });
});

describe('the share of one request', () => {
  const anything = statement('anything', 'SELECT 1', () => undefined);

  function observed(atOnce: number) {
    const giveUp = new AbortController();
    let underWay = 0;
    const seen = { most: 0, sent: 0 };
    const send = async () => {
      seen.sent++;
      seen.most = Math.max(seen.most, ++underWay);
      await pause(1);
      underWay--;
      return [];
    };
    const database: Reads = { read: send, query: send };
    return { share: fairShare(database, atOnce, giveUp.signal), giveUp, seen };
  }

  test('is so many statements at once; all are served', async () => {
    const { share, seen } = observed(3);

    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? share.read(anything) : share.query(Prisma.sql`SELECT 1`))));

    expect(seen).toEqual({ most: 3, sent: 20 });
  });

  test('sends at once what fits in', () => {
    const { share, seen } = observed(3);

    for (let i = 0; i < 5; i++) share.read(anything);

    expect(seen.sent).toBe(3);
  });

  test('ends with the request: what waits then is not sent', async () => {
    const { share, giveUp, seen } = observed(3);
    const outcomes = Promise.allSettled(Array.from({ length: 20 }, () => share.read(anything)));
    giveUp.abort();

    const refused = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(17);
    expect(refused[0]).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    await expect(share.read(anything)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(seen.sent).toBe(3);
  });
});

describe('one HTTP request', () => {
  let world: World;
  let jo: Person;
  beforeAll(async () => {
    world = await startWorld();
    jo = await world.person();
    await jo.signIn();
    await jo.run('{ viewer { permissions } }');
  });

  const operation = (at: number): [string] => [
    `{ viewer { user { ${Array.from({ length: 29 }, (_, i) => `m${i}: memberships(first: ${29 * at + i + 1}) { totalCount nodes { id } }`).join(' ')} } } }`,
  ];

  test('has few statements under way, however many it asks for', async () => {
    const { pool } = world.database;
    const query = pool.query.bind(pool) as (sql: object) => Promise<unknown>;
    let underWay = 0;
    let most = 0;
    const spy = vi.spyOn(pool, 'query').mockImplementation((async (sql: object) => {
      most = Math.max(most, ++underWay);
      // The embedded database would answer before the next statement is sent.
      await pause(2);
      return query(sql).finally(() => underWay--);
    }) as never);
    const answers = await jo.batch(Array.from({ length: 3 }, (_, at) => operation(at)));
    spy.mockRestore();

    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(answers[0]!.data.viewer.user.m28).toEqual({ totalCount: 0, nodes: [] });
    expect(most).toBe(world.settings.limits.statementsAtOnce);
  });

  test('reads the same statuses once, however they are named', async () => {
    const ask = (...statuses: string[]) =>
      `{ viewer { user { ${statuses.map((status, i) => `m${i}: memberships(status: ${status}) { totalCount nodes { id } }`).join(' ')} } } }`;
    const counted = async (query: string) => {
      const before = world.database.statementCount;
      await jo.run(query);
      return world.database.statementCount - before;
    };

    const one = await counted(ask('[ACTIVE, SUSPENDED]'));
    expect(await counted(ask('[ACTIVE, SUSPENDED]', '[SUSPENDED, ACTIVE]', '[ACTIVE, SUSPENDED, ACTIVE]'))).toBe(one);
  });
});
