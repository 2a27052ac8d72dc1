import { beforeAll, expect, test } from 'vitest';
import { conflict, documentOf } from '../app/support.ts';
import { claimsIn, startAuthWorld, visitor } from '../auth/support.ts';
import { type Organization, type Person, password, type World } from '../support/world.ts';
import {
  authenticationError,
  expectNothingWritten,
  expectNowhereStored,
  happenings,
  invalid,
  mutationOf,
  notFound,
  ruleError,
} from '../user/support.ts';
import { closed, closedOnes, invitationIn } from './invitations.support.ts';

const SignUp = mutationOf(
  'accountSignUp',
  'tokens { accessToken refreshToken } viewer { user { email emailVerified } } membership { roles { code } }',
  ['ValidationError', 'NotFoundError', 'AuthenticationError'],
);

let world: World;
let owner: Person;
let organization: Organization;
beforeAll(async () => {
  world = await startAuthWorld();
  owner = await world.person();
  organization = await world.organization({ owner });
});

const signUp = async (input: object) =>
  (await visitor(world).run(SignUp, { input: { name: 'New', password, ...input } })).accountSignUp;

test('refused without a trace: an unknown token, and apps that let nobody in', async () => {
  const { token } = await world.invitation({ organization, email: 'refused@example.com', by: owner });
  const [closed, disabled] = [await world.app(), await world.app({ status: 'DISABLED' })];

  await expectNothingWritten(world, async () => {
    expect(await signUp({ invitationToken: 'unknown' })).toEqual({ ...notFound('x', 'invitationToken'), id: null });
    for (const [appCode, code] of [
      ['nowhere', 'APP_NOT_FOUND'],
      [disabled.code, 'APP_DISABLED'],
      [closed.code, 'APP_ACCESS_DENIED'],
    ]) {
      expect(await signUp({ invitationToken: token, appCode })).toEqual(authenticationError(code!));
    }
  });
});

test('makes an account that is signed in, a member, and can log in again', async () => {
  const email = 'new@example.com';
  const { token } = await world.invitation({ organization, email, by: owner, roles: ['buyer'] });

  expect(await signUp({ invitationToken: token })).toMatchObject({
    __typename: 'AccountSignUpSuccess',
    tokens: { refreshToken: expect.any(String) },
    viewer: { user: { email, emailVerified: true } },
    membership: { roles: [{ code: 'buyer' }] },
  });
  expect((await visitor(world).login({ email, password })).tokens).toBeTruthy();
  expect(await signUp({ invitationToken: token })).toMatchObject({ code: 'INVITATION_USED' });
});

const Whole = documentOf(
  'accountSignUp',
  'tokens { accessToken refreshToken } viewer { user { id email name emailVerified } organization { id } } membership { userId invitedByName roles { code } }',
);
const ask = (input: object) => visitor(world).ask(Whole, { input: { password, ...input } });
const whole = async (input: object) => (await ask(input)).data.accountSignUp;

test('refused: what is wrong with name and password, all at once, also for an unknown link', async () => {
  const { token } = await world.invitation({ organization, email: 'jo.miller@example.com', by: owner });

  await expectNothingWritten(world, async () => {
    const input = { name: 'x'.repeat(201), password: 'my jo.miller@example.com key' };
    expect(await whole({ ...input, invitationToken: token })).toEqual(
      invalid(['name', 'TOO_LONG'], ['password', 'CONTAINS_EMAIL']),
    );
    expect(await whole({ ...input, invitationToken: 'unknown' })).toEqual(invalid(['name', 'TOO_LONG']));
    expect(await whole({ password: 'short-one-1', invitationToken: 'unknown' })).toEqual(invalid(['password', 'TOO_SHORT']));
  });
});

test.each(closedOnes)('refused: $stored: $code', async ({ stored, code, status }) => {
  const { token } = await invitationIn(world, {
    organization,
    email: `closed-${code.toLowerCase().replace('_', '-')}@example.com`,
    by: owner,
    ...stored,
  });

  await expectNothingWritten(world, async () => {
    expect(await whole({ invitationToken: token })).toEqual(closed(code, status));
  });
});

