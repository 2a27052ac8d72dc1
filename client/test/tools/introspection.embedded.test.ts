import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildClientSchema,
  buildSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionOptions,
  type IntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../../src/root.ts';
import { createServer, type StewardServer } from '../../../src/server.ts';
import { readSettings } from '../../../src/settings.ts';
import { untouched } from '../../../test/support/untouched.ts';
import { folderAmongPackages, programOf, runProgram } from './run-program.ts';

const file = join(root, 'schema.graphql');
const running: StewardServer[] = [];
afterAll(() => Promise.all(running.map((server) => server.close())));

/** Introspection reads no database. */
async function serverWith(environment: Record<string, string>): Promise<StewardServer> {
  const server = await createServer({
    database: untouched,
    settings: readSettings(environment),
    log: pino({ level: 'silent' }),
  });
  running.push(server);
  return server;
}

async function ask(server: StewardServer, query: string, host = '127.0.0.1') {
  const headers = { host, 'content-type': 'application/json' };
  const request = new Request(`http://${host}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const response = await server.fetch(request);
  return { status: response.status, body: (await response.json()) as { data?: IntrospectionQuery; errors?: any[] } };
}

const written = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
/** The schema as whoever got this answer knows it. */
const known = ({ data }: { data?: IntrospectionQuery }): string => written(buildClientSchema(data!));

const everything: IntrospectionOptions = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
  experimentalDirectiveDeprecation: true,
};

describe('in development', () => {
  let server: StewardServer;
  let printed: string;
  beforeAll(async () => {
    server = await serverWith({ NODE_ENV: 'test' });
    printed = await readFile(file, 'utf8');
  });

  test('with all that there is to ask, the answer is the printed schema, to the letter', async () => {
    const { status, body } = await ask(server, getIntrospectionQuery(everything));

    expect([status, body.errors]).toEqual([200, undefined]);
    expect(known(body)).toBe(printed);
  });

  test.each<[string, IntrospectionOptions]>([
    ['GraphiQL', { schemaDescription: true, inputValueDeprecation: true }],
    [
      'codegen and other tools of graphql-tools',
      { ...everything, specifiedByUrl: false, oneOf: false, experimentalDirectiveDeprecation: false },
    ],
    ['a tool with nothing but defaults', {}],
    ['a tool that wants no descriptions', { descriptions: false }],
  ])('%s is answered', async (_tool, options) => {
    const { status, body } = await ask(server, getIntrospectionQuery(options));

    expect([status, body.errors]).toEqual([200, undefined]);
    const { types, subscriptionType } = body.data!.__schema;
    expect(subscriptionType?.name).toBe('Subscription');
    // Names of types, without the scalars that each schema has.
    const names = [...printed.matchAll(/^(?:type|input|enum|union|interface|scalar) (\w+)/gm)].map(([, name]) => name);
    expect(
      types
        .map(({ name }) => name)
        .filter((name) => !/^(__|String$|Boolean$|Int$|Float$|ID$)/.test(name))
        .sort(),
    ).toEqual(names.sort());
  });

  test("codegen, given the server's address instead of a file, reads the same schema", async () => {
    const folder = await folderAmongPackages();
    const { origin } = await server.listen(0, '127.0.0.1');
    const config = {
      schema: { [`${origin}/graphql`]: everything },
      generates: { 'schema.graphql': { plugins: ['schema-ast'], config: { includeDirectives: true, sort: true } } },
    };
    await writeFile(join(folder, 'codegen.json'), JSON.stringify(config));
    const codegen = [programOf('@graphql-codegen/cli', 'graphql-codegen'), '--config', 'codegen.json'];
    expect(await runProgram(folder, codegen)).toMatchObject({ status: 0, stderr: '' });
    // It leaves out blank lines.
    expect(written(buildSchema(await readFile(join(folder, 'schema.graphql'), 'utf8')))).toBe(printed);
  });
});

describe('in production', () => {
  const production = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://db.example.com/steward',
    STEWARD_SECRET: 'ab'.repeat(32),
    PUBLIC_URL: 'https://steward.example.com',
    MAIL: 'hold',
  };
  const queries = [{}, everything].map((options) => getIntrospectionQuery(options));

  test('it is refused', async () => {
    const server = await serverWith(production);

    for (const query of [...queries, '{ __type(name: "User") { name } }']) {
      const { body } = await ask(server, query, 'steward.example.com');
      expect([body.data, body.errors?.[0].extensions.code]).toEqual([undefined, 'GRAPHQL_VALIDATION_FAILED']);
    }
  });

  test('it is answered where GraphiQL was asked for', async () => {
    const server = await serverWith({ ...production, GRAPHIQL: 'true' });

    const answers = await Promise.all(queries.map((query) => ask(server, query, 'steward.example.com')));
    expect(answers.map(({ status, body }) => [status, body.errors])).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
    expect(known(answers[1]!.body)).toBe(await readFile(file, 'utf8'));
  });
});
