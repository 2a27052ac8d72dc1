import { Prisma, statement } from '../database.ts';
import { isBound, may, seenThroughParent, type Visible, visible } from '../policy.ts';
import { connectionsBy } from './connection.ts';
import type { Order } from './page.ts';
import { manyBy, oneBy, type Reading } from './reading.ts';

export type InvitationStatus = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';

export interface InvitationRow {
  readonly id: string;
  readonly email: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly organizationSlug: string;
  /** As it counts now: a pending one past its end is EXPIRED. */
  readonly status: InvitationStatus;
  readonly invitedByName: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly sentAt: Date | null;
  readonly sendError: string | null;
}

const status = `CASE WHEN n.status = 'PENDING' AND n.expires_at <= now() THEN 'EXPIRED' ELSE n.status::text END`;

const columns = `n.id, n.email, n.organization_id, o.name AS organization_name, o.slug AS organization_slug, ${status} AS status,
  i.name AS invited_by_name, n.created_at, n.expires_at, n.accepted_at, n.sent_at, n.send_error`;

const joins = 'JOIN organizations o ON o.id = n.organization_id LEFT JOIN users i ON i.id = n.invited_by_id';

const invitations = `SELECT ${columns} FROM invitations n ${joins}`;

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

const invitationByTokenHash = statement('invitation_by_token_hash', `${invitations} WHERE n.token_hash = $1`, toInvitation);

/** Newest first: how invitations are listed. */
export const invitationOrder: Order<InvitationRow> = {
  name: 'CREATED_AT',
  direction: 'DESC',
  id: Prisma.sql`n.id`,
  columns: [
    { sql: Prisma.sql`n.created_at`, type: 'timestamptz', nullable: false, valueOf: (invitation) => invitation.createdAt },
  ],
};

/** The condition "has one of these statuses now" on `invitations n`. */
export const invitationStatusIn = (statuses: readonly InvitationStatus[]): Prisma.Sql =>
  Prisma.sql`${Prisma.raw(status)} = ANY(${[...new Set(statuses)].sort()}::text[])`;

export function createInvitationLoaders({ database, reach }: Reading) {
  async function seen(invitations: readonly InvitationRow[]): Promise<Visible<InvitationRow>[]> {
    const caller = await reach();
    return invitations.filter((invitation) => visible.invitation(caller, invitation));
  }

  return {
    byId: oneBy(
      async (ids: readonly string[]) => seen(await database.read(invitationsById, [ids])),
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
        return seen(await database.read(pendingInvitationsTo, [shown]));
      },
      (invitation) => invitation.email,
    ),

    /** Of one organization, newest first, for callers who may see all of them. */
    ofOrganization: connectionsBy<InvitationRow>(database, {
      columns: Prisma.raw(columns),
      from: Prisma.sql`invitations n`,
      joins: Prisma.raw(joins),
      parent: Prisma.sql`n.organization_id`,
      toRow: toInvitation,
      seen,
    }),

    /** What a link is for, by the hash of its token: whoever holds the token sees it. */
    byTokenHash: async (hash: Buffer): Promise<Visible<InvitationRow> | null> =>
      (await database.read(invitationByTokenHash, [hash])).map(seenThroughParent<InvitationRow>)[0] ?? null,
  };
}
