import { expect, test } from 'vitest';
import { exportAudit } from '../src/admin/export-audit.ts';
import { startWorld } from './support/world.ts';

// The embedded database has one connection, so nothing is committed while it exports.
test('all of it is of one moment: what is committed meanwhile is not in it', async () => {
  const { database, sql } = await startWorld();
  const insertEvents = (count: number, at: string) =>
    database.query(sql`
      INSERT INTO audit_events (id, action, occurred_at) SELECT gen_random_uuid(), 'moment.tested', ${at}::timestamptz FROM generate_series(1, ${count}::int)`);
  const range = { since: new Date('2012-01-01'), until: new Date('2013-01-01'), onProgress() {} };
  await insertEvents(1500, '2012-01-01T00:00:00Z');
  let lines = 0;

  const count = await exportAudit(database, {
    ...range,
    async write(text) {
      if (lines === 0) await insertEvents(700, '2012-06-01T00:00:00Z');
      lines += text.split('\n').length - 1;
    },
  });

  expect([count, lines]).toEqual([1500, 1500]);
  expect(await exportAudit(database, { ...range, async write() {} })).toBe(2200);
});
