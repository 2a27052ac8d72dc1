import { powerIn } from '../../policy.ts';
import { type Capability, would } from '../capability.ts';
import { type InvitationFacts, notPending, resendRefused } from './rules.ts';

interface OfferFacts extends InvitationFacts {
  readonly id: string;
  readonly organizationId: string;
}

const there = ({ organizationId }: OfferFacts): string => organizationId;

/** What the caller may do to an invitation. */
export const invitationCapabilities = {
  resend: would('organizationResendInvitation', {
    there,
    async rules(reach, { id, organizationId, status }, { role, facts }) {
      const [carried, member] = await Promise.all([role.ofInvitation.load(id), facts.membershipOfInvited.load(id)]);
      const permissions = await Promise.all(carried.map((one) => role.permissionsOf.load(one.id)));
      const roles = carried.map(({ code, rank }, at) => ({ code, rank, permissions: permissions[at]!.map((one) => one.code) }));
      return resendRefused(powerIn(reach, organizationId), { status, roles, membershipId: member?.membershipId ?? null });
    },
  }),
  revoke: would('organizationRevokeInvitation', { there, rules: (_reach, invitation) => notPending(invitation) }),
} satisfies Record<string, Capability<OfferFacts>>;
