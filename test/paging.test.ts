import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import {
  type MembershipStatus,
  MembershipsOfDocument,
  type UserOrder,
  UsersWholeDocument,
  type UserWhere,
} from './generated/graphql.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

interface Known {
  readonly id: string;
  readonly uuid: string;
  readonly email: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly lastLoginAt: string | null;
}

interface PageArguments {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
  offset?: number;
}

const orders: readonly UserOrder[] = (['CREATED_AT', 'EMAIL', 'NAME', 'LAST_LOGIN_AT'] as const).flatMap((field) => [
  { field, direction: 'ASC' as const },
  { field, direction: 'DESC' as const },
]);

let world: World;
let admin: Person;
let people: Known[];

beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ email: 'admin@steward.example', name: 'admin', roles: ['system_admin'] });
  await admin.signIn();
  // Whoever else there is stays out of the pages by this condition.
  people = await Promise.all(
    names.map((name, at) =>
      known({ name, createdAt: instants[at % 3]!, lastLoginAt: [null, instants[0]!, null, instants[1]!, instants[0]!][at % 5]! }),
    ),
  );
});

// Ties, nulls, capital letters, characters beyond the first plane (which UTF-16 orders otherwise), spaces.
const names = [
  'b',
  'B',
  'a',
  null,
  'ä',
  'b',
  'z',
  null,
  '\u{1d4d0}',
  '\uff21',
  'a b',
  'a-b',
  null,
  'b',
  'ab',
  'Z',
  '\u{1f600}',
  'é',
  'b',
];
const instants = ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z', '2025-06-01T12:00:00.999Z'];
const mine: UserWhere = { search: '@paged.example' };
let serial = 0;

async function known(options: { name: string | null; createdAt: string; lastLoginAt: string | null }): Promise<Known> {
  const { name, createdAt, lastLoginAt } = options;
  const email = `${'zyxwvutsrqponmlkjihgfedcba'[serial % 26]}${serial++}@paged.example`;
  const person = await world.person({
    email,
    name,
    createdAt: new Date(createdAt),
    ...(lastLoginAt && { lastLoginAt: new Date(lastLoginAt) }),
  });
  return { id: person.id, uuid: person.uuid, email, name, createdAt, lastLoginAt };
}

// ---------------------------------------------------------------- the model

const columns = { CREATED_AT: 'createdAt', EMAIL: 'email', NAME: 'name', LAST_LOGIN_AT: 'lastLoginAt' } as const;

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

const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

async function page(args: PageArguments, orderBy: UserOrder | undefined, where: UserWhere = mine) {
  const { users } = await admin.run(UsersWholeDocument, { ...args, where, ...(orderBy && { orderBy }) });
  expect(idsOf(users!.edges.map(({ node }) => node))).toEqual(idsOf(users!.nodes));
  expect([users!.pageInfo.startCursor, users!.pageInfo.endCursor]).toEqual([
    users!.edges[0]?.cursor ?? null,
    users!.edges.at(-1)?.cursor ?? null,
  ]);
  return { ...users!, ids: idsOf(users!.nodes) };
}

