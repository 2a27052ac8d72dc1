import type { App } from './catalog.ts';
import { dieFor } from './die.ts';
import type { Frame } from './frame.ts';
import type { People } from './people.ts';
import { ranges, shareOut } from './ranges.ts';

export interface Grant {
  readonly person: number;
  readonly app: number;
  readonly grantedAt: number;
  /** Null where signing up or in gave it. */
  readonly grantedBy: number | null;
  readonly revokedAt: number | null;
  readonly revokedBy: number | null;
}

export interface Grants {
  grant(grant: number): Grant;
  id(grant: number, grantedAt: number): string;
  /** The apps that let the person in at that instant. */
  appsAt(person: number, instant: number): readonly number[];
}

const die = dieFor('grant');
const idDie = dieFor('grant id');
const countDie = dieFor('number of grants');
const firstDie = dieFor('first app');

/** Nobody has access to an app that does not know them. */
export function grantsOf(frame: Frame, people: People, apps: readonly App[], appsByPool: readonly (readonly number[])[]): Grants {
  const { users, now } = frame;
  const most = Math.min(...appsByPool.map((known) => known.length));
  const counts = shareOut(frame.grants, users, most, (person) => countDie(person).pick([0, 1, 1, 2, 2, 2, 3, 3, 4]));
  const byPerson = ranges(counts);

  function app(person: number, place: number): number {
    const known = appsByPool[people.pool(person)]!;
    const further = people.tags(person).flatMap((pool) => appsByPool[pool]!.filter((one) => !known.includes(one)));
    const all = further.length === 0 ? known : [...known, ...new Set(further)];
    return all[(firstDie(person).skewed(all.length) + place) % all.length]!;
  }

  function grant(number: number): Grant {
    const person = byPerson.ownerOf(number);
    const granted = app(person, number - byPerson.start(person));
    const { autoGrantOnSignup, createdAt } = apps[granted]!;
    const chance = die(number);
    const isByStaff = !autoGrantOnSignup || chance.chance(0.25);
    const grantedAt = chance.between(Math.max(createdAt, people.createdAt(person)), now);
    const isRevoked = chance.chance(0.08);
    return {
      person,
      app: granted,
      grantedAt,
      grantedBy: isByStaff ? people.someStaff(chance) : null,
      revokedAt: isRevoked ? chance.between(grantedAt, now) : null,
      revokedBy: isRevoked ? people.someStaff(chance) : null,
    };
  }

  return {
    grant,
    id: (number, grantedAt) => idDie(number).id(grantedAt),
    appsAt(person, instant) {
      const found: number[] = [];
      for (let number = byPerson.start(person); number < byPerson.start(person + 1); number++) {
        const one = grant(number);
        if (one.grantedAt <= instant && one.revokedAt === null && !apps[one.app]!.isDisabled) found.push(one.app);
      }
      return found;
    },
  };
}
