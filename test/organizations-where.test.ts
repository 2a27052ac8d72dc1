import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { type Person, startWorld, type World } from './support/world.ts';

/** As the contract has them. */
interface OrganizationWhere {
  search?: string | null;
  ids?: string[] | null;
  status?: ('ACTIVE' | 'SUSPENDED')[] | null;
  ownerId?: string | null;
  createdAt?: { from?: string | null; to?: string | null } | null;
  metadata?: Record<string, unknown> | null;
  AND?: OrganizationWhere[] | null;
  OR?: OrganizationWhere[] | null;
  NOT?: OrganizationWhere | null;
}
interface OrganizationOrder {
  field: 'CREATED_AT' | 'NAME' | 'MEMBER_COUNT';
  direction: 'ASC' | 'DESC';
}

/** An organization as the model below sees it. */
interface Known {
  readonly name: string;
  readonly slug: string;
  readonly owner: 'ann' | 'ben' | 'cara';
  readonly createdAt: string;
  readonly metadata?: Record<string, unknown>;
  readonly suspended?: boolean;
  readonly members?: number;
}

const organizations: readonly Known[] = [
  {
    name: 'Acme',
    slug: 'acme',
    owner: 'ann',
    createdAt: '2025-01-01T00:00:00.000Z',
    metadata: { plan: 'pro', seats: 3 },
    members: 2,
  },
  { name: 'ACME Deutschland', slug: 'acme-de', owner: 'ann', createdAt: '2025-01-01T00:00:00.000Z', metadata: { plan: 'pro' } },
  { name: 'Groß & Klein', slug: 'gross', owner: 'ben', createdAt: '2025-01-01T00:00:00.001Z', suspended: true },
  { name: 'İstanbul Işık', slug: 'istanbul', owner: 'ben', createdAt: '2025-02-01T10:00:00.000Z', members: 2 },
  { name: 'Ｗｉｄｅ Ｇｒｏｕｐ', slug: 'w-1', owner: 'cara', createdAt: '2025-02-01T10:00:00.000Z', metadata: { plan: null } },
  { name: '100% Off_Sale', slug: 'off', owner: 'cara', createdAt: '2025-03-01T00:00:00.000Z', suspended: true, members: 1 },
  {
    name: 'Back\\slash',
    slug: 'backslash',
    owner: 'ann',
    createdAt: '2025-03-31T23:59:59.999Z',
    metadata: { tags: ['a', 'b', { deep: [true] }] },
  },
  {
    name: 'Ὀδυσσεύς ΣΙΣΥΦΟΣ',
    slug: 'ithaca',
    owner: 'ann',
    createdAt: '2025-04-01T00:00:00.000Z',
    metadata: { address: { city: 'Wien' } },
  },
  {
    name: 'Zoë 田中',
    slug: 'zoe',
    owner: 'ben',
    createdAt: '2025-04-01T00:00:00.000Z',
    metadata: { address: { city: 'Wien', zip: '1' } },
    members: 3,
  },
  {
    name: 'offXsale',
    slug: 'off-x',
    owner: 'ben',
    createdAt: '2025-05-01T00:00:00.000Z',
    metadata: { nested: [[1, 2], [3]], zero: 0 },
  },
  {
    name: 'Acme',
    slug: 'acme-2',
    owner: 'cara',
    createdAt: '2025-06-01T00:00:00.000Z',
    suspended: true,
    metadata: { list: [], nothing: {}, active: true },
  },
];

let world: World;
let staff: Person;
const people = {} as Record<Known['owner'] | 'nobody', Person>;
const ids = new Map<string, string>();

