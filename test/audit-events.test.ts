import { beforeAll, describe, expect, test } from 'vitest';
import { commandContext } from '../src/admin/context.ts';
import { type Happening, recordRefused } from '../src/audit.ts';
import { decodeAnyId, encodeId, newId, prefixes } from '../src/ids.ts';
import {
  AuditEventsDocument,
  type AuditEventWhere,
  EventByIdDocument,
  type EventPageFragment,
  EventsOfOrganizationDocument,
  EventsOfUserDocument,
} from './generated/graphql.ts';
import { byPlace } from './support/by-place.ts';
import { type Circumstances, happened } from './support/events.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { verdict } from './support/sql.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

let world: World;
let cast: Cast;
let staff: Visit;

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  staff = await cast.visit(cast.people.superAdmin);
});

const happens = (happening: Happening, circumstances?: Circumstances) => happened(world, happening, circumstances);

const idsOf = (page: EventPageFragment | null | undefined): string[] => page!.edges.map(({ node }) => node.id);
const everyEvent = async (where: AuditEventWhere): Promise<string[]> =>
  idsOf((await staff.run(AuditEventsDocument, { where })).auditEvents);

/** What a visit is answered below an organization or a person: the data, and codes and places of errors. */
const told = (answer: { data: unknown; errors: readonly { path?: unknown[]; extensions: Record<string, any> }[] }) => [
  answer.data,
  byPlace(answer.errors).map(({ path, extensions }) => `${extensions.code} ${path?.join('.')}`),
];

