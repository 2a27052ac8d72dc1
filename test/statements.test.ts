import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { Prisma } from '../src/database.ts';
import { encodeId, type IdPrefix } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { UsersPageDocument, UserWithSessionsDocument } from './generated/graphql.ts';
import { onPostgres } from './support/database.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;
let people: Person[];
/** Members of organizations that refuse them something: of five, and of fifty. */
let few: Person;
let many: Person;
let invitation: { token: string };
/** Where all of the people are members. */
let shared: Organization;
/** Ids of what no connection lists at the root, fifty of each. */
let ids: Record<'app' | 'pool' | 'role', string[]>;

// A hundred people with some of everything, so that no list is empty by chance.
beforeAll(async () => {
  world = await startWorld();
  const { database, sql } = world;
  admin = await world.person({ email: 'admin@steward.example', roles: ['system_admin'], createdAt: new Date('2020-01-01') });
  await world.pool('partner');
  const app = await world.app({ readPools: ['partner'] });
  people = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      world.person({ email: `person-${at}@counted.example`, roles: ['base_user', 'buyer'] }),
    ),
  );
  const uuids = people.map(({ uuid }) => uuid);
  const organizations: Organization[] = [];
  for (let at = 0; at < 2; at++) {
    organizations.push(
      await world.organization({
        owner: admin,
        customRoles: { [`custom-${at}`]: ['org:read'] },
        members: people.map((one) => [one, ['org_member', `custom-${at}`]] as const),
      }),
    );
  }
  shared = organizations[0]!;
  await database.query(sql`UPDATE memberships SET invited_by_id = ${admin.uuid}::uuid`);
  await database.query(
    sql`INSERT INTO user_pools (user_id, pool_id) SELECT u, p.id FROM unnest(${uuids}::uuid[]) u, pools p WHERE p.code = 'partner'`,
  );
  await database.query(sql`
    INSERT INTO app_grants (id, user_id, app_id, status, granted_by_id, revoked_at, revoked_by_id)
    SELECT gen_random_uuid(), u, ${app.uuid}::uuid, 'REVOKED', ${admin.uuid}::uuid, now(), ${admin.uuid}::uuid FROM unnest(${uuids}::uuid[]) u`);
  for (let at = 0; at < 2; at++) {
    await database.query(sql`
      INSERT INTO sessions (id, user_id, expires_at, ends_at, app_id, organization_id, impersonator_id, impersonation_reason, user_agent)
      SELECT gen_random_uuid(), u, now() + interval '1 day', now() + interval '1 day', ${app.uuid}::uuid, ${organizations[0]!.uuid}::uuid,
             ${admin.uuid}::uuid, 'to look at it', 'curl' FROM unnest(${uuids}::uuid[]) u`);
  }
  await Promise.all(people.map(({ email }) => world.invitation({ organization: organizations[0]!, email, by: admin })));
  few = await world.person();
  many = await world.person();
  invitation = await world.invitation({ organization: organizations[0]!, email: 'guest@counted.example', by: admin });
  await fillOrganizations();
  await fillApps();
  await fillEvents();
  ids = {
    app: await idsOf('app', sql`SELECT id FROM apps WHERE code LIKE 'counted-%' ORDER BY id LIMIT 50`),
    pool: await idsOf('pool', sql`SELECT id FROM pools WHERE code LIKE 'counted-%' ORDER BY id LIMIT 50`),
    role: await idsOf('role', sql`SELECT id FROM roles WHERE code = 'counted' ORDER BY id LIMIT 50`),
  };
  await Promise.all([admin, few, many].map((one) => one.signIn()));
  // Connections and signing keys are there from now on.
  await Promise.all(Array.from({ length: 12 }, () => admin.run('{ viewer { user { roles { code } } } }')));
});

async function idsOf(prefix: IdPrefix, rows: Prisma.Sql): Promise<string[]> {
  return (await world.database.query<{ id: string }>(rows)).map(({ id }) => encodeId(prefix, id));
}

/** An organization for each person, with a custom role, two who are invited, and members: its owner, the admin, and some of the others. */
async function fillOrganizations() {
  const { database, sql } = world;
  const others = [
    [admin.uuid, 100],
    [few.uuid, 5],
    [many.uuid, 50],
  ] as const;
  await database.query(sql`
    WITH made AS (
      INSERT INTO organizations (id, name, slug, owner_id, search_text)
      SELECT gen_random_uuid(), 'Counted ' || n, 'counted-' || n, u, 'counted ' || n
        FROM unnest(${people.map(({ uuid }) => uuid)}::uuid[]) WITH ORDINALITY AS person(u, n)
      RETURNING id, owner_id, split_part(slug, '-', 2)::int AS place),
    role AS (
      INSERT INTO roles (id, code, name, scope, rank, organization_id)
      SELECT gen_random_uuid(), 'counted', 'Counted', 'ORGANIZATION', 70, id FROM made RETURNING id, organization_id),
    permission AS (INSERT INTO role_permissions (role_id, permission_code) SELECT id, 'org:read' FROM role),
    member AS (
      INSERT INTO memberships (id, organization_id, user_id, invited_by_id)
      SELECT gen_random_uuid(), id, owner_id, ${admin.uuid}::uuid FROM made
       UNION ALL
      SELECT gen_random_uuid(), made.id, one.id, ${admin.uuid}::uuid
        FROM made JOIN unnest(${others.map(([uuid]) => uuid)}::uuid[], ${others.map(([, most]) => most)}::int[]) AS one(id, most) ON place <= most
      RETURNING id, organization_id, user_id),
    invited AS (
      INSERT INTO invitations (id, organization_id, email, token_hash, invited_by_id, expires_at)
      SELECT gen_random_uuid(), id, 'guest-' || n || '@counted.example', sha256((id::text || n)::bytea), ${admin.uuid}::uuid, now() + interval '1 day'
        FROM made, generate_series(1, 2) n
      RETURNING id, organization_id),
    offered AS (
      INSERT INTO invitation_roles (invitation_id, role_id)
      SELECT invited.id, role.id FROM invited JOIN role USING (organization_id))
    INSERT INTO membership_roles (membership_id, role_id)
    SELECT member.id, role.id FROM member JOIN role USING (organization_id)
     UNION ALL
    SELECT member.id, r.id FROM member JOIN made ON made.id = member.organization_id
      JOIN roles r ON r.built_in AND r.scope = 'ORGANIZATION' AND r.code = CASE WHEN user_id = owner_id THEN 'org_admin' ELSE 'org_member' END`);
}

