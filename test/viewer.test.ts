import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { SessionsOfDocument, ViewerInFullDocument } from './generated/graphql.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

const session = (user: Person, more: object = {}) => ({
  __typename: 'Session',
  user: { id: user.id },
  device: 'Firefox on Linux',
  isImpersonation: false,
  isCurrent: true,
  ...more,
});

const orgAdmin = [
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
const superAdmin = [
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
];
const systemAdmin = [...superAdmin, 'apps:manage', 'pools:manage', 'users:delete', 'users:set-password'].sort();

// ---------------------------------------------------------------- refusals

describe('refused', () => {
  test('nobody, without an error, where no token is sent', async () => {
    const answer = await world.anonymous.ask(ViewerInFullDocument);

    expect(answer).toMatchObject({ data: { viewer: null }, errors: [] });
  });

  test('UNAUTHENTICATED where the session has ended', async () => {
    const jo = await world.person();
    await jo.run(ViewerInFullDocument);
    await world.database.query(world.sql`UPDATE sessions SET ended_at = now() WHERE user_id = ${jo.uuid}::uuid`);

    const answer = await jo.ask(ViewerInFullDocument);

    expect(answer.data).toEqual({ viewer: null });
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });
});

// ---------------------------------------------------------------- who is asking

test('a base user with nothing', async () => {
  const jo = await world.person();

  const { viewer } = await jo.run(ViewerInFullDocument);

  expect(viewer).toEqual({
    __typename: 'Viewer',
    user: { id: jo.id },
    session: session(jo),
    impersonator: null,
    organization: null,
    permissions: [],
    memberships: [],
    assignableRoles: [],
    invitations: [],
  });
});

test('someone without any role may nothing, and a buyer and seller no more', async () => {
  const none = await world.person({ roles: [] });
  const both = await world.person({ roles: ['buyer', 'seller'] });

  const viewers = await Promise.all([none, both].map((one) => one.run(ViewerInFullDocument)));

  expect(viewers.map(({ viewer }) => [viewer?.permissions, viewer?.assignableRoles])).toEqual([
    [[], []],
    [[], []],
  ]);
});

test('a super admin gives every role but the one above, a system admin gives all', async () => {
  const [superior, system] = await Promise.all([
    world.person({ roles: ['base_user', 'super_admin'] }),
    world.person({ roles: ['system_admin', 'buyer'] }),
  ]);

  const [one, other] = await Promise.all([superior, system].map((staff) => staff.run(ViewerInFullDocument)));

  const codes = (list: string[]) => list.map((code) => ({ code }));
  expect(one!.viewer).toMatchObject({
    permissions: superAdmin,
    assignableRoles: codes(['super_admin', 'seller', 'buyer', 'base_user']),
  });
  expect(other!.viewer).toMatchObject({
    permissions: systemAdmin,
    assignableRoles: codes(['system_admin', 'super_admin', 'seller', 'buyer', 'base_user']),
  });
});

describe('a member of some organizations', () => {
  let jo: Person;
  let organizations: Record<'zebra' | 'alpha' | 'suspendedThere' | 'suspended' | 'custom', Organization>;

  beforeAll(async () => {
    const owner = await world.person();
    jo = await world.person({ email: 'jo@members.example' });
    organizations = {
      zebra: await world.organization({ owner: jo, name: 'Zebra', slug: 'zebra' }),
      alpha: await world.organization({ owner, name: 'Alpha', slug: 'alpha', members: [[jo]] }),
      suspendedThere: await world.organization({
        owner,
        name: 'Not here',
        slug: 'not-here',
        members: [[jo, ['org_admin'], 'SUSPENDED']],
      }),
      suspended: await world.organization({
        owner,
        name: 'Closed',
        slug: 'closed',
        status: 'SUSPENDED',
        members: [[jo, ['org_admin']]],
      }),
      custom: await world.organization({
        owner,
        name: 'Custom',
        slug: 'custom',
        customRoles: { inviter: ['org:members:invite'] },
        members: [[jo, ['inviter']]],
      }),
    };
    const invitation = { email: jo.email, by: owner };
    const inviting = await Promise.all(
      ['first', 'second', 'lapsed', 'declined', 'other'].map((slug) => world.organization({ owner, name: slug, slug })),
    );
    await world.invitation({ ...invitation, organization: inviting[0]! });
    await world.invitation({ ...invitation, organization: inviting[1]! });
    await world.database.query(
      world.sql`UPDATE invitations SET created_at = now() - interval '1 day' WHERE organization_id = ${inviting[0]!.uuid}::uuid`,
    );
    await world.invitation({ ...invitation, organization: inviting[2]!, expiresAt: new Date(Date.now() - 1000) });
    await world.invitation({ ...invitation, organization: inviting[3]!, status: 'DECLINED' });
    await world.invitation({ ...invitation, organization: inviting[4]!, email: 'other@members.example' });
  });

  const memberships = ['alpha', 'closed', 'custom', 'zebra'].map((organizationSlug) => ({ organizationSlug, status: 'ACTIVE' }));
  const invitations = [{ organizationSlug: 'second' }, { organizationSlug: 'first' }];

  test('sees its active memberships by name, and its pending invitations, newest first', async () => {
    const { viewer } = await jo.run(ViewerInFullDocument);

    expect(viewer).toMatchObject({ organization: null, permissions: [], memberships, invitations, assignableRoles: [] });
  });

  test('sees no invitations while the address is not proved to be its own', async () => {
    const { database, sql } = world;
    await database.query(sql`UPDATE users SET email_verified = false WHERE id = ${jo.uuid}::uuid`);
    const { viewer } = await jo.run('{ viewer { invitations { id } user { invitations { id } } } }');
    await database.query(sql`UPDATE users SET email_verified = true WHERE id = ${jo.uuid}::uuid`);

    expect(viewer).toEqual({ invitations: [], user: { invitations: [] } });
  });

  test.each<['zebra' | 'alpha' | 'custom', string[]]>([
    ['zebra', orgAdmin],
    ['alpha', ['org:members:read', 'org:read']],
    ['custom', ['org:members:invite', 'org:members:read', 'org:read']],
  ])('scoped to %s has the permissions of its membership there, and still sees all memberships', async (slug, permissions) => {
    await jo.signIn({ organizationId: organizations[slug].id });

    const { viewer } = await jo.run(ViewerInFullDocument);

    expect(viewer).toEqual({
      __typename: 'Viewer',
      user: { id: jo.id },
      session: session(jo),
      impersonator: null,
      organization: { slug },
      permissions,
      memberships,
      assignableRoles: [],
      invitations,
    });
  });

  test('has org:read alone there once the organization is suspended', async () => {
    const owner = await world.person();
    const organization = await world.organization({ owner });
    await owner.signIn({ organizationId: organization.id });
    await world.database.query(world.sql`UPDATE organizations SET status = 'SUSPENDED' WHERE id = ${organization.uuid}::uuid`);

    const { viewer } = await owner.run(ViewerInFullDocument);

    expect(viewer).toMatchObject({ organization: { slug: organization.slug }, permissions: ['org:read'] });
  });

  test('has the permissions of staff beside those of the membership', async () => {
    const staff = await world.person({ roles: ['super_admin'] });
    const organization = await world.organization({ owner: staff });
    await staff.signIn({ organizationId: organization.id });

    const { viewer } = await staff.run(ViewerInFullDocument);

    expect(viewer?.permissions).toEqual([...superAdmin, ...orgAdmin].sort());
  });
});

// ---------------------------------------------------------------- its session

test('the session is the one of this request, whichever others there are', async () => {
  const jo = await world.person();
  const first = await jo.run('{ viewer { session { id } } }');
  await jo.signIn();

  const second = await jo.run(
    '{ viewer { session { id createdAt lastActiveAt expiresAt ipAddress userAgent app { id } organization { id } impersonator { id } impersonatorName impersonationReason } } }',
  );
  const { user } = await jo.run(SessionsOfDocument, { id: jo.id });

  const { session: now } = second.viewer;
  expect(now).toEqual({
    id: expect.not.stringMatching(first.viewer.session.id),
    createdAt: expect.any(String),
    lastActiveAt: expect.stringMatching(/:00\.000Z$/),
    expiresAt: expect.any(String),
    ipAddress: '127.0.0.1',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    app: null,
    organization: null,
    impersonator: null,
    impersonatorName: null,
    impersonationReason: null,
  });
  expect((Date.parse(now.expiresAt) - Date.parse(now.createdAt)) / 86_400_000).toBeCloseTo(7, 3);
  expect(new Map(user!.sessions.map(({ id, isCurrent }) => [id, isCurrent]))).toEqual(
    new Map([
      [now.id, true],
      [first.viewer.session.id, false],
    ]),
  );
});

test('the last login is the one that began the session', async () => {
  const jo = await world.person();

  const { viewer } = await jo.run('{ viewer { user { lastLoginAt version } session { createdAt } } }');

  expect(viewer.user).toEqual({ lastLoginAt: viewer.session.createdAt, version: 1 });
});

test('who impersonates is shown to the session that does, though it sees no other person', async () => {
  const { database, sql } = world;
  const staff = await world.person({ roles: ['super_admin'] });
  const jo = await world.person();
  await Promise.all([jo.signIn(), staff.signIn()]);
  // The session becomes one that the member of staff began.
  await database.query(
    sql`UPDATE sessions SET impersonator_id = ${staff.uuid}::uuid, impersonation_reason = 'Ticket 1' WHERE user_id = ${jo.uuid}::uuid`,
  );

  const { viewer } = await jo.run(ViewerInFullDocument);
  const { user, node } = await jo.run('query ($id: ID!) { user(id: $id) { id } node(id: $id) { id } }', { id: staff.id });

  expect(viewer).toMatchObject({
    user: { id: jo.id },
    session: session(jo, { isImpersonation: true }),
    impersonator: { id: staff.id, email: staff.email },
    permissions: [],
  });
  expect([user, node]).toEqual([null, null]);
});

test('an organization’s impersonation shows of its person only what belongs there', async () => {
  const { database, sql } = world;
  const owner = await world.person();
  const jo = await world.person({
    email: 'jo@bound.example',
    externalId: 'CRM-9',
    metadata: { plan: 'pro' },
    lastLoginAt: new Date(),
  });
  const here = await world.organization({ owner, slug: 'bound-here', members: [[jo]] });
  const there = await world.organization({ owner: jo, slug: 'bound-there' });
  const app = await world.app();
  const grant = await world.grant(jo, app);
  const tag = await world.pool();
  await database.query(sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${jo.uuid}::uuid, ${tag.uuid}::uuid)`);
  await world.invitation({ organization: await world.organization({ owner }), email: jo.email });
  await jo.signIn();
  const other = (await jo.run('{ viewer { session { id } } }')).viewer.session.id;
  await jo.signIn({ organizationId: here.id });
  const current = (await jo.run('{ viewer { session { id } } }')).viewer.session.id;
  await database.query(sql`
    UPDATE sessions SET impersonator_id = ${owner.uuid}::uuid, impersonation_reason = 'Ticket 2', bound_to_id = ${here.uuid}::uuid
     WHERE user_id = ${jo.uuid}::uuid AND organization_id = ${here.uuid}::uuid`);

  const { viewer } = await jo.run(`{ viewer {
    memberships { organizationSlug } invitations { id } assignableRoles { code } organization { slug } impersonator { id } permissions
    user { email externalId metadata lastLoginAt lockedUntil suspendedUntil suspensionReason pools { code } appGrants { id } sessionCount sessions { id }
           memberships { totalCount nodes { organizationSlug } } ownedOrganizations { id } invitations { id } homePool { code } roles { code } }
  } }`);
  const { nodes } = await jo.run('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
    ids: [
      there.id,
      there.memberships.get(jo.uuid)!,
      grant,
      app.id,
      other,
      tag.id,
      owner.id,
      here.id,
      here.memberships.get(jo.uuid)!,
      current,
    ],
  });

  expect(viewer).toEqual({
    memberships: [{ organizationSlug: 'bound-here' }],
    invitations: [],
    assignableRoles: [],
    organization: { slug: 'bound-here' },
    impersonator: { id: owner.id },
    permissions: ['org:members:read', 'org:read'],
    user: {
      email: 'jo@bound.example',
      externalId: null,
      metadata: {},
      lastLoginAt: null,
      lockedUntil: null,
      suspendedUntil: null,
      suspensionReason: null,
      pools: [],
      appGrants: [],
      sessionCount: 1,
      sessions: [{ id: current }],
      memberships: { totalCount: 1, nodes: [{ organizationSlug: 'bound-here' }] },
      ownedOrganizations: [],
      invitations: [],
      homePool: { code: 'default' },
      roles: [{ code: 'base_user' }],
    },
  });
  expect(nodes).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    { id: here.id },
    { id: here.memberships.get(jo.uuid) },
    { id: current },
  ]);
});

test('an id of nobody is as good as none', async () => {
  const jo = await world.person();

  const { user, node } = await jo.run('query ($id: ID!) { user(id: $id) { id } node(id: $id) { id } }', {
    id: encodeId('user', newId()),
  });

  expect([user, node]).toEqual([null, null]);
});
