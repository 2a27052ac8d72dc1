import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { root } from '../root.ts';
import type { Handler, Route } from './gate.ts';
import type { PlainAnswer } from './plain.ts';

/**
 * GraphiQL with a sign-in form around it, from this server alone. The package brings it as nine megabytes of text in a
 * module: loaded when first asked for, compressed once, and kept by browsers.
 */
export function graphiqlRoutes(): [string, Route][] {
  const script = 'text/javascript; charset=utf-8';
  const style = 'text/css; charset=utf-8';
  const file = (name: string) => async () => readFileSync(join(root, 'assets/graphiql', name), 'utf8');
  const packaged = (name: 'js' | 'css' | 'editorWorkerService' | 'jsonWorker' | 'graphqlWorker') => async () =>
    (await import('@graphql-yoga/render-graphiql/graphiql'))[name] as string;
  const assets: [string, Asset][] = [
    ['page.js', asset(script, file('page.js'))],
    ['examples.js', asset(script, file('examples.js'))],
    ['page.css', asset(style, file('page.css'))],
    ['graphiql.js', asset(script, packaged('js'))],
    ['graphiql.css', asset(style, packaged('css'))],
    ['editor-worker.js', asset(script, packaged('editorWorkerService'))],
    ['json-worker.js', asset(script, packaged('jsonWorker'))],
    ['graphql-worker.js', asset(script, packaged('graphqlWorker'))],
  ];

  async function page(): Promise<PlainAnswer> {
    let html = readFileSync(join(root, 'assets/graphiql/index.html'), 'utf8');
    // With its hash in the address, an asset can be kept for ever and is fetched anew when it changes.
    for (const [name, { hash }] of assets) html = html.replace(`graphiql/${name}`, `graphiql/${name}?${await hash()}`);
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
      body: html,
    };
  }

  return [
    ['/graphiql', { methods: { GET: page } }],
    ...assets.map(([name, { handler }]): [string, Route] => [`/graphiql/${name}`, { methods: { GET: handler } }]),
  ];
}

/** The editor writes styles of its own at run time; scripts, workers and connections are this server's alone. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Asset {
  readonly handler: Handler;
  readonly hash: () => Promise<string>;
}

function asset(type: string, read: () => Promise<string>): Asset {
  const text = once(async () => Buffer.from(await read()));
  const encoded = {
    br: once(async () => promisify(brotliCompress)(await text(), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })),
    gzip: once(async () => promisify(gzip)(await text())),
  };
  return {
    hash: once(async () =>
      createHash('sha256')
        .update(await text())
        .digest('hex')
        .slice(0, 16),
    ),
    async handler({ url, headers }) {
      const accepted = headers['accept-encoding']?.join(',') ?? '';
      const encoding = (['br', 'gzip'] as const).find((name) => new RegExp(`\\b${name}\\b(?!;\\s*q=0)`).test(accepted));
      return {
        status: 200,
        headers: {
          'content-type': type,
          ...(url.includes('?') && { 'cache-control': 'public, max-age=31536000, immutable' }),
          vary: 'Accept-Encoding',
          ...(encoding && { 'content-encoding': encoding }),
        },
        body: encoding ? await encoded[encoding]() : await text(),
      };
    },
  };
}

function once<Out>(work: () => Promise<Out>): () => Promise<Out> {
  let result: Promise<Out> | undefined;
  return () => (result ??= work());
}
