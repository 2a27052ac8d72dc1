import { beforeAll, describe, expect, test } from 'vitest';
import { seedVolume } from '../prisma/volume/seed-volume.ts';
import { decodeId, encodeId } from '../src/ids.ts';
import { plansOf } from './support/plans.ts';
import { type Person, startWorld, type World } from './support/world.ts';

/**
 * How PostgreSQL finds what is asked often, in a database that is full as life fills it: by an index, whatever the table's
 * size, and without putting more in order than a page needs.
 */

let world: World;
let admin: Person;
/** Ids of what is biggest and of what is usual. */
let ids: Record<'user' | 'busyUser' | 'newcomer' | 'app' | 'biggest' | 'small' | 'owner' | 'actor', string>;
let emails: string[];
let requestId: string;
let users: string[];
/** Those that it is wrong to read from end to end; of a small one it may be right. */
let bigTables: Set<string>;

beforeAll(async () => {
  world = await startWorld();
  await seedVolume({ database: world.database, users: 20_000, passwordHash: null });
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
  const one = async (sql: string): Promise<string> => (await world.database.pool.query(sql)).rows[0].id;
  const organizations = 'SELECT id FROM organizations ORDER BY member_count';
  ids = {
    user: encodeId('user', await one('SELECT id FROM users ORDER BY created_at LIMIT 1 OFFSET 7000')),
    busyUser: encodeId('user', await one('SELECT user_id AS id FROM memberships GROUP BY 1 ORDER BY count(*) DESC LIMIT 1')),
    newcomer: (await world.person()).id,
    app: encodeId('app', await one('SELECT app_id AS id FROM app_grants GROUP BY 1 ORDER BY count(*) DESC LIMIT 1')),
    biggest: encodeId('org', await one(`${organizations} DESC LIMIT 1`)),
    small: encodeId('org', await one(`${organizations} LIMIT 1`)),
    owner: encodeId('user', await one('SELECT owner_id AS id FROM organizations ORDER BY created_at LIMIT 1')),
    actor: encodeId('user', await one('SELECT actor_id AS id FROM audit_events GROUP BY 1 ORDER BY count(*) DESC LIMIT 1')),
  };
  const some = await world.database.pool.query('SELECT id, email FROM users ORDER BY id LIMIT 100');
  emails = some.rows.map(({ email }) => email);
  users = some.rows.map(({ id }) => encodeId('user', id));
  const big = await world.database.pool.query("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= 5000");
  bigTables = new Set(big.rows.map(({ relname }) => relname));
  requestId = (await world.database.pool.query('SELECT request_id FROM audit_events WHERE request_id IS NOT NULL LIMIT 1'))
    .rows[0].request_id;
});

const person = `id email name status roles { code } homePool { code } pools { code } appGrants { app { code } } permissions lockedUntil
  memberships { nodes { organization { slug } roles { code } } } sessionCount ownedOrganizations { slug } invitations { id }`;

async function plans(query: string, variables: object) {
  let answer: any;
  const all = await plansOf(world.database, async () => {
    answer = await admin.run(query, variables);
  });
  const asked = all.map(({ text, kind, scanned, sorted }) => ({
    statement: `${kind}: ${text.replace(/\s+/g, ' ')}`,
    scanned: scanned.filter((table) => bigTables.has(table)),
    sorted,
  }));
  return { asked, answer };
}

/** A page has its rows in order from an index; a sort has the rows of a few parents before it, not a table. */
const mostSorted = 2_000;

async function expectIndexed(query: string, variables: object = {}) {
  const { asked, answer } = await plans(query, variables);
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.filter(({ scanned, sorted }) => scanned.length > 0 || sorted > mostSorted)).toEqual([]);
  return answer;
}

