import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Database, Prisma, violatedConstraint } from '../src/database.ts';
import { testDatabase } from './support/database.ts';
import { insert, literal, rowsAfter, verdict } from './support/sql.ts';

let database: Database;

// ---------------------------------------------------------------- the world that the statements below attack

const uuid = (n: number) => `01900000-0000-7000-9000-${String(n).padStart(12, '0')}`;
const defaultPool = '01900000-0000-7000-8000-000000000001';
const [pool2, pool3, ann, bob, cid, app, app2] = [uuid(1), uuid(2), uuid(11), uuid(12), uuid(13), uuid(21), uuid(22)];
const [acme, other, annInAcme, bobInAcme, bobInOther] = [uuid(31), uuid(32), uuid(41), uuid(42), uuid(43)];
const [desk, foreign, invitation, session, event] = [uuid(51), uuid(52), uuid(61), uuid(71), uuid(81)];
const builtIn = (scope: string, code: string) =>
  `(SELECT id FROM roles WHERE built_in AND scope = ${literal(scope)} AND code = ${literal(code)})`;
const orgAdmin = builtIn('ORGANIZATION', 'org_admin');
const orgMember = builtIn('ORGANIZATION', 'org_member');
const later = new Date('2100-01-01');

let serial = 1000;
const fresh = () => uuid(serial++);
type Changes = Parameters<typeof insert>[1];
const aPool = (changes: Changes = {}) => insert('pools', { id: fresh(), code: `pool-${serial}`, name: 'Pool', ...changes });
const aUser = (changes: Changes = {}) =>
  insert('users', { id: fresh(), home_pool_id: defaultPool, email: `user-${serial}@x.test`, search_text: '', ...changes });
const anApp = (changes: Changes = {}) =>
  insert('apps', { id: fresh(), code: `app-${serial}`, name: 'App', home_pool_id: defaultPool, ...changes });
const aGrant = (changes: Changes = {}) => insert('app_grants', { id: fresh(), user_id: bob, app_id: app, ...changes });
const aRole = (changes: Changes = {}) =>
  insert('roles', {
    id: fresh(),
    code: `role-${serial}`,
    name: 'Role',
    scope: 'ORGANIZATION',
    rank: 70,
    organization_id: acme,
    ...changes,
  });
const anOrganization = (changes: Changes = {}) =>
  insert('organizations', { id: fresh(), name: 'Org', slug: `org-${serial}`, owner_id: ann, search_text: '', ...changes });
const aMembership = (changes: Changes = {}) =>
  insert('memberships', { id: fresh(), organization_id: acme, user_id: cid, ...changes });
const anInvitation = (changes: Changes = {}) =>
  insert('invitations', {
    id: fresh(),
    organization_id: acme,
    email: `guest-${serial}@x.test`,
    token_hash: randomBytes(32),
    expires_at: later,
    ...changes,
  });
const aSession = (changes: Changes = {}) =>
  insert('sessions', { id: fresh(), user_id: ann, expires_at: later, ends_at: later, ...changes });
const aSigningKey = (changes: Changes = {}) =>
  insert('signing_keys', { id: fresh(), public_key: '{}', sealed_key: randomBytes(8), ...changes });
const gives = (membership: string, role: string) =>
  `INSERT INTO membership_roles (membership_id, role_id) VALUES (${literal(membership)}, ${role})`;

beforeAll(async () => {
  database = await testDatabase();
  const world = [
    aPool({ id: pool2, code: 'second' }),
    aPool({ id: pool3, code: 'third' }),
    aUser({ id: ann, email: 'ann@x.test', external_id: 'ext-1' }),
    aUser({ id: bob, email: 'bob@x.test' }),
    aUser({ id: cid, email: 'cid@x.test', home_pool_id: pool2 }),
    insert('user_pools', { user_id: ann, pool_id: pool3 }),
    anApp({ id: app, code: 'shop' }),
    anApp({ id: app2, code: 'invite-only' }),
    insert('app_read_pools', { app_id: app, pool_id: pool2, position: 0 }),
    aGrant({ user_id: ann, granted_by_id: bob }),
    anOrganization({ id: acme, slug: 'acme' }),
    aMembership({ id: annInAcme, user_id: ann }),
    gives(annInAcme, orgAdmin),
    aMembership({ id: bobInAcme, user_id: bob, invited_by_id: ann }),
    gives(bobInAcme, orgMember),
    aRole({ id: desk, code: 'desk' }),
    gives(bobInAcme, literal(desk)),
    anOrganization({ id: other, slug: 'other', owner_id: bob }),
    aMembership({ id: bobInOther, organization_id: other, user_id: bob }),
    gives(bobInOther, orgAdmin),
    aRole({ id: foreign, code: 'foreign', organization_id: other }),
    anInvitation({ id: invitation, email: 'guest@x.test', token_hash: Buffer.from('01', 'hex'), invited_by_id: bob }),
    aSession({ id: session, user_id: bob, organization_id: other, app_id: app2 }),
    insert('refresh_tokens', { id: fresh(), session_id: session, hash: Buffer.from('02', 'hex'), expires_at: later }),
    insert('one_time_tokens', {
      id: fresh(),
      user_id: ann,
      purpose: 'PASSWORD_RESET',
      email: 'ann@x.test',
      hash: Buffer.from('03', 'hex'),
      expires_at: later,
    }),
    insert('audit_events', { id: event, action: 'user.created', subject_type: 'user', subject_id: bob }),
    insert('audit_event_people', { user_id: bob, event_id: event }),
  ];
  await database.pool.query(`BEGIN; ${world.join('; ')}; COMMIT`);
});

