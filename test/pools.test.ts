import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../src/ids.ts';
import {
  AppsOfPoolDocument,
  CountsOfPoolDocument,
  PoolByCodeDocument,
  PoolsInFullDocument,
  type UserOrder,
  UsersOfPoolDocument,
  type UsersOfPoolQueryVariables,
  type UserWhere,
} from './generated/graphql.ts';
import { visitsTo } from './support/personas.ts';
import { type Client, type Person, startWorld, type World } from './support/world.ts';

type Asked = Omit<UsersOfPoolQueryVariables, 'code'>;

interface Known {
  readonly id: string;
  readonly uuid: string;
  readonly email: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly lastLoginAt: string | null;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly home: string;
  readonly tags: readonly string[];
}

const codes = ['blue', 'green', 'red', 'white'] as const;
const instants = ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z', '2025-06-01T12:00:00.999Z'];
const names = ['b', 'B', null, 'ä', 'a', null, 'b', '\u{1d4d0}', '\uff21'];

let world: World;
let admin: Person;
let people: Known[];

beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ email: 'admin@steward.example', roles: ['super_admin'] });
  await admin.signIn();
  for (const code of codes) await world.pool(code);

  people = [];
  for (let at = 0; at < 36; at++) {
    // Nobody is at home in white; a third is at home in blue. Tags make every number of further pools up to three.
    const home = ['blue', 'green', 'red', 'blue', 'green'][at % 5]!;
    const tags = codes.filter((code, bit) => code !== home && (at >> bit) & 1);
    people.push(
      await known({
        email: `${'qwertzuiopasdfghjklyxcvbnm'[at % 26]}${at}@${at % 2 ? 'odd' : 'even'}.example`,
        name: names[at % names.length]!,
        createdAt: instants[at % 3]!,
        lastLoginAt: [null, instants[1]!, instants[0]!, null][at % 4]!,
        status: at % 7 === 3 ? 'SUSPENDED' : 'ACTIVE',
        home,
        tags,
      }),
    );
  }
});

async function known(one: Omit<Known, 'id' | 'uuid'>): Promise<Known> {
  const { email, name, createdAt, lastLoginAt, status, home, tags } = one;
  const { id, uuid } = await world.person({
    email,
    name,
    status,
    pool: home,
    createdAt: new Date(createdAt),
    ...(lastLoginAt && { lastLoginAt: new Date(lastLoginAt) }),
  });
  for (const tag of tags) await tagged(uuid, tag);
  return { ...one, id, uuid };
}

const tagged = (person: string, code: string) =>
  world.database.query(
    world.sql`INSERT INTO user_pools (user_id, pool_id) SELECT ${person}::uuid, p.id FROM pools p WHERE p.code = ${code}`,
  );

/** A platform role that the system does not come with, holding these permissions alone. */
async function readerWith(permissions: string[]): Promise<Person> {
  const code = `reader-${newId()}`;
  await world.database.query(world.sql`
    WITH made AS (INSERT INTO roles (id, code, name, scope, built_in, rank) VALUES (${newId()}::uuid, ${code}, ${code}, 'PLATFORM', true, 90) RETURNING id)
    SELECT id FROM made`);
  await world.database.query(world.sql`
    INSERT INTO role_permissions (role_id, permission_code)
    SELECT r.id, p FROM roles r, unnest(${permissions}::text[]) p WHERE r.code = ${code}`);
  return world.person({ roles: [code] });
}

// ---------------------------------------------------------------- the model

const columns = { CREATED_AT: 'createdAt', EMAIL: 'email', NAME: 'name', LAST_LOGIN_AT: 'lastLoginAt' } as const;
const newestFirst: UserOrder = { field: 'CREATED_AT', direction: 'DESC' };

/** Ties by id in the same direction, nulls last in either; text by its bytes. */
function sorted(all: readonly Known[], { field, direction = 'ASC' }: UserOrder): Known[] {
  const sign = direction === 'ASC' ? 1 : -1;
  const bytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
  return [...all].sort((one, other) => {
    const [value, second] = [one[columns[field]], other[columns[field]]];
    if ((value === null) !== (second === null)) return value === null ? 1 : -1;
    return sign * (bytes(value ?? '', second ?? '') || bytes(one.uuid, other.uuid));
  });
}

