import { invalid } from '../../errors.ts';
import { powerIn } from '../../policy.ts';
import { type Capability, would } from '../capability.ts';
import { addMemberRefused, tooManyRoles } from './rules.ts';

interface OrganizationFacts {
  readonly id: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
}

const there = ({ id }: OrganizationFacts): string => id;

/** What the caller may do in an organization; of members, roles and addresses the input would say more. */
export const organizationCapabilities = {
  update: would('organizationUpdate', { there }),
  suspend: would('organizationSuspend', { there }),
  reactivate: would('organizationReactivate', { there }),
  delete: would('organizationDelete', { there }),
  transferOwnership: would('organizationTransferOwnership', { there }),
  addMember: would('organizationAddMember', {
    there,
    rules: (reach, organization) => addMemberRefused(powerIn(reach, organization.id), organization, [], null),
  }),
  createRole: would('organizationCreateRole', {
    there,
    rules: async (_reach, { id }, { facts }) => invalid(tooManyRoles(await facts.customRolesOf.load(id))) ?? false,
  }),
  createInvitation: would('organizationCreateInvitation', { there }),
} satisfies Record<string, Capability<OrganizationFacts>>;
