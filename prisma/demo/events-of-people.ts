import { encodeId } from '../../src/ids.ts';
import type { Grant } from './apps.ts';
import { device } from './devices.ts';
import { after, type Dice, day, hour, latest, minute } from './dice.ts';
import type { Draft } from './events.ts';
import type { Person } from './people.ts';
import type { Session } from './sessions.ts';

const aboutUser = (person: Person) => ({ subject: { type: 'user' as const, id: person.id }, people: [person] });

export function ofPerson(person: Person, staff: readonly Person[], { chance, pick, between, ago, now }: Dice): Draft[] {
  const { createdAt, platformRoles, suspension } = person;
  const about = aboutUser(person);
  const drafts: Draft[] = [{ at: createdAt, action: 'user.created', actor: person.hasPassword ? person : pick(staff), ...about }];

  if (!person.persona && !person.isStaff && platformRoles.length > 1 && chance(0.3)) {
    const changes = [{ field: 'roles', before: ['base_user'], after: platformRoles }];
    drafts.push({
      at: between(latest(createdAt, ago(90 * day)), now),
      action: 'user.roles_set',
      actor: pick(staff),
      changes,
      ...about,
    });
  }
  if (suspension) {
    const { at, until, reason } = suspension;
    const status = { field: 'status', before: 'ACTIVE', after: 'SUSPENDED' };
    const end = { field: 'suspendedUntil', before: null, after: until?.toISOString() ?? null };
    drafts.push({
      at,
      action: 'user.suspended',
      actor: pick(staff),
      reason,
      changes: until ? [status, end] : [status],
      ...about,
    });
  }
  return drafts;
}

/** What an app gave by itself at a login has no event of its own. */
export function ofGrant({ person, app, grantedAt, grantedBy, revokedAt, revokedBy }: Grant): Draft[] {
  const about = { metadata: { app: app.code }, ...aboutUser(person) };
  const drafts: Draft[] = [];
  if (grantedBy) drafts.push({ at: grantedAt, action: 'app.user_granted', actor: grantedBy, ...about });
  if (revokedAt) drafts.push({ at: revokedAt, action: 'app.user_revoked', actor: revokedBy, ...about });
  return drafts;
}

export function ofSession(session: Session): Draft[] {
  const { id, person, app, createdAt, endedAt, impersonation } = session;
  if (impersonation) return ofImpersonation(session, impersonation.by.person, impersonation.reason);

  const sessionId = encodeId('ses', id);
  const metadata: Record<string, string> = app ? { sessionId, app: app.code } : { sessionId };
  const drafts: Draft[] = [{ at: createdAt, action: 'user.logged_in', actor: person, metadata, ...aboutUser(person) }];
  if (endedAt && !person.suspension) {
    drafts.push({ at: endedAt, action: 'user.logged_out', actor: person, metadata: { sessionId }, ...aboutUser(person) });
  }
  return drafts;
}

function ofImpersonation({ id, person, organization, createdAt, endedAt }: Session, by: Person, reason: string): Draft[] {
  const about = { organization, subject: { type: 'ses' as const, id }, people: [person], device: by.device };
  const drafts: Draft[] = [{ at: createdAt, action: 'impersonation.started', actor: by, reason, ...about }];
  if (endedAt) drafts.push({ at: endedAt, action: 'impersonation.stopped', actor: person, impersonator: by, ...about });
  return drafts;
}

/** Some typing errors, what led to the locks, and somebody who tried unknown addresses; failures within a minute of the first are one event. */
export function failedLogins(people: readonly Person[], chance: Dice): Draft[] {
  const { draw, between, ago, now } = chance;
  const known = people.filter((person) => person.lastLoginAt && !person.suspension && !person.persona);
  const slips = draw(known, 35).map((person) =>
    failed(between(latest(person.createdAt, ago(60 * day)), person.lastLoginAt!), person, chance),
  );
  const locked = people
    .filter((person) => person.lockedUntil)
    .flatMap((person) =>
      [12, 9, 5, 2].map((minutes) => failed(between(ago(minutes * minute), ago((minutes - 1) * minute)), person, chance)),
    );
  const unknown = Array.from({ length: 6 }, () => failed(between(ago(70 * day), after(now, -hour)), null, chance));
  return [...slips, ...locked, ...unknown];
}

const failed = (at: Date, person: Person | null, chance: Dice): Draft => ({
  at,
  action: 'login.refused',
  actor: null,
  metadata: { code: 'INVALID_CREDENTIALS' },
  device: device(chance),
  ...(person && aboutUser(person)),
});
