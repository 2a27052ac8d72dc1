import { encodeId, newId } from '../../../src/ids.ts';
import { organizationSearchText, userSearchText } from '../../../src/search.ts';
import type { Organization, Person, World } from '../../../test/support/world.ts';

/** Many people at once, who never sign in, from the oldest to the newest. */
export async function crowd({ database, sql }: World, count: number, domain: string) {
  const people = Array.from({ length: count }, (_, index) => {
    const uuid = newId();
    return { uuid, id: encodeId('user', uuid), email: `p${index}@${domain}` };
  });
  await database.query(sql`
    INSERT INTO users (id, home_pool_id, email, email_verified, search_text)
    SELECT u.id, p.id, u.email, TRUE, u.search
      FROM pools p, unnest(${people.map(({ uuid }) => uuid)}::uuid[], ${people.map(({ email }) => email)}::text[],
                           ${people.map(({ email }) => userSearchText({ email }))}::text[]) AS u (id, email, search)
     WHERE p.code = 'default'`);
  return people;
}

/** They all become members, in their order. */
export async function join({ database, sql }: World, organization: Organization, people: readonly { uuid: string }[]) {
  await database.query(sql`
    WITH joined AS (
      INSERT INTO memberships (id, organization_id, user_id, joined_at)
      SELECT m.id, ${organization.uuid}::uuid, m.user_id, now() + m.place * interval '1 ms'
        FROM unnest(${people.map(() => newId())}::uuid[], ${people.map(({ uuid }) => uuid)}::uuid[]) WITH ORDINALITY AS m (id, user_id, place)
      RETURNING id
    )
    INSERT INTO membership_roles (membership_id, role_id)
    SELECT joined.id, r.id FROM joined, roles r WHERE r.scope = 'ORGANIZATION' AND r.code = 'org_member' AND r.built_in`);
}

/** Many organizations of one owner, from the oldest to the newest. */
export async function found({ database, sql }: World, count: number, owner: Person) {
  const organizations = Array.from({ length: count }, (_, index) => {
    const uuid = newId();
    const [name, slug] = [`Of the many ${index}`, `many-${uuid}`];
    return { uuid, id: encodeId('org', uuid), name, slug, search: organizationSearchText({ name, slug }), membership: newId() };
  });
  const column = (key: keyof (typeof organizations)[number]) => organizations.map((each) => each[key]);
  await database.transaction(async (tx) => {
    await tx.$executeRaw(sql`
      INSERT INTO organizations (id, name, slug, owner_id, search_text, created_at)
      SELECT o.id, o.name, o.slug, ${owner.uuid}::uuid, o.search, now() + o.place * interval '1 ms'
        FROM unnest(${column('uuid')}::uuid[], ${column('name')}::text[], ${column('slug')}::text[], ${column('search')}::text[])
             WITH ORDINALITY AS o (id, name, slug, search, place)`);
    await tx.$executeRaw(sql`
      INSERT INTO memberships (id, organization_id, user_id)
      SELECT m.id, m.organization_id, ${owner.uuid}::uuid
        FROM unnest(${column('membership')}::uuid[], ${column('uuid')}::uuid[]) AS m (id, organization_id)`);
    await tx.$executeRaw(sql`
      INSERT INTO membership_roles (membership_id, role_id)
      SELECT m.id, r.id FROM unnest(${column('membership')}::uuid[]) AS m (id), roles r
       WHERE r.scope = 'ORGANIZATION' AND r.code = 'org_admin' AND r.built_in`);
  });
  return organizations;
}
