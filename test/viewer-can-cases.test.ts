import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../src/ids.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

/** What `viewerCan` says, written by hand: the code of each refusal, and null for what is allowed. */

let world: World;
let cast: Cast;
let callers: Record<Caller, Visit>;
let subjects: Record<string, string>;

type Caller =
  | 'base'
  | 'member'
  | 'manager'
  | 'admin'
  | 'owner'
  | 'inviter'
  | 'suspended'
  | 'confined'
  | 'traveller'
  | 'travellerElsewhere'
  | 'boundAsTraveller'
  | 'staffAsTraveller'
  | 'staffAsOwner'
  | 'superAdmin'
  | 'systemAdmin';

/** An organization whose owner is suspended, so that the deputy alone is left to run it. */
let orphaned: Organization;
let deputy: Person;
let full: Organization;

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  const { people, organizations, invitations, roles, visit } = cast;
  const { database, sql } = world;

  const gone = await world.person({ name: 'Suspended owner', status: 'SUSPENDED' });
  deputy = await world.person({ name: 'Deputy' });
  orphaned = await world.organization({ owner: gone, members: [[deputy, ['org_admin']]] });
  full = await world.organization({ owner: people.owner });
  await database.query(sql`
    INSERT INTO roles (id, code, name, scope, rank, organization_id)
    SELECT gen_random_uuid(), 'role_' || n, 'One of many', 'ORGANIZATION', 70, ${full.uuid}::uuid FROM generate_series(1, 100) n`);

  const { acme, closed } = organizations;
  const day = 86_400_000;
  const offers = {
    plain: invitations.ofAcme,
    ofAdmin: await world.invitation({ organization: acme, email: 'boss@example.com', roles: ['org_admin'] }),
    overdue: await world.invitation({ organization: acme, email: 'late@example.com', expiresAt: new Date(Date.now() - day) }),
    revoked: await world.invitation({ organization: acme, email: 'not@example.com', status: 'REVOKED' }),
    declined: await world.invitation({ organization: acme, email: 'no@example.com', status: 'DECLINED' }),
    toMember: await world.invitation({ organization: acme, email: people.member.email }),
    used: await world.invitation({ organization: acme, email: 'in@example.com' }),
    ofEditor: await world.invitation({ organization: acme, email: 'editor@example.com' }),
  };
  await database.query(sql`UPDATE invitations SET status = 'ACCEPTED', accepted_at = now() WHERE id = ${offers.used.uuid}::uuid`);
  await database.query(sql`
    WITH editor AS (
      INSERT INTO roles (id, code, name, scope, rank, organization_id)
      VALUES (gen_random_uuid(), 'editor', 'Editor', 'ORGANIZATION', 70, ${acme.uuid}::uuid) RETURNING id),
    carried AS (INSERT INTO role_permissions (role_id, permission_code) SELECT id, 'org:update' FROM editor)
    INSERT INTO invitation_roles (invitation_id, role_id) SELECT ${offers.ofEditor.uuid}::uuid, id FROM editor`);
  const disabled = await world.app({ status: 'DISABLED' });
  const unused = await world.pool('unused');
  const [home] = await database.query<{ id: string }>(sql`SELECT id FROM pools WHERE code = 'default'`);

  subjects = {
    ...Object.fromEntries(Object.entries(people).map(([name, { id }]) => [`user ${name}`, id])),
    'user gone': gone.id,
    'user deputy': deputy.id,
    ...Object.fromEntries(Object.entries(organizations).map(([name, { id }]) => [`organization ${name}`, id])),
    'organization orphaned': orphaned.id,
    'organization full': full.id,
    ...Object.fromEntries(Object.entries(people).map(([name, { uuid }]) => [`member ${name}`, acme.memberships.get(uuid) ?? ''])),
    'member deputy': orphaned.memberships.get(deputy.uuid)!,
    'member gone': orphaned.memberships.get(gone.uuid)!,
    'member confined': closed.memberships.get(people.confined.uuid)!,
    'role custom': roles.inviter.id,
    'role of closed': roles.turnkey.id,
    'role built in': roles.orgAdmin.id,
    'role of the platform': roles.systemAdmin.id,
    ...Object.fromEntries(Object.entries(offers).map(([name, { id }]) => [`invitation ${name}`, id])),
    'invitation toTraveller': invitations.toTraveller.id,
    'invitation ofClosed': invitations.ofClosed.id,
    'app granted': cast.apps.granted.id,
    'app disabled': disabled.id,
    'pool default': encodeId('pool', home!.id),
    'pool read': cast.pools.far.id,
    'pool unused': unused.id,
  };

  const asOwner = async () =>
    visit(people.owner, { impersonator: { by: people.superAdmin, from: await visit(people.superAdmin) } });
  callers = {
    base: await visit(people.base),
    member: await visit(people.member),
    manager: await visit(people.manager),
    admin: await visit(people.admin),
    owner: await visit(people.owner),
    inviter: await visit(people.inviter),
    suspended: await visit(people.suspended),
    confined: await visit(people.confined),
    traveller: await visit(people.traveller),
    travellerElsewhere: await visit(people.traveller, { organization: organizations.globex }),
    boundAsTraveller: await cast.adminAsTraveller(),
    staffAsTraveller: await cast.staffAsTraveller(),
    staffAsOwner: await asOwner(),
    superAdmin: await visit(people.superAdmin),
    systemAdmin: await visit(people.systemAdmin),
  };
});

