import { expect, test } from 'vitest';
import { password } from '../../test/support/world.ts';
import { memoryStore, TimeoutError } from '../src/index.ts';
import { startListening } from './support/server.ts';
import { signedIn, watched } from './support/signed-in.ts';

const { world, url } = await startListening();
const person = await world.person();
const store = memoryStore();
const options = { apiBaseUrl: url, store };
await signedIn(person, options);

const reason = new Error('No more wanted.');
const aborted = () => AbortSignal.abort(reason);

test('what is aborted before it begins sends nothing', async () => {
  const { client, net } = watched(options);

  await expect(client.auth.whoami({ signal: aborted() })).rejects.toBe(reason);
  await expect(client.account.update({ name: 'No' }, { signal: aborted() })).rejects.toBe(reason);

  expect(net.look()).toEqual([]);
});

test('what is aborted in the tick that it was called in is left out of the batch', async () => {
  const { client, net } = watched(options);
  await client.ready();
  const controller = new AbortController();

  const calls = [client.auth.whoami({ signal: controller.signal }), client.auth.whoami()];
  controller.abort(reason);

  await expect(calls[0]).rejects.toBe(reason);
  expect((await calls[1])?.user.id).toBe(person.id);
  expect(net.look()).toEqual([['viewer']]);
});

test('what is aborted in flight rejects at once, and so does the request', async () => {
  const { client, net } = watched(options);
  const controller = new AbortController();
  const flight = net.holdRequest('viewer');

  const call = client.auth.whoami({ signal: controller.signal });
  await flight.arrived;
  controller.abort(reason);

  await expect(call).rejects.toBe(reason);
  expect(net.seen.map(({ signal }) => signal.aborted)).toEqual([true]);
});

test('a request with several calls goes on until the last of them is aborted', async () => {
  const { client, net } = watched(options);
  const controllers = [new AbortController(), new AbortController()];
  const flight = net.holdRequest('viewer');

  const calls = controllers.map(({ signal }) => client.auth.whoami({ signal }));
  await flight.arrived;
  controllers[0]!.abort(reason);
  await expect(calls[0]).rejects.toBe(reason);
  const goesOn = !net.seen[0]!.signal.aborted;
  controllers[1]!.abort(reason);
  await expect(calls[1]).rejects.toBe(reason);

  expect([goesOn, net.seen[0]!.signal.aborted]).toEqual([true, true]);
});

test('without a reason it is an AbortError, as fetch has it', async () => {
  const { client } = watched(options);

  await expect(client.auth.whoami({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});

test('an aborted call does not end the refresh that others wait for', async () => {
  const { client, net } = watched(options);
  await store.save({ ...(await store.load())!, expiresAt: 0 });
  const controller = new AbortController();
  const flight = net.holdAnswer('authRefresh');

  const calls = [client.auth.whoami({ signal: controller.signal }), client.auth.whoami()];
  await flight.arrived;
  controller.abort(reason);
  await expect(calls[0]).rejects.toBe(reason);
  flight.release();

  expect((await calls[1])?.user.id).toBe(person.id);
  expect(net.look()).toEqual([['authRefresh'], ['viewer']]);
});

test('a call without an answer in time is a TimeoutError, and its request is aborted', async () => {
  const { client, net } = watched({ ...options, timeoutMs: 50 });
  net.holdRequest('viewer');
  net.holdRequest('viewer');

  const error = await client.auth.whoami().catch((thrown) => thrown);
  await expect(client.auth.whoami({ timeoutMs: 20 })).rejects.toThrow('No answer came within 20 ms.');

  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ code: 'TIMEOUT', status: 0, message: 'No answer came within 50 ms.' });
  expect(net.seen.map(({ signal }) => signal.aborted)).toEqual([true, true]);
});

test('the time is that of all tries together', async () => {
  const { client, net } = watched({ ...options, timeoutMs: 300, retries: 1000 });
  for (let i = 0; i < 100; i++) net.loseRequest('viewer');

  await expect(client.auth.whoami()).rejects.toBeInstanceOf(TimeoutError);

  expect(net.look().length).toBeLessThan(6);
});

test('a time without end is none', async () => {
  const { client } = watched({ ...options, timeoutMs: Number.POSITIVE_INFINITY });

  expect((await client.auth.whoami())?.user.id).toBe(person.id);
});

test('signing in and refreshing end with the signal too', async () => {
  const { client, net } = watched(options);
  const controller = new AbortController();
  const { signal } = controller;
  const flights = [net.holdRequest('authRefresh'), net.holdRequest('authLogin')];

  const refresh = client.auth.refresh({ signal });
  const login = client.auth.login({ email: person.email, password }, { signal });
  await Promise.all(flights.map(({ arrived }) => arrived));
  controller.abort(reason);

  await expect(refresh).rejects.toBe(reason);
  await expect(login).rejects.toBe(reason);
  flights[0]!.release();
  expect((await client.auth.whoami())?.user.id).toBe(person.id);
});
