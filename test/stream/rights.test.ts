import { expect, test } from 'vitest';
import { happened } from '../support/events.ts';
import { type Person, startWorld, type World } from '../support/world.ts';
import { cursorOf, followDocument, listen, listening, touched } from './support.ts';

const world = await startWorld();
const other = await world.person({ roles: ['system_admin'] });
await other.signIn();

async function touch(requestId: string, there: World = world): Promise<void> {
  await happened(there, { action: 'thing.touched' }, { requestId });
  there.database.notices.send();
}

const everything = { where: { actions: ['user.*', 'session.*', 'thing.touched', 'role.*'] } };
const codesOf = (results: { errors?: readonly { extensions: Record<string, any> }[] }[]) =>
  results.map(({ errors }) => errors?.map(({ extensions }) => extensions.code));
const run = (name: string, input: string) => `mutation { ${name}(input: ${input}) { ... on MutationError { code message } } }`;

async function sessionOf(person: Person): Promise<string> {
  const { viewer } = await person.run('{ viewer { session { id } } }');
  return viewer.session.id;
}

test.each([
  ['signs out', 'UNAUTHENTICATED', (admin: Person) => admin.run('mutation { authLogout { ... on AuthLogoutSuccess { ok } } }')],
  [
    'is signed out',
    'UNAUTHENTICATED',
    async (admin: Person) =>
      other.run(run('userTerminateSession', `{ userId: "${admin.id}", sessionId: "${await sessionOf(admin)}" }`)),
  ],
  [
    'is suspended',
    'UNAUTHENTICATED',
    (admin: Person) => other.run(run('userSuspend', `{ userId: "${admin.id}", reason: "For a test." }`)),
  ],
  [
    'gets other roles',
    'TOKEN_STALE',
    (admin: Person) => other.run(run('userSetRoles', `{ userId: "${admin.id}", roleCodes: ["base_user"] }`)),
  ],
] as const)('the stream of who %s ends with %s, and is not told how', async (_what, code, end) => {
  const admin = await world.person({ roles: ['super_admin'] });
  const listener = await listening(world, admin, { variables: everything });
  await touch('before');
  expect(await listener.requests(1)).toEqual(['before']);

  const ended = await end(admin);
  expect(JSON.stringify(ended)).not.toMatch(/"code"/);
  await touch('after');

  const results = await listener.rest();
  expect(codesOf(results)).toEqual([[code]]);
  expect(world.server.steward.auditFeed.size).toBe(0);
});

test('a lost permission ends it with FORBIDDEN, and of the event by which it was lost nothing is told', async () => {
  const admin = await world.person({ roles: ['super_admin'] });
  const listener = await listening(world, admin, { variables: everything });
  await touch('before');
  expect(await listener.requests(1)).toEqual(['before']);

  // In one transaction with its event, and without a change of the token's version.
  const { database, sql } = world;
  await database.query(sql`
    WITH taken AS (DELETE FROM user_roles WHERE user_id = ${admin.uuid}::uuid)
    INSERT INTO audit_events (id, action, request_id) VALUES (gen_random_uuid(), 'user.roles_set', 'the loss')`);
  database.notices.send();

  expect(codesOf(await listener.rest())).toEqual([['FORBIDDEN']]);
  expect(codesOf(await (await listen(world, admin)).rest())).toEqual([['FORBIDDEN']]);
});

test('nobody is told from a replay what happened once the right was gone', async () => {
  const admin = await world.person({ roles: ['super_admin'] });
  const first = await listening(world, admin);
  await touch('one');
  const after = cursorOf((await first.next())!);
  await first.leave();
  for (let n = 0; n < 120; n++) await happened(world, { action: 'thing.touched' }, { requestId: `more ${n}` });

  // Behind the ring, of which nothing is left: it reads pages from the database as it takes.
  const listener = await listening(world, admin, { variables: { where: touched, after } });
  expect(await listener.requests(10)).toEqual(Array.from({ length: 10 }, (_, n) => `more ${n}`));
  await other.run(run('userSetRoles', `{ userId: "${admin.id}", roleCodes: [] }`));
  const rest = await listener.rest();

  expect(codesOf(rest).at(-1)).toEqual(['TOKEN_STALE']);
  expect(rest.length).toBeLessThan(110);
});

