import { begun, type Change } from '../../audit.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound, type Refusal } from '../../errors.ts';
import { decodeId, newId } from '../../ids.ts';
import type { App } from '../../locks/app.ts';
import type { Pool } from '../../locks/pool.ts';
import { userSearchText } from '../../search.ts';
import type { NewUser } from './new-user-input.ts';
import type { PlatformRole } from './platform-roles.ts';

/** Somebody who is about to be, and all that they begin with. */
export interface Newcomer {
  readonly id: string;
  readonly user: NewUser;
  readonly passwordHash: string | null;
  readonly roles: readonly PlatformRole[];
  readonly homePool: Pool;
  readonly furtherPools: readonly Pool[];
  readonly apps: readonly App[];
}

/** NOT_FOUND for the first id that names no app. */
export function unknownApp(ids: readonly string[], apps: ReadonlyMap<string, App>): Refusal | false {
  const i = ids.findIndex((id) => !apps.has(decodeId('app', id) ?? ''));
  return i >= 0 && notFound(ids[i]!, ['input', 'appIds', String(i)]);
}

/** Writes a person with roles, tags and grants, in one statement. */
export async function insertUser(tx: Transaction, newcomer: Newcomer, grantedById: string | null): Promise<void> {
  const { id, user, passwordHash, roles, homePool, furtherPools, apps } = newcomer;
  const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map((row) => row.id);
  await tx.$executeRaw(Prisma.sql`
    WITH person AS (
      INSERT INTO users (id, home_pool_id, email, email_verified, name, external_id, metadata, password_hash, search_text)
      VALUES (${id}::uuid, ${homePool.id}::uuid, ${user.email}, ${user.emailVerified}, ${user.name}, ${user.externalId},
              ${JSON.stringify(user.metadata)}::jsonb, ${passwordHash}, ${userSearchText(user)})
    ), roles AS (
      INSERT INTO user_roles (user_id, role_id) SELECT ${id}::uuid, role_id FROM unnest(${ids(roles)}::uuid[]) AS role_id
    ), tags AS (
      INSERT INTO user_pools (user_id, pool_id) SELECT ${id}::uuid, pool_id FROM unnest(${ids(furtherPools)}::uuid[]) AS pool_id
    )
    INSERT INTO app_grants (id, user_id, app_id, granted_by_id)
    SELECT g.id, ${id}::uuid, g.app_id, ${grantedById}::uuid
      FROM unnest(${apps.map(newId)}::uuid[], ${ids(apps)}::uuid[]) AS g(id, app_id)`);
}

/** What the event of a new person says: all that there is of them, by the names of the API's fields. */
export function beginnings({ user, passwordHash, roles, homePool, furtherPools, apps }: Newcomer): Change[] {
  const codes = (rows: readonly { readonly code: string }[]) => rows.map(({ code }) => code);
  const after = {
    email: user.email,
    emailVerified: user.emailVerified,
    name: user.name,
    externalId: user.externalId,
    metadata: Object.keys(user.metadata).length > 0 ? user.metadata : null,
    hasPassword: passwordHash !== null,
    homePool: homePool.code,
    pools: furtherPools.length > 0 ? codes(furtherPools) : null,
    roles: codes(roles),
    appGrants: apps.length > 0 ? codes(apps) : null,
  };
  return begun(after);
}
