import { z } from 'zod';
import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { readingIn, type Transaction } from '../../database.ts';
import { refuseIf, stalePlan, versionMoved } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { given, parseInput, reason, required } from '../../input.ts';
import { lockOrganizationsTiedTo } from '../../locks/organization.ts';
import { lockPerson } from '../../locks/person.ts';
import { deletePerson } from './hard-delete-erasure.ts';
import { type HardDeletePlan, holdsPlan, readPlan } from './hard-delete-plan.ts';
import { hardDeleteBlockers } from './hard-delete-rules.ts';
import { otherSystemAdmins } from './platform-roles.ts';
import { lockSubjectWithRoles } from './subject.ts';

const UserHardDelete = z.object({
  userId: required<string>(),
  reason,
  planToken: given<string | null>(),
  expectedVersion: given<number | null>(),
});

export interface UserHardDeleteInput {
  readonly userId: string;
  readonly reason: string;
  /** What the preview gave: what it showed must still hold. Left out, or null: whatever there is by now. */
  readonly planToken?: string | null;
  readonly expectedVersion?: number | null;
}

/** Deletes a person for good, and takes all that the audit says of them out of it but ids and reasons. */
export async function userHardDelete(context: SignedInContext, input: UserHardDeleteInput) {
  const { userId, reason, planToken, expectedVersion } = parseInput(UserHardDelete, input);
  const { secrets } = context.steward;

  return change(context, async (tx) => {
    const { reach, subject } = await lockForDelete(tx, context, userId);
    const { facts, deletes, fingerprint, keys } = await readLockedPlan(tx, context, subject.id);
    const seen = { callerId: reach.userId, personId: subject.id, fingerprint };
    refuseIf(
      versionMoved(expectedVersion, { id: encodeId('user', subject.id), version: subject.version }),
      ...hardDeleteBlockers(reach, facts),
      planToken != null && !holdsPlan(secrets, planToken, seen) && stalePlan(),
    );

    await deletePerson(tx, subject.id, { keys });
    await record(tx, context, {
      action: 'user.hard_deleted',
      subject: { type: 'user', id: subject.id },
      reason,
      // Answers "was this address erased?", and nothing else.
      metadata: { emailHash: secrets.keyedHash('erased-address', subject.email).toString('hex') },
    });
    return { deletedUserId: subject.id, deletes };
  });
}

/**
 * Locks the caller and the person, the organizations where anything refers to the person, the person against any further
 * reference, and who counts as a system admin.
 *
 * The lock that refuses references comes after the organizations: whoever holds one of those refers to the people of their event
 * at the end, and would wait in a circle.
 */
async function lockForDelete(tx: Transaction, context: SignedInContext, userId: string) {
  const locked = await lockSubjectWithRoles(tx, context, userId);
  await lockOrganizationsTiedTo(tx, locked.subject);
  await lockPerson(tx, locked.subject.id, 'delete');
  await otherSystemAdmins(tx, locked.subject, locked.roles);
  return locked;
}

/** The person is there: their row is locked. */
const readLockedPlan = async (tx: Transaction, { steward }: SignedInContext, personId: string): Promise<HardDeletePlan> =>
  (await readPlan(readingIn(tx), steward, personId))!;
