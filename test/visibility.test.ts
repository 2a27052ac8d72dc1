import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { defaultPool as defaultPoolUuid, password, startWorld, type World } from './support/world.ts';

/**
 * Who sees what, on every path that leads to it. The tables are written by hand from the design; nothing here is taken
 * from `src/policy.ts`.
 */

let world: World;
let cast: Cast;
let readers: Record<Reader, Visit>;

beforeAll(async () => {
  // The query that selects everything is larger than what clients may send.
  world = await startWorld({
    STEWARD_MAX_TOKENS: '100000',
    STEWARD_MAX_COST: '10000000',
    STEWARD_MAX_LEAVES: '100000000',
    STEWARD_MAX_PAGE_SIZE: '30',
    STEWARD_MAX_DEPTH: '50',
    STEWARD_MAX_BODY_BYTES: '10000000',
  });
  cast = await makeCast(world);
  const { people, organizations, visit, visitWith } = cast;
  readers = {
    anonymous: visitWith(null),
    base: await visit(people.base),
    outsider: await visit(people.outsider),
    seller: await visit(people.seller),
    member: await visit(people.member),
    manager: await visit(people.manager),
    admin: await visit(people.admin),
    owner: await visit(people.owner),
    inviter: await visit(people.inviter),
    suspended: await visit(people.suspended),
    confined: await visit(people.confined),
    unverified: await visit(people.unverified),
    traveller: await visit(people.traveller),
    'traveller in Globex': await visit(people.traveller, { organization: organizations.globex, app: cast.apps.granted }),
    'staff as traveller': await cast.staffAsTraveller(),
    'admin as traveller': await cast.adminAsTraveller(),
    superAdmin: await visit(people.superAdmin),
    systemAdmin: await visit(people.systemAdmin),
  };
});

/** By name: the first letter says nothing, so names are whole. Staff is nobody's member. */
const everyReader = [
  'anonymous',
  'base',
  'outsider',
  'seller',
  'member',
  'manager',
  'admin',
  'owner',
  'inviter',
  'suspended',
  'confined',
  'unverified',
  'traveller',
  'traveller in Globex',
  'staff as traveller',
  'admin as traveller',
  'superAdmin',
  'systemAdmin',
] as const;
type Reader = (typeof everyReader)[number];

const staff = ['superAdmin', 'systemAdmin'] as const;
/** The traveller, in every session that shows more of it than one organization. */
const travellers = ['traveller', 'traveller in Globex', 'staff as traveller'] as const;
/** Who reads Acme's members: by role, by what a custom role implies, and as the traveller where Acme is within reach. */
const readsMembersOfAcme = [
  'member',
  'manager',
  'admin',
  'owner',
  'inviter',
  'traveller',
  'staff as traveller',
  'admin as traveller',
] as const;
const readsAcme = [...readsMembersOfAcme, 'seller'] as const;
const readsGlobex = ['outsider', ...travellers] as const;
const signedIn = everyReader.filter((reader) => reader !== 'anonymous');

// ---------------------------------------------------------------- by its own id

interface Seen {
  readonly type: string;
  id(): string;
  readonly by: readonly Reader[];
}

const things: Record<string, Seen> = {
  'the traveller': { type: 'User', id: () => cast.people.traveller.id, by: [...travellers, 'admin as traveller', ...staff] },
  'a colleague of everybody in Acme': { type: 'User', id: () => cast.people.member.id, by: ['member', ...staff] },
  // The impersonated session is shown its impersonator through `viewer.impersonator` alone.
  'the admin who impersonates': { type: 'User', id: () => cast.people.admin.id, by: ['admin', ...staff] },
  'the super admin who impersonates': { type: 'User', id: () => cast.people.superAdmin.id, by: staff },

  'a session of the traveller': { type: 'Session', id: () => readers.traveller.sessionId, by: [...travellers, ...staff] },
  'an impersonation of the traveller': {
    type: 'Session',
    id: () => readers['admin as traveller'].sessionId,
    by: [...travellers, 'admin as traveller', ...staff],
  },
  'a session of the admin who impersonates': { type: 'Session', id: () => readers.admin.sessionId, by: ['admin', ...staff] },

  'a grant': { type: 'AppGrant', id: () => cast.grants.active, by: [...travellers, ...staff] },
  'a revoked grant': { type: 'AppGrant', id: () => cast.grants.revoked, by: [...travellers, ...staff] },
  'an app with a grant for it': { type: 'App', id: () => cast.apps.granted.id, by: [...travellers, ...staff] },
  'an app with a revoked grant for it': { type: 'App', id: () => cast.apps.revoked.id, by: [...travellers, ...staff] },
  'an app without a grant': { type: 'App', id: () => cast.apps.other.id, by: staff },

  'the pool that everybody is at home in': { type: 'Pool', id: () => defaultPool, by: signedIn },
  "the traveller's further pool": { type: 'Pool', id: () => cast.pools.tag.id, by: [...travellers, ...staff] },
  "the super admin's further pool": { type: 'Pool', id: () => cast.pools.staff.id, by: ['staff as traveller', ...staff] },
  "the admin's further pool": { type: 'Pool', id: () => cast.pools.admin.id, by: ['admin', 'admin as traveller', ...staff] },
  'the home pool of an app that the traveller has': { type: 'Pool', id: () => cast.pools.far.id, by: staff },

  Acme: { type: 'Organization', id: () => cast.organizations.acme.id, by: [...readsAcme, ...staff] },
  Globex: { type: 'Organization', id: () => cast.organizations.globex.id, by: [...readsGlobex, ...staff] },
  'the suspended organization': { type: 'Organization', id: () => cast.organizations.closed.id, by: ['confined', ...staff] },
  'the organization that invites': { type: 'Organization', id: () => cast.organizations.initech.id, by: staff },
  'the organization that the traveller owns': {
    type: 'Organization',
    id: () => cast.organizations.shop.id,
    by: ['traveller', 'staff as traveller', ...staff],
  },

  'the membership of the traveller in Acme': {
    type: 'Membership',
    id: () => membership('acme', 'traveller'),
    by: [...readsMembersOfAcme, 'traveller in Globex', ...staff],
  },
  'the membership of the seller in Acme': {
    type: 'Membership',
    id: () => membership('acme', 'seller'),
    by: [...readsMembersOfAcme, 'seller', ...staff],
  },
  'the suspended membership in Acme': {
    type: 'Membership',
    id: () => membership('acme', 'suspended'),
    by: [...readsMembersOfAcme, 'suspended', ...staff],
  },
  'the membership of the traveller in Globex': {
    type: 'Membership',
    id: () => membership('globex', 'traveller'),
    by: [...readsGlobex, ...staff],
  },
  'the membership of the owner of Globex': {
    type: 'Membership',
    id: () => membership('globex', 'outsider'),
    by: [...readsGlobex, ...staff],
  },
  'the own membership in the suspended organization': {
    type: 'Membership',
    id: () => membership('closed', 'confined'),
    by: ['confined', ...staff],
  },
  // org:read alone is left to its org_admin.
  'a membership in the suspended organization': { type: 'Membership', id: () => membership('closed', 'cellmate'), by: staff },

  'a built-in organization role': { type: 'Role', id: () => cast.roles.orgAdmin.id, by: everyReader },
  'a built-in platform role': { type: 'Role', id: () => cast.roles.systemAdmin.id, by: everyReader },
  'the custom role of Acme': { type: 'Role', id: () => cast.roles.inviter.id, by: [...readsAcme, ...staff] },
  'the custom role of Globex': { type: 'Role', id: () => cast.roles.scout.id, by: [...readsGlobex, ...staff] },
  'the custom role of the suspended organization': { type: 'Role', id: () => cast.roles.turnkey.id, by: ['confined', ...staff] },
  // The traveller's invitation carries it, and shows it; by its own id it is not there.
  'the custom role of the organization that invites': { type: 'Role', id: () => cast.roles.temp.id, by: staff },

  'an invitation of Acme': { type: 'Invitation', id: () => cast.invitations.ofAcme.id, by: [...readsMembersOfAcme, ...staff] },
  'an invitation of the suspended organization': { type: 'Invitation', id: () => cast.invitations.ofClosed.id, by: staff },
  'an invitation to the traveller': {
    type: 'Invitation',
    id: () => cast.invitations.toTraveller.id,
    by: [...travellers, ...staff],
  },
  'an invitation to an address that is not verified': {
    type: 'Invitation',
    id: () => cast.invitations.toUnverified.id,
    by: staff,
  },
};

