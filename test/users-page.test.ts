import { beforeAll, expect, test } from 'vitest';
import { clientOf, password, startWorld, type World } from './support/world.ts';

/**
 * A day of an operator who runs users: every task of the page on users, in its order, by the people whom it takes. The hard
 * delete of the person comes last, since the pools are theirs until then.
 */

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

const refusal = '... on MutationError { code message path }';

test('an operator lists, looks up, grants, re-roles, signs out, sets a password, impersonates, moves between pools, and deletes for good', async () => {
  const { person, organization, app, pool, anonymous } = world;
  const admin = await person({ name: 'Admin', roles: ['system_admin'] });
  const ryan = await person({ email: 'ryan@example.com', name: 'Ryan' });
  const nia = await person({ email: 'nia@example.com', name: 'Nia', roles: ['base_user', 'buyer'] });
  const acme = await organization({ owner: ryan });
  const demo = await app({ code: 'auth-client-demo' });
  const open = await app({ code: 'walk-in', autoGrantOnSignup: true });
  await pool('partner-portal');
  await pool('claimleo');
  const mutate = async (name: string, selection: string, input: object): Promise<any> => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}`;
    const data = await admin.run(
      `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on ${type}Success { ${selection} } ${refusal} } }`,
      { input },
    );
    return data[name];
  };
  const list = async (where: object): Promise<{ totalCount: number; nodes: { email: string }[] }> =>
    (await admin.run('query ($where: UserWhere) { users(first: 50, where: $where) { totalCount nodes { email } } }', { where }))
      .users;

  // Get all users for an application, with further filters, and known ones in one round trip.
  await mutate('appGrantUser', 'changed', { appId: demo.id, userId: ryan.id });
  expect(await list({ appId: demo.id })).toEqual({ totalCount: 1, nodes: [{ email: 'ryan@example.com' }] });
  expect(await list({ search: 'ryan@' })).toEqual({ totalCount: 1, nodes: [{ email: 'ryan@example.com' }] });
  expect(await list({ organizationId: acme.id })).toEqual({ totalCount: 1, nodes: [{ email: 'ryan@example.com' }] });
  const lookup = `query ($emails: [EmailAddress!], $ids: [ID!]) { usersLookup(emails: $emails, ids: $ids) { users { email } missingEmails } }`;
  expect((await admin.run(lookup, { emails: ['ryan@example.com', 'gone@example.com'], ids: [nia.id] })).usersLookup).toEqual({
    users: [{ email: 'nia@example.com' }, { email: 'ryan@example.com' }],
    missingEmails: ['gone@example.com'],
  });

  // Assign and remove users to applications.
  const grantOf = 'changed grant { status revokedAt app { code } }';
  const granted = { status: 'ACTIVE', revokedAt: null, app: { code: 'auth-client-demo' } };
  expect(await mutate('appGrantUser', grantOf, { appId: demo.id, userId: nia.id })).toMatchObject({
    changed: true,
    grant: granted,
  });
  expect(await mutate('appGrantUser', grantOf, { appId: demo.id, userId: nia.id })).toMatchObject({
    changed: false,
    grant: granted,
  });
  const theirApps = 'query ($id: ID!) { user(id: $id) { appGrants { status app { code } } } }';
  expect((await admin.run(theirApps, { id: nia.id })).user.appGrants).toEqual([
    { status: 'ACTIVE', app: { code: 'auth-client-demo' } },
  ]);
  await nia.signIn({ appCode: 'auth-client-demo' });
  const inDemo = nia.tokens!.accessToken;
  const revoked = await mutate('appRevokeUser', 'changed readmittedOnLogin grant { status }', { appId: demo.id, userId: nia.id });
  expect(revoked).toMatchObject({ changed: true, readmittedOnLogin: false, grant: { status: 'REVOKED' } });
  expect(await login({ email: nia.email, appCode: 'auth-client-demo' })).toMatchObject({ code: 'APP_ACCESS_DENIED' });
  expect(await whoami(inDemo)).toBe('UNAUTHENTICATED');
  await mutate('appGrantUser', 'changed', { appId: open.id, userId: nia.id });
  expect(await mutate('appRevokeUser', 'readmittedOnLogin', { appId: open.id, userId: nia.id })).toMatchObject({
    readmittedOnLogin: true,
  });
  expect(await login({ email: nia.email, appCode: 'walk-in' })).toHaveProperty('tokens');

  // Set a user's roles: the set is replaced, and felt at once.
  await nia.signIn();
  const roles = await mutate('userSetRoles', 'user { roles { code } } added { code } removed { code }', {
    userId: nia.id,
    roleCodes: ['base_user', 'seller'],
  });
  expect(roles).toMatchObject({
    user: { roles: [{ code: 'seller' }, { code: 'base_user' }] },
    added: [{ code: 'seller' }],
    removed: [{ code: 'buyer' }],
  });
  expect(await whoami(nia.tokens!.accessToken)).toBe('TOKEN_STALE');

  // Sessions and credentials.
  const sessionsOf = 'query ($id: ID!) { user(id: $id) { sessionCount sessions { id } } }';
  const before = (await admin.run(sessionsOf, { id: nia.id })).user;
  const terminated = await mutate('userTerminateSession', 'user { sessionCount }', {
    userId: nia.id,
    sessionId: before.sessions[0].id,
  });
  expect(terminated).toMatchObject({ user: { sessionCount: before.sessionCount - 1 } });
  const signedOut = await mutate('userRevokeSessions', 'revokedSessions user { sessionCount }', { userId: nia.id });
  expect(signedOut).toMatchObject({ revokedSessions: before.sessionCount - 1, user: { sessionCount: 0 } });
  expect(await mutate('userSetPassword', 'user { id }', { userId: nia.id, newPassword: 'TempPass123!' })).toMatchObject({
    user: { id: nia.id },
  });
  expect(await login({ email: nia.email })).toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(await login({ email: nia.email, password: 'TempPass123!' })).toHaveProperty('tokens');

  // Impersonation: for a reason, as the person from now on, and unmistakably so; then back again.
  const begun = await mutate(
    'userImpersonate',
    'tokens { accessToken } viewer { user { email } impersonator { email } permissions } session { isImpersonation impersonatorName impersonationReason }',
    { userId: nia.id, reason: 'support ticket #123' },
  );
  expect(begun).toMatchObject({
    viewer: { user: { email: nia.email }, impersonator: { email: admin.email }, permissions: [] },
    session: { isImpersonation: true, impersonatorName: 'Admin', impersonationReason: 'support ticket #123' },
  });
  const asNia = clientOf(world.server, world.settings, () => begun.tokens.accessToken);
  await asNia.run(
    `mutation { accountUpdate(input: { name: "Nia N." }) { ... on AccountUpdateSuccess { user { name } } ${refusal} } }`,
  );
  const leave = `mutation { userRevokeSessions(input: { userId: "${nia.id}" }) { ... on UserRevokeSessionsSuccess { revokedSessions } ${refusal} } }`;
  expect((await asNia.run(leave)).userRevokeSessions).toMatchObject({ code: 'WHILE_IMPERSONATING' });
  const stop = `mutation { authStopImpersonating { ... on AuthStopImpersonatingSuccess { ok } ${refusal} } }`;
  expect((await asNia.run(stop)).authStopImpersonating).toEqual({ ok: true });
  expect(await whoami(begun.tokens.accessToken)).toBe('UNAUTHENTICATED');
  expect((await admin.run(stop)).authStopImpersonating).toMatchObject({ code: 'NOT_IMPERSONATING' });

  // Pools: the catalog with its counts, the person's own, a new home, a tag and its end.
  const catalog = (await admin.run('{ pools { code userCount } }')).pools;
  expect(catalog).toEqual(
    expect.arrayContaining([
      { code: 'default', userCount: 3 },
      { code: 'claimleo', userCount: 0 },
    ]),
  );
  const poolsOf = 'changed user { homePool { code } pools { code } }';
  const moved = await mutate('poolSetUserHome', `previous { code } ${poolsOf}`, { userId: nia.id, poolCode: 'partner-portal' });
  expect(moved).toMatchObject({
    changed: true,
    previous: { code: 'default' },
    user: { homePool: { code: 'partner-portal' }, pools: [] },
  });
  const namesake = await mutate('userCreate', 'user { id }', { email: nia.email, sendWelcome: false });
  expect(await mutate('poolSetUserHome', 'changed', { userId: namesake.user.id, poolCode: 'partner-portal' })).toMatchObject({
    __typename: 'ConflictError',
    code: 'EMAIL_TAKEN',
  });
  const tagged = await mutate('poolAddUser', poolsOf, { userId: nia.id, poolCode: 'claimleo' });
  expect(tagged).toMatchObject({ changed: true, user: { homePool: { code: 'partner-portal' }, pools: [{ code: 'claimleo' }] } });
  expect(await mutate('poolAddUser', 'changed', { userId: nia.id, poolCode: 'claimleo' })).toMatchObject({ changed: false });
  expect(await mutate('poolRemoveUser', poolsOf, { userId: nia.id, poolCode: 'claimleo' })).toMatchObject({
    changed: true,
    user: { pools: [] },
  });

  // Whatever was done to her is told, newest first, each once.
  const story = await admin.run('query ($id: ID!) { user(id: $id) { auditEvents(first: 50) { nodes { action } } } }', {
    id: nia.id,
  });
  const actions = story.user.auditEvents.nodes.map(({ action }: { action: string }) => action);
  expect(actions.filter((action: string) => !/^(user\.logged_in|login\.refused)$/.test(action))).toEqual([
    'user.pool_removed',
    'user.pool_added',
    'user.home_pool_set',
    'impersonation.stopped',
    'user.updated',
    'impersonation.started',
    'user.password_set',
    'user.sessions_revoked',
    'session.terminated',
    'user.roles_set',
    'app.user_revoked',
    'app.user_granted',
    'app.user_revoked',
    'app.user_granted',
  ]);

  // Hard delete: seen before it is done, for a reason, and not of who owns an organization.
  const preview = `query ($id: ID!) { userHardDeletePreview(userId: $id) {
    user { email } blockers { __typename code ... on OwnsOrganizationsError { organizations { slug } } } deletes { kind count } planToken } }`;
  const ofOwner = (await admin.run(preview, { id: ryan.id })).userHardDeletePreview;
  expect(ofOwner.blockers).toEqual([
    { __typename: 'OwnsOrganizationsError', code: 'OWNS_ORGANIZATIONS', organizations: [{ slug: acme.slug }] },
  ]);
  const erasure = { reason: 'GDPR erasure request' };
  expect(await mutate('userHardDelete', 'deletedUserId', { userId: ryan.id, ...erasure })).toMatchObject({
    __typename: 'OwnsOrganizationsError',
  });
  const ofNia = (await admin.run(preview, { id: nia.id })).userHardDeletePreview;
  expect(ofNia).toMatchObject({ user: { email: nia.email }, blockers: [] });
  expect(ofNia.deletes).toEqual(expect.arrayContaining([{ kind: 'appGrants', count: 2 }]));
  const deleted = await mutate('userHardDelete', 'deletedUserId deletes { kind count }', {
    userId: nia.id,
    planToken: ofNia.planToken,
    ...erasure,
  });
  expect(deleted).toMatchObject({ deletedUserId: nia.id, deletes: ofNia.deletes });
  expect((await admin.run('query ($id: ID!) { user(id: $id) { id } }', { id: nia.id })).user).toBeNull();
  expect(await login({ email: nia.email, password: 'TempPass123!' })).toMatchObject({ code: 'INVALID_CREDENTIALS' });

  async function login(input: object): Promise<any> {
    const query = `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { tokens { accessToken } } ${refusal} } }`;
    return (await anonymous.run(query, { input: { password, ...input } })).authLogin;
  }
  async function whoami(token: string): Promise<string | null> {
    const { errors } = await clientOf(world.server, world.settings, () => token).ask('{ viewer { user { id } } }');
    return errors[0]?.extensions.code ?? null;
  }
});