// ---------------------------------------------------------------- guards

/** A guard's name in the catalog, what the error calls it where that differs, and statements that it refuses. */
type Attack = [guard: string, statements: string[], says?: string];

const longer = (n: number) => 'x'.repeat(n + 1);
const someBytes = (hex: string) => Buffer.from(hex, 'hex');

const checks: Attack[] = [
  ['installation_is_one_row', ['INSERT INTO installation (id) VALUES (2)']],
  ['pools_code_form', [aPool({ code: 'Upper' })]],
  ['pools_code_form', [aPool({ code: '' })]],
  ['pools_code_form', [aPool({ code: 'line\n' })]],
  ['pools_code_form', [aPool({ code: 'ümlaut' })]],
  ['pools_code_form', [aPool({ code: longer(100) })]],
  ['pools_name_length', [aPool({ name: '' })]],
  ['pools_name_length', [aPool({ name: longer(200) })]],
  ['users_email_form', [aUser({ email: 'Ann@x.test' })]],
  ['users_email_form', [aUser({ email: 'ann' })]],
  ['users_email_form', [aUser({ email: 'änn@x.test' })]],
  ['users_email_form', [aUser({ email: 'a b@x.test' })]],
  ['users_email_form', [aUser({ email: 'a@b@x.test' })]],
  ['users_email_form', [aUser({ email: 'a@x.test\n' })]],
  ['users_email_form', [aUser({ email: `${longer(250)}@x.test` })]],
  ['users_name_length', [aUser({ name: '' })]],
  ['users_name_length', [aUser({ name: longer(200) })]],
  ['users_external_id_length', [aUser({ external_id: '' })]],
  ['users_external_id_length', [aUser({ external_id: longer(200) })]],
  ['users_metadata_is_object', [aUser({ metadata: '[]' })]],
  ['users_metadata_is_object', [aUser({ metadata: 'null' })]],
  ['users_suspension_is_whole', [aUser({ suspension_reason: 'for nothing' })]],
  ['users_suspension_is_whole', [aUser({ suspended_until: later })]],
  ['apps_code_form', [anApp({ code: 'a b' })]],
  ['apps_name_length', [anApp({ name: longer(200) })]],
  ['apps_url_form', [anApp({ url: 'javascript:alert(1)' })]],
  ['apps_url_form', [anApp({ url: `https://${longer(2048)}` })]],
  ['app_grants_revocation_is_whole', [aGrant({ status: 'REVOKED' })]],
  ['app_grants_revocation_is_whole', [aGrant({ revoked_at: later })]],
  ['app_grants_revocation_is_whole', [aGrant({ revoked_by_id: ann })]],
  ['roles_code_form', [aRole({ code: 'Desk' })]],
  ['roles_name_length', [aRole({ name: '' })]],
  ['roles_custom_or_built_in', [aRole({ organization_id: null })]],
  ['roles_custom_or_built_in', [aRole({ built_in: true })]],
  ['roles_custom_scope', [aRole({ scope: 'PLATFORM' })]],
  ['roles_rank_range', [aRole({ rank: 9 })]],
  ['roles_rank_range', [aRole({ rank: 1001 })]],
  ['organizations_slug_form', [anOrganization({ slug: 'a_b' })]],
  ['organizations_name_length', [anOrganization({ name: longer(200) })]],
  ['organizations_website_form', [anOrganization({ website: 'ftp://x.test' })]],
  ['organizations_logo_url_form', [anOrganization({ logo_url: 'data:image/png' })]],
  ['organizations_metadata_is_object', [anOrganization({ metadata: '"text"' })]],
  ['organizations_member_count_range', [`UPDATE organizations SET member_count = -1 WHERE id = ${literal(acme)}`]],
  ['invitations_email_form', [anInvitation({ email: 'Guest@x.test' })]],
  ['invitations_acceptance_is_whole', [anInvitation({ status: 'ACCEPTED' })]],
  ['invitations_acceptance_is_whole', [anInvitation({ accepted_at: later })]],
  ['sessions_end_order', [aSession({ ends_at: new Date('2099-12-31') })]],
  ['sessions_impersonation_is_whole', [aSession({ impersonator_id: bob })]],
  ['sessions_impersonation_is_whole', [aSession({ impersonation_reason: 'why' })]],
  ['sessions_impersonation_of_another', [aSession({ impersonator_id: ann, impersonation_reason: 'why' })]],
  ['sessions_bound_when_impersonating', [aSession({ bound_to_id: acme })]],
];

