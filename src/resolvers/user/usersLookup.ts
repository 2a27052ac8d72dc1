import type { Context } from '../../context.ts';
import { normalizeEmail } from '../../email.ts';
import { badInput } from '../../errors.ts';
import { decodeId } from '../../ids.ts';

/**
 * Finds people by ids and addresses; what finds nobody is named, in the order asked. Two spellings of an address are one;
 * what is no address is named as it was sent. BAD_USER_INPUT for too many keys.
 */
export async function lookupUsers({ asking, steward }: Context, ids: readonly string[], emails: readonly string[]) {
  const { user } = asking.loaders;
  const most = steward.settings.limits.lookupKeys;
  const got = ids.length + emails.length;
  if (got > most) throw badInput(`${most} ids and addresses together at most.`, { limit: most, got });

  const uniqueEmails = [...new Set(emails.map((email) => normalizeEmail(email) ?? email))];
  const [byId, byEmail] = await Promise.all([
    Promise.all(
      [...new Set(ids)].map(async (id) => {
        const uuid = decodeId('user', id);
        return { id, found: uuid ? await user.byId.load(uuid) : null };
      }),
    ),
    Promise.all(
      uniqueEmails.map(async (email) => ({ email, found: normalizeEmail(email) ? await user.byEmail.load(email) : [] })),
    ),
  ]);

  const users = [...byId.flatMap(({ found }) => found ?? []), ...byEmail.flatMap(({ found }) => found)];
  return {
    users: [...new Map(users.map((one) => [one.id, one])).values()],
    missingIds: byId.filter(({ found }) => !found).map(({ id }) => id),
    missingEmails: byEmail.filter(({ found }) => !found.length).map(({ email }) => email),
  };
}
