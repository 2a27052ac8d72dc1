import { getNamedType, isCompositeType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../src/schema/index.ts';
import { UsersPageDocument, UserWithSessionsDocument } from './generated/graphql.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;
let people: Person[];

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
  // One after the other: each is a transaction, and connections are few.
  for (const one of people) await world.organization({ owner: one });
  await Promise.all(people.map(({ email }) => world.invitation({ organization: organizations[0]!, email, by: admin })));
  await admin.signIn();
  // Connections and signing keys are there from now on.
  await Promise.all(Array.from({ length: 12 }, () => admin.run('{ viewer { user { roles { code } } } }')));
}, 60_000);

/**
 * How many statements the work takes. A background touch of the session once a minute is no part of it, so the session is
 * touched before; and the fewest of three, since the pool may open a connection meanwhile.
 */
async function counted(work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    await world.database.query(world.sql`UPDATE sessions SET last_active_at = now() WHERE user_id = ${admin.uuid}::uuid`);
    counts.push(await world.statements(work));
  }
  return Math.min(...counts);
}

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

describe('of a connection', () => {
  test.each([
    ['the count alone reads no page', 'totalCount', caller + 1],
    ['nodes alone are not counted', 'nodes { id }', caller + 1],
    ['edges alone are not counted', 'edges { cursor node { id } }', caller + 1],
    ['where the page stands is read with it', 'pageInfo { hasNextPage startCursor }', caller + 1],
    ['nodes, edges and pageInfo are one page', 'nodes { id } edges { cursor node { email } } pageInfo { endCursor }', caller + 1],
    ['page and count are two', 'totalCount nodes { id } pageInfo { endCursor }', caller + 2],
    ['the name of its type is no reason to read', '__typename', caller],
  ])('%s', async (_what, selection, expected) => {
    const root = await counted(() => admin.run(`{ users { ${selection} } }`));
    const below = await counted(() => admin.run(`{ users(first: 50) { nodes { memberships { ${selection} } } } }`));

    expect({ root, below }).toEqual({ root: expected, below: expected + 1 });
  });

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

// ---------------------------------------------------------------- every list and relation of the graph

const organization = 'memberships(first: 1) { nodes { organization { id } } }';

/** A field with what leads to it from a person, and the statements that it takes beside the caller's and the people's. */
const relations: Readonly<Record<string, readonly [selection: string, statements: number]>> = {
  'User.homePool': ['homePool { code }', 1],
  'User.pools': ['pools { code }', 1],
  'User.roles': ['roles { code }', 1],
  'User.permissions': ['permissions', 1],
  'User.lockedUntil': ['lockedUntil', 1],
  'User.appGrants': ['appGrants { id }', 1],
  'User.memberships': ['memberships(first: 2) { nodes { id permissions invitedByName email organizationSlug } }', 1],
  'User.sessions': ['sessions(first: 2) { id device isCurrent isImpersonation impersonatorName }', 1],
  'User.sessionCount': ['sessionCount', 1],
  'User.ownedOrganizations': ['ownedOrganizations { id memberCount }', 1],
  'User.invitations': ['invitations { id organizationName }', 1],
  'Role.organization': ['memberships(first: 2) { nodes { roles { organization { id } } } }', 3],
  'Role.permissions': ['roles { permissions { code } }', 2],
  'AppGrant.app': ['appGrants { app { code } }', 1],
  'AppGrant.user': ['appGrants { user { id } }', 2],
  'AppGrant.grantedBy': ['appGrants { grantedBy { id } }', 2],
  'AppGrant.revokedBy': ['appGrants { revokedBy { id } }', 2],
  'App.homePool': ['appGrants { app { homePool { code } } }', 2],
  'App.readPools': ['appGrants { app { readPools { code } } }', 2],
  'Membership.organization': [organization, 2],
  'Membership.user': ['memberships(first: 2) { nodes { user { id } } }', 2],
  'Membership.roles': ['memberships(first: 2) { nodes { roles { code } } }', 2],
  'Session.user': ['sessions(first: 2) { user { id } }', 2],
  'Session.app': ['sessions(first: 2) { app { code } }', 2],
  'Session.organization': ['sessions(first: 2) { organization { slug } }', 2],
  'Session.impersonator': ['sessions(first: 2) { impersonator { id } }', 2],
  'Invitation.organization': ['invitations { organization { slug } }', 2],
  'Invitation.roles': ['invitations { roles { code } }', 2],
};

// Read with the reach of one caller, or a level of a connection that has tests above.
const elsewhere = /^(Query|Mutation|Subscription|Viewer|UsersLookup|Auth\w+|\w+Connection|\w+Edge|\w+Error|InputIssue)\./;

test('every field that leads to something has a row below', () => {
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values((isObjectType(type) && type.getFields()) || {}).map((field) => ({
        name: `${type.name}.${field.name}`,
        field,
      })),
    )
    .filter(({ name, field }) => isCompositeType(getNamedType(field.type)) && !elsewhere.test(name))
    .map(({ name }) => name);

  expect(Object.keys(relations)).toEqual(expect.arrayContaining(fields));
});

describe('as many statements at 5 people as at 50', () => {
  test.each(Object.entries(relations))('%s', async (_name, [selection, expected]) => {
    const counts = [];
    for (const first of [5, 50])
      counts.push(
        await counted(() =>
          admin.run(`{ users(first: ${first}, where: { search: "@counted.example" }) { nodes { ${selection} } } }`),
        ),
      );

    expect(counts).toEqual([caller + 1 + expected, caller + 1 + expected]);
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
  ['the viewer’s memberships', '{ viewer { memberships { organizationName permissions } } }', caller + 1],
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
