import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { UsersMatchingDocument, type UserWhere } from './generated/graphql.ts';
import { type Person, startWorld, type World } from './support/world.ts';

/** A person as the model below sees it. */
interface Known {
  readonly email: string;
  readonly name: string | null;
  readonly externalId?: string;
  readonly metadata?: Record<string, unknown>;
  readonly emailVerified?: boolean;
  readonly roles?: string[];
  readonly pool?: string;
  readonly tags?: string[];
  readonly createdAt: string;
  readonly lastLoginAt?: string;
  /** What is stored, and until when a suspension was meant to last. */
  readonly suspended?: 'for good' | 'still' | 'lapsed';
  readonly apps?: Record<string, 'ACTIVE' | 'REVOKED'>;
  readonly organizations?: Record<string, 'ACTIVE' | 'SUSPENDED'>;
}

const people: readonly Known[] = [
  {
    email: 'admin@steward.example',
    name: 'Ada Admin',
    roles: ['system_admin'],
    createdAt: '2024-01-01T00:00:00.000Z',
    lastLoginAt: '2026-01-01T00:00:00.000Z',
  },
  {
    email: 'jane.doe@acme.example',
    name: 'Jane Doe',
    externalId: 'CRM-1',
    roles: ['base_user', 'buyer'],
    metadata: { plan: 'pro', seats: 3 },
    createdAt: '2025-01-01T00:00:00.000Z',
    lastLoginAt: '2025-06-01T00:00:00.000Z',
    apps: { shop: 'ACTIVE', wiki: 'REVOKED' },
    organizations: { acme: 'ACTIVE', globex: 'SUSPENDED' },
  },
  {
    email: 'john.doe@acme.example',
    name: 'John DOE',
    externalId: 'crm-2',
    roles: ['seller'],
    metadata: { plan: 'pro', tags: ['a', 'b', 1, null, { deep: [true] }] },
    createdAt: '2025-01-01T00:00:00.000Z',
    apps: { shop: 'REVOKED' },
    organizations: { acme: 'SUSPENDED' },
  },
  {
    email: 'petra@acme.example',
    name: 'Petra Straße',
    createdAt: '2025-01-01T00:00:00.001Z',
    lastLoginAt: '2025-06-01T00:00:00.001Z',
    suspended: 'for good',
    organizations: { globex: 'ACTIVE' },
  },
  {
    email: 'istanbul@globex.example',
    name: 'İpek Işık',
    externalId: 'x_1',
    createdAt: '2025-02-01T10:00:00.000Z',
    suspended: 'still',
    tags: ['partner'],
    apps: { wiki: 'ACTIVE' },
  },
  {
    email: 'wide@globex.example',
    name: 'Ｗｉｄｅ Ｎａｍｅ',
    externalId: 'x%1',
    createdAt: '2025-02-01T10:00:00.000Z',
    suspended: 'lapsed',
    roles: [],
    metadata: { address: { city: 'Wien', zip: '1010' }, plan: null },
  },
  {
    email: '100%_off@globex.example',
    name: 'Percent \\ Backslash',
    createdAt: '2025-03-01T00:00:00.000Z',
    emailVerified: false,
    pool: 'partner',
    metadata: { address: { city: 'Wien', geo: { lat: 48.2, lon: 16.37 } } },
  },
  {
    email: 'nobody@nowhere.example',
    name: null,
    createdAt: '2025-03-31T23:59:59.999Z',
    emailVerified: false,
    roles: [],
    apps: { shop: 'ACTIVE', wiki: 'ACTIVE' },
    organizations: { acme: 'ACTIVE' },
  },
  {
    email: 'odysseus@ithaca.example',
    name: 'Οδυσσεύς',
    externalId: 'ΣΙΣΥΦΟΣ',
    createdAt: '2025-04-01T00:00:00.000Z',
    lastLoginAt: '2025-04-01T00:00:00.000Z',
    pool: 'partner',
    tags: ['default'],
  },
  {
    email: 'jane.doe@acme.example',
    name: 'Jane Doe (partner)',
    externalId: 'CRM-1',
    createdAt: '2025-04-01T00:00:00.000Z',
    pool: 'partner',
    roles: ['buyer', 'seller'],
    metadata: { plan: 'free', nested: [[1, 2], [3]] },
  },
  {
    email: 'a_b@example.com',
    name: 'Underscore',
    createdAt: '2025-05-01T00:00:00.000Z',
    tags: ['partner', 'third'],
    roles: ['super_admin'],
    lastLoginAt: '2024-12-31T23:59:59.999Z',
  },
  {
    email: 'axb@example.com',
    name: 'No underscore',
    externalId: '0',
    createdAt: '2025-05-01T00:00:00.000Z',
    metadata: { active: true, zero: 0, empty: '', list: [], nothing: {} },
  },
  {
    email: 'zoe@example.com',
    name: 'Zoë 田中',
    createdAt: '2025-06-01T00:00:00.000Z',
    pool: 'third',
    suspended: 'lapsed',
    organizations: { globex: 'ACTIVE', acme: 'ACTIVE' },
  },
];

