import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { notFound, refuseIf, ruleRefusal } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { lockOrganization, type Organization } from '../../locks/organization.ts';
import { lockPerson, readCaller } from '../../locks/person.ts';
import { endMembership } from '../organization/end-membership.ts';
import { leavesNoOrgAdmin, type Member, readMember } from '../organization/members.ts';
import { ownerProtected } from '../organization/rules.ts';

export interface AccountLeaveOrganizationInput {
  readonly organizationId: string;
}

/** Ends the caller's own membership, a suspended one too. Their access tokens from before are stale at once. */
export async function accountLeaveOrganization(context: SignedInContext, input: AccountLeaveOrganizationInput) {
  return change(context, async (tx) => {
    const { organization, member } = await lockOwnMembership(tx, context, input.organizationId);
    refuseIf(
      organization.status === 'SUSPENDED' && ruleRefusal('ORGANIZATION_SUSPENDED'),
      ownerProtected(organization, member.person.id),
      await leavesNoOrgAdmin(tx, organization.id, member),
    );

    await endMembership(tx, context, organization.id, member, 'organization.member_left');
    return { organizationId: organization.id };
  });
}

/**
 * Locks the caller and an organization of theirs, and reads what they are there. Throws NOT_FOUND alike for an unknown
 * organization, one that they are no member of, and one that their session's scope leaves out.
 */
async function lockOwnMembership(
  tx: Transaction,
  context: SignedInContext,
  id: string,
): Promise<{ organization: Organization; member: Member }> {
  const organizationId = decodeId('org', id);
  const caller = await lockPerson(tx, context.reach.userId, 'change');
  const organization = organizationId && (await lockOrganization(tx, organizationId, 'change'));
  const { scope } = await readCaller(tx, context);
  const inScope = organization && (scope === null || scope === organization.id);
  const found = caller && inScope && (await readMember(tx, organization.id, caller));
  if (!found) throw notFound(id, ['input', 'organizationId']);
  return { organization, member: found.member };
}
