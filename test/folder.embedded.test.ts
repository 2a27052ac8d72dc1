import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase, Prisma } from '../src/database.ts';
import { root } from '../src/root.ts';

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );

test('the embedded database in a folder belongs to one process, and survives its sudden death', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'steward-folder-'));
  const folder = join(parent, 'inner', 'database');
  const script = `
    const { openDatabase } = await import('./src/database.ts');
    const database = await openDatabase({ folder: ${JSON.stringify(folder)} });
    await database.pool.query('CREATE TABLE kept (n int)');
    await database.pool.query('INSERT INTO kept VALUES (42)');
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], { cwd: root });
  try {
    await once(child.stdout, 'data');

    const refused = await failureOf(openDatabase({ folder }));
    expect(String(refused)).toContain(folder);
    expect(String(refused)).toContain(`(pid ${child.pid})`);
    expect(String(refused)).toContain('stop that one');
    expect(statSync(folder).mode & 0o777).toBe(0o700);

    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await openDatabase({ folder });
    expect(await database.query(Prisma.sql`SELECT n FROM kept`)).toEqual([{ n: 42 }]);
    expect(readFileSync(`${folder}.lock`, 'utf8').trim()).toBe(String(process.pid));
    expect(await failureOf(openDatabase({ folder }))).toBeInstanceOf(Error);
    await database.close();
    await (await openDatabase({ folder })).close();
  } finally {
    child.kill('SIGKILL');
    rmSync(parent, { recursive: true, force: true });
  }
});
