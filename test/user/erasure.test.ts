import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { openContent } from '../../src/mail/outbox.ts';
import { startAuthWorld } from '../auth/support.ts';
import { happened } from '../support/events.ts';
import { type Visit, visitsTo } from '../support/personas.ts';
import { literal, verdict } from '../support/sql.ts';
import { type Client, clientOf, password, type World } from '../support/world.ts';
import { hardDeleteBy, previewBy } from './hard-delete.support.ts';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
let admin: Visit;
beforeAll(async () => {
  world = await startAuthWorld();
  visit = visitsTo(world).visit;
  admin = await visit(await world.person({ name: 'Root', roles: ['system_admin', 'base_user'] }));
});

/** Somebody's device: where it is and what it is called are seen in what the server keeps. */
const device = (token: () => string | null, further: Record<string, string> = {}): Client =>
  clientOf(world.server, world.settings, token, {
    'x-forwarded-for': '203.0.113.77',
    'user-agent': 'UnmistakableBrowser/7',
    ...further,
  });

async function run(by: Pick<Client, 'run'>, name: string, input: object, fields = '__typename'): Promise<any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const data: any = await by.run(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { ... on ${type}Success { ${fields} } ... on MutationError { code message } } }`,
    { input },
  );
  if (data[name].code) throw new Error(`${name}: ${data[name].code}`);
  return data[name];
}

/** Every column of every table where the pattern is found, what is sealed opened. */
async function placesOf(pattern: RegExp): Promise<string[]> {
  const { database, server, sql } = world;
  const { secrets } = server.steward;
  const tables = await database.query<{ name: string }>(
    sql`SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const places = new Set<string>();
  for (const { name } of tables) {
    const { rows } = await database.pool.query(`SELECT * FROM "${name}"`);
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        const texts = [Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)];
        if (column === 'sealed_content') texts.push(JSON.stringify(openContent(secrets, value as Buffer)));
        if (column === 'sealed_outcome') texts.push(secrets.open('idempotency', value as Buffer).toString());
        if (texts.some((text) => pattern.test(text))) places.add(`${name}.${column}`);
      }
    }
  }
  return [...places].sort();
}

const eventsWhere = async (condition: string): Promise<Record<string, unknown>[]> =>
  (await world.database.pool.query(`SELECT * FROM audit_events e WHERE ${condition} ORDER BY generation, transaction, id`)).rows;

