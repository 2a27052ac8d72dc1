import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLUnionType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeAnyId, encodeId, prefixes } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { happened } from './support/events.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Answer, defaultPool as defaultPoolUuid, password, startWorld, type World } from './support/world.ts';

/**
 * Who sees what, on every path that leads to it. The tables are written by hand from the design; nothing here is taken
 * from `src/policy.ts`.
 */

let world: World;
let cast: Cast;
let readers: Record<Reader, Visit>;
/** What the owner of Acme has elsewhere: another organization, and what it has there and of its own. */
let elsewhere: Awaited<ReturnType<typeof makeElsewhere>>;
let events: Awaited<ReturnType<typeof makeEvents>>;
/** One event of Acme about each of the things. */
let eventsAbout: Record<string, { readonly id: string; readonly by: readonly Reader[] }>;

beforeAll(async () => {
  // The query that selects everything is larger than what clients may send.
  world = await startWorld({
    STEWARD_MAX_TOKENS: '100000',
    STEWARD_MAX_COST: '10000000',
    STEWARD_MAX_LEAVES: '100000000',
    STEWARD_MAX_PAGE_SIZE: '30',
    STEWARD_MAX_DEPTH: '50',
    STEWARD_MAX_ALIASES: '10000',
    STEWARD_MAX_BODY_BYTES: '10000000',
  });
  cast = await makeCast(world);
  elsewhere = await makeElsewhere();
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
    'owner in the annex': await visit(people.owner, { organization: elsewhere.annex }),
    'staff as admin': await visit(people.admin, {
      impersonator: { by: people.superAdmin, from: await visit(people.superAdmin) },
    }),
    'admin as owner': await visit(people.owner, {
      impersonator: { by: people.admin, from: await visit(people.admin), boundTo: organizations.acme },
    }),
    superAdmin: await visit(people.superAdmin),
    systemAdmin: await visit(people.systemAdmin),
  };
  events = await makeEvents();
  eventsAbout = {};
  for (const [name, { id, by }] of Object.entries(things)) {
    const { type, uuid } = decodeAnyId(id())!;
    const subject = { type: prefixes[type], id: uuid };
    const event = await happened(world, { action: 'thing.touched', subject, organizationId: organizations.acme.uuid });
    eventsAbout[name] = { id: event.id, by };
  }
});

async function makeElsewhere() {
  const { owner } = cast.people;
  const annex = await world.organization({ owner, name: 'Annex', customRoles: { usher: ['org:update'] } });
  const pool = await world.pool('tag-of-owner');
  await cast.tag(owner, pool);
  const app = await world.app();
  const grant = await world.grant(owner, app);
  const invitation = await world.invitation({ organization: cast.organizations.initech, email: owner.email });
  const [role] = await world.database.query<{ id: string }>(
    world.sql`SELECT id FROM roles WHERE organization_id = ${annex.uuid}::uuid`,
  );
  return { annex, pool, app, grant, invitation, role: { id: encodeId('role', role!.id) } };
}

/** Where requests of events came from, and through what. */
const origin = { ipAddress: '198.51.100.9', userAgent: 'curl/8' };

