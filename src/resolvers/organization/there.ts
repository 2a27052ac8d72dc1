import { refusedThere } from '../../admission.ts';
import type { SignedInContext } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { notFound } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { lockOrganization, type Organization, type OrganizationLock } from '../../locks/organization.ts';
import { lockPeople, type Person, type PersonLock, readCaller } from '../../locks/person.ts';
import { type FieldThere, type Power, powerIn } from '../../policy.ts';
import type { Reach } from '../../reach.ts';

/** An organization that is locked, and the caller's word in it as it is now. */
export interface There {
  readonly reach: Reach;
  readonly power: Power;
  readonly organization: Organization;
  /** Those who were to be locked, by id; null for who is gone. */
  readonly people: ReadonlyMap<string, Person | null>;
}

/**
 * What every change in an organization begins with: locks the caller, whoever else it is about, and the organization, and
 * judges the caller again. With the organization all that hangs on it is locked. Throws NOT_FOUND, ORGANIZATION_SUSPENDED or
 * FORBIDDEN, as when the request came in.
 */
export async function lockThere(
  tx: Transaction,
  context: SignedInContext,
  field: FieldThere,
  organizationId: string,
  options: { readonly lock?: OrganizationLock; readonly people?: ReadonlyMap<string, PersonLock> } = {},
): Promise<There> {
  const people = await lockPeople(tx, new Map([[context.reach.userId, 'share'], ...(options.people ?? [])]));
  const id = decodeId('org', organizationId);
  const organization = id && (await lockOrganization(tx, id, options.lock ?? 'change'));
  const reach = await readCaller(tx, context);
  if (!organization) throw notFound(organizationId, ['input', 'organizationId']);
  const refused = refusedThere(reach, field, organizationId);
  if (refused) throw refused;
  return { reach, power: powerIn(reach, organization.id), organization, people };
}
