import type { Context } from '../context.ts';
import { builder } from './builder.ts';
import { Invitation } from './invitation.ts';
import { present } from './outcome.ts';

/** What a mutation comes to that is about one invitation. */
export interface InvitationOutcome {
  readonly invitationId: string;
}

/** The field `invitation` of a success: `invitation: t.field(theInvitation)`. */
export const theInvitation = {
  type: Invitation,
  description: 'The invitation as it is now.',
  resolve: ({ invitationId }: InvitationOutcome, _args: object, { asking }: Context) =>
    present(asking.loaders.invitation.byId.load(invitationId)),
} as const;

/** A success that shows the invitation and no more. */
export const invitationSuccess = (name: string, description: string) =>
  builder.objectRef<InvitationOutcome>(name).implement({ description, fields: (t) => ({ invitation: t.field(theInvitation) }) });
