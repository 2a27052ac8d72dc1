import { conflict, type InputIssue, permissionNotHeld, type Refusal, rankTooLow, ruleRefusal } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import type { Power } from '../../policy.ts';
import { onOneself } from '../user/rules.ts';

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
  ownerKept({ isOwner: organization.ownerId === userId });

const ownerKept = ({ isOwner }: Pick<MemberFacts, 'isOwner'>): Refusal | false => isOwner && ruleRefusal('OWNER_PROTECTED');

/** Somebody whose membership and account are active keeps `org_admin`. Asked where such a member would lose it. */
export const lastOrgAdmin = (hasOtherActiveAdmin: boolean): Refusal | false =>
  !hasOtherActiveAdmin && ruleRefusal('LAST_ORG_ADMIN');

/** Nobody joins a suspended organization, be they added, invited or signing up. */
export const closedToJoin = (organization: { readonly status: 'ACTIVE' | 'SUSPENDED' }): Refusal | false =>
  organization.status === 'SUSPENDED' && ruleRefusal('ORGANIZATION_SUSPENDED');

// ---------------------------------------------------------------- of each mutation, in the order in which it is told

/** What a change of a member depends on. */
export interface MemberFacts {
  readonly userId: string;
  readonly isOwner: boolean;
  readonly roles: readonly Pick<RoleFacts, 'code' | 'rank'>[];
  /** Whether nobody else is there whose membership and account are active and who has `org_admin`, as this member has. */
  readonly isLastAdmin: boolean;
}

type Caller = { readonly userId: string };

export const removeMemberRefused = (caller: Caller, power: Power, member: MemberFacts): Refusal | false =>
  onOneself(caller, { id: member.userId }) || ownerKept(member) || outOfReachThere(power, member.roles) || adminKept(member);

/** Whoever may be suspended as a member may be removed; restoring one asks for less. */
export const setMemberStatusRefused = (
  caller: Caller,
  power: Power,
  member: MemberFacts,
  status: 'ACTIVE' | 'SUSPENDED',
): Refusal | false =>
  status === 'SUSPENDED' ? removeMemberRefused(caller, power, member) : outOfReachThere(power, member.roles);

/** Asked with all that the member is to have, with what of it is new, and whether `org_admin` goes. */
export function setMemberRolesRefused(
  power: Power,
  member: MemberFacts,
  change: { readonly roles: readonly RoleFacts[]; readonly added: readonly RoleFacts[]; readonly losesAdmin: boolean },
): Refusal | false {
  return (
    (change.losesAdmin && ownerKept(member)) ||
    outOfReachThere(power, [...member.roles, ...change.roles]) ||
    givesTooMuch(power, change.added) ||
    (change.losesAdmin && adminKept(member))
  );
}

const adminKept = ({ isLastAdmin }: MemberFacts): Refusal | false => isLastAdmin && lastOrgAdmin(false);

/** What a person depends on who is to own an organization. To own it already is no change. */
export interface NewOwnerFacts {
  readonly isOwner: boolean;
  readonly membershipStatus: 'ACTIVE' | 'SUSPENDED';
  readonly personSuspended: boolean;
}

export const newOwnerRefused = ({ isOwner, membershipStatus, personSuspended }: NewOwnerFacts): Refusal | false =>
  !isOwner &&
  ((membershipStatus === 'SUSPENDED' && ruleRefusal('NOT_A_MEMBER')) || (personSuspended && ruleRefusal('USER_SUSPENDED')));

/** Asked with the roles that the new member is to have, and the membership that there is already. */
export const addMemberRefused = (
  power: Power,
  organization: { readonly status: 'ACTIVE' | 'SUSPENDED' },
  roles: readonly RoleFacts[],
  presentId: string | null,
): Refusal | false =>
  outOfReachThere(power, roles) ||
  givesTooMuch(power, roles) ||
  closedToJoin(organization) ||
  (presentId !== null && conflict('ALREADY_MEMBER', encodeId('mem', presentId), ['input', 'userId']));

export const mostCustomRoles = 100;

/** What stands against one more role of the organization's own, told with whatever else is wrong with the input. */
export const tooManyRoles = (customRoles: number): InputIssue[] =>
  customRoles < mostCustomRoles
    ? []
    : [{ path: ['input'], code: 'TOO_MANY', message: `An organization has ${mostCustomRoles} roles of its own at most.` }];

/** Asked with a role as it is and, where it is edited, as it will be and with the permissions that come to it. */
export const changeRoleRefused = (
  power: Power,
  role: Pick<RoleFacts, 'code' | 'rank'> & { readonly builtIn: boolean },
  edit?: { readonly after: Pick<RoleFacts, 'code' | 'rank'>; readonly added: readonly string[] },
): Refusal | false =>
  (role.builtIn && ruleRefusal('BUILT_IN')) ||
  outOfReachThere(power, edit ? [role, edit.after] : [role]) ||
  givesTooMuch(power, [{ permissions: edit?.added ?? [] }]);
