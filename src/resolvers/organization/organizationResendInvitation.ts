import { record } from '../../audit.ts';
import { hashOfOpaqueToken, newOpaqueToken } from '../../auth/opaque-tokens.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma } from '../../database.ts';
import { refuseIf } from '../../errors.ts';
import { replacePending, takeBackMail } from '../invitation/close.ts';
import { carriedBy, membershipOfAddress, peopleOfAddress, readInvitationThere } from '../invitation/rows.ts';
import { resendRefused } from '../invitation/rules.ts';
import { countInvitation, sendInvitation } from '../invitation/send.ts';
import { readRolesThere } from './roles.ts';
import { lockThere } from './there.ts';

export interface OrganizationResendInvitationInput {
  readonly organizationId: string;
  readonly invitationId: string;
}

const days = 7;

/** Sends a new link, in the place of the old one, for what the caller could offer: they are the inviter from now on. */
export async function organizationResendInvitation(context: SignedInContext, input: OrganizationResendInvitationInput) {
  const { steward } = context;

  return change(context, async (tx) => {
    const there = await lockThere(tx, context, 'organizationResendInvitation', input.organizationId);
    const { organization, power, reach } = there;
    const invitation = await readInvitationThere(tx, organization.id, input.invitationId);
    const { id, email } = invitation;
    const roles = carriedBy(invitation, await readRolesThere(tx, organization.id));
    const membershipId = await membershipOfAddress(tx, organization.id, email);
    refuseIf(resendRefused(power, { ...invitation, roles, membershipId }));
    await countInvitation(tx, steward, reach);

    const replaced = await replacePending(tx, { organizationId: organization.id, email, exceptId: id });
    await takeBackMail(tx, [id]);
    const token = newOpaqueToken();
    const [renewed] = await tx.$queryRaw<{ expiresAt: Date }[]>(Prisma.sql`
      UPDATE invitations
         SET status = 'PENDING', token_hash = ${hashOfOpaqueToken(token)}::bytea, invited_by_id = ${reach.userId}::uuid,
             expires_at = now() + make_interval(days => ${days}::int), sent_at = NULL, send_error = NULL
       WHERE id = ${id}::uuid RETURNING expires_at AS "expiresAt"`);
    const { expiresAt } = renewed!;
    await sendInvitation(tx, steward, there, { id, email, token, roles, expiresAt });
    await record(tx, context, {
      action: 'invitation.resent',
      subject: { type: 'inv', id },
      organizationId: organization.id,
      metadata: { email, expiresAt: expiresAt.toISOString(), ...(replaced && { replaced }) },
      people: await peopleOfAddress(tx, email),
    });
    return { invitationId: id };
  });
}
