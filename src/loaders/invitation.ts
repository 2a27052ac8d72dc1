import { statement } from '../database.ts';
import { isBound, may, type Visible, visible } from '../policy.ts';
import { manyBy, oneBy, type Reading } from './reading.ts';

export interface InvitationRow {
  readonly id: string;
  readonly email: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly organizationSlug: string;
  /** As it counts now: a pending one past its end is EXPIRED. */
  readonly status: 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';
  readonly invitedByName: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly sentAt: Date | null;
  readonly sendError: string | null;
}

const invitations = `SELECT n.id, n.email, n.organization_id, o.name AS organization_name, o.slug AS organization_slug,
         CASE WHEN n.status = 'PENDING' AND n.expires_at <= now() THEN 'EXPIRED' ELSE n.status::text END AS status,
         i.name AS invited_by_name, n.created_at, n.expires_at, n.accepted_at, n.sent_at, n.send_error
    FROM invitations n JOIN organizations o ON o.id = n.organization_id LEFT JOIN users i ON i.id = n.invited_by_id`;

const toInvitation = (row: any): InvitationRow => ({
  id: row.id,
  email: row.email,
  organizationId: row.organization_id,
  organizationName: row.organization_name,
  organizationSlug: row.organization_slug,
  status: row.status,
  invitedByName: row.invited_by_name,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  acceptedAt: row.accepted_at,
  sentAt: row.sent_at,
  sendError: row.send_error,
});

const invitationsById = statement('invitations_by_id', `${invitations} WHERE n.id = ANY($1::uuid[])`, toInvitation);
const pendingInvitationsTo = statement(
  'pending_invitations_to',
  `${invitations} WHERE n.email = ANY($1::text[]) AND n.status = 'PENDING' AND n.expires_at > now() ORDER BY n.created_at DESC, n.id DESC`,
  toInvitation,
);

export function createInvitationLoaders({ database, reach }: Reading) {
  async function seen(rows: Promise<InvitationRow[]>): Promise<Visible<InvitationRow>[]> {
    const [found, caller] = await Promise.all([rows, reach()]);
    return found.filter((invitation) => visible.invitation(caller, invitation));
  }

  return {
    byId: oneBy(
      (ids: readonly string[]) => seen(database.read(invitationsById, [ids])),
      (invitation) => invitation.id,
    ),
    /**
     * Newest first, of those that the caller can see. Among its own they are only while the address is verified and in no
     * organization's impersonation, also where a membership would show them by their ids.
     */
    pendingTo: manyBy(
      async (emails: readonly string[]) => {
        const caller = await reach();
        const showsOwn = may(caller, 'organizations:read') || (caller?.emailVerified && !isBound(caller));
        const shown = emails.filter((email) => email !== caller?.email || showsOwn);
        return seen(database.read(pendingInvitationsTo, [shown]));
      },
      (invitation) => invitation.email,
    ),
  };
}
