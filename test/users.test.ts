import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import {
  GrantsOfDocument,
  InvitationsToDocument,
  MembershipsOfDocument,
  OrganizationsOwnedByDocument,
  SessionsOfDocument,
  UserInFullDocument,
  UsersLookupDocument,
} from './generated/graphql.ts';
import { eventually } from './support/eventually.ts';
import { defaultPool, type Organization, type Person, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;
let jane: Person;
let partner: Awaited<ReturnType<World['pool']>>;

const at = (day: number, time = '12:00:00.000'): string => `2025-03-${String(day).padStart(2, '0')}T${time}Z`;

beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ email: 'admin@steward.example', name: 'Ada Admin', roles: ['system_admin'] });
  partner = await world.pool('partner');
  await world.pool('archive');
  jane = await world.person({
    email: 'jane@acme.example',
    name: 'Jane Döe',
    externalId: 'CRM-1',
    metadata: { plan: 'pro', seats: 3, nested: { tags: ['a', null, true] } },
    emailVerified: false,
    roles: ['base_user', 'super_admin', 'buyer'],
    createdAt: new Date(at(1)),
    lastLoginAt: new Date(at(2, '23:59:59.999')),
  });
  const { database, sql } = world;
  await database.query(sql`
    UPDATE users SET avatar_url = 'https://img.example/jane.png', updated_at = ${at(3)}::timestamptz, version = 7,
           status = 'SUSPENDED', suspended_until = ${'2999-01-01T00:00:00.000Z'}::timestamptz, suspension_reason = 'Unpaid'
     WHERE id = ${jane.uuid}::uuid`);
  await database.query(
    sql`INSERT INTO user_pools (user_id, pool_id) SELECT ${jane.uuid}::uuid, id FROM pools WHERE code IN ('partner', 'archive')`,
  );
  await database.query(
    sql`UPDATE pools SET description = 'For partners.', created_at = ${at(1)}::timestamptz, updated_at = ${at(2)}::timestamptz, version = 2 WHERE code = 'partner'`,
  );
});

const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const id = (person: { id: string }) => ({ id: person.id });

// ---------------------------------------------------------------- refusals

describe('refused', () => {
  test('UNAUTHENTICATED to look at people without signing in', async () => {
    const answers = await Promise.all(
      ['{ users { nodes { id } } }', '{ user(id: "x") { id } }', '{ usersLookup { missingIds } }'].map((query) =>
        world.anonymous.ask(query),
      ),
    );

    expect(answers.map(({ data, errors }) => [data, errors.map(({ extensions }) => extensions.code)])).toEqual(
      ['users', 'user', 'usersLookup'].map((field) => [{ [field]: null }, ['UNAUTHENTICATED']]),
    );
  });

  test('FORBIDDEN to list people or look them up without users:read, saying what is needed', async () => {
    const jo = await world.person({ roles: ['base_user', 'seller', 'buyer'] });

    const answers = [
      await jo.ask('{ users { nodes { id } } }'),
      await jo.ask('query ($ids: [ID!]) { usersLookup(ids: $ids) { missingIds } }', { ids: [jo.id] }),
    ];

    expect(answers.map(({ data, errors }) => [data, errors.map(({ extensions }) => extensions)])).toEqual([
      [{ users: null }, [expect.objectContaining({ code: 'FORBIDDEN', needs: 'users:read' })]],
      [{ usersLookup: null }, [expect.objectContaining({ code: 'FORBIDDEN', needs: 'users:read' })]],
    ]);
    expect(JSON.stringify(answers[0]!.errors)).not.toMatch(/seller|buyer|base_user/);
  });

  test('null for another person’s id, as for an unknown one or none at all', async () => {
    const [jo, colleague] = [await world.person(), await world.person()];
    await world.organization({ owner: jo, members: [[colleague]] });
    const ask = async (text: string) =>
      (await jo.post({ query: 'query ($id: ID!) { user(id: $id) { id } }', variables: { id: text } })).text();

    const bodies = await Promise.all(
      [colleague.id, encodeId('user', newId()), jo.id.replace('user_', 'org_'), jo.id.toUpperCase(), '', 'x'].map(ask),
    );

    expect(JSON.parse(bodies[1]!)).toMatchObject({ data: { user: null } });
    expect(bodies).toEqual(bodies.map(() => bodies[1]));
    expect(bodies[1]).not.toContain('errors');
  });
});

// ---------------------------------------------------------------- a person

