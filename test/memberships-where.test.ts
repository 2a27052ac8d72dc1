import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { visitsTo } from './support/personas.ts';
import { type Client, type Organization, type Person, startWorld, type World } from './support/world.ts';

/** As the contract has them. */
interface MembershipWhere {
  search?: string | null;
  status?: ('ACTIVE' | 'SUSPENDED')[] | null;
  roleCodes?: string[] | null;
}
interface MembershipOrder {
  field: 'JOINED_AT' | 'EMAIL' | 'NAME';
  direction: 'ASC' | 'DESC';
}

type Slug = 'acme' | 'globex' | 'initech';

interface Place {
  readonly roles: readonly string[];
  readonly suspended?: boolean;
  readonly joinedAt: string;
}

/** A person and its places, as the model below sees them. */
interface Known {
  readonly email: string;
  readonly name: string | null;
  readonly externalId?: string;
  readonly accountSuspended?: boolean;
  readonly places: { readonly [Where in Slug]?: Place };
}

const [first, second, third] = ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z', '2025-06-01T00:00:00.000Z'];
const member = (joinedAt: string, ...roles: string[]): Place => ({ roles: roles.length ? roles : ['org_member'], joinedAt });
const suspended = (joinedAt: string, ...roles: string[]): Place => ({ ...member(joinedAt, ...roles), suspended: true });

const people: readonly Known[] = [
  // Owners come first; each has `org_admin` in its own.
  {
    email: 'ann@acme.example',
    name: 'Ann Owner',
    externalId: 'OWN-1',
    places: { acme: member(first, 'org_admin'), globex: member(second) },
  },
  { email: 'ben@globex.example', name: 'Ben', places: { globex: member(first, 'org_admin', 'seller') } },
  { email: 'cara@initech.example', name: null, externalId: 'OWN-2', places: { initech: member(first, 'org_admin') } },

  {
    email: 'jane.doe@acme.example',
    name: 'Jane Doe',
    externalId: 'CRM-1',
    places: { acme: member(second, 'org_manager', 'seller'), globex: suspended(third) },
  },
  { email: 'john.doe@acme.example', name: 'John DOE', externalId: 'jane', places: { acme: suspended(second, 'buyer') } },
  {
    email: 'petra@acme.example',
    name: 'Petra Straße',
    externalId: 'crm-1',
    places: { acme: member(third, 'desk'), initech: member(second) },
  },
  { email: 'istanbul@globex.example', name: 'İpek Işık', externalId: 'x_1', places: { globex: member(third, 'seller') } },
  {
    email: 'wide@globex.example',
    name: 'Ｗｉｄｅ Ｎａｍｅ',
    externalId: 'x%1',
    places: { globex: member(second, 'buyer', 'seller'), acme: member(third) },
  },
  {
    email: '100%_off@globex.example',
    name: 'Percent \\ Backslash',
    places: { globex: suspended(second, 'desk'), acme: suspended(third, 'org_admin') },
  },
  // No name, so the external id follows the address at once.
  {
    email: 'nobody@nowhere.example',
    name: null,
    externalId: 'Nobody-7',
    places: { acme: member(first), initech: member(third, 'desk') },
  },
  { email: 'odysseus@ithaca.example', name: 'Ὀδυσσεύς', externalId: 'ΣΙΣΥΦΟΣ', places: { acme: member(first, 'buyer') } },
  {
    email: 'same@ids.example',
    name: 'Same Ids',
    externalId: 'same@ids.example',
    places: { acme: member(second), globex: member(second) },
  },
  { email: 'twin@ids.example', name: 'Crm Seven', externalId: 'Crm Seven', places: { acme: member(third, 'org_manager') } },
  {
    email: 'a_b@example.com',
    name: 'Underscore',
    externalId: '0',
    places: { acme: suspended(first), initech: suspended(first) },
  },
  { email: 'axb@example.com', name: 'No underscore', externalId: '\\', places: { acme: member(second, 'seller') } },
  {
    email: 'zoe@example.com',
    name: 'Zoë 田中',
    accountSuspended: true,
    places: { acme: member(third), initech: member(third, 'org_manager', 'desk') },
  },
  { email: 'outsider@example.com', name: 'Jane Outsider', externalId: 'CRM-9', places: {} },
];