async function walk(orderBy: UserOrder, size: number, way: 'forwards' | 'backwards', where: UserWhere = mine): Promise<string[]> {
  const all: string[] = [];
  let cursor: string | null | undefined;
  for (let turn = 0; turn < 60; turn++) {
    const forwards = way === 'forwards';
    const { ids, pageInfo } = await page(
      forwards ? { first: size, ...(cursor && { after: cursor }) } : { last: size, ...(cursor && { before: cursor }) },
      orderBy,
      where,
    );
    if (forwards) all.push(...ids);
    else all.unshift(...ids);
    cursor = forwards ? pageInfo.endCursor : pageInfo.startCursor;
    if (!(forwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return all;
  }
  throw new Error('The pages do not end.');
}

// ---------------------------------------------------------------- refusals

const refusalOf = async (args: PageArguments, orderBy?: UserOrder) => {
  const { data, errors } = await admin.ask(UsersWholeDocument, { ...args, where: mine, ...(orderBy && { orderBy }) });
  return { users: data?.users ?? null, refusals: errors.map(({ extensions: { code, limit, got } }) => ({ code, limit, got })) };
};
const badInput = { users: null, refusals: [{ code: 'BAD_USER_INPUT' }] };

describe('refused with BAD_USER_INPUT', () => {
  test.each<[string, PageArguments]>([
    ['first with last', { first: 1, last: 1 }],
    ['first with last, both 0', { first: 0, last: 0 }],
    ['a negative first', { first: -1 }],
    ['a negative last', { last: -1 }],
    ['a negative offset', { offset: -1 }],
    ['offset with last', { offset: 1, last: 1 }],
    ['offset with after', { offset: 1, after: 'x' }],
    ['offset 0 with before', { offset: 0, before: 'x' }],
    ['an empty cursor', { after: '' }],
    ['garbage for a cursor', { after: 'garbage' }],
    ['garbage for a cursor to stop at', { last: 1, before: '{"}' }],
    ['an offset of 2^31', { offset: 2 ** 31 }],
    ['half a row', { first: 1.5 }],
  ])('%s', async (_what, args) => {
    expect(await refusalOf(args)).toEqual(badInput);
  });

  test.each([
    ['first', { first: 101 }],
    ['last', { last: 101 }],
  ])('%s of 101, and 100 is fine', async (name, args) => {
    const refused = await refusalOf(args);
    const fine = await refusalOf({ [name]: 100 });

    expect(refused).toEqual({ users: null, refusals: [{ code: 'BAD_USER_INPUT', limit: 100, got: 101 }] });
    expect(fine.refusals).toEqual([]);
    expect(fine.users?.nodes).toHaveLength(people.length);
  });

  test('offset with a cursor that is one', async () => {
    const { pageInfo } = await page({ first: 2 }, undefined);

    expect(await refusalOf({ offset: 1, after: pageInfo.endCursor! })).toEqual(badInput);
    expect(await refusalOf({ offset: 1, before: pageInfo.endCursor! })).toEqual(badInput);
  });

  test('a cursor of every other order and direction, and of the same none', async () => {
    const cursors = await Promise.all(orders.map(async (order) => (await page({ first: 1 }, order)).pageInfo.endCursor!));

    const outcomes = await Promise.all(
      orders.map((order) =>
        Promise.all(cursors.map(async (after) => (await refusalOf({ after }, order)).refusals[0]?.code ?? 'fine')),
      ),
    );

    expect(outcomes).toEqual(orders.map((_, at) => orders.map((_, other) => (at === other ? 'fine' : 'BAD_USER_INPUT'))));
  });

  test('a cursor of another connection', async () => {
    const owner = await world.person();
    await world.organization({ owner });
    const { user } = await admin.run(MembershipsOfDocument, { id: owner.id });
    const { pageInfo } = await page({ first: 1 }, { field: 'CREATED_AT', direction: 'DESC' });

    const backwards = await admin.ask(MembershipsOfDocument, { id: owner.id, after: pageInfo.endCursor! });

    expect(await refusalOf({ after: user!.memberships.pageInfo.endCursor! })).toEqual(badInput);
    expect(backwards.errors.map(({ extensions }) => extensions.code)).toContain('BAD_USER_INPUT');
  });

  test('whatever a client writes into a cursor, or a page', async () => {
    const orderBy: UserOrder = { field: 'NAME', direction: 'ASC' };
    const { edges } = await page({ first: 3 }, orderBy);
    const [mark, , id] = JSON.parse(Buffer.from(edges[0]!.cursor, 'base64url').toString());
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, '', '\0', '\ud800', "'", 1, true, [], {}, 'x'.repeat(5000)),
    );
    const tampered = fc.oneof(
      fc
        .tuple(fc.nat(60), fc.string({ unit: 'grapheme-ascii', maxLength: 2 }))
        .map(([at, text]) => edges[0]!.cursor.slice(0, at) + text + edges[0]!.cursor.slice(at + 1)),
      fc
        .tuple(value, fc.oneof(fc.constant(id), value))
        .map((parts) => Buffer.from(JSON.stringify([mark, ...parts])).toString('base64url')),
    );

    await fc.assert(
      fc.asyncProperty(tampered, fc.boolean(), async (cursor, forwards) => {
        const { refusals } = await refusalOf(forwards ? { first: 2, after: cursor } : { last: 2, before: cursor }, orderBy);

        expect(['BAD_USER_INPUT', undefined]).toContain(refusals[0]?.code);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['CREATED_AT', '0000-01-01T00:00:00.000Z'],
    ['CREATED_AT', '+012026-01-01T00:00:00.000Z'],
    ['CREATED_AT', null],
    ['LAST_LOGIN_AT', 'infinity'],
    ['EMAIL', null],
  ] as const)('a forged cursor by %s at %s', async (field, value) => {
    const orderBy: UserOrder = { field, direction: 'ASC' };
    const { edges } = await page({ first: 1 }, orderBy);
    const [mark, , id] = JSON.parse(Buffer.from(edges[0]!.cursor, 'base64url').toString());
    const after = Buffer.from(JSON.stringify([mark, value, id])).toString('base64url');

    expect(await refusalOf({ first: 1, after }, orderBy)).toEqual(badInput);
  });
});

// ---------------------------------------------------------------- by hand

test('the order is newest first unless told, ties by id, newest first as well', async () => {
  const { ids } = await page({ first: 100 }, undefined);

  expect(ids).toEqual(idsOf(sorted(people, { field: 'CREATED_AT', direction: 'DESC' })));
});

test('an order without a direction goes upwards', async () => {
  const { users } = await admin.run(
    'query ($where: UserWhere) { users(first: 100, where: $where, orderBy: { field: EMAIL }) { nodes { email } } }',
    {
      where: mine,
    },
  );

  expect(users.nodes.map(({ email }: Known) => email)).toEqual(people.map(({ email }) => email).sort());
});

test('names are ordered by their characters’ numbers, and who has none comes last in either direction', async () => {
  const namesBy = async (direction: string) => {
    const { users } = await admin.run(
      'query ($where: UserWhere, $by: UserOrder) { users(first: 100, where: $where, orderBy: $by) { nodes { name } } }',
      {
        where: mine,
        by: { field: 'NAME', direction },
      },
    );
    return users.nodes.map(({ name }: Known) => name);
  };
  const upwards = ['B', 'Z', 'a', 'a b', 'a-b', 'ab', 'b', 'b', 'b', 'b', 'z', 'ä', 'é', '\uff21', '\u{1d4d0}', '\u{1f600}'];

  const [up, down] = await Promise.all(['ASC', 'DESC'].map(namesBy));

  expect(up).toEqual([...upwards, null, null, null]);
  expect(down).toEqual([...upwards.reverse(), null, null, null]);
});

test('25 rows unless told', async () => {
  const many = await Promise.all(
    Array.from({ length: 27 }, (_, at) => world.person({ email: `many-${at}@unless-told.example` })),
  );
  const where: UserWhere = { search: '@unless-told.example' };

  const { ids, totalCount, pageInfo } = await page({}, undefined, where);

  expect([ids.length, totalCount, pageInfo.hasNextPage, pageInfo.hasPreviousPage]).toEqual([25, many.length, true, false]);
});

test('no more rows than the setting allows, told or not', async () => {
  const small = await startWorld({ STEWARD_MAX_PAGE_SIZE: '10' });
  const staff = await small.person({ roles: ['system_admin'] });
  for (let at = 0; at < 12; at++) await small.person();

  const untold = await staff.run('{ users { nodes { sessions { id } memberships { nodes { id } } } } }');
  const told = await staff.ask('{ users(first: 11) { nodes { id } } }');

  expect(untold.users.nodes).toHaveLength(10);
  expect(told.errors.map(({ extensions: { code, limit, got } }) => ({ code, limit, got }))).toEqual([
    { code: 'BAD_USER_INPUT', limit: 10, got: 11 },
  ]);
});

test('first 0 and last 0 tell whether there is anything, and show nothing', async () => {
  const [none, noneBackwards, nothing] = await Promise.all([
    page({ first: 0 }, undefined),
    page({ last: 0 }, undefined),
    page({ first: 0 }, undefined, { search: 'no such person' }),
  ]);

  const empty = { edges: [], nodes: [], ids: [] };
  const info = { startCursor: null, endCursor: null };
  expect(none).toEqual({ ...empty, totalCount: people.length, pageInfo: { ...info, hasNextPage: true, hasPreviousPage: false } });
  expect(noneBackwards).toEqual({
    ...empty,
    totalCount: people.length,
    pageInfo: { ...info, hasNextPage: false, hasPreviousPage: true },
  });
  expect(nothing).toEqual({ ...empty, totalCount: 0, pageInfo: { ...info, hasNextPage: false, hasPreviousPage: false } });
});

test('the last page that is full has no next one', async () => {
  const orderBy: UserOrder = { field: 'EMAIL', direction: 'ASC' };
  const all = await page({ first: people.length }, orderBy);
  const rest = await page({ first: 5, after: all.pageInfo.endCursor! }, orderBy);

  expect(all.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  expect(rest).toEqual({
    edges: [],
    nodes: [],
    ids: [],
    totalCount: people.length,
    pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
  });
});

test('an offset jumps to a page, and its cursors go on from there', async () => {
  const orderBy: UserOrder = { field: 'NAME', direction: 'DESC' };
  const whole = idsOf(sorted(people, orderBy));

  const jumped = await page({ first: 4, offset: 7 }, orderBy);
  const next = await page({ first: 4, after: jumped.pageInfo.endCursor! }, orderBy);
  const [start, beyond, far] = await Promise.all([
    page({ first: 4, offset: 0 }, orderBy),
    page({ first: 4, offset: whole.length }, orderBy),
    page({ first: 4, offset: 2 ** 31 - 1 }, orderBy),
  ]);

  expect([jumped.ids, next.ids, start.ids, beyond.ids, far.ids]).toEqual([
    whole.slice(7, 11),
    whole.slice(11, 15),
    whole.slice(0, 4),
    [],
    [],
  ]);
  expect([jumped, start, beyond].map(({ pageInfo: { hasNextPage, hasPreviousPage } }) => [hasNextPage, hasPreviousPage])).toEqual(
    [
      [true, true],
      [true, false],
      [false, true],
    ],
  );
});

test('the count is that of all that match, whichever page is looked at', async () => {
  const where: UserWhere = { AND: [mine, { createdAt: { from: instants[2]! } }] };
  const matching = people.filter(({ createdAt }) => createdAt === instants[2]);

  const counts = await Promise.all(
    ([{ first: 1 }, { last: 2 }, { first: 2, offset: 4 }, { first: 0 }, { first: 5, offset: 1000 }] as PageArguments[]).map(
      async (args) => (await page(args, undefined, where)).totalCount,
    ),
  );

  expect(counts).toEqual(counts.map(() => matching.length));
});

test('conditions may change between pages: the cursor goes on from the same place', async () => {
  const orderBy: UserOrder = { field: 'NAME', direction: 'ASC' };
  const { pageInfo, ids } = await page({ first: 6 }, orderBy);
  const narrower: UserWhere = { AND: [mine, { lastLoginAt: { from: '2000-01-01T00:00:00Z' } }] };

  const next = await page({ first: 100, after: pageInfo.endCursor! }, orderBy, narrower);

  const whole = sorted(people, orderBy);
  expect(ids).toEqual(idsOf(whole.slice(0, 6)));
  expect(next.ids).toEqual(idsOf(whole.slice(6).filter(({ lastLoginAt }) => lastLoginAt)));
});

test.each(orders)('cursors stay where they are while rows come and go: $field $direction', async (orderBy) => {
  const group: Known[] = [];
  const where: UserWhere = { search: `moving-${orderBy.field}-${orderBy.direction}` };
  const add = async (name: string | null, at: number, login: number | null) => {
    const person = await known({
      name,
      createdAt: new Date(Date.UTC(2024, 0, 1, 0, at)).toISOString(),
      lastLoginAt: login === null ? null : new Date(Date.UTC(2024, 0, login)).toISOString(),
    });
    await world.database.query(
      world.sql`UPDATE users SET search_text = ${where.search!.toLowerCase()} WHERE id = ${person.uuid}::uuid`,
    );
    return person;
  };
  for (const [at, name] of ['c', 'e', null, 'g', 'e', null, 'i', 'c'].entries())
    group.push(await add(name, at * 10, at % 3 ? at + 1 : null));
  const whole = sorted(group, orderBy);

  const first = await page({ first: 3 }, orderBy, where);
  // The row of the cursor and the next one go; others come before and after it.
  const gone = [whole[2]!, whole[3]!];
  await world.database.query(world.sql`DELETE FROM users WHERE id = ANY(${gone.map(({ uuid }) => uuid)}::uuid[])`);
  const come = [await add('a', 1, 1), await add('z', 99, 28), await add(null, 45, null), await add('f', 35, 5)];
  const rest = await page({ first: 100, after: first.pageInfo.endCursor! }, orderBy, where);
  const back = await page({ last: 100, before: first.pageInfo.endCursor! }, orderBy, where);

  const now = sorted([...group.filter((one) => !gone.includes(one)), ...come, whole[2]!], orderBy);
  const at = now.indexOf(whole[2]!);
  expect(first.ids).toEqual(idsOf(whole.slice(0, 3)));
  expect(rest.ids).toEqual(idsOf(now.slice(at + 1)));
  expect(back.ids).toEqual(idsOf(now.slice(0, at)));
});

// ---------------------------------------------------------------- at random

describe.each(orders)('by $field $direction', (orderBy) => {
  test('pages of every size make the whole, forwards and backwards', async () => {
    const whole = idsOf(sorted(people, orderBy));

    for (const size of [1, 2, 3, 7, people.length]) {
      expect(await walk(orderBy, size, 'forwards'), `forwards by ${size}`).toEqual(whole);
      expect(await walk(orderBy, size, 'backwards'), `backwards by ${size}`).toEqual(whole);
    }
  });

  test('any page is the slice that its arguments say', async () => {
    const whole = idsOf(sorted(people, orderBy));
    const { edges } = await page({ first: 100 }, orderBy);
    const position = fc.option(fc.nat(whole.length - 1), { nil: undefined });

    await fc.assert(
      fc.asyncProperty(position, position, fc.nat(8), fc.boolean(), async (after, before, count, backwards) => {
        const { ids, pageInfo } = await page(
          {
            ...(backwards ? { last: count } : { first: count }),
            ...(after !== undefined && { after: edges[after]!.cursor }),
            ...(before !== undefined && { before: edges[before]!.cursor }),
          },
          orderBy,
        );

        const window = whole.slice(
          after === undefined ? 0 : after + 1,
          Math.max(before ?? whole.length, after === undefined ? 0 : after + 1),
        );
        expect(ids).toEqual(backwards ? window.slice(Math.max(0, window.length - count)) : window.slice(0, count));
        if (backwards) expect(pageInfo.hasPreviousPage).toBe(window.length > count);
        else expect(pageInfo.hasNextPage).toBe(window.length > count);
        if (backwards) expect(pageInfo.hasNextPage).toBe(before !== undefined);
        else expect(pageInfo.hasPreviousPage).toBe(after !== undefined);
      }),
      { numRuns: 40 },
    );
  });
});

// ---------------------------------------------------------------- below a parent

describe('memberships of a user', () => {
  let members: Person[];
  let organizations: Organization[];
  const joinedAt = (at: number) => new Date(Date.UTC(2025, 0, 1 + (at % 3)));
  const statusOf = (at: number, member: number): MembershipStatus => ((at + member) % 3 ? 'ACTIVE' : 'SUSPENDED');

  beforeAll(async () => {
    const owner = await world.person();
    members = await Promise.all(Array.from({ length: 4 }, (_, at) => world.person({ email: `member-${at}@below.example` })));
    organizations = [];
    for (let at = 0; at < 8; at++) {
      // The last member is nowhere, the third in half of them.
      const inside = members.slice(0, at % 2 ? 3 : 2);
      const organization = await world.organization({
        owner,
        members: inside.map((member, number) => [member, ['org_member'], statusOf(at, number)] as const),
      });
      await world.database.query(
        world.sql`UPDATE memberships SET joined_at = ${joinedAt(at)}::timestamptz WHERE organization_id = ${organization.uuid}::uuid`,
      );
      organizations.push(organization);
    }
  });

  /** Newest first, ties by id in the same direction. */
  function expected(member: number, status?: readonly MembershipStatus[]): string[] {
    return organizations
      .map((organization, at) => ({
        id: organization.memberships.get(members[member]!.uuid),
        joined: joinedAt(at).getTime(),
        status: statusOf(at, member),
      }))
      .filter((one): one is typeof one & { id: string } => one.id !== undefined && (!status || status.includes(one.status)))
      .sort((one, other) => other.joined - one.joined || (one.id < other.id ? 1 : -1))
      .map(({ id }) => id);
  }

  async function below(
    member: number,
    args: { first?: number; after?: string; last?: number; before?: string; status?: MembershipStatus[] | null },
  ) {
    const { user } = await admin.run(MembershipsOfDocument, { id: members[member]!.id, ...args });
    return { ...user!.memberships, ids: idsOf(user!.memberships.nodes) };
  }

  const codeOf = async (member: number, args: object) =>
    (await admin.ask(MembershipsOfDocument, { id: members[member]!.id, ...args })).errors[0]?.extensions.code ?? 'fine';

  test('BAD_USER_INPUT for a cursor of another person, or a wrong one, or too many', async () => {
    const { pageInfo } = await below(0, { first: 2 });

    const codes = await Promise.all([
      codeOf(1, { after: pageInfo.endCursor }),
      codeOf(1, { last: 1, before: pageInfo.endCursor }),
      codeOf(0, { after: 'garbage' }),
      codeOf(0, { first: 1, last: 1 }),
      codeOf(0, { first: -1 }),
      codeOf(0, { first: 101 }),
      codeOf(0, { after: pageInfo.endCursor }),
      codeOf(0, { first: 100 }),
    ]);

    expect(codes).toEqual([...Array(6).fill('BAD_USER_INPUT'), 'fine', 'fine']);
  });

  test('a wrong cursor below one parent leaves the page of parents blank, not half', async () => {
    const answer = await admin.ask('{ users(first: 2) { nodes { memberships(after: "x") { totalCount } } } }');

    expect(answer.data).toEqual({ users: null });
    expect(new Set(answer.errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
  });

  test.each<[string, MembershipStatus[] | null | undefined]>([
    ['of every status', undefined],
    ['of every status where it is null', null],
    ['that are active', ['ACTIVE']],
    ['that are suspended', ['SUSPENDED']],
    ['of both', ['ACTIVE', 'SUSPENDED']],
    ['of none, which are none', []],
  ])(
    'pages of those %s make the whole, with the count of each parent',
    async (_what, status) => {
      for (const member of [0, 1, 2, 3]) {
        const whole = expected(member, status ?? undefined);
        for (const size of [1, 2, 3, 7]) {
          const all: string[] = [];
          const backwards: string[] = [];
          let after: string | null | undefined;
          let before: string | null | undefined;
          do {
            const next = await below(member, { first: size, ...(after && { after }), ...(status !== undefined && { status }) });
            expect(next.totalCount).toBe(whole.length);
            all.push(...next.ids);
            after = next.pageInfo.hasNextPage ? next.pageInfo.endCursor : null;
          } while (after);
          do {
            const next = await below(member, { last: size, ...(before && { before }), ...(status !== undefined && { status }) });
            backwards.unshift(...next.ids);
            before = next.pageInfo.hasPreviousPage ? next.pageInfo.startCursor : null;
          } while (before);
          expect(all).toEqual(whole);
          expect(backwards).toEqual(whole);
        }
      }
    },
    60_000,
  );

  test('many parents at once have each their own page, cursors and count', async () => {
    const { users } = await admin.run(
      `query ($where: UserWhere) { users(where: $where, orderBy: { field: EMAIL }) { nodes {
         newest: memberships(first: 2) { totalCount nodes { id } pageInfo { hasNextPage endCursor } }
         oldest: memberships(last: 3, status: [ACTIVE]) { totalCount nodes { id } pageInfo { hasPreviousPage } }
       } } }`,
      { where: { search: '@below.example' } },
    );

    expect(users.nodes).toEqual(
      [0, 1, 2, 3].map((member) => {
        const [all, active] = [expected(member), expected(member, ['ACTIVE'])];
        return {
          newest: {
            totalCount: all.length,
            nodes: all.slice(0, 2).map((id) => ({ id })),
            pageInfo: { hasNextPage: all.length > 2, endCursor: all.length ? expect.any(String) : null },
          },
          oldest: {
            totalCount: active.length,
            nodes: active.slice(-3).map((id) => ({ id })),
            pageInfo: { hasPreviousPage: active.length > 3 },
          },
        };
      }),
    );
    // Each cursor goes on in its own parent.
    for (const [member, { newest }] of users.nodes.slice(0, 3).entries()) {
      expect((await below(member, { first: 2, after: newest.pageInfo.endCursor })).ids).toEqual(expected(member).slice(2, 4));
    }
  });

  test('equal pages with different conditions, side by side, have each their own rows and count', async () => {
    const { users } = await admin.run(
      `query ($where: UserWhere) { users(where: $where, orderBy: { field: EMAIL }) { nodes {
         all: memberships(first: 9) { ...Page } active: memberships(first: 9, status: [ACTIVE]) { ...Page }
         suspended: memberships(first: 9, status: [SUSPENDED]) { ...Page } backwards: memberships(last: 9, status: [ACTIVE]) { ...Page }
       } } } fragment Page on MembershipConnection { totalCount nodes { id } }`,
      { where: { search: '@below.example' } },
    );

    const page = (ids: string[]) => ({ totalCount: ids.length, nodes: ids.map((one) => ({ id: one })) });
    expect(users.nodes).toEqual(
      [0, 1, 2, 3].map((member) => {
        const active = page(expected(member, ['ACTIVE']));
        return { all: page(expected(member)), active, suspended: page(expected(member, ['SUSPENDED'])), backwards: active };
      }),
    );
  });

  test('a cursor of a membership that is gone goes on', async () => {
    const { pageInfo, ids } = await below(2, { first: 2 });
    const left = organizations.find((organization) => organization.memberships.get(members[2]!.uuid) === ids[1])!;
    await world.database.query(
      world.sql`DELETE FROM memberships WHERE organization_id = ${left.uuid}::uuid AND user_id = ${members[2]!.uuid}::uuid`,
    );

    const rest = await below(2, { after: pageInfo.endCursor! });

    expect(rest.ids).toEqual(expected(2).slice(2));
    expect(rest.totalCount).toBe(expected(2).length - 1);
  });

  test('a parent that does not exist has no page', async () => {
    const { user } = await admin.run(MembershipsOfDocument, { id: encodeId('user', newId()) });

    expect(user).toBeNull();
  });
});
