import { isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { happened } from './support/events.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Answer, defaultPool as defaultPoolUuid, type Person, password, startWorld, type World } from './support/world.ts';

/**
 * Who may ask for what: every root field, every field below that needs a permission, and every persona, with what each is
 * answered. This page is the second copy of the design's tables, written by hand; nothing here is taken from
 * `src/policy.ts`.
 */

let world: World;
let cast: Cast;
let more: Awaited<ReturnType<typeof makeMore>>;

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  more = await makeMore();
});

/** Who and what this page alone needs, beside the cast. */
async function makeMore() {
  const { people, organizations, apps, pools } = cast;
  const formerUser = await world.person({ name: 'User whose grant was revoked' });
  await world.grant(formerUser, apps.revoked, 'REVOKED');
  const clerk = await world.person({ name: 'Super admin with an organization', roles: ['super_admin'] });
  const office = await world.organization({ owner: clerk });
  await world.app({ pool: pools.admin.code, readPools: [pools.tag.code] });

  const action = 'organization.updated';
  const subject = { type: 'user' as const, id: people.traveller.uuid };
  const events = {
    ofAcme: await happened(world, { action, organizationId: organizations.acme.uuid }, { by: people.owner }),
    ofClosed: await happened(world, { action, organizationId: organizations.closed.uuid }, { by: people.landlord }),
    ofNone: await happened(world, { action: 'user.updated', subject }, { by: people.traveller }),
  };
  for (const by of [people.superAdmin, people.systemAdmin, clerk]) await happened(world, { action: 'user.updated' }, { by });
  const replaced = await world.invitation({
    organization: organizations.acme,
    email: 'stranger@example.com',
    by: people.admin,
    status: 'REVOKED',
  });
  return { formerUser, clerk, office, events, replaced };
}

// ---------------------------------------------------------------- who asks

/** Each is a new visit, with a session that nothing else in this file uses. */
const personas = {
  anonymous: () => cast.visitWith(null),
  'base user': () => cast.visit(cast.people.base),
  'outsider, who owns another organization': () => cast.visit(cast.people.outsider),
  org_member: () => cast.visit(cast.people.member),
  'org_member, scoped there': () => cast.visit(cast.people.member, { organization: cast.organizations.acme }),
  org_manager: () => cast.visit(cast.people.manager),
  org_admin: () => cast.visit(cast.people.admin),
  owner: () => cast.visit(cast.people.owner),
  'custom role': () => cast.visit(cast.people.inviter),
  seller: () => cast.visit(cast.people.seller),
  'suspended member': () => cast.visit(cast.people.suspended),
  'member, scoped elsewhere': () => cast.visit(cast.people.traveller, { organization: cast.organizations.globex }),
  'member of the suspended organization': () => cast.visit(cast.people.confined),
  'member of the suspended organization, scoped there': () =>
    cast.visit(cast.people.confined, { organization: cast.organizations.closed }),
  'user whose grant was revoked': () => cast.visit(more.formerUser),
  super_admin: () => cast.visit(cast.people.superAdmin),
  'super_admin, scoped to an organization': () => cast.visit(more.clerk, { organization: more.office }),
  system_admin: () => cast.visit(cast.people.systemAdmin),
  'staff as a member': () => cast.staffAsTraveller(),
  'staff as an org_admin': async () =>
    cast.visit(cast.people.admin, {
      impersonator: { by: cast.people.superAdmin, from: await cast.visit(cast.people.superAdmin) },
    }),
  'org_admin as a member': () => cast.adminAsTraveller(),

  'demoted admin with an old token': async () => {
    const former = await world.person({ roles: ['super_admin'] });
    const visit = await cast.visit(former);
    await visit.run('{ users(first: 1) { nodes { id } } }');
    await demote(former);
    return visit;
  },
  'demoted admin, signed in anew': async () => {
    const former = await world.person({ roles: ['super_admin'] });
    await demote(former);
    return cast.visit(former);
  },
  'demoted org_admin with an old token': async () => {
    const former = await adminOfAcme();
    const visit = await cast.visit(former);
    await visit.run('query ($id: ID!) { organization(id: $id) { auditEvents { totalCount } } }', { id: acme() });
    await demoteInAcme(former);
    return visit;
  },
  'demoted org_admin, signed in anew': async () => {
    const former = await adminOfAcme();
    await demoteInAcme(former);
    return cast.visit(former);
  },
  'member whose scope moved': () => moved(),
  'user whose session has ended': () =>
    afterwards(
      cast.people.member,
      (visit) => world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${visit.sessionUuid}::uuid`,
    ),
  'user whose session has expired': () =>
    afterwards(
      cast.people.member,
      (visit) => world.sql`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = ${visit.sessionUuid}::uuid`,
    ),
  'suspended user': async () => {
    const jo = await world.person();
    return afterwards(jo, () => world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${jo.uuid}::uuid`);
  },
  'impersonator who is suspended': () => impersonatorSuspended(),
  'impersonator whose own session has ended': () => originEnded(),
  'expired token': () => cast.visit(cast.people.member, { lifetime: -60 }),
  'token of another server': () => foreignToken(),
  'token of an unknown session': () => unknownSession(),
  'garbage token': async () => cast.visitWith('not.a.token', await cast.visit(cast.people.member)),
} satisfies Record<string, () => Visit | Promise<Visit>>;

type Persona = keyof typeof personas;

/** Questions change nothing, so those of one persona share a visit until somebody changes something. */
const kept = new Map<Persona, Promise<Visit>>();

function asking(persona: Persona): Promise<Visit> {
  const visit = kept.get(persona) ?? Promise.resolve(personas[persona]());
  kept.set(persona, visit);
  return visit;
}

function changing(persona: Persona): Visit | Promise<Visit> {
  kept.clear();
  return personas[persona]();
}

async function afterwards(
  who: { uuid: string },
  statement: (visit: Visit) => typeof world.sql extends (...args: any[]) => infer Sql ? Sql : never,
) {
  const visit = await cast.visit(who as never);
  await world.database.query(statement(visit));
  return visit;
}

async function demote(former: Person): Promise<void> {
  await world.database.query(world.sql`DELETE FROM user_roles WHERE user_id = ${former.uuid}::uuid`);
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${former.uuid}::uuid`);
}

async function adminOfAcme(): Promise<Person> {
  const admin = await world.person();
  await world.database.transaction(async (tx) => {
    const membership = newId();
    await tx.$executeRaw(world.sql`
      INSERT INTO memberships (id, organization_id, user_id) VALUES (${membership}::uuid, ${cast.organizations.acme.uuid}::uuid, ${admin.uuid}::uuid)`);
    await tx.$executeRaw(world.sql`
      INSERT INTO membership_roles (membership_id, role_id) VALUES (${membership}::uuid, ${cast.roles.orgAdmin.uuid}::uuid)`);
  });
  return admin;
}

async function demoteInAcme(former: Person): Promise<void> {
  await world.database.query(world.sql`
    UPDATE membership_roles SET role_id = (SELECT id FROM roles WHERE built_in AND code = 'org_member')
     WHERE membership_id = (SELECT id FROM memberships WHERE user_id = ${former.uuid}::uuid)`);
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${former.uuid}::uuid`);
}

async function moved(): Promise<Visit> {
  const visit = await cast.visit(cast.people.member, { organization: cast.organizations.acme });
  await world.database.query(world.sql`UPDATE sessions SET organization_id = NULL WHERE id = ${visit.sessionUuid}::uuid`);
  return visit;
}