test('nothing in the whole database tells of a person who was erased, but ids and reasons', async () => {
  const { sql, database } = world;
  const anyTrace = /former-jo|latter-jo|zebulon|quasimodo|203\.0\.113\.77|unmistakable|jo-ext|jo\.example|jo-note/i;
  const owner = await world.person({ name: 'Owner' });
  const asOwner = await visit(owner);
  const [first, second] = [await world.organization({ owner }), await world.organization({ owner })];

  // Invited before there was anybody, then signed up, and called otherwise since.
  for (const { id: organizationId } of [first, second]) {
    await run(asOwner, 'organizationCreateInvitation', {
      organizationId,
      email: 'former-jo@example.com',
      roleCodes: ['org_manager'],
    });
  }
  const [mail] = await database.query<{ content: Uint8Array }>(
    sql`SELECT sealed_content AS content FROM outbox_messages WHERE recipient = 'former-jo@example.com' ORDER BY id LIMIT 1`,
  );
  const invitationToken = /token=([\w-]+)/.exec(openContent(world.server.steward.secrets, mail!.content).text)![1]!;
  const signedUp = await run(
    device(() => null),
    'accountSignUp',
    { invitationToken, password, name: 'Zebulon Former' },
    'tokens { accessToken } viewer { user { id } }',
  );
  const id: string = signedUp.viewer.user.id;
  let token: string = signedUp.tokens.accessToken;
  const jo = device(() => token);
  const login = async (email: string, input: object = {}) =>
    run(
      device(() => null),
      'authLogin',
      { email, password, ...input },
      'tokens { accessToken }',
    );
  const [ofSecond] = await database.query<{ id: string }>(
    sql`SELECT id FROM invitations WHERE organization_id = ${second.uuid}::uuid`,
  );
  await run(jo, 'accountAcceptInvitation', { invitationId: encodeId('inv', ofSecond!.id) });
  await run(jo, 'accountUpdate', { name: 'Quasimodo Latter' });
  await run(admin, 'userUpdate', {
    userId: id,
    email: 'latter-jo@example.com',
    emailVerified: true,
    externalId: 'jo-ext',
    avatarUrl: 'https://jo.example/face.png',
    metadata: { note: 'jo-note' },
  });
  token = (await login('latter-jo@example.com')).tokens.accessToken;

  // What they do, and what is done about them.
  await expect(login('latter-jo@example.com', { password: 'wrong' })).rejects.toThrow('INVALID_CREDENTIALS');
  await run(
    device(() => null),
    'accountRequestPasswordReset',
    { email: 'latter-jo@example.com' },
    'ok',
  );
  await run(jo, 'organizationCreateInvitation', { organizationId: first.id, email: 'guest@example.com' });
  await run(
    device(() => token, { 'idempotency-key': 'of-jo' }),
    'accountUpdate',
    { name: 'Quasimodo Latter II' },
  );
  await jo.ask('{ users { totalCount } }');
  await run(asOwner, 'organizationRemoveMember', { organizationId: second.id, userId: id });
  const third = await world.organization({ owner });
  await run(asOwner, 'organizationCreateInvitation', { organizationId: third.id, email: 'latter-jo@example.com' });
  await run(admin, 'userSuspend', { userId: id, reason: 'Quasimodo asked for it' });
  await run(admin, 'userReactivate', { userId: id });

  // As somebody else, and somebody else as them.
  const uuid = (
    await database.query<{ uuid: string }>(sql`SELECT id AS uuid FROM users WHERE email = 'latter-jo@example.com'`)
  )[0]!.uuid;
  const person = { ...owner, uuid, id, email: 'latter-jo@example.com', name: 'Quasimodo Latter II' };
  const [kim, own] = [await world.person({ name: 'Kim' }), await visit(person)];
  const asKim = await visit(kim, { impersonator: { by: person, from: own } });
  const kimsDevice = device(() => asKim.token, { 'idempotency-key': 'as-kim' });
  await run(kimsDevice, 'accountUpdate', { name: 'Kim by another' });
  const adminPerson = await world.person({ name: 'Staff', roles: ['system_admin'] });
  const byStaff = await visit(person, { impersonator: { by: adminPerson, from: await visit(adminPerson) } });
  await run(byStaff, 'accountUpdate', { name: 'Quasimodo Latter III' });
  // What some later version may say of people who are known by more than their id.
  await happened(
    world,
    {
      action: 'thing.seen',
      people: [uuid],
      metadata: { by: ['latter-jo@example.com', { at: '203.0.113.77' }], count: 1 },
    },
    { by: owner },
  );
  await happened(
    world,
    { action: 'organization.updated', changes: [{ field: 'name', before: null, after: 'Zebulons' }] },
    { by: owner },
  );

  expect(await placesOf(anyTrace)).toEqual([
    'audit_events.actor_name',
    'audit_events.changes',
    'audit_events.impersonator_name',
    'audit_events.ip_address',
    'audit_events.metadata',
    'audit_events.reason',
    'audit_events.user_agent',
    'invitations.email',
    'one_time_tokens.email',
    'outbox_messages.recipient',
    'outbox_messages.sealed_content',
    'pool_addresses.email',
    'sessions.ip_address',
    'sessions.user_agent',
    'users.avatar_url',
    'users.email',
    'users.external_id',
    'users.metadata',
    'users.name',
    'users.search_text',
  ]);
  const theirs = `(EXISTS (SELECT FROM audit_event_people p WHERE p.event_id = e.id AND p.user_id = ${literal(uuid)}) OR metadata ->> 'email' IN ('former-jo@example.com', 'latter-jo@example.com'))`;
  const ids = (await eventsWhere(theirs)).map((event) => event.id as string);
  const isOfThem = `id IN (${ids.map(literal).join(', ')})`;
  const [before, others] = [await eventsWhere(isOfThem), await eventsWhere(`NOT ${isOfThem}`)];

  const { pseudonymizedAuditEvents, planToken } = await previewBy(admin)(id);
  expect(await hardDeleteBy(admin)(id, { planToken })).toMatchObject({ deletedUserId: id });

  expect(await placesOf(anyTrace)).toEqual(['audit_events.changes', 'audit_events.reason']);
  expect(await eventsWhere(`changes::text ~* 'zebulon'`)).toMatchObject([{ action: 'organization.updated' }]);
  expect(pseudonymizedAuditEvents).toBe(ids.length);
  const after = await eventsWhere(isOfThem);
  // Of the events nothing but the texts has changed: what happened when, to what, by whom, and why.
  const kept = [
    'id',
    'generation',
    'transaction',
    'action',
    'occurred_at',
    'actor_id',
    'impersonator_id',
    'subject_type',
    'subject_id',
  ];
  const facts = (rows: Record<string, unknown>[]) =>
    rows.map((row) => Object.fromEntries([...kept, 'organization_id', 'reason', 'request_id'].map((name) => [name, row[name]])));
  expect(facts(after)).toEqual(facts(before));
  expect((await eventsWhere(`NOT ${isOfThem}`)).filter(({ action }) => action !== 'user.hard_deleted')).toEqual(others);
  const of = (action: string) => after.filter((event) => event.action === action);
  expect(of('user.signed_up')).toMatchObject([
    {
      actor_name: '[erased]',
      ip_address: null,
      user_agent: null,
      changes: [
        { field: 'email', before: null, after: '[erased]' },
        { field: 'name', before: null, after: '[erased]' },
        { field: 'memberRoles', before: null, after: ['org_manager'] },
      ],
    },
  ]);
  expect(of('organization.member_removed')).toMatchObject([{ actor_name: 'Owner', metadata: { email: '[erased]' } }]);
  expect(of('user.suspended')).toMatchObject([{ actor_name: 'Root', reason: 'Quasimodo asked for it' }]);
  expect(of('thing.seen')).toMatchObject([{ metadata: { by: ['[erased]', { at: '[erased]' }], count: 1 } }]);
  expect(of('invitation.created').map(({ metadata }) => metadata)).toEqual(
    expect.arrayContaining([{ email: '[erased]' }, { email: 'guest@example.com' }]),
  );
  // By somebody else as them: where that one was is not theirs.
  expect(of('user.updated').at(-1)).toMatchObject({
    actor_name: '[erased]',
    impersonator_name: 'Staff',
    ip_address: '127.0.0.1',
  });
  expect(of('user.updated').filter(({ impersonator_id }) => impersonator_id === uuid)).toMatchObject([
    {
      actor_name: 'Kim',
      impersonator_name: '[erased]',
      ip_address: null,
      changes: [{ field: 'name', before: 'Kim', after: 'Kim by another' }],
    },
  ]);

  // The audit is read as before: who it was is an id, and no more.
  const { auditEvents } = await admin.run(
    `{ auditEvents(first: 1, where: { subjectId: "${id}", actions: ["user.signed_up"] }) { nodes { actorId actorName actor { id } } } }`,
  );
  expect(auditEvents.nodes).toEqual([{ actorId: id, actorName: '[erased]', actor: null }]);
});