const slugs: readonly Slug[] = ['acme', 'globex', 'initech'];
let world: World;
let staff: Person;
let owners: Record<Slug, Client>;
const organizations = {} as Record<Slug, Organization>;
const uuids = new Map<Known, string>();

beforeAll(async () => {
  world = await startWorld();
  const { database, sql } = world;
  staff = await world.person({ email: 'staff@steward.example', name: 'Jane Staff', roles: ['super_admin'] });
  const made = new Map<Known, Person>();
  for (const known of people) {
    const { email, name, externalId, accountSuspended } = known;
    const person = await world.person({
      email,
      name,
      ...(externalId && { externalId }),
      ...(accountSuspended && { status: 'SUSPENDED' as const }),
    });
    made.set(known, person);
    uuids.set(known, person.uuid);
  }
  for (const [at, slug] of slugs.entries()) {
    const owner = people[at]!;
    const members = people.filter((known) => known !== owner && known.places[slug]);
    organizations[slug] = await world.organization({
      owner: made.get(owner)!,
      slug,
      customRoles: { desk: ['org:members:read'], spare: [] },
      members: members.map((known) => {
        const { roles, suspended } = known.places[slug]!;
        return [made.get(known)!, [...roles], suspended ? 'SUSPENDED' : 'ACTIVE'] as const;
      }),
    });
    // Everyone has the roles that they are told, the owner too.
    await database.query(sql`
      INSERT INTO membership_roles (membership_id, role_id)
      SELECT m.id, r.id FROM memberships m, roles r
       WHERE m.organization_id = ${organizations[slug].uuid}::uuid AND m.user_id = ${uuids.get(owner)}::uuid AND r.built_in
         AND r.scope = 'ORGANIZATION' AND r.code = ANY(${[...owner.places[slug]!.roles]}::text[])
      ON CONFLICT DO NOTHING`);
    for (const known of people.filter(({ places }) => places[slug])) {
      await database.query(sql`
        UPDATE memberships SET joined_at = ${known.places[slug]!.joinedAt}::timestamptz
         WHERE organization_id = ${organizations[slug].uuid}::uuid AND user_id = ${uuids.get(known)}::uuid`);
    }
  }
  const { visit } = visitsTo(world);
  const own = slugs.map(async (slug, at) => [slug, await visit(made.get(people[at]!)!)] as const);
  owners = Object.fromEntries(await Promise.all(own)) as unknown as Record<Slug, Client>;
});