async function impersonatorSuspended(): Promise<Visit> {
  const by = await world.person({ roles: ['super_admin'] });
  const visit = await cast.visit(cast.people.member, { impersonator: { by, from: await cast.visit(by) } });
  await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${by.uuid}::uuid`);
  return visit;
}

async function originEnded(): Promise<Visit> {
  const from = await cast.visit(cast.people.superAdmin);
  const visit = await cast.visit(cast.people.member, { impersonator: { by: cast.people.superAdmin, from } });
  await world.database.query(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${from.sessionUuid}::uuid`);
  return visit;
}

let foreigner: Promise<string> | undefined;
async function foreignToken(): Promise<Visit> {
  foreigner ??= startWorld().then(async (other) => (await (await makeCast(other)).visit(await other.person())).token!);
  return cast.visitWith(await foreigner, await cast.visit(cast.people.member));
}

async function unknownSession(): Promise<Visit> {
  const visit = await cast.visit(cast.people.member);
  await world.database.query(world.sql`DELETE FROM sessions WHERE id = ${visit.sessionUuid}::uuid`);
  return visit;
}

/** Personas that no field knows apart, by what is wrong with their tokens. */
const withoutToken = ['anonymous'] as const;
const unauthenticated = [
  'user whose session has ended',
  'user whose session has expired',
  'suspended user',
  'impersonator who is suspended',
  'impersonator whose own session has ended',
  'token of another server',
  'token of an unknown session',
  'garbage token',
] as const;
const stale = ['demoted admin with an old token', 'demoted org_admin with an old token', 'member whose scope moved'] as const;
const refusedTokens = { TOKEN_EXPIRED: ['expired token'], TOKEN_STALE: stale } as const;
const notSignedIn = [...withoutToken, ...unauthenticated] as const;
const staff = ['super_admin', 'super_admin, scoped to an organization', 'system_admin'] as const;
const impersonators = ['staff as a member', 'org_admin as a member', 'staff as an org_admin'] as const;

/** Personas by where they are, of those who are signed in and are no staff. */
const nowhere = ['base user', 'user whose grant was revoked', 'demoted admin, signed in anew'] as const;
const inClosed = ['member of the suspended organization', 'member of the suspended organization, scoped there'] as const;
const notInAcme = [...nowhere, ...inClosed, 'outsider, who owns another organization'] as const;
const activeInAcme = [
  'org_member',
  'org_member, scoped there',
  'org_manager',
  'org_admin',
  'owner',
  'custom role',
  'seller',
  'demoted org_admin, signed in anew',
] as const;
/** In Acme they are members, but not to this session. */
const keptOut = ['suspended member', 'member, scoped elsewhere'] as const;
const ordinary = [...notInAcme, ...activeInAcme, ...keptOut] as const;
const signedIn = [...ordinary, ...staff, ...impersonators] as const;
const notInClosed = [...nowhere, ...activeInAcme, ...keptOut, 'outsider, who owns another organization'] as const;

// ---------------------------------------------------------------- what they ask, and what each is answered

interface Case {
  readonly field: string;
  ask(visit: Visit): Promise<Answer<any>> | Answer<any>;
  /** What came back in a few words; errors are read before. */
  said(data: any, visit: Visit): string;
  readonly expected: Readonly<Record<string, readonly Persona[]>>;
}

const shown = (what: unknown): string => (what === null ? 'null' : 'shown');
/** The member of the union, and its code where it is a refusal. */
const member = ({ __typename, code }: { __typename: string; code?: string }): string =>
  [__typename, code].filter(Boolean).join(' ');
const refusal = '__typename ... on MutationError { code }';
const acme = () => cast.organizations.acme.id;
const closed = () => cast.organizations.closed.id;
const defaultPool = encodeId('pool', defaultPoolUuid);
const unknown = () => 'nothing-has-this-name';

type Outcomes = Case['expected'];
/** What who is not signed in is told by every field that asks for it, and who is stale. */
const toldToSignIn = { UNAUTHENTICATED: notSignedIn, ...refusedTokens } as const;
/** The same by a field that is open to anyone, where a token that does not hold is an error. */
const toldOfTheToken = { UNAUTHENTICATED: unauthenticated, ...refusedTokens } as const;

/** A field that shows the one thing of that id, slug or code, or null. */
const one = (
  field: string,
  [argument, value]: readonly ['id' | 'slug' | 'code', () => string],
  id: () => string | null,
  expected: Outcomes,
): Case => ({
  field,
  ask: ({ ask }) =>
    ask(`query ($value: ${argument === 'id' ? 'ID' : 'String'}!) { ${field}(${argument}: $value) { id } }`, { value: value() }),
  said: ({ [field]: found }) => (found === null || found.id === id() ? shown(found) : `another: ${found.id}`),
  expected: { ...expected, ...toldToSignIn },
});

/** A field that lists everything there is to staff, and is refused to everyone else. */
const listed = (field: string, selection: string, needs: string): Case => ({
  field,
  ask: ({ ask }) => ask(`{ ${field} ${selection} }`),
  said: ({ [field]: found }) => ((found.nodes ?? found).length > 0 ? 'shown' : 'empty'),
  expected: { shown: staff, [`FORBIDDEN ${needs}`]: [...ordinary, ...impersonators], ...toldToSignIn },
});

const nodeOf = (id: () => string, expected: Outcomes): Case => ({
  field: 'node',
  ask: ({ ask }) => ask('query ($id: ID!) { node(id: $id) { id } }', { id: id() }),
  said: ({ node }) => shown(node),
  expected: { ...expected, ...toldOfTheToken },
});

const ofAcme = { shown: [...activeInAcme, ...staff, ...impersonators], null: [...notInAcme, ...keptOut] };
const ofClosed = { shown: [...inClosed, ...staff], null: [...notInClosed, ...impersonators] };
const ofGlobex = {
  shown: ['outsider, who owns another organization', 'member, scoped elsewhere', 'staff as a member', ...staff],
  null: [
    ...nowhere,
    ...inClosed,
    ...activeInAcme,
    ...(['suspended member', 'org_admin as a member', 'staff as an org_admin'] as const),
  ],
} satisfies Outcomes;
const ofNobody = { null: signedIn };
const toStaffAlone = { shown: staff, null: [...ordinary, ...impersonators] };

/** The traveller has a grant for one app, and had one for another; an organization's impersonation shows neither. */
const ofGranted = {
  shown: ['member, scoped elsewhere', 'staff as a member', ...staff],
  null: [...notInAcme, ...activeInAcme, ...(['suspended member', 'org_admin as a member', 'staff as an org_admin'] as const)],
} satisfies Outcomes;
const ofRevoked = {
  shown: ['member, scoped elsewhere', 'staff as a member', 'user whose grant was revoked', ...staff],
  null: [
    ...(['base user', 'demoted admin, signed in anew', 'outsider, who owns another organization', 'suspended member'] as const),
    ...inClosed,
    ...activeInAcme,
    ...(['org_admin as a member', 'staff as an org_admin'] as const),
  ],
} satisfies Outcomes;

const ofAdminsPool = {
  shown: ['org_admin', 'org_admin as a member', 'staff as an org_admin', ...staff],
  null: [
    ...notInAcme,
    ...keptOut,
    ...(['org_member', 'org_member, scoped there', 'org_manager', 'owner', 'custom role', 'seller'] as const),
    ...(['demoted org_admin, signed in anew', 'staff as a member'] as const),
  ],
} satisfies Outcomes;

/** Whoever holds the token of a link is shown its invitation, whatever the access token. */
const byToken = (token: () => string, said: string): Case => ({
  field: 'invitationByToken',
  ask: ({ ask }) => ask('query ($token: String!) { invitationByToken(token: $token) { status } }', { token: token() }),
  said: ({ invitationByToken }) => invitationByToken?.status ?? 'null',
  expected: { [said]: [...notSignedIn, ...stale, 'expired token', ...signedIn] },
});

