import { powerIn } from '../../policy.ts';
import { type Capability, type Loaders, would } from '../capability.ts';
import { impersonationThereRefused } from '../user/impersonation-rules.ts';
import { isOrgAdmin } from './members.ts';
import {
  type MemberFacts,
  newOwnerRefused,
  removeMemberRefused,
  setMemberRolesRefused,
  setMemberStatusRefused,
} from './rules.ts';

interface MembershipFacts {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly isOwner: boolean;
}

const there = ({ organizationId }: MembershipFacts): string => organizationId;

/** What the caller may do to a member. */
export const membershipCapabilities = {
  setRoles: would('organizationSetMemberRoles', {
    there,
    async rules(reach, membership, { role }) {
      // As if it named the roles that there are: what is given and taken is the input's.
      const roles = await role.ofMembership.load(membership.id);
      const member = { ...membership, roles, isLastAdmin: false };
      return setMemberRolesRefused(powerIn(reach, membership.organizationId), member, {
        roles: [],
        added: [],
        losesAdmin: false,
      });
    },
  }),
  setStatus: would('organizationSetMemberStatus', {
    there,
    async rules(reach, membership, loaders) {
      const member = await factsOf(loaders, membership);
      const other = membership.status === 'ACTIVE' ? 'SUSPENDED' : 'ACTIVE';
      return setMemberStatusRefused(reach, powerIn(reach, membership.organizationId), member, other);
    },
  }),
  remove: would('organizationRemoveMember', {
    there,
    rules: async (reach, membership, loaders) =>
      removeMemberRefused(reach, powerIn(reach, membership.organizationId), await factsOf(loaders, membership)),
  }),
  makeOwner: would('organizationTransferOwnership', {
    there,
    async rules(_reach, { id, isOwner, status }, { facts }) {
      const { personSuspended } = (await facts.standingOf.load(id)) ?? gone;
      return newOwnerRefused({ isOwner, membershipStatus: status, personSuspended });
    },
  }),
  impersonate: would('userImpersonate', {
    there,
    async rules(reach, { id, userId, organizationId, status }, { role, facts }) {
      const [roles, rolesThere, standing] = await Promise.all([
        role.ofUser.load(userId),
        role.ofMembership.load(id),
        facts.standingOf.load(id),
      ]);
      const { personSuspended, organizationStatus } = standing ?? gone;
      return impersonationThereRefused(
        reach,
        powerIn(reach, organizationId),
        { id: userId, suspended: personSuspended, roles },
        { membershipStatus: status, organizationStatus, roles: rolesThere },
      );
    },
  }),
} satisfies Record<string, Capability<MembershipFacts>>;

/** As `factsOf` a locked member. Only an admin can be the last one. */
async function factsOf({ role, facts }: Loaders, membership: MembershipFacts): Promise<MemberFacts> {
  const { id, organizationId, userId, isOwner, status } = membership;
  const roles = await role.ofMembership.load(id);
  const isAdmin = status === 'ACTIVE' && roles.some(isOrgAdmin);
  const admins = isAdmin ? ((await facts.adminsOf.load(organizationId))?.admins ?? []) : [];
  return { userId, isOwner, roles, isLastAdmin: admins.length === 1 && admins[0] === userId };
}

/** Whoever goes while one looks. */
const gone = { personSuspended: false, organizationStatus: 'ACTIVE' } as const;