test('who has the same name and the same address in another pool loses nothing', async () => {
  const { sql, database } = world;
  const pool = await world.pool();
  const [email, name] = ['twins@example.com', 'One Of Two'];
  const [jo, twin] = [await world.person({ email, name }), await world.person({ email, name, pool: pool.code })];
  const organization = await world.organization({ owner: await world.person() });
  await world.invitation({ organization, email });
  await visit(twin);
  await database.query(sql`
    INSERT INTO outbox_messages (id, kind, recipient, sealed_content) VALUES (${newId()}::uuid, 'invitation', ${email}, ${world.server.steward.secrets.seal('outbox', Buffer.from('{}'))}::bytea)`);
  await device(() => null).run(
    `mutation { authLogin(input: { email: "${email}", password: "wrong" }) { ... on MutationError { code } } }`,
  );
  const seen = { subject: { type: 'user', id: twin.uuid } as const, changes: [{ field: 'email', before: null, after: email }] };
  await happened(world, { action: 'user.created', ...seen }, { by: twin });
  // Of both; of one alone; of an address.
  await happened(world, { action: 'invitation.created', metadata: { email }, people: [jo.uuid, twin.uuid] });
  await happened(world, { action: 'organization.member_left', metadata: { email }, people: [jo.uuid] });
  await happened(world, { action: 'invitation.resent', metadata: { email } });
  const left = () =>
    Promise.all([
      database.query(sql`SELECT * FROM users WHERE id = ${twin.uuid}::uuid`),
      database.query(sql`SELECT * FROM sessions WHERE user_id = ${twin.uuid}::uuid`),
      database.query(sql`SELECT * FROM invitations WHERE email = ${email}`),
      database.query(sql`SELECT * FROM outbox_messages WHERE recipient = ${email}`),
      database.query(sql`SELECT * FROM login_locks`),
      database.query(sql`SELECT * FROM audit_event_people WHERE user_id = ${twin.uuid}::uuid ORDER BY event_id`),
      eventsWhere(
        `action IN ('user.created', 'invitation.created', 'invitation.resent') AND (actor_id = ${literal(twin.uuid)} OR metadata ->> 'email' = 'twins@example.com')`,
      ),
    ]);
  const before = await left();

  expect(await hardDeleteBy(admin)(jo.id)).toMatchObject({ deletedUserId: jo.id });

  expect(await left()).toEqual(before);
  expect(before.map((rows) => rows.length)).toEqual([1, 1, 1, 1, expect.any(Number), 2, 3]);
  expect(await eventsWhere(`action = 'organization.member_left' AND metadata ->> 'email' = 'twins@example.com'`)).toEqual([]);
});