test('a suspended person with everything', async () => {
  const { user } = await admin.run(UserInFullDocument, { id: jane.id });

  expect(user).toEqual({
    __typename: 'User',
    id: jane.id,
    email: 'jane@acme.example',
    emailVerified: false,
    name: 'Jane Döe',
    avatarUrl: 'https://img.example/jane.png',
    externalId: 'CRM-1',
    metadata: { plan: 'pro', seats: 3, nested: { tags: ['a', null, true] } },
    status: 'SUSPENDED',
    suspendedUntil: '2999-01-01T00:00:00.000Z',
    suspensionReason: 'Unpaid',
    lockedUntil: null,
    hasPassword: true,
    lastLoginAt: at(2, '23:59:59.999'),
    createdAt: at(1),
    updatedAt: at(3),
    version: 7,
    homePool: {
      __typename: 'Pool',
      id: encodeId('pool', defaultPool),
      code: 'default',
      name: 'Default',
      description: 'Where people are at home unless told otherwise.',
      createdAt: iso,
      updatedAt: iso,
      version: 1,
    },
    pools: [
      {
        __typename: 'Pool',
        id: expect.stringMatching(/^pool_/),
        code: 'archive',
        name: 'archive',
        description: null,
        createdAt: iso,
        updatedAt: iso,
        version: 1,
      },
      {
        __typename: 'Pool',
        id: partner.id,
        code: 'partner',
        name: 'partner',
        description: 'For partners.',
        createdAt: at(1),
        updatedAt: at(2),
        version: 2,
      },
    ],
    roles: [
      { code: 'super_admin', scope: 'PLATFORM', rank: 5 },
      { code: 'buyer', scope: 'PLATFORM', rank: 60 },
      { code: 'base_user', scope: 'PLATFORM', rank: 100 },
    ],
    permissions: [
      'apps:grant',
      'apps:read',
      'audit:read',
      'organizations:create',
      'organizations:delete',
      'organizations:members',
      'organizations:read',
      'organizations:update',
      'pools:read',
      'users:assign-roles',
      'users:create',
      'users:impersonate',
      'users:read',
      'users:sessions',
      'users:update',
    ],
    appGrants: [],
    memberships: { totalCount: 0, nodes: [] },
    sessions: [],
    sessionCount: 0,
    ownedOrganizations: [],
    invitations: [],
  });
});

test('a person of whom hardly anything is known', async () => {
  const jo = await world.person({ email: 'jo@bare.example', name: null, roles: [] });
  await world.database.query(world.sql`UPDATE users SET password_hash = NULL WHERE id = ${jo.uuid}::uuid`);

  const { user } = await admin.run(UserInFullDocument, { id: jo.id });

  expect(user).toEqual({
    __typename: 'User',
    id: jo.id,
    email: 'jo@bare.example',
    emailVerified: true,
    name: null,
    avatarUrl: null,
    externalId: null,
    metadata: {},
    status: 'ACTIVE',
    suspendedUntil: null,
    suspensionReason: null,
    lockedUntil: null,
    hasPassword: false,
    lastLoginAt: null,
    createdAt: iso,
    updatedAt: iso,
    version: 1,
    homePool: expect.objectContaining({ code: 'default' }),
    pools: [],
    roles: [],
    permissions: [],
    appGrants: [],
    memberships: { totalCount: 0, nodes: [] },
    sessions: [],
    sessionCount: 0,
    ownedOrganizations: [],
    invitations: [],
  });
});

test('a person sees of itself what staff sees', async () => {
  const jo = await world.person({ externalId: 'self-1', metadata: { own: true } });
  const app = await world.app();
  await world.grant(jo, app);
  const organization = await world.organization({ owner: jo });
  await world.invitation({ organization: await world.organization({ owner: admin }), email: jo.email });
  await jo.signIn();

  const [own, seen] = await Promise.all([jo, admin].map((reader) => reader.run(UserInFullDocument, { id: jo.id })));

  expect(own!.user).toMatchObject({
    id: jo.id,
    externalId: 'self-1',
    appGrants: [{ app: { code: app.code } }],
    ownedOrganizations: [{ slug: organization.slug }],
    sessionCount: 1,
  });
  expect(own!.user?.invitations).toHaveLength(1);
  expect(own).toEqual(seen);
});

describe('a suspension', () => {
  test.each([
    ['that has no end', null, { status: 'SUSPENDED', suspendedUntil: null, suspensionReason: 'Fraud' }],
    [
      'that lasts',
      '2999-12-31T00:00:00.000Z',
      { status: 'SUSPENDED', suspendedUntil: '2999-12-31T00:00:00.000Z', suspensionReason: 'Fraud' },
    ],
    [
      'that has lapsed is as if it had never been',
      '2025-01-01T00:00:00.000Z',
      { status: 'ACTIVE', suspendedUntil: null, suspensionReason: null },
    ],
  ])('%s', async (_what, until, expected) => {
    const jo = await world.person();
    await world.database.query(world.sql`
      UPDATE users SET status = 'SUSPENDED', suspended_until = ${until}::timestamptz, suspension_reason = 'Fraud' WHERE id = ${jo.uuid}::uuid`);

    const { user } = await admin.run('query ($id: ID!) { user(id: $id) { status suspendedUntil suspensionReason } }', {
      id: jo.id,
    });

    expect(user).toEqual(expected);
  });
});

