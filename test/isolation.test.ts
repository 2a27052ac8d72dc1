import { createHash, randomBytes } from 'node:crypto';
import { getNamedType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, type IdPrefix, newId } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { firstAnswer } from './support/event-stream.ts';
import { happened } from './support/events.ts';
import { type Fingerprint, fingerprint } from './support/fingerprint.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Person, password, startWorld, type World } from './support/world.ts';

/**
 * What is not yours does not exist: wherever an id, a slug, a code or a token goes in, one of another tenant, of another
 * type or of no form at all is answered byte for byte like one that nobody has, and nothing is written.
 */

let world: World;
let cast: Cast;
let callers: Record<Caller, Visit>;
/** Of things that exist, which none of the callers but staff has anything to do with. */
let foreign: Record<Kind, string>;
/** The person whose they are. */
let stranger: Person;

/** What things are asked for by: ids by their type, and names. */
type Kind = IdPrefix | Name;
type Name = 'slug' | 'appCode' | 'poolCode' | 'roleCode' | 'requestId' | 'linkToken' | 'refreshToken' | 'planToken';

type Caller =
  | 'anonymous'
  | 'base'
  | 'admin'
  | 'scopedAdmin'
  | 'owner'
  | 'confined'
  | 'boundImpersonator'
  | 'staffImpersonator'
  | 'scopedStaff'
  | 'staff';

const notSignedIn: Caller[] = ['anonymous'];
const tenants: Caller[] = ['base', 'admin', 'scopedAdmin', 'confined', 'boundImpersonator'];
const allStaff: Caller[] = ['staff', 'scopedStaff'];

beforeAll(async () => {
  // Many a login that fails is one of the answers that are compared.
  world = await startWorld({ STEWARD_IP_FAILURES: '100000' });
  cast = await makeCast(world);
  const { people, organizations, visit, visitWith } = cast;
  const { database, sql } = world;

  stranger = await world.person({ name: 'Stranger' });
  const corner = await world.organization({ owner: stranger, customRoles: { hermit: ['org:read'] } });
  const app = await world.app({ pool: cast.pools.far.code });
  await cast.tag(stranger, cast.pools.far);
  const subject = { type: 'user' as const, id: stranger.uuid };
  const happening = { action: 'organization.updated', organizationId: corner.uuid, subject };
  const event = await happened(world, happening, { by: stranger });
  await happened(world, happening, { by: await world.person(), really: stranger });
  const invitation = await world.invitation({ organization: corner, email: 'somebody@example.com' });
  const session = await visit(stranger, { organization: corner, app });
  const [role] = await database.query<{ id: string }>(sql`SELECT id FROM roles WHERE organization_id = ${corner.uuid}::uuid`);
  foreign = {
    user: stranger.id,
    org: corner.id,
    mem: corner.memberships.get(stranger.uuid)!,
    role: encodeId('role', role!.id),
    app: app.id,
    grant: await world.grant(stranger, app),
    pool: cast.pools.far.id,
    ses: session.sessionId,
    inv: invitation.id,
    evt: event.id,
    slug: corner.slug,
    appCode: app.code,
    poolCode: cast.pools.far.code,
    roleCode: 'hermit',
    requestId: event.requestId,
    linkToken: invitation.token,
    refreshToken: session.refreshToken,
    // Somebody else's plan, for whom it may be tried upon.
    planToken: (
      await (
        await visit(await world.person({ roles: ['system_admin'] }))
      ).run('query ($id: ID!) { userHardDeletePreview(userId: $id) { planToken } }', { id: people.member.id })
    ).userHardDeletePreview.planToken,
  };

  // What a condition would find if it let everything through.
  const { acme } = organizations;
  await happened(world, { action: 'organization.updated', organizationId: acme.uuid }, { by: people.owner });
  for (const by of [people.systemAdmin, people.superAdmin]) await happened(world, { action: 'user.updated' }, { by });

  callers = {
    anonymous: visitWith(null),
    base: await visit(people.base),
    admin: await visit(people.admin),
    scopedAdmin: await visit(people.admin, { organization: organizations.acme }),
    owner: await visit(people.owner),
    confined: await visit(people.confined),
    boundImpersonator: await cast.adminAsTraveller(),
    staffImpersonator: await cast.staffAsTraveller(),
    staff: await visit(people.systemAdmin),
    scopedStaff: await visit(people.superAdmin, { organization: await world.organization({ owner: people.superAdmin }) }),
  };
});

const names: readonly Name[] = ['slug', 'appCode', 'poolCode', 'roleCode', 'requestId', 'linkToken', 'refreshToken', 'planToken'];
const isName = (kind: Kind): kind is Name => (names as readonly Kind[]).includes(kind);

/** One that nothing has. */
function random(kind: Kind): string {
  if (kind === 'linkToken' || kind === 'refreshToken' || kind === 'planToken') return randomBytes(32).toString('base64url');
  if (kind === 'requestId') return newId();
  return isName(kind) ? `nothing-${newId()}` : encodeId(kind, newId());
}
const uuidPart = (id: string): string => id.slice(id.indexOf('_') + 1);

/** What is nothing's, much of it made from what is something's. */
const malformed = (kind: Kind): unknown[] => (isName(kind) ? malformedName(kind) : malformedId(kind));

const malformedName = (name: Name): unknown[] => {
  const real = foreign[name];
  return [
    ...['', ' ', ` ${real}`, `${real} `, `${real}\n`, `\t${real}`, `${real}\u0000`, `\u0000${real}`, '\u0000'],
    ...['\uD800', `${real}\uDC00`, `\uFEFF${real}`, `${real}\u200B`, real.toUpperCase(), real.slice(1), real.slice(0, -1)],
    ...[`${real}${real}`, `${real}%`, `${real.slice(0, -1)}_`, '%', '_', '*', `${real}*`, `${real.slice(0, -1)}*`, '.*'],
    ...[
      `${real}=`,
      encodeURIComponent(`${real}/`),
      `"${real}"`,
      `{${real}}`,
      `${real},${real}`,
      "' OR TRUE --",
      'null',
      'x'.repeat(5000),
    ],
    // What a database holds of a token.
    ...(['hex', 'base64', 'base64url'] as const).map((form) => createHash('sha256').update(real).digest(form)),
  ];
};

