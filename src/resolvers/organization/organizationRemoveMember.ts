import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { onOneself } from '../user/rules.ts';
import { aboutFormerMember, leavesNoOrgAdmin, lockMember } from './members.ts';
import { outOfReachThere, ownerProtected } from './rules.ts';
import { deleteMembership } from './write-membership.ts';

export interface OrganizationRemoveMemberInput {
  readonly organizationId: string;
  readonly userId: string;
}

/** Ends somebody else's membership; who gives up their own leaves. The member's access tokens from before are stale at once. */
export async function organizationRemoveMember(context: SignedInContext, input: OrganizationRemoveMemberInput) {
  return change(context, async (tx) => {
    const { reach, organization, member, power } = await lockMember(tx, context, 'organizationRemoveMember', input);
    refuseIf(
      onOneself(reach, member.person),
      ownerProtected(organization, member.person.id),
      outOfReachThere(power, member.roles),
      await leavesNoOrgAdmin(tx, organization.id, member),
    );

    const ended = await deleteMembership(tx, organization.id, member);
    await record(tx, context, {
      action: 'organization.member_removed',
      subject: { type: 'mem', id: member.membershipId },
      organizationId: organization.id,
      ...aboutFormerMember(member, ended),
    });
    return { membershipId: member.membershipId, organizationId: organization.id };
  });
}
