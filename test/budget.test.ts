import { beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

const nested = (levels: number): string => (levels === 0 ? 'id' : `id appGrants { user { ${nested(levels - 1)} } }`);

test('lists that have more than was estimated end the operation, and not the process', async () => {
  const jo = await world.person();
  for (let i = 0; i < 20; i++) await world.grant(jo, await world.app());

  const { data, errors } = await jo.ask(`{ viewer { user { ${nested(4)} } } }`);

  expect(data).toEqual({ viewer: null });
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', which: 'objects', limit: 25_000 });
});

test('what stays within the limit is answered whole, however it is nested', async () => {
  const jo = await world.person();
  for (let i = 0; i < 20; i++) await world.grant(jo, await world.app());

  const { errors } = await jo.ask(`{ viewer { user { ${nested(3)} } } }`);

  expect(errors).toEqual([]);
});

test.each([
  ['characters', 'a'.repeat(201), 'search characters'],
  ['words', 'a '.repeat(11), 'search words'],
  ['words that folding makes of one letter', '\uFDFA'.repeat(5), 'search words'],
])('a search of too many %s is refused with the numbers', async (_name, search, which) => {
  const admin = await world.person({ roles: ['system_admin'] });

  const { data, errors } = await admin.ask('query ($search: String) { users(where: { search: $search }) { totalCount } }', {
    search,
  });

  expect(data).toEqual({ users: null });
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', which, limit: which === 'search words' ? 10 : 200 });
});