/** Texts that are no id of that type. */
const malformedId = (prefix: IdPrefix): unknown[] => {
  const real = uuidPart(foreign[prefix]);
  return [
    // The right one in the dress of another type.
    ...everyType.filter((other) => other !== prefix).map((other) => `${other}_${real}`),
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

/** Those that exist, of every kind but these. */
const othersThan = (...kinds: readonly Kind[]): string[] =>
  Object.entries(foreign)
    .filter(([kind]) => !kinds.includes(kind as Kind))
    .map(([, id]) => id);

// ---------------------------------------------------------------- where an id or a name goes in

interface Place {
  /** What the id or name is one of; of any type where there are several. */
  readonly takes: readonly Kind[];
  readonly document: string;
  variables(id: unknown, visit: Visit): object;
  /** Who asks, and of which kinds foreign ones are out of sight to them. `takes` unless told. */
  readonly callers: readonly { readonly who: readonly Caller[]; readonly hidden?: readonly Kind[] }[];
  /** What a random one is answered, as `data` shows it, for whoever is let through. */
  readonly nothing: unknown;
  /** Tables that a refusal may write to. */
  readonly writes?: readonly string[];
}

const everyType: IdPrefix[] = ['user', 'org', 'mem', 'role', 'app', 'grant', 'pool', 'ses', 'inv', 'evt'];
const refusal = '__typename ... on MutationError { code message path }';
const lookup =
  'query ($id: ID!) { usersLookup(ids: [$id], emails: ["stranger@example.com"]) { users { id } missingIds missingEmails } }';
const ofTenants: Place['callers'] = [{ who: [...tenants, 'staffImpersonator'] }, { who: allStaff, hidden: [] }];
/** Where whoever knows it sees it, and whoever has to do with nothing else. */
const ofAnyone: Place['callers'] = [{ who: [...notSignedIn, ...tenants, 'staffImpersonator', ...allStaff], hidden: [] }];
const ofStaff: Place['callers'] = [{ who: allStaff, hidden: [] }];

const usersWhere = (where: string, takes: readonly Kind[], hidden: readonly Kind[] = []): Place => ({
  takes,
  document: `query ($id: ${takes.some(isName) ? 'String' : 'ID'}!) { users(where: ${where}) { totalCount nodes { id } edges { cursor } } }`,
  variables: (id) => ({ id }),
  callers: [{ who: allStaff, hidden }],
  nothing: { users: { totalCount: 0, nodes: [], edges: [] } },
});
const organizationsWhere = (where: string, takes: readonly Kind[]): Place => ({
  takes,
  document: `query ($id: ID!) { organizations(where: ${where}) { totalCount nodes { id } edges { cursor } } }`,
  variables: (id) => ({ id }),
  callers: ofStaff,
  nothing: { organizations: { totalCount: 0, nodes: [], edges: [] } },
});
/** A field that shows one thing. */
const one = (field: string, argument: string, takes: Kind, callers = ofTenants): Place => ({
  takes: [takes],
  document: `query ($id: ${isName(takes) ? 'String' : 'ID'}!) { ${field}(${argument}: $id) { __typename id } }`,
  variables: (id) => ({ id }),
  callers,
  nothing: { [field]: null },
});

/** A condition on events wherever they are listed: of an organization, whose admins and staff read them; of oneself; and all. */
function eventsWhere(condition: string, ...takes: readonly Kind[]): Record<string, Place> {
  const type = takes.some(isName) ? 'String' : 'ID';
  const selection = `auditEvents(where: { ${condition}: $id }) { totalCount nodes { id } edges { cursor } }`;
  const none = { totalCount: 0, nodes: [], edges: [] };
  return {
    [`AuditEventWhere.${condition} below Organization.auditEvents`]: {
      takes,
      document: `query ($acme: ID!, $id: ${type}!) { organization(id: $acme) { ${selection} } }`,
      variables: (id) => ({ id, acme: cast.organizations.acme.id }),
      callers: [{ who: ['admin', 'scopedAdmin', ...allStaff] }],
      nothing: { organization: { auditEvents: none } },
    },
    [`AuditEventWhere.${condition} below User.auditEvents`]: {
      takes,
      document: `query ($id: ${type}!) { viewer { user { ${selection} } } }`,
      variables: (id) => ({ id }),
      callers: [{ who: allStaff }],
      nothing: { viewer: { user: { auditEvents: none } } },
    },
    [`AuditEventWhere.${condition} below Query.auditEvents`]: {
      takes,
      document: `query ($id: ${type}!) { ${selection} }`,
      variables: (id) => ({ id }),
      callers: ofStaff,
      nothing: { auditEvents: none },
    },
  };
}
// Nothing of a refused login is kept but the counter and the event.
const ofRefusedLogin = ['audit_events', 'audit_event_people', 'refusal_windows'];

const places: Record<string, Place> = {
  'Query.node(id)': {
    takes: everyType,
    document: 'query ($id: ID!) { node(id: $id) { __typename id } }',
    variables: (id) => ({ id }),
    callers: [{ who: [...notSignedIn, ...tenants, 'staffImpersonator'] }, { who: allStaff, hidden: [] }],
    nothing: { node: null },
  },
  'Query.nodes(ids)': {
    takes: everyType,
    document: 'query ($id: ID!) { nodes(ids: [$id, $id]) { __typename id } }',
    variables: (id) => ({ id }),
    callers: [{ who: [...notSignedIn, ...tenants, 'staffImpersonator'] }, { who: allStaff, hidden: [] }],
    nothing: { nodes: [null, null] },
  },
  'Query.user(id)': one('user', 'id', 'user'),
  'Query.organization(id)': one('organization', 'id', 'org'),
  'Query.organizationBySlug(slug)': one('organizationBySlug', 'slug', 'slug'),
  'Query.app(id)': one('app', 'id', 'app'),
  'Query.appByCode(code)': one('appByCode', 'code', 'appCode'),
  'Query.poolByCode(code)': one('poolByCode', 'code', 'poolCode'),
  'Query.invitationByToken(token)': one('invitationByToken', 'token', 'linkToken', ofAnyone),
  'Query.usersLookup(ids)': {
    takes: ['user'],
    document: lookup,
    variables: (id) => ({ id }),
    callers: [{ who: allStaff, hidden: [] }],
    nothing: { usersLookup: { users: [], missingIds: ['«id»'], missingEmails: ['stranger@example.com'] } },
  },
  'UserWhere.ids': usersWhere('{ ids: [$id] }', ['user']),
  'UserWhere.appId': usersWhere('{ appId: $id }', ['app']),
  'UserWhere.organizationId': usersWhere('{ organizationId: $id }', ['org']),
  'UserWhere.poolCode': usersWhere('{ poolCode: $id }', ['poolCode']),
  // A role of an organization is none of the platform's.
  'UserWhere.roleCodes': usersWhere('{ roleCodes: [$id] }', ['roleCode'], ['roleCode']),
  'OrganizationWhere.ids': organizationsWhere('{ ids: [$id] }', ['org']),
  'OrganizationWhere.ownerId': organizationsWhere('{ ownerId: $id }', ['user']),
  'MembershipWhere.roleCodes': {
    takes: ['roleCode'],
    document:
      'query ($acme: ID!, $id: String!) { organization(id: $acme) { memberships(where: { roleCodes: [$id] }) { totalCount nodes { id } } } }',
    variables: (id) => ({ id, acme: cast.organizations.acme.id }),
    callers: [{ who: ['admin', 'scopedAdmin', 'boundImpersonator', 'staffImpersonator', ...allStaff] }],
    nothing: { organization: { memberships: { totalCount: 0, nodes: [] } } },
  },
  ...eventsWhere('actorId', 'user'),
  ...eventsWhere('impersonatorId', 'user'),
  ...eventsWhere('subjectId', ...everyType),
  ...eventsWhere('organizationId', 'org'),
  ...eventsWhere('requestId', 'requestId'),
  // After the right password, a login says whether there is such an app; before it, nothing.
  'AuthLoginInput.appCode': {
    takes: ['appCode'],
    document: `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ${refusal} } }`,
    variables: (appCode) => ({ input: { email: `nobody-${newId()}@example.com`, password: 'not the password', appCode } }),
    callers: [{ who: ['anonymous', 'admin'] }],
    nothing: {
      authLogin: { __typename: 'AuthenticationError', code: 'INVALID_CREDENTIALS', message: expect.any(String), path: null },
    },
    writes: [...ofRefusedLogin, 'login_locks'],
  },
  'AuthLoginInput.organizationId': {
    takes: ['org'],
    document: `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ${refusal} } }`,
    variables: (organizationId) => ({ input: { email: cast.people.base.email, password, organizationId } }),
    callers: [{ who: ['anonymous', 'admin', 'staff'] }],
    nothing: { authLogin: { __typename: 'AuthenticationError', code: 'NOT_A_MEMBER', message: expect.any(String), path: null } },
    writes: ofRefusedLogin,
  },
  'AuthRefreshInput.refreshToken': {
    takes: ['refreshToken'],
    document: `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ${refusal} } }`,
    variables: (refreshToken) => ({ input: { refreshToken } }),
    callers: [{ who: ['anonymous', 'admin', 'staff'], hidden: [] }],
    nothing: {
      authRefresh: { __typename: 'AuthenticationError', code: 'REFRESH_TOKEN_INVALID', message: expect.any(String), path: null },
    },
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

/** What a mutation says of an id that names nothing, at its place in the input. */
const notFound = (mutation: string, field: string) => ({
  [mutation]: {
    __typename: 'NotFoundError',
    code: 'NOT_FOUND',
    message: expect.any(String),
    path: ['input', field],
    id: '«id»',
  },
});

/** An input of a mutation that takes an id or a code which names nothing, with all else in it sound. */
function ofMutation(
  mutation: string,
  field: string,
  takes: Kind,
  callers: Place['callers'],
  rest: (id: unknown) => object = () => ({}),
  { below = '', writes = [] }: { readonly below?: string; readonly writes?: readonly string[] } = {},
): Record<string, Place> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  return {
    [`${type}.${field}${below}`]: {
      writes,
      takes: [takes],
      document: `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${refusal} ... on NotFoundError { id } } }`,
      variables: (id) => ({ input: { ...rest(id), [field]: id } }),
      callers,
      nothing: notFound(mutation, field),
    },
  };
}

/** Codes in a list, each named at its place where it names nothing. What they are is in the message, which is not asked for. */
function ofCodes(
  mutation: string,
  field: string,
  takes: Kind,
  hidden: readonly Kind[],
  rest: () => object,
  callers: Place['callers'] = [{ who: ['staff'], hidden }],
): Record<string, Place> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const path = ['input', field, '0'];
  return {
    [`${type}.${field}`]: {
      takes: [takes],
      document: `mutation ($input: ${type}!) { ${mutation}(input: $input) {
        __typename ... on MutationError { code path } ... on ValidationError { issues { path code } } } }`,
      variables: (id) => ({ input: { ...rest(), [field]: [id] } }),
      callers,
      nothing: {
        [mutation]: {
          __typename: 'ValidationError',
          code: 'VALIDATION_FAILED',
          path,
          issues: [{ path, code: expect.any(String) }],
        },
      },
    },
  };
}

/** The code of a home pool: of what exists alone, and no id. */
function ofHomePool(mutation: string, rest: () => object): Record<string, Place> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  return {
    [`${type}.homePoolCode`]: {
      takes: ['poolCode'],
      document: `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on MutationError { code path } } }`,
      variables: (homePoolCode) => ({ input: { ...rest(), homePoolCode } }),
      callers: ofSystemAdmins,
      nothing: { [mutation]: { __typename: 'ValidationError', code: 'VALIDATION_FAILED', path: ['input', 'homePoolCode'] } },
    },
  };
}

/** Who asks, where the input names them; somebody else where they are nobody of whom that is tried. */
function personBehind(visit: Visit): Person {
  const { base, admin, owner, confined, systemAdmin, superAdmin } = cast.people;
  const people = { base, admin, scopedAdmin: admin, owner, confined, staff: systemAdmin, scopedStaff: superAdmin };
  return Object.entries(people).find(([caller]) => callers[caller as Caller] === visit)?.[1] ?? stranger;
}

const ofSystemAdmins: Place['callers'] = [{ who: ['staff'], hidden: [] }];
/** Whoever is not staff sees only themselves; their own id is tried elsewhere. */
const ofThemselves: Place['callers'] = [{ who: ['base', 'admin', 'scopedAdmin', 'confined'] }, { who: allStaff, hidden: [] }];
const aPerson = () => ({ userId: stranger.id });
const anApp = () => ({ appId: foreign.app });
const aPool = () => ({ poolCode: foreign.poolCode });
const newEmail = () => ({ email: 'nobody-has-this@example.com' });

/** The organization that a mutation names, with all else in it of the foreign one; where staff alone may, they see it. */
const anywhere = (mutation: string, rest: () => object, options?: Parameters<typeof ofMutation>[5]): Record<string, Place> =>
  ofMutation(
    mutation,
    'organizationId',
    'org',
    [{ who: [...tenants, 'owner', 'staffImpersonator'] }, { who: allStaff, hidden: [] }],
    rest,
    options,
  );
/** Whom a refused attempt is about, and by whom it was, is kept. */
const attempted = { writes: ['audit_events', 'audit_event_people', 'refusal_windows'] };
const reason = { reason: 'A reason of its own' };
/** Whoever does as they please in Acme, where what is foreign is unknown to staff as well. */
const whoRuleAcme: Place['callers'] = [{ who: ['admin', 'scopedAdmin', 'owner', ...allStaff] }];
const whoeverElse: Place['callers'] = [{ who: ['base', 'admin', 'scopedAdmin', 'confined', ...allStaff] }];
const ofAcme = () => ({ organizationId: cast.organizations.acme.id });
const aColleague = () => ({ userId: cast.people.member.id });
/** What is asked for by a secret is not repeated. */
const withoutItsSecret = (mutation: string, field: string) => ({
  [mutation]: { ...notFound(mutation, field)[mutation], id: null },
});

Object.assign(places, {
  ...ofMutation('userUpdate', 'userId', 'user', ofStaff, () => ({ name: 'Another name' })),
  ...ofMutation('userSuspend', 'userId', 'user', ofStaff, () => ({ reason: 'Has left' })),
  ...ofMutation('userReactivate', 'userId', 'user', ofStaff),
  ...ofMutation('userUnlock', 'userId', 'user', ofStaff),
  ...ofMutation('userSetRoles', 'userId', 'user', ofStaff, () => ({ roleCodes: ['seller'] })),
  ...ofCodes('userSetRoles', 'roleCodes', 'roleCode', ['roleCode'], aPerson),
  ...ofMutation('userSetPassword', 'userId', 'user', ofSystemAdmins, () => ({ newPassword: 'a staple that is correct' })),
  ...ofMutation('userSendPasswordReset', 'userId', 'user', ofStaff),
  ...ofMutation('userTerminateSession', 'userId', 'user', ofThemselves, () => ({ sessionId: foreign.ses })),
  'UserTerminateSessionInput.sessionId': {
    takes: ['ses'],
    document: `mutation ($input: UserTerminateSessionInput!) { userTerminateSession(input: $input) { ${refusal} ... on NotFoundError { id } } }`,
    // Of the caller, whose session it is not.
    variables: (sessionId, visit) => ({ input: { userId: personBehind(visit).id, sessionId } }),
    callers: [{ who: ['base', 'admin', 'scopedAdmin', 'confined', ...allStaff] }],
    nothing: notFound('userTerminateSession', 'sessionId'),
  },
  ...ofMutation('userRevokeSessions', 'userId', 'user', ofThemselves),
  ...ofMutation('userImpersonate', 'userId', 'user', ofStaff, () => reason, attempted),
  ...ofMutation('userImpersonate', 'userId', 'user', whoRuleAcme, () => ({ ...ofAcme(), ...reason }), {
    ...attempted,
    below: ' below an organization',
  }),
  ...anywhere('userImpersonate', () => ({ ...aPerson(), ...reason }), attempted),
  ...ofMutation('userHardDelete', 'userId', 'user', ofSystemAdmins, () => reason, attempted),
  'UserHardDeleteInput.planToken': {
    takes: ['planToken'],
    document: `mutation ($input: UserHardDeleteInput!) { userHardDelete(input: $input) { ${refusal} } }`,
    variables: (planToken) => ({ input: { ...aColleague(), ...reason, planToken } }),
    callers: [{ who: ['staff'] }],
    nothing: {
      userHardDelete: {
        __typename: 'StalePlanError',
        code: 'STALE_PLAN',
        message: expect.any(String),
        path: ['input', 'planToken'],
      },
    },
    ...attempted,
  },
  'Query.userHardDeletePreview(userId)': {
    takes: ['user'],
    document: 'query ($id: ID!) { userHardDeletePreview(userId: $id) { user { id } planToken } }',
    variables: (id) => ({ id }),
    callers: ofSystemAdmins,
    nothing: { userHardDeletePreview: null },
  },
  // What one may where one has nothing to do is told as of nowhere; staff may everywhere.
  'User.access(organizationId)': {
    takes: ['org'],
    document: `query ($id: ID) { viewer { user { access(permission: "org:read", organizationId: $id) {
      allowed permission reason paths { role { id } membership { id } } } } } }`,
    variables: (id) => ({ id }),
    callers: ofTenants,
    nothing: {
      viewer: { user: { access: { allowed: false, permission: 'org:read', reason: expect.any(String), paths: [] } } },
    },
  },

  ...ofCodes('userCreate', 'roleCodes', 'roleCode', ['roleCode'], newEmail),
  ...ofCodes('userCreate', 'poolCodes', 'poolCode', [], newEmail),
  ...ofHomePool('userCreate', newEmail),
  'UserCreateInput.appIds': {
    takes: ['app'],
    document: `mutation ($input: UserCreateInput!) { userCreate(input: $input) {
      __typename ... on MutationError { code message } ... on NotFoundError { id } } }`,
    variables: (id) => ({ input: { ...newEmail(), appIds: [id] } }),
    callers: ofStaff,
    nothing: { userCreate: { __typename: 'NotFoundError', code: 'NOT_FOUND', message: expect.any(String), id: '«id»' } },
  },

  ...ofMutation('appUpdate', 'appId', 'app', ofSystemAdmins, () => ({ name: 'Another name' })),
  ...ofCodes('appUpdate', 'readPoolCodes', 'poolCode', [], anApp),
  ...ofHomePool('appUpdate', anApp),
  ...ofCodes('appCreate', 'readPoolCodes', 'poolCode', [], () => ({ code: 'nobody-has-this', name: 'New' })),
  ...ofHomePool('appCreate', () => ({ code: 'nobody-has-this', name: 'New' })),
  ...ofMutation('appDelete', 'appId', 'app', ofSystemAdmins),
  ...ofMutation('appGrantUser', 'appId', 'app', ofStaff, aPerson),
  ...ofMutation('appGrantUser', 'userId', 'user', ofStaff, anApp),
  ...ofMutation('appRevokeUser', 'appId', 'app', ofStaff, aPerson),
  ...ofMutation('appRevokeUser', 'userId', 'user', ofStaff, anApp),

  ...ofMutation('poolUpdate', 'poolCode', 'poolCode', ofSystemAdmins, () => ({ name: 'Another name' })),
  ...ofMutation('poolDelete', 'poolCode', 'poolCode', ofSystemAdmins),
  ...ofMutation('poolSetUserHome', 'poolCode', 'poolCode', ofSystemAdmins, aPerson),
  ...ofMutation('poolSetUserHome', 'userId', 'user', ofSystemAdmins, aPool),
  ...ofMutation('poolAddUser', 'poolCode', 'poolCode', ofSystemAdmins, aPerson),
  ...ofMutation('poolAddUser', 'userId', 'user', ofSystemAdmins, aPool),
  ...ofMutation('poolRemoveUser', 'poolCode', 'poolCode', ofSystemAdmins, aPerson),
  ...ofMutation('poolRemoveUser', 'userId', 'user', ofSystemAdmins, aPool),

  ...ofMutation('organizationCreate', 'ownerId', 'user', ofStaff, () => ({ name: 'New' })),
  ...anywhere('organizationUpdate', () => ({ description: 'Another description' })),
  ...ofMutation('organizationSuspend', 'organizationId', 'org', ofStaff, () => ({ reason: 'Has not paid' })),
  ...ofMutation('organizationReactivate', 'organizationId', 'org', ofStaff),
  ...ofMutation('organizationDelete', 'organizationId', 'org', ofStaff),
  ...anywhere('organizationTransferOwnership', () => ({ newOwnerId: stranger.id })),
  ...ofMutation('organizationTransferOwnership', 'newOwnerId', 'user', [{ who: ['owner', ...allStaff] }], ofAcme),

  ...ofMutation('organizationAddMember', 'organizationId', 'org', ofStaff, aPerson),
  ...ofMutation('organizationAddMember', 'userId', 'user', ofStaff, ofAcme),
  ...ofCodes('organizationAddMember', 'roleCodes', 'roleCode', ['roleCode'], () => ({ ...ofAcme(), ...aPerson() })),
  ...anywhere('organizationRemoveMember', aPerson),
  ...ofMutation('organizationRemoveMember', 'userId', 'user', whoRuleAcme, ofAcme),
  ...anywhere('organizationSetMemberStatus', () => ({ ...aPerson(), status: 'SUSPENDED' })),
  ...ofMutation('organizationSetMemberStatus', 'userId', 'user', whoRuleAcme, () => ({ ...ofAcme(), status: 'SUSPENDED' })),
  ...anywhere('organizationSetMemberRoles', () => ({ ...aPerson(), roleCodes: [] })),
  ...ofMutation('organizationSetMemberRoles', 'userId', 'user', whoRuleAcme, () => ({ ...ofAcme(), roleCodes: [] })),
  ...ofCodes('organizationSetMemberRoles', 'roleCodes', 'roleCode', ['roleCode'], () => ({ ...ofAcme(), ...aColleague() }), [
    { who: ['admin', 'scopedAdmin', ...allStaff] },
  ]),

  ...anywhere('organizationCreateRole', () => ({ code: 'nobody-has-this', name: 'New', permissionCodes: [] })),
  ...anywhere('organizationUpdateRole', () => ({ roleId: foreign.role, name: 'Another name' })),
  ...ofMutation('organizationUpdateRole', 'roleId', 'role', whoRuleAcme, () => ({ ...ofAcme(), name: 'Another name' })),
  ...anywhere('organizationDeleteRole', () => ({ roleId: foreign.role })),
  ...ofMutation('organizationDeleteRole', 'roleId', 'role', whoRuleAcme, ofAcme),

  ...anywhere('organizationCreateInvitation', newEmail),
  'OrganizationCreateInvitationInput.roleIds': {
    takes: ['role'],
    document: `mutation ($input: OrganizationCreateInvitationInput!) { organizationCreateInvitation(input: $input) { ${refusal} ... on NotFoundError { id } } }`,
    variables: (id) => ({ input: { ...ofAcme(), ...newEmail(), roleIds: [cast.roles.orgAdmin.id, id] } }),
    callers: whoRuleAcme,
    nothing: {
      organizationCreateInvitation: {
        __typename: 'NotFoundError',
        code: 'NOT_FOUND',
        message: expect.any(String),
        path: ['input', 'roleIds', '1'],
        id: '«id»',
      },
    },
  },
  ...ofCodes('organizationCreateInvitation', 'roleCodes', 'roleCode', ['roleCode'], () => ({ ...ofAcme(), ...newEmail() }), [
    { who: ['admin', 'scopedAdmin', ...allStaff] },
  ]),
  ...anywhere('organizationResendInvitation', () => ({ invitationId: foreign.inv })),
  ...ofMutation('organizationResendInvitation', 'invitationId', 'inv', whoRuleAcme, ofAcme),
  ...anywhere('organizationRevokeInvitation', () => ({ invitationId: foreign.inv })),
  ...ofMutation('organizationRevokeInvitation', 'invitationId', 'inv', whoRuleAcme, ofAcme),

  // Staff, who see every invitation, are not invited by it.
  ...ofMutation('accountAcceptInvitation', 'invitationId', 'inv', whoeverElse),
  ...ofMutation('accountDeclineInvitation', 'invitationId', 'inv', whoeverElse),
  ...ofMutation('accountLeaveOrganization', 'organizationId', 'org', whoeverElse),
  'AccountAcceptInvitationInput.token': {
    takes: ['linkToken'],
    document: `mutation ($input: AccountAcceptInvitationInput!) { accountAcceptInvitation(input: $input) { ${refusal} ... on NotFoundError { id } } }`,
    variables: (token) => ({ input: { token } }),
    callers: whoeverElse,
    nothing: withoutItsSecret('accountAcceptInvitation', 'token'),
  },
  'AccountSignUpInput.invitationToken': {
    takes: ['linkToken'],
    document: `mutation ($input: AccountSignUpInput!) { accountSignUp(input: $input) { ${refusal} ... on NotFoundError { id } } }`,
    variables: (invitationToken) => ({ input: { invitationToken, password: 'a staple that is correct' } }),
    callers: [{ who: ['anonymous', 'admin', 'staff'], hidden: [] }],
    nothing: withoutItsSecret('accountSignUp', 'invitationToken'),
  },
  // To who holds the token of a link: as a login says it.
  'AccountSignUpInput.appCode': {
    takes: ['appCode'],
    document: `mutation ($input: AccountSignUpInput!) { accountSignUp(input: $input) { ${refusal} } }`,
    variables: (appCode) => ({
      input: { invitationToken: foreign.linkToken, password: 'a staple that is correct', appCode },
    }),
    callers: [{ who: ['anonymous', 'admin', 'staff'], hidden: [] }],
    nothing: {
      accountSignUp: { __typename: 'AuthenticationError', code: 'APP_NOT_FOUND', message: expect.any(String), path: null },
    },
  },

  // A link for an invitation sets no password.
  'AccountResetPasswordInput.token': {
    takes: ['linkToken'],
    document: `mutation ($input: AccountResetPasswordInput!) { accountResetPassword(input: $input) { ${refusal} } }`,
    variables: (token) => ({ input: { token, newPassword: 'a staple that is correct' } }),
    callers: [{ who: ['anonymous', 'admin', 'staff'] }],
    nothing: {
      accountResetPassword: {
        __typename: 'AuthenticationError',
        code: 'RESET_TOKEN_INVALID',
        message: expect.any(String),
        path: null,
      },
    },
  },
} satisfies Record<string, Place>);

/** What of a body says something; the id that was asked for is shown as `«id»`. */
const shownOf = (body: unknown, id: unknown): string =>
  JSON.stringify(body, (key, value) => (key === 'data' ? withoutId(value, String(id)) : value));

/** Fingerprints what must not change. Until then refusals of before count as of the same minute, so that they stay one event. */
async function fingerprintBefore(except?: readonly string[]): Promise<Fingerprint> {
  await world.database.query(world.sql`UPDATE refusal_windows SET until = now() + interval '1 hour'`);
  return fingerprint(world.database, except);
}

/** Everything of the answer but what differs for every request. */
async function answerTo(visit: Visit, place: Place, id: unknown): Promise<string> {
  const response = await visit.post({ query: place.document, variables: place.variables(id, visit) });
  const body = await response.text();
  const parsed = JSON.parse(body);
  return `${told(response)} ${body.length - JSON.stringify(parsed).length} ${shownOf(parsed, id)}`;
}

const told = (response: Response): string => `${response.status} ${response.headers.get('content-type')}`;

/** What takes or gives a secret comes alone, never in a batch. */
const comesAlone = ({ document, takes }: Place): boolean =>
  /\b(auth[A-Z]\w+|accountResetPassword|accountSignUp|userSetPassword|userImpersonate)\(/.test(document) ||
  (document.includes('accountAcceptInvitation(') && takes.includes('linkToken'));

/** Those that are answered otherwise than `notThere`. They are asked in batches, where they need not come alone: they are many. */
async function answeredOtherwise(visit: Visit, place: Place, ids: readonly unknown[], notThere: string): Promise<unknown[]> {
  const different: unknown[] = [];
  const note = (id: unknown, answer: string) => {
    if (answer !== notThere) different.push({ id, answer });
  };
  if (comesAlone(place)) {
    for (const id of ids) note(id, await answerTo(visit, place, id));
    return different;
  }
  const batches = Array.from({ length: Math.ceil(ids.length / 20) }, (_, i) => ids.slice(i * 20, (i + 1) * 20));
  await Promise.all(
    batches.map(async (some) => {
      const response = await visit.post(some.map((id) => ({ query: place.document, variables: place.variables(id, visit) })));
      const text = await response.text();
      const bodies: unknown[] = JSON.parse(text);
      const spaces = text.length - JSON.stringify(bodies).length;
      for (const [i, id] of some.entries()) note(id, `${told(response)} ${spaces} ${shownOf(bodies[i], id)}`);
    }),
  );
  return different;
}

const withoutId = (data: unknown, id: string): unknown =>
  JSON.parse(JSON.stringify(data), (_key, value) => (value === id ? '«id»' : value));

const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('{')));

