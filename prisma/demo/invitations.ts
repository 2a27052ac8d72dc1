import { after, type Dice, day, dice, earliest, latest } from './dice.ts';
import type { Membership } from './memberships.ts';
import { addressOf, namer } from './names.ts';
import { personasSlug } from './organization-kinds.ts';
import type { CustomRole, Organization } from './organizations.ts';
import type { Person } from './people.ts';

export interface Invitation {
  readonly id: string;
  readonly organization: Organization;
  readonly email: string;
  /** As stored: a PENDING one past its expiry counts as EXPIRED. */
  readonly status: 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';
  readonly roles: readonly (string | CustomRole)[];
  readonly invitedBy: Person;
  /** Who answered it; null where nobody did. */
  readonly person: Person | null;
  /** What came of it, where it was accepted. */
  readonly membershipId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** When it was accepted, declined or revoked. */
  readonly closedAt: Date | null;
  readonly sendError: string | null;
}

/** Pending ones and ended ones of every kind, in all organizations but the smallest. */
export function invitations(now: Date, people: readonly Person[], memberships: readonly Membership[]): Invitation[] {
  const chance = dice(6, now);
  const organizations = [...new Set(memberships.map(({ organization }) => organization))].filter(({ size }) => size > 1);
  return [
    forInvitee(people, memberships, chance),
    ...organizations.flatMap((organization, index) => unanswered(organization, index, people, memberships, chance)),
    ...memberships
      .filter((membership) => membership.invitedBy && chance.chance(0.25))
      .map((membership) => accepted(membership, chance)),
  ];
}

/** Long-lived, so that whoever signs in as the invitee some weeks later still finds it. */
function forInvitee(people: readonly Person[], memberships: readonly Membership[], { ago, now, id }: Dice): Invitation {
  const person = people.find((someone) => someone.persona === 'invitee')!;
  const { organization } = memberships.find((membership) => membership.organization.slug === personasSlug)!;
  const createdAt = ago(day);
  const rest = {
    roles: ['org_member'],
    invitedBy: organization.owner,
    person: null,
    membershipId: null,
    closedAt: null,
    sendError: null,
  };
  return {
    id: id(createdAt),
    organization,
    email: person.email,
    status: 'PENDING',
    createdAt,
    expiresAt: after(now, 29 * day),
    ...rest,
  };
}

function unanswered(
  organization: Organization,
  index: number,
  people: readonly Person[],
  memberships: readonly Membership[],
  chance: Dice,
): Invitation[] {
  const { draw, pick, between, ago, id, below, now } = chance;
  const isOpen = !organization.suspendedAt;
  const statuses: Invitation['status'][] = [
    ...(isOpen ? (['PENDING', 'PENDING'] as const).slice(index % 2) : []),
    'EXPIRED',
    ...(index % 2 ? (['DECLINED'] as const) : (['REVOKED'] as const)),
  ];
  const members = new Set(
    memberships.filter((membership) => membership.organization === organization).map(({ person }) => person),
  );
  const strangers = people.filter((person) => !members.has(person) && !person.persona && !person.isStaff && person.emailVerified);
  const invited = draw(strangers, statuses.length);
  const nextName = namer(dice(100 + index, now));

  return statuses.map((status, place) => {
    // Whoever declined has an account; of the others some have none yet.
    const person = status === 'DECLINED' || place % 2 ? invited[place]! : null;
    const since = status === 'PENDING' ? ago(5 * day) : organization.createdAt;
    const createdAt = between(
      latest(since, person?.createdAt ?? since),
      status === 'EXPIRED' ? latest(since, ago(9 * day)) : now,
    );
    const expiresAt = after(createdAt, (status === 'EXPIRED' ? 7 : pick([7, 7, 14, 30])) * day);
    const isClosed = status === 'DECLINED' || status === 'REVOKED';
    return {
      id: id(createdAt),
      organization,
      email: person?.email ?? addressOf(nextName(), chance),
      // Housekeeping writes the end of an invitation some time after it came, so that both forms occur.
      status: status === 'EXPIRED' && below(2) ? 'PENDING' : status,
      roles: [pick(['org_member', 'org_member', 'seller', ...organization.customRoles])],
      invitedBy: organization.owner,
      person: status === 'DECLINED' ? person : null,
      membershipId: null,
      createdAt,
      expiresAt,
      closedAt: isClosed ? between(createdAt, earliest(expiresAt, now)) : null,
      sendError: status === 'PENDING' && index === 2 ? '550 5.1.1 No such mailbox here' : null,
    };
  });
}

function accepted(
  { id: membershipId, organization, person, roles, joinedAt, invitedBy }: Membership,
  { between, id }: Dice,
): Invitation {
  const createdAt = between(latest(organization.createdAt, after(joinedAt, -6 * day)), joinedAt);
  const rest = { email: person.email, roles, invitedBy: invitedBy!, person, membershipId, sendError: null };
  return {
    id: id(createdAt),
    organization,
    status: 'ACCEPTED',
    createdAt,
    expiresAt: after(createdAt, 7 * day),
    closedAt: joinedAt,
    ...rest,
  };
}
