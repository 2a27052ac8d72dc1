import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../src/ids.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  offset?: number | null;
}
interface Order {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
}

/** A row as the model below sees it: its id, and its values by the field of an order. */
interface Known {
  readonly id: string;
  readonly uuid: string;
  readonly values: Readonly<Record<string, string | number | null>>;
}

/** One of the two connections: how a page of it is asked for, and what is in it. */
interface Listing {
  readonly fields: readonly string[];
  readonly newestFirst: Order;
  readonly document: string;
  /** What is asked beside the page, and where it is in the answer. */
  variables(): Record<string, unknown>;
  connection(data: any): any;
  all(): readonly Known[];
}

let world: World;
let staff: Person;
let crowd: Organization;
let fewer: Organization;
let organizations: Known[];
let members: Known[];

const instants = ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z', '2025-06-01T12:00:00.999Z'];
// Ties, capital letters, characters beyond the first plane (which UTF-16 orders otherwise), spaces, nulls for people.
const names = ['b', 'B', 'a', null, 'ä', 'b', 'z', null, '\u{1d4d0}', '\uff21', 'a b', 'a-b', null, 'b', 'ab', 'Z', '\u{1f600}'];
const counts = [0, 3, 3, 1000, 0, 12, 7, 2 ** 31 - 1, 3];

beforeAll(async () => {
  world = await startWorld();
  staff = await world.person({ email: 'staff@steward.example', roles: ['super_admin'] });
  const owner = await world.person({ email: 'q0@paged.example', name: 'b' });

  organizations = [];
  for (const [at, name] of names.entries()) organizations.push(await organizationWith(owner, 'paged', at, name ?? 'none'));

  const people: Person[] = [];
  for (const [at, name] of names.entries())
    people.push(await world.person({ email: `${'qwertyuiop'[at % 10]}${at + 1}@paged.example`, name }));
  crowd = await world.organization({ owner, name: 'Crowd', slug: 'crowd', members: people.map((one) => [one] as const) });
  fewer = await world.organization({
    owner,
    name: 'Fewer',
    slug: 'fewer',
    members: people.slice(0, 3).map((one) => [one] as const),
  });
  members = [];
  for (const [at, { uuid, email, name }] of [owner, ...people].entries()) {
    const joinedAt = instants[at % 3]!;
    members.push(await joined(crowd, { uuid, email, name }, joinedAt));
  }
  await staff.signIn();
});

/** An organization that the search for its group finds. */
async function organizationWith(owner: Person, group: string, at: number, name: string): Promise<Known> {
  const [createdAt, memberCount] = [instants[at % 3]!, counts[at % counts.length]!];
  const { id, uuid } = await world.organization({ owner, name, slug: `${group}-${at}` });
  await world.database.query(world.sql`
    UPDATE organizations SET created_at = ${createdAt}::timestamptz, member_count = ${memberCount}::int WHERE id = ${uuid}::uuid`);
  return { id, uuid, values: { CREATED_AT: createdAt, NAME: name, MEMBER_COUNT: memberCount } };
}

/** The membership of a person who is a member already, with the instant at which it began. */
async function joined(
  organization: Organization,
  person: { uuid: string; email: string; name: string | null },
  joinedAt: string,
): Promise<Known> {
  const [row] = await world.database.query<{ id: string }>(world.sql`
    UPDATE memberships SET joined_at = ${joinedAt}::timestamptz
     WHERE organization_id = ${organization.uuid}::uuid AND user_id = ${person.uuid}::uuid RETURNING id`);
  const id = organization.memberships.get(person.uuid)!;
  return { id, uuid: row!.id, values: { JOINED_AT: joinedAt, EMAIL: person.email, NAME: person.name } };
}

const page =
  '{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } nodes { id } }';
const declared = '$first: Int, $after: String, $last: Int, $before: String';
const passed = 'first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy';