const capabilities = {
  User: 'update suspend reactivate unlock setRoles setPassword sendPasswordReset revokeSessions impersonate hardDelete setHomePool tagPools grantApps',
  Organization: 'update suspend reactivate delete transferOwnership addMember createRole createInvitation',
  Membership: 'setRoles setStatus remove makeOwner impersonate',
  Role: 'update delete',
  Invitation: 'resend revoke',
  App: 'update delete grantUser',
  Pool: 'update delete',
} as const;
type Type = keyof typeof capabilities;

const selection = (type: Type, of: string) =>
  capabilities[type]
    .split(' ')
    .map((name) => `${name} { ${of} }`)
    .join(' ');

/** By the name of each capability what is told of it. */
type Codes = Readonly<Record<string, string | null>>;
const codesIn = (viewerCan: Record<string, { code: string | null }>): Codes =>
  Object.fromEntries(Object.entries(viewerCan).map(([name, { code }]) => [name, code]));

async function told(caller: Caller, type: Type, subject: string): Promise<Codes> {
  const { node } = await callers[caller].run(
    `query ($id: ID!) { node(id: $id) { ... on ${type} { viewerCan { ${selection(type, 'code')} } } } }`,
    { id: subjects[subject] },
  );
  return codesIn(node.viewerCan);
}

/** The same of all that is not named. */
const all = (type: Type, code: string | null, but: Codes = {}): Codes => ({
  ...Object.fromEntries(capabilities[type].split(' ').map((name) => [name, code])),
  ...but,
});

type Case = readonly [caller: Caller, subject: string, codes: Codes];
const said = (type: Type, cases: readonly Case[]) =>
  describe(`of a ${type}`, () => {
    test.each(cases)('%s is told of %s what the rules say', async (caller, subject, codes) => {
      expect(await told(caller, type, subject)).toEqual(codes);
    });
  });

