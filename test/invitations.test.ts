import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { newOpaqueToken } from '../src/auth/opaque-tokens.ts';
import { newId } from '../src/ids.ts';
import { byPlace } from './support/by-place.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Client, type Organization, type Person, startWorld, type World } from './support/world.ts';

type Status = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';

/** An invitation as the model below sees it. */
interface Known {
  readonly id: string;
  readonly uuid: string;
  readonly token: string;
  readonly createdAt: string;
  /** As it counts now. */
  readonly status: Status;
}

let world: World;
let cast: Cast;
let staff: Visit;
let hiring: Organization;
let owner: Person;
let invited: Known[];

const hour = 3_600_000;
const inAnHour = new Date(Date.now() + hour);
const anHourAgo = new Date(Date.now() - hour);
const instants = ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z', '2025-06-01T00:00:00.000Z'];

// What is stored, and whether its time is over.
const stored: readonly (readonly [Status, over?: 'over'])[] = [
  ['PENDING'],
  ['PENDING', 'over'],
  ['ACCEPTED', 'over'],
  ['PENDING'],
  ['DECLINED'],
  ['REVOKED'],
  ['PENDING', 'over'],
  ['EXPIRED', 'over'],
  ['PENDING'],
  ['DECLINED', 'over'],
  ['REVOKED', 'over'],
  ['PENDING'],
  ['PENDING'],
];

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  staff = await cast.visit(cast.people.superAdmin);
  owner = await world.person({ name: 'Hiring owner' });
  hiring = await world.organization({ owner, name: 'Hiring', slug: 'hiring', customRoles: { trainee: ['org:members:read'] } });
  invited = [];
  for (const [at, [status, over]] of stored.entries()) {
    invited.push(
      await invite(hiring, { email: `i${at}@example.com`, status, over: over !== undefined, createdAt: instants[at % 3]! }),
    );
  }
});

/** An invitation in that state; an accepted one bears when it was. */
async function invite(
  organization: Organization,
  options: { email: string; status?: Status; over?: boolean; createdAt?: string; by?: Person; roles?: string[] },
): Promise<Known> {
  const { email, status = 'PENDING', over = false, createdAt = new Date().toISOString(), by, roles } = options;
  const made = await world.invitation({
    organization,
    email,
    expiresAt: over ? anHourAgo : inAnHour,
    ...(by && { by }),
    ...(roles && { roles }),
  });
  const acceptedAt = status === 'ACCEPTED' ? new Date('2025-02-03T04:05:06.789Z') : null;
  await world.database.query(world.sql`
    UPDATE invitations SET status = ${status}::invitation_status, accepted_at = ${acceptedAt}::timestamptz, created_at = ${createdAt}::timestamptz
     WHERE id = ${made.uuid}::uuid`);
  return { ...made, createdAt, status: status === 'PENDING' && over ? 'EXPIRED' : status };
}

/** Newest first, ties by id in the same direction. */
const modelled = (...statuses: Status[]): Known[] =>
  invited
    .filter(({ status }) => statuses.includes(status))
    .sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt) || (one.uuid < other.uuid ? 1 : -1));
const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);
const all: readonly Status[] = ['PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED'];

const page =
  '{ totalCount nodes { id status } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
