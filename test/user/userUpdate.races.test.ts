import { beforeAll, expect, test } from 'vitest';
import { visitor } from '../auth/support.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { type Person, password, startWorld, type World } from '../support/world.ts';

const Update = `mutation ($input: UserUpdateInput!) { userUpdate(input: $input) {
  __typename
  ... on UserUpdateSuccess { user { id email name version } }
  ... on MutationError { code path }
  ... on ConflictError { existing { id } }
  ... on VersionConflictError { currentVersion current { ... on User { name version } } } } }`;
const Whoami = '{ viewer { user { id email name version } } }';

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.run(Whoami);
});

let serial = 0;
const newEmail = (): string => `raced-${++serial}@example.com`;

const update = async (input: object, by = admin) => (await by.run(Update, { input })).userUpdate;

const codesOf = (outcomes: readonly { code?: string }[]) => counted(outcomes.map(({ code }) => code ?? 'won'));

test.each([
  ['email', 'EMAIL_TAKEN'],
  ['externalId', 'EXTERNAL_ID_TAKEN'],
])('of 16 people who change to one %s at once one has it, and 15 are told who', async (field, code) => {
  const people = await together(16, () => world.person());
  for (let round = 0; round < rounds; round++) {
    const wanted = newEmail();

    const outcomes = await together(16, (i) => update({ userId: people[i]!.id, [field]: wanted }));

    expect(codesOf(outcomes)).toEqual({ won: 1, [code]: 15 });
    const { id } = outcomes.find(({ user }) => user).user;
    for (const { existing } of outcomes) if (existing !== undefined) expect(existing).toEqual({ id });
  }
});

test('two who want each other’s address at once are both refused', async () => {
  const [jo, kim] = [await world.person(), await world.person()];
  for (let round = 0; round < rounds; round++) {
    const outcomes = await together(16, (i) =>
      update(i % 2 ? { userId: jo.id, email: kim.email } : { userId: kim.id, email: jo.email }),
    );
    expect(codesOf(outcomes)).toEqual({ EMAIL_TAKEN: 16 });
  }
});

test('of 16 who edit the same version one wins, and the others see what the one wrote', async () => {
  const jo = await world.person();
  for (let version = 1; version <= 20; version++) {
    const outcomes = await together(16, (i) =>
      update({ userId: jo.id, name: `By ${i} at ${version}`, expectedVersion: version }),
    );

    expect(codesOf(outcomes)).toEqual({ won: 1, VERSION_CONFLICT: 15 });
    const { name } = outcomes.find(({ user }) => user).user;
    for (const { code, currentVersion, current } of outcomes) {
      if (code)
        expect({ currentVersion, current }).toEqual({ currentVersion: version + 1, current: { name, version: version + 1 } });
    }
  }
});

test('16 edits at once without a version happen one after the other: each event begins where the one before ended', async () => {
  for (let round = 0; round < rounds; round++) {
    const jo = await world.person({ name: 'first' });

    await together(16, (i) => update({ userId: jo.id, name: `by ${i}` }));

    const events = await world.database.query<{ before: string; after: string }>(world.sql`
      SELECT changes -> 0 ->> 'before' AS before, changes -> 0 ->> 'after' AS after FROM audit_events WHERE subject_id = ${jo.uuid}::uuid`);
    const next = new Map(events.map(({ before, after }) => [before, after]));
    let [name, steps] = ['first', 0];
    for (; next.has(name); steps++) {
      const after = next.get(name)!;
      next.delete(name);
      name = after;
    }
    await jo.signIn();
    expect({ steps, name, version: 17 }).toEqual({ steps: 16, ...(await pick(jo)) });
  }

  async function pick(jo: Person) {
    const { name, version } = (await jo.run(Whoami)).viewer.user;
    return { name, version };
  }
});

test('a login with the old address against a new one leaves no session that lives', async () => {
  const jo = await world.person();
  let present = jo.email;
  for (let round = 0; round < rounds; round++) {
    const next = newEmail();

    const [changed, ...logins] = await Promise.all([
      update({ userId: jo.id, email: next }),
      ...Array.from({ length: 3 }, () => visitor(world).login({ email: present, password })),
    ]);

    expect(changed.user.email).toBe(next);
    for (const { tokens, code } of logins) {
      if (tokens) await expect(visitor(world, { token: tokens.accessToken }).run(Whoami)).toBeRefused('UNAUTHENTICATED');
      else expect(code).toBe('INVALID_CREDENTIALS');
    }
    await world.database.query(world.sql`DELETE FROM login_locks`);
    present = next;
  }
});

test('who is demoted while their edit waits edits nobody', async () => {
  const [staff, jo] = [await world.person({ roles: ['super_admin'] }), await world.person({ name: 'Jo' })];
  await staff.run(Whoami);

  const demotion = `DELETE FROM user_roles WHERE user_id = '${staff.uuid}';
    UPDATE users SET token_version = token_version + 1 WHERE id = '${staff.uuid}'`;
  await expect(whileUncommitted(world, demotion, () => update({ userId: jo.id, name: 'Kim' }, staff))).toBeRefused('TOKEN_STALE');

  expect((await jo.run(Whoami)).viewer.user).toMatchObject({ name: 'Jo', version: 1 });
});

test('who has risen above the caller while the edit waits is out of reach', async () => {
  const [staff, jo] = [await world.person({ roles: ['super_admin'] }), await world.person({ name: 'Jo' })];
  await staff.run(Whoami);

  const rise = `SELECT FROM users WHERE id = '${jo.uuid}' FOR NO KEY UPDATE;
    INSERT INTO user_roles (user_id, role_id) SELECT '${jo.uuid}', id FROM roles WHERE code = 'system_admin'`;
  const outcome = await whileUncommitted(world, rise, () => update({ userId: jo.id, name: 'Kim' }, staff));

  expect(outcome).toEqual({ __typename: 'PowerError', code: 'RANK_TOO_LOW', path: null });
});

test('an address that is taken in a pool which the person is being tagged into is not free', async () => {
  const pool = await world.pool();
  const jo = await world.person();
  const taken = await world.person({ pool: pool.code });

  const tag = `SELECT FROM users WHERE id = '${jo.uuid}' FOR NO KEY UPDATE;
    INSERT INTO user_pools (user_id, pool_id) VALUES ('${jo.uuid}', '${pool.uuid}')`;
  const outcome = await whileUncommitted(world, tag, () => update({ userId: jo.id, email: taken.email }));

  expect(outcome).toEqual({
    __typename: 'ConflictError',
    code: 'EMAIL_TAKEN',
    path: ['input', 'email'],
    existing: { id: taken.id },
  });
});
