import { type Dice, dice, latest } from './dice.ts';
import { personasSlug } from './organization-kinds.ts';
import type { CustomRole, Organization } from './organizations.ts';
import type { Person } from './people.ts';

export interface Membership {
  readonly id: string;
  readonly organization: Organization;
  readonly person: Person;
  /** Codes of built-in roles, or the organization's own roles. */
  readonly roles: readonly (string | CustomRole)[];
  readonly joinedAt: Date;
  readonly invitedBy: Person | null;
  readonly suspendedAt: Date | null;
}

/** What the personas of the organization are there, and nothing besides. */
const roleOfPersona: Partial<Record<string, string>> = {
  org_owner: 'org_admin',
  org_admin: 'org_admin',
  org_manager: 'org_manager',
  org_member: 'org_member',
};

/** Fills every organization up to its size: most people are in one, some in none, a few consultants in many. */
export function memberships(now: Date, people: readonly Person[], organizations: readonly Organization[]): Membership[] {
  const chance = dice(5, now);
  const ordinary = people.filter((person) => !person.persona && !person.isStaff);
  const consultants = ordinary
    .filter((person) => person.pool === 'default' && person.lastLoginAt && !person.suspension)
    .slice(0, 5);
  const joined = new Map<Person, number>();

  return organizations.flatMap((organization, index) => {
    const { owner, pools, size, slug } = organization;
    const members = new Set([owner]);
    if (slug === personasSlug)
      for (const person of people) if (person.persona && roleOfPersona[person.persona]) members.add(person);
    if (size >= 5)
      for (const person of consultants.filter((_, place) => place === 0 || (place + index) % 2 === 0)) members.add(person);

    // Who is nowhere yet comes first, with exceptions.
    const eligible = chance.draw(ordinary, ordinary.length).filter((person) => pools.includes(person.pool));
    const order = new Map(eligible.map((person) => [person, chance.chance(0.12) ? 0 : (joined.get(person) ?? 0)]));
    for (const person of eligible.sort((a, b) => order.get(a)! - order.get(b)!)) if (members.size < size) members.add(person);

    return [...members].map((person, place) => {
      joined.set(person, (joined.get(person) ?? 0) + 1);
      return membership(organization, person, place, chance);
    });
  });
}

function membership(organization: Organization, person: Person, place: number, chance: Dice): Membership {
  const { owner, createdAt } = organization;
  const isOwner = person === owner;
  const joinedAt = isOwner ? createdAt : chance.between(latest(createdAt, person.createdAt), chance.now);
  const fixed = isOwner ? 'org_admin' : person.persona && roleOfPersona[person.persona];
  return {
    id: chance.id(joinedAt),
    organization,
    person,
    roles: fixed ? [fixed] : rolesOf(organization, place, chance),
    joinedAt,
    invitedBy: isOwner || chance.chance(0.15) ? null : owner,
    suspendedAt: !fixed && chance.chance(0.06) ? chance.between(joinedAt, chance.now) : null,
  };
}

function rolesOf({ size, customRoles }: Organization, place: number, { chance, pick }: Dice): (string | CustomRole)[] {
  if (place < size / 15) return ['org_admin'];
  if (place < size / 6) return chance(0.4) ? ['org_manager', 'seller'] : ['org_manager'];
  if (customRoles.length > 0 && chance(0.3)) return chance(0.5) ? [pick(customRoles)] : ['org_member', pick(customRoles)];
  return pick([['org_member'], ['org_member'], ['org_member', 'buyer'], ['seller'], ['buyer'], ['seller', 'buyer']]);
}
