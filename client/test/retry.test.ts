import { expect, test } from 'vitest';
import { password } from '../../test/support/world.ts';
import { createAuthClient, NetworkError, RequestError } from '../src/index.ts';
import { startListening } from './support/server.ts';
import { signedIn } from './support/signed-in.ts';

const { world, url } = await startListening();
const admin = await world.person({ roles: ['system_admin'] });
const watched = () => signedIn(admin, { apiBaseUrl: url });

test('a change whose answer was lost is sent again with the same key, and has happened once', async () => {
  const { client, net } = await watched();
  net.loseAnswer('userCreate');

  const user = await client.users.create({ email: 'lost@example.com', name: 'Lost' });

  expect(net.seen.map(({ fields }) => fields)).toEqual([['userCreate'], ['userCreate']]);
  const keys = net.seen.map(({ headers }) => headers.get('idempotency-key'));
  expect(keys[0]).toBe(keys[1]);
  const { users } = await client.users.list({ search: 'lost@example.com' });
  expect(users.map(({ id }) => id)).toEqual([user.id]);
  const { events } = await client.audit.list({ actions: ['user.created'], subject_id: user.id });
  expect(events).toHaveLength(1);
});

test('a batch whose answer was lost is sent again as one, and each of it has happened once', async () => {
  const { client, net } = await watched();
  net.loseAnswer('userCreate');

  const users = await Promise.all(['one', 'two'].map((name) => client.users.create({ email: `${name}@batch.example`, name })));

  expect(net.look()).toEqual([
    ['userCreate', 'userCreate'],
    ['userCreate', 'userCreate'],
  ]);
  expect((await client.users.list({ search: '@batch.example' })).total).toBe(2);
  expect(new Set(users.map(({ id }) => id)).size).toBe(2);
});

test('a query is sent again after no answer, a gateway that says 502, 503 or 504, and a server that is away', async () => {
  const { client, net } = await watched();
  const away = JSON.stringify({ errors: [{ message: 'Later.', extensions: { code: 'UNAVAILABLE' } }] });
  const troubles = [
    () => net.loseRequest('viewer'),
    () => net.loseAnswer('viewer'),
    () => net.answer('viewer', 502, '<h1>Bad Gateway</h1>'),
    () => net.answer('viewer', 503, away),
    () => net.answer('viewer', 504, ''),
    () => net.answer('viewer', 200, away),
  ];
  for (const trouble of troubles) {
    trouble();
    expect((await client.auth.whoami())?.user.id).toBe(admin.id);
    expect(net.look()).toEqual([['viewer'], ['viewer']]);
  }
});

test('after two further tries it is over, or after as many as one says', async () => {
  const { client, net } = await watched();
  for (let i = 0; i < 3; i++) net.loseRequest('viewer');
  const impatient = await signedIn(admin, { apiBaseUrl: url, retries: 0 });
  impatient.net.loseRequest('viewer');

  const error = await client.auth.whoami().catch((reason) => reason);
  await expect(impatient.client.auth.whoami()).rejects.toBeInstanceOf(NetworkError);

  expect(error).toMatchObject({
    name: 'NetworkError',
    code: 'NETWORK',
    status: 0,
    requestId: null,
    cause: expect.any(TypeError),
  });
  expect([net.look(), impatient.net.look()]).toEqual([Array(3).fill(['viewer']), [['viewer']]]);
});

test('what is told a secret is never sent twice', async () => {
  const { client, net } = await watched();
  const person = await world.person();
  net.loseRequest('userSetPassword');
  net.loseAnswer('authLogin');

  await expect(client.users.setPassword(person.id, 'a password of theirs')).rejects.toBeInstanceOf(NetworkError);
  await expect(client.auth.login({ email: person.email, password })).rejects.toBeInstanceOf(NetworkError);

  expect(net.look()).toEqual([['userSetPassword'], ['authLogin']]);
  expect(client.auth.getClaims()?.sub).toBe(admin.id);
});

test('what answers and is no GraphQL server is not asked again', async () => {
  const { client, net } = await watched();
  const texts = ['<html>Sign in to the hotel</html>', '"text"', '[]', '{"status":"ok"}'];
  const statuses = [];
  for (const text of texts) {
    net.answer('viewer', 200, text);
    statuses.push(await client.auth.whoami().catch((error) => [error.name, error.code, error.status]));
  }

  expect(statuses).toEqual(Array(4).fill(['NetworkError', 'NETWORK', 200]));
  expect(net.look()).toEqual(Array(4).fill(['viewer']));
});

test('what the server refuses is not asked again', async () => {
  const { client, net } = await watched();
  const tooMany = JSON.stringify({
    errors: [{ message: 'Slowly.', extensions: { code: 'TOO_MANY_ATTEMPTS', retryAt: 'soon' } }],
  });
  net.answer('viewer', 429, tooMany);

  const error = await client.auth.whoami().catch((reason) => reason);

  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', status: 429, details: { retryAt: 'soon' } });
  expect(net.look()).toEqual([['viewer']]);
});

test('a server that is not there is a NetworkError', async () => {
  const client = createAuthClient({ apiBaseUrl: 'http://127.0.0.1:9', retries: 0 });

  const error = await client.auth.login({ email: admin.email, password }).catch((reason) => reason);

  expect(error).toBeInstanceOf(NetworkError);
  expect(error.message).toBe('http://127.0.0.1:9/graphql could not be reached.');
});
