import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createServer } from '../src/server.ts';
import { startWorld } from './support/world.ts';

const refresh = `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) {
  ... on AuthRefreshSuccess { tokens { refreshToken } } ... on MutationError { code } } }`;

test('a change whose request was given up does not happen', async () => {
  const world = await startWorld();
  const { database, settings } = world;
  const hasty = await createServer({
    database,
    settings: { ...settings, limits: { ...settings.limits, requestMs: 500 } },
    log: pino({ level: 'silent' }),
  });
  const jo = await world.person();
  const { refreshToken } = await jo.signIn();
  const variables = { input: { refreshToken } };

  // Somebody holds the person until the request was given up, whose change waits for them.
  const answer = await database.transaction(async (tx) => {
    await tx.$executeRaw`SELECT FROM users WHERE id = ${jo.uuid}::uuid FOR UPDATE`;
    const response = await hasty.fetch(
      new Request('http://127.0.0.1/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: refresh, variables }),
      }),
    );
    return response.json();
  });

  expect(answer.errors.map(({ extensions }: any) => extensions.code)).toEqual(['UNAVAILABLE']);
  // Whoever comes next has to wait for that change to be undone.
  expect(await world.anonymous.run(refresh, variables)).toEqual({
    authRefresh: { tokens: { refreshToken: expect.any(String) } },
  });
});
