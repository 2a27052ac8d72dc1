import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { queueMail } from '../../src/mail/outbox.ts';
import { transportFor } from '../../src/mail/transport.ts';
import { createMailWorker } from '../../src/mail/worker.ts';
import { reopened } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type MailWorld, resetMail, startMailWorld, startSmtp } from './support.ts';

test('workers of several servers share the mail, and send each message once', async () => {
  const world = await startMailWorld();
  const smtp = await startSmtp({
    onRcptTo: ({ address }, _session, callback) => callback(address.startsWith('bad') ? new Error('no') : null),
  });
  const url = world.database.pool.options.connectionString!;
  const workers = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const database = await reopened({ url }, { poolSize: 4 });
      const { server, settings, log } = world;
      return createMailWorker({ ...server.steward, database, log }, transportFor({ ...settings, smtpUrl: smtp.url }, log)!);
    }),
  );
  const sent: string[] = [];

  for (let round = 0; round < 20; round++) {
    const addresses = Array.from({ length: 16 }, (_, i) => `${i % 5 === 0 ? 'bad' : 'jo'}-${round}-${i}@example.com`);
    await world.database.transaction(async (tx) => {
      for (const address of addresses) await queueMail(tx, world.server.steward, resetMail(address));
    });
    sent.push(...addresses.filter((address) => address.startsWith('jo')));
    await Promise.all(workers.map((worker) => worker.sendDue()));
  }

  expect(smtp.received.flatMap(({ to }) => to).sort()).toEqual(sent.sort());
  const outcomes = await world.outcomes();
  expect(outcomes.filter(({ status, attempts }) => status === 'SENT' && attempts === 1)).toHaveLength(sent.length);
  expect(outcomes.filter(({ status, attempts }) => status === 'PENDING' && attempts === 1)).toHaveLength(20 * 16 - sent.length);
});

test('nothing is locked and no transaction is open while a mail server takes its time', async () => {
  const world = await startMailWorld();
  let arrived = () => {};
  const underWay = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let answer: (() => void) | undefined;
  const smtp = await startSmtp({
    onRcptTo(_address, _session, callback) {
      answer = () => callback();
      arrived();
    },
  });
  await world.queue(resetMail('jo@example.com'));
  const sending = world.workerFor(smtp.url).sendDue();
  await underWay;

  const { rows } = await world.database.pool.query(`
    SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`);
  const locked = await world.database.pool.query('SELECT attempts FROM outbox_messages FOR UPDATE NOWAIT');
  answer!();
  await sending;

  expect(rows).toEqual([{ open: 0 }]);
  expect(locked.rows).toEqual([{ attempts: 1 }]);
  expect(await world.outcomes()).toMatchObject([{ status: 'SENT' }]);
});

test('a lost database is waited for, also by what was sent meanwhile, and mail goes on when it is back', async () => {
  const world = await startMailWorld();
  let answer: (() => void) | undefined;
  const smtp = await startSmtp({
    onRcptTo({ address }, _session, callback) {
      if (address.startsWith('slow')) answer = () => callback();
      else callback();
    },
  });
  const worker = world.workerFor(smtp.url, { pollMs: 50 });
  const logged = () => world.lines.map(({ msg }) => msg);
  worker.start();
  await world.queue(resetMail('slow@example.com'));
  await eventually(() => answer).toBeDefined();

  const isBack = await loseDatabase(world);
  answer!();
  await eventually(() => smtp.received).toHaveLength(1);
  const tried = vi.spyOn(world.database, 'read');
  await eventually(() => tried.mock.calls.length).toBeGreaterThan(5);
  await isBack();
  await world.queue(resetMail('jo@example.com'));

  const sent = { status: 'SENT', attempts: 1 };
  await eventually(() => world.outcomes()).toMatchObject([
    { recipient: 'slow@example.com', ...sent },
    { recipient: 'jo@example.com', ...sent },
  ]);
  await worker.stop();
  expect(smtp.received).toHaveLength(2);
  expect(logged().filter((msg) => msg === 'mail waits for the database')).toHaveLength(1);
});

/** Ends every connection and allows no new one, until what it gives is called. */
async function loseDatabase({ database }: MailWorld): Promise<() => Promise<void>> {
  const url = new URL(database.pool.options.connectionString!);
  const name = url.pathname.slice(1);
  const client = new pg.Client({ connectionString: new URL('/postgres', url).href });
  await client.connect();
  await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  return async () => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await client.end();
  };
}
