import { day } from '../demo/dice.ts';
import { circlesOf } from './circles.ts';
import { dieFor } from './die.ts';
import type { Frame } from './frame.ts';
import { addressOf, nameOf } from './names.ts';
import type { Organizations } from './organizations.ts';
import type { People } from './people.ts';
import { ranges, shareOut, stride } from './ranges.ts';

export interface Invitation {
  readonly organization: number;
  readonly email: string;
  /** As stored: a PENDING one past its expiry counts as EXPIRED. */
  readonly status: 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly acceptedAt: number | null;
  /** A built-in code, or the number of a custom role. */
  readonly role: string | number;
  readonly tokenHash: string;
  readonly hasFailed: boolean;
}

export interface Invitations {
  readonly count: number;
  invitation(invitation: number): Invitation;
  id(invitation: number, createdAt: number): string;
}

const die = dieFor('invitation');
const idDie = dieFor('invitation id');
const tokenDie = dieFor('token of an invitation');
const nameDie = dieFor('name of a stranger');
const circleDie = dieFor('invited');

/** Most are pending. The big organizations have more of them, but not as many more as they have members. */
export function invitationsOf(frame: Frame, people: People, organizations: Organizations): Invitations {
  const { now } = frame;
  const { loners } = circlesOf(frame);
  const { members, customRoles } = organizations;
  const counts = shareOut(frame.invitations, frame.organizations, 5000, (organization) => Math.sqrt(members.count(organization)));
  const byOrganization = ranges(counts);

  /** Another one for each place of the organization: by turns somebody who is in none, and somebody without an account. */
  function stranger(organization: number, place: number, number: number): string {
    const chance = circleDie(organization);
    const step = stride(loners.size, chance.below(8));
    const loner = loners.person((chance.below(loners.size) + place * step) % loners.size);
    // Nobody is invited twice, as two people of one address would be.
    if (place % 2 === 0 && !people.isNamesake(loner)) return people.email(loner);
    const name = nameDie(number);
    return addressOf(nameOf(name), String(frame.users + number), name);
  }

  function invitation(number: number): Invitation {
    const organization = byOrganization.ownerOf(number);
    const place = number - byOrganization.start(organization);
    const size = members.count(organization);
    const chance = die(number);
    const foundedAt = organizations.createdAt(organization);
    const fate = organizations.suspension(organization) ? 0.8 + chance.roll() / 5 : chance.roll();
    const lasting = chance.pick([7, 7, 14, 30]) * day;
    // Housekeeping has not yet come by some that have run out.
    const isLate = (fate < 0.08 || fate >= 0.96) && foundedAt < now - lasting;
    const status =
      fate < 0.8 ? 'PENDING' : fate < 0.88 && size > 1 ? 'ACCEPTED' : fate < 0.92 ? 'DECLINED' : isLate ? 'EXPIRED' : 'REVOKED';
    const createdAt = isLate ? chance.between(foundedAt, now - lasting) : chance.between(Math.max(foundedAt, now - lasting), now);
    const own = customRoles.count(organization);
    return {
      organization,
      email:
        status === 'ACCEPTED'
          ? people.email(organizations.member(organization, 1 + chance.below(size - 1)))
          : stranger(organization, place, number),
      status,
      createdAt,
      expiresAt: createdAt + lasting,
      acceptedAt: status === 'ACCEPTED' ? chance.between(createdAt, now) : null,
      role: own > 0 && chance.chance(0.3) ? customRoles.start(organization) + chance.below(own) : 'org_member',
      // By a die of its own, which has not been rolled: two that stand alike after some rolls would give the same bytes.
      tokenHash: tokenDie(number).bytes(),
      hasFailed: status === 'PENDING' && chance.chance(0.01),
    };
  }

  return { count: frame.invitations, invitation, id: (number, createdAt) => idDie(number).id(createdAt) };
}
