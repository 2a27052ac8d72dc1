import type { EndedSession } from '../../auth/sessions.ts';
import { Prisma, type Transaction } from '../../database.ts';

/** Who holds the role and is in an impersonation that is bound to the organization, on either side of it: few, however many hold the role. */
export async function impersonatedWith(tx: Transaction, organizationId: string, roleId: string): Promise<string[]> {
  const people = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT DISTINCT m.user_id AS id
      FROM sessions s
      JOIN memberships m ON m.organization_id = s.bound_to_id AND m.user_id IN (s.user_id, s.impersonator_id)
      JOIN membership_roles mr ON mr.membership_id = m.id AND mr.role_id = ${roleId}::uuid
     WHERE s.bound_to_id = ${organizationId}::uuid AND s.ended_at IS NULL AND s.expires_at > now()
     ORDER BY 1`);
  return people.map(({ id }) => id);
}

/** What the event of a change of a role says of the impersonations that ended with it. */
export const withEnded = (metadata: Readonly<Record<string, unknown>>, ended: readonly EndedSession[]) => ({
  metadata: { ...metadata, ...(ended.length > 0 && { endedImpersonations: ended.length }) },
  people: ended.flatMap(({ userId, impersonatorId }) => [userId, ...(impersonatorId ? [impersonatorId] : [])]),
});
