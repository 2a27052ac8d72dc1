import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { transportFor } from '../../src/mail/transport.ts';
import { createMailWorker } from '../../src/mail/worker.ts';
import { eventually } from '../support/eventually.ts';
import { type MailWorld, resetMail, startMailWorld } from './support.ts';

const development = {
  NODE_ENV: 'development',
  STEWARD_SECRET: 'ab'.repeat(32),
  STEWARD_DATA_FOLDER: mkdtempSync(join(tmpdir(), 'steward-mailbox-')),
};
const token = 'mailbox-token'.repeat(3);
const link = `http://127.0.0.1:4000/console/password?token=${token}`;

let world: MailWorld;
beforeAll(async () => {
  world = await startMailWorld(development);
});

const get = ({ server, settings }: MailWorld, accept = 'text/html') =>
  server.fetch(new Request(new URL('/mailbox', settings.publicUrl), { headers: { host: settings.publicUrl.host, accept } }));

/** What a server in development does with mail, with a log that can be read. */
const workerOf = ({ server, settings, log }: MailWorld) =>
  createMailWorker({ ...server.steward, log }, transportFor(settings, log)!);

test('a message lands in the mailbox, newest first, and the log says where, without the link', async () => {
  await world.queue(resetMail('jo@example.com', 'Jo', token));
  await workerOf(world).sendDue();
  await world.queue({ to: 'mo@example.com', userId: null, template: 'emailChanged', name: null });

  const answer = await get(world, 'application/json');
  expect(await answer.json()).toEqual({
    messages: [
      {
        id: expect.any(String),
        kind: 'emailChanged',
        to: 'mo@example.com',
        subject: 'Your e-mail address was changed',
        text: expect.stringMatching(/^Hello,\n/),
        html: expect.stringContaining('<p>Hello,</p>'),
        status: 'PENDING',
        attempts: 0,
        lastError: null,
        createdAt: expect.any(String),
        sentAt: null,
      },
      {
        id: expect.any(String),
        kind: 'passwordReset',
        to: 'jo@example.com',
        subject: 'Reset your password',
        text: expect.stringContaining(`\n\n${link}\n\n`),
        html: expect.stringContaining(`href="${link}"`),
        status: 'SENT',
        attempts: 1,
        lastError: null,
        createdAt: expect.any(String),
        sentAt: expect.any(String),
      },
    ],
  });
  expect(world.lines).toContainEqual(
    expect.objectContaining({ to: 'jo@example.com', subject: 'Reset your password', mailbox: 'http://127.0.0.1:4000/mailbox' }),
  );
  expect(JSON.stringify(world.lines)).not.toContain('mailbox-token');
});

test('the page shows both bodies, with links that can be followed and nothing that runs', async () => {
  const answer = await get(world);

  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'",
  );
  const page = await answer.text();
  expect(page).toContain(`<a href="${link}">${link}</a>`);
  expect(page.match(/<iframe sandbox="[^"]*"/g)).toEqual(
    Array(2).fill('<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"'),
  );
  expect(page.indexOf('mo@example.com')).toBeLessThan(page.indexOf('jo@example.com'));
});

test('what is odd in a message stays text', async () => {
  const odd = await startMailWorld(development);
  await odd.queue(resetMail('"<img src=x>"@example.com', 'Smith & Sons'));
  await odd.database.pool.query("UPDATE outbox_messages SET last_error = '<script>alert(1)</script>'");

  const page = await (await get(odd)).text();

  expect(page).not.toMatch(/<img|<script/);
  expect(page).toContain('&#60;img src=x&#62;');
});

test('a message that was sealed under another secret is there, and can not be read', async () => {
  const later = await startMailWorld({ ...development, STEWARD_SECRET: 'cd'.repeat(32) });
  await later.queue(resetMail('jo@example.com'));
  await later.database.pool.query("UPDATE outbox_messages SET sealed_content = 'torn'::bytea");

  expect((await (await get(later, 'application/json')).json()).messages).toMatchObject([
    { to: 'jo@example.com', subject: null, text: null, html: null },
  ]);
  expect(await (await get(later)).text()).toContain('sealed under another secret');
});

test('an empty mailbox says so', async () => {
  expect(await (await get(await startMailWorld(development))).text()).toContain('No message yet.');
});

test.each([
  { NODE_ENV: 'test' },
  {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://db.example.com/steward',
    STEWARD_SECRET: 'ab'.repeat(32),
    PUBLIC_URL: 'http://127.0.0.1:4000',
    MAIL: 'hold',
  },
])('there is no mailbox elsewhere: $NODE_ENV', async (environment) => {
  const answer = await get(await startMailWorld(environment as unknown as Record<string, string>));

  expect(answer.status).toBe(404);
});

test('a server in development delivers by itself; with MAIL=hold the message waits in the mailbox', async () => {
  const delivering = await startMailWorld(development);
  const holding = await startMailWorld({ ...development, MAIL: 'hold' });
  for (const one of [delivering, holding]) {
    await one.queue(resetMail('jo@example.com'));
    await one.server.listen(0, '127.0.0.1');
  }

  await eventually(() => delivering.outcomes()).toMatchObject([{ status: 'SENT' }]);

  for (const one of [delivering, holding]) await one.server.close();
  expect((await (await get(holding, 'application/json')).json()).messages).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
});

test.skipIf(!existsSync('/usr/bin/chromium'))('in a browser, the link in the HTML opens a tab of its own', async () => {
  const address = await world.server.listen(0, '127.0.0.1');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.context().route('**/console/password*', (route) => route.fulfill({ body: 'here' }));
    await page.goto(new URL('/mailbox', address).href);

    const body = page.frameLocator('iframe').nth(1).locator('a');
    const [opened] = await Promise.all([page.waitForEvent('popup'), body.click()]);
    await opened.waitForLoadState();

    expect(opened.url()).toBe(link);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
    await world.server.close();
  }
});
