import DataLoader from 'dataloader';
import { liveSessions, prisma } from './prisma.ts';

/** One query for each relation of all parents. */
export const createLoaders = () => ({
  pool: oneBy(
    (ids) => prisma.pool.findMany({ where: { id: { in: [...ids] } } }),
    (pool) => pool.id,
  ),
  app: oneBy(
    (ids) => prisma.app.findMany({ where: { id: { in: [...ids] } } }),
    (app) => app.id,
  ),
  organization: oneBy(
    (ids) => prisma.organization.findMany({ where: { id: { in: [...ids] } } }),
    (organization) => organization.id,
  ),
  rolesOfUser: manyBy(
    (ids) =>
      prisma.userRole.findMany({
        where: { userId: { in: [...ids] } },
        include: { role: true },
        orderBy: [{ role: { rank: 'asc' } }, { role: { code: 'asc' } }],
      }),
    ({ userId }) => userId,
  ),
  rolesOfMembership: manyBy(
    (ids) =>
      prisma.membershipRole.findMany({
        where: { membershipId: { in: [...ids] } },
        include: { role: true },
        orderBy: [{ role: { rank: 'asc' } }, { role: { code: 'asc' } }],
      }),
    ({ membershipId }) => membershipId,
  ),
  grantsOfUser: manyBy(
    (ids) => prisma.appGrant.findMany({ where: { userId: { in: [...ids] } }, orderBy: [{ grantedAt: 'desc' }, { id: 'desc' }] }),
    ({ userId }) => userId,
  ),
  membershipsOfUser: manyBy(
    (ids) => prisma.membership.findMany({ where: { userId: { in: [...ids] } }, orderBy: [{ joinedAt: 'desc' }, { id: 'desc' }] }),
    ({ userId }) => userId,
  ),
  sessionsOfUser: manyBy(
    (ids) =>
      prisma.session.findMany({
        where: { userId: { in: [...ids] }, ...liveSessions() },
        orderBy: [{ lastActiveAt: 'desc' }, { id: 'desc' }],
      }),
    ({ userId }) => userId,
  ),
  sessionCountOfUser: oneBy(
    (ids) => prisma.session.groupBy({ by: 'userId', where: { userId: { in: [...ids] }, ...liveSessions() }, _count: true }),
    ({ userId }) => userId,
  ),
});

export type Loaders = ReturnType<typeof createLoaders>;

function oneBy<Row>(read: (ids: readonly string[]) => Promise<Row[]>, idOf: (row: Row) => string) {
  return new DataLoader(async (ids: readonly string[]) => {
    const rows = new Map((await read(ids)).map((row) => [idOf(row), row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

function manyBy<Row>(read: (ids: readonly string[]) => Promise<Row[]>, parentOf: (row: Row) => string) {
  return new DataLoader(async (ids: readonly string[]) => {
    const rows = new Map<string, Row[]>(ids.map((id) => [id, []]));
    for (const row of await read(ids)) rows.get(parentOf(row))?.push(row);
    return ids.map((id) => rows.get(id)!);
  });
}
