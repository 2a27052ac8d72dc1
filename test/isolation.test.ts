import { getNamedType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, type IdPrefix, newId } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { fingerprint } from './support/fingerprint.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { password, startWorld, type World } from './support/world.ts';

/**
 * What is not yours does not exist: wherever an id goes in, one of another tenant, of another type or of no form at all
 * is answered byte for byte like one that nobody has, and nothing is written.
 */

let world: World;
let cast: Cast;
let callers: Record<Caller, Visit>;
/** Ids of things that exist, by type, of Globex and its people. */
let foreign: Record<IdPrefix, string>;

type Caller =
  | 'anonymous'
  | 'base'
  | 'admin'
  | 'scopedAdmin'
  | 'boundImpersonator'
  | 'staffImpersonator'
  | 'scopedStaff'
  | 'staff';

const notSignedIn: Caller[] = ['anonymous'];
const tenants: Caller[] = ['base', 'admin', 'scopedAdmin', 'boundImpersonator'];
const allStaff: Caller[] = ['staff', 'scopedStaff'];

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  const { people, organizations, visit, visitWith } = cast;
  const { database, sql } = world;

  // A stranger's corner of the world, which none of the callers but staff has anything to do with.
  const stranger = await world.person({ name: 'Stranger' });
  const corner = await world.organization({ owner: stranger, customRoles: { hermit: ['org:read'] } });
  const app = await world.app({ pool: cast.pools.far.code });
  const event = newId();
  await database.query(
    sql`INSERT INTO audit_events (id, action, actor_id, organization_id) VALUES (${event}::uuid, 'organization.updated', ${stranger.uuid}::uuid, ${corner.uuid}::uuid)`,
  );
  const [role] = await database.query<{ id: string }>(sql`SELECT id FROM roles WHERE organization_id = ${corner.uuid}::uuid`);
  foreign = {
    user: stranger.id,
    org: corner.id,
    mem: corner.memberships.get(stranger.uuid)!,
    role: encodeId('role', role!.id),
    app: app.id,
    grant: await world.grant(stranger, app),
    pool: cast.pools.far.id,
    ses: (await visit(stranger, { organization: corner, app })).sessionId,
    inv: (await world.invitation({ organization: corner, email: 'somebody@example.com' })).id,
    evt: encodeId('evt', event),
  };

  callers = {
    anonymous: visitWith(null),
    base: await visit(people.base),
    admin: await visit(people.admin),
    scopedAdmin: await visit(people.admin, { organization: organizations.acme }),
    boundImpersonator: await cast.adminAsTraveller(),
    staffImpersonator: await cast.staffAsTraveller(),
    staff: await visit(people.systemAdmin),
    scopedStaff: await visit(people.superAdmin),
  };
});

const random = (prefix: IdPrefix): string => encodeId(prefix, newId());
const uuidPart = (id: string): string => id.slice(id.indexOf('_') + 1);

/** Texts that are no id of that type, many of them made from one that exists. */
const malformed = (prefix: IdPrefix): unknown[] => {
  const real = uuidPart(foreign[prefix]);
  return [
    ...[
      '',
      ' ',
      '_',
      `${prefix}`,
      `${prefix}_`,
      real,
      `_${real}`,
      `${prefix}__${real}`,
      `${prefix}_${prefix}_${real}`,
      ` ${foreign[prefix]}`,
    ],
    ...[
      `${foreign[prefix]} `,
      `${foreign[prefix]}\n`,
      `${foreign[prefix]}0`,
      `${prefix}_${real.slice(1)}`,
      `${prefix}_${real.toUpperCase()}`,
    ],
    ...[
      `${prefix.toUpperCase()}_${real}`,
      `${prefix}_8${real.slice(1)}`,
      `${prefix}-${real}`,
      `${prefix}_${'z'.repeat(26)}`,
      `${prefix}_${'0'.repeat(26)}`,
    ],
    ...[
      `${prefix}_${real.replace('0', 'o')}`,
      `${prefix}_${newId()}`,
      newId(),
      `${prefix}_\u0000`,
      `${prefix}_\uFF10${real.slice(1)}`,
      '\uD800',
    ],
    ...["' OR TRUE --", '%', 'null', 'constructor_', '__proto___x', 'x'.repeat(5000), 0, 7, -1],
  ];
};

