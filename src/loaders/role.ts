import { statement } from '../database.ts';
import { seenThroughParent, type Visible, visible } from '../policy.ts';
import { countBy, kept, manyBy, oneBy, type Reading } from './reading.ts';

export type Scope = 'PLATFORM' | 'ORGANIZATION';

export interface RoleRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly scope: Scope;
  readonly builtIn: boolean;
  readonly rank: number;
  readonly organizationId: string | null;
  readonly version: number;
}

export interface PermissionRow {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly scope: Scope;
  readonly assignable: boolean;
}

type Carried<Row> = Row & { readonly parent: string };

const columns = 'r.id, r.code, r.name, r.description, r.scope, r.built_in, r.rank, r.organization_id, r.version';

const toRole = (row: any): RoleRow => ({
  id: row.id,
  code: row.code,
  name: row.name,
  description: row.description,
  scope: row.scope,
  builtIn: row.built_in,
  rank: row.rank,
  organizationId: row.organization_id,
  version: row.version,
});
const toCarriedRole = (row: any): Carried<RoleRow> => ({ ...toRole(row), parent: row.parent });

// Most powerful first; the code decides between equals.
const strongestFirst = 'ORDER BY r.rank, r.code';

const rolesById = statement('roles_by_id', `SELECT ${columns} FROM roles r WHERE r.id = ANY($1::uuid[])`, toRole);
const builtInRoles = statement(
  'built_in_roles',
  `SELECT ${columns} FROM roles r WHERE r.built_in ORDER BY r.scope, r.rank, r.code`,
  toRole,
);
const carriedBy = (table: string, parent: string) =>
  statement(
    `roles_of_${table}`,
    `SELECT c.${parent} AS parent, ${columns} FROM ${table} c JOIN roles r ON r.id = c.role_id WHERE c.${parent} = ANY($1::uuid[]) ${strongestFirst}`,
    toCarriedRole,
  );
const rolesOfUsers = carriedBy('user_roles', 'user_id');
const rolesOfMemberships = carriedBy('membership_roles', 'membership_id');
const rolesOfInvitations = carriedBy('invitation_roles', 'invitation_id');

// Built-in roles of organizations are everybody's, custom ones belong to one.
const rolesOfOrganizations = statement(
  'roles_of_organizations',
  `SELECT o.id AS parent, ${columns}
     FROM unnest($1::uuid[]) AS o(id)
    CROSS JOIN LATERAL (SELECT * FROM roles WHERE built_in AND scope = 'ORGANIZATION'
                        UNION ALL SELECT * FROM roles WHERE organization_id = o.id) r
    ${strongestFirst}`,
  toCarriedRole,
);
const holderCountsOfRoles = statement(
  'holder_counts_of_roles',
  `SELECT role_id AS parent, count(*)::int AS count
     FROM (SELECT role_id FROM user_roles WHERE role_id = ANY($1::uuid[])
           UNION ALL SELECT role_id FROM membership_roles WHERE role_id = ANY($1::uuid[])) held
    GROUP BY role_id`,
  (row) => row as { parent: string; count: number },
);

const permissionsOfRoles = statement<Carried<PermissionRow>>(
  'permissions_of_roles',
  `SELECT rp.role_id AS parent, p.code, p.name, p.description, p.scope, p.assignable
     FROM role_permissions rp JOIN permissions p ON p.code = rp.permission_code WHERE rp.role_id = ANY($1::uuid[]) ORDER BY p.code`,
  (row) => row,
);
const allPermissions = statement<PermissionRow>(
  'all_permissions',
  'SELECT p.code, p.name, p.description, p.scope, p.assignable FROM permissions p ORDER BY p.scope, p.code',
  (row) => row,
);
const permissionsOfUsers = statement<{ parent: string; code: string }>(
  'permissions_of_users',
  `SELECT DISTINCT ur.user_id AS parent, rp.permission_code AS code
     FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id WHERE ur.user_id = ANY($1::uuid[]) ORDER BY 2`,
  (row) => row,
);

export function createRoleLoaders({ database, reach }: Reading) {
  /** Roles are seen with the person, membership, invitation or organization that carries them. */
  const carried = (read: typeof rolesOfUsers) =>
    manyBy(
      async (parents: readonly string[]) =>
        (await database.read(read, [parents])).map((role) => seenThroughParent(role) as Visible<RoleRow> & { parent: string }),
      (role) => role.parent,
    );

  return {
    byId: oneBy(
      async (ids: readonly string[]) => {
        const [rows, caller] = await Promise.all([database.read(rolesById, [ids]), reach()]);
        return rows.filter((role) => visible.role(caller, role));
      },
      (role) => role.id,
    ),
    ofUser: carried(rolesOfUsers),
    ofMembership: carried(rolesOfMemberships),
    ofInvitation: carried(rolesOfInvitations),
    builtIn: kept(async (scope: Scope | null) =>
      (await database.read(builtInRoles)).filter((role) => !scope || role.scope === scope).map(seenThroughParent<RoleRow>),
    ),

    /** What members of a visible organization can have. */
    ofOrganization: carried(rolesOfOrganizations),
    /** How many hold it, be it a platform role or an organization's; none where nobody does. */
    holderCount: countBy((roles) => database.read(holderCountsOfRoles, [roles])),

    permissionsOf: manyBy(
      (roles: readonly string[]) => database.read(permissionsOfRoles, [roles]),
      ({ parent }) => parent,
    ),
    permissionCodesOfUser: manyBy(
      (users: readonly string[]) => database.read(permissionsOfUsers, [users]),
      ({ parent }) => parent,
    ),
    catalog: kept(async (scope: Scope | null) =>
      (await database.read(allPermissions)).filter((one) => !scope || one.scope === scope),
    ),
  };
}