const uniques: Attack[] = [
  ['pools_code_key', [aPool({ code: 'default' })]],
  ['users_home_pool_id_email_key', [aUser({ email: 'ann@x.test' })]],
  ['users_home_pool_id_external_id_key', [aUser({ external_id: 'ext-1' })]],
  ['apps_code_key', [anApp({ code: 'shop' })]],
  ['app_read_pools_app_id_position_key', [insert('app_read_pools', { app_id: app, pool_id: pool3, position: 0 })]],
  ['app_grants_user_id_app_id_key', [aGrant({ user_id: ann })]],
  ['roles_organization_id_code_key', [aRole({ code: 'desk' })]],
  ['roles_built_in_code_key', [aRole({ code: 'seller', built_in: true, organization_id: null })]],
  ['organizations_slug_key', [anOrganization({ slug: 'acme' })]],
  ['memberships_organization_id_user_id_key', [aMembership({ user_id: bob })]],
  ['invitations_token_hash_key', [anInvitation({ token_hash: someBytes('01') })]],
  ['invitations_pending_key', [anInvitation({ email: 'guest@x.test' })]],
  [
    'refresh_tokens_hash_key',
    [insert('refresh_tokens', { id: fresh(), session_id: session, hash: someBytes('02'), expires_at: later })],
  ],
  [
    'one_time_tokens_hash_key',
    [
      insert('one_time_tokens', {
        id: fresh(),
        user_id: bob,
        purpose: 'FIRST_PASSWORD',
        email: 'bob@x.test',
        hash: someBytes('03'),
        expires_at: later,
      }),
    ],
  ],
  ['signing_keys_current_key', [aSigningKey(), aSigningKey()]],
  // It is there for the foreign key: the id is unique by itself, and refuses first.
  [
    'audit_events_generation_transaction_id_key',
    [
      `INSERT INTO audit_events (id, generation, transaction, action) SELECT id, generation, transaction, action FROM audit_events`,
    ],
    'audit_events_pkey',
  ],
];

const platformRole = builtIn('PLATFORM', 'seller');
const invites = (role: string) =>
  `INSERT INTO invitation_roles (invitation_id, role_id) VALUES (${literal(invitation)}, ${role})`;
const carries = (role: string, permission: string) =>
  `INSERT INTO role_permissions (role_id, permission_code) VALUES (${role}, ${literal(permission)})`;
const isPlatform = (role: string) => `INSERT INTO user_roles (user_id, role_id) VALUES (${literal(bob)}, ${role})`;
const audit = 'audit_events_only_grow';