/** Fifty apps and fifty pools: each app is at home in one pool, reads two more, and is open to two people. */
async function fillApps() {
  const { database, sql } = world;
  const holders = [await world.person(), await world.person()].map(({ uuid }) => uuid);
  await database.query(
    sql`INSERT INTO pools (id, code, name) SELECT gen_random_uuid(), 'counted-' || n, 'Counted' FROM generate_series(0, 49) n`,
  );
  await database.query(sql`
    INSERT INTO apps (id, code, name, home_pool_id)
    SELECT gen_random_uuid(), p.code, 'Counted', p.id FROM pools p WHERE p.code LIKE 'counted-%'`);
  await database.query(sql`
    INSERT INTO app_read_pools (app_id, pool_id, position)
    SELECT a.id, p.id, n FROM generate_series(0, 49) place CROSS JOIN generate_series(1, 2) n
      JOIN apps a ON a.code = 'counted-' || place
      JOIN pools p ON p.code = 'counted-' || (place + n) % 50`);
  await database.query(sql`
    INSERT INTO user_pools (user_id, pool_id) SELECT u, p.id FROM unnest(${holders}::uuid[]) u, pools p WHERE p.code LIKE 'counted-%'`);
  await database.query(sql`
    INSERT INTO app_grants (id, user_id, app_id, granted_by_id)
    SELECT gen_random_uuid(), u, a.id, ${admin.uuid}::uuid FROM unnest(${holders}::uuid[]) u, apps a WHERE a.code LIKE 'counted-%'`);
}

/** Two events in each organization, by one of the people, done as somebody else; what they were done to is of every type in turn. */
async function fillEvents() {
  const { database, sql } = world;
  const subjects = {
    user: sql`SELECT id FROM users WHERE email LIKE '%@counted.example'`,
    org: sql`SELECT id FROM organizations`,
    mem: sql`SELECT id FROM memberships`,
    role: sql`SELECT id FROM roles`,
    app: sql`SELECT id FROM apps`,
    grant: sql`SELECT id FROM app_grants`,
    pool: sql`SELECT id FROM pools`,
    ses: sql`SELECT id FROM sessions WHERE ended_at IS NULL`,
    inv: sql`SELECT id FROM invitations`,
    evt: sql`SELECT id FROM audit_events`,
  } satisfies Record<IdPrefix, unknown>;
  await database.query(sql`INSERT INTO audit_events (id, action) VALUES (gen_random_uuid(), 'system.swept')`);
  const types = Object.keys(subjects);
  const all = Object.entries(subjects).map(
    ([type, rows]) =>
      sql`SELECT ${type}::text AS type, id, row_number() OVER (ORDER BY id) AS place FROM (${rows} LIMIT 20) AS one`,
  );
  // Ids in turn, since events of one transaction are ordered by them.
  await database.query(sql`
    WITH subject AS (${Prisma.join(all, ' UNION ALL ')}),
    many AS (SELECT type, count(*) AS count FROM subject GROUP BY type),
    placed AS (
      SELECT n, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS id, (${types}::text[])[n % ${types.length}::int + 1] AS type
        FROM generate_series(0, 199) n),
    event AS (
      INSERT INTO audit_events (id, action, actor_id, actor_name, impersonator_id, impersonator_name, subject_type, subject_id, organization_id, changes)
      SELECT e.id, 'thing.touched', u.id, u.name, ${admin.uuid}::uuid, 'Admin', e.type, s.id, o.id, '[{"field": "name", "before": null, "after": 1}]'
        FROM placed e
        JOIN many ON many.type = e.type
        JOIN subject s ON s.type = e.type AND s.place = 1 + (e.n / ${types.length}::int) % many.count
        JOIN (SELECT id, name, row_number() OVER (ORDER BY id) - 1 AS place FROM users WHERE email LIKE 'person-%@counted.example') u ON u.place = e.n / 2
        JOIN organizations o ON o.owner_id = u.id
      RETURNING id, actor_id)
    INSERT INTO audit_event_people (user_id, event_id) SELECT actor_id, id FROM event`);
}

/**
 * How many statements the work takes. A background touch of the session once a minute is no part of it, so the session is
 * touched before; and the fewest of three, since the pool may open a connection meanwhile.
 */
async function counted(work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    await touchSessions();
    counts.push(await world.statements(work));
  }
  return Math.min(...counts);
}

const touchSessions = () =>
  world.database.query(
    world.sql`UPDATE sessions SET last_active_at = now() WHERE user_id = ANY(${[admin, few, many].map(({ uuid }) => uuid)}::uuid[])`,
  );

const caller = 1;

// ---------------------------------------------------------------- refusals

test('a caller who is refused costs one statement to tell, and the event of it no more than one', async () => {
  const anonymous = await counted(() => world.anonymous.ask('{ users { totalCount nodes { roles { code } } } }'));
  const malformed = await counted(() => admin.ask('{ users(after: "x") { totalCount nodes { id } } }'));
  const invalid = await counted(() => admin.ask('{ users { nobody } }'));
  const outsider = await world.person();
  await outsider.ask('{ users { totalCount } }');
  const again = await counted(() => outsider.ask('{ users { totalCount nodes { roles { code } } } }'));

  expect({ anonymous, malformed, invalid }).toEqual({ anonymous: 0, malformed: caller, invalid: 0 });
  expect(again).toBe(caller + 1);
});

