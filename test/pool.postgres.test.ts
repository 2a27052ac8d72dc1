import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { isRetryable, openDatabase, Prisma } from '../src/database.ts';
import { reopened, testDatabase, testLocation } from './support/database.ts';
import { eventually } from './support/eventually.ts';

const unavailable = expect.objectContaining({ name: 'RequestError', code: 'UNAVAILABLE' });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );

test('a deadlock is retryable, and only one of the two falls', async () => {
  const database = await testDatabase({ poolSize: 4 });
  const ids = [crypto.randomUUID(), crypto.randomUUID()];
  for (const id of ids) await database.prisma.pool.create({ data: { id, code: `p${id}`, name: 'x' } });
  let arrive: () => void = () => {};
  let waiting = 2;
  const both = new Promise<void>((resolve) => {
    arrive = () => --waiting === 0 && resolve();
  });
  const cross = (first: string, second: string) =>
    database.transaction(async (tx) => {
      await tx.pool.update({ where: { id: first }, data: { name: 'y' } });
      arrive();
      await both;
      await tx.pool.update({ where: { id: second }, data: { name: 'y' } });
    });

  const outcomes = await Promise.allSettled([cross(ids[0]!, ids[1]!), cross(ids[1]!, ids[0]!)]);

  const fallen = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(fallen.map(({ reason }) => isRetryable(reason))).toEqual([true]);
});

test('a statement that takes too long is UNAVAILABLE', async () => {
  const database = await testDatabase({ statementTimeoutMs: 200 });

  expect(await failureOf(database.query(Prisma.sql`SELECT pg_sleep(5)`))).toEqual(unavailable);
  expect(await failureOf(database.transaction((tx) => tx.$queryRaw`SELECT 1 FROM pg_sleep(5)`))).toEqual(unavailable);
  expect(await database.isReady()).toBe(true);
});

test('so is a lock that does not come, and its transaction is undone', async () => {
  const location = await testLocation();
  const [holder, database] = [await reopened(location, { poolSize: 1 }), await reopened(location, { lockTimeoutMs: 200 })];
  const client = await holder.pool.connect();
  await client.query("BEGIN; UPDATE pools SET name = 'held'");

  const failure = await failureOf(
    database.transaction(async (tx) => {
      await tx.pool.create({ data: { id: crypto.randomUUID(), code: 'undone', name: 'x' } });
      await tx.pool.update({ where: { code: 'default' }, data: { name: 'mine' } });
    }),
  );
  await client.query('ROLLBACK');
  client.release();

  expect(failure).toEqual(unavailable);
  expect(await database.query(Prisma.sql`SELECT code, name FROM pools`)).toEqual([{ code: 'default', name: 'Default' }]);
});

test('a transaction that takes too long is undone', async () => {
  const database = await testDatabase({ transactionTimeoutMs: 200 });

  const failure = await failureOf(
    database.transaction(async (tx) => {
      await tx.pool.update({ where: { code: 'default' }, data: { name: 'slow' } });
      await new Promise((resolve) => setTimeout(resolve, 500));
      await tx.pool.update({ where: { code: 'default' }, data: { name: 'slower' } });
    }),
  );

  expect(failure).toEqual(unavailable);
  expect(await database.query(Prisma.sql`SELECT name FROM pools`)).toEqual([{ name: 'Default' }]);
});

test('lost connections are UNAVAILABLE to who uses them, and replaced', async () => {
  const location = await testLocation();
  const lost: Error[] = [];
  const database = await reopened(location, { poolSize: 4, onConnectionLost: (error) => lost.push(error) });
  const killer = await reopened(location);
  const killOthers = Prisma.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;

  const sleeping = failureOf(database.query(Prisma.sql`SELECT pg_sleep(60)`));
  const inTransaction = failureOf(database.transaction((tx) => tx.$queryRaw`SELECT 1 FROM pg_sleep(60)`));
  const asleep = Prisma.sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
  await eventually(() => killer.query(asleep)).toHaveLength(2);
  await killer.query(killOthers);
  expect([await sleeping, await inTransaction]).toEqual([unavailable, unavailable]);

  expect(await database.isReady()).toBe(true);
  await killer.query(killOthers);
  await eventually(() => lost.length).toBeGreaterThan(0);
  expect(await database.isReady()).toBe(true);
});

test('a server that is away or never answers is told, not waited for', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const deaf = await openDatabase({ url: `postgres://someone@127.0.0.1:${port}/x` });
  const away = await openDatabase({ url: 'postgres://someone@127.0.0.1:1/x' });

  const start = performance.now();
  const failures = await Promise.all(
    [deaf, away].flatMap((database) => [
      failureOf(database.query(Prisma.sql`SELECT 1`)),
      failureOf(database.transaction((tx) => tx.$queryRaw`SELECT 1`)),
    ]),
  );
  const [deafReady, awayReady] = await Promise.all([deaf.isReady(), away.isReady()]);

  expect(failures).toEqual([unavailable, unavailable, unavailable, unavailable]);
  expect([deafReady, awayReady]).toEqual([false, false]);
  expect(performance.now() - start).toBeLessThan(30_000);
  for (const socket of sockets) socket.destroy();
  await Promise.all([deaf.close(), away.close()]);
  silent.close();
});
