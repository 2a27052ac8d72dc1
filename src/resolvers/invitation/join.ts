import type { Transaction } from '../../database.ts';
import { lockPerson } from '../../locks/person.ts';
import { readRolesThere } from '../organization/roles.ts';
import { insertMembership } from '../organization/write-membership.ts';
import { closeInvitation } from './close.ts';
import { readInviter } from './inviter.ts';
import { carriedBy, type Invitation } from './rows.ts';
import { giveable } from './rules.ts';

/** Makes a person a member by an invitation, in the organization, which is locked, with what its inviter could still give by now. */
export async function join(tx: Transaction, invitation: Invitation, userId: string) {
  const { organizationId, invitedById } = invitation;
  // Locked already, unless somebody has resent it meanwhile, and is the inviter now.
  if (invitedById) await lockPerson(tx, invitedById, 'share');
  const rolesThere = await readRolesThere(tx, organizationId);
  const inviter = await readInviter(tx, organizationId, invitedById);
  const roles = giveable(inviter, organizationId, carriedBy(invitation, rolesThere), rolesThere);
  await closeInvitation(tx, invitation.id, 'ACCEPTED');
  const membershipId = await insertMembership(tx, { organizationId, userId, roles, invitedById });
  return { membershipId, roles };
}