const systemAdminAlone = { setPassword: 'FORBIDDEN', hardDelete: 'FORBIDDEN', setHomePool: 'FORBIDDEN', tagPools: 'FORBIDDEN' };
said('User', [
  ['base', 'user base', all('User', 'FORBIDDEN', { revokeSessions: null })],
  ['owner', 'user owner', all('User', 'FORBIDDEN', { revokeSessions: null })],
  ['boundAsTraveller', 'user traveller', all('User', 'FORBIDDEN', { revokeSessions: 'WHILE_IMPERSONATING' })],
  ['staffAsTraveller', 'user traveller', all('User', 'FORBIDDEN', { revokeSessions: 'WHILE_IMPERSONATING' })],
  ['superAdmin', 'user systemAdmin', all('User', 'RANK_TOO_LOW', systemAdminAlone)],
  [
    'superAdmin',
    'user superAdmin',
    all('User', null, { ...systemAdminAlone, suspend: 'SELF_NOT_ALLOWED', impersonate: 'SELF_NOT_ALLOWED' }),
  ],
  ['superAdmin', 'user gone', all('User', null, { ...systemAdminAlone, impersonate: 'USER_SUSPENDED' })],
  ['superAdmin', 'user base', all('User', null, systemAdminAlone)],
  [
    'systemAdmin',
    'user systemAdmin',
    all('User', null, { suspend: 'SELF_NOT_ALLOWED', impersonate: 'SELF_NOT_ALLOWED', hardDelete: 'SELF_NOT_ALLOWED' }),
  ],
  ['systemAdmin', 'user owner', all('User', null, { hardDelete: 'OWNS_ORGANIZATIONS' })],
  ['systemAdmin', 'user deputy', all('User', null, { hardDelete: 'LAST_ORG_ADMIN' })],
  // Who is suspended leaves nobody without an admin.
  ['systemAdmin', 'user gone', all('User', null, { impersonate: 'USER_SUSPENDED', hardDelete: 'OWNS_ORGANIZATIONS' })],
  ['systemAdmin', 'user superAdmin', all('User', null)],
  ['systemAdmin', 'user admin', all('User', null)],
]);

const staffAlone = { suspend: 'FORBIDDEN', reactivate: 'FORBIDDEN', delete: 'FORBIDDEN', addMember: 'FORBIDDEN' };
said('Organization', [
  ['member', 'organization acme', all('Organization', 'FORBIDDEN')],
  ['boundAsTraveller', 'organization acme', all('Organization', 'FORBIDDEN')],
  ['manager', 'organization acme', all('Organization', 'FORBIDDEN', { createInvitation: null })],
  ['inviter', 'organization acme', all('Organization', 'FORBIDDEN', { createInvitation: null })],
  ['confined', 'organization closed', all('Organization', 'ORGANIZATION_SUSPENDED', staffAlone)],
  [
    'staffAsOwner',
    'organization acme',
    all('Organization', null, { ...staffAlone, transferOwnership: 'WHILE_IMPERSONATING', createRole: 'WHILE_IMPERSONATING' }),
  ],
  ['admin', 'organization acme', all('Organization', null, { ...staffAlone, transferOwnership: 'FORBIDDEN' })],
  ['owner', 'organization full', all('Organization', null, { ...staffAlone, createRole: 'VALIDATION_FAILED' })],
  ['owner', 'organization acme', all('Organization', null, staffAlone)],
  ['superAdmin', 'organization full', all('Organization', null, { createRole: 'VALIDATION_FAILED' })],
  ['superAdmin', 'organization closed', all('Organization', null, { addMember: 'ORGANIZATION_SUSPENDED' })],
  ['superAdmin', 'organization acme', all('Organization', null)],
]);

