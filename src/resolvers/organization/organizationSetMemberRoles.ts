import { z } from 'zod';
import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { invalid, refuseIf, versionMoved } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { codes, given, parseInput, required } from '../../input.ts';
import { aboutMember, factsOf, isOrgAdmin, lockMember } from './members.ts';
import { namedRoles, type RoleThere, unknownRolesThere } from './roles.ts';
import { setMemberRolesRefused } from './rules.ts';
import { replaceMemberRoles } from './write-membership.ts';

const OrganizationSetMemberRoles = z.object({
  organizationId: required<string>(),
  userId: required<string>(),
  roleCodes: codes,
  expectedVersion: given<number | null>(),
});

export interface OrganizationSetMemberRolesInput {
  readonly organizationId: string;
  readonly userId: string;
  readonly roleCodes: readonly string[];
  readonly expectedVersion?: number | null;
}

/** Replaces a member's roles as a whole; none means `org_member`. The member's access tokens from before are stale at once. */
export async function organizationSetMemberRoles(context: SignedInContext, input: OrganizationSetMemberRolesInput) {
  const { roleCodes, expectedVersion, ...named } = parseInput(OrganizationSetMemberRoles, input);

  return change(context, async (tx) => {
    const { organization, member, rolesThere, power } = await lockMember(tx, context, 'organizationSetMemberRoles', named);
    const roles = namedRoles(rolesThere, roleCodes);
    const added = roles.filter((role) => !member.roles.includes(role));
    const removed = member.roles.filter((role) => !roles.includes(role));

    refuseIf(
      invalid(unknownRolesThere(input.roleCodes, rolesThere)),
      versionMoved(expectedVersion, { id: encodeId('mem', member.membershipId), version: member.version }),
      setMemberRolesRefused(power, await factsOf(tx, organization, member), {
        roles,
        added,
        losesAdmin: removed.some(isOrgAdmin),
      }),
    );

    const ids = (list: readonly RoleThere[]) => list.map(({ id }) => id);
    const outcome = { membershipId: member.membershipId, added: ids(added), removed: ids(removed) };
    if (added.length + removed.length === 0) return outcome;

    const ended = await replaceMemberRoles(tx, organization.id, member, { roles, added, removed });
    await record(tx, context, {
      action: 'organization.member_roles_set',
      subject: { type: 'mem', id: member.membershipId },
      organizationId: organization.id,
      changes: [{ field: 'roles', before: member.roles.map(({ code }) => code), after: roles.map(({ code }) => code) }],
      ...aboutMember(member, ended),
    });
    return outcome;
  });
}
