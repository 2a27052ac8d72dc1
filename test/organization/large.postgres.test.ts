import { beforeAll, expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import { type Organization, type Person, startWorld, type World } from '../support/world.ts';
import { organizationRow } from './organizations.support.ts';

const Delete = documentOf('organizationDelete', 'deletedOrganizationId deletedMemberships');
const many = 20_000;

let world: World;
let boss: Person;
let organization: Organization;
beforeAll(async () => {
  // With the time-outs of a server.
  world = await startWorld();
  boss = await world.person({ roles: ['system_admin'] });
  organization = await world.organization({ owner: await world.person() });
  for (let from = 1; from <= many; from += 5000) await join(from, from + 4999);
});

/** People from one number to another, each with a role and a session that is scoped to the organization. */
async function join(from: number, to: number): Promise<void> {
  await world.database.query(world.sql`
    INSERT INTO users (id, home_pool_id, email, search_text)
    SELECT gen_random_uuid(), p.id, 'many-' || n || '@example.com', '' FROM pools p, generate_series(${from}::int, ${to}::int) n WHERE p.code = 'default'`);
  await world.database.query(world.sql`
    WITH person AS (
      SELECT u.id FROM users u JOIN generate_series(${from}::int, ${to}::int) n ON u.email = 'many-' || n || '@example.com'
    ), session AS (
      INSERT INTO sessions (id, user_id, expires_at, ends_at, organization_id)
      SELECT gen_random_uuid(), id, now() + interval '1 day', now() + interval '1 day', ${organization.uuid}::uuid FROM person
    ), membership AS (
      INSERT INTO memberships (id, organization_id, user_id) SELECT gen_random_uuid(), ${organization.uuid}::uuid, id FROM person RETURNING id
    )
    INSERT INTO membership_roles (membership_id, role_id)
    SELECT m.id, r.id FROM membership m, roles r WHERE r.built_in AND r.scope = 'ORGANIZATION' AND r.code = 'org_member'`);
}

test('an organization of 20,000 members is deleted in no more time than a statement has', async () => {
  const answer = await boss.ask(Delete, { input: { organizationId: organization.id } });

  expect(answer).toMatchObject({ errors: [] });
  expect(answer.data.organizationDelete).toEqual({
    __typename: 'OrganizationDeleteSuccess',
    deletedOrganizationId: organization.id,
    deletedMemberships: many + 1,
  });
  expect(await organizationRow(world, organization.uuid)).toBeNull();
  const [left] = await world.database.query(world.sql`
    SELECT (SELECT count(*)::int FROM memberships) AS memberships, (SELECT count(*)::int FROM sessions WHERE organization_id IS NOT NULL) AS scoped`);
  expect(left).toEqual({ memberships: 0, scoped: 0 });
});