/** Ids that exist, of every type but these. */
const othersThan = (...prefixes: IdPrefix[]): string[] =>
  Object.entries(foreign)
    .filter(([prefix]) => !prefixes.includes(prefix as IdPrefix))
    .map(([, id]) => id);

// ---------------------------------------------------------------- where an id goes in

interface Place {
  /** What the id is one of; of any type where there are several. */
  readonly takes: readonly IdPrefix[];
  readonly document: string;
  variables(id: unknown, visit: Visit): object;
  /** Who asks, and of which types foreign ids are out of sight to them. `takes` unless told. */
  readonly callers: readonly { readonly who: readonly Caller[]; readonly hidden?: readonly IdPrefix[] }[];
  /** What a random id is answered, as `data` shows it, for whoever is let through. */
  readonly nothing: unknown;
  /** Tables that a refusal may write to. */
  readonly writes?: readonly string[];
}

const everyType: IdPrefix[] = ['user', 'org', 'mem', 'role', 'app', 'grant', 'pool', 'ses', 'inv', 'evt'];
const refusal = '__typename ... on MutationError { code message path }';
const lookup =
  'query ($id: ID!) { usersLookup(ids: [$id], emails: ["stranger@example.com"]) { users { id } missingIds missingEmails } }';
const users = (where: string) => `query ($id: ID!) { users(where: ${where}) { totalCount nodes { id } edges { cursor } } }`;
// Nothing of a refused login is kept but the counter and the event.
const ofRefusedLogin = ['audit_events', 'audit_event_people', 'refusal_windows'];

const places: Record<string, Place> = {
  'Query.node(id)': {
    takes: everyType,
    document: 'query ($id: ID!) { node(id: $id) { __typename id } }',
    variables: (id) => ({ id }),
    // To staff, an event is no node yet.
    callers: [{ who: [...notSignedIn, ...tenants, 'staffImpersonator'] }, { who: allStaff, hidden: ['evt'] }],
    nothing: { node: null },
  },
  'Query.nodes(ids)': {
    takes: everyType,
    document: 'query ($id: ID!) { nodes(ids: [$id, $id]) { __typename id } }',
    variables: (id) => ({ id }),
    callers: [{ who: [...notSignedIn, ...tenants, 'staffImpersonator'] }, { who: allStaff, hidden: ['evt'] }],
    nothing: { nodes: [null, null] },
  },
  'Query.user(id)': {
    takes: ['user'],
    document: 'query ($id: ID!) { user(id: $id) { id email } }',
    variables: (id) => ({ id }),
    callers: [{ who: [...tenants, 'staffImpersonator'] }, { who: allStaff, hidden: [] }],
    nothing: { user: null },
  },
  'Query.usersLookup(ids)': {
    takes: ['user'],
    document: lookup,
    variables: (id) => ({ id }),
    callers: [{ who: allStaff, hidden: [] }],
    nothing: { usersLookup: { users: [], missingIds: ['«id»'], missingEmails: ['stranger@example.com'] } },
  },
  'UserWhere.ids': {
    takes: ['user'],
    document: users('{ ids: [$id] }'),
    variables: (id) => ({ id }),
    callers: [{ who: allStaff, hidden: [] }],
    nothing: { users: { totalCount: 0, nodes: [], edges: [] } },
  },
  'UserWhere.appId': {
    takes: ['app'],
    document: users('{ appId: $id }'),
    variables: (id) => ({ id }),
    callers: [{ who: allStaff, hidden: [] }],
    nothing: { users: { totalCount: 0, nodes: [], edges: [] } },
  },
  'UserWhere.organizationId': {
    takes: ['org'],
    document: users('{ organizationId: $id }'),
    variables: (id) => ({ id }),
    callers: [{ who: allStaff, hidden: [] }],
    nothing: { users: { totalCount: 0, nodes: [], edges: [] } },
  },
  'AuthLoginInput.organizationId': {
    takes: ['org'],
    document: `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ${refusal} } }`,
    variables: (organizationId) => ({ input: { email: cast.people.base.email, password, organizationId } }),
    callers: [{ who: ['anonymous', 'admin', 'staff'] }],
    nothing: { authLogin: { __typename: 'AuthenticationError', code: 'NOT_A_MEMBER', message: expect.any(String), path: null } },
    writes: ofRefusedLogin,
  },
  'AuthRefreshInput.organizationId': {
    takes: ['org'],
    document: `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ${refusal} } }`,
    variables: (organizationId, { refreshToken }) => ({ input: { refreshToken, organizationId } }),
    callers: [{ who: [...tenants, 'staffImpersonator', ...allStaff] }],
    nothing: {
      authRefresh: { __typename: 'AuthenticationError', code: 'NOT_A_MEMBER', message: expect.any(String), path: null },
    },
  },
  'AuthSwitchOrganizationInput.organizationId': {
    takes: ['org'],
    document: `mutation ($input: AuthSwitchOrganizationInput!) { authSwitchOrganization(input: $input) { ${refusal} ... on NotFoundError { id } } }`,
    variables: (organizationId) => ({ input: { organizationId } }),
    callers: [{ who: ['base', 'admin', 'scopedAdmin', 'staffImpersonator', ...allStaff] }],
    nothing: {
      authSwitchOrganization: {
        __typename: 'NotFoundError',
        code: 'NOT_FOUND',
        message: expect.any(String),
        path: ['input', 'organizationId'],
        id: '«id»',
      },
    },
  },
};

