import { beforeAll, describe, expect, test } from 'vitest';
import { claimsIn, impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectEnded,
  expectNothingWritten,
  goesOn,
  happening,
  happenings,
  holds,
  invalid,
  mutationOf,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const SetRoles = mutationOf('userSetRoles', 'user { id version roles { code } permissions } added { code } removed { code }', [
  'ValidationError',
  'NotFoundError',
  'VersionConflictError',
  'PowerError',
  'RuleError',
]);
const Viewer = '{ viewer { permissions user { roles { code } } } }';

let world: World;
let staff: Person;
let boss: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  boss = await world.person({ roles: ['system_admin'] });
  await staff.signIn();
});

const setRoles = async (who: Pick<Person, 'run'>, userId: string, roleCodes: string[], expectedVersion?: number | null) =>
  (await who.run(SetRoles, { input: { userId, roleCodes, expectedVersion } })).userSetRoles;

/** Codes of the person's platform roles, as the database has them, most powerful first. */
async function rolesOf(person: Person): Promise<string[]> {
  const rows = await world.database.query<{ code: string }>(world.sql`
    SELECT r.code FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = ${person.uuid}::uuid ORDER BY r.rank, r.code`);
  return rows.map(({ code }) => code);
}

const coded = (...codes: string[]) => codes.map((code) => ({ code }));