async function makeEvents() {
  const { admin, owner, member, superAdmin, traveller, outsider } = cast.people;
  const { acme, globex, closed, initech, shop } = cast.organizations;
  const action = 'organization.updated';
  const about = { type: 'user' as const, id: traveller.uuid };
  return {
    byAdmin: await happened(world, { action, organizationId: acme.uuid }, { by: admin, ...origin }),
    asOwner: await happened(world, { action, organizationId: acme.uuid }, { by: owner, really: superAdmin, ...origin }),
    asMember: await happened(world, { action, organizationId: acme.uuid }, { by: member, really: admin, ...origin }),
    byNobody: await happened(world, { action, organizationId: acme.uuid }, origin),
    ofGlobex: await happened(world, { action, organizationId: globex.uuid, subject: about }, { by: outsider, ...origin }),
    ofClosed: await happened(world, { action, organizationId: closed.uuid }, origin),
    ofInitech: await happened(world, { action, organizationId: initech.uuid, subject: about }, origin),
    ofShop: await happened(world, { action, organizationId: shop.uuid }, { by: traveller, ...origin }),
    ofAnnex: await happened(world, { action, organizationId: elsewhere.annex.uuid }, { by: owner, ...origin }),
    ofNone: await happened(world, { action: 'user.updated', subject: about }, { by: traveller, ...origin }),
  };
}

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
  'owner in the annex',
  'staff as admin',
  'admin as owner',
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
  'staff as admin',
  'admin as owner',
] as const;
const readsAcme = [...readsMembersOfAcme, 'seller'] as const;
const readsEventsOfAcme = ['admin', 'owner', 'staff as admin', 'admin as owner'] as const;
const readsGlobex = ['outsider', ...travellers] as const;
/** Acme's owner as itself; one of its sessions is scoped to its other organization. */
const owners = ['owner', 'owner in the annex'] as const;
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
  'the admin who impersonates': { type: 'User', id: () => cast.people.admin.id, by: ['admin', 'staff as admin', ...staff] },
  'the super admin who impersonates': { type: 'User', id: () => cast.people.superAdmin.id, by: staff },
  'the owner of Acme': { type: 'User', id: () => cast.people.owner.id, by: [...owners, 'admin as owner', ...staff] },

  'a session of the traveller': { type: 'Session', id: () => readers.traveller.sessionId, by: [...travellers, ...staff] },
  'an impersonation of the traveller': {
    type: 'Session',
    id: () => readers['admin as traveller'].sessionId,
    by: [...travellers, 'admin as traveller', ...staff],
  },
  'a session of the admin who impersonates': {
    type: 'Session',
    id: () => readers.admin.sessionId,
    by: ['admin', 'staff as admin', ...staff],
  },
  'a session of the owner': { type: 'Session', id: () => readers.owner.sessionId, by: [...owners, ...staff] },
  'an impersonation of the owner': {
    type: 'Session',
    id: () => readers['admin as owner'].sessionId,
    by: [...owners, 'admin as owner', ...staff],
  },

  'a grant': { type: 'AppGrant', id: () => cast.grants.active, by: [...travellers, ...staff] },
  'a revoked grant': { type: 'AppGrant', id: () => cast.grants.revoked, by: [...travellers, ...staff] },
  'an app with a grant for it': { type: 'App', id: () => cast.apps.granted.id, by: [...travellers, ...staff] },
  'an app with a revoked grant for it': { type: 'App', id: () => cast.apps.revoked.id, by: [...travellers, ...staff] },
  "the owner's grant": { type: 'AppGrant', id: () => elsewhere.grant, by: [...owners, ...staff] },
  "the owner's app": { type: 'App', id: () => elsewhere.app.id, by: [...owners, ...staff] },
  'an app without a grant': { type: 'App', id: () => cast.apps.other.id, by: staff },

  'the pool that everybody is at home in': { type: 'Pool', id: () => defaultPool, by: signedIn },
  "the traveller's further pool": { type: 'Pool', id: () => cast.pools.tag.id, by: [...travellers, ...staff] },
  "the super admin's further pool": {
    type: 'Pool',
    id: () => cast.pools.staff.id,
    by: ['staff as traveller', 'staff as admin', ...staff],
  },
  "the admin's further pool": {
    type: 'Pool',
    id: () => cast.pools.admin.id,
    by: ['admin', 'staff as admin', 'admin as traveller', 'admin as owner', ...staff],
  },
  "the owner's further pool": { type: 'Pool', id: () => elsewhere.pool.id, by: [...owners, ...staff] },
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
  'the other organization of the owner': { type: 'Organization', id: () => elsewhere.annex.id, by: [...owners, ...staff] },

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
  'the membership of the owner of Acme': {
    type: 'Membership',
    id: () => membership('acme', 'owner'),
    by: [...readsMembersOfAcme, 'owner in the annex', ...staff],
  },
  'the membership of the owner elsewhere': {
    type: 'Membership',
    id: () => elsewhere.annex.memberships.get(cast.people.owner.uuid)!,
    by: [...owners, ...staff],
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
  'the custom role of the other organization of the owner': {
    type: 'Role',
    id: () => elsewhere.role.id,
    by: [...owners, ...staff],
  },
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
  'an invitation to the owner': { type: 'Invitation', id: () => elsewhere.invitation.id, by: [...owners, ...staff] },

  'an event of Acme': { type: 'AuditEvent', id: () => events.byAdmin.id, by: [...readsEventsOfAcme, ...staff] },
  'an event of Acme, of nobody': { type: 'AuditEvent', id: () => events.byNobody.id, by: [...readsEventsOfAcme, ...staff] },
  // It is about the traveller, who is no more than a member there.
  'an event of Globex': { type: 'AuditEvent', id: () => events.ofGlobex.id, by: ['outsider', ...staff] },
  'an event of the suspended organization': { type: 'AuditEvent', id: () => events.ofClosed.id, by: staff },
  'an event of the organization that invites': { type: 'AuditEvent', id: () => events.ofInitech.id, by: staff },
  'an event of the organization that the traveller owns': {
    type: 'AuditEvent',
    id: () => events.ofShop.id,
    by: ['traveller', 'staff as traveller', ...staff],
  },
  'an event of the other organization of the owner': {
    type: 'AuditEvent',
    id: () => events.ofAnnex.id,
    by: [...owners, ...staff],
  },
  'an event of no organization, by the traveller': { type: 'AuditEvent', id: () => events.ofNone.id, by: staff },
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
      user: { ownedOrganizations: [{ id: elsewhere.annex.id }, { id: cast.organizations.acme.id }] },
    });
    expect(await own('owner in the annex', 'user { ownedOrganizations { id } }')).toEqual({
      user: { ownedOrganizations: [{ id: elsewhere.annex.id }] },
    });
    expect(await own('staff as admin', 'user { ownedOrganizations { id } }')).toEqual({ user: { ownedOrganizations: [] } });
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

  'HardDeletePreview.user → User': async () => {
    const document = 'query ($id: ID!) { userHardDeletePreview(userId: $id) { user { id email } } }';
    const { id, email } = cast.people.traveller;
    for (const reader of everyReader) {
      const answer = await readers[reader].ask(document, { id });
      expect(refused(answer)).toEqual(
        reader === 'systemAdmin'
          ? [{ userHardDeletePreview: { user: { id, email } } }, []]
          : [{ userHardDeletePreview: null }, [reader === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN']],
      );
    }
  },

  'AccessPath.membership → Membership': async () => {
    const { acme } = cast.organizations;
    const there = `access(permission: "org:update", organizationId: "${acme.id}") { paths { membership { id } } }`;
    const mine = (await own('admin', `user { ${there} }`)).user.access.paths;
    expect(mine).toEqual([{ membership: { id: membership('acme', 'admin') } }]);
    // Whoever acts as a seller is shown to them, and not what is shown to those alone who read members.
    const { admin, seller } = cast.people;
    const asSeller = await cast.visit(seller, { impersonator: { by: admin, from: await cast.visit(admin), boundTo: acme } });
    const { viewer } = await asSeller.run(`{ viewer { impersonator { ${there} } } }`);
    expect(viewer.impersonator.access.paths).toEqual([{ membership: null }]);
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
  'AccessPath.role → Role': async () => {
    const { globex, acme } = cast.organizations;
    const there = `access(permission: "org:members:invite", organizationId: "${globex.id}") { paths { role { id organization { id } } } }`;
    const pathsOf = async (reader: Reader) => (await own(reader, `user { ${there} }`)).user.access.paths;
    const role = { id: cast.roles.scout.id, organization: { id: globex.id } };
    for (const reader of travellers) expect(await pathsOf(reader)).toEqual([{ role }]);
    for (const reader of ['admin as traveller', 'admin'] as const) expect(await pathsOf(reader)).toEqual([]);
    // Of one's own membership one knows, and of the role that it carries, wherever the session is.
    const { viewer } = await (await cast.visit(cast.people.traveller, { organization: acme })).run(
      `{ viewer { user { ${there} } } }`,
    );
    expect(viewer.user.access.paths).toEqual([{ role: { ...role, organization: null } }]);
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

  // ---- by a root field that takes an id, a code or a slug

  'Query.organization → Organization': () => byRoot('organization(id: $value)', 'ID!', 'Organization'),
  'Query.organizationBySlug → Organization': () => byRoot('organizationBySlug(slug: $value)', 'String!', 'Organization', 'slug'),
  'Query.app → App': () => byRoot('app(id: $value)', 'ID!', 'App'),
  'Query.appByCode → App': () => byRoot('appByCode(code: $value)', 'String!', 'App', 'code'),
  'Query.poolByCode → Pool': () => byRoot('poolByCode(code: $value)', 'String!', 'Pool', 'code'),
  'Query.invitationByToken → Invitation': async () => {
    // Whoever holds the token, with what the invitation carries; the organization itself only who sees it anyway.
    const { toTraveller, ofAcme } = cast.invitations;
    const { initech, acme } = cast.organizations;
    const document = `query ($token: String!) { invitationByToken(token: $token) {
      id email organizationId organizationName organizationSlug invitedByName organization { id } roles { code organization { id } } } }`;
    const read = (token: string) => all(everyReader, async (visit) => (await visit.run(document, { token })).invitationByToken);
    const of = (invitation: { id: string }, email: string, { id, name, slug }: { id: string; name: string; slug: string }) => ({
      id: invitation.id,
      email,
      organizationId: id,
      organizationName: name,
      organizationSlug: slug,
    });
    const member = { code: 'org_member', organization: null };
    expect(await read(toTraveller.token)).toEqual(
      Object.fromEntries(
        everyReader.map((reader) => {
          const organization = includes(staff, reader) ? { id: initech.id } : null;
          return [
            reader,
            {
              ...of(toTraveller, cast.people.traveller.email, initech),
              invitedByName: 'Owner of the inviting organization',
              organization,
              roles: [{ code: 'temp', organization }, member],
            },
          ];
        }),
      ),
    );
    expect(await read(ofAcme.token)).toEqual(
      Object.fromEntries(
        everyReader.map((reader) => [
          reader,
          {
            ...of(ofAcme, 'stranger@example.com', acme),
            invitedByName: 'Admin',
            organization: includes([...readsAcme, ...staff], reader) ? { id: acme.id } : null,
            roles: [member],
          },
        ]),
      ),
    );
    expect(await read(`${ofAcme.token}x`)).toEqual(same(everyReader, null));
  },

  // ---- lists of everything

  'Query.users → UserConnection': () => staffAlone('users(first: 1) { totalCount }'),
  'Query.usersLookup → UsersLookup': () => staffAlone('usersLookup(ids: []) { missingIds }'),
  'Query.organizations → OrganizationConnection': () => staffAlone('organizations(first: 1) { totalCount }'),
  'Query.auditEvents → AuditEventConnection': () => staffAlone('auditEvents(first: 1) { totalCount }'),
  'OrganizationConnection.nodes → Organization': async () => {
    const { organizations } = await readers.superAdmin.run('{ organizations(first: 30) { totalCount nodes { id } } }');
    expect(ids(organizations.nodes)).toEqual(
      expect.arrayContaining(ids([...Object.values(cast.organizations), elsewhere.annex])),
    );
    expect(organizations.totalCount).toBe(organizations.nodes.length);
    await staffAlone('organizations { nodes { id } }');
  },
  'OrganizationEdge.node → Organization': async () => {
    const { id, name } = cast.organizations.closed;
    const document = 'query ($where: OrganizationWhere) { organizations(where: $where) { edges { node { id name status } } } }';
    const where = { ids: [id] };
    expect((await readers.systemAdmin.run(document, { where })).organizations.edges).toEqual([
      { node: { id, name, status: 'SUSPENDED' } },
    ]);
    for (const reader of ['confined', 'owner', 'staff as admin', 'admin as owner'] as const)
      expect(refused(await readers[reader].ask(document, { where }))).toEqual([{ organizations: null }, ['FORBIDDEN']]);
  },
  'Query.apps → App': async () => {
    const wanted = ids([...Object.values(cast.apps), elsewhere.app]);
    for (const reader of staff)
      expect(ids((await readers[reader].run('{ apps { id } }')).apps)).toEqual(expect.arrayContaining(wanted));
    await staffAlone('apps { id }');
  },
  'Query.pools → Pool': async () => {
    const wanted = [defaultPool, ...ids([...Object.values(cast.pools), elsewhere.pool])];
    for (const reader of staff)
      expect(ids((await readers[reader].run('{ pools { id } }')).pools)).toEqual(expect.arrayContaining(wanted));
    await staffAlone('pools { id }');
  },

  // ---- below an organization

  'Organization.owner → Membership': async () => {
    const { acme, globex, closed, shop } = cast.organizations;
    expect(await inside(acme, 'owner { id }')).toEqual({
      ...same([...readsMembersOfAcme, ...staff], { id: membership('acme', 'owner') }),
      seller: null,
    });
    expect(await inside(globex, 'owner { id }')).toEqual(
      same([...readsGlobex, ...staff], { id: membership('globex', 'outsider') }),
    );
    // org:read alone shows no member but oneself.
    expect(await inside(closed, 'owner { id }')).toEqual({
      confined: null,
      ...same(staff, { id: membership('closed', 'landlord') }),
    });
    expect(await inside(shop, 'owner { id }')).toEqual(
      same(['traveller', 'staff as traveller', ...staff], { id: membership('shop', 'traveller') }),
    );
  },
  'Organization.viewerMembership → Membership': async () => {
    const { acme, globex, closed } = cast.organizations;
    const own = (who: keyof Cast['people']) => ({ id: membership('acme', who) });
    expect(await inside(acme, 'viewerMembership { id }')).toEqual({
      member: own('member'),
      manager: own('manager'),
      admin: own('admin'),
      owner: own('owner'),
      inviter: own('inviter'),
      seller: own('seller'),
      traveller: own('traveller'),
      'staff as traveller': own('traveller'),
      'admin as traveller': own('traveller'),
      'staff as admin': own('admin'),
      'admin as owner': own('owner'),
      ...same(staff, null),
    });
    expect(await inside(globex, 'viewerMembership { id }')).toEqual({
      outsider: { id: membership('globex', 'outsider') },
      ...same(travellers, { id: membership('globex', 'traveller') }),
      ...same(staff, null),
    });
    expect(await inside(closed, 'viewerMembership { id }')).toEqual({
      confined: { id: membership('closed', 'confined') },
      ...same(staff, null),
    });
  },
  'Organization.memberships → MembershipConnection': async () => {
    const { acme, globex, closed } = cast.organizations;
    const selection = 'memberships(orderBy: { field: EMAIL }) { totalCount nodes { id } }';
    const members = (organization: 'acme' | 'globex' | 'closed', who: readonly (keyof Cast['people'])[]) => ({
      totalCount: who.length,
      nodes: [...who]
        .sort((one, other) => (cast.people[one].email < cast.people[other].email ? -1 : 1))
        .map((one) => ({ id: membership(organization, one) })),
    });
    // The suspended one is among them, for everyone who sees members.
    const ofAcme = ['owner', 'admin', 'manager', 'member', 'inviter', 'seller', 'suspended', 'traveller'] as const;
    expect(await inside(acme, selection)).toEqual({
      ...same([...readsMembersOfAcme, ...staff], members('acme', ofAcme)),
      seller: 'FORBIDDEN',
    });
    expect(await inside(globex, selection)).toEqual(
      same([...readsGlobex, ...staff], members('globex', ['outsider', 'traveller'])),
    );
    expect(await inside(closed, selection)).toEqual({
      confined: 'FORBIDDEN',
      ...same(staff, members('closed', ['landlord', 'confined', 'cellmate'])),
    });
  },
  'Organization.roles → Role': async () => {
    const { acme, closed } = cast.organizations;
    const selection = 'roles { code organization { id } }';
    const builtIn = ['org_admin', 'org_manager', 'seller', 'buyer', 'org_member'];
    const byCode = (found: any) => [...found].sort((one, other) => (one.code < other.code ? -1 : 1));
    const roles = (own: string, organization: { id: string }) =>
      byCode([...builtIn.map((code) => ({ code, organization: null })), { code: own, organization: { id: organization.id } }]);
    const sorted = async (organization: { id: string }) =>
      Object.fromEntries(Object.entries(await inside(organization, selection)).map(([reader, found]) => [reader, byCode(found)]));
    expect(await sorted(acme)).toEqual(same([...readsAcme, ...staff], roles('inviter', acme)));
    expect(await sorted(closed)).toEqual(same(['confined', ...staff], roles('turnkey', closed)));
  },
  'Organization.assignableRoles → Role': async () => {
    const { acme, closed } = cast.organizations;
    const selection = 'assignableRoles { code }';
    const roles = (...codes: string[]) => codes.map((code) => ({ code }));
    const every = roles('org_admin', 'org_manager', 'seller', 'buyer', 'inviter', 'org_member');
    expect(await inside(acme, selection)).toEqual({
      ...same([...readsAcme], []),
      manager: roles('org_manager', 'seller', 'buyer', 'inviter', 'org_member'),
      ...same(['admin', 'owner', ...staff], every),
    });
    expect(await inside(closed, selection)).toEqual({
      confined: [],
      ...same(staff, roles('org_admin', 'org_manager', 'seller', 'buyer', 'turnkey', 'org_member')),
    });
  },
  'Organization.invitations → InvitationConnection': async () => {
    const { acme, closed, globex } = cast.organizations;
    const selection = 'invitations { totalCount nodes { id } }';
    const one = (id: string) => ({ totalCount: 1, nodes: [{ id }] });
    expect(await inside(acme, selection)).toEqual({
      ...same([...readsMembersOfAcme, ...staff], one(cast.invitations.ofAcme.id)),
      seller: 'FORBIDDEN',
    });
    expect(await inside(closed, selection)).toEqual({ confined: 'FORBIDDEN', ...same(staff, one(cast.invitations.ofClosed.id)) });
    expect(await inside(globex, selection)).toEqual(same([...readsGlobex, ...staff], { totalCount: 0, nodes: [] }));
  },
  'InvitationConnection.nodes → Invitation': async () => {
    const document =
      'query ($id: ID!) { organization(id: $id) { invitations { nodes { id email organization { id } roles { code } } } } }';
    const { acme } = cast.organizations;
    for (const reader of ['member', 'inviter', 'admin as owner', 'superAdmin'] as const)
      expect((await readers[reader].run(document, { id: acme.id })).organization.invitations.nodes).toEqual([
        {
          id: cast.invitations.ofAcme.id,
          email: 'stranger@example.com',
          organization: { id: acme.id },
          roles: [{ code: 'org_member' }],
        },
      ]);
  },
  'InvitationEdge.node → Invitation': async () => {
    const document =
      'query ($id: ID!) { organization(id: $id) { invitations { edges { node { id roles { code organization { id } } } } } } }';
    const { initech } = cast.organizations;
    const { organization } = await readers.systemAdmin.run(document, { id: initech.id });
    expect(organization.invitations.edges.map(({ node }: any) => node)).toContainEqual({
      id: cast.invitations.toTraveller.id,
      roles: [
        { code: 'temp', organization: { id: initech.id } },
        { code: 'org_member', organization: null },
      ],
    });
    // Who is invited is no member yet.
    for (const reader of [...travellers, ...owners])
      expect(await readers[reader].run(document, { id: initech.id })).toEqual({ organization: null });
  },
  'Organization.auditEvents → AuditEventConnection': async () => {
    const { acme, globex, closed, shop } = cast.organizations;
    const selection = 'auditEvents(where: { actions: ["organization.updated"] }) { totalCount nodes { id } }';
    const page = (...of: { id: string }[]) => ({ totalCount: of.length, nodes: of.map(({ id }) => ({ id })) });
    const { byAdmin, asOwner, asMember, byNobody, ofGlobex, ofClosed, ofShop } = events;
    expect(await inside(acme, selection)).toEqual({
      ...same([...readsAcme], 'FORBIDDEN'),
      ...same([...readsEventsOfAcme, ...staff], page(byNobody, asMember, asOwner, byAdmin)),
    });
    expect(await inside(globex, selection)).toEqual({
      ...same(travellers, 'FORBIDDEN'),
      ...same(['outsider', ...staff], page(ofGlobex)),
    });
    expect(await inside(closed, selection)).toEqual({ confined: 'FORBIDDEN', ...same(staff, page(ofClosed)) });
    expect(await inside(shop, selection)).toEqual(same(['traveller', 'staff as traveller', ...staff], page(ofShop)));
    expect(await inside(elsewhere.annex, selection)).toEqual(same([...owners, ...staff], page(events.ofAnnex)));
  },

  // ---- audit events

  'AuditEventConnection.nodes → AuditEvent': async () => {
    await originsOf(async (visit) => {
      const { organization } = await visit.run(
        `query ($id: ID!) { organization(id: $id) { auditEvents(where: { actions: ["organization.updated"] }) { nodes { ${originSelection} } } } }`,
        { id: cast.organizations.acme.id },
      );
      return organization.auditEvents.nodes;
    });
  },
  'AuditEventEdge.node → AuditEvent': async () => {
    await originsOf(async (visit) => {
      const { organization } = await visit.run(
        `query ($id: ID!) { organization(id: $id) { auditEvents(where: { actions: ["organization.updated"] }) { edges { node { ${originSelection} } } } } }`,
        { id: cast.organizations.acme.id },
      );
      return organization.auditEvents.edges.map(({ node }: any) => node);
    });
  },
  'User.auditEvents → AuditEventConnection': async () => {
    // Not even one's own: what else was done is for the operator to know.
    for (const reader of signedIn) {
      const answer = await readers[reader].ask('{ viewer { user { auditEvents { totalCount } } } }');
      if (includes(staff, reader)) expect(answer).toMatchObject({ errors: [], data: { viewer: { user: { auditEvents: {} } } } });
      else expect(refused(answer)).toEqual([{ viewer: { user: { auditEvents: null } } }, ['FORBIDDEN']]);
    }
    for (const reader of ['staff as traveller', 'admin as traveller', 'staff as admin', 'admin as owner'] as const)
      expect(refused(await readers[reader].ask('{ viewer { impersonator { auditEvents { totalCount } } } }'))).toEqual([
        { viewer: { impersonator: { auditEvents: null } } },
        ['FORBIDDEN'],
      ]);
    const { auditEvents } = await ofPerson(
      'superAdmin',
      'traveller',
      'auditEvents(where: { actions: ["organization.updated", "user.updated"] }) { totalCount nodes { id } }',
    );
    const { ofGlobex, ofInitech, ofShop, ofNone } = events;
    expect(auditEvents).toEqual({ totalCount: 4, nodes: [ofNone, ofShop, ofInitech, ofGlobex].map(({ id }) => ({ id })) });
  },
  'AuditEvent.actor → User': async () => {
    const { admin, owner, member } = cast.people;
    expect(await inEvents('actor { id }')).toEqual({
      admin: [{ actor: { id: admin.id } }, { actor: null }, { actor: null }, { actor: null }],
      owner: [{ actor: null }, { actor: { id: owner.id } }, { actor: null }, { actor: null }],
      'staff as admin': [{ actor: { id: admin.id } }, { actor: null }, { actor: null }, { actor: null }],
      'admin as owner': [{ actor: null }, { actor: { id: owner.id } }, { actor: null }, { actor: null }],
      ...same(staff, [{ actor: { id: admin.id } }, { actor: { id: owner.id } }, { actor: { id: member.id } }, { actor: null }]),
    });
    expect(await inEvents('actorId actorName')).toEqual(
      same(
        [...readsEventsOfAcme, ...staff],
        [
          { actorId: admin.id, actorName: 'Admin' },
          { actorId: owner.id, actorName: 'Owner' },
          { actorId: member.id, actorName: 'Member' },
          { actorId: null, actorName: null },
        ],
      ),
    );
  },
  'AuditEvent.impersonator → User': async () => {
    const { admin, superAdmin } = cast.people;
    const none = { impersonator: null };
    const admins = [none, none, { impersonator: { id: admin.id } }, none];
    expect(await inEvents('impersonator { id }')).toEqual({
      admin: admins,
      owner: [none, none, none, none],
      // Who acts as somebody is shown itself through `viewer.impersonator` alone.
      'staff as admin': admins,
      'admin as owner': [none, none, none, none],
      ...same(staff, [none, { impersonator: { id: superAdmin.id } }, { impersonator: { id: admin.id } }, none]),
    });
    expect(await inEvents('impersonatorId impersonatorName')).toEqual(
      same(
        [...readsEventsOfAcme, ...staff],
        [
          { impersonatorId: null, impersonatorName: null },
          { impersonatorId: superAdmin.id, impersonatorName: 'Super admin' },
          { impersonatorId: admin.id, impersonatorName: 'Admin' },
          { impersonatorId: null, impersonatorName: null },
        ],
      ),
    );
  },
  'AuditEvent.organization → Organization': async () => {
    const { acme, shop, closed } = cast.organizations;
    expect(await inEvents('organization { id } organizationId')).toEqual(
      same([...readsEventsOfAcme, ...staff], Array(4).fill({ organization: { id: acme.id }, organizationId: acme.id })),
    );
    const document = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on AuditEvent { organization { id } organizationId } } }';
    const ids = [events.ofShop.id, events.ofClosed.id, events.ofNone.id];
    expect((await readers.superAdmin.run(document, { ids })).nodes).toEqual([
      { organization: { id: shop.id }, organizationId: shop.id },
      { organization: { id: closed.id }, organizationId: closed.id },
      { organization: null, organizationId: null },
    ]);
  },

  // ---- below apps and pools

  'Pool.apps → App': async () => {
    for (const [reader, selection] of poolsWithoutRights)
      expect(await poolsOf(reader, `${selection} { apps { id } }`)).toEqual({ nulls: true, codes: ['FORBIDDEN'] });
    const document = 'query ($id: ID!) { node(id: $id) { ... on Pool { apps { id } } } }';
    for (const reader of staff) {
      expect((await readers[reader].run(document, { id: cast.pools.tag.id })).node.apps).toEqual([{ id: cast.apps.granted.id }]);
      expect((await readers[reader].run(document, { id: cast.pools.admin.id })).node.apps).toEqual([]);
    }
  },
  'Pool.users → UserConnection': async () => {
    for (const [reader, selection] of poolsWithoutRights)
      expect(await poolsOf(reader, `${selection} { users { nodes { id } } userCount homeCount tagCount }`)).toEqual({
        nulls: true,
        codes: ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
      });
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Pool { userCount homeCount tagCount users { totalCount nodes { id } } } } }';
    for (const reader of staff)
      expect((await readers[reader].run(document, { id: cast.pools.tag.id })).node).toEqual({
        userCount: 1,
        homeCount: 0,
        tagCount: 1,
        users: { totalCount: 1, nodes: [{ id: cast.people.traveller.id }] },
      });
  },
  'App.grants → AppGrantConnection': async () => {
    // Not even of an app that one has.
    for (const reader of [...travellers, ...owners]) {
      const answer = await readers[reader].ask('{ viewer { user { appGrants { app { userCount grants { totalCount } } } } } }');
      const { appGrants } = answer.data.viewer.user;
      expect(appGrants.length).toBeGreaterThan(0);
      expect(appGrants).toEqual(appGrants.map(() => ({ app: { userCount: null, grants: null } })));
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(appGrants.flatMap(() => ['FORBIDDEN', 'FORBIDDEN']));
    }
    const document = 'query ($id: ID!) { app(id: $id) { userCount grants { totalCount nodes { id } } } }';
    for (const reader of staff) {
      expect((await readers[reader].run(document, { id: cast.apps.revoked.id })).app).toEqual({
        userCount: 0,
        grants: { totalCount: 1, nodes: [{ id: cast.grants.revoked }] },
      });
    }
  },
  'AppGrantConnection.nodes → AppGrant': async () => {
    const document = 'query ($id: ID!) { app(id: $id) { grants { nodes { id user { id } app { id } } } } }';
    expect((await readers.superAdmin.run(document, { id: cast.apps.granted.id })).app.grants.nodes).toEqual([
      { id: cast.grants.active, user: { id: cast.people.traveller.id }, app: { id: cast.apps.granted.id } },
    ]);
    expect((await readers.member.run(document, { id: cast.apps.granted.id })).app).toBeNull();
  },
  'AppGrantEdge.node → AppGrant': async () => {
    const document = 'query ($id: ID!) { app(id: $id) { grants(status: [ACTIVE]) { edges { node { id grantedBy { id } } } } } }';
    expect((await readers.systemAdmin.run(document, { id: cast.apps.granted.id })).app.grants.edges).toEqual([
      { node: { id: cast.grants.active, grantedBy: { id: cast.people.superAdmin.id } } },
    ]);
    expect(refused(await readers.traveller.ask(document, { id: cast.apps.granted.id }))).toEqual([
      { app: { grants: null } },
      ['FORBIDDEN'],
    ]);
  },
  'User.memberships → MembershipConnection': async () => {
    const counts = await all(signedIn, async (visit) => {
      const { user } = (await visit.run('{ viewer { user { memberships { totalCount nodes { id } } } } }')).viewer;
      expect(user.memberships.nodes).toHaveLength(user.memberships.totalCount);
      return user.memberships.totalCount;
    });
    expect(counts).toEqual({
      ...same(signedIn, 1),
      ...same(['base', 'unverified', ...staff], 0),
      ...same(travellers, 3),
      // Also out of the session's scope, but not out of an organization's impersonation.
      ...same(owners, 2),
    });
  },
};

