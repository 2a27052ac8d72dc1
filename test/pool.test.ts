import { beforeAll, describe, expect, test } from 'vitest';
import { type Database, isRetryable, Prisma, statement, violatedConstraint } from '../src/database.ts';
import { Refusal } from '../src/errors.ts';
import { testDatabase } from './support/database.ts';

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
});

const defaultPool = '01900000-0000-7000-8000-000000000001';
const poolByCode = statement('pool_by_code', 'SELECT id, code FROM pools WHERE code = $1', (row) => ({
  id: row.id,
  code: row.code,
}));
const someone = (email: string) => ({
  id: crypto.randomUUID(),
  homePoolId: defaultPool,
  email,
  searchText: email,
  passwordHash: 'secret',
});
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
const raise = (state: string) => `DO $$ BEGIN RAISE EXCEPTION 'raised' USING ERRCODE = '${state}'; END $$`;

describe('errors', () => {
  test('name the violated constraint, whichever way the statement went', async () => {
    await database.prisma.user.create({ data: someone('one@x.test') });
    const id = crypto.randomUUID();
    const failures: Record<string, Promise<unknown>> = {
      'unique, pg': database.query(Prisma.sql`INSERT INTO pools (id, code, name) VALUES (${id}::uuid, 'default', 'x')`),
      'check, pg': database.query(Prisma.sql`INSERT INTO pools (id, code, name) VALUES (${id}::uuid, 'A', 'x')`),
      'unique, Prisma': database.prisma.user.create({ data: someone('one@x.test') }),
      'check, Prisma': database.prisma.user.create({ data: someone('One@x.test') }),
      'key, Prisma': database.prisma.user.create({ data: { ...someone('two@x.test'), homePoolId: id } }),
      'restrict, Prisma': database.prisma.pool.delete({ where: { code: 'default' } }),
      'trigger, Prisma': database.prisma.auditEvent.deleteMany(),
      'unique, raw': database.prisma.$queryRaw`INSERT INTO pools (id, code, name) VALUES (${id}::uuid, 'default', 'x')`,
      'check, raw': database.prisma.$executeRaw`INSERT INTO pools (id, code, name) VALUES (${id}::uuid, 'A', 'x')`,
      'unique, transaction': database.transaction((tx) => tx.user.create({ data: someone('one@x.test') })),
      'trigger, at the commit': database.transaction((tx) =>
        tx.membership.create({ data: { id, user: { create: someone('m@x.test') }, organization: { create: organization(id) } } }),
      ),
    };

    const named = await Promise.all(
      Object.entries(failures).map(async ([way, failure]) => [way, violatedConstraint(await failureOf(failure))]),
    );

    expect(Object.fromEntries(named)).toEqual({
      'unique, pg': 'pools_code_key',
      'check, pg': 'pools_code_form',
      'unique, Prisma': 'users_home_pool_id_email_key',
      'check, Prisma': 'users_email_form',
      'key, Prisma': 'users_home_pool_id_fkey',
      'restrict, Prisma': 'users_home_pool_id_fkey',
      'trigger, Prisma': 'audit_events_only_grow',
      'unique, raw': 'pools_code_key',
      'check, raw': 'pools_code_form',
      'unique, transaction': 'users_home_pool_id_email_key',
      'trigger, at the commit': expect.stringMatching(/^(organizations_owner_is_admin|memberships_have_a_role)$/),
    });
  });

  test('never hold the row that was refused', async () => {
    const viaPrisma = await failureOf(database.prisma.user.create({ data: someone('Shouting@x.test') }));
    const viaPg = await failureOf(
      database.query(Prisma.sql`INSERT INTO users (id, home_pool_id, email, search_text, password_hash)
        VALUES (${crypto.randomUUID()}::uuid, ${defaultPool}::uuid, 'Shouting@x.test', '', 'secret')`),
    );

    const deep = (error: unknown): string =>
      JSON.stringify(error, (_key, value) => (value instanceof Error ? { ...value, message: value.message } : value));
    expect(`${deep(viaPrisma)}${deep(viaPg)}`).not.toContain('secret');
  });

  test('are retryable after a serialization failure or a deadlock alone', async () => {
    const retryable = async (work: Promise<unknown>) => isRetryable(await failureOf(work));

    expect(await retryable(database.pool.query(raise('40001')))).toBe(true);
    expect(await retryable(database.pool.query(raise('40P01')))).toBe(true);
    expect(await retryable(database.prisma.$executeRawUnsafe(raise('40001')))).toBe(true);
    expect(await retryable(database.transaction((tx) => tx.$queryRawUnsafe(raise('40P01'))))).toBe(true);
    expect(await retryable(database.pool.query(raise('40003')))).toBe(false);
    expect(await retryable(database.prisma.user.create({ data: someone('Upper@x.test') }))).toBe(false);
    expect(isRetryable(new Error('40001'))).toBe(false);
    expect(isRetryable(undefined)).toBe(false);
    expect(violatedConstraint(new Error('users_email_form'))).toBeUndefined();
    expect(violatedConstraint(null)).toBeUndefined();
  });

  test.each(['57014', '55P03', '53300', '57P01', '08006'])('%s is UNAVAILABLE, in every way', async (state) => {
    const unavailable = expect.objectContaining({ name: 'RequestError', code: 'UNAVAILABLE' });

    expect(await failureOf(database.query(Prisma.raw(raise(state))))).toEqual(unavailable);
    expect(await failureOf(database.transaction((tx) => tx.$executeRawUnsafe(raise(state))))).toEqual(unavailable);
  });

  test('of our own come out of a transaction as they are, and undo it', async () => {
    const refusal = new Refusal('RuleError', 'SELF_NOT_ALLOWED', 'no');
    const attempt = database.transaction(async (tx) => {
      await tx.pool.create({ data: { id: crypto.randomUUID(), code: 'undone', name: 'x' } });
      throw refusal;
    });

    expect(await failureOf(attempt)).toBe(refusal);
    expect(await database.read(poolByCode, ['undone'])).toEqual([]);
  });
});

