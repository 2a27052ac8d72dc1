import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { aboutMember, factsOf, lockMember } from './members.ts';
import { setMemberStatusRefused } from './rules.ts';
import { writeMemberStatus } from './write-membership.ts';

export interface OrganizationSetMemberStatusInput {
  readonly organizationId: string;
  readonly userId: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
}

/** Suspends a membership, or restores it. The account is untouched, and what the person may do elsewhere. */
export async function organizationSetMemberStatus(context: SignedInContext, input: OrganizationSetMemberStatusInput) {
  const { status, ...named } = input;

  return change(context, async (tx) => {
    const { reach, organization, member, power } = await lockMember(tx, context, 'organizationSetMemberStatus', named);
    refuseIf(setMemberStatusRefused(reach, power, await factsOf(tx, organization, member), status));

    const outcome = { membershipId: member.membershipId };
    if (status === member.status) return outcome;

    const ended = await writeMemberStatus(tx, organization.id, member, status);
    await record(tx, context, {
      action: 'organization.member_status_set',
      subject: { type: 'mem', id: member.membershipId },
      organizationId: organization.id,
      changes: [{ field: 'status', before: member.status, after: status }],
      ...aboutMember(member, ended),
    });
    return outcome;
  });
}