said('Membership', [
  ['suspended', 'member suspended', all('Membership', 'NOT_FOUND')],
  ['travellerElsewhere', 'member traveller', all('Membership', 'NOT_FOUND')],
  ['confined', 'member confined', all('Membership', 'ORGANIZATION_SUSPENDED')],
  ['member', 'member traveller', all('Membership', 'FORBIDDEN')],
  ['inviter', 'member member', all('Membership', 'FORBIDDEN')],
  ['boundAsTraveller', 'member traveller', all('Membership', 'FORBIDDEN')],
  ['manager', 'member admin', all('Membership', 'FORBIDDEN', { setRoles: 'RANK_TOO_LOW', setStatus: 'RANK_TOO_LOW' })],
  ['manager', 'member owner', all('Membership', 'FORBIDDEN', { setRoles: 'RANK_TOO_LOW', setStatus: 'OWNER_PROTECTED' })],
  ['manager', 'member manager', all('Membership', 'FORBIDDEN', { setRoles: null, setStatus: 'SELF_NOT_ALLOWED' })],
  ['manager', 'member traveller', all('Membership', 'FORBIDDEN', { setRoles: null, setStatus: null })],
  [
    'admin',
    'member admin',
    {
      setRoles: null,
      setStatus: 'SELF_NOT_ALLOWED',
      remove: 'SELF_NOT_ALLOWED',
      makeOwner: 'FORBIDDEN',
      impersonate: 'SELF_NOT_ALLOWED',
    },
  ],
  [
    'admin',
    'member owner',
    {
      setRoles: null,
      setStatus: 'OWNER_PROTECTED',
      remove: 'OWNER_PROTECTED',
      makeOwner: 'FORBIDDEN',
      impersonate: 'RANK_TOO_LOW',
    },
  ],
  // As strong as they are themselves, and suspended there: to be restored.
  ['admin', 'member suspended', all('Membership', null, { makeOwner: 'FORBIDDEN', impersonate: 'RANK_TOO_LOW' })],
  ['admin', 'member member', all('Membership', null, { makeOwner: 'FORBIDDEN' })],
  ['owner', 'member suspended', all('Membership', null, { makeOwner: 'NOT_A_MEMBER', impersonate: 'RANK_TOO_LOW' })],
  // To own it already is no change.
  [
    'owner',
    'member owner',
    {
      setRoles: null,
      setStatus: 'SELF_NOT_ALLOWED',
      remove: 'SELF_NOT_ALLOWED',
      makeOwner: null,
      impersonate: 'SELF_NOT_ALLOWED',
    },
  ],
  [
    'staffAsOwner',
    'member member',
    {
      setRoles: 'WHILE_IMPERSONATING',
      setStatus: null,
      remove: null,
      makeOwner: 'WHILE_IMPERSONATING',
      impersonate: 'WHILE_IMPERSONATING',
    },
  ],
  ['superAdmin', 'member deputy', all('Membership', null, { setStatus: 'LAST_ORG_ADMIN', remove: 'LAST_ORG_ADMIN' })],
  [
    'superAdmin',
    'member gone',
    {
      setRoles: null,
      setStatus: 'OWNER_PROTECTED',
      remove: 'OWNER_PROTECTED',
      makeOwner: null,
      impersonate: 'USER_SUSPENDED',
    },
  ],
  ['superAdmin', 'member confined', all('Membership', null, { impersonate: 'ORGANIZATION_SUSPENDED' })],
  ['superAdmin', 'member suspended', all('Membership', null, { makeOwner: 'NOT_A_MEMBER', impersonate: 'NOT_A_MEMBER' })],
  ['superAdmin', 'member member', all('Membership', null)],
]);

said('Role', [
  ['base', 'role built in', all('Role', 'BUILT_IN')],
  ['staffAsOwner', 'role built in', all('Role', 'BUILT_IN')],
  ['systemAdmin', 'role built in', all('Role', 'BUILT_IN')],
  ['systemAdmin', 'role of the platform', all('Role', 'BUILT_IN')],
  ['manager', 'role custom', all('Role', 'FORBIDDEN')],
  ['boundAsTraveller', 'role custom', all('Role', 'FORBIDDEN')],
  ['confined', 'role of closed', all('Role', 'ORGANIZATION_SUSPENDED')],
  ['staffAsOwner', 'role custom', all('Role', 'WHILE_IMPERSONATING')],
  ['admin', 'role custom', all('Role', null)],
  ['superAdmin', 'role of closed', all('Role', null)],
]);

