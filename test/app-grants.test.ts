import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { fold } from '../src/search.ts';
import { type AppGrantStatus, GrantsOfAppDocument, type GrantsOfAppQueryVariables } from './generated/graphql.ts';
import { type Person, startWorld, type World } from './support/world.ts';

type Asked = Omit<GrantsOfAppQueryVariables, 'id'>;

interface Known {
  readonly id: string;
  readonly uuid: string;
  readonly status: AppGrantStatus;
  readonly grantedAt: string;
  readonly person: Person;
  /** Of the person, as it was stored. */
  readonly texts: readonly string[];
}

let world: World;
let admin: Person;
let app: { uuid: string; id: string; code: string };
let other: typeof app;
let known: Known[];

// Three instants for many grants, so that most have an equal.
const instants = ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z', '2025-06-01T12:00:00.999Z'];
const people = [
  { name: 'Ada Lovelace', externalId: 'crm-1' },
  { name: 'ADA Byron', externalId: 'CRM-22' },
  { name: null, externalId: 'crm_3' },
  { name: 'Straße 7' },
  { name: '100% cotton' },
  { name: 'Back\\slash' },
  { name: null },
  { name: 'ΣΊΣΥΦΟΣ' },
  { name: 'Charles Babbage', externalId: 'ada' },
  { name: 'Grace', status: 'SUSPENDED' as const },
  { name: 'Ada', externalId: 'x 9' },
  { name: 'Lovelace' },
];

beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ email: 'admin@steward.example', roles: ['super_admin'] });
  [app, other] = [await world.app(), await world.app()];
  known = [];
  for (const [at, options] of people.entries()) {
    const email = `${'qwertzuiopas'[at]}@${at % 2 ? 'ada' : 'bob'}.example`;
    const person = await world.person({ ...options, email });
    const status = at % 3 === 2 ? 'REVOKED' : 'ACTIVE';
    known.push(
      await granted(person, app, {
        status,
        grantedAt: instants[(at * 7) % 3]!,
        texts: [email, options.name, options.externalId],
      }),
    );
    // The same people have the other app the other way round.
    await granted(person, other, { status: status === 'ACTIVE' ? 'REVOKED' : 'ACTIVE', grantedAt: instants[at % 3]!, texts: [] });
  }
});

async function granted(
  person: Person,
  to: { uuid: string },
  options: { status: AppGrantStatus; grantedAt: string; texts: readonly (string | null | undefined)[] },
): Promise<Known> {
  const uuid = newId();
  const { status, grantedAt, texts } = options;
  const revoked = status === 'REVOKED';
  await world.database.query(world.sql`
    INSERT INTO app_grants (id, user_id, app_id, status, granted_at, granted_by_id, revoked_at, revoked_by_id)
    VALUES (${uuid}::uuid, ${person.uuid}::uuid, ${to.uuid}::uuid, ${status}::app_grant_status, ${grantedAt}::timestamptz, ${admin.uuid}::uuid,
            ${revoked ? '2025-07-01T00:00:00.000Z' : null}::timestamptz, ${revoked ? admin.uuid : null}::uuid)`);
  return { id: encodeId('grant', uuid), uuid, status, grantedAt, person, texts: texts.filter((text) => text != null) };
}

// ---------------------------------------------------------------- the model

/** What matches, newest first, ties by id, the largest first as well. */
function matching({ status, search }: Pick<Asked, 'status' | 'search'>): Known[] {
  const words = fold(search ?? '')
    .split(/\s+/)
    .filter(Boolean);
  return known
    .filter((grant) => !status || ([status].flat() as AppGrantStatus[]).includes(grant.status))
    .filter(({ texts }) => words.every((word) => texts.some((text) => fold(text).includes(word))))
    .sort((one, two) => (two.grantedAt + two.uuid > one.grantedAt + one.uuid ? 1 : -1));
}

const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

async function page(asked: Asked = {}, of = app) {
  const answer = await admin.run(GrantsOfAppDocument, { id: of.id, ...asked });
  const grants = answer.app!.grants!;
  expect(idsOf(grants.edges.map(({ node }) => node))).toEqual(idsOf(grants.nodes));
  return { ...grants, ids: idsOf(grants.nodes), cursors: grants.edges.map(({ cursor }) => cursor) };
}

// ---------------------------------------------------------------- refusals

