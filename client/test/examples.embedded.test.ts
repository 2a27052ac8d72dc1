import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSchema, type GraphQLInterfaceType } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { type DemoAccount, seedDemo } from '../../prisma/seed.ts';
import { root } from '../../src/root.ts';
import { anotherServer, type Listening, startListening } from './support/server.ts';
import { folderAmongPackages, programOf, runProgram } from './tools/run-program.ts';

// Several servers, one database: what one has sealed the others open.
let steward: Listening;
let admin: DemoAccount;
let folder: string;
/** The programs of docs/apollo-and-urql.md, by the names that they give themselves. */
let programs: Map<string, string>;
// Each test starts programs, one after the other.

beforeAll(async () => {
  steward = await startListening();
  folder = await folderAmongPackages();
  const accounts = await seedDemo({ ...steward.server.steward, dataFolder: folder });
  admin = accounts.find(({ persona }) => persona === 'system_admin')!;
  const page = await readFile(join(root, 'docs/apollo-and-urql.md'), 'utf8');
  const found = [...page.matchAll(/```js\n(?:\/\/ (\w+\.mjs)\b)?(.+?)```/gs)];
  programs = new Map(found.map(([, name, text]) => [name!, text!.replace(/^.*\n/, '')]));
  for (const [name, text] of programs) await writeFile(join(folder, name), text);
});

const run = (name: string, url = steward.url) =>
  runProgram(folder, [name], { STEWARD_URL: url, STEWARD_EMAIL: admin.email, STEWARD_PASSWORD: admin.password });

/** The first five by their address, with their roles, as the programs print them. */
async function firstFive(): Promise<string[]> {
  const { database, sql } = steward.world;
  const people = await database.query<{ email: string; roles: string }>(sql`
    SELECT u.email, string_agg(r.code, ', ' ORDER BY r.rank) AS roles
      FROM users u JOIN user_roles ur ON ur.user_id = u.id JOIN roles r ON r.id = ur.role_id
     WHERE u.search_text LIKE '%example.com%' GROUP BY u.id ORDER BY u.email COLLATE "C" LIMIT 5`);
  return people.map(({ email, roles }) => `${email} ${roles}`);
}

/** Runs both programs, and compares what they print: the one gives a role that the other takes again. */
async function bothRun(url?: string): Promise<void> {
  const before = await firstFive();
  const asTheyWere = before.at(-1)!.split(' ').slice(1).join(' ');
  expect(asTheyWere).toBe('base_user');

  const refusal = 'input.roleCodes.0: UNKNOWN_ROLE';
  const given = ['added: seller; removed: ', refusal, 'seller, base_user', 'user.roles_set true', ''];
  expect(await run('apollo.mjs', url)).toEqual({ status: 0, stderr: '', stdout: [...before, ...given].join('\n') });
  const between = await firstFive();
  expect(between).toEqual([...before.slice(0, 4), `${before.at(-1)!.split(' ')[0]} seller, base_user`]);
  const taken = ['added: ; removed: seller', refusal, 'base_user', 'user.roles_set true', ''];
  expect(await run('urql.mjs', url)).toEqual({ status: 0, stderr: '', stdout: [...between, ...taken].join('\n') });
  expect(await firstFive()).toEqual(before);
}

test('the page has three programs', () => {
  expect([...programs.keys()]).toEqual(['apollo.mjs', 'urql.mjs', 'manifest.mjs']);
});

test('they read a page of people with their roles, change roles, show a refusal, and follow what happened', () => bothRun());

test('the possible types that the page lists are those of the schema', async () => {
  const listed = /possibleTypes: \{\s*MutationError: \[(.+?)\]/s.exec(programs.get('apollo.mjs')!)![1]!;
  const schema = buildSchema(await readFile(join(root, 'schema.graphql'), 'utf8'));
  const interfaceType = schema.getType('MutationError') as GraphQLInterfaceType;

  expect([...listed.matchAll(/'(\w+)'/g)].map(([, name]) => name)).toEqual(
    schema
      .getPossibleTypes(interfaceType)
      .map(({ name }) => name)
      .sort(),
  );
});

test.each([
  [
    'apollo.mjs',
    `const { data: again } = await apollo.query({ query: UsersDocument, variables: page, fetchPolicy: 'network-only' });
     console.log(again?.users?.nodes.length);`,
  ],
  [
    'urql.mjs',
    `const again = await urql.query(UsersDocument, page, { requestPolicy: 'network-only' });
     console.log(again.data?.users?.nodes.length);`,
  ],
])("%s: when roles of one's own change, the next answer comes with the next token", async (name, more) => {
  await writeFile(
    join(folder, `stale-${name}`),
    `${programs.get(name)}
    const { user: me } = await steward.auth.whoami();
    const tokenBefore = await steward.auth.accessToken();
    const own = me.roles.map(({ code }) => code);
    await setRoles(me.id, own.includes('seller') ? own.filter((code) => code !== 'seller') : [...own, 'seller']);
    ${more}
    console.log(await steward.auth.accessToken() === tokenBefore);`,
  );

  const { status, stdout, stderr } = await run(`stale-${name}`);

  expect([status, stderr, stdout.trimEnd().split('\n').slice(-2)]).toEqual([0, '', ['5', 'false']]);
});

test("their types hold, and mistakes in them don't", async () => {
  const options = { checkJs: true, strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: ['node'] };
  const project = { compilerOptions: { ...options, skipLibCheck: true }, include: [...programs.keys(), 'mistakes.mts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project));
  await writeFile(
    join(folder, 'mistakes.mts'),
    `import { UsersDocument, type UsersQuery, type UsersQueryVariables } from '@steward/client/documents';
    // @ts-expect-error: there is no such order.
    export const variables: UsersQueryVariables = { orderBy: { field: 'SHOE_SIZE', direction: 'ASC' } };
    // @ts-expect-error: nobody may be allowed to see them.
    export const total = (data: UsersQuery) => data.users.totalCount;
    // @ts-expect-error: that is not asked for.
    export const grants = (data: UsersQuery) => data.users?.nodes[0]?.appGrants;
    export type Document = typeof UsersDocument;`,
  );

  expect(await runProgram(folder, [programOf('typescript', 'tsc'), '-p', '.'])).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('where only trusted documents run, they run unchanged with the manifest of the page, and not without', async () => {
  const { status, stdout, stderr } = await run('manifest.mjs');
  expect([status, stderr]).toEqual([0, '']);
  const manifest = join(folder, 'application.json');
  await writeFile(manifest, stdout);
  const only = { TRUSTED_DOCUMENTS: 'only' };
  const files = ['client/dist/documents.json', manifest].join();
  const trusting = await anotherServer(steward.world, { ...only, TRUSTED_DOCUMENT_FILES: files });
  const lacking = await anotherServer(steward.world, only);

  await bothRun(trusting.url);
  for (const name of ['apollo.mjs', 'urql.mjs']) {
    const refused = await run(name, lacking.url);
    expect([refused.status, refused.stdout, refused.stderr]).toEqual([
      1,
      '',
      expect.stringMatching(/400|trusted documents alone/),
    ]);
  }
});
