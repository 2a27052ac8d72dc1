import { expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { password } from '../../test/support/world.ts';
import { kindOf } from '../src/transport/kind.ts';
import { anotherServer, startListening } from './support/server.ts';
import { signedIn } from './support/signed-in.ts';

const { world, url } = await startListening();
const options = { apiBaseUrl: url };
const admin = await world.person({ roles: ['system_admin'] });

test('calls of one tick travel together, twenty at most', async () => {
  const { client, net } = await signedIn(admin, options);

  const viewers = await Promise.all(Array.from({ length: 45 }, () => client.auth.whoami()));

  expect(viewers.map((viewer) => viewer?.user.id)).toEqual(Array(45).fill(admin.id));
  expect(net.seen.map(({ fields, isBatch }) => [fields.length, isBatch])).toEqual([
    [20, true],
    [20, true],
    [5, true],
  ]);
});

test('each is answered for itself, a refused one too, and changes keep their order', async () => {
  const { client, net } = await signedIn(admin, options);
  const person = await world.person();

  const outcomes = await Promise.allSettled([
    client.users.update(person.id, { name: 'First' }),
    client.users.get('user_00000000000000000000000000'),
    client.users.update(person.id, { name: 'Second' }),
    client.users.get(person.id),
  ]);

  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.name : outcome.reason.code))).toEqual([
    'First',
    'NOT_FOUND',
    'Second',
    'Second',
  ]);
  expect(net.look()).toEqual([['userUpdate', 'user', 'userUpdate', 'user']]);
});

test('a change has its key in a batch as an extension, alone as a header, and a query has none', async () => {
  const { client, net } = await signedIn(admin, options);
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  await Promise.all([client.account.update({ name: 'A' }), client.account.update({ name: 'B' }), client.auth.whoami()]);
  await client.account.update({ name: 'C' });
  await client.auth.whoami();

  const [batch, change, query] = net.seen;
  const keys = batch!.body.map(({ extensions }: any) => extensions?.idempotencyKey);
  expect(keys).toEqual([expect.stringMatching(uuid), expect.stringMatching(uuid), undefined]);
  expect(keys[0]).not.toBe(keys[1]);
  expect(batch!.headers.get('idempotency-key')).toBeNull();
  expect([change!.headers.get('idempotency-key'), change!.isBatch]).toEqual([expect.stringMatching(uuid), false]);
  expect(query!.headers.get('idempotency-key')).toBeNull();
});

test('passwords and tokens travel alone, and without a key', async () => {
  const { client, net } = await signedIn(admin, options);
  const [one, two] = [await world.person(), await world.person()];

  await Promise.all([
    client.users.setPassword(one.id, 'a password of theirs'),
    client.users.create({ email: 'with@example.com', password: 'a password of theirs' }),
    client.users.create({ email: 'without@example.com' }),
    client.users.get(two.id),
    client.account.changePassword({ currentPassword: password, newPassword: 'another long one of mine' }).catch(() => {}),
  ]);

  const alone = net.seen.filter(({ isBatch }) => !isBatch);
  expect(alone.map(({ fields }) => fields[0]).sort()).toEqual(['accountChangePassword', 'userCreate', 'userSetPassword']);
  expect(alone.map(({ headers }) => headers.get('idempotency-key'))).toEqual([null, null, null]);
  expect(net.seen.filter(({ isBatch }) => isBatch).map(({ fields }) => fields)).toEqual([['userCreate', 'user']]);
});

test('what does not fit into one request goes in several', async () => {
  const { client, net } = await signedIn(await world.person({ roles: ['system_admin'] }), options);
  const where = 'ä'.repeat(20_000);

  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => client.users.list({ search: where })));

  expect(net.look().map((fields) => fields.length)).toEqual([2, 2, 1]);
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
    Array(5).fill('BAD_USER_INPUT'),
  );
});

