import { day, dice } from './dice.ts';
import { type OrganizationKind, organizationKinds, personasSlug, type RoleKind } from './organization-kinds.ts';
import type { Person } from './people.ts';

export interface Organization extends OrganizationKind {
  readonly id: string;
  readonly owner: Person;
  readonly createdAt: Date;
  readonly suspendedAt: Date | null;
  readonly customRoles: readonly CustomRole[];
}

export interface CustomRole extends RoleKind {
  readonly id: string;
  readonly createdAt: Date;
}

/** Organizations with their custom roles; one person owns two of them. */
export function organizations(now: Date, people: readonly Person[]): Organization[] {
  const { ago, between, id, pick } = dice(4, now);
  const owners: Person[] = [];

  function ownerOf(kind: OrganizationKind, createdAt: Date): Person {
    if (kind.slug === personasSlug) return people.find((person) => person.persona === 'org_owner')!;
    if (kind.slug === 'old-mill-brewery') return owners[1]!;
    return pick(people.filter((person) => mayOwn(person, kind, createdAt) && !owners.includes(person)));
  }

  return organizationKinds.map((kind) => {
    const createdAt = ago(kind.since * day);
    const owner = ownerOf(kind, createdAt);
    owners.push(owner);
    const suspendedAt = kind.suspension && ago(kind.suspension.daysAgo * day);
    const customRoles = kind.roles.map((role) => {
      const madeAt = between(createdAt, now);
      return { ...role, id: id(madeAt), createdAt: madeAt };
    });
    return { ...kind, id: id(createdAt), owner, createdAt, suspendedAt, customRoles };
  });
}

const mayOwn = (person: Person, kind: OrganizationKind, createdAt: Date): boolean =>
  kind.pools.includes(person.pool) &&
  !person.persona &&
  !person.isStaff &&
  !person.suspension &&
  person.name !== null &&
  person.emailVerified &&
  person.lastLoginAt !== null &&
  person.createdAt < createdAt;