/** Everything of the answer but what differs for every request; the id that was asked for is shown as `«id»`. */
async function answerTo(visit: Visit, place: Place, id: unknown): Promise<string> {
  const response = await visit.post({ query: place.document, variables: place.variables(id, visit) });
  const body = await response.text();
  const shown = JSON.stringify(JSON.parse(body), (_key, value) => (value === String(id) ? '«id»' : value));
  return `${response.status} ${response.headers.get('content-type')} ${body.length - JSON.stringify(JSON.parse(body)).length} ${shown}`;
}

const dataOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('{'))).data;

describe.each(Object.entries(places))('%s', (_name, place) => {
  // Forms are judged before callers are, so one of them tries all.
  const rows = place.callers.flatMap(({ who, hidden = place.takes }) =>
    who.map((caller, i) => [caller, hidden, i === 0 ? place.takes.slice(0, 3) : []] as const),
  );

  test.each(rows)('%s is told of nothing, and nothing is written', async (caller, hidden, prefixes) => {
    const visit = callers[caller];
    const notThere = await answerTo(visit, place, random(place.takes[0]!));
    const before = await fingerprint(world.database, place.writes);

    const asked = [
      ...place.takes.map((prefix) => random(prefix)),
      ...hidden.map((prefix) => foreign[prefix]),
      ...othersThan(...place.takes),
      ...['', 'x', uuidPart(foreign[place.takes[0]!])],
      ...prefixes.flatMap((prefix) => malformed(prefix)),
    ];
    const different: unknown[] = [];
    for (const id of asked) {
      const answer = await answerTo(visit, place, id);
      if (answer !== notThere) different.push({ id, answer });
    }

    expect(dataOf(notThere)).toEqual(place.nothing);
    expect(different).toEqual([]);
    expect(await fingerprint(world.database, place.writes)).toEqual(before);
  });
});

test('every argument and input field that takes an id is among the places', () => {
  const taking = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isInputObjectType(type)) {
      return Object.values(type.getFields())
        .filter((field) => getNamedType(field.type).name === 'ID')
        .map((field) => `${type.name}.${field.name}`);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.filter((arg) => getNamedType(arg.type).name === 'ID').map((arg) => `${type.name}.${field.name}(${arg.name})`),
    );
  });

  expect(Object.keys(places).sort()).toEqual(taking.sort());
});