test('a name or a user agent that reads like something else takes nothing out of what was done', async () => {
  const jo = await world.person({ name: 'seller', roles: ['super_admin'] });
  const visiting = await visit(jo);
  const posing = clientOf(world.server, world.settings, () => visiting.token, { 'user-agent': 'buyer' });
  const sam = await world.person();
  await run(posing, 'userSetRoles', { userId: sam.id, roleCodes: ['seller', 'buyer'] });
  await run(posing, 'accountUpdate', { name: 'buyer' });
  await run(admin, 'userSetRoles', { userId: jo.id, roleCodes: ['seller', 'buyer'] });

  expect(await hardDeleteBy(admin)(jo.id)).toMatchObject({ deletedUserId: jo.id });

  const set = await eventsWhere(`action = 'user.roles_set' AND subject_id IN (${literal(sam.uuid)}, ${literal(jo.uuid)})`);
  expect(set.map(({ changes, actor_name }) => [actor_name, changes])).toEqual([
    ['[erased]', [{ field: 'roles', before: ['base_user'], after: ['seller', 'buyer'] }]],
    ['Root', [{ field: 'roles', before: ['super_admin'], after: ['seller', 'buyer'] }]],
  ]);
});

test('what names a former address later than it was theirs is somebody else’s', async () => {
  const { sql, database } = world;
  const jo = await world.person({ email: 'moved@example.com' });
  await run(admin, 'userUpdate', { userId: jo.id, email: 'arrived@example.com' });
  const organization = await world.organization({ owner: await world.person() });
  // After the change, in whole milliseconds.
  await database.query(sql`SELECT pg_sleep(0.002)`);
  await world.invitation({ organization, email: 'moved@example.com' });
  await happened(world, { action: 'invitation.created', metadata: { email: 'moved@example.com' } });

  await hardDeleteBy(admin)(jo.id);

  expect(await database.query(sql`SELECT FROM invitations WHERE email = 'moved@example.com'`)).toHaveLength(1);
  expect(await eventsWhere(`metadata ->> 'email' = 'moved@example.com'`)).toHaveLength(1);
  expect(await placesOf(/arrived@/)).toEqual([]);
});

test('what names an address earlier than it was theirs is of whoever had it, as long as that one is there', async () => {
  const { sql, database } = world;
  const owner = await world.person();
  const there = await world.organization({ owner });
  const inviting = await visit(owner);
  const first = await visit(await world.person({ email: 'desk@example.com' }));
  await run(inviting, 'organizationCreateInvitation', { organizationId: there.id, email: 'desk@example.com' });
  const { viewer } = await first.run('{ viewer { user { id } invitations { id } } }');
  await run(first, 'accountAcceptInvitation', { invitationId: viewer.invitations[0].id });
  await run(admin, 'userUpdate', { userId: viewer.user.id, email: 'first@example.com' });
  // After the change, in whole milliseconds.
  await database.query(sql`SELECT pg_sleep(0.002)`);
  const state = async () => [
    await database.query(sql`SELECT email, status::text FROM invitations WHERE email = 'desk@example.com'`),
    await database.query(sql`SELECT id FROM outbox_messages WHERE recipient = 'desk@example.com' ORDER BY id`),
    await eventsWhere(`metadata ->> 'email' = 'desk@example.com'`),
  ];
  const before = await state();
  expect(before.map((rows) => rows.length)).toEqual([1, 1, 2]);

  const second = await world.person({ email: 'desk@example.com', name: 'Second' });
  await run(inviting, 'organizationCreateInvitation', { organizationId: there.id, email: 'desk@example.com' });
  await hardDeleteBy(admin)(second.id);

  expect(await state()).toEqual(before);
});

test('an invitation to an address that they were about to give up is theirs by its event', async () => {
  const { sql, database } = world;
  const owner = await world.person();
  const there = await world.organization({ owner });
  const jo = await world.person({ email: 'leaving@example.com' });
  await run(await visit(owner), 'organizationCreateInvitation', { organizationId: there.id, email: 'leaving@example.com' });
  await run(admin, 'userUpdate', { userId: jo.id, email: 'left@example.com' });
  // As where the change had begun, and was not committed yet.
  await database.query(sql`UPDATE invitations SET created_at = now() + interval '1 second' WHERE email = 'leaving@example.com'`);
  await database.query(
    sql`UPDATE outbox_messages SET created_at = now() + interval '1 second' WHERE recipient = 'leaving@example.com'`,
  );

  await hardDeleteBy(admin)(jo.id);

  expect(await placesOf(/leaving@|left@/)).toEqual([]);
});

