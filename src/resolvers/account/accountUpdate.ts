import { z } from 'zod';
import { changed, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf, versionMoved } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { given, optionalName, optionalUrl, parseInput } from '../../input.ts';
import { lockCaller } from '../../locks/person.ts';
import { edited, type Profile, writeProfile } from '../user/profile.ts';

const AccountUpdate = z.object({
  name: optionalName.optional(),
  avatarUrl: optionalUrl.optional(),
  expectedVersion: given<number | null>(),
});

/** Left out stays, null clears. */
export interface AccountUpdateInput {
  readonly name?: string | null;
  readonly avatarUrl?: string | null;
  readonly expectedVersion?: number | null;
}

/** Edits the caller's own name and picture. Staff who act as somebody edit theirs. */
export async function accountUpdate(context: SignedInContext, input: AccountUpdateInput) {
  const { expectedVersion, ...edit } = parseInput(AccountUpdate, input);

  return change(context, async (tx) => {
    const { caller } = await lockCaller(tx, context, 'change');
    refuseIf(versionMoved(expectedVersion, { id: encodeId('user', caller.id), version: caller.version }));

    const after = edited(caller, edit);
    const changes = changed<Profile>(caller, after);
    if (changes.length === 0) return { userId: caller.id };

    await writeProfile(tx, caller, after, changes);
    await record(tx, context, { action: 'user.updated', subject: { type: 'user', id: caller.id }, changes });
    return { userId: caller.id };
  });
}