const same = <Value>(who: readonly Reader[], value: Value): Partial<Record<Reader, Value>> =>
  Object.fromEntries(who.map((reader) => [reader, value]));
const includes = (some: readonly Reader[], reader: Reader): boolean => some.includes(reader);

/** What each of them is told. */
async function all<Told>(who: readonly Reader[], read: (visit: Visit) => Promise<Told>): Promise<Partial<Record<Reader, Told>>> {
  const told: Partial<Record<Reader, Told>> = {};
  for (const reader of who) told[reader] = await read(readers[reader]);
  return told;
}

/** By that root field each thing of the type is seen by whom the design names, and the anonymous are told to sign in. */
async function byRoot(field: string, type: string, seen: string, key?: 'code' | 'slug') {
  const document = `query ($value: ${type}) { found: ${field} { __typename id } }`;
  for (const thing of Object.values(things).filter((one) => one.type === seen)) {
    const known = await readers.superAdmin.run(`query ($id: ID!) { node(id: $id) { ... on ${seen} { key: ${key ?? 'id'} } } }`, {
      id: thing.id(),
    });
    const variables = { value: known.node.key };
    const by = await seers(async (visit) => {
      if (visit.token !== null) return (await visit.run(document, variables)).found;
      expect(refused(await visit.ask(document, variables))).toEqual([{ found: null }, ['UNAUTHENTICATED']]);
      return null;
    }, thing);
    expect(by).toEqual(inOrder(thing.by));
  }
}

