import { activeAdmin } from '../../active-admin.ts';
import { type EndedSession, endedInEvent } from '../../auth/sessions.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound, type Refusal } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import type { Organization } from '../../locks/organization.ts';
import type { Person } from '../../locks/person.ts';
import type { FieldThere } from '../../policy.ts';
import { type RoleThere, readRolesThere } from './roles.ts';
import { lastOrgAdmin, type MemberFacts } from './rules.ts';
import { lockThere, type There } from './there.ts';

/** A membership as the locked organization has it. */
export interface Member {
  readonly membershipId: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly version: number;
  readonly person: Person;
  /** What the membership carries, most powerful first. */
  readonly roles: readonly RoleThere[];
}

type MembershipFacts = Pick<Member, 'membershipId' | 'status' | 'version'>;

/** A person's membership in an organization, which is locked; null where there is none. */
export async function readMembership(tx: Transaction, organizationId: string, userId: string) {
  const [membership] = await tx.$queryRaw<(MembershipFacts & { roleIds: string[] })[]>(Prisma.sql`
    SELECT m.id AS "membershipId", m.status::text, m.version,
           ARRAY(SELECT mr.role_id FROM membership_roles mr WHERE mr.membership_id = m.id) AS "roleIds"
      FROM memberships m WHERE m.organization_id = ${organizationId}::uuid AND m.user_id = ${userId}::uuid`);
  return membership ?? null;
}

/**
 * Locks the caller, the member that the input names and the organization, and reads what the member is there. Throws
 * NOT_FOUND alike for an unknown organization, an unknown person and one who is no member.
 */
export async function lockMember(
  tx: Transaction,
  context: SignedInContext,
  field: FieldThere,
  { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
): Promise<There & { readonly member: Member; readonly rolesThere: readonly RoleThere[] }> {
  const id = decodeId('user', userId);
  const there = await lockThere(tx, context, field, organizationId, { people: new Map(id ? [[id, 'change']] : []) });
  const person = id && there.people.get(id);
  const found = person && (await readMember(tx, there.organization.id, person));
  if (!found) throw notFound(userId, ['input', 'userId']);
  return { ...there, ...found };
}

/** What a locked person is in a locked organization, and the roles that there are; null where they are no member. */
export async function readMember(tx: Transaction, organizationId: string, person: Person) {
  const membership = await readMembership(tx, organizationId, person.id);
  if (!membership) return null;
  const rolesThere = await readRolesThere(tx, organizationId);
  const { roleIds, ...facts } = membership;
  const member: Member = { ...facts, person, roles: rolesThere.filter((role) => roleIds.includes(role.id)) };
  return { member, rolesThere };
}

/** What the rules look at of a member of a locked organization. */
export const factsOf = async (tx: Transaction, organization: Organization, member: Member): Promise<MemberFacts> => ({
  userId: member.person.id,
  isOwner: organization.ownerId === member.person.id,
  roles: member.roles,
  isLastAdmin: await isLastAdmin(tx, organization.id, member),
});

/** LAST_ORG_ADMIN where the member is the last one whose membership and account are active. */
export const leavesNoOrgAdmin = async (tx: Transaction, organizationId: string, member: Member): Promise<Refusal | false> =>
  lastOrgAdmin(!(await isLastAdmin(tx, organizationId, member)));

/** The organization is locked, so of two admins who go at once the second is looked at after the first. */
async function isLastAdmin(tx: Transaction, organizationId: string, member: Member): Promise<boolean> {
  const counts = member.status === 'ACTIVE' && !member.person.suspended && member.roles.some(isOrgAdmin);
  if (!counts) return false;
  const others = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT FROM memberships m JOIN users u ON u.id = m.user_id
     WHERE m.organization_id = ${organizationId}::uuid AND m.user_id <> ${member.person.id}::uuid AND ${Prisma.raw(activeAdmin)}
     LIMIT 1`);
  return others.length === 0;
}

export const isOrgAdmin = ({ builtIn, code }: Pick<RoleThere, 'builtIn' | 'code'>): boolean => builtIn && code === 'org_admin';

/** What the event of a change of a member says besides: whom it is about, and the impersonations that ended with it. */
export function aboutMember({ person }: Member, ended: readonly EndedSession[]) {
  const { metadata, people } = endedInEvent(ended, person.id);
  return { people: [person.id, ...people], ...(ended.length > 0 && { metadata }) };
}
