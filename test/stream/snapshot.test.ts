import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isVisible, readSnapshot } from '../../src/stream/snapshot.ts';
import { testDatabase } from '../support/database.ts';

test('a snapshot says of every transaction what PostgreSQL says', async () => {
  const database = await testDatabase();
  const snapshots = fc
    .tuple(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 0, max: 20 }), fc.array(fc.integer({ min: 0, max: 19 })))
    .map(([oldest, width, running]) => {
      const within = [...new Set(running)].filter((n) => n < width).sort((a, b) => a - b);
      return `${oldest}:${oldest + width}:${within.map((n) => oldest + n).join(',')}`;
    });
  await fc.assert(
    fc.asyncProperty(snapshots, async (text) => {
      const { rows } = await database.pool.query(
        `SELECT n::text, pg_visible_in_snapshot(n::text::xid8, $1::pg_snapshot) AS visible FROM generate_series(1, 70) n`,
        [text],
      );
      const snapshot = readSnapshot(text);
      expect(rows.map(({ n }) => isVisible(BigInt(n), snapshot))).toEqual(rows.map(({ visible }) => visible));
    }),
  );
});
