import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`The client in a browser stands back: ${executablePath} is missing (apt-get install chromium).`);

const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args: flags.split(' ') });

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const files: Readonly<Record<string, readonly [type: string, path: string]>> = {
  '/': ['text/html', folder('../pages/index.html')],
  '/page.js': ['text/javascript', folder('../pages/page.js')],
  '/client/index.js': ['text/javascript', folder('../../dist/index.js')],
};

/**
 * A server on 127.0.0.1 of pages that use the client, under a policy that lets them talk to themselves and to one API alone.
 * `texts` are further pages, by path, whose scripts may stand within.
 */
export async function servePages(texts: Readonly<Record<string, string>> = {}) {
  let api = '';
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://pages');
    const text = texts[pathname];
    const [type, path = ''] = text === undefined ? (files[pathname] ?? []) : ['text/html', ''];
    if (type === undefined) return response.writeHead(204).end();
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': `default-src 'self'${text === undefined ? '' : " 'unsafe-inline'"}; connect-src ${api}`,
    });
    return response.end(text ?? (await readFile(path)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    origin,
    /** Whom the pages may talk to from now on. */
    allow(url: string) {
      api = url;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
