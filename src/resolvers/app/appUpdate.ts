import { z } from 'zod';
import { changed, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound, refuseIf, versionMoved } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { codes, given, name, optionalDescription, optionalUrl, readInput, required } from '../../input.ts';
import { type App, lockApp } from '../../locks/app.ts';
import { lockCaller } from '../../locks/person.ts';
import { lockPools } from '../../locks/pool.ts';
import { codesIn, type PoolOfApp, readPoolsOf, searched, soundWithPools } from './app-pools.ts';
import { type AppFields, shownFields } from './fields.ts';

const AppUpdate = z.object({
  name: name.optional(),
  description: optionalDescription.optional(),
  url: optionalUrl.optional(),
  status: required<App['status']>().optional(),
  autoGrantOnSignup: required<boolean>().optional(),
  homePoolCode: required<string>().optional(),
  readPoolCodes: codes.nullable().optional(),
  expectedVersion: given<number | null>(),
});

/** Left out stays, null clears; null is refused where nothing may be empty. */
export interface AppUpdateInput {
  readonly appId: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly url?: string | null;
  readonly status?: App['status'] | null;
  readonly autoGrantOnSignup?: boolean | null;
  readonly homePoolCode?: string | null;
  readonly readPoolCodes?: readonly string[] | null;
  readonly expectedVersion?: number | null;
}

/** Edits an app. Who is signed in to one that gets disabled is refused at the next refresh. */
export async function appUpdate(context: SignedInContext, input: AppUpdateInput) {
  const read = readInput(AppUpdate, input);
  const sentPools = { homePoolCode: input.homePoolCode ?? undefined, readPoolCodes: input.readPoolCodes ?? undefined };

  return change(context, async (tx) => {
    await lockCaller(tx, context, 'share');
    const id = decodeId('app', input.appId);
    const app = id && (await lockApp(tx, { id }, 'change'));
    const pools = await lockPools(tx, codesIn(sentPools));
    const { homePoolCode, readPoolCodes, expectedVersion, ...edit } = soundWithPools(read, sentPools, pools);
    if (!app) throw notFound(input.appId, ['input', 'appId']);
    refuseIf(versionMoved(expectedVersion, { id: encodeId('app', app.id), version: app.version }));

    const [formerHome, ...kept] = await readPoolsOf(tx, app);
    const home = homePoolCode === undefined ? formerHome! : pools.get(homePoolCode)!;
    const further = readPoolCodes === undefined ? kept : (readPoolCodes ?? []).map((code) => pools.get(code)!);
    const after = edited(app, edit);
    const readPools = searched(home, further);
    const changes = changed(shownFields(app, [formerHome!, ...kept]), shownFields(after, readPools));
    if (changes.length === 0) return { appId: app.id };

    await writeApp(tx, app.id, after, readPools[0]!);
    if (changes.some(({ field }) => field === 'readPools')) await writeFurtherPools(tx, app.id, readPools.slice(1));
    await record(tx, context, {
      action: 'app.updated',
      subject: { type: 'app', id: app.id },
      changes,
      metadata: { app: app.code },
    });
    return { appId: app.id };
  });
}

/** The fields as an edit leaves them: what is left out stays. */
const edited = (
  before: App,
  { name, description, url, status, autoGrantOnSignup }: { readonly [Field in keyof AppFields]?: AppFields[Field] | undefined },
): AppFields => ({
  name: name ?? before.name,
  description: description === undefined ? before.description : description,
  url: url === undefined ? before.url : url,
  status: status ?? before.status,
  autoGrantOnSignup: autoGrantOnSignup ?? before.autoGrantOnSignup,
});

/** Writes an app, which is locked, and moves its version. */
async function writeApp(tx: Transaction, appId: string, app: AppFields, homePool: PoolOfApp): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE apps
       SET name = ${app.name}, description = ${app.description}, url = ${app.url}, status = ${app.status}::app_status,
           auto_grant_on_signup = ${app.autoGrantOnSignup}, home_pool_id = ${homePool.id}::uuid, version = version + 1, updated_at = now()
     WHERE id = ${appId}::uuid`);
}

/** All anew, since each has its place among them. */
async function writeFurtherPools(tx: Transaction, appId: string, pools: readonly PoolOfApp[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`DELETE FROM app_read_pools WHERE app_id = ${appId}::uuid`);
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO app_read_pools (app_id, pool_id, position)
    SELECT ${appId}::uuid, pool_id, position FROM unnest(${pools.map(({ id }) => id)}::uuid[]) WITH ORDINALITY AS r(pool_id, position)`);
}
