import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DemoAccount, seedDemo } from '../prisma/seed.ts';
import { type Database, Prisma } from '../src/database.ts';
import { encodeId, newId } from '../src/ids.ts';
import { createServer, type StewardServer } from '../src/server.ts';
import { readSettings } from '../src/settings.ts';
import { testDatabase } from './support/database.ts';
import { openStream } from './support/event-stream.ts';
import { eventually } from './support/eventually.ts';
import { clientOf } from './support/world.ts';

const examplesFile = '../assets/graphiql/examples.js';
const { examples }: { examples: { persona: string; query: string }[] } = await import(examplesFile);

const settings = readSettings({ NODE_ENV: 'test' });
let database: Database;
let server: StewardServer;
let address: URL;
let dataFolder: string;
let accounts: DemoAccount[];

beforeAll(async () => {
  database = await testDatabase();
  server = await createServer({ database, settings, log: pino({ level: 'silent' }) });
  dataFolder = await mkdtemp(join(tmpdir(), 'steward-graphiql-'));
  accounts = await seedDemo({ ...server.steward, dataFolder });
  address = await server.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await server?.close();
  if (dataFolder) await rm(dataFolder, { recursive: true });
});

const accountOf = (persona: string): DemoAccount => accounts.find((account) => account.persona === persona)!;

async function uuidOf({ email }: DemoAccount): Promise<string> {
  const [row] = await database.query<{ id: string }>(Prisma.sql`SELECT id FROM users WHERE email = ${email}`);
  return row!.id;
}

async function accessTokenOf({ email, password }: DemoAccount): Promise<string> {
  const { data } = await clientOf(server, settings, () => null).ask(
    'mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { tokens { accessToken } } } }',
    { input: { email, password } },
  );
  return data.authLogin.tokens.accessToken;
}

async function signedIn(account: DemoAccount) {
  const token = await accessTokenOf(account);
  return clientOf(server, settings, () => token);
}

describe('the examples', () => {
  /** Whom the comment of an example is for. */
  function readers(comment: string): string[] {
    const named = [
      [/\bsystem admin\b/, 'system_admin'],
      [/\bsuper admin\b/, 'super_admin'],
      [/\bmember of an organization\b/, 'org_member'],
      [/\borg admin\b/, 'org_admin'],
    ] as const;
    if (/^Anyone signed in\b/.test(comment)) return accounts.map(({ persona }) => persona);
    return named.filter(([words]) => words.test(comment)).map(([, persona]) => persona);
  }

  const isStreamed = ({ query }: { query: string }) => query.startsWith('subscription');

  test.each(examples.filter((example) => !isStreamed(example)))(
    'run for whom they are for: $persona',
    async ({ persona: comment, query }) => {
      expect(readers(comment)).not.toEqual([]);

      for (const persona of readers(comment)) {
        const { data, errors } = await (await signedIn(accountOf(persona))).ask(query);

        // A member is shown what a refusal in the middle of an answer looks like.
        const refused = persona === 'org_member' && data.organizationBySlug ? ['organizationBySlug.auditEvents'] : [];
        expect(
          errors.map(({ path }) => path?.join('.')),
          persona,
        ).toEqual(refused);
        for (const [field, value] of Object.entries<any>(data)) {
          expect(value, `${field} of ${persona}`).not.toBeNull();
          for (const list of [value, value.nodes, value.memberships, value.users].filter(Array.isArray))
            expect(list.length, `${field} of ${persona}`).toBeGreaterThan(0);
        }
      }
    },
  );

  test.each(examples.filter(isStreamed))('are streamed to whom they are for: $persona', async ({ persona: comment, query }) => {
    expect(readers(comment)).not.toEqual([]);

    for (const persona of readers(comment)) {
      const token = await accessTokenOf(accountOf(persona));
      const { next, end } = await openStream({ server, settings }, { token }, { query });
      await accessTokenOf(accountOf('base_user'));
      const { data, errors } = (await next())!.body;
      await end();

      expect([errors, data.auditEventAdded.node.action], persona).toEqual([undefined, 'user.logged_in']);
    }
  });
});

const executablePath = '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`GraphiQL in a browser stands back: ${executablePath} is missing (apt-get install chromium).`);

