import type { SignedInContext } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { notFound, refuseIf } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { type App, lockApp } from '../../locks/app.ts';
import type { CallerAndSubject } from '../../locks/person.ts';
import { personRefused } from '../user/rules.ts';
import { lockSubjectWithRoles } from '../user/subject.ts';

export interface PersonAndApp {
  readonly userId: string;
  readonly appId: string;
}

/** Locks the caller, a person and an app. Throws NOT_FOUND for an unknown id, RANK_TOO_LOW for a person out of the caller's reach. */
export async function lockPersonAtApp(
  tx: Transaction,
  context: SignedInContext,
  { userId, appId }: PersonAndApp,
): Promise<CallerAndSubject & { readonly app: App }> {
  const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
  const id = decodeId('app', appId);
  const app = id && (await lockApp(tx, { id }));
  if (!app) throw notFound(appId, ['input', 'appId']);
  refuseIf(personRefused(reach, { roles }));
  return { reach, subject, app };
}
