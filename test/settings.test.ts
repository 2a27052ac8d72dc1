import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSettings, SettingsError, settingsTable } from '../src/settings.ts';

const hex = 'ab'.repeat(32);
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://steward@db.example.com/steward',
  STEWARD_SECRET: hex,
  PUBLIC_URL: 'https://steward.example.com',
  MAIL: 'hold',
};

function problems(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

const named = (environment: NodeJS.ProcessEnv) => problems(environment).map((problem) => problem.split(':')[0]);

test('everything that is wrong is named at once, and no value is repeated', () => {
  const found = problems({
    NODE_ENV: 'test',
    PORT: 'four',
    GRAPHIQL: 'yes',
    STEWARD_SECRET: 'hunter2',
    STEWARD_MAX_DEPTH: '-1',
    STEWARD_MAX_DEPHT: '9',
  });

  expect(found.map((problem) => problem.split(':')[0]).sort()).toEqual([
    'GRAPHIQL',
    'PORT',
    'STEWARD_MAX_DEPHT',
    'STEWARD_MAX_DEPTH',
    'STEWARD_SECRET',
  ]);
  expect(found.join()).not.toContain('hunter2');
});

test.each(['staging', 'prod', 'Production'])('NODE_ENV=%s stops the start', (mode) => {
  expect(named({ ...production, NODE_ENV: mode })).toEqual(['NODE_ENV']);
});

test('production has no one-line defaults', () => {
  expect(named({ NODE_ENV: 'production' })).toEqual(['DATABASE_URL', 'STEWARD_SECRET', 'PUBLIC_URL', 'SMTP_URL']);
  expect(named({ ...production, STEWARD_SECRET: '' })).toEqual(['STEWARD_SECRET']);
  expect(named({ ...production, MAIL: undefined })).toEqual(['SMTP_URL']);
  expect(named({ ...production, MAIL: undefined, SMTP_URL: 'smtps://user:word@mail.example.com' })).toEqual([]);
});

test.each([
  ['short hex', 'ab'.repeat(31)],
  ['hex that would be long enough as base64', 'ab'.repeat(24)],
  ['short base64', Buffer.alloc(31, 7).toString('base64')],
  ['words', 'a secret that nobody will ever guess, really'],
])('a weak secret stops the start in any mode: %s', (_what, secret) => {
  expect(named({ ...production, STEWARD_SECRET: secret })).toEqual(['STEWARD_SECRET']);
  expect(named({ NODE_ENV: 'test', STEWARD_SECRET: secret })).toEqual(['STEWARD_SECRET']);
});

test.each([
  ['hex', hex, 32],
  ['base64', Buffer.alloc(32, 250).toString('base64'), 32],
  ['base64url without padding', Buffer.alloc(40, 250).toString('base64url'), 40],
])('a secret may be %s', (_what, secret, bytes) => {
  expect(readSettings({ ...production, STEWARD_SECRET: secret }).secret).toHaveLength(bytes);
});

test.each([
  ['PORT', '65536'],
  ['PORT', '80a'],
  ['HOST', 'no host'],
  ['DATABASE_URL', 'mysql://localhost/steward'],
  ['DATABASE_URL', 'db.example.com'],
  ['PUBLIC_URL', 'steward.example.com'],
  ['PUBLIC_URL', 'https://user:word@steward.example.com'],
  ['PUBLIC_URL', 'https://steward.example.com/?x=1'],
  ['SMTP_URL', 'https://mail.example.com'],
  ['MAIL', 'drop'],
  ['CORS_ORIGINS', '*'],
  ['CORS_ORIGINS', 'https://a.example.com, https://b.example.com/'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '0.0.0.0/0'],
  ['TRUSTED_PROXIES', 'proxy.example.com'],
  ['TRUSTED_DOCUMENTS', 'true'],
  ['METRICS_PORT', '4000'],
  ['LOG_LEVEL', 'loud'],
  ['STEWARD_PASSWORD_LENGTH', '7'],
  ['STEWARD_MAX_COST', '1e9'],
  ['STEWARD_MAX_COST', '99999999999999999999'],
])('%s=%s can not be read', (name, value) => {
  expect(named({ NODE_ENV: 'test', [name]: value })).toEqual([name]);
});

test('lists, limits and defaults', () => {
  const settings = readSettings({
    ...production,
    CORS_ORIGINS: 'https://a.example.com, http://localhost:5173',
    TRUSTED_PROXIES: '10.0.0.0/8,2001:db8::1',
    STEWARD_MAX_DEPTH: '9',
    SMTP_URL: '',
  });

  expect(settings).toMatchObject({
    mode: 'production',
    port: 4000,
    host: '0.0.0.0',
    database: { url: production.DATABASE_URL },
    smtpUrl: null,
    holdMail: true,
    corsOrigins: ['https://a.example.com', 'http://localhost:5173'],
    trustedProxies: ['10.0.0.0/8', '2001:db8::1'],
    graphiql: false,
    introspection: false,
    trustedDocuments: 'off',
    metricsPort: null,
    logLevel: 'info',
    limits: { depth: 9, aliases: 30, tokens: 2000, cost: 25_000, batchCost: 50_000, loginFailures: 5, accessTokenSeconds: 900 },
  });
  expect(readSettings({ ...production, GRAPHIQL: 'true' })).toMatchObject({ graphiql: true, introspection: true });
});

test('development makes a secret, keeps it for its owner alone, and finds it again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steward-settings-'));
  const settings = readSettings({ STEWARD_DATA_FOLDER: folder });

  expect(settings).toMatchObject({
    mode: 'development',
    host: '127.0.0.1',
    database: { folder: join(folder, 'database') },
    dataFolder: folder,
    graphiql: true,
    introspection: true,
  });
  expect(settings.publicUrl.href).toBe('http://127.0.0.1:4000/');
  expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600);
  expect(readSettings({ STEWARD_DATA_FOLDER: folder }).secret).toEqual(settings.secret);
});

test('a data folder that can not be written is named', () => {
  expect(named({ STEWARD_DATA_FOLDER: '/dev/null/steward' })).toEqual(['STEWARD_DATA_FOLDER']);
});

test('README lists every setting, and no other one', () => {
  const readme = readFileSync('README.md', 'utf8');
  const names = settingsTable.map(({ name }) => name);

  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  expect(
    [...new Set(readme.match(/\bSTEWARD_[A-Z_]+\b/g))].filter(
      (name) => !names.includes(name) && !name.startsWith('STEWARD_TEST_'),
    ),
  ).toEqual([]);
});
