import { changed, record } from '../../audit.ts';
import { hashOfOpaqueToken } from '../../auth/opaque-tokens.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma } from '../../database.ts';
import { conflict, notFound, refuseIf } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { join } from '../invitation/join.ts';
import { lockOwnInvitation } from '../invitation/own.ts';
import { type Named, unknownInvitation } from '../invitation/rows.ts';
import { notPending } from '../invitation/rules.ts';
import { readMembership } from '../organization/members.ts';
import { closedToJoin } from '../organization/rules.ts';
import { writePerson } from '../user/write.ts';

/** One of the two. */
export interface AccountAcceptInvitationInput {
  readonly invitationId?: string | null;
  readonly token?: string | null;
}

/** Makes the caller a member. It only adds, so the access tokens that they have go on. A link proves the address that it went to. */
export async function accountAcceptInvitation(context: SignedInContext, input: AccountAcceptInvitationInput) {
  const { named, unknown, place } = namedBy(input);

  return change(context, async (tx) => {
    const { organization, invitation, caller } = await lockOwnInvitation(tx, context, named, unknown);
    const present = await readMembership(tx, organization.id, caller.id);
    refuseIf(
      notPending(invitation),
      closedToJoin(organization),
      present && conflict('ALREADY_MEMBER', encodeId('mem', present.membershipId), place),
    );

    const { membershipId, roles } = await join(tx, invitation, caller.id);
    if (!caller.emailVerified) await writePerson(tx, caller.id, [Prisma.sql`email_verified = TRUE`], { stale: false });
    await record(tx, context, {
      action: 'invitation.accepted',
      subject: { type: 'inv', id: invitation.id },
      organizationId: organization.id,
      changes: [
        { field: 'status', before: 'PENDING', after: 'ACCEPTED' },
        { field: 'roles', before: null, after: roles.map(({ code }) => code) },
        ...changed({ emailVerified: caller.emailVerified }, { emailVerified: true }),
      ],
      metadata: { email: invitation.email, membershipId: encodeId('mem', membershipId) },
    });
    return { membershipId };
  });
}

/** What the input names, and the refusal that tells nothing of it: of a token not even itself. */
function namedBy({ invitationId, token }: AccountAcceptInvitationInput) {
  if (token != null) {
    const place = ['input', 'token'];
    return { named: { tokenHash: hashOfOpaqueToken(token) }, unknown: notFound(null, place), place };
  }
  const id = decodeId('inv', invitationId!);
  const named: Named | null = id === null ? null : { id };
  return { named, unknown: unknownInvitation(invitationId!), place: ['input', 'invitationId'] };
}
