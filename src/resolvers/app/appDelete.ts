import { z } from 'zod';
import { gone, record } from '../../audit.ts';
import { endSessionsAt } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { optionalReason, parseInput, required } from '../../input.ts';
import { lockApp } from '../../locks/app.ts';
import { lockCaller } from '../../locks/person.ts';
import { dropCookie } from '../auth/cookie.ts';
import { readPoolsOf } from './app-pools.ts';
import { shownFields } from './fields.ts';

const AppDelete = z.object({ appId: required<string>(), reason: optionalReason.default(null) });

export interface AppDeleteInput {
  readonly appId: string;
  readonly reason?: string | null;
}

/**
 * Deletes an app with every grant of it, and ends the sessions that signed in to it. Nobody's tokens get stale: those of
 * its sessions are over with them, and it takes nothing from any other.
 */
export async function appDelete(context: SignedInContext, input: AppDeleteInput) {
  const { appId, reason } = parseInput(AppDelete, input);

  return change(context, async (tx, afterCommit) => {
    await lockCaller(tx, context, 'share');
    const id = decodeId('app', appId);
    const app = id && (await lockApp(tx, { id }, 'delete'));
    if (!app) throw notFound(appId, ['input', 'appId']);
    const readPools = await readPoolsOf(tx, app);

    const ended = await endSessionsAt(tx, app.id);
    const deletedGrants = await deleteApp(tx, app.id);
    const impersonations = ended.filter(({ impersonatorId }) => impersonatorId !== null);
    await record(tx, context, {
      action: 'app.deleted',
      subject: { type: 'app', id: app.id },
      reason,
      changes: gone({ code: app.code, ...shownFields(app, readPools) }),
      metadata: {
        app: app.code,
        deletedGrants,
        revokedSessions: ended.length - impersonations.length,
        endedImpersonations: impersonations.length,
      },
      // Not of the many who had access: the event is about the app.
      people: impersonations.flatMap(({ userId, impersonatorId }) => [userId, impersonatorId!]),
    });
    afterCommit(() => dropCookie(context, ended));
    return { appId: app.id, deletedGrants };
  });
}

/** Deletes an app, which is locked, and counts its grants. Whoever grants it waits for the lock, so there come no more. */
async function deleteApp(tx: Transaction, appId: string): Promise<number> {
  const deletedGrants = await tx.$executeRaw(Prisma.sql`DELETE FROM app_grants WHERE app_id = ${appId}::uuid`);
  await tx.$executeRaw(Prisma.sql`DELETE FROM apps WHERE id = ${appId}::uuid`);
  return deletedGrants;
}