describe('an event', () => {
  test('is told whole, by its own id and on every list', async () => {
    const { superAdmin, admin, member } = cast.people;
    const { acme } = cast.organizations;
    const { id, requestId } = await happens(
      {
        action: 'organization.member_roles_set',
        subject: { type: 'user', id: member.uuid },
        organizationId: acme.uuid,
        reason: 'They moved to the front desk.',
        changes: [
          { field: 'roles', before: ['org_member'], after: ['desk', 'org_member'] },
          { field: 'name', before: null, after: 'Jo "the" Desk' },
          { field: 'flag', before: false, after: undefined },
          { field: 'count', before: 0, after: { nested: null } },
        ],
        metadata: { sessions: 2, why: { asked: true } },
      },
      { by: admin, really: superAdmin, ipAddress: '198.51.100.7', userAgent: 'curl/8' },
    );
    const whole = {
      id,
      action: 'organization.member_roles_set',
      occurredAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor: { id: admin.id },
      actorId: admin.id,
      actorName: 'Admin',
      impersonator: { id: superAdmin.id },
      impersonatorId: superAdmin.id,
      impersonatorName: 'Super admin',
      subject: { __typename: 'User', id: member.id },
      subjectId: member.id,
      organization: { id: acme.id },
      organizationId: acme.id,
      reason: 'They moved to the front desk.',
      changes: [
        { field: 'roles', before: '["org_member"]', after: '["desk","org_member"]' },
        { field: 'name', before: null, after: '"Jo \\"the\\" Desk"' },
        { field: 'flag', before: 'false', after: null },
        { field: 'count', before: '0', after: '{"nested":null}' },
      ],
      metadata: { sessions: 2, why: { asked: true } },
      ipAddress: '198.51.100.7',
      userAgent: 'curl/8',
      requestId,
    };
    const page = {
      totalCount: 1,
      edges: [{ cursor: expect.any(String), node: whole }],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: expect.any(String), endCursor: expect.any(String) },
    };
    const where = { requestId };

    expect(await staff.run(EventByIdDocument, { id })).toEqual({ node: whole });
    expect(await staff.run(AuditEventsDocument, { where })).toEqual({ auditEvents: page });
    for (const person of [admin, superAdmin, member])
      expect(await staff.run(EventsOfUserDocument, { id: person.id, where })).toEqual({ user: { auditEvents: page } });
    expect(await staff.run(EventsOfOrganizationDocument, { id: acme.id, where })).toEqual({
      organization: { auditEvents: page },
    });
  });

  test('of nobody and nothing has nulls, and an empty list of changes', async () => {
    const { database, sql } = world;
    const uuid = newId();
    await database.query(sql`INSERT INTO audit_events (id, action) VALUES (${uuid}::uuid, 'system.swept')`);

    expect(await staff.run(EventByIdDocument, { id: encodeId('evt', uuid) })).toEqual({
      node: {
        id: encodeId('evt', uuid),
        action: 'system.swept',
        occurredAt: expect.any(String),
        actor: null,
        actorId: null,
        actorName: null,
        impersonator: null,
        impersonatorId: null,
        impersonatorName: null,
        subject: null,
        subjectId: null,
        organization: null,
        organizationId: null,
        reason: null,
        changes: [],
        metadata: {},
        ipAddress: null,
        userAgent: null,
        requestId: null,
      },
    });
  });

  test('whose people and things are gone keeps their ids, and the names as they were', async () => {
    const { database, sql } = world;
    const [leaver, helper, boss] = [
      await world.person({ name: 'Leaver' }),
      await world.person({ name: 'Helper' }),
      await world.person(),
    ];
    const gone = await world.organization({ owner: boss });
    const subject = { type: 'org' as const, id: gone.uuid };
    const { id } = await happens(
      { action: 'organization.deleted', subject, organizationId: gone.uuid },
      { by: leaver, really: helper },
    );
    await database.query(sql`DELETE FROM organizations WHERE id = ${gone.uuid}::uuid`);
    await database.query(sql`DELETE FROM users WHERE id = ANY(${[leaver.uuid, helper.uuid]}::uuid[])`);

    const { node } = await staff.run(EventByIdDocument, { id });

    expect(node).toMatchObject({
      actor: null,
      actorId: leaver.id,
      actorName: 'Leaver',
      impersonator: null,
      impersonatorId: helper.id,
      impersonatorName: 'Helper',
      subject: null,
      subjectId: gone.id,
      organization: null,
      organizationId: gone.id,
    });
  });

  test('has as its subject the node that it is, of every type', async () => {
    const { people, organizations, apps, grants, pools, invitations, roles, visit } = cast;
    const subjects = {
      User: people.base.id,
      Organization: organizations.acme.id,
      Membership: organizations.acme.memberships.get(people.member.uuid)!,
      Role: roles.inviter.id,
      App: apps.granted.id,
      AppGrant: grants.active,
      Pool: pools.far.id,
      Session: (await visit(people.base)).sessionId,
      Invitation: invitations.ofAcme.id,
      AuditEvent: (await happens({ action: 'system.swept' })).id,
    };
    const requestId = newId();
    for (const id of Object.values(subjects)) {
      const { type, uuid } = decodeAnyId(id)!;
      await happens({ action: 'thing.touched', subject: { type: prefixes[type], id: uuid } }, { requestId });
    }

    const { auditEvents } = await staff.run(AuditEventsDocument, { where: { requestId } });

    const shown = auditEvents!.edges.map(({ node }) => [node.subjectId, node.subject]);
    expect(shown.reverse()).toEqual(Object.entries(subjects).map(([__typename, id]) => [id, { __typename, id }]));
  });
});