const triggers: Attack[] = [
  ['user_pools_keys_stay', [`UPDATE user_pools SET pool_id = ${literal(pool2)} WHERE user_id = ${literal(ann)}`]],
  ['memberships_keys_stay', [`UPDATE memberships SET organization_id = ${literal(other)} WHERE id = ${literal(annInAcme)}`]],
  ['memberships_keys_stay', [`UPDATE memberships SET user_id = ${literal(cid)} WHERE id = ${literal(bobInAcme)}`]],
  ['roles_keys_stay', [`UPDATE roles SET organization_id = ${literal(other)} WHERE id = ${literal(desk)}`]],
  ['roles_keys_stay', [`UPDATE roles SET scope = 'PLATFORM' WHERE built_in AND code = 'org_member'`]],
  ['roles_keys_stay', ['UPDATE roles SET built_in = NOT built_in']],
  ['invitations_keys_stay', [`UPDATE invitations SET organization_id = ${literal(other)}`]],
  ['user_roles_scope', [isPlatform(orgMember)]],
  ['user_roles_scope_on_update', [isPlatform(platformRole), `UPDATE user_roles SET role_id = ${orgMember}`], 'user_roles_scope'],
  ['membership_roles_scope', [gives(annInAcme, platformRole)]],
  ['membership_roles_scope', [gives(annInAcme, literal(foreign))]],
  [
    'membership_roles_scope_on_update',
    [`UPDATE membership_roles SET role_id = ${literal(foreign)} WHERE role_id = ${literal(desk)}`],
    'membership_roles_scope',
  ],
  ['invitation_roles_scope', [invites(platformRole)]],
  ['invitation_roles_scope', [invites(literal(foreign))]],
  [
    'invitation_roles_scope_on_update',
    [invites(orgMember), `UPDATE invitation_roles SET role_id = ${literal(foreign)}`],
    'invitation_roles_scope',
  ],
  ['role_permissions_scope', [carries(literal(desk), 'users:read')]],
  ['role_permissions_scope', [carries(literal(desk), 'org:audit:read')]],
  ['role_permissions_scope', [carries(platformRole, 'org:read')]],
  [
    'role_permissions_scope_on_update',
    [
      carries(literal(desk), 'org:read'),
      `UPDATE role_permissions SET permission_code = 'org:roles:create' WHERE role_id = ${literal(desk)}`,
    ],
    'role_permissions_scope',
  ],
  ['roles_custom_code_is_new', [aRole({ code: 'org_admin' })]],
  ['roles_custom_code_is_new', [aRole({ code: 'system_admin' })]],
  ['roles_custom_code_is_new', [`UPDATE roles SET code = 'buyer' WHERE id = ${literal(desk)}`]],
  ['organizations_owner_is_admin', [anOrganization()]],
  ['organizations_owner_is_admin', [`UPDATE organizations SET owner_id = ${literal(bob)} WHERE id = ${literal(acme)}`]],
  [
    'memberships_owner_is_admin',
    [`UPDATE memberships SET status = 'SUSPENDED' WHERE id = ${literal(annInAcme)}`],
    'organizations_owner_is_admin',
  ],
  ['memberships_owner_is_admin', [`DELETE FROM memberships WHERE id = ${literal(annInAcme)}`], 'organizations_owner_is_admin'],
  ['memberships_have_a_role', [aMembership()]],
  [
    'membership_roles_leave_one',
    [`DELETE FROM membership_roles WHERE membership_id = ${literal(bobInAcme)}`],
    'memberships_have_a_role',
  ],
  [
    'membership_roles_leave_one',
    [
      gives(annInAcme, orgMember),
      `DELETE FROM membership_roles WHERE membership_id = ${literal(annInAcme)} AND role_id = ${orgAdmin}`,
    ],
    'organizations_owner_is_admin',
  ],
  [
    'membership_roles_leave_one',
    [`UPDATE membership_roles SET role_id = ${orgMember} WHERE membership_id = ${literal(annInAcme)}`],
    'organizations_owner_is_admin',
  ],
  ['membership_roles_leave_one', [`DELETE FROM roles WHERE id = ${orgAdmin}`], 'memberships_have_a_role'],
  [audit, [`UPDATE audit_events SET reason = 'none'`]],
  [audit, ['UPDATE audit_events SET reason = reason WHERE false']],
  [audit, ['DELETE FROM audit_events']],
  [audit, [`DELETE FROM audit_events WHERE id = ${literal(event)}`]],
  [audit, ['TRUNCATE audit_events CASCADE']],
  ['audit_event_people_only_grow', ['UPDATE audit_event_people SET generation = generation']],
  ['audit_event_people_only_grow', ['TRUNCATE audit_event_people']],
  ['audit_event_people_go_with_them', ['DELETE FROM audit_event_people'], 'audit_event_people_only_grow'],
  ['keep_home_address', [insert('user_pools', { user_id: ann, pool_id: defaultPool })], 'pool_addresses_pkey'],
  ['keep_home_address', [aUser({ email: 'ann@x.test', home_pool_id: pool3 })], 'pool_addresses_pkey'],
  [
    'keep_tag_address',
    [aUser({ email: 'cid@x.test', id: uuid(99) }), insert('user_pools', { user_id: uuid(99), pool_id: pool2 })],
    'pool_addresses_pkey',
  ],
];

