import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('postgres-process.ts', import.meta.url));

export interface BenchPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** A PostgreSQL server that stops when this process ends, however it ends, and leaves nothing. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', () => reject(new Error('PostgreSQL did not start.')));
  });
  return {
    url,
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}