said('Invitation', [
  ['traveller', 'invitation toTraveller', all('Invitation', 'NOT_FOUND')],
  ['member', 'invitation plain', all('Invitation', 'FORBIDDEN')],
  ['boundAsTraveller', 'invitation plain', all('Invitation', 'FORBIDDEN')],
  ['manager', 'invitation ofAdmin', { resend: 'RANK_TOO_LOW', revoke: null }],
  ['manager', 'invitation ofEditor', { resend: 'PERMISSION_NOT_HELD', revoke: null }],
  ['admin', 'invitation used', all('Invitation', 'INVITATION_USED')],
  ['admin', 'invitation revoked', all('Invitation', 'INVITATION_REVOKED')],
  ['admin', 'invitation declined', all('Invitation', 'INVITATION_DECLINED')],
  ['admin', 'invitation overdue', { resend: null, revoke: 'INVITATION_EXPIRED' }],
  ['admin', 'invitation toMember', { resend: 'ALREADY_MEMBER', revoke: null }],
  ['admin', 'invitation ofAdmin', all('Invitation', null)],
  ['inviter', 'invitation plain', all('Invitation', null)],
  ['staffAsOwner', 'invitation plain', all('Invitation', null)],
  ['superAdmin', 'invitation ofClosed', all('Invitation', null)],
]);

said('App', [
  ['traveller', 'app granted', all('App', 'FORBIDDEN')],
  ['staffAsTraveller', 'app granted', all('App', 'FORBIDDEN')],
  ['superAdmin', 'app granted', all('App', 'FORBIDDEN', { grantUser: null })],
  ['superAdmin', 'app disabled', all('App', 'FORBIDDEN', { grantUser: 'APP_DISABLED' })],
  ['systemAdmin', 'app disabled', all('App', null, { grantUser: 'APP_DISABLED' })],
  ['systemAdmin', 'app granted', all('App', null)],
]);

said('Pool', [
  ['base', 'pool default', all('Pool', 'FORBIDDEN')],
  ['superAdmin', 'pool unused', all('Pool', 'FORBIDDEN')],
  ['systemAdmin', 'pool default', { update: null, delete: 'BUILT_IN' }],
  ['systemAdmin', 'pool read', { update: null, delete: 'POOL_IN_USE' }],
  ['systemAdmin', 'pool unused', all('Pool', null)],
]);

// ---------------------------------------------------------------- where there is nobody, or no organization

const byToken = `query ($token: String!) { invitationByToken(token: $token) {
  viewerCan { ${selection('Invitation', 'allowed code reason')} } roles { viewerCan { ${selection('Role', 'code')} } } } }`;

test('whoever holds a link without being signed in is told to sign in', async () => {
  const { invitationByToken } = await world.anonymous.run(byToken, { token: cast.invitations.ofAcme.token });
  const answer = { allowed: false, code: 'UNAUTHENTICATED', reason: 'Sign in first.' };

  expect(invitationByToken).toEqual({
    viewerCan: { resend: answer, revoke: answer },
    roles: [{ viewerCan: { update: { code: 'UNAUTHENTICATED' }, delete: { code: 'UNAUTHENTICATED' } } }],
  });
});