describe('a field that is refused in a list', () => {
  const organizationsOf = (fields: string) => `{ viewer { memberships { organization { ${fields} } } } }`;
  const events = async (one: Person) =>
    (
      await world.database.query<{ field: string }>(world.sql`
        SELECT metadata->>'field' AS field FROM audit_events WHERE actor_id = ${one.uuid}::uuid AND action = 'access.forbidden' ORDER BY 1`)
    ).map(({ field }) => field);

  test.each([
    ['5', () => few, 5],
    ['50', () => many, 50],
  ])('of %s organizations is one statement, and one event', async (_size, who, size) => {
    const one = who();
    const before = await events(one);
    const took = async (work: () => Promise<unknown>) => {
      await touchSessions();
      return world.statements(work);
    };
    const shown = await took(() => one.run(organizationsOf('id')));
    let errors: readonly { extensions: { code?: string } }[] = [];
    const once = await took(
      async () => ({ errors } = await one.ask(organizationsOf('id auditEvents(first: 1) { totalCount nodes { id } }'))),
    );
    const twice = await took(() =>
      one.ask(organizationsOf('a: auditEvents { totalCount } b: auditEvents { nodes { id } } c: assignablePermissions { code }')),
    );
    const inBatch = await took(() =>
      one.batch(Array.from({ length: 3 }, () => [organizationsOf('auditEvents { totalCount }')] as [string])),
    );

    // The memberships, and the organizations.
    expect({ shown, once, twice, inBatch }).toEqual({
      shown: caller + 2,
      once: caller + 2 + 1,
      twice: caller + 2 + 2,
      inBatch: caller + 2 + 1,
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(size).fill('FORBIDDEN'));
    expect([before, await events(one)]).toEqual([[], ['Organization.assignablePermissions', 'Organization.auditEvents']]);
  });
});

// ---------------------------------------------------------------- the users page

const usersPage = (first: number) => `{ users(first: ${first}, where: { search: "@counted.example" }) { ${usersPageRow} } }`;
const usersPageRow = `nodes { id email name status lastLoginAt createdAt roles { code name } homePool { code } appGrants { status app { code name } }
  memberships { nodes { status organization { name slug } roles { code } } } sessionCount }`;

describe('the users page of an admin', () => {
  test('takes at most 12 statements, the caller’s included, and as many for 5 as for 100', async () => {
    const counts = [];
    for (const first of [5, 50, 100]) counts.push(await counted(() => admin.run(usersPage(first))));

    // Caller, page, roles, pools, grants with apps, memberships, their organizations, their roles, sessions.
    expect(counts).toEqual([9, 9, 9]);
    expect(Math.max(...counts)).toBeLessThanOrEqual(12);
  });

  test('takes one more with its count, whose rows are all there', async () => {
    let answer: any;
    const count = await counted(
      async () => (answer = await admin.run(UsersPageDocument, { first: 50, where: { search: '@counted.example' } })),
    );

    expect(count).toBe(10);
    expect(answer.users.totalCount).toBe(100);
    expect(answer.users.nodes).toHaveLength(50);
    for (const { roles, homePool, appGrants, memberships, sessionCount } of answer.users.nodes) {
      expect([roles.length, homePool.code, appGrants.length, memberships.nodes.length, sessionCount]).toEqual([
        2,
        'default',
        1,
        3,
        2,
      ]);
    }
  });

  test('takes as many whatever it is filtered and ordered by', async () => {
    const { app } = (
      await admin.run('{ users(first: 1, where: { search: "person-0@" }) { nodes { appGrants { app { id } } } } }')
    ).users.nodes[0].appGrants[0];
    const count = await counted(() =>
      admin.run(
        `query ($where: UserWhere) { users(first: 50, where: $where, orderBy: { field: NAME, direction: DESC }) { totalCount ${usersPageRow} } }`,
        {
          where: {
            roleCodes: ['buyer'],
            NOT: { appId: app.id },
            OR: [{ poolCode: 'partner' }, { emailVerified: false }],
            status: ['ACTIVE'],
          },
        },
      ),
    );

    expect(count).toBe(10);
  });

  test('takes as many at its second page, and by an offset', async () => {
    const { users } = await admin.run('{ users(first: 5) { pageInfo { endCursor } } }');
    const after = await counted(() =>
      admin.run(`query ($after: String) { users(first: 50, after: $after) { ${usersPageRow} } }`, {
        after: users.pageInfo.endCursor,
      }),
    );
    const offset = await counted(() => admin.run(`{ users(first: 50, offset: 5) { ${usersPageRow} } }`));

    expect([after, offset]).toEqual([9, 9]);
  });
});

/** Every connection with what leads to it, and the statements of that. */
const connections: Readonly<Record<string, readonly [document: (first: number, selection: string) => string, before: number]>> = {
  'Query.users': [(first, selection) => `{ users(first: ${first}) { ${selection} } }`, 0],
  'Query.organizations': [(first, selection) => `{ organizations(first: ${first}) { ${selection} } }`, 0],
  'Query.auditEvents': [(first, selection) => `{ auditEvents(first: ${first}) { ${selection} } }`, 0],
  'User.memberships': [(first, selection) => ofPeople(first, `memberships(first: 2) { ${selection} }`), 1],
  'User.auditEvents': [(first, selection) => ofPeople(first, `auditEvents(first: 2) { ${selection} }`), 1],
  'Organization.memberships': [(first, selection) => ofOrganizations(first, `memberships(first: 2) { ${selection} }`), 1],
  'Organization.invitations': [(first, selection) => ofOrganizations(first, `invitations(first: 2) { ${selection} }`), 1],
  'Organization.auditEvents': [(first, selection) => ofOrganizations(first, `auditEvents(first: 2) { ${selection} }`), 1],
  'App.grants': [(first, selection) => byIds('app', first, `... on App { grants(first: 2) { ${selection} } }`), 1],
  'Pool.users': [(first, selection) => byIds('pool', first, `... on Pool { users(first: 2) { ${selection} } }`), 1],
};

const ofPeople = (first: number, selection: string) =>
  `{ users(first: ${first}, where: { search: "@counted.example" }) { nodes { ${selection} } } }`;
const ofOrganizations = (first: number, selection: string) => `{ organizations(first: ${first}) { nodes { ${selection} } } }`;
const byIds = (type: 'app' | 'pool' | 'role', first: number, selection: string) =>
  `{ nodes(ids: ${JSON.stringify(ids[type].slice(0, first))}) { ${selection} } }`;
const ofEvents = (first: number, selection: string) =>
  `{ auditEvents(first: ${first}, where: { actions: ["thing.touched"] }) { nodes { ${selection} } } }`;

test('every connection has a row above', () => {
  const found = fieldsBelowQuery()
    .filter(({ type }) => type.name.endsWith('Connection'))
    .map(({ name }) => name);

  expect(Object.keys(connections).sort()).toEqual(found.sort());
});

describe.each(Object.entries(connections))('of %s, for 5 and for 50', (_name, [document, before]) => {
  test.each([
    ['the count alone reads no page', 'totalCount', 1],
    ['nodes alone are not counted', 'nodes { id }', 1],
    ['edges alone are not counted', 'edges { cursor node { id } }', 1],
    ['where the page stands is read with it', 'pageInfo { hasNextPage startCursor }', 1],
    ['nodes, edges and pageInfo are one page', 'nodes { id } edges { cursor node { __typename } } pageInfo { endCursor }', 1],
    ['page and count are two', 'totalCount nodes { id } pageInfo { endCursor }', 2],
    ['the name of its type is no reason to read', '__typename', 0],
  ])('%s', async (_what, selection, expected) => {
    const counts = [];
    for (const first of [5, 50]) counts.push(await counted(() => full(document(first, selection))));

    expect(counts).toEqual([caller + before + expected, caller + before + expected]);
  });
});

/** Asks as the admin, and sees that no list is empty by chance and nothing is null. */
async function full(document: string, nullable: readonly string[] = []) {
  const data = await admin.run(document);
  const look = (value: unknown, place: string): void => {
    if (Array.isArray(value) ? value.length === 0 : value === null) throw new Error(`Nothing is there at ${place}.`);
    if (typeof value === 'object')
      for (const [key, one] of Object.entries(value!)) if (!nullable.includes(key)) look(one, `${place}.${key}`);
  };
  look(data, 'data');
}

/** Every field of every object type that the Query type leads to. */
function fieldsBelowQuery() {
  const types = new Set<GraphQLNamedType>();
  const visit = (type: GraphQLNamedType): void => {
    if (types.has(type)) return;
    types.add(type);
    if (isAbstractType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (isObjectType(type)) for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
  };
  visit(schema.getQueryType()!);
  return [...types].filter(isObjectType).flatMap((parent: GraphQLObjectType) =>
    Object.values(parent.getFields()).map((field) => ({
      name: `${parent.name}.${field.name}`,
      type: getNamedType(field.type),
      isList: isListType(getNullableType(field.type)),
    })),
  );
}

describe('of a connection', () => {
  test('two different pages of the same parents are two statements, two equal ones are one', async () => {
    const different = await counted(() =>
      admin.run('{ users { nodes { a: memberships(first: 1) { nodes { id } } b: memberships(first: 2) { nodes { id } } } } }'),
    );
    const equal = await counted(() =>
      admin.run(
        '{ users { nodes { a: memberships(first: 2) { nodes { id } } b: memberships(first: 2) { nodes { version } } } } }',
      ),
    );
    const statuses = await counted(() =>
      admin.run(
        '{ users { nodes { a: memberships(status: ACTIVE) { totalCount } b: memberships(status: SUSPENDED) { totalCount } } } }',
      ),
    );

    expect({ different, equal, statuses }).toEqual({ different: caller + 3, equal: caller + 2, statuses: caller + 3 });
  });
});

// ---------------------------------------------------------------- counts beside pages

describe('the count of a connection runs beside its page', () => {
  /** What is asked and answered while `work` runs, in order; `page` for all that is no count. */
  async function traffic(work: () => Promise<unknown>, onAnswer: (what: string) => void = () => {}): Promise<string[]> {
    const { pool } = world.database;
    const query = pool.query.bind(pool) as (config: unknown) => Promise<unknown>;
    const seen: string[] = [];
    pool.query = (async (config: { name?: string; text: string }) => {
      const named = config.name?.replace(/^page_[0-9a-f]+$/, 'page');
      const what = named ?? (/^\s*SELECT (count|[\w.]+ AS parent, count)\(/.test(config.text) ? 'count' : 'page');
      seen.push(`${what} is asked`);
      const answer = await query(config);
      // As over a network, where no answer comes in the turn in which it was asked for.
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      seen.push(`${what} is answered`);
      onAnswer(what);
      return answer;
    }) as never;
    try {
      await work();
    } finally {
      Reflect.deleteProperty(pool, 'query');
    }
    return seen;
  }

  test.each(Object.entries(connections))('of %s', async (_name, [document]) => {
    const seen = await traffic(() => admin.run(document(5, 'totalCount nodes { id }')));

    // What leads to the connection comes before.
    const both = seen.filter((one) => /^(page|count) /.test(one)).slice(-4);
    expect(both.slice(0, 2).sort()).toEqual(['count is asked', 'page is asked']);
    expect(both.slice(2).sort()).toEqual(['count is answered', 'page is answered']);
  });

  // That takes two connections.
  const whereOneCanBeHeldUp = onPostgres && !process.env.STEWARD_TEST_POOL ? test : () => {};
  whereOneCanBeHeldUp('so that it arrives while the page is held up', async () => {
    // A page of events asks which generation of the database it is, and the count of them does not.
    const holder = new pg.Client({ connectionString: world.database.pool.options.connectionString });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE installation IN ACCESS EXCLUSIVE MODE');
    let arrive = () => {};
    const arrived = new Promise<string>((resolve) => {
      arrive = () => resolve('the count');
    });
    const answer = traffic(
      () => admin.run('{ auditEvents(first: 5) { totalCount nodes { id } } }'),
      (what) => what === 'count' && arrive(),
    );
    const first = await Promise.race([arrived, answer.then(() => 'the whole answer')]);
    await holder.query('ROLLBACK');
    await holder.end();

    expect(first).toBe('the count');
    const [one, other, ...answered] = (await answer).slice(2);
    expect([one, other].sort()).toEqual(['count is asked', 'page is asked']);
    expect(answered).toEqual(['count is answered', 'page is answered']);
  });
});

// ---------------------------------------------------------------- every list, count and relation of the graph

interface Row {
  readonly ask: (first: number, selection: string) => string;
  readonly selection: string;
  /** Beside the caller's. */
  readonly statements: number;
  readonly nullable?: readonly string[];
  readonly sizes?: readonly number[];
}

/** Rows of fields with what leads to them, and the statements that they take beside the caller's and `before`. */
const rows = (
  ask: Row['ask'],
  before: number,
  fields: Readonly<Record<string, readonly [selection: string, statements: number, more?: Partial<Row>]>>,
): Record<string, Row> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, [selection, statements, more]]) => [
      name,
      { ask, selection, statements: before + statements, ...more },
    ]),
  );