const defaultPool = encodeId('pool', defaultPoolUuid);
const membership = (organization: keyof Cast['organizations'], who: keyof Cast['people']): string =>
  cast.organizations[organization].memberships.get(cast.people[who].uuid)!;

/** Who is shown the thing, by a path that takes its id. */
async function seers(
  read: (visit: Visit) => Promise<{ __typename: string; id: string } | null>,
  { type, id }: Seen,
): Promise<Reader[]> {
  const seen: Reader[] = [];
  for (const reader of everyReader) {
    const found = await read(readers[reader]);
    if (found === null) continue;
    expect(found).toEqual({ __typename: type, id: id() });
    seen.push(reader);
  }
  return seen;
}

const inOrder = (some: readonly Reader[]): Reader[] => everyReader.filter((reader) => some.includes(reader));

test.each(Object.entries(things))('node: %s is seen by whom the design names, and by nobody else', async (_name, thing) => {
  const by = await seers(
    async (visit) => (await visit.run('query ($id: ID!) { node(id: $id) { __typename id } }', { id: thing.id() })).node,
    thing,
  );

  expect(by).toEqual(inOrder(thing.by));
});

test.each(everyReader)('nodes: %s sees of everything what it sees one by one', async (reader) => {
  const all = Object.values(things);

  const { nodes } = await readers[reader].run('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
    ids: all.map((thing) => thing.id()),
  });

  expect(nodes).toEqual(all.map((thing) => (thing.by.includes(reader) ? { id: thing.id() } : null)));
});

// ---------------------------------------------------------------- by every other path

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
const refused = (answer: { data: any; errors: readonly { extensions: any }[] }) => [
  answer.data,
  answer.errors.map(({ extensions }) => extensions.code),
];

/** What `viewer` shows a reader. */
const own = async (reader: Reader, selection: string) => (await readers[reader].run(`{ viewer { ${selection} } }`)).viewer;
/** What staff is shown of a person. */
const ofPerson = async (reader: Reader, who: keyof Cast['people'], selection: string) =>
  (await readers[reader].run(`query ($id: ID!) { user(id: $id) { ${selection} } }`, { id: cast.people[who].id })).user;

