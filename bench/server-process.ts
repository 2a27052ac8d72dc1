import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { root } from '../src/root.ts';

/** What a server's process says of itself since it was last told to start counting. */
export interface Probe {
  readonly cpuMs: number;
  readonly loopP99Ms: number;
  readonly memoryMb: number;
}

export interface ServerProcess {
  readonly port: number;
  startProbe(): void;
  probe(): Promise<Probe>;
  stop(): Promise<void>;
}

export interface Starting {
  readonly name: string;
  /** Of node, the script first. */
  readonly args: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  /** Where its log goes. */
  readonly folder: string;
}

const probeScript = fileURLToPath(new URL('probe.mjs', import.meta.url));

/** Starts a server as a process of its own, in production mode, and waits until it is ready. It ends with this process, however that ends. */
export async function startServer({ name, args, nodeOptions = [], environment, port, folder }: Starting): Promise<ServerProcess> {
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'w');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', probeScript, ...nodeOptions, ...args], {
    cwd: root,
    env: { PATH, HOME, NODE_ENV: 'production', PORT: String(port), ...environment },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await isReady(child, port, () => `${name} did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);

  return {
    port,
    startProbe: () => void child.send('probe: start'),
    async probe() {
      const told = new Promise<Probe>((resolve) => {
        const listen = (message: { probe?: Probe }) => {
          if (!message.probe) return;
          child.off('message', listen);
          resolve(message.probe);
        };
        child.on('message', listen);
      });
      child.send('probe: tell');
      return told;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function isReady(child: ChildProcess, port: number, problem: () => string): Promise<void> {
  const until = Date.now() + 120_000;
  while (child.exitCode === null && Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await pause(50);
  }
  child.kill('SIGKILL');
  throw new Error(problem());
}
