import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { happened } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { password, startWorld, type World } from '../support/world.ts';

const executablePath = '/usr/bin/chromium';
const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

let world: World;
let address: URL;
let browser: Browser;
beforeAll(async () => {
  if (!existsSync(executablePath)) return;
  world = await startWorld();
  address = await world.server.listen(0, '127.0.0.1');
  browser = await chromium.launch({ executablePath, args: flags.split(' ') });
});
afterAll(async () => {
  await browser?.close();
  await world?.server.close();
});

test.runIf(existsSync(executablePath))('in GraphiQL a subscription shows events as they come, until it is stopped', async () => {
  const admin = await world.person({ roles: ['super_admin'] });
  const page = await (await browser.newContext()).newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
  await page.goto(new URL('/graphiql', address).href);
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#who', { hasText: admin.email }).waitFor();
  // Stale by now: the page refreshes it for a stream as well.
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${admin.uuid}::uuid`);

  const textOf = async (lines: Locator) => (await lines.allTextContents()).join('\n').replaceAll('\u00a0', ' ');
  const editor = page.locator('.graphiql-query-editor .view-lines');
  await page.getByRole('button', { name: 'New tab' }).click();
  await eventually(() => textOf(editor)).not.toMatch(/^\s*(query|mutation) /m);
  await page.locator('.graphiql-query-editor .monaco-editor').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(
    'subscription Follow { auditEventAdded(where: { actions: ["thing.touched"] }) { node { requestId } } }',
  );
  await eventually(() => textOf(editor)).toMatch(/^\s*subscription Follow /);
  // What is executed is what GraphiQL has taken over from the editor, a moment later; then it keeps it for a reload.
  const kept = () => page.evaluate(() => localStorage.getItem('graphiql:tabState'));
  await eventually(kept).toContain('thing.touched');
  await page.getByRole('button', { name: /^Execute query/ }).click();

  const { auditFeed } = world.server.steward;
  await eventually(() => auditFeed.size).toBe(1);
  for (const requestId of ['first', 'second']) {
    await happened(world, { action: 'thing.touched' }, { requestId });
    await eventually(() => textOf(page.locator('.result-window .view-lines'))).toContain(`"${requestId}"`);
  }
  await page.getByRole('button', { name: /^Stop/ }).click();
  await eventually(() => auditFeed.size).toBe(0);
  expect(trouble).toEqual([]);
});