const organization = 'memberships(first: 1) { nodes { organization { id } } }';

const ofTypes = (types: readonly string[]) => types.map((type) => `... on ${type} { id }`).join(' ');

/** A row for each capability of a type: how many statements it takes to judge it, by its name. */
const capabilities = (
  type: string,
  ask: Row['ask'],
  before: number,
  statements: Readonly<Record<string, number>>,
): Record<string, Row> => ({
  ...rows(ask, before, { [`${type}.viewerCan`]: ['viewerCan { __typename }', 0] }),
  ...rows(
    ask,
    before,
    Object.fromEntries(
      Object.entries(statements).map(([name, more]) => [
        `${type}Capabilities.${name}`,
        [`viewerCan { ${name} { allowed } }`, more] as const,
      ]),
    ),
  ),
});

const ofAdmins = (first: number, selection: string) =>
  ofOrganizations(first, `memberships(first: 2, where: { roleCodes: ["org_admin"] }) { nodes { ${selection} } }`);
const accessThere = (first: number, selection: string) =>
  ofPeople(first, `access(permission: "org:read", organizationId: "${shared.id}") { ${selection} }`);

const relations: Readonly<Record<string, Row>> = {
  // Their roles; what else would go with them.
  ...capabilities('User', ofPeople, 1, {
    ...{ update: 1, suspend: 1, reactivate: 1, unlock: 1, setRoles: 1, setPassword: 1, sendPasswordReset: 1, revokeSessions: 1 },
    ...{ impersonate: 1, hardDelete: 4, setHomePool: 1, tagPools: 1, grantApps: 1 },
  }),
  ...capabilities('Organization', ofOrganizations, 1, {
    ...{
      update: 0,
      suspend: 0,
      reactivate: 0,
      delete: 0,
      transferOwnership: 0,
      addMember: 0,
      createRole: 1,
      createInvitation: 0,
    },
  }),
  // Their roles, and who is an admin beside them; whether they are suspended, and what they are elsewhere.
  ...capabilities('Membership', ofAdmins, 2, { setRoles: 1, setStatus: 2, remove: 2, makeOwner: 1, impersonate: 3 }),
  ...capabilities('Role', (first, selection) => byIds('role', first, `... on Role { ${selection} }`), 1, {
    update: 0,
    delete: 0,
  }),
  // What they carry, and who is a member already.
  ...capabilities(
    'Invitation',
    (first, selection) => ofOrganizations(first, `invitations(first: 2) { nodes { ${selection} } }`),
    2,
    { resend: 3, revoke: 0 },
  ),
  ...capabilities('App', (first, selection) => byIds('app', first, `... on App { ${selection} }`), 1, {
    ...{ update: 0, delete: 0, grantUser: 0 },
  }),
  ...capabilities('Pool', (first, selection) => byIds('pool', first, `... on Pool { ${selection} }`), 1, {
    update: 0,
    delete: 1,
  }),
  ...rows(ofPeople, 1, {
    // Their roles, and what these carry.
    'User.access': ['access(permission: "users:read") { allowed }', 2],
  }),
  ...rows(accessThere, 1, {
    // The organization, what they are there, and their roles there besides.
    'Access.paths': ['paths { __typename }', 5],
    'AccessPath.role': ['paths { role { code } }', 5],
    'AccessPath.membership': ['paths { membership { email } }', 6],
  }),
  ...rows(ofPeople, 1, {
    'User.homePool': ['homePool { code }', 1],
    'User.pools': ['pools { code }', 1],
    'User.roles': ['roles { code }', 1],
    'User.permissions': ['permissions', 1, { nullable: ['permissions'] }],
    'User.lockedUntil': ['lockedUntil', 1, { nullable: ['lockedUntil'] }],
    'User.appGrants': ['appGrants { id }', 1],
    'User.memberships': ['memberships(first: 2) { nodes { id invitedByName email organizationSlug } }', 1],
    'User.sessions': ['sessions(first: 2) { id device isCurrent isImpersonation impersonatorName }', 1, { nullable: ['device'] }],
    'User.sessionCount': ['sessionCount', 1],
    'User.ownedOrganizations': ['ownedOrganizations { id memberCount }', 1],
    'User.invitations': ['invitations { id organizationName }', 1],
    'User.auditEvents': ['auditEvents(first: 2) { nodes { id actorName } }', 1],
    'Role.organization': [
      'memberships(first: 2) { nodes { roles { organization { id } } } }',
      3,
      // Built-in roles have none.
      { nullable: ['organization'] },
    ],
    'Role.permissions': ['memberships(first: 2) { nodes { roles { permissions { code } } } }', 3],
    'AppGrant.app': ['appGrants { app { code } }', 1],
    'AppGrant.user': ['appGrants { user { id } }', 2],
    'AppGrant.grantedBy': ['appGrants { grantedBy { id } }', 2],
    'AppGrant.revokedBy': ['appGrants { revokedBy { id } }', 2],
    'Membership.organization': [organization, 2],
    'Membership.user': ['memberships(first: 2) { nodes { user { id } } }', 2],
    'Membership.roles': ['memberships(first: 2) { nodes { roles { code } } }', 2],
    'Membership.permissions': ['memberships(first: 2) { nodes { permissions } }', 2],
    'Session.user': ['sessions(first: 2) { user { id } }', 2],
    'Session.app': ['sessions(first: 2) { app { code } }', 2],
    'Session.organization': ['sessions(first: 2) { organization { slug } }', 2],
    'Session.impersonator': ['sessions(first: 2) { impersonator { id } }', 2],
    'Invitation.organization': ['invitations { organization { slug } }', 2],
    'Invitation.roles': ['invitations { roles { code } }', 2],
  }),
  ...rows(ofOrganizations, 1, {
    'Organization.owner': ['owner { id email }', 1],
    'Organization.memberCount': ['memberCount', 0],
    'Organization.memberships': ['memberships(first: 2, orderBy: { field: NAME }) { nodes { id email } }', 1],
    'Organization.memberships, searched': [
      'memberships(first: 2, where: { search: "person", status: [ACTIVE], roleCodes: ["org_admin"] }) { totalCount nodes { id } }',
      2,
    ],
    'Organization.roles': ['roles { code }', 1],
    // The roles, and what they allow.
    'Organization.assignableRoles': ['assignableRoles { code }', 2],
    'Organization.roles beside assignableRoles': ['roles { code permissions { code } } assignableRoles { code }', 2],
    'Organization.assignablePermissions': ['assignablePermissions { code }', 1],
    'Organization.invitations': ['invitations(first: 2, status: [PENDING]) { nodes { id organizationName invitedByName } }', 1],
    'Organization.auditEvents': ['auditEvents(first: 2) { nodes { id actorName } }', 1],
    'Organization.viewerMembership': ['viewerMembership { id isOwner }', 1],
    'Organization.viewerPermissions': ['viewerPermissions', 0],
    'Membership.user, of members': ['memberships(first: 2) { nodes { user { id } } }', 2],
    'Membership.organization, of members': ['memberships(first: 2) { nodes { organization { id } } }', 2],
    'Membership.roles, of members': ['memberships(first: 2) { nodes { roles { code } } }', 2],
    'Invitation.roles, of an organization': ['invitations(first: 2) { nodes { roles { code permissions { code } } } }', 3],
    'Invitation.organization, of an organization': ['invitations(first: 2) { nodes { organization { slug } } }', 2],
    'Role.memberCount, of an organization': ['roles { memberCount }', 2, { nullable: ['memberCount'] }],
    'AuditEvent.actor, of an organization': ['auditEvents(first: 2) { nodes { actor { roles { code } } } }', 3],
  }),
  ...rows((first, selection) => byIds('role', first, `... on Role { ${selection} }`), 1, {
    'Role.memberCount': ['memberCount', 1],
    'Role.organization, by id': ['organization { id }', 1],
    'Role.permissions, by id': ['permissions { code }', 1],
  }),
  ...rows((first, selection) => byIds('app', first, `... on App { ${selection} }`), 1, {
    'App.homePool': ['homePool { code }', 1],
    'App.readPools': ['readPools { code }', 1],
    'App.userCount': ['userCount', 1],
    'App.grants': ['grants(first: 2) { nodes { id app { code } } }', 1],
    'App.grants, searched': ['grants(first: 2, search: "person", status: [ACTIVE]) { totalCount nodes { id } }', 2],
    'AppGrant.user, of an app': ['grants(first: 2) { nodes { user { id } grantedBy { id } } }', 2],
  }),
  ...rows((first, selection) => byIds('pool', first, `... on Pool { ${selection} }`), 1, {
    'Pool.userCount': ['userCount', 1],
    'Pool.homeCount': ['homeCount', 1],
    'Pool.tagCount': ['tagCount', 1],
    'Pool.apps': ['apps { code }', 1],
    'Pool.users': ['users(first: 2) { nodes { id } }', 1],
    'Pool.users, searched': ['users(first: 2, where: { search: "person", status: [ACTIVE] }) { totalCount nodes { id } }', 2],
    'User.roles, of a pool': ['users(first: 2) { nodes { roles { code } homePool { code } appGrants { id } } }', 4],
  }),
  ...rows(ofEvents, 1, {
    'AuditEvent.actor': ['actor { id }', 1],
    'AuditEvent.impersonator': ['impersonator { id }', 1],
    'AuditEvent.actor beside impersonator': ['actor { id } impersonator { id }', 1],
    'AuditEvent.organization': ['organization { slug }', 1],
    'AuditEvent.changes': ['changes { field after }', 0],
    // One of each type, and there are ten.
    'AuditEvent.subject': ['subject { __typename id }', 10, { sizes: [10, 50] }],
    'AuditEvent.subject, of every type': [
      `subject { ${ofTypes(['User', 'Organization', 'Membership', 'Role', 'App', 'AppGrant', 'Pool', 'Session', 'Invitation', 'AuditEvent'])} }`,
      10,
      { sizes: [10, 50] },
    ],
    'AuditEvent.subject and all around it': [
      'actor { id } impersonator { id } organization { slug } subject { id } changes { field }',
      10,
      { sizes: [10, 50] },
    ],
  }),
};