const listings = {
  organizations: {
    fields: ['CREATED_AT', 'NAME', 'MEMBER_COUNT'],
    newestFirst: { field: 'CREATED_AT', direction: 'DESC' },
    document: `query (${declared}, $offset: Int, $where: OrganizationWhere, $orderBy: OrganizationOrder) {
      organizations(${passed}, offset: $offset) ${page} }`,
    variables: () => ({ where: { search: 'paged-' } }),
    connection: (data) => data?.organizations ?? null,
    all: () => organizations,
  },
  memberships: {
    fields: ['JOINED_AT', 'EMAIL', 'NAME'],
    newestFirst: { field: 'JOINED_AT', direction: 'DESC' },
    document: `query (${declared}, $id: ID!, $where: MembershipWhere, $orderBy: MembershipOrder) {
      organization(id: $id) { memberships(${passed}) ${page} } }`,
    variables: () => ({ id: crowd.id }),
    connection: (data) => data?.organization?.memberships ?? null,
    all: () => members,
  },
} satisfies Record<string, Listing>;

const ordersOf = ({ fields }: Listing): Order[] =>
  fields.flatMap((field) => (['ASC', 'DESC'] as const).map((direction) => ({ field, direction })));
const each = Object.entries(listings) as [keyof typeof listings, Listing][];
const everyOrder = each.flatMap(([name, listing]) => ordersOf(listing).map((order) => ({ name, listing, order, ...order })));

// ---------------------------------------------------------------- the model

const bytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Ties by id in the same direction, nulls last in either; text by its bytes. */
function sorted(all: readonly Known[], { field, direction }: Order): string[] {
  const sign = direction === 'ASC' ? 1 : -1;
  return [...all]
    .sort((one, other) => {
      const [left, right] = [one.values[field]!, other.values[field]!];
      if ((left === null) !== (right === null)) return left === null ? 1 : -1;
      const compared = typeof left === 'number' ? left - (right as number) : bytes(left ?? '', (right as string) ?? '');
      return sign * (compared || bytes(one.uuid, other.uuid));
    })
    .map(({ id }) => id);
}

async function read(listing: Listing, args: PageArguments, orderBy?: Order | null, more: object = {}) {
  const data = await staff.run(listing.document, {
    ...listing.variables(),
    ...args,
    ...(orderBy !== undefined && { orderBy }),
    ...more,
  });
  const found = listing.connection(data);
  const ids: string[] = found.nodes.map(({ id }: Known) => id);
  expect(found.edges.map(({ node }: any) => node.id)).toEqual(ids);
  expect([found.pageInfo.startCursor, found.pageInfo.endCursor]).toEqual([
    found.edges[0]?.cursor ?? null,
    found.edges.at(-1)?.cursor ?? null,
  ]);
  return { ids, totalCount: found.totalCount as number, pageInfo: found.pageInfo, edges: found.edges as { cursor: string }[] };
}