test('failed logins lock an address until a quarter of an hour later, in every pool that has it, and no other', async () => {
  const jo = await world.person({ email: 'jo@locked.example' });
  const twin = await world.person({ email: 'jo@locked.example', pool: 'partner' });
  const other = await world.person({ email: 'other@locked.example' });
  const lockOf = async (person: Person) =>
    (await admin.run('query ($id: ID!) { user(id: $id) { lockedUntil } }', { id: person.id })).user.lockedUntil;
  const fail = () =>
    world.anonymous.run('mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on MutationError { code } } }', {
      input: { email: 'JO@locked.example', password: 'wrong' },
    });

  for (let turn = 0; turn < 4; turn++) await fail();
  const before = await lockOf(jo);
  const started = Date.now();
  await fail();

  const until = await lockOf(jo);
  expect(before).toBeNull();
  expect((Date.parse(until) - started) / 60_000).toBeCloseTo(15, 0);
  expect([await lockOf(twin), await lockOf(other)]).toEqual([until, null]);
  await world.database.query(
    world.sql`UPDATE login_locks SET locked_until = now() - interval '1 second' WHERE locked_until IS NOT NULL`,
  );
  expect(await lockOf(jo)).toBeNull();
});

// ---------------------------------------------------------------- access to apps

describe('app grants', () => {
  let jo: Person;
  let grants: string[];
  let apps: Awaited<ReturnType<World['app']>>[];

  beforeAll(async () => {
    const { database, sql } = world;
    jo = await world.person({ email: 'jo@granted.example' });
    apps = [
      await world.app({ code: 'shop', readPools: ['partner', 'archive', 'default'], autoGrantOnSignup: true }),
      await world.app({ code: 'wiki', status: 'DISABLED', pool: 'partner' }),
      await world.app({ code: 'mail' }),
    ];
    grants = [await world.grant(jo, apps[0]!), await world.grant(jo, apps[1]!, 'REVOKED'), await world.grant(jo, apps[2]!)];
    await world.grant(await world.person(), apps[0]!);
    await database.query(
      sql`UPDATE app_grants SET granted_at = ${at(1)}::timestamptz, granted_by_id = ${admin.uuid}::uuid WHERE user_id = ${jo.uuid}::uuid AND app_id = ${apps[0]!.uuid}::uuid`,
    );
    await database.query(sql`
      UPDATE app_grants SET granted_at = ${at(3)}::timestamptz, revoked_at = ${at(4)}::timestamptz, revoked_by_id = ${admin.uuid}::uuid
       WHERE user_id = ${jo.uuid}::uuid AND app_id = ${apps[1]!.uuid}::uuid`);
    await database.query(
      sql`UPDATE app_grants SET granted_at = ${at(2)}::timestamptz WHERE user_id = ${jo.uuid}::uuid AND app_id = ${apps[2]!.uuid}::uuid`,
    );
    await database.query(sql`
      UPDATE apps SET description = 'Buy things.', url = 'https://shop.example', name = 'The Shop', version = 4, created_at = ${at(1)}::timestamptz, updated_at = ${at(2)}::timestamptz
       WHERE id = ${apps[0]!.uuid}::uuid`);
  });

  const app = (index: number, more: object) => ({
    __typename: 'App',
    id: apps[index]!.id,
    code: apps[index]!.code,
    name: apps[index]!.code,
    description: null,
    url: null,
    status: 'ACTIVE',
    autoGrantOnSignup: false,
    homePool: { code: 'default' },
    readPools: [{ code: 'default' }],
    createdAt: iso,
    updatedAt: iso,
    version: 1,
    ...more,
  });
  const grant = (index: number, more: object) => ({
    __typename: 'AppGrant',
    id: grants[index],
    user: id(jo),
    status: 'ACTIVE',
    grantedBy: null,
    revokedAt: null,
    revokedBy: null,
    ...more,
  });

  test('newest first, of every status, with their apps', async () => {
    const { user } = await admin.run(GrantsOfDocument, { id: jo.id });

    expect(user?.appGrants).toEqual([
      grant(1, {
        status: 'REVOKED',
        grantedAt: at(3),
        revokedAt: at(4),
        revokedBy: id(admin),
        app: app(1, { status: 'DISABLED', homePool: { code: 'partner' }, readPools: [{ code: 'partner' }] }),
      }),
      grant(2, { grantedAt: at(2), app: app(2, {}) }),
      grant(0, {
        grantedAt: at(1),
        grantedBy: id(admin),
        app: app(0, {
          name: 'The Shop',
          description: 'Buy things.',
          url: 'https://shop.example',
          autoGrantOnSignup: true,
          readPools: [{ code: 'default' }, { code: 'partner' }, { code: 'archive' }],
          createdAt: at(1),
          updatedAt: at(2),
          version: 4,
        }),
      }),
    ]);
  });

  test.each([
    [['ACTIVE'], ['mail', 'shop']],
    [['REVOKED'], ['wiki']],
    [
      ['REVOKED', 'ACTIVE'],
      ['wiki', 'mail', 'shop'],
    ],
    [[], []],
    [null, ['wiki', 'mail', 'shop']],
  ] as const)('of the statuses %j alone', async (status, codes) => {
    const { user } = await admin.run(GrantsOfDocument, { id: jo.id, status: status && [...status] });

    expect(user?.appGrants.map((one) => one.app.code)).toEqual(codes);
  });

  test('their person sees the apps, a revoked one too, but not who granted, nor pools of others', async () => {
    const { user } = await jo.run(GrantsOfDocument, { id: jo.id });

    expect(
      user?.appGrants.map(({ grantedBy, revokedBy, app: { code, homePool, readPools } }) => ({
        grantedBy,
        revokedBy,
        code,
        homePool,
        readPools,
      })),
    ).toEqual([
      { grantedBy: null, revokedBy: null, code: 'wiki', homePool: null, readPools: [] },
      { grantedBy: null, revokedBy: null, code: 'mail', homePool: { code: 'default' }, readPools: [{ code: 'default' }] },
      { grantedBy: null, revokedBy: null, code: 'shop', homePool: { code: 'default' }, readPools: [{ code: 'default' }] },
    ]);
  });
});