/** What hangs on the caller, or stands alone at the root; the statements are counted with the caller's. */
/** Of somebody who owns an organization. */
const preview = (selection: string) => `{ userHardDeletePreview(userId: "${people[0]!.id}") { ${selection} } }`;

const roots: Readonly<Record<string, readonly [document: () => string, statements: number]>> = {
  'Query.viewer': [() => '{ viewer { __typename } }', caller],
  'Query.node': [() => `{ node(id: "${ids.app[0]}") { id } }`, caller + 1],
  'Query.nodes': [() => `{ nodes(ids: ${JSON.stringify([...ids.app, ...ids.pool])}) { id } }`, caller + 2],
  'Query.user': [() => `{ user(id: "${people[0]!.id}") { id } }`, caller + 1],
  // Addresses, then all that is counted, whatever there is.
  'Query.userHardDeletePreview': [() => preview('planToken pseudonymizedAuditEvents'), caller + 2],
  'HardDeletePreview.user': [() => preview('user { id email }'), caller + 3],
  'HardDeletePreview.deletes': [() => preview('deletes { kind count }'), caller + 2],
  'HardDeletePreview.blockers': [() => preview('blockers { code path }'), caller + 2],
  'OwnsOrganizationsError.path': [() => preview('blockers { ... on OwnsOrganizationsError { path } }'), caller + 2],
  'OwnsOrganizationsError.organizations': [
    () => preview('blockers { ... on OwnsOrganizationsError { organizations { id slug } } }'),
    caller + 3,
  ],
  'Query.usersLookup': [
    () => `{ usersLookup(ids: ["${people[0]!.id}", "x"], emails: ["${people[1]!.email}"]) { users { id } missingIds } }`,
    caller + 2,
  ],
  'UsersLookup.users': [() => `{ usersLookup(emails: ["${people[1]!.email}"]) { users { id } } }`, caller + 1],
  'UsersLookup.missingIds': [() => '{ usersLookup(ids: ["x"]) { missingIds } }', caller],
  'UsersLookup.missingEmails': [() => '{ usersLookup(emails: ["x@nowhere.example"]) { missingEmails } }', caller + 1],
  'Query.organization': [() => '{ organization(id: "x") { id } }', caller],
  'Query.organizationBySlug': [() => '{ organizationBySlug(slug: "x") { id } }', caller + 1],
  'Query.app': [() => `{ app(id: "${ids.app[0]}") { id } }`, caller + 1],
  'Query.appByCode': [() => '{ appByCode(code: "counted-0") { id } }', caller + 1],
  'Query.apps': [() => '{ apps { code } }', caller + 1],
  'Query.pools': [() => '{ pools { code } }', caller + 1],
  'Query.poolByCode': [() => '{ poolByCode(code: "counted-0") { id } }', caller + 1],
  'Query.invitationByToken': [() => `{ invitationByToken(token: "${invitation.token}") { id } }`, 1],
  'Query.roles': [() => '{ roles { code } }', caller + 1],
  'Query.permissions': [() => '{ permissions { code } }', caller + 1],
  'Viewer.user': [() => '{ viewer { user { id } } }', caller + 1],
  'Viewer.session': [() => '{ viewer { session { id } } }', caller + 1],
  'Viewer.impersonator': [() => '{ viewer { impersonator { id } } }', caller],
  'Viewer.organization': [() => '{ viewer { organization { id } } }', caller],
  'Viewer.permissions': [() => '{ viewer { permissions } }', caller],
  // More than a hundred.
  'Viewer.memberships': [() => '{ viewer { memberships { id organization { id } roles { code } } } }', caller + 3],
  'Viewer.assignableRoles': [() => '{ viewer { assignableRoles { code } } }', caller + 1],
  'Viewer.invitations': [() => '{ viewer { invitations { id } } }', caller + 1],
};

