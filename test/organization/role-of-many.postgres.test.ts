import { beforeAll, expect, test } from 'vitest';
import { documentOf, gone } from '../app/support.ts';
import { type Organization, type Person, startWorld, type World } from '../support/world.ts';
import { happenings } from '../user/support.ts';
import { happeningIn, roleOf } from './roles.support.ts';

const Delete = documentOf('organizationDeleteRole', 'deletedRoleId affectedMembers');
const many = 20_000;

let world: World;
let owner: Person;
let organization: Organization;
beforeAll(async () => {
  // With the time-outs of a server.
  world = await startWorld();
  owner = await world.person();
  organization = await world.organization({ owner, customRoles: { crew: ['org:update'] } });
  for (let from = 1; from <= many; from += 5000) await join(from, from + 4999);
});

/** People from one number to another. Every second one has `org_member` as well, and every tenth is suspended. */
async function join(from: number, to: number): Promise<void> {
  await world.database.query(world.sql`
    INSERT INTO users (id, home_pool_id, email, search_text)
    SELECT gen_random_uuid(), p.id, 'crew-' || n || '@example.com', '' FROM pools p, generate_series(${from}::int, ${to}::int) n WHERE p.code = 'default'`);
  await world.database.query(world.sql`
    WITH person AS (
      SELECT id, substr(split_part(email, '@', 1), 6)::int AS n FROM users WHERE email LIKE 'crew-%'
    ), membership AS (
      INSERT INTO memberships (id, organization_id, user_id, status)
      SELECT gen_random_uuid(), ${organization.uuid}::uuid, id, (CASE WHEN n % 10 = 0 THEN 'SUSPENDED' ELSE 'ACTIVE' END)::membership_status
        FROM person WHERE n BETWEEN ${from}::int AND ${to}::int
      RETURNING id, user_id
    )
    INSERT INTO membership_roles (membership_id, role_id)
    SELECT m.id, r.id FROM membership m JOIN person p ON p.id = m.user_id JOIN roles r
        ON r.organization_id = ${organization.uuid}::uuid OR (r.built_in AND r.scope = 'ORGANIZATION' AND r.code = 'org_member' AND p.n % 2 = 0)`);
}

test('nobody is left without a role, and all are counted, in no more time than a statement has', async () => {
  const role = await roleOf(world, organization, 'crew');

  const answer = await owner.ask(Delete, { input: { organizationId: organization.id, roleId: role.id } });

  expect(answer).toMatchObject({ errors: [] });
  expect(answer.data.organizationDeleteRole).toEqual({
    __typename: 'OrganizationDeleteRoleSuccess',
    deletedRoleId: role.id,
    affectedMembers: many,
  });
  expect(await happenings(world, answer)).toEqual([
    happeningIn(organization, 'organization.role_deleted', owner, role, {
      changes: gone({ code: 'crew', name: 'crew', rank: 70, permissions: ['org:update'] }),
      metadata: { role: 'crew', affectedMembers: many },
    }),
  ]);
  const held = await world.database.query(world.sql`
    SELECT roles, status, version, count(*)::int AS count
      FROM (SELECT m.status::text, m.version, ARRAY(SELECT r.code FROM membership_roles mr JOIN roles r ON r.id = mr.role_id
                                                     WHERE mr.membership_id = m.id) AS roles
              FROM memberships m WHERE m.organization_id = ${organization.uuid}::uuid) members
     GROUP BY roles, status, version ORDER BY count, roles`);
  expect(held).toEqual([
    { roles: ['org_admin'], status: 'ACTIVE', version: 1, count: 1 },
    { roles: ['org_member'], status: 'SUSPENDED', version: 2, count: many / 10 },
    { roles: ['org_member'], status: 'ACTIVE', version: 2, count: many - many / 10 },
  ]);
  const [{ memberCount }] = await world.database.query<any>(
    world.sql`SELECT member_count AS "memberCount" FROM organizations WHERE id = ${organization.uuid}::uuid`,
  );
  expect(memberCount).toBe(many + 1);
});
