import { expect } from 'vitest';
import { decodeId, encodeId, newId } from '../../src/ids.ts';
import { openContent } from '../../src/mail/outbox.ts';
import { documentOf } from '../app/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { happeningThere } from './support.ts';

/** Everything that an invitation says of itself. */
export const invitationFields = `id email organizationId organizationName organizationSlug organization { id } status roles { code }
  invitedByName createdAt expiresAt acceptedAt sentAt sendError`;

/** An invitation as whoever sees its organization has it, pending, unless told. */
export const shown = (
  organization: Organization,
  rest: { email: string; invitedByName: string | null } & Record<string, unknown>,
) => ({
  id: expect.stringMatching(/^inv_/),
  organizationId: organization.id,
  organizationName: organization.name,
  organizationSlug: organization.slug,
  organization: { id: organization.id },
  status: 'PENDING',
  roles: [{ code: 'org_member' }],
  createdAt: expect.any(String),
  expiresAt: expect.any(String),
  acceptedAt: null,
  sentAt: null,
  sendError: null,
  ...rest,
});

/** The document of a change of an invitation. */
export const changeOf = (mutation: string): string => documentOf(mutation, `invitation { ${invitationFields} }`);

export const ByToken = 'query ($token: String!) { invitationByToken(token: $token) { id status } }';

/** What an invitation answers that is open no more, by its status. */
export const closedAs = {
  ACCEPTED: 'INVITATION_USED',
  DECLINED: 'INVITATION_DECLINED',
  REVOKED: 'INVITATION_REVOKED',
  EXPIRED: 'INVITATION_EXPIRED',
} as const;

export const invitationError = (status: keyof typeof closedAs) => ({
  __typename: 'InvitationError',
  code: closedAs[status],
  message: expect.any(String),
  path: null,
  status,
});

/** An invitation that came to this status. */
export async function closedInvitation(
  world: World,
  options: Parameters<World['invitation']>[0],
  status: keyof typeof closedAs,
): ReturnType<World['invitation']> {
  const invitation = await world.invitation(options);
  const acceptedAt = status === 'ACCEPTED' ? new Date() : null;
  await world.database.query(world.sql`
    UPDATE invitations SET status = ${status}::invitation_status, accepted_at = ${acceptedAt}::timestamptz WHERE id = ${invitation.uuid}::uuid`);
  return invitation;
}

/** An invitation as the database has it; its status as it is stored. */
export async function storedInvitation(world: World, { uuid }: { readonly uuid: string }) {
  const [row] = await world.database.query<Record<string, any>>(world.sql`
    SELECT email, status::text, invited_by_id AS "invitedBy", created_at AS "createdAt", sent_at AS "sentAt", send_error AS "sendError",
           encode(token_hash, 'hex') AS "tokenHash", round(extract(epoch FROM expires_at - now()) / 60)::int AS minutes,
           ARRAY(SELECT r.code FROM invitation_roles ir JOIN roles r ON r.id = ir.role_id
                  WHERE ir.invitation_id = i.id ORDER BY r.rank, r.code) AS roles
      FROM invitations i WHERE id = ${uuid}::uuid`);
  return row!;
}

/** The messages to an address, oldest first, with the token of the only link in each. */
export async function invitingMails(world: World, email: string) {
  const rows = await world.database.query<Record<string, any>>(world.sql`
    SELECT kind, status::text, user_id AS "userId", invitation_id AS "invitationUuid", sealed_content AS sealed
      FROM outbox_messages WHERE recipient = ${email} ORDER BY id`);
  return rows.map(({ kind, status, userId, invitationUuid, sealed }) => {
    const content = openContent(world.server.steward.secrets, sealed);
    const links = content.text.match(/\S+:\/\/\S+/g) ?? [];
    expect(links).toHaveLength(1);
    const link = new URL(links[0]!);
    expect(`${link.origin}${link.pathname}`).toBe(`${world.settings.publicUrl.origin}/console/invitation`);
    expect([...link.searchParams.keys()]).toEqual(['token']);
    return { kind, status, userId, invitationUuid, content, token: link.searchParams.get('token')! };
  });
}

/** That the newest message to an address went out, as the mail worker notes it. */
export async function goneOut(world: World, email: string): Promise<void> {
  await world.database.query(world.sql`
    UPDATE outbox_messages SET status = 'SENT', sent_at = now() WHERE recipient = ${email} AND status = 'PENDING'`);
}

export const uuidOf = (invitation: { readonly id: string }): string => decodeId('inv', invitation.id)!;

/** An event about an invitation, as `happenings` gives it. */
export const invitationHappening = (
  organization: Organization,
  action: 'created' | 'resent' | 'revoked',
  by: Person,
  invitation: { readonly id: string },
  rest: { changes?: object[]; metadata: object; people?: readonly Person[] },
) => happeningThere(organization, `invitation.${action}`, by, { type: 'inv', uuid: uuidOf(invitation) }, rest);

/** Ids that are no invitation's: unknown, of another type, out of shape. */
export const nobodysInvitations = ({ id, uuid }: { readonly id: string; readonly uuid: string }): string[] => [
  encodeId('inv', newId()),
  encodeId('org', uuid),
  uuid,
  'inv_',
  `${id}\0`,
  ` ${id}`,
  id.toUpperCase(),
  'inv_\ud800',
  `inv_${'x'.repeat(10_000)}`,
  'nonsense',
  '',
];