const refreshDocument = `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ${refusal} } }`;
const switchDocument = `mutation ($input: AuthSwitchOrganizationInput!) { authSwitchOrganization(input: $input) { ${refusal} } }`;

const cases: Record<string, Case> = {
  viewer: {
    field: 'viewer',
    ask: ({ ask }) => ask('{ viewer { session { id } impersonator { id } } }'),
    said: ({ viewer }, { sessionId }) =>
      viewer === null
        ? 'null'
        : `${viewer.session.id === sessionId ? 'itself' : 'somebody else'}${viewer.impersonator ? ', impersonated' : ''}`,
    expected: {
      null: withoutToken,
      itself: [...ordinary, ...staff],
      'itself, impersonated': impersonators,
      ...toldOfTheToken,
    },
  },

  'node of an organization': nodeOf(acme, { ...ofAcme, null: [...withoutToken, ...ofAcme.null] }),
  'node of a suspended organization': nodeOf(closed, { ...ofClosed, null: [...withoutToken, ...ofClosed.null] }),

  'node of a membership': nodeOf(() => cast.organizations.acme.memberships.get(cast.people.member.uuid)!, {
    shown: [
      ...(['org_member', 'org_member, scoped there', 'org_manager', 'org_admin', 'owner', 'custom role'] as const),
      ...(['demoted org_admin, signed in anew', ...impersonators, ...staff] as const),
    ],
    null: [...withoutToken, ...notInAcme, ...keptOut, 'seller'],
  }),

  'node of an audit event of an organization': nodeOf(() => more.events.ofAcme.id, {
    shown: ['org_admin', 'owner', 'staff as an org_admin', ...staff],
    null: [
      ...withoutToken,
      ...notInAcme,
      ...keptOut,
      ...(['org_member', 'org_member, scoped there', 'org_manager', 'custom role', 'seller'] as const),
      ...(['demoted org_admin, signed in anew', 'staff as a member', 'org_admin as a member'] as const),
    ],
  }),

  'node of an audit event of a suspended organization': nodeOf(() => more.events.ofClosed.id, {
    ...toStaffAlone,
    null: [...withoutToken, ...toStaffAlone.null],
  }),

  'node of an audit event of no organization, about oneself': nodeOf(() => more.events.ofNone.id, {
    ...toStaffAlone,
    null: [...withoutToken, ...toStaffAlone.null],
  }),

  'node of what can be no id': {
    field: 'node',
    ask: ({ ask }) => ask('{ node(id: "what") { id } }'),
    said: ({ node }) => shown(node),
    expected: {
      null: [...withoutToken, ...signedIn],
      ...toldOfTheToken,
    },
  },

  'nodes of an organization and of a built-in role': {
    field: 'nodes',
    ask: ({ ask }) => ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [acme(), cast.roles.orgAdmin.id] }),
    said: ({ nodes }) => nodes.map(shown).join(', '),
    expected: {
      'shown, shown': [...activeInAcme, ...staff, ...impersonators],
      'null, shown': [...withoutToken, ...notInAcme, ...keptOut],
      ...toldOfTheToken,
    },
  },

  'nodes of none': {
    field: 'nodes',
    ask: ({ ask }) => ask('{ nodes(ids: []) { id } }'),
    said: ({ nodes }) => JSON.stringify(nodes),
    expected: {
      '[]': [...withoutToken, ...signedIn],
      ...toldOfTheToken,
    },
  },

  'user, the seller of Acme': {
    field: 'user',
    ask: ({ ask }) => ask('query ($id: ID!) { user(id: $id) { id email } }', { id: cast.people.seller.id }),
    said: ({ user }) => shown(user),
    expected: {
      shown: ['seller', ...staff],
      null: [
        ...notInAcme,
        ...keptOut,
        ...(['org_member', 'org_member, scoped there', 'org_manager', 'org_admin', 'owner', 'custom role'] as const),
        ...(['demoted org_admin, signed in anew', ...impersonators] as const),
      ],
      ...toldToSignIn,
    },
  },

  'user, the traveller': {
    field: 'user',
    ask: ({ ask }) => ask('query ($id: ID!) { user(id: $id) { id email } }', { id: cast.people.traveller.id }),
    said: ({ user }) => shown(user),
    expected: {
      shown: [...staff, 'member, scoped elsewhere', 'staff as a member', 'org_admin as a member'],
      null: [...notInAcme, ...activeInAcme, 'suspended member', 'staff as an org_admin'],
      ...toldToSignIn,
    },
  },

  users: listed('users', '(first: 2) { nodes { id } }', 'users:read'),

  'usersLookup of oneself': {
    field: 'usersLookup',
    ask: ({ ask }) =>
      ask('query ($ids: [ID!]) { usersLookup(ids: $ids) { users { id } missingIds } }', { ids: [cast.people.traveller.id] }),
    said: ({ usersLookup }) => shown(usersLookup.users[0] ?? null),
    expected: {
      shown: staff,
      'FORBIDDEN users:read': [...ordinary, ...impersonators],
      ...toldToSignIn,
    },
  },

  'organization, Acme': one('organization', ['id', acme], acme, ofAcme),
  'organization, the suspended one': one('organization', ['id', closed], closed, ofClosed),
  'organization, another tenant': one(
    'organization',
    ['id', () => cast.organizations.globex.id],
    () => cast.organizations.globex.id,
    ofGlobex,
  ),
  'organization by the id of something else': one('organization', ['id', () => cast.people.traveller.id], () => null, ofNobody),
  'organizationBySlug, Acme': one('organizationBySlug', ['slug', () => cast.organizations.acme.slug], acme, ofAcme),
  'organizationBySlug, the suspended one': one(
    'organizationBySlug',
    ['slug', () => cast.organizations.closed.slug],
    closed,
    ofClosed,
  ),
  'organizationBySlug, another tenant': one(
    'organizationBySlug',
    ['slug', () => cast.organizations.globex.slug],
    () => cast.organizations.globex.id,
    ofGlobex,
  ),
  'organizationBySlug, unknown': one('organizationBySlug', ['slug', unknown], () => null, ofNobody),
  organizations: listed('organizations', '{ nodes { id } }', 'organizations:read'),

  apps: listed('apps', '{ id }', 'apps:read'),
  'app, with a grant': one('app', ['id', () => cast.apps.granted.id], () => cast.apps.granted.id, ofGranted),
  'app, with a revoked grant': one('app', ['id', () => cast.apps.revoked.id], () => cast.apps.revoked.id, ofRevoked),
  'app, with no grant': one('app', ['id', () => cast.apps.other.id], () => cast.apps.other.id, toStaffAlone),
  'appByCode, with a grant': one('appByCode', ['code', () => cast.apps.granted.code], () => cast.apps.granted.id, ofGranted),
  'appByCode, with a revoked grant': one(
    'appByCode',
    ['code', () => cast.apps.revoked.code],
    () => cast.apps.revoked.id,
    ofRevoked,
  ),
  'appByCode, with no grant': one('appByCode', ['code', () => cast.apps.other.code], () => cast.apps.other.id, toStaffAlone),
  'appByCode, unknown': one('appByCode', ['code', unknown], () => null, ofNobody),

  pools: listed('pools', '{ id }', 'pools:read'),
  'poolByCode, where everybody is at home': one('poolByCode', ['code', () => 'default'], () => defaultPool, { shown: signedIn }),
  "poolByCode, the traveller's further pool": one(
    'poolByCode',
    ['code', () => cast.pools.tag.code],
    () => cast.pools.tag.id,
    ofGranted,
  ),
  // One's own are those of one's impersonator as well.
  "poolByCode, the org_admin's further pool": one(
    'poolByCode',
    ['code', () => cast.pools.admin.code],
    () => cast.pools.admin.id,
    ofAdminsPool,
  ),
  "poolByCode, the super_admin's further pool": one(
    'poolByCode',
    ['code', () => cast.pools.staff.code],
    () => cast.pools.staff.id,
    {
      shown: ['staff as a member', 'staff as an org_admin', ...staff],
      null: [...ordinary, 'org_admin as a member'],
    },
  ),
  'poolByCode, the home of an app that one has': one(
    'poolByCode',
    ['code', () => cast.pools.far.code],
    () => cast.pools.far.id,
    toStaffAlone,
  ),
  'poolByCode, unknown': one('poolByCode', ['code', unknown], () => null, ofNobody),

  auditEvents: listed('auditEvents', '{ nodes { id } }', 'audit:read'),

  invitationByToken: byToken(() => cast.invitations.ofAcme.token, 'PENDING'),
  'invitationByToken, replaced': byToken(() => more.replaced.token, 'REVOKED'),
  'invitationByToken, of the suspended organization': byToken(() => cast.invitations.ofClosed.token, 'PENDING'),
  'invitationByToken, unknown': byToken(unknown, 'null'),

  roles: {
    field: 'roles',
    ask: ({ ask }) => ask('{ roles { code builtIn } }'),
    said: ({ roles }) => `${roles.length} roles${roles.every((role: any) => role.builtIn) ? '' : ', custom ones among them'}`,
    expected: {
      '10 roles': signedIn,
      ...toldToSignIn,
    },
  },

  permissions: {
    field: 'permissions',
    ask: ({ ask }) => ask('{ permissions { code } }'),
    said: ({ permissions }) => `${permissions.length} permissions`,
    expected: {
      '31 permissions': signedIn,
      ...toldToSignIn,
    },
  },

  authLogin: {
    field: 'authLogin',
    ask: ({ ask }) =>
      ask(
        `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ${refusal} ... on AuthLoginSuccess { viewer { user { id } } } } }`,
        {
          input: { email: cast.people.base.email, password },
        },
      ),
    said: ({ authLogin }) =>
      `${member(authLogin)} as ${authLogin.viewer?.user.id === cast.people.base.id ? 'the person' : 'somebody else'}`,
    expected: {
      'AuthLoginSuccess as the person': [...notSignedIn, ...signedIn, ...stale, 'expired token'],
    },
  },

  // Whose token it is decides, not who sends it: the access token is not looked at.
  authRefresh: {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      AuthRefreshSuccess: [
        ...ordinary,
        ...staff,
        ...impersonators,
        ...stale,
        ...(['expired token', 'token of another server', 'garbage token'] as const),
      ],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  'authRefresh into Acme': {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken, organizationId: acme() } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      AuthRefreshSuccess: [
        ...activeInAcme,
        ...impersonators,
        ...([
          'member, scoped elsewhere',
          'member whose scope moved',
          'demoted org_admin with an old token',
          'expired token',
          'token of another server',
          'garbage token',
        ] as const),
      ],
      'AuthenticationError NOT_A_MEMBER': [...notInAcme, ...staff, 'suspended member', 'demoted admin with an old token'],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  'authRefresh into the suspended organization': {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken, organizationId: closed() } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      'AuthenticationError ORGANIZATION_SUSPENDED': ['member of the suspended organization'],
      // Naming the scope that the session has already is not scoping anew.
      AuthRefreshSuccess: ['member of the suspended organization, scoped there'],
      'AuthenticationError NOT_A_MEMBER': [
        ...notInClosed,
        ...staff,
        ...impersonators,
        ...stale,
        ...(['expired token', 'token of another server', 'garbage token'] as const),
      ],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  // An organization's impersonation can't leave it, and leaving it for none is leaving it.
  'authRefresh into no organization': {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken, organizationId: null } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      AuthRefreshSuccess: [
        ...ordinary,
        ...staff,
        ...(['staff as a member', 'staff as an org_admin'] as const),
        ...stale,
        ...(['expired token', 'token of another server', 'garbage token'] as const),
      ],
      'AuthenticationError NOT_A_MEMBER': ['org_admin as a member'],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  'authSwitchOrganization to Acme': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: acme() } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      AuthSwitchOrganizationSuccess: [...activeInAcme, 'member, scoped elsewhere', 'staff as a member', 'staff as an org_admin'],
      'NotFoundError NOT_FOUND': [...notInAcme, ...staff],
      'RuleError NOT_A_MEMBER': ['suspended member'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      ...toldToSignIn,
    },
  },

  'authSwitchOrganization to the suspended organization': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: closed() } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      'AuthenticationError ORGANIZATION_SUSPENDED': ['member of the suspended organization'],
      AuthSwitchOrganizationSuccess: ['member of the suspended organization, scoped there'],
      'NotFoundError NOT_FOUND': [...notInClosed, ...staff, 'staff as a member', 'staff as an org_admin'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      ...toldToSignIn,
    },
  },

  'authSwitchOrganization to none': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: null } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      AuthSwitchOrganizationSuccess: [...ordinary, ...staff, 'staff as a member', 'staff as an org_admin'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      ...toldToSignIn,
    },
  },

  authLogout: {
    field: 'authLogout',
    ask: ({ ask }) => ask('mutation { authLogout { __typename } }'),
    said: ({ authLogout }) => member(authLogout),
    expected: {
      AuthLogoutSuccess: signedIn,
      ...toldToSignIn,
    },
  },

  authLogoutEverywhere: {
    field: 'authLogoutEverywhere',
    ask: ({ ask }) => ask(`mutation { authLogoutEverywhere { ${refusal} } }`),
    said: ({ authLogoutEverywhere }) => member(authLogoutEverywhere),
    expected: {
      AuthLogoutEverywhereSuccess: [...ordinary, ...staff],
      'RuleError WHILE_IMPERSONATING': impersonators,
      ...toldToSignIn,
    },
  },
};

