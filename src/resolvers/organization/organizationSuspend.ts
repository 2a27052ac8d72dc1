import { z } from 'zod';
import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { parseInput, reason, required } from '../../input.ts';
import { suspensionChanges, writeSuspension } from './suspension.ts';
import { lockThere } from './there.ts';

const OrganizationSuspend = z.object({ organizationId: required<string>(), reason });

export interface OrganizationSuspendInput {
  readonly organizationId: string;
  readonly reason: string;
}

/** Stops self-service at once. Sessions stay, and members read the organization's own fields; of one that is suspended the reason can change. */
export async function organizationSuspend(context: SignedInContext, input: OrganizationSuspendInput) {
  const { organizationId, reason } = parseInput(OrganizationSuspend, input);

  return change(context, async (tx) => {
    const { organization } = await lockThere(tx, context, 'organizationSuspend', organizationId);
    const after = { status: 'SUSPENDED', suspensionReason: reason } as const;
    const changes = suspensionChanges(organization, after);
    if (changes.length === 0) return { organizationId: organization.id };

    await writeSuspension(tx, organization.id, after);
    await record(tx, context, {
      action: 'organization.suspended',
      subject: { type: 'org', id: organization.id },
      organizationId: organization.id,
      reason,
      changes,
      people: [organization.ownerId],
    });
    return { organizationId: organization.id };
  });
}
