import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.built-from');

/** Compiles into dist/ where that is missing or older than its sources. Of several processes one builds and the others wait. */
export async function buildWhereStale() {
  if (isBuilt()) return;
  mkdirSync(dist, { recursive: true });
  // The kernel lets go of the lock when the process ends, however it ends.
  const { waitForLock } = await import('fs-native-extensions');
  await waitForLock(openSync(join(dist, '.lock'), 'a+'));
  if (isBuilt()) return;

  process.stderr.write('Building …\n');
  const sources = fingerprint();
  rmSync(stamp, { force: true });
  for (const folder of ['src', 'prisma']) rmSync(join(dist, folder), { recursive: true, force: true });
  generate();
  run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
  writeFileSync(stamp, sources);
}

/** Generates the database client, which the sources import. */
export function generate() {
  run('prisma/build/index.js', 'generate', '--no-hints');
}

export const isGenerated = () => existsSync(join(root, 'src/generated/prisma/client.ts'));

function isBuilt() {
  return existsSync(stamp) && isGenerated() && readFileSync(stamp, 'utf8') === fingerprint();
}

/** The content of all that the build depends on. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  const files = [
    'package-lock.json',
    'prisma.config.ts',
    'tsconfig.json',
    'tsconfig.build.json',
    ...sourcesIn('src'),
    ...sourcesIn('prisma'),
  ];
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function sourcesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|json|prisma)$/.test(file) && !file.startsWith('generated'))
    .sort()
    .map((file) => join(folder, file));
}

/** Runs a tool of node_modules without a shell and without a network. Ends the process where it fails, with what it said. */
function run(tool, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}\nThe build failed (${tool}).\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWhereStale();
