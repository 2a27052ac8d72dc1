import { type App, appsByPool, appsOf, type Pool, poolsOf } from './catalog.ts';
import { type Events, eventsOf } from './events.ts';
import type { Frame } from './frame.ts';
import { type Grants, grantsOf } from './grants.ts';
import { type Invitations, invitationsOf } from './invitations.ts';
import { type Memberships, membershipsOf } from './memberships.ts';
import { type Organizations, organizationsOf } from './organizations.ts';
import { type People, peopleOf } from './people.ts';
import { type Sessions, sessionsOf } from './sessions.ts';

/** What the migrations have brought. */
export interface Given {
  readonly defaultPool: { readonly id: string; readonly name: string; readonly description: string | null };
  /** Ids of the built-in roles, by code. */
  readonly platformRoles: ReadonlyMap<string, string>;
  readonly organizationRoles: ReadonlyMap<string, string>;
  /** Where audit events of this transaction have their place. */
  readonly generation: number;
  readonly transaction: string;
}

export interface World {
  readonly frame: Frame;
  readonly given: Given;
  readonly pools: readonly Pool[];
  readonly apps: readonly App[];
  readonly people: People;
  readonly grants: Grants;
  readonly organizations: Organizations;
  readonly memberships: Memberships;
  readonly invitations: Invitations;
  readonly sessions: Sessions;
  readonly events: Events;
}

/** Everything by its number, nothing of it made before it is asked for. What is kept are counts: some 100 bytes for each person. */
export function worldOf(frame: Frame, given: Given): World {
  const pools = poolsOf(frame, given.defaultPool);
  const apps = appsOf(frame, pools);
  const people = peopleOf(frame, pools);
  const grants = grantsOf(frame, people, apps, appsByPool(pools, apps));
  const organizations = organizationsOf(frame, people);
  const memberships = membershipsOf(frame, people, organizations);
  const invitations = invitationsOf(frame, people, organizations);
  const sessions = sessionsOf(frame, people, memberships, grants);
  const parts = { frame, apps, people, grants, organizations, memberships, invitations, sessions };
  return { ...parts, given, pools, events: eventsOf(parts) };
}