// ---------------------------------------------------------------- memberships

describe('memberships', () => {
  let jo: Person;
  let owner: Person;
  let organizations: Organization[];

  beforeAll(async () => {
    const { database, sql } = world;
    owner = await world.person({ name: 'Olga Owner' });
    jo = await world.person({ email: 'jo@member.example', name: 'Jo' });
    organizations = [
      await world.organization({ owner: jo, name: 'Mine', slug: 'mine' }),
      await world.organization({
        owner,
        name: 'Custom',
        slug: 'made-to-measure',
        customRoles: { remover: ['org:members:remove'], nothing: [] },
        members: [[jo, ['nothing', 'remover', 'seller']]],
      }),
      await world.organization({
        owner,
        name: 'Suspended me',
        slug: 'suspended-me',
        members: [[jo, ['org_admin', 'org_member'], 'SUSPENDED']],
      }),
      await world.organization({ owner, name: 'Closed', slug: 'closed', status: 'SUSPENDED', members: [[jo, ['org_manager']]] }),
      await world.organization({ owner, name: 'Bare', slug: 'bare', customRoles: { nothing: [] }, members: [[jo, ['nothing']]] }),
    ];
    for (const [day, { uuid }] of organizations.entries()) {
      await database.query(
        sql`UPDATE memberships SET joined_at = ${at(day + 1)}::timestamptz WHERE organization_id = ${uuid}::uuid AND user_id = ${jo.uuid}::uuid`,
      );
    }
    await database.query(
      sql`UPDATE memberships SET invited_by_id = ${owner.uuid}::uuid, version = 3 WHERE organization_id = ${organizations[1]!.uuid}::uuid AND user_id = ${jo.uuid}::uuid`,
    );
    await database.query(
      sql`UPDATE organizations SET logo_url = 'https://img.example/logo.png' WHERE id = ${organizations[1]!.uuid}::uuid`,
    );
    await database.query(sql`UPDATE users SET avatar_url = 'https://img.example/jo.png' WHERE id = ${jo.uuid}::uuid`);
  });

  const membership = (index: number, more: object) => {
    const { name, slug, id: organizationId, memberships } = organizations[index]!;
    return {
      __typename: 'Membership',
      id: memberships.get(jo.uuid),
      organization: { slug },
      organizationId,
      organizationName: name,
      organizationSlug: slug,
      organizationLogoUrl: null,
      userId: jo.id,
      email: 'jo@member.example',
      name: 'Jo',
      avatarUrl: 'https://img.example/jo.png',
      user: id(jo),
      status: 'ACTIVE',
      isOwner: false,
      joinedAt: at(index + 1),
      invitedByName: null,
      version: 1,
      ...more,
    };
  };
  const all = () => [
    membership(4, { roles: [{ code: 'nothing' }], permissions: ['org:read'] }),
    membership(3, { roles: [{ code: 'org_manager' }], permissions: ['org:read'] }),
    membership(2, { status: 'SUSPENDED', roles: [{ code: 'org_admin' }, { code: 'org_member' }], permissions: [] }),
    membership(1, {
      roles: [{ code: 'seller' }, { code: 'nothing' }, { code: 'remover' }],
      permissions: ['org:members:read', 'org:members:remove', 'org:read'],
      organizationLogoUrl: 'https://img.example/logo.png',
      invitedByName: 'Olga Owner',
      version: 3,
    }),
    membership(0, {
      roles: [{ code: 'org_admin' }],
      isOwner: true,
      permissions: [
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
      ],
    }),
  ];

  test('newest first, with what their roles add up to and imply', async () => {
    const { user } = await admin.run(MembershipsOfDocument, { id: jo.id });

    expect(user?.memberships.nodes).toEqual(all());
    expect(user?.memberships.totalCount).toBe(5);
  });

  test('their person sees them alike, but not the organization where its membership is suspended', async () => {
    const { user } = await jo.run(MembershipsOfDocument, { id: jo.id });

    expect(user?.memberships.nodes).toEqual(
      all().map((one) => (one.organizationSlug === 'suspended-me' ? { ...one, organization: null } : one)),
    );
  });

  test('scoped to one organization, a person sees of the others what its memberships carry', async () => {
    await jo.signIn({ organizationId: organizations[0]!.id });
    const { user } = await jo.run(MembershipsOfDocument, { id: jo.id });
    await jo.signIn();

    expect(user?.memberships.nodes).toEqual(
      all().map((one) => (one.organizationSlug === 'mine' ? one : { ...one, organization: null })),
    );
  });

  test('no inviter’s address stands in for a name', async () => {
    const nameless = await world.person({ name: null });
    const member = await world.person();
    const organization = await world.organization({ owner: nameless, members: [[member]] });
    await world.database.query(
      world.sql`UPDATE memberships SET invited_by_id = ${nameless.uuid}::uuid WHERE organization_id = ${organization.uuid}::uuid`,
    );

    const { user } = await member.run(MembershipsOfDocument, { id: member.id });

    expect(user?.memberships.nodes).toEqual([expect.objectContaining({ invitedByName: null, isOwner: false })]);
  });

  test('owned organizations, newest first, in full', async () => {
    const founder = await world.person();
    const older = await world.organization({
      owner: founder,
      slug: 'older',
      name: 'Older',
      members: [[jo, ['org_member'], 'SUSPENDED']],
    });
    const newer = await world.organization({ owner: founder, slug: 'newer', name: 'Newer', status: 'SUSPENDED' });
    await world.organization({ owner, members: [[founder, ['org_admin']]] });
    const { database, sql } = world;
    await database.query(sql`
      UPDATE organizations SET created_at = ${at(1)}::timestamptz, updated_at = ${at(9)}::timestamptz, version = 5, description = 'The first.',
             website = 'https://older.example', logo_url = 'https://older.example/logo.png', metadata = '{"tier": 1}' WHERE id = ${older.uuid}::uuid`);
    await database.query(
      sql`UPDATE organizations SET created_at = ${at(2)}::timestamptz, suspension_reason = 'Unpaid' WHERE id = ${newer.uuid}::uuid`,
    );

    const { user } = await admin.run(OrganizationsOwnedByDocument, { id: founder.id });
    const own = await founder.run(OrganizationsOwnedByDocument, { id: founder.id });

    expect(user?.ownedOrganizations).toEqual([
      {
        __typename: 'Organization',
        id: newer.id,
        name: 'Newer',
        slug: 'newer',
        description: null,
        website: null,
        logoUrl: null,
        metadata: {},
        status: 'SUSPENDED',
        createdAt: at(2),
        updatedAt: iso,
        version: 1,
        suspensionReason: 'Unpaid',
        memberCount: 1,
      },
      {
        __typename: 'Organization',
        id: older.id,
        name: 'Older',
        slug: 'older',
        description: 'The first.',
        website: 'https://older.example',
        logoUrl: 'https://older.example/logo.png',
        metadata: { tier: 1 },
        status: 'ACTIVE',
        createdAt: at(1),
        updatedAt: at(9),
        version: 5,
        suspensionReason: null,
        memberCount: 2,
      },
    ]);
    expect(own.user).toEqual(user);
  });

  test('invitations that are pending, newest first, in full', async () => {
    const invitee = await world.person({ email: 'invitee@member.example' });
    const first = await world.invitation({
      organization: organizations[1]!,
      email: invitee.email,
      by: owner,
      roles: ['org_member', 'org_manager'],
      expiresAt: new Date('2999-01-01T00:00:00Z'),
    });
    const second = await world.invitation({ organization: organizations[0]!, email: invitee.email });
    await world.invitation({ organization: organizations[2]!, email: invitee.email, expiresAt: new Date(Date.now() - 1) });
    for (const status of ['DECLINED', 'REVOKED', 'EXPIRED']) {
      await world.invitation({ organization: organizations[3]!, email: invitee.email, status });
    }
    const accepted = await world.invitation({ organization: organizations[4]!, email: invitee.email, status: 'DECLINED' });
    await world.database.query(
      world.sql`UPDATE invitations SET status = 'ACCEPTED', accepted_at = now() WHERE id = ${accepted.uuid}::uuid`,
    );
    await world.database.query(world.sql`
      UPDATE invitations SET created_at = ${at(1)}::timestamptz, sent_at = ${at(2)}::timestamptz, send_error = 'Mailbox full' WHERE id = ${first.uuid}::uuid`);

    const { user } = await admin.run(InvitationsToDocument, { id: invitee.id });
    const own = await invitee.run(InvitationsToDocument, { id: invitee.id });

    const [mine, custom] = [organizations[0]!, organizations[1]!];
    const expected = [
      {
        __typename: 'Invitation',
        id: second.id,
        email: invitee.email,
        organization: { slug: 'mine' },
        organizationId: mine.id,
        organizationName: 'Mine',
        organizationSlug: 'mine',
        roles: [{ code: 'org_member' }],
        status: 'PENDING',
        invitedByName: null,
        createdAt: iso,
        expiresAt: iso,
        acceptedAt: null,
        sentAt: null,
        sendError: null,
      },
      {
        __typename: 'Invitation',
        id: first.id,
        email: invitee.email,
        organization: { slug: 'made-to-measure' },
        organizationId: custom.id,
        organizationName: 'Custom',
        organizationSlug: 'made-to-measure',
        roles: [{ code: 'org_manager' }, { code: 'org_member' }],
        status: 'PENDING',
        invitedByName: 'Olga Owner',
        createdAt: at(1),
        expiresAt: '2999-01-01T00:00:00.000Z',
        acceptedAt: null,
        sentAt: at(2),
        sendError: 'Mailbox full',
      },
    ];
    expect(user?.invitations).toEqual(expected);
    expect(own.user?.invitations).toEqual(expected.map((one) => ({ ...one, organization: null })));
  });
});

