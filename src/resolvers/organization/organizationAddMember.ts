import { z } from 'zod';
import { begun, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { invalid, notFound, refuseIf } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { codes, parseInput, required } from '../../input.ts';
import { readMembership } from './members.ts';
import { namedRoles, readRolesThere, unknownRolesThere } from './roles.ts';
import { addMemberRefused } from './rules.ts';
import { lockThere } from './there.ts';
import { insertMembership } from './write-membership.ts';

const OrganizationAddMember = z.object({
  organizationId: required<string>(),
  userId: required<string>(),
  roleCodes: codes.nullish(),
});

export interface OrganizationAddMemberInput {
  readonly organizationId: string;
  readonly userId: string;
  /** None, null or left out means `org_member`. */
  readonly roleCodes?: readonly string[] | null;
}

/** Makes a person who has an account a member. It only adds, so the access tokens that they have go on. */
export async function organizationAddMember(context: SignedInContext, input: OrganizationAddMemberInput) {
  const { organizationId, userId, roleCodes } = parseInput(OrganizationAddMember, input);

  return change(context, async (tx) => {
    const id = decodeId('user', userId);
    const people = new Map(id ? [[id, 'share' as const]] : []);
    const there = await lockThere(tx, context, 'organizationAddMember', organizationId, { people });
    const { organization, power, reach } = there;
    const person = id && there.people.get(id);
    if (!person) throw notFound(userId, ['input', 'userId']);

    const rolesThere = await readRolesThere(tx, organization.id);
    const roles = namedRoles(rolesThere, roleCodes ?? []);
    const present = await readMembership(tx, organization.id, person.id);
    refuseIf(
      invalid(unknownRolesThere(input.roleCodes ?? [], rolesThere)),
      addMemberRefused(power, organization, roles, present?.membershipId ?? null),
    );

    const joining = { organizationId: organization.id, userId: person.id, roles, invitedById: reach.userId };
    const membershipId = await insertMembership(tx, joining);
    await record(tx, context, {
      action: 'organization.member_added',
      subject: { type: 'mem', id: membershipId },
      organizationId: organization.id,
      changes: begun({ roles: roles.map(({ code }) => code) }),
      people: [person.id],
    });
    return { membershipId };
  });
}