async function walk(listing: Listing, orderBy: Order, size: number, forwards: boolean): Promise<string[]> {
  const all: string[] = [];
  let cursor: string | null = null;
  for (let turn = 0; turn < 60; turn++) {
    const { ids, pageInfo, totalCount } = await read(
      listing,
      forwards ? { first: size, after: cursor } : { last: size, before: cursor },
      orderBy,
    );
    expect(totalCount).toBe(listing.all().length);
    if (forwards) all.push(...ids);
    else all.unshift(...ids);
    cursor = forwards ? pageInfo.endCursor : pageInfo.startCursor;
    if (!(forwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return all;
  }
  throw new Error('The pages do not end.');
}

// ---------------------------------------------------------------- refusals

async function refusalOf(listing: Listing, args: object, orderBy?: Order) {
  const { data, errors } = await staff.ask(listing.document, { ...listing.variables(), ...args, ...(orderBy && { orderBy }) });
  const codes = errors.map(({ extensions: { code, limit, got } }) => ({ code, ...(limit !== undefined && { limit, got }) }));
  return { page: listing.connection(data), codes };
}
const badInput = { page: null, codes: [{ code: 'BAD_USER_INPUT' }] };
const verdict = async (listing: Listing, args: object, orderBy?: Order): Promise<string> =>
  (await refusalOf(listing, args, orderBy)).codes[0]?.code ?? 'fine';

describe.each(each)('of %s, refused with BAD_USER_INPUT', (name, listing) => {
  test.each<[string, object]>([
    ['first with last', { first: 1, last: 1 }],
    ['first with last, both 0', { first: 0, last: 0 }],
    ['a negative first', { first: -1 }],
    ['a negative last', { last: -1 }],
    ['half a row', { first: 1.5 }],
    ['an empty cursor', { after: '' }],
    ['an empty cursor to stop at', { before: '' }],
    ['garbage for a cursor', { after: 'garbage' }],
    ['garbage for a cursor to stop at', { last: 1, before: '{"}' }],
    ['a cursor with a NUL', { after: '\0' }],
    ['half a character for a cursor', { after: '\ud800' }],
    ['a cursor of 10,000 characters', { after: 'W'.repeat(10_000) }],
    ['an unknown order', { orderBy: { field: 'SHOE_SIZE' } }],
    ['a direction in small letters', { orderBy: { field: 'NAME', direction: 'asc' } }],
  ])('%s', async (_what, args) => {
    expect(await refusalOf(listing, args)).toEqual(badInput);
  });

  test.each(['first', 'last'])('%s of 101, and 100 is fine', async (argument) => {
    const refused = await refusalOf(listing, { [argument]: 101 });
    const fine = await refusalOf(listing, { [argument]: 100 });

    expect(refused).toEqual({ page: null, codes: [{ code: 'BAD_USER_INPUT', limit: 100, got: 101 }] });
    expect([fine.codes, fine.page.nodes.length]).toEqual([[], listing.all().length]);
  });

  test('a cursor of every other order and direction, and of the same none', async () => {
    const orders = ordersOf(listing);
    const cursors = await Promise.all(orders.map(async (order) => (await read(listing, { first: 1 }, order)).pageInfo.endCursor));

    const outcomes = await Promise.all(
      orders.map((order) =>
        Promise.all(
          cursors.flatMap((cursor) => [
            verdict(listing, { after: cursor }, order),
            verdict(listing, { last: 2, before: cursor }, order),
          ]),
        ),
      ),
    );

    expect(outcomes).toEqual(
      orders.map((_, at) => orders.flatMap((_, other) => Array(2).fill(at === other ? 'fine' : 'BAD_USER_INPUT'))),
    );
  });

  test('a cursor of any other connection', async () => {
    const data = await staff.run(
      `query ($id: ID!, $user: ID!) {
         organizations(first: 1, orderBy: { field: NAME, direction: ASC }) { pageInfo { endCursor } }
         users(first: 1, orderBy: { field: NAME, direction: ASC }) { pageInfo { endCursor } }
         user(id: $user) { memberships(first: 1) { pageInfo { endCursor } } }
         organization(id: $id) {
           byName: memberships(first: 1, orderBy: { field: NAME }) { pageInfo { endCursor } }
           newest: memberships(first: 1) { pageInfo { endCursor } } } }`,
      { id: fewer.id, user: await ownerId() },
    );
    const byName = { field: 'NAME', direction: 'ASC' } as const;
    const outcomes = {
      organizations: await verdict(listing, { after: data.organizations.pageInfo.endCursor }, byName),
      users: await verdict(listing, { after: data.users.pageInfo.endCursor }, byName),
      'memberships of a user': await verdict(listing, { after: data.user.memberships.pageInfo.endCursor }, listing.newestFirst),
      'memberships of another organization by name': await verdict(
        listing,
        { after: data.organization.byName.pageInfo.endCursor },
        byName,
      ),
      'memberships of another organization': await verdict(
        listing,
        { after: data.organization.newest.pageInfo.endCursor },
        listing.newestFirst,
      ),
    };

    expect(outcomes).toEqual({
      organizations: name === 'organizations' ? 'fine' : 'BAD_USER_INPUT',
      users: 'BAD_USER_INPUT',
      'memberships of a user': 'BAD_USER_INPUT',
      'memberships of another organization by name': 'BAD_USER_INPUT',
      'memberships of another organization': 'BAD_USER_INPUT',
    });
  });

  test('whatever a client writes into a cursor, or a page', async () => {
    const orderBy = { field: 'NAME', direction: 'ASC' } as const;
    const { edges } = await read(listing, { first: 3 }, orderBy);
    const [mark, , id] = JSON.parse(Buffer.from(edges[0]!.cursor, 'base64url').toString());
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, '', '\0', '\ud800', "'", 1, true, [], [null], ['a'], {}, 'x'.repeat(5000)),
    );
    const tampered = fc.oneof(
      fc
        .tuple(fc.nat(60), fc.string({ unit: 'grapheme-ascii', maxLength: 2 }))
        .map(([at, text]) => edges[0]!.cursor.slice(0, at) + text + edges[0]!.cursor.slice(at + 1)),
      fc
        .tuple(fc.oneof(value, fc.array(value, { maxLength: 2 })), fc.oneof(fc.constant(id), value))
        .map((parts) => Buffer.from(JSON.stringify([mark, ...parts])).toString('base64url')),
    );

    await fc.assert(
      fc.asyncProperty(tampered, fc.boolean(), async (cursor, forwards) => {
        const { codes } = await refusalOf(listing, forwards ? { first: 2, after: cursor } : { last: 2, before: cursor }, orderBy);

        expect(['BAD_USER_INPUT', undefined]).toContain(codes[0]?.code);
      }),
      { numRuns: 40 },
    );
  });
});

