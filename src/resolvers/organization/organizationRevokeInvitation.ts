import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { closeInvitation } from '../invitation/close.ts';
import { peopleOfAddress, readInvitationThere } from '../invitation/rows.ts';
import { notPending } from '../invitation/rules.ts';
import { lockThere } from './there.ts';

export interface OrganizationRevokeInvitationInput {
  readonly organizationId: string;
  readonly invitationId: string;
}

/** Withdraws a pending invitation: its link is dead, and mail that waits is not sent. */
export async function organizationRevokeInvitation(context: SignedInContext, input: OrganizationRevokeInvitationInput) {
  return change(context, async (tx) => {
    const { organization } = await lockThere(tx, context, 'organizationRevokeInvitation', input.organizationId);
    const invitation = await readInvitationThere(tx, organization.id, input.invitationId);
    refuseIf(notPending(invitation));

    await closeInvitation(tx, invitation.id, 'REVOKED');
    await record(tx, context, {
      action: 'invitation.revoked',
      subject: { type: 'inv', id: invitation.id },
      organizationId: organization.id,
      changes: [{ field: 'status', before: 'PENDING', after: 'REVOKED' }],
      metadata: { email: invitation.email },
      people: await peopleOfAddress(tx, invitation.email),
    });
    return { invitationId: invitation.id };
  });
}
