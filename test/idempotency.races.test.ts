import { pino } from 'pino';
import { beforeAll, expect, test, vi } from 'vitest';
import { createServer } from '../src/server.ts';
import { type Visit, visitsTo } from './support/personas.ts';
import { rounds, together } from './support/races.ts';
import { clientOf, startWorld, type World } from './support/world.ts';

const SetRoles = `mutation ($input: UserSetRolesInput!) { userSetRoles(input: $input) {
  __typename ... on UserSetRolesSuccess { user { id version } added { code } removed { code } } ... on MutationError { code } } }`;
const Create = `mutation ($input: UserCreateInput!) { userCreate(input: $input) {
  __typename ... on UserCreateSuccess { user { id email } } ... on MutationError { code } } }`;

const callers = 16;

let world: World;
let admin: Visit;
let other: Visit;
beforeAll(async () => {
  world = await startWorld();
  const { visit } = visitsTo(world);
  admin = await visit(await world.person({ roles: ['system_admin'] }));
  other = await visit(await world.person({ roles: ['system_admin'] }));
});

let serial = 0;
const newKey = (): string => `race-${++serial}`;

/** What came back, whole; of an error its code. */
async function send({ token }: Visit, key: string, document: string, input: object): Promise<any> {
  const client = clientOf(world.server, world.settings, () => token, { 'idempotency-key': key });
  const { data, errors } = await client.ask(document, { input });
  return errors.length > 0 ? errors.map(({ extensions }) => extensions.code).join() : Object.values(data)[0];
}

const count = async (of: ReturnType<World['sql']>): Promise<number> => (await world.database.query<{ n: number }>(of))[0]!.n;
const eventsAbout = (uuid: string) =>
  count(world.sql`SELECT count(*)::int AS n FROM audit_events WHERE subject_id = ${uuid}::uuid`);
const keysNamed = (key: string) => count(world.sql`SELECT count(*)::int AS n FROM idempotency_keys WHERE key = ${key}`);

test('of 16 at once with one key one has the effect, and all are answered alike', async () => {
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person();
    const key = newKey();

    const answers = await together(callers, () => send(admin, key, SetRoles, { userId: jo.id, roleCodes: ['seller'] }));

    expect(answers).toEqual(
      Array(callers).fill({
        __typename: 'UserSetRolesSuccess',
        user: { id: jo.id, version: 2 },
        added: [{ code: 'seller' }],
        removed: [{ code: 'base_user' }],
      }),
    );
    expect(await eventsAbout(jo.uuid)).toBe(1);
  }
});

test('of 16 creations at once with one key there is one person, whom all are shown', async () => {
  for (let round = 0; round < rounds; round++) {
    const key = newKey();
    const email = `${key}@example.com`;

    const answers = await together(callers, () => send(admin, key, Create, { email }));

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual({ __typename: 'UserCreateSuccess', user: { id: expect.any(String), email } });
    expect(
      await count(
        world.sql`SELECT count(*)::int AS n FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE u.email = ${email}`,
      ),
    ).toBe(1);
  }
});

test('of 16 operations at once that share a key by mistake one happens, and the others are told', async () => {
  const codes = ['seller', 'buyer', 'base_user', 'super_admin'];
  for (let round = 0; round < rounds; round++) {
    const people = await together(callers, () => world.person({ roles: [] }));
    const key = newKey();

    const answers = await together(callers, (i) =>
      send(admin, key, SetRoles, { userId: people[i]!.id, roleCodes: [codes[i % codes.length]] }),
    );

    expect(answers.filter((answer) => answer.__typename === 'UserSetRolesSuccess')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'IDEMPOTENCY_KEY_REUSED')).toHaveLength(callers - 1);
    const events = await Promise.all(people.map(({ uuid }) => eventsAbout(uuid)));
    expect(events.reduce((sum, n) => sum + n, 0)).toBe(1);
  }
});