let world: World;
let admin: Person;
let ids: ReadonlyMap<string, string>;
const things = new Map<string, string>();

beforeAll(async () => {
  world = await startWorld();
  const { database, sql } = world;
  for (const code of ['partner', 'third']) await world.pool(code);
  const apps = new Map(
    await Promise.all(['shop', 'wiki', 'empty'].map(async (code) => [code, await world.app({ code })] as const)),
  );
  const made = new Map<Known, Person>();
  for (const known of people) {
    const { tags = [], suspended, apps: grants = {}, lastLoginAt, createdAt, organizations: _, ...rest } = known;
    const person = await world.person({
      ...rest,
      createdAt: new Date(createdAt),
      ...(lastLoginAt && { lastLoginAt: new Date(lastLoginAt) }),
    });
    made.set(known, person);
    await database.query(
      sql`INSERT INTO user_pools (user_id, pool_id) SELECT ${person.uuid}::uuid, id FROM pools WHERE code = ANY(${tags}::text[])`,
    );
    if (suspended) {
      const until = { 'for good': null, still: new Date(Date.now() + 3_600_000), lapsed: new Date(Date.now() - 1000) }[suspended];
      await database.query(
        sql`UPDATE users SET status = 'SUSPENDED', suspended_until = ${until}::timestamptz WHERE id = ${person.uuid}::uuid`,
      );
    }
    for (const [code, status] of Object.entries(grants)) await world.grant(person, apps.get(code)!, status);
  }
  admin = made.get(people[0]!)!;
  for (const slug of ['acme', 'globex']) {
    const members = people
      .filter(({ organizations }) => organizations?.[slug])
      .map((known) => [made.get(known)!, ['org_member'], known.organizations![slug]!] as const);
    const owner = await world.person({
      email: `owner@${slug}.example`,
      name: `Owner of ${slug}`,
      createdAt: new Date('2023-01-01T00:00:00Z'),
    });
    owners.push({
      email: owner.email,
      name: owner.name,
      createdAt: '2023-01-01T00:00:00.000Z',
      organizations: { [slug]: 'ACTIVE' },
    });
    ownerIds.push(owner.id);
    const organization = await world.organization({
      owner,
      slug,
      members: members.map(([who, roles, status]) => [who, [...roles], status] as const),
    });
    things.set(slug, organization.id);
  }
  for (const [code, app] of apps) things.set(code, app.id);
  ids = new Map([...made].map(([known, person]) => [keyOf(known), person.id]));
  // A login of the admin would move the time of its last one: sign in, then put it back.
  await admin.signIn();
  await database.query(
    sql`UPDATE users SET last_login_at = ${people[0]!.lastLoginAt}::timestamptz WHERE id = ${admin.uuid}::uuid`,
  );
});

const owners: Known[] = [];
const ownerIds: string[] = [];
const everybody = (): Known[] => [...people, ...owners];
const keyOf = ({ email, pool = 'default' }: Known): string => `${email} in ${pool}`;
const idOf = (known: Known): string => ids.get(keyOf(known)) ?? ownerIds[owners.indexOf(known)]!;

// ---------------------------------------------------------------- the model: what a `where` means, in plain TypeScript

// By hand, for the letters that occur here.
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/ς/g, 'σ')
    .replace(/ß/g, 'ss')
    .replace(/ı|i\u0307/g, 'i');