describe('the database refuses', () => {
  test.each<Attack>([...checks, ...uniques, ...triggers])('%s', async (guard, statements, says = guard) => {
    expect(await verdict(database, statements)).toBe(says);
  });

  test('and nothing else of that kind exists untried', async () => {
    const exist = await database.query<{ name: string }>(Prisma.sql`
      SELECT conname::text AS name FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace
      UNION ALL
      SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = 'public'::regnamespace
      UNION ALL
      SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal`);

    const tried = new Set([...checks, ...uniques, ...triggers].map(([guard]) => guard));
    // `count_members_…` refuse nothing: what they keep is tested below.
    expect(exist.map(({ name }) => name).filter((name) => !tried.has(name) && !name.startsWith('count_members_'))).toEqual([]);
  });

  test('a real commit just as well, through Prisma', async () => {
    const refused = database.transaction((tx) =>
      tx.organization.create({ data: { id: fresh(), name: 'Nobody’s', slug: 'nobodys', ownerId: ann, searchText: '' } }),
    );

    expect(violatedConstraint(await refused.catch((error) => error))).toBe('organizations_owner_is_admin');
    expect(await database.query(Prisma.sql`SELECT FROM organizations WHERE slug = 'nobodys'`)).toEqual([]);
  });
});

describe('the database accepts', () => {
  const accepted: [string, string[]][] = [
    ['the same address in two pools', [aUser({ email: 'ann@x.test', home_pool_id: pool2 })]],
    ['the same external id in two pools', [aUser({ external_id: 'ext-1', home_pool_id: pool2 })]],
    ['the longest names and codes', [aPool({ code: 'x'.repeat(100), name: 'ü'.repeat(200) })]],
    ['an ended invitation beside a pending one', [anInvitation({ email: 'guest@x.test', status: 'REVOKED' })]],
    ['the same code in two organizations', [aRole({ code: 'desk', organization_id: other })]],
    [
      'retired signing keys beside the current one',
      [aSigningKey(), aSigningKey({ retired_at: later }), aSigningKey({ retired_at: later })],
    ],
    ['an assignable permission in a custom role', [carries(literal(desk), 'org:members:remove')]],
    ['a state in between that the commit does not leave behind', [aMembership({ id: uuid(98) }), gives(uuid(98), orgMember)]],
    [
      'a new owner who is an admin, and the old one stepping back',
      [
        `UPDATE organizations SET owner_id = ${literal(bob)} WHERE id = ${literal(acme)}`,
        gives(bobInAcme, orgAdmin),
        `UPDATE membership_roles SET role_id = ${orgMember} WHERE membership_id = ${literal(annInAcme)}`,
      ],
    ],
    ['the end of a custom role whose members have another', [`DELETE FROM roles WHERE id = ${literal(desk)}`]],
    ['the end of an organization', [`DELETE FROM organizations WHERE id = ${literal(acme)}`]],
  ];
  test.each(accepted)('%s', async (_title, statements) => {
    expect(await verdict(database, statements)).toBe('accepted');
  });
});

// ---------------------------------------------------------------- what triggers keep

describe('an address is used once in a pool', () => {
  const addresses = (user: string) =>
    `SELECT p.code || ' ' || a.email AS "at" FROM pool_addresses a JOIN pools p ON p.id = a.pool_id WHERE a.user_id = ${literal(user)} ORDER BY 1`;
  const at = async (...statements: string[]) => (await rowsAfter<{ at: string }>(database, statements)).map((row) => row.at);
  const tag = (user: string, pool: string) => insert('user_pools', { user_id: user, pool_id: pool });

  test('an e-mail address can’t be changed to one that another person has by home or by tag', async () => {
    expect(await verdict(database, [`UPDATE users SET email = 'bob@x.test' WHERE id = ${literal(ann)}`])).toBe(
      'users_home_pool_id_email_key',
    );
    expect(await verdict(database, [tag(cid, pool3), `UPDATE users SET email = 'ann@x.test' WHERE id = ${literal(cid)}`])).toBe(
      'pool_addresses_pkey',
    );
  });

  test('nobody moves home to where the address is used, nor to where they are tagged', async () => {
    const settler = aUser({ id: uuid(97), email: 'ann@x.test', home_pool_id: pool2 });
    const move = (user: string, pool: string) => `UPDATE users SET home_pool_id = ${literal(pool)} WHERE id = ${literal(user)}`;

    expect(await verdict(database, [settler, move(uuid(97), pool3)])).toBe('pool_addresses_pkey');
    expect(await verdict(database, [settler, move(uuid(97), defaultPool)])).toBe('users_home_pool_id_email_key');
    expect(await verdict(database, [move(ann, pool3)])).toBe('pool_addresses_pkey');
  });

  test('home and tags are there', async () => {
    expect(await at(addresses(ann))).toEqual(['default ann@x.test', 'third ann@x.test']);
  });

  test('moving home takes the address along and leaves tags', async () => {
    expect(await at(`UPDATE users SET home_pool_id = ${literal(pool2)} WHERE id = ${literal(ann)}`, addresses(ann))).toEqual([
      'second ann@x.test',
      'third ann@x.test',
    ]);
  });

  test('a new address counts everywhere, and the old one is free', async () => {
    const change = `UPDATE users SET email = 'new@x.test' WHERE id = ${literal(ann)}`;

    expect(await at(change, addresses(ann))).toEqual(['default new@x.test', 'third new@x.test']);
    expect(
      await verdict(database, [change, aUser({ email: 'ann@x.test' }), aUser({ email: 'ann@x.test', home_pool_id: pool3 })]),
    ).toBe('accepted');
  });

  test('an ended tag and a deleted person leave the address free', async () => {
    expect(await at('DELETE FROM user_pools', addresses(ann))).toEqual(['default ann@x.test']);
    expect(await at(`DELETE FROM users WHERE id = ${literal(cid)}`, addresses(cid))).toEqual([]);
  });
});

