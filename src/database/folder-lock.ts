import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Takes the lock of `folder` (a file beside it, which stays) and returns what releases it. The kernel keeps the lock
 * and lets go of it when the process ends, however it ends, so that nothing needs repair after a `kill -9`.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const { tryLock } = await import('fs-native-extensions');
  const path = `${folder}.lock`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'a+', 0o600);
  if (!tryLock(file)) {
    closeSync(file);
    const owner = readFileSync(path, 'utf8').trim();
    throw new Error(
      `The embedded database in ${folder} belongs to another process${owner ? ` (pid ${owner})` : ''}. ` +
        'It serves one process at a time: stop that one (the server, or a test) first, or set DATABASE_URL to use a PostgreSQL server.',
    );
  }
  ftruncateSync(file);
  writeSync(file, `${process.pid}\n`);
  return () => closeSync(file);
}