const document = `query ($id: ID!, $where: MembershipWhere, $orderBy: MembershipOrder, $first: Int, $last: Int, $after: String, $before: String) {
  organization(id: $id) {
    memberships(where: $where, orderBy: $orderBy, first: $first, last: $last, after: $after, before: $before) {
      totalCount nodes { email } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;

async function page(slug: Slug, args: Record<string, unknown>, reader: Client = staff) {
  const { organization } = await reader.run(document, { id: organizations[slug].id, ...args });
  const { nodes, ...rest } = organization.memberships;
  return { ...rest, emails: nodes.map(({ email }: Known) => email) as string[] };
}

async function found(slug: Slug, where: MembershipWhere): Promise<string[]> {
  const { emails, totalCount } = await page(slug, { where, first: 100 });
  expect(totalCount).toBe(emails.length);
  return emails.sort();
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

const judges: { [Field in keyof Required<MembershipWhere>]: (known: Known, place: Place, value: any) => boolean } = {
  search: ({ email, name }, _place, text: string) =>
    folded(text)
      .split(/\s/)
      .every((word) => [email, name ?? ''].some((field) => folded(field).includes(word))),
  status: (_known, place, all: string[]) => all.includes(place.suspended ? 'SUSPENDED' : 'ACTIVE'),
  roleCodes: (_known, place, all: string[]) => place.roles.some((code) => all.includes(code)),
};

const matches = (known: Known, place: Place, where: MembershipWhere): boolean =>
  Object.entries(where).every(([field, value]) => value == null || judges[field as keyof MembershipWhere](known, place, value));

const newestFirst: MembershipOrder = { field: 'JOINED_AT', direction: 'DESC' };

/** Addresses of those who match. Ties by id in the same direction, nulls last in either; text by its bytes. */
function modelled(slug: Slug, where: MembershipWhere, { field, direction }: MembershipOrder = newestFirst): string[] {
  const bytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
  const sign = direction === 'ASC' ? 1 : -1;
  const value = (known: Known) => ({ JOINED_AT: known.places[slug]!.joinedAt, EMAIL: known.email, NAME: known.name })[field];
  const id = (known: Known) => organizations[slug].memberships.get(uuids.get(known)!)!;
  return people
    .filter((known) => known.places[slug] && matches(known, known.places[slug], where))
    .sort((one, other) => {
      const [left, right] = [value(one), value(other)];
      if ((left === null) !== (right === null)) return left === null ? 1 : -1;
      return sign * (bytes(left ?? '', right ?? '') || bytes(id(one), id(other)));
    })
    .map(({ email }) => email);
}

const everyone = (slug: Slug) => modelled(slug, {}).sort();

// ---------------------------------------------------------------- refusals

describe('refused with BAD_USER_INPUT', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an unknown field', { where: { externalId: 'CRM-1' } }],
    ['a combination that other conditions have', { where: { OR: [] } }],
    ['an unknown status', { where: { status: ['PENDING'] } }],
    ['a null among statuses', { where: { status: [null] } }],
    ['a null among roles', { where: { roleCodes: [null] } }],
    ['a search that is a list', { where: { search: ['jane'] } }],
    ['an order by what is not shown', { orderBy: { field: 'EXTERNAL_ID' } }],
    ['an order without a field', { orderBy: { direction: 'ASC' } }],
    ['an order without a direction', { orderBy: { field: 'NAME', direction: null } }],
    ['a search of 201 characters', { where: { search: 'a'.repeat(201) } }],
    ['a search of 11 words', { where: { search: 'a '.repeat(11) } }],
    ['101 roles', { where: { roleCodes: Array(101).fill('seller') } }],
  ])('%s', async (_what, args) => {
    const answer = await staff.ask(document, { id: organizations.acme.id, ...args });

    expect(answer.data?.organization?.memberships ?? null).toBeNull();
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  test('and one less is fine', async () => {
    const allowed = await Promise.all([
      found('acme', { search: 'a'.repeat(200) }),
      found('acme', { search: 'a '.repeat(10) }),
      found('acme', { roleCodes: Array(100).fill('desk') }),
    ]);

    expect(allowed).toEqual([[], modelled('acme', { search: 'a' }).sort(), ['petra@acme.example']]);
  });
});

// ---------------------------------------------------------------- by hand

describe('nothing is a condition', () => {
  test.each<[string, MembershipWhere | null | undefined]>([
    ['no where', undefined],
    ['null', null],
    ['an empty one', {}],
    ['a blank search', { search: ' \t\u3000 ' }],
    ['an empty search', { search: '' }],
    ['fields that are null', { search: null, status: null, roleCodes: null }],
    ['both statuses', { status: ['SUSPENDED', 'ACTIVE'] }],
  ])('%s matches every member', async (_what, where) => {
    const { emails, totalCount } = await page('acme', { first: 100, ...(where !== undefined && { where }) });

    expect([emails.sort(), totalCount]).toEqual([everyone('acme'), 13]);
  });
});

describe('matching nobody', () => {
  test.each<[string, MembershipWhere]>([
    ['no status', { status: [] }],
    ['no roles', { roleCodes: [] }],
    ['a role that nobody has', { roleCodes: ['spare'] }],
    ['an unknown role', { roleCodes: ['nope'] }],
    ['a role in capitals', { roleCodes: ['ORG_MEMBER'] }],
    ['a platform role', { roleCodes: ['base_user', 'super_admin'] }],
    ['a role with a NUL', { roleCodes: ['org_member\0'] }],
    ['a role with half a character', { roleCodes: ['\ud800'] }],
    ['text with a NUL', { search: 'jane\0' }],
    ['text with half a character', { search: 'jane \udfff' }],
    ['somebody who is no member', { search: 'outsider' }],
    ['a member of another organization', { search: 'istanbul' }],
    ['a search of its own beside a role that does not fit', { search: 'jane', roleCodes: ['desk'] }],
  ])('%s', async (_what, where) => {
    const answer = await staff.ask(document, { id: organizations.acme.id, where });

    expect(answer).toMatchObject({ errors: [], data: { organization: { memberships: { totalCount: 0, nodes: [] } } } });
  });
});

describe('search', () => {
  test.each<[string, Slug, string, string[]]>([
    ['the address', 'acme', 'jane.doe@acme.example', ['jane.doe@acme.example']],
    ['the address in capitals', 'acme', 'JANE.DOE@ACME', ['jane.doe@acme.example']],
    ['the name in any case', 'acme', 'jANE dOE', ['jane.doe@acme.example']],
    ['words of name and address, in any order', 'acme', 'owner @acme ANN', ['ann@acme.example']],
    ['a part of a word', 'acme', 'ohn', ['john.doe@acme.example']],
    ['one letter', 'acme', 'ë', ['zoe@example.com']],
    ['words that nobody has all of', 'acme', 'jane john', []],
    ['no word across address and name', 'acme', 'exampleJane', []],
    ['the sharp s in capitals', 'acme', 'PETRA STRASSE', ['petra@acme.example']],
    ['the capital sharp s', 'acme', 'STRAẞE', ['petra@acme.example']],
    ['the Turkish capital i', 'globex', 'İPEK', ['istanbul@globex.example']],
    ['the Turkish small i without a dot', 'globex', 'ışık', ['istanbul@globex.example']],
    ['full-width letters for plain ones', 'acme', 'ｊｏｈｎ', ['john.doe@acme.example']],
    ['plain letters for full-width ones', 'globex', 'wide name', ['wide@globex.example']],
    ['a decomposed letter for a composed one', 'acme', 'zoe\u0308', ['zoe@example.com']],
    ['a Greek word in capitals', 'acme', 'ΔΥΣΣΕΎΣ', ['odysseus@ithaca.example']],
    ['characters without case', 'acme', '田中', ['zoe@example.com']],
    ['a percent sign', 'globex', '%', ['100%_off@globex.example']],
    ['a percent sign that would match anything between', 'acme', 'jane%doe', []],
    ['an underscore', 'acme', 'a_b', ['a_b@example.com']],
    ['two underscores', 'acme', '__', []],
    ['a backslash', 'acme', '\\', ['100%_off@globex.example']],
    ['a quote', 'acme', "jane' OR 'a'='a", []],
    ['ideographic spaces between words', 'acme', 'jane\u3000doe', ['jane.doe@acme.example']],
    ['somebody whose account is suspended', 'acme', 'zoe', ['zoe@example.com']],
    ['somebody without a name', 'acme', 'nobody nowhere', ['nobody@nowhere.example']],
  ])('%s', async (_what, slug, search, expected) => {
    expect(await found(slug, { search })).toEqual(expected);
  });

  test.each<[string, Slug, string, string[]]>([
    ['the external id', 'acme', 'CRM-1', []],
    ['its beginning, which a name has too', 'acme', 'crm', ['twin@ids.example']],
    ['it and a word of the name', 'acme', 'jane crm-1', []],
    ['it and the address', 'acme', 'petra@acme.example crm', []],
    ['that of somebody without a name', 'acme', 'nobody-7', []],
    ['a part of it, of somebody without a name', 'acme', '-7', []],
    ['one that is another’s name', 'acme', 'jane', ['jane.doe@acme.example']],
    ['one that is the own address', 'acme', 'same@ids.example', ['same@ids.example']],
    ['one that is the own name', 'acme', 'crm seven', ['twin@ids.example']],
    ['in Greek', 'acme', 'σισυφος', []],
    ['with a wildcard', 'globex', 'x_1', []],
    ['with another wildcard', 'globex', 'x%1', []],
    ['that is a digit', 'acme', '0', ['100%_off@globex.example']],
    ['of an owner without a name', 'initech', 'own', []],
    ['before a line’s end', 'acme', 'own-1\n', []],
  ])('by external id finds nobody: %s', async (_what, slug, search, expected) => {
    expect(await found(slug, { search })).toEqual(expected);
  });

  test('of users finds by the same words whom that of members does not: the external id', async () => {
    const { users } = await staff.run('query ($where: UserWhere) { users(where: $where) { nodes { email } } }', {
      where: { search: 'crm-1', organizationId: organizations.acme.id },
    });

    expect(users.nodes.map(({ email }: Known) => email).sort()).toEqual(['jane.doe@acme.example', 'petra@acme.example']);
  });

  test('follows address and name as they are now', async () => {
    const jo = await world.person({ name: 'Before', externalId: 'kept-id' });
    const organization = await world.organization({ owner: jo });
    const search = async (text: string) => {
      const { organization: seen } = await staff.run(document, { id: organization.id, where: { search: text } });
      return seen.memberships.totalCount;
    };
    const before = [await search('before'), await search('after'), await search('kept-id')];
    await world.database.query(
      world.sql`UPDATE users SET name = NULL, external_id = NULL, search_text = ${jo.email} WHERE id = ${jo.uuid}::uuid`,
    );
    const bare = [await search('before'), await search('example.com'), await search('kept-id')];

    expect([before, bare]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });
});

describe('status and roles', () => {
  test.each<[string, Slug, MembershipWhere, string[]]>([
    [
      'suspended members',
      'acme',
      { status: ['SUSPENDED'] },
      ['100%_off@globex.example', 'a_b@example.com', 'john.doe@acme.example'],
    ],
    [
      'active members, among them who has a suspended account',
      'initech',
      { status: ['ACTIVE'] },
      ['cara@initech.example', 'nobody@nowhere.example', 'petra@acme.example', 'zoe@example.com'],
    ],
    ['a status twice', 'initech', { status: ['SUSPENDED', 'SUSPENDED'] }, ['a_b@example.com']],
    [
      'a role, whether it is the only one or not',
      'globex',
      { roleCodes: ['seller'] },
      ['ben@globex.example', 'istanbul@globex.example', 'wide@globex.example'],
    ],
    [
      'one of some roles',
      'acme',
      { roleCodes: ['org_manager', 'desk', 'nope', 'desk'] },
      ['jane.doe@acme.example', 'petra@acme.example', 'twin@ids.example'],
    ],
    [
      'one of some roles, among them what no text can be',
      'acme',
      { roleCodes: ['\0', 'desk', '\ud800'] },
      ['petra@acme.example'],
    ],
    [
      'a custom role, where other organizations have one of the same code',
      'initech',
      { roleCodes: ['desk'] },
      ['nobody@nowhere.example', 'zoe@example.com'],
    ],
    ['a role of suspended members', 'acme', { roleCodes: ['org_admin'] }, ['100%_off@globex.example', 'ann@acme.example']],
    ['a role of active members', 'acme', { roleCodes: ['org_admin'], status: ['ACTIVE'] }, ['ann@acme.example']],
    [
      'everything at once',
      'acme',
      { roleCodes: ['buyer', 'seller'], status: ['ACTIVE'], search: 'doe' },
      ['jane.doe@acme.example'],
    ],
  ])('%s', async (_what, slug, where, expected) => {
    expect(await found(slug, where)).toEqual(expected);
    expect(modelled(slug, where).sort()).toEqual(expected);
  });
});

// ---------------------------------------------------------------- at random

const some = <Value>(...values: Value[]) => fc.constantFrom(...values);
const words = 'jane DOE crm CRM-1 ς Σ σισ ß SS İ ı % _ \\ ｗｉｄｅ @ . example e 1 -7 own nobody 田 zz \u3000'.split(' ');
const anyWhere: fc.Arbitrary<MembershipWhere> = fc
  .record({
    search: fc.option(
      fc.array(some(...words, ''), { maxLength: 3 }).map((all) => all.join(' ')),
      { freq: 2 },
    ),
    status: fc.option(fc.array(some('ACTIVE' as const, 'SUSPENDED' as const), { maxLength: 3 }), { freq: 2 }),
    roleCodes: fc.option(
      fc.array(some('org_admin', 'org_manager', 'org_member', 'seller', 'buyer', 'desk', 'spare', 'nope'), { maxLength: 4 }),
      { freq: 2 },
    ),
  })
  .chain((all) => fc.constantFrom(all, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))));
const anyOrder: fc.Arbitrary<MembershipOrder> = fc.record({
  field: some('JOINED_AT' as const, 'EMAIL' as const, 'NAME' as const),
  direction: some('ASC' as const, 'DESC' as const),
});
const anySlug = some(...slugs);

/** Every page of that size, first to last. */
async function walk(slug: Slug, args: Record<string, unknown>, size: number, backwards: boolean, reader: Client) {
  const all: string[] = [];
  let cursor: string | undefined;
  for (let turn = 0; turn < 20; turn++) {
    const next = await page(
      slug,
      { ...args, ...(backwards ? { last: size, before: cursor } : { first: size, after: cursor }) },
      reader,
    );
    if (backwards) all.unshift(...next.emails);
    else all.push(...next.emails);
    if (!(backwards ? next.pageInfo.hasPreviousPage : next.pageInfo.hasNextPage)) return { all, totalCount: next.totalCount };
    cursor = backwards ? next.pageInfo.startCursor : next.pageInfo.endCursor;
  }
  throw new Error('The pages do not end.');
}

test('any conditions in any order match those whom the model says, page by page, for staff and for the owner', async () => {
  const sizes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      anySlug,
      anyWhere,
      anyOrder,
      fc.integer({ min: 2, max: 8 }),
      fc.boolean(),
      fc.boolean(),
      async (slug, where, orderBy, size, backwards, asOwner) => {
        const expected = modelled(slug, where, orderBy);
        sizes.add(expected.length);

        const whole = await walk(slug, { where, orderBy }, size, backwards, asOwner ? owners[slug] : staff);

        expect(whole).toEqual({ all: expected, totalCount: expected.length });
      },
    ),
    { numRuns: 100 },
  );

  // They must not all match everybody or nobody.
  expect(sizes.size).toBeGreaterThan(3);
});

test('below many organizations each has its own, also where one query asks for several conditions and orders', async () => {
  const many = `query ($ids: [ID!], $w1: MembershipWhere, $w2: MembershipWhere, $o1: MembershipOrder, $o2: MembershipOrder, $n: Int) {
    organizations(where: { ids: $ids }, orderBy: { field: NAME }) { nodes { slug
      a: memberships(where: $w1, orderBy: $o1, first: $n) { ...Page } b: memberships(where: $w2, orderBy: $o1, first: $n) { ...Page }
      c: memberships(where: $w1, orderBy: $o2, first: $n) { ...Page } d: memberships(where: $w1, orderBy: $o1, last: $n) { ...Page }
      e: memberships(where: $w1) { ...Page } } } }
    fragment Page on MembershipConnection { totalCount nodes { email organizationSlug } pageInfo { hasNextPage hasPreviousPage } }`;
  await fc.assert(
    fc.asyncProperty(anyWhere, anyWhere, anyOrder, anyOrder, fc.integer({ min: 1, max: 6 }), async (w1, w2, o1, o2, n) => {
      const { organizations: page } = await staff.run(many, {
        ids: Object.values(organizations).map(({ id }) => id),
        ...{ w1, w2, o1, o2, n },
      });

      const expected = (
        slug: Slug,
        where: MembershipWhere,
        order: MembershipOrder | undefined,
        count: number,
        backwards = false,
      ) => {
        const whole = modelled(slug, where, order);
        return {
          totalCount: whole.length,
          nodes: (backwards ? whole.slice(-count) : whole.slice(0, count)).map((email) => ({ email, organizationSlug: slug })),
          pageInfo: { hasNextPage: !backwards && whole.length > count, hasPreviousPage: backwards && whole.length > count },
        };
      };
      const sorted = [...page.nodes].sort((one: any, other: any) => slugs.indexOf(one.slug) - slugs.indexOf(other.slug));
      expect(sorted).toEqual(
        slugs.map((slug) => ({
          slug,
          a: expected(slug, w1, o1, n),
          b: expected(slug, w2, o1, n),
          c: expected(slug, w1, o2, n),
          d: expected(slug, w1, o1, n, true),
          e: expected(slug, w1, undefined, 25),
        })),
      );
    }),
    { numRuns: 30 },
  );
});
