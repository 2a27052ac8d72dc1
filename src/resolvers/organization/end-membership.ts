import { gone, record } from '../../audit.ts';
import { type EndedSession, endSessionsBoundTo } from '../../auth/sessions.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { aboutMember, type Member } from './members.ts';

/**
 * Ends a membership, be it taken or given up, and records it. Access tokens from before are stale, and the impersonations in
 * the organization end, of and by the member.
 */
export async function endMembership(
  tx: Transaction,
  context: SignedInContext,
  organizationId: string,
  member: Member,
  action: 'organization.member_removed' | 'organization.member_left',
): Promise<void> {
  const { people, metadata } = aboutMember(member, await deleteMembership(tx, organizationId, member));
  await record(tx, context, {
    action,
    subject: { type: 'mem', id: member.membershipId },
    organizationId,
    changes: gone({ roles: member.roles.map(({ code }) => code), status: member.status }),
    // Nothing else says whose it was any more.
    metadata: { email: member.person.email, ...metadata },
    people,
  });
}

async function deleteMembership(
  tx: Transaction,
  organizationId: string,
  { membershipId, person }: Member,
): Promise<EndedSession[]> {
  await tx.$executeRaw(Prisma.sql`
    WITH person AS (
      UPDATE users SET token_version = token_version + 1 WHERE id = ${person.id}::uuid
    )
    DELETE FROM memberships WHERE id = ${membershipId}::uuid`);
  return endSessionsBoundTo(tx, organizationId, [person.id]);
}
