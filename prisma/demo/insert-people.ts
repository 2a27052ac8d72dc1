import type { Transaction } from '../../src/database.ts';
import { userSearchText } from '../../src/search.ts';
import type { Persona } from './accounts.ts';
import { furtherPools } from './apps.ts';
import { day, dice } from './dice.ts';
import type { Past } from './events.ts';
import { insertRows } from './insert-rows.ts';
import type { PoolCode } from './people.ts';

export type HashOf = (persona: Persona | null) => string;
type Pools = Record<PoolCode, string>;

/** The pool `default` is as old as the database; here it has to be older than its people. */
export async function insertPools(tx: Transaction, now: Date): Promise<Pools> {
  const { ago, id } = dice(9, now);
  const { id: defaultPool } = await tx.pool.update({ where: { code: 'default' }, data: { createdAt: ago(731 * day) } });
  const rows = furtherPools.map((pool, index) => {
    const createdAt = ago((730 - index) * day);
    return { ...pool, id: id(createdAt), createdAt, updatedAt: createdAt };
  });
  await insertRows(tx, 'pools', rows);
  return { default: defaultPool, 'partner-portal': rows[0]!.id, claimleo: rows[1]!.id };
}

export async function insertPeople(tx: Transaction, { people }: Past, pools: Pools, hashOf: HashOf): Promise<void> {
  await insertRows(
    tx,
    'users',
    people.map((person) => ({
      id: person.id,
      homePoolId: pools[person.pool],
      email: person.email,
      emailVerified: person.emailVerified,
      name: person.name,
      avatarUrl: person.avatarUrl,
      externalId: person.externalId,
      metadata: person.metadata,
      status: person.suspension ? ('SUSPENDED' as const) : ('ACTIVE' as const),
      suspendedUntil: person.suspension?.until ?? null,
      suspensionReason: person.suspension?.reason ?? null,
      passwordHash: person.hasPassword ? hashOf(person.persona) : null,
      tokenVersion: person.suspension ? 2 : 1,
      version: person.updatedAt > person.createdAt ? 2 : 1,
      lastLoginAt: person.lastLoginAt,
      createdAt: person.createdAt,
      updatedAt: person.updatedAt,
      searchText: userSearchText(person),
    })),
  );
  await insertRows(
    tx,
    'user_pools',
    people.flatMap(({ id, tags, createdAt }) => tags.map((tag) => ({ userId: id, poolId: pools[tag], createdAt }))),
  );
}

export async function insertApps(tx: Transaction, { apps, grants }: Past, pools: Pools): Promise<void> {
  await insertRows(
    tx,
    'apps',
    apps.map(({ id, code, name, description, url, isDisabled, autoGrantOnSignup, homePool, createdAt }) => ({
      ...{ id, code, name, description, url, autoGrantOnSignup, createdAt, updatedAt: createdAt },
      status: isDisabled ? ('DISABLED' as const) : ('ACTIVE' as const),
      homePoolId: pools[homePool],
    })),
  );
  await insertRows(
    tx,
    'app_read_pools',
    apps.flatMap((app) => app.readPools.map((pool, position) => ({ appId: app.id, poolId: pools[pool], position }))),
  );
  await insertRows(
    tx,
    'app_grants',
    grants.map(({ id, person, app, grantedAt, grantedBy, revokedAt, revokedBy }) => ({
      ...{ id, userId: person.id, appId: app.id, grantedAt, revokedAt },
      status: revokedAt ? ('REVOKED' as const) : ('ACTIVE' as const),
      grantedById: grantedBy?.id ?? null,
      revokedById: revokedBy?.id ?? null,
    })),
  );
}
