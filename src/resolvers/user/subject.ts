import type { SignedInContext } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { refuseIf } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { type CallerAndSubject, lockSubject } from '../../locks/person.ts';
import { type PlatformRole, rolesOf } from './platform-roles.ts';
import { sessionsOutOfSight } from './rules.ts';

/** What every change of a person begins with: locks the caller and the person, and reads the person's platform roles. */
export async function lockSubjectWithRoles(
  tx: Transaction,
  context: SignedInContext,
  userId: string,
): Promise<CallerAndSubject & { readonly roles: readonly PlatformRole[] }> {
  const { reach, subject } = await lockSubject(tx, context, userId);
  return { reach, subject, roles: await rolesOf(tx, subject.id) };
}

/** Throws NOT_FOUND, as for an unknown person, where the caller is neither the person nor staff with `users:sessions`. */
export const assertSessionsInSight = ({ reach }: SignedInContext, userId: string): void =>
  refuseIf(sessionsOutOfSight(reach, decodeId('user', userId), userId));
