import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandContext } from '../src/admin/context.ts';
import { createAdmin } from '../src/admin/create.ts';
import { runCommand } from '../src/admin/run.ts';
import { unlock } from '../src/admin/unlock.ts';
import { openDatabase } from '../src/database.ts';
import { root } from '../src/root.ts';
import { password, startWorld, type World } from './support/world.ts';

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'steward-admin-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const context = () => commandContext(world.database, world.settings);
const create = (email: string, options: { another?: boolean; password?: string } = {}) =>
  createAdmin(context(), {
    email,
    another: options.another ?? false,
    password: async () => options.password ?? 'a forest of pines',
  });

test('the first system admin is made once, signs in, and leaves an event; others want --another', async () => {
  expect(await create('First@Example.com')).toBe('first@example.com');

  await expect(create('second@example.com')).rejects.toThrow('--another');
  expect(await create('second@example.com', { another: true })).toBe('second@example.com');
  const { authLogin } = await world.anonymous.run(
    `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { viewer { user { id email roles { code } } permissions } } } }`,
    { input: { email: 'first@example.com', password: 'a forest of pines' } },
  );
  expect(authLogin.viewer.user.roles.map(({ code }: any) => code).sort()).toEqual(['base_user', 'system_admin']);
  expect(authLogin.viewer.permissions).toContain('users:delete');
  const events = await world.database.query<any>(world.sql`
    SELECT e.action, e.actor_id, e.user_agent, u.email FROM audit_events e JOIN users u ON u.id = e.subject_id WHERE e.action = 'user.created' ORDER BY u.email`);
  expect(events).toEqual(
    ['first@example.com', 'second@example.com'].map((email) => ({
      action: 'user.created',
      actor_id: null,
      user_agent: 'npm run admin',
      email,
    })),
  );
});

test('a suspended system admin is one, too', async () => {
  await world.database.query(world.sql`
    UPDATE users SET status = 'SUSPENDED' WHERE id IN (SELECT ur.user_id FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE r.code = 'system_admin')`);

  await expect(create('third@example.com')).rejects.toThrow('--another');
});

test('no admin is made with a bad address, a taken one, or a bad password', async () => {
  const jo = await world.person();
  const refused = (email: string, given?: string) =>
    expect(create(email, { another: true, ...(given && { password: given }) })).rejects;

  await refused('no address').toThrow('no e-mail address');
  await refused(jo.email).toThrow('already');
  await refused('weak@example.com', 'short').toThrow('at least 12');
  await refused('weak@example.com', 'password1234').toThrow('guess');
  await refused('weak-person@example.com', 'my weak-person key').toThrow('e-mail address');

  expect(await world.database.query(world.sql`SELECT FROM users WHERE email LIKE 'weak%'`)).toEqual([]);
});

test('the password is not asked for where it would be of no use', async () => {
  await create('fourth@example.com', { another: true });
  let asked = false;
  const password = async () => {
    asked = true;
    return 'a forest of pines';
  };

  await expect(createAdmin(context(), { email: 'fifth@example.com', another: false, password })).rejects.toThrow('--another');

  expect(asked).toBe(false);
});

test('unlocking clears the lock of an address, with an event; what is not locked stays as it is', async () => {
  const jo = await world.person();
  const login = (secret: string) =>
    world.anonymous.run('mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on MutationError { code } } }', {
      input: { email: jo.email, password: secret },
    });
  for (let i = 0; i < 5; i++) await login('wrong');
  expect((await login(password)).authLogin).toEqual({ code: 'ACCOUNT_LOCKED' });

  expect(await unlock(context(), jo.email.toUpperCase())).toBe(true);

  expect((await login(password)).authLogin).toEqual({});
  expect(await unlock(context(), jo.email)).toBe(false);
  expect(await unlock(context(), 'unknown@example.com')).toBe(false);
  await expect(unlock(context(), 'no address')).rejects.toThrow('no e-mail address');
  const events = await world.database.query<any>(world.sql`SELECT subject_id FROM audit_events WHERE action = 'user.unlocked'`);
  expect(events).toEqual([{ subject_id: jo.uuid }]);
});

test.each([
  [[]],
  [['create']],
  [['create', 'a@example.com', 'b@example.com']],
  [['unlock', 'a@example.com', '--another']],
  [['rotate-key', 'a@example.com']],
  [['migrate', '--force']],
  [['destroy']],
  [['export-audit']],
  [['export-audit', '--until', '2026-01-01T00:00:00Z']],
  [['export-audit', '--since', '2026-01-01']],
  [['export-audit', '--since', '2026-02-30T00:00:00Z']],
  [['export-audit', '--since', '2026-01-01T00:00:00Z', '--until', 'yesterday']],
  [['export-audit', '--since', '2026-01-02T00:00:00Z', '--until', '2026-01-01T00:00:00Z']],
  [['export-audit', '--since', '2026-01-01T00:00:00Z', 'a@example.com']],
  [['unlock', 'a@example.com', '--since', '2026-01-01T00:00:00Z']],
  [['was-erased']],
  [['was-erased', 'a@example.com', '--another']],
])('%j is no command', async (args) => {
  const around = { environment: {}, typedPassword: async () => '', say() {}, write: async () => {}, terminal: { write() {} } };

  await expect(runCommand(args, around)).rejects.toThrow('Usage: npm run admin');
});

