import { day, hour, minute } from '../demo/dice.ts';
import { circlesOf } from './circles.ts';
import { type Die, dieFor } from './die.ts';
import type { Frame } from './frame.ts';
import type { Grants } from './grants.ts';
import type { Memberships } from './memberships.ts';
import type { People } from './people.ts';
import { ranges, shareOut } from './ranges.ts';

export interface Session {
  readonly person: number;
  readonly createdAt: number;
  readonly lastActiveAt: number;
  readonly expiresAt: number;
  readonly endsAt: number;
  readonly endedAt: number | null;
  readonly rememberMe: boolean;
  readonly app: number | null;
  /** The organization that it is scoped to. */
  readonly organization: number | null;
  readonly impersonation: {
    readonly by: number;
    readonly startedFrom: number;
    readonly startedAt: number;
    readonly reason: string;
  } | null;
}

export interface Sessions {
  session(session: number): Session;
  id(session: number, createdAt: number): string;
}

const die = dieFor('session');
const idDie = dieFor('session id');
const countDie = dieFor('number of sessions');

/** First those that people began by themselves, person by person; then those in the scope of an organization; then impersonations. */
export function sessionsOf(frame: Frame, people: People, memberships: Memberships, grants: Grants): Sessions {
  const { users, now, staff, consultants } = frame;
  const impersonated = Math.ceil(users / 2000);
  const scoped = Math.floor(users * 0.4);
  const own = frame.sessions - scoped - impersonated;
  const { ordinary } = circlesOf(frame);

  const byPerson = ranges(
    shareOut(own, users, 200, (person) => {
      const lastLoginAt = people.lastLoginAt(person);
      if (lastLoginAt === null) return 0;
      const chance = countDie(person);
      if (person < staff + consultants || chance.chance(0.001)) return 25;
      return lastLoginAt < now - 60 * day ? 0.5 : chance.pick([1, 1, 1, 2, 2, 3, 4]);
    }),
  );

  /** Most live; some ended, by logging out or with a suspension, and some ran out. */
  function session(person: number, createdAt: number, chance: Die): Session {
    const suspendedAt = people.suspension(person)?.at ?? null;
    const rememberMe = chance.chance(0.6);
    const window = (rememberMe ? 30 : 7) * day;
    const fate = chance.roll();
    const isLive = fate < 0.82 && createdAt > now - 88 * day && suspendedAt === null;
    const isOver = !isLive && (fate < 0.9 || suspendedAt !== null);
    const until = isLive ? now - minute : Math.min(suspendedAt ?? now, createdAt + window);
    const from = isLive ? Math.max(createdAt, now - window + hour) : createdAt;
    // To the minute, but not before it began.
    const lastActiveAt = Math.max(createdAt, Math.floor(chance.between(from, until) / minute) * minute);
    const endsAt = createdAt + 90 * day;
    const end = Math.min(lastActiveAt + window, endsAt);
    const usable = grants.appsAt(person, createdAt);
    return {
      person,
      createdAt,
      lastActiveAt,
      expiresAt: isLive || isOver ? end : Math.min(end, now - minute),
      endsAt,
      endedAt: isOver ? (suspendedAt ?? lastActiveAt) : null,
      rememberMe,
      app: usable.length > 0 && chance.chance(0.8) ? chance.pick(usable) : null,
      organization: null,
      impersonation: null,
    };
  }

  function ownSession(number: number): Session {
    const person = byPerson.ownerOf(number);
    const chance = die(number);
    const lastLoginAt = people.lastLoginAt(person)!;
    const isLast = number === byPerson.start(person);
    const since = Math.max(people.createdAt(person), lastLoginAt - 60 * day);
    return session(person, isLast ? lastLoginAt : chance.between(since, lastLoginAt), chance);
  }

  function scopedSession(number: number): Session {
    const chance = die(number);
    // One membership in seven or so: the next one, where its person has never been here.
    let at = Math.floor(((number - own) * frame.memberships) / scoped);
    while (people.lastLoginAt(memberships.membership(at).person) === null) at = (at + 1) % frame.memberships;
    const { person, organization, joinedAt, suspendedAt } = memberships.membership(at);
    const lastLoginAt = people.lastLoginAt(person)!;
    const createdAt = chance.between(Math.max(people.createdAt(person), joinedAt, lastLoginAt - 60 * day), lastLoginAt);
    const isMember = joinedAt <= lastLoginAt && suspendedAt === null;
    const begun = Math.min(createdAt, lastLoginAt);
    return { ...session(person, begun, chance), organization: isMember ? organization : null };
  }

  function impersonation(number: number): Session {
    const chance = die(number);
    const by = people.someStaff(chance);
    const startedFrom = byPerson.start(by);
    const from = ownSession(startedFrom);
    const createdAt = chance.between(from.createdAt, from.lastActiveAt);
    const until = Math.min(createdAt + (1 + chance.below(50)) * minute, from.endedAt ?? now);
    return {
      person: ordinary.person(chance.below(ordinary.size)),
      createdAt,
      lastActiveAt: createdAt,
      expiresAt: createdAt + hour,
      endsAt: createdAt + hour,
      endedAt: Math.max(createdAt, until),
      rememberMe: false,
      app: null,
      organization: null,
      impersonation: {
        by,
        startedFrom,
        startedAt: from.createdAt,
        reason: `Ticket ${40_000 + number}: a page stays empty for this person.`,
      },
    };
  }

  const anySession = (number: number): Session =>
    number < own ? ownSession(number) : number < own + scoped ? scopedSession(number) : impersonation(number);

  return { session: anySession, id: (number, createdAt) => idDie(number).id(createdAt) };
}
