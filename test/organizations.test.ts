import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { byPlace } from './support/by-place.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Answer, type Organization, type Person, startWorld, type World } from './support/world.ts';

let world: World;
let cast: Cast;
let workshop: Organization;
let mixed: Record<'clerk' | 'teamster' | 'captain' | 'colleague' | 'staffMember' | 'staffSuspended', Person>;

/** Everyone who asks, with one session each. */
let visits: Record<Persona, Visit>;

const codes = [
  'org:audit:read',
  'org:members:impersonate',
  'org:members:invite',
  'org:members:read',
  'org:members:remove',
  'org:members:update',
  'org:read',
  'org:roles:create',
  'org:roles:delete',
  'org:roles:read',
  'org:roles:update',
  'org:update',
];
const assignable = [
  'org:members:invite',
  'org:members:read',
  'org:members:remove',
  'org:members:update',
  'org:read',
  'org:update',
];

type Persona =
  | 'base'
  | 'outsider'
  | 'member'
  | 'scoped member'
  | 'manager'
  | 'admin'
  | 'owner'
  | 'inviter'
  | 'seller'
  | 'suspended'
  | 'traveller'
  | 'scoped elsewhere'
  | 'confined'
  | 'cellmate'
  | 'landlord'
  | 'super admin'
  | 'system admin'
  | 'staff as traveller'
  | 'staff as admin'
  | 'admin as traveller';

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  const { people, organizations, visit } = cast;
  mixed = {
    clerk: await world.person({ name: 'Clerk' }),
    teamster: await world.person({ name: 'Teamster' }),
    captain: await world.person({ name: 'Captain' }),
    colleague: await world.person({ name: 'Colleague' }),
    staffMember: await world.person({ name: 'Staff and member', roles: ['super_admin'] }),
    staffSuspended: await world.person({ name: 'Staff and suspended', roles: ['super_admin'] }),
  };
  // One with custom roles of every kind: of their own ranks, with what managers hold, with what they do not, and with nothing.
  workshop = await world.organization({
    owner: people.founder,
    name: 'Workshop',
    customRoles: {
      lead: ['org:members:update'],
      cleaner: ['org:members:remove'],
      guest: [],
      chief: ['org:members:update'],
    },
    members: [
      [mixed.clerk, ['lead']],
      [mixed.teamster, ['lead', 'cleaner']],
      [mixed.captain, ['chief']],
      [mixed.colleague, ['org_manager']],
      [mixed.staffMember],
      [mixed.staffSuspended, ['org_admin'], 'SUSPENDED'],
    ],
  });
  const rank = (code: string, to: number) =>
    world.database.query(
      world.sql`UPDATE roles SET rank = ${to}::int WHERE organization_id = ${workshop.uuid}::uuid AND code = ${code}`,
    );
  await rank('chief', 15);
  await rank('guest', 1000);

  visits = {
    base: await visit(people.base),
    outsider: await visit(people.outsider),
    member: await visit(people.member),
    'scoped member': await visit(people.member, { organization: organizations.acme }),
    manager: await visit(people.manager),
    admin: await visit(people.admin),
    owner: await visit(people.owner),
    inviter: await visit(people.inviter),
    seller: await visit(people.seller),
    suspended: await visit(people.suspended),
    traveller: await visit(people.traveller),
    'scoped elsewhere': await visit(people.traveller, { organization: organizations.globex }),
    confined: await visit(people.confined),
    cellmate: await visit(people.cellmate),
    landlord: await visit(people.landlord),
    'super admin': await visit(people.superAdmin),
    'system admin': await visit(people.systemAdmin),
    'staff as traveller': await cast.staffAsTraveller(),
    'staff as admin': await visit(people.admin, {
      impersonator: { by: people.superAdmin, from: await visit(people.superAdmin) },
    }),
    'admin as traveller': await cast.adminAsTraveller(),
  };
});

const ofAcme = [
  'member',
  'scoped member',
  'manager',
  'admin',
  'owner',
  'inviter',
  'seller',
  'traveller',
  'staff as traveller',
  'staff as admin',
  'admin as traveller',
] as const satisfies readonly Persona[];
const staff = ['super admin', 'system admin'] as const satisfies readonly Persona[];
const ofClosed = ['confined', 'cellmate', 'landlord'] as const satisfies readonly Persona[];
const strangersToAcme = ['base', 'outsider', 'suspended', 'scoped elsewhere', ...ofClosed] as const satisfies readonly Persona[];

/** What came back for everyone, by who asked. */
async function forEach<Name extends Persona, Value>(names: readonly Name[], ask: (visit: Visit) => Promise<Value>) {
  const answers = await Promise.all(names.map(async (name) => [name, await ask(visits[name])] as const));
  return Object.fromEntries(answers) as Record<Name, Value>;
}
const same = <Name extends string, Value>(names: readonly Name[], value: Value) =>
  Object.fromEntries(names.map((name) => [name, value])) as Record<Name, Value>;

