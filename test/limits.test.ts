import { readFileSync } from 'node:fs';
import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeResults } from '../src/http/answer-text.ts';
import { createDocuments } from '../src/http/documents.ts';
import { schema } from '../src/schema/index.ts';
import { createServer, type StewardServer } from '../src/server.ts';
import { readSettings } from '../src/settings.ts';
import { untouched } from './support/untouched.ts';
import { startWorld } from './support/world.ts';

// With a database that fails whatever it is asked, a refusal shows that it came before the caller was read.
let server: StewardServer;
beforeAll(async () => {
  server = await createServer({
    database: untouched,
    settings: readSettings({ NODE_ENV: 'test' }),
    log: pino({ level: 'silent' }),
  });
});

async function post(body: unknown): Promise<{ status: number; body: any }> {
  const response = await server.fetch(
    new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer some.sort.of-token' },
      body: JSON.stringify(body),
    }),
  );
  return { status: response.status, body: await response.json() };
}

async function refusal(query: string, variables?: object) {
  const { body } = await post({ query, variables });
  expect(body).not.toHaveProperty('data');
  expect(body.errors).toHaveLength(1);
  const { code, which, limit, got } = body.errors[0].extensions;
  expect(code).toBe('BAD_USER_INPUT');
  return [which, limit, got];
}

/** What an operation within the limits costs; it is then refused, since nobody is signed in. */
async function cost(query: string, variables?: object): Promise<number> {
  const { body } = await post({ query, variables });
  expect(body.errors?.map(({ extensions }: any) => extensions.code) ?? []).not.toContain('BAD_USER_INPUT');
  return body.extensions.cost;
}

