import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../../../src/root.ts';
import { folderAmongPackages, programOf, runProgram } from './run-program.ts';

const fixtures = join(root, 'client/test/tools/codegen');
let folder: string;
// Programs of others take their time to start.

beforeAll(async () => {
  folder = await folderAmongPackages();
  await cp(join(fixtures, 'operations.graphql'), join(folder, 'operations.graphql'));
  // A text to the repository, which has nothing generated that it could be checked with.
  await cp(join(fixtures, 'program.ts.txt'), join(folder, 'program.ts'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(
    join(folder, 'codegen.json'),
    JSON.stringify({
      schema: join(root, 'schema.graphql'),
      documents: ['operations.graphql', 'program.ts'],
      generates: {
        './gql/': {
          preset: 'client',
          config: {
            emitLegacyCommonJSImports: false,
            importExtension: '.ts',
            enumsAsTypes: true,
            useTypeImports: true,
            scalars: { DateTime: 'string', EmailAddress: 'string', JSONObject: 'Record<string, unknown>' },
          },
        },
      },
    }),
  );
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'nodenext',
        target: 'es2023',
        lib: ['es2023'],
        types: [],
        allowImportingTsExtensions: true,
      },
      include: ['*.ts', 'gql'],
    }),
  );
});

const generate = () => runProgram(folder, [programOf('@graphql-codegen/cli', 'graphql-codegen'), '--config', 'codegen.json']);
const check = () => runProgram(folder, [programOf('typescript', 'tsc'), '-p', 'tsconfig.json']);

test('an operation that the schema does not have is refused', async () => {
  const wrong = join(folder, 'operations.graphql');
  const right = await readFile(wrong, 'utf8');
  await writeFile(wrong, right.replace('lastLoginAt', 'lastSeenAt'));
  const { status, stderr } = await generate();
  await writeFile(wrong, right);

  expect(status).not.toBe(0);
  expect(stderr).toContain('Cannot query field "lastSeenAt" on type "User".');
});

test("what the client preset generates type-checks with a program that uses it, and the program's mistakes don't", async () => {
  expect(await generate()).toMatchObject({ status: 0 });
  expect(await check()).toEqual({ status: 0, stdout: '', stderr: '' });

  const right = await readFile(join(folder, 'program.ts'), 'utf8');
  const mistakes = [
    ['result.currentVersion + 1', 'result.version + 1', "Property 'version' does not exist"],
    ['{ userId, roleCodes }', '{ userId }', "Property 'roleCodes' is missing"],
    ["status: ['ACTIVE']", "status: ['active']", 'Type \'"active"\' is not assignable'],
    ["case 'PowerError':", "case 'NotFoundError':", "does not satisfy the expected type 'never'"],
    ['.node.action;', '.node.actor.name;', "Property 'actor' does not exist"],
    ['...(page.users?.edges ?? [])', '...(page.users.edges)', "'page.users' is possibly 'null'"],
  ] as const;
  for (const [i, [what, mistake]] of mistakes.entries()) {
    expect(right).toContain(what);
    await writeFile(join(folder, `mistake-${i}.ts`), right.replace(what, mistake));
  }
  const { status, stdout } = await check();
  const complaints = mistakes.map((_, i) =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith(`mistake-${i}.ts`))
      .join('\n'),
  );
  expect(complaints).toEqual(mistakes.map(([, , complaint]) => expect.stringContaining(complaint)));
  expect([status, stdout]).toEqual([1, expect.not.stringContaining('program.ts')]);
});