const refusalsOf = ({ errors }: Answer<unknown>) =>
  byPlace(errors).map(({ path, extensions: { code, needs } }) => ({
    path: path?.join('.'),
    code,
    ...(needs !== undefined && { needs }),
  }));

const byId = 'query ($id: ID!) { organization(id: $id) { id } }';
const bySlug = 'query ($slug: String!) { organizationBySlug(slug: $slug) { id } }';

// ---------------------------------------------------------------- refusals

test('who is not signed in is told to, and reads nothing', async () => {
  const { acme } = cast.organizations;

  const answers = await Promise.all([
    world.anonymous.ask(byId, { id: acme.id }),
    world.anonymous.ask(bySlug, { slug: acme.slug }),
    world.anonymous.ask('{ organizations { totalCount } }'),
  ]);

  expect(answers.map((answer) => [answer.data, refusalsOf(answer)])).toEqual([
    [{ organization: null }, [{ path: 'organization', code: 'UNAUTHENTICATED' }]],
    [{ organizationBySlug: null }, [{ path: 'organizationBySlug', code: 'UNAUTHENTICATED' }]],
    [{ organizations: null }, [{ path: 'organizations', code: 'UNAUTHENTICATED' }]],
  ]);
});

test('the list of all is FORBIDDEN to everyone but staff, beside what else was asked', async () => {
  const everyone = [...new Set([...ofAcme, ...strangersToAcme])];

  const answers = await forEach(everyone, async (visit) => {
    const answer = await visit.ask('{ organizations { totalCount nodes { id } } viewer { session { isCurrent } } }');
    return { data: answer.data, refusals: refusalsOf(answer) };
  });

  expect(answers).toEqual(
    same(everyone, {
      data: { organizations: null, viewer: { session: { isCurrent: true } } },
      refusals: [{ path: 'organizations', code: 'FORBIDDEN', needs: 'organizations:read' }],
    }),
  );
});

