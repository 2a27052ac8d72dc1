import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/ids.ts';
import { readPlan, sealPlan } from '../../src/resolvers/user/hard-delete-plan.ts';
import { eventsOf, startAuthWorld, visitor } from '../auth/support.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Visit, visitsTo } from '../support/personas.ts';
import { clientOf, type Organization, type Person, password, type World } from '../support/world.ts';
import { countsOf, HardDelete, hardDeleteBy, previewBy } from './hard-delete.support.ts';
import { invalid, nobodys, notFound, rankTooLow, ruleError } from './support.ts';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
let root: { person: Person; client: Visit };
beforeAll(async () => {
  world = await startAuthWorld({ STEWARD_RESET_REQUESTS: '1', STEWARD_INVITATIONS: '1' });
  visit = visitsTo(world).visit;
  root = await signedIn('system_admin', 'base_user');
});

const signedIn = async (...roles: string[]) => {
  const person = await world.person({ roles });
  return { person, client: await visit(person) };
};

const message = expect.any(String);
const stale = { __typename: 'StalePlanError', code: 'STALE_PLAN', message, path: ['input', 'planToken'] };
const owns = (...organizations: Organization[]) => ({
  __typename: 'OwnsOrganizationsError',
  code: 'OWNS_ORGANIZATIONS',
  message,
  path: null,
  organizations: organizations.map(({ id }) => ({ id })),
});
const suspendInDatabase = ({ uuid }: Person) =>
  world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${uuid}::uuid`);

describe('refused', () => {
  test('an input that is not sound, all of it at once, and nobody is looked for', async () => {
    const hardDelete = hardDeleteBy(root.client);
    expect(await hardDelete('nobody', { reason: 'No' })).toEqual(invalid(['reason', 'TOO_SHORT']));
    expect(await hardDelete('nobody', { reason: 'x'.repeat(501) })).toEqual(invalid(['reason', 'TOO_LONG']));
    expect(await hardDelete('nobody', { reason: '  \u200b ' })).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('who is nobody, whatever the id looks like', async () => {
    const hardDelete = hardDeleteBy(root.client);
    const organization = await world.organization({ owner: root.person });
    for (const id of nobodys('user', organization).filter((id) => !id.includes('\ud800'))) {
      expect(await hardDelete(id)).toEqual({ ...notFound(id), path: ['input', 'userId'] });
    }
  });

  test('in this order: version, oneself, ownership, rank, the last system admin, the last org_admin, the plan', async () => {
    const only = await startAuthWorld();
    const { visit } = visitsTo(only);
    const [caller, owner, member] = [
      await only.person({ roles: ['system_admin'] }),
      await only.person({ roles: ['system_admin', 'base_user'], status: 'SUSPENDED' }),
      await only.person(),
    ];
    const client = await visit(caller);
    const [hardDelete, preview] = [hardDeleteBy(client), previewBy(client)];
    expect(await hardDelete(caller.id, { expectedVersion: 7, planToken: 'x' })).toEqual({
      __typename: 'VersionConflictError',
      code: 'VERSION_CONFLICT',
      message,
      path: ['input', 'expectedVersion'],
      currentVersion: 1,
      current: { id: caller.id },
    });
    const older = await only.organization({ owner: caller });
    const newer = await only.organization({ owner: caller });
    // The only system admin, who owns two organizations.
    expect(await hardDelete(caller.id, { planToken: 'x' })).toEqual(ruleError('SELF_NOT_ALLOWED'));
    expect((await preview(caller.id)).blockers).toEqual([
      ruleError('SELF_NOT_ALLOWED'),
      owns(newer, older),
      ruleError('LAST_SYSTEM_ADMIN'),
    ]);

    // Who may delete outranks everybody, unless a weaker role is given the right.
    await only.database.query(only.sql`
      INSERT INTO role_permissions (role_id, permission_code)
      SELECT id, 'users:delete' FROM roles WHERE code = 'super_admin' AND scope = 'PLATFORM'`);
    const weaker = await visit(await only.person({ roles: ['super_admin'] }));
    expect((await previewBy(weaker)(caller.id)).blockers).toEqual([
      owns(newer, older),
      rankTooLow('system_admin'),
      ruleError('LAST_SYSTEM_ADMIN'),
    ]);
    expect(await hardDeleteBy(weaker)(owner.id, { planToken: 'x' })).toEqual(rankTooLow('system_admin'));

    const shared = await only.organization({ owner, members: [[member, ['org_admin']]] });
    expect(await hardDelete(owner.id, { planToken: 'x' })).toEqual(owns(shared));
    expect(await hardDelete(member.id, { planToken: 'x' })).toEqual(ruleError('LAST_ORG_ADMIN'));
    expect((await preview(member.id)).blockers).toEqual([ruleError('LAST_ORG_ADMIN')]);
    await only.database.query(only.sql`UPDATE users SET status = 'ACTIVE' WHERE id = ${owner.uuid}::uuid`);
    expect(await hardDelete(member.id, { planToken: 'x' })).toEqual(stale);
    expect(await hardDelete(member.id, { expectedVersion: 1 })).toMatchObject({ deletedUserId: member.id });
  });

  test('while impersonating, which is an event like every refused attempt, and one a minute', async () => {
    const admin = await signedIn('system_admin');
    const [asAdmin, jo] = [await signedIn('super_admin'), await world.person()];
    await world.database.query(world.sql`
      INSERT INTO user_roles (user_id, role_id) SELECT ${asAdmin.person.uuid}::uuid, id FROM roles WHERE code = 'system_admin' AND scope = 'PLATFORM'`);
    const acting = await visit(asAdmin.person, { impersonator: { by: admin.person, from: admin.client } });
    const answer = await acting.ask(HardDelete, { input: { userId: jo.id, reason: 'Because' } });

    expect(answer.data.userHardDelete).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await eventsOf(world, answer)).toMatchObject([
      {
        action: 'hard_delete.refused',
        actor_id: asAdmin.person.uuid,
        impersonator_id: admin.person.uuid,
        subject_id: jo.uuid,
        metadata: { code: 'WHILE_IMPERSONATING' },
      },
    ]);
    const before = await fingerprint(world.database);
    await acting.ask(HardDelete, { input: { userId: jo.id, reason: 'Because' } });
    expect(await fingerprint(world.database)).toEqual(before);
    expect((await previewBy(acting)(jo.id)).blockers).toEqual([ruleError('WHILE_IMPERSONATING')]);
  });
});

describe('a plan', () => {
  let admin: Visit;
  beforeAll(async () => {
    admin = (await signedIn('system_admin')).client;
  });
  const planOf = async (who: Person, by: Visit = admin): Promise<string> => (await previewBy(by)(who.id)).planToken;

  test('that was changed, is nonsense, too old, somebody else’s or about somebody else is stale', async () => {
    const [jo, kim] = [await world.person(), await world.person()];
    const hardDelete = hardDeleteBy(admin);
    // A refused attempt is an event about them, once a minute: the plan below is of what is there after the first.
    expect(await hardDelete(jo.id, { planToken: '' })).toEqual(stale);
    const plan = await planOf(jo);
    const { secrets } = world.server.steward;
    const bytes = Buffer.from(plan, 'base64url');
    bytes[40]! ^= 1;
    const changed = [plan.slice(1), `${plan.slice(4)}AAAA`, bytes.toString('base64url'), 'x', 'ü\0', 'A'.repeat(5000)];
    const ofAnotherPurpose = secrets.seal('outbox', Buffer.from('[]')).toString('base64url');
    const others = [await planOf(kim), await planOf(jo, (await signedIn('system_admin')).client)];
    for (const planToken of [...changed, ofAnotherPurpose, ...others]) {
      expect(await hardDelete(jo.id, { planToken })).toEqual(stale);
    }
    expect(await hardDelete(jo.id, { planToken: plan })).toMatchObject({ deletedUserId: jo.id });
  });

  test('is good for ten minutes', async () => {
    const jo = await world.person();
    const { secrets } = world.server.steward;
    const by = await signedIn('system_admin');
    const state = async () => (await readPlan(world.database, { secrets }, jo.uuid))!.fingerprint;
    const sealed = async (agoMs: number) =>
      sealPlan(secrets, { callerId: by.person.uuid, personId: jo.uuid, fingerprint: await state() }, Date.now() - agoMs);

    expect(await hardDeleteBy(by.client)(jo.id, { planToken: await sealed(10 * 60_000) })).toEqual(stale);
    expect(await hardDeleteBy(by.client)(jo.id, { planToken: await sealed(9 * 60_000) })).toMatchObject({ deletedUserId: jo.id });
  });

  test('is stale once anything of it has changed, and holds where nothing has', async () => {
    const { sql, database } = world;
    const app = await world.app();
    const tag = await world.pool();
    const changes: Record<string, (who: Person, there: Organization) => Promise<unknown>> = {
      'a field': (who) => database.query(sql`UPDATE users SET version = version + 1 WHERE id = ${who.uuid}::uuid`),
      'tokens made stale': (who) =>
        database.query(sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${who.uuid}::uuid`),
      'a session': (who) => visit(who),
      'a membership': async (who) => world.organization({ owner: await world.person(), members: [[who]] }),
      'a role there': (who, there) =>
        database.query(sql`
          INSERT INTO membership_roles (membership_id, role_id) SELECT m.id, r.id FROM memberships m, roles r
           WHERE m.user_id = ${who.uuid}::uuid AND m.organization_id = ${there.uuid}::uuid AND r.code = 'org_manager' AND r.built_in`),
      'a platform role': (who) =>
        database.query(sql`
          INSERT INTO user_roles (user_id, role_id) SELECT ${who.uuid}::uuid, id FROM roles WHERE code = 'seller' AND scope = 'PLATFORM'`),
      'a grant': (who) => world.grant(who, app),
      'a pool': (who) =>
        database.query(sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${who.uuid}::uuid, ${tag.uuid}::uuid)`),
      'an invitation': (who, organization) => world.invitation({ organization, email: who.email }),
      'a message': (who) =>
        database.query(sql`
          INSERT INTO outbox_messages (id, kind, recipient, sealed_content) VALUES (${newId()}::uuid, 'x', ${who.email}, '\\x00'::bytea)`),
      'an event': (who) =>
        root.client
          .ask(`mutation ($input: UserUnlockInput!) { userUnlock(input: $input) { __typename } }`, { input: { userId: who.id } })
          .then(() =>
            root.client.ask(
              `mutation ($input: UserSendPasswordResetInput!) { userSendPasswordReset(input: $input) { __typename } }`,
              { input: { userId: who.id } },
            ),
          ),
      'a failed login': (who) => visitor(world).login({ email: who.email, password: 'wrong' }),
    };
    for (const [what, happens] of Object.entries(changes)) {
      const jo = await world.person();
      const there = await world.organization({ owner: await world.person(), members: [[jo]] });
      const by = (await signedIn('system_admin')).client;
      const planToken = await planOf(jo, by);
      await happens(jo, there);
      expect({ what, ...(await hardDeleteBy(by)(jo.id, { planToken })) }).toEqual({ what, ...stale });
    }

    const jo = await world.person();
    const client = await visit(jo);
    const planToken = await planOf(jo);
    // What a request notes of its session is no change.
    await database.query(sql`UPDATE sessions SET last_active_at = now() - interval '1 hour' WHERE user_id = ${jo.uuid}::uuid`);
    await client.run('{ viewer { user { id } } }');
    expect(await hardDeleteBy(admin)(jo.id, { planToken })).toMatchObject({ deletedUserId: jo.id });
    expect(await hardDeleteBy(admin)(jo.id, { planToken })).toEqual(notFound(jo.id));
  });
});

test('the person is gone with all that is theirs, what was counted is what went, and the event tells no more than why', async () => {
  const { sql, database } = world;
  const jo = await world.person({ name: 'Jo Gone' });
  const [owner, kim, app] = [await world.person(), await world.person(), await world.app()];
  const organization = await world.organization({ owner, members: [[jo, ['org_manager', 'org_member']]] });
  const other = await world.organization({ owner });
  await world.invitation({ organization: other, email: jo.email, by: owner });
  const sent = await world.invitation({ organization, email: 'guest@example.com', by: jo });
  await world.grant(jo, app);
  const session = await visit(jo);
  await visit(kim, { impersonator: { by: jo, from: session } });
  await database.query(sql`UPDATE memberships SET invited_by_id = ${jo.uuid}::uuid WHERE organization_id = ${other.uuid}::uuid`);
  await root.client.ask(
    `mutation ($input: UserSendPasswordResetInput!) { userSendPasswordReset(input: $input) { __typename } }`,
    { input: { userId: jo.id } },
  );

  const count = async () => {
    const tables = [
      'users',
      'pool_addresses',
      'user_roles',
      'app_grants',
      'memberships',
      'membership_roles',
      'sessions',
      'refresh_tokens',
    ];
    const more = ['one_time_tokens', 'invitations', 'invitation_roles', 'outbox_messages', 'login_locks'];
    const counts: Record<string, number> = {};
    for (const table of [...tables, ...more])
      counts[table] = (await database.pool.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n;
    return counts;
  };
  const plan = await previewBy(root.client)(jo.id);
  const before = await count();
  const answer = await root.client.ask(HardDelete, {
    input: { userId: jo.id, reason: ' They asked for it ', planToken: plan.planToken, expectedVersion: 1 },
  });
  const after = await count();

  expect(answer.data.userHardDelete).toEqual({
    __typename: 'UserHardDeleteSuccess',
    deletedUserId: jo.id,
    deletes: plan.deletes,
  });
  expect(countsOf(plan)).toEqual({
    users: 1,
    addresses: 1,
    roles: 1,
    appGrants: 1,
    memberships: 1,
    membershipRoles: 2,
    sessions: 2,
    refreshTokens: 2,
    links: 1,
    invitations: 1,
    invitationRoles: 1,
    messages: 1,
    attemptCounts: 1,
  });
  expect(Object.fromEntries(Object.keys(before).map((table) => [table, before[table]! - after[table]!]))).toEqual({
    users: 1,
    pool_addresses: 1,
    user_roles: 1,
    app_grants: 1,
    memberships: 1,
    membership_roles: 2,
    sessions: 2,
    refresh_tokens: 2,
    one_time_tokens: 1,
    invitations: 1,
    invitation_roles: 1,
    outbox_messages: 1,
    login_locks: 1,
  });
  expect(await eventsOf(world, answer)).toEqual([
    {
      action: 'user.hard_deleted',
      actor_id: root.person.uuid,
      actor_name: root.person.name,
      impersonator_id: null,
      subject_type: 'user',
      subject_id: jo.uuid,
      organization_id: null,
      changes: [],
      metadata: { emailHash: world.server.steward.secrets.keyedHash('erased-address', jo.email).toString('hex') },
      ip_address: expect.any(String),
      people: [root.person.uuid],
    },
  ]);
  // What they did for others stays, without them.
  const [left] = await database.query(sql`
    SELECT (SELECT invited_by_id FROM invitations WHERE id = ${sent.uuid}::uuid) AS inviter, o.member_count AS members
      FROM organizations o WHERE o.id = ${organization.uuid}::uuid`);
  expect(left).toEqual({ inviter: null, members: 1 });
  await expect(session.run('{ users { totalCount } }')).toBeRefused('UNAUTHENTICATED');
  expect(await visitor(world).login({ email: jo.email, password })).toMatchObject({ code: 'INVALID_CREDENTIALS' });
});

test('a repetition under its idempotency key gives the same answer, though nobody is there any more', async () => {
  const jo = await world.person();
  const by = await signedIn('system_admin');
  const keyed = clientOf(world.server, world.settings, () => by.client.token, { 'idempotency-key': 'erase-jo' });

  const first = await hardDeleteBy(keyed)(jo.id);
  expect(first).toMatchObject({ deletedUserId: jo.id });
  expect(await hardDeleteBy(keyed)(jo.id)).toEqual(first);
});

test('the address is free at once, and whoever has it next begins with nothing', async () => {
  const { sql, database } = world;
  const email = 'next@example.com';
  const former = await world.person({ email });
  const organization = await world.organization({ owner: await world.person(), members: [[former, ['org_manager']]] });
  const elsewhere = await world.organization({ owner: await world.person() });
  await world.invitation({ organization: elsewhere, email });
  await world.grant(former, await world.app());
  const client = await visit(former);
  const invite = `mutation ($input: OrganizationCreateInvitationInput!) { organizationCreateInvitation(input: $input) { __typename ... on MutationError { code } } }`;
  await client.run(invite, { input: { organizationId: organization.id, email: 'guest-of-next@example.com' } });
  const at = visitor(world);
  for (let i = 0; i < 6; i++) await at.login({ email, password: 'wrong' });
  expect(await at.login({ email, password })).toMatchObject({ code: 'ACCOUNT_LOCKED' });
  await at.run(`mutation { accountRequestPasswordReset(input: { email: "${email}" }) { __typename } }`);

  expect(await hardDeleteBy(root.client)(former.id)).toMatchObject({ deletedUserId: former.id });

  const create = `mutation { userCreate(input: { email: "${email}", password: "${password}" }) { ... on UserCreateSuccess { user { id } } ... on MutationError { code } } }`;
  const created = (await root.client.run(create)).userCreate.user;
  expect(created.id).not.toBe(former.id);
  expect(await at.login({ email, password })).toMatchObject({ viewer: { user: { email } } });
  const seen = await root.client.run(
    `query ($id: ID!) { user(id: $id) { lockedUntil sessionCount invitations { id } memberships { totalCount } appGrants { id } } }`,
    { id: created.id },
  );
  expect(seen.user).toEqual({
    lockedUntil: null,
    sessionCount: 1,
    invitations: [],
    memberships: { totalCount: 0 },
    appGrants: [],
  });
  // The one mail of the hour is there to be had.
  await at.run(`mutation { accountRequestPasswordReset(input: { email: "${email}" }) { __typename } }`);
  expect(await database.query(sql`SELECT FROM outbox_messages WHERE recipient = ${email}`)).toHaveLength(1);
  expect(
    await database.query(sql`SELECT FROM audit_events WHERE action = 'login.refused' AND subject_id = ${former.uuid}::uuid`),
  ).toHaveLength(1);
  await at.login({ email, password: 'wrong' });
});

test('who is suspended can be erased, and so can a system admin who is not the last', async () => {
  const [suspended, admin] = [await world.person(), await world.person({ roles: ['system_admin'] })];
  await suspendInDatabase(suspended);

  expect(await hardDeleteBy(root.client)(suspended.id)).toMatchObject({ deletedUserId: suspended.id });
  expect(await hardDeleteBy(root.client)(admin.id)).toMatchObject({ deletedUserId: admin.id });
});
