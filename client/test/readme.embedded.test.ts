import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedDemo } from '../../prisma/seed.ts';
import { root } from '../../src/root.ts';
import { organizationsStatements, type Page, usersStatements } from './pages/statements.ts';
import { type Listening, startListening } from './support/server.ts';

const run = promisify(execFile);
const npm = (cwd: string, ...args: string[]) =>
  run('npm', [...args, '--offline', '--no-audit', '--no-fund', '--no-update-notifier'], { cwd, encoding: 'utf8' });

/** An empty project, with the package as npm packs and installs it and nothing else. */
let project: string;
/** With the demo data, as `npm start` has them. */
let steward: Listening;
let email: string;
let password: string;
let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] };

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'steward-project-'));
  await mkdir(join(project, 'packed'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  // What dist/ holds was built before the tests; other files import it now, so it must not be built anew.
  const { stdout } = await npm(
    join(root, 'client'),
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    join(project, 'packed'),
  );
  [packed] = JSON.parse(stdout);
  await npm(project, 'install', join(project, 'packed', packed.filename));

  steward = await startListening();
  const accounts = await seedDemo({ ...steward.server.steward, dataFolder: project });
  ({ email, password } = accounts.find(({ persona }) => persona === 'system_admin')!);
}, 180_000);
afterAll(() => rm(project, { recursive: true, force: true }));

test('the package has what its users run and read, and nothing of what made it', async () => {
  const sources = await readdir(join(root, 'client/src'), { recursive: true });
  const types = sources.filter((file) => file.endsWith('.ts')).map((file) => `dist/types/${file.replace(/\.ts$/, '.d.ts')}`);

  expect(packed.files.map(({ path }) => path).sort()).toEqual(
    [
      'LICENSE',
      'README.md',
      'dist/documents.d.ts',
      'dist/documents.js',
      'dist/docs/apollo-and-urql.md',
      'dist/docs/client.md',
      'dist/documents.json',
      'dist/index.js',
      'dist/index.js.map',
      'package.json',
      ...types,
    ].sort(),
  );
  expect(await readdir(join(project, 'node_modules'))).toEqual(['.package-lock.json', '@steward']);
  const { dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies, bundleDependencies } = JSON.parse(
    await readFile(join(project, 'node_modules/@steward/client/package.json'), 'utf8'),
  );
  expect({ dependencies, optionalDependencies, bundleDependencies }).toEqual({});
  expect(Object.keys(peerDependencies)).toEqual(['graphql']);
  expect(peerDependenciesMeta).toEqual({ graphql: { optional: true } });
});

test('classes have the names that they are exported by, which loggers read', async () => {
  const program = `import * as steward from '@steward/client';
    const classes = Object.entries(steward).filter(([, value]) => value.prototype instanceof Error);
    console.log(classes.length, classes.filter(([name, type]) => type.name !== name));
    console.log(new steward.NotFoundError('Gone.', { id: null }));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: project });

  expect(stdout).toMatch(/^1[0-9] \[\]\nNotFoundError: Gone\.\n/);
});

test('the ten lines list everybody with their roles', async () => {
  const { world, url } = steward;
  const readme = await readFile(join(root, 'client/README.md'), 'utf8');
  const [, program] = /^## Ten lines\n.*?^```js\n(.+?)^```/ms.exec(readme)!;
  expect(program!.trim().split('\n').length).toBeLessThanOrEqual(10);
  await writeFile(join(project, 'users.mjs'), program!);

  const { stdout, stderr } = await run(process.execPath, ['users.mjs'], {
    cwd: project,
    env: { PATH: process.env.PATH, STEWARD_URL: url, STEWARD_EMAIL: email, STEWARD_PASSWORD: password },
  });

  const everybody = await world.database.query<{ email: string; roles: string }>(world.sql`
    SELECT u.email, (SELECT coalesce(string_agg(r.code, ', ' ORDER BY r.rank), '')
                       FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id) AS roles
      FROM users u ORDER BY u.created_at DESC, u.id DESC`);
  expect(everybody.length).toBeGreaterThan(100);
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual([...everybody.map(({ email, roles }) => `${email} ${roles}`), '']);
});

const inBrowsers = { lib: ['es2023', 'dom'], types: [] };
const inNode = { lib: ['es2023'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };

test.each([
  { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: true, ...inBrowsers },
  { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false, ...inBrowsers },
  { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false, ...inNode },
  { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true, ...inBrowsers },
  { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false, ...inBrowsers },
])('its types hold in a strict project: $module, lib $lib, skipLibCheck $skipLibCheck', async (options) => {
  const folder = await mkdtemp(join(project, 'types-'));
  await writeFile(join(folder, 'pages.ts'), pagesProgram());
  await writeFile(join(folder, 'records.ts'), recordsProgram);
  const compilerOptions = { target: 'es2023', strict: true, noEmit: true, ...options };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));

  const { stdout } = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
    (failed: { stdout: string }) => failed,
  );

  expect(stdout).toBe('');
});

/** Both pages as a program: a function each, every further heading a block in it. */
function pagesProgram(): string {
  const asFunction = (name: string, page: Page) => {
    const [[, ...beginning] = [], ...samples] = Object.values(page);
    const blocks = samples.map((sample) => `{\n${sample.map(([text]) => text).join('\n')}\n}`);
    return `export async function ${name}(url: string, appId: string, orgId: string, userId: string, roleId: string, someUserId: string) {
      ${[...beginning.map(([text]) => text), ...blocks].join('\n')}
    }`;
  };
  return [
    "import { createAuthClient } from '@steward/client';",
    asFunction('users', usersStatements),
    asFunction('organizations', organizationsStatements),
  ].join('\n');
}

/** What the types promise of records, arguments and errors; a promise that is not kept is an error, and so is one that would be too much. */
const recordsProgram = `
import { ConflictError, createAuthClient, StewardError, type UserRecord } from '@steward/client';

const client = createAuthClient({ apiBaseUrl: 'https://steward.example.com' });

export async function records(id: string): Promise<UserRecord> {
  const user = await client.users.get(id);
  const verified: boolean = user.email_verified;
  const status: 'active' | 'suspended' = user.status;
  const codes: string[] = user.roles.map(({ code }) => code);
  // @ts-expect-error: records have underscores.
  user.emailVerified;
  // @ts-expect-error: roles are a set.
  await client.users.setRoles(id, 'seller');
  // @ts-expect-error: a reason is asked for.
  await client.users.hardDelete({ userId: id });
  // @ts-expect-error: there is no such status.
  await client.organizations.updateMemberStatus(id, id, 'gone');
  await client.users.list({ organizationId: id, status: ['ACTIVE'] });
  await client.users.list({ organization_id: id, status: ['active'] });
  for await (const each of client.users.iterate({ search: 'jo' })) codes.push(each.id);
  const { missing } = await client.users.lookup({ ids: codes });
  const ids: string[] = missing.ids;
  const { total, next }: { total: number; next: string | null } = await client.users.list();
  console.log(verified, status, ids, total, next);
  return user;
}

export function told(error: unknown): string {
  if (error instanceof ConflictError) return \`\${error.status} \${error.existing?.id}\`;
  return error instanceof StewardError ? \`\${error.code} \${error.requestId}\` : '';
}
`;