const within = (range: { from?: string | null; to?: string | null }, at: string | undefined): boolean => {
  const { from, to } = range;
  if (!from && !to) return true;
  if (!at) return false;
  return (!from || Date.parse(at) >= Date.parse(from)) && (!to || Date.parse(at) < Date.parse(to));
};

function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((one) => whole.some((other) => contains(other, one)));
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return false;
  return Object.entries(part).every(
    ([key, value]) => Object.hasOwn(whole, key) && contains((whole as Record<string, unknown>)[key], value),
  );
}

const judges: { [Field in keyof Required<UserWhere>]: (known: Known, value: any) => boolean } = {
  search: (known, text: string) =>
    folded(text)
      .split(/\s/)
      .every(
        (word) =>
          [known.email, known.name, known.externalId].some((field) => field && folded(field).includes(word)) || word === '',
      ),
  ids: (known, all: string[]) => all.includes(idOf(known)),
  emails: (known, all: string[]) => all.some((email) => email.trim().toLowerCase() === known.email),
  externalId: (known, id) => known.externalId === id,
  status: (known, all: string[]) =>
    all.includes(known.suspended === 'for good' || known.suspended === 'still' ? 'SUSPENDED' : 'ACTIVE'),
  emailVerified: (known, verified) => (known.emailVerified ?? true) === verified,
  roleCodes: (known, codes: string[]) => (known.roles ?? ['base_user']).some((code) => codes.includes(code)),
  appId: (known, id) => Object.entries(known.apps ?? {}).some(([code, status]) => things.get(code) === id && status === 'ACTIVE'),
  organizationId: (known, id) =>
    Object.entries(known.organizations ?? {}).some(([slug, status]) => things.get(slug) === id && status === 'ACTIVE'),
  poolCode: (known, code) => [known.pool ?? 'default', ...(known.tags ?? [])].includes(code),
  createdAt: (known, range) => within(range, known.createdAt),
  lastLoginAt: (known, range) => within(range, known.lastLoginAt),
  metadata: (known, part) => contains(known.metadata ?? {}, part),
  AND: (known, all: UserWhere[]) => all.every((where) => matches(known, where)),
  OR: (known, some: UserWhere[]) => some.some((where) => matches(known, where)),
  NOT: (known, where: UserWhere) => !matches(known, where),
};

const matches = (known: Known, where: UserWhere): boolean =>
  Object.entries(where).every(([field, value]) => value == null || judges[field as keyof UserWhere](known, value));

const modelled = (where: UserWhere): string[] =>
  everybody()
    .filter((known) => matches(known, where))
    .map(keyOf)
    .sort();

/** Who matches, as the server says. Addresses occur in two pools, so people are told apart by id. */
async function found(where: UserWhere): Promise<string[]> {
  const { users } = await admin.run<any, any>(
    'query ($where: UserWhere) { users(first: 100, where: $where) { totalCount nodes { id } } }',
    { where },
  );
  const keys = new Map(everybody().map((known) => [idOf(known), keyOf(known)]));
  expect(users.totalCount).toBe(users.nodes.length);
  return users.nodes.map(({ id }: { id: string }) => keys.get(id) ?? id).sort();
}

const emails = (list: readonly string[]): string[] => list.map((key) => key.split(' ')[0]!);

// ---------------------------------------------------------------- refusals