describe.each(Object.entries(places))('%s', (_name, place) => {
  // Types and forms of ids are judged before callers are, so one of them tries all.
  const rows = place.callers.flatMap(({ who, hidden = place.takes }) =>
    who.map((caller, i) => [caller, hidden, i === 0 ? place.takes.slice(0, 3) : []] as const),
  );

  let before: Fingerprint;
  beforeAll(async () => {
    before = await fingerprintBefore(place.writes);
  });

  test.each(rows)('%s is told of nothing', async (caller, hidden, prefixes) => {
    const visit = callers[caller];
    const notThere = await answerTo(visit, place, random(place.takes[0]!));
    const asked = [...place.takes.map((prefix) => random(prefix)), ...hidden.map((prefix) => foreign[prefix])];
    const forms = [
      ...(prefixes.length > 0 ? othersThan(...place.takes) : []),
      ...['', 'x', ...(isName(place.takes[0]!) ? [] : [uuidPart(foreign[place.takes[0]!])])],
      ...prefixes.flatMap((prefix) => malformed(prefix)),
    ];

    const different: unknown[] = [];
    for (const id of asked) {
      const answer = await answerTo(visit, place, id);
      if (answer !== notThere) different.push({ id, answer });
    }
    different.push(...(await answeredOtherwise(visit, place, forms, notThere)));

    expect(bodyOf(notThere)).toEqual({ data: place.nothing, extensions: expect.anything() });
    expect(different).toEqual([]);
  });

  test('nothing is written, whatever is sent', async () => {
    expect(await fingerprint(world.database, place.writes)).toEqual(before);
  });
});