describe('an index serves', () => {
  test.each([
    ['the users page', `{ users(first: 50) { nodes { ${person} } } }`],
    ['one person', `query ($user: ID!) { user(id: $user) { ${person} sessions(first: 20) { device app { code } } } }`],
    ['somebody with 200 memberships', `query ($busyUser: ID!) { user(id: $busyUser) { ${person} } }`],
    [
      'a lookup of a hundred addresses',
      'query ($emails: [EmailAddress!]) { usersLookup(emails: $emails) { users { email roles { code } } } }',
    ],
    ['a lookup of a hundred ids', 'query ($users: [ID!]) { usersLookup(ids: $users) { users { email } } }'],
    ['people by addresses', 'query ($emails: [EmailAddress!]) { users(where: { emails: $emails }) { nodes { id } totalCount } }'],
    ['people by their external id', '{ users(where: { externalId: "none" }) { nodes { id } totalCount } }'],
    ['people by metadata', '{ users(where: { metadata: { nothing: "like it" } }) { nodes { id } totalCount } }'],
    ['people by a word', '{ users(where: { search: "nobody-has-this" }) { nodes { id } totalCount } }'],
    [
      'people by a word, within an app and an organization',
      'query ($app: ID!, $biggest: ID!) { users(first: 50, where: { search: "anders", appId: $app, organizationId: $biggest }) { nodes { id } } }',
    ],
    [
      'the organizations page',
      '{ organizations(first: 50) { nodes { slug owner { email roles { code } } memberCount roles { code } } } }',
    ],
    ['an organization by its slug', '{ organizationBySlug(slug: "acme") { name } }'],
    ['organizations by a word', '{ organizations(where: { search: "nobody-has-this" }) { nodes { id } totalCount } }'],
    [
      'organizations by their owner',
      'query ($owner: ID!) { organizations(where: { ownerId: $owner }) { nodes { id } totalCount } }',
    ],
    [
      'an organization, everything of it',
      `query ($biggest: ID!) { organization(id: $biggest) { memberships(first: 50) { nodes { email roles { code } } } roles { code } invitations { nodes { email } } auditEvents { nodes { action subject { id } } } viewerMembership { id } } }`,
    ],
    [
      'a small organization, counted',
      `query ($small: ID!) { organization(id: $small) { memberships(first: 50) { totalCount nodes { email } } invitations { totalCount } auditEvents { totalCount } } }`,
    ],
    [
      'members of the biggest organization by a word',
      'query ($biggest: ID!) { organization(id: $biggest) { memberships(where: { search: "nobody-has-this" }) { nodes { id } totalCount } } }',
    ],
    [
      'members of many organizations',
      '{ organizations(first: 50) { nodes { memberships(first: 5) { nodes { email roles { code } } } } } }',
    ],
    ['grants of an app', 'query ($app: ID!) { app(id: $app) { grants(first: 50) { nodes { user { email } } } } }'],
    [
      'grants of an app by a word',
      'query ($app: ID!) { app(id: $app) { grants(first: 50, search: "nobody-has-this") { nodes { id } } } }',
    ],
    ['people of every pool', '{ pools { users(first: 50) { nodes { email } } } }'],
    ['the audit', '{ auditEvents(first: 50) { nodes { action actor { email } subject { id } } } }'],
    [
      'what somebody did ten thousand times',
      'query ($actor: ID!) { auditEvents(first: 50, where: { actorId: $actor }) { nodes { action } } }',
    ],
    [
      'what happened to or by that person',
      'query ($actor: ID!) { user(id: $actor) { auditEvents(first: 50) { nodes { action } } } }',
    ],
    [
      'what happened to somebody',
      'query ($user: ID!) { auditEvents(first: 50, where: { subjectId: $user }) { nodes { action } totalCount } }',
    ],
    [
      'what came with a request',
      'query ($requestId: String!) { auditEvents(where: { requestId: $requestId }) { nodes { action } totalCount } }',
    ],
    ['events of one kind', '{ auditEvents(first: 50, where: { actions: ["impersonation.started"] }) { nodes { action } } }'],
    ['events of many people', '{ users(first: 50) { nodes { auditEvents(first: 5) { nodes { action } } } } }'],
  ])('%s', async (_what, query) => {
    await expectIndexed(query, { ...ids, emails, users, requestId });
  });

  const orders = [
    ...['CREATED_AT', 'EMAIL', 'NAME', 'LAST_LOGIN_AT'].map((field) => ['users', field] as const),
    ...['CREATED_AT', 'NAME', 'MEMBER_COUNT'].map((field) => ['organizations', field] as const),
  ].flatMap(([list, field]) => (['ASC', 'DESC'] as const).map((direction) => [list, field, direction] as const));

  test.each(orders)('%s by %s %s: the first page, one in the middle, and backwards', async (list, field, direction) => {
    const document = `query ($first: Int, $after: String, $last: Int, $before: String, $offset: Int) {
      ${list}(first: $first, after: $after, last: $last, before: $before, offset: $offset, orderBy: { field: ${field}, direction: ${direction} }) {
        nodes { id } pageInfo { endCursor } } }`;
    const middle = (await admin.run(document, { first: 1, offset: 1500 }))[list].pageInfo.endCursor;

    await expectIndexed(document, { first: 50 });
    await expectIndexed(document, { first: 50, after: middle });
    await expectIndexed(document, { last: 50, before: middle });
    await expectIndexed(document, { last: 50 });
  });

  test('whoever asks, in one statement', async () => {
    await expectIndexed('{ viewer { user { id } session { id } } }');
  });
});

