import { loginLockKey } from '../../src/auth/login-limits.ts';
import type { Transaction } from '../../src/database.ts';
import type { Secrets } from '../../src/secrets.ts';
import { after, minute } from './dice.ts';
import type { Event, Past } from './events.ts';
import type { Demo } from './insert.ts';
import { insertRows } from './insert-rows.ts';
import type { Person } from './people.ts';

/** Sessions that others were started from come first in the list, and so in the table. */
export async function insertSessions(tx: Transaction, { sessions }: Past): Promise<void> {
  await insertRows(
    tx,
    'sessions',
    sessions.map(({ person, app, organization, impersonation, ...session }) => ({
      ...session,
      ...(impersonation?.by.person ?? person).device,
      userId: person.id,
      appId: app?.id ?? null,
      organizationId: organization?.id ?? null,
      impersonatorId: impersonation?.by.person.id ?? null,
      impersonationReason: impersonation?.reason ?? null,
      startedFromId: impersonation?.by.id ?? null,
      boundToId: impersonation?.boundTo?.id ?? null,
    })),
  );
}

/** The locks of addresses for strangers, which `User.lockedUntil` shows. */
export async function insertLocks(tx: Transaction, { people, now }: Demo, secrets: Secrets): Promise<void> {
  await insertRows(
    tx,
    'login_locks',
    people.flatMap(({ email, lockedUntil }) => {
      if (!lockedUntil) return [];
      const key = Uint8Array.from(loginLockKey(secrets, email));
      return {
        key,
        addressKey: key,
        failedAt: [5, 4, 3, 2, 1].map((minutes) => after(now, -minutes * minute)),
        lockedUntil,
        updatedAt: now,
      };
    }),
  );
}

/** They are written in one transaction, so that their ids alone give their order. */
export async function insertEvents(tx: Transaction, events: readonly Event[]): Promise<void> {
  await insertRows(
    tx,
    'audit_events',
    events.map((event) => ({
      id: event.id,
      action: event.action,
      occurredAt: event.at,
      actorId: event.actor?.id ?? null,
      actorName: nameOf(event.actor),
      impersonatorId: event.impersonator?.id ?? null,
      impersonatorName: nameOf(event.impersonator),
      subjectType: event.subject?.type ?? null,
      subjectId: event.subject?.id ?? null,
      organizationId: event.organization?.id ?? null,
      reason: event.reason ?? null,
      changes: event.changes ?? [],
      metadata: event.metadata ?? {},
      ipAddress: (event.device ?? event.actor?.device)?.ipAddress ?? null,
      userAgent: (event.device ?? event.actor?.device)?.userAgent ?? null,
      requestId: event.requestId,
    })),
  );
  await insertRows(
    tx,
    'audit_event_people',
    events.flatMap((event) => peopleOf(event).map((userId) => ({ userId, eventId: event.id }))),
  );
}

const nameOf = (person: Person | null | undefined): string | null => (person ? (person.name ?? person.email) : null);

const peopleOf = ({ actor, impersonator, people = [] }: Event): string[] => {
  const everybody = [actor, impersonator, ...people].flatMap((person) => (person ? [person.id] : []));
  return [...new Set(everybody)];
};