/** Texts that name nothing which could be somebody else's; a new argument is one of these or one of the places. */
const namesNothing = [
  // Words that are searched for in what the caller sees anyway.
  ...['UserWhere.search', 'OrganizationWhere.search', 'MembershipWhere.search', 'App.grants(search)'],
  // People, where only those may ask who see everybody.
  ...['UserWhere.emails', 'UserWhere.externalId', 'Query.usersLookup(emails)'],
  // What everybody knows, and what only its person does.
  ...['AuditEventWhere.actions', 'AuthLoginInput.email', 'AuthLoginInput.password'],
  // Passwords, and texts that are stored or refused as they are.
  ...['AccountChangePasswordInput.currentPassword', 'AccountChangePasswordInput.newPassword'],
  ...['AccountResetPasswordInput.newPassword', 'UserCreateInput.password', 'UserSetPasswordInput.newPassword'],
  ...['AccountUpdateInput.name', 'AccountUpdateInput.avatarUrl', 'UserCreateInput.name'],
  ...['UserUpdateInput.name', 'UserUpdateInput.avatarUrl', 'UserSuspendInput.reason'],
  ...['AppCreateInput.name', 'AppCreateInput.description', 'AppCreateInput.url'],
  ...['AppUpdateInput.name', 'AppUpdateInput.description', 'AppUpdateInput.url', 'AppDeleteInput.reason'],
  ...['PoolCreateInput.name', 'PoolCreateInput.description', 'PoolUpdateInput.name', 'PoolUpdateInput.description'],
  // What would be taken, where only those may ask who see whoever has it.
  ...['UserCreateInput.email', 'UserCreateInput.externalId', 'UserUpdateInput.email', 'UserUpdateInput.externalId'],
  ...['AppCreateInput.code', 'PoolCreateInput.code'],
  ...['AccountSignUpInput.name', 'AccountSignUpInput.password', 'OrganizationCreateInput.slug'],
  ...['OrganizationCreateInput.name', 'OrganizationCreateInput.description'],
  ...['OrganizationCreateInput.website', 'OrganizationCreateInput.logoUrl'],
  ...['OrganizationUpdateInput.name', 'OrganizationUpdateInput.description'],
  ...['OrganizationUpdateInput.website', 'OrganizationUpdateInput.logoUrl'],
  ...['OrganizationSuspendInput.reason', 'OrganizationDeleteInput.reason'],
  ...['OrganizationCreateRoleInput.code', 'OrganizationCreateRoleInput.name', 'OrganizationCreateRoleInput.description'],
  ...['OrganizationUpdateRoleInput.name', 'OrganizationUpdateRoleInput.description'],
  // A catalog that everybody knows.
  ...['OrganizationCreateRoleInput.permissionCodes', 'OrganizationUpdateRoleInput.permissionCodes'],
  ...['User.access(permission)', 'UserImpersonateInput.reason', 'UserHardDeleteInput.reason'],
  // A cursor of events; below.
  'Subscription.auditEventAdded(after)',
  // Which slug is taken, and which address a member's, is told, and not whose it is; below.
  ...['OrganizationUpdateInput.slug', 'OrganizationCreateInvitationInput.email'],
  // Answered alike whoever has it; below.
  ...['AccountRequestPasswordResetInput.email', 'AccountRequestPasswordResetInput.appCode'],
];

