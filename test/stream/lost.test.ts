import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createServer } from '../../src/server.ts';
import { happened } from '../support/events.ts';
import { startWorld } from '../support/world.ts';
import { listening } from './support.ts';

test('the stream goes on after the database was away, also where the last who listened has left meanwhile', async () => {
  const world = await startWorld();
  const { database, settings } = world;
  const admin = await world.person({ roles: ['super_admin'] });
  await admin.signIn();
  let isAway = false;
  const failing: ((error: Error) => void)[] = [];
  const read: typeof database.read = (...args) =>
    isAway ? new Promise((_, fail) => failing.push(fail)) : database.read(...args);
  const server = await createServer({ database: { ...database, read }, settings, log: pino({ level: 'silent' }) });

  const first = await listening({ server, settings }, admin);
  await happened(world, { action: 'thing.touched' }, { requestId: 'before' });
  expect(await first.requests(1)).toEqual(['before']);
  isAway = true;
  while (failing.length === 0) await new Promise(setImmediate);
  await first.leave();
  while (server.steward.auditFeed.size > 0) await new Promise(setImmediate);
  isAway = false;
  for (const fail of failing) fail(new Error('The connection was lost.'));

  const second = await listening({ server, settings }, admin);
  await happened(world, { action: 'thing.touched' }, { requestId: 'afterwards' });
  expect(await second.requests(1)).toEqual(['afterwards']);
  await second.leave();
});
