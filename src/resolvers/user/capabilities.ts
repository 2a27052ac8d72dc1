import { encodeId } from '../../ids.ts';
import type { Reach } from '../../reach.ts';
import { type Capability, type Loaders, would } from '../capability.ts';
import { hardDeleteBlockers } from './hard-delete-rules.ts';
import { impersonationRefused } from './impersonation-rules.ts';
import { personRefused, type RoleFacts, sessionsOutOfSight, userSetRolesRefused, userSuspendRefused } from './rules.ts';

interface UserFacts {
  readonly id: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
}

/** What the caller may do to a person; of roles that could be given, and of pools and apps, the input would say more. */
export const userCapabilities = {
  update: would('userUpdate', { rules: inReach }),
  suspend: would('userSuspend', {
    async rules(reach, user, loaders) {
      const roles = await loaders.role.ofUser.load(user.id);
      return userSuspendRefused(reach, { id: user.id, roles, otherSystemAdmins: await otherSystemAdmins(loaders, user, roles) });
    },
  }),
  reactivate: would('userReactivate', { rules: inReach }),
  unlock: would('userUnlock', { rules: inReach }),
  setRoles: would('userSetRoles', {
    async rules(reach, { id }, { role }) {
      // As if it named the roles that there are: what is given and taken is the input's.
      const roles = await role.ofUser.load(id);
      return userSetRolesRefused(reach, { id, roles, otherSystemAdmins: null }, roles);
    },
  }),
  setPassword: would('userSetPassword', { rules: inReach }),
  sendPasswordReset: would('userSendPasswordReset', { rules: inReach }),
  revokeSessions: would('userRevokeSessions', {
    rules: (reach, user, loaders) =>
      sessionsOutOfSight(reach, user.id, encodeId('user', user.id)) || inReach(reach, user, loaders),
  }),
  impersonate: would('userImpersonate', {
    rules: async (reach, { id, status }, { role }) =>
      impersonationRefused(reach, { id, suspended: status === 'SUSPENDED', roles: await role.ofUser.load(id) }),
  }),
  hardDelete: would('userHardDelete', {
    async rules(reach, user, loaders) {
      const { role, facts } = loaders;
      const [roles, owned, isIndispensable] = await Promise.all([
        role.ofUser.load(user.id),
        facts.ownedBy.load(user.id),
        leavesNoOrgAdmin(loaders, user),
      ]);
      const [first] = hardDeleteBlockers(reach, {
        id: user.id,
        roles,
        ownedOrganizations: owned.map(({ id }) => id),
        otherSystemAdmins: await otherSystemAdmins(loaders, user, roles),
        leavesNoOrgAdmin: isIndispensable,
      });
      return first ?? false;
    },
  }),
  setHomePool: would('poolSetUserHome', { rules: inReach }),
  tagPools: would('poolAddUser', { rules: inReach }),
  grantApps: would('appGrantUser', { rules: inReach }),
} satisfies Record<string, Capability<UserFacts>>;

async function inReach(reach: Reach, { id }: UserFacts, { role }: Loaders) {
  return personRefused(reach, { roles: await role.ofUser.load(id) });
}

/** As `otherSystemAdmins` of a locked person. */
async function otherSystemAdmins({ facts }: Loaders, { status }: UserFacts, roles: readonly RoleFacts[]) {
  if (status === 'SUSPENDED' || !roles.some(({ code }) => code === 'system_admin')) return null;
  return (await facts.activeSystemAdmins()) - 1;
}

async function leavesNoOrgAdmin({ facts }: Loaders, { id }: UserFacts): Promise<boolean> {
  const administered = await facts.administeredBy.load(id);
  const organizations = await Promise.all(administered.map((organization) => facts.adminsOf.load(organization.id)));
  return organizations.some((organization) => organization?.admins.length === 1);
}