describe('byte for byte like an unknown id', () => {
  const text = async (visit: Visit, query: string, variables: object) => (await visit.post({ query, variables })).text();

  test('an organization that the caller is no active member of in this session', async () => {
    const answers = await forEach(strangersToAcme, (visit) => text(visit, byId, { id: cast.organizations.acme.id }));
    const slugs = await forEach(strangersToAcme, (visit) => text(visit, bySlug, { slug: cast.organizations.acme.slug }));

    expect(answers).toEqual(same(strangersToAcme, await text(visits.base, byId, { id: encodeId('org', newId()) })));
    expect(slugs).toEqual(same(strangersToAcme, await text(visits.base, bySlug, { slug: 'no-such-slug' })));
    expect(JSON.parse(answers.base)).toMatchObject({ data: { organization: null } });
    expect(JSON.parse(slugs.base)).toMatchObject({ data: { organizationBySlug: null } });
  });

  test.each<[string, () => string]>([
    ['nothing', () => ''],
    ['the uuid', () => cast.organizations.acme.uuid],
    ['the slug', () => cast.organizations.acme.slug],
    ['the id in capitals', () => cast.organizations.acme.id.toUpperCase()],
    ['the id of another type', () => encodeId('user', cast.organizations.acme.uuid)],
    ['the id with a space', () => ` ${cast.organizations.acme.id}`],
    ['the id with a NUL', () => `${cast.organizations.acme.id}\0`],
    ['an id that is too large', () => 'org_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['half a character', () => 'org_\ud800'],
    ['10,000 characters', () => `org_${'0'.repeat(10_000)}`],
    ['a number', () => '1'],
  ])('%s', async (_what, id) => {
    const seen = await forEach(['member', 'super admin'], (visit) => visit.ask(byId, { id: id() }));

    expect(seen).toMatchObject(same(['member', 'super admin'], { data: { organization: null }, errors: [] }));
  });

  test.each<[string, (slug: string) => string]>([
    ['nothing', () => ''],
    ['a slug in capitals', (slug) => slug.toUpperCase()],
    ['a slug with a capital', (slug) => slug.replace('o', 'O')],
    ['a slug in full-width letters', (slug) => slug.replace('o', 'ｏ')],
    ['a slug with a space', (slug) => `${slug} `],
    ['a slug with a NUL', (slug) => `${slug}\0`],
    ['a NUL alone', () => '\0'],
    ['half a character', (slug) => `${slug}\ud800`],
    ['the other half', (slug) => `\udfff${slug}`],
    ['10,000 characters', () => 'a'.repeat(10_000)],
    ['a wildcard', (slug) => `${slug.slice(0, -1)}_`],
    ['every wildcard', () => '%'],
    ['a quote', (slug) => `${slug}' OR 'a'='a`],
    ['an id', () => cast.organizations.acme.id],
    ['the name', () => 'Acme'],
  ])('%s', async (_what, slug) => {
    const seen = await forEach(['member', 'super admin'], (visit) =>
      visit.ask(bySlug, { slug: slug(cast.organizations.acme.slug) }),
    );

    expect(seen).toMatchObject(same(['member', 'super admin'], { data: { organizationBySlug: null }, errors: [] }));
  });
});

describe('a field that needs a permission is null with FORBIDDEN at its place, and all around it is there', () => {
  const guarded = `query ($id: ID!) { organization(id: $id) {
    slug memberships(first: 1) { totalCount } invitations { totalCount } assignablePermissions { code } viewerPermissions } }`;
  const refused = {
    memberships: { path: 'organization.memberships', code: 'FORBIDDEN', needs: 'org:members:read there or organizations:read' },
    invitations: { path: 'organization.invitations', code: 'FORBIDDEN', needs: 'org:members:read there or organizations:read' },
    assignablePermissions: {
      path: 'organization.assignablePermissions',
      code: 'FORBIDDEN',
      needs: 'org:roles:read there or organizations:read',
    },
  };
  type Guarded = keyof typeof refused;

  async function seenBy(visit: Visit, organization: Organization) {
    const answer = await visit.ask(guarded, { id: organization.id });
    const { slug, viewerPermissions, ...fields } = answer.data.organization;
    expect(slug).toBe(organization.slug);
    expect(viewerPermissions).toContain('org:read');
    const nulls = Object.keys(fields).filter((field) => fields[field] === null) as Guarded[];
    expect(refusalsOf(answer)).toEqual(
      nulls.map((field) => refused[field]).sort((one, other) => (one.path < other.path ? -1 : 1)),
    );
    return nulls.sort();
  }

  test('for members by their roles, in whatever session', async () => {
    const nulls = await forEach([...ofAcme, ...staff], (visit) => seenBy(visit, cast.organizations.acme));

    const all: Guarded[] = ['assignablePermissions', 'invitations', 'memberships'];
    expect(nulls).toEqual({
      member: ['assignablePermissions'],
      'scoped member': ['assignablePermissions'],
      manager: [],
      admin: [],
      owner: [],
      // Who may invite reads members as well.
      inviter: ['assignablePermissions'],
      seller: all,
      traveller: ['assignablePermissions'],
      'staff as traveller': ['assignablePermissions'],
      'staff as admin': [],
      'admin as traveller': ['assignablePermissions'],
      'super admin': [],
      'system admin': [],
    });
  });

  test('for every member of a suspended organization, its owner too, and not for staff', async () => {
    const nulls = await forEach([...ofClosed, ...staff], (visit) => seenBy(visit, cast.organizations.closed));

    const all: Guarded[] = ['assignablePermissions', 'invitations', 'memberships'];
    expect(nulls).toEqual({ ...same(ofClosed, all), ...same(staff, []) });
  });

  test('for one organization of a list, and the others are whole', async () => {
    const jo = await world.person();
    const [open, shut] = [
      await world.organization({ owner: await world.person(), name: 'A, open', members: [[jo]] }),
      await world.organization({ owner: await world.person(), name: 'B, shut', members: [[jo, ['buyer']]] }),
    ];

    const answer = await (await cast.visit(jo)).ask(
      '{ viewer { memberships { organization { slug owner { isOwner } memberships { totalCount } invitations { totalCount } } } } }',
    );

    expect(answer.data.viewer.memberships).toEqual([
      {
        organization: {
          slug: open.slug,
          owner: { isOwner: true },
          memberships: { totalCount: 2 },
          invitations: { totalCount: 0 },
        },
      },
      { organization: { slug: shut.slug, owner: null, memberships: null, invitations: null } },
    ]);
    expect(refusalsOf(answer).map(({ path, code }) => [path, code])).toEqual([
      ['viewer.memberships.1.organization.invitations', 'FORBIDDEN'],
      ['viewer.memberships.1.organization.memberships', 'FORBIDDEN'],
    ]);
  });

  test('before its arguments are looked at', async () => {
    const answer = await visits.seller.ask(
      'query ($id: ID!) { organization(id: $id) { memberships(after: "no cursor") { totalCount } invitations(first: 1, last: 1) { totalCount } } }',
      { id: cast.organizations.acme.id },
    );

    expect(refusalsOf(answer).map(({ code }) => code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });
});

// ---------------------------------------------------------------- its own fields

const whole = `__typename id name slug description website logoUrl metadata status createdAt updatedAt version suspensionReason memberCount`;

test('every field of an organization, by id and by slug, the same for members and for staff', async () => {
  const owner = await world.person();
  const jo = await world.person();
  const organization = await world.organization({ owner, name: 'Grüße & Co.', slug: 'gruesse-co', members: [[jo]] });
  const metadata = { plan: 'pro', seats: 3, tags: ['a', null], deep: { er: true } };
  await world.database.query(world.sql`
    UPDATE organizations SET description = 'What it does', website = 'https://acme.example', logo_url = 'https://acme.example/logo.png',
           metadata = ${JSON.stringify(metadata)}::jsonb, created_at = '2025-01-02T03:04:05.678Z', updated_at = '2025-02-03T04:05:06.789Z', version = 7
     WHERE id = ${organization.uuid}::uuid`);
  const document = `query ($id: ID!, $slug: String!) { organization(id: $id) { ${whole} } organizationBySlug(slug: $slug) { ${whole} } node(id: $id) { ... on Organization { ${whole} } } }`;

  const answers = await Promise.all(
    [jo, owner, visits['super admin']].map((reader) => reader.run(document, { id: organization.id, slug: 'gruesse-co' })),
  );

  const expected = {
    __typename: 'Organization',
    id: organization.id,
    name: 'Grüße & Co.',
    slug: 'gruesse-co',
    description: 'What it does',
    website: 'https://acme.example',
    logoUrl: 'https://acme.example/logo.png',
    metadata,
    status: 'ACTIVE',
    createdAt: '2025-01-02T03:04:05.678Z',
    updatedAt: '2025-02-03T04:05:06.789Z',
    version: 7,
    suspensionReason: null,
    memberCount: 2,
  };
  expect(answers).toEqual(Array(3).fill({ organization: expected, organizationBySlug: expected, node: expected }));
});

test('what was never set is null, and metadata is empty', async () => {
  const organization = await world.organization({ owner: await world.person() });

  const { organization: seen } = await visits['super admin'].run(
    'query ($id: ID!) { organization(id: $id) { description website logoUrl metadata suspensionReason version } }',
    { id: organization.id },
  );

  expect(seen).toEqual({ description: null, website: null, logoUrl: null, metadata: {}, suspensionReason: null, version: 1 });
});

test('the reason of a suspension is shown to members and to staff', async () => {
  const { closed } = cast.organizations;
  await world.database.query(
    world.sql`UPDATE organizations SET suspension_reason = 'Unpaid since May' WHERE id = ${closed.uuid}::uuid`,
  );

  const seen = await forEach([...ofClosed, ...staff], async (visit) => {
    const { organization } = await visit.run(
      'query ($id: ID!) { organization(id: $id) { status suspensionReason name memberCount } }',
      { id: closed.id },
    );
    return organization;
  });

  expect(seen).toEqual(
    same([...ofClosed, ...staff], { status: 'SUSPENDED', suspensionReason: 'Unpaid since May', name: 'Closed', memberCount: 3 }),
  );
});

test('members are counted with the suspended ones and with those whose account is suspended, as they come and go', async () => {
  const owner = await world.person();
  const [jo, sam, kim] = [await world.person(), await world.person({ status: 'SUSPENDED' }), await world.person()];
  const organization = await world.organization({ owner, members: [[jo, ['org_member'], 'SUSPENDED'], [sam]] });
  const count = async () =>
    (
      await owner.run('query ($id: ID!) { organization(id: $id) { memberCount memberships { totalCount } } }', {
        id: organization.id,
      })
    ).organization;
  const before = await count();

  await world.database.transaction(async (tx) => {
    const id = newId();
    await tx.$executeRaw(
      world.sql`INSERT INTO memberships (id, organization_id, user_id) VALUES (${id}::uuid, ${organization.uuid}::uuid, ${kim.uuid}::uuid)`,
    );
    await tx.$executeRaw(
      world.sql`INSERT INTO membership_roles (membership_id, role_id) SELECT ${id}::uuid, id FROM roles WHERE built_in AND code = 'org_member'`,
    );
  });
  const more = await count();
  await world.database.query(
    world.sql`DELETE FROM memberships WHERE organization_id = ${organization.uuid}::uuid AND user_id = ANY(${[jo.uuid, sam.uuid]}::uuid[])`,
  );

  expect([before, more, await count()]).toEqual([3, 4, 2].map((n) => ({ memberCount: n, memberships: { totalCount: n } })));
});

// ---------------------------------------------------------------- whose it is, and who sees it

describe('whether there is such an organization', () => {
  const sees = async (visit: Visit) => {
    const { acme, globex, closed, shop, initech } = cast.organizations;
    const all = { acme, globex, closed, shop, initech };
    const seen: string[] = [];
    for (const [name, { id, slug }] of Object.entries(all)) {
      const { organization, organizationBySlug, node } = await visit.run(
        'query ($id: ID!, $slug: String!) { organization(id: $id) { id } organizationBySlug(slug: $slug) { id } node(id: $id) { id } }',
        { id, slug },
      );
      expect([organizationBySlug, node]).toEqual([organization, organization]);
      if (organization) seen.push(name);
    }
    return seen;
  };

  test('is told by active memberships within the scope of the session, or by staff rights', async () => {
    const names = Object.keys(visits) as Persona[];

    const seen = await forEach(names, sees);

    expect(seen).toEqual({
      base: [],
      outsider: ['globex'],
      member: ['acme'],
      'scoped member': ['acme'],
      manager: ['acme'],
      admin: ['acme'],
      owner: ['acme'],
      inviter: ['acme'],
      seller: ['acme'],
      suspended: [],
      traveller: ['acme', 'globex', 'shop'],
      'scoped elsewhere': ['globex'],
      confined: ['closed'],
      cellmate: ['closed'],
      landlord: ['closed'],
      'super admin': ['acme', 'globex', 'closed', 'shop', 'initech'],
      'system admin': ['acme', 'globex', 'closed', 'shop', 'initech'],
      'staff as traveller': ['acme', 'globex', 'shop'],
      'staff as admin': ['acme'],
      'admin as traveller': ['acme'],
    });
  });

  test('is staff’s to know in a session that is scoped somewhere, and not while they act as somebody', async () => {
    const scoped = await cast.visit(mixed.staffMember, { organization: workshop });
    const asBase = await cast.visit(cast.people.base, {
      impersonator: { by: mixed.staffMember, from: await cast.visit(mixed.staffMember) },
    });

    expect(await sees(scoped)).toEqual(['acme', 'globex', 'closed', 'shop', 'initech']);
    expect(await sees(asBase)).toEqual([]);
  });

  test('is over at once when the membership is suspended, and again when it ends, with the same token', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner: await world.person(), members: [[jo]] });
    const visit = await cast.visit(jo);
    const look = async () => (await visit.run(byId, { id: organization.id })).organization;
    const set = (status: string) =>
      world.database.query(
        world.sql`UPDATE memberships SET status = ${status}::membership_status WHERE user_id = ${jo.uuid}::uuid`,
      );

    const seen = [await look()];
    await set('SUSPENDED');
    seen.push(await look());
    await set('ACTIVE');
    seen.push(await look());
    await world.database.query(world.sql`DELETE FROM memberships WHERE user_id = ${jo.uuid}::uuid`);
    seen.push(await look());

    const there = { id: organization.id };
    expect(seen).toEqual([there, null, there, null]);
  });
});

