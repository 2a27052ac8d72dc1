import { isCode } from '../code.ts';
import { Prisma, type Transaction } from '../database.ts';

export interface App {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly url: string | null;
  readonly status: 'ACTIVE' | 'DISABLED';
  readonly autoGrantOnSignup: boolean;
  readonly homePoolId: string;
  readonly version: number;
}

/** `share` keeps the app as it is meanwhile, `change` is for changing it, `delete` for taking it away. */
type AppLock = 'share' | 'change' | 'delete';

const columns = Prisma.sql`
  id, code, name, description, url, status::text, auto_grant_on_signup AS "autoGrantOnSignup", home_pool_id AS "homePoolId", version`;

/** Keeps apps as they are meanwhile, locked in the order of their ids. Gives those that there are, by id. */
export async function lockApps(tx: Transaction, ids: readonly string[]): Promise<Map<string, App>> {
  if (ids.length === 0) return new Map();
  const apps = await tx.$queryRaw<App[]>(
    Prisma.sql`SELECT ${columns} FROM apps WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR SHARE`,
  );
  return new Map(apps.map((app) => [app.id, app]));
}

/** Locks an app; after people, before organizations and sessions. Null where there is none. */
export async function lockApp(
  tx: Transaction,
  which: { readonly code: string } | { readonly id: string },
  lock: AppLock = 'share',
): Promise<App | null> {
  if ('code' in which && !isCode(which.code)) return null;
  const condition = 'code' in which ? Prisma.sql`code = ${which.code}` : Prisma.sql`id = ${which.id}::uuid`;
  const strength = { share: Prisma.sql`FOR SHARE`, change: Prisma.sql`FOR NO KEY UPDATE`, delete: Prisma.sql`FOR UPDATE` }[lock];
  const [app] = await tx.$queryRaw<App[]>(Prisma.sql`SELECT ${columns} FROM apps WHERE ${condition} ${strength}`);
  return app ?? null;
}
