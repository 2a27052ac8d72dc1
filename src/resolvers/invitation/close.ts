import { Prisma, type Transaction } from '../../database.ts';

/**
 * Takes back the mail of invitations that is still to be sent: its links are dead. Before the invitations are written, since
 * the mail worker locks in this order.
 */
export async function takeBackMail(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw(
    Prisma.sql`DELETE FROM outbox_messages WHERE invitation_id = ANY(${[...ids]}::uuid[]) AND status = 'PENDING'`,
  );
}

/** Closes an invitation of a locked organization for good. */
export async function closeInvitation(tx: Transaction, id: string, status: 'ACCEPTED' | 'DECLINED' | 'REVOKED'): Promise<void> {
  await takeBackMail(tx, [id]);
  const acceptedAt = status === 'ACCEPTED' ? Prisma.sql`now()` : Prisma.sql`accepted_at`;
  await tx.$executeRaw(Prisma.sql`
    UPDATE invitations SET status = ${status}::invitation_status, accepted_at = ${acceptedAt} WHERE id = ${id}::uuid`);
}

/**
 * Makes room for a new link to an address: what is pending to it in the organization is withdrawn, or has expired where its
 * time is over. Gives whether one was withdrawn.
 */
export async function replacePending(
  tx: Transaction,
  { organizationId, email, exceptId = null }: { organizationId: string; email: string; exceptId?: string | null },
): Promise<boolean> {
  const pending = await tx.$queryRaw<{ id: string; isOver: boolean }[]>(Prisma.sql`
    SELECT id, expires_at <= now() AS "isOver" FROM invitations
     WHERE organization_id = ${organizationId}::uuid AND email = ${email} AND status = 'PENDING' AND id IS DISTINCT FROM ${exceptId}::uuid`);
  if (pending.length === 0) return false;
  const ids = pending.map(({ id }) => id);
  await takeBackMail(tx, ids);
  await tx.$executeRaw(Prisma.sql`
    UPDATE invitations SET status = (CASE WHEN expires_at <= now() THEN 'EXPIRED' ELSE 'REVOKED' END)::invitation_status
     WHERE id = ANY(${ids}::uuid[])`);
  return pending.some(({ isOver }) => !isOver);
}
