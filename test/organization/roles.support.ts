import { encodeId, newId } from '../../src/ids.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { happeningThere } from './support.ts';

/** A custom role as the database has it, with its ids. */
export async function roleOf(world: World, organization: Pick<Organization, 'uuid'>, code: string) {
  const [role] = await world.database.query<{ uuid: string; name: string; rank: number; version: number; permissions: string[] }>(
    world.sql`
      SELECT id AS uuid, name, rank, version, ARRAY(SELECT permission_code FROM role_permissions WHERE role_id = r.id ORDER BY 1) AS permissions
        FROM roles r WHERE organization_id = ${organization.uuid}::uuid AND code = ${code}`,
  );
  if (!role) throw new Error(`There is no role ${code}.`);
  return { ...role, id: encodeId('role', role.uuid) };
}

/** The API id of a built-in role. */
export async function builtIn(world: World, scope: 'PLATFORM' | 'ORGANIZATION', code: string): Promise<string> {
  const [role] = await world.database.query<{ id: string }>(
    world.sql`SELECT id FROM roles WHERE built_in AND scope = ${scope}::scope AND code = ${code}`,
  );
  return encodeId('role', role!.id);
}

/** Ids that name no role of the organization: those of nobody, of a platform role, and of another organization's role. */
export async function nobodysRoles(world: World, other: Pick<Organization, 'uuid'>, code: string): Promise<string[]> {
  const { uuid, id } = await roleOf(world, other, code);
  return [
    encodeId('role', newId()),
    encodeId('org', uuid),
    uuid,
    'role_',
    `${id}\0`,
    ` ${id}`,
    id.toUpperCase(),
    'role_\ud800',
    `role_${'x'.repeat(10_000)}`,
    'nonsense',
    '',
    await builtIn(world, 'PLATFORM', 'base_user'),
    await builtIn(world, 'PLATFORM', 'system_admin'),
    id,
  ];
}

/** Permissions that a built-in role lacks, given to it in this world, since custom roles can't carry what edits roles. */
export async function widen(world: World, scope: 'PLATFORM' | 'ORGANIZATION', code: string, permissions: string[]) {
  await world.database.query(world.sql`
    INSERT INTO role_permissions (role_id, permission_code)
    SELECT r.id, p FROM roles r, unnest(${permissions}::text[]) p WHERE r.built_in AND r.scope = ${scope}::scope AND r.code = ${code}`);
}

/** An event about a role of an organization, as `happenings` gives it. */
export const happeningIn = (
  organization: Pick<Organization, 'uuid'>,
  action: string,
  by: Person,
  role: { readonly uuid: string },
  rest: { changes: object[]; metadata: object; people?: readonly Person[] },
) => happeningThere(organization, action, by, { type: 'role', uuid: role.uuid }, rest);

/** A member's roles, most powerful first, and the version of the membership. */
export async function memberOf(world: World, organization: Organization, person: Pick<Person, 'uuid'>) {
  const [member] = await world.database.query<{ roles: string[]; version: number }>(world.sql`
    SELECT m.version, ARRAY(SELECT r.code FROM membership_roles mr JOIN roles r ON r.id = mr.role_id
                             WHERE mr.membership_id = m.id ORDER BY r.rank, r.code) AS roles
      FROM memberships m WHERE m.organization_id = ${organization.uuid}::uuid AND m.user_id = ${person.uuid}::uuid`);
  return member;
}
