import type { App, Grant } from './apps.ts';
import { after, type Dice, day, dice, earliest, hour, latest, minute } from './dice.ts';
import type { Membership } from './memberships.ts';
import type { Organization } from './organizations.ts';
import type { Person } from './people.ts';

export interface Session {
  readonly id: string;
  readonly person: Person;
  readonly app: App | null;
  readonly organization: Organization | null;
  readonly rememberMe: boolean;
  readonly createdAt: Date;
  readonly lastActiveAt: Date;
  readonly expiresAt: Date;
  readonly endsAt: Date;
  /** Null where it lives, or ran out. */
  readonly endedAt: Date | null;
  readonly impersonation: Impersonation | null;
}

export interface Impersonation {
  readonly by: Session;
  readonly reason: string;
  /** The organization that it can't leave; null where staff impersonate. */
  readonly boundTo: Organization | null;
}

/** Who signed in within the last weeks has one to three sessions. None has a refresh token, since nobody holds one. */
export function sessions(
  now: Date,
  people: readonly Person[],
  grants: readonly Grant[],
  memberships: readonly Membership[],
): Session[] {
  const chance = dice(7, now);
  const logins = people.flatMap((person) => {
    const { lastLoginAt } = person;
    if (!lastLoginAt || lastLoginAt < chance.ago(60 * day)) return [];
    const earlier = Array.from({ length: chance.pick([0, 0, 1, 2]) }, () =>
      chance.between(latest(person.createdAt, after(lastLoginAt, -40 * day)), lastLoginAt),
    );
    return [...earlier, lastLoginAt].map((createdAt) => login(person, createdAt, grants, memberships, chance));
  });
  return [...logins, ...impersonations(logins, memberships, chance)];
}

function login(
  person: Person,
  createdAt: Date,
  grants: readonly Grant[],
  memberships: readonly Membership[],
  chance: Dice,
): Session {
  const { now } = chance;
  const apps = grants.filter(
    (grant) => grant.person === person && grant.grantedAt <= createdAt && !grant.revokedAt && !grant.app.isDisabled,
  );
  const scopes = memberships.filter(
    (membership) => membership.person === person && membership.joinedAt <= createdAt && isUsable(membership),
  );
  const rememberMe = chance.chance(0.3);
  const end = person.suspension?.at ?? now;
  // Staff have just been here, so that one of them can be impersonating somebody.
  const isHere = person.isStaff && createdAt === person.lastLoginAt;
  const lastActiveAt = isHere
    ? after(now, -minute)
    : chance.between(createdAt, earliest(end, after(createdAt, (rememberMe ? 25 : 6) * day)));
  const endsAt = after(createdAt, 90 * day);
  const isLoggedOut = !isHere && chance.chance(0.35);
  return {
    id: chance.id(createdAt),
    person,
    app: apps.length > 0 && chance.chance(0.8) ? chance.pick(apps).app : null,
    organization: scopes.length > 0 && chance.chance(0.4) ? chance.pick(scopes).organization : null,
    rememberMe,
    createdAt,
    lastActiveAt: toTheMinute(lastActiveAt, createdAt),
    expiresAt: earliest(after(lastActiveAt, (rememberMe ? 30 : 7) * day), endsAt),
    endsAt,
    endedAt: isLoggedOut ? lastActiveAt : (person.suspension?.at ?? null),
    impersonation: null,
  };
}

const isUsable = ({ suspendedAt, organization }: Membership): boolean => !suspendedAt && !organization.suspendedAt;

function toTheMinute(instant: Date, least: Date): Date {
  return latest(new Date(Math.floor(instant.getTime() / minute) * minute), least);
}

/** One goes on while the data is made; two by staff and one by an organization's admin are over. */
function impersonations(logins: readonly Session[], memberships: readonly Membership[], chance: Dice): Session[] {
  const { ago, pick, now } = chance;
  const ofStaff = logins.filter(({ person, createdAt }) => person.isStaff && !person.persona && createdAt === person.lastLoginAt);
  const targets = logins
    .filter(({ person }) => !person.persona && !person.isStaff && !person.suspension)
    .map(({ person }) => person);
  const [admin, member] = adminAndMember(
    logins.filter(({ createdAt }) => createdAt < ago(5 * hour)),
    memberships,
  );

  const [first, second, third] = [pick(ofStaff), pick(ofStaff), pick(ofStaff)];

  return [
    impersonate(pick(targets), first, ago(12 * minute), 'Ticket 48213: the order list stays empty for this person.'),
    impersonate(pick(targets), second, after(second.createdAt, 8 * minute), 'Ticket 48190: checking that the new role shows.', 6),
    impersonate(pick(targets), third, after(third.createdAt, 21 * minute), 'Called about a missing invoice, reference 7741.', 4),
    impersonate(member.person, admin, ago(3 * hour), 'Shows a colleague where the catalogue is.', 60, member.organization),
  ];

  /** Stopped after that many minutes; 60 is its natural end, and null is none yet. */
  function impersonate(
    person: Person,
    by: Session,
    createdAt: Date,
    reason: string,
    minutes: number | null = null,
    boundTo: Organization | null = null,
  ): Session {
    const endsAt = after(createdAt, hour);
    const until = minutes === null ? after(now, -minute) : after(createdAt, minutes * minute);
    return {
      id: chance.id(createdAt),
      person,
      app: null,
      organization: boundTo,
      rememberMe: false,
      createdAt,
      lastActiveAt: toTheMinute(until, createdAt),
      expiresAt: endsAt,
      endsAt,
      endedAt: minutes === null || minutes === 60 ? null : until,
      impersonation: { by, reason, boundTo },
    };
  }
}

/** Somebody with org_admin who has a session, and an active member of the same organization without any power. */
function adminAndMember(logins: readonly Session[], memberships: readonly Membership[]): [Session, Membership] {
  for (const session of logins.filter(({ person, endedAt }) => !person.persona && !endedAt)) {
    const owned = memberships.find(({ organization, person }) => person === session.person && organization.owner === person);
    const member =
      owned && memberships.find((membership) => membership.organization === owned.organization && isPlain(membership));
    if (member && isUsable(owned)) return [session, member];
  }
  throw new Error('The demo data have no owner with a session.');
}

const isPlain = (membership: Membership): boolean =>
  isUsable(membership) &&
  membership.roles.every((role) => role === 'org_member') &&
  !membership.person.persona &&
  !membership.person.suspension &&
  membership.person.platformRoles.join() === 'base_user';