const paths: Record<string, () => Promise<void>> = {
  // ---- Viewer

  'Query.viewer → Viewer': async () => {
    expect(await own('member', 'user { id }')).toEqual({ user: { id: cast.people.member.id } });
    expect(await own('anonymous', 'user { id }')).toBeNull();
  },
  'AuthLoginSuccess.viewer → Viewer': async () => {
    // Whoever sends it: the answer is that of the session which it opened.
    const { authLogin } = await readers.superAdmin.run(
      'mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { viewer { user { id } permissions organization { id } session { isCurrent } } } } }',
      { input: { email: cast.people.member.email, password, organizationId: cast.organizations.acme.id } },
    );
    expect(authLogin.viewer).toEqual({
      user: { id: cast.people.member.id },
      permissions: ['org:members:read', 'org:read'],
      organization: { id: cast.organizations.acme.id },
      session: { isCurrent: true },
    });
  },
  'AuthRefreshSuccess.viewer → Viewer': async () => {
    const { refreshToken } = await cast.adminAsTraveller();
    const { authRefresh } = await readers.superAdmin.run(
      'mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ... on AuthRefreshSuccess { viewer { user { id externalId sessionCount } impersonator { id } permissions } } } }',
      { input: { refreshToken } },
    );
    expect(authRefresh.viewer).toEqual({
      user: { id: cast.people.traveller.id, externalId: null, sessionCount: 1 },
      impersonator: { id: cast.people.admin.id },
      permissions: ['org:members:read', 'org:read'],
    });
  },
  'AuthSwitchOrganizationSuccess.viewer → Viewer': async () => {
    const visit = await cast.visit(cast.people.traveller);
    const { authSwitchOrganization } = await visit.run(
      `mutation ($input: AuthSwitchOrganizationInput!) { authSwitchOrganization(input: $input) { ... on AuthSwitchOrganizationSuccess {
        viewer { user { ownedOrganizations { id } } organization { id } memberships { organizationId organization { id } } } } } }`,
      { input: { organizationId: cast.organizations.globex.id } },
    );
    const { acme, globex, shop } = cast.organizations;
    expect(authSwitchOrganization.viewer).toEqual({
      user: { ownedOrganizations: [] },
      organization: { id: globex.id },
      memberships: [
        { organizationId: acme.id, organization: null },
        { organizationId: globex.id, organization: { id: globex.id } },
        { organizationId: shop.id, organization: null },
      ],
    });
  },

  // ---- User

  'Query.user → User': async () => {
    const by = await seers(
      async (visit) =>
        visit.token === null
          ? null
          : (await visit.run('query ($id: ID!) { user(id: $id) { __typename id } }', { id: cast.people.traveller.id })).user,
      things['the traveller']!,
    );
    expect(by).toEqual(inOrder([...travellers, 'admin as traveller', ...staff]));
  },
  'UserConnection.nodes → User': async () => {
    for (const reader of everyReader) {
      const answer = await readers[reader].ask('{ users(first: 30) { nodes { id } totalCount } }');
      if ((staff as readonly Reader[]).includes(reader)) {
        expect(ids(answer.data.users.nodes)).toEqual(expect.arrayContaining(ids(Object.values(cast.people))));
        expect(answer.data.users.totalCount).toBe(answer.data.users.nodes.length);
      } else expect(refused(answer)).toEqual([{ users: null }, [reader === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN']]);
    }
  },
  'UserEdge.node → User': async () => {
    const document = 'query ($where: UserWhere) { users(where: $where) { edges { node { id email } } } }';
    const where = { ids: [cast.people.suspended.id] };
    expect((await readers.superAdmin.run(document, { where })).users.edges).toEqual([
      { node: { id: cast.people.suspended.id, email: cast.people.suspended.email } },
    ]);
    for (const reader of ['suspended', 'owner', 'staff as traveller'] as const) {
      expect(refused(await readers[reader].ask(document, { where }))).toEqual([{ users: null }, ['FORBIDDEN']]);
    }
  },
  'UsersLookup.users → User': async () => {
    const document = 'query ($ids: [ID!], $emails: [EmailAddress!]) { usersLookup(ids: $ids, emails: $emails) { users { id } } }';
    const variables = { ids: [cast.people.base.id], emails: [cast.people.seller.email] };
    expect((await readers.systemAdmin.run(document, variables)).usersLookup.users).toEqual([
      { id: cast.people.base.id },
      { id: cast.people.seller.id },
    ]);
    for (const reader of ['base', 'owner', 'staff as traveller', 'admin as traveller'] as const) {
      expect(refused(await readers[reader].ask(document, variables))).toEqual([{ usersLookup: null }, ['FORBIDDEN']]);
    }
  },
  'Viewer.user → User': async () => {
    for (const [reader, who] of [
      ['base', 'base'],
      ['confined', 'confined'],
      ['suspended', 'suspended'],
      ['traveller in Globex', 'traveller'],
      ['staff as traveller', 'traveller'],
      ['admin as traveller', 'traveller'],
      ['systemAdmin', 'systemAdmin'],
    ] as const) {
      expect(await own(reader, 'user { id email }')).toEqual({
        user: { id: cast.people[who].id, email: cast.people[who].email },
      });
    }
  },
  'Viewer.impersonator → User': async () => {
    // The person itself, its home and its further pools; nothing that is theirs to see about others.
    const selection = `impersonator { id email roles { code } homePool { code } pools { code description } appGrants { id } sessions { id } sessionCount
      invitations { id } ownedOrganizations { id } memberships { totalCount nodes { organizationId } } }`;
    const nothing = { appGrants: [], sessions: [], sessionCount: 0, invitations: [], ownedOrganizations: [] };
    expect(await own('staff as traveller', selection)).toEqual({
      impersonator: {
        ...nothing,
        id: cast.people.superAdmin.id,
        email: cast.people.superAdmin.email,
        roles: [{ code: 'super_admin' }, { code: 'base_user' }],
        homePool: { code: 'default' },
        pools: [{ code: 'tag-of-staff', description: null }],
        memberships: { totalCount: 0, nodes: [] },
      },
    });
    expect(await own('admin as traveller', selection)).toEqual({
      impersonator: {
        ...nothing,
        id: cast.people.admin.id,
        email: cast.people.admin.email,
        roles: [{ code: 'base_user' }],
        homePool: { code: 'default' },
        pools: [{ code: 'tag-of-admin', description: null }],
        // As any colleague of the traveller's sees it.
        memberships: { totalCount: 1, nodes: [{ organizationId: cast.organizations.acme.id }] },
      },
    });
    expect(await own('traveller', 'impersonator { id }')).toEqual({ impersonator: null });
    expect(await own('admin', 'impersonator { id }')).toEqual({ impersonator: null });
  },
  'Session.user → User': async () => {
    expect(await own('admin as traveller', 'session { user { id } }')).toEqual({
      session: { user: { id: cast.people.traveller.id } },
    });
    expect(await ofPerson('superAdmin', 'base', 'sessions { user { id } }')).toEqual({
      sessions: [{ user: { id: cast.people.base.id } }],
    });
  },
  'Session.impersonator → User': async () => {
    const selection = 'sessions { id isImpersonation impersonator { id } impersonatorName impersonationReason }';
    const find = (sessions: any[]) => sessions.find(({ id }) => id === readers['staff as traveller'].sessionId);
    const session = {
      id: readers['staff as traveller'].sessionId,
      isImpersonation: true,
      impersonatorName: 'Super admin',
      impersonationReason: 'Seeing what they see',
    };
    // The person reads who it was as a name; the account itself is for staff.
    expect(find((await own('traveller', `user { ${selection} }`)).user.sessions)).toEqual({ ...session, impersonator: null });
    expect(find((await own('staff as traveller', `user { ${selection} }`)).user.sessions)).toEqual({
      ...session,
      impersonator: null,
    });
    expect(find((await ofPerson('systemAdmin', 'traveller', selection)).sessions)).toEqual({
      ...session,
      impersonator: { id: cast.people.superAdmin.id },
    });
    expect(await own('admin as traveller', 'session { impersonator { id } impersonatorName }')).toEqual({
      session: { impersonator: null, impersonatorName: 'Admin' },
    });
  },
  'AppGrant.user → User': async () => {
    expect((await own('traveller', 'user { appGrants { user { id } } }')).user.appGrants).toEqual([
      { user: { id: cast.people.traveller.id } },
      { user: { id: cast.people.traveller.id } },
    ]);
    expect((await ofPerson('superAdmin', 'traveller', 'appGrants(status: [ACTIVE]) { user { id } }')).appGrants).toEqual([
      { user: { id: cast.people.traveller.id } },
    ]);
  },
  'AppGrant.grantedBy → User': async () => {
    expect((await own('traveller', 'user { appGrants(status: [ACTIVE]) { grantedBy { id } } }')).user.appGrants).toEqual([
      { grantedBy: null },
    ]);
    // Not even where the granter is the one who impersonates.
    expect((await own('staff as traveller', 'user { appGrants(status: [ACTIVE]) { grantedBy { id } } }')).user.appGrants).toEqual(
      [{ grantedBy: null }],
    );
    expect((await ofPerson('systemAdmin', 'traveller', 'appGrants(status: [ACTIVE]) { grantedBy { id } }')).appGrants).toEqual([
      { grantedBy: { id: cast.people.superAdmin.id } },
    ]);
  },
  'AppGrant.revokedBy → User': async () => {
    expect(
      (await own('traveller', 'user { appGrants(status: [REVOKED]) { revokedAt revokedBy { id } } }')).user.appGrants,
    ).toEqual([{ revokedAt: expect.any(String), revokedBy: null }]);
    expect((await ofPerson('systemAdmin', 'traveller', 'appGrants { revokedBy { id } }')).appGrants).toEqual(
      expect.arrayContaining([{ revokedBy: null }, { revokedBy: { id: cast.people.superAdmin.id } }]),
    );
  },
  'Membership.user → User': async () => {
    const document = 'query ($id: ID!) { node(id: $id) { ... on Membership { userId email name user { id } } } }';
    const { id, email, name } = cast.people.traveller;
    const read = async (reader: Reader) => (await readers[reader].run(document, { id: membership('acme', 'traveller') })).node;
    for (const reader of ['member', 'manager', 'admin', 'owner', 'inviter'] as const)
      expect(await read(reader)).toEqual({ userId: id, email, name, user: null });
    for (const reader of [...travellers, 'admin as traveller', ...staff] as const)
      expect(await read(reader)).toEqual({ userId: id, email, name, user: { id } });
  },

  // ---- Session

  'Viewer.session → Session': async () => {
    for (const reader of signedIn) {
      expect(await own(reader, 'session { id isCurrent isImpersonation }')).toEqual({
        session: { id: readers[reader].sessionId, isCurrent: true, isImpersonation: reader.includes(' as ') },
      });
    }
  },
  'User.sessions → Session': async () => {
    const ofTraveller = [
      readers.traveller,
      readers['traveller in Globex'],
      readers['staff as traveller'],
      readers['admin as traveller'],
    ].map(({ sessionId }) => sessionId);
    for (const reader of travellers) {
      const { user } = await own(reader, 'user { sessions { id isCurrent } sessionCount }');
      expect(ids(user.sessions)).toEqual(expect.arrayContaining(ofTraveller));
      expect(user.sessionCount).toBe(user.sessions.length);
      expect(user.sessions.filter((session: any) => session.isCurrent)).toEqual([
        { id: readers[reader].sessionId, isCurrent: true },
      ]);
    }
    expect(await own('admin as traveller', 'user { sessions { id } sessionCount }')).toEqual({
      user: { sessions: [{ id: readers['admin as traveller'].sessionId }], sessionCount: 1 },
    });
    expect(ids((await ofPerson('superAdmin', 'traveller', 'sessions { id }')).sessions)).toEqual(
      expect.arrayContaining(ofTraveller),
    );
  },

  // ---- AppGrant and App

  'User.appGrants → AppGrant': async () => {
    for (const reader of travellers) {
      const { user } = await own(reader, 'user { appGrants { id } }');
      expect(ids(user.appGrants).sort()).toEqual([cast.grants.active, cast.grants.revoked].sort());
    }
    expect(await own('admin as traveller', 'user { appGrants { id } }')).toEqual({ user: { appGrants: [] } });
    expect((await ofPerson('superAdmin', 'traveller', 'appGrants(status: [REVOKED]) { id }')).appGrants).toEqual([
      { id: cast.grants.revoked },
    ]);
  },
  'AppGrant.app → App': async () => {
    const apps = (grants: any[]) => grants.map(({ app }) => app.id).sort();
    const both = [cast.apps.granted.id, cast.apps.revoked.id].sort();
    expect(apps((await own('traveller', 'user { appGrants { app { id } } }')).user.appGrants)).toEqual(both);
    expect(apps((await ofPerson('systemAdmin', 'traveller', 'appGrants { app { id } }')).appGrants)).toEqual(both);
  },
  'Session.app → App': async () => {
    const find = (sessions: any[]) => sessions.find(({ id }) => id === readers['traveller in Globex'].sessionId).app;
    expect(find((await own('traveller', 'user { sessions { id app { id } } }')).user.sessions)).toEqual({
      id: cast.apps.granted.id,
    });
    expect(find((await ofPerson('superAdmin', 'traveller', 'sessions { id app { id } }')).sessions)).toEqual({
      id: cast.apps.granted.id,
    });
    // An app that no grant is left of is out of sight, and the session stays.
    const jo = await world.person();
    const visit = await cast.visit(jo, { app: cast.apps.other });
    expect((await visit.run('{ viewer { session { app { id } } } }')).viewer).toEqual({ session: { app: null } });
    // In an organization's impersonation there are no apps.
    const bound = await cast.visit(cast.people.traveller, {
      app: cast.apps.granted,
      impersonator: { by: cast.people.admin, from: readers.admin, boundTo: cast.organizations.acme },
    });
    expect((await bound.run('{ viewer { session { app { id } } } }')).viewer).toEqual({ session: { app: null } });
    await world.database.query(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${bound.sessionUuid}::uuid`);
  },

  // ---- Pool

  'User.homePool → Pool': async () => {
    for (const reader of signedIn)
      expect(await own(reader, 'user { homePool { code } }')).toEqual({ user: { homePool: { code: 'default' } } });
    const far = await world.person({ pool: cast.pools.far.code });
    expect(
      (await readers.superAdmin.run('query ($id: ID!) { user(id: $id) { homePool { code } } }', { id: far.id })).user,
    ).toEqual({ homePool: { code: 'far' } });
  },
  'User.pools → Pool': async () => {
    for (const reader of travellers)
      expect(await own(reader, 'user { pools { code } }')).toEqual({ user: { pools: [{ code: 'tag-of-traveller' }] } });
    expect(await own('admin as traveller', 'user { pools { code } }')).toEqual({ user: { pools: [] } });
    expect(await ofPerson('systemAdmin', 'traveller', 'pools { code }')).toEqual({ pools: [{ code: 'tag-of-traveller' }] });
  },
  'App.homePool → Pool': async () => {
    const homes = async (reader: Reader) =>
      (await own(reader, 'user { appGrants(status: [ACTIVE]) { app { homePool { code } } } }')).user.appGrants.map(
        ({ app }: any) => app.homePool,
      );
    expect(await homes('traveller')).toEqual([null]);
    expect(await homes('staff as traveller')).toEqual([null]);
    expect(
      (await ofPerson('superAdmin', 'traveller', 'appGrants(status: [ACTIVE]) { app { homePool { code } } }')).appGrants[0].app
        .homePool,
    ).toEqual({ code: 'far' });
    const { user } = await own('traveller', 'user { appGrants(status: [REVOKED]) { app { homePool { code } } } }');
    expect(user.appGrants[0].app.homePool).toEqual({ code: 'default' });
  },
  'App.readPools → Pool': async () => {
    const selection = 'appGrants(status: [ACTIVE]) { app { readPools { code } } }';
    expect((await own('traveller', `user { ${selection} }`)).user.appGrants[0].app.readPools).toEqual([
      { code: 'default' },
      { code: 'tag-of-traveller' },
    ]);
    expect((await ofPerson('superAdmin', 'traveller', selection)).appGrants[0].app.readPools).toEqual([
      { code: 'far' },
      { code: 'default' },
      { code: 'tag-of-traveller' },
    ]);
  },

  // ---- Organization

  'Viewer.organization → Organization': async () => {
    expect(await own('traveller', 'organization { id }')).toEqual({ organization: null });
    expect(await own('traveller in Globex', 'organization { id }')).toEqual({
      organization: { id: cast.organizations.globex.id },
    });
    expect(await own('admin as traveller', 'organization { id }')).toEqual({ organization: { id: cast.organizations.acme.id } });
    // A suspended organization is still shown to a session that was scoped to it before; a suspended membership shows it no more.
    const confined = await cast.visit(cast.people.confined, { organization: cast.organizations.closed });
    expect((await confined.run('{ viewer { organization { id status } } }')).viewer.organization).toEqual({
      id: cast.organizations.closed.id,
      status: 'SUSPENDED',
    });
    const suspended = await cast.visit(cast.people.suspended, { organization: cast.organizations.acme });
    expect((await suspended.run('{ viewer { organization { id } permissions } }')).viewer).toEqual({
      organization: null,
      permissions: [],
    });
  },
  'User.ownedOrganizations → Organization': async () => {
    expect(await own('owner', 'user { ownedOrganizations { id } }')).toEqual({
      user: { ownedOrganizations: [{ id: cast.organizations.acme.id }] },
    });
    expect(await own('traveller', 'user { ownedOrganizations { id } }')).toEqual({
      user: { ownedOrganizations: [{ id: cast.organizations.shop.id }] },
    });
    expect(await own('traveller in Globex', 'user { ownedOrganizations { id } }')).toEqual({ user: { ownedOrganizations: [] } });
    expect(await own('admin as traveller', 'user { ownedOrganizations { id } }')).toEqual({ user: { ownedOrganizations: [] } });
    expect(await ofPerson('superAdmin', 'landlord', 'ownedOrganizations { id }')).toEqual({
      ownedOrganizations: [{ id: cast.organizations.closed.id }],
    });
    // Also where the owner is the one whom an organization's admin impersonates there.
    const bound = await cast.visit(cast.people.owner, {
      impersonator: { by: cast.people.admin, from: readers.admin, boundTo: cast.organizations.acme },
    });
    expect(
      (await bound.run('{ viewer { user { ownedOrganizations { id } memberships { nodes { isOwner } } } } }')).viewer.user,
    ).toEqual({
      ownedOrganizations: [],
      memberships: { nodes: [{ isOwner: true }] },
    });
  },
  'Membership.organization → Organization': async () => {
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Membership { organizationId organizationName organizationSlug organization { id } } } }';
    const { id, name, slug } = cast.organizations.acme;
    const always = { organizationId: id, organizationName: name, organizationSlug: slug };
    const read = async (reader: Reader, who: keyof Cast['people']) =>
      (await readers[reader].run(document, { id: membership('acme', who) })).node;
    expect(await read('suspended', 'suspended')).toEqual({ ...always, organization: null });
    expect(await read('traveller in Globex', 'traveller')).toEqual({ ...always, organization: null });
    expect(await read('traveller', 'traveller')).toEqual({ ...always, organization: { id } });
    expect(await read('admin as traveller', 'member')).toEqual({ ...always, organization: { id } });
    expect(await read('systemAdmin', 'member')).toEqual({ ...always, organization: { id } });
    expect((await readers.confined.run(document, { id: membership('closed', 'confined') })).node.organization).toEqual({
      id: cast.organizations.closed.id,
    });
  },
  'Role.organization → Organization': async () => {
    const document = 'query ($id: ID!) { node(id: $id) { ... on Role { organization { id } } } }';
    expect((await readers.seller.run(document, { id: cast.roles.inviter.id })).node).toEqual({
      organization: { id: cast.organizations.acme.id },
    });
    expect((await readers.superAdmin.run(document, { id: cast.roles.temp.id })).node).toEqual({
      organization: { id: cast.organizations.initech.id },
    });
    expect((await readers.owner.run(document, { id: cast.roles.orgAdmin.id })).node).toEqual({ organization: null });
    // Seen through what carries it: by a membership out of the session's scope, and by an invitation.
    const scoped = await cast.visit(cast.people.traveller, { organization: cast.organizations.acme });
    const { node } = await scoped.run(
      'query ($id: ID!) { node(id: $id) { ... on Membership { roles { code organization { id } } } } }',
      { id: membership('globex', 'traveller') },
    );
    expect(node).toEqual({ roles: [{ code: 'scout', organization: null }] });
    const { viewer } = await readers.traveller.run('{ viewer { invitations { roles { code organization { id } } } } }');
    expect(viewer.invitations[0].roles).toContainEqual({ code: 'temp', organization: null });
  },
  'Invitation.organization → Organization': async () => {
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Invitation { organizationId organizationName organizationSlug organization { id } } } }';
    const { id, name, slug } = cast.organizations.initech;
    const always = { organizationId: id, organizationName: name, organizationSlug: slug };
    expect((await readers.traveller.run(document, { id: cast.invitations.toTraveller.id })).node).toEqual({
      ...always,
      organization: null,
    });
    expect((await readers.superAdmin.run(document, { id: cast.invitations.toTraveller.id })).node).toEqual({
      ...always,
      organization: { id },
    });
    expect((await readers.member.run(document, { id: cast.invitations.ofAcme.id })).node.organization).toEqual({
      id: cast.organizations.acme.id,
    });
  },
  'Session.organization → Organization': async () => {
    const find = (sessions: any[]) => sessions.find(({ id }) => id === readers['traveller in Globex'].sessionId).organization;
    const selection = 'sessions { id organization { id } }';
    expect(find((await own('traveller', `user { ${selection} }`)).user.sessions)).toEqual({ id: cast.organizations.globex.id });
    expect(find((await ofPerson('superAdmin', 'traveller', selection)).sessions)).toEqual({ id: cast.organizations.globex.id });
    const scoped = await cast.visit(cast.people.traveller, { organization: cast.organizations.acme });
    expect(find((await scoped.run(`{ viewer { user { ${selection} } } }`)).viewer.user.sessions)).toBeNull();
  },

  // ---- Membership

  'Viewer.memberships → Membership': async () => {
    const { acme, globex, shop } = cast.organizations;
    // The switcher shows all active ones, whatever the scope.
    for (const reader of travellers) {
      expect((await own(reader, 'memberships { organizationId }')).memberships).toEqual(
        [acme, globex, shop].map(({ id }) => ({ organizationId: id })),
      );
    }
    expect((await own('admin as traveller', 'memberships { organizationId }')).memberships).toEqual([
      { organizationId: acme.id },
    ]);
    expect((await own('suspended', 'memberships { id }')).memberships).toEqual([]);
    expect((await own('confined', 'memberships { permissions }')).memberships).toEqual([{ permissions: ['org:read'] }]);
    expect((await own('superAdmin', 'memberships { id }')).memberships).toEqual([]);
  },
  'MembershipConnection.nodes → Membership': async () => {
    const selection = 'memberships { totalCount nodes { id } }';
    const all = ['acme', 'globex', 'shop'] as const;
    const mine = all.map((organization) => membership(organization, 'traveller')).sort();
    for (const reader of travellers) {
      const { user } = await own(reader, `user { ${selection} }`);
      expect([ids(user.memberships.nodes).sort(), user.memberships.totalCount]).toEqual([mine, 3]);
    }
    expect(await own('admin as traveller', `user { ${selection} }`)).toEqual({
      user: { memberships: { totalCount: 1, nodes: [{ id: membership('acme', 'traveller') }] } },
    });
    // The suspended one stays visible to its person.
    expect(await own('suspended', `user { ${selection} }`)).toEqual({
      user: { memberships: { totalCount: 1, nodes: [{ id: membership('acme', 'suspended') }] } },
    });
    const { memberships } = await ofPerson('superAdmin', 'traveller', selection);
    expect([ids(memberships.nodes).sort(), memberships.totalCount]).toEqual([mine, 3]);
  },
  'MembershipEdge.node → Membership': async () => {
    const selection = 'memberships(first: 1, status: [ACTIVE]) { edges { node { id organizationId } } pageInfo { hasNextPage } }';
    expect(await own('admin as traveller', `user { ${selection} }`)).toEqual({
      user: {
        memberships: {
          edges: [{ node: { id: membership('acme', 'traveller'), organizationId: cast.organizations.acme.id } }],
          pageInfo: { hasNextPage: false },
        },
      },
    });
    expect((await own('traveller', `user { ${selection} }`)).user.memberships.pageInfo.hasNextPage).toBe(true);
    expect((await own('suspended', `user { ${selection} }`)).user.memberships).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false },
    });
  },

  // ---- Role

  'Query.roles → Role': async () => {
    const builtIn = [
      'system_admin',
      'super_admin',
      'seller',
      'buyer',
      'base_user',
      'org_admin',
      'org_manager',
      'seller',
      'buyer',
      'org_member',
    ];
    for (const reader of signedIn) {
      const { roles } = await readers[reader].run('{ roles { code builtIn organization { id } } }');
      expect(roles.map(({ code }: any) => code).sort()).toEqual([...builtIn].sort());
      expect(roles.every((role: any) => role.builtIn && role.organization === null)).toBe(true);
    }
  },
  'Viewer.assignableRoles → Role': async () => {
    const codes = async (reader: Reader) =>
      (await own(reader, 'assignableRoles { code }')).assignableRoles.map(({ code }: any) => code);
    expect(await codes('systemAdmin')).toEqual(['system_admin', 'super_admin', 'seller', 'buyer', 'base_user']);
    expect(await codes('superAdmin')).toEqual(['super_admin', 'seller', 'buyer', 'base_user']);
    for (const reader of ['base', 'owner', 'admin', 'staff as traveller', 'admin as traveller'] as const)
      expect(await codes(reader)).toEqual([]);
  },
  'User.roles → Role': async () => {
    expect(await own('superAdmin', 'user { roles { code scope } }')).toEqual({
      user: {
        roles: [
          { code: 'super_admin', scope: 'PLATFORM' },
          { code: 'base_user', scope: 'PLATFORM' },
        ],
      },
    });
    expect(await ofPerson('superAdmin', 'systemAdmin', 'roles { code }')).toEqual({ roles: [{ code: 'system_admin' }] });
  },
  'Membership.roles → Role': async () => {
    const document = 'query ($id: ID!) { node(id: $id) { ... on Membership { roles { code permissions { code } } } } }';
    const roles = async (reader: Reader, organization: keyof Cast['organizations'], who: keyof Cast['people']) =>
      (await readers[reader].run(document, { id: membership(organization, who) })).node.roles.map(({ code }: any) => code);
    expect(await roles('member', 'acme', 'inviter')).toEqual(['inviter']);
    expect(await roles('suspended', 'acme', 'suspended')).toEqual(['org_admin']);
    expect(await roles('confined', 'closed', 'confined')).toEqual(['org_admin', 'turnkey']);
    expect(await roles('superAdmin', 'globex', 'traveller')).toEqual(['scout']);
    // A custom role that is not there by its own id, in this scope, is shown with the own membership that carries it.
    const scoped = await cast.visit(cast.people.traveller, { organization: cast.organizations.acme });
    expect((await scoped.run('query ($id: ID!) { node(id: $id) { id } }', { id: cast.roles.scout.id })).node).toBeNull();
    expect((await scoped.run(document, { id: membership('globex', 'traveller') })).node.roles).toEqual([
      { code: 'scout', permissions: [{ code: 'org:members:invite' }, { code: 'org:members:read' }] },
    ]);
  },
  'Invitation.roles → Role': async () => {
    const { viewer } = await readers.traveller.run('{ viewer { invitations { roles { id code name permissions { code } } } } }');
    expect(viewer.invitations[0].roles.map(({ code }: any) => code)).toEqual(['temp', 'org_member']);
    expect(viewer.invitations[0].roles[0]).toEqual({
      id: cast.roles.temp.id,
      code: 'temp',
      name: 'temp',
      permissions: [{ code: 'org:read' }],
    });
  },

  // ---- Invitation

  'Viewer.invitations → Invitation': async () => {
    for (const reader of travellers)
      expect((await own(reader, 'invitations { id }')).invitations).toEqual([{ id: cast.invitations.toTraveller.id }]);
    for (const reader of ['admin as traveller', 'unverified', 'admin', 'superAdmin'] as const)
      expect((await own(reader, 'invitations { id }')).invitations).toEqual([]);
  },
  'User.invitations → Invitation': async () => {
    for (const reader of travellers)
      expect((await own(reader, 'user { invitations { id } }')).user.invitations).toEqual([
        { id: cast.invitations.toTraveller.id },
      ]);
    for (const reader of ['admin as traveller', 'unverified', 'admin'] as const)
      expect((await own(reader, 'user { invitations { id } }')).user.invitations).toEqual([]);
    // To staff the person's proof of the address does not matter.
    expect((await ofPerson('superAdmin', 'unverified', 'invitations { id }')).invitations).toEqual([
      { id: cast.invitations.toUnverified.id },
    ]);
  },
};

describe('on the path', () => {
  test.each(Object.entries(paths))('%s', (_path, check) => check());
});

/** The types whose visibility the design rules, and who is asking. */
const ruled = ['User', 'Session', 'AppGrant', 'Organization', 'Membership', 'Role', 'Invitation', 'App', 'Pool', 'Viewer'];

test('every path of the schema that leads to a ruled type is among them', () => {
  const found = Object.values(schema.getTypeMap()).flatMap((parent) => {
    if (parent.name.startsWith('__') || !(isObjectType(parent) || isInterfaceType(parent))) return [];
    return Object.values(parent.getFields()).flatMap((field) =>
      reached(getNamedType(field.type)).map((type) => `${parent.name}.${field.name} → ${type}`),
    );
  });
  const byId = ['node', 'nodes'].flatMap((field) => [
    ...new Set(Object.values(things).map(({ type }) => `Query.${field} → ${type}`)),
  ]);

  expect([...Object.keys(paths), ...byId].sort()).toEqual(found.sort());
});

function reached(type: GraphQLNamedType): string[] {
  if (isInterfaceType(type) || isUnionType(type)) return schema.getPossibleTypes(type).flatMap(reached);
  return ruled.includes(type.name) ? [type.name] : [];
}

// ---------------------------------------------------------------- an organization's impersonation

test('it shows of the person only what belongs to the organization', async () => {
  const { traveller } = cast.people;
  const { acme } = cast.organizations;

  expect(await own('admin as traveller', personSelection)).toEqual({
    user: {
      id: traveller.id,
      email: traveller.email,
      name: 'Traveller',
      status: 'ACTIVE',
      homePool: { code: 'default' },
      roles: [{ code: 'base_user' }],
      permissions: [],
      memberships: { totalCount: 1, nodes: [{ organizationId: acme.id }] },
      sessions: [{ id: readers['admin as traveller'].sessionId }],
      sessionCount: 1,
      ownedOrganizations: [],
      appGrants: [],
      pools: [],
      invitations: [],
      externalId: null,
      metadata: {},
      lastLoginAt: null,
      lockedUntil: null,
      suspendedUntil: null,
      suspensionReason: null,
    },
    memberships: [{ organizationId: acme.id }],
    invitations: [],
    organization: { id: acme.id },
    permissions: ['org:members:read', 'org:read'],
    assignableRoles: [],
  });
});

const personSelection = `user { id email name status homePool { code } roles { code } permissions memberships { totalCount nodes { organizationId } }
  sessions { id } sessionCount ownedOrganizations { id } appGrants { id } pools { code } invitations { id }
  externalId metadata lastLoginAt lockedUntil suspendedUntil suspensionReason }
  memberships { organizationId } invitations { id } organization { id } permissions assignableRoles { code }`;

test('it shows the same on every path to the person', async () => {
  const selection =
    'externalId metadata lastLoginAt pools { id } sessionCount sessions { id } appGrants { id } ownedOrganizations { id } invitations { id } memberships { nodes { id } }';
  const bare = {
    externalId: null,
    metadata: {},
    lastLoginAt: null,
    pools: [],
    sessionCount: 1,
    sessions: [{ id: readers['admin as traveller'].sessionId }],
    appGrants: [],
    ownedOrganizations: [],
    invitations: [],
    memberships: { nodes: [{ id: membership('acme', 'traveller') }] },
  };
  const visit = readers['admin as traveller'];

  const data = await visit.run(
    `query ($user: ID!, $membership: ID!) {
      viewer { session { user { ...person } } memberships { user { ...person } } }
      user(id: $user) { ...person }
      node(id: $user) { ...person }
      nodes(ids: [$membership]) { ... on Membership { user { ...person } } }
    } fragment person on User { ${selection} }`,
    { user: cast.people.traveller.id, membership: membership('acme', 'traveller') },
  );

  expect(data).toEqual({
    viewer: { session: { user: bare }, memberships: [{ user: bare }] },
    user: bare,
    node: bare,
    nodes: [{ user: bare }],
  });
});

test('staff who impersonates sees the person whole, as it sees itself', async () => {
  const selection =
    'user { externalId metadata lastLoginAt pools { code } appGrants { id } ownedOrganizations { id } invitations { id } memberships { totalCount } }';

  const asStaff = await own('staff as traveller', selection);

  expect(asStaff).toEqual(await own('traveller', selection));
  expect(asStaff.user).toMatchObject({
    externalId: 'traveller-1',
    metadata: { team: 'blue' },
    lastLoginAt: '2026-01-02T03:04:05.678Z',
  });
});

test('a lock of the account is shown to the person and to staff, and not in an organization’s impersonation', async () => {
  const jo = await world.person();
  const organization = await world.organization({ owner: await world.person(), members: [[jo]] });
  const by = await world.person();
  const self = await cast.visit(jo);
  const bound = await cast.visit(jo, { impersonator: { by, from: await cast.visit(by), boundTo: organization } });
  const document = '{ viewer { user { lockedUntil } } }';
  for (let i = 0; i < 5; i++) {
    await world.anonymous.run('mutation ($input: AuthLoginInput!) { authLogin(input: $input) { __typename } }', {
      input: { email: jo.email, password: 'not this one, surely' },
    });
  }

  expect((await self.run(document)).viewer.user.lockedUntil).toEqual(expect.any(String));
  expect(
    (await readers.superAdmin.run('query ($id: ID!) { user(id: $id) { lockedUntil } }', { id: jo.id })).user.lockedUntil,
  ).toEqual(expect.any(String));
  expect((await bound.run(document)).viewer.user.lockedUntil).toBeNull();
});

test('an invitation of the very organization to its own member is not the impersonation’s to see among the person’s', async () => {
  const jo = await world.person();
  const owner = await world.person();
  const organization = await world.organization({ owner, members: [[jo]] });
  await world.invitation({ organization, email: jo.email });
  const bound = await cast.visit(jo, { impersonator: { by: owner, from: await cast.visit(owner), boundTo: organization } });

  expect((await bound.run('{ viewer { invitations { id } user { invitations { id } } } }')).viewer).toEqual({
    invitations: [],
    user: { invitations: [] },
  });
});

test('the bound holds where the scope was cleared', async () => {
  const visit = await cast.adminAsTraveller();
  const { acme, globex } = cast.organizations;
  await world.database.query(world.sql`UPDATE sessions SET organization_id = NULL WHERE id = ${visit.sessionUuid}::uuid`);
  const { authRefresh } = await world.anonymous.run(
    'mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ... on AuthRefreshSuccess { tokens { accessToken } } ... on MutationError { code } } }',
    { input: { refreshToken: visit.refreshToken } },
  );
  const unscoped = cast.visitWith(authRefresh.tokens.accessToken, visit);

  const data = await unscoped.run(
    'query ($acme: ID!, $globex: ID!) { acme: node(id: $acme) { id } globex: node(id: $globex) { id } viewer { memberships { organizationId } user { externalId sessionCount } } }',
    { acme: acme.id, globex: globex.id },
  );

  expect(data).toEqual({
    acme: { id: acme.id },
    globex: null,
    viewer: { memberships: [{ organizationId: acme.id }], user: { externalId: null, sessionCount: 1 } },
  });
});

// ---------------------------------------------------------------- what is, and what is over

test('ended, expired and orphaned sessions are in no list, in no count and not there by id', async () => {
  const jo = await world.person();
  const self = await cast.visit(jo);
  const [ended, expired] = [await cast.visit(jo), await cast.visit(jo)];
  const from = await cast.visit(cast.people.superAdmin);
  const orphaned = await cast.visit(jo, { impersonator: { by: cast.people.superAdmin, from } });
  await world.database.query(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${ended.sessionUuid}::uuid`);
  // The session that an impersonation was started from may just run out, and the impersonation is over with it.
  await world.database.query(
    world.sql`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = ANY(${[expired.sessionUuid, from.sessionUuid]}::uuid[])`,
  );

  await expect(orphaned.run('{ viewer { user { id } } }')).toBeRefused('UNAUTHENTICATED');
  for (const reader of [self, readers.superAdmin]) {
    const { user, nodes } = await reader.run(
      'query ($id: ID!, $ids: [ID!]!) { user(id: $id) { sessions { id } sessionCount } nodes(ids: $ids) { id } }',
      {
        id: jo.id,
        ids: [ended, expired, orphaned, self].map(({ sessionId }) => sessionId),
      },
    );
    expect(user).toEqual({ sessions: [{ id: self.sessionId }], sessionCount: 1 });
    expect(nodes).toEqual([null, null, null, { id: self.sessionId }]);
  }
});

test('ended and expired invitations are in no list of the person', async () => {
  const jo = await world.person();
  const { initech, acme, globex, closed, shop } = cast.organizations;
  const pending = await world.invitation({ organization: initech, email: jo.email });
  await world.invitation({ organization: acme, email: jo.email, status: 'REVOKED' });
  await world.invitation({ organization: globex, email: jo.email, status: 'DECLINED' });
  await world.invitation({ organization: closed, email: jo.email, expiresAt: new Date(Date.now() - 1000) });
  await world.invitation({ organization: shop, email: jo.email, status: 'EXPIRED' });
  const visit = await cast.visit(jo);

  const { viewer } = await visit.run('{ viewer { invitations { id status } user { invitations { id } } } }');

  expect(viewer).toEqual({ invitations: [{ id: pending.id, status: 'PENDING' }], user: { invitations: [{ id: pending.id }] } });
});

test('an unverified address shows no invitation, not even to a member who reads those of the organization', async () => {
  const jo = await world.person({ emailVerified: false });
  const organization = await world.organization({ owner: await world.person(), members: [[jo]] });
  await world.invitation({ organization, email: jo.email });
  const visit = await cast.visit(jo);

  expect((await visit.run('{ viewer { invitations { id } user { invitations { id } } } }')).viewer).toEqual({
    invitations: [],
    user: { invitations: [] },
  });
});

test('who shares an address with a person of another pool shares its invitations, and nothing else', async () => {
  const email = 'twice@example.com';
  const here = await cast.visit(await world.person({ email }));
  const there = await world.person({ email, pool: cast.pools.far.code });
  const invitation = await world.invitation({ organization: cast.organizations.initech, email });
  const elsewhere = await cast.visit(there);

  expect((await here.run('{ viewer { invitations { id } } }')).viewer.invitations).toEqual([{ id: invitation.id }]);
  expect((await elsewhere.run('{ viewer { invitations { id } } }')).viewer.invitations).toEqual([{ id: invitation.id }]);
  expect((await here.run('query ($id: ID!) { user(id: $id) { id } }', { id: there.id })).user).toBeNull();
});

test('staff rights hold in every scope, also for staff that is a member', async () => {
  const admin = await world.person({ roles: ['super_admin'] });
  const organization = await world.organization({ owner: await world.person(), members: [[admin, ['seller']]] });
  const scoped = await cast.visit(admin, { organization });

  const data = await scoped.run(
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id } users(first: 1) { nodes { id } } viewer { permissions } }',
    {
      ids: [cast.organizations.acme.id, membership('globex', 'outsider'), cast.invitations.ofClosed.id],
    },
  );

  expect(data.nodes).not.toContain(null);
  expect(data.users.nodes).toHaveLength(1);
  expect(data.viewer.permissions).toEqual(expect.arrayContaining(['org:read', 'users:read']));
  expect(data.viewer.permissions).not.toContain('org:members:read');
});

test('an impersonation has the rights of its person, not those of staff', async () => {
  expect((await own('staff as traveller', 'permissions')).permissions).toEqual([]);
  expect(refused(await readers['staff as traveller'].ask('{ users { totalCount } }'))).toEqual([{ users: null }, ['FORBIDDEN']]);
  expect(
    (await readers['staff as traveller'].run('query ($id: ID!) { node(id: $id) { id } }', { id: cast.organizations.initech.id }))
      .node,
  ).toBeNull();
});

// ---------------------------------------------------------------- no page is blanked

/** Everything below a type that needs no argument, so many levels deep. */
function everything(type: GraphQLObjectType, levels: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return [];
    const named = getNamedType(field.type);
    if (!isCompositeType(named)) return [field.name];
    if (levels === 1 || !isObjectType(named)) return [];
    const inner = everything(named, levels - 1);
    return inner ? [`${field.name} { ${inner} }`] : [];
  });
  return fields.join(' ');
}

