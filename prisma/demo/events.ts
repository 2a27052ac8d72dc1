import type { App, Grant } from './apps.ts';
import type { Device } from './devices.ts';
import { day, dice } from './dice.ts';
import { ofInvitation, ofMembership, ofOrganization } from './events-of-organizations.ts';
import { failedLogins, ofGrant, ofPerson, ofSession } from './events-of-people.ts';
import type { Invitation } from './invitations.ts';
import type { Membership } from './memberships.ts';
import type { Organization } from './organizations.ts';
import type { Person } from './people.ts';
import type { Session } from './sessions.ts';

export interface Event extends Draft {
  readonly id: string;
  readonly requestId: string;
}

export interface Draft {
  readonly at: Date;
  readonly action: string;
  /** Null for whoever could not be known, as in a failed login. */
  readonly actor: Person | null;
  readonly impersonator?: Person;
  readonly subject?: { readonly type: 'user' | 'org' | 'mem' | 'ses' | 'inv' | 'role'; readonly id: string };
  readonly organization?: Organization | null;
  readonly reason?: string;
  readonly changes?: readonly { readonly field: string; readonly before: Side; readonly after: Side }[];
  readonly metadata?: Record<string, string>;
  /** Where it was done from; the actor's own device unless told. */
  readonly device?: Device;
  /** Whom it is about besides actor and impersonator. */
  readonly people?: readonly Person[];
}

type Side = string | readonly string[] | null;

export interface Past {
  readonly people: readonly Person[];
  readonly apps: readonly App[];
  readonly grants: readonly Grant[];
  readonly organizations: readonly Organization[];
  readonly memberships: readonly Membership[];
  readonly invitations: readonly Invitation[];
  readonly sessions: readonly Session[];
}

/** What the other data say must have happened within the last 90 days, in order: the ids are in the order of their instants. */
export function events(now: Date, past: Past): Event[] {
  const chance = dice(8, now);
  const { people, grants, organizations, memberships, invitations, sessions } = past;
  const staff = people.filter((person) => person.isStaff);
  const accepted = new Set(invitations.filter(({ status }) => status === 'ACCEPTED').map(({ membershipId }) => membershipId));
  const drafts = [
    ...people.flatMap((person) => ofPerson(person, staff, chance)),
    ...grants.flatMap(ofGrant),
    ...organizations.flatMap((organization) => ofOrganization(organization, staff, chance)),
    ...memberships.flatMap((membership) => ofMembership(membership, accepted.has(membership.id), staff, chance)),
    ...invitations.flatMap(ofInvitation),
    ...sessions.flatMap(ofSession),
    ...failedLogins(people, chance),
  ];
  return drafts
    .filter(({ at }) => at > chance.ago(90 * day) && at <= now)
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map((draft) => ({ ...draft, id: chance.id(draft.at), requestId: chance.id(draft.at) }));
}