// ---------------------------------------------------------------- what one field alone does not show

test('who may not call a field is refused alike, whatever id is sent, and but one event is left', async () => {
  const { admin } = callers;
  for (const name of ['Query.usersLookup(ids)', 'UserWhere.ids', 'UserWhere.appId', 'UserWhere.organizationId']) {
    const place = places[name]!;
    const prefix = place.takes[0]!;
    const notThere = await answerTo(admin, place, random(prefix));
    const before = await fingerprint(world.database);

    for (const id of [random(prefix), ...Object.values(foreign), ...malformed(prefix)])
      expect(await answerTo(admin, place, id)).toBe(notThere);

    expect(JSON.parse(notThere.slice(notThere.indexOf('{'))).errors[0].extensions.code).toBe('FORBIDDEN');
    expect(await fingerprint(world.database)).toEqual(before);
  }
});

test('who is not signed in is refused alike, whatever id is sent', async () => {
  for (const name of [
    'Query.user(id)',
    'Query.usersLookup(ids)',
    'UserWhere.organizationId',
    'AuthSwitchOrganizationInput.organizationId',
  ]) {
    const place = places[name]!;
    const answers = new Set<string>();
    for (const id of [random(place.takes[0]!), ...Object.values(foreign), '', 'x'])
      answers.add(await answerTo(callers.anonymous, place, id));

    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain('"UNAUTHENTICATED"');
  }
});

test('a foreign id among own ones leaves a gap like an unknown one, and the order stays', async () => {
  const { admin } = callers;
  const { acme } = cast.organizations;
  const document = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
  const ask = async (id: string) => (await admin.run(document, { ids: [acme.id, id, cast.people.admin.id, id, acme.id] })).nodes;

  const gap = await ask(random('org'));
  expect(gap).toEqual([{ id: acme.id }, null, { id: cast.people.admin.id }, null, { id: acme.id }]);
  for (const id of [...Object.values(foreign), 'x']) expect(await ask(id)).toEqual(gap);
});

test('in a where, an id of another type matches nothing, and its opposite everything, like an unknown one', async () => {
  const { staff } = callers;
  const count = async (where: object) =>
    (await staff.run('query ($where: UserWhere) { users(where: $where) { totalCount } }', { where })).users.totalCount;
  const everyone = await count({});

  for (const field of ['ids', 'appId', 'organizationId']) {
    const prefix = ({ ids: 'user', appId: 'app', organizationId: 'org' } as const)[field as 'ids'];
    for (const id of [random(prefix), ...othersThan(prefix), '', 'x', `${prefix}_`, uuidPart(foreign[prefix]), '\u0000']) {
      const where = { [field]: field === 'ids' ? [id] : id };
      expect(await count(where)).toBe(0);
      expect(await count({ NOT: where })).toBe(everyone);
      expect(await count({ OR: [where, { ids: [foreign.user] }] })).toBe(1);
      expect(await count({ AND: [where, { ids: [foreign.user] }] })).toBe(0);
    }
  }
});

test('mismatched pairs: a person of one tenant and an organization or an app of another are nobody', async () => {
  const { staff } = callers;
  const { acme } = cast.organizations;
  const count = async (where: object) =>
    (await staff.run('query ($where: UserWhere) { users(where: $where) { totalCount } }', { where })).users.totalCount;

  expect(await count({ ids: [foreign.user], organizationId: foreign.org, appId: foreign.app })).toBe(1);
  expect(await count({ ids: [foreign.user], organizationId: acme.id })).toBe(0);
  expect(await count({ ids: [cast.people.member.id], organizationId: foreign.org })).toBe(0);
  expect(await count({ ids: [foreign.user], appId: cast.apps.granted.id })).toBe(0);
  // A suspended member and a revoked grant are none.
  expect(await count({ ids: [cast.people.suspended.id], organizationId: acme.id })).toBe(0);
  expect(await count({ ids: [cast.people.traveller.id], appId: cast.apps.revoked.id })).toBe(0);
  expect(await count({ ids: [cast.people.traveller.id], appId: cast.apps.granted.id })).toBe(1);
});