describe('an organization counts its members', () => {
  const counts = 'SELECT slug, member_count FROM organizations ORDER BY slug';

  test.each<[string, string[], number, number]>([
    ['as they are', [], 2, 1],
    [
      'when several join at once',
      [
        `INSERT INTO memberships (id, organization_id, user_id) SELECT * FROM (VALUES
      ('${uuid(91)}'::uuid, '${acme}'::uuid, '${cid}'::uuid), ('${uuid(92)}', '${other}', '${cid}'), ('${uuid(93)}', '${other}', '${ann}')) t`,
      ],
      3,
      3,
    ],
    ['when one leaves', [`DELETE FROM memberships WHERE id = '${bobInAcme}'`], 1, 1],
    ['when several leave', [`DELETE FROM memberships WHERE user_id = '${bob}'`], 1, 0],
    ['when one is suspended', [`UPDATE memberships SET status = 'SUSPENDED' WHERE id = '${bobInAcme}'`], 2, 1],
    ['when a person is deleted', [`UPDATE organizations SET owner_id = '${ann}'`, `DELETE FROM users WHERE id = '${bob}'`], 1, 0],
    ['when nobody leaves', ['DELETE FROM memberships WHERE false'], 2, 1],
  ])('%s', async (_title, statements, inAcme, inOther) => {
    expect(await rowsAfter(database, [...statements, counts])).toEqual([
      { slug: 'acme', member_count: inAcme },
      { slug: 'other', member_count: inOther },
    ]);
  });

  test('and takes what belongs to it along', async () => {
    const left = await rowsAfter(database, [
      `DELETE FROM organizations WHERE id = '${other}'`,
      `SELECT (SELECT count(*)::int FROM memberships) AS memberships, (SELECT count(*)::int FROM roles WHERE NOT built_in) AS roles,
              (SELECT organization_id FROM sessions WHERE id = '${session}') AS scope`,
    ]);
    expect(left).toEqual([{ memberships: 2, roles: 1, scope: null }]);
  });
});

// ---------------------------------------------------------------- the shape of the whole

test('what refers to something that goes is restricted, goes along, or forgets it', async () => {
  const rows = await database.query<{ key: string }>(Prisma.sql`
    SELECT format('%s.%s > %s %s', c.conrelid::regclass, a.attname, c.confrelid::regclass,
             CASE c.confdeltype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' ELSE c.confdeltype::text END) AS key
      FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
     WHERE c.contype = 'f' ORDER BY 1`);

  expect(rows.map(({ key }) => key).sort()).toEqual(
    [
      'users.home_pool_id > pools restrict',
      'user_pools.user_id > users cascade',
      'user_pools.pool_id > pools restrict',
      'pool_addresses.pool_id > pools restrict',
      'pool_addresses.user_id > users cascade',
      'apps.home_pool_id > pools restrict',
      'app_read_pools.app_id > apps cascade',
      'app_read_pools.pool_id > pools restrict',
      'app_grants.user_id > users cascade',
      'app_grants.app_id > apps cascade',
      'app_grants.granted_by_id > users set null',
      'app_grants.revoked_by_id > users set null',
      'roles.organization_id > organizations cascade',
      'role_permissions.role_id > roles cascade',
      'role_permissions.permission_code > permissions restrict',
      'user_roles.user_id > users cascade',
      'user_roles.role_id > roles restrict',
      'organizations.owner_id > users restrict',
      'memberships.organization_id > organizations cascade',
      'memberships.user_id > users cascade',
      'memberships.invited_by_id > users set null',
      'membership_roles.membership_id > memberships cascade',
      'membership_roles.role_id > roles cascade',
      'invitations.organization_id > organizations cascade',
      'invitations.invited_by_id > users set null',
      'invitation_roles.invitation_id > invitations cascade',
      'invitation_roles.role_id > roles cascade',
      'sessions.user_id > users cascade',
      'sessions.app_id > apps set null',
      'sessions.organization_id > organizations set null',
      'sessions.impersonator_id > users cascade',
      'sessions.started_from_id > sessions cascade',
      'sessions.bound_to_id > organizations cascade',
      'refresh_tokens.session_id > sessions cascade',
      'one_time_tokens.user_id > users cascade',
      'audit_event_people.user_id > users cascade',
      'audit_event_people.event_id > audit_events restrict',
      'audit_event_people.generation > audit_events restrict',
      'audit_event_people.transaction > audit_events restrict',
      'outbox_messages.user_id > users cascade',
      'outbox_messages.invitation_id > invitations cascade',
      'idempotency_keys.user_id > users cascade',
    ].sort(),
  );
});