test('every field that lists, counts or leads to something has a row', () => {
  const wanted = fieldsBelowQuery()
    .filter(({ name, type, isList }) => isCompositeType(type) || isList || /\.\w+Count$/.test(name))
    // Every connection is counted above, its parts among them.
    .filter(({ name }) => !/^\w+(Connection|Edge)\./.test(name))
    // Of the refusals a query tells those that block a hard delete, and of these one leads to something.
    .filter(({ name }) => !/^(?!OwnsOrganizations)\w+Error\.|^InputIssue\./.test(name))
    .map(({ name }) => name);

  const rows = [...Object.keys(relations), ...Object.keys(roots), ...Object.keys(connections)];
  expect(wanted.filter((name) => !rows.includes(name))).toEqual([]);
});

test.each(Object.entries(roots))('at the root, and of the caller: %s', async (_name, [document, expected]) => {
  expect(await counted(() => admin.run(document()))).toBe(expected);
});

describe('as many statements for 5 as for 50', () => {
  test.each(Object.entries(relations))('%s', async (_name, { ask, selection, statements, nullable, sizes = [5, 50] }) => {
    const counts = [];
    for (const first of sizes) counts.push(await counted(() => full(ask(first, selection), nullable)));

    expect(counts).toEqual(sizes.map(() => caller + statements));
  });

  test.each<[string, Row['ask'], string, number]>([
    [
      'a page of organizations',
      ofOrganizations,
      `id name slug status memberCount owner { email } viewerPermissions roles { code permissions { code } }
       memberships(first: 2) { totalCount nodes { email user { id } roles { code } } }
       invitations(first: 2) { totalCount nodes { email roles { code } } } auditEvents(first: 2) { totalCount nodes { action } }`,
      // Page; owners; roles, what they allow; members, their count, people and roles; the invited, their count and roles; events and their count.
      13,
    ],
    [
      'apps with their pools and users',
      (first, selection) => byIds('app', first, `... on App { ${selection} }`),
      'code homePool { code userCount } readPools { code } userCount grants(first: 2) { totalCount nodes { user { email } } }',
      // Apps; home pools and their counts; further pools; how many have them; who does, the count of it, and the people.
      8,
    ],
    [
      'pools with their apps and users',
      (first, selection) => byIds('pool', first, `... on Pool { ${selection} }`),
      'code userCount homeCount tagCount apps { code } users(first: 2) { totalCount nodes { email } }',
      7,
    ],
  ])('%s', async (_what, ask, selection, expected) => {
    const counts = [];
    for (const first of [5, 50]) counts.push(await counted(() => full(ask(first, selection))));

    expect(counts).toEqual([caller + expected, caller + expected]);
  });

  test('usersLookup', async () => {
    const counts = [];
    for (const size of [5, 50]) {
      const ids = people.slice(0, size).map(({ id }) => id);
      const emails = people.slice(-size).map(({ email }) => email);
      counts.push(
        await counted(() =>
          admin.run(
            'query ($ids: [ID!], $emails: [EmailAddress!]) { usersLookup(ids: $ids, emails: $emails) { users { roles { code } } missingIds } }',
            { ids, emails },
          ),
        ),
      );
    }

    expect(counts).toEqual([caller + 3, caller + 3]);
  });

  test('nodes', async () => {
    const counts = [];
    for (const size of [5, 50]) {
      const ids = people.slice(0, size).map(({ id }) => id);
      counts.push(
        await counted(() =>
          admin.run('query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on User { roles { code } } } }', { ids }),
        ),
      );
    }

    expect(counts).toEqual([caller + 2, caller + 2]);
  });
});

