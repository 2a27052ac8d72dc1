import { Prisma, type Transaction } from '../../database.ts';
import { newId } from '../../ids.ts';
import type { App } from '../../locks/app.ts';

interface Grant {
  readonly id: string;
  readonly appId: string;
  readonly code: string;
  readonly status: 'ACTIVE' | 'REVOKED';
}

/** A person's grants with the codes of their apps, by code. The person is locked, and with them their grants. */
export async function grantsOf(tx: Transaction, userId: string): Promise<Grant[]> {
  return tx.$queryRaw<Grant[]>(Prisma.sql`
    SELECT g.id, g.app_id AS "appId", a.code, g.status::text
      FROM app_grants g JOIN apps a ON a.id = g.app_id WHERE g.user_id = ${userId}::uuid ORDER BY a.code`);
}

/** What an event says of a person's access: the apps that it lets them into, before and after. */
export function accessChange(grants: readonly Grant[], app: App, status: Grant['status']) {
  const before = grants.filter((grant) => grant.status === 'ACTIVE').map(({ code }) => code);
  const others = before.filter((code) => code !== app.code);
  return { field: 'appGrants', before, after: status === 'ACTIVE' ? [...others, app.code].sort() : others };
}

/**
 * Gives access, or gives it again: by whom and when is new, what is said of the revocation is gone. Nobody gives it where the
 * app does so by itself, at a login. Gives the grant's id.
 */
export async function writeGrant(tx: Transaction, userId: string, appId: string, grantedById: string | null): Promise<string> {
  const [grant] = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    INSERT INTO app_grants (id, user_id, app_id, granted_by_id)
    VALUES (${newId()}::uuid, ${userId}::uuid, ${appId}::uuid, ${grantedById}::uuid)
    ON CONFLICT (user_id, app_id) DO UPDATE
       SET status = 'ACTIVE', granted_at = now(), granted_by_id = excluded.granted_by_id, revoked_at = NULL, revoked_by_id = NULL
    RETURNING id`);
  return grant!.id;
}

export async function revokeGrant(tx: Transaction, grantId: string, revokedById: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE app_grants SET status = 'REVOKED', revoked_at = now(), revoked_by_id = ${revokedById}::uuid WHERE id = ${grantId}::uuid`);
}