describe('the pool', () => {
  test('stays sound through 200 rounds of failures among parallel queries', async () => {
    for (let round = 0; round < 200; round++) {
      const outcomes = await Promise.allSettled([
        database.read(poolByCode, ['default']),
        database.query(Prisma.sql`SELECT ${'x'}::uuid`),
        database.query<{ n: number }>(Prisma.sql`SELECT ${round}::int AS n`),
        database.prisma.$queryRaw`SELECT no_such_column`,
        database.prisma.pool.findUnique({ where: { code: 'default' }, select: { code: true } }),
        database.transaction(async (tx) => {
          await tx.pool.update({ where: { code: 'default' }, data: { name: `Round ${round}` } });
          if (round % 2) throw new Error('undo');
          return round;
        }),
        database.read(poolByCode, ['default']),
      ]);

      const found = { id: defaultPool, code: 'default' };
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failed'))).toEqual([
        [found],
        'failed',
        [{ n: round }],
        'failed',
        { code: 'default' },
        round % 2 ? 'failed' : round,
        [found],
      ]);
    }
    expect(await database.query(Prisma.sql`SELECT name FROM pools WHERE code = 'default'`)).toEqual([{ name: 'Round 198' }]);
  });

  test('undoes the transaction of a connection that is given up', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query("INSERT INTO pools (id, code, name) VALUES (gen_random_uuid(), 'given-up', 'x')");
    client.release(true);

    expect(await database.read(poolByCode, ['given-up'])).toEqual([]);
  });

  test('answers 300 queries at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => database.query<{ n: number }>(Prisma.sql`SELECT ${n}::int AS n`)),
    );

    expect(answers.map(([row]) => row!.n)).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  test('carries five megabytes there and back', async () => {
    const text = 'ü'.repeat(2_500_000);

    const [row] = await database.query<{ text: string; bytes: number }>(
      Prisma.sql`SELECT ${text}::text AS text, octet_length(${text})::int AS bytes`,
    );

    expect(row!.bytes).toBe(5_000_000);
    expect(row!.text === text).toBe(true);
  });

  test('keeps instants, whichever way they are written and read', async () => {
    const at = new Date('2026-03-29T01:30:00.123Z');
    const id = crypto.randomUUID();
    await database.prisma.pool.create({ data: { id, code: 'by-prisma', name: 'x', createdAt: at } });
    await database.query(
      Prisma.sql`INSERT INTO pools (id, code, name, created_at) VALUES (${crypto.randomUUID()}::uuid, 'by-pg', 'x', ${at})`,
    );

    const byPg = await database.query<{ created_at: Date }>(Prisma.sql`SELECT created_at FROM pools WHERE code LIKE 'by-%'`);
    const byPrisma = await database.prisma.pool.findMany({ where: { code: { startsWith: 'by-' } }, select: { createdAt: true } });

    expect(byPg).toEqual([{ created_at: at }, { created_at: at }]);
    expect(byPrisma).toEqual([{ createdAt: at }, { createdAt: at }]);
  });

  test('counts what it sends', async () => {
    const sent = async (work: () => Promise<unknown>) => {
      const before = database.statementCount;
      await work();
      return database.statementCount - before;
    };

    expect(await sent(() => database.read(poolByCode, ['default']))).toBe(1);
    expect(await sent(() => database.prisma.pool.findMany())).toBe(1);
    // BEGIN and COMMIT: the isolation level is told once, when a connection begins
    expect(await sent(() => database.transaction((tx) => tx.$queryRaw`SELECT 1`))).toBe(3);
    expect(await database.transaction((tx) => tx.$queryRaw`SHOW transaction_isolation`)).toEqual([
      { transaction_isolation: 'read committed' },
    ]);
  });

  test('turns away what would wait behind too many, at once, and knows whether it is ready', async () => {
    const small = await testDatabase({ poolSize: 1, waitingBound: 2 });
    await small.read(poolByCode, ['default']);

    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => small.query(Prisma.sql`SELECT 1 AS one`)));

    const codes = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'answered' : outcome.reason.code));
    expect(codes.filter((code) => code === 'UNAVAILABLE').length).toBeGreaterThanOrEqual(3);
    expect(codes.filter((code) => code === 'answered').length).toBeGreaterThanOrEqual(2);
    expect(await small.isReady()).toBe(true);
    await small.close();
    expect(await small.isReady()).toBe(false);
  });
});

function organization(id: string) {
  return { id, name: 'Org', slug: `org-${id}`, searchText: '', owner: { create: someone('owner@x.test') } };
}