beforeAll(async () => {
  world = await startWorld();
  staff = await world.person({ roles: ['super_admin'] });
  for (const name of ['ann', 'ben', 'cara', 'nobody'] as const) people[name] = await world.person({ name });
  const guests = [await world.person(), await world.person(), await world.person()];
  for (const known of organizations) {
    const organization = await world.organization({
      owner: people[known.owner],
      name: known.name,
      slug: known.slug,
      status: known.suspended ? 'SUSPENDED' : 'ACTIVE',
      members: guests.slice(0, known.members ?? 0).map((guest) => [guest] as const),
    });
    await world.database.query(world.sql`
      UPDATE organizations SET created_at = ${known.createdAt}::timestamptz, metadata = ${JSON.stringify(known.metadata ?? {})}::jsonb
       WHERE id = ${organization.uuid}::uuid`);
    ids.set(known.slug, organization.id);
  }
});

const idOf = ({ slug }: Known): string => ids.get(slug)!;

const matching = `query ($where: OrganizationWhere) {
  organizations(first: 100, where: $where) { totalCount nodes { slug } } }`;

/** Slugs of those that match, as the server says. */
async function found(where: OrganizationWhere): Promise<string[]> {
  const { organizations: page } = await staff.run(matching, { where });
  expect(page.totalCount).toBe(page.nodes.length);
  return page.nodes.map(({ slug }: Known) => slug).sort();
}

// ---------------------------------------------------------------- the model: what a `where` means, in plain TypeScript

// By hand, for the letters that occur here.
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/ς/g, 'σ')
    .replace(/ß/g, 'ss')
    .replace(/ı|i\u0307/g, 'i');

const within = ({ from, to }: { from?: string | null; to?: string | null }, at: string): boolean =>
  (!from || Date.parse(at) >= Date.parse(from)) && (!to || Date.parse(at) < Date.parse(to));

function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((one) => whole.some((other) => contains(other, one)));
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return false;
  return Object.entries(part).every(
    ([key, value]) => Object.hasOwn(whole, key) && contains((whole as Record<string, unknown>)[key], value),
  );
}

const judges: { [Field in keyof Required<OrganizationWhere>]: (known: Known, value: any) => boolean } = {
  search: (known, text: string) =>
    folded(text)
      .split(/\s/)
      .every((word) => [known.name, known.slug].some((field) => folded(field).includes(word))),
  ids: (known, all: string[]) => all.includes(idOf(known)),
  status: (known, all: string[]) => all.includes(known.suspended ? 'SUSPENDED' : 'ACTIVE'),
  ownerId: (known, id) => people[known.owner].id === id,
  createdAt: (known, range) => within(range, known.createdAt),
  metadata: (known, part) => contains(known.metadata ?? {}, part),
  AND: (known, all: OrganizationWhere[]) => all.every((where) => matches(known, where)),
  OR: (known, some: OrganizationWhere[]) => some.some((where) => matches(known, where)),
  NOT: (known, where: OrganizationWhere) => !matches(known, where),
};

const matches = (known: Known, where: OrganizationWhere): boolean =>
  Object.entries(where).every(([field, value]) => value == null || judges[field as keyof OrganizationWhere](known, value));

const modelled = (where: OrganizationWhere): string[] =>
  organizations
    .filter((known) => matches(known, where))
    .map(({ slug }) => slug)
    .sort();

// ---------------------------------------------------------------- refusals