const viewerType = schema.getType('Viewer') as GraphQLObjectType;
const connectionOfUsers = schema.getType('UserConnection') as GraphQLObjectType;

test.each(everyReader)('everything below viewer is whole for %s: no field blanks it', async (reader) => {
  const { data, errors } = await readers[reader].ask(`{ viewer { ${everything(viewerType, 5)} } }`);

  expect(errors.filter(({ extensions }) => extensions.code !== 'FORBIDDEN')).toEqual([]);
  if (reader === 'anonymous') expect(data).toEqual({ viewer: null });
  else expect(data.viewer).toMatchObject({ user: { id: expect.any(String) }, session: { id: readers[reader].sessionId } });
});

test.each(staff)('everything below users is whole for %s: no field blanks it', async (reader) => {
  const { data, errors } = await readers[reader].ask(`{ users(first: 5) { ${everything(connectionOfUsers, 5)} } }`);

  expect(errors.filter(({ extensions }) => extensions.code !== 'FORBIDDEN')).toEqual([]);
  expect(data.users.nodes).toHaveLength(5);
  expect(data.users.edges).toHaveLength(5);
});

test.each(everyReader)('everything that %s sees by an id is whole', async (reader) => {
  const types = ruled.filter((name) => name !== 'Viewer').map((name) => schema.getType(name) as GraphQLObjectType);
  // Fields of one name and different nullability can't be selected side by side, so each type is asked for on its own.
  for (const type of types) {
    const wanted = Object.values(things).filter((thing) => thing.type === type.name);
    const { data, errors } = await readers[reader].ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on ${type.name} { ${everything(type, 4)} } } }`,
      {
        ids: wanted.map((thing) => thing.id()),
      },
    );

    expect(errors.filter(({ extensions }) => extensions.code !== 'FORBIDDEN')).toEqual([]);
    expect(data.nodes.map((node: unknown) => node !== null)).toEqual(wanted.map(({ by }) => by.includes(reader)));
  }
});
