import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { settings } from '../settings.ts';

// The adapter takes every session to be in UTC.
export const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: settings.databaseUrl, max: settings.poolSize, options: '-c timezone=UTC' }),
});

/** Sessions that live now, as Prisma finds them. */
export const liveSessions = () => {
  const live = { endedAt: null, expiresAt: { gt: new Date() } };
  return { ...live, OR: [{ startedFromId: null }, { startedFrom: live }] };
};
