import { beforeAll, describe, expect, test } from 'vitest';
import { impersonate, newIp, startAuthWorld, visitor } from '../auth/support.ts';
import { type Person, password, type World } from '../support/world.ts';
import {
  answersBut,
  clientWith,
  expectNothingWritten,
  happening,
  happenings,
  holds,
  mutationOf,
  nobodys,
  notFound,
  rankTooLow,
  ruleError,
  versionsOf,
} from './support.ts';

const Unlock = mutationOf('userUnlock', 'user { id lockedUntil version }', ['NotFoundError', 'PowerError', 'RuleError']);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const unlock = async (who: Pick<Person, 'run'>, userId: string) => (await who.run(Unlock, { input: { userId } })).userUnlock;

/** Fails so often from ip addresses of strangers, or from one, and gives the codes that came back. */
async function fail(email: string, times: number, ip?: string): Promise<string[]> {
  const codes: string[] = [];
  for (let i = 0; i < times; i++) codes.push((await visitor(world, { ip }).login({ email, password: `wrong ${i}` })).code);
  return codes;
}

const lockedUntil = async (person: Person): Promise<string | null> =>
  (await staff.run('query ($id: ID!) { user(id: $id) { lockedUntil } }', { id: person.id })).user.lockedUntil;

describe('refused', () => {
  test('without a token, and without `users:update`, an organization’s rights included', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    await world.organization({ owner, members: [[jo]] });
    await owner.signIn();
    await fail(jo.email, 5);
    const input = { userId: jo.id };

    await expect(world.anonymous.run(Unlock, { input })).toBeRefused('UNAUTHENTICATED');
    const { data, errors } = await owner.ask(Unlock, { input });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['userUnlock'], extensions: { code: 'FORBIDDEN', needs: 'users:update' } }]);
    expect(await lockedUntil(jo)).toEqual(expect.any(String));
  });

  test('while impersonating', async () => {
    const [boss, jo] = [await world.person({ roles: ['system_admin'] }), await world.person()];
    const { accessToken } = await impersonate(world, boss, staff);

    expect(await unlock(clientWith(world, accessToken), jo.id)).toEqual(ruleError('WHILE_IMPERSONATING'));
  });

  test('ids that are nobody’s are one answer, and nothing is written', async () => {
    const jo = await world.person();

    await expectNothingWritten(world, async () => {
      expect(await answersBut(staff, Unlock, nobodys('user', jo), (userId) => ({ userId }))).toHaveLength(1);
      expect(await unlock(staff, 'nonsense')).toEqual(notFound('nonsense'));
    });
  });

  test('a person more powerful than oneself, whose lock stays', async () => {
    const boss = await world.person({ roles: ['system_admin'] });
    await fail(boss.email, 5);

    await expectNothingWritten(world, async () => {
      expect(await unlock(staff, boss.id)).toEqual(rankTooLow('system_admin'));
    });
    expect(await lockedUntil(boss)).toEqual(expect.any(String));
  });
});

test('a lock is lifted by one event, and neither version nor token moves', async () => {
  const jo = await world.person();
  const { accessToken } = await jo.signIn();
  await fail(jo.email, 5);
  expect(await lockedUntil(jo)).toEqual(expect.any(String));

  const answer = await staff.ask(Unlock, { input: { userId: jo.id } });

  expect(answer.data.userUnlock).toEqual({
    __typename: 'UserUnlockSuccess',
    user: { id: jo.id, lockedUntil: null, version: 1 },
  });
  expect(await happenings(world, answer)).toEqual([happening('user.unlocked', staff, jo)]);
  expect(await versionsOf(world, jo)).toEqual({ version: 1, tokenVersion: 1 });
  expect(await holds(world, accessToken)).toBe(true);
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
});

test('failed logins that have locked nothing yet are forgotten, too', async () => {
  const jo = await world.person();
  await fail(jo.email, 4);

  const answer = await staff.ask(Unlock, { input: { userId: jo.id } });

  expect(await happenings(world, answer)).toHaveLength(1);
  expect(await fail(jo.email, 6)).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'ACCOUNT_LOCKED']);
});

test('the lock of an ip address that the person signs in from is lifted with that for strangers', async () => {
  const jo = await world.person();
  const home = newIp();
  await visitor(world, { ip: home }).login({ email: jo.email, password });
  await fail(jo.email, 5, home);
  await fail(jo.email, 5);

  await unlock(staff, jo.id);

  expect(await visitor(world, { ip: home }).login({ email: jo.email, password })).toHaveProperty('tokens');
  expect(await visitor(world).login({ email: jo.email, password })).toHaveProperty('tokens');
});

test('locks of others, and the count of an ip address, stay', async () => {
  const own = await startAuthWorld({ STEWARD_IP_FAILURES: '5' });
  const admin = await own.person({ roles: ['super_admin'] });
  const [jo, sam] = [await own.person(), await own.person()];
  const ip = newIp();
  for (let i = 0; i < 5; i++) {
    await visitor(own, { ip }).login({ email: jo.email, password: 'wrong' });
    await visitor(own).login({ email: sam.email, password: 'wrong' });
  }

  await unlock(admin, jo.id);

  expect((await visitor(own, { ip }).login({ email: jo.email, password })).code).toBe('TOO_MANY_ATTEMPTS');
  expect((await visitor(own).login({ email: sam.email, password })).code).toBe('ACCOUNT_LOCKED');
});

test('who is not locked, and has not failed, is left as they are: no event', async () => {
  const jo = await world.person();

  const answer = await staff.ask(Unlock, { input: { userId: jo.id } });

  expect(answer.data.userUnlock).toEqual({
    __typename: 'UserUnlockSuccess',
    user: { id: jo.id, lockedUntil: null, version: 1 },
  });
  expect(await happenings(world, answer)).toEqual([]);
});

test('a lock that is over, and failures that no longer count, leave no event', async () => {
  const [locked, failed] = [await world.person(), await world.person()];
  await fail(locked.email, 5);
  await fail(failed.email, 4);
  await world.database.query(world.sql`
    UPDATE login_locks SET locked_until = locked_until - interval '2 hours', failed_at = ARRAY(SELECT t - interval '2 hours' FROM unnest(failed_at) t)`);

  for (const person of [locked, failed]) {
    const answer = await staff.ask(Unlock, { input: { userId: person.id } });
    expect(await happenings(world, answer)).toEqual([]);
  }
});

test('staff may lift the lock of themselves', async () => {
  await fail(staff.email, 5);

  const answer = await staff.ask(Unlock, { input: { userId: staff.id } });

  expect(await happenings(world, answer)).toEqual([happening('user.unlocked', staff, staff)]);
  expect(await lockedUntil(staff)).toBeNull();
});
