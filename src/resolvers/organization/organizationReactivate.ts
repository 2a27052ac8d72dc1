import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { suspensionChanges, writeSuspension } from './suspension.ts';
import { lockThere } from './there.ts';

export interface OrganizationReactivateInput {
  readonly organizationId: string;
}

/** Lets a suspended organization run itself again, with the members and roles that it had. */
export async function organizationReactivate(context: SignedInContext, input: OrganizationReactivateInput) {
  return change(context, async (tx) => {
    const { organization } = await lockThere(tx, context, 'organizationReactivate', input.organizationId);
    const after = { status: 'ACTIVE', suspensionReason: null } as const;
    const changes = suspensionChanges(organization, after);
    if (changes.length === 0) return { organizationId: organization.id };

    await writeSuspension(tx, organization.id, after);
    await record(tx, context, {
      action: 'organization.reactivated',
      subject: { type: 'org', id: organization.id },
      organizationId: organization.id,
      changes,
      people: [organization.ownerId],
    });
    return { organizationId: organization.id };
  });
}
