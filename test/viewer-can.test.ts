import fc from 'fast-check';
import { isObjectType } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../src/database.ts';
import { encodeId } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { createServer } from '../src/server.ts';
import { type Visit, visitsTo } from './support/personas.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

/**
 * `viewerCan` says what the mutations say: whoever asks it of everything in sight, and then does it, is told the same. What is
 * done is undone at the commit, so that each may be tried in the same state.
 */

// ---------------------------------------------------------------- a small world, drawn at random

const platformRoles = ['system_admin', 'super_admin', 'seller', 'base_user'] as const;
type PlatformRole = (typeof platformRoles)[number];
const rolesThere = ['org_admin', 'org_manager', 'custom', 'seller', 'org_member'] as const;
type RoleThere = (typeof rolesThere)[number];
const assignable = ['org:members:invite', 'org:members:update', 'org:members:remove', 'org:update'] as const;
const ranks: Record<Exclude<RoleThere, 'custom'>, number> = { org_admin: 10, org_manager: 20, seller: 50, org_member: 80 };

interface Somebody {
  readonly roles: readonly PlatformRole[];
  readonly standing: 'active' | 'suspended' | 'was suspended';
}
interface Member {
  readonly roles: readonly RoleThere[];
  readonly suspended: boolean;
}
interface Company {
  readonly owner: number;
  readonly suspended: boolean;
  readonly members: readonly (Member | null)[];
  readonly custom: { readonly rank: number; readonly permissions: readonly string[] };
  /** Has as many roles of its own as it may. */
  readonly full: boolean;
}
interface Offer {
  readonly company: number;
  /** Somebody of the crowd, or nobody. */
  readonly to: number;
  readonly status: 'PENDING' | 'OVERDUE' | 'EXPIRED' | 'ACCEPTED' | 'REVOKED' | 'DECLINED';
  readonly roles: readonly RoleThere[];
}
interface State {
  readonly people: readonly Somebody[];
  readonly companies: readonly Company[];
  readonly offers: readonly Offer[];
  readonly caller: {
    readonly person: number;
    readonly session: 'plain' | 'scoped' | 'impersonated' | 'bound';
    readonly by: number;
    readonly company: number;
  };
  /** Which of several subjects that are told alike is tried. */
  readonly pick: number;
}

const size = 6;
const index = fc.nat({ max: size - 1 });
const somebody = (roles: fc.Arbitrary<readonly PlatformRole[]>): fc.Arbitrary<Somebody> =>
  fc.record({
    roles,
    standing: fc.oneof(
      { weight: 5, arbitrary: fc.constant('active' as const) },
      { weight: 1, arbitrary: fc.constantFrom('suspended' as const, 'was suspended' as const) },
    ),
  });