test('a pool with people, an app or a tag, an owner, and a held role stay; what names nothing is refused', async () => {
  const remove = (table: string, id: string) => [`DELETE FROM ${table} WHERE id = ${id}`];

  expect(await verdict(database, remove('pools', literal(defaultPool)))).toBe('users_home_pool_id_fkey');
  expect(await verdict(database, remove('pools', literal(pool3)))).toMatch(/^(user_pools|pool_addresses)_pool_id_fkey$/);
  expect(await verdict(database, remove('users', literal(ann)))).toBe('organizations_owner_id_fkey');
  expect(await verdict(database, [isPlatform(platformRole), ...remove('roles', platformRole)])).toBe('user_roles_role_id_fkey');
  expect(await verdict(database, [aUser({ home_pool_id: uuid(404) })])).toBe('users_home_pool_id_fkey');
});

test('a deleted person leaves no trace but in the audit, and nothing of others goes along', async () => {
  const [left] = await rowsAfter<Record<string, unknown>>(database, [
    `UPDATE organizations SET owner_id = '${ann}'`,
    `DELETE FROM users WHERE id = '${bob}'`,
    `SELECT (SELECT count(*)::int FROM sessions) AS sessions, (SELECT count(*)::int FROM refresh_tokens) AS tokens,
            (SELECT count(*)::int FROM app_grants WHERE granted_by_id IS NULL) AS grants,
            (SELECT count(*)::int FROM invitations WHERE invited_by_id IS NULL) AS invitations,
            (SELECT count(*)::int FROM audit_event_people) AS people, (SELECT count(*)::int FROM audit_events WHERE subject_id = '${bob}') AS events`,
  ]);

  expect(left).toEqual({ sessions: 0, tokens: 0, grants: 1, invitations: 1, people: 0, events: 1 });
});

test('every foreign key has an index that begins with its columns', async () => {
  const bare = await database.query(Prisma.sql`
    SELECT c.conrelid::regclass::text AS table, c.conname::text AS key FROM pg_constraint c
     WHERE c.contype = 'f' AND NOT EXISTS (
       SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
          AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`);

  expect(bare).toEqual([]);
});

test('sets have their members once', async () => {
  const keys = await database.query<{ key: string }>(Prisma.sql`
    SELECT format('%s (%s)', c.conrelid::regclass, string_agg(a.attname, ', ' ORDER BY array_position(c.conkey, a.attnum))) AS key
      FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
     WHERE c.contype = 'p' AND cardinality(c.conkey) > 1 AND c.connamespace = 'public'::regnamespace GROUP BY c.oid, c.conrelid ORDER BY 1`);

  expect(keys.map(({ key }) => key).sort()).toEqual([
    'app_read_pools (app_id, pool_id)',
    'audit_event_people (user_id, event_id)',
    'idempotency_keys (caller, key)',
    'invitation_roles (invitation_id, role_id)',
    'membership_roles (membership_id, role_id)',
    'pool_addresses (pool_id, email)',
    'role_permissions (role_id, permission_code)',
    'user_pools (user_id, pool_id)',
    'user_roles (user_id, role_id)',
  ]);
});

test('what is ordered or searched sorts by code points on every database', async () => {
  const columns = await database.query<{ column: string }>(Prisma.sql`
    SELECT a.attrelid::regclass || '.' || a.attname AS column FROM pg_attribute a
      JOIN pg_class t ON t.oid = a.attrelid AND t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
      JOIN pg_collation c ON c.oid = a.attcollation AND c.collname = 'C' ORDER BY 1`);

  expect(columns.map(({ column }) => column)).toEqual(
    expect.arrayContaining([
      'apps.code',
      'audit_events.action',
      'invitations.email',
      'organizations.name',
      'organizations.search_text',
      'organizations.slug',
      'permissions.code',
      'pool_addresses.email',
      'pools.code',
      'roles.code',
      'users.email',
      'users.external_id',
      'users.name',
      'users.search_text',
    ]),
  );
});

