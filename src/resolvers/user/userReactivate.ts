import { changed, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma } from '../../database.ts';
import { refuseIf } from '../../errors.ts';
import { personRefused } from './rules.ts';
import { lockSubjectWithRoles } from './subject.ts';
import { suspensionOf } from './suspension.ts';
import { writePerson } from './write.ts';

export interface UserReactivateInput {
  readonly userId: string;
}

/** Lifts a suspension; does nothing where there is none, or none any more. */
export async function userReactivate(context: SignedInContext, { userId }: UserReactivateInput) {
  return change(context, async (tx) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    refuseIf(personRefused(reach, { roles }));
    if (!subject.suspended) return { userId: subject.id };

    const columns = [Prisma.sql`status = 'ACTIVE'`, Prisma.sql`suspension_reason = NULL`, Prisma.sql`suspended_until = NULL`];
    await writePerson(tx, subject.id, columns, { stale: false });
    await record(tx, context, {
      action: 'user.reactivated',
      subject: { type: 'user', id: subject.id },
      changes: changed(suspensionOf(subject), { status: 'ACTIVE', suspensionReason: null, suspendedUntil: null }),
    });
    return { userId: subject.id };
  });
}
