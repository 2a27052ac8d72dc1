import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { freePort } from './postgres-server.ts';

const running = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

export interface Process {
  readonly port: number;
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly exit: Promise<number | null>;
}

/** Starts the server as a process of its own, from its sources, with this environment and nothing of ours. */
export async function start(environment: Record<string, string>, entry = ['--import', 'tsx', 'src/main.ts']): Promise<Process> {
  const port = Number(environment.PORT ?? (await freePort()));
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, entry, {
    env: { PATH, HOME, ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data) => {
    output.stderr += data;
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  exit.then(() => running.delete(child));
  return { port, child, output, exit };
}

export async function ready({ port, exit, output }: Process): Promise<void> {
  let ended = false;
  exit.then(() => {
    ended = true;
  });
  while (!ended) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await pause(50);
  }
  throw new Error(`It did not start:\n${output.stdout}${output.stderr}`);
}

export const newFolder = () => mkdtempSync(join(tmpdir(), 'steward-process-'));

/** Enough for production, but for its database. */
export const production = {
  NODE_ENV: 'production',
  STEWARD_SECRET: 'ab'.repeat(32),
  PUBLIC_URL: 'https://steward.example.com',
  MAIL: 'hold',
};
