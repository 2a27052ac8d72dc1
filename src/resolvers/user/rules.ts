import { notFound, type Refusal, rankTooLow, ruleRefusal } from '../../errors.ts';
import { may } from '../../policy.ts';
import type { Reach } from '../../reach.ts';

/** A platform role as rules look at it. */
export interface RoleFacts {
  readonly code: string;
  readonly rank: number;
}

/**
 * Nobody gives, takes away or edits a role more powerful than their own best rank, and nobody changes a person who holds
 * one. Asked with what was and with what will be.
 */
export function outOfReach(caller: { readonly rank: number }, roles: readonly RoleFacts[]): Refusal | false {
  const beyond = roles.filter(({ rank }) => rank < caller.rank).map(({ code }) => code);
  return beyond.length > 0 && rankTooLow([...new Set(beyond)]);
}

/** Somebody who is active keeps `system_admin`, whatever is taken away. Asked where an active holder would lose it. */
export const lastSystemAdmin = (otherActiveHolders: number): Refusal | false =>
  otherActiveHolders === 0 && ruleRefusal('LAST_SYSTEM_ADMIN');

/** Nobody suspends, impersonates or hard-deletes themselves. */
export const onOneself = (caller: { readonly userId: string }, subject: { readonly id: string }): Refusal | false =>
  caller.userId === subject.id && ruleRefusal('SELF_NOT_ALLOWED');

// ---------------------------------------------------------------- of each mutation, in the order in which it is told

/** What a change of a person depends on. */
export interface PersonFacts {
  readonly id: string;
  /** Of the platform. */
  readonly roles: readonly RoleFacts[];
}

type Caller = Pick<Reach, 'userId' | 'rank'>;

/** What every change of a person asks, where it asks for no more. */
export const personRefused = (caller: Caller, { roles }: Pick<PersonFacts, 'roles'>): Refusal | false =>
  outOfReach(caller, roles);

/** `otherSystemAdmins` is how many others are active and hold `system_admin`; null where the person is not one of them. */
export const userSuspendRefused = (
  caller: Caller,
  person: PersonFacts & { readonly otherSystemAdmins: number | null },
): Refusal | false => onOneself(caller, person) || outOfReach(caller, person.roles) || losesSystemAdmin(person.otherSystemAdmins);

/** `otherSystemAdmins` is null as well where the person keeps `system_admin`. */
export const userSetRolesRefused = (
  caller: Caller,
  person: PersonFacts & { readonly otherSystemAdmins: number | null },
  named: readonly RoleFacts[],
): Refusal | false => outOfReach(caller, [...person.roles, ...named]) || losesSystemAdmin(person.otherSystemAdmins);

const losesSystemAdmin = (others: number | null): Refusal | false => others !== null && lastSystemAdmin(others);

/** Sessions of somebody else are out of sight without `users:sessions`: NOT_FOUND, as for an unknown person. */
export const sessionsOutOfSight = (
  caller: Pick<Reach, 'userId' | 'permissions'>,
  userId: string | null,
  id: string,
): Refusal | false => userId !== caller.userId && !may(caller, 'users:sessions') && notFound(id, ['input', 'userId']);
