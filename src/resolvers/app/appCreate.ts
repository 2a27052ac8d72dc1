import { z } from 'zod';
import { begun, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { conflict, type Refusal } from '../../errors.ts';
import { encodeId, newId } from '../../ids.ts';
import { code, codes, given, name, optionalDescription, optionalUrl, readInput } from '../../input.ts';
import { lockCaller } from '../../locks/person.ts';
import { lockPools } from '../../locks/pool.ts';
import { codesIn, type PoolOfApp, searched, soundWithPools } from './app-pools.ts';
import { shownFields } from './fields.ts';

const AppCreate = z.object({
  code,
  name,
  description: optionalDescription.default(null),
  url: optionalUrl.default(null),
  autoGrantOnSignup: z.boolean(),
  homePoolCode: given<string | null>(),
  readPoolCodes: codes.nullish(),
});

/** Null is as left out. */
export interface AppCreateInput {
  readonly code: string;
  readonly name: string;
  readonly description?: string | null;
  readonly url?: string | null;
  readonly autoGrantOnSignup: boolean;
  readonly homePoolCode?: string | null;
  readonly readPoolCodes?: readonly string[] | null;
}

/** Creates an app, which takes logins from now on. */
export async function appCreate(context: SignedInContext, input: AppCreateInput) {
  const read = readInput(AppCreate, input);
  const { homePoolCode, readPoolCodes } = {
    homePoolCode: input.homePoolCode ?? 'default',
    readPoolCodes: input.readPoolCodes ?? [],
  };

  return change(context, async (tx) => {
    await lockCaller(tx, context, 'share');
    const pools = await lockPools(tx, codesIn({ homePoolCode, readPoolCodes }));
    const sent = soundWithPools(read, { homePoolCode, readPoolCodes }, pools);
    const further = (sent.readPoolCodes ?? []).map((code) => pools.get(code)!);
    const app = { ...sent, status: 'ACTIVE' as const, readPools: searched(pools.get(homePoolCode)!, further) };

    const id = await insertApp(tx, app);
    if (id === null) throw await codeTaken(tx, app.code);
    await record(tx, context, {
      action: 'app.created',
      subject: { type: 'app', id },
      changes: begun({ code: app.code, ...shownFields(app, app.readPools) }),
      metadata: { app: app.code },
    });
    return { appId: id };
  });
}

/** The new app's id; null where its code is taken. Of two who write one code at once the second waits here for the first. */
async function insertApp(
  tx: Transaction,
  app: z.infer<typeof AppCreate> & { readonly readPools: readonly PoolOfApp[] },
): Promise<string | null> {
  const [home, ...further] = app.readPools.map(({ id }) => id);
  const [inserted] = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    WITH app AS (
      INSERT INTO apps (id, code, name, description, url, auto_grant_on_signup, home_pool_id)
      VALUES (${newId()}::uuid, ${app.code}, ${app.name}, ${app.description}, ${app.url}, ${app.autoGrantOnSignup}, ${home}::uuid)
      ON CONFLICT (code) DO NOTHING
      RETURNING id
    ), further AS (
      INSERT INTO app_read_pools (app_id, pool_id, position)
      SELECT app.id, r.pool_id, r.position FROM app, unnest(${further}::uuid[]) WITH ORDINALITY AS r(pool_id, position)
    )
    SELECT id FROM app`);
  return inserted?.id ?? null;
}

/** Not locked, since apps come before pools: it is shown, and nothing depends on it. */
async function codeTaken(tx: Transaction, code: string): Promise<Refusal> {
  const [existing] = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`SELECT id FROM apps WHERE code = ${code}`);
  return conflict('CODE_TAKEN', existing && encodeId('app', existing.id), ['input', 'code']);
}
