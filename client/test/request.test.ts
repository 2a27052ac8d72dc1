import { parse, print } from 'graphql';
import { expect, expectTypeOf, test } from 'vitest';
import { UserDocument, WhoamiDocument } from '../src/generated/operations.ts';
import { startListening } from './support/server.ts';
import { signedIn } from './support/signed-in.ts';

const { world, url } = await startListening();
const person = await world.person();
const options = { apiBaseUrl: url };
const { client, net } = await signedIn(person, options);
const text = 'query Me { viewer { user { id emailVerified status } } }';
const me = { viewer: { user: { id: person.id, emailVerified: true, status: 'ACTIVE' } } };

/** As graphql-codegen's client preset writes it with `documentMode: 'string'`. */
class TypedDocumentString<Data, Variables> extends String {
  declare readonly __apiType?: (variables: Variables) => Data;
}

test('a document of whatever form is sent as its text, and the data comes as the graph spells it', async () => {
  const typed = new TypedDocumentString<{ viewer: { user: { id: string } } }, Record<string, never>>(text);
  const printing = await signedIn(person, { ...options, print });

  const data = await client.request(typed, {});
  expectTypeOf(data).toEqualTypeOf<{ viewer: { user: { id: string } } }>();
  expect(data).toEqual(me);
  expect(await client.request(text)).toEqual(me);
  expect(await client.request(parse(text))).toEqual(me);
  expect(await printing.client.request(parse(text, { noLocation: true }))).toEqual(me);
  const whoami = await client.request(WhoamiDocument, {});
  expectTypeOf(whoami.viewer!.user.emailVerified).toEqualTypeOf<boolean>();
  expect(whoami.viewer?.user.emailVerified).toBe(true);
});

test('a parsed document without its text needs print, and the error says so', async () => {
  await expect(client.request(parse(text, { noLocation: true }))).rejects.toThrow(/`print`/);
});

test('what a typed document requires has to be given, and nothing that it does not know', () => {
  () => {
    // @ts-expect-error: the id
    client.request(UserDocument);
    // @ts-expect-error: no such variable
    client.request(UserDocument, { id: person.id, deep: true });
    client.request(UserDocument, { id: person.id });
    client.request(WhoamiDocument);
  };
});

test('variables go along, and one of several operations can be named', async () => {
  const several = `query Mine { viewer { user { id } } } query Named($id: ID!) { user(id: $id) { name } }`;

  expect(await client.request(several, { id: person.id }, { operationName: 'Named' })).toEqual({ user: { name: person.name } });
});

test('requests travel with other calls of the tick, unless alone', async () => {
  net.look();

  await Promise.all([client.request(text), client.auth.whoami(), client.request(text, {}, { alone: true })]);

  expect(net.look().sort((a, b) => a.length - b.length)).toEqual([['viewer'], ['viewer', 'viewer']]);
});

test("a change by a document of one's own is sent again with its key, alone or not", async () => {
  const change =
    'mutation ($name: String) { accountUpdate(input: {name: $name}) { __typename ... on AccountUpdateSuccess { user { version } } } }';
  const before = await client.request('{ viewer { user { version } } }');
  net.look();
  net.loseAnswer('accountUpdate');

  const data = await client.request(change, { name: 'Changed' }, { alone: true });

  expect(data.accountUpdate.user.version).toBe(before.viewer.user.version + 1);
  const keys = net.seen.map(({ headers }) => headers.get('idempotency-key'));
  expect(keys).toEqual([keys[0], keys[0]]);
  expect(keys[0]).not.toBeNull();
});

test('a subscription is no request, and is refused instead of waited for', async () => {
  const admin = await signedIn(await world.person({ roles: ['system_admin'] }), options);

  await expect(admin.client.request('subscription { auditEventAdded { cursor } }')).rejects.toMatchObject({
    name: 'RequestError',
  });
});
