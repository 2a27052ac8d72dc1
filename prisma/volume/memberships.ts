import { dieFor } from './die.ts';
import type { Frame } from './frame.ts';
import type { Organizations } from './organizations.ts';
import type { People } from './people.ts';
import { inTime } from './ranges.ts';

export interface Membership {
  readonly organization: number;
  readonly person: number;
  readonly isOwner: boolean;
  readonly joinedAt: number;
  readonly suspendedAt: number | null;
  readonly isByOwner: boolean;
}

export interface Memberships {
  id(membership: number, joinedAt: number): string;
  membership(membership: number): Membership;
  /** Codes of built-in roles, or numbers of custom ones. */
  roles(membership: number): readonly (string | number)[];
  /** The numbers of all memberships as they came to be. */
  inTime(): Iterable<number>;
}

const die = dieFor('membership');
const idDie = dieFor('membership id');
const roleDie = dieFor('membership roles');

export function membershipsOf(frame: Frame, people: People, organizations: Organizations): Memberships {
  const { now, memberships: count } = frame;
  const { members, customRoles } = organizations;
  const second = frame.membershipRoles - count;

  function membership(number: number): Membership {
    const organization = members.ownerOf(number);
    const place = number - members.start(organization);
    const person = organizations.member(organization, place);
    const isOwner = place === 0;
    const chance = die(number);
    const foundedAt = organizations.createdAt(organization);
    const joinedAt = isOwner ? foundedAt : chance.between(Math.max(foundedAt, people.createdAt(person)), now);
    const isSuspended = !isOwner && chance.chance(0.03);
    return {
      organization,
      person,
      isOwner,
      joinedAt,
      suspendedAt: isSuspended ? chance.between(joinedAt, now) : null,
      isByOwner: !isOwner && chance.chance(0.85),
    };
  }

  function firstRole(number: number, organization: number, place: number): string | number {
    if (place === 0) return 'org_admin';
    const chance = roleDie(number);
    if (chance.chance(0.01)) return 'org_admin';
    if (chance.chance(0.05)) return 'org_manager';
    const own = customRoles.count(organization);
    if (own > 0 && chance.chance(0.2)) return customRoles.start(organization) + chance.skewed(own);
    return chance.pick(['org_member', 'org_member', 'org_member', 'org_member', 'seller', 'buyer']);
  }

  // As many as are wanted, evenly among all.
  const hasSecond = (number: number) => Math.floor(((number + 1) * second) / count) > Math.floor((number * second) / count);

  let order: Iterable<number> | undefined;
  return {
    id: (number, joinedAt) => idDie(number).id(joinedAt),
    membership,
    roles(number) {
      const organization = members.ownerOf(number);
      const first = firstRole(number, organization, number - members.start(organization));
      if (!hasSecond(number)) return [first];
      return [first, first === 'buyer' || first === 'org_member' ? 'seller' : 'buyer'];
    },
    inTime() {
      order ??= inTime(count, frame.start, (number) => membership(number).joinedAt);
      return order;
    },
  };
}