// ---------------------------------------------------------------- small ones, and batches

test.each([
  ['the viewer’s permissions', '{ viewer { permissions } }', caller],
  ['who the viewer is', '{ viewer { user { id email name status } } }', caller + 1],
  ['the viewer’s session', '{ viewer { session { id isCurrent } } }', caller + 1],
  ['the viewer’s memberships', '{ viewer { memberships { organizationName } } }', caller + 1],
  ['what the viewer may give', '{ viewer { assignableRoles { code } } }', caller + 1],
  ['no impersonator and no organization', '{ viewer { impersonator { id } organization { id } } }', caller],
  ['a name of a type', '{ __typename }', 0],
  ['the schema', '{ __schema { queryType { name } } }', 0],
  ['all roles with their permissions', '{ roles { code permissions { code } } }', caller + 2],
  ['roles of both scopes', '{ a: roles(scope: PLATFORM) { code } b: roles(scope: PLATFORM) { name } }', caller + 1],
  ['all permissions', '{ permissions { code } }', caller + 1],
  ['a person twice', '{ a: viewer { user { id } } b: viewer { user { email } } }', caller + 1],
  ['an id of no type', '{ user(id: "nobody") { id } node(id: "x") { id } }', caller],
])('nothing is read that was not asked for: %s', async (_what, query, expected) => {
  const count = await counted(() => admin.run(query));

  expect(count).toBe(expected);
});