test('a token that does not hold any more is told of, and the link is shown all the same', async () => {
  const person = await world.person();
  const visit = await cast.visit(person);
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${person.uuid}::uuid`);

  const { data, errors } = await visit.ask(byToken, { token: cast.invitations.ofAcme.token });

  expect(errors).toEqual([]);
  expect(codesIn(data.invitationByToken.viewerCan)).toEqual(all('Invitation', 'TOKEN_STALE'));
});

test('a role of an organization that is out of sight is as unknown as the organization', async () => {
  const { viewer } = await callers.traveller.run(
    `{ viewer { invitations { roles { code viewerCan { ${selection('Role', 'code')} } } } } }`,
  );
  const roles: { code: string; viewerCan: Record<string, { code: string }> }[] = viewer.invitations[0].roles;

  expect(Object.fromEntries(roles.map(({ code, viewerCan }) => [code, codesIn(viewerCan)]))).toEqual({
    org_member: all('Role', 'BUILT_IN'),
    temp: all('Role', 'NOT_FOUND'),
  });
});

test('an impersonator is shown to the impersonated, who may do nothing to them', async () => {
  const { viewer } = await callers.staffAsTraveller.run(
    `{ viewer { impersonator { viewerCan { ${selection('User', 'code')} } } } }`,
  );

  expect(codesIn(viewer.impersonator.viewerCan)).toEqual(all('User', 'FORBIDDEN', { revokeSessions: 'WHILE_IMPERSONATING' }));
});

test('a refusal is told with its reason, and of a lacking permission what is needed', async () => {
  const { node } = await callers.manager.run(
    `query ($id: ID!) { node(id: $id) { ... on Membership { viewerCan { setStatus { allowed code reason } remove { allowed code reason } setRoles { allowed code reason } } } } }`,
    { id: subjects['member manager'] },
  );

  expect(node.viewerCan).toEqual({
    setStatus: { allowed: false, code: 'SELF_NOT_ALLOWED', reason: 'Nobody may do this to themselves.' },
    remove: { allowed: false, code: 'FORBIDDEN', reason: 'This needs org:members:remove there or organizations:members.' },
    setRoles: { allowed: true, code: null, reason: null },
  });
});

test('asking what one may not do leaves no event', async () => {
  const visit = await cast.visit(await world.person());
  const events = () => world.database.query(world.sql`SELECT FROM audit_events`);
  const before = (await events()).length;

  await visit.run(`{ viewer { user { viewerCan { ${selection('User', 'code')} } } } }`);

  expect((await events()).length).toBe(before);
});

// ---------------------------------------------------------------- what it costs

describe('in a list', () => {
  let staff: Visit;
  let observer: Visit;
  let pages: Record<'Organization' | 'Role' | 'App' | 'Pool', string[]>;
  let crowded: Organization;
  const size = 50;

  beforeAll(async () => {
    const { database, sql, person, organization, invitation } = world;
    // Each of a kind with something for every rule to look at: admins everywhere, who own something, invited members.
    const people = await Promise.all(
      Array.from({ length: size }, (_, at) => person({ email: `crowd-${at}@counted.example`, roles: ['system_admin'] })),
    );
    crowded = await organization({ owner: people[0]!, members: people.slice(1).map((one) => [one, ['org_admin']] as const) });
    const organizations: Organization[] = [];
    for (const owner of people) organizations.push(await organization({ owner, customRoles: { own: ['org:read'] } }));
    await Promise.all(people.map(({ email }) => invitation({ organization: crowded, email, roles: ['org_manager'] })));
    await database.query(sql`
      INSERT INTO pools (id, code, name) SELECT gen_random_uuid(), 'counted-' || n, 'Counted' FROM generate_series(1, ${size}::int) n`);
    await database.query(sql`
      INSERT INTO apps (id, code, name, home_pool_id) SELECT gen_random_uuid(), code, 'Counted', id FROM pools WHERE code LIKE 'counted-%'`);
    const idsOf = async (prefix: 'role' | 'app' | 'pool', rows: ReturnType<typeof sql>) =>
      (await database.query<{ id: string }>(rows)).map(({ id }) => encodeId(prefix, id));
    pages = {
      Organization: organizations.map(({ id }) => id),
      Role: await idsOf('role', sql`SELECT id FROM roles WHERE code = 'own'`),
      App: await idsOf('app', sql`SELECT id FROM apps WHERE code LIKE 'counted-%'`),
      Pool: await idsOf('pool', sql`SELECT id FROM pools WHERE code LIKE 'counted-%'`),
    };
    staff = await cast.visit(cast.people.systemAdmin);
    const onlooker = await person();
    await database.query(sql`
      WITH member AS (
        INSERT INTO memberships (id, organization_id, user_id) VALUES (gen_random_uuid(), ${crowded.uuid}::uuid, ${onlooker.uuid}::uuid) RETURNING id)
      INSERT INTO membership_roles (membership_id, role_id)
      SELECT member.id, r.id FROM member, roles r WHERE r.built_in AND r.scope = 'ORGANIZATION' AND r.code = 'org_member'`);
    observer = await cast.visit(onlooker);
    // Connections and keys are there from now on.
    await Promise.all(Array.from({ length: 12 }, () => staff.run('{ viewer { user { roles { code } } } }')));
  });

  /** The fewest of three, since the pool may open a connection meanwhile. */
  async function counted(work: () => Promise<unknown>): Promise<number> {
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) counts.push(await world.statements(work));
    return Math.min(...counts);
  }

  const can = (type: Type) => `id viewerCan { ${selection(type, 'allowed code reason')} }`;
  const lists: Record<Type, (most: number) => readonly [query: string, variables: object]> = {
    User: (most) => [
      `query ($most: Int) { users(first: $most, where: { search: "counted.example" }) { nodes { ${can('User')} } } }`,
      { most },
    ],
    Membership: (most) => [
      `query ($id: ID!, $most: Int) { organization(id: $id) { memberships(first: $most, where: { roleCodes: ["org_admin"] }) { nodes { ${can('Membership')} } } } }`,
      { id: crowded.id, most },
    ],
    Invitation: (most) => [
      `query ($id: ID!, $most: Int) { organization(id: $id) { invitations(first: $most) { nodes { ${can('Invitation')} } } } }`,
      { id: crowded.id, most },
    ],
    Organization: (most) => byIds('Organization', most),
    Role: (most) => byIds('Role', most),
    App: (most) => byIds('App', most),
    Pool: (most) => byIds('Pool', most),
  };
  const byIds = (type: keyof typeof pages, most: number) =>
    [
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type} { ${can(type)} } } }`,
      { ids: pages[type].slice(0, most) },
    ] as const;

  test.each([
    // The caller and the page; then roles, system admins, owners, where they are admins, and who else is.
    ['User', 2 + 5],
    // The caller, the organization and the page; then roles there and of the platform, admins, and who is suspended.
    ['Membership', 3 + 4],
    // Likewise; then roles with their permissions, and who is a member already.
    ['Invitation', 3 + 3],
    // The caller and the page; then how many roles they have.
    ['Organization', 2 + 1],
    // And nothing then.
    ['Role', 2],
    ['App', 2],
    // What refers to them.
    ['Pool', 2 + 1],
  ] as const)('50 of type %s take no more statements than one: %i', async (type, expected) => {
    const took = async (most: number): Promise<[statements: number, subjects: number]> => {
      const [query, variables] = lists[type](most);
      let data: any;
      const statements = await counted(async () => (data = await staff.run(query, variables)));
      return [statements, JSON.stringify(data).split('"viewerCan"').length - 1];
    };

    expect([await took(1), await took(size)]).toEqual([
      [expected, 1],
      [expected, size],
    ]);
  });

  test('what the caller has no permission for is answered without reading anything', async () => {
    const [query, variables] = lists.Membership(size);
    const plain = query.replace(/viewerCan \{.*?\} \}/, '');

    const asked = await counted(() => observer.run(query, variables));

    expect(asked).toBe(await counted(() => observer.run(plain, variables)));
  });

  test('one capability reads what it needs alone', async () => {
    const users = 'users(first: 50, where: { search: "counted.example" })';
    const only = (capability: string) =>
      counted(() => staff.run(`{ ${users} { nodes { viewerCan { ${capability} { code } } } } }`));

    expect({ update: await only('update'), suspend: await only('suspend') }).toEqual({ update: 3, suspend: 4 });
  });
});
