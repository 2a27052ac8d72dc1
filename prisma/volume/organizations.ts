import { day, minute } from '../demo/dice.ts';
import { organizationKinds, type RoleKind } from '../demo/organization-kinds.ts';
import { circlesOf } from './circles.ts';
import { dieFor } from './die.ts';
import type { Frame } from './frame.ts';
import { nameOf } from './names.ts';
import type { People } from './people.ts';
import { type Ranges, ranges, stride } from './ranges.ts';
import { sizesByRank } from './sizes.ts';

/** What is true of the organization of a number. */
export interface Organizations {
  id(organization: number): string;
  createdAt(organization: number): number;
  owner(organization: number): number;
  suspension(organization: number): { readonly at: number; readonly reason: string } | null;
  called(organization: number): { readonly name: string; readonly slug: string };
  /** The members of all organizations, in a row. The first of each is its owner. */
  readonly members: Ranges;
  /** The person at that place (0 to below the size) of the organization. */
  member(organization: number, place: number): number;
  /** The roles that organizations have made for themselves, in a row. */
  readonly customRoles: Ranges;
  customRole(role: number): CustomRole;
}

export interface CustomRole extends RoleKind {
  readonly id: string;
  readonly organization: number;
  readonly createdAt: number;
}

const roleKinds = [...new Map(organizationKinds.flatMap(({ roles }) => roles.map((role) => [role.code, role]))).values()];

const trades =
  'Auctions, Claims Partners, Textiles, Diagnostics, Shipping, Foods, Estates, Solar, Brewery, Studio, Freight, Robotics, Orchards, Legal, Dental, Logistics, Publishing, Ceramics, Analytics, Bakery, Joinery, Optics, Cycles, Instruments, Travel, Insurance, Software, Interiors, Marine, Nurseries'.split(
    ', ',
  );
const forms = ['', '', '', ' Ltd', ' GmbH', ' & Co', ' Group', ' Collective', ' Holdings'];

const birthDie = dieFor('organization');
const ownerDie = dieFor('owner');
const nameDie = dieFor('organization name');
const suspensionDie = dieFor('organization suspension');
const memberDie = dieFor('members');
const roleCountDie = dieFor('number of custom roles');
const roleDie = dieFor('custom role');

export function organizationsOf(frame: Frame, people: People): Organizations {
  const { organizations: count, now, staff, consulted, consultedEvery } = frame;
  const { founders, busy, ordinary } = circlesOf(frame);

  // How big an organization is has nothing to do with its age.
  const rank = (organization: number) => (organization * stride(count, 0) + Math.floor(count / 3)) % count;
  const sizes = sizesByRank(frame);
  const members = ranges(Uint32Array.from({ length: count }, (_, organization) => sizes[rank(organization)]!));

  /** Somebody who was there before. */
  function owner(organization: number): number {
    const older = Math.floor((founders.size * organization) / count) - 1;
    return founders.person(ownerDie(organization).below(Math.max(1, older)));
  }

  const createdAts = Float64Array.from({ length: count }, (_, organization) =>
    Math.max(frame.cameAt((organization + 0.5) / count), people.createdAt(owner(organization)) + minute),
  );
  const createdAt = (organization: number) => createdAts[organization]!;

  /** The one consultant that an organization may have. */
  function consultant(organization: number): number | null {
    const [turn, place] = [Math.floor(rank(organization) / consultedEvery), rank(organization) % consultedEvery];
    return turn < consulted && place < frame.consultants ? staff + place : null;
  }

  function member(organization: number, place: number): number {
    if (place === 0) return owner(organization);
    const guest = consultant(organization);
    if (guest !== null && place === 1) return guest;
    const own = place - (guest === null ? 1 : 2);
    const ofBusy = Math.min(busy.size, Math.floor(members.count(organization) * 0.3));
    const die = memberDie(organization);
    const [circle, number] = own < ofBusy ? [busy, own] : [ordinary, own - ofBusy];
    const step = stride(circle.size, die.below(8));
    return circle.person((die.below(circle.size) + number * step) % circle.size);
  }

  const roleCounts = Uint8Array.from({ length: count }, (_, organization) => {
    const die = roleCountDie(organization);
    return members.count(organization) >= 5 && die.chance(0.12) ? 1 + die.below(4) : 0;
  });
  const customRoles = ranges(roleCounts);

  return {
    id: (organization) => birthDie(organization).id(createdAt(organization)),
    createdAt,
    owner,
    suspension(organization) {
      const die = suspensionDie(organization);
      if (!die.chance(0.015)) return null;
      return { at: die.between(Math.max(createdAt(organization), now - 100 * day), now), reason: 'Three invoices are unpaid.' };
    },
    called(organization) {
      const die = nameDie(organization);
      const [{ last, family }, trade, form] = [nameOf(die), die.pick(trades), die.pick(forms)];
      return { name: `${family} ${trade}${form}`, slug: `${last}-${trade.toLowerCase().replace(' ', '-')}-${organization}` };
    },
    members,
    member,
    customRoles,
    customRole(role) {
      const organization = customRoles.ownerOf(role);
      const place = role - customRoles.start(organization);
      const kind = roleKinds[(organization + place) % roleKinds.length]!;
      const die = roleDie(role);
      const madeAt = die.between(createdAt(organization), now);
      return { ...kind, id: die.id(madeAt), organization, createdAt: madeAt };
    },
  };
}
