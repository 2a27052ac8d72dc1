import { after, type Dice, day } from './dice.ts';
import type { Draft } from './events.ts';
import type { Invitation } from './invitations.ts';
import type { Membership } from './memberships.ts';
import type { Organization } from './organizations.ts';
import type { Person } from './people.ts';

export function ofOrganization(organization: Organization, staff: readonly Person[], { pick }: Dice): Draft[] {
  const { id, owner, createdAt, suspendedAt, suspension, customRoles } = organization;
  const about = { organization, subject: { type: 'org' as const, id }, people: [owner] };
  const drafts: Draft[] = [{ at: createdAt, action: 'organization.created', actor: pick(staff), ...about }];
  if (suspendedAt) {
    const changes = [{ field: 'status', before: 'ACTIVE', after: 'SUSPENDED' }];
    drafts.push({
      at: suspendedAt,
      action: 'organization.suspended',
      actor: pick(staff),
      reason: suspension!.reason,
      changes,
      ...about,
    });
  }
  for (const role of customRoles) {
    const subject = { type: 'role' as const, id: role.id };
    drafts.push({ at: role.createdAt, action: 'organization.role_created', actor: owner, organization, subject });
  }
  return drafts;
}

/** Whoever came by an invitation was not added by anybody. */
export function ofMembership(membership: Membership, isByInvitation: boolean, staff: readonly Person[], chance: Dice): Draft[] {
  const { id, organization, person, roles, joinedAt, invitedBy, suspendedAt } = membership;
  const { owner } = organization;
  const about = { organization, subject: { type: 'mem' as const, id }, people: [person] };
  const drafts: Draft[] = [];

  if (person !== owner && !isByInvitation) {
    drafts.push({ at: joinedAt, action: 'organization.member_added', actor: invitedBy ?? chance.pick(staff), ...about });
  }
  if (roles.length > 1 && chance.chance(0.7)) {
    const codes = roles.map((role) => (typeof role === 'string' ? role : role.code));
    const changes = [{ field: 'roles', before: ['org_member'], after: codes }];
    const at = chance.between(joinedAt, after(joinedAt, 60 * day));
    drafts.push({ at, action: 'organization.member_roles_set', actor: owner, changes, ...about });
  }
  if (suspendedAt) {
    const changes = [{ field: 'status', before: 'ACTIVE', after: 'SUSPENDED' }];
    drafts.push({ at: suspendedAt, action: 'organization.member_status_set', actor: owner, changes, ...about });
  }
  return drafts;
}

/** Accepted and declined by the invited person, revoked by who had invited. */
export function ofInvitation({ id, organization, email, status, invitedBy, person, createdAt, closedAt }: Invitation): Draft[] {
  const about = { organization, subject: { type: 'inv' as const, id }, people: person ? [person] : [] };
  const created: Draft = { at: createdAt, action: 'invitation.created', actor: invitedBy, metadata: { email }, ...about };
  if (!closedAt) return [created];
  return [created, { at: closedAt, action: `invitation.${status.toLowerCase()}`, actor: person ?? invitedBy, ...about }];
}