test('a batch that the server does not take as a whole is sent one by one, in order', async () => {
  const small = await anotherServer(world, { STEWARD_MAX_BATCH: '3' });
  const boss = await world.person({ roles: ['system_admin'] });
  const { client, net } = await signedIn(boss, { apiBaseUrl: small.url });
  const names = ['A', 'B', 'C', 'D'];

  const changed = await Promise.all(names.map((name) => client.account.update({ name })));

  expect(changed.map(({ name }) => name)).toEqual(names);
  expect(net.seen.map(({ fields, isBatch }) => [fields.length, isBatch])).toEqual([[4, true], ...Array(4).fill([1, false])]);
  const [batch, ...alone] = net.seen;
  expect(alone.map(({ headers }) => headers.get('idempotency-key'))).toEqual(
    batch!.body.map(({ extensions }: any) => extensions.idempotencyKey),
  );
  expect((await client.auth.whoami())?.user.name).toBe('D');
});

test('with batch: false each goes by itself', async () => {
  const { client, net } = await signedIn(await world.person(), { ...options, batch: false });

  await Promise.all(Array.from({ length: 3 }, () => client.auth.whoami()));

  expect(net.seen.map(({ fields, isBatch }) => [fields, isBatch])).toEqual(Array(3).fill([['viewer'], false]));
});

const mutations = Object.keys(schema.getMutationType()!.getFields());
const textOf = (name: string) => {
  const [input] = schema.getMutationType()!.getFields()[name]!.args;
  return input
    ? `mutation ($input: ${input.type}) { ${name}(input: $input) { __typename } }`
    : `mutation { ${name} { __typename } }`;
};
const inputs: Record<string, object[]> = {
  userCreate: [{ email: 'x@example.com' }, { email: 'x@example.com', password: null }, { email: 'x@example.com', password: 'p' }],
  accountAcceptInvitation: [{ invitationId: 'inv_1' }, { token: 't' }],
};

test('what the client sends alone is what the server takes alone only, for every mutation of the graph', async () => {
  const differing: unknown[] = [];
  for (const name of mutations) {
    for (const input of inputs[name] ?? [{}]) {
      const query = textOf(name);
      const response = await world.anonymous.post([{ query, variables: { input } }, { query: '{ __typename }' }]);
      const answer: any = await response.json();
      const isRefused = response.status === 400 && /must come alone/.test(answer.errors?.[0].message);
      if (isRefused !== (kindOf(query, { input }) === 'secret')) differing.push([name, input, isRefused]);
    }
  }
  expect(differing).toEqual([]);
  expect(mutations.length).toBeGreaterThan(40);
});

test('a document of whatever form is told by what it does', () => {
  const asked: [text: string, variables: object | undefined, kind: string][] = [
    ['{ viewer { user { id } } }', undefined, 'query'],
    ['# mutation\nquery A { apps { id } }', undefined, 'query'],
    ['query A { users(where: {search: "} mutation { authLogin"}) { totalCount } }', undefined, 'query'],
    ['# a comment with a quote "\nmutation { accountUpdate(input: {name: "x"}) { __typename } }', undefined, 'mutation'],
    ['fragment F on User { id name } mutation M { accountUpdate(input: {name: "#"}) { __typename } }', undefined, 'mutation'],
    ['"A description." mutation M { accountUpdate(input: {name: "x"}) { __typename } }', undefined, 'mutation'],
    ['mutation ($i: AuthLoginInput!) { in: authLogin(input: $i) { __typename } }', { i: {} }, 'secret'],
    ['mutation { ...F } fragment F on Mutation { authLogout { __typename } }', undefined, 'secret'],
    ['mutation ($p: String!) { userCreate(input: {email: "x@example.com", password: $p}) { __typename } }', { p: 'x' }, 'secret'],
    ['mutation ($a: UserCreateInput!) { userCreate(input: $a) { __typename } }', { a: { password: 'x' } }, 'secret'],
    ['mutation ($a: UserCreateInput!) { userCreate(input: $a) { __typename } }', { a: { email: 'x@example.com' } }, 'mutation'],
    ['mutation { accountAcceptInvitation(input: {token: "x"}) { __typename } }', undefined, 'secret'],
  ];
  expect(asked.map(([text, variables]) => kindOf(text, variables))).toEqual(asked.map(([, , kind]) => kind));
});
