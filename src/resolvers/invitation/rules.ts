import { conflict, invitationClosed, type Refusal } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { may, mayIn, type Power, powerIn } from '../../policy.ts';
import type { Reach } from '../../reach.ts';
import { namedRoles, type RoleThere } from '../organization/roles.ts';
import { givesTooMuch, outOfReachThere, outranks, type RoleFacts } from '../organization/rules.ts';

export interface InvitationFacts {
  /** As it counts now: a pending one past its end is EXPIRED. */
  readonly status: 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';
}

/** Only a pending invitation is accepted or withdrawn. */
export const notPending = ({ status }: InvitationFacts): Refusal | false => status !== 'PENDING' && invitationClosed(status);

/** Only one that nobody has answered or withdrawn is sent again or declined: its time may be over. */
export const answered = ({ status }: InvitationFacts): Refusal | false =>
  status !== 'PENDING' && status !== 'EXPIRED' && invitationClosed(status);

/** Who sends an invitation again offers its roles anew. */
export const resendRefused = (
  power: Power,
  invitation: InvitationFacts & {
    readonly roles: readonly RoleFacts[];
    /** The membership of whoever has the address, where they are a member already. */
    readonly membershipId: string | null;
  },
): Refusal | false =>
  outOfReachThere(power, invitation.roles) ||
  givesTooMuch(power, invitation.roles) ||
  answered(invitation) ||
  (invitation.membershipId !== null &&
    conflict('ALREADY_MEMBER', encodeId('mem', invitation.membershipId), ['input', 'invitationId']));

/** What an inviter's word rests on. */
export type InviterReach = Pick<Reach, 'permissions' | 'organizations'>;

/**
 * The roles of an invitation that its inviter could still give by now; `org_member` where none is left. Nobody has the power
 * who is gone or suspended, or may not invite there any more.
 */
export function giveable(
  inviter: InviterReach | null,
  organizationId: string,
  roles: readonly RoleThere[],
  rolesThere: readonly RoleThere[],
): RoleThere[] {
  const mayInvite = may(inviter, 'organizations:members') || mayIn(inviter, organizationId, 'org:members:invite');
  const power = powerIn(inviter, organizationId);
  const held: ReadonlySet<string> = power.permissions;
  const given = mayInvite
    ? roles.filter((role) => !outranks(power, role) && role.permissions.every((code) => held.has(code)))
    : [];
  return given.length > 0 ? given : namedRoles(rolesThere, []);
}
