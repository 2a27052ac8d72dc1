import { beforeAll, describe, expect, test } from 'vitest';
import { impersonate, startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectEnded,
  expectNothingWritten,
  happening,
  happenings,
  mutationOf,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const Reactivate = mutationOf('userReactivate', 'user { id status suspendedUntil suspensionReason version }', [
  'NotFoundError',
  'PowerError',
  'RuleError',
]);
const Suspend = mutationOf('userSuspend', 'user { id }', []);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const reactivate = async (who: Pick<Person, 'run'>, userId: string) =>
  (await who.run(Reactivate, { input: { userId } })).userReactivate;

/** Somebody who was suspended by staff, for an hour. */
async function suspended(): Promise<{ jo: Person; until: string }> {
  const jo = await world.person();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await staff.run(Suspend, { input: { userId: jo.id, reason: 'A mistake', until } });
  return { jo, until };
}

describe('refused', () => {
  test('without a token, and without `users:update`, an organization’s rights included', async () => {
    const owner = await world.person();
    const { jo } = await suspended();
    await world.organization({ owner, members: [[jo]] });
    const input = { userId: jo.id };

    await expect(world.anonymous.run(Reactivate, { input })).toBeRefused('UNAUTHENTICATED');
    const { data, errors } = await owner.ask(Reactivate, { input });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['userReactivate'], extensions: { code: 'FORBIDDEN', needs: 'users:update' } }]);
    expect((await visitor(world).login({ email: jo.email, password })).code).toBe('ACCOUNT_SUSPENDED');
  });

  test('while impersonating', async () => {
    const boss = await world.person({ roles: ['system_admin'] });
    const { jo } = await suspended();
    const { accessToken } = await impersonate(world, boss, staff);

    expect(await reactivate(clientWith(world, accessToken), jo.id)).toEqual(ruleError('WHILE_IMPERSONATING'));
  });

  test('ids that are nobody’s are one answer, and nothing is written', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, Reactivate, nobodys('user', jo), (userId) => ({ userId }))).toHaveLength(1);
      expect(await reactivate(staff, 'nonsense')).toEqual(notFound('nonsense'));
    });
  });

  test('a person more powerful than oneself, active ones too', async () => {
    const roles = ['system_admin', 'base_user'];
    const [fallen, standing] = [await world.person({ roles, status: 'SUSPENDED' }), await world.person({ roles })];
    await staff.signIn();

    await expectNothingWritten(world, async () => {
      for (const boss of [fallen, standing]) expect(await reactivate(staff, boss.id)).toEqual(rankTooLow('system_admin'));
    });
  });
});

test('a suspension is lifted with its reason and end, by one event, and login is possible again', async () => {
  const { jo, until } = await suspended();

  const answer = await staff.ask(Reactivate, { input: { userId: jo.id } });

  expect(answer.data.userReactivate).toEqual({
    __typename: 'UserReactivateSuccess',
    user: { id: jo.id, status: 'ACTIVE', suspendedUntil: null, suspensionReason: null, version: 3 },
  });
  expect(await happenings(world, answer)).toEqual([
    happening('user.reactivated', staff, jo, {
      changes: [
        { field: 'status', before: 'SUSPENDED', after: 'ACTIVE' },
        { field: 'suspensionReason', before: 'A mistake', after: null },
        { field: 'suspendedUntil', before: until, after: null },
      ],
    }),
  ]);
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
  const { found } = await staff.run('query ($id: ID!) { found: users(where: { ids: [$id], status: [ACTIVE] }) { totalCount } }', {
    id: jo.id,
  });
  expect(found.totalCount).toBe(1);
});

test('what ended with the suspension stays ended', async () => {
  const [jo, sam] = [await world.person({ roles: ['super_admin'] }), await world.person()];
  const carried = await impersonate(world, jo, sam);
  await staff.run(Suspend, { input: { userId: jo.id, reason: 'A mistake' } });

  await reactivate(staff, jo.id);

  await expectEnded(world, jo.tokens!, carried);
});

test('nothing changes for who is active, and for whose suspension has lifted itself: no event, no version', async () => {
  const active = await world.person();
  const { jo: lifted } = await suspended();
  await world.database.query(
    world.sql`UPDATE users SET suspended_until = now() - interval '1 second' WHERE id = ${lifted.uuid}::uuid`,
  );

  for (const person of [active, lifted]) {
    const before = await versionsOf(world, person);
    const answer = await staff.ask(Reactivate, { input: { userId: person.id } });

    expect(answer.data.userReactivate).toEqual({
      __typename: 'UserReactivateSuccess',
      user: { id: person.id, status: 'ACTIVE', suspendedUntil: null, suspensionReason: null, version: before.version },
    });
    expect(await happenings(world, answer)).toEqual([]);
    expect(await versionsOf(world, person)).toEqual(before);
  }
});
