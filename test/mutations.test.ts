import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphQLObjectType, getNamedType, getNullableType, isListType, isNonNullType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { Prisma } from '../src/database.ts';
import { decodeId, type IdPrefix, newId } from '../src/ids.ts';
import { policy } from '../src/policy.ts';
import { schema } from '../src/schema/index.ts';
import { eventsOf } from './auth/support.ts';
import { fingerprint } from './support/fingerprint.ts';
import { examples, mutations, sent, setStage, signedInAnew, succeeded, typeNamed, typeOf } from './support/mutation-examples.ts';
import type { Visit } from './support/personas.ts';
import { everyMaker, refusalsOf } from './support/refusals-in-source.ts';
import { clientOf, type World } from './support/world.ts';

/**
 * What every mutation has, whichever it is: a policy row, a resolver and a test of its name, one audit event for a change and
 * none for no change, and a result that lists every refusal that its code can give. A mutation that is new has none of it yet.
 */

let world: World;
let staff: Visit;
beforeAll(async () => {
  ({ world, staff } = await setStage());
});

// ---------------------------------------------------------------- what has its name

const resolverOf = (mutation: string): string | undefined =>
  readdirSync('src/resolvers')
    .map((folder) => join('src/resolvers', folder, `${mutation}.ts`))
    .find(existsSync);

describe.each(mutations)('%s', (mutation) => {
  test('has a policy row', () => expect(policy).toHaveProperty(mutation));

  test('has a resolver of its name, in a file of its name', async () => {
    const file = resolverOf(mutation);
    expect(file, `src/resolvers/*/${mutation}.ts`).toBeDefined();
    expect(await import(join('..', file!))).toHaveProperty(mutation, expect.any(Function));
  });

  test('has a test file of its name', () => {
    const tests = readdirSync('test', { recursive: true, encoding: 'utf8' });
    expect(tests.filter((file) => file.split('/').at(-1) === `${mutation}.test.ts`)).toHaveLength(1);
  });

  test('lists in its result every refusal that its code can give', () => {
    const members = schema.getPossibleTypes(schema.getType(typeOf(mutation, 'Result')) as never).map(({ name }) => name);
    const { types } = refusalsOf(resolverOf(mutation)!, mutation);
    const row: (typeof policy)[keyof typeof policy] = policy[mutation as keyof typeof policy];
    const byItsRow = typeof row === 'object' && 'whileImpersonating' in row ? ['RuleError'] : [];

    const unlisted = [...types, ...byItsRow].filter(
      (type) => !members.includes(type) && type !== 'AuthenticationError TOO_MANY_ATTEMPTS',
    );
    expect(unlisted).toEqual([]);
  });
});

// ---------------------------------------------------------------- that the reading of the source sees anything

test.each([
  ['userSetRoles', ['NotFoundError', 'PowerError', 'RuleError', 'ValidationError', 'VersionConflictError']],
  ['userUnlock', ['NotFoundError', 'PowerError']],
  ['userSetPassword', ['AuthenticationError TOO_MANY_ATTEMPTS', 'NotFoundError', 'PowerError', 'ValidationError']],
  ['accountResetPassword', ['AuthenticationError', 'AuthenticationError TOO_MANY_ATTEMPTS', 'ValidationError']],
  ['authSwitchOrganization', ['AuthenticationError', 'NotFoundError', 'RuleError']],
  ['authLogout', []],
  ['organizationReactivate', ['NotFoundError', 'RuleError']],
  ['organizationTransferOwnership', ['NotFoundError', 'RuleError']],
  ['organizationRemoveMember', ['NotFoundError', 'PowerError', 'RuleError']],
  ['organizationAddMember', ['ConflictError', 'NotFoundError', 'PowerError', 'RuleError', 'ValidationError']],
  ['organizationUpdateRole', ['NotFoundError', 'PowerError', 'RuleError', 'ValidationError', 'VersionConflictError']],
  [
    'organizationCreateInvitation',
    ['AuthenticationError TOO_MANY_ATTEMPTS', 'ConflictError', 'NotFoundError', 'PowerError', 'RuleError', 'ValidationError'],
  ],
  ['accountDeclineInvitation', ['InvitationError', 'NotFoundError']],
  ['authStopImpersonating', ['RuleError']],
  ['userImpersonate', ['AuthenticationError TOO_MANY_ATTEMPTS', 'NotFoundError', 'PowerError', 'RuleError', 'ValidationError']],
  [
    'userHardDelete',
    [
      ...['NotFoundError', 'OwnsOrganizationsError', 'PowerError', 'RuleError'],
      ...['StalePlanError', 'ValidationError', 'VersionConflictError'],
    ],
  ],
])('the code of %s can give what a reader of it finds', (mutation, expected) => {
  expect([...refusalsOf(resolverOf(mutation)!, mutation).types].sort()).toEqual(expected);
});

