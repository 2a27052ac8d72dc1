import { activeAdmin, activePerson } from '../active-admin.ts';
import { statement } from '../database.ts';
import { countBy, kept, manyBy, oneBy, type Reading } from './reading.ts';

/**
 * What rules look at beside the row that they are asked of: for `viewerCan` and `User.access`, which judge without a lock. None
 * of it is shown, so none of it is filtered by what the caller sees.
 */

const activeSystemAdmins = statement(
  'active_system_admins',
  `SELECT count(*)::int AS count
     FROM user_roles ur JOIN roles r ON r.id = ur.role_id JOIN users u ON u.id = ur.user_id
    WHERE r.built_in AND r.scope = 'PLATFORM' AND r.code = 'system_admin' AND ${activePerson}`,
  ({ count }) => count as number,
);
const ownedByUsers = statement(
  'organizations_owned_by_users',
  `SELECT o.owner_id AS parent, o.id FROM organizations o WHERE o.owner_id = ANY($1::uuid[]) ORDER BY o.created_at DESC, o.id DESC`,
  (row) => row as { parent: string; id: string },
);
const administeredByUsers = statement(
  'organizations_administered_by_users',
  `SELECT m.user_id AS parent, m.organization_id AS id
     FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.user_id = ANY($1::uuid[]) AND ${activeAdmin}`,
  (row) => row as { parent: string; id: string },
);
// Two are enough to tell that either may go.
const adminsOfOrganizations = statement(
  'admins_of_organizations',
  `SELECT o.id, ARRAY(SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id
                       WHERE m.organization_id = o.id AND ${activeAdmin} LIMIT 2) AS admins
     FROM unnest($1::uuid[]) AS o(id)`,
  (row) => row as { id: string; admins: string[] },
);
const standingOfMembers = statement(
  'standing_of_members',
  `SELECT m.id, u.status = 'SUSPENDED' AND (u.suspended_until IS NULL OR u.suspended_until > now()) AS "personSuspended",
          o.status::text AS "organizationStatus"
     FROM memberships m JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.organization_id
    WHERE m.id = ANY($1::uuid[])`,
  (row) => row as { id: string; personSuspended: boolean; organizationStatus: 'ACTIVE' | 'SUSPENDED' },
);
// [users, organization]
const membershipsOfUsersIn = statement(
  'memberships_of_users_in',
  `SELECT m.id, m.user_id AS "userId", m.status::text, o.status::text AS "organizationStatus"
     FROM memberships m JOIN organizations o ON o.id = m.organization_id
    WHERE m.user_id = ANY($1::uuid[]) AND m.organization_id = $2::uuid`,
  (row) => row as { id: string; userId: string; status: 'ACTIVE' | 'SUSPENDED'; organizationStatus: 'ACTIVE' | 'SUSPENDED' },
);
const membershipsOfInvited = statement(
  'memberships_of_invited',
  `SELECT DISTINCT ON (n.id) n.id, m.id AS "membershipId"
     FROM invitations n
     JOIN users u ON u.email = n.email
     JOIN memberships m ON m.organization_id = n.organization_id AND m.user_id = u.id
    WHERE n.id = ANY($1::uuid[]) ORDER BY n.id, m.id`,
  (row) => row as { id: string; membershipId: string },
);
const customRolesOfOrganizations = statement(
  'custom_roles_of_organizations',
  `SELECT organization_id AS parent, count(*)::int AS count FROM roles WHERE organization_id = ANY($1::uuid[]) GROUP BY organization_id`,
  (row) => row as { parent: string; count: number },
);
// An app before a person.
const referencesToPools = statement(
  'references_to_pools',
  `SELECT p.id AS pool, c.type, c.id
     FROM unnest($1::uuid[]) AS p(id)
    CROSS JOIN LATERAL (
      (SELECT 'app' AS type, a.id FROM apps a WHERE a.home_pool_id = p.id LIMIT 1)
      UNION ALL
      (SELECT 'app', r.app_id FROM app_read_pools r WHERE r.pool_id = p.id LIMIT 1)
      UNION ALL
      (SELECT 'user', pa.user_id FROM pool_addresses pa WHERE pa.pool_id = p.id LIMIT 1)
      ORDER BY type LIMIT 1) c`,
  (row) => row as { pool: string; type: 'app' | 'user'; id: string },
);

export function createFactLoaders({ database }: Pick<Reading, 'database'>) {
  return {
    /** How many are active and hold `system_admin`. */
    activeSystemAdmins: kept<void, Promise<number>>(async () => (await database.read(activeSystemAdmins))[0]!),

    /** Of each person, newest first. */
    ownedBy: manyBy(
      (users: readonly string[]) => database.read(ownedByUsers, [users]),
      ({ parent }) => parent,
    ),

    /** Where each person is an `org_admin` whose membership and account are active. */
    administeredBy: manyBy(
      (users: readonly string[]) => database.read(administeredByUsers, [users]),
      ({ parent }) => parent,
    ),

    /** Two of those admins of each organization, or the only one. */
    adminsOf: oneBy(
      (organizations: readonly string[]) => database.read(adminsOfOrganizations, [organizations]),
      ({ id }) => id,
    ),

    /** Whether the person and the organization of each membership are suspended. */
    standingOf: oneBy(
      (memberships: readonly string[]) => database.read(standingOfMembers, [memberships]),
      ({ id }) => id,
    ),

    /** What each person is in an organization. */
    membershipIn: kept((organization: string) =>
      oneBy(
        (users: readonly string[]) => database.read(membershipsOfUsersIn, [users, organization]),
        ({ userId }) => userId,
      ),
    ),

    /** The membership that somebody with the address of an invitation has there already. */
    membershipOfInvited: oneBy(
      (invitations: readonly string[]) => database.read(membershipsOfInvited, [invitations]),
      ({ id }) => id,
    ),

    /** How many roles of its own an organization has. */
    customRolesOf: countBy((organizations) => database.read(customRolesOfOrganizations, [organizations])),

    /** One of those that refer to a pool. */
    referenceTo: oneBy(
      (pools: readonly string[]) => database.read(referencesToPools, [pools]),
      ({ pool }) => pool,
    ),
  };
}