test('every argument and input field that takes an id, or a text that names something, is among the places', () => {
  const texts = ['ID', 'String', 'EmailAddress'];
  const taking = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isInputObjectType(type)) {
      return Object.values(type.getFields())
        .filter((field) => texts.includes(getNamedType(field.type).name))
        .map((field) => `${type.name}.${field.name}`);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args
        .filter((arg) => texts.includes(getNamedType(arg.type).name))
        .map((arg) => `${type.name}.${field.name}(${arg.name})`),
    );
  });

  const tried = Object.keys(places).map((name) => name.replace(/ below .*/, ''));
  const ofCursors = Object.keys(connections).flatMap((name) => [`${name}(after)`, `${name}(before)`]);
  expect([...new Set(tried), ...ofCursors, ...namesNothing].sort()).toEqual(taking.sort());
});

// ---------------------------------------------------------------- cursors

interface Connection {
  readonly who: Caller;
  /** With `PAGE` where the arguments and the selection of the connection go; `$id` names the parent object. */
  readonly document: string;
  readonly own: () => string | null;
  /** Where else a cursor is from; the same document with another parent unless told. */
  readonly foreign: () => string | null;
  readonly foreignDocument?: string;
  readonly at: (data: any) => any;
}

const ofOrganization = (field: string, who: Caller): Connection => ({
  who,
  document: `organization(id: $id) { ${field}PAGE }`,
  own: () => cast.organizations.acme.id,
  foreign: () => foreign.org,
  at: ({ organization }) => organization[field],
});
const ofUser = (field: string, who: Caller): Connection => ({
  who,
  document: `user(id: $id) { ${field}PAGE }`,
  own: () => (who === 'staff' ? cast.people.systemAdmin.id : cast.people.admin.id),
  foreign: () => foreign.user,
  at: ({ user }) => user[field],
});
const ofRoot = (field: string, foreignDocument: string): Connection => ({
  who: 'staff',
  document: `${field}PAGE`,
  own: () => null,
  foreign: () => null,
  foreignDocument,
  at: (data) => Object.values(data)[0],
});

const connections: Record<string, Connection> = {
  'Organization.memberships': ofOrganization('memberships', 'admin'),
  'Organization.invitations': ofOrganization('invitations', 'admin'),
  'Organization.auditEvents': ofOrganization('auditEvents', 'admin'),
  'User.memberships': ofUser('memberships', 'admin'),
  'User.auditEvents': ofUser('auditEvents', 'staff'),
  'Pool.users': {
    who: 'staff',
    document: 'node(id: $id) { ... on Pool { usersPAGE } }',
    own: () => cast.pools.tag.id,
    foreign: () => foreign.pool,
    at: ({ node }) => node.users,
  },
  'App.grants': {
    who: 'staff',
    document: 'node(id: $id) { ... on App { grantsPAGE } }',
    own: () => cast.apps.granted.id,
    foreign: () => foreign.app,
    at: ({ node }) => node.grants,
  },
  'Query.users': ofRoot('users', 'organizationsPAGE'),
  'Query.organizations': ofRoot('organizations', 'usersPAGE'),
  'Query.auditEvents': ofRoot('auditEvents', 'usersPAGE'),
};

describe.each(Object.entries(connections))('a cursor of %s', (_name, connection) => {
  const { who, document, own, at, foreignDocument = document } = connection;
  const page = (text: string, argument: string) =>
    text.includes('$id')
      ? `query ($id: ID!, $cursor: String) { ${text.replace('PAGE', `(${argument}: $cursor) { edges { cursor } }`)} }`
      : `query ($cursor: String) { ${text.replace('PAGE', `(${argument}: $cursor) { edges { cursor } }`)} }`;

  test.each(['after', 'before'])(
    'opens nothing %s it where it does not belong, and is answered like any text',
    async (argument) => {
      const visit = callers[who];
      const place: Place = {
        takes: [],
        document: page(document, argument),
        variables: (cursor) => ({ id: own(), cursor }),
        callers: [],
        nothing: null,
      };
      const there = at(await callers.staff.run(page(foreignDocument, argument), { id: connection.foreign() })).edges;
      expect(there.length).toBeGreaterThan(0);
      const here = at(await visit.run(place.document, { id: own() })).edges;
      expect(here.length).toBeGreaterThan(0);
      const { cursor } = there[0];
      const before = await fingerprintBefore();

      const garbage = await answerTo(visit, place, 'garbage');
      expect(garbage).toContain('"BAD_USER_INPUT"');
      for (const text of [
        cursor,
        '',
        ` ${cursor}`,
        `${cursor}=`,
        cursor.slice(0, -2),
        `${here[0].cursor}A`,
        '\u0000',
        '\uD800',
        foreign.org,
      ])
        expect(await answerTo(visit, place, text)).toBe(garbage);
      expect(at(await visit.run(place.document, { id: own(), cursor: here[0].cursor })).edges).toHaveLength(
        argument === 'after' ? here.length - 1 : 0,
      );
      expect(await fingerprint(world.database)).toEqual(before);
    },
  );
});

// ---------------------------------------------------------------- what one field alone does not show

const placesOf = (wanted: (place: Place, name: string) => boolean): [string, Place][] =>
  Object.entries(places).filter(([name, place]) => wanted(place, name));
const whoAsks = ({ callers: of }: Place): Caller[] => of.flatMap(({ who }) => who);

test.each(placesOf((place) => whoAsks(place).every((caller) => allStaff.includes(caller))))(
  '%s: who may not is refused alike, whatever is sent, and but one event is left',
  async (_name, place) => {
    const { admin } = callers;
    const kind = place.takes[0]!;
    const notThere = await answerTo(admin, place, random(kind));
    const before = await fingerprintBefore();

    const sent = [random(kind), ...Object.values(foreign), ...malformed(kind)];
    expect(await answeredOtherwise(admin, place, sent, notThere)).toEqual([]);

    expect(bodyOf(notThere).errors[0].extensions.code).toBe('FORBIDDEN');
    expect(await fingerprint(world.database)).toEqual(before);
  },
);

