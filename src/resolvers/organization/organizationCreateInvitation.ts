import { z } from 'zod';
import { begun, record } from '../../audit.ts';
import { hashOfOpaqueToken, newOpaqueToken } from '../../auth/opaque-tokens.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { conflict, type InputIssue, invalid, refuseIf } from '../../errors.ts';
import { encodeId, newId } from '../../ids.ts';
import { codes, email, invitationDays, type ReadInput, readInput, required } from '../../input.ts';
import { replacePending } from '../invitation/close.ts';
import { offered } from '../invitation/offer.ts';
import { membershipOfAddress, peopleOfAddress } from '../invitation/rows.ts';
import { countInvitation, sendInvitation } from '../invitation/send.ts';
import { type RoleThere, readRolesThere, unknownRoleId, unknownRolesThere } from './roles.ts';
import { givesTooMuch, outOfReachThere } from './rules.ts';
import { lockThere } from './there.ts';

const OrganizationCreateInvitation = z.object({
  organizationId: required<string>(),
  email,
  roleIds: codes.nullish(),
  roleCodes: codes.nullish(),
  expiresInDays: invitationDays,
});

export interface OrganizationCreateInvitationInput {
  readonly organizationId: string;
  readonly email: string;
  readonly roleIds?: readonly string[] | null;
  readonly roleCodes?: readonly string[] | null;
  readonly expiresInDays: number;
}

/** Invites an address. One invitation to it is pending in the organization: an older one is withdrawn, and its link is dead. */
export async function organizationCreateInvitation(context: SignedInContext, input: OrganizationCreateInvitationInput) {
  const read = readInput(OrganizationCreateInvitation, input);
  const { steward } = context;

  return change(context, async (tx) => {
    const there = await lockThere(tx, context, 'organizationCreateInvitation', input.organizationId);
    const { organization, power, reach } = there;
    const rolesThere = await readRolesThere(tx, organization.id);
    const sound = soundWithRoles(read, input.roleCodes ?? [], rolesThere);
    const roles = offered(rolesThere, sound.roleIds ?? [], sound.roleCodes ?? []);
    const member = await membershipOfAddress(tx, organization.id, sound.email);
    refuseIf(
      unknownRoleId(input.roleIds ?? [], rolesThere),
      outOfReachThere(power, roles),
      givesTooMuch(power, roles),
      member !== null && conflict('ALREADY_MEMBER', encodeId('mem', member), ['input', 'email']),
    );
    await countInvitation(tx, steward, reach);

    const replaced = await replacePending(tx, { organizationId: organization.id, email: sound.email });
    const token = newOpaqueToken();
    const made = { id: newId(), email: sound.email, token, roles };
    const days = sound.expiresInDays;
    const expiresAt = await insert(tx, { ...made, days, organizationId: organization.id, invitedById: reach.userId });
    await sendInvitation(tx, steward, there, { ...made, expiresAt });
    await record(tx, context, {
      action: 'invitation.created',
      subject: { type: 'inv', id: made.id },
      organizationId: organization.id,
      changes: begun({ roles: roles.map(({ code }) => code), expiresAt: expiresAt.toISOString() }),
      metadata: { email: sound.email, ...(replaced && { replaced }) },
      people: await peopleOfAddress(tx, sound.email),
    });
    return { invitationId: made.id, replaced };
  });
}

/** Everything that is wrong with the input, in the order of its fields; of too many roles none is looked at. */
function soundWithRoles<Out>(
  { issues, value }: ReadInput<Out>,
  roleCodes: readonly string[],
  rolesThere: readonly RoleThere[],
): Out {
  const areTooMany = issues.some(({ path }) => path.includes('roleCodes'));
  const fields = Object.keys(OrganizationCreateInvitation.shape);
  const fieldOf = ({ path }: InputIssue): number => fields.indexOf(path[1]!);
  const all = [...issues, ...(areTooMany ? [] : unknownRolesThere(roleCodes, rolesThere))];
  const refusal = invalid(all.sort((a, b) => fieldOf(a) - fieldOf(b)));
  if (refusal || value === null) throw refusal;
  return value;
}

interface NewInvitation {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  readonly token: string;
  readonly invitedById: string;
  readonly days: number;
  readonly roles: readonly RoleThere[];
}

async function insert(tx: Transaction, invitation: NewInvitation): Promise<Date> {
  const { id, organizationId, email: to, token, invitedById, days, roles } = invitation;
  const [made] = await tx.$queryRaw<{ expiresAt: Date }[]>(Prisma.sql`
    INSERT INTO invitations (id, organization_id, email, token_hash, invited_by_id, expires_at)
    VALUES (${id}::uuid, ${organizationId}::uuid, ${to}, ${hashOfOpaqueToken(token)}::bytea, ${invitedById}::uuid,
            now() + make_interval(days => ${days}::int))
    RETURNING expires_at AS "expiresAt"`);
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO invitation_roles (invitation_id, role_id)
    SELECT ${id}::uuid, role_id FROM unnest(${roles.map((role) => role.id)}::uuid[]) AS role_id`);
  return made!.expiresAt;
}