const anyRoles = fc.subarray([...platformRoles], { maxLength: 2 });
const ordinary = fc.constantFrom<readonly PlatformRole[]>(['base_user'], [], ['seller', 'base_user']);
/** Who is likely to be staff comes first. */
const people = fc.tuple(
  somebody(fc.oneof({ weight: 3, arbitrary: fc.constant(['system_admin'] as const) }, { weight: 1, arbitrary: anyRoles })),
  somebody(fc.oneof({ weight: 3, arbitrary: fc.constant(['super_admin'] as const) }, { weight: 1, arbitrary: anyRoles })),
  somebody(anyRoles),
  ...Array.from({ length: size - 3 }, () => somebody(ordinary)),
);
const member: fc.Arbitrary<Member> = fc.record({
  roles: fc.subarray([...rolesThere], { minLength: 1, maxLength: 2 }),
  suspended: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const company: fc.Arbitrary<Company> = fc.record({
  owner: index,
  suspended: seldom,
  members: fc.array(fc.option(member, { freq: 3 }), { minLength: size, maxLength: size }),
  custom: fc.record({ rank: fc.constantFrom(10, 15, 70, 90), permissions: fc.subarray([...assignable]) }),
  full: seldom,
});
const state: fc.Arbitrary<State> = fc.record({
  people,
  companies: fc.tuple(company, company),
  offers: fc.array(
    fc.record({
      company: fc.nat({ max: 1 }),
      to: fc.nat({ max: size }),
      status: fc.constantFrom('PENDING', 'PENDING', 'OVERDUE', 'EXPIRED', 'ACCEPTED', 'REVOKED', 'DECLINED'),
      roles: fc.subarray([...rolesThere], { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  caller: fc.record({
    person: index,
    session: fc.oneof(
      { weight: 5, arbitrary: fc.constant('plain' as const) },
      { weight: 2, arbitrary: fc.constantFrom('scoped' as const, 'impersonated' as const, 'bound' as const) },
    ),
    by: index,
    company: fc.nat({ max: 1 }),
  }),
  pick: fc.nat(),
});

// ---------------------------------------------------------------- made, and asked

let world: World;
/** The same world, where nothing that is changed stays. */
let undoing: World;
let crowd: Person[];
let apps: Record<'active' | 'disabled', { id: string; uuid: string }>;
let pools: Record<'empty' | 'read' | 'tagged', { id: string; code: string }>;
let defaultPool: string;
let builtIn: { id: string; code: string; scope: string }[];

beforeAll(async () => {
  world = await startWorld();
  const { database, settings, sql } = world;
  undoing = { ...world, server: await createServer({ database: undoingAll(database), settings, log: world.server.steward.log }) };
  crowd = [];
  for (let at = 0; at < size; at++) crowd.push(await world.person({ name: `Person ${at}` }));
  pools = { empty: await world.pool('empty'), read: await world.pool('read'), tagged: await world.pool('tagged') };
  apps = { active: await world.app({ readPools: ['read'] }), disabled: await world.app({ status: 'DISABLED' }) };
  await database.query(sql`
    INSERT INTO user_pools (user_id, pool_id) SELECT ${crowd[5]!.uuid}::uuid, id FROM pools WHERE code = 'tagged'`);
  const [home] = await database.query<{ id: string }>(sql`SELECT id FROM pools WHERE code = 'default'`);
  defaultPool = encodeId('pool', home!.id);
  const rows = await database.query<{ id: string; code: string; scope: string }>(
    sql`SELECT id, code, scope::text FROM roles WHERE built_in ORDER BY scope, rank, code`,
  );
  builtIn = rows.map((row) => ({ ...row, id: encodeId('role', row.id) }));
});

/** Takes back at the commit what a transaction did, once everything that holds at a commit was seen to hold. */
function undoingAll(database: Database): Database {
  return {
    ...database,
    async transaction(work) {
      const undone = new Error('undone');
      let outcome: Awaited<ReturnType<typeof work>> | undefined;
      await database
        .transaction(async (tx) => {
          outcome = await work(tx);
          await tx.$executeRawUnsafe('SET CONSTRAINTS ALL IMMEDIATE');
          throw undone;
        })
        .catch((error) => {
          if (error !== undone) throw error;
        });
      return outcome!;
    },
  };
}

interface Made {
  readonly state: State;
  readonly companies: readonly Organization[];
  /** Of each company its own role. */
  readonly customs: readonly string[];
  readonly offers: readonly { readonly id: string }[];
}

async function make(drawn: State): Promise<Made> {
  const { database, sql } = world;
  const { caller } = drawn;
  // Whoever asks is let in, and whoever acts as them.
  const isIn = (at: number) => at === caller.person || at === caller.by;
  const ownedBy = (at: number) => drawn.companies.map(({ owner }) => owner === at);
  const state: State = {
    ...drawn,
    people: drawn.people.map((one, at) => (isIn(at) ? { ...one, standing: 'active' } : one)),
    companies: drawn.companies.map((one, where) => ({
      ...one,
      members: one.members.map((member, at) => (ownedBy(at)[where] ? { roles: ['org_admin'], suspended: false } : member)),
    })),
  };

  await database.transaction(async (tx) => {
    await tx.$executeRaw(sql`DELETE FROM invitations`);
    await tx.$executeRaw(sql`DELETE FROM sessions`);
    await tx.$executeRaw(sql`DELETE FROM memberships`);
    await tx.$executeRaw(sql`DELETE FROM organizations`);
    await tx.$executeRaw(sql`DELETE FROM user_roles`);
    for (const [at, { roles, standing }] of state.people.entries()) {
      const until = standing === 'was suspended' ? new Date(Date.now() - 60_000) : null;
      await tx.$executeRaw(sql`
        UPDATE users SET status = ${standing === 'active' ? 'ACTIVE' : 'SUSPENDED'}::user_status, suspended_until = ${until}::timestamptz
         WHERE id = ${crowd[at]!.uuid}::uuid`);
      await tx.$executeRaw(sql`
        INSERT INTO user_roles (user_id, role_id)
        SELECT ${crowd[at]!.uuid}::uuid, id FROM roles WHERE scope = 'PLATFORM' AND code = ANY(${[...roles]}::text[])`);
    }
  });

  const companies: Organization[] = [];
  const customs: string[] = [];
  for (const { owner, members, suspended, custom, full } of state.companies) {
    const made = await world.organization({
      owner: crowd[owner]!,
      status: suspended ? 'SUSPENDED' : 'ACTIVE',
      customRoles: { custom: [...custom.permissions] },
      members: members.flatMap((one, at) =>
        one && at !== owner ? [[crowd[at]!, [...one.roles], one.suspended ? 'SUSPENDED' : 'ACTIVE'] as const] : [],
      ),
    });
    companies.push(made);
    const [role] = await database.query<{ id: string }>(
      sql`UPDATE roles SET rank = ${custom.rank}::int WHERE organization_id = ${made.uuid}::uuid RETURNING id`,
    );
    customs.push(encodeId('role', role!.id));
    if (!full) continue;
    await database.query(sql`
      INSERT INTO roles (id, code, name, scope, rank, organization_id)
      SELECT gen_random_uuid(), 'role_' || n, 'One more', 'ORGANIZATION', 70, ${made.uuid}::uuid FROM generate_series(1, 99) n`);
  }
  const offers = [];
  for (const [at, { company, to, status, roles }] of state.offers.entries()) {
    // One to an address is pending.
    const isOpen = (one: Offer) => one.status === 'PENDING' || one.status === 'OVERDUE';
    const isFirst = state.offers.findIndex((one) => isOpen(one) && one.company === company && one.to === to) === at;
    const stored = status === 'OVERDUE' ? 'PENDING' : status;
    const offer = await world.invitation({
      organization: companies[company]!,
      email: crowd[to]?.email ?? 'nobody@example.com',
      status: stored === 'ACCEPTED' || (stored === 'PENDING' && !isFirst) ? 'REVOKED' : stored,
      ...(status === 'OVERDUE' && { expiresAt: new Date(Date.now() - 60_000) }),
      roles: roles.filter((code) => code !== 'custom'),
    });
    if (status === 'ACCEPTED') {
      await database.query(sql`UPDATE invitations SET status = 'ACCEPTED', accepted_at = now() WHERE id = ${offer.uuid}::uuid`);
    }
    offers.push(offer);
    if (!roles.includes('custom')) continue;
    await database.query(sql`
      INSERT INTO invitation_roles (invitation_id, role_id)
      SELECT ${offer.uuid}::uuid, id FROM roles WHERE organization_id = ${companies[company]!.uuid}::uuid AND code = 'custom'`);
  }
  return { state, companies, customs, offers };
}

async function signedIn({ state: { caller }, companies }: Made): Promise<Visit> {
  const { visit } = visitsTo(undoing);
  const [person, by, where] = [crowd[caller.person]!, crowd[caller.by]!, companies[caller.company]!];
  if (caller.session === 'plain' || caller.person === caller.by) return visit(person);
  if (caller.session === 'scoped') return visit(person, { organization: where });
  const from = await visit(by);
  return visit(person, { impersonator: { by, from, ...(caller.session === 'bound' && { boundTo: where }) } });
}

const subjectTypes = ['User', 'Organization', 'Membership', 'Role', 'Invitation', 'App', 'Pool'] as const;
type SubjectType = (typeof subjectTypes)[number];

/** The names of a type's capabilities. */
function capabilitiesOf(type: SubjectType): string[] {
  const capabilities = schema.getType(`${type}Capabilities`);
  return isObjectType(capabilities) ? Object.keys(capabilities.getFields()) : [];
}

interface Told {
  readonly type: SubjectType;
  readonly id: string;
  readonly capability: string;
  readonly said: Said;
}
interface Said {
  readonly allowed: boolean;
  readonly code: string | null;
  readonly reason: string | null;
}

const viewerCan = (type: SubjectType) =>
  `{ __typename id viewerCan { ${capabilitiesOf(type)
    .map((name) => `${name} { allowed code reason }`)
    .join(' ')} } }`;

/** What the caller is told of everything in sight, on whichever way they see it; the same on each. */
async function asked(visit: Visit, { companies, customs, offers }: Made): Promise<Told[]> {
  const ids = [
    ...crowd.map(({ id }) => id),
    ...companies.flatMap(({ id, memberships }) => [id, ...memberships.values()]),
    ...customs,
    ...builtIn.map(({ id }) => id),
    ...offers.map(({ id }) => id),
    ...Object.values(apps).map(({ id }) => id),
    ...[defaultPool, ...Object.values(pools).map(({ id }) => id)],
  ];
  const carried = `memberships { nodes { roles ${viewerCan('Role')} } } invitations { roles ${viewerCan('Role')} }`;
  const data = await visit.run(
    `query ($ids: [ID!]!) {
      nodes(ids: $ids) { ${subjectTypes.map((type) => `... on ${type} ${viewerCan(type)}`).join(' ')} }
      viewer { user { ${carried} } impersonator ${viewerCan('User')} memberships { roles { id } } }
    }`,
    { ids },
  );
  const { user, impersonator } = data.viewer;
  const rows = [
    ...data.nodes,
    impersonator,
    ...[...user.memberships.nodes, ...user.invitations].flatMap(({ roles }: { roles: unknown[] }) => roles),
  ].filter(Boolean);

  const told = new Map<string, Told>();
  for (const { __typename: type, id, viewerCan } of rows) {
    for (const [capability, said] of Object.entries(viewerCan) as [string, Said][]) {
      const key = `${id} ${capability}`;
      expect(told.get(key)?.said ?? said, `${type}.${capability} of ${id}, seen on two ways`).toEqual(said);
      told.set(key, { type, id, capability, said });
    }
  }
  return [...told.values()];
}

// ---------------------------------------------------------------- done

type Attempt = readonly [mutation: string, input: object];
const why = { reason: 'As it was asked' };

/** What does it, with an input that nothing is wrong with. */
const attempts: Record<string, (id: string, made: Made) => Attempt> = {
  'User.update': (userId) => ['userUpdate', { userId, name: 'Another name' }],
  'User.suspend': (userId) => ['userSuspend', { userId, ...why }],
  'User.reactivate': (userId) => ['userReactivate', { userId }],
  'User.unlock': (userId) => ['userUnlock', { userId }],
  'User.setRoles': (userId, { state }) => ['userSetRoles', { userId, roleCodes: state.people[whose(userId)]!.roles }],
  'User.setPassword': (userId) => ['userSetPassword', { userId, newPassword: 'a sound new passphrase' }],
  'User.sendPasswordReset': (userId) => ['userSendPasswordReset', { userId }],
  'User.revokeSessions': (userId) => ['userRevokeSessions', { userId }],
  'User.impersonate': (userId) => ['userImpersonate', { userId, ...why }],
  'User.hardDelete': (userId) => ['userHardDelete', { userId, ...why }],
  'User.setHomePool': (userId) => ['poolSetUserHome', { userId, poolCode: pools.empty.code }],
  'User.tagPools': (userId) => ['poolAddUser', { userId, poolCode: pools.empty.code }],
  'User.grantApps': (userId) => ['appGrantUser', { userId, appId: apps.active.id }],

  'Organization.update': (organizationId) => ['organizationUpdate', { organizationId, description: 'Another' }],
  'Organization.suspend': (organizationId) => ['organizationSuspend', { organizationId, ...why }],
  'Organization.reactivate': (organizationId) => ['organizationReactivate', { organizationId }],
  'Organization.delete': (organizationId) => ['organizationDelete', { organizationId, ...why }],
  'Organization.transferOwnership': (organizationId, made) => [
    'organizationTransferOwnership',
    { organizationId, newOwnerId: crowd[companyOf(organizationId, made).owner]!.id },
  ],
  'Organization.addMember': (organizationId) => ['organizationAddMember', { organizationId, userId: newcomer.id }],
  'Organization.createRole': (organizationId) => [
    'organizationCreateRole',
    { organizationId, code: 'brand_new', name: 'Brand new', permissionCodes: [], rank: 1000 },
  ],
  'Organization.createInvitation': (organizationId, made) => [
    'organizationCreateInvitation',
    { organizationId, email: 'brand-new@example.com', roleCodes: [bestRoleOfCaller(organizationId, made)] },
  ],

  'Membership.setRoles': (id, made) => {
    const { input, member } = membershipOf(id, made);
    return ['organizationSetMemberRoles', { ...input, roleCodes: member.roles }];
  },
  'Membership.setStatus': (id, made) => {
    const { input, member } = membershipOf(id, made);
    return ['organizationSetMemberStatus', { ...input, status: member.suspended ? 'ACTIVE' : 'SUSPENDED' }];
  },
  'Membership.remove': (id, made) => ['organizationRemoveMember', membershipOf(id, made).input],
  'Membership.makeOwner': (id, made) => {
    const { organizationId, userId } = membershipOf(id, made).input;
    return ['organizationTransferOwnership', { organizationId, newOwnerId: userId }];
  },
  'Membership.impersonate': (id, made) => ['userImpersonate', { ...membershipOf(id, made).input, ...why }],

  'Role.update': (roleId, made) => [
    'organizationUpdateRole',
    { roleId, organizationId: organizationOfRole(roleId, made), description: 'Another' },
  ],
  'Role.delete': (roleId, made) => ['organizationDeleteRole', { roleId, organizationId: organizationOfRole(roleId, made) }],

  'Invitation.resend': (invitationId, made) => [
    'organizationResendInvitation',
    { invitationId, organizationId: organizationOfOffer(invitationId, made) },
  ],
  'Invitation.revoke': (invitationId, made) => [
    'organizationRevokeInvitation',
    { invitationId, organizationId: organizationOfOffer(invitationId, made) },
  ],

  'App.update': (appId) => ['appUpdate', { appId, description: 'Another' }],
  'App.delete': (appId) => ['appDelete', { appId }],
  'App.grantUser': (appId, { state }) => ['appGrantUser', { appId, userId: crowd[state.caller.person]!.id }],

  'Pool.update': (id) => ['poolUpdate', { poolCode: poolCode(id), description: 'Another' }],
  'Pool.delete': (id) => ['poolDelete', { poolCode: poolCode(id) }],
};

let newcomer: Person;
beforeAll(async () => {
  newcomer = await world.person({ name: 'Newcomer' });
});

const whose = (userId: string): number => crowd.findIndex(({ id }) => id === userId);
const poolCode = (id: string): string => Object.values(pools).find((one) => one.id === id)?.code ?? 'default';
const companyOf = (id: string, { state, companies }: Made): Company =>
  state.companies[companies.findIndex((one) => one.id === id)]!;
const organizationOfOffer = (id: string, { state, offers, companies }: Made): string =>
  companies[state.offers[offers.findIndex((one) => one.id === id)]!.company]!.id;
/** Of a built-in role, the organization where the caller most likely has a say. */
const organizationOfRole = (id: string, { state, customs, companies }: Made): string =>
  companies[customs.includes(id) ? customs.indexOf(id) : state.caller.company]!.id;

function membershipOf(id: string, { state, companies }: Made) {
  for (const [where, { id: organizationId, memberships }] of companies.entries()) {
    const person = crowd.findIndex(({ uuid }) => memberships.get(uuid) === id);
    if (person < 0) continue;
    return { input: { organizationId, userId: crowd[person]!.id }, member: state.companies[where]!.members[person]! };
  }
  throw new Error(`${id} is no membership`);
}

/** What the caller can give whatever they are there: the best that they have. */
function bestRoleOfCaller(organizationId: string, made: Made): RoleThere {
  const { members, custom } = companyOf(organizationId, made);
  const rank = (code: RoleThere) => (code === 'custom' ? custom.rank : ranks[code]);
  const held = members[made.state.caller.person]?.roles ?? [];
  return [...held].sort((a, b) => rank(a) - rank(b))[0] ?? 'org_member';
}

async function done(visit: Visit, [mutation, input]: Attempt): Promise<Said> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await visit.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on MutationError { code message } } }`,
    { input },
  );
  const [error] = errors;
  if (error) return { allowed: false, code: error.extensions.code, reason: error.message };
  const { code = null, message: reason = null } = data[mutation];
  return { allowed: code === null, code, reason };
}

/** One of each that is told alike, and of these some. */
function chosen(told: readonly Told[], pick: number, most: number): Told[] {
  const alike = new Map<string, Told[]>();
  for (const one of told) {
    const key = `${one.type}.${one.capability} ${one.said.code}`;
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  const ones = [...alike.values()].map((same) => same[pick % same.length]!);
  const from = pick % ones.length;
  return [...ones.slice(from), ...ones.slice(0, from)].slice(0, most);
}

test('every capability that the schema has is tried', () => {
  const all = subjectTypes.flatMap((type) => capabilitiesOf(type).map((name) => `${type}.${name}`));

  expect(Object.keys(attempts).sort()).toEqual(all.sort());
});

/** Everybody by their place: staff, who has a say in the first company, and who has none anywhere. */
const calm: State = {
  people: [
    { roles: ['system_admin'], standing: 'active' },
    { roles: ['super_admin'], standing: 'active' },
    { roles: ['base_user'], standing: 'suspended' },
    { roles: [], standing: 'active' },
    { roles: ['base_user'], standing: 'active' },
    { roles: ['base_user'], standing: 'active' },
  ],
  companies: [
    {
      // Whose owner is suspended, so that one admin alone is left.
      owner: 2,
      suspended: false,
      members: [null, null, null, ['org_admin'], ['org_manager'], ['custom']].map(
        (roles) => roles && { roles: roles as RoleThere[], suspended: false },
      ),
      custom: { rank: 70, permissions: ['org:members:remove'] },
      full: false,
    },
    { owner: 4, suspended: true, members: Array(size).fill(null), custom: { rank: 15, permissions: [] }, full: true },
  ],
  offers: [
    { company: 0, to: size, status: 'PENDING', roles: ['custom'] },
    { company: 0, to: 1, status: 'PENDING', roles: ['org_admin'] },
    { company: 0, to: 3, status: 'OVERDUE', roles: ['org_member'] },
    { company: 1, to: size, status: 'PENDING', roles: ['org_member'] },
  ],
  caller: { person: 0, session: 'plain', by: 0, company: 0 },
  pick: 0,
};
const isExample = ({ people }: State): boolean => people === calm.people;
const calledBy = (person: number, session: State['caller']['session'] = 'plain', by = 1): State => ({
  ...calm,
  caller: { person, session, by, company: 0 },
});

test('whatever the world and the caller, what viewerCan says is what the mutation does', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(state, async (drawn) => {
      const made = await make(drawn);
      const visit = await signedIn(made);
      for (const { type, id, capability, said } of chosen(
        await asked(visit, made),
        drawn.pick,
        isExample(drawn) ? Number.POSITIVE_INFINITY : 30,
      )) {
        const attempt = attempts[`${type}.${capability}`]!(id, made);
        const outcome = await done(visit, attempt);
        // A built-in role is nobody's to change; whoever has no say in the organization that is named is told that instead.
        const isOutOfPlace = builtIn.some((role) => role.id === id) && outcome.code !== 'BUILT_IN';
        if (isOutOfPlace) {
          expect(['FORBIDDEN', 'NOT_FOUND', 'ORGANIZATION_SUSPENDED', 'WHILE_IMPERSONATING']).toContain(outcome.code);
          expect(said.code).toBe('BUILT_IN');
        } else {
          expect(said, `${type}.${capability} of ${id}, by ${JSON.stringify(attempt)}`).toEqual(outcome);
        }
        seen.add(`${type}.${capability} ${said.code ?? 'allowed'}`);
      }
    }),
    {
      numRuns: 22,
      // Each is allowed and refused at least once, whatever is drawn.
      examples: [
        [calledBy(0)],
        [calledBy(1)],
        [calledBy(3)],
        [{ ...calledBy(4), pick: 1 }],
        [calledBy(5)],
        [calledBy(3, 'impersonated')],
        [calledBy(5, 'bound', 3)],
      ],
      // On a slow machine fewer are drawn.
      interruptAfterTimeLimit: 150_000,
    },
  );

  const isRefused = (name: string) => [...seen].some((one) => one.startsWith(`${name} `) && !one.endsWith(' allowed'));
  expect(Object.keys(attempts).filter((name) => !seen.has(`${name} allowed`))).toEqual([]);
  expect(Object.keys(attempts).filter((name) => !isRefused(name))).toEqual([]);
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'User.hardDelete LAST_ORG_ADMIN',
      'Membership.remove LAST_ORG_ADMIN',
      'Membership.setStatus LAST_ORG_ADMIN',
      'Invitation.resend ALREADY_MEMBER',
      'Invitation.resend RANK_TOO_LOW',
      'Invitation.resend PERMISSION_NOT_HELD',
      'Organization.createRole VALIDATION_FAILED',
    ]),
  );
});
