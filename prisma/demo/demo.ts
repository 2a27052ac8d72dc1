import { apps, grants } from './apps.ts';
import { events } from './events.ts';
import type { Demo } from './insert.ts';
import { invitations } from './invitations.ts';
import { memberships } from './memberships.ts';
import { organizations } from './organizations.ts';
import { people } from './people.ts';
import { sessions } from './sessions.ts';

/** The demo world as it has come to be by `now`. Pure: the same instant gives the same world. */
export function demoOf(now: Date): Demo {
  const everybody = people(now);
  const itsApps = apps(now);
  const itsGrants = grants(now, everybody, itsApps);
  const itsOrganizations = organizations(now, everybody);
  const itsMemberships = memberships(now, everybody, itsOrganizations);
  const past = {
    people: everybody,
    apps: itsApps,
    grants: itsGrants,
    organizations: itsOrganizations,
    memberships: itsMemberships,
    invitations: invitations(now, everybody, itsMemberships),
    sessions: sessions(now, everybody, itsGrants, itsMemberships),
  };
  return { now, ...past, events: events(now, past) };
}
