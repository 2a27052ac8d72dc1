import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { policy } from '../../src/policy.ts';
import { actAs, claimsIn, Logout, LogoutEverywhere, Refresh, Switch, sessionIdIn, visitor, Whoami } from '../auth/support.ts';
import { examples, sent, setStage } from '../support/mutation-examples.ts';
import type { Visit, visitsTo } from '../support/personas.ts';
import { type Client, clientOf, type Organization, type Person, type World } from '../support/world.ts';
import {
  answersBut,
  expectEnded,
  goesOn,
  happenings,
  holds,
  invalid,
  mutationOf,
  nobodys,
  notFound,
  peopleOf,
  rankTooLow,
  ruleError,
} from './support.ts';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
beforeAll(async () => {
  ({ world, visit } = await setStage());
});

const person = (...roles: string[]) => world.person(roles.length > 0 ? { roles } : {});
const reason = 'Ticket 4711';

const Impersonate = mutationOf(
  'userImpersonate',
  `tokens { accessToken refreshToken tokenType expiresIn expiresAt }
   viewer {
     user { id } impersonator { id } organization { id } permissions memberships { organizationSlug } session { id } assignableRoles { code }
   }
   session {
     id isCurrent isImpersonation impersonator { id } impersonatorName impersonationReason createdAt expiresAt
     user { id } organization { id } app { id } ipAddress userAgent
   }`,
  ['ValidationError', 'NotFoundError', 'PowerError', 'RuleError'],
);

const ask = (by: Client, input: object) => by.ask(Impersonate, { input: { reason, ...input } });
const said = async (by: Client, input: object) => (await ask(by, input)).data.userImpersonate;
const forbidden = async (by: Client, input: object) => {
  const { data, errors } = await ask(by, input);
  return [data, errors.map(({ message, extensions }) => [extensions.code, message])];
};

const begin = (by: Client, as: Person, organization?: Organization) => actAs(world, by, as, organization);

const run = async (by: Client, name: string, input: object) => {
  const { data, errors } = await by.ask(mutationOf(name, '__typename', []), { input });
  expect([data?.[name].code, errors]).toEqual([undefined, []]);
};

// ---------------------------------------------------------------- who may

describe('who may', () => {
  test('nobody without being signed in', async () => {
    await expect(world.anonymous.run(Impersonate, { input: { reason, userId: (await person()).id } })).toBeRefused(
      'UNAUTHENTICATED',
    );
  });

  test('without an organization staff alone, and in one who holds org:members:impersonate', async () => {
    const [owner, admin, manager, custom, seller, member] = await Promise.all(Array.from({ length: 6 }, () => person()));
    const assignable = [
      'org:read',
      'org:members:read',
      'org:members:invite',
      'org:members:update',
      'org:members:remove',
      'org:update',
    ];
    const acme = await world.organization({
      owner: owner!,
      customRoles: { helper: assignable },
      members: [[admin!, ['org_admin']], [manager!, ['org_manager']], [custom!, ['helper']], [seller!, ['seller']], [member!]],
    });
    const stranger = await person();
    const needs = 'This needs org:members:impersonate there or users:impersonate.';

    for (const somebody of [manager!, custom!, seller!, member!]) {
      const by = await visit(somebody);
      expect(await forbidden(by, { userId: member!.id, organizationId: acme.id })).toEqual([null, [['FORBIDDEN', needs]]]);
      expect(await forbidden(by, { userId: member!.id })).toEqual([null, [['FORBIDDEN', needs]]]);
    }
    for (const somebody of [owner!, admin!]) {
      const by = await visit(somebody);
      for (const organizationId of [null, undefined]) {
        expect(await forbidden(by, { userId: member!.id, organizationId })).toEqual([null, [['FORBIDDEN', needs]]]);
      }
      await begin(by, member!, acme);
    }
    for (const role of ['super_admin', 'system_admin']) {
      const by = await visit(await person(role));
      await begin(by, stranger);
      await begin(by, member!, acme);
    }
    for (const role of ['base_user', 'seller', 'buyer']) {
      expect(await forbidden(await visit(await person(role)), { userId: stranger.id })).toEqual([null, [['FORBIDDEN', needs]]]);
    }
  });

  test('an organization out of one’s sight is one that does not exist, also for who administrates another', async () => {
    const [outsider, paused, member] = [await person(), await person(), await person()];
    const home = await world.organization({ owner: outsider });
    const acme = await world.organization({ owner: await person(), members: [[member], [paused, ['org_admin'], 'SUSPENDED']] });
    const scoped = await visit(outsider, { organization: home });
    const ids = [acme.id, encodeId('org', newId()), encodeId('user', acme.uuid), acme.uuid, '', 'nonsense'];

    for (const by of [await visit(outsider), await visit(paused), scoped]) {
      expect(
        await answersBut(by, Impersonate, ids, (organizationId) => ({ reason, userId: member.id, organizationId })),
      ).toHaveLength(1);
      expect(await said(by, { userId: member.id, organizationId: acme.id })).toEqual(notFound(acme.id, 'organizationId'));
    }
    const elsewhere = await world.organization({ owner: outsider, members: [[member]] });
    expect(await said(scoped, { userId: member.id, organizationId: elsewhere.id })).toEqual(
      notFound(elsewhere.id, 'organizationId'),
    );
    const staff = await visit(await person('super_admin'));
    for (const organizationId of ids.slice(1)) {
      expect(await said(staff, { userId: member.id, organizationId })).toEqual(notFound(organizationId, 'organizationId'));
    }
  });

  test('of a suspended organization its members are told so, and nobody is scoped to it', async () => {
    const [owner, member] = [await person(), await person()];
    const closed = await world.organization({ owner, status: 'SUSPENDED', members: [[member]] });
    for (const by of [await visit(owner), await visit(member), await visit(await person('super_admin'))]) {
      expect(await said(by, { userId: member.id, organizationId: closed.id })).toEqual(ruleError('ORGANIZATION_SUSPENDED'));
    }
  });

  test('never out of an impersonation, be it of who might: what is needed is told first', async () => {
    const [superAdmin, jo, admin, second] = [await person('super_admin'), await person(), await person(), await person()];
    const acme = await world.organization({ owner: admin, members: [[second, ['org_admin']], [jo]] });
    const boss = await visit(await person('system_admin'));
    const acting = await begin(boss, superAdmin);
    const asAdmin = await begin(boss, second, acme);

    expect(await said(acting, { userId: jo.id })).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await said(acting, { userId: jo.id, reason: '' })).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await said(asAdmin, { userId: jo.id, organizationId: acme.id })).toEqual(ruleError('WHILE_IMPERSONATING'));
    expect(await forbidden(await begin(boss, jo), { userId: second.id })).toMatchObject([
      null,
      [['FORBIDDEN', expect.any(String)]],
    ]);
  });

  test('it comes alone', async () => {
    const by = await visit(await person('super_admin'));
    const response = await by.post([
      { query: Impersonate, variables: { input: { reason, userId: (await person()).id } } },
      { query: Whoami },
    ]);
    expect(response.status).toBe(400);
  });
});

