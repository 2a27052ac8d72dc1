import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/auth/signing-keys.ts';
import { type Database, Prisma } from '../../src/database.ts';
import { deriveSecrets } from '../../src/secrets.ts';
import { testDatabase } from '../support/database.ts';
import type { World } from '../support/world.ts';
import { startAuthWorld, visitor, Whoami } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startAuthWorld();
});

const secrets = deriveSecrets(randomBytes(32));
const rows = (database: Database) =>
  database.query<{ id: string; retired: boolean }>(
    Prisma.sql`SELECT id, retired_at IS NOT NULL AS retired FROM signing_keys ORDER BY created_at`,
  );
const retiredEarlier = (database: Database, seconds: number) =>
  database.query(Prisma.sql`UPDATE signing_keys SET retired_at = retired_at - make_interval(secs => ${seconds}::int)`);

test('servers that need the first key at once agree on one, and it is stored sealed', async () => {
  const database = await testDatabase();
  const servers = Array.from({ length: 4 }, () => createSigningKeys({ database, secrets }));

  const ids = (await Promise.all(servers.map((keys) => keys.current()))).map(({ id }) => id);

  expect(new Set(ids).size).toBe(1);
  expect(await rows(database)).toEqual([{ id: ids[0], retired: false }]);
  const [stored] = await database.query<any>(
    Prisma.sql`SELECT encode(sealed_key, 'escape') AS sealed, public_key FROM signing_keys`,
  );
  expect(stored.public_key).not.toHaveProperty('d');
  expect(stored.sealed).not.toContain('"d"');
});

test('after a rotation the new key signs, and the former one verifies and is published until its tokens are gone', async () => {
  const database = await testDatabase();
  const keys = createSigningKeys({ database, secrets });
  const former = (await keys.current()).id;

  const present = await keys.rotate();

  expect(present).not.toBe(former);
  expect((await keys.current()).id).toBe(present);
  expect((await keys.published()).keys.map(({ kid }) => kid)).toEqual([present, former]);
  expect(await keys.verifying(former)).not.toBeNull();
  // 15 minutes of a token, and what servers may lag behind.
  await retiredEarlier(database, 900);
  expect(await createSigningKeys({ database, secrets }).verifying(former)).not.toBeNull();
  await retiredEarlier(database, 100);
  const fresh = createSigningKeys({ database, secrets });
  expect(await fresh.verifying(former)).toBeNull();
  expect((await fresh.published()).keys.map(({ kid }) => kid)).toEqual([present]);
});

test('tokens of before a rotation hold, and those of another server’s new key hold at once', async () => {
  const jo = await world.person();
  const { accessToken } = await jo.signIn();
  const elsewhere = createSigningKeys({ database: world.database, secrets: deriveSecrets(world.settings.secret) });
  const present = await elsewhere.rotate();

  expect(await jo.run(Whoami)).toHaveProperty('viewer.user.id', jo.id);
  expect(await visitor(world, { token: accessToken }).run(Whoami)).toHaveProperty('viewer.user.id', jo.id);
  // This server has read its keys a moment ago, and looks again at a key that it does not know.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await world.server.steward.signingKeys.verifying(present)).not.toBeNull();
});

test('unknown keys are looked up once a second, whatever is sent', async () => {
  const database = await testDatabase();
  const keys = createSigningKeys({ database, secrets });
  await keys.current();
  const before = database.statementCount;

  for (let i = 0; i < 50; i++) expect(await keys.verifying(`unknown ${i}`)).toBeNull();

  expect(database.statementCount - before).toBeLessThanOrEqual(1);
});

test('requests cost no statement for the key', async () => {
  const database = await testDatabase();
  const keys = createSigningKeys({ database, secrets });
  const { id } = await keys.current();
  const before = database.statementCount;

  for (let i = 0; i < 20; i++) await keys.verifying(id);

  expect(database.statementCount).toBe(before);
});

test('a secret that does not open the key is named, and a rotation helps', async () => {
  const database = await testDatabase();
  const former = await createSigningKeys({ database, secrets }).current();
  const keys = createSigningKeys({ database, secrets: deriveSecrets(randomBytes(32)) });

  await expect(keys.current()).rejects.toThrow('STEWARD_SECRET');
  // What needs no private key goes on.
  expect(await keys.verifying(former.id)).not.toBeNull();
  await keys.rotate();
  expect(await keys.current()).toHaveProperty('privateKey');
});