test('an ended session is an unknown id, to its person and to staff', async () => {
  const visit = await cast.visit(cast.people.base);
  const place = places['Query.node(id)']!;
  expect((await callers.base.run(place.document, { id: visit.sessionId })).node).not.toBeNull();
  await world.database.query(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${visit.sessionUuid}::uuid`);

  for (const caller of ['base', 'staff', 'admin', 'anonymous'] as const) {
    expect(await answerTo(callers[caller], place, visit.sessionId)).toBe(await answerTo(callers[caller], place, random('ses')));
  }
});

test("an organization's impersonation asks for what its person has elsewhere, and it is not there", async () => {
  const { boundImpersonator, staffImpersonator } = callers;
  const { organizations, grants, apps, roles, people, invitations, pools } = cast;
  const other = await cast.visit(people.traveller);
  const elsewhere: Record<string, string> = {
    'another organization': organizations.globex.id,
    'an owned organization': organizations.shop.id,
    'a membership elsewhere': organizations.globex.memberships.get(people.traveller.uuid)!,
    'the membership of the owned organization': organizations.shop.memberships.get(people.traveller.uuid)!,
    'a custom role elsewhere': roles.scout.id,
    'an app grant': grants.active,
    'a revoked app grant': grants.revoked,
    'an app': apps.granted.id,
    'an app whose grant was revoked': apps.revoked.id,
    'a further pool': pools.tag.id,
    'another session': other.sessionId,
    'an invitation': invitations.toTraveller.id,
  };
  const place = places['Query.node(id)']!;
  const seen: string[] = [];

  for (const [what, id] of Object.entries(elsewhere)) {
    if ((await answerTo(boundImpersonator, place, id)) !== (await answerTo(boundImpersonator, place, random('org'))))
      seen.push(what);
    expect((await staffImpersonator.run(place.document, { id })).node, `staff sees ${what} of the person`).not.toBeNull();
  }

  expect(seen).toEqual([]);
});

test('a session that is scoped to one organization asks for what its person has in another, and it is not there', async () => {
  const { organizations, roles, people } = cast;
  const scoped = await cast.visit(people.traveller, { organization: organizations.globex });
  const place = places['Query.node(id)']!;
  const colleague = organizations.acme.memberships.get(people.member.uuid)!;

  for (const id of [organizations.acme.id, organizations.shop.id, colleague, roles.inviter.id, cast.invitations.ofAcme.id]) {
    expect(await answerTo(scoped, place, id)).toBe(await answerTo(scoped, place, random('org')));
  }
});

test("cursors of one person's memberships open nobody else's", async () => {
  const { admin, boundImpersonator } = callers;
  const document = 'query ($after: String) { viewer { user { memberships(after: $after) { edges { cursor } } } } }';
  const { viewer } = await boundImpersonator.run(document);

  await expect(admin.run(document, { after: viewer.user.memberships.edges[0].cursor })).toBeRefused('BAD_USER_INPUT');
  expect(
    (await boundImpersonator.run(document, { after: viewer.user.memberships.edges[0].cursor })).viewer.user.memberships.edges,
  ).toEqual([]);
});

test('a refused scope leaves the refresh token unused, and the session where it was', async () => {
  const visit = await cast.visit(cast.people.admin);
  const document =
    'mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { __typename ... on AuthRefreshSuccess { viewer { organization { id } } } } }';
  const refresh = (input: object) => world.anonymous.run(document, { input: { refreshToken: visit.refreshToken, ...input } });

  for (const organizationId of [foreign.org, foreign.user, random('org'), 'x', '']) {
    expect((await refresh({ organizationId })).authRefresh).toEqual({ __typename: 'AuthenticationError' });
  }

  expect((await refresh({})).authRefresh).toEqual({ __typename: 'AuthRefreshSuccess', viewer: { organization: null } });
});