const rowsOf = (expected: Outcomes): (readonly [Persona, string])[] =>
  Object.entries(expected).flatMap(([outcome, who]) => who.map((persona) => [persona, outcome] as const));

const namesOnce = (expected: Outcomes, all: readonly string[]) =>
  expect(
    rowsOf(expected)
      .map(([persona]) => persona)
      .sort(),
  ).toEqual([...all].sort());

describe.each(Object.entries(cases))('%s', (_name, { field, ask, said, expected }) => {
  test('names every persona once', () => namesOnce(expected, Object.keys(personas)));

  test.each(rowsOf(expected))('%s: %s', async (persona, outcome) => {
    const visit = await (schema.getMutationType()!.getFields()[field] ? changing : asking)(persona);

    const answer = await ask(visit);

    expect(outcomeOf(answer, field, (data) => said(data, visit))).toBe(outcome);
  });
});

/** An error as its code and what it needs; and with an error the field shows nothing. */
function outcomeOf({ data, errors }: Answer<any>, field: string, said: (data: any) => string): string {
  if (errors.length === 0) return said(data);
  expect(errors).toHaveLength(1);
  expect(data === null || data?.[field] === null, 'the field is null').toBe(true);
  expect(errors[0]!.path).toEqual([field]);
  return [errors[0]!.extensions.code, errors[0]!.extensions.needs].filter(Boolean).join(' ');
}

test('every root field of the schema is in the table', () => {
  const served = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );

  expect([...new Set(Object.values(cases).map(({ field }) => field))].sort()).toEqual(served.sort());
});