// ---------------------------------------------------------------- whom

describe('whom', () => {
  test('staff: nobody as powerful, not themselves, nobody suspended, nobody unknown; oneself is told first, then rank', async () => {
    const suspended = await world.person({ status: 'SUSPENDED' });
    const suspendedStaff = await world.person({ status: 'SUSPENDED', roles: ['super_admin', 'base_user'] });
    const over = await world.person({ status: 'SUSPENDED' });
    await world.database.query(
      world.sql`UPDATE users SET suspended_until = now() - interval '1 second' WHERE id = ${over.uuid}::uuid`,
    );
    for (const [role, equals] of [
      ['super_admin', ['super_admin', 'system_admin']],
      ['system_admin', ['system_admin']],
    ] as const) {
      const staff = await person(role);
      const by = await visit(staff);
      for (const equal of equals) {
        expect(await said(by, { userId: (await person(equal, 'base_user')).id })).toEqual(rankTooLow(equal));
      }
      expect(await said(by, { userId: staff.id })).toEqual(ruleError('SELF_NOT_ALLOWED'));
      expect(await said(by, { userId: suspended.id })).toEqual(ruleError('USER_SUSPENDED'));
      for (const userId of nobodys('user', staff)) expect(await said(by, { userId })).toEqual(notFound(userId));
      await begin(by, over);
      await begin(by, await person('seller'));
    }
    const boss = await visit(await person('system_admin'));
    expect(await said(await visit(await person('super_admin')), { userId: suspendedStaff.id })).toEqual(
      rankTooLow('super_admin'),
    );
    expect(await said(boss, { userId: suspendedStaff.id })).toEqual(ruleError('USER_SUSPENDED'));
    await begin(boss, await person('super_admin'));
    await begin(boss, await person('base_user', 'buyer'));
  });

  test('in an organization: active members who are strictly weaker there and have no say on the platform', async () => {
    const [owner, admin, peer, equal, manager, buyer, staff, paused, stranger, foreign] = await Promise.all([
      ...Array.from({ length: 5 }, () => person()),
      person('base_user', 'buyer'),
      person('super_admin'),
      ...Array.from({ length: 3 }, () => person()),
    ]);
    const suspended = await world.person({ status: 'SUSPENDED' });
    const roleless = await world.person({ roles: [] });
    const acme = await world.organization({
      owner: owner!,
      customRoles: { deputy: ['org:read'] },
      members: [
        [admin!, ['org_admin']],
        [peer!, ['org_member', 'org_admin']],
        [equal!, ['deputy']],
        [manager!, ['org_manager']],
        [buyer!],
        [staff!],
        [paused!, ['org_member'], 'SUSPENDED'],
        [suspended],
        [roleless],
      ],
    });
    await world.database.query(world.sql`UPDATE roles SET rank = 10 WHERE organization_id = ${acme.uuid}::uuid`);
    await world.organization({ owner: foreign! });
    const by = await visit(admin!);
    const refusal = (as: Person, organizationId = acme.id) => said(by, { userId: as.id, organizationId });

    expect(await refusal(peer!)).toEqual(rankTooLow('org_admin'));
    expect(await refusal(owner!)).toEqual(rankTooLow('org_admin'));
    expect(await refusal(equal!)).toEqual(rankTooLow('deputy'));
    // Which roles they have elsewhere is none of the organization's business.
    expect(await refusal(buyer!)).toEqual(rankTooLow());
    expect(await refusal(staff!)).toEqual(rankTooLow());
    expect(await refusal(admin!)).toEqual(ruleError('SELF_NOT_ALLOWED'));
    expect(await refusal(paused!)).toEqual(ruleError('NOT_A_MEMBER'));
    expect(await refusal(suspended)).toEqual(ruleError('USER_SUSPENDED'));
    const ids = [stranger!.id, foreign!.id, ...nobodys('user', stranger!)];
    expect(await answersBut(by, Impersonate, ids, (userId) => ({ reason, userId, organizationId: acme.id }))).toHaveLength(1);
    expect(await refusal(foreign!)).toEqual(notFound(foreign!.id));
    await begin(by, manager!, acme);
    await begin(by, roleless, acme);
  });

  test('staff who name an organization: by the rank on the platform, and an active member there', async () => {
    const staff = await person('super_admin');
    const [owner, buyer, paused] = [await person(), await person('buyer'), await person()];
    const equal = await person('super_admin');
    const acme = await world.organization({
      owner,
      members: [[staff], [buyer], [equal], [paused, ['org_member'], 'SUSPENDED']],
    });
    const by = await visit(staff);

    expect(await said(by, { userId: equal.id, organizationId: acme.id })).toEqual(rankTooLow('super_admin'));
    expect(await said(by, { userId: paused.id, organizationId: acme.id })).toEqual(ruleError('NOT_A_MEMBER'));
    const stranger = await person();
    expect(await said(by, { userId: stranger.id, organizationId: acme.id })).toEqual(notFound(stranger.id));
    // Of whoever is a member they are stronger, also where they are members themselves and weaker ones.
    await begin(by, owner, acme);
    await begin(by, buyer, acme);
  });

  test('why is said in 3 to 500 characters, which are told before whom', async () => {
    const by = await visit(await person('super_admin'));
    const jo = await person();
    const tried = (text: string, userId = jo.id) => said(by, { userId, reason: text });

    expect(await tried('')).toEqual(invalid(['reason', 'REQUIRED']));
    expect(await tried(' \n ')).toEqual(invalid(['reason', 'REQUIRED']));
    expect(await tried(' ab ')).toEqual(invalid(['reason', 'TOO_SHORT']));
    expect(await tried('x'.repeat(501))).toEqual(invalid(['reason', 'TOO_LONG']));
    expect(await tried('\u200b\u200b\u200b')).toEqual(invalid(['reason', 'INVISIBLE']));
    expect(await tried('abc\u0000')).toEqual(invalid(['reason', 'NOT_TEXT']));
    expect(await tried('ab', 'nobody')).toEqual(invalid(['reason', 'TOO_SHORT']));
    expect((await tried(' abc ')).session.impersonationReason).toBe('abc');
    expect((await tried('é'.repeat(500))).session.impersonationReason).toBe('é'.repeat(500));
  });
});