async function ownerId(): Promise<string> {
  const { organization } = await staff.run('query ($id: ID!) { organization(id: $id) { owner { userId } } }', { id: crowd.id });
  return organization.owner.userId;
}

test.each<[keyof typeof listings, string, unknown]>([
  ['organizations', 'MEMBER_COUNT', 2 ** 31],
  ['organizations', 'MEMBER_COUNT', 1.5],
  ['organizations', 'MEMBER_COUNT', '3'],
  ['organizations', 'MEMBER_COUNT', null],
  ['organizations', 'NAME', null],
  ['organizations', 'NAME', 'a\0'],
  ['organizations', 'CREATED_AT', '2025-01-01'],
  ['organizations', 'CREATED_AT', '+012026-01-01T00:00:00.000Z'],
  ['memberships', 'JOINED_AT', 'infinity'],
  ['memberships', 'JOINED_AT', null],
  ['memberships', 'EMAIL', null],
  ['memberships', 'NAME', 1],
])('a forged cursor of %s by %s at %j is BAD_USER_INPUT', async (name, field, value) => {
  const orderBy: Order = { field, direction: 'ASC' };
  const { edges } = await read(listings[name], { first: 1 }, orderBy);
  const [mark, values, id] = JSON.parse(Buffer.from(edges[0]!.cursor, 'base64url').toString());
  const written = (stands: unknown[]) => Buffer.from(JSON.stringify([mark, stands, id])).toString('base64url');

  expect(written(values)).toBe(edges[0]!.cursor);
  expect(await refusalOf(listings[name], { first: 1, after: written([value]) }, orderBy)).toEqual(badInput);
});