describe('owner', () => {
  const ownerOf = async (visit: Visit | Person, organization: Organization) =>
    (await visit.ask(
      'query ($id: ID!) { organization(id: $id) { owner { id userId email name isOwner status roles { code } permissions user { id } } } }',
      {
        id: organization.id,
      },
    )) as Answer<any>;

  test('is null, silently, for who can’t see members', async () => {
    const [seller, ...confined] = [
      await ownerOf(visits.seller, cast.organizations.acme),
      await ownerOf(visits.confined, cast.organizations.closed),
      await ownerOf(visits.cellmate, cast.organizations.closed),
    ];

    expect([seller, ...confined].map(({ data, errors }) => [data, errors])).toEqual(
      Array(3).fill([{ organization: { owner: null } }, []]),
    );
  });

  test('is the owner’s membership for colleagues, impersonators and staff, and the person for the last alone', async () => {
    const seeing = ofAcme.filter((name) => name !== 'seller');
    const { people, organizations } = cast;

    const seen = await forEach([...seeing, ...staff], async (visit) => (await ownerOf(visit, organizations.acme)).data);

    const owner = {
      id: organizations.acme.memberships.get(people.owner.uuid),
      userId: people.owner.id,
      email: people.owner.email,
      name: 'Owner',
      isOwner: true,
      status: 'ACTIVE',
      roles: [{ code: 'org_admin' }],
      permissions: codes,
      user: null,
    };
    const person = { ...owner, user: { id: people.owner.id } };
    expect(seen).toEqual({
      ...same(seeing, { organization: { owner } }),
      owner: { organization: { owner: person } },
      ...same(staff, { organization: { owner: person } }),
    });
  });

  test('sees its own place in a suspended organization', async () => {
    const { data } = await ownerOf(visits.landlord, cast.organizations.closed);

    expect(data.organization.owner).toMatchObject({ isOwner: true, userId: cast.people.landlord.id, permissions: ['org:read'] });
  });

  test('is shown while its account is suspended, and is somebody else after a transfer', async () => {
    const [former, next] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner: former, members: [[next, ['org_admin']]] });
    await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${former.uuid}::uuid`);
    const before = await ownerOf(next, organization);

    await world.database.query(
      world.sql`UPDATE organizations SET owner_id = ${next.uuid}::uuid WHERE id = ${organization.uuid}::uuid`,
    );
    const after = await ownerOf(next, organization);
    const { organization: seen } = await next.run(
      'query ($id: ID!) { organization(id: $id) { memberships(orderBy: { field: JOINED_AT }) { nodes { userId isOwner } } } }',
      { id: organization.id },
    );

    expect([before, after].map(({ data }) => data.organization.owner.userId)).toEqual([former.id, next.id]);
    expect(seen.memberships.nodes.filter(({ isOwner }: any) => isOwner)).toEqual([{ userId: next.id, isOwner: true }]);
  });
});

// ---------------------------------------------------------------- what the caller is and may there

describe('viewerMembership and viewerPermissions', () => {
  const mine = async (visit: Visit, organization: Organization) =>
    (
      await visit.run(
        'query ($id: ID!) { organization(id: $id) { viewerMembership { id status permissions } viewerPermissions } }',
        {
          id: organization.id,
        },
      )
    ).organization;
  const member = ['org:members:read', 'org:read'];
  const inviter = ['org:members:invite', 'org:members:read', 'org:read'];
  const manager = ['org:members:invite', 'org:members:read', 'org:members:update', 'org:read', 'org:roles:read'];

  test('are those of the roles, of the person that the session acts as', async () => {
    const { acme } = cast.organizations;
    const seen = await forEach(ofAcme, (visit) => mine(visit, acme));

    const held = (who: keyof Cast['people'], permissions: string[]) => ({
      viewerMembership: { id: acme.memberships.get(cast.people[who].uuid), status: 'ACTIVE', permissions },
      viewerPermissions: permissions,
    });
    expect(seen).toEqual({
      member: held('member', member),
      'scoped member': held('member', member),
      manager: held('manager', manager),
      admin: held('admin', codes),
      owner: held('owner', codes),
      inviter: held('inviter', inviter),
      seller: held('seller', ['org:read']),
      traveller: held('traveller', member),
      'staff as traveller': held('traveller', member),
      'staff as admin': held('admin', codes),
      'admin as traveller': held('traveller', member),
    });
  });

  test('are `org:read` alone in a suspended organization, whatever the roles', async () => {
    const { closed } = cast.organizations;

    const seen = await forEach(ofClosed, (visit) => mine(visit, closed));

    const held = (who: keyof Cast['people']) => ({
      viewerMembership: { id: closed.memberships.get(cast.people[who].uuid), status: 'ACTIVE', permissions: ['org:read'] },
      viewerPermissions: ['org:read'],
    });
    expect(seen).toEqual({ confined: held('confined'), cellmate: held('cellmate'), landlord: held('landlord') });
  });

  test('are every permission for staff, in a suspended organization too, without a membership', async () => {
    const [acme, closed] = [
      await forEach(staff, (visit) => mine(visit, cast.organizations.acme)),
      await forEach(staff, (visit) => mine(visit, cast.organizations.closed)),
    ];

    const held = same(staff, { viewerMembership: null, viewerPermissions: codes });
    expect([acme, closed]).toEqual([held, held]);
  });

  test('of staff who are members as well are the membership’s, and every permission', async () => {
    const [active, scoped, suspended] = await Promise.all([
      mine(await cast.visit(mixed.staffMember), workshop),
      mine(await cast.visit(mixed.staffMember, { organization: workshop }), workshop),
      mine(await cast.visit(mixed.staffSuspended), workshop),
    ]);

    const id = (who: Person) => workshop.memberships.get(who.uuid);
    const asMember = {
      viewerMembership: { id: id(mixed.staffMember), status: 'ACTIVE', permissions: member },
      viewerPermissions: codes,
    };
    expect([active, scoped]).toEqual([asMember, asMember]);
    expect(suspended).toEqual({
      viewerMembership: { id: id(mixed.staffSuspended), status: 'SUSPENDED', permissions: [] },
      viewerPermissions: codes,
    });
  });

  test('of a session that is scoped to an organization are staff’s in every other one too', async () => {
    const [one, other] = await Promise.all(
      [cast.organizations.acme, cast.organizations.closed].map(async (organization) =>
        mine(await cast.visit(mixed.staffMember, { organization: workshop }), organization),
      ),
    );

    expect([one, other]).toEqual(Array(2).fill({ viewerMembership: null, viewerPermissions: codes }));
  });

  test('are each organization’s own where several are asked for', async () => {
    const { viewer } = await visits.traveller.run(
      '{ viewer { memberships { organization { slug viewerPermissions viewerMembership { organizationSlug roles { code } } } } } }',
    );

    const { acme, globex, shop } = cast.organizations;
    const at = (organization: Organization, viewerPermissions: string[], code: string) => ({
      organization: {
        slug: organization.slug,
        viewerPermissions,
        viewerMembership: { organizationSlug: organization.slug, roles: [{ code }] },
      },
    });
    expect(viewer.memberships).toEqual([
      at(acme, member, 'org_member'),
      at(globex, inviter, 'scout'),
      at(shop, codes, 'org_admin'),
    ]);
  });

  test('of two roles add up, and of a role without any are `org:read`', async () => {
    const guest = await world.person();
    const other = await world.organization({
      owner: await world.person(),
      customRoles: { nothing: [], cleaner: ['org:members:remove'] },
      members: [
        [guest, ['nothing']],
        [mixed.teamster, ['nothing', 'cleaner', 'seller']],
      ],
    });

    const [bare, both] = [await mine(await cast.visit(guest), other), await mine(await cast.visit(mixed.teamster), other)];

    expect([bare.viewerPermissions, both.viewerPermissions]).toEqual([
      ['org:read'],
      ['org:members:read', 'org:members:remove', 'org:read'],
    ]);
  });
});

// ---------------------------------------------------------------- roles

const roleCodes = async (visit: Visit | Person, organization: Organization, field: 'roles' | 'assignableRoles') =>
  (await visit.run(`query ($id: ID!) { organization(id: $id) { ${field} { code } } }`, { id: organization.id })).organization[
    field
  ].map(({ code }: { code: string }) => code);

const builtIn = ['org_admin', 'org_manager', 'seller', 'buyer', 'org_member'];

describe('roles', () => {
  test('are the built-in ones of organizations and its own, most powerful first, for whoever sees it', async () => {
    const asMember = await forEach([...ofAcme, ...staff], (visit) => roleCodes(visit, cast.organizations.acme, 'roles'));
    const [ofWorkshop, suspended] = [
      await roleCodes(visits['super admin'], workshop, 'roles'),
      await roleCodes(visits.cellmate, cast.organizations.closed, 'roles'),
    ];

    const ofAcmeRoles = ['org_admin', 'org_manager', 'seller', 'buyer', 'inviter', 'org_member'];
    expect(asMember).toEqual(same([...ofAcme, ...staff], ofAcmeRoles));
    expect(ofWorkshop).toEqual([
      'org_admin',
      'chief',
      'org_manager',
      'seller',
      'buyer',
      'cleaner',
      'lead',
      'org_member',
      'guest',
    ]);
    expect(suspended).toEqual(['org_admin', 'org_manager', 'seller', 'buyer', 'turnkey', 'org_member']);
  });

  test('bear their organization where they are its own, and what they allow', async () => {
    const { organization } = await visits['super admin'].run(
      'query ($id: ID!) { organization(id: $id) { roles { code scope builtIn rank organization { slug } permissions { code } } } }',
      { id: workshop.id },
    );

    expect(new Set(organization.roles.map(({ scope }: any) => scope))).toEqual(new Set(['ORGANIZATION']));
    expect(organization.roles.find(({ code }: any) => code === 'chief')).toEqual({
      code: 'chief',
      scope: 'ORGANIZATION',
      builtIn: false,
      rank: 15,
      organization: { slug: workshop.slug },
      permissions: [{ code: 'org:members:update' }],
    });
    expect(organization.roles.find(({ code }: any) => code === 'buyer')).toEqual({
      code: 'buyer',
      scope: 'ORGANIZATION',
      builtIn: true,
      rank: 60,
      organization: null,
      permissions: [{ code: 'org:read' }],
    });
  });

  test('of many organizations are each its own', async () => {
    const { organizations } = await visits['super admin'].run(
      '{ organizations(first: 100) { nodes { slug roles { code builtIn } } } }',
    );

    const custom = new Map<string, string[]>(
      organizations.nodes.map(({ slug, roles }: any) => [
        slug,
        roles.filter((role: any) => !role.builtIn).map(({ code }: any) => code),
      ]),
    );
    const { acme, globex, closed, initech, shop } = cast.organizations;
    expect([acme, globex, closed, initech, shop].map(({ slug }) => custom.get(slug))).toEqual([
      ['inviter'],
      ['scout'],
      ['turnkey'],
      ['temp'],
      [],
    ]);
  });
});

describe('assignableRoles', () => {
  test('are what ranks and permissions of the caller allow in Acme, and none while impersonating', async () => {
    const seen = await forEach([...ofAcme, ...staff], (visit) => roleCodes(visit, cast.organizations.acme, 'assignableRoles'));

    const all = ['org_admin', 'org_manager', 'seller', 'buyer', 'inviter', 'org_member'];
    expect(seen).toEqual({
      member: [],
      'scoped member': [],
      manager: ['org_manager', 'seller', 'buyer', 'inviter', 'org_member'],
      admin: all,
      owner: all,
      inviter: [],
      seller: [],
      traveller: [],
      'staff as traveller': [],
      'staff as admin': [],
      'admin as traveller': [],
      'super admin': all,
      'system admin': all,
    });
  });

  test('are those of the caller’s rank and below, without any that carries what the caller lacks', async () => {
    const seen = await Promise.all(
      [
        mixed.clerk,
        mixed.teamster,
        mixed.captain,
        mixed.colleague,
        cast.people.founder,
        mixed.staffMember,
        mixed.staffSuspended,
      ].map(async (who) => [who.name, await roleCodes(await cast.visit(who), workshop, 'assignableRoles')]),
    );

    const all = ['org_admin', 'chief', 'org_manager', 'seller', 'buyer', 'cleaner', 'lead', 'org_member', 'guest'];
    expect(Object.fromEntries(seen)).toEqual({
      // Rank 70, holds `org:members:update` and what comes with it.
      Clerk: ['lead', 'org_member', 'guest'],
      Teamster: ['cleaner', 'lead', 'org_member', 'guest'],
      // Rank 15 is above managers, but their `org:members:invite` is not held.
      Captain: ['chief', 'seller', 'buyer', 'lead', 'org_member', 'guest'],
      // Rank 20 is below the chief's.
      Colleague: ['org_manager', 'seller', 'buyer', 'lead', 'org_member', 'guest'],
      'Owner of the inviting organization': all,
      'Staff and member': all,
      'Staff and suspended': all,
    });
  });

  test('are none for members of a suspended organization, its owner too, and all for staff', async () => {
    const seen = await forEach([...ofClosed, ...staff], (visit) =>
      roleCodes(visit, cast.organizations.closed, 'assignableRoles'),
    );

    expect(seen).toEqual({
      ...same(ofClosed, []),
      ...same(staff, ['org_admin', 'org_manager', 'seller', 'buyer', 'turnkey', 'org_member']),
    });
  });

  test('follow the caller’s roles at once', async () => {
    const jo = await world.person();
    const organization = await world.organization({ owner: await world.person(), members: [[jo, ['org_manager']]] });
    const before = await roleCodes(jo, organization, 'assignableRoles');
    await world.database.transaction(async (tx) => {
      await tx.$executeRaw(world.sql`
        UPDATE membership_roles mr SET role_id = (SELECT id FROM roles WHERE built_in AND code = 'org_member') FROM memberships m
         WHERE m.id = mr.membership_id AND m.user_id = ${jo.uuid}::uuid`);
    });

    expect([before, await roleCodes(jo, organization, 'assignableRoles')]).toEqual([builtIn.slice(1), []]);
  });

  test('are each organization’s own where several are asked for', async () => {
    const { organizations } = await visits['super admin'].run(
      '{ organizations(first: 100) { nodes { slug roles { id } assignableRoles { id } } } }',
    );

    expect(organizations.nodes.map(({ assignableRoles }: any) => assignableRoles)).toEqual(
      organizations.nodes.map(({ roles }: any) => roles),
    );
  });
});

test('custom roles may carry these permissions, in every organization', async () => {
  const asked = ['manager', 'admin', 'owner', 'staff as admin', ...staff] as const;

  const seen = await forEach(asked, async (visit) => {
    const { organization } = await visit.run(
      'query ($id: ID!) { organization(id: $id) { assignablePermissions { code scope assignable } } }',
      { id: cast.organizations.acme.id },
    );
    return organization.assignablePermissions;
  });

  expect(seen).toEqual(
    same(
      asked,
      assignable.map((code) => ({ code, scope: 'ORGANIZATION', assignable: true })),
    ),
  );
  expect(assignable).toHaveLength(6);
});

// ---------------------------------------------------------------- all of them

test('staff list every organization, newest first', async () => {
  const seen = await forEach(staff, async (visit) => {
    const { organizations } = await visit.run('{ organizations(first: 100) { totalCount nodes { id status } } }');
    return organizations;
  });

  const rows = await world.database.query<{ id: string; status: string }>(
    world.sql`SELECT id, status FROM organizations ORDER BY created_at DESC, id DESC`,
  );
  expect(rows.some(({ status }) => status === 'SUSPENDED')).toBe(true);
  expect(seen).toEqual(
    same(staff, { totalCount: rows.length, nodes: rows.map(({ id, status }) => ({ id: encodeId('org', id), status })) }),
  );
});

test('an organization of a list is the one that its id gives, everything asked of it', async () => {
  const fields = `${whole} owner { id } viewerPermissions viewerMembership { id } roles { id } assignableRoles { id }
    assignablePermissions { code } memberships(first: 2) { totalCount nodes { id } } invitations { totalCount nodes { id } }`;
  const { organizations } = await visits['super admin'].run(`{ organizations(first: 5) { nodes { ${fields} } } }`);

  for (const listed of organizations.nodes) {
    const { organization } = await visits['super admin'].run(`query ($id: ID!) { organization(id: $id) { ${fields} } }`, {
      id: listed.id,
    });
    expect(organization).toEqual(listed);
  }
  expect(organizations.nodes).toHaveLength(5);
});