const isIn = (code: string) => (one: Known) => one.home === code || one.tags.includes(code);

const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

async function page(code: string, asked: Asked = {}) {
  const answer = await admin.run(UsersOfPoolDocument, { code, ...asked });
  const users = answer.poolByCode!.users!;
  expect(idsOf(users.edges.map(({ node }) => node))).toEqual(idsOf(users.nodes));
  return { ...users, ids: idsOf(users.nodes), cursors: users.edges.map(({ cursor }) => cursor) };
}

const shown = (pool: { id: string; code: string }) => ({
  __typename: 'Pool',
  id: pool.id,
  code: pool.code,
  name: pool.code,
  description: null,
  createdAt: expect.any(String),
  updatedAt: expect.any(String),
  version: 1,
});

// ---------------------------------------------------------------- refusals

describe('refused', () => {
  test.each(['pools', 'poolByCode(code: "blue")'])('UNAUTHENTICATED for who is not signed in: %s', async (field) => {
    const answer = await world.anonymous.ask(`{ ${field} { code } }`);

    expect(answer.data).toEqual({ [/^\w+/.exec(field)![0]]: null });
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  test('FORBIDDEN for the list without pools:read', async () => {
    const person = await world.person();

    const answer = await person.ask(PoolsInFullDocument);

    expect(answer.data).toEqual({ pools: null });
    expect(answer.errors.map(({ path, extensions: { code, needs } }) => ({ path, code, needs }))).toEqual([
      { path: ['pools'], code: 'FORBIDDEN', needs: 'pools:read' },
    ]);
  });

  test.each<[holding: string, permissions: string[], refused: Record<string, string>]>([
    [
      'nothing',
      [],
      { userCount: 'pools:read', homeCount: 'pools:read', tagCount: 'pools:read', apps: 'apps:read', users: 'users:read' },
    ],
    ['pools:read', ['pools:read'], { apps: 'apps:read', users: 'users:read' }],
    [
      'apps:read',
      ['apps:read'],
      { userCount: 'pools:read', homeCount: 'pools:read', tagCount: 'pools:read', users: 'users:read' },
    ],
    [
      'users:read',
      ['users:read'],
      { userCount: 'pools:read', homeCount: 'pools:read', tagCount: 'pools:read', apps: 'apps:read' },
    ],
  ])(
    'FORBIDDEN, at each field of one’s own pool that needs more than one has: who holds %s',
    async (_holding, permissions, refused) => {
      const reader = await readerWith(permissions);

      const { data, errors } = await reader.ask(
        '{ poolByCode(code: "default") { code userCount homeCount tagCount apps { code } users { nodes { email } } } }',
      );

      const wanted = ['userCount', 'homeCount', 'tagCount', 'apps', 'users'];
      expect(wanted.filter((field) => data.poolByCode[field] === null)).toEqual(Object.keys(refused));
      expect(data.poolByCode.code).toBe('default');
      // Each field is refused in its own time.
      const told = errors.map(({ path, extensions: { code, needs } }) => [path!.join('.'), `${code} ${needs}`]);
      expect(errors).toHaveLength(Object.keys(refused).length);
      expect(Object.fromEntries(told)).toEqual(
        Object.fromEntries(Object.entries(refused).map(([field, needs]) => [`poolByCode.${field}`, `FORBIDDEN ${needs}`])),
      );
    },
  );

  test('null, without an error, for a pool that is not one’s own, as for a code that nothing has', async () => {
    const own = await world.pool('own');
    const person = await visitsTo(world).visit(await world.person({ pool: own.code }));
    const missing = ['green', 'default', 'nothing-has-it', '', 'OWN', 'own ', 'own\0', '\ud800', '%'];

    const answers = await Promise.all(missing.map((code) => person.run(PoolByCodeDocument, { code })));

    expect(answers).toEqual(missing.map(() => ({ poolByCode: null })));
    expect(await person.run(PoolByCodeDocument, { code: 'own' })).toEqual({ poolByCode: shown(own) });
  });

  const refusalOf = async (code: string, asked: Asked) => {
    const { data, errors } = await admin.ask(UsersOfPoolDocument, { code, ...asked });
    return {
      users: data?.poolByCode?.users ?? null,
      refusals: errors.map(({ extensions: e }) => ({ code: e.code, limit: e.limit, got: e.got })),
    };
  };

  test.each<[string, Asked, object?]>([
    ['first with last', { first: 1, last: 1 }],
    ['a negative last', { last: -1 }],
    ['101 rows', { first: 101 }, { limit: 100, got: 101 }],
    ['garbage for a cursor', { after: 'garbage' }],
    ['a search of 11 words', { where: { search: 'a b c d e f g h i j k' } }, { limit: 10, got: 11 }],
    ['a where of six levels', { where: { NOT: { NOT: { NOT: { NOT: { NOT: { search: 'a' } } } } } } }, { limit: 5, got: 6 }],
  ])('BAD_USER_INPUT for %s', async (_what, asked, numbers = {}) => {
    expect(await refusalOf('blue', asked)).toEqual({ users: null, refusals: [{ code: 'BAD_USER_INPUT', ...numbers }] });
  });

  test('BAD_USER_INPUT for what all pools together would cost, which are taken to be ten', async () => {
    const answer = await admin.ask('{ pools { users(first: 100) { nodes { sessions(first: 30) { id } } } } }');

    expect(answer.data).toBeUndefined();
    expect(answer.errors.map(({ extensions: { code, which, got } }) => ({ code, which, got }))).toEqual([
      { code: 'BAD_USER_INPUT', which: 'cost', got: 10 * (1 + 1 + 100 * (1 + 30)) },
    ]);
  });

  test('BAD_USER_INPUT for the cursor of another pool, of another order, and of all users', async () => {
    const badInput = { users: null, refusals: [{ code: 'BAD_USER_INPUT' }] };
    const { cursors } = await page('green');
    const { users } = await admin.run('{ users(first: 1) { edges { cursor } } }');

    expect(await refusalOf('blue', { after: cursors[0]! })).toEqual(badInput);
    expect(await refusalOf('green', { after: cursors[0]!, orderBy: { field: 'CREATED_AT', direction: 'ASC' } })).toEqual(
      badInput,
    );
    expect(await refusalOf('green', { after: users.edges[0].cursor })).toEqual(badInput);
    expect((await refusalOf('green', { after: cursors[0]! })).refusals).toEqual([]);
  });
});

// ---------------------------------------------------------------- whose pool

test('one’s home and tags are seen by their codes; while impersonated by an organization the home, and the impersonator’s', async () => {
  for (const code of ['home-of-owner', 'home-of-member', 'tag-of-member']) await world.pool(code);
  const owner = await world.person({ pool: 'home-of-owner' });
  const member = await world.person({ pool: 'home-of-member' });
  await tagged(member.uuid, 'tag-of-member');
  const acme = await world.organization({ owner, members: [[member]] });
  const { visit } = visitsTo(world);
  const confined = await visit(member, { impersonator: { by: owner, from: await visit(owner), boundTo: acme } });
  const staff = await visit(member, { impersonator: { by: admin, from: await visit(admin) } });

  const seen = async (reader: Client) => {
    const all = ['default', 'home-of-owner', 'home-of-member', 'tag-of-member', 'blue'];
    const answers = await Promise.all(all.map((code) => reader.run(PoolByCodeDocument, { code })));
    return answers.map(({ poolByCode }) => poolByCode?.code).filter(Boolean);
  };

  expect({
    member: await seen(await visit(member)),
    confined: await seen(confined),
    staff: await seen(staff),
    admin: await seen(admin),
  }).toEqual({
    member: ['home-of-member', 'tag-of-member'],
    confined: ['home-of-owner', 'home-of-member'],
    staff: ['default', 'home-of-member', 'tag-of-member'],
    admin: ['default', 'home-of-owner', 'home-of-member', 'tag-of-member', 'blue'],
  });
});

// ---------------------------------------------------------------- all pools

test('every pool, by code, with its users and its apps', async () => {
  const { pool, app, person, database, sql } = await startWorld();
  const reader = await person({ roles: ['system_admin'] });
  // As bytes: the hyphen before digits, the underscore after them, letters last.
  const made = new Map<string, { id: string; code: string }>();
  for (const code of ['ab', 'a_b', 'a1', 'a-b', 'zz', '_', '-']) made.set(code, await pool(code));
  await app({ code: 'second', pool: 'ab', readPools: ['a1', 'zz'] });
  await app({ code: 'first', pool: 'a1', readPools: ['ab'], status: 'DISABLED' });
  const [one, two] = [await person({ pool: 'ab' }), await person({ pool: 'a1' })];
  await database.query(
    sql`INSERT INTO user_pools (user_id, pool_id) SELECT ${one.uuid}::uuid, p.id FROM pools p WHERE p.code IN ('a1', 'zz')`,
  );
  await database.query(
    sql`INSERT INTO user_pools (user_id, pool_id) SELECT ${two.uuid}::uuid, p.id FROM pools p WHERE p.code = 'zz'`,
  );

  const { pools } = await reader.run(PoolsInFullDocument);

  const nobody = { userCount: 0, homeCount: 0, tagCount: 0, apps: [] };
  const both = [{ code: 'first' }, { code: 'second' }];
  expect(pools).toEqual([
    { ...shown(made.get('-')!), ...nobody },
    { ...shown(made.get('_')!), ...nobody },
    { ...shown(made.get('a-b')!), ...nobody },
    { ...shown(made.get('a1')!), userCount: 2, homeCount: 1, tagCount: 1, apps: both },
    { ...shown(made.get('a_b')!), ...nobody },
    { ...shown(made.get('ab')!), userCount: 1, homeCount: 1, tagCount: 0, apps: both },
    {
      ...shown({ id: expect.stringMatching(/^pool_/) as never, code: 'default' }),
      name: expect.any(String),
      description: expect.anything(),
      userCount: 1,
      homeCount: 1,
      tagCount: 0,
      apps: [],
    },
    { ...shown(made.get('zz')!), userCount: 2, homeCount: 0, tagCount: 2, apps: [{ code: 'second' }] },
  ]);
});

test('an app that reads from its own home pool is in it once', async () => {
  const { code } = await world.pool();
  const app = await world.app({ pool: code, readPools: [code, 'default'], status: 'DISABLED' });

  expect(await admin.run(AppsOfPoolDocument, { code })).toEqual({
    poolByCode: { apps: [{ code: app.code, status: 'DISABLED' }] },
  });
});

// ---------------------------------------------------------------- how many

test.each(codes)('the counts of %s: who is at home there, who is tagged into it, and both, each once', async (code) => {
  const { poolByCode } = await admin.run(CountsOfPoolDocument, { code });

  const homeCount = people.filter(({ home }) => home === code).length;
  const tagCount = people.filter(({ tags }) => tags.includes(code)).length;
  expect(poolByCode).toEqual({ code, userCount: people.filter(isIn(code)).length, homeCount, tagCount });
  expect(poolByCode!.userCount).toBe(homeCount + tagCount);
});

test('counts and users follow who moves home, is tagged, and is untagged', async () => {
  const [from, to] = [await world.pool(), await world.pool()];
  const [mover, stayer] = [await world.person({ pool: from.code }), await world.person({ pool: from.code })];
  await tagged(stayer.uuid, to.code);
  const state = async () => {
    const states = [];
    for (const { code } of [from, to]) {
      const { userCount, homeCount, tagCount } = (await admin.run(CountsOfPoolDocument, { code })).poolByCode!;
      const { nodes, totalCount } = await page(code);
      states.push({ counts: [userCount, homeCount, tagCount, totalCount], users: nodes.map(({ email }) => email) });
    }
    return states;
  };
  const before = await state();

  await world.database.query(world.sql`UPDATE users SET home_pool_id = ${to.uuid}::uuid WHERE id = ${mover.uuid}::uuid`);
  const moved = await state();
  await world.database.query(world.sql`DELETE FROM user_pools WHERE user_id = ${stayer.uuid}::uuid`);
  const untagged = await state();

  expect([before, moved, untagged]).toEqual([
    [
      { counts: [2, 2, 0, 2], users: [stayer.email, mover.email] },
      { counts: [1, 0, 1, 1], users: [stayer.email] },
    ],
    [
      { counts: [1, 1, 0, 1], users: [stayer.email] },
      { counts: [2, 1, 1, 2], users: [stayer.email, mover.email] },
    ],
    [
      { counts: [1, 1, 0, 1], users: [stayer.email] },
      { counts: [1, 1, 0, 1], users: [mover.email] },
    ],
  ]);
});

// ---------------------------------------------------------------- who

test('the users of a pool are those at home and those tagged, newest first unless told, and not of another', async () => {
  const answers = await Promise.all(codes.map((code) => page(code, { first: 100 })));

  expect(answers.map(({ ids, totalCount }) => ({ ids, totalCount }))).toEqual(
    codes.map((code) => {
      const users = sorted(people.filter(isIn(code)), newestFirst);
      return { ids: idsOf(users), totalCount: users.length };
    }),
  );
  expect(answers[3]!.nodes.map(({ homePool }) => homePool.code)).not.toContain('white');
});

test('a pool without users is an empty page', async () => {
  const { nodes, totalCount, pageInfo } = await page((await world.pool()).code, {
    orderBy: { field: 'NAME', direction: 'DESC' },
  });

  expect({ nodes, totalCount, pageInfo }).toEqual({
    nodes: [],
    totalCount: 0,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

// Each with what it means in the model.
const conditions: [where: UserWhere, holds: (one: Known) => boolean][] = [
  [{}, () => true],
  [{ search: 'ODD.example' }, ({ email }) => email.endsWith('@odd.example')],
  [{ status: ['SUSPENDED'] }, ({ status }) => status === 'SUSPENDED'],
  [{ status: [] }, () => false],
  [{ poolCode: 'white' }, isIn('white')],
  [{ NOT: { poolCode: 'red' } }, (one) => !isIn('red')(one)],
  [
    { createdAt: { from: instants[1]!, to: instants[2]! }, lastLoginAt: { to: instants[2]! } },
    ({ createdAt, lastLoginAt }) => createdAt === instants[1] && lastLoginAt !== null,
  ],
  [
    { OR: [{ poolCode: 'blue' }, { search: 'even' }], status: ['ACTIVE'] },
    (one) => (isIn('blue')(one) || one.email.includes('even')) && one.status === 'ACTIVE',
  ],
  [{ AND: [{ search: '@even' }, { search: '1' }] }, ({ email }) => email.includes('@even') && email.includes('1')],
];

const orders: UserOrder[] = (['CREATED_AT', 'EMAIL', 'NAME', 'LAST_LOGIN_AT'] as const).flatMap((field) => [
  { field, direction: 'ASC' as const },
  { field, direction: 'DESC' as const },
]);

test.each(conditions)('where %j finds who matches in the pool alone', async (where, holds) => {
  for (const code of codes) {
    const { ids, totalCount } = await page(code, { first: 100, where });

    const users = sorted(people.filter(isIn(code)).filter(holds), newestFirst);
    expect({ ids, totalCount }).toEqual({ ids: idsOf(users), totalCount: users.length });
  }
});

test('any page, in any order, of whatever matches in any pool is the same as of a list in memory', async () => {
  const position = fc.option(fc.double({ min: 0, max: 0.999, noNaN: true }), { nil: null });
  const cursorsOf = new Map<string, string[]>();

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...codes),
      fc.constantFrom(...orders),
      fc.constantFrom(...conditions),
      position,
      position,
      fc.nat(7),
      fc.boolean(),
      async (code, orderBy, [where, holds], from, to, count, backwards) => {
        const all = sorted(people.filter(isIn(code)), orderBy);
        const place = JSON.stringify([code, orderBy]);
        if (!cursorsOf.has(place)) cursorsOf.set(place, (await page(code, { first: 100, orderBy })).cursors);
        const cursors = cursorsOf.get(place)!;
        const [after, before] = [from, to].map((part) => (part === null ? null : Math.floor(part * all.length)));
        // Cursors hold whatever is filtered: those of people that do not match as well.
        const rows = all.filter(holds);
        const window = rows.filter((one) => all.indexOf(one) > (after ?? -1) && all.indexOf(one) < (before ?? all.length));

        const { ids, totalCount, pageInfo } = await page(code, {
          orderBy,
          where,
          ...(backwards ? { last: count } : { first: count }),
          ...(after != null && { after: cursors[after]! }),
          ...(before != null && { before: cursors[before]! }),
        });

        expect({ ids, totalCount }).toEqual({
          ids: idsOf(backwards ? window.slice(Math.max(0, window.length - count)) : window.slice(0, count)),
          totalCount: rows.length,
        });
        expect(pageInfo).toMatchObject(
          backwards
            ? { hasPreviousPage: window.length > count, hasNextPage: before !== null }
            : { hasNextPage: window.length > count, hasPreviousPage: after !== null },
        );
      },
    ),
    { numRuns: 200 },
  );
});

// ---------------------------------------------------------------- many pools at once

describe('many pools', () => {
  let pools: { uuid: string; id: string; code: string }[];

  beforeAll(async () => {
    pools = [];
    for (let at = 0; at < 50; at++) pools.push(await world.pool(`many-${at}`));
    const uuids = pools.map(({ uuid }) => uuid);
    // Five people are tagged into each, two apps read from each.
    await world.database.query(world.sql`
      INSERT INTO user_pools (user_id, pool_id)
      SELECT u, p FROM unnest(${people.slice(0, 5).map(({ uuid }) => uuid)}::uuid[]) u, unnest(${uuids}::uuid[]) p`);
    for (const code of ['reads-many', 'reads-many-too']) await world.app({ code, readPools: pools.map((pool) => pool.code) });
    // Connections and signing keys are there from now on.
    await Promise.all(Array.from({ length: 12 }, () => admin.run('{ viewer { user { email } } }')));
  });

  /** The fewest of three, since the pool may open a connection meanwhile; the session is touched before. */
  async function counted(selection: string, parents: number): Promise<number> {
    const ids = pools.slice(0, parents).map(({ id }) => id);
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await world.database.query(world.sql`UPDATE sessions SET last_active_at = now() WHERE user_id = ${admin.uuid}::uuid`);
      counts.push(
        await world.statements(() =>
          admin.run(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Pool { ${selection} } } }`, { ids }),
        ),
      );
    }
    return Math.min(...counts);
  }

  // The caller and the pools, then what is asked for.
  test.each<[selection: string, more: number]>([
    ['code name', 0],
    ['userCount', 1],
    ['homeCount', 1],
    ['tagCount', 1],
    ['apps { code status }', 1],
    ['users(first: 3) { nodes { email } }', 1],
    ['users(first: 3) { totalCount }', 1],
    [
      'users(last: 3, where: { search: "a" }, orderBy: { field: NAME }) { totalCount pageInfo { endCursor } edges { node { email } } }',
      2,
    ],
    ['userCount homeCount tagCount apps { code } users(first: 3) { totalCount nodes { email homePool { code } } }', 7],
  ])('%s', async (selection, more) => {
    expect([await counted(selection, 5), await counted(selection, 50)]).toEqual([2 + more, 2 + more]);
  });

  test('every pool has its own page and its own counts', async () => {
    await world.database.query(world.sql`
      DELETE FROM user_pools WHERE pool_id = ${pools[1]!.uuid}::uuid AND user_id = ${people[0]!.uuid}::uuid`);
    await world.database.query(world.sql`DELETE FROM user_pools WHERE pool_id = ${pools[2]!.uuid}::uuid`);
    await world.database.query(world.sql`DELETE FROM app_read_pools WHERE pool_id = ${pools[2]!.uuid}::uuid`);

    const { nodes } = await admin.run(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Pool { code userCount homeCount tagCount apps { code }
         users(first: 3, where: { poolCode: "blue" }) { totalCount nodes { email } } } } }`,
      { ids: pools.slice(0, 4).map(({ id }) => id) },
    );

    const blue = sorted(people.slice(0, 5).filter(isIn('blue')), newestFirst);
    const blueLater = blue.filter((one) => one !== people[0]);
    const apps = [{ code: 'reads-many' }, { code: 'reads-many-too' }];
    const users = (of: Known[]) => ({ totalCount: of.length, nodes: of.slice(0, 3).map(({ email }) => ({ email })) });
    expect(blueLater.length).toBe(blue.length - 1);
    expect(nodes).toEqual([
      { code: 'many-0', userCount: 5, homeCount: 0, tagCount: 5, apps, users: users(blue) },
      { code: 'many-1', userCount: 4, homeCount: 0, tagCount: 4, apps, users: users(blueLater) },
      { code: 'many-2', userCount: 0, homeCount: 0, tagCount: 0, apps: [], users: users([]) },
      { code: 'many-3', userCount: 5, homeCount: 0, tagCount: 5, apps, users: users(blue) },
    ]);
  });
});
