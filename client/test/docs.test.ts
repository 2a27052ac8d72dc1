import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type DemoAccount, seedDemo } from '../../prisma/seed.ts';
import { root } from '../../src/root.ts';
import { eventually } from '../../test/support/eventually.ts';
import { hasBrowser, launch, servePages } from './support/browser.ts';
import { anotherServer, type Listening, startListening } from './support/server.ts';
import { folderAmongPackages, runProgram } from './tools/run-program.ts';

let folder: string;
let there: Listening;
let admin: DemoAccount;

beforeAll(async () => {
  folder = await folderAmongPackages();
  there = await startListening();
  const accounts = await seedDemo({ ...there.server.steward, dataFolder: folder });
  admin = accounts.find(({ persona }) => persona === 'system_admin')!;
});

const page = await readFile(join(root, 'docs/client.md'), 'utf8');

test('docs/client.md is a program that says what it says', async () => {
  await writeFile(join(folder, 'page.mjs'), [...page.matchAll(/```js\n(.+?)```/gs)].map(([, code]) => code).join(''));

  const { status, stdout, stderr } = await runProgram(folder, ['page.mjs'], {
    STEWARD_URL: there.url,
    STEWARD_EMAIL: admin.email,
    STEWARD_PASSWORD: admin.password,
  });

  expect([status, stderr]).toEqual([0, '']);
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

test.skipIf(!hasBrowser)('the page in it signs in, and lists everybody', async () => {
  const [, html] = /```html\n(.+?)```/s.exec(page)!;
  const texts: Record<string, string> = {};
  const pages = await servePages(texts);
  const browser = await launch();
  try {
    const { url } = await anotherServer(there.world, { CORS_ORIGINS: pages.origin });
    pages.allow(url);
    texts['/page'] = html!.replace('./steward-client.js', '/client/index.js').replace('https://steward.example.com', url);
    const tab = await browser.newPage();
    tab.on('dialog', (dialog) => void dialog.accept(dialog.message() === 'Password' ? admin.password : admin.email));
    await tab.goto(`${pages.origin}/page`);

    const listed = await there.world.database.query<{ count: number }>(there.world.sql`SELECT count(*)::int AS count FROM users`);
    await eventually(() => tab.locator('#users li').count()).toBe(listed[0]!.count);
    expect(await tab.locator('#users li').allTextContents()).toContain(admin.email);
  } finally {
    await browser.close();
    await pages.close();
  }
});
