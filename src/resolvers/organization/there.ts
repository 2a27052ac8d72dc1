import type { SignedInContext } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { forbidden, notFound, ruleRefusal } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { lockOrganization, type Organization, type OrganizationLock } from '../../locks/organization.ts';
import { lockPeople, type Person, type PersonLock, readCaller } from '../../locks/person.ts';
import { type FieldThere, judgeThere, needsOf, type Power, policy, powerIn } from '../../policy.ts';
import type { Reach } from '../../reach.ts';

/**
 * Judges a caller by the field's policy row in the organization that they name: when the request comes in, and again on
 * locked rows. Throws NOT_FOUND, ORGANIZATION_SUSPENDED or FORBIDDEN.
 */
export function assertAllowedThere(reach: Reach, field: FieldThere, organizationId: string): void {
  switch (judgeThere(reach, field, decodeId('org', organizationId))) {
    case 'unseen':
      throw notFound(organizationId, ['input', 'organizationId']);
    case 'suspended':
      throw ruleRefusal('ORGANIZATION_SUSPENDED');
    case 'forbidden':
      throw forbidden(needsOf(policy[field]));
  }
}

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
 * judges the caller again. With the organization all that hangs on it is locked. Throws as `assertAllowedThere` does.
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
  assertAllowedThere(reach, field, organizationId);
  return { reach, power: powerIn(reach, organization.id), organization, people };
}