describe('refused', () => {
  const refusalOf = async (asked: Asked) => {
    const { data, errors } = await admin.ask(GrantsOfAppDocument, { id: app.id, ...asked });
    return {
      grants: data?.app?.grants ?? null,
      refusals: errors.map(({ extensions: { code, limit, got } }) => ({ code, limit, got })),
    };
  };

  test('FORBIDDEN, at the field, without apps:read, be it one’s own app', async () => {
    const answer = await known[0]!.person.ask(GrantsOfAppDocument, { id: app.id });

    expect(answer.data).toEqual({ app: { code: app.code, grants: null } });
    expect(answer.errors.map(({ path, extensions: { code, needs } }) => ({ path, code, needs }))).toEqual([
      { path: ['app', 'grants'], code: 'FORBIDDEN', needs: 'apps:read' },
    ]);
  });

  test.each<[string, Asked, object?]>([
    ['first with last', { first: 1, last: 1 }],
    ['a negative first', { first: -1 }],
    ['101 rows', { first: 101 }, { limit: 100, got: 101 }],
    ['101 rows from the end', { last: 101 }, { limit: 100, got: 101 }],
    ['garbage for a cursor', { after: 'garbage' }],
    ['an empty cursor', { before: '' }],
    ['a search of 11 words', { search: 'a b c d e f g h i j k' }, { limit: 10, got: 11 }],
    ['a search of 201 characters', { search: 'a'.repeat(201) }, { limit: 200, got: 201 }],
  ])('BAD_USER_INPUT for %s', async (_what, asked, numbers = {}) => {
    expect(await refusalOf(asked)).toEqual({ grants: null, refusals: [{ code: 'BAD_USER_INPUT', ...numbers }] });
  });

  test('BAD_USER_INPUT for the cursor of another app, and of another connection', async () => {
    const grant = { grants: null, refusals: [{ code: 'BAD_USER_INPUT' }] };
    const { cursors } = await page({}, other);
    const { users } = await admin.run('{ users(first: 1) { edges { cursor } } }');

    expect(await refusalOf({ after: cursors[0]! })).toEqual(grant);
    expect(await refusalOf({ last: 1, before: cursors[0]! })).toEqual(grant);
    expect(await refusalOf({ after: users.edges[0].cursor })).toEqual(grant);
  });
});

// ---------------------------------------------------------------- one grant

test('a grant shows who has it, by whom, since when, and when it was taken away', async () => {
  const [active, , revoked] = known;

  const { nodes } = await page({ search: 'crm' });

  const common = { __typename: 'AppGrant', app: { code: app.code }, grantedBy: { email: admin.email } };
  expect(nodes.find(({ id }) => id === active!.id)).toEqual({
    ...common,
    id: active!.id,
    user: { email: active!.person.email },
    status: 'ACTIVE',
    grantedAt: active!.grantedAt,
    revokedAt: null,
    revokedBy: null,
  });
  expect(nodes.find(({ id }) => id === revoked!.id)).toEqual({
    ...common,
    id: revoked!.id,
    user: { email: revoked!.person.email },
    status: 'REVOKED',
    grantedAt: revoked!.grantedAt,
    revokedAt: '2025-07-01T00:00:00.000Z',
    revokedBy: { email: admin.email },
  });
});

test('a grant by a login has no granter, and one whose granter is gone has none either', async () => {
  const to = await world.app();
  const [byLogin, byStaff, person] = [await world.person(), await world.person(), await world.person()];
  const granter = await world.person();
  await world.grant(byLogin, to);
  const kept = await granted(byStaff, to, { status: 'REVOKED', grantedAt: instants[0]!, texts: [] });
  await world.grant(person, to);
  await world.database.query(world.sql`
    UPDATE app_grants SET granted_by_id = ${granter.uuid}::uuid, revoked_by_id = ${granter.uuid}::uuid WHERE id = ${kept.uuid}::uuid`);
  await world.database.query(world.sql`DELETE FROM users WHERE id = ${granter.uuid}::uuid`);

  const { nodes } = await page({}, to);

  expect(nodes.map(({ user, grantedBy, revokedBy }) => ({ user: user.email, grantedBy, revokedBy }))).toEqual(
    [person, byLogin, byStaff].map(({ email }) => ({ user: email, grantedBy: null, revokedBy: null })),
  );
});

// ---------------------------------------------------------------- which

test('newest first, ties by id, of every status, 25 unless told', async () => {
  const grants = await page();

  expect(grants.ids).toEqual(idsOf(matching({})));
  expect(grants.totalCount).toBe(people.length);
  expect(grants.pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: grants.cursors[0],
    endCursor: grants.cursors.at(-1),
  });
});