describe('who sees what', () => {
  let inAcme: { id: string };
  let inGlobex: { id: string };
  let inClosed: { id: string };
  let nowhere: { id: string };
  let readers: Record<string, Visit>;

  beforeAll(async () => {
    const { people, organizations, visit, visitWith } = cast;
    const of = (organization: Organization, by: Person) =>
      happens({ action: 'organization.updated', organizationId: organization.uuid }, { by, requestId: 'seen' });
    inAcme = await of(organizations.acme, people.manager);
    inGlobex = await of(organizations.globex, people.outsider);
    inClosed = await of(organizations.closed, people.landlord);
    nowhere = await happens({ action: 'user.updated', subject: { type: 'user', id: people.admin.uuid } }, { by: people.admin });
    readers = {
      anonymous: visitWith(null),
      base: await visit(people.base),
      member: await visit(people.member),
      manager: await visit(people.manager),
      admin: await visit(people.admin),
      'admin in Acme': await visit(people.admin, { organization: organizations.acme }),
      owner: await visit(people.owner),
      suspended: await visit(people.suspended),
      confined: await visit(people.confined),
      outsider: await visit(people.outsider),
      traveller: await visit(people.traveller),
      'traveller in Globex': await visit(people.traveller, { organization: organizations.globex }),
      'staff as traveller': await cast.staffAsTraveller(),
      'admin as traveller': await cast.adminAsTraveller(),
      superAdmin: await visit(people.superAdmin),
      systemAdmin: await visit(people.systemAdmin),
    };
  });

  test.each<[string, string[]]>([
    ['anonymous', []],
    ['base', []],
    ['member', []],
    ['manager', []],
    ['admin', ['Acme']],
    ['admin in Acme', ['Acme']],
    ['owner', ['Acme']],
    ['suspended', []],
    ['confined', []],
    ['outsider', ['Globex']],
    ['traveller', []],
    ['traveller in Globex', []],
    ['staff as traveller', []],
    ['admin as traveller', []],
    ['superAdmin', ['Acme', 'Globex', 'Closed', 'nowhere']],
    ['systemAdmin', ['Acme', 'Globex', 'Closed', 'nowhere']],
  ])('by its id, to %s', async (reader, expected) => {
    const events = { Acme: inAcme, Globex: inGlobex, Closed: inClosed, nowhere };

    const { nodes } = await readers[reader]!.run('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
      ids: Object.values(events).map(({ id }) => id),
    });

    expect(nodes).toEqual(
      Object.entries(events).map(([name, { id }]) => (expected.includes(name) ? { __typename: 'AuditEvent', id } : null)),
    );
  });

  const refused = 'FORBIDDEN organization.auditEvents';
  test.each<[string, 'sees' | 'is refused' | 'sees no organization']>([
    ['base', 'sees no organization'],
    ['suspended', 'sees no organization'],
    ['outsider', 'sees no organization'],
    ['traveller in Globex', 'sees no organization'],
    ['member', 'is refused'],
    ['manager', 'is refused'],
    ['traveller', 'is refused'],
    ['staff as traveller', 'is refused'],
    ['admin as traveller', 'is refused'],
    ['admin', 'sees'],
    ['admin in Acme', 'sees'],
    ['owner', 'sees'],
    ['superAdmin', 'sees'],
    ['systemAdmin', 'sees'],
  ])('in an organization: %s %s', async (reader, how) => {
    const answer = await readers[reader]!.ask(
      'query ($id: ID!) { organization(id: $id) { name auditEvents(where: { requestId: "seen" }) { totalCount nodes { id } } } }',
      { id: cast.organizations.acme.id },
    );

    const expected = {
      sees: [{ organization: { name: 'Acme', auditEvents: { totalCount: 1, nodes: [{ id: inAcme.id }] } } }, []],
      'is refused': [{ organization: { name: 'Acme', auditEvents: null } }, [refused]],
      'sees no organization': [{ organization: null }, []],
    };
    expect(told(answer)).toEqual(expected[how]);
  });

  test('an admin of a suspended organization is refused its events, which staff see', async () => {
    const document = 'query ($id: ID!) { organization(id: $id) { auditEvents(where: { requestId: "seen" }) { nodes { id } } } }';
    const { id } = cast.organizations.closed;

    expect(told(await readers.confined!.ask(document, { id }))).toEqual([{ organization: { auditEvents: null } }, [refused]]);
    expect(await staff.run(document, { id })).toEqual({ organization: { auditEvents: { nodes: [{ id: inClosed.id }] } } });
  });

  test('all events, and those of a person, are for staff alone, be it oneself', async () => {
    for (const reader of ['base', 'admin', 'owner', 'traveller', 'staff as traveller', 'admin as traveller']) {
      const all = await readers[reader]!.ask('{ auditEvents { totalCount nodes { id } } }');
      const own = await readers[reader]!.ask('{ viewer { user { auditEvents { totalCount nodes { id } } } } }');
      expect([reader, told(all), told(own)]).toEqual([
        reader,
        [{ auditEvents: null }, ['FORBIDDEN auditEvents']],
        [{ viewer: { user: { auditEvents: null } } }, ['FORBIDDEN viewer.user.auditEvents']],
      ]);
    }
    expect(told(await readers.anonymous!.ask('{ auditEvents { totalCount } }'))).toEqual([
      { auditEvents: null },
      ['UNAUTHENTICATED auditEvents'],
    ]);
    for (const reader of ['superAdmin', 'systemAdmin']) {
      const { auditEvents } = await readers[reader]!.run(AuditEventsDocument, { where: { requestId: 'seen' } });
      expect(idsOf(auditEvents)).toEqual([inClosed.id, inGlobex.id, inAcme.id]);
    }
  });

  test('an admin is told names and ids of colleagues, and where it sent its own requests from alone', async () => {
    const { admin, member, superAdmin, manager } = cast.people;
    const { acme } = cast.organizations;
    const event = { action: 'organization.updated', subject: { type: 'org' as const, id: acme.uuid }, organizationId: acme.uuid };
    const requestId = newId();
    const cases: Record<string, Circumstances> = {
      'the admin': { by: admin },
      'the admin as a member': { by: member, really: admin },
      'staff as the admin': { by: admin, really: superAdmin },
      'a manager': { by: manager },
      nobody: {},
    };
    for (const circumstances of Object.values(cases)) await happens(event, { ...circumstances, requestId });
    const read = async (visit: Visit) => {
      const { organization } = await visit.run(EventsOfOrganizationDocument, { id: acme.id, where: { requestId } });
      return organization!.auditEvents!.edges.map(({ node }) => node).reverse();
    };

    const byAdmin = await read(readers.admin!);
    expect(byAdmin).toMatchObject([
      { actor: { id: admin.id }, actorName: 'Admin', impersonator: null, ipAddress: '192.0.2.1', userAgent: 'A browser' },
      {
        actor: null,
        actorId: member.id,
        actorName: 'Member',
        impersonator: { id: admin.id },
        ipAddress: '192.0.2.1',
        userAgent: 'A browser',
      },
      {
        actor: { id: admin.id },
        impersonator: null,
        impersonatorId: superAdmin.id,
        impersonatorName: 'Super admin',
        ipAddress: null,
        userAgent: null,
      },
      { actor: null, actorId: manager.id, actorName: 'Manager', impersonator: null, ipAddress: null, userAgent: null },
      { actor: null, actorId: null, actorName: null, impersonator: null, ipAddress: null, userAgent: null },
    ]);
    for (const { subject, organization } of byAdmin)
      expect({ subject, organization }).toEqual({
        subject: { __typename: 'Organization', id: acme.id },
        organization: { id: acme.id },
      });
    expect((await read(staff)).map(({ ipAddress, userAgent }) => [ipAddress, userAgent])).toEqual(
      Object.keys(cases).map(() => ['192.0.2.1', 'A browser']),
    );
    const [own, , , others] = byAdmin;
    for (const { id, ipAddress } of [own!, others!])
      expect((await readers.admin!.run(EventByIdDocument, { id })).node).toMatchObject({ id, ipAddress });
  });

  test('who impersonates an admin is not told where the admin sent its requests from', async () => {
    const { owner, superAdmin } = cast.people;
    const { acme } = cast.organizations;
    const requestId = newId();
    const event = { action: 'organization.updated', organizationId: acme.uuid };
    await happens(event, { by: owner, requestId });
    await happens(event, { by: owner, really: superAdmin, requestId });
    const asOwner = await cast.visit(owner, { impersonator: { by: superAdmin, from: await cast.visit(superAdmin) } });

    const { organization } = await asOwner.run(EventsOfOrganizationDocument, { id: acme.id, where: { requestId } });

    expect(organization!.auditEvents!.edges.map(({ node }) => node.ipAddress)).toEqual(['192.0.2.1', null]);
  });
});