// ---------------------------------------------------------------- sessions

const agents = {
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  chrome: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  safari:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  pixel: 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  edge: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
};

interface SessionOptions {
  lastActiveAt?: string;
  endedAt?: string;
  expiresAt?: string;
  userAgent?: string | null;
  ipAddress?: string;
  app?: { uuid: string };
  organization?: { uuid: string };
  impersonator?: Person;
  reason?: string;
}

async function openSession(of: Person, options: SessionOptions = {}): Promise<string> {
  const uuid = newId();
  const { database, sql } = world;
  await database.query(sql`
    INSERT INTO sessions (id, user_id, created_at, last_active_at, expires_at, ends_at, ended_at, user_agent, ip_address, app_id, organization_id, impersonator_id, impersonation_reason)
    VALUES (${uuid}::uuid, ${of.uuid}::uuid, ${at(1)}::timestamptz, ${options.lastActiveAt ?? at(1)}::timestamptz, ${options.expiresAt ?? '2999-01-01T00:00:00.000Z'}::timestamptz,
            ${'2999-01-01T00:00:00.000Z'}::timestamptz, ${options.endedAt ?? null}::timestamptz, ${options.userAgent ?? null}, ${options.ipAddress ?? null}, ${options.app?.uuid ?? null}::uuid,
            ${options.organization?.uuid ?? null}::uuid, ${options.impersonator?.uuid ?? null}::uuid, ${options.reason ?? null})`);
  return encodeId('ses', uuid);
}