test.each(placesOf((place, name) => !whoAsks(place).includes('anonymous') && name !== 'AuthRefreshInput.organizationId'))(
  '%s: who is not signed in is refused alike, whatever is sent',
  async (_name, place) => {
    const notThere = await answerTo(callers.anonymous, place, random(place.takes[0]!));

    expect(await answeredOtherwise(callers.anonymous, place, [...Object.values(foreign), '', 'x'], notThere)).toEqual([]);
    // The viewer of who is nobody is null.
    expect(notThere).toContain(place.document.includes('{ viewer {') ? '{"viewer":null}' : '"UNAUTHENTICATED"');
  },
);

test.each(placesOf((place, name) => place.document.startsWith('mutation') && !/^(Auth|AccountReset|AccountSignUp)/.test(name)))(
  '%s: whoever acts as somebody is refused alike, whatever is sent, and nothing is changed',
  async (name, place) => {
    const kind = place.takes[0]!;
    const { traveller } = cast.people;
    for (const caller of ['boundImpersonator', 'staffImpersonator'] as const) {
      const visit = callers[caller];
      const notThere = await answerTo(visit, place, random(kind));
      const before = await fingerprintBefore();

      const sent = [random(kind), traveller.id, visit.sessionId, ...Object.values(foreign), ...malformed(kind)];
      expect(await answeredOtherwise(visit, place, sent, notThere)).toEqual([]);

      // An organization that neither can see is not there; what is in their own is refused before it is looked for.
      expect(notThere).toMatch(
        /^(Organization|UserImpersonate)\w+\.organizationId$/.test(name)
          ? /"FORBIDDEN"|"NOT_FOUND"/
          : /"FORBIDDEN"|"WHILE_IMPERSONATING"/,
      );
      expect(await fingerprint(world.database)).toEqual(before);
    }
  },
);

test('a request for a reset link is answered byte for byte alike, whoever has the address, whatever the app', async () => {
  const document = `mutation ($input: AccountRequestPasswordResetInput!) { accountRequestPasswordReset(input: $input) { ${refusal} } }`;
  const suspended = await world.person({ status: 'SUSPENDED' });
  const addresses = [
    ...[stranger.email, stranger.email.toUpperCase(), cast.people.systemAdmin.email, suspended.email],
    ...[`nobody-${newId()}@example.com`, 'nobody@nowhere.invalid'],
  ];
  const apps = [foreign.appCode, random('appCode'), foreign.app, ...malformedName('appCode')];
  const inputs = [...addresses.map((email) => ({ email })), ...apps.map((appCode) => ({ email: stranger.email, appCode }))];

  for (const caller of ['anonymous', 'base', 'staff'] as const) {
    const answers = await Promise.all(
      inputs.map(async (input) => {
        const { status, data, errors } = await callers[caller].ask(document, { input });
        return JSON.stringify({ status, data, errors });
      }),
    );
    expect([...new Set(answers)]).toEqual([
      JSON.stringify({
        status: 200,
        data: { accountRequestPasswordReset: { __typename: 'AccountRequestPasswordResetSuccess' } },
        errors: [],
      }),
    ]);
  }
});

test('mismatched pairs: a session is of the person that is named with it, or of nobody', async () => {
  const { staff, base } = callers;
  const other = await cast.visit(cast.people.member);
  const document = `mutation ($input: UserTerminateSessionInput!) { userTerminateSession(input: $input) { ${refusal} ... on NotFoundError { id } } }`;
  const terminate = async (visit: Visit, userId: string, sessionId: string) =>
    (await visit.run(document, { input: { userId, sessionId } })).userTerminateSession;
  const before = await fingerprintBefore();

  expect(await terminate(staff, cast.people.base.id, other.sessionId)).toEqual({
    ...(await terminate(staff, cast.people.base.id, random('ses'))),
    id: other.sessionId,
  });
  // Somebody else's is nobody's, with their id or with one's own; and one's own is not theirs.
  for (const [userId, sessionId] of [
    [cast.people.member.id, other.sessionId],
    [cast.people.base.id, other.sessionId],
    [cast.people.member.id, base.sessionId],
  ] as const) {
    expect(await terminate(base, userId, sessionId)).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND' });
  }
  expect(await fingerprint(world.database)).toEqual(before);
});