test('of 16 at once that are refused each is judged, and none keeps the key', async () => {
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person();
    const key = newKey();

    const answers = await together(callers, () =>
      send(admin, key, SetRoles, { userId: jo.id, roleCodes: ['seller'], expectedVersion: 7 }),
    );

    expect(answers).toEqual(Array(callers).fill({ __typename: 'VersionConflictError', code: 'VERSION_CONFLICT' }));
    expect(await keysNamed(key)).toBe(0);
  }
});

test('a key that has run out is taken anew by one of 16 at once', async () => {
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person();
    const key = newKey();
    await send(admin, key, SetRoles, { userId: jo.id, roleCodes: ['buyer'] });
    await world.database.query(world.sql`UPDATE idempotency_keys SET expires_at = now() WHERE key = ${key}`);

    const answers = await together(callers, () => send(admin, key, SetRoles, { userId: jo.id, roleCodes: ['seller'] }));

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ user: { version: 3 }, added: [{ code: 'seller' }] });
    expect(await eventsAbout(jo.uuid)).toBe(2);
  }
});

test('two callers with one key do not wait for each other, and both have their effect', async () => {
  const [jo, kim] = [await world.person(), await world.person()];
  const key = newKey();

  // Somebody holds the one person, so that the first change with the key waits.
  const [second, first] = await world.database.transaction(async (tx) => {
    await tx.$executeRaw(world.sql`SELECT FROM users WHERE id = ${jo.uuid}::uuid FOR UPDATE`);
    const waiting = send(admin, key, SetRoles, { userId: jo.id, roleCodes: ['seller'] });
    return [await send(other, key, SetRoles, { userId: kim.id, roleCodes: ['seller'] }), () => waiting] as const;
  });

  expect(second).toMatchObject({ user: { id: kim.id, version: 2 } });
  expect(await first()).toMatchObject({ user: { id: jo.id, version: 2 } });
  expect(await keysNamed(key)).toBe(2);
});

test('a change that was given up gives its key back, and its repetition happens', async () => {
  const { database, settings } = world;
  const limits = { ...settings.limits, requestMs: 500 };
  const hasty = await createServer({ database, settings: { ...settings, limits }, log: pino({ level: 'silent' }) });
  const jo = await world.person();
  const key = newKey();
  const input = { userId: jo.id, roleCodes: ['seller'] };

  // Somebody holds the person until the request was given up, whose change waits for them.
  const answer = await database.transaction(async (tx) => {
    await tx.$executeRaw(world.sql`SELECT FROM users WHERE id = ${jo.uuid}::uuid FOR UPDATE`);
    return clientOf(hasty, settings, () => admin.token, { 'idempotency-key': key }).ask(SetRoles, { input });
  });

  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);
  // Whoever comes next waits for the key until that change is undone.
  expect(await send(admin, key, SetRoles, input)).toMatchObject({ user: { version: 2 }, added: [{ code: 'seller' }] });
  expect(await eventsAbout(jo.uuid)).toBe(1);
});

test('keys wait in no circle with a change of the address that their caller has', async () => {
  const Rename = `mutation ($input: AccountUpdateInput!) { accountUpdate(input: $input) { __typename } }`;
  const Readdress = `mutation ($input: UserUpdateInput!) { userUpdate(input: $input) { __typename } }`;
  const retried = vi.spyOn(world.server.steward.log, 'info');
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person();
    const theirs = await visitsTo(world).visit(jo);

    const answers = await together(8, (i) =>
      i === 0
        ? send(admin, newKey(), Readdress, { userId: jo.id, email: `moved-${round}@example.com` })
        : send(theirs, newKey(), Rename, { name: `Name ${i}` }),
    );

    const codes = new Set(answers.map((answer) => answer.__typename ?? answer));
    for (const code of codes) expect(['UserUpdateSuccess', 'AccountUpdateSuccess', 'UNAUTHENTICATED']).toContain(code);
  }
  expect(retried.mock.calls.filter(([, text]) => text === 'transaction tried again')).toEqual([]);
});
