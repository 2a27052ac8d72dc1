import { describe, expect, expectTypeOf, test } from 'vitest';
import { encodeId, newId } from '../../../src/ids.ts';
import type { AppGrantRecord } from '../../src/records.ts';
import { startCalling } from '../support/caller.ts';
import { crowd } from '../support/crowd.ts';
import { grantRecord, time } from '../support/records.ts';

const { world, client, as, watched, admin, staff, uncalled } = await startCalling();
const nobody = encodeId('user', newId());
const nothing = encodeId('app', newId());
const notFound = { name: 'NotFoundError', code: 'NOT_FOUND', status: 404 };
const forbidden = (needs: string) => ({ name: 'ForbiddenError', code: 'FORBIDDEN', status: 403, needs });

const appRecord = ({ id, code }: { id: string; code: string }, now: object = {}) => ({
  id,
  code,
  name: code,
  description: null,
  url: null,
  status: 'active',
  auto_grant_on_signup: false,
  created_at: time,
  updated_at: time,
  version: 1,
  home_pool: { code: 'default' },
  read_pools: [{ code: 'default' }],
  ...now,
});

describe('apps', () => {
  test('list counts the users of each, and is for staff', async () => {
    const app = await world.app();
    await world.grant(await world.person(), app);
    await world.grant(await world.person(), app, 'REVOKED');
    expect((await staff.apps.list()).find(({ id }) => id === app.id)).toEqual(appRecord(app, { user_count: 1 }));
    await expect((await as(await world.person())).apps.list()).rejects.toMatchObject(forbidden('apps:read'));
    await expect(client().apps.list()).rejects.toMatchObject({ name: 'UnauthenticatedError', status: 401 });
  });

  test('get and getByCode give an app to staff and to whoever has access', async () => {
    const [app, person] = [await world.app({ pool: (await world.pool()).code }), await world.person()];
    const mine = await as(person);
    await expect(mine.apps.get(app.id)).rejects.toMatchObject({ ...notFound, id: app.id });
    await expect(mine.apps.getByCode(app.code)).rejects.toMatchObject({ ...notFound, id: app.code });
    await world.grant(person, app);
    const theirs = appRecord(app, { home_pool: null, read_pools: [] });
    expect(await mine.apps.get(app.id)).toEqual(theirs);
    expect(await mine.apps.getByCode(app.code)).toEqual(theirs);
    expect(await staff.apps.get(app.id)).toMatchObject({ id: app.id, home_pool: { code: expect.stringContaining('pool-') } });
    await expect(staff.apps.get(nothing)).rejects.toMatchObject({ ...notFound, id: nothing });
  });

  test('create, update and delete give what came of it', async () => {
    const created = await staff.apps.create({ code: 'shop', name: 'Shop', auto_grant_on_signup: true });
    expect(created).toEqual(appRecord(created, { code: 'shop', name: 'Shop', auto_grant_on_signup: true }));
    expect(await staff.apps.update(created.id, { status: 'disabled', autoGrantOnSignup: false, expected_version: 1 })).toEqual(
      appRecord(created, { name: 'Shop', status: 'disabled', version: 2 }),
    );
    await expect(staff.apps.create({ code: 'shop', name: 'Again' })).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'CODE_TAKEN',
      status: 409,
      existing: { type: 'App', id: created.id },
    });
    await expect(staff.apps.update(created.id, { status: 'ACTIVE', expectedVersion: 1 })).rejects.toMatchObject({
      name: 'VersionConflictError',
      currentVersion: 2,
    });
    await expect(staff.apps.create({ code: 'No Code', name: 'Shop' })).rejects.toMatchObject({
      name: 'ValidationError',
      issues: [{ path: ['input', 'code'] }],
    });
    await world.grant(await world.person(), { uuid: await uuidOf(created.id) });
    expect(await staff.apps.delete(created.id, { reason: 'Out of use' })).toEqual({
      deleted_app_id: created.id,
      deleted_grants: 1,
    });
    await expect(staff.apps.delete(created.id)).rejects.toMatchObject(notFound);
    await expect((await as(await world.person({ roles: ['super_admin'] }))).apps.delete(created.id)).rejects.toMatchObject(
      forbidden('apps:manage'),
    );
  });
});

async function uuidOf(appId: string): Promise<string> {
  const rows = await world.database.query<{ id: string }>(world.sql`SELECT id FROM apps`);
  return rows.find(({ id }) => encodeId('app', id) === appId)!.id;
}