describe('refused', () => {
  test('without a token, and without `users:assign-roles`, an organization’s rights included', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    await world.organization({ owner, members: [[jo]] });
    const input = { userId: jo.id, roleCodes: ['buyer'] };

    await expect(world.anonymous.run(SetRoles, { input })).toBeRefused('UNAUTHENTICATED');
    const { data, errors } = await owner.ask(SetRoles, { input });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['userSetRoles'], extensions: { code: 'FORBIDDEN', needs: 'users:assign-roles' } }]);
    expect(await rolesOf(jo)).toEqual(['base_user']);
  });

  test('while impersonating, and before that without the permission of whom one acts as', async () => {
    const jo = await world.person();
    const input = { userId: jo.id, roleCodes: ['seller'] };
    const [asStaff, asJo] = [await impersonate(world, boss, staff), await impersonate(world, boss, jo)];

    expect(await setRoles(clientWith(world, asStaff.accessToken), jo.id, [])).toEqual(ruleError('WHILE_IMPERSONATING'));
    await expect(clientWith(world, asJo.accessToken).run(SetRoles, { input })).toBeRefused('FORBIDDEN');
    expect(await rolesOf(jo)).toEqual(['base_user']);
  });

  test('ids that are nobody’s are one answer, and nothing is written', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, SetRoles, nobodys('user', jo), (userId) => ({ userId, roleCodes: [] }))).toHaveLength(1);
      expect(await setRoles(staff, 'nonsense', [])).toEqual(notFound('nonsense'));
    });
  });

  test('unknown codes, codes of organizations and what is no code are all named at once, and nothing changes', async () => {
    const jo = await world.person({ roles: ['buyer'] });
    await world.organization({ owner: jo, customRoles: { gardener: [] } });

    const answer = await staff.ask(SetRoles, {
      input: {
        userId: jo.id,
        roleCodes: [
          'seller',
          'org_admin',
          'nobody',
          'gardener',
          'se\0ller',
          '\ud800',
          '\u200b',
          '',
          ' seller',
          'SELLER',
          'x'.repeat(10_240),
        ],
      },
    });

    expect(answer.data.userSetRoles).toEqual(
      invalid(...Array.from({ length: 10 }, (_, i) => [`roleCodes.${i + 1}`, 'UNKNOWN_ROLE'] as const)),
    );
    expect(await rolesOf(jo)).toEqual(['buyer']);
    expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
    expect(await happenings(world, answer)).toEqual([]);
  });

  test('more than a hundred codes, before any is looked for', async () => {
    const jo = await world.person();
    const codes = Array.from({ length: 101 }, (_, i) => `role-${i}`);

    expect(await setRoles(staff, jo.id, codes)).toEqual(invalid(['roleCodes', 'TOO_MANY']));
  });

  test('null among the codes, by the type', async () => {
    const jo = await world.person();

    for (const roleCodes of [null, [null], ['seller', null], [1], [['seller']]]) {
      const { errors } = await staff.ask(SetRoles, { input: { userId: jo.id, roleCodes } });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    expect(await rolesOf(jo)).toEqual(['base_user']);
  });

  test('another version than the present one, which is shown', async () => {
    const jo = await world.person({ roles: ['buyer'] });

    for (const expected of [0, 2, -1]) {
      expect(await setRoles(staff, jo.id, ['seller'], expected)).toEqual({
        __typename: 'VersionConflictError',
        code: 'VERSION_CONFLICT',
        message: expect.any(String),
        path: ['input', 'expectedVersion'],
        currentVersion: 1,
        current: { id: jo.id, version: 1, roles: coded('buyer') },
      });
    }
    expect(await rolesOf(jo)).toEqual(['buyer']);
  });

  test('a person more powerful than oneself, whatever they would have, and what the input says wrongly before that', async () => {
    const chief = await world.person({ roles: ['system_admin', 'seller'] });

    await expectNothingWritten(world, async () => {
      for (const codes of [[], ['base_user'], ['system_admin', 'seller'], ['system_admin', 'seller', 'buyer']]) {
        expect(await setRoles(staff, chief.id, codes)).toEqual(rankTooLow('system_admin'));
      }
      expect(await setRoles(staff, chief.id, ['nobody'])).toEqual(invalid(['roleCodes.0', 'UNKNOWN_ROLE']));
    });
  });

  test('a role more powerful than oneself, for others and for oneself', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      for (const person of [jo, staff]) {
        expect(await setRoles(staff, person.id, ['seller', 'system_admin'])).toEqual(rankTooLow('system_admin'));
      }
    });
  });

  test('the last system admin who is active keeps the role: those who are suspended do not count', async () => {
    const own = await startAuthWorld();
    const last = await own.person({ roles: ['system_admin', 'base_user'] });
    const suspended = await own.person({ roles: ['system_admin'], status: 'SUSPENDED' });
    await last.signIn();

    await expectNothingWritten(own, async () => {
      for (const codes of [[], ['base_user'], ['super_admin', 'base_user']]) {
        expect(await setRoles(last, last.id, codes)).toEqual(ruleError('LAST_SYSTEM_ADMIN'));
      }
    });
    // Of one who is suspended it may be taken away: somebody who is active keeps it.
    expect(await setRoles(last, suspended.id, [])).toMatchObject({ removed: coded('system_admin') });
    // Whose suspension has lifted itself is active.
    await own.person({ roles: ['system_admin'], status: 'SUSPENDED' });
    await own.database.query(own.sql`UPDATE users SET suspended_until = now() - interval '1 second' WHERE status = 'SUSPENDED'`);
    expect(await setRoles(last, last.id, ['base_user'])).toMatchObject({ removed: coded('system_admin') });
  });

  test('who has been demoted, with the token from before', async () => {
    const [former, jo] = [await world.person({ roles: ['super_admin'] }), await world.person()];
    await former.signIn();
    await setRoles(boss, former.id, ['base_user']);

    await expect(former.run(SetRoles, { input: { userId: jo.id, roleCodes: [] } })).toBeRefused('TOKEN_STALE');
    const { tokens } = await visitor(world).refresh(former.tokens!.refreshToken);
    const { errors } = await clientWith(world, tokens.accessToken).ask(SetRoles, { input: { userId: jo.id, roleCodes: [] } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

test('the set is replaced as a whole, the token from before is stale at once, and the refreshed one carries the new roles', async () => {
  const jo = await world.person({ roles: ['base_user', 'buyer'] });
  const { refreshToken } = await jo.signIn();

  const answer = await staff.ask(SetRoles, { input: { userId: jo.id, roleCodes: ['base_user', 'seller'], expectedVersion: 1 } });

  expect(answer.data.userSetRoles).toEqual({
    __typename: 'UserSetRolesSuccess',
    user: { id: jo.id, version: 2, roles: coded('seller', 'base_user'), permissions: [] },
    added: coded('seller'),
    removed: coded('buyer'),
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.roles_set', staff, jo, {
      changes: [{ field: 'roles', before: ['buyer', 'base_user'], after: ['seller', 'base_user'] }],
    }),
  ]);
  expect(await versionsOf(world, jo)).toEqual({ version: 2, tokenVersion: 2 });
  await expect(jo.run(Viewer)).toBeRefused('TOKEN_STALE');
  const { tokens } = await visitor(world).refresh(refreshToken);
  expect(claimsIn(tokens.accessToken)).toMatchObject({ sub: jo.id, tv: 2, roles: ['base_user', 'seller'], permissions: [] });
  expect((await clientWith(world, tokens.accessToken).run(Viewer)).viewer.user.roles).toEqual(coded('seller', 'base_user'));
});

test('`[]` takes all away', async () => {
  const jo = await world.person({ roles: ['base_user', 'super_admin', 'seller'] });
  const { refreshToken } = await jo.signIn();

  const answer = await staff.ask(SetRoles, { input: { userId: jo.id, roleCodes: [] } });

  expect(answer.data.userSetRoles).toEqual({
    __typename: 'UserSetRolesSuccess',
    user: { id: jo.id, version: 2, roles: [], permissions: [] },
    added: [],
    removed: coded('super_admin', 'seller', 'base_user'),
  });
  expect((await happenings(world, answer))[0]).toMatchObject({
    changes: [{ field: 'roles', before: ['super_admin', 'seller', 'base_user'], after: [] }],
  });
  const { tokens } = await visitor(world).refresh(refreshToken);
  expect(claimsIn(tokens.accessToken)).toMatchObject({ roles: [], permissions: [] });
  expect(await clientWith(world, tokens.accessToken).run(Viewer)).toEqual({ viewer: { permissions: [], user: { roles: [] } } });
});

test('who is given power has it from the next refresh on', async () => {
  const jo = await world.person({ roles: [] });
  const { refreshToken } = await jo.signIn();

  const { added, user } = await setRoles(staff, jo.id, ['super_admin']);

  expect(added).toEqual(coded('super_admin'));
  expect(user.permissions).toContain('users:assign-roles');
  expect(user.permissions).not.toContain('users:delete');
  const { tokens } = await visitor(world).refresh(refreshToken);
  expect(claimsIn(tokens.accessToken).permissions).toContain('users:assign-roles');
  const other = await world.person();
  expect(await setRoles(clientWith(world, tokens.accessToken), other.id, [])).toMatchObject({ removed: coded('base_user') });
});

test('a code that is named twice counts once', async () => {
  const jo = await world.person();

  const answer = await staff.ask(SetRoles, {
    input: { userId: jo.id, roleCodes: ['seller', 'base_user', 'seller', 'base_user'] },
  });

  expect(answer.data.userSetRoles).toMatchObject({ added: coded('seller'), removed: [] });
  expect((await happenings(world, answer))[0]).toMatchObject({
    changes: [{ field: 'roles', before: ['base_user'], after: ['seller', 'base_user'] }],
  });
});

test('the same set in any order is no change: no event, no version, and the token holds', async () => {
  const jo = await world.person({ roles: ['base_user', 'buyer'] });
  const { accessToken } = await jo.signIn();

  const answer = await staff.ask(SetRoles, {
    input: { userId: jo.id, roleCodes: ['buyer', 'base_user', 'buyer'], expectedVersion: null },
  });

  expect(answer.data.userSetRoles).toEqual({
    __typename: 'UserSetRolesSuccess',
    user: { id: jo.id, version: 1, roles: coded('buyer', 'base_user'), permissions: [] },
    added: [],
    removed: [],
  });
  expect(await happenings(world, answer)).toEqual([]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  expect(await holds(world, accessToken)).toBe(true);
});

test('roles of an organization are others, whatever their codes', async () => {
  const [owner, jo] = [await world.person(), await world.person({ roles: ['seller', 'buyer'] })];
  await world.organization({ owner, members: [[jo, ['seller', 'org_manager']]] });

  await setRoles(staff, jo.id, ['buyer']);

  const { user } = await boss.run(
    'query ($id: ID!) { user(id: $id) { roles { code } memberships { nodes { roles { code scope } } } } }',
    { id: jo.id },
  );
  expect(user).toEqual({
    roles: coded('buyer'),
    memberships: {
      nodes: [
        {
          roles: [
            { code: 'org_manager', scope: 'ORGANIZATION' },
            { code: 'seller', scope: 'ORGANIZATION' },
          ],
        },
      ],
    },
  });
});

test('staff may take roles from themselves, and the answer still comes', async () => {
  const jo = await world.person({ roles: ['super_admin', 'base_user'] });
  await jo.signIn();

  const answer = await jo.ask(SetRoles, { input: { userId: jo.id, roleCodes: ['base_user'] } });

  expect(answer.data.userSetRoles).toEqual({
    __typename: 'UserSetRolesSuccess',
    user: { id: jo.id, version: 2, roles: coded('base_user'), permissions: [] },
    added: [],
    removed: coded('super_admin'),
  });
  expect(await happenings(world, answer)).toMatchObject([{ action: 'user.roles_set', actor: jo.uuid, people: [jo.uuid] }]);
  await expect(jo.run(Viewer)).toBeRefused('TOKEN_STALE');
});

test('in a batch, what comes after the change of one’s own roles is judged afresh', async () => {
  const jo = await world.person({ roles: ['super_admin'] });

  const [changed, after] = await jo.batch([
    [SetRoles, { input: { userId: jo.id, roleCodes: [] } }],
    [SetRoles, { input: { userId: jo.id, roleCodes: ['super_admin'] } }],
  ]);

  expect(changed?.data.userSetRoles).toMatchObject({ removed: coded('super_admin') });
  expect(after?.errors).toMatchObject([{ extensions: { code: 'TOKEN_STALE' } }]);
  expect(await rolesOf(jo)).toEqual([]);
});

describe('impersonations', () => {
  test('end where the impersonator is demoted, and the event is about whom they had impersonated', async () => {
    const [former, jo] = [await world.person({ roles: ['super_admin', 'base_user'] }), await world.person()];
    const carried = await impersonate(world, former, jo);

    const answer = await boss.ask(SetRoles, { input: { userId: former.id, roleCodes: ['base_user'] } });

    await expectEnded(world, carried);
    expect(await happenings(world, answer)).toEqual([
      happening('user.roles_set', boss, former, {
        changes: [{ field: 'roles', before: ['super_admin', 'base_user'], after: ['base_user'] }],
        metadata: { revokedSessions: 0, endedImpersonations: 1 },
        people: [jo],
      }),
    ]);
    // Their own session goes on, with what is left of their power.
    expect(await goesOn(world, former.tokens!)).toBe(true);
  });

  test('end where the target is demoted', async () => {
    const jo = await world.person({ roles: ['super_admin'] });
    const carried = await impersonate(world, boss, jo);

    const answer = await boss.ask(SetRoles, { input: { userId: jo.id, roleCodes: ['base_user'] } });

    await expectEnded(world, carried);
    expect(await happenings(world, answer)).toMatchObject([{ metadata: { revokedSessions: 1, endedImpersonations: 0 } }]);
  });

  test.each([
    ['rank', 'super_admin', ['super_admin', 'base_user']],
    ['rank, and above it', 'super_admin', ['system_admin', 'base_user']],
  ])('end where the target rises to the impersonator’s %s', async (_title, by, roles) => {
    const [impersonator, jo] = [await world.person({ roles: [by] }), await world.person()];
    const carried = await impersonate(world, impersonator, jo);

    await setRoles(boss, jo.id, roles);

    await expectEnded(world, carried);
    expect(await holds(world, impersonator.tokens!.accessToken)).toBe(true);
  });

  test('go on where the target gets a role below the impersonator’s rank', async () => {
    const [one, two, jo] = [await world.person({ roles: ['super_admin'] }), boss, await world.person()];
    const byStaff = await impersonate(world, one, jo);
    const byBoss = await impersonate(world, two, jo);

    await setRoles(boss, jo.id, ['base_user', 'seller']);

    expect(await holds(world, byStaff.accessToken)).toBe('TOKEN_STALE');
    expect([await goesOn(world, byStaff), await goesOn(world, byBoss)]).toEqual([true, true]);
  });

  test('of several, those alone end whose impersonator the target has reached', async () => {
    const [one, jo] = [await world.person({ roles: ['super_admin'] }), await world.person()];
    const byStaff = await impersonate(world, one, jo);
    const byBoss = await impersonate(world, boss, jo);

    await setRoles(boss, jo.id, ['base_user', 'super_admin']);

    await expectEnded(world, byStaff);
    expect(await goesOn(world, byBoss)).toBe(true);
  });

  test('go on where the impersonator rises', async () => {
    const [one, jo] = [await world.person({ roles: ['super_admin'] }), await world.person()];
    const carried = await impersonate(world, one, jo);

    await setRoles(boss, one.id, ['super_admin', 'system_admin']);

    expect(await goesOn(world, carried)).toBe(true);
  });

  test.each([
    ['without a platform role', ['base_user']],
    ['with a better one', ['seller']],
  ])(
    'of an organization, by somebody %s, end where the target gets a platform role other than `base_user`',
    async (_title, roles) => {
      const [owner, jo] = [await world.person({ roles }), await world.person()];
      const acme = await world.organization({ owner, members: [[jo]] });
      const carried = await impersonate(world, owner, jo, acme);

      await setRoles(boss, jo.id, ['base_user', 'buyer']);

      await expectEnded(world, carried);
    },
  );

  test('of an organization go on where the target gets `base_user`, which reaches nobody’s rank there', async () => {
    const [owner, jo] = [await world.person(), await world.person({ roles: [] })];
    const acme = await world.organization({ owner, members: [[jo]] });
    const carried = await impersonate(world, owner, jo, acme);

    await setRoles(boss, jo.id, ['base_user']);

    expect(await goesOn(world, carried)).toBe(true);
  });

  test('of other people go on', async () => {
    const [jo, sam, one] = [
      await world.person({ roles: ['seller'] }),
      await world.person(),
      await world.person({ roles: ['super_admin'] }),
    ];
    const carried = await impersonate(world, one, sam);

    await setRoles(boss, jo.id, []);

    expect(await goesOn(world, carried)).toBe(true);
  });
});

describe('statements, the look at the caller, BEGIN and COMMIT included', () => {
  const Briefly = mutationOf('userSetRoles', '__typename', []);

  /** How many it takes to set the roles of somebody, for an admin whose session is warm. */
  async function sent(person: Person, roleCodes: string[]): Promise<number> {
    await boss.signIn();
    await boss.run(Viewer);
    return world.statements(async () => {
      const { userSetRoles } = await boss.run(Briefly, { input: { userId: person.id, roleCodes } });
      expect(userSetRoles).toEqual({ __typename: 'UserSetRolesSuccess' });
    });
  }

  test('a change of roles takes nine', async () => {
    expect(await sent(await world.person(), ['seller'])).toBe(9);
    expect(await sent(await world.person({ roles: ['super_admin', 'buyer'] }), ['seller'])).toBe(9);
    expect(await sent(await world.person({ roles: ['buyer'] }), [])).toBe(9);
  });

  test('taking `system_admin` away takes two more: the role is locked, and who else has it is counted', async () => {
    expect(await sent(await world.person({ roles: ['system_admin'] }), ['seller'])).toBe(11);
    expect(await sent(await world.person({ roles: ['system_admin'], status: 'SUSPENDED' }), [])).toBe(9);
  });

  test('what changes nothing writes nothing', async () => {
    expect(await sent(await world.person(), ['base_user'])).toBe(7);
  });
});
