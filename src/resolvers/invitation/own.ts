import type { SignedInContext } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import type { Refusal } from '../../errors.ts';
import { lockOrganization } from '../../locks/organization.ts';
import { lockPeople, type PersonLock, readCaller } from '../../locks/person.ts';
import { type Named, readInvitation } from './rows.ts';

/**
 * Locks the caller, whoever invites them, and the organization, and reads the invitation to the caller's address. Throws
 * what it is told where there is none: unknown, or another's. An id proves nothing, so the address has to be verified by then.
 */
export async function lockOwnInvitation(tx: Transaction, context: SignedInContext, named: Named | null, unknown: Refusal) {
  const callerId = context.reach.userId;
  // Read before anything is locked, only to find what to lock.
  const found = named && (await readInvitation(tx, named));
  if (!found) throw unknown;
  const inviter: [string, PersonLock][] = found.invitedById ? [[found.invitedById, 'share']] : [];
  const people = await lockPeople(tx, new Map([...inviter, [callerId, 'change']]));
  const organization = await lockOrganization(tx, found.organizationId, 'change');
  const reach = await readCaller(tx, context);
  const invitation = await readInvitation(tx, named);
  const isTheirs = invitation?.email === reach.email && (reach.emailVerified || 'tokenHash' in named);
  if (!organization || !invitation || !isTheirs) throw unknown;
  // The caller is there: their session is, which goes with them.
  return { organization, invitation, caller: people.get(callerId)! };
}
