import { type Happens, record } from '../../audit.ts';
import type { Context } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { encodeId } from '../../ids.ts';
import type { Person } from '../../locks/person.ts';
import type { LockedSession } from '../../locks/session.ts';

/** Moves the session to another organization, or to none, and records it. The session is locked. */
export async function moveScope(
  tx: Transaction,
  context: Context,
  person: Person,
  session: LockedSession,
  to: string | null,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`UPDATE sessions SET organization_id = ${to}::uuid WHERE id = ${session.id}::uuid`);
  await record(tx, actingAs(context, person, session), {
    action: 'session.scope_changed',
    subject: { type: 'ses', id: session.id },
    // The event belongs to no organization: it names two, and each is none of the other's business.
    changes: [{ field: 'organization', before: organizationId(session.organizationId), after: organizationId(to) }],
  });
}

/** A refresh is sent without an access token, so who acts is read from its session, the impersonator included. */
export function actingAs({ arrival }: Context, person: Person, session: LockedSession): Happens {
  return { arrival, reach: { userId: person.id, userName: person.displayName, impersonation: session.impersonation } };
}

const organizationId = (id: string | null): string | null => id && encodeId('org', id);