describe('sessions', () => {
  const session = (more: object) => ({
    __typename: 'Session',
    createdAt: at(1),
    expiresAt: '2999-01-01T00:00:00.000Z',
    ipAddress: null,
    userAgent: null,
    device: null,
    app: null,
    organization: null,
    isImpersonation: false,
    impersonator: null,
    impersonatorName: null,
    impersonationReason: null,
    isCurrent: false,
    ...more,
  });

  test.each([
    ['negative', -1, { code: 'BAD_USER_INPUT' }],
    ['more than 100', 101, { code: 'BAD_USER_INPUT', limit: 100, got: 101 }],
  ])('refused where %s are asked for', async (_what, first, expected) => {
    const answer = await admin.ask(SessionsOfDocument, { id: jane.id, first });

    expect(answer.errors.map(({ extensions: { code, limit, got } }) => ({ code, limit, got }))).toEqual([expected]);
  });

  test('the live ones, most recently active first, in full; ended and expired ones are gone, and not counted', async () => {
    const jo = await world.person();
    const staff = await world.person({ name: 'Sam Staff', roles: ['super_admin'] });
    const app = await world.app();
    await world.grant(jo, app);
    const organization = await world.organization({ owner: jo });
    const plain = await openSession(jo, { lastActiveAt: at(2) });
    const full = await openSession(jo, {
      lastActiveAt: at(4),
      userAgent: agents.chrome,
      ipAddress: '2001:db8::1',
      app,
      organization,
    });
    const impersonated = await openSession(jo, { lastActiveAt: at(3), impersonator: staff, reason: 'Ticket 42' });
    await openSession(jo, { lastActiveAt: at(9), endedAt: at(9) });
    await openSession(jo, { lastActiveAt: at(8), expiresAt: at(8) });
    await openSession(await world.person(), { lastActiveAt: at(7) });

    const { user } = await admin.run(SessionsOfDocument, { id: jo.id });

    const impersonation = {
      isImpersonation: true,
      impersonator: id(staff),
      impersonatorName: 'Sam Staff',
      impersonationReason: 'Ticket 42',
    };
    const expected = [
      session({
        id: full,
        user: id(jo),
        lastActiveAt: at(4),
        userAgent: agents.chrome,
        device: 'Chrome on Windows',
        ipAddress: '2001:db8::1',
        app: { code: app.code },
        organization: { slug: organization.slug },
      }),
      session({ id: impersonated, user: id(jo), lastActiveAt: at(3), ...impersonation }),
      session({ id: plain, user: id(jo), lastActiveAt: at(2) }),
    ];
    expect(user).toEqual({ sessionCount: 3, sessions: expected });

    // The person sees them alike, with its present one first, and of the impersonator the name alone.
    const own = await jo.run(SessionsOfDocument, { id: jo.id });
    expect(own.user?.sessionCount).toBe(4);
    expect(own.user?.sessions[0]).toMatchObject({ isCurrent: true, device: 'Firefox on Linux', ipAddress: '127.0.0.1' });
    expect(own.user?.sessions.slice(1)).toEqual(expected.map((one) => ({ ...one, impersonator: null })));
  });

  test('as many as are asked for, equally active ones by id, newest first', async () => {
    const jo = await world.person();
    const ids = [];
    for (let turn = 0; turn < 5; turn++) ids.push(await openSession(jo));
    ids.reverse();

    const pages = [];
    for (const first of [0, 1, 3, 100, null]) pages.push((await admin.run(SessionsOfDocument, { id: jo.id, first })).user);

    expect(pages.map((user) => user?.sessions.map((one) => one.id))).toEqual([[], ids.slice(0, 1), ids.slice(0, 3), ids, ids]);
    expect(pages.map((user) => user?.sessionCount)).toEqual([5, 5, 5, 5, 5]);
  });

  test('100 unless told, of each person for itself', async () => {
    const [many, few] = [await world.person(), await world.person()];
    await world.database.query(world.sql`
      INSERT INTO sessions (id, user_id, expires_at, ends_at) SELECT gen_random_uuid(), ${many.uuid}::uuid, now() + interval '1 day', now() + interval '1 day' FROM generate_series(1, 103)`);
    const only = await openSession(few);

    const [one, other] = await admin.batch([
      [SessionsOfDocument, { id: many.id }],
      [SessionsOfDocument, { id: few.id }],
    ]);

    expect([one!.data.user.sessions.length, one!.data.user.sessionCount]).toEqual([100, 103]);
    expect(other!.data.user).toMatchObject({ sessionCount: 1, sessions: [{ id: only }] });
  });

  test.each([
    ['Firefox on Linux', agents.firefox],
    ['Chrome on Windows', agents.chrome],
    ['Safari on iOS', agents.safari],
    ['Safari on macOS', agents.mac],
    ['Chrome on Android', agents.pixel],
    ['Microsoft Edge on Windows', agents.edge],
    [null, 'curl/8.5.0'],
    [null, '%%%'],
    [null, ' '],
    [null, ''],
    [null, null],
    [null, 'x'.repeat(5000)],
  ])('the device is %s in words', async (device, userAgent) => {
    const jo = await world.person();
    await openSession(jo, { userAgent });

    const { user } = await admin.run(SessionsOfDocument, { id: jo.id });

    expect(user?.sessions.map((one) => one.device)).toEqual([device]);
  });

  test('last active to the minute, and moved by a request a minute later', async () => {
    const jo = await world.person();
    await jo.run('{ viewer { permissions } }');
    const read = async () => (await admin.run(SessionsOfDocument, { id: jo.id })).user!.sessions[0]!.lastActiveAt;
    const before = await read();
    await world.database.query(
      world.sql`UPDATE sessions SET last_active_at = last_active_at - interval '5 minutes' WHERE user_id = ${jo.uuid}::uuid`,
    );

    await jo.run('{ viewer { permissions } }');

    await eventually(async () => (await read()) >= before).toBe(true);
    expect([before, await read()]).toEqual([expect.stringMatching(/:00\.000Z$/), expect.stringMatching(/:00\.000Z$/)]);
  });
});