test('an index serves the preview of a hard delete, of who has changed their address, too', async () => {
  const { user } = ids;
  await admin.run(`mutation { userUpdate(input: { userId: "${user}", email: "moved.on@example.com" }) { __typename } }`);
  const { userHardDeletePreview } = await expectIndexed(
    'query ($userId: ID!) { userHardDeletePreview(userId: $userId) { deletes { kind count } pseudonymizedAuditEvents } }',
    { userId: user },
  );
  expect(userHardDeletePreview.pseudonymizedAuditEvents).toBeGreaterThan(0);
});

describe('an index serves the change', () => {
  const roles = ['base_user', 'seller'];
  const email = 'somebody.new@example.com';
  test.each([
    ['userCreate', { email, roleCodes: roles, externalId: 'nobody-had-this' }],
    ['userUpdate', { userId: 'user', email: 'another.one@example.com', externalId: 'nobody-had-this-either' }],
    ['userSetRoles', { userId: 'user', roleCodes: roles }],
    ['userSetPassword', { userId: 'user', newPassword: 'TempPass123!' }],
    ['userSendPasswordReset', { userId: 'user' }],
    ['userRevokeSessions', { userId: 'busyUser' }],
    ['userSuspend', { userId: 'user', reason: 'Looking at plans' }],
    ['userReactivate', { userId: 'user' }],
    ['appGrantUser', { userId: 'user', appId: 'app' }],
    ['appRevokeUser', { userId: 'user', appId: 'app' }],
    ['poolAddUser', { userId: 'user', poolCode: 'pool' }],
    ['poolRemoveUser', { userId: 'user', poolCode: 'pool' }],
    ['poolSetUserHome', { userId: 'user', poolCode: 'pool' }],
    ['accountUpdate', { name: 'Somebody else' }],
    ['organizationCreate', { name: 'Anders & Söhne' }],
    ['organizationUpdate', { organizationId: 'biggest', slug: 'the-biggest' }],
    ['organizationAddMember', { organizationId: 'biggest', userId: 'newcomer', roleCodes: ['org_admin'] }],
    ['organizationSetMemberRoles', { organizationId: 'biggest', userId: 'newcomer', roleCodes: ['seller'] }],
    ['organizationSetMemberStatus', { organizationId: 'biggest', userId: 'newcomer', status: 'SUSPENDED' }],
    ['organizationRemoveMember', { organizationId: 'biggest', userId: 'newcomer' }],
    ['organizationCreateRole', { organizationId: 'biggest', code: 'planner', name: 'Planner', permissionCodes: ['org:update'] }],
    ['organizationCreateInvitation', { organizationId: 'biggest', email: 'nobody.yet@example.com' }],
    ['organizationSuspend', { organizationId: 'small', reason: 'Looking at plans' }],
    ['organizationReactivate', { organizationId: 'small' }],
    ['organizationDelete', { organizationId: 'small' }],
    ['userImpersonate', { userId: 'user', reason: 'Looking at plans' }],
    ['userHardDelete', { userId: 'user', reason: 'Looking at plans' }],
  ] as const)('%s', async (name, input: Record<string, unknown>) => {
    const { rows } = await world.database.pool.query(
      'SELECT code FROM pools p WHERE p.id NOT IN (SELECT home_pool_id FROM users WHERE id = $1) ORDER BY code LIMIT 1',
      [decodeId('user', ids.user)],
    );
    const known: Record<string, string> = { ...ids, pool: rows[0].code };
    const filled = Object.fromEntries(
      Object.entries(input).map(([field, value]) => [
        field,
        /Id$|^poolCode$/.test(field) ? (known[String(value)] ?? value) : value,
      ]),
    );
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}`;

    const answer = await expectIndexed(`mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename } }`, {
      input: filled,
    });

    expect(answer[name].__typename).toBe(`${type}Success`);
  });
});

test('the tables that grow with people are big here', () => {
  for (const table of ['users', 'user_roles', 'memberships', 'membership_roles', 'app_grants', 'sessions', 'pool_addresses']) {
    expect(bigTables, table).toContain(table);
  }
  expect(bigTables).toContain('audit_events');
  expect(bigTables).toContain('audit_event_people');
});

test('a condition without an index is seen: the plan shows the scan', async () => {
  const { asked } = await plans('{ users(where: { emailVerified: false }, orderBy: { field: NAME }) { totalCount } }', {});

  expect(asked.flatMap(({ scanned }) => scanned)).toContain('users');
});