describe('access', () => {
  test('grantUser is idempotent and gives a revoked access again', async () => {
    const [app, person] = [await world.app(), await world.person()];
    const granted = await staff.apps.grantUser(person.id, app.id);
    expect(granted).toEqual({ ...grantRecord(app, person), changed: true });
    expectTypeOf(granted).toExtend<AppGrantRecord & { changed: boolean }>();
    expect(await staff.apps.grantUser(person.id, app.id)).toEqual({ ...granted, changed: false });
    expect(await staff.apps.revokeUser(person.id, app.id)).toEqual({
      grant: { ...grantRecord(app, person, { status: 'revoked', revoked_at: time }), id: granted.id },
      changed: true,
      readmitted_on_login: false,
    });
    expect(await staff.apps.listForUser(person.id)).toEqual([]);
    expect(await staff.apps.grantUser(person.id, app.id)).toMatchObject({ id: granted.id, status: 'active', changed: true });
  });

  test('revokeUser warns of an app that grants on login, and no grant is no error', async () => {
    const [app, person] = [await world.app({ autoGrantOnSignup: true }), await world.person()];
    expect(await staff.apps.revokeUser(person.id, app.id)).toEqual({ grant: null, changed: false, readmitted_on_login: true });
    await expect(staff.apps.revokeUser(nobody, app.id)).rejects.toMatchObject({ ...notFound, id: nobody });
    await expect(staff.apps.grantUser(person.id, nothing)).rejects.toMatchObject({ ...notFound, id: nothing });
    await expect((await as(person)).apps.grantUser(person.id, app.id)).rejects.toMatchObject(forbidden('apps:grant'));
  });

  test('listForUser gives the active grants unless told, to the user too', async () => {
    const [one, two, person] = [await world.app(), await world.app(), await world.person()];
    await world.grant(person, one);
    await world.grant(person, two, 'REVOKED');
    const mine = await as(person);
    for (const caller of [staff, mine]) {
      expect(await caller.apps.listForUser(person.id)).toEqual([grantRecord(one, person)]);
      expect(await caller.apps.listForUser(person.id, { status: undefined })).toEqual([grantRecord(one, person)]);
      expect(await caller.apps.listForUser(person.id, { status: ['revoked'] })).toEqual([
        grantRecord(two, person, { status: 'revoked', revoked_at: time }),
      ]);
      expect(await caller.apps.listForUser(person.id, { status: ['ACTIVE', 'revoked'] })).toHaveLength(2);
    }
    await expect(mine.apps.listForUser(admin.id)).rejects.toMatchObject({ ...notFound, id: admin.id });
  });

  test('listUsers gives everybody who has access, and iterateUsers no more than is wanted', async () => {
    const app = await world.app();
    const people = await crowd(world, 130, 'granted.example.com');
    await world.database.query(world.sql`
      INSERT INTO app_grants (id, app_id, user_id, granted_at)
      SELECT g.id, ${app.uuid}::uuid, g.user_id, now() + g.place * interval '1 ms'
        FROM unnest(${people.map(() => newId())}::uuid[], ${people.map(({ uuid }) => uuid)}::uuid[]) WITH ORDINALITY AS g (id, user_id, place)`);
    await world.grant(await world.person(), app, 'REVOKED');
    const { client: mine, requests } = await watched(admin);
    const grants = await mine.apps.listUsers(app.id);
    expect(grants.map(({ user }) => user.email)).toEqual(people.map(({ email }) => email).toReversed());
    expect(requests).toHaveLength(2);

    requests.length = 0;
    for await (const { user } of mine.apps.iterateUsers(app.id, { search: 'P129@' })) expect(user.id).toBe(people[129]!.id);
    for await (const grant of mine.apps.iterateUsers(app.id)) if (grant) break;
    expect(requests).toHaveLength(2);
    expect(await mine.apps.listUsers(app.id, { status: ['revoked'] })).toHaveLength(1);
  });

  test('listUsers is for staff, also where one has access oneself', async () => {
    const [app, person] = [await world.app(), await world.person()];
    await world.grant(person, app);
    await expect((await as(person)).apps.listUsers(app.id)).rejects.toMatchObject(forbidden('apps:read'));
    await expect(staff.apps.listUsers(nothing)).rejects.toMatchObject({ ...notFound, id: nothing });
  });
});

test('every method is called above', () => {
  expect(uncalled('apps')).toEqual([]);
});
