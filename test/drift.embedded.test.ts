import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drift } from '../scripts/drift.ts';
import { root } from '../src/root.ts';
import { emptyEmbedded } from './support/database.ts';

test('schema.prisma and the migrations agree', async () => {
  expect(await drift({ empty: await emptyEmbedded() })).toBeNull();
});

test('a change of schema.prisma would be seen', async () => {
  const schema = readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8').replace(/^\s+avatarUrl .*$/m, '');

  expect(await drift({ schema, empty: await emptyEmbedded() })).toContain('ALTER TABLE "users" DROP COLUMN "avatar_url"');
});