describe('refused with BAD_USER_INPUT', () => {
  test.each<[string, unknown]>([
    ['a date that is no instant', { createdAt: { from: '2025-01-01' } }],
    ['a date that the calendar does not have', { createdAt: { to: '2025-02-30T00:00:00Z' } }],
    ['a date that is words', { createdAt: { from: 'yesterday' } }],
    ['a date that is a number', { createdAt: { from: 1735689600000 } }],
    ['an hour that no day has', { createdAt: { from: '2025-01-01T25:00:00Z' } }],
    ['a date that is empty', { createdAt: { from: '' } }],
    ['a date without a zone', { createdAt: { from: '2025-01-01T00:00:00' } }],
    ['a date with a NUL', { createdAt: { from: '2025-01-01T00:00:00Z\0' } }],
    ['a date where a range belongs', { createdAt: '2025-01-01T00:00:00Z' }],
    ['an unknown field', { nickname: 'jo' }],
    ['a field of other conditions', { slug: 'acme' }],
    ['an unknown status', { status: ['CLOSED'] }],
    ['a null among values', { ids: [null] }],
    ['a null among statuses', { status: ['ACTIVE', null] }],
    ['a null among alternatives', { OR: [null] }],
    ['metadata that is a list', { metadata: ['a'] }],
    ['metadata that is text', { metadata: 'plan' }],
    ['a search that is a number', { search: 1 }],
    ['a bad date deep within', { NOT: { OR: [{ AND: [{ createdAt: { to: 'x' } }] }] } }],
  ])('%s', async (_what, where) => {
    const answer = await staff.ask(matching, { where: where as OrganizationWhere });

    expect(answer.data?.organizations ?? null).toBeNull();
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  const nested = (levels: number): OrganizationWhere => (levels === 1 ? { search: 'acme' } : { AND: [nested(levels - 1)] });
  const wide = (conditions: number): OrganizationWhere => ({
    OR: Array.from({ length: conditions }, () => ({ search: 'acme' })),
  });
  const long = (values: number): OrganizationWhere => ({ ids: Array.from({ length: values }, () => 'org_') });
  const searched = (characters: number): OrganizationWhere => ({ search: 'a'.repeat(characters) });
  const worded = (words: number): OrganizationWhere => ({ search: 'a '.repeat(words) });
  test.each([
    ['six levels', nested(6), nested(5), 5, 6],
    ['31 conditions', wide(31), wide(30), 30, 31],
    ['101 values', long(101), long(100), 100, 101],
    ['a search of 201 characters', searched(201), searched(200), 200, 201],
    ['a search of 11 words', worded(11), worded(10), 10, 11],
  ])('%s, and one less is fine', async (_what, where, fine, limit, got) => {
    const refused = await staff.ask(matching, { where });
    const allowed = await staff.ask(matching, { where: fine });

    expect(refused.errors.map(({ extensions: { code, limit, got } }) => ({ code, limit, got }))).toEqual([
      { code: 'BAD_USER_INPUT', limit, got },
    ]);
    expect(allowed.errors).toEqual([]);
  });
});

// ---------------------------------------------------------------- by hand

describe('nothing is a condition', () => {
  test.each<[string, OrganizationWhere | null | undefined]>([
    ['no where', undefined],
    ['null', null],
    ['an empty one', {}],
    ['a blank search', { search: ' \t\u3000 ' }],
    ['an empty search', { search: '' }],
    ['fields that are null', Object.fromEntries(Object.keys(judges).map((field) => [field, null])) as OrganizationWhere],
    ['a range without ends', { createdAt: {} }],
    ['a range of nulls', { createdAt: { from: null, to: null } }],
    ['metadata that asks for nothing', { metadata: {} }],
    ['AND of none', { AND: [] }],
    ['AND and OR of empty ones', { AND: [{}], OR: [{}] }],
    ['both statuses', { status: ['ACTIVE', 'SUSPENDED'] }],
  ])('%s matches every organization', async (_what, where) => {
    const { organizations: page } = await staff.run(matching, { where });

    expect([page.totalCount, page.nodes.length]).toEqual([organizations.length, organizations.length]);
  });
});

describe('matching none', () => {
  test.each<[string, () => OrganizationWhere]>([
    ['OR of none', () => ({ OR: [] })],
    ['NOT of nothing', () => ({ NOT: {} })],
    ['NOT of a blank search', () => ({ NOT: { search: ' ' } })],
    ['NOT of AND of none', () => ({ NOT: { AND: [] } })],
    ['no ids', () => ({ ids: [] })],
    ['no status', () => ({ status: [] })],
    ['texts that are no ids', () => ({ ids: ['', 'org_', 'x', "'; --", 'org_\ud800', 'org_\0'] })],
    ['ids of other types', () => ({ ids: [people.ann.id, encodeId('mem', newId())] })],
    ['the slug for an id', () => ({ ids: ['acme'] })],
    ['somebody who owns none', () => ({ ownerId: people.nobody.id })],
    ['an owner that nobody is', () => ({ ownerId: encodeId('user', newId()) })],
    ['an owner by an id of another type', () => ({ ownerId: people.ann.id.replace('user_', 'mem_') })],
    ['an owner by what is no id', () => ({ ownerId: 'ann' })],
    ['an owner by an address', () => ({ ownerId: people.ann.email })],
    ['an owner with a NUL', () => ({ ownerId: `${people.ann.id}\0` })],
    ['text with a NUL', () => ({ search: 'acme\0' })],
    ['text with half a character', () => ({ search: 'acme \ud83d' })],
    ['metadata with a NUL', () => ({ metadata: { plan: 'pro\0' } })],
    ['metadata with a key of NUL', () => ({ metadata: { '\0': 1 } })],
    ['metadata with half a character', () => ({ metadata: { plan: '\ud800' } })],
    ['a range that ends where it begins', () => ({ createdAt: { from: '2025-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' } })],
    ['a range that ends before it begins', () => ({ createdAt: { from: '2026-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' } })],
    ['ever since the year 9999', () => ({ createdAt: { from: '9999-12-31T23:59:59.999Z' } })],
    ['before the year 0', () => ({ createdAt: { to: '0000-01-01T00:00:00Z' } })],
    ['a condition and its opposite', () => ({ status: ['ACTIVE'], NOT: { status: ['ACTIVE'] } })],
  ])('%s', async (_what, where) => {
    const answer = await staff.ask(matching, { where: where() });

    expect(answer).toMatchObject({ errors: [], data: { organizations: { totalCount: 0, nodes: [] } } });
  });
});

describe('search', () => {
  test.each<[string, string, string[]]>([
    ['any case', 'aCmE', ['acme', 'acme-2', 'acme-de']],
    ['the slug', 'acme-de', ['acme-de']],
    ['the slug in capitals', 'ACME-2', ['acme-2']],
    ['a word of the name and one of the slug, in any order', '-de DEUTSCH', ['acme-de']],
    ['a part of a word', 'lash', ['backslash']],
    ['one letter', 'ë', ['zoe']],
    ['words that none has all of', 'acme zoe', []],
    ['no word across name and slug', 'acmeacme', []],
    ['the sharp s', 'groß', ['gross']],
    ['the sharp s in capitals', 'GROSS', ['gross']],
    ['the Turkish capital i', 'İSTANBUL', ['istanbul']],
    ['the Turkish small i without a dot', 'ışık', ['istanbul']],
    ['plain letters for full-width ones', 'wide group', ['w-1']],
    ['full-width letters for plain ones', 'ａｃｍｅ ｄｅ', ['acme-de']],
    ['a Greek word with its final sigma', 'σίσυφος', []],
    ['a Greek word in small letters', 'σισυφος', ['ithaca']],
    ['the beginning of a word in Greek capitals', 'ΣΙΣΥΦΟΣ', ['ithaca']],
    ['a decomposed letter for a composed one', 'zoe\u0308', ['zoe']],
    ['characters without case', '田中', ['zoe']],
    ['a percent sign', '%', ['off']],
    ['a percent sign between letters', 'o%s', []],
    ['an underscore', 'f_s', ['off']],
    ['two underscores', '__', []],
    ['a backslash', '\\', ['backslash']],
    ['a backslash before a letter', 'k\\s', ['backslash']],
    ['a backslash before a wildcard', '\\%', []],
    ['a quote', "acme' OR 'a'='a", []],
    ['what is no part of name or slug: the owner', 'ann', []],
    ['ideographic spaces between words', 'acme\u3000deutschland', ['acme-de']],
  ])('%s', async (_what, search, expected) => {
    expect(await found({ search })).toEqual(expected);
  });
});

describe('each condition', () => {
  test.each<[string, () => OrganizationWhere, string[]]>([
    [
      'ids, those of other types and unknown ones ignored',
      () => ({
        ids: [ids.get('acme')!, ids.get('zoe')!.replace('org_', 'mem_'), ids.get('off')!.toUpperCase(), encodeId('org', newId())],
      }),
      ['acme'],
    ],
    [
      'ids, among them one that no text can be',
      () => ({ ids: [ids.get('acme')!, 'org_\0', 'org_\ud800', ids.get('off')!] }),
      ['acme', 'off'],
    ],
    ['ids twice', () => ({ ids: [ids.get('off')!, ids.get('off')!] }), ['off']],
    ['suspended', () => ({ status: ['SUSPENDED'] }), ['acme-2', 'gross', 'off']],
    ['a status twice', () => ({ status: ['SUSPENDED', 'SUSPENDED'] }), ['acme-2', 'gross', 'off']],
    ['an owner', () => ({ ownerId: people.cara.id }), ['acme-2', 'off', 'w-1']],
    [
      'created from an instant on, which counts',
      () => ({ createdAt: { from: '2025-05-01T00:00:00.000Z' } }),
      ['acme-2', 'off-x'],
    ],
    [
      'created before an instant, which counts no more',
      () => ({ createdAt: { to: '2025-01-01T00:00:00.001Z' } }),
      ['acme', 'acme-de'],
    ],
    [
      'created within a month, in another zone',
      () => ({ createdAt: { from: '2025-03-01T02:00:00+02:00', to: '2025-04-01T02:00:00+02:00' } }),
      ['backslash', 'off'],
    ],
    ['metadata with a value', () => ({ metadata: { plan: 'pro' } }), ['acme', 'acme-de']],
    ['metadata with two values', () => ({ metadata: { plan: 'pro', seats: 3.0 } }), ['acme']],
    ['metadata with the number as text', () => ({ metadata: { seats: '3' } }), []],
    ['metadata with null, which is not nothing', () => ({ metadata: { plan: null } }), ['w-1']],
    ['metadata deep within', () => ({ metadata: { address: { city: 'Wien' } } }), ['ithaca', 'zoe']],
    ['metadata with a list that holds values', () => ({ metadata: { tags: ['b', { deep: [true] }] } }), ['backslash']],
    ['metadata with a value where a list is', () => ({ metadata: { tags: 'a' } }), []],
    ['metadata with a list of lists', () => ({ metadata: { nested: [[3]] } }), ['off-x']],
  ])('%s', async (_what, where, expected) => {
    expect(await found(where())).toEqual(expected);
    expect(modelled(where())).toEqual(expected);
  });

  test('a number that is too large for JSON is not null', async () => {
    const { organizations: page } = await staff.run('{ organizations(where: { metadata: { plan: 1e999 } }) { nodes { slug } } }');

    expect(page.nodes).toEqual([]);
  });

  test('the opposite of each is all the others', async () => {
    const every: OrganizationWhere[] = [
      { search: 'acme' },
      { ids: [ids.get('acme')!, 'x'] },
      { status: ['ACTIVE'] },
      { ownerId: people.ann.id },
      { ownerId: 'nobody' },
      { createdAt: { from: '2025-04-01T00:00:00Z' } },
      { metadata: { plan: 'pro' } },
    ];

    for (const where of every) {
      const [some, others, twice] = [await found(where), await found({ NOT: where }), await found({ NOT: { NOT: where } })];
      expect([...some, ...others].sort()).toEqual(modelled({}));
      expect(twice).toEqual(some);
    }
  });

  test('all that is given must hold: fields, AND, OR and NOT side by side', async () => {
    const matched = await found({
      search: 'e',
      createdAt: { from: '2025-01-01T00:00:00Z' },
      status: ['ACTIVE'],
      AND: [{ metadata: {} }, { NOT: { ownerId: people.cara.id } }],
      OR: [{ ownerId: people.ann.id }, { metadata: { address: { zip: '1' } } }],
      NOT: { metadata: { seats: 3 } },
    });

    // Ann's Backslash and Ithaca have no e, in name or slug.
    expect(matched).toEqual(['acme-de', 'zoe']);
  });

  test('what is suspended and what owner it has count as they are now', async () => {
    const organization = await world.organization({
      owner: people.nobody,
      name: 'Changing',
      slug: 'changing',
      members: [[people.ann, ['org_admin']]],
    });
    const mine = (where: OrganizationWhere) => found({ search: 'changing', ...where });
    const before = [await mine({ status: ['ACTIVE'] }), await mine({ ownerId: people.nobody.id })];

    await world.database.query(world.sql`
      UPDATE organizations SET status = 'SUSPENDED', owner_id = ${people.ann.uuid}::uuid WHERE id = ${organization.uuid}::uuid`);
    const after = [
      await mine({ status: ['ACTIVE'] }),
      await mine({ ownerId: people.nobody.id }),
      await mine({ ownerId: people.ann.id }),
    ];
    await world.database.query(world.sql`DELETE FROM organizations WHERE id = ${organization.uuid}::uuid`);

    expect([before, after, await mine({})]).toEqual([[['changing'], ['changing']], [[], [], ['changing']], []]);
  });
});

// ---------------------------------------------------------------- at random

const some = <Value>(...values: Value[]) => fc.constantFrom(...values);
const listOf = <Value>(...values: Value[]) => fc.array(some(...values), { maxLength: 3 });
const instant = some(
  '2025-01-01T00:00:00.000Z',
  '2025-01-01T00:00:00.001Z',
  '2025-03-31T23:59:59.999Z',
  '2025-04-01T00:00:00Z',
  '2025-05-01T02:00:00+02:00',
);
const range = fc.record({ from: fc.option(instant), to: fc.option(instant) }, { requiredKeys: [] });
const words = 'acme DE ς Σ ß SS İ ı % _ \\ ｗｉｄｅ - . e off sale 1 田 zz \u3000'.split(' ');
const json = some<Record<string, unknown>>(
  {},
  { plan: 'pro' },
  { plan: null },
  { address: { city: 'Wien' } },
  { address: {} },
  { tags: ['a'] },
  { tags: [] },
  { nested: [[1]] },
  { nested: [[2, 1], [3]] },
  { nested: [1] },
  { zero: 0 },
  { nothing: {} },
  { list: [] },
  { active: true },
);

const leaf = () =>
  fc.record(
    {
      search: fc.array(some(...words, ''), { maxLength: 3 }).map((all) => all.join(' ')),
      ids: listOf(...ids.values(), people.ann.id, 'org_x'),
      status: listOf('ACTIVE' as const, 'SUSPENDED' as const),
      ownerId: some(...Object.values(people).map(({ id }) => id), 'nope'),
      createdAt: range,
      metadata: json,
    },
    { requiredKeys: [] },
  );

/** Few fields at once, or hardly any would match; some of them null. */
const sparse = () =>
  fc.tuple(leaf(), fc.array(fc.nat(5), { maxLength: 2 }), fc.nat(9)).map(([all, picked, nulled]) => {
    const kept = Object.entries(all).filter((_, at) => picked.includes(at));
    return Object.fromEntries(kept.map(([field, value]) => [field, nulled === 0 ? null : value])) as OrganizationWhere;
  });

function tree(levels: number): fc.Arbitrary<OrganizationWhere> {
  if (levels === 1) return sparse();
  const below = tree(levels - 1);
  return fc
    .tuple(
      sparse(),
      fc.option(fc.array(below, { maxLength: 3 }), { freq: 2 }),
      fc.option(fc.array(below, { maxLength: 3 }), { freq: 2 }),
      fc.option(below, { freq: 2 }),
    )
    .map(([where, and, or, not]) => ({ ...where, ...(and && { AND: and }), ...(or && { OR: or }), ...(not && { NOT: not }) }));
}

function conditionsIn(where: OrganizationWhere): number {
  let count = 0;
  for (const [field, value] of Object.entries(where)) {
    if (!['AND', 'OR', 'NOT'].includes(field)) count++;
    else for (const one of [value].flat()) count += conditionsIn(one as OrganizationWhere);
  }
  return count;
}
const anyWhere = () => tree(5).filter((where) => conditionsIn(where) <= 30);

test('any tree of conditions matches those that the model says, and counts them', async () => {
  const sizes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anyWhere(), async (where) => {
      const expected = modelled(where);
      sizes.add(expected.length);

      expect(await found(where)).toEqual(expected);
    }),
    { numRuns: 200 },
  );

  // The trees must not all match everything or nothing.
  expect(sizes.size).toBeGreaterThan(3);
});

