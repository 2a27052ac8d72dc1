import { z } from 'zod';
import { changed, record } from '../../audit.ts';
import { endedInEvent, endSessionsOf } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma } from '../../database.ts';
import { refuseIf } from '../../errors.ts';
import { futureInstant, parseInput, reason, required } from '../../input.ts';
import { otherSystemAdmins } from './platform-roles.ts';
import { userSuspendRefused } from './rules.ts';
import { lockSubjectWithRoles } from './subject.ts';
import { suspensionOf } from './suspension.ts';
import { writePerson } from './write.ts';

const UserSuspend = z.object({ userId: required<string>(), reason, until: futureInstant.nullish() });

export interface UserSuspendInput {
  readonly userId: string;
  readonly reason: string;
  /** Left out, or null: until it is lifted. */
  readonly until?: Date | null;
}

/** Suspends a person, or changes why and until when. Every session ends, and logins are refused. */
export async function userSuspend(context: SignedInContext, input: UserSuspendInput) {
  return change(context, async (tx) => {
    // Not before: of a repetition the end may have passed.
    const { userId, reason, until = null } = parseInput(UserSuspend, input);
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    const others = await otherSystemAdmins(tx, subject, roles);
    refuseIf(userSuspendRefused(reach, { id: subject.id, roles, otherSystemAdmins: others }));

    const after = { status: 'SUSPENDED', suspensionReason: reason, suspendedUntil: until?.toISOString() ?? null };
    const changes = changed(suspensionOf(subject), after);
    if (changes.length === 0) return { userId: subject.id };

    await writePerson(
      tx,
      subject.id,
      [
        Prisma.sql`status = 'SUSPENDED'`,
        Prisma.sql`suspension_reason = ${reason}`,
        Prisma.sql`suspended_until = ${until}::timestamptz`,
      ],
      { stale: !subject.suspended },
    );
    const ended = await endSessionsOf(tx, subject.id);
    await record(tx, context, {
      action: 'user.suspended',
      subject: { type: 'user', id: subject.id },
      reason,
      changes,
      ...endedInEvent(ended, subject.id),
    });
    return { userId: subject.id };
  });
}