test('an impersonation listens with the rights of whom it shows, and ends with it', async () => {
  const shown = await world.person({ roles: ['super_admin'] });
  const { userImpersonate } = await other.run(
    `mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) {
      ... on UserImpersonateSuccess { tokens { accessToken } } ... on MutationError { code message } } }`,
    { input: { userId: shown.id, reason: 'For a test.' } },
  );
  const acting = { tokens: { accessToken: userImpersonate.tokens.accessToken } } as Person;
  const listener = await listening(world, acting);
  await touch('while acting');
  expect(await listener.requests(1)).toEqual(['while acting']);
  await other.run('mutation { authLogout { ... on AuthLogoutSuccess { ok } } }');
  expect(codesOf(await listener.rest())).toEqual([['UNAUTHENTICATED']]);
  await other.signIn();
});

test('what lies behind an event is shown by the rights that hold when it is told', async () => {
  const apart = await startWorld();
  const admin = await apart.person({ roles: ['super_admin'] });
  const actor = await apart.person();
  const organization = await apart.organization({ owner: actor });
  const listener = await listening(apart, admin, {
    query: `subscription { auditEventAdded(where: { actions: ["thing.touched"] }) {
      node { actorName actor { email } organization { memberships { totalCount } } } } }`,
  });
  const happen = async () => {
    await happened(apart, { action: 'thing.touched', organizationId: organization.uuid }, { by: actor });
    apart.database.notices.send();
    return listener.next();
  };
  const node = { actorName: actor.name, actor: { email: actor.email }, organization: { memberships: { totalCount: 1 } } };
  expect(await happen()).toEqual({ data: { auditEventAdded: { node } }, extensions: expect.anything() });

  const take = (code: string) =>
    apart.database.query(apart.sql`
      DELETE FROM role_permissions WHERE permission_code = ${code} AND role_id IN (SELECT id FROM roles WHERE code = 'super_admin')`);
  await take('users:read');
  expect((await happen())!.data!.auditEventAdded.node).toEqual({ ...node, actor: null });
  await take('organizations:read');
  expect((await happen())!.data!.auditEventAdded.node).toEqual({ ...node, actor: null, organization: null });
  await listener.leave();
});

test('above so many streams a further one is refused with the numbers, until one ends', async () => {
  const narrow = await startWorld({ STEWARD_STREAMS: '2' });
  const admin = await narrow.person({ roles: ['super_admin'] });
  const [one, two] = [await listening(narrow, admin), await listening(narrow, admin)];
  expect(await (await listen(narrow, admin)).rest()).toMatchObject([
    { errors: [{ extensions: { code: 'UNAVAILABLE', which: 'streams', limit: 2, got: 3 } }] },
  ]);
  await one!.leave();
  const three = await listening(narrow, admin);
  await touch('for two', narrow);
  expect([await two!.requests(1), await three.requests(1)]).toEqual([['for two'], ['for two']]);
  await two!.leave();
  await three.leave();
});

test('a server that stops ends every stream, without an error, and those that begin then', async () => {
  const stopping = await startWorld();
  const admin = await stopping.person({ roles: ['super_admin'] });
  const address = await stopping.server.listen(0, '127.0.0.1');
  const listeners = [await listening(stopping, admin), await listening(stopping, admin, { at: address })];

  await stopping.server.close();

  expect(await Promise.all(listeners.map((listener) => listener.rest()))).toEqual([[], []]);
  expect(await (await listen(stopping, admin, { query: followDocument })).rest()).toEqual([]);
  expect(stopping.server.steward.auditFeed.size).toBe(0);
});
