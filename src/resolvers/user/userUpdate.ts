import { z } from 'zod';
import { changed, record } from '../../audit.ts';
import { endedInEvent } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { permissionNotHeld, type Refusal, refuseIf, versionMoved } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { email, given, metadata, optionalExternalId, optionalName, optionalUrl, parseInput, required } from '../../input.ts';
import type { Person } from '../../locks/person.ts';
import { may } from '../../policy.ts';
import type { Reach } from '../../reach.ts';
import { dropCookie } from '../auth/cookie.ts';
import { claimProfile, edited, leaveAddress, type Profile, writeProfile } from './profile.ts';
import { personRefused } from './rules.ts';
import { lockSubjectWithRoles } from './subject.ts';

const UserUpdate = z.object({
  userId: required<string>(),
  email: email.optional(),
  name: optionalName.optional(),
  avatarUrl: optionalUrl.optional(),
  emailVerified: required<boolean>().optional(),
  externalId: optionalExternalId.optional(),
  metadata: metadata.optional(),
  expectedVersion: given<number | null>(),
});

/** Left out stays, null clears; null is refused where nothing may be empty. */
export interface UserUpdateInput {
  readonly userId: string;
  readonly email?: string | null;
  readonly name?: string | null;
  readonly avatarUrl?: string | null;
  readonly emailVerified?: boolean | null;
  readonly externalId?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  readonly expectedVersion?: number | null;
}

/** Edits a person's fields. A new address takes everything from the former one: sessions, links, and its proof. */
export async function userUpdate(context: SignedInContext, input: UserUpdateInput) {
  const { userId, expectedVersion, ...edit } = parseInput(UserUpdate, input);

  return change(context, async (tx, afterCommit) => {
    const { reach, subject, roles } = await lockSubjectWithRoles(tx, context, userId);
    refuseIf(
      versionMoved(expectedVersion, { id: encodeId('user', subject.id), version: subject.version }),
      personRefused(reach, { roles }),
      addressNotHeld(reach, subject, edit),
    );

    const after = edited(subject, edit);
    const changes = changed<Profile>(subject, after);
    if (changes.length === 0) return { userId: subject.id };

    // Before the claims, since addresses are the last of all locks.
    const ended = after.email === subject.email ? null : await leaveAddress(tx, context.steward, subject);
    await claimProfile(tx, subject, after);

    await writeProfile(tx, subject, after, changes);
    await record(tx, context, {
      action: 'user.updated',
      subject: { type: 'user', id: subject.id },
      changes,
      ...(ended && endedInEvent(ended, subject.id)),
    });
    afterCommit(() => dropCookie(context, ended ?? []));
    return { userId: subject.id };
  });
}

/** PERMISSION_NOT_HELD: whoever has another person's address can have their password, so it takes the same right. */
function addressNotHeld(
  reach: Reach,
  subject: Person,
  { email, emailVerified }: { email?: string | undefined; emailVerified?: boolean | undefined },
): Refusal | false {
  const field = email !== undefined ? 'email' : emailVerified !== undefined ? 'emailVerified' : null;
  if (field === null || subject.id === reach.userId || may(reach, 'users:set-password')) return false;
  return permissionNotHeld(['users:set-password'], ['input', field]);
}
