import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { migrate } from '../../src/database/migrations.ts';
import { type Database, openDatabase } from '../../src/database.ts';
import { queueMail } from '../../src/mail/outbox.ts';
import { readSettings } from '../../src/settings.ts';
import { createSteward } from '../../src/steward.ts';
import { eventually } from '../support/eventually.ts';
import { newFolder, ready, start } from '../support/process.ts';
import { resetMail, startSmtp } from './support.ts';

/** The database of a server, while no server runs. */
async function inDatabase<Out>(
  environment: Record<string, string>,
  work: (database: Database, queue: (to: string) => Promise<void>) => Promise<Out>,
): Promise<Out> {
  const settings = readSettings(environment);
  const database = await openDatabase({ folder: join(settings.dataFolder, 'database') });
  try {
    await migrate(database);
    const steward = createSteward({ database, settings, log: pino({ level: 'silent' }) });
    return await work(database, (to) => database.transaction((tx) => queueMail(tx, steward, resetMail(to))));
  } finally {
    await database.close();
  }
}

test('a process whose mail server hangs ends in order, and the next one sends what waits', async () => {
  const sockets: Socket[] = [];
  const hanging = createServer((socket) => {
    sockets.push(socket.on('error', () => {}).resume());
  });
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const { port } = hanging.address() as { port: number };
  const environment = { NODE_ENV: 'test', STEWARD_SECRET: 'ab'.repeat(32), STEWARD_DATA_FOLDER: newFolder() };
  await inDatabase(environment, (_database, queue) => queue('jo@example.com'));

  const first = await start({ ...environment, LOG_LEVEL: 'info', SMTP_URL: `smtp://127.0.0.1:${port}` });
  await ready(first);
  await eventually(() => sockets).toHaveLength(1);
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  expect(first.output.stdout).toContain('"msg":"stopped"');
  expect(first.output.stderr).toBe('');
  hanging.close();

  const left = await inDatabase(environment, async ({ pool }) => {
    const { rows } = await pool.query('SELECT status, attempts FROM outbox_messages');
    await pool.query("UPDATE outbox_messages SET next_attempt_at = now() - interval '1 second'");
    return rows;
  });
  expect(left).toEqual([{ status: 'PENDING', attempts: 1 }]);
  const smtp = await startSmtp();
  const second = await start({ ...environment, SMTP_URL: smtp.url });
  await ready(second);
  await eventually(() => smtp.received).toHaveLength(1);
  second.child.kill('SIGTERM');
  expect(await second.exit).toBe(0);
});