test('an app that nobody has is an empty page', async () => {
  const { nodes, totalCount, pageInfo } = await page({}, await world.app());

  expect({ nodes, totalCount, pageInfo }).toEqual({
    nodes: [],
    totalCount: 0,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test.each<[string, Asked['status'], number]>([
  ['null is every status', null, 12],
  ['no status at all matches nothing', [], 0],
  ['the active', ['ACTIVE'], 8],
  ['the revoked', ['REVOKED'], 4],
  ['both', ['REVOKED', 'ACTIVE', 'REVOKED'], 12],
])('status: %s', async (_what, status, count) => {
  const { ids, totalCount } = await page({ status });

  expect({ ids, totalCount }).toEqual({ ids: idsOf(matching({ status })), totalCount: count });
});

// By hand, as positions in `people`.
test.each<[search: string, found: number[]]>([
  ['lovelace', [0, 11]],
  ['ADA', [0, 1, 3, 5, 7, 8, 9, 10, 11]],
  ['ada bob', [0, 8, 10]],
  ['lovelace ada', [0, 11]],
  ['crm-', [0, 1]],
  ['crm_', [2]],
  ['%', [4]],
  ['\\', [5]],
  ['STRASSE', [3]],
  ['σίσυφος', [7]],
  ['@bob.example', [0, 2, 4, 6, 8, 10]],
  // A word does not go from one field to the next.
  ['examplegrace', []],
  ['nobody', []],
  ['ada\0', []],
  ['\ud800', []],
  [' \t\n ', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ['', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
])('search %j', async (search, found) => {
  const { ids, totalCount } = await page({ search });

  expect({ ids: ids.toSorted(), totalCount }).toEqual({
    ids: idsOf(found.map((at) => known[at]!)).toSorted(),
    totalCount: found.length,
  });
});

test('a person who is renamed is found by the new name', async () => {
  const to = await world.app();
  const person = await world.person({ name: 'Before' });
  const id = await world.grant(person, to);
  await world.database.query(
    world.sql`UPDATE users SET name = 'After', search_text = ${`${person.email}\nafter`} WHERE id = ${person.uuid}::uuid`,
  );

  expect([(await page({ search: 'before' }, to)).ids, (await page({ search: 'AFTER' }, to)).ids]).toEqual([[], [id]]);
});

// ---------------------------------------------------------------- any page of any part

test('any page of whatever matches is the same as of a list in memory', async () => {
  const { cursors } = await page({ first: 100 });
  const all = matching({});
  const statuses = fc.constantFrom<Asked['status']>(null, [], ['ACTIVE'], ['REVOKED'], ['ACTIVE', 'REVOKED'], 'ACTIVE');
  const searches = fc.constantFrom(null, '', 'ada', 'bob', 'lovelace ada', 'e', 'example crm', 'nobody');
  const position = fc.option(fc.nat(all.length - 1), { nil: null });

  await fc.assert(
    fc.asyncProperty(
      statuses,
      searches,
      position,
      position,
      fc.nat(6),
      fc.boolean(),
      async (status, search, from, to, count, backwards) => {
        const rows = matching({ status, search });
        // Cursors hold whatever is filtered: those of rows that do not match as well.
        const window = rows.filter((row) => all.indexOf(row) > (from ?? -1) && all.indexOf(row) < (to ?? all.length));

        const { ids, totalCount, pageInfo } = await page({
          status,
          search,
          ...(backwards ? { last: count } : { first: count }),
          ...(from !== null && { after: cursors[from]! }),
          ...(to !== null && { before: cursors[to]! }),
        });

        expect({ ids, totalCount }).toEqual({
          ids: idsOf(backwards ? window.slice(Math.max(0, window.length - count)) : window.slice(0, count)),
          totalCount: rows.length,
        });
        expect(pageInfo).toMatchObject(
          backwards
            ? { hasPreviousPage: window.length > count, hasNextPage: to !== null }
            : { hasNextPage: window.length > count, hasPreviousPage: from !== null },
        );
      },
    ),
    { numRuns: 120 },
  );
});

test.each([1, 2, 5])('pages of %i, put together either way, are the whole, each grant once', async (size) => {
  const walks = { forwards: [] as string[], backwards: [] as string[] };
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { ids, pageInfo } = await page({ first: size, after: cursor });
    walks.forwards.push(...ids);
    cursor = pageInfo.hasNextPage ? pageInfo.endCursor! : null;
  }
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { ids, pageInfo } = await page({ last: size, before: cursor });
    walks.backwards.unshift(...ids);
    cursor = pageInfo.hasPreviousPage ? pageInfo.startCursor! : null;
  }

  const whole = idsOf(matching({}));
  expect(walks).toEqual({ forwards: whole, backwards: whole });
});

test('grants that come and go beside a cursor do not move what follows it', async () => {
  const to = await world.app();
  const made: Known[] = [];
  for (const at of [0, 1, 2, 3]) {
    made.push(
      await granted(await world.person(), to, { status: 'ACTIVE', grantedAt: `2025-03-0${at + 1}T00:00:00.000Z`, texts: [] }),
    );
  }
  const first = await page({ first: 2 }, to);
  await granted(await world.person(), to, { status: 'ACTIVE', grantedAt: '2025-04-01T00:00:00.000Z', texts: [] });
  await world.database.query(world.sql`DELETE FROM app_grants WHERE id = ${made[2]!.uuid}::uuid`);

  const second = await page({ first: 2, after: first.pageInfo.endCursor }, to);

  expect([first.ids, second.ids]).toEqual([
    [made[3]!.id, made[2]!.id],
    [made[1]!.id, made[0]!.id],
  ]);
});

// ---------------------------------------------------------------- many apps at once

describe('grants of many apps', () => {
  let apps: (typeof app)[];

  beforeAll(async () => {
    apps = [];
    for (let at = 0; at < 50; at++) apps.push(await world.app({ code: `many-${at}` }));
    // Five each; everything beside the app's id and the statement's work is the same for all.
    await world.database.query(world.sql`
      INSERT INTO app_grants (id, user_id, app_id, granted_by_id)
      SELECT gen_random_uuid(), u, a, ${admin.uuid}::uuid
        FROM unnest(${known.slice(0, 5).map(({ person }) => person.uuid)}::uuid[]) u, unnest(${apps.map(({ uuid }) => uuid)}::uuid[]) a`);
    await admin.signIn();
    // Connections and signing keys are there from now on.
    await Promise.all(Array.from({ length: 12 }, () => admin.run('{ viewer { user { email } } }')));
  });

  /** The fewest of three, since the pool may open a connection meanwhile; the session is touched before. */
  async function counted(selection: string, parents: number): Promise<number> {
    const ids = apps.slice(0, parents).map(({ id }) => id);
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await world.database.query(world.sql`UPDATE sessions SET last_active_at = now() WHERE user_id = ${admin.uuid}::uuid`);
      counts.push(
        await world.statements(() =>
          admin.run(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on App { ${selection} } } }`, { ids }),
        ),
      );
    }
    return Math.min(...counts);
  }

  // The caller and the apps, then what is asked for.
  test.each<[selection: string, more: number]>([
    ['code', 0],
    ['userCount', 1],
    ['grants(first: 3) { nodes { status app { code name } } }', 1],
    ['grants(first: 3) { totalCount }', 1],
    ['grants(first: 3) { totalCount pageInfo { endCursor } edges { cursor node { app { code } } } }', 2],
    ['grants(last: 3, status: [ACTIVE], search: "ada") { totalCount nodes { id } }', 2],
    ['grants(first: 3) { nodes { user { email } grantedBy { email } } }', 2],
    ['userCount grants(first: 3) { totalCount nodes { id } } others: grants(status: [REVOKED]) { nodes { id } totalCount }', 5],
  ])('%s', async (selection, more) => {
    expect([await counted(selection, 5), await counted(selection, 50)]).toEqual([2 + more, 2 + more]);
  });

  test('every app has its own page and its own count', async () => {
    await world.database.query(world.sql`
      DELETE FROM app_grants WHERE app_id = ${apps[1]!.uuid}::uuid AND user_id = ${known[0]!.person.uuid}::uuid`);
    await world.database.query(world.sql`DELETE FROM app_grants WHERE app_id = ${apps[2]!.uuid}::uuid`);

    const { nodes } = await admin.run(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on App { code userCount grants(first: 3, search: "ada") { totalCount nodes { app { code } user { email } } } } } }',
      { ids: apps.slice(0, 4).map(({ id }) => id) },
    );

    // Of the first five people, these three have it in their address or name.
    const found = [known[0]!, known[1]!, known[3]!].map(({ person }) => person.email).toSorted();
    const seen = nodes.map(({ code, userCount, grants: { totalCount, nodes: own } }: any) => ({
      code,
      userCount,
      totalCount,
      codes: [...new Set(own.map((one: any) => one.app.code))],
      users: own.map((one: any) => one.user.email).toSorted(),
    }));
    expect(seen).toEqual([
      { code: 'many-0', userCount: 5, totalCount: 3, codes: ['many-0'], users: found },
      {
        code: 'many-1',
        userCount: 4,
        totalCount: 2,
        codes: ['many-1'],
        users: found.filter((email) => email !== known[0]!.person.email),
      },
      { code: 'many-2', userCount: 0, totalCount: 0, codes: [], users: [] },
      { code: 'many-3', userCount: 5, totalCount: 3, codes: ['many-3'], users: found },
    ]);
  });
});
