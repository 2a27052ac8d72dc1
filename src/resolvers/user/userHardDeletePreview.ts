import type { SignedInContext } from '../../context.ts';
import { type Refusal, ruleRefusal } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { isRefusedWhileImpersonating, policy } from '../../policy.ts';
import { type HardDeletePlan, readPlan, sealPlan } from './hard-delete-plan.ts';
import { hardDeleteBlockers } from './hard-delete-rules.ts';

/** What a hard delete would do, as its caller is shown it. */
export interface HardDeletePreview extends Pick<HardDeletePlan, 'deletes' | 'pseudonymizedAuditEvents'> {
  readonly userId: string;
  /** All that `userHardDelete` would answer the caller, in the order in which it tells the first. */
  readonly blockers: readonly Refusal[];
  readonly planToken: string;
}

/** Reads what a hard delete would do and what stands in its way; null for an id that is nobody's. Nothing is locked. */
export async function userHardDeletePreview(context: SignedInContext, id: string): Promise<HardDeletePreview | null> {
  const { steward, reach } = context;
  const userId = decodeId('user', id);
  const plan = userId && (await readPlan(steward.database, steward, userId));
  if (!plan) return null;
  const { facts, deletes, pseudonymizedAuditEvents, fingerprint } = plan;
  return {
    userId,
    blockers: [
      ...(isRefusedWhileImpersonating(policy.userHardDelete, reach) ? [ruleRefusal('WHILE_IMPERSONATING')] : []),
      ...hardDeleteBlockers(reach, facts),
    ],
    deletes,
    pseudonymizedAuditEvents,
    planToken: sealPlan(steward.secrets, { callerId: reach.userId, personId: userId, fingerprint }),
  };
}