describe('an impersonation', () => {
  test('in an organization is read there by its admins with both names and the reason, and from where by who really acted', async () => {
    const [owner, admin, member] = [
      await world.person({ name: 'Olga Owner' }),
      await world.person({ name: 'Adam Admin' }),
      await world.person({ name: 'Mia Manager' }),
    ];
    const organization = await world.organization({
      owner,
      members: [
        [admin, ['org_admin']],
        [member, ['org_manager']],
      ],
    });
    const ofOwner = await cast.visit(owner);
    const { userImpersonate } = await ofOwner.run(
      `mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) {
         ... on UserImpersonateSuccess { tokens { accessToken } session { id } } } }`,
      { input: { userId: member.id, organizationId: organization.id, reason: 'Takes over her shift' } },
    );
    const acting = cast.visitWith(userImpersonate.tokens.accessToken);
    await acting.run(
      `mutation ($input: OrganizationCreateInvitationInput!) { organizationCreateInvitation(input: $input) { __typename } }`,
      { input: { organizationId: organization.id, email: 'new-colleague@example.com' } },
    );
    await acting.run(`mutation { authStopImpersonating { __typename } }`);

    const document = `query ($id: ID!) { organization(id: $id) { auditEvents { nodes {
      action actorId actorName actor { id } impersonatorId impersonatorName impersonator { id } subjectId reason metadata
      hasIp: ipAddress userAgent } } } }`;
    const read = async (visit: Visit) =>
      (await visit.run(document, { id: organization.id })).organization.auditEvents.nodes.map((node: any) => ({
        ...node,
        hasIp: node.hasIp !== null,
        userAgent: node.userAgent !== null,
      }));
    const sessionId = userImpersonate.session.id;
    const both = {
      ...{ actorId: member.id, actorName: 'Mia Manager', impersonatorId: owner.id, impersonatorName: 'Olga Owner', reason: null },
    };
    const told = [
      { action: 'impersonation.stopped', ...both, subjectId: member.id, metadata: { sessionId } },
      {
        action: 'invitation.created',
        ...both,
        subjectId: expect.stringMatching(/^inv_/),
        metadata: expect.any(Object),
      },
      {
        action: 'impersonation.started',
        ...{ actorId: owner.id, actorName: 'Olga Owner', impersonatorId: null, impersonatorName: null },
        subjectId: member.id,
        reason: 'Takes over her shift',
        metadata: { sessionId, expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      },
    ];
    const people = (seen: readonly Person[], event: (typeof told)[number]) => ({
      actor: seen.some(({ id }) => id === event.actorId) ? { id: event.actorId } : null,
      impersonator: seen.some(({ id }) => id === event.impersonatorId) ? { id: event.impersonatorId } : null,
    });

    // Colleagues see nobody whole, and nothing of where the others are.
    expect(await read(await cast.visit(admin))).toEqual(
      told.map((event) => ({ ...event, ...people([], event), hasIp: false, userAgent: false })),
    );
    expect(await read(ofOwner)).toEqual(
      told.map((event) => ({ ...event, ...people([owner], event), hasIp: true, userAgent: true })),
    );
    expect(await read(staff)).toEqual(
      told.map((event) => ({ ...event, ...people([owner, member], event), hasIp: true, userAgent: true })),
    );
  });

  test('that is refused is an event of whoever tried, with its code; many within a minute are one', async () => {
    const me = await world.person({ roles: ['super_admin'] });
    const [equal, colleague] = [await world.person({ roles: ['super_admin'] }), await world.person()];
    const mine = await cast.visit(me);
    const attempt = async (visit: Visit, input: object) =>
      (
        await visit.run(
          'mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) { ... on MutationError { code } } }',
          { input: { reason: 'Just looking', ...input } },
        )
      ).userImpersonate.code;
    const refusals = async (by: Person) =>
      (await staff.run(AuditEventsDocument, { where: { actions: ['impersonation.*'], actorId: by.id } })).auditEvents!.edges.map(
        ({ node }) => ({ action: node.action, metadata: node.metadata, subjectId: node.subjectId }),
      );

    expect(await attempt(mine, { userId: equal.id })).toBe('RANK_TOO_LOW');
    expect(await attempt(mine, { userId: me.id })).toBe('SELF_NOT_ALLOWED');
    expect(await refusals(me)).toEqual([
      { action: 'impersonation.refused', metadata: { code: 'RANK_TOO_LOW' }, subjectId: equal.id },
    ]);
    const acting = await cast.visit(colleague, { impersonator: { by: me, from: mine } });
    expect((await acting.ask('mutation { authStopImpersonating { __typename } }')).errors).toEqual([]);
    expect((await refusals(colleague)).map(({ action }) => action)).toEqual(['impersonation.stopped']);
  });
});

test('nothing is told of who is gone: neither as who did it, nor as whom it is about where nobody known did', async () => {
  const gone = newId();
  const context = { ...commandContext(world.database, world.settings), reach: null };
  const about = { action: 'login.refused', actor: null, subject: { type: 'user', id: gone } } as const;
  await recordRefused(context, [gone], about);
  await recordRefused(context, [`${gone} by`], { action: 'thing.refused', actor: { id: gone, name: 'Gone' } });
  await recordRefused(context, [`${gone} unknown`], { action: 'login.refused', actor: null });

  const { requestId } = context.arrival;
  expect(await world.database.query(world.sql`SELECT subject_id FROM audit_events WHERE request_id = ${requestId}`)).toEqual([
    { subject_id: null },
  ]);
});

describe('once written, an event stays', () => {
  const changes = [
    `UPDATE audit_events SET reason = 'another'`,
    'UPDATE audit_events SET id = id',
    'DELETE FROM audit_events',
    'DELETE FROM audit_events WHERE false',
    'TRUNCATE audit_events CASCADE',
    `INSERT INTO audit_events SELECT * FROM audit_events LIMIT 1 ON CONFLICT (id) DO UPDATE SET reason = 'another'`,
    `WITH changed AS (UPDATE audit_events SET reason = 'another' RETURNING id) SELECT count(*) FROM changed`,
    `MERGE INTO audit_events e USING audit_events s ON s.id = e.id WHEN MATCHED THEN DELETE`,
  ];
  const settings = [
    [],
    [`SET LOCAL application_name = 'erase_person'`],
    [`SELECT set_config('steward.erasing', 'on', true)`, `SELECT set_config('steward.erase', 'on', true)`],
    [`SET LOCAL search_path = pg_temp, public`],
    [`SET LOCAL lc_messages = 'C'`],
    [`SET LOCAL plpgsql.variable_conflict = 'use_column'`],
    [`SET CONSTRAINTS ALL DEFERRED`],
    [`SET LOCAL transform_null_equals = on`, `SET LOCAL standard_conforming_strings = on`],
  ];

  test.each(changes)('%s', async (change) => {
    for (const before of settings) expect(await verdict(world.database, [...before, change])).toBe('audit_events_only_grow');
  });

  // Whoever connects as the owner of the database server may set this, without changing the schema.
  test('as a replica', async () => {
    for (const change of changes)
      expect(await verdict(world.database, [`SET LOCAL session_replication_role = 'replica'`, change])).toBe(
        'audit_events_only_grow',
      );
  });
});

describe('conditions', () => {
  const requestId = newId();
  const events: Record<string, { id: string }> = {};
  let ann: Person;
  let bob: Person;
  let org: Organization;
  let role: string;

  beforeAll(async () => {
    ann = await world.person({ name: 'Ann' });
    bob = await world.person({ name: 'Bob' });
    org = await world.organization({ owner: ann });
    role = newId();
    const made: [string, Happening, Circumstances][] = [
      ['updated', { action: 'user.updated', subject: { type: 'user', id: bob.uuid } }, { by: ann }],
      ['rolesSet', { action: 'user.roles_set', subject: { type: 'user', id: bob.uuid } }, { by: ann, really: bob }],
      ['username', { action: 'username.updated', subject: { type: 'role', id: role } }, { by: bob }],
      ['likeName', { action: 'userxupdated', organizationId: org.uuid, subject: { type: 'org', id: org.uuid } }, { by: bob }],
      ['starred', { action: 'user.*', people: [ann.uuid] }, {}],
      ['percent', { action: '%', organizationId: org.uuid }, {}],
    ];
    for (const [name, happening, circumstances] of made) events[name] = await happens(happening, { ...circumstances, requestId });
    const others = [
      [ann.uuid, 'user.updated'],
      [bob.uuid, 'user.updated'],
    ];
    for (const [uuid, action] of others) await happens({ action: action!, subject: { type: 'user', id: uuid! } });
  });

  const all = ['updated', 'rolesSet', 'username', 'likeName', 'starred', 'percent'];
  const nameOf = (id: string): string => Object.keys(events).find((name) => events[name]!.id === id) ?? 'another';

  test.each<[string, () => AuditEventWhere, string[]]>([
    ['none', () => ({}), all],
    [
      'null ones',
      () => ({ actions: null, actorId: null, impersonatorId: null, subjectId: null, organizationId: null, occurredAt: null }),
      all,
    ],
    ['an action', () => ({ actions: ['user.updated'] }), ['updated']],
    ['several actions', () => ({ actions: ['user.updated', 'username.updated', 'user.updated'] }), ['updated', 'username']],
    ['a prefix', () => ({ actions: ['user.*'] }), ['updated', 'rolesSet', 'starred']],
    ['a prefix without a dot', () => ({ actions: ['user*'] }), ['updated', 'rolesSet', 'username', 'likeName', 'starred']],
    ['a prefix and an action', () => ({ actions: ['user.r*', '%'] }), ['rolesSet', 'percent']],
    ['a star alone', () => ({ actions: ['*'] }), all],
    ['a star in the middle', () => ({ actions: ['user.*ed'] }), []],
    ['two stars, one of them literal', () => ({ actions: ['user.**'] }), ['starred']],
    ['signs that LIKE takes for others', () => ({ actions: ['%*', 'user_u*', 'user\\*'] }), ['percent']],
    ['another case', () => ({ actions: ['USER.*', 'User.updated'] }), []],
    ['no action at all', () => ({ actions: [] }), []],
    ['an empty action', () => ({ actions: [''] }), []],
    ['an action with a NUL', () => ({ actions: ['user.\0*'] }), []],
    ['an actor', () => ({ actorId: ann.id }), ['updated', 'rolesSet']],
    ['an impersonator', () => ({ impersonatorId: bob.id }), ['rolesSet']],
    ['a person as subject', () => ({ subjectId: bob.id }), ['updated', 'rolesSet']],
    ['a role as subject', () => ({ subjectId: encodeId('role', role) }), ['username']],
    ['a subject of another type with the same id', () => ({ subjectId: encodeId('mem', role) }), []],
    ['an organization as subject', () => ({ subjectId: org.id }), ['likeName']],
    ['an organization', () => ({ organizationId: org.id }), ['likeName', 'percent']],
    ['an actor who is none', () => ({ actorId: org.id }), []],
    ['an unknown actor', () => ({ actorId: encodeId('user', newId()) }), []],
    ['a malformed actor', () => ({ actorId: 'x' }), []],
    ['a malformed impersonator', () => ({ impersonatorId: '' }), []],
    ['a malformed subject', () => ({ subjectId: 'user_' }), []],
    ['an unknown subject', () => ({ subjectId: encodeId('user', newId()) }), []],
    ['a malformed organization', () => ({ organizationId: ann.id }), []],
    [
      'several at once',
      () => ({ actions: ['user.*'], actorId: ann.id, impersonatorId: bob.id, subjectId: bob.id }),
      ['rolesSet'],
    ],
    ['several that exclude each other', () => ({ actorId: ann.id, organizationId: org.id }), []],
    ['a time that has passed', () => ({ occurredAt: { from: '2026-01-01T00:00:00.000Z' } }), all],
    ['a time before', () => ({ occurredAt: { to: '2026-01-01T00:00:00.000Z' } }), []],
    ['a time to come', () => ({ occurredAt: { from: '2199-01-01T00:00:00.000Z', to: null } }), []],
  ])('%s', async (_what, where, expected) => {
    const { auditEvents } = await staff.run(AuditEventsDocument, { where: { ...where(), requestId } });

    expect(idsOf(auditEvents).map(nameOf).reverse()).toEqual(expected);
    expect(auditEvents!.totalCount).toBe(expected.length);
  });

  test('an instant is included at the start of a range and not at its end', async () => {
    const { database, sql } = world;
    const id = newId();
    await database.query(
      sql`INSERT INTO audit_events (id, action, occurred_at) VALUES (${id}::uuid, 'clock.struck', '2001-02-03T04:05:06.789Z')`,
    );
    const within = (from: string, to: string) => everyEvent({ occurredAt: { from, to } });
    const [before, at, after] = ['2001-02-03T04:05:06.788Z', '2001-02-03T04:05:06.789Z', '2001-02-03T04:05:06.790Z'];

    expect([await within(before, at), await within(at, after), await within(after, after)]).toEqual([
      [],
      [encodeId('evt', id)],
      [],
    ]);
  });

  test('of another request match nothing, and blank ones neither', async () => {
    for (const one of [newId(), '', 'x\0']) expect(await everyEvent({ requestId: one })).toEqual([]);
  });

  test('combine with the person: what happened to it, what it did, and what else names it', async () => {
    const of = async (person: Person, where: AuditEventWhere) => {
      const { user } = await staff.run(EventsOfUserDocument, { id: person.id, where: { requestId, ...where } });
      expect(user!.auditEvents!.totalCount).toBe(user!.auditEvents!.edges.length);
      return idsOf(user!.auditEvents).map(nameOf).reverse();
    };

    expect(await of(ann, {})).toEqual(['updated', 'rolesSet', 'starred']);
    expect(await of(bob, {})).toEqual(['updated', 'rolesSet', 'username', 'likeName']);
    expect(await of(bob, { actorId: ann.id })).toEqual(['updated', 'rolesSet']);
    expect(await of(bob, { organizationId: org.id, actions: ['user*'] })).toEqual(['likeName']);
    expect(await of(ann, { organizationId: org.id })).toEqual([]);
  });

  test('combine with the organization, whose events alone are there', async () => {
    const of = async (where: AuditEventWhere) => {
      const { organization } = await staff.run(EventsOfOrganizationDocument, { id: org.id, where: { requestId, ...where } });
      expect(organization!.auditEvents!.totalCount).toBe(organization!.auditEvents!.edges.length);
      return idsOf(organization!.auditEvents).map(nameOf).reverse();
    };

    expect(await of({})).toEqual(['likeName', 'percent']);
    expect(await of({ actorId: bob.id })).toEqual(['likeName']);
    expect(await of({ organizationId: cast.organizations.acme.id })).toEqual([]);
    expect(await of({ organizationId: org.id, subjectId: bob.id })).toEqual([]);
  });

  test('count all events of a person without them', async () => {
    const count = async (person: Person) =>
      (await staff.run('query ($id: ID!) { user(id: $id) { auditEvents { totalCount } } }', { id: person.id })).user.auditEvents;

    expect([await count(ann), await count(bob)]).toEqual([{ totalCount: 4 }, { totalCount: 5 }]);
  });
});

describe('statements', () => {
  test('a page whose subjects are of many types takes as many for 10 events as for 50', async () => {
    const { people, organizations, apps, pools, invitations } = cast;
    const requestId = newId();
    const subjects = [
      people.base.id,
      people.member.id,
      organizations.acme.id,
      organizations.globex.id,
      organizations.acme.memberships.get(people.member.uuid)!,
      apps.granted.id,
      pools.far.id,
      invitations.ofAcme.id,
      cast.roles.inviter.id,
      cast.roles.scout.id,
    ];
    for (let at = 0; at < 50; at++) {
      const { type, uuid } = decodeAnyId(subjects[at % subjects.length]!)!;
      await happens(
        { action: 'thing.touched', subject: { type: prefixes[type], id: uuid }, organizationId: organizations.acme.uuid },
        { by: people.admin, really: at % 2 ? people.superAdmin : people.systemAdmin, requestId },
      );
    }
    /** The fewest of three, since a session is touched once a minute. */
    async function page(first: number, selection: string): Promise<number> {
      const document = `query ($first: Int, $where: AuditEventWhere) { auditEvents(first: $first, where: $where) { nodes { ${selection} } } }`;
      const counts: number[] = [];
      for (let turn = 0; turn < 3; turn++)
        counts.push(await world.statements(() => staff.run(document, { first, where: { requestId } })));
      return Math.min(...counts);
    }
    const names = 'id actorId actorName subjectId changes { field }';
    const counts = [];
    for (const selection of [
      names,
      `${names} actor { id } impersonator { id }`,
      `${names} organization { id }`,
      `${names} subject { id }`,
    ])
      counts.push([await page(10, selection), await page(50, selection)]);

    // Caller and page; people; the organization; subjects of seven types.
    expect(counts).toEqual([
      [2, 2],
      [3, 3],
      [3, 3],
      [9, 9],
    ]);
  });
});
