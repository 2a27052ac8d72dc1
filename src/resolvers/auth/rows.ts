import { Prisma, type Transaction } from '../../database.ts';
import { decodeId } from '../../ids.ts';
import type { AppFacts, AskedScope, GrantFacts, PersonFacts, ScopeFacts } from './rules.ts';

export interface Person extends PersonFacts {
  readonly id: string;
  readonly email: string;
  /** Name, or the address where there is none. */
  readonly name: string;
  readonly passwordHash: string | null;
  readonly tokenVersion: number;
}

/** Locks a person: so that nothing of theirs changes meanwhile (`share`), or to change it. Null where there is none any more. */
export async function lockPerson(tx: Transaction, userId: string, lock: 'share' | 'change'): Promise<Person | null> {
  const strength = lock === 'share' ? Prisma.sql`FOR SHARE` : Prisma.sql`FOR NO KEY UPDATE`;
  const [person] = await tx.$queryRaw<Person[]>(Prisma.sql`
    SELECT id, email, coalesce(name, email) AS name, password_hash AS "passwordHash", token_version AS "tokenVersion",
           status = 'SUSPENDED' AND (suspended_until IS NULL OR suspended_until > now()) AS suspended, suspended_until AS "suspendedUntil"
      FROM users WHERE id = ${userId}::uuid ${strength}`);
  return person ?? null;
}

export interface App extends AppFacts {
  readonly id: string;
  readonly code: string;
}

/** Locks an app against change. */
export async function lockApp(tx: Transaction, which: { code: string } | { id: string }): Promise<App | null> {
  const condition = 'code' in which ? Prisma.sql`code = ${which.code}` : Prisma.sql`id = ${which.id}::uuid`;
  const [app] = await tx.$queryRaw<App[]>(Prisma.sql`
    SELECT id, code, status::text, auto_grant_on_signup AS "autoGrantOnSignup" FROM apps WHERE ${condition} FOR SHARE`);
  return app ?? null;
}

/** Reads a person's grant. The person is locked, and with them their grants. */
export async function readGrant(tx: Transaction, userId: string, appId: string): Promise<GrantFacts | null> {
  const [grant] = await tx.$queryRaw<GrantFacts[]>(Prisma.sql`
    SELECT status::text FROM app_grants WHERE user_id = ${userId}::uuid AND app_id = ${appId}::uuid`);
  return grant ?? null;
}

/** Locks the organization that a caller names, then their membership there, against change; null where they name none. */
export async function lockAskedScope(tx: Transaction, userId: string, id: string | null | undefined): Promise<AskedScope | null> {
  if (id === null || id === undefined) return null;
  const organizationId = decodeId('org', id);
  return { organizationId, facts: organizationId === null ? null : await lockScope(tx, userId, organizationId) };
}

async function lockScope(tx: Transaction, userId: string, organizationId: string): Promise<ScopeFacts | null> {
  const [organization] = await tx.$queryRaw<{ status: ScopeFacts['organizationStatus'] }[]>(Prisma.sql`
    SELECT status::text FROM organizations WHERE id = ${organizationId}::uuid FOR SHARE`);
  const [membership] = await tx.$queryRaw<{ status: ScopeFacts['membershipStatus'] }[]>(Prisma.sql`
    SELECT status::text FROM memberships WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid FOR SHARE`);
  return organization && membership ? { organizationStatus: organization.status, membershipStatus: membership.status } : null;
}

/** Reads the scope that a session has. Whoever ends or suspends a membership locks its person first, as is done here, too. */
export async function readScope(tx: Transaction, userId: string, organizationId: string): Promise<ScopeFacts | null> {
  const [scope] = await tx.$queryRaw<ScopeFacts[]>(Prisma.sql`
    SELECT m.status::text AS "membershipStatus", o.status::text AS "organizationStatus"
      FROM memberships m JOIN organizations o ON o.id = m.organization_id
     WHERE m.organization_id = ${organizationId}::uuid AND m.user_id = ${userId}::uuid`);
  return scope ?? null;
}

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
