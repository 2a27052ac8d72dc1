import { expect } from 'vitest';
import { documentOf, nobodysCodes } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import { answersBut, expectNothingWritten, nobodys, notFound, rankTooLow } from '../user/support.ts';

/** Tags a person into a pool, as the database has it. */
export async function tag({ database, sql }: World, person: Person, pool: { readonly uuid: string }): Promise<void> {
  await database.query(sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${person.uuid}::uuid, ${pool.uuid}::uuid)`);
}

/** Where a person is: the code of the home, those of the tags, and of all pools in which a login finds them. */
export async function whereIs(
  { database, sql }: World,
  person: Person,
): Promise<{ home: string; tags: string[]; found: string[] }> {
  const [row] = await database.query<any>(sql`
    SELECT h.code AS home,
           ARRAY(SELECT p.code FROM user_pools up JOIN pools p ON p.id = up.pool_id WHERE up.user_id = u.id ORDER BY p.code) AS tags,
           ARRAY(SELECT p.code FROM pool_addresses a JOIN pools p ON p.id = a.pool_id
                  WHERE a.user_id = u.id AND a.email = u.email ORDER BY p.code) AS found
      FROM users u JOIN pools h ON h.id = u.home_pool_id WHERE u.id = ${person.uuid}::uuid`);
  return row;
}

/** That a mutation of a person in a pool answers alike whatever is unknown, and writes nothing. */
export async function expectUnknownRefused(mutation: string, world: World, admin: Person): Promise<void> {
  const document = documentOf(mutation, '__typename');
  const [jo, pool] = [await world.person(), await world.pool()];
  const codes = nobodysCodes(pool);

  await expectNothingWritten(world, async () => {
    expect(await answersBut(admin, document, nobodys('user', jo), (userId) => ({ userId, poolCode: pool.code }))).toHaveLength(1);
    expect(await answersBut(admin, document, codes, (poolCode) => ({ userId: jo.id, poolCode }))).toHaveLength(1);
    for (const [input, refusal] of [
      [{ userId: pool.id, poolCode: pool.code }, notFound(pool.id)],
      [{ userId: jo.id, poolCode: pool.id }, notFound(pool.id, 'poolCode')],
      [{ userId: 'nonsense', poolCode: 'nowhere' }, notFound('nonsense')],
    ] as const) {
      expect((await admin.run(document, { input }))[mutation]).toEqual(refusal);
    }
  });
}

/** That whoever has `pools:manage` without the rank of a system admin acts on no system admin; an unknown pool comes before that. */
export async function expectPowerRefused(mutation: string): Promise<void> {
  const document = documentOf(mutation, '__typename');
  const world = await startAuthWorld();
  await world.database.query(
    world.sql`INSERT INTO role_permissions (role_id, permission_code) SELECT id, 'pools:manage' FROM roles WHERE code = 'super_admin'`,
  );
  const [staff, chief] = [
    await world.person({ roles: ['super_admin'] }),
    await world.person({ roles: ['system_admin', 'buyer'] }),
  ];
  const [pool, tagged] = [await world.pool(), await world.pool()];
  await tag(world, chief, tagged);
  await staff.signIn();
  const act = async (poolCode: string) => (await staff.run(document, { input: { userId: chief.id, poolCode } }))[mutation];

  await expectNothingWritten(world, async () => {
    for (const code of [pool.code, tagged.code, 'default']) expect(await act(code)).toEqual(rankTooLow('system_admin'));
    expect(await act('nowhere')).toEqual(notFound('nowhere', 'poolCode'));
  });
}