test('an invitation by who is gone that was still to be mailed is not, and says so', async () => {
  const { sql, database } = world;
  const jo = await world.person({ name: 'Inviting Jo' });
  const owner = await world.person();
  const organization = await world.organization({ owner, members: [[jo, ['org_manager']]] });
  await run(await visit(jo), 'organizationCreateInvitation', { organizationId: organization.id, email: 'waiting@example.com' });

  await hardDeleteBy(admin)(jo.id);

  const { organization: seen } = await admin.run(
    `{ organization(id: "${organization.id}") { invitations { nodes { email status sendError invitedByName } } } }`,
  );
  expect(seen.invitations.nodes).toEqual([
    {
      email: 'waiting@example.com',
      status: 'PENDING',
      sendError: expect.stringContaining('deleted before it was sent'),
      invitedByName: null,
    },
  ]);
  expect(await database.query(sql`SELECT FROM outbox_messages WHERE recipient = 'waiting@example.com'`)).toEqual([]);
});

describe('nothing else changes an event', () => {
  const call = 'SELECT public.erase_person($1, $2, $3, $4, $5) AS last';
  const update = `UPDATE audit_events SET reason = 'none'`;
  const refused = 'audit_events_only_grow';
  const zero = '00000000-0000-0000-0000-000000000000';
  const signature = 'erase_person(uuid,jsonb,jsonb,uuid,integer)';

  test.each<[string, string[]]>([
    ['an update', [update]],
    ['one that names the function', [`${update} /* ${call} */`, update]],
    [
      'one within a block that calls itself so',
      [
        `DO $block$ BEGIN EXECUTE $text$${update} /* "\nPL/pgSQL function ${signature} line 1 at SQL statement */$text$; END $block$`,
      ],
    ],
    ['one after a call', [`SELECT public.erase_person(${literal(newId())}, '{}', '{}', ${literal(zero)}, 1)`, update]],
    [
      'one beside a call',
      [`WITH c AS (SELECT public.erase_person(${literal(newId())}, '{}', '{}', ${literal(zero)}, 1)) ${update} FROM c`],
    ],
    [
      'a prepared call, under another name',
      [`PREPARE erasing AS ${call}`, `EXECUTE erasing(${literal(newId())}, '{}', '{}', ${literal(zero)}, 1)`, update],
    ],
    [
      'a call within a block',
      [`DO $$ BEGIN PERFORM public.erase_person(${literal(newId())}, '{}', '{}', ${literal(zero)}, 1); END $$`],
    ],
    ['a setting', [`SET LOCAL steward.erasing = 'on'`, `SET LOCAL application_name = ${literal(call)}`, update]],
    ['where requests are logged with their values', ['SET LOCAL log_parameter_max_length_on_error = -1', update]],
    ['a deletion', ['DELETE FROM audit_events']],
    ['a truncation', ['TRUNCATE audit_events CASCADE']],
  ])('%s', async (_what, statements) => {
    expect(await verdict(world.database, statements)).toBe(refused);
  });

  test('a value that reads like the call', async () => {
    const client = await world.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL log_parameter_max_length_on_error = -1');
      const forged = `x\nPL/pgSQL function ${signature} line 1 at SQL statement\n${call}`;
      await expect(client.query('UPDATE audit_events SET reason = $1', [forged])).rejects.toMatchObject({ constraint: refused });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('the call itself deletes nothing, and takes nothing but the texts that it names out of the events of one person', async () => {
    const jo = await world.person({ name: 'Still There' });
    const [about, other] = [
      await happened(world, { action: 'a.b', metadata: { say: 'hello', to: 'world' } }, { by: jo }),
      await happened(world, { action: 'a.b', metadata: { say: 'hello' } }),
    ];
    const client = await world.database.pool.connect();
    try {
      await client.query('BEGIN');
      expect((await client.query(call, [jo.uuid, '{"hello": true}', '{}', zero, 9])).rows).toEqual([{ last: about.uuid }]);
      const { rows } = await client.query(
        `SELECT id, actor_name, metadata FROM audit_events WHERE action = 'a.b' ORDER BY actor_id NULLS LAST`,
      );
      expect(rows).toEqual([
        { id: about.uuid, actor_name: '[erased]', metadata: { say: '[erased]', to: 'world' } },
        { id: other.uuid, actor_name: null, metadata: { say: 'hello' } },
      ]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