test('two conditions side by side match those that both match, for every pair of conditions', async () => {
  await fc.assert(
    fc.asyncProperty(leaf(), async (all) => {
      const fields = Object.entries(all);
      const pairs = fields.flatMap(([one, value], at) =>
        fields.slice(at + 1).map(([other, second]) => ({ [one]: value, [other]: second }) as OrganizationWhere),
      );
      for (const pair of pairs.slice(0, 8)) expect(await found(pair)).toEqual(modelled(pair));
    }),
    { numRuns: 10 },
  );
});

const orderBy: fc.Arbitrary<OrganizationOrder> = fc.record({
  field: some('CREATED_AT' as const, 'NAME' as const, 'MEMBER_COUNT' as const),
  direction: some('ASC' as const, 'DESC' as const),
});

/** Ties by id in the same direction; text by its bytes. */
function sorted(all: readonly Known[], { field, direction }: OrganizationOrder): Known[] {
  const bytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
  const compared = {
    CREATED_AT: (one: Known, other: Known) => Date.parse(one.createdAt) - Date.parse(other.createdAt),
    NAME: (one: Known, other: Known) => bytes(one.name, other.name),
    MEMBER_COUNT: (one: Known, other: Known) => (one.members ?? 0) - (other.members ?? 0),
  }[field];
  const sign = direction === 'ASC' ? 1 : -1;
  return [...all].sort((one, other) => sign * (compared(one, other) || bytes(idOf(one), idOf(other))));
}

