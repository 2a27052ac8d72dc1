import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { closeInvitation } from '../invitation/close.ts';
import { lockOwnInvitation } from '../invitation/own.ts';
import { unknownInvitation } from '../invitation/rows.ts';
import { answered } from '../invitation/rules.ts';

export interface AccountDeclineInvitationInput {
  readonly invitationId: string;
}

/** Declines an invitation to the caller's verified address, also one whose time is over, and in a suspended organization. */
export async function accountDeclineInvitation(context: SignedInContext, { invitationId }: AccountDeclineInvitationInput) {
  const id = decodeId('inv', invitationId);

  return change(context, async (tx) => {
    const unknown = unknownInvitation(invitationId);
    const { organization, invitation } = await lockOwnInvitation(tx, context, id === null ? null : { id }, unknown);
    refuseIf(answered(invitation));

    await closeInvitation(tx, invitation.id, 'DECLINED');
    await record(tx, context, {
      action: 'invitation.declined',
      subject: { type: 'inv', id: invitation.id },
      organizationId: organization.id,
      changes: [{ field: 'status', before: invitation.status, after: 'DECLINED' }],
      metadata: { email: invitation.email },
    });
    return { invitationId: invitation.id };
  });
}