/** A root field that lists what nobody but staff may list. */
async function staffAlone(field: string) {
  const answers = await all(everyReader, async (visit) => {
    const { data, errors } = await visit.ask(`{ found: ${field} }`);
    return data.found === null ? errors[0]?.extensions.code : 'seen';
  });
  expect(answers).toEqual({ ...same(everyReader, 'FORBIDDEN'), anonymous: 'UNAUTHENTICATED', ...same(staff, 'seen') });
}

/** A field of an organization as each of those who see the organization is shown it, or FORBIDDEN at its very place. */
async function inside({ id }: { readonly id: string }, selection: string): Promise<Partial<Record<Reader, unknown>>> {
  const told: Partial<Record<Reader, unknown>> = {};
  for (const reader of signedIn) {
    const { data, errors } = await readers[reader].ask(`query ($id: ID!) { organization(id: $id) { found: ${selection} } }`, {
      id,
    });
    if (data.organization === null) expect(errors).toEqual([]);
    else if (errors.length === 0) told[reader] = data.organization.found;
    else {
      expect(data.organization.found).toBeNull();
      expect(errors.map(({ path }) => path)).toEqual([['organization', 'found']]);
      told[reader] = errors[0]!.extensions.code;
    }
  }
  return told;
}

/** The four events of Acme as each of those who see them is shown them, by their ids; nobody else sees one. */
async function inEvents(selection: string): Promise<Partial<Record<Reader, unknown[]>>> {
  const { byAdmin, asOwner, asMember, byNobody } = events;
  const told: Partial<Record<Reader, unknown[]>> = {};
  for (const reader of everyReader) {
    const { nodes } = await readers[reader].run(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on AuditEvent { ${selection} } } }`,
      {
        ids: [byAdmin, asOwner, asMember, byNobody].map(({ id }) => id),
      },
    );
    if (nodes.some((node: unknown) => node !== null)) told[reader] = nodes;
  }
  return told;
}

const originSelection = 'id ipAddress userAgent';

/** Where a request came from is shown to who sent it, be it as somebody else, and to staff that reads as itself. */
async function originsOf(read: (visit: Visit) => Promise<{ id: string }[]>) {
  const { byAdmin, asOwner, asMember, byNobody } = events;
  const shown = (...of: boolean[]) =>
    [byAdmin, asOwner, asMember, byNobody]
      .map(({ id }, at) => ({ id, ...(of[at] ? origin : { ipAddress: null, userAgent: null }) }))
      .reverse();
  expect(await all([...readsEventsOfAcme, ...staff], read)).toEqual({
    admin: shown(true, false, true, false),
    owner: shown(false, false, false, false),
    'staff as admin': shown(false, true, false, false),
    'admin as owner': shown(true, false, true, false),
    ...same(staff, shown(true, true, true, true)),
  });
}

/** Where readers without staff rights meet pools, of whose apps and users they are told nothing. */
const poolsWithoutRights = [
  ['base', 'user { pool: homePool'],
  ['traveller', 'user { pool: pools'],
  ['owner in the annex', 'user { pool: pools'],
  ['staff as traveller', 'impersonator { pool: pools'],
  ['admin as owner', 'impersonator { pool: pools'],
  ['admin as owner', 'impersonator { pool: homePool'],
] as const;

async function poolsOf(reader: Reader, selection: string) {
  const { data, errors } = await readers[reader].ask(`{ viewer { ${selection} } } }`);
  const [{ pool }] = Object.values(data.viewer) as [any];
  const [one] = [pool].flat();
  return { nulls: Object.values(one).every((value) => value === null), codes: errors.map(({ extensions }) => extensions.code) };
}

describe('on the path', () => {
  test.each(Object.entries(paths))('%s', (_path, check) => check());
});

test.each(everyReader)('what an event of Acme was done to is shown to %s where it sees it anyway', async (reader) => {
  const { nodes } = await readers[reader].run(
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on AuditEvent { subject { __typename id } subjectId } } }',
    { ids: ids(Object.values(eventsAbout)) },
  );

  const seesEvents = includes([...readsEventsOfAcme, ...staff], reader);
  expect(nodes).toEqual(
    Object.values(things).map(({ type, id, by }) =>
      seesEvents ? { subject: by.includes(reader) ? { __typename: type, id: id() } : null, subjectId: id() } : null,
    ),
  );
});

test.each(['node', 'nodes'])('%s: where an event came from is shown to who sent it, and to staff', async (field) => {
  const { byAdmin, asOwner, asMember, byNobody } = events;
  const all = ids([byNobody, asMember, asOwner, byAdmin]);

  await originsOf(async (visit) => {
    const selection = `... on AuditEvent { ${originSelection} }`;
    if (field === 'nodes')
      return (await visit.run(`query ($ids: [ID!]!) { nodes(ids: $ids) { ${selection} } }`, { ids: all })).nodes;
    const found = all.map((id) => visit.run(`query ($id: ID!) { node(id: $id) { ${selection} } }`, { id }));
    return (await Promise.all(found)).map(({ node }) => node);
  });
});

/** The types whose visibility the design rules, and who is asking. */
const ruled = [
  'User',
  'Session',
  'AppGrant',
  'Organization',
  'Membership',
  'Role',
  'Invitation',
  'App',
  'Pool',
  'AuditEvent',
  'Viewer',
];

/**
 * Members of what mutations answer. What they name is an id, loaded as the caller may see it by the loaders that the other
 * paths show; `test/mutations.test.ts` and `test/idempotency.test.ts` take it away and look.
 */
const answers = new Set(
  Object.values(schema.getMutationType()!.getFields()).flatMap(({ type }) =>
    schema.getPossibleTypes(getNamedType(type) as GraphQLUnionType).map(({ name }) => name),
  ),
);

test('every path of the schema that leads to a ruled type is among them, and every field with a list of such', () => {
  const found = Object.values(schema.getTypeMap()).flatMap((parent) => {
    if (parent.name.startsWith('__') || !(isObjectType(parent) || isInterfaceType(parent))) return [];
    return Object.values(parent.getFields()).flatMap((field) =>
      reached(getNamedType(field.type)).map((type) => `${parent.name}.${field.name} → ${type}`),
    );
  });
  const ofAnswers = (path: string) => answers.has(path.split('.')[0]!) || answers.has(path.split(' → ')[1]!);
  // Each of the things is read by its id, and is what some event was done to.
  const byId = ['Query.node', 'Query.nodes', 'AuditEvent.subject'].flatMap((field) => [
    ...new Set(Object.values(things).map(({ type }) => `${field} → ${type}`)),
  ]);

  expect([...Object.keys(paths), ...byId].sort()).toEqual(found.filter((path) => path in paths || !ofAnswers(path)).sort());
});

function reached(type: GraphQLNamedType): string[] {
  if (isInterfaceType(type) || isUnionType(type)) return schema.getPossibleTypes(type).flatMap(reached);
  return ruled.includes(type.name) || holdsList(type) ? [type.name] : [];
}

/** A type of no rules of its own whose fields list what has some: a connection, or the like. */
const holdsList = (type: GraphQLNamedType): boolean =>
  isObjectType(type) &&
  !['Query', 'Mutation', 'Subscription'].includes(type.name) &&
  Object.values(type.getFields()).some(
    (field) => isListType(getNullableType(field.type)) && ruled.includes(getNamedType(field.type).name),
  );

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

test('of the owner, whose rights it has there, it shows no more than that', async () => {
  const { owner } = cast.people;
  const { acme } = cast.organizations;
  const visit = readers['admin as owner'];
  const bare = {
    id: owner.id,
    externalId: null,
    metadata: {},
    lastLoginAt: null,
    pools: [],
    sessionCount: 1,
    sessions: [{ id: visit.sessionId, app: null, organization: { id: acme.id } }],
    appGrants: [],
    ownedOrganizations: [],
    invitations: [],
    memberships: { totalCount: 1, nodes: [{ id: membership('acme', 'owner') }] },
  };

  const data = await visit.run(
    `query ($acme: ID!, $slug: String!, $event: ID!, $email: String!) {
      viewer { memberships { id } invitations { id } organization { viewerMembership { user { ...person } } } }
      organization(id: $acme) {
        owner { user { ...person } }
        viewerMembership { user { ...person } }
        memberships(where: { search: $email }) { nodes { user { ...person } } edges { node { user { ...person } } } }
        auditEvents(where: { actions: ["organization.updated"] }) { nodes { actor { ...person } } }
      }
      organizationBySlug(slug: $slug) { owner { user { ...person } } }
      node(id: $event) { ... on AuditEvent { subject { ... on User { ...person } } } }
    }
    fragment person on User {
      id externalId metadata lastLoginAt pools { id } sessionCount sessions { id app { id } organization { id } } appGrants { id }
      ownedOrganizations { id } invitations { id } memberships { totalCount nodes { id } }
    }`,
    { acme: acme.id, slug: acme.slug, event: eventsAbout['the owner of Acme']!.id, email: owner.email },
  );

  const person = { user: bare };
  expect(data).toEqual({
    viewer: { memberships: [{ id: membership('acme', 'owner') }], invitations: [], organization: { viewerMembership: person } },
    organization: {
      owner: person,
      viewerMembership: person,
      memberships: { nodes: [person], edges: [{ node: person }] },
      auditEvents: { nodes: [{ actor: null }, { actor: null }, { actor: bare }, { actor: null }] },
    },
    organizationBySlug: { owner: person },
    node: { subject: bare },
  });
});

test.each<[Reader, own: boolean]>([
  ['owner', true],
  ['owner in the annex', true],
  ['admin as owner', false],
])('what the owner of Acme has elsewhere is %s’s to see: %s', async (reader, own) => {
  const { annex, pool, app, grant, invitation, role } = elsewhere;
  const place = annex.memberships.get(cast.people.owner.uuid)!;
  const wanted = [annex.id, pool.id, app.id, grant, invitation.id, role.id, place, events.ofAnnex.id];

  const data = await readers[reader].run(
    `query ($ids: [ID!]!, $annex: ID!, $slug: String!, $app: ID!, $code: String!, $pool: String!) {
      nodes(ids: $ids) { id } organization(id: $annex) { id } organizationBySlug(slug: $slug) { id }
      app(id: $app) { id } appByCode(code: $code) { id } poolByCode(code: $pool) { id }
      viewer { user { ownedOrganizations { id } appGrants { app { id } } pools { id } invitations { organizationId } } }
    }`,
    { ids: wanted, annex: annex.id, slug: annex.slug, app: app.id, code: app.code, pool: pool.code },
  );

  const shown = (id: string) => (own ? { id } : null);
  expect(data).toEqual({
    nodes: wanted.map(shown),
    organization: shown(annex.id),
    organizationBySlug: shown(annex.id),
    app: shown(app.id),
    appByCode: shown(app.id),
    poolByCode: shown(pool.id),
    viewer: {
      user: {
        ownedOrganizations: own
          ? [annex, ...(reader === 'owner' ? [cast.organizations.acme] : [])].map(({ id }) => ({ id }))
          : [],
        appGrants: own ? [{ app: { id: app.id } }] : [],
        pools: own ? [{ id: pool.id }] : [],
        invitations: own ? [{ organizationId: cast.organizations.initech.id }] : [],
      },
    },
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

// ---------------------------------------------------------------- scopes, roles and searches

test('a session that is scoped to one organization reaches no other by membership', async () => {
  const { acme } = cast.organizations;
  const { annex } = elsewhere;
  const place = membership('acme', 'owner');

  const { data, errors } = await readers['owner in the annex'].ask(
    `query ($acme: ID!, $annex: ID!, $slug: String!, $place: ID!, $ids: [ID!]!) {
      acme: organization(id: $acme) { id } acmeBySlug: organizationBySlug(slug: $slug) { id }
      annex: organization(id: $annex) { id memberships { totalCount } invitations { totalCount } auditEvents { totalCount } }
      node(id: $place) { ... on Membership { organizationSlug organization { id } roles { code } permissions } }
      nodes(ids: $ids) { id }
      viewer { permissions organization { id } memberships { organizationId organization { id } } }
    }`,
    {
      acme: acme.id,
      annex: annex.id,
      slug: acme.slug,
      place,
      ids: [membership('acme', 'member'), cast.invitations.ofAcme.id, events.byAdmin.id, cast.roles.inviter.id],
    },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    acme: null,
    acmeBySlug: null,
    annex: { id: annex.id, memberships: { totalCount: 1 }, invitations: { totalCount: 0 }, auditEvents: { totalCount: 1 } },
    // The switcher shows where else one is a member, and as what.
    node: { organizationSlug: acme.slug, organization: null, roles: [{ code: 'org_admin' }], permissions: everyPermission },
    nodes: [null, null, null, null],
    viewer: {
      permissions: everyPermission,
      organization: { id: annex.id },
      memberships: [
        { organizationId: acme.id, organization: null },
        { organizationId: annex.id, organization: { id: annex.id } },
      ],
    },
  });
});

const everyPermission = [
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

test.each([
  ['a plain one', 'Legacy-7'],
  ['one of two words', 'legacy seven'],
  ['one with a line separator', 'legacy\u2028seven'],
  ['one of wildcards', 'legacy_%'],
])('members are found by address and name, and not by the external id, be it %s', async (_what, externalId) => {
  const jo = await world.person({ name: 'Josephine Known', externalId });
  const admin = await world.person();
  const organization = await world.organization({ owner: await world.person(), members: [[jo], [admin, ['org_admin']]] });
  const visits = [
    await cast.visit(admin),
    await cast.visit(jo),
    await cast.visit(jo, { impersonator: { by: admin, from: await cast.visit(admin), boundTo: organization } }),
    readers.superAdmin,
  ];
  const document = `query ($id: ID!, $search: String!) {
    organization(id: $id) { memberships(where: { search: $search }) { totalCount nodes { userId } } } }`;
  const found = async (visit: Visit, search: string) =>
    (await visit.run(document, { id: organization.id, search })).organization.memberships;

  for (const visit of visits) {
    for (const search of [externalId, ...externalId.split(/\s+/).filter(Boolean), 'josephine legacy'])
      expect([search, await found(visit, search)]).toEqual([search, { totalCount: 0, nodes: [] }]);
    for (const search of ['Josephine', 'known josephine', jo.email])
      expect(await found(visit, search)).toEqual({ totalCount: 1, nodes: [{ userId: jo.id }] });
  }
  await world.database.query(world.sql`UPDATE users SET external_id = NULL WHERE id = ${jo.uuid}::uuid`);
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

test('whoever is acted as finds in their own sessions who does, by name, and why; and who acts finds themselves whole', async () => {
  const jo = await world.person({ name: 'Jo' });
  const mine = await cast.visit(jo);
  const start = async (by: Visit, input: object) => {
    const { userImpersonate } = await by.run(
      `mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) { __typename ... on MutationError { code }
         ... on UserImpersonateSuccess { tokens { accessToken } session { id } } } }`,
      { input: { userId: jo.id, ...input } },
    );
    return { ...cast.visitWith(userImpersonate.tokens.accessToken), sessionId: userImpersonate.session.id as string };
  };
  const organization = await world.organization({ owner: cast.people.owner, members: [[jo]] });
  const byStaff = await start(readers.superAdmin, { reason: 'A call to the help desk' });
  const byOwner = await start(await cast.visit(cast.people.owner), { reason: 'A shift', organizationId: organization.id });
  const document = `{ viewer { impersonator { id } user { sessionCount sessions {
    id isCurrent isImpersonation impersonatorName impersonationReason impersonator { id } organization { id } } } } }`;
  const listed = async (visit: Visit) => {
    const { viewer } = await visit.run(document);
    const byId = Object.fromEntries(viewer.user.sessions.map(({ id, ...rest }: any) => [id, rest]));
    return { impersonator: viewer.impersonator, sessionCount: viewer.user.sessionCount, byId };
  };
  const own = {
    ...{ isImpersonation: false, impersonatorName: null, impersonationReason: null, impersonator: null, organization: null },
  };
  const ofStaff = { isImpersonation: true, impersonatorName: 'Super admin', impersonationReason: 'A call to the help desk' };
  const ofOwner = { isImpersonation: true, impersonatorName: 'Owner', impersonationReason: 'A shift' };
  const there = { organization: { id: organization.id } };

  expect(await listed(mine)).toEqual({
    impersonator: null,
    sessionCount: 3,
    byId: {
      [mine.sessionId]: { ...own, isCurrent: true },
      [byStaff.sessionId]: { ...ofStaff, isCurrent: false, impersonator: null, organization: null },
      [byOwner.sessionId]: { ...ofOwner, isCurrent: false, impersonator: null, ...there },
    },
  });
  const { superAdmin, owner } = cast.people;
  const asStaff = await listed(byStaff as unknown as Visit);
  expect({ ...asStaff, byId: asStaff.byId[byStaff.sessionId] }).toEqual({
    impersonator: { id: superAdmin.id },
    sessionCount: 3,
    byId: { ...ofStaff, isCurrent: true, impersonator: null, organization: null },
  });
  expect(await listed(byOwner as unknown as Visit)).toEqual({
    impersonator: { id: owner.id },
    sessionCount: 1,
    byId: { [byOwner.sessionId]: { ...ofOwner, isCurrent: true, impersonator: null, ...there } },
  });

  const terminate = `mutation ($input: UserTerminateSessionInput!) { userTerminateSession(input: $input) { __typename } }`;
  for (const { sessionId } of [byStaff, byOwner])
    expect((await mine.run(terminate, { input: { userId: jo.id, sessionId } })).userTerminateSession.__typename).toBe(
      'UserTerminateSessionSuccess',
    );
  for (const visit of [byStaff, byOwner]) await expect(visit.run(document)).toBeRefused('UNAUTHENTICATED');
  expect((await listed(mine)).sessionCount).toBe(1);
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

/** Arguments for the fields that ask for some, and for those whose default is more than is needed here. */
const given: Record<string, () => string> = {
  'Query.users': () => '(first: 5)',
  'Query.usersLookup': () => `(ids: ${JSON.stringify([cast.people.traveller.id, cast.people.owner.id])})`,
  'Query.organizations': () => '(first: 10)',
  'Query.auditEvents': () => '(first: 30)',
  'Query.user': () => `(id: "${cast.people.traveller.id}")`,
  'Query.organization': () => `(id: "${cast.organizations.acme.id}")`,
  'Query.organizationBySlug': () => `(slug: "${cast.organizations.closed.slug}")`,
  'Query.app': () => `(id: "${cast.apps.granted.id}")`,
  'Query.appByCode': () => `(code: "${cast.apps.revoked.code}")`,
  'Query.poolByCode': () => `(code: "${cast.pools.tag.code}")`,
  'Query.invitationByToken': () => `(token: "${cast.invitations.toTraveller.token}")`,
  'Query.userHardDeletePreview': () => `(userId: "${cast.people.traveller.id}")`,
  'User.access': () => `(permission: "org:members:invite", organizationId: "${cast.organizations.globex.id}")`,
  'Query.node': () => `(id: "${eventsAbout['the owner of Acme']!.id}")`,
  'Query.nodes': () => `(ids: ${JSON.stringify(Object.values(things).map(({ id }) => id()))})`,
};

/** Every field of a type with all that it leads to, so many types away; what was selected is noted. */
function everything(type: GraphQLObjectType, steps: number, noted?: Set<string>): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const name = `${type.name}.${field.name}`;
    if (field.args.some(isRequiredArgument) && !given[name]) return [];
    const selected = selection(getNamedType(field.type), steps, noted);
    if (selected === null) return [];
    noted?.add(name);
    return [`${field.name}${given[name]?.() ?? ''}${selected}`];
  });
}

/** What is selected of a type, in its braces; null where that is too far. A connection and its edges are no step, nor are what answers why. */
function selection(type: GraphQLNamedType, steps: number, noted?: Set<string>): string | null {
  if (!isCompositeType(type)) return '';
  const left = /(Connection|Edge|Capabilities|Capability|Access|AccessPath)$/.test(type.name) ? steps : steps - 1;
  if (left === 0) return null;
  if (isObjectType(type)) return braced(everything(type, left, noted));
  // Fields of one name and different nullability can't be selected side by side, so each type's have its name.
  const fragments = schema.getPossibleTypes(type).map((possible) => {
    const fields = everything(possible, left, noted).map((field) => `${possible.name}_${field.split(/\W/, 1)[0]}: ${field}`);
    return `... on ${possible.name} ${braced(fields)}`;
  });
  return braced(['__typename', ...fragments]);
}

const braced = (parts: readonly string[]): string | null => (parts.length > 0 ? ` { ${parts.join(' ')} }` : null);

const queryFields = Object.values(schema.getQueryType()!.getFields());

/** How far it is asked below each root field: `viewer` and what is read by its id lead everywhere, and a preview to what stops it. */
const stepsBelow = (field: string): number => (['viewer', 'userHardDeletePreview'].includes(field) ? 4 : 3);

function everythingBelow(field: GraphQLField<unknown, unknown>, noted?: Set<string>): string {
  const name = `Query.${field.name}`;
  noted?.add(name);
  return `{ ${field.name}${given[name]?.() ?? ''}${selection(getNamedType(field.type), stepsBelow(field.name), noted)} }`;
}

test('every field of every type is selected by these queries', () => {
  const noted = new Set<string>();
  for (const field of queryFields) everythingBelow(field, noted);

  const types = new Set<GraphQLNamedType>();
  const visit = (type: GraphQLNamedType): void => {
    if (types.has(type)) return;
    types.add(type);
    if (isInterfaceType(type) || isUnionType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (isObjectType(type)) for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
  };
  visit(schema.getQueryType()!);
  const fields = [...types]
    .filter(isObjectType)
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  expect([...noted].sort()).toEqual(fields.sort());
});

/** Fields that are refused to who lacks a permission, instead of leaving out what is not theirs to see. */
const guarded = [
  ...['users', 'usersLookup', 'userHardDeletePreview', 'organizations', 'apps', 'pools', 'auditEvents'],
  ...['memberships', 'invitations', 'assignablePermissions'],
  ...['userCount', 'homeCount', 'tagCount', 'grants'],
];

/** Nothing went wrong but refusals, and each of them left no more than its own field null. */
function expectWhole(reader: Reader, { data, errors }: Answer<any>) {
  for (const { path = [], extensions } of errors) {
    const place = path.map((key) => String(key).split('_').at(-1)!);
    const code = reader === 'anonymous' && path.length === 1 ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    expect([place.join('.'), extensions.code]).toEqual([place.join('.'), code]);
    if (code === 'FORBIDDEN') expect(guarded).toContain(place.at(-1));
    expect((path as (string | number)[]).reduce((within, key) => within?.[key], data)).toBeNull();
  }
}

describe.each(everyReader)('everything that %s may ask for is whole: no field blanks a page', (reader) => {
  test.each(queryFields.map(({ name }) => name))('below %s', async (name) => {
    const field = queryFields.find((one) => one.name === name)!;
    const answer = await readers[reader].ask(everythingBelow(field));

    expectWhole(reader, answer);
    expect(Object.keys(answer.data)).toEqual([name]);
    if (reader !== 'anonymous' && name === 'viewer')
      expect(answer.data.viewer).toMatchObject({
        user: { id: expect.any(String) },
        session: { id: readers[reader].sessionId },
      });
    const isForAllStaff = name !== 'userHardDeletePreview';
    if (isForAllStaff ? includes(staff, reader) : reader === 'systemAdmin') expect(answer.data[name]).not.toBeNull();
    if (name === 'nodes')
      expect(answer.data.nodes.map((node: unknown) => node !== null)).toEqual(
        Object.values(things).map(({ by }) => by.includes(reader)),
      );
  });

  test('below each event of Acme', async () => {
    const type = schema.getType('AuditEvent') as GraphQLObjectType;
    const answer = await readers[reader].ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on AuditEvent { ${everything(type, 2).join(' ')} } } }`,
      { ids: ids(Object.values(eventsAbout)) },
    );

    expectWhole(reader, answer);
    const seesEvents = includes([...readsEventsOfAcme, ...staff], reader);
    expect(answer.data.nodes.map((node: unknown) => node !== null)).toEqual(Object.values(things).map(() => seesEvents));
  });
});
