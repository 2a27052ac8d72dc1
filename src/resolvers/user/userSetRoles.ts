import { z } from 'zod';
import { record } from '../../audit.ts';
import { endedInEvent } from '../../auth/sessions.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { invalid, refuseIf, versionMoved } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { codes, given, parseInput, required } from '../../input.ts';
import { lockSubject } from '../../locks/person.ts';
import { lookUpRoles, otherSystemAdmins, rankOf, replaceRoles, unknownRoles } from './platform-roles.ts';
import { userSetRolesRefused } from './rules.ts';

const UserSetRoles = z.object({ userId: required<string>(), roleCodes: codes, expectedVersion: given<number | null>() });

export interface UserSetRolesInput {
  readonly userId: string;
  readonly roleCodes: readonly string[];
  readonly expectedVersion?: number | null;
}

/** Replaces a person's platform roles as a whole. Their access tokens from before are stale at once. */
export async function userSetRoles(context: SignedInContext, input: UserSetRolesInput) {
  const { userId, roleCodes, expectedVersion } = parseInput(UserSetRoles, input);

  return change(context, async (tx) => {
    const { reach, subject } = await lockSubject(tx, context, userId);
    const { held, named } = await lookUpRoles(tx, subject.id, roleCodes);
    const added = named.filter(({ id }) => !held.some((role) => role.id === id));
    const removed = held.filter(({ id }) => !named.some((role) => role.id === id));
    const person = { id: subject.id, roles: held, otherSystemAdmins: await otherSystemAdmins(tx, subject, removed) };

    refuseIf(
      invalid(unknownRoles(input.roleCodes, named)),
      versionMoved(expectedVersion, { id: encodeId('user', subject.id), version: subject.version }),
      userSetRolesRefused(reach, person, named),
    );

    const outcome = { userId: subject.id, added: added.map(({ id }) => id), removed: removed.map(({ id }) => id) };
    if (added.length + removed.length === 0) return outcome;

    const ended = await replaceRoles(tx, subject.id, { added, removed, rank: rankOf(named) });
    await record(tx, context, {
      action: 'user.roles_set',
      subject: { type: 'user', id: subject.id },
      changes: [{ field: 'roles', before: held.map(({ code }) => code), after: named.map(({ code }) => code) }],
      ...(ended.length > 0 && endedInEvent(ended, subject.id)),
    });
    return outcome;
  });
}
