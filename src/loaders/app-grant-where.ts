import { Prisma } from '../database.ts';
import type { AppGrantStatus } from './app-grant.ts';
import { occursIn, whereOf } from './where.ts';

export interface AppGrantWhere {
  status: AppGrantStatus[];
  search: string;
}

/** The condition on `app_grants g` that the arguments of `App.grants` make. */
export const appGrantWhere = whereOf<AppGrantWhere>({
  status: (status) => Prisma.sql`g.status = ANY(${[...new Set(status)].sort()}::app_grant_status[])`,
  search: (text) =>
    Prisma.sql`EXISTS (SELECT FROM users u WHERE u.id = g.user_id AND ${occursIn(Prisma.sql`u.search_text`, text)})`,
});
