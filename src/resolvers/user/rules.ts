import { type Refusal, rankTooLow, ruleRefusal } from '../../errors.ts';

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
