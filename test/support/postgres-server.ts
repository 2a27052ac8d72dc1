import { execFileSync } from 'node:child_process';
import { accessSync, chownSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface PostgresServer {
  /** Of its database `postgres`, whose user may do everything. */
  readonly url: string;
  stop(): void;
}

/**
 * A PostgreSQL server of its own on a free port of 127.0.0.1, without durability and with these further settings; nothing of
 * it stays after `stop`.
 */
export async function startPostgres(further: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const programs = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'steward-postgres-'));
  const data = join(folder, 'data');
  const log = join(folder, 'log');
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(folder, Number(output('id', ['-u', 'postgres'])), Number(output('id', ['-g', 'postgres'])));

  // PostgreSQL refuses to run as root. What it starts must not hold our pipes, or we would wait for it.
  const run = (program: string, args: string[]) => {
    const command = [join(programs, program), ...args];
    if (asRoot) command.unshift('runuser', '-u', 'postgres', '--');
    execFileSync(command[0]!, command.slice(1), { cwd: folder, stdio: 'ignore' });
  };
  const stop = () => {
    try {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
    } catch {
      // It is not running.
    }
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    const port = await freePort();
    run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync']);
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200`;
    const more = Object.entries(further).map(([name, value]) => ` -c ${name}=${value}`);
    // Another zone than UTC, so that a test which forgets about zones turns red.
    run('pg_ctl', ['-D', data, '-l', log, '-o', `${settings} -c timezone=America/New_York${more.join('')}`, '-w', 'start']);
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** The folder of the programs: the one on the PATH, else the highest version where Debian and others put them. */
function findPrograms(): string {
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const installed = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/opt']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((version) => join(folder, version, 'bin')))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const found = [...onPath, ...installed].find(
    (folder) => isExecutable(join(folder, 'initdb')) && isExecutable(join(folder, 'pg_ctl')),
  );
  if (found) return found;
  throw new Error(
    'No PostgreSQL programs (initdb, pg_ctl) were found. Install them (Debian: apt-get install postgresql), ' +
      'or name a server in STEWARD_TEST_POSTGRES_URL whose user may create databases.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function output(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
