import { Prisma } from '../database.ts';
import { containing } from '../search.ts';
import type { AppGrantStatus } from './app-grant.ts';
import { allOf, whereOf, wordsIn } from './where.ts';

export interface AppGrantWhere {
  status: AppGrantStatus[];
  search: string;
}

/** The condition on `app_grants g` that the arguments of `App.grants` make. */
export const appGrantWhere = whereOf<AppGrantWhere>({
  status: (status) => Prisma.sql`g.status = ANY(${[...new Set(status)].sort()}::app_grant_status[])`,
  search(text) {
    const words = wordsIn(text);
    if (words.length === 0) return Prisma.sql`TRUE`;
    const found = allOf(words.map((word) => Prisma.sql`u.search_text LIKE ${containing(word)}`));
    return Prisma.sql`EXISTS (SELECT FROM users u WHERE u.id = g.user_id AND ${found})`;
  },
});