describe('an offset', () => {
  const listing = listings.organizations;

  test.each<[string, object]>([
    ['below 0', { offset: -1 }],
    ['of 2^31', { offset: 2 ** 31 }],
    ['of half a row', { offset: 0.5 }],
    ['with last', { offset: 1, last: 1 }],
    ['of 0 with last', { offset: 0, last: 1 }],
    ['with after', { offset: 1, after: 'x' }],
    ['of 0 with before', { offset: 0, before: 'x' }],
  ])('%s is BAD_USER_INPUT', async (_what, args) => {
    expect(await refusalOf(listing, args)).toEqual(badInput);
  });

  test('with a cursor that is one is BAD_USER_INPUT', async () => {
    const { pageInfo } = await read(listing, { first: 2 });

    expect(await refusalOf(listing, { offset: 1, after: pageInfo.endCursor })).toEqual(badInput);
    expect(await refusalOf(listing, { offset: 0, before: pageInfo.endCursor })).toEqual(badInput);
  });

  test('of memberships there is none', async () => {
    const answer = await staff.ask('query ($id: ID!) { organization(id: $id) { memberships(offset: 1) { totalCount } } }', {
      id: crowd.id,
    });

    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  test.each(ordersOf(listing))('jumps to a page, and its cursors go on from there: $field $direction', async (orderBy) => {
    const whole = sorted(organizations, orderBy);

    const jumped = await read(listing, { first: 4, offset: 7 }, orderBy);
    const next = await read(listing, { first: 4, after: jumped.pageInfo.endCursor }, orderBy);
    const back = await read(listing, { last: 4, before: jumped.pageInfo.startCursor }, orderBy);
    const [start, nulled, beyond, far] = await Promise.all([
      read(listing, { first: 4, offset: 0 }, orderBy),
      read(listing, { first: 4, offset: null }, orderBy),
      read(listing, { first: 4, offset: whole.length }, orderBy),
      read(listing, { first: 4, offset: 2 ** 31 - 1 }, orderBy),
    ]);

    expect([jumped, next, back, start, nulled, beyond, far].map(({ ids }) => ids)).toEqual([
      whole.slice(7, 11),
      whole.slice(11, 15),
      whole.slice(3, 7),
      whole.slice(0, 4),
      whole.slice(0, 4),
      [],
      [],
    ]);
    expect(
      [jumped, start, beyond].map(({ pageInfo: { hasNextPage, hasPreviousPage } }) => [hasNextPage, hasPreviousPage]),
    ).toEqual([
      [true, true],
      [true, false],
      [false, true],
    ]);
  });
});

// ---------------------------------------------------------------- by hand

describe.each(each)('of %s', (_name, listing) => {
  test('the order is newest first unless told, ties by id, newest first as well', async () => {
    const whole = sorted(listing.all(), listing.newestFirst);

    const [untold, nulled] = [await read(listing, { first: 100 }), await read(listing, { first: 100 }, null)];

    expect([untold.ids, nulled.ids]).toEqual([whole, whole]);
    // No order of any other field happens to be the same.
    expect(ordersOf(listing).filter((order) => sorted(listing.all(), order).join() === whole.join())).toEqual([
      listing.newestFirst,
    ]);
  });

  test('an order without a direction goes upwards', async () => {
    for (const field of listing.fields) {
      expect((await read(listing, { first: 100 }, { field } as Order)).ids).toEqual(
        sorted(listing.all(), { field, direction: 'ASC' }),
      );
    }
  });

  test('first 0 and last 0 tell whether there is anything, and show nothing', async () => {
    const none = await read(listing, { first: 0 });
    const backwards = await read(listing, { last: 0 });
    const nothing = await read(listing, { first: 0 }, undefined, { where: { search: 'no such thing' } });

    const empty = { edges: [], ids: [] };
    const info = { startCursor: null, endCursor: null };
    const totalCount = listing.all().length;
    expect(none).toEqual({ ...empty, totalCount, pageInfo: { ...info, hasNextPage: true, hasPreviousPage: false } });
    expect(backwards).toEqual({ ...empty, totalCount, pageInfo: { ...info, hasNextPage: false, hasPreviousPage: true } });
    expect(nothing).toEqual({ ...empty, totalCount: 0, pageInfo: { ...info, hasNextPage: false, hasPreviousPage: false } });
  });

  test('arguments that are null are as if left out', async () => {
    const whole = sorted(listing.all(), listing.newestFirst);

    const [nulls, last] = [
      await read(listing, { first: null, after: null, last: null, before: null }),
      await read(listing, { first: null, last: 2 }),
    ];

    expect([nulls.ids, last.ids]).toEqual([whole.slice(0, 25), whole.slice(-2)]);
  });

  test('the last page that is full has no next one', async () => {
    const all = await read(listing, { first: listing.all().length }, listing.newestFirst);
    const rest = await read(listing, { first: 5, after: all.pageInfo.endCursor }, listing.newestFirst);

    expect(all.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(rest).toEqual({
      edges: [],
      ids: [],
      totalCount: listing.all().length,
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });
});

test('25 rows unless told', async () => {
  const people = world.sql`
    WITH people AS (
      INSERT INTO users (id, home_pool_id, email, search_text)
      SELECT gen_random_uuid(), p.id, 'many-' || n || '@unless-told.example', 'many-' || n || '@unless-told.example'
        FROM generate_series(1, 27) AS n, pools p WHERE p.code = 'default' RETURNING id
    ), memberships AS (
      INSERT INTO memberships (id, organization_id, user_id) SELECT gen_random_uuid(), ${fewer.uuid}::uuid, id FROM people RETURNING id
    )
    INSERT INTO membership_roles (membership_id, role_id) SELECT m.id, r.id FROM memberships m, roles r WHERE r.built_in AND r.code = 'org_member'`;
  const owned = world.sql`
    WITH made AS (
      INSERT INTO organizations (id, name, slug, owner_id, search_text)
      SELECT gen_random_uuid(), 'Many', 'many-' || n, ${crowdOwner()}::uuid, E'many\nmany-' || n FROM generate_series(1, 27) AS n RETURNING id, owner_id
    ), memberships AS (
      INSERT INTO memberships (id, organization_id, user_id) SELECT gen_random_uuid(), id, owner_id FROM made RETURNING id
    )
    INSERT INTO membership_roles (membership_id, role_id) SELECT m.id, r.id FROM memberships m, roles r WHERE r.built_in AND r.code = 'org_admin'`;
  await world.database.query(people);
  await world.database.query(owned);

  const membersOfFewer = await read(listings.memberships, {}, undefined, { id: fewer.id, where: { search: 'unless-told' } });
  const many = await read(listings.organizations, {}, undefined, { where: { search: 'many' } });

  expect([membersOfFewer, many].map(({ ids, totalCount, pageInfo }) => [ids.length, totalCount, pageInfo.hasNextPage])).toEqual([
    [25, 27, true],
    [25, 27, true],
  ]);
});

const crowdOwner = (): string => [...crowd.memberships.keys()][0]!;

test('members without a name come last in either direction', async () => {
  const nameless = members.filter(({ values }) => values.NAME === null).map(({ id }) => id);

  const [up, down] = await Promise.all(
    (['ASC', 'DESC'] as const).map(
      async (direction) => (await read(listings.memberships, { last: 3 }, { field: 'NAME', direction })).ids,
    ),
  );

  expect([[...up!].sort(), [...down!].sort()]).toEqual([[...nameless].sort(), [...nameless].sort()]);
  expect(up).toEqual([...down!].reverse());
});

test('conditions may change between pages: the cursor goes on from the same place', async () => {
  const byName: Order = { field: 'NAME', direction: 'ASC' };
  const [wholeMembers, wholeOrganizations] = [sorted(members, byName), sorted(organizations, byName)];
  const early = new Set(organizations.filter(({ values }) => values.CREATED_AT !== instants[2]).map(({ id }) => id));
  const initial = new Set(members.filter(({ values }) => String(values.EMAIL).startsWith('q')).map(({ id }) => id));

  const first = await read(listings.organizations, { first: 6 }, byName);
  const narrower = await read(listings.organizations, { first: 100, after: first.pageInfo.endCursor }, byName, {
    where: { search: 'paged-', createdAt: { to: instants[2] } },
  });
  const firstMembers = await read(listings.memberships, { first: 6 }, byName);
  const narrowerMembers = await read(listings.memberships, { first: 100, after: firstMembers.pageInfo.endCursor }, byName, {
    where: { search: 'q' },
  });

  expect(narrower.ids).toEqual(wholeOrganizations.slice(6).filter((id) => early.has(id)));
  expect(narrower.totalCount).toBe(early.size);
  // Only addresses have a q.
  expect(narrowerMembers.ids).toEqual(wholeMembers.slice(6).filter((id) => initial.has(id)));
});

test('many organizations have each their own cursors, which go on in their own alone', async () => {
  const { organizations: page } = await staff.run(
    `query ($ids: [ID!]) { organizations(where: { ids: $ids }, orderBy: { field: NAME }) { nodes {
       id memberships(first: 2, orderBy: { field: EMAIL }) { pageInfo { endCursor } } } } }`,
    { ids: [crowd.id, fewer.id] },
  );
  const [ofCrowd, ofFewer] = page.nodes.map(({ memberships }: any) => memberships.pageInfo.endCursor);
  const byEmail: Order = { field: 'EMAIL', direction: 'ASC' };

  const next = await read(listings.memberships, { first: 2, after: ofCrowd }, byEmail);
  const below = await staff.ask(
    `query ($ids: [ID!], $after: String) { organizations(where: { ids: $ids }) { nodes { slug memberships(after: $after, orderBy: { field: EMAIL }) { totalCount } } } }`,
    { ids: [crowd.id, fewer.id], after: ofCrowd },
  );

  expect(next.ids).toEqual(sorted(members, byEmail).slice(2, 4));
  expect(await verdict(listings.memberships, { after: ofFewer }, byEmail)).toBe('BAD_USER_INPUT');
  // In a list the one that the cursor is of has its page, and the other an error at its place.
  const pages = Object.fromEntries(
    below.data.organizations.nodes.map(({ slug, memberships }: any) => [slug, memberships?.totalCount ?? null]),
  );
  expect(pages).toEqual({ crowd: members.length, fewer: null });
  expect(below.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

// ---------------------------------------------------------------- while rows come and go

const moved = (field: string, direction: string) => `moving-${field}-${direction}`.toLowerCase().replaceAll('_', '-');

test.each(ordersOf(listings.organizations))(
  'cursors of organizations stay where they are while rows come and go: $field $direction',
  async (orderBy) => {
    const group = moved(orderBy.field, orderBy.direction);
    const owner = await world.person();
    const where = { search: `${group}-` };
    let serial = 0;
    const add = (name: string) => organizationWith(owner, group, serial++, name);
    const rows: Known[] = [];
    for (const name of ['c', 'e', 'b', 'g', 'e', 'h', 'i', 'c']) rows.push(await add(name));
    const whole = sorted(rows, orderBy);
    const named = (id: string) => rows.find((row) => row.id === id)!;

    const first = await read(listings.organizations, { first: 3 }, orderBy, { where });
    // The row of the cursor and the next one go; others come before and after it.
    const gone = [whole[2]!, whole[3]!];
    await world.database.query(world.sql`DELETE FROM organizations WHERE id = ANY(${gone.map((id) => named(id).uuid)}::uuid[])`);
    const come = [await add('a'), await add('z'), await add('f'), await add('e')];
    const rest = await read(listings.organizations, { first: 100, after: first.pageInfo.endCursor }, orderBy, { where });
    const back = await read(listings.organizations, { last: 100, before: first.pageInfo.endCursor }, orderBy, { where });

    const now = sorted([...rows.filter(({ id }) => !gone.includes(id)), ...come, named(whole[2]!)], orderBy);
    const at = now.indexOf(whole[2]!);
    expect(first.ids).toEqual(whole.slice(0, 3));
    expect(rest.ids).toEqual(now.slice(at + 1));
    expect(back.ids).toEqual(now.slice(0, at));
    expect([rest.totalCount, back.totalCount]).toEqual([10, 10]);
  },
);

test.each(ordersOf(listings.memberships))(
  'cursors of memberships stay where they are while members come and go: $field $direction',
  async (orderBy) => {
    const group = moved(orderBy.field, orderBy.direction);
    const owner = await world.person({ email: `m-owner@${group}.example`, name: 'e' });
    const organization = await world.organization({ owner });
    const more = { id: organization.id };
    let serial = 0;
    async function add(name: string | null): Promise<Known> {
      const at = serial++;
      const person = await world.person({ email: `${'mzbyanop'[at % 8]}${at}@${group}.example`, name });
      const id = newId();
      await world.database.transaction(async (tx) => {
        await tx.$executeRaw(world.sql`
        INSERT INTO memberships (id, organization_id, user_id) VALUES (${id}::uuid, ${organization.uuid}::uuid, ${person.uuid}::uuid)`);
        await tx.$executeRaw(world.sql`
        INSERT INTO membership_roles (membership_id, role_id) SELECT ${id}::uuid, id FROM roles WHERE built_in AND code = 'org_member'`);
      });
      const { node } = await memberOf(person);
      return joinedWith(node, id, person, instants[at % 3]!);
    }
    async function memberOf({ email }: Person) {
      const { organization: seen } = await staff.run(
        'query ($id: ID!, $search: String) { organization(id: $id) { memberships(where: { search: $search }) { nodes { id } } } }',
        { id: organization.id, search: email },
      );
      return { node: seen.memberships.nodes[0].id as string };
    }
    async function joinedWith(id: string, uuid: string, { email, name }: Person, joinedAt: string): Promise<Known> {
      await world.database.query(world.sql`UPDATE memberships SET joined_at = ${joinedAt}::timestamptz WHERE id = ${uuid}::uuid`);
      return { id, uuid, values: { JOINED_AT: joinedAt, EMAIL: email, NAME: name } };
    }
    const [ownRow] = await world.database.query<{ id: string }>(
      world.sql`SELECT id FROM memberships WHERE organization_id = ${organization.uuid}::uuid`,
    );
    const own = await joinedWith(organization.memberships.get(owner.uuid)!, ownRow!.id, owner, instants[1]!);
    const rows: Known[] = [own];
    for (const name of ['c', 'e', null, 'g', 'e', null, 'i']) rows.push(await add(name));
    const whole = sorted(rows, orderBy);
    const named = (id: string) => rows.find((row) => row.id === id)!;

    const first = await read(listings.memberships, { first: 3 }, orderBy, more);
    const gone = [whole[2]!, whole[3]!].filter((id) => id !== own.id);
    await world.database.query(world.sql`DELETE FROM memberships WHERE id = ANY(${gone.map((id) => named(id).uuid)}::uuid[])`);
    const come = [await add('a'), await add('z'), await add(null), await add('f')];
    const rest = await read(listings.memberships, { first: 100, after: first.pageInfo.endCursor }, orderBy, more);
    const back = await read(listings.memberships, { last: 100, before: first.pageInfo.endCursor }, orderBy, more);

    const left = rows.filter(({ id }) => !gone.includes(id));
    const here = named(whole[2]!);
    const now = sorted([...left.filter(({ id }) => id !== here.id), ...come, here], orderBy);
    const at = now.indexOf(here.id);
    expect(first.ids).toEqual(whole.slice(0, 3));
    expect(rest.ids).toEqual(now.slice(at + 1));
    expect(back.ids).toEqual(now.slice(0, at));
    expect([rest.totalCount, back.totalCount]).toEqual([left.length + 4, left.length + 4]);
  },
);

// ---------------------------------------------------------------- at random

describe.each(everyOrder)('$name by $field $direction', ({ listing, order }) => {
  test('pages of every size make the whole, forwards and backwards', async () => {
    const whole = sorted(listing.all(), order);

    for (const size of [1, 2, 5, whole.length]) {
      expect(await walk(listing, order, size, true), `forwards by ${size}`).toEqual(whole);
      expect(await walk(listing, order, size, false), `backwards by ${size}`).toEqual(whole);
    }
  });

  test('any page is the slice that its arguments say', async () => {
    const whole = sorted(listing.all(), order);
    const { edges } = await read(listing, { first: 100 }, order);
    const position = fc.option(fc.nat(whole.length - 1), { nil: undefined });

    await fc.assert(
      fc.asyncProperty(position, position, fc.nat(8), fc.boolean(), async (after, before, count, backwards) => {
        const { ids, pageInfo } = await read(
          listing,
          {
            ...(backwards ? { last: count } : { first: count }),
            ...(after !== undefined && { after: edges[after]!.cursor }),
            ...(before !== undefined && { before: edges[before]!.cursor }),
          },
          order,
        );

        const start = after === undefined ? 0 : after + 1;
        const window = whole.slice(start, Math.max(before ?? whole.length, start));
        expect(ids).toEqual(backwards ? window.slice(Math.max(0, window.length - count)) : window.slice(0, count));
        expect([pageInfo.hasPreviousPage, pageInfo.hasNextPage]).toEqual(
          backwards ? [window.length > count, before !== undefined] : [after !== undefined, window.length > count],
        );
      }),
      { numRuns: 12 },
    );
  });
});