test('refused: a suspended organization, and an address that is taken in the pool, at home or by a tag', async () => {
  const suspended = await world.organization({ owner, status: 'SUSPENDED' });
  const { token } = await world.invitation({ organization: suspended, email: 'late@example.com', by: owner });
  const [pool, jo] = [await world.pool(), await world.person()];
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  await world.database.query(world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${jo.uuid}::uuid, ${pool.uuid}::uuid)`);
  const taken = await world.invitation({ organization, email: jo.email, by: owner });

  await expectNothingWritten(world, async () => {
    expect(await whole({ invitationToken: token })).toEqual(ruleError('ORGANIZATION_SUSPENDED'));
    for (const appCode of [null, app.code]) {
      expect(await whole({ invitationToken: taken.token, appCode })).toEqual({
        ...conflict('EMAIL_TAKEN', null, ''),
        path: null,
      });
    }
  });
});

test('through an app: at home in its pool, with its grant and its session, in one event without secrets; elsewhere the address is another’s', async () => {
  const [pool, namesake] = [await world.pool(), await world.person()];
  const app = await world.app({ pool: pool.code, autoGrantOnSignup: true });
  const { email } = namesake;
  const { token, id } = await world.invitation({ organization, email, by: owner, roles: ['org_manager'] });
  const secret = 'a staple that nobody has seen yet';

  const answer = await ask({ invitationToken: token, appCode: app.code, password: secret });

  const { tokens, viewer, membership, ...rest } = answer.data.accountSignUp;
  expect(rest).toEqual({ __typename: 'AccountSignUpSuccess' });
  expect(viewer).toEqual({
    user: { id: expect.stringMatching(/^user_/), email, name: null, emailVerified: true },
    organization: null,
  });
  expect(viewer.user.id).not.toBe(namesake.id);
  expect(membership).toEqual({ userId: viewer.user.id, invitedByName: owner.name, roles: [{ code: 'org_manager' }] });
  const events = await happenings(world, answer);
  const actor = events[0]!.actor!;
  // Admins of the organization read it: nothing in it of pools, apps and what the person is on the platform.
  expect(events).toEqual([
    {
      action: 'user.signed_up',
      actor,
      impersonator: null,
      type: 'user',
      subject: actor,
      organization: organization.uuid,
      reason: null,
      changes: [
        { field: 'email', before: null, after: email },
        { field: 'memberRoles', before: null, after: ['org_manager'] },
      ],
      metadata: { invitationId: id, membershipId: expect.stringMatching(/^mem_/) },
      people: [actor],
    },
  ]);
  const [stored] = await world.database.query<any>(world.sql`
    SELECT p.code AS pool, ARRAY(SELECT r.code FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id) AS roles,
           ARRAY(SELECT g.status::text FROM app_grants g WHERE g.user_id = u.id AND g.app_id = ${app.uuid}::uuid) AS grants
      FROM users u JOIN pools p ON p.id = u.home_pool_id WHERE u.id = ${events[0]!.actor}::uuid`);
  expect(stored).toEqual({ pool: pool.code, roles: ['base_user'], grants: ['ACTIVE'] });
  expect(claimsIn(tokens.accessToken)).toMatchObject({
    sub: viewer.user.id,
    app: app.code,
    pool: pool.code,
    roles: ['base_user'],
  });
  expect(claimsIn(tokens.accessToken)).not.toHaveProperty('org');
  for (const hidden of [token, secret, tokens.refreshToken]) await expectNowhereStored(world, hidden);
  expect(await visitor(world, { token: tokens.accessToken }).switchTo(organization.id)).toMatchObject({
    viewer: { organization: { id: organization.id } },
  });
  expect(await visitor(world).login({ email, password: secret, appCode: app.code })).toMatchObject({
    viewer: { user: { id: viewer.user.id } },
  });
});

test('with a cookie the refresh token is nowhere else', async () => {
  const { token } = await world.invitation({ organization, email: 'cookie@example.com', by: owner });

  const answer = await ask({ invitationToken: token, useCookie: true });

  expect(answer.data.accountSignUp.tokens).toEqual({ accessToken: expect.any(String), refreshToken: null });
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^steward_refresh=[\w-]{43}; .*HttpOnly.*SameSite=Strict/),
  ]);
});

test('an inviter who has become weaker gives `org_member` alone', async () => {
  const weak = await world.person();
  const there = await world.organization({ owner, members: [[weak]] });
  const { token } = await world.invitation({ organization: there, email: 'weak@example.com', by: weak, roles: ['org_admin'] });

  expect(await whole({ invitationToken: token })).toMatchObject({ membership: { roles: [{ code: 'org_member' }] } });
});

test('without an app: at home in `default`, and the session goes on with its refresh token', async () => {
  const { token } = await world.invitation({ organization, email: 'plain@example.com', by: owner });

  const { tokens, viewer } = await whole({ invitationToken: token, name: ' Ada ' });

  expect(viewer.user).toMatchObject({ name: 'Ada', emailVerified: true });
  const refreshed = await visitor(world).refresh(tokens.refreshToken);
  expect(claimsIn(refreshed.tokens.accessToken)).toMatchObject({ sub: viewer.user.id, pool: 'default', roles: ['base_user'] });
  expect(await whole({ invitationToken: token, name: 'Ada' })).toEqual(closed('INVITATION_USED', 'ACCEPTED'));
});