test('any conditions go with any order, any page and any offset', async () => {
  const paged = `query ($where: OrganizationWhere, $orderBy: OrganizationOrder, $first: Int, $after: String, $offset: Int) {
    organizations(where: $where, orderBy: $orderBy, first: $first, after: $after, offset: $offset) {
      totalCount nodes { slug } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  await fc.assert(
    fc.asyncProperty(anyWhere(), orderBy, fc.integer({ min: 1, max: 4 }), fc.nat(4), async (where, by, size, offset) => {
      const whole = sorted(organizations, by)
        .filter((known) => matches(known, where))
        .map(({ slug }) => slug);
      const { organizations: jumped } = await staff.run(paged, { where, orderBy: by, first: size, offset });
      expect(jumped).toMatchObject({
        totalCount: whole.length,
        nodes: whole.slice(offset, offset + size).map((slug) => ({ slug })),
        pageInfo: { hasNextPage: whole.length > offset + size, hasPreviousPage: offset > 0 },
      });

      const after = jumped.pageInfo.endCursor;
      if (!after) return;
      const { organizations: next } = await staff.run(paged, { where, orderBy: by, first: size, after });
      expect(next).toMatchObject({
        totalCount: whole.length,
        nodes: whole.slice(offset + size, offset + 2 * size).map((slug) => ({ slug })),
        pageInfo: { hasNextPage: whole.length > offset + 2 * size, hasPreviousPage: true },
      });
    }),
    { numRuns: 100 },
  );
});
