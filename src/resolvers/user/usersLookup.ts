import type { Context } from '../../context.ts';
import { normalizeEmail } from '../../email.ts';
import { badInput } from '../../errors.ts';
import { decodeId } from '../../ids.ts';

/** Finds people by ids and addresses; what finds nobody is named, in the order asked. BAD_USER_INPUT for too many keys. */
export async function lookupUsers({ asking, steward }: Context, ids: readonly string[], emails: readonly string[]) {
  const { user } = asking.loaders;
  const most = steward.settings.limits.lookupKeys;
  const got = ids.length + emails.length;
  if (got > most) throw badInput(`${most} ids and addresses together at most.`, { limit: most, got });

  const [byId, byEmail] = await Promise.all([
    Promise.all(
      [...new Set(ids)]
        .map(async (id) => ({ id, uuid: decodeId('user', id) }))
        .map(async (key) => {
          const { id, uuid } = await key;
          return { id, found: uuid ? await user.byId.load(uuid) : null };
        }),
    ),
    Promise.all(
      [...new Set(emails)].map(async (email) => {
        const address = normalizeEmail(email);
        return { email, found: address ? await user.byEmail.load(address) : [] };
      }),
    ),
  ]);

  const users = [...byId.flatMap(({ found }) => found ?? []), ...byEmail.flatMap(({ found }) => found)];
  return {
    users: [...new Map(users.map((one) => [one.id, one])).values()],
    missingIds: byId.filter(({ found }) => !found).map(({ id }) => id),
    missingEmails: byEmail.filter(({ found }) => !found.length).map(({ email }) => email),
  };
}
