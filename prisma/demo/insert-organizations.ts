import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../src/database.ts';
import { organizationSearchText } from '../../src/search.ts';
import { after } from './dice.ts';
import type { Past } from './events.ts';
import { insertRows } from './insert-rows.ts';
import type { CustomRole } from './organizations.ts';

/** Members are counted by the database. */
export async function insertOrganizations(tx: Transaction, { organizations, memberships }: Past): Promise<void> {
  await insertRows(
    tx,
    'organizations',
    organizations.map(({ id, slug, name, description, metadata, owner, suspension, suspendedAt, createdAt }) => ({
      ...{ id, slug, name, description, metadata, createdAt },
      website: `https://${slug}.example`,
      status: suspension ? ('SUSPENDED' as const) : ('ACTIVE' as const),
      suspensionReason: suspension?.reason ?? null,
      ownerId: owner.id,
      updatedAt: suspendedAt ?? createdAt,
      version: suspendedAt ? 2 : 1,
      searchText: organizationSearchText({ name, slug }),
    })),
  );
  await insertRows(
    tx,
    'memberships',
    memberships.map(({ id, organization, person, joinedAt, invitedBy, suspendedAt }) => ({
      ...{ id, organizationId: organization.id, userId: person.id, joinedAt, invitedById: invitedBy?.id ?? null },
      status: suspendedAt ? ('SUSPENDED' as const) : ('ACTIVE' as const),
      updatedAt: suspendedAt ?? joinedAt,
      version: suspendedAt ? 2 : 1,
    })),
  );
}

/** Gives everybody their roles, and the organizations their own. */
export async function insertRoles(tx: Transaction, { people, organizations, memberships, invitations }: Past): Promise<void> {
  const builtIn = await tx.role.findMany({ where: { builtIn: true }, select: { id: true, scope: true, code: true } });
  const platform = new Map(builtIn.filter(({ scope }) => scope === 'PLATFORM').map(({ code, id }) => [code, id]));
  const inOrganizations = new Map(builtIn.filter(({ scope }) => scope === 'ORGANIZATION').map(({ code, id }) => [code, id]));
  const idOf = (role: string | CustomRole): string => (typeof role === 'string' ? inOrganizations.get(role)! : role.id);

  await insertRows(
    tx,
    'roles',
    organizations.flatMap(({ id: organizationId, customRoles }) =>
      customRoles.map(({ id, code, name, description, rank, createdAt }) => ({
        ...{ id, organizationId, code, name, description, rank, createdAt, updatedAt: createdAt },
        scope: 'ORGANIZATION' as const,
      })),
    ),
  );
  await insertRows(
    tx,
    'role_permissions',
    organizations.flatMap(({ customRoles }) =>
      customRoles.flatMap(({ id, permissions }) => permissions.map((permissionCode) => ({ roleId: id, permissionCode }))),
    ),
  );
  await insertRows(
    tx,
    'user_roles',
    people.flatMap(({ id, platformRoles, createdAt }) =>
      platformRoles.map((code) => ({ userId: id, roleId: platform.get(code)!, createdAt })),
    ),
  );
  await insertRows(
    tx,
    'membership_roles',
    memberships.flatMap(({ id, roles, joinedAt }) =>
      roles.map((role) => ({ membershipId: id, roleId: idOf(role), createdAt: joinedAt })),
    ),
  );
  await insertRows(
    tx,
    'invitation_roles',
    invitations.flatMap(({ id, roles }) => roles.map((role) => ({ invitationId: id, roleId: idOf(role) }))),
  );
}

/** The hashes are of nothing, so that no link leads to these invitations: whoever is invited accepts by id, signed in. */
export async function insertInvitations(tx: Transaction, { invitations }: Past): Promise<void> {
  await insertRows(
    tx,
    'invitations',
    invitations.map(({ id, organization, email, status, invitedBy, createdAt, expiresAt, closedAt, sendError }) => ({
      ...{ id, organizationId: organization.id, email, status, createdAt, expiresAt, sendError },
      tokenHash: randomBytes(32),
      invitedById: invitedBy.id,
      acceptedAt: status === 'ACCEPTED' ? closedAt : null,
      sentAt: sendError ? null : after(createdAt, 2000),
    })),
  );
}
