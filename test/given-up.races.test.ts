import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startWorld } from './support/world.ts';

const refresh = `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) {
  ... on AuthRefreshSuccess { tokens { refreshToken } } ... on MutationError { code } } }`;

test('a change whose request was given up does not happen', async () => {
  const world = await startWorld({ STEWARD_REQUEST_MS: '1000' });
  const jo = await world.person();
  const { refreshToken } = await jo.signIn();
  const input = { refreshToken };

  // Somebody holds the person for longer than the request may take.
  const held = world.database.transaction(async (tx) => {
    await tx.$executeRaw`SELECT FROM users WHERE id = ${jo.uuid}::uuid FOR UPDATE`;
    await pause(1500);
  });
  await pause(100);
  await expect(world.anonymous.run(refresh, { input })).toBeRefused('UNAVAILABLE');
  await held;
  await pause(300);

  expect(await world.anonymous.run(refresh, { input })).toEqual({
    authRefresh: { tokens: { refreshToken: expect.any(String) } },
  });
});
