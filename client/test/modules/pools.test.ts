import { expect, test } from 'vitest';
import { encodeId, newId } from '../../../src/ids.ts';
import { startCalling } from '../support/caller.ts';
import { poolRecord, userRecord } from '../support/records.ts';

const { world, as, staff, uncalled } = await startCalling();
const nobody = encodeId('user', newId());
const notFound = { name: 'NotFoundError', code: 'NOT_FOUND', status: 404 };
const forbidden = (needs: string) => ({ name: 'ForbiddenError', code: 'FORBIDDEN', status: 403, needs });

test('list counts users, those at home and those who are tagged; get gives one, to whoever is in it', async () => {
  const [pool, other] = [await world.pool(), await world.pool()];
  await world.person({ pool: pool.code });
  const tagged = await world.person();
  await staff.pools.addUser(tagged.id, pool.code);
  expect((await staff.pools.list()).find(({ code }) => code === pool.code)).toEqual(
    poolRecord(pool.code, { user_count: 2, home_count: 1, tag_count: 1 }),
  );
  expect(await staff.pools.get(pool.code)).toEqual(poolRecord(pool.code));

  const mine = await as(tagged);
  expect(await mine.pools.get(pool.code)).toEqual(poolRecord(pool.code));
  expect(await mine.pools.get('default')).toMatchObject({ code: 'default' });
  await expect(mine.pools.get(other.code)).rejects.toMatchObject({ ...notFound, id: other.code });
  await expect(mine.pools.list()).rejects.toMatchObject(forbidden('pools:read'));
});

test('create, update and delete give what came of it', async () => {
  expect(await staff.pools.create({ code: 'partner-portal' })).toEqual(poolRecord('partner-portal'));
  expect(await staff.pools.update('partner-portal', { name: 'Partners', expected_version: 1 })).toEqual(
    poolRecord('partner-portal', { name: 'Partners', version: 2 }),
  );
  await expect(staff.pools.create({ code: 'partner-portal' })).rejects.toMatchObject({
    name: 'ConflictError',
    code: 'CODE_TAKEN',
    status: 409,
    existing: { type: 'Pool' },
  });
  await expect(staff.pools.update('partner-portal', { description: 'x', expectedVersion: 1 })).rejects.toMatchObject({
    name: 'VersionConflictError',
    currentVersion: 2,
  });
  expect(await staff.pools.delete('partner-portal')).toEqual({ deleted_pool_id: expect.stringMatching(/^pool_/) });
  await expect(staff.pools.delete('partner-portal')).rejects.toMatchObject(notFound);
  await expect(staff.pools.delete('default')).rejects.toMatchObject({ name: 'RuleError', code: 'BUILT_IN', status: 409 });

  const used = await world.pool();
  await world.person({ pool: used.code });
  await expect(staff.pools.delete(used.code)).rejects.toMatchObject({ name: 'ConflictError', code: 'POOL_IN_USE', status: 409 });
  const manager = await as(await world.person({ roles: ['super_admin'] }));
  await expect(manager.pools.create({ code: 'mine' })).rejects.toMatchObject(forbidden('pools:manage'));
});

test('a person has a home and further pools, by their codes', async () => {
  const [home, tag, person] = [await world.pool(), await world.pool(), await world.person()];
  expect(await staff.pools.getForUser(person.id)).toEqual({ namespace: 'default', namespaces: [] });

  const moved = await staff.pools.setUserHome(person.id, home.code);
  const at = { home_pool: { code: home.code } };
  expect(moved).toEqual({
    ...userRecord(person, { ...at, version: 2 }),
    previous: poolRecord('default', { name: expect.any(String), description: moved.previous.description }),
    changed: true,
  });
  expect(await staff.pools.setUserHome(person.id, home.code)).toMatchObject({ changed: false, previous: { code: home.code } });

  expect(await staff.pools.addUser(person.id, tag.code)).toEqual({ ...userRecord(person, { ...at, version: 3 }), changed: true });
  expect(await staff.pools.addUser(person.id, tag.code)).toEqual({
    ...userRecord(person, { ...at, version: 3 }),
    changed: false,
  });
  expect(await staff.pools.getForUser(person.id)).toEqual({ namespace: home.code, namespaces: [tag.code] });
  expect(await (await as(await world.person())).pools.getForUser(person.id).catch(({ name }) => name)).toBe('NotFoundError');

  expect(await staff.pools.removeUser(person.id, tag.code)).toEqual({
    ...userRecord(person, { ...at, version: 4 }),
    changed: true,
  });
  expect(await staff.pools.removeUser(person.id, tag.code)).toMatchObject({ changed: false });
  await expect(staff.pools.removeUser(person.id, home.code)).rejects.toMatchObject({
    name: 'RuleError',
    code: 'HOME_POOL',
    status: 409,
  });
});

test('an address that is taken in a pool is a conflict with status 409', async () => {
  const [pool, person] = [await world.pool(), await world.person()];
  const twin = await world.person({ email: person.email, pool: pool.code });
  const taken = { name: 'ConflictError', code: 'EMAIL_TAKEN', status: 409, existing: { type: 'User', id: twin.id } };
  await expect(staff.pools.setUserHome(person.id, pool.code)).rejects.toMatchObject(taken);
  await expect(staff.pools.addUser(person.id, pool.code)).rejects.toMatchObject(taken);
});

test('what is unknown is not found, and what is not allowed is refused', async () => {
  const person = await world.person();
  await expect(staff.pools.addUser(person.id, 'nowhere')).rejects.toMatchObject({ ...notFound, path: ['input', 'poolCode'] });
  await expect(staff.pools.setUserHome(nobody, 'default')).rejects.toMatchObject({ ...notFound, id: nobody });
  await expect(staff.pools.removeUser(nobody, 'default')).rejects.toMatchObject({ ...notFound, id: nobody });
  await expect(staff.pools.getForUser(nobody)).rejects.toMatchObject({ ...notFound, id: nobody });
  await expect(staff.pools.update('nowhere', { name: 'x' })).rejects.toMatchObject(notFound);
  const mine = await as(person);
  await expect(mine.pools.setUserHome(person.id, 'default')).rejects.toMatchObject(forbidden('pools:manage'));
  expect(await mine.pools.getForUser(person.id)).toEqual({ namespace: 'default', namespaces: [] });
});

test('every method is called above', () => {
  expect(uncalled('pools')).toEqual([]);
});