/** What tells of a refusal before it is made: a preview, and what a caller may do. */
const foretold = [
  ['src/resolvers/user/userHardDeletePreview.ts', 'userHardDeletePreview'],
  ...[
    ['app/capabilities', 'appCapabilities'],
    ['invitation/capabilities', 'invitationCapabilities'],
    ['organization/capabilities', 'organizationCapabilities'],
    ['organization/member-capabilities', 'membershipCapabilities'],
    ['organization/role-capabilities', 'roleCapabilities'],
    ['pool/capabilities', 'poolCapabilities'],
    ['user/capabilities', 'userCapabilities'],
  ].map(([file, name]) => [`src/resolvers/${file}.ts`, name]),
] as [file: string, name: string][];

test('no refusal is made anywhere that is not followed from a mutation, or from what foretells one', () => {
  const followed = new Set(
    [...mutations.map((mutation) => [resolverOf(mutation)!, mutation] as const), ...foretold].flatMap(([file, name]) => [
      ...refusalsOf(file, name).makers,
    ]),
  );

  expect(everyMaker().filter((maker) => !followed.has(maker))).toEqual([]);
});

test('what is foretold is what some mutation can answer', () => {
  const told = new Set(foretold.flatMap(([file, name]) => [...refusalsOf(file, name).types]));
  const given = new Set(mutations.flatMap((mutation) => [...refusalsOf(resolverOf(mutation)!, mutation).types]));

  expect([...told].filter((type) => !given.has(type))).toEqual([]);
  expect(told.size).toBeGreaterThan(4);
});

// ---------------------------------------------------------------- one event for a change, and none for no change

/** What gives tokens or takes a secret, and what is sent without being signed in. */
const isKeyIgnored = (mutation: string): boolean =>
  mutation.startsWith('auth') ||
  [
    'accountChangePassword',
    'accountRequestPasswordReset',
    'accountResetPassword',
    'accountSignUp',
    'userSetPassword',
    'userImpersonate',
  ].includes(mutation);

test('every mutation has its example, and every example its mutation', () => {
  expect(Object.keys(examples).sort()).toEqual(mutations);
});

