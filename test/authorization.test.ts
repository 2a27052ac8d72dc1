import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Answer, password, startWorld, type World } from './support/world.ts';

/**
 * Who may call what: every root field and every persona, with what each is answered. This page is the second copy of the
 * design's tables, written by hand; nothing here is taken from `src/policy.ts`.
 */

let world: World;
let cast: Cast;

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
});

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
  'suspended member': () => cast.visit(cast.people.suspended),
  'member, scoped elsewhere': () => cast.visit(cast.people.traveller, { organization: cast.organizations.globex }),
  'member of the suspended organization': () => cast.visit(cast.people.confined),
  super_admin: () => cast.visit(cast.people.superAdmin),
  system_admin: () => cast.visit(cast.people.systemAdmin),
  'staff as a member': () => cast.staffAsTraveller(),
  'org_admin as a member': () => cast.adminAsTraveller(),

  'demoted admin with an old token': () => demoted(),
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

async function afterwards(
  who: { uuid: string },
  statement: (visit: Visit) => typeof world.sql extends (...args: any[]) => infer Sql ? Sql : never,
) {
  const visit = await cast.visit(who as never);
  await world.database.query(statement(visit));
  return visit;
}

async function demoted(): Promise<Visit> {
  const former = await world.person({ roles: ['super_admin'] });
  const visit = await cast.visit(former);
  await visit.run('{ users(first: 1) { nodes { id } } }');
  await world.database.query(world.sql`DELETE FROM user_roles WHERE user_id = ${former.uuid}::uuid`);
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${former.uuid}::uuid`);
  return visit;
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
const stale = ['demoted admin with an old token', 'member whose scope moved'] as const;
const refusedTokens = { TOKEN_EXPIRED: ['expired token'], TOKEN_STALE: stale } as const;
const staff = ['super_admin', 'system_admin'] as const;
const impersonators = ['staff as a member', 'org_admin as a member'] as const;
const ordinary = [
  'base user',
  'outsider, who owns another organization',
  'org_member',
  'org_member, scoped there',
  'org_manager',
  'org_admin',
  'owner',
  'custom role',
  'suspended member',
  'member, scoped elsewhere',
  'member of the suspended organization',
] as const;
const activeInAcme = ['org_member', 'org_member, scoped there', 'org_manager', 'org_admin', 'owner', 'custom role'] as const;
const notInAcme = ['base user', 'outsider, who owns another organization', 'member of the suspended organization'] as const;

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
      UNAUTHENTICATED: unauthenticated,
      ...refusedTokens,
    },
  },

  'node of an organization': {
    field: 'node',
    ask: ({ ask }) => ask('query ($id: ID!) { node(id: $id) { id } }', { id: acme() }),
    said: ({ node }) => shown(node),
    expected: {
      shown: [...activeInAcme, ...staff, ...impersonators],
      null: [...withoutToken, ...notInAcme, 'suspended member', 'member, scoped elsewhere'],
      UNAUTHENTICATED: unauthenticated,
      ...refusedTokens,
    },
  },

  'node of a suspended organization': {
    field: 'node',
    ask: ({ ask }) => ask('query ($id: ID!) { node(id: $id) { id } }', { id: closed() }),
    said: ({ node }) => shown(node),
    expected: {
      shown: ['member of the suspended organization', ...staff],
      null: [
        ...withoutToken,
        ...activeInAcme,
        ...impersonators,
        ...(['base user', 'outsider, who owns another organization', 'suspended member', 'member, scoped elsewhere'] as const),
      ],
      UNAUTHENTICATED: unauthenticated,
      ...refusedTokens,
    },
  },

  'node of what can be no id': {
    field: 'node',
    ask: ({ ask }) => ask('{ node(id: "what") { id } }'),
    said: ({ node }) => shown(node),
    expected: {
      null: [...withoutToken, ...ordinary, ...staff, ...impersonators],
      UNAUTHENTICATED: unauthenticated,
      ...refusedTokens,
    },
  },

  'nodes of an organization and of a built-in role': {
    field: 'nodes',
    ask: ({ ask }) => ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [acme(), cast.roles.orgAdmin.id] }),
    said: ({ nodes }) => nodes.map(shown).join(', '),
    expected: {
      'shown, shown': [...activeInAcme, ...staff, ...impersonators],
      'null, shown': [...withoutToken, ...notInAcme, 'suspended member', 'member, scoped elsewhere'],
      UNAUTHENTICATED: unauthenticated,
      ...refusedTokens,
    },
  },

  'nodes of none': {
    field: 'nodes',
    ask: ({ ask }) => ask('{ nodes(ids: []) { id } }'),
    said: ({ nodes }) => JSON.stringify(nodes),
    expected: {
      '[]': [...withoutToken, ...ordinary, ...staff, ...impersonators],
      UNAUTHENTICATED: unauthenticated,
      ...refusedTokens,
    },
  },

  'user, a colleague in Acme': {
    field: 'user',
    ask: ({ ask }) => ask('query ($id: ID!) { user(id: $id) { id email } }', { id: cast.people.seller.id }),
    said: ({ user }) => shown(user),
    expected: {
      shown: staff,
      null: [...ordinary, ...impersonators],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  'user, the traveller': {
    field: 'user',
    ask: ({ ask }) => ask('query ($id: ID!) { user(id: $id) { id email } }', { id: cast.people.traveller.id }),
    said: ({ user }) => shown(user),
    expected: {
      shown: [...staff, ...impersonators, 'member, scoped elsewhere'],
      null: [...notInAcme, ...activeInAcme, 'suspended member'],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  users: {
    field: 'users',
    ask: ({ ask }) => ask('{ users(first: 2) { nodes { id } totalCount } }'),
    said: ({ users }) => (users.nodes.length === 2 && users.totalCount > 10 ? 'shown' : JSON.stringify(users)),
    expected: {
      shown: staff,
      'FORBIDDEN users:read': [...ordinary, ...impersonators],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  'usersLookup of oneself': {
    field: 'usersLookup',
    ask: ({ ask }) =>
      ask('query ($ids: [ID!]) { usersLookup(ids: $ids) { users { id } missingIds } }', { ids: [cast.people.traveller.id] }),
    said: ({ usersLookup }) => shown(usersLookup.users[0] ?? null),
    expected: {
      shown: staff,
      'FORBIDDEN users:read': [...ordinary, ...impersonators],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  roles: {
    field: 'roles',
    ask: ({ ask }) => ask('{ roles { code builtIn } }'),
    said: ({ roles }) => `${roles.length} roles${roles.every((role: any) => role.builtIn) ? '' : ', custom ones among them'}`,
    expected: {
      '10 roles': [...ordinary, ...staff, ...impersonators],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  permissions: {
    field: 'permissions',
    ask: ({ ask }) => ask('{ permissions { code } }'),
    said: ({ permissions }) => `${permissions.length} permissions`,
    expected: {
      '31 permissions': [...ordinary, ...staff, ...impersonators],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
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
      'AuthLoginSuccess as the person': [
        ...withoutToken,
        ...ordinary,
        ...staff,
        ...impersonators,
        ...unauthenticated,
        ...stale,
        'expired token',
      ],
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
      'AuthenticationError NOT_A_MEMBER': [
        ...(['base user', 'outsider, who owns another organization', 'suspended member', 'member, scoped elsewhere'] as const),
        ...activeInAcme,
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
        'staff as a member',
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
      AuthSwitchOrganizationSuccess: [...activeInAcme, 'member, scoped elsewhere', 'staff as a member'],
      'NotFoundError NOT_FOUND': [...notInAcme, ...staff],
      'RuleError NOT_A_MEMBER': ['suspended member'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  'authSwitchOrganization to the suspended organization': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: closed() } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      'AuthenticationError ORGANIZATION_SUSPENDED': ['member of the suspended organization'],
      'NotFoundError NOT_FOUND': [
        ...(['base user', 'outsider, who owns another organization', 'suspended member', 'member, scoped elsewhere'] as const),
        ...activeInAcme,
        ...staff,
        'staff as a member',
      ],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  'authSwitchOrganization to none': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: null } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      AuthSwitchOrganizationSuccess: [...ordinary, ...staff, 'staff as a member'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  authLogout: {
    field: 'authLogout',
    ask: ({ ask }) => ask('mutation { authLogout { __typename } }'),
    said: ({ authLogout }) => member(authLogout),
    expected: {
      AuthLogoutSuccess: [...ordinary, ...staff, ...impersonators],
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },

  authLogoutEverywhere: {
    field: 'authLogoutEverywhere',
    ask: ({ ask }) => ask(`mutation { authLogoutEverywhere { ${refusal} } }`),
    said: ({ authLogoutEverywhere }) => member(authLogoutEverywhere),
    expected: {
      AuthLogoutEverywhereSuccess: [...ordinary, ...staff],
      'RuleError WHILE_IMPERSONATING': impersonators,
      UNAUTHENTICATED: [...withoutToken, ...unauthenticated],
      ...refusedTokens,
    },
  },
};

describe.each(Object.entries(cases))('%s', (_name, { field, ask, said, expected }) => {
  const rows = Object.entries(expected).flatMap(([outcome, who]) => who.map((persona) => [persona, outcome] as const));

  test('names every persona once', () => {
    expect(rows.map(([persona]) => persona).sort()).toEqual(Object.keys(personas).sort());
  });

  test.each(rows)('%s: %s', async (persona, outcome) => {
    const visit = await personas[persona]();

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
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['users'], 'FORBIDDEN'],
    [['usersLookup'], 'FORBIDDEN'],
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