test('every root field whose description says what it needs is refused to somebody who lacks it', () => {
  const needing = Object.values(schema.getQueryType()!.getFields()).flatMap(({ name, description }) => {
    const [, needs] = /\bNeeds (.*)/.exec(description ?? '') ?? [];
    return needs ? [`${name}: FORBIDDEN ${/`([^`]+)`/.exec(needs)?.[1]}`] : [];
  });
  const refused = Object.values(cases).flatMap(({ field, expected }) =>
    Object.keys(expected)
      .filter((outcome) => outcome.startsWith('FORBIDDEN'))
      .map((outcome) => `${field}: ${outcome}`),
  );

  expect(refused.sort()).toEqual(needing.sort());
});

// ---------------------------------------------------------------- fields below the root that need a permission

interface Below {
  readonly type: string;
  readonly document: string;
  readonly variables?: () => object;
  /** Where the object with the fields is in the answer. */
  readonly path: readonly string[];
  /** To whom that object is null. */
  readonly unseen: readonly Persona[];
  /** All else that was asked of the object, which a refusal leaves as it is. */
  readonly beside: () => object;
  /** What each field is to everyone else. */
  readonly fields: Readonly<Record<string, Outcomes>>;
}

const membersOfAcme = [
  ...(['org_member', 'org_member, scoped there', 'org_manager', 'org_admin', 'owner', 'custom role'] as const),
  ...(['demoted org_admin, signed in anew', ...impersonators] as const),
] as const;

const belowOrganization = `query ($id: ID!) { organization(id: $id) {
  id memberships { totalCount } invitations { totalCount } name assignablePermissions { code } auditEvents { totalCount } status } }`;
const belowPool = `query ($code: String!) { poolByCode(code: $code) {
  id userCount homeCount name tagCount apps { id } users { totalCount } code } }`;
const belowApp = 'query ($id: ID!) { app(id: $id) { id userCount name grants { totalCount } code } }';

/** A pool's fields are for staff alone, also those of one's own pool. */
const pool = (code: () => string, id: () => string, { shown = [], null: unseen = [] }: Outcomes): Below => {
  const others = shown.filter((persona) => !(staff as readonly Persona[]).includes(persona));
  return {
    type: 'Pool',
    document: belowPool,
    variables: () => ({ code: code() }),
    path: ['poolByCode'],
    unseen,
    beside: () => ({ id: id(), name: expect.any(String), code: code() }),
    fields: {
      userCount: { shown: staff, 'FORBIDDEN pools:read': others },
      homeCount: { shown: staff, 'FORBIDDEN pools:read': others },
      tagCount: { shown: staff, 'FORBIDDEN pools:read': others },
      apps: { shown: staff, 'FORBIDDEN apps:read': others },
      users: { shown: staff, 'FORBIDDEN users:read': others },
    },
  };
};

const app = (named: 'granted' | 'revoked', unseen: readonly Persona[], others: readonly Persona[]): Below => ({
  type: 'App',
  document: belowApp,
  variables: () => ({ id: cast.apps[named].id }),
  path: ['app'],
  unseen,
  beside: () => ({ id: cast.apps[named].id, name: expect.any(String), code: cast.apps[named].code }),
  fields: {
    userCount: { shown: staff, 'FORBIDDEN apps:read': others },
    grants: { shown: staff, 'FORBIDDEN apps:read': others },
  },
});

const below: Record<string, Below> = {
  Acme: {
    type: 'Organization',
    document: belowOrganization,
    variables: () => ({ id: acme() }),
    path: ['organization'],
    unseen: ofAcme.null,
    beside: () => ({ id: acme(), name: 'Acme', status: 'ACTIVE' }),
    fields: {
      memberships: {
        shown: [...membersOfAcme, ...staff],
        'FORBIDDEN org:members:read there or organizations:read': ['seller'],
      },
      invitations: {
        shown: [...membersOfAcme, ...staff],
        'FORBIDDEN org:members:read there or organizations:read': ['seller'],
      },
      assignablePermissions: {
        shown: ['org_manager', 'org_admin', 'owner', 'staff as an org_admin', ...staff],
        'FORBIDDEN org:roles:read there or organizations:read': [
          ...(['org_member', 'org_member, scoped there', 'custom role', 'seller', 'staff as a member'] as const),
          ...(['demoted org_admin, signed in anew', 'org_admin as a member'] as const),
        ],
      },
      auditEvents: {
        shown: ['org_admin', 'owner', 'staff as an org_admin', ...staff],
        'FORBIDDEN org:audit:read there or audit:read': [
          ...(['org_member', 'org_member, scoped there', 'org_manager', 'custom role', 'seller'] as const),
          ...(['demoted org_admin, signed in anew', 'staff as a member', 'org_admin as a member'] as const),
        ],
      },
    },
  },

  // Its strongest member too has `org:read` alone.
  'the suspended organization': {
    type: 'Organization',
    document: belowOrganization,
    variables: () => ({ id: closed() }),
    path: ['organization'],
    unseen: ofClosed.null,
    beside: () => ({ id: closed(), name: 'Closed', status: 'SUSPENDED' }),
    fields: {
      memberships: { shown: staff, 'FORBIDDEN org:members:read there or organizations:read': inClosed },
      invitations: { shown: staff, 'FORBIDDEN org:members:read there or organizations:read': inClosed },
      assignablePermissions: { shown: staff, 'FORBIDDEN org:roles:read there or organizations:read': inClosed },
      auditEvents: { shown: staff, 'FORBIDDEN org:audit:read there or audit:read': inClosed },
    },
  },

  'the traveller': {
    type: 'User',
    document: 'query ($id: ID!) { user(id: $id) { id auditEvents { totalCount } name } }',
    variables: () => ({ id: cast.people.traveller.id }),
    path: ['user'],
    unseen: [...notInAcme, ...activeInAcme, 'suspended member', 'staff as an org_admin'],
    beside: () => ({ id: cast.people.traveller.id, name: 'Traveller' }),
    fields: {
      auditEvents: {
        shown: staff,
        'FORBIDDEN audit:read': ['member, scoped elsewhere', 'staff as a member', 'org_admin as a member'],
      },
    },
  },

  // Whoever acts as somebody reads the past of nobody.
  oneself: {
    type: 'User',
    document: '{ viewer { user { id auditEvents { totalCount } name } } }',
    path: ['viewer', 'user'],
    unseen: [],
    beside: () => ({ id: expect.stringMatching(/^user_/), name: expect.any(String) }),
    fields: { auditEvents: { shown: staff, 'FORBIDDEN audit:read': [...ordinary, ...impersonators] } },
  },

  'the pool where everybody is at home': pool(
    () => 'default',
    () => defaultPool,
    { shown: signedIn },
  ),
  "the traveller's further pool": pool(
    () => cast.pools.tag.code,
    () => cast.pools.tag.id,
    ofGranted,
  ),
  "the org_admin's further pool": pool(
    () => cast.pools.admin.code,
    () => cast.pools.admin.id,
    ofAdminsPool,
  ),

  'an app that one has': app('granted', ofGranted.null, ['member, scoped elsewhere', 'staff as a member']),
  'an app that one had': app('revoked', ofRevoked.null, [
    'member, scoped elsewhere',
    'staff as a member',
    'user whose grant was revoked',
  ]),
};

describe.each(Object.entries(below))('below %s', (_name, { document, variables, path, unseen, beside, fields }) => {
  test('each field names every persona once', () => {
    for (const expected of Object.values(fields)) namesOnce({ ...expected, null: unseen }, signedIn);
  });

  test.each(signedIn)('%s', async (persona) => {
    const { ask } = await asking(persona);
    const expected = Object.fromEntries(
      Object.entries(fields).map(([field, outcomes]) => [
        field,
        rowsOf({ ...outcomes, null: unseen }).find(([who]) => who === persona)![1],
      ]),
    );

    const { data, errors } = await ask(document, variables?.());
    const parent = path.reduce((within, key) => within[key], data);

    if (parent === null) {
      expect(errors).toEqual([]);
      expect(Object.fromEntries(Object.keys(fields).map((field) => [field, 'null']))).toEqual(expected);
      return;
    }
    const refusals = new Map(
      errors.map(({ path: place, extensions: { code, needs } }) => [place!.join('.'), `${code} ${needs}`]),
    );
    const outcomes = Object.keys(fields).map((field) => {
      const { [field]: value } = parent;
      return [field, value === null ? refusals.get([...path, field].join('.')) : holds(value) ? 'shown' : 'empty'];
    });
    expect(Object.fromEntries(outcomes)).toEqual(expected);
    expect(errors).toHaveLength(Object.values(expected).filter((outcome) => outcome.startsWith('FORBIDDEN')).length);
    expect(parent).toMatchObject(beside());
  });
});

/** A number says something even where it is 0; a list of nothing might be one whose rows were all withheld. */
const holds = (value: any): boolean => typeof value === 'number' || (value.totalCount ?? value.length) > 0;

test('every field below the root whose description says what it needs is in the table', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const needing = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !roots.includes(type)
      ? Object.values(type.getFields())
          .filter(({ description }) => /\bneeds\b/i.test(description ?? ''))
          .map(({ name }) => `${type.name}.${name}`)
      : [],
  );
  const tried = Object.values(below).flatMap(({ type, fields }) => Object.keys(fields).map((field) => `${type}.${field}`));

  expect([...new Set(tried)].sort()).toEqual(needing.sort());
});

// ---------------------------------------------------------------- what of an answer depends on who asks

interface Told {
  readonly document: string;
  readonly variables?: () => object;
  said(data: any): string;
  readonly expected: Outcomes;
}

const inAcme = (selection: string, said: (organization: any) => string, expected: Outcomes): Told => ({
  document: `query ($id: ID!) { organization(id: $id) { ${selection} } }`,
  variables: () => ({ id: acme() }),
  said: ({ organization }) => (organization === null ? 'null' : said(organization)),
  expected: { ...expected, null: ofAcme.null },
});
const inTheSuspended = (selection: string, said: (organization: any) => string, expected: Outcomes): Told => ({
  ...inAcme(selection, said, {}),
  variables: () => ({ id: closed() }),
  expected: { ...expected, null: ofClosed.null },
});
const holdersOf = (role: () => string, expected: Outcomes): Told => ({
  document: 'query ($id: ID!) { node(id: $id) { ... on Role { memberCount } } }',
  variables: () => ({ id: role() }),
  said: ({ node }) => (node === null ? 'not seen' : `${node.memberCount}`),
  expected,
});

const permissionsOf = ({ viewerPermissions }: any): string => viewerPermissions.join(' ');
const rolesOf = ({ assignableRoles }: any): string => assignableRoles.map(({ code }: any) => code).join(' ');
const everyPermissionThere =
  'org:audit:read org:members:impersonate org:members:invite org:members:read org:members:remove org:members:update org:read ' +
  'org:roles:create org:roles:delete org:roles:read org:roles:update org:update';

const told: Record<string, Told> = {
  'Organization.viewerPermissions in Acme': inAcme('viewerPermissions', permissionsOf, {
    [everyPermissionThere]: ['org_admin', 'owner', 'staff as an org_admin', ...staff],
    'org:members:invite org:members:read org:members:update org:read org:roles:read': ['org_manager'],
    'org:members:invite org:members:read org:read': ['custom role'],
    'org:members:read org:read': [
      ...(['org_member', 'org_member, scoped there', 'demoted org_admin, signed in anew'] as const),
      ...(['staff as a member', 'org_admin as a member'] as const),
    ],
    'org:read': ['seller'],
  }),
  'Organization.viewerPermissions in the suspended organization': inTheSuspended('viewerPermissions', permissionsOf, {
    [everyPermissionThere]: staff,
    'org:read': inClosed,
  }),

  'Organization.assignableRoles in Acme': inAcme('assignableRoles { code }', rolesOf, {
    'org_admin org_manager seller buyer inviter org_member': ['org_admin', 'owner', ...staff],
    'org_manager seller buyer inviter org_member': ['org_manager'],
    // Who may invite may not give roles to members, and nobody does who acts as somebody else.
    '': [
      ...(['custom role', 'seller', 'org_member', 'org_member, scoped there'] as const),
      ...(['demoted org_admin, signed in anew', ...impersonators] as const),
    ],
  }),
  'Organization.assignableRoles in the suspended organization': inTheSuspended('assignableRoles { code }', rolesOf, {
    'org_admin org_manager seller buyer turnkey org_member': staff,
    '': inClosed,
  }),

  'Viewer.assignableRoles': {
    document: '{ viewer { assignableRoles { code } } }',
    said: ({ viewer }) => rolesOf(viewer),
    expected: {
      'system_admin super_admin seller buyer base_user': ['system_admin'],
      'super_admin seller buyer base_user': ['super_admin', 'super_admin, scoped to an organization'],
      '': [...ordinary, ...impersonators],
    },
  },

  'Role.memberCount of a platform role': holdersOf(() => cast.roles.systemAdmin.id, {
    1: staff,
    null: [...ordinary, ...impersonators],
  }),
  'Role.memberCount of a built-in role of organizations': holdersOf(() => cast.roles.orgAdmin.id, { null: signedIn }),
  'Role.memberCount of a custom role': holdersOf(() => cast.roles.inviter.id, {
    1: [...membersOfAcme, ...staff],
    null: ['seller'],
    'not seen': ofAcme.null,
  }),
  'Role.memberCount of a custom role of the suspended organization': holdersOf(() => cast.roles.turnkey.id, {
    2: staff,
    null: inClosed,
    'not seen': ofClosed.null,
  }),
  // The role is seen through the invitation; how many hold it is nobody's to know there.
  'Role.memberCount of a custom role that an invitation carries': {
    document: 'query ($token: String!) { invitationByToken(token: $token) { roles { code memberCount } } }',
    variables: () => ({ token: cast.invitations.toTraveller.token }),
    said: ({ invitationByToken: { roles } }) => `${roles.find(({ code }: any) => code === 'temp').memberCount}`,
    expected: { 0: staff, null: [...ordinary, ...impersonators] },
  },
};

describe.each(Object.entries(told))('%s', (_name, { document, variables, said, expected }) => {
  test('names every persona once', () => namesOnce(expected, signedIn));

  test.each(rowsOf(expected))('%s: %s', async (persona, outcome) => {
    const { run } = await asking(persona);

    expect(said(await run(document, variables?.()))).toBe(outcome);
  });
});

// ---------------------------------------------------------------- what roles carry

const everyOrganizationPermission = [
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
const everyPlatformPermission = [
  'apps:grant',
  'apps:manage',
  'apps:read',
  'audit:read',
  'organizations:create',
  'organizations:delete',
  'organizations:members',
  'organizations:read',
  'organizations:update',
  'pools:manage',
  'pools:read',
  'users:assign-roles',
  'users:create',
  'users:delete',
  'users:impersonate',
  'users:read',
  'users:sessions',
  'users:set-password',
  'users:update',
];
const ofSystemAdminAlone = ['apps:manage', 'pools:manage', 'users:delete', 'users:set-password'];

test.each([
  ['system_admin', everyPlatformPermission],
  ['super_admin', everyPlatformPermission.filter((code) => !ofSystemAdminAlone.includes(code))],
  ['seller', []],
  ['buyer', []],
  ['base_user', []],
])('the platform role %s carries exactly what the design says', async (role, permissions) => {
  const visit = await cast.visit(await world.person({ roles: [role] }));

  const { viewer } = await visit.run('{ viewer { permissions user { permissions } } }');

  expect(viewer).toEqual({ permissions, user: { permissions } });
});

test.each([
  ['org_admin', everyOrganizationPermission],
  ['org_manager', ['org:members:invite', 'org:members:read', 'org:members:update', 'org:read', 'org:roles:read']],
  ['org_member', ['org:members:read', 'org:read']],
  ['seller', ['org:read']],
  ['buyer', ['org:read']],
  ['inviter', ['org:members:invite', 'org:members:read', 'org:read']],
  ['updater', ['org:members:read', 'org:members:update', 'org:read']],
  ['remover', ['org:members:read', 'org:members:remove', 'org:read']],
  ['editor', ['org:read', 'org:update']],
  ['nothing', ['org:read']],
])(
  'the organization role %s carries exactly what the design says, where the session is scoped to it',
  async (role, permissions) => {
    const jo = await world.person();
    const organization = await world.organization({
      owner: await world.person(),
      customRoles: {
        inviter: ['org:members:invite'],
        updater: ['org:members:update'],
        remover: ['org:members:remove'],
        editor: ['org:update'],
        nothing: [],
      },
      members: [[jo, [role]]],
    });
    const document = '{ viewer { permissions memberships { permissions } } }';

    const scoped = await (await cast.visit(jo, { organization })).run(document);
    const unscoped = await (await cast.visit(jo)).run(document);

    expect(scoped.viewer).toEqual({ permissions, memberships: [{ permissions }] });
    expect(unscoped.viewer).toEqual({ permissions: [], memberships: [{ permissions }] });
  },
);

test('in a suspended organization the strongest member carries org:read alone', async () => {
  const visit = await cast.visit(cast.people.landlord, { organization: cast.organizations.closed });

  const { viewer } = await visit.run('{ viewer { permissions memberships { permissions } } }');

  expect(viewer).toEqual({ permissions: ['org:read'], memberships: [{ permissions: ['org:read'] }] });
});

test('a suspended membership carries nothing, whatever its roles', async () => {
  const visit = await cast.visit(cast.people.suspended);

  const { viewer } = await visit.run(
    '{ viewer { permissions memberships { id } user { memberships { nodes { status permissions } } } } }',
  );

  expect(viewer).toEqual({
    permissions: [],
    memberships: [],
    user: { memberships: { nodes: [{ status: 'SUSPENDED', permissions: [] }] } },
  });
});

// ---------------------------------------------------------------- how a refusal reads

test('FORBIDDEN says what is needed and nothing of what the caller has: it is the same for everyone, byte for byte', async () => {
  const bodies = await Promise.all(
    (['base user', 'owner', 'org_admin as a member', 'staff as a member'] as const).map(async (persona) => {
      const visit = await personas[persona]();
      return (await visit.post({ query: '{ users { totalCount } }' })).text();
    }),
  );

  expect(new Set(bodies).size).toBe(1);
  expect(JSON.parse(bodies[0]!)).toEqual({
    errors: [
      {
        message: 'This needs users:read.',
        locations: [{ line: 1, column: 3 }],
        path: ['users'],
        extensions: { code: 'FORBIDDEN', needs: 'users:read' },
      },
    ],
    data: { users: null },
    extensions: { cost: expect.any(Number) },
  });
});

test('a refused field leaves its neighbours whole', async () => {
  const visit = await personas['base user']();

  const { data, errors } = await visit.ask(
    '{ users { totalCount } viewer { user { id } } usersLookup(ids: []) { missingIds } roles(scope: PLATFORM) { code } }',
  );

  expect(data).toEqual({
    users: null,
    viewer: { user: { id: cast.people.base.id } },
    usersLookup: null,
    roles: expect.any(Array),
  });
  expect(data.roles).toHaveLength(5);
  // Which of two refusals is written down first, and told first, is open.
  expect(errors.map(({ path, extensions }) => `${path} ${extensions.code}`).sort()).toEqual([
    'users FORBIDDEN',
    'usersLookup FORBIDDEN',
  ]);
});

test('UNAUTHENTICATED, TOKEN_EXPIRED and TOKEN_STALE say nothing of why: each is one answer', async () => {
  const bodyOf = async (persona: Persona) =>
    (await (await personas[persona]()).post({ query: '{ viewer { user { id } } }' })).text();
  const same = async (all: readonly Persona[]) => new Set(await Promise.all(all.map(bodyOf)));

  expect((await same(stale)).size).toBe(1);
  // Whether a session has ended or never was, and whether its person or impersonator is suspended, reads alike.
  expect(
    (
      await same([
        'user whose session has ended',
        'user whose session has expired',
        'suspended user',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ])
    ).size,
  ).toBe(1);
  // A token that nobody here signed reads alike, whatever is wrong with it.
  expect((await same(['garbage token', 'token of another server'])).size).toBe(1);
});

test('an admin who is demoted is stale at once, and what the refresh brings has nothing of the former power', async () => {
  const visit = await personas['demoted admin with an old token']();

  await expect(visit.run('{ users { totalCount } }')).toBeRefused('TOKEN_STALE');
  const { authRefresh } = await world.anonymous.run(
    'mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ... on AuthRefreshSuccess { tokens { accessToken } viewer { permissions } } } }',
    { input: { refreshToken: visit.refreshToken } },
  );

  expect(authRefresh.viewer.permissions).toEqual([]);
  await expect(cast.visitWith(authRefresh.tokens.accessToken).run('{ users { totalCount } }')).toBeRefused('FORBIDDEN');
});

test('permissions are read at every request: what is taken from a role is gone with the next one', async () => {
  const jo = await world.person();
  const organization = await world.organization({
    owner: await world.person(),
    customRoles: { reader: ['org:members:read'] },
    members: [[jo, ['reader']]],
  });
  const visit = await cast.visit(jo);
  const [, ownersMembership] = [...organization.memberships][0]!;
  const document = 'query ($id: ID!) { node(id: $id) { id } }';

  expect((await visit.run(document, { id: ownersMembership })).node).not.toBeNull();
  await world.database.query(
    world.sql`DELETE FROM role_permissions rp USING roles r WHERE r.id = rp.role_id AND r.organization_id = ${organization.uuid}::uuid`,
  );

  expect((await visit.run(document, { id: ownersMembership })).node).toBeNull();
});

// ---------------------------------------------------------------- what a refusal leaves

const forbiddenEvents = (who: { uuid: string }) =>
  world.database.query<{
    id: string;
    actor: string;
    impersonator: string | null;
    metadata: { field: string; needs: string };
  }>(world.sql`
    SELECT e.id, e.actor_id AS actor, e.impersonator_id AS impersonator, e.metadata FROM audit_events e
     WHERE e.action = 'access.forbidden' AND e.actor_id = ${who.uuid}::uuid ORDER BY e.generation, e.transaction, e.id`);

test('FORBIDDEN leaves an event; two of one session and field within 60 seconds are one, another field and another session are others', async () => {
  const jo = await world.person();
  const visit = await cast.visit(jo);
  const fields = async () => (await forbiddenEvents(jo)).map(({ metadata }) => metadata.field);

  await visit.ask('{ users { totalCount } }');
  expect(await forbiddenEvents(jo)).toEqual([
    { id: expect.any(String), actor: jo.uuid, impersonator: null, metadata: { field: 'users', needs: 'users:read' } },
  ]);

  await visit.ask('{ users { totalCount } }');
  await visit.ask('{ a: users { totalCount } b: users(first: 1) { totalCount } }');
  expect(await fields()).toEqual(['users']);

  await visit.ask('{ usersLookup(ids: []) { missingIds } }');
  expect(await fields()).toEqual(['users', 'usersLookup']);

  await (await cast.visit(jo)).ask('{ users { totalCount } }');
  expect(await fields()).toEqual(['users', 'usersLookup', 'users']);
});

test('the 60 seconds count from the first refusal, and what comes after them is a new event', async () => {
  const jo = await world.person();
  const visit = await cast.visit(jo);
  const passing = (seconds: number) =>
    world.database.query(world.sql`UPDATE refusal_windows SET until = until - make_interval(secs => ${seconds}::int)`);

  await visit.ask('{ users { totalCount } }');
  await passing(40);
  await visit.ask('{ users { totalCount } }');
  expect(await forbiddenEvents(jo)).toHaveLength(1);
  await passing(25);
  await visit.ask('{ users { totalCount } }');

  expect(await forbiddenEvents(jo)).toHaveLength(2);
});

test('many refusals at once are one event', async () => {
  const jo = await world.person();
  const visit = await cast.visit(jo);

  await Promise.all(Array.from({ length: 8 }, () => visit.ask('{ users { totalCount } }')));

  expect(await forbiddenEvents(jo)).toHaveLength(1);
});

test('the event of an impersonator bears both people, and is about both', async () => {
  const by = await world.person({ roles: ['super_admin'] });
  const jo = await world.person();
  const visit = await cast.visit(jo, { impersonator: { by, from: await cast.visit(by) } });

  await visit.ask('{ users { totalCount } }');

  const [event] = await forbiddenEvents(jo);
  expect(event).toMatchObject({ actor: jo.uuid, impersonator: by.uuid });
  const people = await world.database.query<{ id: string }>(
    world.sql`SELECT user_id AS id FROM audit_event_people WHERE event_id = ${event!.id}::uuid`,
  );
  expect(people.map(({ id }) => id).sort()).toEqual([jo.uuid, by.uuid].sort());
});

test('who is not signed in, and who is let through, leaves no such event', async () => {
  const count = async () =>
    (
      await world.database.query<{ n: number }>(
        world.sql`SELECT count(*)::int AS n FROM audit_events WHERE action = 'access.forbidden'`,
      )
    )[0]!.n;
  const before = await count();

  for (const persona of ['anonymous', 'garbage token', 'super_admin', 'demoted admin with an old token'] as const) {
    await (await personas[persona]()).ask('{ users { totalCount } }');
  }
  await (await personas['base user']()).ask('query ($id: ID!) { user(id: $id) { id } node(id: $id) { id } }', {
    id: `user_${newId()}`,
  });

  expect(await count()).toBe(before);
});

// ---------------------------------------------------------------- what a refusal below the root leaves

/** Somebody who sells for that many organizations, and sees the members of none. */
async function sellerOf(many: number) {
  const jo = await world.person();
  const owner = await world.person();
  for (let i = 0; i < many; i++) await world.organization({ owner, members: [[jo, ['seller']]] });
  return { jo, visit: await cast.visit(jo) };
}

const ofMine = (selection: string) => `{ viewer { memberships { organization { ${selection} } } } }`;
const needsOf = {
  memberships: { field: 'Organization.memberships', needs: 'org:members:read there or organizations:read' },
  invitations: { field: 'Organization.invitations', needs: 'org:members:read there or organizations:read' },
  auditEvents: { field: 'Organization.auditEvents', needs: 'org:audit:read there or audit:read' },
} as const;
const metadataOf = async (who: { uuid: string }) => (await forbiddenEvents(who)).map(({ metadata }) => metadata);

test('a field that is refused in every row of a list is one event within 60 seconds, and another field another', async () => {
  const { jo, visit } = await sellerOf(5);

  const { errors } = await visit.ask(ofMine('memberships { totalCount }'));
  expect(errors.map(({ path, extensions }) => `${path!.join('.')} ${extensions.code}`).sort()).toEqual(
    [0, 1, 2, 3, 4].map((i) => `viewer.memberships.${i}.organization.memberships FORBIDDEN`),
  );
  expect(await forbiddenEvents(jo)).toEqual([
    { id: expect.any(String), actor: jo.uuid, impersonator: null, metadata: needsOf.memberships },
  ]);

  await visit.ask(ofMine('memberships { totalCount } a: memberships(first: 1) { totalCount }'));
  await visit.batch([[ofMine('memberships { totalCount }')], [ofMine('name memberships { edges { cursor } }')]]);
  expect(await metadataOf(jo)).toEqual([needsOf.memberships]);

  await visit.ask(ofMine('memberships { totalCount } invitations { totalCount } auditEvents { totalCount }'));
  const all = await metadataOf(jo);
  expect(all).toHaveLength(3);
  expect(all).toEqual(expect.arrayContaining(Object.values(needsOf)));
});

test('another session is another event, and so is what comes after 60 seconds from the first refusal', async () => {
  const { jo, visit } = await sellerOf(3);
  const document = ofMine('auditEvents { totalCount }');
  const passing = (seconds: number) =>
    world.database.query(world.sql`UPDATE refusal_windows SET until = until - make_interval(secs => ${seconds}::int)`);

  await visit.ask(document);
  await (await cast.visit(jo)).ask(document);
  expect(await metadataOf(jo)).toEqual([needsOf.auditEvents, needsOf.auditEvents]);

  await passing(40);
  await visit.ask(document);
  expect(await forbiddenEvents(jo)).toHaveLength(2);
  await passing(25);
  await visit.ask(document);
  expect(await forbiddenEvents(jo)).toHaveLength(3);
});

test('many requests at once whose rows are refused are one event', async () => {
  const { jo, visit } = await sellerOf(3);

  await Promise.all(Array.from({ length: 8 }, () => visit.ask(ofMine('invitations { totalCount }'))));

  expect(await metadataOf(jo)).toEqual([needsOf.invitations]);
});

test('who is let through leaves no event, nor does who does not see the parent', async () => {
  const all = async () =>
    world.database.query<{ id: string }>(world.sql`SELECT id FROM audit_events WHERE action = 'access.forbidden' ORDER BY id`);
  const admin = await personas.org_admin();
  const member = await personas.org_member();
  const before = await all();

  await admin.run(belowOrganization, { id: acme() });
  expect((await admin.run(belowOrganization, { id: closed() })).organization).toBeNull();
  expect((await member.run(belowPool, { code: cast.pools.far.code })).poolByCode).toBeNull();
  expect((await member.run(belowApp, { id: cast.apps.other.id })).app).toBeNull();

  expect(await all()).toEqual(before);
});

test('a refusal in the answer of a mutation is an event of the session that it opened, and the change is kept', async () => {
  const { jo, visit } = await sellerOf(1);
  const organization = encodeId(
    'org',
    (
      await world.database.query<{ id: string }>(
        world.sql`SELECT organization_id AS id FROM memberships WHERE user_id = ${jo.uuid}::uuid`,
      )
    )[0]!.id,
  );

  const { data, errors } = await world.anonymous.ask(
    `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess {
       tokens { refreshToken } viewer { organization { id memberships { totalCount } } } } } }`,
    { input: { email: jo.email, password, organizationId: organization } },
  );

  expect(errors.map(({ path, extensions }) => [path!.at(-1), extensions.code])).toEqual([['memberships', 'FORBIDDEN']]);
  expect(data.authLogin.viewer.organization).toEqual({ id: organization, memberships: null });
  expect(await metadataOf(jo)).toEqual([needsOf.memberships]);
  await visit.ask(ofMine('memberships { totalCount }'));
  expect(await metadataOf(jo)).toEqual([needsOf.memberships, needsOf.memberships]);
  const { refreshToken } = data.authLogin.tokens;
  expect((await world.anonymous.run(refreshDocument, { input: { refreshToken } })).authRefresh.__typename).toBe(
    'AuthRefreshSuccess',
  );
});