describe.each(Object.entries(examples).filter(([mutation]) => mutations.includes(mutation)))('%s', (mutation, example) => {
  test('leaves exactly one event when it changes something', async () => {
    const call = await example.change();
    const before = await fingerprint(world.database, ['audit_events', 'audit_event_people']);

    const { answer, said } = await sent(mutation, call);

    expect(said).toEqual(succeeded(mutation, true));
    const events = await eventsOf(world, answer);
    expect(events.map(({ action }) => action)).toEqual([expect.stringMatching(/^[a-z]+\.[a-z_]+$/)]);
    expect(await fingerprint(world.database, ['audit_events', 'audit_event_people'])).not.toEqual(before);
  });

  const isIgnored = isKeyIgnored(mutation);
  test(
    isIgnored ? 'keeps nothing under a key' : 'is answered alike when sent again with its key, and changes nothing',
    async () => {
      const call = await example.change();
      const key = newId();
      const send = (by = call.by) => sent(mutation, { ...call, ...(by && { by }) }, { 'idempotency-key': key });
      const first = await send();
      // Whoever has made their own token stale by it refreshes it, and sends it again.
      const anew = call.by && !isIgnored ? await signedInAnew(call.by) : call.by;
      const before = await fingerprint(world.database);
      const kept = await world.database.query(world.sql`SELECT FROM idempotency_keys WHERE key = ${key}`);
      expect(first.said).toEqual(succeeded(mutation, true));

      if (isIgnored) {
        expect(kept).toEqual([]);
        return;
      }
      const second = await send(anew);
      expect(second.said).toEqual(first.said);
      expect(await eventsOf(world, second.answer)).toEqual([]);
      expect(kept).toHaveLength(1);
      expect(await fingerprint(world.database)).toEqual(before);
    },
  );

  const { nothing } = example;
  if (!nothing) return;
  test('leaves no event, and nothing else, when it changes nothing', async () => {
    const call = await nothing();
    const before = await fingerprint(world.database, example.writes);

    const { answer, said } = await sent(mutation, call);

    expect(said).toEqual(succeeded(mutation, false));
    expect(await eventsOf(world, answer)).toEqual([]);
    expect(await fingerprint(world.database, example.writes)).toEqual(before);
  });
});

/** Where the objects are that a success shows, by their types. */
const tables: Record<string, readonly [prefix: IdPrefix, table: string]> = {
  User: ['user', 'users'],
  App: ['app', 'apps'],
  AppGrant: ['grant', 'app_grants'],
  Pool: ['pool', 'pools'],
  Organization: ['org', 'organizations'],
  Membership: ['mem', 'memberships'],
  Role: ['role', 'roles'],
  Invitation: ['inv', 'invitations'],
};
/** What a success is about: the person where it shows one, else the first object in it that is no list. */
const objectOf = (mutation: string) =>
  Object.values(typeNamed(typeOf(mutation, 'Success')).getFields())
    .sort((a, b) => Number(b.name === 'user') - Number(a.name === 'user'))
    .flatMap(({ name, type }) => {
      if (isListType(getNullableType(type))) return [];
      const [prefix, table] = tables[getNamedType(type).name] ?? [];
      return prefix && table ? [{ name, prefix, table }] : [];
    })[0];

/** Whose success shows null, without an error, of what the caller sees no more. */
const mayBeOutOfSight = ['organizationRemoveMember'];

test.each(mutations.filter((mutation) => objectOf(mutation) && !isKeyIgnored(mutation) && !mutation.startsWith('account')))(
  '%s: sent again with its key when what it shows is gone, it is NOT_FOUND, or null where it may be out of sight',
  async (mutation) => {
    const { name, prefix, table } = objectOf(mutation)!;
    const { input } = await examples[mutation]!.change();
    const { ask } = clientOf(world.server, world.settings, () => staff.token, { 'idempotency-key': newId() });
    const document = `mutation ($input: ${typeOf(mutation, 'Input')}!) { ${mutation}(input: $input) {
      ... on ${typeOf(mutation, 'Success')} { ${name} { id } } } }`;

    const { data } = await ask(document, { input });
    const uuid = decodeId(prefix, data[mutation][name].id);
    await world.database.query(world.sql`DELETE FROM ${Prisma.raw(table)} WHERE id = ${uuid}::uuid`);
    const again = await ask(document, { input });

    const { type } = (typeNamed(typeOf(mutation, 'Success')) as GraphQLObjectType).getFields()[name]!;
    expect({ data: again.data, codes: again.errors.map(({ extensions }) => extensions.code) }).toEqual({
      data: isNonNullType(type) ? null : { [mutation]: { [name]: null } },
      codes: mayBeOutOfSight.includes(mutation) ? [] : ['NOT_FOUND'],
    });
  },
);

test('whatever says whether it changed anything has an example of nothing', () => {
  const saying = mutations.filter((mutation) => {
    const success = typeNamed(typeOf(mutation, 'Success'));
    return isObjectType(success) && 'changed' in success.getFields();
  });

  expect(saying.filter((mutation) => !examples[mutation]?.nothing)).toEqual([]);
});
