import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { endMembership } from './end-membership.ts';
import { factsOf, lockMember } from './members.ts';
import { removeMemberRefused } from './rules.ts';

export interface OrganizationRemoveMemberInput {
  readonly organizationId: string;
  readonly userId: string;
}

/** Ends somebody else's membership; who gives up their own leaves. The member's access tokens from before are stale at once. */
export async function organizationRemoveMember(context: SignedInContext, input: OrganizationRemoveMemberInput) {
  return change(context, async (tx) => {
    const { reach, organization, member, power } = await lockMember(tx, context, 'organizationRemoveMember', input);
    refuseIf(removeMemberRefused(reach, power, await factsOf(tx, organization, member)));

    await endMembership(tx, context, organization.id, member, 'organization.member_removed');
    return { membershipId: member.membershipId, organizationId: organization.id };
  });
}
