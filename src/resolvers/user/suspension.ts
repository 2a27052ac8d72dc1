import type { Person } from '../../locks/person.ts';

/** A person's suspension as the API shows it; one whose end has passed is none. */
export function suspensionOf({ suspended, suspensionReason, suspendedUntil }: Person) {
  return suspended
    ? { status: 'SUSPENDED', suspensionReason, suspendedUntil: suspendedUntil?.toISOString() ?? null }
    : { status: 'ACTIVE', suspensionReason: null, suspendedUntil: null };
}
