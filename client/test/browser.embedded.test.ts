import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { happened } from '../../test/support/events.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type Person, password } from '../../test/support/world.ts';
import type { AuthClient } from '../src/index.ts';
import { hasBrowser, launch, servePages } from './support/browser.ts';
import { type Listening, startListening } from './support/server.ts';

/** What `pages/page.js` puts there for functions that run in the page. */
declare const client: AuthClient;
declare const heard: readonly object[];

type Store = 'memory' | 'localStorage' | 'cookie';

describe.skipIf(!hasBrowser)('in a browser, on a page of another origin', () => {
  let pages: Awaited<ReturnType<typeof servePages>>;
  let there: Listening;
  let browser: Browser;
  beforeAll(async () => {
    pages = await servePages();
    there = await startListening({ CORS_ORIGINS: pages.origin });
    pages.allow(there.url);
    browser = await launch();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
  });

  /** A browser of its own, with what its pages did since: the operations of each request, and whatever went wrong. */
  async function visitor(store: Store) {
    const context = await browser.newContext();
    const sent: string[][] = [];
    const trouble: string[] = [];
    context.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin !== pages.origin && origin !== there.url) trouble.push(request.url());
      if (request.method() !== 'POST' || pathname !== '/graphql') return;
      const operations: { query: string }[] = [request.postDataJSON()].flat();
      sent.push(operations.map(({ query }) => /^\w+ (\w+)/.exec(query)?.[1] ?? query));
    });

    /** Another tab, whose client is ready. */
    async function open(): Promise<Page> {
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
      page.on('pageerror', (error) => trouble.push(error.message));
      await page.goto(`${pages.origin}/?${new URLSearchParams({ api: there.url, store })}`);
      await isReady(page);
      return page;
    }
    return { context, sent, trouble, open };
  }

  const isReady = (page: Page) => page.waitForFunction(() => 'client' in window);

  async function signIn(page: Page, person: Person): Promise<void> {
    await page.evaluate((input) => client.auth.login(input), { email: person.email, password });
  }

  const whoami = (page: Page) => page.evaluate(async () => (await client.auth.whoami())?.user.email ?? null);

  /** All that scripts of the page can find there. */
  const kept = (page: Page) =>
    page.evaluate(async () => ({
      cookie: document.cookie,
      localStorage: { ...localStorage },
      sessionStorage: { ...sessionStorage },
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
    }));

  const refreshCookie = async (context: BrowserContext) =>
    (await context.cookies(`${there.url}/graphql`)).find(({ name }) => name === 'steward_refresh');

  const expire = ({ uuid }: Person) =>
    there.world.database.query(there.world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${uuid}::uuid`);

  test.each<Store>(['memory', 'localStorage', 'cookie'])(
    'with the store `%s` one signs in, lists, batches, switches organizations, and is there after a reload or not',
    async (store) => {
      const { world } = there;
      const admin = await world.person({ roles: ['super_admin'] });
      const { id: organizationId, slug } = await world.organization({ owner: admin });
      const { context, sent, trouble, open } = await visitor(store);
      const page = await open();
      expect(sent).toEqual([]);
      expect(await page.evaluate(() => client.auth.isAuthenticated())).toBe(false);

      await signIn(page, admin);
      const users = await page.evaluate((search) => client.users.list({ search }), admin.email);
      expect(users).toMatchObject({ total: 1, users: [{ id: admin.id, email: admin.email, email_verified: true }] });

      sent.length = 0;
      const answers = await page.evaluate(
        (id) =>
          Promise.all([
            client.organizations.get(id),
            client.users.lookup({ emails: ['nobody@example.com'] }).then(({ missing }) => missing),
            client.users.get('nobody').catch(({ name, status }) => ({ name, status })),
          ]),
        organizationId,
      );
      expect(answers).toMatchObject([
        { id: organizationId, slug },
        { emails: ['nobody@example.com'], ids: [] },
        { name: 'NotFoundError', status: 404 },
      ]);
      expect(sent).toEqual([['Organization', 'UsersLookup', 'User']]);

      await page.evaluate((id) => client.auth.switchOrg(id), organizationId);
      expect(await page.evaluate(() => client.auth.getClaims()!.org)).toBe(organizationId);

      const cookie = await refreshCookie(context);
      const found = await kept(page);
      expect(found).toMatchObject({ cookie: '', sessionStorage: {}, databases: 0, caches: 0 });
      if (store === 'cookie') {
        expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/graphql' });
        expect(Object.values(found.localStorage)).toEqual(['1']);
      } else {
        expect(cookie).toBeUndefined();
        expect(Object.values(found.localStorage).map((text) => Object.keys(JSON.parse(text)))).toEqual(
          store === 'localStorage' ? [['accessToken', 'refreshToken', 'expiresAt']] : [],
        );
      }

      sent.length = 0;
      await page.reload();
      await isReady(page);
      const isKept = store !== 'memory';
      expect(await page.evaluate(() => client.auth.isAuthenticated())).toBe(isKept);
      expect(await page.evaluate(() => client.auth.getClaims()?.org)).toBe(isKept ? organizationId : undefined);
      expect(sent).toEqual(store === 'cookie' ? [['AuthRefresh']] : []);
      if (isKept) expect(await whoami(page)).toBe(admin.email);
      expect(trouble).toEqual([]);
    },
  );

  describe.each<Store>(['localStorage', 'cookie'])('two tabs with the store `%s`', (store) => {
    test('share one refresh, and a switch of organizations', async () => {
      const { world } = there;
      const admin = await world.person({ roles: ['super_admin'] });
      const { id: organizationId } = await world.organization({ owner: admin });
      const { sent, trouble, open } = await visitor(store);
      const one = await open();
      await signIn(one, admin);
      const other = await open();
      expect(await whoami(other)).toBe(admin.email);

      for (let round = 0; round < 5; round++) {
        await expire(admin);
        sent.length = 0;
        const calls = (page: Page) =>
          page.evaluate(async () => {
            const answers = await Promise.all([client.auth.whoami(), client.users.list(), client.account.getMyOrgs()]);
            return answers[0]!.user.email;
          });
        expect(await Promise.all([calls(one), calls(other), calls(one)])).toEqual(Array(3).fill(admin.email));
        expect(sent.filter(([name]) => name === 'AuthRefresh')).toEqual([['AuthRefresh']]);
      }

      await one.evaluate((id) => client.auth.switchOrg(id), organizationId);
      await eventually(() => other.evaluate(() => heard)).toEqual([{ name: 'org_switched', organization_id: organizationId }]);
      expect(await other.evaluate(() => client.auth.getClaims()!.org)).toBe(organizationId);

      await Promise.all([one, other].map((page) => page.reload().then(() => isReady(page))));
      expect([await whoami(one), await whoami(other)]).toEqual([admin.email, admin.email]);
      expect(trouble).toEqual([]);
    });

    test('are both signed out by one', async () => {
      const admin = await there.world.person();
      const { context, trouble, open } = await visitor(store);
      const one = await open();
      await signIn(one, admin);
      const other = await open();

      await one.evaluate(() => client.auth.logout());

      expect(await one.evaluate(() => heard)).toEqual([{ name: 'logged_out', reason: 'logout' }]);
      await eventually(() => other.evaluate(() => heard)).toEqual([{ name: 'logged_out', reason: 'elsewhere' }]);
      expect([await whoami(one), await whoami(other)]).toEqual([null, null]);
      expect(await refreshCookie(context)).toBeUndefined();
      expect(await kept(other)).toMatchObject({ cookie: '', localStorage: {}, sessionStorage: {} });
      expect(trouble).toEqual([]);
    });
  });

  /** Signed in as an admin in two tabs, of which one then acts as somebody else. */
  async function tabsOfImpersonator(store: Store) {
    const admin = await there.world.person({ roles: ['super_admin'] });
    const target = await there.world.person();
    const { trouble, open } = await visitor(store);
    const one = await open();
    await signIn(one, admin);
    const other = await open();
    await one.evaluate((id) => client.users.impersonate({ targetUserId: id, reason: 'support ticket #123' }), target.id);
    return { admin, target, trouble, one, other };
  }

  test('two tabs that share their tokens act as somebody else together', async () => {
    const { admin, target, trouble, one, other } = await tabsOfImpersonator('localStorage');
    const [started, ended] = ['started', 'ended'].map((what) => ({ name: `impersonation_${what}`, user_id: target.id }));
    await eventually(() => other.evaluate(() => heard)).toEqual([started]);
    expect([await whoami(one), await whoami(other)]).toEqual([target.email, target.email]);

    await other.evaluate(() => client.auth.stopImpersonating());

    await eventually(() => one.evaluate(() => heard)).toEqual([started, ended]);
    expect([await whoami(one), await whoami(other)]).toEqual([admin.email, admin.email]);
    expect(trouble).toEqual([]);
  });

  test('a tab that acts as somebody else, beside one that shares its cookie, disturbs nobody and is not disturbed', async () => {
    const { admin, target, trouble, one, other } = await tabsOfImpersonator('cookie');
    expect([await whoami(one), await whoami(other)]).toEqual([target.email, admin.email]);

    // The other tab changes the cookie meanwhile.
    await expire(admin);
    expect([await whoami(other), await whoami(one)]).toEqual([admin.email, target.email]);
    await one.evaluate(() => client.auth.stopImpersonating());

    expect([await whoami(one), await whoami(other)]).toEqual([admin.email, admin.email]);
    expect(await other.evaluate(() => heard)).toEqual([]);
    expect(trouble).toEqual([]);
  });

  test.each<Store>(['memory', 'localStorage', 'cookie'])(
    'with the store `%s` an admin acts as somebody else, and is themselves again',
    async (store) => {
      const admin = await there.world.person({ roles: ['super_admin'] });
      const target = await there.world.person();
      const { context, trouble, open } = await visitor(store);
      const page = await open();
      await signIn(page, admin);
      const cookie = await refreshCookie(context);

      await page.evaluate((id) => client.users.impersonate({ targetUserId: id, reason: 'support ticket #123' }), target.id);
      expect(await whoami(page)).toBe(target.email);
      expect(await page.evaluate(() => client.auth.isImpersonating())).toBe(true);
      // It lasts as long as the page does where only a cookie outlives it, and the cookie is the admin's.
      expect(await refreshCookie(context)).toEqual(cookie);
      if (store === 'cookie') expect(Object.values((await kept(page)).localStorage)).toEqual(['1']);

      await page.evaluate(() => client.auth.stopImpersonating());
      expect(await whoami(page)).toBe(admin.email);
      expect(await page.evaluate(() => client.auth.isImpersonating())).toBe(false);
      expect(await page.evaluate(() => heard)).toEqual([
        { name: 'impersonation_started', user_id: target.id },
        { name: 'impersonation_ended', user_id: target.id },
      ]);
      expect(trouble).toEqual([]);
    },
  );

  test('the page follows the audit events, through connections that are cut, until it is left', async () => {
    const { world, server } = there;
    const { auditFeed } = server.steward;
    const admin = await world.person({ roles: ['super_admin'] });
    const { trouble, open } = await visitor('memory');
    const page = await open();
    await signIn(page, admin);
    const touch = async (requestId: string) => {
      await happened(world, { action: 'thing.touched', reason: 'Zoë 🦊' }, { requestId });
      world.database.notices.send();
    };
    await page.evaluate(() => {
      const told: unknown[] = [];
      Object.assign(window, { told });
      (async () => {
        for await (const { request_id, reason } of client.audit.subscribe({ actions: ['thing.*'] }))
          told.push([request_id, reason]);
      })();
    });
    const told = () => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
    await eventually(() => auditFeed.size).toBe(1);

    const names = ['one', 'two', 'three'];
    for (const [i, name] of names.entries()) {
      await touch(name);
      await eventually(told).toEqual(names.slice(0, i + 1).map((each) => [each, 'Zoë 🦊']));
      if (i === 0) await expire(admin);
      if (i === 1) {
        expect(trouble).toEqual([]);
        server.http.closeAllConnections();
      }
    }
    // What the browser itself says of a connection that was cut.
    expect(trouble.filter((text) => !/^Failed to load resource: net::ERR_/.test(text))).toEqual([]);
    await page.close();
    await eventually(() => auditFeed.size).toBe(0);
  });

  test('the policy of the page is in force: nothing is made of texts, and nobody else is talked to', async () => {
    const page = await (await visitor('memory')).open();

    const refused = await page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violations.push(effectiveDirective));
      Object.assign(window, { violations });
      // What the test itself is made of may do more, until its first pause.
      await new Promise((resolve) => setTimeout(resolve));
      return [
        await (async () => Function('return 1')())().catch(({ name }) => name),
        await fetch('/elsewhere').catch(({ name }) => name),
      ];
    });

    expect(refused).toEqual(['EvalError', 'TypeError']);
    await eventually(() => page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([
      'script-src',
      'connect-src',
    ]);
  });
});
