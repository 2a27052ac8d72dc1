import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoAccount, seedDemo } from '../../prisma/seed.ts';
import { root } from '../../src/root.ts';
import { startListening } from './support/server.ts';

// Below node_modules, so that the program finds the package as any program of this repository does.
const cache = join(root, 'node_modules/.cache');
let folder: string;
let url: string;
let admin: DemoAccount;

beforeAll(async () => {
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'steward-docs-'));
  const { server, url: address } = await startListening();
  url = address;
  const accounts = await seedDemo({ ...server.steward, dataFolder: folder });
  admin = accounts.find(({ persona }) => persona === 'system_admin')!;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('docs/client.md is a program that says what it says', async () => {
  const page = await readFile(join(root, 'docs/client.md'), 'utf8');
  const program = join(folder, 'page.mjs');
  await writeFile(program, [...page.matchAll(/```js\n(.+?)```/gs)].map(([, code]) => code).join(''));

  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], {
    env: { PATH: process.env.PATH, STEWARD_URL: url, STEWARD_EMAIL: admin.email, STEWARD_PASSWORD: admin.password },
  });

  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual([
    `signed in as ${admin.email}`,
    'true 10',
    'false',
    'true',
    "1 [ 'nobody@example.com' ]",
    'true true',
    "[ 'seller' ]",
    "[ 'catalog-editor' ] Acme Auctions",
    'true 409 EMAIL_TAKEN',
    "true [ 'input', 'email' ]",
    'true 404',
    'true SELF_NOT_ALLOWED',
    'true true true',
    'the page was left',
    'true new.person@example.com',
    'false',
    '0 1',
    'true',
    'true',
    'signed out: logout',
  ]);
});
