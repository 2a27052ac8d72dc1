import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { root } from '../../../src/root.ts';

const require = createRequire(import.meta.url);
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** A folder for the time of a test file, from which the packages of the repository are found as from a project of its own. */
export async function folderAmongPackages(): Promise<string> {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'steward-test-'));
  folders.push(folder);
  return folder;
}

/** The file of a package's program, by its name under `bin`; none where there is but one. */
export function programOf(name: string, program?: string): string {
  const file = require.resolve(`${name}/package.json`);
  const { bin } = require(file);
  return join(file, '..', program === undefined ? bin : bin[program]);
}

/** Runs a program with Node, as from a terminal in that folder, and gives what it printed. This process goes on meanwhile: it may serve it. */
export async function runProgram(folder: string, args: readonly string[], environment: Record<string, string> = {}) {
  // In a test some programs would keep quiet about what is wrong.
  const env = { ...process.env, NODE_ENV: 'development', NO_COLOR: '1', ...environment };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: status as number | null, stdout, stderr };
}