/** Everything of a mutation's answer that says something. */
const answered = async (visit: Visit, mutation: string, input: object) => {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const details = '... on NotFoundError { id } ... on ConflictError { existing { id } } ... on PowerError { roles permissions }';
  const members = schema.getPossibleTypes(getNamedType(schema.getMutationType()!.getFields()[mutation]!.type) as never);
  const known = details.split(/(?<=\}) (?=\.)/).filter((part) => members.some(({ name }) => part.includes(` ${name} `)));
  const { data } = await visit.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${refusal} ${known.join(' ')} } }`,
    {
      input,
    },
  );
  return data[mutation];
};

test('mismatched pairs: a member, a role or an invitation of one organization is unknown in another, whoever sees both', async () => {
  const { acme, globex, initech, shop } = cast.organizations;
  const { people, roles, invitations } = cast;
  // Somebody who rules two organizations, and staff, who rule all.
  const both = await world.person();
  const here = await world.organization({ owner: both });
  const there = await world.organization({ owner: both, customRoles: { guest: [] }, members: [[people.member]] });
  const [role] = await world.database.query<{ id: string }>(
    world.sql`SELECT id FROM roles WHERE organization_id = ${there.uuid}::uuid`,
  );
  const invitation = await world.invitation({ organization: there, email: 'somebody@example.com' });
  const ofThere = { userId: people.member.id, roleId: encodeId('role', role!.id), invitationId: invitation.id };
  const email = 'nobody-has-this@example.com';
  const pairs = [
    [await cast.visit(both), here, ofThere],
    [callers.staff, here, ofThere],
    [callers.staff, acme, { userId: people.outsider.id, roleId: roles.scout.id, invitationId: invitations.toTraveller.id }],
    [callers.staff, globex, { userId: people.admin.id, roleId: roles.inviter.id, invitationId: invitations.ofAcme.id }],
    [callers.staff, initech, { userId: people.traveller.id, roleId: roles.turnkey.id, invitationId: invitations.ofClosed.id }],
    [callers.staff, shop, { userId: people.founder.id, roleId: roles.systemAdmin.id, invitationId: foreign.inv }],
  ] as const;
  const before = await fingerprintBefore(attempted.writes);

  for (const [visit, { id: organizationId }, { userId, roleId, invitationId }] of pairs) {
    const asked = (mutation: string, field: string, kind: IdPrefix, id: string, rest: object = {}) =>
      Promise.all(
        [id, random(kind)].map(async (value) =>
          withoutId(await answered(visit, mutation, { organizationId, ...rest, [field]: value }), value),
        ),
      );
    const answers = [
      await asked('organizationRemoveMember', 'userId', 'user', userId),
      await asked('organizationSetMemberStatus', 'userId', 'user', userId, { status: 'ACTIVE' }),
      await asked('organizationSetMemberRoles', 'userId', 'user', userId, { roleCodes: [] }),
      await asked('organizationTransferOwnership', 'newOwnerId', 'user', userId),
      await asked('userImpersonate', 'userId', 'user', userId, reason),
      await asked('organizationUpdateRole', 'roleId', 'role', roleId, { name: 'Another name' }),
      await asked('organizationDeleteRole', 'roleId', 'role', roleId),
      await asked('organizationResendInvitation', 'invitationId', 'inv', invitationId),
      await asked('organizationRevokeInvitation', 'invitationId', 'inv', invitationId),
    ];
    for (const [foreigner, nobody] of answers) {
      expect(foreigner).toEqual(nobody);
      expect(nobody).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND', id: '«id»' });
    }
    expect(await answered(visit, 'organizationCreateInvitation', { organizationId, email, roleIds: [roleId] })).toMatchObject({
      __typename: 'NotFoundError',
      id: roleId,
      path: ['input', 'roleIds', '0'],
    });
  }
  expect(await fingerprint(world.database, attempted.writes)).toEqual(before);
});

test('a platform role is unknown in every organization, by its id and by its code', async () => {
  const { owner } = callers;
  const { acme } = cast.organizations;
  const before = await fingerprintBefore();
  const [platformSeller] = await world.database.query<{ id: string }>(
    world.sql`SELECT id FROM roles WHERE scope = 'PLATFORM' AND code = 'seller'`,
  );

  for (const uuid of [cast.roles.systemAdmin.uuid, platformSeller!.id]) {
    for (const [mutation, input] of [
      ['organizationUpdateRole', { name: 'Mine' }],
      ['organizationDeleteRole', {}],
    ] as const) {
      for (const visit of [owner, callers.staff]) {
        expect(
          await answered(visit, mutation, { organizationId: acme.id, roleId: encodeId('role', uuid), ...input }),
        ).toMatchObject({ __typename: 'NotFoundError', path: ['input', 'roleId'] });
      }
    }
  }
  for (const code of ['system_admin', 'base_user']) {
    const input = { organizationId: acme.id, userId: cast.people.member.id, roleCodes: [code] };
    expect(await answered(callers.staff, 'organizationSetMemberRoles', input)).toMatchObject({ __typename: 'ValidationError' });
  }
  expect(await fingerprint(world.database)).toEqual(before);
});

test('an invitation is for the invited address alone: staff, its organization and its inviter get nothing by its id or its token', async () => {
  const { ofAcme: invitation } = cast.invitations;
  const before = await fingerprintBefore();

  for (const caller of ['admin', 'scopedAdmin', 'owner', 'base', ...allStaff] as const) {
    for (const [mutation, field, value, nobody] of [
      ['accountAcceptInvitation', 'invitationId', invitation.id, random('inv')],
      ['accountAcceptInvitation', 'token', invitation.token, random('linkToken')],
      ['accountDeclineInvitation', 'invitationId', invitation.id, random('inv')],
    ] as const) {
      const ask = async (id: string) => withoutId(await answered(callers[caller], mutation, { [field]: id }), id);
      expect(await ask(value)).toEqual(await ask(nobody));
      expect(await ask(value)).toMatchObject({ __typename: 'NotFoundError', id: field === 'token' ? null : '«id»' });
    }
  }
  expect(await fingerprint(world.database)).toEqual(before);
});

test("a slug that is another's is taken, and whose it is only they are told who see it", async () => {
  const { acme } = cast.organizations;
  const taken = async (caller: Caller, slug: string) =>
    answered(callers[caller], 'organizationUpdate', { organizationId: acme.id, slug });
  const conflict = { __typename: 'ConflictError', code: 'SLUG_TAKEN', message: expect.any(String), path: ['input', 'slug'] };
  const before = await fingerprintBefore();

  expect(await taken('owner', foreign.slug)).toEqual({ ...conflict, existing: null });
  expect(await taken('scopedAdmin', foreign.slug)).toEqual({ ...conflict, existing: null });
  expect(await taken('staff', foreign.slug)).toEqual({ ...conflict, existing: { id: foreign.org } });
  expect(await fingerprint(world.database)).toEqual(before);
});

test("an address that is not a member's is invited alike, be it somebody's or nobody's", async () => {
  const [owner, colleague] = [await world.person(), await world.person()];
  const organization = await world.organization({ owner, members: [[colleague]] });
  const visit = await cast.visit(owner);
  const selection = '... on OrganizationCreateInvitationSuccess { replaced invitation { status email roles { code } } }';
  const invite = async (email: string) => {
    const { data, errors } = await visit.ask(
      `mutation ($input: OrganizationCreateInvitationInput!) { organizationCreateInvitation(input: $input) { ${refusal} ${selection} } }`,
      { input: { organizationId: organization.id, email } },
    );
    return withoutId({ data, errors }, email);
  };

  const nobodys = await invite(`nobody-${newId()}@example.com`);
  expect(await invite(stranger.email)).toEqual(nobodys);
  expect(await invite(cast.people.systemAdmin.email)).toEqual(nobodys);
  // An administrator sees who is a member, and is told which.
  expect(
    await answered(visit, 'organizationCreateInvitation', { organizationId: organization.id, email: colleague.email }),
  ).toMatchObject({ code: 'ALREADY_MEMBER', existing: { id: organization.memberships.get(colleague.uuid) } });
});

test('an app is looked for only by who holds the token of an invitation', async () => {
  const newPassword = 'a staple that is quite correct';
  const signUp = (appCode: string) =>
    answered(callers.anonymous, 'accountSignUp', { invitationToken: random('linkToken'), password: newPassword, appCode });

  expect(await signUp(foreign.appCode)).toEqual(await signUp(random('appCode')));
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

test.each([
  ['users', 'UserWhere', 'ids', 'user'],
  ['users', 'UserWhere', 'appId', 'app'],
  ['users', 'UserWhere', 'organizationId', 'org'],
  ['organizations', 'OrganizationWhere', 'ids', 'org'],
  ['organizations', 'OrganizationWhere', 'ownerId', 'user'],
] as const)(
  'in a where of %s, as %s.%s, an id of another type matches nothing, and its opposite everything, like an unknown one',
  async (list, type, field, prefix) => {
    const { staff } = callers;
    const count = async (where: object) =>
      (await staff.run(`query ($where: ${type}) { ${list}(where: $where) { totalCount } }`, { where }))[list].totalCount;
    const everything = await count({});
    const theOne = { ids: [list === 'users' ? foreign.user : foreign.org] };

    for (const id of [random(prefix), ...othersThan(prefix), '', 'x', `${prefix}_`, uuidPart(foreign[prefix]), '\u0000']) {
      const where = { [field]: field === 'ids' ? [id] : id };
      expect(await count(where)).toBe(0);
      expect(await count({ NOT: where })).toBe(everything);
      expect(await count({ OR: [where, theOne] })).toBe(1);
      expect(await count({ AND: [where, theOne] })).toBe(0);
    }
  },
);

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

test('mismatched pairs: an organization of one tenant and an owner of another are none', async () => {
  const { staff } = callers;
  const { acme, globex } = cast.organizations;
  const count = async (where: object) =>
    (await staff.run('query ($where: OrganizationWhere) { organizations(where: $where) { totalCount } }', { where }))
      .organizations.totalCount;

  expect(await count({ ids: [foreign.org], ownerId: foreign.user })).toBe(1);
  expect(await count({ ids: [acme.id, globex.id], ownerId: foreign.user })).toBe(0);
  expect(await count({ ids: [foreign.org], ownerId: cast.people.owner.id })).toBe(0);
  // A member is no owner.
  expect(await count({ ids: [acme.id], ownerId: cast.people.admin.id })).toBe(0);
});

test("mismatched pairs: an organization's members by what another's are called", async () => {
  const { acme } = cast.organizations;
  const document = `query ($id: ID!, $where: MembershipWhere) { organization(id: $id) {
    memberships(where: $where) { totalCount nodes { userId } edges { cursor } } } }`;
  const found = async (caller: Caller, where: object) =>
    (await callers[caller].run(document, { id: acme.id, where })).organization.memberships;
  const nothing = { totalCount: 0, nodes: [], edges: [] };

  for (const caller of ['admin', 'scopedAdmin', 'boundImpersonator', 'staff'] as const) {
    for (const search of [stranger.email, 'Stranger', cast.people.outsider.email, foreign.user, foreign.slug])
      expect(await found(caller, { search })).toEqual(nothing);
    for (const roleCode of ['hermit', 'scout', 'turnkey', 'system_admin', 'base_user'])
      expect(await found(caller, { roleCodes: [roleCode] })).toEqual(nothing);
    expect(await found(caller, { roleCodes: ['hermit', 'inviter'] })).toMatchObject({
      nodes: [{ userId: cast.people.inviter.id }],
    });
    expect(await found(caller, { search: cast.people.inviter.email, roleCodes: ['org_admin'] })).toEqual(nothing);
  }
});

test('mismatched pairs: events of one tenant by a person, an organization or a request of another', async () => {
  const { acme } = cast.organizations;
  const { owner } = cast.people;
  const of = async (caller: Caller, root: string, id: string | null, where: object) => {
    const declared = id === null ? '' : '$id: ID!, ';
    const selection = 'auditEvents(where: $where) { totalCount }';
    const data = await callers[caller].run(
      `query (${declared}$where: AuditEventWhere) { ${id === null ? selection : `${root}(id: $id) { ${selection} }`} }`,
      { id, where },
    );
    return (id === null ? data : data[root]).auditEvents.totalCount;
  };
  const theirs = { actorId: foreign.user, organizationId: foreign.org, requestId: foreign.requestId, subjectId: foreign.user };

  for (const caller of ['admin', 'scopedAdmin', 'staff'] as const) {
    const ofAcme = (where: object) => of(caller, 'organization', acme.id, where);
    expect(await ofAcme({ actorId: owner.id, organizationId: acme.id, actions: ['organization.updated'] })).toBe(1);
    for (const [field, id] of Object.entries(theirs)) {
      expect(await ofAcme({ [field]: id })).toBe(0);
      expect(await ofAcme({ organizationId: acme.id, actorId: owner.id, [field]: id })).toBe(0);
    }
  }
  expect(await of('staff', '', null, theirs)).toBe(1);
  expect(await of('staff', '', null, { ...theirs, actorId: owner.id })).toBe(0);
  expect(await of('staff', '', null, { ...theirs, organizationId: acme.id })).toBe(0);
  expect(await of('staff', 'user', foreign.user, theirs)).toBe(1);
  expect(await of('staff', 'user', foreign.user, { organizationId: acme.id })).toBe(0);
  expect(await of('staff', 'user', owner.id, { organizationId: foreign.org })).toBe(0);
  expect(await of('staff', 'organization', foreign.org, { actorId: owner.id })).toBe(0);
});

test("mismatched pairs: a pool's people and an app's grants by a person who has neither", async () => {
  const { staff } = callers;
  const document = `query ($pool: ID!, $app: ID!, $where: UserWhere, $search: String) {
    pool: node(id: $pool) { ... on Pool { users(where: $where) { totalCount } } }
    app: node(id: $app) { ... on App { grants(search: $search) { totalCount } } } }`;
  const count = async (pool: string, app: string, who: Person) => {
    const data = await staff.run(document, { pool, app, where: { ids: [who.id] }, search: who.email });
    return [data.pool.users.totalCount, data.app.grants.totalCount];
  };
  const { traveller } = cast.people;

  expect(await count(foreign.pool, foreign.app, stranger)).toEqual([1, 1]);
  expect(await count(cast.pools.tag.id, cast.apps.granted.id, traveller)).toEqual([1, 1]);
  expect(await count(cast.pools.tag.id, cast.apps.granted.id, stranger)).toEqual([0, 0]);
  expect(await count(foreign.pool, foreign.app, traveller)).toEqual([0, 0]);
});

test('an event of another tenant, or of none, is an unknown id to whoever it is by or about', async () => {
  const { people, organizations } = cast;
  const about = { type: 'user' as const, id: people.admin.uuid };
  const action = 'user.updated';
  const events = [
    await happened(world, { action, organizationId: organizations.globex.uuid, subject: about }, { by: people.outsider }),
    await happened(world, { action, organizationId: organizations.globex.uuid }, { by: people.admin }),
    await happened(world, { action, subject: about }, { by: people.superAdmin }),
    await happened(world, { action }, { by: people.traveller, really: people.admin }),
  ];
  const own = await happened(world, { action, organizationId: organizations.acme.uuid, subject: about }, { by: people.owner });
  const place = places['Query.node(id)']!;

  for (const caller of ['admin', 'scopedAdmin'] as const) {
    expect((await callers[caller].run(place.document, { id: own.id })).node).toEqual({ __typename: 'AuditEvent', id: own.id });
    const notThere = await answerTo(callers[caller], place, random('evt'));
    for (const { id } of events) expect(await answerTo(callers[caller], place, id)).toBe(notThere);
  }
  for (const { id } of events)
    expect((await callers.staff.run(place.document, { id })).node).toEqual({ __typename: 'AuditEvent', id });
});

test('whoever holds the token of an invitation sees it, and nothing more by it than by an unknown one', async () => {
  const document = `query ($token: String!, $id: ID!) {
    invitationByToken(token: $token) { id organization { id } organizationId roles { code organization { id } memberCount } } node(id: $id) { id } }`;

  for (const caller of ['anonymous', ...tenants, 'staffImpersonator'] as const) {
    const ask = (token: string) => callers[caller].run(document, { token, id: foreign.inv });
    expect(await ask(random('linkToken'))).toEqual({ invitationByToken: null, node: null });
    expect(await ask(foreign.linkToken)).toEqual({
      invitationByToken: {
        id: foreign.inv,
        organization: null,
        organizationId: foreign.org,
        roles: [{ code: 'org_member', organization: null, memberCount: null }],
      },
      node: null,
    });
  }
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

test('an impersonation in an organization stays there: no switch, no refresh and no question leads out of it', async () => {
  const { people, organizations, roles, grants, pools, invitations } = cast;
  const { acme, globex, shop } = organizations;
  const owner = await cast.visit(people.owner);
  const { userImpersonate } = await owner.run(
    `mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) { ${refusal}
      ... on UserImpersonateSuccess { session { id } tokens { accessToken refreshToken } } } }`,
    { input: { userId: people.traveller.id, organizationId: acme.id, ...reason } },
  );
  const bound = cast.visitWith(userImpersonate.tokens.accessToken);
  const elsewhere = [globex.id, shop.id, foreign.org, random('org'), null];

  for (const organizationId of elsewhere) {
    const { authSwitchOrganization } = await bound.run(
      `mutation ($input: AuthSwitchOrganizationInput!) { authSwitchOrganization(input: $input) { ${refusal} } }`,
      { input: { organizationId } },
    );
    expect(authSwitchOrganization).toMatchObject({ __typename: 'RuleError', code: 'WHILE_IMPERSONATING' });
    const { authRefresh } = await world.anonymous.run(
      `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ${refusal} } }`,
      { input: { refreshToken: userImpersonate.tokens.refreshToken, organizationId } },
    );
    expect(authRefresh).toMatchObject({ __typename: 'AuthenticationError', code: 'NOT_A_MEMBER' });
  }

  const { authRefresh } = await world.anonymous.run(
    `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ${refusal}
      ... on AuthRefreshSuccess { tokens { accessToken } viewer { session { id } organization { id } } } } }`,
    { input: { refreshToken: userImpersonate.tokens.refreshToken } },
  );
  expect(authRefresh.viewer).toEqual({ session: userImpersonate.session, organization: { id: acme.id } });

  for (const visit of [bound, cast.visitWith(authRefresh.tokens.accessToken)]) {
    const ids = [
      ...[globex.id, shop.id, globex.memberships.get(people.traveller.uuid)!, shop.memberships.get(people.traveller.uuid)!],
      ...[roles.scout.id, grants.active, grants.revoked, pools.tag.id, invitations.toTraveller.id, ...Object.values(foreign)],
    ];
    const { nodes } = await visit.run('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(nodes).toEqual(ids.map(() => null));
    expect(
      await visit.run(
        `query ($globex: ID!, $nowhere: ID!) { viewer { memberships { organizationId } invitations { id } user {
           memberships { nodes { organizationId } } sessions { id } sessionCount ownedOrganizations { id } invitations { id } appGrants { id } pools { id }
           there: access(permission: "org:read", organizationId: $globex) { allowed reason }
           nowhere: access(permission: "org:read", organizationId: $nowhere) { allowed reason } } } }`,
        { globex: globex.id, nowhere: random('org') },
      ),
    ).toEqual({
      viewer: {
        memberships: [{ organizationId: acme.id }],
        invitations: [],
        user: {
          memberships: { nodes: [{ organizationId: acme.id }] },
          sessions: [{ id: userImpersonate.session.id }],
          sessionCount: 1,
          ...{ ownedOrganizations: [], invitations: [], appGrants: [], pools: [] },
          there: { allowed: false, reason: 'The user has no membership in this organization.' },
          nowhere: { allowed: false, reason: 'The user has no membership in this organization.' },
        },
      },
    });
  }
});

test('what the caller may do to what is foreign is not told: it is asked of nothing', async () => {
  const capable: readonly (readonly [IdPrefix, string, string])[] = [
    ['user', 'User', 'hardDelete'],
    ['org', 'Organization', 'update'],
    ['mem', 'Membership', 'remove'],
    ['role', 'Role', 'update'],
    ['inv', 'Invitation', 'revoke'],
    ['app', 'App', 'update'],
    ['pool', 'Pool', 'update'],
  ];

  for (const [prefix, type, name] of capable) {
    const place: Place = {
      ...places['Query.node(id)']!,
      document: `query ($id: ID!) { node(id: $id) { ... on ${type} { viewerCan { ${name} { allowed code reason } } } } }`,
    };
    for (const caller of [...notSignedIn, ...tenants, 'staffImpersonator'] as const) {
      const notThere = await answerTo(callers[caller], place, random(prefix));
      expect(bodyOf(notThere).data).toEqual({ node: null });
      expect(await answerTo(callers[caller], place, foreign[prefix])).toBe(notThere);
    }
    expect((await callers.staff.run(place.document, { id: foreign[prefix] })).node.viewerCan[name]).toBeDefined();
  }
});

test('the stream of events is refused alike to whoever may not follow it, whatever they ask for', async () => {
  const document = `subscription ($where: AuditEventWhere, $after: String) {
    auditEventAdded(where: $where, after: $after) { cursor node { id } } }`;
  const { auditEvents } = await callers.staff.run('{ auditEvents(last: 1) { edges { cursor } } }');
  const asked = [
    {},
    ...[auditEvents.edges[0].cursor, 'garbage', '', foreign.org].map((after) => ({ after })),
    ...['actorId', 'impersonatorId', 'subjectId', 'organizationId', 'requestId'].flatMap((field) =>
      [foreign.user, foreign.org, foreign.requestId, cast.organizations.acme.id, random('user'), ''].map((id) => ({
        where: { [field]: id },
      })),
    ),
  ];

  for (const [caller, code] of [
    ['admin', 'FORBIDDEN'],
    ['scopedAdmin', 'FORBIDDEN'],
    ['owner', 'FORBIDDEN'],
    ['boundImpersonator', 'FORBIDDEN'],
    ['staffImpersonator', 'FORBIDDEN'],
    ['anonymous', 'UNAUTHENTICATED'],
  ] as const) {
    const answers = new Set<string>();
    for (const variables of asked) {
      const { data, errors } = await firstAnswer(world, callers[caller], document, variables);
      answers.add(JSON.stringify({ data, errors }));
    }
    expect([...answers].map((answer) => JSON.parse(answer).errors.map(({ extensions }: any) => extensions.code))).toEqual([
      [code],
    ]);
  }
});

test('a cursor of something else opens no stream of events', async () => {
  const cursorIn = async (selection: string) =>
    Object.values<any>(await callers.staff.run(`{ ${selection}(first: 1) { edges { cursor } } }`))[0].edges[0].cursor;
  const follow = async (after: string) => {
    const { data, errors } = await firstAnswer(
      world,
      callers.staff,
      'subscription ($after: String) { auditEventAdded(after: $after) { node { id } } }',
      { after },
    );
    return { data, errors: JSON.stringify(errors) };
  };
  const garbage = await follow('garbage');

  expect(garbage.errors).toContain('"BAD_USER_INPUT"');
  for (const after of [await cursorIn('users'), await cursorIn('organizations'), '', foreign.org, '\u0000', '\uD800'])
    expect(await follow(after)).toEqual(garbage);
});
