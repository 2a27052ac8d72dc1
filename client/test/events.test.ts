import { expect, test, vi } from 'vitest';
import { password } from '../../test/support/world.ts';
import { startListening } from './support/server.ts';
import { signedIn, watched } from './support/signed-in.ts';

const { world, url } = await startListening();

test('from signing in to signing out, each step is told once', async () => {
  const person = await world.person();
  const organization = await world.organization({ owner: person });
  const { client, events } = watched({ apiBaseUrl: url });

  const viewer = await client.auth.login({ email: person.email, password });
  await client.auth.refresh();
  await client.auth.switchOrg(organization.id);
  await client.auth.switchOrg(organization.id);
  await client.auth.switchOrg(null);
  await client.auth.logout();
  await client.auth.logout();

  expect(events).toEqual([
    ['authenticated', { viewer }],
    ['token_refreshed', { expires_at: expect.stringMatching(/Z$/) }],
    ['org_switched', { organization_id: organization.id }],
    ['org_switched', { organization_id: null }],
    ['logged_out', { reason: 'logout' }],
  ]);
});

test('who signs up by an invitation is signed in', async () => {
  const owner = await world.person();
  const organization = await world.organization({ owner });
  const { token } = await world.invitation({ organization, email: 'new@example.com' });
  const { client, events } = watched({ apiBaseUrl: url });

  await client.account.signUp({ invitationToken: token, password: 'a long one of my own', name: 'New' });

  const viewer = await client.auth.whoami();
  expect(viewer?.user.email).toBe('new@example.com');
  expect(events.map(([name]) => name)).toEqual(['authenticated']);
});

test('who does not listen any more is told nothing', async () => {
  const { client } = await signedIn(await world.person(), { apiBaseUrl: url });
  const heard: unknown[] = [];
  const listener = (event: unknown) => heard.push(event);
  const off = client.on('token_refreshed', listener);

  await client.auth.refresh();
  client.on('token_refreshed', listener);
  off();
  off();
  await client.auth.refresh();

  expect(heard).toHaveLength(2);
});

test('a listener that throws harms neither the client nor the next listener', async () => {
  const { client } = await signedIn(await world.person(), { apiBaseUrl: url });
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  const broken = new Error('Broken.');
  const heard: string[] = [];
  client.on('logged_out', () => {
    throw broken;
  });
  client.on('logged_out', async () => {
    throw broken;
  });
  client.on('logged_out', ({ reason }) => heard.push(reason));

  await client.auth.logout();

  expect(heard).toEqual(['logout']);
  expect(client.auth.isAuthenticated()).toBe(false);
  expect(logged.mock.calls).toEqual([[broken], [broken]]);
  logged.mockRestore();
});
