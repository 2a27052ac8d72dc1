import { personas } from '../demo/accounts.ts';
import { type Device, device } from '../demo/devices.ts';
import { day, dice, minute } from '../demo/dice.ts';
import type { Pool } from './catalog.ts';
import { isFounder } from './circles.ts';
import { dieFor } from './die.ts';
import type { Frame } from './frame.ts';
import { addressOf, type Name, nameOf } from './names.ts';

export interface Suspension {
  readonly at: number;
  readonly until: number | null;
  readonly reason: string;
}

/** What is true of the person of a number; worked out whenever somebody asks, but for what everybody asks for. */
export interface People {
  id(person: number): string;
  createdAt(person: number): number;
  /** The place of the home pool in the catalog. */
  pool(person: number): number;
  /** Places of further pools. */
  tags(person: number): readonly number[];
  /** What one would call the person; not everybody has told their name. */
  called(person: number): Name;
  hasName(person: number): boolean;
  email(person: number): string;
  /** Whether the address is also that of the person before, in another pool. */
  isNamesake(person: number): boolean;
  suspension(person: number): Suspension | null;
  /** Null for who has never been here. */
  lastLoginAt(person: number): number | null;
  device(person: number): Device;
  /** One of those who run the platform; a few of them do most of it. */
  someStaff(roll: { skewed(end: number): number }): number;
}

/** The account that one can sign in with. */
export const staffAccount = personas.find(({ persona }) => persona === 'system_admin')!;

const reasons = [
  'Chargeback fraud is being looked into.',
  'Asked to have the account closed; waiting for the last invoice.',
  'Sent the same advertisement to 200 members.',
  'Shared the account with colleagues, against the terms.',
  'The laptop was stolen; on hold until the person has called back.',
];

const birthDie = dieFor('birth');
const poolDie = dieFor('home');
const tagDie = dieFor('tags');
const nameDie = dieFor('name');
const namelessDie = dieFor('nameless');
const addressDie = dieFor('address');
const suspensionDie = dieFor('suspension');
const loginDie = dieFor('last login');
const deviceDie = dieFor('device');

const none: readonly number[] = [];

/** How many days ago people were here last, at most. */
const loginDays = [2, 7, 14, 25, 25, 25, 90, 400];

export function peopleOf(frame: Frame, pools: readonly Pool[]): People {
  const { users, now, staff, consultants } = frame;
  const isPlain = (person: number) => person >= staff + consultants;
  const devices = Array.from({ length: 2000 }, (_, index) => device(dice(index, new Date(now))));

  const createdAts = Float64Array.from({ length: users }, (_, person) =>
    frame.cameAt((person + birthDie(person).roll() * 0.99) / users),
  );
  const createdAt = (person: number) => createdAts[person]!;

  const homes = Uint8Array.from({ length: users }, (_, person) => (person < staff ? 0 : poolOf(poolDie(person).roll(), pools)));
  const pool = (person: number) => homes[person]!;

  /** The same address in two pools is two people, who share nothing but the address: here and there two who came one after the other. */
  const isNamesake = (person: number) => isPlain(person - 1) && person % 50 === 1 && pool(person) !== pool(person - 1);

  function called(person: number): Name {
    return person === 0
      ? { name: staffAccount.name, family: 'Whitcombe', locale: 'en-GB', first: 'adaeze', last: 'whitcombe' }
      : nameOf(nameDie(person));
  }

  function suspension(person: number): Suspension | null {
    const die = suspensionDie(person);
    if (!die.chance(0.02) || !isPlain(person) || isFounder(frame, person)) return null;
    const at = die.between(Math.max(createdAt(person), now - 200 * day), now);
    const until = die.chance(0.4) ? at + (1 + die.below(40)) * day : null;
    return { at, until, reason: die.pick(reasons) };
  }

  /** Zero for who has never been here. */
  const logins = Float64Array.from({ length: users }, (_, person) => {
    const die = loginDie(person);
    if (isPlain(person) && die.chance(0.12)) return 0;
    const to = suspension(person)?.at ?? now - minute;
    const days = isPlain(person) ? die.pick(loginDays) : 2;
    return die.between(Math.max(createdAt(person), to - days * day), to);
  });

  return {
    id: (person) => birthDie(person).id(createdAt(person)),
    createdAt,
    pool,
    tags(person) {
      const die = tagDie(person);
      // Nobody is tagged to where an address could be somebody else's.
      if (!die.chance(0.1) || !isPlain(person) || person % 50 < 2) return none;
      const home = pool(person);
      const first = (home + 1 + die.below(pools.length - 1)) % pools.length;
      const second = (home + 1 + die.below(pools.length - 1)) % pools.length;
      return die.chance(0.2) && first !== second ? [first, second] : [first];
    },
    called,
    hasName: (person) => !isPlain(person) || !namelessDie(person).chance(0.05),
    email(person) {
      if (person === 0) return staffAccount.email;
      const owner = isNamesake(person) ? person - 1 : person;
      return addressOf(called(owner), String(owner), addressDie(owner));
    },
    isNamesake,
    suspension,
    lastLoginAt: (person) => (logins[person] === 0 ? null : logins[person]!),
    device: (person) => deviceDie(person).pick(devices),
    someStaff: (roll) => roll.skewed(staff),
  };
}

function poolOf(roll: number, pools: readonly Pool[]): number {
  let left = roll;
  return Math.max(
    0,
    pools.findIndex(({ share }) => {
      left -= share;
      return left < 0;
    }),
  );
}