describe.skipIf(!hasBrowser)('in a browser', () => {
  const flags =
    '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags.split(' ') });
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });
  afterAll(() => browser?.close());

  /** Somebody who has just opened the page, and what the page did since. */
  async function visit() {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    /** Errors on the console, exceptions, and requests that went anywhere else. */
    const trouble: string[] = [];
    page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:' && host !== address.host) trouble.push(request.url());
    });
    await page.goto(new URL('/graphiql', address).href);
    const editor = page.locator('.graphiql-query-editor .view-lines');
    const result = page.locator('.result-window .view-lines');
    await page.getByRole('button', { name: /^Execute query/ }).waitFor();

    /** Presses the button, and gives what the page was told until it has shown the answer. */
    async function execute(name: string) {
      const answers: any[] = [];
      const listen = async (response: any) => {
        if (new URL(response.url()).pathname === '/graphql') answers.push(await response.json());
      };
      await eventually(() => textOf(editor)).toContain(`query ${name}`);
      page.on('response', listen);
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await page.locator('.graphiql-spinner').waitFor({ state: 'detached' });
      await eventually(() => answers.length).toBeGreaterThan(0);
      page.off('response', listen);
      return answers;
    }

    return {
      page,
      trouble,
      said: page.locator('#said'),
      form: page.getByRole('form', { name: 'Sign in' }),
      who: page.locator('#who'),
      result: () => textOf(result),
      tokens: () => page.evaluate(() => JSON.parse(sessionStorage.getItem('steward-session') ?? 'null')),
      async signIn({ email, password }: { email: string; password: string }) {
        await page.getByLabel('E-mail').fill(email);
        await page.getByLabel('Password').fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
      },
      async runExample(name: string) {
        // By keyboard: a tab that is clicked without the pause of a hand takes itself for one that is dragged.
        await page.locator(`.graphiql-tab-button[title="${name}"]`).press('Enter');
        return execute(name);
      },
      async run(name: string, selection: string) {
        await page.getByRole('button', { name: 'New tab' }).click();
        // The new tab comes with its own text, which would otherwise replace what is typed too soon, or join it.
        await eventually(() => textOf(editor)).not.toMatch(/^\s*(query|mutation) /m);
        await page.locator('.graphiql-query-editor .monaco-editor').click();
        await page.keyboard.press('Control+A');
        await page.keyboard.insertText(`query ${name} ${selection}`);
        await eventually(() => textOf(editor)).toMatch(new RegExp(`^\\s*query ${name} `));
        return execute(name);
      },
    };
  }

  /** What an editor shows; it writes its spaces as hard ones. */
  const textOf = async (lines: ReturnType<Page['locator']>) =>
    (await lines.allTextContents()).join('\n').replaceAll('\u00a0', ' ');

  test('the admin signs in with the form, sees everybody in one query, and is nobody after signing out', async () => {
    const admin = accountOf('system_admin');
    const [people] = await database.query<{ n: number }>(Prisma.sql`SELECT count(*)::int AS n FROM users`);
    const { page, ...there } = await visit();

    await there.signIn({ ...admin, password: 'not the password' });
    await eventually(() => there.said.textContent()).toBe('The e-mail address or the password is wrong. (INVALID_CREDENTIALS)');
    expect(await there.form.isVisible()).toBe(true);
    expect(await there.tokens()).toBeNull();

    await there.signIn(admin);
    await eventually(() => there.who.textContent()).toContain(`· ${admin.email} · system_admin`);
    expect(await there.form.isVisible()).toBe(false);

    const [answer] = await there.runExample('UsersPage');
    expect(answer.errors).toBeUndefined();
    expect(people!.n).toBeGreaterThanOrEqual(250);
    expect(answer.data.users).toMatchObject({ totalCount: people!.n, nodes: { length: 50 } });
    await eventually(there.result).toContain(`"totalCount": ${people!.n},`);
    expect(await there.result()).toContain(`"email": "${answer.data.users.nodes[0].email}"`);

    const { accessToken } = await there.tokens();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await eventually(() => there.form.isVisible()).toBe(true);
    expect(await there.tokens()).toBeNull();
    const refused = await there.runExample('UsersPage');
    expect(refused.map(({ errors }) => errors[0].extensions.code)).toEqual(['UNAUTHENTICATED']);
    await eventually(there.result).toContain('"code": "UNAUTHENTICATED"');
    await eventually(
      async () => (await clientOf(server, settings, () => accessToken).ask('{ viewer { permissions } }')).errors[0]?.extensions,
    ).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(there.trouble).toEqual([]);
  });

  test('a member of an organization sees own memberships; for others nobody else exists', async () => {
    const member = accountOf('org_member');
    const there = await visit();
    await there.signIn(member);
    await eventually(() => there.who.textContent()).toContain(member.email);

    const [own] = await there.runExample('MyMemberships');
    const [membership] = own.data.viewer.memberships;
    expect(membership).toMatchObject({ isOwner: false, permissions: expect.arrayContaining(['org:read']) });
    await eventually(there.result).toContain(`"organizationName": "${membership.organizationName}"`);

    const id = async (account: DemoAccount) => encodeId('user', await uuidOf(account));
    const [answer] = await there.run(
      'Others',
      `{ me: user(id: "${await id(member)}") { email } admin: user(id: "${await id(accountOf('system_admin'))}") { email } nobody: user(id: "${encodeId('user', newId())}") { email } }`,
    );
    expect(answer).toMatchObject({ data: { me: { email: member.email }, admin: null, nobody: null } });
    expect(answer.errors).toBeUndefined();
    await eventually(there.result).toContain('"admin": null');
    expect(await there.result()).toContain('"nobody": null');
    expect(there.trouble).toEqual([]);
  });

  test('a token that went stale is refreshed by the page itself', async () => {
    const manager = accountOf('org_manager');
    const there = await visit();
    await there.signIn(manager);
    await eventually(() => there.who.textContent()).toContain(manager.email);
    const before = await there.tokens();
    await database.query(Prisma.sql`UPDATE users SET token_version = token_version + 1 WHERE email = ${manager.email}`);

    const answers = await there.runExample('Viewer');

    await eventually(there.result).toContain(`"email": "${manager.email}"`);
    expect(answers[0].errors[0].extensions.code).toBe('TOKEN_STALE');
    const after = await there.tokens();
    expect(after.accessToken).not.toBe(before.accessToken);
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect(await there.who.textContent()).toContain(manager.email);
    expect(await there.form.isVisible()).toBe(false);
    expect(there.trouble).toEqual([]);
  });
});
