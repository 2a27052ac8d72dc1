import { changed } from '../../audit.ts';
import { Prisma, type Transaction } from '../../database.ts';
import type { Organization } from '../../locks/organization.ts';

type Suspension = Pick<Organization, 'status' | 'suspensionReason'>;

/** What differs between the organization and what it is to be, as events show it. */
export const suspensionChanges = ({ status, suspensionReason }: Organization, after: Suspension) =>
  changed({ status, suspensionReason }, { ...after });

/** Suspends an organization, which is locked, or lets it go on, and moves its version. Nobody's access token is stale: what members may do is read with each request. */
export async function writeSuspension(tx: Transaction, id: string, { status, suspensionReason }: Suspension): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE organizations
       SET status = ${status}::organization_status, suspension_reason = ${suspensionReason}, version = version + 1, updated_at = now()
     WHERE id = ${id}::uuid`);
}