// ---------------------------------------------------------------- looking up known ones

describe('usersLookup', () => {
  const unknown = Array.from({ length: 3 }, () => encodeId('user', newId()));
  const lookup = (variables: { ids?: string[] | null; emails?: string[] | null }) => admin.run(UsersLookupDocument, variables);

  test('BAD_USER_INPUT for more than 200 keys together, and 200 are fine', async () => {
    const ids = Array.from({ length: 120 }, () => encodeId('user', newId()));
    const emails = Array.from({ length: 81 }, (_, number) => `nobody-${number}@lookup.example`);

    const refused = await admin.ask(UsersLookupDocument, { ids, emails });
    const fine = await lookup({ ids, emails: emails.slice(1) });

    expect(refused.data?.usersLookup ?? null).toBeNull();
    expect(refused.errors.map(({ extensions: { code, limit, got } }) => ({ code, limit, got }))).toEqual([
      { code: 'BAD_USER_INPUT', limit: 200, got: 201 },
    ]);
    expect(fine.usersLookup).toEqual({ users: [], missingIds: ids, missingEmails: emails.slice(1) });
  });

  test.each([{}, { ids: [], emails: [] }, { ids: null, emails: null }])('nothing is found by nothing: %j', async (variables) => {
    const { usersLookup } = await lookup(variables);

    expect(usersLookup).toEqual({ users: [], missingIds: [], missingEmails: [] });
  });

  test('what finds nobody is named in the order asked: unknown ids, those of other types, what is no id', async () => {
    const jo = await world.person();
    const ids = [unknown[2]!, 'nobody', jo.id, unknown[0]!, jo.id.replace('user_', 'org_'), '', jo.id.toUpperCase(), unknown[1]!];

    const { usersLookup } = await lookup({ ids });

    expect(usersLookup).toEqual({
      users: [{ id: jo.id, email: jo.email }],
      missingIds: ids.filter((one) => one !== jo.id),
      missingEmails: [],
    });
  });

  test('addresses that nobody has are named in the order asked, and so is what is no address', async () => {
    const jo = await world.person();
    const emails = [
      'zoe@lookup.example',
      'no address',
      jo.email,
      '',
      'adam@lookup.example',
      '@',
      'jo hn@lookup.example',
      `${'x'.repeat(300)}@lookup.example`,
      'jö@lookup.example',
    ];

    const { usersLookup } = await lookup({ emails });

    expect(usersLookup).toEqual({
      users: [{ id: jo.id, email: jo.email }],
      missingIds: [],
      missingEmails: emails.filter((one) => one !== jo.email),
    });
  });

  test('addresses are found in any case, and in every pool', async () => {
    const jo = await world.person({ email: 'jo@two-pools.example', createdAt: new Date(at(1)) });
    const twin = await world.person({ email: 'jo@two-pools.example', pool: 'partner', createdAt: new Date(at(2)) });

    const { usersLookup } = await lookup({ emails: ['JO@Two-Pools.example'] });

    expect(usersLookup).toEqual({
      users: [id(jo), id(twin)].map((one) => ({ ...one, email: 'jo@two-pools.example' })),
      missingIds: [],
      missingEmails: [],
    });
  });

  test('who is asked for twice is found once, and what is missing is named once', async () => {
    const jo = await world.person();
    const missing = 'gone@lookup.example';

    const { usersLookup } = await lookup({
      ids: [jo.id, unknown[0]!, jo.id, unknown[0]!],
      emails: [missing, jo.email, jo.email.toUpperCase(), missing],
    });

    expect(usersLookup).toEqual({ users: [{ id: jo.id, email: jo.email }], missingIds: [unknown[0]], missingEmails: [missing] });
  });

  test('one address in two spellings is missing once', async () => {
    const { usersLookup } = await lookup({ emails: ['twice@lookup.example', 'Twice@Lookup.example'] });

    expect(usersLookup).toEqual({ users: [], missingIds: [], missingEmails: ['twice@lookup.example'] });
  });

  test('people are given in the order asked, by ids first', async () => {
    const [one, two, three] = [await world.person(), await world.person(), await world.person()];

    const { usersLookup } = await lookup({ ids: [three.id, one.id], emails: [two.email, one.email] });

    expect(usersLookup?.users).toEqual([three, one, two].map(({ id: found, email }) => ({ id: found, email })));
  });
});
