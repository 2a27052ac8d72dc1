import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Who may import what of ours, from the top down: nothing below the schema knows GraphQL, nothing above the database
 * knows which database it is. `*` is everything below src/.
 */
const table: Record<string, { own: string[]; packages?: RegExp }> = {
  'main.ts': { own: ['*'] },
  'admin.ts': { own: ['*'] },
  'admin/': { own: ['*'] },
  'server.ts': { own: ['schema/index', 'http/', 'mail/', 'housekeeping', 'steward', 'context', 'database', 'settings', 'log'] },
  'http/': {
    own: [
      'http/',
      'auth/signing-keys',
      'schema/index',
      'context',
      'settings',
      'settings/',
      'errors',
      'log',
      'root',
      'database',
      'mail/',
      'loopback',
      'reach',
    ],
  },
  'steward.ts': { own: ['auth/', 'stream/', 'context', 'database', 'secrets', 'settings'] },
  'stream/': { own: ['stream/', 'loaders/', 'admission', 'caller', 'database', 'errors', 'policy', 'reach'] },
  'prepare.ts': { own: ['database/migrations', 'database', 'settings'] },
  'context.ts': { own: ['auth/', 'loaders/', 'stream/', 'caller', 'database', 'errors', 'reach', 'secrets', 'settings'] },
  'schema/': {
    own: [
      'schema/',
      'resolvers/',
      'stream/',
      'loaders/',
      'admission',
      'policy',
      'context',
      'errors',
      'ids',
      'reach',
      'audit',
      'auth/',
      'text',
    ],
  },
  'resolvers/': {
    own: [
      'active-admin',
      'resolvers/',
      'admission',
      'policy',
      'context',
      'change',
      'locks/',
      'input',
      'code',
      'search',
      'audit',
      'errors',
      'auth/',
      'mail/',
      'database',
      'ids',
      'email',
      'reach',
      'secrets',
      'permissions',
      'settings',
    ],
  },
  'loaders/': {
    own: ['loaders/', 'active-admin', 'database', 'policy', 'ids', 'reach', 'permissions', 'errors', 'search', 'email', 'text'],
  },
  'change.ts': { own: ['context', 'database', 'errors', 'idempotency'] },
  'idempotency.ts': { own: ['context', 'database', 'errors', 'reach'] },
  'locks/': { own: ['locks/', 'loaders/caller', 'caller', 'code', 'context', 'database', 'errors', 'ids', 'reach'] },
  'caller.ts': { own: ['loaders/caller', 'errors'] },
  'input.ts': { own: ['code', 'email', 'errors', 'text'] },
  'code.ts': { own: [] },
  'loopback.ts': { own: [] },
  'text.ts': { own: [] },
  'mail/': { own: ['mail/', 'loopback', 'database', 'secrets', 'settings', 'context', 'ids'] },
  'housekeeping.ts': { own: ['context', 'database', 'settings'] },
  'audit.ts': { own: ['context', 'database', 'ids', 'reach'] },
  'auth/': { own: ['auth/', 'database', 'errors', 'ids', 'secrets', 'settings', 'context', 'permissions', 'email'] },
  'database.ts': { own: ['database/', 'errors', 'generated/'] },
  'database/': { own: ['database/', 'database', 'errors', 'root'] },
  'settings.ts': { own: ['settings/', 'database', 'root'] },
  'settings/': { own: ['settings/', 'settings', 'root'] },
  'admission.ts': { own: ['policy', 'errors', 'ids', 'reach'] },
  'policy.ts': { own: ['permissions', 'reach'] },
  'reach.ts': { own: ['permissions'] },
  'errors.ts': { own: [] },
  'active-admin.ts': { own: [] },
  'ids.ts': { own: [] },
  'permissions.ts': { own: [] },
  'search.ts': { own: [] },
  'email.ts': { own: [] },
  'secrets.ts': { own: [] },
  'log.ts': { own: ['settings'] },
  'root.ts': { own: [] },
};

/** Packages that belong to one place. */
const homes: [packageName: RegExp, places: RegExp][] = [
  [/^(graphql|graphql-yoga|@pothos\/.*)$/, /^(schema|http)\/|^server\.ts$/],
  [/^(@electric-sql\/.*|fs-native-extensions|@prisma\/.*|pg)$/, /^database(\.ts|\/)/],
  [/^prom-client$/, /^http\//],
  [/^@node-rs\/argon2$|^jose$/, /^auth\//],
  [/^nodemailer$/, /^mail\//],
];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('generated'),
);

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!);

test.each(files)('%s imports only what its layer may', (file) => {
  const layer = Object.keys(table).find((name) => name === file || (name.endsWith('/') && file.startsWith(name)));
  expect(layer, `${file} belongs to no layer of the table`).toBeDefined();
  const { own } = table[layer!]!;

  const strays = importsOf(join('src', file)).filter((specifier) => {
    if (!specifier.startsWith('.')) return homes.some(([name, places]) => name.test(specifier) && !places.test(file));
    const target = normalize(join(dirname(file), specifier));
    if (target.startsWith('..')) return layer !== 'main.ts';
    return !own.some(
      (allowed) => allowed === '*' || (allowed.endsWith('/') ? target.startsWith(allowed) : target === `${allowed}.ts`),
    );
  });

  expect(strays).toEqual([]);
});

test('the table has no layer without files', () => {
  const idle = Object.keys(table).filter(
    (name) => !files.some((file) => file === name || (name.endsWith('/') && file.startsWith(name))),
  );
  expect(idle).toEqual([]);
});

test('the client knows nothing but itself, and no Node', () => {
  const sources = readdirSync('client/src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const strays = sources.flatMap((file) =>
    importsOf(join('client/src', file))
      .filter((specifier) => !specifier.startsWith('.') || normalize(join(dirname(file), specifier)).startsWith('..'))
      .map((specifier) => `${file}: ${specifier}`),
  );
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync('client/package.json', 'utf8'));

  expect(sources.length).toBeGreaterThan(10);
  // Whose types are those of the documents for other clients.
  expect([strays, dependencies, Object.keys(peerDependencies)]).toEqual([[], {}, ['graphql']]);
});
