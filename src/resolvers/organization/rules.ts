import { permissionNotHeld, type Refusal, rankTooLow, ruleRefusal } from '../../errors.ts';
import type { Power } from '../../policy.ts';

/** What a role is, as rules look at it. */
export interface RoleFacts {
  readonly code: string;
  readonly rank: number;
  readonly permissions: readonly string[];
}

/** Nobody gives a role more powerful than their own best rank there. */
export const outranks = (power: Power, role: Pick<RoleFacts, 'rank'>): boolean => role.rank < power.rank;

/**
 * Nobody gives, takes away or edits a role more powerful than their own best rank there, and nobody changes a member who holds
 * one. Asked with what was and with what will be. What the person is elsewhere does not count: platform roles are none there.
 */
export function outOfReachThere(power: Power, roles: readonly Pick<RoleFacts, 'code' | 'rank'>[]): Refusal | false {
  const beyond = roles.filter((role) => outranks(power, role)).map(({ code }) => code);
  return beyond.length > 0 && rankTooLow([...new Set(beyond)]);
}

/** Nobody gives a permission that they do not hold there, be it by a role that they give or by one that they edit. */
export function givesTooMuch(power: Power, roles: readonly Pick<RoleFacts, 'permissions'>[]): Refusal | false {
  const held: ReadonlySet<string> = power.permissions;
  const given = new Set(roles.flatMap(({ permissions }) => permissions));
  return permissionNotHeld([...given].filter((code) => !held.has(code)).sort());
}

/** The owner's membership is active and has `org_admin`, until the ownership is transferred. */
export const ownerProtected = (organization: { readonly ownerId: string }, userId: string): Refusal | false =>
  organization.ownerId === userId && ruleRefusal('OWNER_PROTECTED');

/** Somebody whose membership and account are active keeps `org_admin`. Asked where such a member would lose it. */
export const lastOrgAdmin = (hasOtherActiveAdmin: boolean): Refusal | false =>
  !hasOtherActiveAdmin && ruleRefusal('LAST_ORG_ADMIN');

/** Nobody joins a suspended organization, be they added, invited or signing up. */
export const closedToJoin = (organization: { readonly status: 'ACTIVE' | 'SUSPENDED' }): Refusal | false =>
  organization.status === 'SUSPENDED' && ruleRefusal('ORGANIZATION_SUSPENDED');