describe('refused with BAD_USER_INPUT', () => {
  test.each<[string, unknown]>([
    ['a date that is no instant', { createdAt: { from: '2025-01-01' } }],
    ['a date that the calendar does not have', { createdAt: { from: '2025-02-30T00:00:00Z' } }],
    ['an unknown field', { nickname: 'jo' }],
    ['an unknown status', { status: ['LOCKED'] }],
    ['a null among values', { ids: [null] }],
    ['a null among alternatives', { OR: [null] }],
    ['metadata that is a list', { metadata: ['a'] }],
    ['metadata that is text', { metadata: 'plan' }],
  ])('%s', async (_what, where) => {
    const answer = await admin.ask(UsersMatchingDocument, { where: where as UserWhere });

    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  const nested = (levels: number): UserWhere => (levels === 1 ? { emailVerified: true } : { AND: [nested(levels - 1)] });
  const wide = (conditions: number): UserWhere => ({ OR: Array.from({ length: conditions }, () => ({ emailVerified: true })) });
  const long = (values: number): UserWhere => ({ emails: Array.from({ length: values }, (_, at) => `${at}@example.com`) });
  test.each([
    ['six levels', nested(6), nested(5), 5, 6],
    ['31 conditions', wide(31), wide(30), 30, 31],
    ['101 values', long(101), long(100), 100, 101],
  ])('%s, and one less is fine', async (_what, where, fine, limit, got) => {
    const refused = await admin.ask(UsersMatchingDocument, { where });
    const allowed = await admin.ask(UsersMatchingDocument, { where: fine });

    expect(refused.errors.map(({ extensions: { code, limit, got } }) => ({ code, limit, got }))).toEqual([
      { code: 'BAD_USER_INPUT', limit, got },
    ]);
    expect(allowed.errors).toEqual([]);
  });
});

// ---------------------------------------------------------------- by hand

const everyone = 15;

describe('nothing is a condition', () => {
  test.each<[string, UserWhere | null | undefined]>([
    ['no where', undefined],
    ['null', null],
    ['an empty one', {}],
    ['a blank search', { search: ' \t\u3000 ' }],
    ['an empty search', { search: '' }],
    ['fields that are null', Object.fromEntries(Object.keys(judges).map((field) => [field, null])) as UserWhere],
    ['a range without ends', { createdAt: {}, lastLoginAt: {} }],
    ['a range of nulls', { lastLoginAt: { from: null, to: null } }],
    ['metadata that asks for nothing', { metadata: {} }],
    ['AND of none', { AND: [] }],
    ['AND and OR of empty ones', { AND: [{}], OR: [{}] }],
  ])('%s matches everybody', async (_what, where) => {
    const { users } = await admin.run(UsersMatchingDocument, { where: where as UserWhere });

    expect(users?.totalCount).toBe(everyone);
  });
});

describe('matching nobody', () => {
  test.each<[string, UserWhere]>([
    ['OR of none', { OR: [] }],
    ['NOT of nothing', { NOT: {} }],
    ['NOT of a blank search', { NOT: { search: ' ' } }],
    ['NOT of AND of none', { NOT: { AND: [] } }],
    ['no ids', { ids: [] }],
    ['no e-mail addresses', { emails: [] }],
    ['no status', { status: [] }],
    ['no roles', { roleCodes: [] }],
    ['texts that are no ids', { ids: ['', 'user_', 'x', "'; --"] }],
    ['what is no address', { emails: ['jane.doe', '', '@', 'jane doe@acme.example'] }],
    ['the external id in another case', { externalId: 'crm-1' }],
    ['an empty external id', { externalId: '' }],
    ['an unknown role', { roleCodes: ['org_admin', 'System_Admin'] }],
    ['an unknown pool', { poolCode: 'Default' }],
    ['an app that nobody has', { appId: 'app_00000000000000000000000000' }],
    ['text with a NUL', { search: 'jane\0' }],
    ['an external id with a NUL', { externalId: '\0' }],
    ['a pool with a NUL', { poolCode: 'default\0' }],
    ['a role with a NUL', { roleCodes: ['base_user\0'] }],
    ['metadata with a NUL', { metadata: { plan: 'pro\0' } }],
    ['metadata with a key of NUL', { metadata: { '\0': 1 } }],
    ['metadata with half a character', { metadata: { plan: '\ud800' } }],
    ['a range that ends where it begins', { createdAt: { from: '2025-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' } }],
    ['a range that ends before it begins', { createdAt: { from: '2026-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' } }],
    ['ever since the year 9999', { createdAt: { from: '9999-12-31T23:59:59.999Z' } }],
    ['before the year 0', { createdAt: { to: '0000-01-01T00:00:00Z' } }],
    ['a range of nobody who ever signed in', { lastLoginAt: { to: '2020-01-01T00:00:00Z' } }],
  ])('%s', async (_what, where) => {
    const answer = await admin.ask(UsersMatchingDocument, { where });

    expect(answer).toMatchObject({ errors: [], data: { users: { totalCount: 0, nodes: [] } } });
  });
});

describe('search', () => {
  test.each<[string, string, string[]]>([
    ['any case', 'jANE dOE', ['jane.doe@acme.example', 'jane.doe@acme.example']],
    ['words from different fields, in any order', 'crm-2 doe JOHN acme', ['john.doe@acme.example']],
    ['a part of a word', 'ohn', ['john.doe@acme.example']],
    ['one letter', 'ë', ['zoe@example.com']],
    ['the external id in another case', 'CRM-2', ['john.doe@acme.example']],
    ['words that nobody has all of', 'jane john', []],
    ['no word across two fields', 'exampleJane', []],
    ['full-width letters for plain ones', 'ｊｏｈｎ', ['john.doe@acme.example']],
    ['plain letters for full-width ones', 'wide name', ['wide@globex.example']],
    ['the sharp s', 'petra straße', ['petra@acme.example']],
    ['the sharp s in capitals', 'PETRA STRASSE', ['petra@acme.example']],
    ['the capital sharp s', 'STRAẞE', ['petra@acme.example']],
    ['the Turkish capital i', 'İPEK', ['istanbul@globex.example']],
    ['the Turkish capital i in small letters', 'ipek', ['istanbul@globex.example']],
    ['the Turkish small i without a dot', 'ışık', ['istanbul@globex.example']],
    ['a decomposed letter for a composed one', 'zoe\u0308', ['zoe@example.com']],
    ['the beginning of a word in Greek capitals', 'ΟΔΥΣ', ['odysseus@ithaca.example']],
    ['a Greek word in small letters', 'σισυφος', ['odysseus@ithaca.example']],
    ['characters without case', '田中', ['zoe@example.com']],
    ['a percent sign', '%', ['100%_off@globex.example', 'wide@globex.example']],
    ['a percent sign among letters', 'x%1', ['wide@globex.example']],
    ['an underscore', 'a_b', ['a_b@example.com']],
    ['two underscores', '__', []],
    ['a backslash', '\\', ['100%_off@globex.example']],
    ['a backslash before a letter', '\\j', []],
    ['a quote', "jane' OR 'a'='a", []],
    ['ideographic spaces between words', 'jane\u3000crm-1', ['jane.doe@acme.example', 'jane.doe@acme.example']],
  ])('%s', async (_what, search, expected) => {
    const { users } = await admin.run(UsersMatchingDocument, { where: { search } });

    expect(users?.nodes.map(({ email }) => email).sort()).toEqual(expected);
  });
});

describe('each condition', () => {
  const jane = 'jane.doe@acme.example';
  const john = 'john.doe@acme.example';
  const petra = 'petra@acme.example';
  const ipek = 'istanbul@globex.example';
  const wide = 'wide@globex.example';
  const percent = '100%_off@globex.example';
  const nobody = 'nobody@nowhere.example';
  const odysseus = 'odysseus@ithaca.example';
  const zoe = 'zoe@example.com';

  test.each<[string, () => UserWhere, string[]]>([
    [
      'ids, those of other types ignored',
      () => ({
        ids: [idOf(people[1]!), things.get('acme')!, idOf(people[2]!).replace('user_', 'org_'), idOf(people[2]!).toUpperCase()],
      }),
      [jane],
    ],
    ['ids twice', () => ({ ids: [idOf(people[2]!), idOf(people[2]!), encodeId('user', newId())] }), [john]],
    [
      'addresses in any case and with spaces around, in every pool',
      () => ({ emails: [' JANE.Doe@ACME.example ', 'nope', 'a@b'] }),
      [jane, jane],
    ],
    ['the external id, in every pool', () => ({ externalId: 'CRM-1' }), [jane, jane]],
    ['suspended now: a lapsed suspension is over', () => ({ status: ['SUSPENDED'] }), [ipek, petra]],
    ['an address that is not verified', () => ({ emailVerified: false }), [percent, nobody]],
    ['a platform role', () => ({ roleCodes: ['seller'] }), [jane, john]],
    ['one of some platform roles', () => ({ roleCodes: ['buyer', 'super_admin', 'nope'] }), ['a_b@example.com', jane, jane]],
    ['an app, revoked grants left out', () => ({ appId: things.get('shop')! }), [jane, nobody]],
    ['an app that only some ever had', () => ({ appId: things.get('wiki')! }), [ipek, nobody]],
    ['an app that nobody has', () => ({ appId: things.get('empty')! }), []],
    ['an app by the id of another type', () => ({ appId: things.get('shop')!.replace('app_', 'org_') }), []],
    [
      'an organization, suspended memberships left out',
      () => ({ organizationId: things.get('acme')! }),
      [jane, nobody, 'owner@acme.example', zoe],
    ],
    ['an organization by what is no id', () => ({ organizationId: 'acme' }), []],
    ['a pool, by home and by tag', () => ({ poolCode: 'partner' }), [percent, 'a_b@example.com', ipek, jane, odysseus]],
    ['another pool', () => ({ poolCode: 'third' }), ['a_b@example.com', zoe]],
    [
      'created from an instant on, which counts',
      () => ({ createdAt: { from: '2025-05-01T00:00:00.000Z' } }),
      ['a_b@example.com', 'axb@example.com', zoe],
    ],
    [
      'created before an instant, which counts no more',
      () => ({ createdAt: { to: '2025-01-01T00:00:00.001Z', from: '2025-01-01T00:00:00Z' } }),
      [jane, john],
    ],
    [
      'created within a month, in another zone',
      () => ({ createdAt: { from: '2025-03-01T02:00:00+02:00', to: '2025-04-01T02:00:00+02:00' } }),
      [percent, nobody],
    ],
    [
      'last signed in, which takes one login at least',
      () => ({ lastLoginAt: { to: '2025-06-01T00:00:00.001Z' } }),
      ['a_b@example.com', jane, odysseus],
    ],
    ['metadata with a value', () => ({ metadata: { plan: 'pro' } }), [jane, john]],
    ['metadata with two values', () => ({ metadata: { plan: 'pro', seats: 3 } }), [jane]],
    ['metadata with a number written otherwise', () => ({ metadata: { seats: 3.0 } }), [jane]],
    ['metadata with the number as text', () => ({ metadata: { seats: '3' } }), []],
    ['metadata with null, which is not nothing', () => ({ metadata: { plan: null } }), [wide]],
    ['metadata deep within', () => ({ metadata: { address: { city: 'Wien' } } }), [percent, wide]],
    ['metadata deeper within', () => ({ metadata: { address: { geo: { lat: 48.2 } } } }), [percent]],
    ['metadata with a list that holds values', () => ({ metadata: { tags: ['b', 'a'] } }), [john]],
    ['metadata with a list that holds an object', () => ({ metadata: { tags: [{ deep: [true] }] } }), [john]],
    ['metadata with a value where a list is', () => ({ metadata: { tags: 'a' } }), []],
    ['metadata with an object that is there', () => ({ metadata: { address: {} } }), [percent, wide]],
  ])('%s', async (_what, where, expected) => {
    const matched = await found(where());

    expect(emails(matched)).toEqual(expected.sort());
    expect(matched).toEqual(modelled(where()));
  });

  test('the opposite of what is null for a person holds for that person', async () => {
    const [neverBefore, noSuchId, notUnder, neither] = await Promise.all(
      (
        [
          { NOT: { lastLoginAt: { from: '2000-01-01T00:00:00Z' } } },
          { NOT: { externalId: 'CRM-1' } },
          { NOT: { search: 'crm' } },
          { NOT: { OR: [{ externalId: 'CRM-1' }, { lastLoginAt: { to: '2100-01-01T00:00:00Z' } }] } },
        ] satisfies UserWhere[]
      ).map(found),
    );

    expect([neverBefore, noSuchId, notUnder, neither].map((list) => list!.length)).toEqual([10, 13, 12, 9]);
    expect(emails(neither!)).not.toContain(jane);
  });

  test('the opposite of the opposite is the condition itself', async () => {
    const where: UserWhere = { lastLoginAt: { from: '2025-06-01T00:00:00Z' } };
    const [once, twice] = await Promise.all([found(where), found({ NOT: { NOT: where } })]);

    expect(emails(once!)).toEqual(['admin@steward.example', jane, petra].sort());
    expect(twice).toEqual(once);
  });

  test('all that is given must hold: fields, AND, OR and NOT side by side', async () => {
    const where: UserWhere = {
      search: 'doe',
      createdAt: { from: '2025-01-01T00:00:00Z' },
      AND: [{ roleCodes: ['buyer', 'seller'] }, { emailVerified: true }],
      OR: [{ poolCode: 'partner' }, { metadata: { tags: ['a'] } }],
      NOT: { metadata: { plan: 'free' } },
    };

    const matched = await found(where);

    expect(matched).toEqual(['john.doe@acme.example in default']);
  });

  test('a suspension that lapses makes a person active without anybody doing anything', async () => {
    const [suspended, active] = await Promise.all([found({ status: ['SUSPENDED'] }), found({ status: ['ACTIVE'] })]);

    expect(emails(active!)).toEqual(expect.arrayContaining([wide, zoe]));
    expect([...suspended!, ...active!].sort()).toEqual(modelled({}));
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
  '2025-06-01T02:00:00+02:00',
);
const range = fc.record({ from: fc.option(instant), to: fc.option(instant) }, { requiredKeys: [] });
const word = some(
  'jane',
  'DOE',
  'crm',
  'ς',
  'Σ',
  'ß',
  'İ',
  'ı',
  '%',
  '_',
  '\\',
  'ｗｉｄｅ',
  '@',
  '.',
  'example',
  'e',
  '1',
  '田',
  'zz',
  '\u3000',
  '',
);
const json = some<Record<string, unknown>>(
  {},
  { plan: 'pro' },
  { plan: null },
  { address: { city: 'Wien' } },
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
      search: fc.array(word, { maxLength: 3 }).map((words) => words.join(' ')),
      ids: listOf(...everybody().map(idOf), things.get('acme')!, 'user_x'),
      emails: listOf(...people.map(({ email }) => email.toUpperCase()), 'nope'),
      externalId: some('CRM-1', 'crm-2', 'x_1', '0', 'ΣΙΣΥΦΟΣ', 'nope'),
      status: listOf('ACTIVE' as const, 'SUSPENDED' as const),
      emailVerified: fc.boolean(),
      roleCodes: listOf('base_user', 'buyer', 'seller', 'super_admin', 'system_admin', 'nope'),
      appId: some(things.get('shop')!, things.get('wiki')!, things.get('empty')!, things.get('acme')!),
      organizationId: some(things.get('acme')!, things.get('globex')!, things.get('shop')!),
      poolCode: some('default', 'partner', 'third', 'nope'),
      createdAt: range,
      lastLoginAt: range,
      metadata: json,
    },
    { requiredKeys: [] },
  );

/** Few fields at once, or hardly anybody would match; some of them null. */
const sparse = () =>
  fc.tuple(leaf(), fc.array(fc.nat(12), { maxLength: 2 }), fc.nat(9)).map(([all, picked, nulled]) => {
    const kept = Object.entries(all).filter((_, at) => picked.includes(at));
    return Object.fromEntries(kept.map(([field, value]) => [field, nulled === 0 ? null : value])) as UserWhere;
  });

function tree(levels: number): fc.Arbitrary<UserWhere> {
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

const isCombination = (field: string): boolean => ['AND', 'OR', 'NOT'].includes(field);
function conditionsIn(where: UserWhere): number {
  let count = 0;
  for (const [field, value] of Object.entries(where)) {
    if (!isCombination(field)) count++;
    else for (const one of [value].flat()) count += conditionsIn(one as UserWhere);
  }
  return count;
}

test('any tree of conditions matches those whom the model says, and counts them', async () => {
  const sizes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      tree(5).filter((where) => conditionsIn(where) <= 30),
      async (where) => {
        const expected = modelled(where);
        sizes.add(expected.length);

        expect(await found(where)).toEqual(expected);
      },
    ),
    { numRuns: 250 },
  );

  // The trees must not all match everybody or nobody.
  expect(sizes.size).toBeGreaterThan(3);
});

test('two conditions side by side match those whom both match, for every pair of conditions', async () => {
  await fc.assert(
    fc.asyncProperty(leaf(), async (all) => {
      const fields = Object.entries(all).slice(0, 8);
      const pairs = fields.flatMap(([one, value], at) =>
        fields.slice(at + 1).map(([other, second]) => ({ [one]: value, [other]: second }) as UserWhere),
      );
      for (const pair of pairs.slice(0, 8)) expect(await found(pair)).toEqual(modelled(pair));
    }),
    { numRuns: 15 },
  );
});
