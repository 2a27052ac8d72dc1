import { record } from '../../audit.ts';
import { clearLocks } from '../../auth/login-limits.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf } from '../../errors.ts';
import { personRefused } from './rules.ts';
import { lockSubjectWithRoles } from './subject.ts';

export interface UserUnlockInput {
  readonly userId: string;
}

/** Clears the failed logins and locks of a person's address, from wherever they came. They are no field of the person: no version moves. */
export async function userUnlock(context: SignedInContext, { userId }: UserUnlockInput) {
  return change(context, async (tx) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    refuseIf(personRefused(reach, { roles }));

    const held = await clearLocks(tx, context.steward, subject.email);
    if (held) await record(tx, context, { action: 'user.unlocked', subject: { type: 'user', id: subject.id } });
    return { userId: subject.id };
  });
}
