import { countAttempt } from '../../auth/attempts.ts';
import type { Steward } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { authenticationRefusal } from '../../errors.ts';
import { queueMail } from '../../mail/outbox.ts';
import type { Reach } from '../../reach.ts';
import type { RoleThere } from '../organization/roles.ts';
import type { There } from '../organization/there.ts';

/** Counts a mail that invites somebody. Who acts as somebody else counts for themselves. Throws TOO_MANY_ATTEMPTS. */
export async function countInvitation(tx: Transaction, { secrets, settings }: Steward, reach: Reach): Promise<void> {
  const key = secrets.keyedHash('invitations', reach.impersonation?.impersonatorId ?? reach.userId);
  const retryAt = await countAttempt((sql) => tx.$queryRaw(sql), key, { most: settings.limits.invitations, minutes: 60 });
  if (retryAt) throw authenticationRefusal('TOO_MANY_ATTEMPTS', retryAt);
}

/** Queues the mail with the link. The token is nowhere else: its hash alone is kept. */
export async function sendInvitation(
  tx: Transaction,
  steward: Steward,
  { organization, reach, people }: Pick<There, 'organization' | 'reach' | 'people'>,
  invitation: { id: string; email: string; expiresAt: Date; token: string; roles: readonly RoleThere[] },
): Promise<void> {
  const { id, email: to, token, roles, expiresAt } = invitation;
  await queueMail(tx, steward, {
    template: 'invitation',
    to,
    userId: null,
    invitationId: id,
    name: null,
    organization: { name: organization.name, slug: organization.slug },
    inviter: people.get(reach.userId)?.name ?? null,
    roles,
    token,
    expiresAt,
  });
}
