// Builds dist/: one file to run with its types, the typed documents for other GraphQL clients, the manifest of trusted documents, and the
// pages that tell how to use them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildSchema, parse, validate } from 'graphql';

const client = fileURLToPath(new URL('..', import.meta.url));
const dist = join(client, 'dist');
const mostBytes = 15_000;

/** The operations by their names, each a text that is sound against the schema. */
const operations = await readOperations();
rmSync(join(dist, 'types'), { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await bundle();
writeTypes();
writeDocuments();
writeManifest();
copyPages();
const size = gzipSync(readFileSync(join(dist, 'index.js')), { level: 9 }).length;
console.log(`@steward/client: ${(size / 1000).toFixed(1)} kB gzipped, ${operations.size} operations`);
if (size >= mostBytes) throw new Error(`The core of the client may be ${mostBytes / 1000} kB at most.`);

async function readOperations() {
  const { outputFiles } = await build({
    entryPoints: [join(client, 'src/generated/operations.ts')],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const generated = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  const schema = buildSchema(readFileSync(join(client, '../schema.graphql'), 'utf8'));
  const found = new Map(Object.entries(generated).map(([name, { text }]) => [name, text]));
  for (const [name, text] of found) {
    const problems = validate(schema, parse(text));
    if (problems.length > 0) throw new Error(`${name}: ${problems.map(({ message }) => message).join(' ')} Run npm run codegen.`);
  }
  return found;
}

function bundle() {
  return build({
    entryPoints: [join(client, 'src/index.ts')],
    outfile: join(dist, 'index.js'),
    bundle: true,
    minify: true,
    // Node shows the line that an error comes from: it should fit a screen.
    lineLimit: 400,
    sourcemap: true,
    format: 'esm',
    // What may be nowhere but in Node would not be found, and fails here.
    platform: 'browser',
    target: 'es2022',
  });
}

/** Whoever installs the package has its README, and nothing else of this repository. */
function copyPages() {
  mkdirSync(join(dist, 'docs'), { recursive: true });
  for (const page of ['client.md', 'apollo-and-urql.md']) copyFileSync(join(client, '../docs', page), join(dist, 'docs', page));
}

function writeTypes() {
  const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(/package\.json$/, 'bin/tsc');
  const project = join(client, 'tsconfig.build.json');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
}

/** Documents as other GraphQL clients take them: parsed, and typed by the name that they agree on. Fragments are there once. */
function writeDocuments() {
  const fragments = new Map();
  const entries = [...operations].map(([name, text]) => {
    const [own, ...spread] = parse(text, { noLocation: true }).definitions;
    for (const fragment of spread) fragments.set(fragment.name.value, fragment);
    const definitions = [JSON.stringify(own), ...spread.map((fragment) => fragment.name.value)];
    return `export const ${name} = { kind: 'Document', definitions: [${definitions}] };\n`;
  });
  const shared = [...fragments].map(([name, fragment]) => `const ${name} = ${JSON.stringify(fragment)};\n`);
  writeFileSync(join(dist, 'documents.js'), [...shared, ...entries].join(''));
  const typed = [...operations].map(([name, text]) => {
    const { operation, name: own } = parse(text).definitions[0];
    const data = own.value + operation[0].toUpperCase() + operation.slice(1);
    return `export declare const ${name}: TypedDocumentNode<Operations.${data}, Operations.${data}Variables>;\n`;
  });
  writeFileSync(
    join(dist, 'documents.d.ts'),
    `import type { DocumentNode } from 'graphql';
import type * as Operations from './types/generated/operations.ts';
export type * from './types/generated/operations.ts';
/** A parsed document with the types of what comes back and what goes in. */
export interface TypedDocumentNode<Data, Variables> extends DocumentNode {
  readonly __apiType?: (variables: Variables) => Data;
}
${typed.join('')}`,
  );
}

function writeManifest() {
  const entries = [...operations.values()].map((text) => [`sha256:${createHash('sha256').update(text).digest('hex')}`, text]);
  writeFileSync(join(dist, 'documents.json'), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}