// ---------------------------------------------------------------- what it is

describe('what it is', () => {
  test('staff act as a person everywhere: session, viewer, token and event say who and as whom, and the cookie stays', async () => {
    const staff = await world.person({ name: 'Sam Support', roles: ['super_admin'] });
    const jo = await person('base_user', 'seller');
    const acme = await world.organization({ owner: jo });
    const app = await world.app();
    await world.grant(staff, app);
    const from = await visit(staff, { app });

    const answer = await ask(from, { userId: jo.id });

    const { tokens, viewer, session } = answer.data.userImpersonate;
    expect(tokens).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      tokenType: 'Bearer',
      expiresIn: 900,
      expiresAt: expect.any(String),
    });
    expect(viewer).toEqual({
      user: { id: jo.id },
      impersonator: { id: staff.id },
      organization: null,
      permissions: [],
      memberships: [{ organizationSlug: acme.slug }],
      session: { id: session.id },
      assignableRoles: [],
    });
    expect(session).toEqual({
      id: expect.stringMatching(/^ses_/),
      isCurrent: true,
      isImpersonation: true,
      // As the person sees it, who has no right to see others.
      impersonator: null,
      impersonatorName: 'Sam Support',
      impersonationReason: reason,
      createdAt: expect.any(String),
      expiresAt: new Date(Date.parse(session.createdAt) + 3_600_000).toISOString(),
      user: { id: jo.id },
      organization: null,
      app: null,
      ipAddress: expect.any(String),
      userAgent: expect.stringContaining('Firefox'),
    });
    const claims = claimsIn(tokens.accessToken);
    expect(claims).toMatchObject({
      sub: jo.id,
      sid: session.id,
      act: { sub: staff.id },
      roles: ['base_user', 'seller'],
      permissions: [],
      pool: 'default',
    });
    expect([claims.org, claims.app]).toEqual([undefined, undefined]);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await happenings(world, answer)).toEqual([
      {
        action: 'impersonation.started',
        actor: staff.uuid,
        impersonator: null,
        type: 'user',
        subject: jo.uuid,
        organization: null,
        reason,
        changes: [],
        metadata: { sessionId: session.id, expiresAt: session.expiresAt },
        people: peopleOf(staff, jo),
      },
    ]);
    // Both go on, each as who they are.
    expect((await from.run(Whoami)).viewer.user.id).toBe(staff.id);
    expect(await goesOn(world, tokens)).toBe(true);
  });

  test('an organization’s is bound to it: no switching, no refreshing elsewhere, and nothing of the person beyond', async () => {
    const admin = await world.person({ name: 'Ann Admin' });
    const jo = await world.person({ externalId: `jo-${newId()}`, metadata: { team: 'blue' }, lastLoginAt: new Date() });
    const [pool, app] = [await world.pool(), await world.app()];
    const tag = world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${jo.uuid}::uuid, ${pool.uuid}::uuid)`;
    await Promise.all([world.database.query(tag), world.grant(jo, app)]);
    const acme = await world.organization({ owner: admin, members: [[jo, ['org_manager']]] });
    const other = await world.organization({ owner: jo });
    await world.invitation({ organization: await world.organization({ owner: await person() }), email: jo.email });
    const own = await visit(jo);

    const answer = await ask(await visit(admin), { userId: jo.id, organizationId: acme.id });

    const { tokens, viewer, session } = answer.data.userImpersonate;
    expect(viewer).toMatchObject({
      user: { id: jo.id },
      impersonator: { id: admin.id },
      organization: { id: acme.id },
      memberships: [{ organizationSlug: acme.slug }],
      session: { id: session.id },
    });
    expect(session).toMatchObject({ organization: { id: acme.id }, impersonatorName: 'Ann Admin', isCurrent: true });
    expect(claimsIn(tokens.accessToken)).toMatchObject({
      sub: jo.id,
      org: acme.id,
      act: { sub: admin.id },
      roles: ['base_user', 'org_manager'],
      permissions: viewer.permissions,
    });
    expect(await happenings(world, answer)).toMatchObject([{ action: 'impersonation.started', organization: acme.uuid, reason }]);

    const acting = clientOf(world.server, world.settings, () => tokens.accessToken);
    const Bound = `query ($other: ID!, $session: ID!, $app: ID!, $me: ID!) {
      viewer {
        user {
          externalId lastLoginAt lockedUntil suspendedUntil suspensionReason metadata sessionCount sessions(first: 10) { id }
          memberships { totalCount nodes { organizationSlug } } ownedOrganizations { slug } appGrants { id } pools { code }
        }
        memberships { organizationSlug } invitations { id }
      }
      organization(id: $other) { id } app(id: $app) { id } poolByCode(code: "${pool.code}") { id } node(id: $session) { id } user(id: $me) { id }
    }`;
    expect(await acting.run(Bound, { other: other.id, session: own.sessionId, app: app.id, me: admin.id })).toEqual({
      viewer: {
        user: {
          externalId: null,
          lastLoginAt: null,
          lockedUntil: null,
          suspendedUntil: null,
          suspensionReason: null,
          metadata: {},
          sessionCount: 1,
          sessions: [{ id: session.id }],
          memberships: { totalCount: 1, nodes: [{ organizationSlug: acme.slug }] },
          ownedOrganizations: [],
          appGrants: [],
          pools: [],
        },
        memberships: [{ organizationSlug: acme.slug }],
        invitations: [],
      },
      organization: null,
      app: null,
      poolByCode: null,
      node: null,
      user: null,
    });
    for (const organizationId of [other.id, acme.id, null]) {
      const { authSwitchOrganization } = await acting.run(Switch, { input: { organizationId } });
      expect(authSwitchOrganization.code).toBe('WHILE_IMPERSONATING');
    }
    for (const organizationId of [other.id, null, 'nonsense']) {
      expect((await visitor(world).refresh(tokens.refreshToken, { organizationId })).code).toBe('NOT_A_MEMBER');
    }
    const { accountUpdate } = await acting.run(mutationOf('accountUpdate', 'user { id }', []), { input: { name: 'Joe' } });
    expect(accountUpdate).toEqual(ruleError('WHILE_IMPERSONATING'));
    // The scope that it has may be named, and the refused ones have used nothing.
    const next = await visitor(world).refresh(tokens.refreshToken, { organizationId: acme.id });
    expect(claimsIn(next.tokens.accessToken)).toMatchObject({ org: acme.id, act: { sub: admin.id } });
  });

  test('one of staff that names an organization is bound, too', async () => {
    const jo = await person();
    const acme = await world.organization({ owner: jo });
    const other = await world.organization({ owner: jo });
    const acting = await begin(await visit(await person('super_admin')), jo, acme);

    expect((await acting.run(Switch, { input: { organizationId: other.id } })).authSwitchOrganization.code).toBe(
      'WHILE_IMPERSONATING',
    );
    expect(await acting.run('query ($id: ID!) { organization(id: $id) { id } }', { id: other.id })).toEqual({
      organization: null,
    });
  });

  test('bound to an organization it has no power on the platform, whatever the person’s roles', async () => {
    const staff = await person('super_admin');
    const acme = await world.organization({ owner: await person(), members: [[staff, ['org_manager']]] });
    const other = await world.organization({ owner: await person() });
    const acting = await begin(await visit(await person('system_admin')), staff, acme);

    const query = `query ($other: ID!, $own: ID!) {
      viewer { permissions } other: organization(id: $other) { id } own: organization(id: $own) { id } }`;
    expect(await acting.run(query, { other: other.id, own: acme.id })).toEqual({
      viewer: { permissions: ['org:members:invite', 'org:members:read', 'org:members:update', 'org:read', 'org:roles:read'] },
      other: null,
      own: { id: acme.id },
    });
    await expect(acting.run('{ users { totalCount } }')).toBeRefused('FORBIDDEN');
    const { permissions, roles } = claimsIn(acting.accessToken);
    expect([permissions, roles]).toEqual([
      ['org:members:invite', 'org:members:read', 'org:members:update', 'org:read', 'org:roles:read'],
      ['org_manager'],
    ]);
  });

  test('it lasts 60 minutes: a refresh keeps who acts and the end, and gives no token beyond it', async () => {
    const staff = await person('super_admin');
    const jo = await person();
    const acting = await begin(await visit(staff), jo);
    const session = sessionIdIn(acting.accessToken);
    const shift = (minutes: number) =>
      world.database.query(world.sql`
        WITH tokens AS (
          UPDATE refresh_tokens SET expires_at = expires_at - make_interval(mins => ${minutes}::int) WHERE session_id = ${session}::uuid
        )
        UPDATE sessions SET expires_at = expires_at - make_interval(mins => ${minutes}::int), ends_at = ends_at - make_interval(mins => ${minutes}::int),
                            created_at = created_at - make_interval(mins => ${minutes}::int) WHERE id = ${session}::uuid`);
    const end = async () =>
      (await world.database.query<any>(world.sql`SELECT expires_at, ends_at FROM sessions WHERE id = ${session}::uuid`))[0];

    await shift(50);
    const before = await end();
    const next = await visitor(world).refresh(acting.refreshToken);

    expect(await end()).toEqual(before);
    expect(before.expires_at).toEqual(before.ends_at);
    expect(claimsIn(next.tokens.accessToken)).toMatchObject({ sub: jo.id, sid: acting.sessionId, act: { sub: staff.id } });
    expect(next.tokens.expiresIn).toBeLessThanOrEqual(600);
    expect(Date.parse(next.tokens.expiresAt)).toBeLessThanOrEqual(before.ends_at.getTime());
    expect(next.viewer.session.id).toBe(acting.sessionId);
    await shift(11);
    expect(await holds(world, next.tokens.accessToken)).toBe('UNAUTHENTICATED');
    expect(await goesOn(world, next.tokens)).toBe('REFRESH_TOKEN_INVALID');
  });

  test('the person sees it among their sessions, with who and why, and ends it', async () => {
    const staff = await world.person({ name: null, roles: ['super_admin'] });
    const [jo, admin] = [await person(), await world.person({ name: 'Ann Admin' })];
    const acme = await world.organization({ owner: admin, members: [[jo]] });
    const own = await visit(jo);
    const [free, bound] = [await begin(await visit(staff), jo), await begin(await visit(admin), jo, acme)];
    const Sessions = `{ viewer { user { sessionCount sessions(first: 10) {
      id isCurrent isImpersonation impersonator { id } impersonatorName impersonationReason } } } }`;
    const acted = { isCurrent: false, isImpersonation: true, impersonator: null, impersonationReason: reason };

    const { sessions, sessionCount } = (await own.run(Sessions)).viewer.user;

    const byId = (one: { id: string }, two: { id: string }) => (one.id < two.id ? -1 : 1);
    expect([sessionCount, [...sessions].sort(byId)]).toEqual([
      3,
      [
        {
          id: own.sessionId,
          isCurrent: true,
          isImpersonation: false,
          impersonator: null,
          impersonatorName: null,
          impersonationReason: null,
        },
        // Who has no name is called by the address.
        { id: free.sessionId, ...acted, impersonatorName: staff.email },
        { id: bound.sessionId, ...acted, impersonatorName: 'Ann Admin' },
      ].sort(byId),
    ]);
    for (const acting of [free, bound]) {
      await run(own, 'userTerminateSession', { userId: jo.id, sessionId: acting.sessionId });
      await expectEnded(world, acting);
    }
    expect((await own.run(Sessions)).viewer.user.sessionCount).toBe(1);
    const [event] = await world.database.query<any>(world.sql`
      SELECT actor_id, ARRAY(SELECT user_id FROM audit_event_people p WHERE p.event_id = e.id ORDER BY 1) AS people
        FROM audit_events e WHERE action = 'session.terminated' AND subject_id = ${sessionIdIn(free.accessToken)}::uuid`);
    expect(event).toEqual({ actor_id: jo.uuid, people: peopleOf(jo, staff) });
  });

  test('whatever is done meanwhile bears both people, refusals and the end included', async () => {
    const staff = await world.person({ name: 'Sam Support', roles: ['system_admin'] });
    const jo = await world.person({ name: 'Jo' });
    const acme = await world.organization({ owner: jo });
    const acting = await begin(await visit(staff), jo);
    const switched = await acting.run(Switch, { input: { organizationId: acme.id } });
    const scoped = clientOf(world.server, world.settings, () => switched.authSwitchOrganization.tokens.accessToken);

    await run(scoped, 'organizationUpdate', { organizationId: acme.id, description: 'Edited for Jo' });
    await run(scoped, 'organizationCreateInvitation', { organizationId: acme.id, email: `new-${newId()}@example.com` });
    await run(scoped, 'accountUpdate', { name: 'Jo' });
    await run(scoped, 'accountUpdate', { avatarUrl: 'https://example.com/jo.png' });
    await expect(scoped.run('{ users { nodes { id } } }')).toBeRefused('FORBIDDEN');
    expect(await said(scoped, { userId: staff.id, organizationId: acme.id })).toEqual(ruleError('WHILE_IMPERSONATING'));
    const next = await visitor(world).refresh(acting.refreshToken, { organizationId: null });
    const last = clientOf(world.server, world.settings, () => next.tokens.accessToken);
    const logout = await last.ask(Logout);

    expect(logout.headers.get('set-cookie')).toBeNull();
    const events = await world.database.query<any>(world.sql`
      SELECT action, actor_id, actor_name, impersonator_id, impersonator_name,
             ARRAY(SELECT user_id FROM audit_event_people p WHERE p.event_id = e.id) @> ARRAY[${jo.uuid}::uuid, ${staff.uuid}::uuid] AS of_both
        FROM audit_events e WHERE actor_id = ${jo.uuid}::uuid ORDER BY generation, transaction, id`);
    expect(events.map(({ action }) => action)).toEqual([
      'session.scope_changed',
      'organization.updated',
      'invitation.created',
      'user.updated',
      'access.forbidden',
      'impersonation.refused',
      'session.scope_changed',
      'user.logged_out',
    ]);
    for (const event of events) {
      expect(event).toMatchObject({
        actor_name: 'Jo',
        impersonator_id: staff.uuid,
        impersonator_name: 'Sam Support',
        of_both: true,
      });
    }
  });

  test('the refresh cookie of a browser, which is the impersonator’s own, is never touched', async () => {
    const staff = await person('super_admin');
    const jo = await person();
    const from = await visit(staff);
    const browser = (token: string) => visitor(world, { token, cookie: from.refreshToken });

    const started = await ask(browser(from.token!), { userId: jo.id });
    const { accessToken, refreshToken } = started.data.userImpersonate.tokens;
    const refreshed = await browser(accessToken).ask(Refresh, { input: { refreshToken } });
    const next = refreshed.data.authRefresh.tokens;
    const stopped = await browser(next.accessToken).ask(
      'mutation { authStopImpersonating { ... on AuthStopImpersonatingSuccess { ok } } }',
    );

    expect(stopped.data).toEqual({ authStopImpersonating: { ok: true } });
    for (const { headers } of [started, refreshed, stopped]) expect(headers.get('set-cookie')).toBeNull();
    // A refresh by the cookie is one of the impersonator's own session, whatever token comes along.
    const own = await visitor(world, { token: next.accessToken, cookie: from.refreshToken }).ask(Refresh, { input: {} });
    expect(own.data.authRefresh.viewer.user.id).toBe(staff.id);
  });

  test('what the policy rows refuse meanwhile is refused, in any or in an organization’s', async () => {
    const [boss, chief] = [await person('system_admin'), await person('system_admin')];
    const acme = await world.organization({ owner: chief, members: [[boss]] });
    // Nobody acts as an equal; who could do everything shows that nothing else refuses.
    const from = await visit(boss);
    const acting = {
      refused: await visit(chief, { impersonator: { by: boss, from } }),
      refusedWhenBound: await visit(chief, { impersonator: { by: boss, from, boundTo: acme } }),
    };
    const refused = Object.entries(policy).flatMap(([name, row]) =>
      typeof row === 'object' && 'whileImpersonating' in row ? [[name, row.whileImpersonating] as const] : [],
    );
    expect(refused.length).toBeGreaterThan(35);
    for (const [name, when] of refused) {
      const { input } = await examples[name]!.change();
      const { said } = await sent(name, { by: acting[when], ...(input && { input }) });
      expect([name, said.code]).toEqual([name, 'WHILE_IMPERSONATING']);
    }
  });
});

// ---------------------------------------------------------------- limits and refused attempts

describe('limits', () => {
  test('the 31st within an hour is too many, says when to try again, and refused ones do not count', async () => {
    const staff = await person('super_admin');
    const [jo, equal] = [await person(), await person('super_admin')];
    const by = await visit(staff);
    for (let i = 0; i < 30; i++) {
      if (i % 10 === 0) expect(await said(by, { userId: equal.id })).toEqual(rankTooLow('super_admin'));
      await begin(by, jo);
    }

    // Counted for the person, whichever session they use.
    const { data, errors } = await ask(await visit(staff), { userId: jo.id });

    expect([data, errors]).toEqual([
      null,
      [
        {
          message: expect.any(String),
          path: ['userImpersonate'],
          locations: expect.anything(),
          extensions: { code: 'TOO_MANY_ATTEMPTS', retryAt: expect.any(String) },
        },
      ],
    ]);
    const minutes = (Date.parse(errors[0]!.extensions.retryAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(55);
    expect(minutes).toBeLessThanOrEqual(60);
    // What stands against the person is told before.
    expect(await said(by, { userId: equal.id })).toEqual(rankTooLow('super_admin'));
    const alive = world.sql`SELECT FROM sessions WHERE impersonator_id = ${staff.uuid}::uuid`;
    expect(await world.database.query(alive)).toHaveLength(30);
    const key = world.server.steward.secrets.keyedHash('impersonations', staff.uuid);
    await world.database.query(world.sql`
      UPDATE login_locks SET failed_at = ARRAY(SELECT t - interval '1 hour' FROM unnest(failed_at) t) WHERE key = ${key}::bytea`);
    await begin(by, jo);
  });

  test('refused attempts of a session within a minute are one event, which says why and not what for', async () => {
    const staff = await person('super_admin');
    const [equal, jo] = [await person('super_admin'), await person()];
    const [one, two] = [await visit(staff), await visit(staff)];
    const refusals = () =>
      world.database.query<any>(world.sql`
        SELECT action, actor_id, subject_type, subject_id, organization_id, reason, metadata FROM audit_events
         WHERE actor_id = ${staff.uuid}::uuid AND action <> 'impersonation.started' ORDER BY generation, transaction, id`);
    const event = (subject: string | null, code: string) => ({
      action: 'impersonation.refused',
      actor_id: staff.uuid,
      subject_type: subject && 'user',
      subject_id: subject,
      organization_id: null,
      reason: null,
      metadata: { code },
    });

    await said(one, { userId: equal.id });
    await said(one, { userId: staff.id });
    await said(one, { userId: 'nobody' });
    expect(await refusals()).toEqual([event(equal.uuid, 'RANK_TOO_LOW')]);

    await said(two, { userId: jo.id, reason: '' });
    expect(await refusals()).toEqual([event(equal.uuid, 'RANK_TOO_LOW'), event(jo.uuid, 'VALIDATION_FAILED')]);

    await world.database.query(world.sql`UPDATE refusal_windows SET until = now() - interval '1 second'`);
    await said(two, { userId: 'nobody' });
    expect((await refusals()).slice(2)).toEqual([event(null, 'NOT_FOUND')]);

    await world.database.query(world.sql`UPDATE refusal_windows SET until = now() - interval '1 second'`);
    await begin(two, jo);
    expect(await refusals()).toHaveLength(3);
  });

  test('a refused attempt belongs to the organization that it names, where its caller can see that', async () => {
    const [owner, peer, outsider] = [await person(), await person(), await person()];
    const acme = await world.organization({ owner, members: [[peer, ['org_admin']]] });

    const inside = await ask(await visit(owner), { userId: peer.id, organizationId: acme.id });
    const outside = await ask(await visit(outsider), { userId: peer.id, organizationId: acme.id });

    expect(await happenings(world, inside)).toMatchObject([
      {
        action: 'impersonation.refused',
        organization: acme.uuid,
        metadata: { code: 'RANK_TOO_LOW' },
        people: peopleOf(owner, peer),
      },
    ]);
    expect(await happenings(world, outside)).toMatchObject([
      { action: 'impersonation.refused', organization: null, metadata: { code: 'NOT_FOUND' }, people: peopleOf(outsider, peer) },
    ]);
  });

  test('FORBIDDEN is an event of its own, of the organization that was named', async () => {
    const [owner, manager] = [await person(), await person()];
    const acme = await world.organization({ owner, members: [[manager, ['org_manager']]] });
    const metadata = { field: 'userImpersonate', needs: 'org:members:impersonate there or users:impersonate' };

    const there = await ask(await visit(manager), { userId: owner.id, organizationId: acme.id });
    const anywhere = await ask(await visit(manager), { userId: owner.id });

    expect(await happenings(world, there)).toMatchObject([{ action: 'access.forbidden', organization: acme.uuid, metadata }]);
    expect(await happenings(world, anywhere)).toMatchObject([{ action: 'access.forbidden', organization: null, metadata }]);
  });
});

// ---------------------------------------------------------------- how it ends

describe('it ends', () => {
  /** Somebody who acts as somebody, and a system admin who is neither. */
  async function acted(options: { app?: { uuid: string } } = {}) {
    const [boss, staff, jo] = [
      await visit(await person('system_admin')),
      await person('super_admin', 'base_user'),
      await person('base_user', 'buyer'),
    ];
    const from = await visit(staff, options);
    return { boss, staff, jo, from, acting: await begin(from, jo) };
  }
  type Acted = Awaited<ReturnType<typeof acted>>;

  const newPassword = 'a staple that is quite correct';
  const withWhom: Record<string, (of: Person, boss: Visit) => Promise<void>> = {
    'a role that they lose': (of, boss) => run(boss, 'userSetRoles', { userId: of.id, roleCodes: ['base_user'] }),
    'their suspension': (of, boss) => run(boss, 'userSuspend', { userId: of.id, reason }),
    'a new password': (of, boss) => run(boss, 'userSetPassword', { userId: of.id, newPassword }),
    'a new address': (of, boss) => run(boss, 'userUpdate', { userId: of.id, email: `new-${newId()}@example.com` }),
    'being signed out by others': (of, boss) => run(boss, 'userRevokeSessions', { userId: of.id }),
    'signing out everywhere': async (of) => void (await (await visit(of)).run(LogoutEverywhere)),
    'their deletion': async (of, boss) => run(boss, 'userHardDelete', { userId: of.id, reason }),
  };

  for (const side of ['staff', 'jo'] as const) {
    test.each(Object.keys(withWhom))(`with ${side === 'staff' ? 'the impersonator' : 'the person'}: %s`, async (what) => {
      const all = await acted();
      expect(await holds(world, all.acting.accessToken)).toBe(true);

      await withWhom[what]!(all[side], all.boss);

      await expectEnded(world, all.acting);
    });
  }

  test('with the person’s rise to the impersonator’s rank, and with no lesser one', async () => {
    const { boss, jo, acting } = await acted();

    await run(boss, 'userSetRoles', { userId: jo.id, roleCodes: ['base_user', 'buyer', 'seller'] });
    expect(await holds(world, acting.accessToken)).toBe('TOKEN_STALE');
    const { tokens } = await visitor(world).refresh(acting.refreshToken);
    expect(await holds(world, tokens.accessToken)).toBe(true);

    await run(boss, 'userSetRoles', { userId: jo.id, roleCodes: ['base_user', 'buyer', 'seller', 'super_admin'] });
    await expectEnded(world, tokens);
  });

  const withSession: Record<string, (all: Acted, app: { id: string }) => Promise<unknown>> = {
    'a logout': ({ from }) => from.run(Logout),
    'its termination': ({ boss, staff, from }) =>
      run(boss, 'userTerminateSession', { userId: staff.id, sessionId: from.sessionId }),
    'access to its app that is revoked': ({ boss, staff }, app) =>
      run(boss, 'appRevokeUser', { userId: staff.id, appId: app.id }),
    'the deletion of its app': ({ boss }, app) => run(boss, 'appDelete', { appId: app.id }),
    'its end in time': ({ from }) =>
      world.database.query(world.sql`UPDATE sessions SET expires_at = now() WHERE id = ${from.sessionUuid}::uuid`),
    'the theft of its refresh token': async ({ from }) => {
      await visitor(world).refresh(from.refreshToken);
      await world.database.query(world.sql`
        UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE session_id = ${from.sessionUuid}::uuid AND used_at IS NOT NULL`);
      expect((await visitor(world).refresh(from.refreshToken)).code).toBe('REFRESH_TOKEN_REUSED');
    },
  };
  test.each(Object.keys(withSession))('with the session that it was started from: %s', async (what) => {
    const app = await world.app();
    const other = await world.app();
    const all = await acted({ app });
    await Promise.all([world.grant(all.staff, app), world.grant(all.staff, other)]);
    const elsewhere = await begin(await visit(all.staff, { app: other }), all.jo);

    await withSession[what]!(all, app);

    await expectEnded(world, all.acting);
    // One that was started from another session goes on, with a new token where power was taken from the person.
    expect(await goesOn(world, elsewhere)).toBe(true);
    const Count = 'query ($id: ID!) { user(id: $id) { sessionCount sessions(first: 5) { id } } }';
    expect((await all.boss.run(Count, { id: all.jo.id })).user).toEqual({
      sessionCount: 1,
      sessions: [{ id: elsewhere.sessionId }],
    });
  });

  test('a disabled app refuses the refresh of what was started from a session there', async () => {
    const app = await world.app();
    const all = await acted({ app });
    await world.grant(all.staff, app);

    await run(all.boss, 'appUpdate', { appId: app.id, status: 'DISABLED' });

    expect((await visitor(world).refresh(all.from.refreshToken)).code).toBe('APP_DISABLED');
    expect((await visitor(world).refresh(all.acting.refreshToken)).code).toBe('APP_DISABLED');
    await run(all.boss, 'appUpdate', { appId: app.id, status: 'ACTIVE' });
    expect(await goesOn(world, all.acting)).toBe(true);
  });

  /** An organization's admin who acts as a member. */
  async function actedThere() {
    const [owner, admin, jo] = [await person(), await person(), await person()];
    const boss = await visit(await person('system_admin'));
    const acme = await world.organization({
      owner,
      customRoles: { clerk: ['org:read'] },
      members: [
        [admin, ['org_admin', 'org_member']],
        [jo, ['clerk', 'buyer']],
      ],
    });
    const [role] = await world.database.query<{ id: string }>(
      world.sql`SELECT id FROM roles WHERE organization_id = ${acme.uuid}::uuid`,
    );
    const acting = await begin(await visit(admin), jo, acme);
    return { owner: await visit(owner), admin, jo, boss, acme, roleId: encodeId('role', role!.id), acting };
  }
  type ActedThere = Awaited<ReturnType<typeof actedThere>>;
  const inAcme = ({ acme }: ActedThere, of: Person, rest: object = {}) => ({ organizationId: acme.id, userId: of.id, ...rest });

  const there: Record<string, (all: ActedThere) => Promise<void>> = {
    'the removal of the member': (all) => run(all.owner, 'organizationRemoveMember', inAcme(all, all.jo)),
    'the removal of the admin': (all) => run(all.owner, 'organizationRemoveMember', inAcme(all, all.admin)),
    'the leaving of the member': async (all) =>
      run(await visit(all.jo), 'accountLeaveOrganization', { organizationId: all.acme.id }),
    'the leaving of the admin': async (all) =>
      run(await visit(all.admin), 'accountLeaveOrganization', { organizationId: all.acme.id }),
    'a suspended membership': (all) =>
      run(all.owner, 'organizationSetMemberStatus', inAcme(all, all.jo, { status: 'SUSPENDED' })),
    'a suspended membership of the admin': (all) =>
      run(all.owner, 'organizationSetMemberStatus', inAcme(all, all.admin, { status: 'SUSPENDED' })),
    'a role that the member loses': (all) =>
      run(all.owner, 'organizationSetMemberRoles', inAcme(all, all.jo, { roleCodes: ['clerk'] })),
    'a role that the admin loses': (all) =>
      run(all.owner, 'organizationSetMemberRoles', inAcme(all, all.admin, { roleCodes: ['org_member'] })),
    'a rise to the admin’s rank': (all) =>
      run(all.owner, 'organizationSetMemberRoles', inAcme(all, all.jo, { roleCodes: ['clerk', 'buyer', 'org_admin'] })),
    'the rise of a role that the member has': (all) =>
      run(all.owner, 'organizationUpdateRole', { organizationId: all.acme.id, roleId: all.roleId, rank: 10 }),
    'the deletion of a role that the member has': (all) =>
      run(all.owner, 'organizationDeleteRole', { organizationId: all.acme.id, roleId: all.roleId }),
    'the ownership': (all) =>
      run(all.owner, 'organizationTransferOwnership', { organizationId: all.acme.id, newOwnerId: all.jo.id }),
    'the end of the organization': (all) => run(all.boss, 'organizationDelete', { organizationId: all.acme.id }),
    'a role on the platform': (all) => run(all.boss, 'userSetRoles', { userId: all.jo.id, roleCodes: ['base_user', 'seller'] }),
  };
  test.each(Object.keys(there))('in an organization, with %s', async (what) => {
    const all = await actedThere();
    expect(await holds(world, all.acting.accessToken)).toBe(true);

    await there[what]!(all);

    await expectEnded(world, all.acting);
  });

  test('in an organization staff outrank whoever rises there, and go on', async () => {
    const { owner, jo, acme } = await actedThere();
    const acting = await begin(await visit(await person('super_admin')), jo, acme);

    await run(owner, 'organizationSetMemberRoles', {
      organizationId: acme.id,
      userId: jo.id,
      roleCodes: ['clerk', 'buyer', 'org_admin'],
    });

    expect(await goesOn(world, acting)).toBe(true);
  });

  test('in an organization that is suspended it goes on, as its members do: reading', async () => {
    const { boss, acme, acting } = await actedThere();

    await run(boss, 'organizationSuspend', { organizationId: acme.id, reason });

    expect((await acting.run(Whoami)).viewer.permissions).toEqual(['org:read']);
    expect(await goesOn(world, acting)).toBe(true);
  });
});
