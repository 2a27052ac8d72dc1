import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventsOf, impersonate, visitor } from '../auth/support.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Person, startWorld, type World } from '../support/world.ts';
import { badTexts } from '../user/bad-input.ts';

const profile = 'id email name avatarUrl externalId version';
const Update = `mutation ($input: AccountUpdateInput!) { accountUpdate(input: $input) {
  __typename
  ... on AccountUpdateSuccess { user { ${profile} } }
  ... on MutationError { code path }
  ... on ValidationError { issues { path code message } }
  ... on VersionConflictError { currentVersion current { ... on User { ${profile} } } } } }`;
const Viewer = `{ viewer { user { ${profile} } } }`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

const update = async (person: Person, input: object) => (await person.run(Update, { input })).accountUpdate;

const profileOf = async (person: Person) => (await person.run(Viewer)).viewer.user;

/** What comes back of an update, and that nothing was written. */
async function writesNothing(person: Person, input: object) {
  await person.run(Viewer);
  const before = await fingerprint(world.database);
  const result = await update(person, input);
  expect(await fingerprint(world.database)).toEqual(before);
  return result;
}

const invalid = (...issues: (readonly [path: string, code: string])[]) => ({
  __typename: 'ValidationError',
  code: 'VALIDATION_FAILED',
  path: ['input', issues[0]![0]],
  issues: issues.map(([path, code]) => ({ path: ['input', path], code, message: expect.any(String) })),
});

describe('refused', () => {
  test('nobody is signed in', async () => {
    await expect(world.anonymous.run(Update, { input: { name: 'Jo' } })).toBeRefused('UNAUTHENTICATED');
  });

  test.each(badTexts)('a name: %s', async (_what, name, code) => {
    expect(await writesNothing(await world.person(), { name })).toEqual(invalid(['name', code]));
  });

  test('a picture that is no address of a page, with all else that is wrong', async () => {
    const jo = await world.person();
    const input = { expectedVersion: 7, avatarUrl: 'javascript:alert(1)', name: '\u200b' };
    expect(await writesNothing(jo, input)).toEqual(invalid(['name', 'INVISIBLE'], ['avatarUrl', 'INVALID_URL']));
    expect(await writesNothing(jo, { avatarUrl: `https://example.com/${'x'.repeat(2_029)}` })).toEqual(
      invalid(['avatarUrl', 'TOO_LONG']),
    );
    expect(await writesNothing(jo, { avatarUrl: 'https://example.com/\ud800' })).toEqual(invalid(['avatarUrl', 'NOT_TEXT']));
  });

  test('a version that has moved, with the caller as they are now', async () => {
    const jo = await world.person();
    const present = await profileOf(jo);
    expect(await writesNothing(jo, { name: 'Kim', expectedVersion: 2 })).toEqual({
      __typename: 'VersionConflictError',
      code: 'VERSION_CONFLICT',
      path: ['input', 'expectedVersion'],
      currentVersion: 1,
      current: present,
    });
  });

  test('in an organization’s impersonation', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    const organization = await world.organization({ owner, members: [[jo]] });
    const { accessToken } = await impersonate(world, owner, jo, organization);

    const { accountUpdate } = await visitor(world, { token: accessToken }).run(Update, { input: { name: '\0' } });

    expect(accountUpdate).toEqual({ __typename: 'RuleError', code: 'WHILE_IMPERSONATING', path: null });
  });
});

describe('accepted', () => {
  test('a name and a picture, with one event, and every session goes on', async () => {
    const jo = await world.person({ name: 'Jo', externalId: 'legacy' });
    await jo.run(Viewer);

    const result = await jo.ask(Update, {
      input: { name: ' Zoe\u0308 ', avatarUrl: 'https://example.com/z.png', expectedVersion: 1 },
    });

    expect(result.data.accountUpdate).toEqual({
      __typename: 'AccountUpdateSuccess',
      user: {
        id: jo.id,
        email: jo.email,
        name: 'Zo\u00eb',
        avatarUrl: 'https://example.com/z.png',
        externalId: 'legacy',
        version: 2,
      },
    });
    expect(await profileOf(jo)).toEqual(result.data.accountUpdate.user);
    expect(await eventsOf(world, result)).toEqual([
      expect.objectContaining({
        action: 'user.updated',
        actor_id: jo.uuid,
        actor_name: 'Jo',
        impersonator_id: null,
        subject_type: 'user',
        subject_id: jo.uuid,
        organization_id: null,
        changes: [
          { field: 'name', before: 'Jo', after: 'Zo\u00eb' },
          { field: 'avatarUrl', before: null, after: 'https://example.com/z.png' },
        ],
        people: [jo.uuid],
      }),
    ]);
    const admin = await world.person({ roles: ['super_admin'] });
    const { users } = await admin.run('{ users(where: { search: "ZOË" }) { nodes { id } } }');
    expect(users.nodes).toEqual([{ id: jo.id }]);
  });

  test.each([
    ['name', null, null],
    ['name', ' ', null],
    ['name', 'Kim', 'Kim'],
    ['avatarUrl', null, null],
    ['avatarUrl', '', null],
    ['avatarUrl', 'http://example.com', 'http://example.com'],
  ])('%s: %j changes that field and no other', async (field, sent, after) => {
    const jo = await world.person({ name: 'Jo' });
    await update(jo, { avatarUrl: 'https://example.com/a.png' });
    const before = await profileOf(jo);
    expect((await update(jo, { [field]: sent })).user).toEqual({ ...before, [field]: after, version: 3 });
  });

  test.each([[{}], [{ name: ' Jo' }], [{ avatarUrl: null }], [{ expectedVersion: 1 }]])(
    'what is there already changes nothing: %j',
    async (input) => {
      const jo = await world.person({ name: 'Jo' });
      const present = await profileOf(jo);
      expect(await writesNothing(jo, input)).toEqual({ __typename: 'AccountUpdateSuccess', user: present });
    },
  );

  test('staff who act as somebody edit theirs, and the event bears both', async () => {
    const [admin, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const { accessToken } = await impersonate(world, admin, jo);

    const result = await visitor(world, { token: accessToken }).ask(Update, { input: { name: 'By staff' } });

    expect(result.data.accountUpdate.user).toMatchObject({ id: jo.id, name: 'By staff', version: 2 });
    expect(await eventsOf(world, result)).toMatchObject([
      { action: 'user.updated', actor_id: jo.uuid, impersonator_id: admin.uuid, subject_id: jo.uuid },
    ]);
  });

  test('what is accepted is stored as NFC, trimmed and otherwise as it was sent, whatever it is', async () => {
    const jo = await world.person();
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
    );
    let before = await profileOf(jo);
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const result = await update(jo, { name: text });
        const after = await profileOf(jo);
        if (result.__typename === 'ValidationError') expect(after).toEqual(before);
        else expect(after).toEqual({ ...before, name: text.normalize('NFC').trim() || null, version: after.version });
        before = after;
      }),
      { numRuns: 100 },
    );
  });
});
