import { encodeId, type IdPrefix } from '../../src/ids.ts';
import { day } from '../demo/dice.ts';
import type { App } from './catalog.ts';
import { type Die, dieFor } from './die.ts';
import type { Frame } from './frame.ts';
import type { Grants } from './grants.ts';
import type { Invitations } from './invitations.ts';
import type { Memberships } from './memberships.ts';
import type { Organizations } from './organizations.ts';
import type { People } from './people.ts';
import { inTime } from './ranges.ts';
import type { Sessions } from './sessions.ts';

export interface Event {
  readonly at: number;
  readonly action: string;
  readonly actor: number;
  /** Whom it is about besides. */
  readonly other: number | null;
  readonly organization: number | null;
  readonly reason: string | null;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  /** What takes a while is worked out once the row is written, not when its place in time is looked for. */
  subject(): { readonly type: IdPrefix; readonly id: string };
  metadata(): Record<string, string>;
}

export interface Events {
  event(event: number): Event;
  id(event: number, at: number): string;
  requestId(event: number, at: number): string;
  inTime(): Iterable<number>;
}

interface World {
  readonly frame: Frame;
  readonly apps: readonly App[];
  readonly people: People;
  readonly organizations: Organizations;
  readonly memberships: Memberships;
  readonly grants: Grants;
  readonly sessions: Sessions;
  readonly invitations: Invitations;
}

const die = dieFor('event');
const idDie = dieFor('event id');
const requestDie = dieFor('request');

/** Of twenty events in a row, each is of the kind of its place. */
const kinds = [
  ...Array.from({ length: 8 }, () => 'login' as const),
  ...Array.from({ length: 5 }, () => 'grant' as const),
  ...(['administration', 'administration', 'membership', 'membership', 'creation', 'invitation', 'foundation'] as const),
];

/** How many of twenty are of the same kind, and which of these each one is. */
const turns = kinds.map((kind, place) => ({
  width: kinds.filter((one) => one === kind).length,
  turn: place - kinds.indexOf(kind),
}));

/** What must have happened, going by the other tables: some of it, since an older part is not in the audit. */
export function eventsOf(world: World): Events {
  const { frame, apps, people, organizations, memberships, grants, sessions, invitations } = world;

  const rounds = Math.ceil(frame.events / kinds.length);

  /** Spreads the events of a kind over all things that they could be about, so that no two are about the same. */
  function thing(event: number, things: number): number {
    const { width, turn } = turns[event % kinds.length]!;
    const ordinal = Math.floor(event / kinds.length) * width + turn;
    return Math.floor((ordinal * things) / (rounds * width));
  }

  const aboutUser = (person: number) => () => ({ type: 'user' as const, id: people.id(person) });
  const nothing = { organization: null, reason: null, changes: [], metadata: () => ({}) };
  /** Who does something to themselves is one person. */
  const both = (actor: number, person: number) => ({ actor, other: person === actor ? null : person });

  function login(number: number, chance: Die): Event {
    const { person, createdAt, app, impersonation } = sessions.session(number);
    if (impersonation) return administration(person, chance);
    return {
      ...nothing,
      ...both(person, person),
      at: createdAt,
      action: 'user.logged_in',
      subject: aboutUser(person),
      metadata(): Record<string, string> {
        const sessionId = encodeId('ses', sessions.id(number, createdAt));
        return app === null ? { sessionId } : { sessionId, app: apps[app]!.code };
      },
    };
  }

  /** What an app gave by itself has no event: the next one that somebody gave, then. */
  function grant(number: number, chance: Die): Event {
    for (let next = number; next < Math.min(number + 6, frame.grants); next++) {
      const { person, app, grantedAt, grantedBy } = grants.grant(next);
      if (grantedBy === null) continue;
      const about = { ...nothing, ...both(grantedBy, person), subject: aboutUser(person) };
      return { ...about, at: grantedAt, action: 'app.user_granted', metadata: () => ({ app: apps[app]!.code }) };
    }
    return administration(grants.grant(number).person, chance);
  }

  function administration(person: number, chance: Die): Event {
    const about = { ...nothing, ...both(people.someStaff(chance), person), subject: aboutUser(person) };
    const suspension = people.suspension(person);
    if (suspension) {
      const changes = [{ field: 'status', before: 'ACTIVE', after: 'SUSPENDED' }];
      return { ...about, at: suspension.at, action: 'user.suspended', reason: suspension.reason, changes };
    }
    const at = chance.between(Math.max(people.createdAt(person), frame.now - 365 * day), frame.now);
    const changes = [{ field: 'roles', before: ['base_user'], after: ['base_user', chance.pick(['seller', 'buyer'])] }];
    return { ...about, at, action: 'user.roles_set', changes };
  }

  function membership(number: number, chance: Die): Event {
    const { organization, person, joinedAt, isOwner, isByOwner } = memberships.membership(number);
    if (isOwner) return administration(person, chance);
    const actor = isByOwner ? organizations.owner(organization) : people.someStaff(chance);
    const subject = () => ({ type: 'mem' as const, id: memberships.id(number, joinedAt) });
    return { ...nothing, ...both(actor, person), at: joinedAt, action: 'organization.member_added', organization, subject };
  }

  function creation(person: number, chance: Die): Event {
    const actor = chance.chance(0.7) ? person : people.someStaff(chance);
    const about = { ...nothing, ...both(actor, person), subject: aboutUser(person) };
    return { ...about, at: people.createdAt(person), action: 'user.created' };
  }

  function invitation(number: number): Event {
    const { organization, email, createdAt } = invitations.invitation(number);
    const owner = organizations.owner(organization);
    const subject = () => ({ type: 'inv' as const, id: invitations.id(number, createdAt) });
    const about = { ...nothing, ...both(owner, owner), organization, subject, metadata: () => ({ email }) };
    return { ...about, at: createdAt, action: 'invitation.created' };
  }

  /** There are fewer organizations than turns. */
  function foundation(organization: number, isRepeated: boolean, chance: Die): Event {
    if (isRepeated) return administration(organizations.owner(organization), chance);
    const createdAt = organizations.createdAt(organization);
    const about = both(people.someStaff(chance), organizations.owner(organization));
    const subject = () => ({ type: 'org' as const, id: organizations.id(organization) });
    return { ...nothing, ...about, at: createdAt, action: 'organization.created', organization, subject };
  }

  function event(number: number): Event {
    const chance = die(number);
    switch (kinds[number % kinds.length]!) {
      case 'login':
        return login(thing(number, frame.sessions), chance);
      case 'grant':
        return grant(thing(number, frame.grants), chance);
      case 'administration':
        return administration(thing(number, frame.users), chance);
      case 'membership':
        return membership(thing(number, frame.memberships), chance);
      case 'creation':
        return creation(thing(number, frame.users), chance);
      case 'invitation':
        return invitation(thing(number, frame.invitations));
      case 'foundation': {
        const organization = thing(number, frame.organizations);
        const isRepeated = number >= kinds.length && thing(number - kinds.length, frame.organizations) === organization;
        return foundation(organization, isRepeated, chance);
      }
    }
  }

  let order: Iterable<number> | undefined;
  return {
    event,
    id: (number, at) => idDie(number).id(at),
    requestId: (number, at) => requestDie(number).id(at),
    inTime() {
      order ??= inTime(frame.events, frame.start, (number) => event(number).at);
      return order;
    },
  };
}
