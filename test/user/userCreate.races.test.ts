import { beforeAll, expect, test } from 'vitest';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { type Person, startWorld, type World } from '../support/world.ts';

const Create = `mutation ($input: UserCreateInput!) { userCreate(input: $input) {
  __typename
  ... on UserCreateSuccess { user { id email externalId } }
  ... on MutationError { code path }
  ... on ValidationError { issues { path code } }
  ... on NotFoundError { id }
  ... on ConflictError { existing { id } } } }`;
const Update = `mutation ($input: UserUpdateInput!) { userUpdate(input: $input) {
  __typename
  ... on UserUpdateSuccess { user { id } }
  ... on MutationError { code path }
  ... on ConflictError { existing { id } } } }`;
const Whoami = '{ viewer { user { id } } }';

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.run(Whoami);
});

let serial = 0;
const newEmail = (): string => `raced-${++serial}@example.com`;

const create = async (input: object, by = admin) => (await by.run(Create, { input })).userCreate;

interface Outcome {
  readonly __typename: string;
  readonly code?: string;
  readonly user?: { readonly id: string };
  readonly existing?: { readonly id: string } | null;
}

/** One has won, and all others are told the code and who it is. */
function expectOneWinner(outcomes: readonly Outcome[], code: string): string {
  expect(counted(outcomes.map((outcome) => outcome.code ?? 'won'))).toEqual({ won: 1, [code]: outcomes.length - 1 });
  const { id } = outcomes.find(({ user }) => user)!.user!;
  for (const { existing } of outcomes) if (existing !== undefined) expect(existing).toEqual({ id });
  return id;
}

test('of 20 creations of one address at once one wins, with one event and one mail, and 19 are told who has it', async () => {
  for (let round = 0; round < rounds; round++) {
    const email = newEmail();

    const outcomes = await together(20, (i) =>
      create({ email: i % 2 ? email : email.toUpperCase(), externalId: `${email} ${i}` }),
    );

    expectOneWinner(outcomes, 'EMAIL_TAKEN');
    const [left] = await world.database.query(world.sql`
      SELECT (SELECT count(*)::int FROM users WHERE email = ${email}) AS users,
             (SELECT count(*)::int FROM outbox_messages WHERE recipient = ${email}) AS mails,
             (SELECT count(*)::int FROM audit_events WHERE action = 'user.created' AND changes @> ${JSON.stringify([{ after: email }])}::jsonb) AS events`);
    expect(left).toEqual({ users: 1, mails: 1, events: 1 });
  }
});

test('of 16 creations of one external id at once one wins, and 15 are told who has it', async () => {
  for (let round = 0; round < rounds; round++) {
    const externalId = `legacy-${round}`;
    const outcomes = await together(16, () => create({ email: newEmail(), externalId, sendWelcome: false }));
    expectOneWinner(outcomes, 'EXTERNAL_ID_TAKEN');
  }
});

test('of 16 creations in three pools that each is tagged into differently one wins, and nobody waits in a circle', async () => {
  const pools = [await world.pool(), await world.pool(), await world.pool()].map(({ code }) => code);
  for (let round = 0; round < rounds; round++) {
    const email = newEmail();
    const outcomes = await together(16, (i) => {
      const [homePoolCode, ...poolCodes] = [...pools.slice(i % 3), ...pools.slice(0, i % 3)];
      return create({ email, homePoolCode, poolCodes: i % 2 ? poolCodes : poolCodes.toReversed(), sendWelcome: false });
    });
    expectOneWinner(outcomes, 'EMAIL_TAKEN');
  }
});

test('of 8 who are created with an address and 8 who change to it one has it', async () => {
  for (let round = 0; round < rounds; round++) {
    const email = newEmail();
    const people = await together(8, () => world.person());

    const outcomes = await together(16, async (i): Promise<Outcome> => {
      if (i < 8) return create({ email, sendWelcome: false });
      return (await admin.run(Update, { input: { userId: people[i - 8]!.id, email } })).userUpdate;
    });

    expectOneWinner(outcomes, 'EMAIL_TAKEN');
  }
});

test('an app that is disabled or deleted while a creation waits for it is not granted', async () => {
  for (const [change, refusal] of [
    ["UPDATE apps SET status = 'DISABLED'", { __typename: 'RuleError', code: 'APP_DISABLED', path: null }],
    [
      'DELETE FROM apps',
      { __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'appIds', '0'], id: expect.any(String) },
    ],
  ] as const) {
    const app = await world.app();
    const outcome = await whileUncommitted(world, `${change} WHERE id = '${app.uuid}'`, () =>
      create({ email: newEmail(), appIds: [app.id] }),
    );
    expect(outcome).toEqual(refusal);
  }
});

test('a pool that is deleted while a creation waits for it is unknown', async () => {
  const pool = await world.pool();
  const outcome = await whileUncommitted(world, `DELETE FROM pools WHERE id = '${pool.uuid}'`, () =>
    create({ email: newEmail(), poolCodes: [pool.code] }),
  );
  expect(outcome).toMatchObject({ issues: [{ path: ['input', 'poolCodes', '0'], code: 'UNKNOWN_POOL' }] });
});

test('who is demoted while their creation waits creates nobody', async () => {
  const staff = await world.person({ roles: ['super_admin'] });
  await staff.run(Whoami);
  const email = newEmail();

  const demotion = `DELETE FROM user_roles WHERE user_id = '${staff.uuid}';
    UPDATE users SET token_version = token_version + 1 WHERE id = '${staff.uuid}'`;
  await expect(whileUncommitted(world, demotion, () => create({ email }, staff))).toBeRefused('TOKEN_STALE');

  expect(await world.database.query(world.sql`SELECT FROM users WHERE email = ${email}`)).toEqual([]);
});
