import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiles the server into dist/ where that is missing or older than its sources. */
export const buildServerWhereStale = () =>
  buildWhereStale('dist', {
    sources: [
      'package-lock.json',
      'prisma.config.ts',
      'tsconfig.json',
      'tsconfig.build.json',
      ...filesIn('src'),
      ...filesIn('prisma'),
    ],
    isComplete: isGenerated,
    build() {
      for (const folder of ['src', 'prisma']) rmSync(join(root, 'dist', folder), { recursive: true, force: true });
      generate();
      run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
    },
  });

/** The same of the client, into client/dist/. */
export const buildClientWhereStale = () =>
  buildWhereStale('client/dist', {
    sources: [
      ...['package-lock.json', 'schema.graphql', 'tsconfig.json', 'client/tsconfig.build.json', 'client/package.json'],
      ...filesIn('client/src'),
      ...filesIn('client/scripts'),
    ],
    build: () => process.stderr.write(run('client/scripts/build.mjs')),
  });

/** Builds a folder that was not built from these sources. Of several processes one builds and the others wait. */
async function buildWhereStale(folder, { sources, isComplete = () => true, build }) {
  const stamp = join(root, folder, '.built-from');
  const isBuilt = () => existsSync(stamp) && isComplete() && readFileSync(stamp, 'utf8') === contentOf(sources);
  if (isBuilt()) return;
  mkdirSync(join(root, folder), { recursive: true });
  // The kernel lets go of the lock when the process ends, however it ends.
  const { waitForLock } = await import('fs-native-extensions');
  const lock = openSync(join(root, folder, '.lock'), 'a+');
  await waitForLock(lock);
  try {
    if (isBuilt()) return;
    process.stderr.write(`Building ${folder} …\n`);
    const builtFrom = contentOf(sources);
    rmSync(stamp, { force: true });
    build();
    writeFileSync(stamp, builtFrom);
  } finally {
    closeSync(lock);
  }
}

/** Generates the database client, which the sources import. */
export function generate() {
  run('node_modules/prisma/build/index.js', 'generate', '--no-hints');
}

export const isGenerated = () => existsSync(join(root, 'src/generated/prisma/client.ts'));

/** A hash of all that a build depends on. */
function contentOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** What people wrote; the database client is generated from it. */
function filesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mjs|json|prisma)$/.test(file) && !file.startsWith('generated/prisma'))
    .sort()
    .map((file) => join(folder, file));
}

/** Runs a tool without a shell and without a network, and gives what it said. Ends the process where it fails. */
function run(tool, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, tool), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (status === 0) return stdout;
  process.stderr.write(`${stdout}${stderr}\nThe build failed (${tool}).\n`);
  process.exit(1);
}

// `client` builds that alone: all that types are checked against.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] !== 'client') await buildServerWhereStale();
  await buildClientWhereStale();
}
