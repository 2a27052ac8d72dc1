import { Prisma, type Transaction } from '../database.ts';

export interface LockedSession {
  readonly id: string;
  readonly userId: string;
  readonly appId: string | null;
  readonly organizationId: string | null;
  readonly boundToId: string | null;
  readonly rememberMe: boolean;
  readonly impersonation: {
    readonly impersonatorId: string;
    readonly impersonatorName: string;
    readonly boundTo: string | null;
  } | null;
}

/** Locks a session that lives; null for one that has ended, or whose impersonator or origin no longer carries it. */
export async function lockSession(tx: Transaction, sessionId: string): Promise<LockedSession | null> {
  const [session] = await tx.$queryRaw<(Omit<LockedSession, 'impersonation'> & ImpersonatorColumns)[]>(Prisma.sql`
    SELECT s.id, s.user_id AS "userId", s.app_id AS "appId", s.organization_id AS "organizationId", s.bound_to_id AS "boundToId",
           s.remember_me AS "rememberMe", i.id AS "impersonatorId", coalesce(i.name, i.email) AS "impersonatorName"
      FROM sessions s
      LEFT JOIN users i ON i.id = s.impersonator_id
      LEFT JOIN sessions f ON f.id = s.started_from_id
     WHERE s.id = ${sessionId}::uuid AND s.ended_at IS NULL AND s.expires_at > now()
       AND (i.id IS NULL OR i.status = 'ACTIVE' OR i.suspended_until <= now())
       AND (f.id IS NULL OR (f.ended_at IS NULL AND f.expires_at > now()))
       FOR UPDATE OF s`);
  if (!session) return null;
  const { impersonatorId, impersonatorName, ...rest } = session;
  return { ...rest, impersonation: impersonatorId ? { impersonatorId, impersonatorName, boundTo: session.boundToId } : null };
}

interface ImpersonatorColumns {
  readonly impersonatorId: string | null;
  readonly impersonatorName: string;
}