const listed = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $status: [InvitationStatus!] = [PENDING]) {
  organization(id: $id) { invitations(first: $first, after: $after, last: $last, before: $before, status: $status) ${page} } }`;

async function read(args: Record<string, unknown>, reader: Client = staff, organization: Organization = hiring) {
  const { organization: seen } = await reader.run(listed, { id: organization.id, ...args });
  const found = seen.invitations;
  expect(idsOf(found.edges.map(({ node }: any) => node))).toEqual(idsOf(found.nodes));
  return { ...found, ids: idsOf(found.nodes) };
}

const refusalsOf = (answer: Awaited<ReturnType<Client['ask']>>) =>
  byPlace(answer.errors).map(({ path, extensions: { code, needs } }) => ({
    path: path?.join('.'),
    code,
    ...(needs !== undefined && { needs }),
  }));

// ---------------------------------------------------------------- those of an organization: refusals

test('invitations are FORBIDDEN to members who can’t see members, whatever status they ask for, and the rest is there', async () => {
  const { acme, closed } = cast.organizations;
  const readers: [string, Visit, Organization][] = [
    ['a seller', await cast.visit(cast.people.seller), acme],
    ['an admin of a suspended organization', await cast.visit(cast.people.confined), closed],
    ['its owner', await cast.visit(cast.people.landlord), closed],
  ];

  for (const [who, reader, organization] of readers) {
    const answer = await reader.ask(
      'query ($id: ID!) { organization(id: $id) { slug a: invitations { totalCount } b: invitations(status: []) { totalCount } c: invitations(first: 0) { nodes { id } } } }',
      { id: organization.id },
    );

    expect(answer.data, who).toEqual({ organization: { slug: organization.slug, a: null, b: null, c: null } });
    expect(refusalsOf(answer), who).toEqual(
      ['a', 'b', 'c'].map((field) => ({
        path: `organization.${field}`,
        code: 'FORBIDDEN',
        needs: 'org:members:read there or organizations:read',
      })),
    );
  }
});

test.each<[string, Record<string, unknown>]>([
  ['first with last', { first: 1, last: 1 }],
  ['a negative first', { first: -1 }],
  ['a negative last', { last: -1 }],
  ['first of 101', { first: 101 }],
  ['garbage for a cursor', { after: 'garbage' }],
  ['an empty cursor to stop at', { last: 1, before: '' }],
  ['an unknown status', { status: ['LOST'] }],
  ['a status in small letters', { status: ['pending'] }],
  ['a null among statuses', { status: ['PENDING', null] }],
])('%s is BAD_USER_INPUT', async (_what, args) => {
  const answer = await staff.ask(listed, { id: hiring.id, ...args });

  expect(answer.data?.organization?.invitations ?? null).toBeNull();
  expect(refusalsOf(answer).map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
});

test('a cursor of another organization’s invitations, or of its members, is BAD_USER_INPUT', async () => {
  const other = await world.organization({ owner: await world.person() });
  await invite(other, { email: 'elsewhere@example.com' });
  const elsewhere = await read({ first: 1 }, staff, other);
  const { organization } = await staff.run(
    'query ($id: ID!) { organization(id: $id) { memberships(first: 1) { pageInfo { endCursor } } } }',
    { id: hiring.id },
  );

  const answers = await Promise.all(
    [elsewhere.pageInfo.endCursor, organization.memberships.pageInfo.endCursor].flatMap((cursor) => [
      staff.ask(listed, { id: hiring.id, after: cursor }),
      staff.ask(listed, { id: hiring.id, last: 1, before: cursor }),
    ]),
  );

  expect(answers.map((answer) => refusalsOf(answer).map(({ code }) => code))).toEqual(Array(4).fill(['BAD_USER_INPUT']));
});

// ---------------------------------------------------------------- those of an organization: by status

describe('the status of invitations that are asked for', () => {
  test('is PENDING unless told, which those are no more whose time is over', async () => {
    const untold = `query ($id: ID!, $nothing: [InvitationStatus!]) { organization(id: $id) {
      leftOut: invitations ${page} unset: invitations(status: $nothing) ${page} nulled: invitations(status: null) ${page} } }`;
    const { organization: unset } = await staff.run(untold, { id: hiring.id });
    const { organization: nulled } = await staff.run(untold, { id: hiring.id, nothing: null });
    const given = await read({ status: null });

    const expected = idsOf(modelled('PENDING'));
    expect(expected).toHaveLength(5);
    for (const one of [unset, nulled].flatMap(({ leftOut, unset, nulled }) => [leftOut, unset, nulled]).concat(given)) {
      expect([idsOf(one.nodes), one.totalCount]).toEqual([expected, expected.length]);
      expect(new Set(one.nodes.map(({ status }: Known) => status))).toEqual(new Set(['PENDING']));
    }
  });

  test.each<[string, Status[]]>([
    ['none', []],
    ['pending ones', ['PENDING']],
    ['expired ones, as it counts now', ['EXPIRED']],
    ['accepted ones, however long ago', ['ACCEPTED']],
    ['declined ones, expired or not', ['DECLINED']],
    ['revoked ones, expired or not', ['REVOKED']],
    ['pending and expired ones', ['EXPIRED', 'PENDING']],
    ['a status twice', ['DECLINED', 'DECLINED']],
    ['all', [...all]],
  ])('may be that of %s', async (_what, status) => {
    const found = await read({ status, first: 100 });

    expect(found.nodes).toEqual(modelled(...status).map(({ id, status }) => ({ id, status })));
    expect(found.totalCount).toBe(found.nodes.length);
  });

  test('may be one value, which is a list of it', async () => {
    const { organization } = await staff.run(
      'query ($id: ID!) { organization(id: $id) { invitations(status: EXPIRED) { nodes { id } } } }',
      { id: hiring.id },
    );

    expect(idsOf(organization.invitations.nodes)).toEqual(idsOf(modelled('EXPIRED')));
  });

  test('turns from PENDING to EXPIRED as time goes on, without anybody doing anything', async () => {
    const organization = await world.organization({ owner: await world.person() });
    const one = await invite(organization, { email: 'late@example.com' });
    const look = async () => [
      (await read({}, staff, organization)).nodes,
      (await read({ status: ['EXPIRED'] }, staff, organization)).nodes,
      (await world.anonymous.run('query ($token: String!) { invitationByToken(token: $token) { status } }', { token: one.token }))
        .invitationByToken.status,
      (await staff.run('query ($id: ID!) { node(id: $id) { ... on Invitation { status } } }', { id: one.id })).node.status,
    ];
    const before = await look();
    await world.database.query(world.sql`UPDATE invitations SET expires_at = now() WHERE id = ${one.uuid}::uuid`);

    const at = (status: Status) => [{ id: one.id, status }];
    expect([before, await look()]).toEqual([
      [at('PENDING'), [], 'PENDING', 'PENDING'],
      [[], at('EXPIRED'), 'EXPIRED', 'EXPIRED'],
    ]);
  });
});

// ---------------------------------------------------------------- those of an organization: pages

test.each<[string, Status[]]>([
  ['every one', [...all]],
  ['pending ones', ['PENDING']],
])('pages of every size of %s make the whole, forwards and backwards, newest first', async (_what, status) => {
  const whole = idsOf(modelled(...status));
  for (const size of [1, 2, 3, 7, whole.length]) {
    for (const forwards of [true, false]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const next: any = await read({ status, ...(forwards ? { first: size, after: cursor } : { last: size, before: cursor }) });
        expect(next.totalCount).toBe(whole.length);
        if (forwards) seen.push(...next.ids);
        else seen.unshift(...next.ids);
        cursor = (forwards ? next.pageInfo.hasNextPage : next.pageInfo.hasPreviousPage)
          ? next.pageInfo[forwards ? 'endCursor' : 'startCursor']
          : null;
      } while (cursor);
      expect(seen, `${forwards ? 'forwards' : 'backwards'} by ${size}`).toEqual(whole);
    }
  }
});

test('the status may change between pages: the cursor goes on from the same place', async () => {
  const first = await read({ status: all, first: 5 });
  const next = await read({ status: ['DECLINED', 'EXPIRED'], after: first.pageInfo.endCursor });

  const rest = modelled(...all).slice(5);
  expect(first.ids).toEqual(idsOf(modelled(...all)).slice(0, 5));
  expect(next.ids).toEqual(idsOf(rest.filter(({ status }) => status === 'DECLINED' || status === 'EXPIRED')));
});

test('a cursor goes on where its invitation is gone or pending no more, and new ones come before it', async () => {
  const organization = await world.organization({ owner: await world.person() });
  const made: Known[] = [];
  for (let at = 0; at < 6; at++) {
    made.unshift(
      await invite(organization, { email: `c${at}@example.com`, createdAt: new Date(Date.UTC(2025, 0, 1 + at)).toISOString() }),
    );
  }
  const first = await read({ first: 2 }, staff, organization);
  await world.database.query(world.sql`DELETE FROM invitations WHERE id = ${made[1]!.uuid}::uuid`);
  await world.database.query(world.sql`UPDATE invitations SET status = 'REVOKED' WHERE id = ${made[2]!.uuid}::uuid`);
  const newest = await invite(organization, { email: 'newest@example.com' });

  const rest = await read({ after: first.pageInfo.endCursor }, staff, organization);
  const back = await read({ last: 9, before: first.pageInfo.endCursor }, staff, organization);

  expect([first.ids, rest.ids, back.ids]).toEqual([idsOf(made.slice(0, 2)), idsOf(made.slice(3)), [newest.id, made[0]!.id]]);
});

test('many organizations have each their own invitations, pages and counts', async () => {
  const { acme, globex } = cast.organizations;
  const { organizations } = await staff.run(
    `query ($ids: [ID!]) { organizations(where: { ids: $ids }, orderBy: { field: NAME }) { nodes { slug
       pending: invitations(first: 2) { totalCount nodes { id } pageInfo { hasNextPage } }
       over: invitations(last: 1, status: [EXPIRED, REVOKED]) { totalCount nodes { id } } } } }`,
    { ids: [acme.id, globex.id, hiring.id] },
  );

  const [pending, over] = [modelled('PENDING'), modelled('EXPIRED', 'REVOKED')];
  const none = { totalCount: 0, nodes: [] };
  expect(organizations.nodes).toEqual([
    {
      slug: acme.slug,
      pending: { totalCount: 1, nodes: [{ id: cast.invitations.ofAcme.id }], pageInfo: { hasNextPage: false } },
      over: none,
    },
    { slug: globex.slug, pending: { ...none, pageInfo: { hasNextPage: false } }, over: none },
    {
      slug: hiring.slug,
      pending: { totalCount: 5, nodes: pending.slice(0, 2).map(({ id }) => ({ id })), pageInfo: { hasNextPage: true } },
      over: { totalCount: over.length, nodes: over.slice(-1).map(({ id }) => ({ id })) },
    },
  ]);
});

test('members who see members read the same invitations as staff', async () => {
  const { people, organizations } = cast;
  const readers = [people.member, people.inviter, people.manager, people.admin, people.owner, people.traveller];

  const seen = await Promise.all(readers.map(async (who) => (await read({}, await cast.visit(who), organizations.acme)).nodes));
  const bound = (await read({}, await cast.adminAsTraveller(), organizations.acme)).nodes;

  expect([...seen, bound]).toEqual(Array(readers.length + 1).fill([{ id: cast.invitations.ofAcme.id, status: 'PENDING' }]));
});

// ---------------------------------------------------------------- by token

const fields = `__typename id email organizationId organizationName organizationSlug status invitedByName createdAt expiresAt acceptedAt sentAt sendError
  roles { code builtIn rank permissions { code } organization { slug } memberCount } organization { slug }`;
const byToken = `query ($token: String!) { invitationByToken(token: $token) { ${fields} } }`;
const short = 'query ($token: String!) { invitationByToken(token: $token) { id status } }';

describe('by a token that there is not, null for whoever asks:', () => {
  let token: string;
  let readers: Client[];
  beforeAll(async () => {
    ({ token } = await invite(hiring, { email: 'by-token@example.com', roles: ['seller'] }));
    readers = [world.anonymous, await cast.visit(cast.people.base), staff];
  });

  test.each<[string, () => string]>([
    ['one that was never given', () => newOpaqueToken()],
    ['nothing', () => ''],
    ['one with a NUL', () => `${token}\0`],
    ['a NUL alone', () => '\0'],
    ['one with half a character', () => `${token}\ud800`],
    ['one with a space', () => ` ${token}`],
    [
      'one in the other case',
      () => token.replace(/[a-z]/gi, (one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase())),
    ],
    ['a part of one', () => token.slice(0, -1)],
    ['one that is padded', () => `${token}=`],
    ['its hash', () => createHash('sha256').update(token).digest('hex')],
    ['its hash in another notation', () => createHash('sha256').update(token).digest('base64url')],
    ['10,000 characters', () => 'a'.repeat(10_000)],
    ['the id of the invitation', () => invited[0]!.id],
    ['a wildcard', () => '%'],
  ])('%s', async (_what, wrong) => {
    const answers = await Promise.all(readers.map((reader) => reader.ask(byToken, { token: wrong() })));

    expect(answers.map(({ data, errors }) => [data, errors])).toEqual(readers.map(() => [{ invitationByToken: null }, []]));
  });

  test('one that a newer link took the place of', async () => {
    const one = await invite(hiring, { email: 'resent@example.com' });
    const newer = newOpaqueToken();
    await world.database.query(world.sql`
      UPDATE invitations SET token_hash = ${createHash('sha256').update(newer).digest()}::bytea WHERE id = ${one.uuid}::uuid`);

    const [former, present] = [
      await world.anonymous.run(short, { token: one.token }),
      await world.anonymous.run(short, { token: newer }),
    ];

    expect([former, present]).toEqual([{ invitationByToken: null }, { invitationByToken: { id: one.id, status: 'PENDING' } }]);
  });

  test('one of an organization that is gone', async () => {
    const organization = await world.organization({ owner: await world.person() });
    const one = await invite(organization, { email: 'gone@example.com' });
    await world.database.query(world.sql`DELETE FROM organizations WHERE id = ${organization.uuid}::uuid`);

    expect(await world.anonymous.run(short, { token: one.token })).toEqual({ invitationByToken: null });
  });

  test('no token is no question', async () => {
    const answer = await world.anonymous.ask(short);

    expect(answer.data?.invitationByToken ?? null).toBeNull();
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('by its token', () => {
  test('everyone who holds it sees an invitation whole, and of its organization what each may see', async () => {
    const { people } = cast;
    const to = await world.person({ name: 'Invited' });
    const [insider, role] = [await world.person(), await trainee()];
    await member(insider, 'seller');
    const one = await invite(hiring, { email: to.email, by: owner, roles: ['org_manager'] });
    await world.database.query(world.sql`
      UPDATE invitations SET created_at = '2025-01-02T03:04:05.678Z', expires_at = '2099-01-02T03:04:05.678Z', sent_at = '2025-01-02T03:05:00.000Z',
             send_error = 'greylisted' WHERE id = ${one.uuid}::uuid`);
    await world.database.query(
      world.sql`INSERT INTO invitation_roles (invitation_id, role_id) VALUES (${one.uuid}::uuid, ${role}::uuid)`,
    );
    const seenBy = async (reader: Client) => (await reader.run(byToken, { token: one.token })).invitationByToken;

    const outside = {
      anonymous: await seenBy(world.anonymous),
      base: await seenBy(await cast.visit(people.base)),
      invited: await seenBy(await cast.visit(to)),
      'owner of another organization': await seenBy(await cast.visit(people.outsider)),
      'owner, scoped elsewhere': await seenBy(await scopedElsewhere()),
      'staff as somebody': await seenBy(await cast.staffAsTraveller()),
      'an organization’s admin as somebody': await seenBy(await cast.adminAsTraveller()),
    };
    const inside = { seller: await seenBy(await cast.visit(insider)), owner: await seenBy(owner), staff: await seenBy(staff) };

    const whole = {
      __typename: 'Invitation',
      id: one.id,
      email: to.email,
      organizationId: hiring.id,
      organizationName: 'Hiring',
      organizationSlug: 'hiring',
      status: 'PENDING',
      invitedByName: 'Hiring owner',
      createdAt: '2025-01-02T03:04:05.678Z',
      expiresAt: '2099-01-02T03:04:05.678Z',
      acceptedAt: null,
      sentAt: '2025-01-02T03:05:00.000Z',
      sendError: 'greylisted',
    };
    const manager = {
      code: 'org_manager',
      builtIn: true,
      rank: 20,
      permissions: ['org:members:invite', 'org:members:read', 'org:members:update', 'org:read', 'org:roles:read'].map((code) => ({
        code,
      })),
      organization: null,
      memberCount: null,
    };
    const custom = { code: 'trainee', builtIn: false, rank: 70, permissions: [{ code: 'org:members:read' }] };
    const bare = { ...whole, roles: [manager, { ...custom, organization: null, memberCount: null }], organization: null };
    const there = { organization: { slug: 'hiring' } };
    const full = { ...whole, roles: [manager, { ...custom, ...there, memberCount: 0 }], ...there };
    expect(outside).toEqual(Object.fromEntries(Object.keys(outside).map((who) => [who, bare])));
    expect(inside).toEqual({
      seller: { ...full, roles: [manager, { ...custom, ...there, memberCount: null }] },
      owner: full,
      staff: full,
    });
  });

  test.each<[string, Status, 'over' | undefined, Status]>([
    ['a revoked or replaced one', 'REVOKED', undefined, 'REVOKED'],
    ['a revoked one whose time is over', 'REVOKED', 'over', 'REVOKED'],
    ['one whose time is over', 'PENDING', 'over', 'EXPIRED'],
    ['one that is stored as expired', 'EXPIRED', undefined, 'EXPIRED'],
    ['a declined one', 'DECLINED', undefined, 'DECLINED'],
    ['an accepted one', 'ACCEPTED', 'over', 'ACCEPTED'],
  ])('%s is shown with its status', async (_what, status, over, shown) => {
    const one = await invite(hiring, { email: `${newId()}@example.com`, status, over: over !== undefined });

    const answers = await Promise.all([world.anonymous, owner, staff].map((reader) => reader.run(byToken, { token: one.token })));

    const acceptedAt = status === 'ACCEPTED' ? '2025-02-03T04:05:06.789Z' : null;
    expect(answers).toMatchObject(
      Array(3).fill({ invitationByToken: { id: one.id, status: shown, acceptedAt, roles: [{ code: 'org_member' }] } }),
    );
  });

  test('the former of two to the same address is shown as revoked, the new one as pending', async () => {
    const email = `${newId()}@example.com`;
    const former = await invite(hiring, { email, status: 'REVOKED' });
    const present = await invite(hiring, { email });

    const answers = await Promise.all([former, present].map(({ token }) => world.anonymous.run(short, { token })));

    expect(answers.map(({ invitationByToken }) => invitationByToken)).toEqual([
      { id: former.id, status: 'REVOKED' },
      { id: present.id, status: 'PENDING' },
    ]);
  });

  test('one of a suspended organization is shown too', async () => {
    const { invitationByToken } = await world.anonymous.run(byToken, { token: cast.invitations.ofClosed.token });

    expect(invitationByToken).toMatchObject({ organizationName: 'Closed', status: 'PENDING', organization: null });
  });

  test('nobody is told who invited once that person is gone', async () => {
    const by = await world.person({ name: 'Going' });
    const one = await invite(hiring, { email: `${newId()}@example.com`, by });
    const ask = async () => (await world.anonymous.run(byToken, { token: one.token })).invitationByToken.invitedByName;
    const before = await ask();
    await world.database.query(world.sql`DELETE FROM users WHERE id = ${by.uuid}::uuid`);

    expect([before, await ask()]).toEqual(['Going', null]);
  });

  test('opens nothing else: the invitation by its id, its organization and its members stay unseen', async () => {
    const one = await invite(hiring, { email: `${newId()}@example.com` });
    const document = `query ($token: String!, $id: ID!, $slug: ID!) { invitationByToken(token: $token) { id organization { id memberships { totalCount } } }
      node(id: $id) { id } other: node(id: $slug) { id } }`;

    for (const reader of [world.anonymous, await cast.visit(cast.people.base)]) {
      expect(await reader.run(document, { token: one.token, id: one.id, slug: hiring.id })).toEqual({
        invitationByToken: { id: one.id, organization: null },
        node: null,
        other: null,
      });
    }
  });

  test('with an access token that does not hold the invitation is shown, and an error where the answer depends on who asks', async () => {
    const role = await trainee();
    const one = await invite(hiring, { email: `${newId()}@example.com` });
    await world.database.query(
      world.sql`UPDATE invitation_roles SET role_id = ${role}::uuid WHERE invitation_id = ${one.uuid}::uuid`,
    );
    const ended = await cast.visit(cast.people.base);
    await world.database.query(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${ended.sessionUuid}::uuid`);
    const moved = await cast.visit(cast.people.member, { organization: cast.organizations.acme });
    await world.database.query(world.sql`UPDATE sessions SET organization_id = NULL WHERE id = ${moved.sessionUuid}::uuid`);
    const readers: [string, Visit][] = [
      ['UNAUTHENTICATED', cast.visitWith('not.a.token')],
      ['UNAUTHENTICATED', ended],
      ['TOKEN_STALE', moved],
      ['TOKEN_EXPIRED', await cast.visit(cast.people.base, { lifetime: -60 })],
    ];

    for (const [code, reader] of readers) {
      const [alone, all] = [await reader.ask(short, { token: one.token }), await reader.ask(byToken, { token: one.token })];

      expect([alone.data, alone.errors]).toEqual([{ invitationByToken: { id: one.id, status: 'PENDING' } }, []]);
      expect(all.data.invitationByToken).toMatchObject({
        id: one.id,
        email: expect.any(String),
        organizationName: 'Hiring',
        organization: null,
        roles: [{ code: 'trainee', permissions: [{ code: 'org:members:read' }], organization: null, memberCount: null }],
      });
      expect(refusalsOf(all)).toEqual(
        ['organization', 'roles.0.memberCount', 'roles.0.organization'].map((path) => ({
          path: `invitationByToken.${path}`,
          code,
        })),
      );
    }
  });

  test('several are read at once, each by its own', async () => {
    const [one, other] = [invited[0]!, invited[5]!];
    const data = await world.anonymous.run(
      'query ($a: String!, $b: String!) { a: invitationByToken(token: $a) { id status } b: invitationByToken(token: $b) { id status } none: invitationByToken(token: "") { id } }',
      { a: one.token, b: other.token },
    );

    expect(data).toEqual({ a: { id: one.id, status: 'PENDING' }, b: { id: other.id, status: 'REVOKED' }, none: null });
  });
});

/** The custom role of the organization that hires. */
async function trainee(): Promise<string> {
  const [row] = await world.database.query<{ id: string }>(
    world.sql`SELECT id FROM roles WHERE organization_id = ${hiring.uuid}::uuid`,
  );
  return row!.id;
}

async function member(who: Person, role: string): Promise<void> {
  await world.database.transaction(async (tx) => {
    const id = newId();
    await tx.$executeRaw(
      world.sql`INSERT INTO memberships (id, organization_id, user_id) VALUES (${id}::uuid, ${hiring.uuid}::uuid, ${who.uuid}::uuid)`,
    );
    await tx.$executeRaw(world.sql`
      INSERT INTO membership_roles (membership_id, role_id)
      SELECT ${id}::uuid, id FROM roles WHERE built_in AND scope = 'ORGANIZATION' AND code = ${role}`);
  });
}

async function scopedElsewhere(): Promise<Visit> {
  const elsewhere = await world.organization({ owner });
  return cast.visit(owner, { organization: elsewhere });
}
