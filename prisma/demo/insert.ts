import type { Transaction } from '../../src/database.ts';
import type { Secrets } from '../../src/secrets.ts';
import type { Event, Past } from './events.ts';
import { insertInvitations, insertOrganizations, insertRoles } from './insert-organizations.ts';
import { type HashOf, insertApps, insertPeople, insertPools } from './insert-people.ts';
import { insertEvents, insertLocks, insertSessions } from './insert-sessions.ts';

export interface Demo extends Past {
  readonly now: Date;
  readonly events: readonly Event[];
}

/** Writes everything, a statement for each table, beside what the migrations bring. */
export async function insertDemo(tx: Transaction, demo: Demo, secrets: Secrets, hashOf: HashOf): Promise<void> {
  const pools = await insertPools(tx, demo.now);
  await insertPeople(tx, demo, pools, hashOf);
  await insertApps(tx, demo, pools);
  await insertOrganizations(tx, demo);
  await insertInvitations(tx, demo);
  await insertRoles(tx, demo);
  await insertSessions(tx, demo);
  await insertLocks(tx, demo, secrets);
  await insertEvents(tx, demo.events);
}