test('what is skipped is not read', async () => {
  const query =
    'query ($with: Boolean!) { users { nodes { id roles @include(if: $with) { code } } totalCount @include(if: $with) } }';
  const counts = [];
  for (const on of [false, true]) counts.push(await counted(() => admin.run(query, { with: on })));

  expect(counts).toEqual([caller + 1, caller + 3]);
});

describe('a batch', () => {
  const batchOf = (size: number) =>
    people.slice(0, size).map((one) => [UserWithSessionsDocument, { id: one.id }] as [typeof UserWithSessionsDocument, object]);

  test('of ten people takes no more statements than one person', async () => {
    const alone = await counted(() => admin.run(UserWithSessionsDocument, { id: people[0]!.id }));
    const one = await counted(() => admin.batch(batchOf(1)));
    const ten = await counted(() => admin.batch(batchOf(10)));

    expect({ alone, one, ten }).toEqual({ alone: 10, one: 10, ten: 10 });
  });

  test('reads its caller once, and nothing for those without one', async () => {
    const batch = Array.from({ length: 20 }, () => ['{ viewer { permissions } }'] as [string]);
    const known = await counted(() => admin.batch(batch));
    const unknown = await counted(() => world.anonymous.batch(batch));

    expect({ known, unknown }).toEqual({ known: caller, unknown: 0 });
  });

  test('of different questions shares what they have in common', async () => {
    const count = await counted(() =>
      admin.batch([
        ['query ($id: ID!) { user(id: $id) { roles { code } } }', { id: people[0]!.id }],
        ['query ($id: ID!) { node(id: $id) { ... on User { roles { name } } } }', { id: people[1]!.id }],
        ['query ($ids: [ID!]) { usersLookup(ids: $ids) { users { roles { rank } } } }', { ids: [people[2]!.id] }],
      ]),
    );

    // People by id, and the roles of all three.
    expect(count).toBe(caller + 2);
  });

  test('answers with the same bytes as each of its operations alone', async () => {
    const operations = [
      { query: usersPage(20) },
      {
        query:
          '{ users(first: 3, orderBy: { field: EMAIL }) { totalCount pageInfo { endCursor hasNextPage } edges { cursor node { id metadata } } } }',
      },
      ...people.slice(0, 3).map(({ id }) => ({
        query:
          'query ($id: ID!) { user(id: $id) { ...on User { id createdAt permissions invitations { roles { code } } sessions { device } } } }',
        variables: { id },
      })),
      { query: '{ roles { code permissions { code } } permissions { code } viewer { permissions memberships { id } } }' },
      { query: '{ user(id: "nobody") { id } nodes(ids: ["x", "y"]) { id } }' },
      { query: '{ users(after: "x") { nodes { id } } }' },
      { query: '{ nothing }' },
    ];

    const alone = [];
    for (const operation of operations) alone.push(await (await admin.post(operation)).text());
    const together = await (await admin.post(operations)).text();

    expect(together).toBe(`[${alone.join(',')}]`);
  });
});