/** Runs a command on an embedded database of this file's own, and gives what it said. */
async function run(args: string[], environment: Record<string, string> = {}): Promise<string> {
  const lines: string[] = [];
  const noTerminal = () => Promise.reject(new Error('no terminal'));
  await runCommand(args, {
    environment: { STEWARD_DATA_FOLDER: folder, ...environment },
    typedPassword: noTerminal,
    say: (line) => lines.push(line),
    write: async (text) => void lines.push(text),
    terminal: { write() {} },
  });
  return lines.join('\n');
}

/** The command as a process, whose reader leaves after so many bytes. */
function admin(args: string[], environment: Record<string, string> = {}, bytes = Number.POSITIVE_INFINITY) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'src', 'admin.ts'), ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, STEWARD_DATA_FOLDER: folder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
      if (output.length >= bytes) child.stdout.destroy();
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.once('close', (code) => resolve({ code, output }));
  });
}

test('commands take the settings of the server without its ports, and migrate first', async () => {
  expect(await run(['migrate'])).toContain('entities');
  expect(await run(['migrate'])).toBe('There was nothing to migrate.');
  await expect(run(['create', 'a@example.com'])).rejects.toThrow('no terminal');
  expect(await run(['create', 'a@example.com'], { ADMIN_PASSWORD: 'a forest of pines', PORT: 'nonsense' })).toBe(
    'a@example.com is a system admin now.',
  );
  expect(await run(['unlock', 'a@example.com'])).toBe('a@example.com was not locked.');
  expect(await run(['rotate-key'])).toContain('30 seconds');
  expect(await run(['was-erased', 'a@example.com'])).toBe('a@example.com was not erased.');
  const exported = (await run(['export-audit', '--since', '2026-01-01T00:00:00Z'])).trim().split('\n');
  expect(exported.map((line) => JSON.parse(line).action)).toEqual(['user.created']);
  await expect(run(['migrate'], { STEWARD_NONSENSE: '1' })).rejects.toThrow('STEWARD_NONSENSE');
});

test('a process exits with 0 on success alone, and shows no password', async () => {
  const weak = await admin(['create', 'b@example.com', '--another'], { ADMIN_PASSWORD: 'password1234' });
  expect(weak).toEqual({ code: 1, output: 'This password is among the first that anybody would guess.\n' });

  const made = await admin(['create', 'b@example.com', '--another'], { ADMIN_PASSWORD: 'a forest of pines' });
  expect(made).toEqual({ code: 0, output: 'b@example.com is a system admin now.\n' });

  const untold = await admin(['create', 'c@example.com', '--another']);
  expect(untold).toEqual({ code: 1, output: expect.stringContaining('ADMIN_PASSWORD') });
});

test('an export writes its lines and nothing else to its output, says how far it is beside it, and ends quietly with its reader', async () => {
  const database = await openDatabase({ folder: join(folder, 'database') });
  await database.query(world.sql`
    INSERT INTO audit_events (id, action, occurred_at, reason)
    SELECT gen_random_uuid(), 'export.tested', '2020-01-01T00:00:00Z', repeat('x', 500) FROM generate_series(1, 3000)`);
  await database.close();
  const span = ['export-audit', '--since', '2020-01-01T00:00:00Z', '--until', '2020-01-01T00:00:01Z'];

  const whole = await admin(span);
  const lines = whole.output.split('\n');
  expect(lines.filter((line) => /^\d+ %$/.test(line))).toEqual(['0 %', '30 %', '60 %', '100 %']);
  expect(lines.filter((line) => line.startsWith('{"id":"evt_'))).toHaveLength(3000);
  expect([whole.code, lines.length, lines.at(-1)]).toEqual([0, 3005, '']);

  const left = await admin(span, {}, 100);
  expect(left.code).toBe(141);
  expect(left.output.replace(/^\{.*$/gm, '')).toMatch(/^[\n\d %]*$/);
});

// `script` gives a process a terminal, and keeps what it shows.
test.skipIf(!existsSync('/usr/bin/script'))(
  'what is typed before the password is asked for is neither shown nor taken',
  async () => {
    const program = join(folder, 'typing.mjs');
    writeFileSync(
      program,
      `import { hideTyping, typedPassword } from ${JSON.stringify(pathToFileURL(join(root, 'src', 'admin', 'terminal.ts')))};
       hideTyping();
       console.log('Opening.');
       await new Promise((opened) => setTimeout(opened, 1500));
       console.log(String((await typedPassword()) === 'a forest of pines'));`,
    );
    const child = spawn('/usr/bin/script', ['-qec', `'${process.execPath}' --import tsx '${program}'`, '/dev/null'], {
      cwd: root,
      env: { PATH: process.env.PATH, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const answers = new Map([
      ['Opening.', 'typed early\r and half'],
      ['Password: ', 'a forest of pines\r'],
      ['Once more: ', 'a forest of pines\r'],
    ]);
    let shown = '';
    child.stdout.on('data', (text) => {
      shown += text;
      for (const [seen, answer] of answers) if (shown.includes(seen) && answers.delete(seen)) child.stdin.write(answer);
    });
    const code = await new Promise((resolve) => child.once('close', resolve));

    expect({ code, shown: shown.replace(/\r/g, '') }).toEqual({ code: 0, shown: 'Opening.\nPassword: \nOnce more: \ntrue\n' });
  },
);

test('while a server has the embedded database, a command says so, names the remedy, and exits with 1', async () => {
  const held = await openDatabase({ folder: join(folder, 'database') });
  try {
    expect(await admin(['unlock', 'a@example.com'])).toEqual({
      code: 1,
      output: expect.stringMatching(/^The embedded database .* stop that one .*\n$/),
    });
    await expect(run(['export-audit', '--since', '2026-01-01T00:00:00Z'])).rejects.toThrow('stop that one');
  } finally {
    await held.close();
  }
});