describe('documents', () => {
  test('levels of fields', async () => {
    const deep = (pairs: number) =>
      `{ viewer { user { ${'sessions(first: 1) { user { '.repeat(pairs)} id ${'} } '.repeat(pairs)} } } }`;

    expect(await refusal(deep(5))).toEqual(['depth', 12, 13]);
    expect(await refusal(deep(100))).toEqual(['depth', 12, 203]);
    expect(
      await cost(`{ viewer { ...A } } fragment A on Viewer { user { ... on User { sessions(first: 1) { user { id } } } } }`),
    ).toBe(4);
    expect(
      await refusal(
        `{ viewer { user { ...A } } } fragment A on User { ${'sessions(first: 1) { user { '.repeat(5)} id ${'} } '.repeat(5)} }`,
      ),
    ).toEqual(['depth', 12, 13]);
  });

  test('introspection has a limit of its own', async () => {
    const of = (levels: number) =>
      `{ __schema { types { fields { type { ${'ofType { '.repeat(levels)} name ${'} '.repeat(levels)} } } } } }`;

    expect((await post({ query: of(9) })).body.data).toBeDefined();
    expect(await refusal(of(30))).toEqual(['introspectionDepth', 20, 35]);
  });

  test('aliases, wherever they come from', async () => {
    const aliased = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(' ');

    expect((await post({ query: `{ ${aliased(30)} }` })).body.data).toBeDefined();
    expect(await refusal(`{ ${aliased(31)} }`)).toEqual(['aliases', 30, 31]);
    expect(await refusal(`{ viewer { user { ...A } session { user { ...A } } } } fragment A on User { ${aliased(16)} }`)).toEqual(
      ['aliases', 30, 32],
    );
  });

  test('directives', async () => {
    const directed = (count: number) => Array.from({ length: count }, () => '... @include(if: true) { __typename }').join(' ');

    expect((await post({ query: `{ ${directed(10)} }` })).body.data).toBeDefined();
    expect(await refusal(`{ ${directed(11)} }`)).toEqual(['directives', 10, 11]);
    expect(await refusal(`{ __typename ${'@skip(if: true) '.repeat(200)} }`)).toEqual(['directives', 10, 200]);
  });

  test('tokens', async () => {
    const of = (count: number) => `{ users(where: { metadata: { a: [${'1 '.repeat(count - 20)}] } }) { totalCount } }`;

    expect(await cost(of(2000))).toBe(1);
    expect(await refusal(of(2001))).toEqual(['tokens', 2000, 2001]);
    expect(await refusal(`{ ${'__typename '.repeat(8000)} }`)).toEqual(['tokens', 2000, 8002]);
  });

  test('one mutation in a document', async () => {
    const logout = (alias: string) => `${alias}: authLogout { __typename }`;

    expect(await refusal(`mutation { ${logout('a')} ${logout('b')} }`)).toEqual(['mutations', 1, 2]);
    expect(await refusal(`mutation { ${logout('a')} ...F } fragment F on Mutation { ${logout('b')} }`)).toEqual([
      'mutations',
      1,
      2,
    ]);
    expect((await post({ query: `mutation { __typename ${logout('a')} }` })).body.errors[0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
  });

  test.each([
    ['a fragment that spreads itself', '{ ...A } fragment A on Query { ...A }'],
    [
      'fragments in a circle',
      '{ viewer { user { ...A } } } fragment A on User { sessions { user { ...B } } } fragment B on User { sessions { user { ...A } } }',
    ],
  ])('%s is invalid', async (_what, query) => {
    expect((await post({ query })).body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('fragments that double and double are judged at once', async () => {
    const doubling = Array.from(
      { length: 100 },
      (_, i) => `fragment F${i} on Query { ...F${i + 1} ... on Query { ...F${i + 1} } }`,
    ).join(' ');
    const started = performance.now();

    expect(await refusal(`{ ...F0 } ${doubling} fragment F100 on Query { a: __typename }`)).toEqual([
      'aliases',
      30,
      Number.MAX_SAFE_INTEGER,
    ]);
    await post({ query: `{ ...F0 } ${doubling} fragment F100 on Query { roles { code } }` });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('fields of one name at one place, wherever they come from', async () => {
    const viewers = (count: number, of: string) => `viewer { ${of} } `.repeat(count);

    expect(await cost(`{ ${viewers(20, 'user { id }')} }`)).toBe(40);
    expect(await refusal(`{ ${viewers(21, 'user { id }')} }`)).toEqual(['repetitions', 20, 21]);
    // Merged, there are five times five of the inner ones; a fragment is put in once, however often it is spread.
    expect(await refusal(`{ ${viewers(5, 'user { id } '.repeat(5))} }`)).toEqual(['repetitions', 20, 25]);
    expect(await refusal(`{ ...A ${viewers(11, '__typename')} } fragment A on Query { ${viewers(10, '__typename')} }`)).toEqual([
      'repetitions',
      20,
      21,
    ]);
    expect(await cost(`{ viewer { user { ${'...A '.repeat(50)} } } } fragment A on User { ${'id '.repeat(20)} }`)).toBe(2);
    // What is spread nowhere is validated as well.
    expect(await refusal(`{ __typename } fragment A on Query { ${viewers(30, '__typename')} }`)).toEqual(['repetitions', 20, 30]);
    // The components of a page, each with a fragment of its own that brings what it needs.
    const components = Array.from({ length: 15 }, (_, i) => `fragment C${i} on User { id name roles { id code } }`).join(' ');
    await cost(`{ users(first: 50) { nodes { ${Array.from({ length: 15 }, (_, i) => `...C${i}`).join(' ')} } } } ${components}`);
  });

  test('places without number are refused at once', async () => {
    // Each path of names leads to another set of fragments.
    const bits = Array.from({ length: 40 }, (_, i) => {
      const next = `...F${(i + 1) % 40} `;
      return `fragment F${i} on User { a: sessions { user { ${next} } } b: sessions { user { ${next}...F${(i * 7) % 40} } } }`;
    });
    const started = performance.now();
    await post({ query: `{ viewer { user { ...F0 } } } ${bits.join(' ')}` });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('the largest documents are judged in time, in a batch too', async () => {
    const large = [
      `{ ${'viewer { user { id } } '.repeat(330)} }`,
      `{ ${'viewer{a}'.repeat(480)} }`,
      `{ ${'x '.repeat(1990)} }`,
      `{ viewer { user { ${'id '.repeat(1980)} } } }`,
      `{ ${'viewer { user { id name email } } '.repeat(20)} ${Array.from({ length: 1600 }, (_, i) => `x${i}`).join(' ')} }`,
    ];
    const started = performance.now();
    for (const query of large) await post({ query });
    await post(Array.from({ length: 20 }, (_, i) => ({ query: `${' '.repeat(i)}{ ${'viewer{a}'.repeat(480)} }` })));
    await post(Array.from({ length: 20 }, () => ({ query: large[4] })));
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('no more than a thousand are kept, those that were used last', () => {
    const documents = createDocuments(schema, readSettings({ NODE_ENV: 'test' }));
    const first = documents('{ first: __typename }');
    const second = documents('{ second: __typename }');
    for (let i = 0; i < 998; i++) documents(`{ a${i}: __typename }`);
    expect(documents('{ first: __typename }')).toBe(first);
    documents('{ last: __typename }');

    expect(documents('{ first: __typename }')).toBe(first);
    expect(documents('{ second: __typename }')).not.toBe(second);
  });

  test('tokens of a batch, equal documents once', async () => {
    const page = (i: number, count: number) => ({
      query: `query Q${i} { users(where: { metadata: { a: [${'1 '.repeat(count - 22)}] } }) { totalCount } }`,
    });
    const batch = (size: number, count: number) => post(Array.from({ length: size }, (_, i) => page(i, count)));

    expect((await batch(20, 500)).status).toBe(200);
    expect(await batch(20, 600)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_USER_INPUT', which: 'batchTokens', limit: 10_000, got: 12_000 } }] },
    });
    expect((await post(Array(20).fill(page(0, 2000)))).status).toBe(200);
  });
});

describe('cost', () => {
  test.each<[string, string, number, object?]>([
    ['an object', '{ viewer { user { id } } }', 2],
    ['scalars are free', '{ viewer { permissions } }', 1],
    ['a connection multiplies', '{ users(first: 50) { nodes { id } } }', 51],
    ['25 unless told', '{ users { nodes { id } } }', 26],
    ['25 where it is null', '{ users(first: null) { nodes { id } } }', 26],
    ['backwards too', '{ users(last: 10) { nodes { id } } }', 11],
    ['edges are objects', '{ users(first: 10) { edges { node { id } } pageInfo { endCursor } } }', 22],
    ['totals are not', '{ users(first: 10) { totalCount } }', 1],
    ['a variable', 'query($n: Int) { users(first: $n) { nodes { id } } }', 41, { n: 40 }],
    ['a default', 'query($n: Int = 7) { users(first: $n) { nodes { id } } }', 8],
    ['a variable that is null', 'query($n: Int = 7) { users(first: $n) { nodes { id } } }', 26, { n: null }],
    ['a page of none', '{ users(first: 0) { nodes { roles { code } } } }', 1],
    [
      'connections in connections',
      '{ users(first: 10) { nodes { memberships(first: 4) { nodes { roles { code } } } } } }',
      1 + 10 * (1 + 1 + 4 * (1 + 3)),
    ],
    [
      'plain lists',
      '{ users(first: 1) { nodes { roles { permissions { code } } pools { code } appGrants { id } } } }',
      1 + 1 + 3 * 11 + 3 + 5,
    ],
    ['sessions, as many as are given', '{ viewer { user { sessions { id } } } }', 2 + 100],
    ['sessions, told null', '{ viewer { user { sessions(first: null) { id } } } }', 2 + 100],
    ['sessions, told', '{ viewer { user { sessions(first: 20) { id } } } }', 2 + 20],
    ['ids', '{ nodes(ids: ["a", "b", "c"]) { id } }', 3],
    [
      'ids in a variable',
      'query($ids: [ID!]!) { nodes(ids: $ids) { ... on User { roles { code } } } }',
      2 * 4,
      { ids: ['a', 'b'] },
    ],
    [
      'what the caller may do, of a page',
      '{ users(first: 50) { nodes { viewerCan { update { allowed } hardDelete { allowed code reason } } } } }',
      1 + 50 * (1 + 1 + 2),
    ],
    [
      'all that the caller may do, of a page with what else a page of people shows',
      `{ users(first: 50) { totalCount nodes { roles { code } viewerCan { ${[
        ...['update', 'suspend', 'reactivate', 'unlock', 'setRoles', 'setPassword', 'sendPasswordReset', 'revokeSessions'],
        ...['impersonate', 'hardDelete', 'setHomePool', 'tagPools', 'grantApps'],
      ]
        .map((name) => `${name} { allowed code reason }`)
        .join(' ')} } } } }`,
      1 + 50 * (1 + 3 + 1 + 13),
    ],
    ['whether somebody holds a permission', '{ viewer { user { access(permission: "org:read") { allowed reason } } } }', 3],
    ['keys', '{ usersLookup(ids: ["a"], emails: ["b", "c"]) { users { roles { code } } missingIds } }', 1 + 3 * 4],
    [
      'what is skipped',
      'query($no: Boolean!) { users(first: 10) @include(if: $no) { nodes { id } } viewer { user { id } } }',
      2,
      { no: false },
    ],
    [
      'a fragment, spread twice',
      '{ viewer { user { ...A ...A } session { user { ...A } } } } fragment A on User { roles { code } }',
      1 + 1 + 3 + 1 + 1 + 3,
    ],
    [
      'a fragment under pages of two sizes',
      '{ a: users(first: 2) { ...P } b: users(first: 5) { ...P } } fragment P on UserConnection { nodes { id } }',
      3 + 6,
    ],
  ])('%s', async (_what, query, expected, variables) => {
    expect(await cost(query, variables)).toBe(expected);
  });

  test('25,000 for an operation', async () => {
    const query = 'query($n: Int) { users(first: $n) { nodes { memberships(first: 100) { nodes { roles { code } } } } } }';

    expect(await cost(query, { n: 62 })).toBe(1 + 62 * 402);
    expect(await refusal(query, { n: 63 })).toEqual(['cost', 25_000, 1 + 63 * 402]);
  });

  test('sessions of sessions multiply', async () => {
    const nested = '{ viewer { user { sessions { user { sessions { user { sessions { id } } } } } } } }';

    expect(await refusal(nested)).toEqual(['cost', 25_000, 2 + 100 * (2 + 100 * (2 + 100))]);
  });

  test('250,000 scalar values for an operation, twice as many for a batch', async () => {
    const aliased = Array.from({ length: 28 }, (_, i) => `a${i}: userAgent`).join(' ');
    const query = `query($n: Int) { users(first: 100) { nodes { sessions(first: $n) { ${aliased} } } } }`;

    expect(await cost(query, { n: 89 })).toBe(1 + 100 * 90);
    expect(await refusal(query, { n: 100 })).toEqual(['leaves', 250_000, 280_000]);
    expect(await post(Array(3).fill({ query, variables: { n: 80 } }))).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_USER_INPUT', which: 'leaves', limit: 500_000, got: 672_000 } }] },
    });
  });

  test('50,000 for a batch, which is refused whole', async () => {
    const operation = { query: '{ users(first: 100) { nodes { memberships(first: 49) { nodes { roles { code } } } } } }' };

    expect(await post([operation, operation, operation])).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_USER_INPUT', which: 'batchCost', limit: 50_000, got: 59_403 } }] },
    });
    expect((await post([operation, operation])).status).toBe(200);
  });

  test('the pages that everybody works with are within it', async () => {
    const user = `id email name status lastLoginAt roles { id code name } homePool { code name }
      appGrants { status app { code name } } memberships { nodes { organization { name slug } roles { code } status } } sessionCount`;

    expect(await cost(`{ users(first: 50) { totalCount pageInfo { endCursor } nodes { ${user} } } }`)).toBeLessThan(8000);
    const one = { query: `{ user(id: "user_x") { ${user} sessions(first: 20) { id device createdAt } } }` };
    expect((await post(Array.from({ length: 10 }, () => one))).status).toBe(200);
    expect(await cost(one.query)).toBeLessThan(200);
    expect(await cost('{ users(first: 50, where: { search: "x" }) { totalCount nodes { id email name } } }')).toBe(51);
    expect(
      await cost('query($e: [EmailAddress!]) { usersLookup(emails: $e) { users { id email roles { code } } missingEmails } }', {
        e: Array.from({ length: 100 }, (_, i) => `person-${i}@example.com`),
      }),
    ).toBe(401);
    const organization = `id name slug status memberCount viewerPermissions owner { name email } viewerMembership { roles { code } }
      roles { id code memberCount permissions { code } } assignableRoles { code } assignablePermissions { code }
      memberships(first: 50, where: { search: "x", status: [ACTIVE] }, orderBy: { field: NAME }) { totalCount nodes { id name email status roles { code name } permissions } }
      invitations(first: 50) { totalCount nodes { email expiresAt roles { code } } }
      auditEvents(first: 50) { nodes { action occurredAt actorName subject { id } changes { field before after } } }`;
    expect(await cost(`{ organization(id: "org_x") { ${organization} } }`)).toBeLessThan(2000);
    const switcher =
      'viewer { permissions organization { name } memberships { organizationName organizationLogoUrl roles { code } } }';
    expect(
      (await post(Array.from({ length: 10 }, () => ({ query: `{ ${switcher} organization(id: "org_x") { ${organization} } }` }))))
        .status,
    ).toBe(200);
    expect(
      await cost('{ organizations(first: 100) { totalCount nodes { name owner { name } memberCount roles { code } } } }'),
    ).toBeLessThan(1000);
    expect(
      await cost('{ apps { code userCount readPools { code } } pools { code userCount homeCount tagCount apps { code } } }'),
    ).toBeLessThan(300);
    expect(
      await cost(
        '{ auditEvents(first: 100) { totalCount nodes { action actor { email } impersonator { email } subject { id } organization { name } changes { field before after } } } }',
      ),
    ).toBeLessThan(2000);
    const inReadme = /```graphql\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))![1]!;
    expect(await cost(inReadme)).toBeLessThan(8000);
  });
});

/** Every field with arguments, by the shortest way to it from Query. */
function fieldsBelowQuery() {
  const found: { name: string; field: GraphQLField<any, any>; ask(args: string): string }[] = [];
  const ways = new Map<string, (selection: string) => string>([['Query', (selection) => `{ ${selection} }`]]);
  for (const [typeName, wrap] of ways) {
    const type = schema.getType(typeName) as GraphQLObjectType;
    for (const field of Object.values(type.getFields())) {
      const below = getNamedType(field.type);
      const required = field.args
        .filter(isRequiredArgument)
        .map((arg) => `${arg.name}: ${isListType(getNullableType(arg.type)) ? '[]' : '"x"'}`);
      const select = (args: string, selection: string) => wrap(`${field.name}${args && `(${args})`}${selection}`);
      if (field.args.length > 0) {
        const selection = isCompositeType(below) ? ' { __typename }' : '';
        found.push({
          name: `${typeName}.${field.name}`,
          field,
          ask: (args) => select([...required, args].join(', '), selection),
        });
      }
      if (isObjectType(below) && !ways.has(below.name))
        ways.set(below.name, (selection) => select(required.join(', '), ` { ${selection} }`));
    }
  }
  return found;
}

function literalOf(type: GraphQLNamedType): string {
  if (isEnumType(type)) return type.getValues()[0]!.name;
  return isInputObjectType(type) ? '{}' : '"x"';
}

describe('arguments', () => {
  test.each<[string, string, unknown[], object?]>([
    ['first', '{ users(first: 101) { nodes { id } } }', ['pageSize', 100, 101]],
    ['last', '{ users(last: 101) { nodes { id } } }', ['pageSize', 100, 101]],
    ['first of sessions', '{ viewer { user { sessions(first: 101) { id } } } }', ['pageSize', 100, 101]],
    ['first in a variable', 'query($n: Int) { users(first: $n) { totalCount } }', ['pageSize', 100, 1_000_000], { n: 1_000_000 }],
    ['first by default', 'query($n: Int = 200) { users(first: $n) { totalCount } }', ['pageSize', 100, 200]],
    ['ids of nodes', 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', ['nodes', 100, 101], { ids: Array(101).fill('user_x') }],
    [
      'keys',
      'query($k: [ID!], $e: [EmailAddress!]) { usersLookup(ids: $k, emails: $e) { missingIds } }',
      ['lookupKeys', 200, 201],
      { k: Array(101).fill('x'), e: Array(100).fill('y') },
    ],
    [
      'values',
      'query($w: UserWhere) { users(where: $w) { totalCount } }',
      ['whereValues', 100, 101],
      { w: { NOT: { ids: Array(101).fill('x') } } },
    ],
    [
      'combinations',
      'query($w: UserWhere) { users(where: $w) { totalCount } }',
      ['whereValues', 100, 101],
      { w: { AND: Array(101).fill({}) } },
    ],
    [
      'conditions',
      'query($w: UserWhere) { users(where: $w) { totalCount } }',
      ['whereConditions', 30, 31],
      { w: { search: 'x', OR: Array(30).fill({ poolCode: 'x' }) } },
    ],
    [
      'levels',
      '{ users(where: { NOT: { AND: [{ OR: { NOT: { NOT: { search: "x" } } } }] } }) { totalCount } }',
      ['whereDepth', 5, 6],
    ],
    [
      'levels in a variable within',
      'query($w: UserWhere!) { users(where: { NOT: { AND: [{ OR: [$w] }] } }) { totalCount } }',
      ['whereDepth', 5, 6],
      { w: { NOT: { NOT: {} } } },
    ],
  ])('%s', async (_what, query, expected, variables) => {
    expect(await refusal(query, variables)).toEqual(expected);
  });

  test('every page of the schema has 100 rows at most, and every condition of it 100 values', async () => {
    const answers: Record<string, unknown> = {};
    for (const { name, field, ask } of fieldsBelowQuery()) {
      if (field.args.some((arg) => arg.name === 'first')) answers[`${name}(first)`] = await refusal(ask('first: 101'));
      const where = field.args.find((arg) => arg.name === 'where');
      const conditions = where ? Object.values((getNamedType(where.type) as GraphQLInputObjectType).getFields()) : [];
      for (const condition of conditions.filter(({ type }) => isListType(getNullableType(type)))) {
        const values = Array.from({ length: 101 }, () => literalOf(getNamedType(condition.type)));
        answers[`${name}(where.${condition.name})`] = await refusal(ask(`where: { ${condition.name}: [${values}] }`));
      }
    }

    const expected = Object.keys(answers).map((name) => [
      name,
      name.endsWith('(first)') ? ['pageSize', 100, 101] : ['whereValues', 100, 101],
    ]);
    expect(answers).toEqual(Object.fromEntries(expected));
    expect(Object.keys(answers).length).toBeGreaterThan(25);
  });

  test('up to the limits they pass', async () => {
    const where = {
      AND: [
        { OR: [{ NOT: { NOT: { ids: Array(100).fill('user_x') } } }] },
        ...Array(29).fill({ createdAt: { from: '2026-01-01T00:00:00.000Z', to: null } }),
      ],
    };

    expect(await cost('query($w: UserWhere) { users(first: 100, where: $w) { nodes { id } } }', { w: where })).toBe(101);
    expect(await cost('query($k: [ID!]) { usersLookup(ids: $k) { users { id } } }', { k: Array(200).fill('x') })).toBe(201);
  });

  test('a limit is a setting', async () => {
    const strict = await createServer({
      database: untouched,
      settings: readSettings({ NODE_ENV: 'test', STEWARD_MAX_DEPTH: '2', STEWARD_MAX_BATCH: '1' }),
      log: pino({ level: 'silent' }),
    });
    const response = await strict.fetch(
      new Request('http://127.0.0.1/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { user { id } } }' }),
      }),
    );

    expect((await response.json()).errors[0].extensions).toMatchObject({ which: 'depth', limit: 2, got: 3 });
  });
});

describe('bytes of an answer', () => {
  const refused = (limit: number, got: number) => ({
    data: null,
    errors: [{ extensions: { code: 'BAD_USER_INPUT', which: 'answerBytes', limit, got } }],
  });

  test('what fits is written as JSON writes it, to the byte', () => {
    const result = { data: { a: [1, true, null, 'ä"\n', {}, []], b: { c: 1.5 } }, extensions: { cost: 2 } };
    const text = JSON.stringify(result);
    const bytes = Buffer.byteLength(text);

    expect(writeResults([result], bytes)).toEqual({ texts: [text], results: [result] });
    expect(writeResults([result], bytes - 1).results[0]).toMatchObject(refused(bytes - 1, bytes));
    expect(writeResults([result, result], bytes).texts[0]).toBe(text);
    expect(writeResults([result, result], bytes).results[1]).toMatchObject(refused(bytes, expect.any(Number) as never));
  });

  test('one that no string could hold is refused before it is written', () => {
    const value = 'x'.repeat(10_000);
    const data = { list: Array.from({ length: 100_000 }, () => ({ value })) };
    const started = performance.now();

    const { results, texts } = writeResults([{ data, extensions: { cost: 7 } }], 10_000_000);
    expect(results[0]).toMatchObject({ ...refused(10_000_000, expect.any(Number) as never), extensions: { cost: 7 } });
    expect(texts[0]!.length).toBeLessThan(1000);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('over HTTP it is no 500', async () => {
    const small = await createServer({
      database: untouched,
      settings: readSettings({ NODE_ENV: 'test', STEWARD_MAX_ANSWER_BYTES: '1000' }),
      log: pino({ level: 'silent' }),
    });
    const send = async (body: unknown) => {
      const response = await small.fetch(
        new Request('http://127.0.0.1/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      );
      return { status: response.status, body: await response.json() };
    };
    const query = '{ __schema { types { name description } } }';

    expect(await send({ query })).toMatchObject({ status: 200, body: refused(1000, expect.any(Number) as never) });
    expect(await send([{ query: '{ __typename }' }, { query }, { query: '{ __typename }' }])).toMatchObject({
      status: 200,
      body: [{ data: { __typename: 'Query' } }, refused(1000, expect.any(Number) as never), { data: { __typename: 'Query' } }],
    });
  });
});

describe('time', () => {
  test('a request that takes too long is told UNAVAILABLE', async () => {
    const stuck = new Proxy(
      {},
      { get: (_target, name) => (name === 'read' || name === 'query' ? () => new Promise(() => {}) : undefined) },
    );
    const slow = await createServer({
      database: stuck as never,
      settings: readSettings({ NODE_ENV: 'test', STEWARD_REQUEST_MS: '50' }),
      log: pino({ level: 'silent' }),
    });
    const login = 'mutation { authLogin(input: { email: "a@example.com", password: "x" }) { __typename } }';
    const response = await slow.fetch(
      new Request('http://127.0.0.1/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: login }),
      }),
    );

    expect(await response.json()).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  });
});

describe('batches', () => {
  test('queries share the caller; a mutation among them has everybody ask anew, in order', async () => {
    const { person, anonymous, statements } = await startWorld();
    const jo = await person();
    await jo.signIn();
    const viewer: [string] = ['{ viewer { user { email } } }'];

    const single = await statements(() => jo.run(viewer[0]));
    expect(await statements(() => jo.batch(Array(10).fill(viewer)))).toBe(single);
    expect(await anonymous.batch([viewer, ['{ roles { code } }']])).toMatchObject([
      { data: { viewer: null }, errors: [] },
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
  });
});