// ---------------------------------------------------------------- the catalog, as design/authorization.md has it

test('the built-in roles carry what the tables of permissions say', async () => {
  const platform = ['super_admin', 'system_admin'];
  const table: [string, string[]][] = [
    ['users:read', platform],
    ['users:create', platform],
    ['users:update', platform],
    ['users:assign-roles', platform],
    ['users:sessions', platform],
    ['users:impersonate', platform],
    ['users:set-password', ['system_admin']],
    ['users:delete', ['system_admin']],
    ['apps:read', platform],
    ['apps:grant', platform],
    ['apps:manage', ['system_admin']],
    ['pools:read', platform],
    ['pools:manage', ['system_admin']],
    ['organizations:read', platform],
    ['organizations:create', platform],
    ['organizations:update', platform],
    ['organizations:delete', platform],
    ['organizations:members', platform],
    ['audit:read', platform],
    ['org:read', ['buyer', 'org_admin', 'org_manager', 'org_member', 'seller']],
    ['org:members:read', ['org_admin', 'org_manager', 'org_member']],
    ['org:members:invite', ['org_admin', 'org_manager']],
    ['org:members:update', ['org_admin', 'org_manager']],
    ['org:members:remove', ['org_admin']],
    ['org:update', ['org_admin']],
    ['org:roles:read', ['org_admin', 'org_manager']],
    ['org:roles:create', ['org_admin']],
    ['org:roles:update', ['org_admin']],
    ['org:roles:delete', ['org_admin']],
    ['org:audit:read', ['org_admin']],
    ['org:members:impersonate', ['org_admin']],
  ];

  const rows = await database.query<{ code: string; roles: string[] }>(Prisma.sql`
    SELECT p.code, coalesce(array_agg(r.code ORDER BY r.code) FILTER (WHERE r.code IS NOT NULL), '{}') AS roles
      FROM permissions p LEFT JOIN role_permissions rp ON rp.permission_code = p.code
      LEFT JOIN roles r ON r.id = rp.role_id AND r.built_in AND r.scope = p.scope GROUP BY p.code`);

  expect(Object.fromEntries(rows.map(({ code, roles }) => [code, roles]))).toEqual(Object.fromEntries(table));
});

test('custom roles may carry six permissions and no more', async () => {
  const rows = await database.query<{ code: string }>(Prisma.sql`SELECT code FROM permissions WHERE assignable ORDER BY code`);

  expect(rows.map(({ code }) => code)).toEqual([
    'org:members:invite',
    'org:members:read',
    'org:members:remove',
    'org:members:update',
    'org:read',
    'org:update',
  ]);
});

test('the built-in roles have their ranks', async () => {
  const rows = await database.query<{ role: string }>(Prisma.sql`
    SELECT scope || ' ' || code || ' ' || rank AS role FROM roles WHERE built_in ORDER BY scope, rank`);

  expect(rows.map(({ role }) => role)).toEqual([
    'PLATFORM system_admin 0',
    'PLATFORM super_admin 5',
    'PLATFORM seller 50',
    'PLATFORM buyer 60',
    'PLATFORM base_user 100',
    'ORGANIZATION org_admin 10',
    'ORGANIZATION org_manager 20',
    'ORGANIZATION seller 50',
    'ORGANIZATION buyer 60',
    'ORGANIZATION org_member 80',
  ]);
});

test('the pool `default` is there', async () => {
  expect(await database.query(Prisma.sql`SELECT id, code FROM pools WHERE code = 'default'`)).toEqual([
    { id: defaultPool, code: 'default' },
  ]);
});

test('an audit event has its place in the order of commits', async () => {
  const [row] = await database.query(Prisma.sql`SELECT generation, transaction > 0 AS placed FROM audit_events`);

  expect(row).toEqual({ generation: 1, placed: true });
});

test('a person has an event in its place, and in no other', async () => {
  const places = `SELECT e.generation = p.generation AND e.transaction = p.transaction AS same FROM audit_event_people p JOIN audit_events e ON e.id = p.event_id`;
  const aRowOfAnn = (place: Changes) => insert('audit_event_people', { user_id: ann, event_id: event, ...place });
  const says = 'audit_event_people_generation_transaction_event_id_fkey';

  expect(await rowsAfter(database, [places])).toEqual([{ same: true }]);
  expect(await verdict(database, [aRowOfAnn({ generation: 2 })])).toBe(says);
  expect(await verdict(database, [aRowOfAnn({ transaction: 1 })])).toBe(says);
  expect(await verdict(database, [aRowOfAnn({})])).toBe(says);
});
