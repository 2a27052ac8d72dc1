import { forbidden, notFound, type Refusal, RequestError, ruleRefusal } from './errors.ts';
import { decodeId } from './ids.ts';
import {
  type FieldThere,
  isRefusedWhileImpersonating,
  judgeThere,
  may,
  needsOf,
  type PolicyRow,
  policy,
  type RootField,
} from './policy.ts';
import type { Reach } from './reach.ts';

/** What a policy row says to a caller who is not let through, in the words of the answer. */
export type TurnedAway = RequestError | Refusal | false;

/**
 * What is told before the input is looked at: that one has to sign in, and FORBIDDEN, unless something in an organization
 * serves as well, which only the input names.
 */
export function refusedAtTheDoor(reach: Reach | null, field: RootField): RequestError | false {
  const row: PolicyRow = policy[field];
  if (row === 'anyone') return false;
  if (!reach) return new RequestError('UNAUTHENTICATED', 'Sign in first.');
  return typeof row === 'object' && row.needs !== undefined && !row.orThere && !may(reach, row.needs) && forbidden(row.needs);
}

/** What is told of the organization that the input names; where it may be left out, and is, a staff right alone serves. */
export function refusedThere(reach: Reach, field: FieldThere, organizationId: string | undefined): TurnedAway {
  switch (judgeThere(reach, field, organizationId === undefined ? undefined : decodeId('org', organizationId))) {
    case 'unseen':
      return notFound(organizationId ?? null, ['input', 'organizationId']);
    case 'suspended':
      return ruleRefusal('ORGANIZATION_SUSPENDED');
    case 'forbidden':
      return forbidden(needsOf(policy[field]));
    case 'allowed':
      return false;
  }
}

/** All that the row of a field says to a caller, in the order in which it is told, before anything is read. */
export function refusedByRow(reach: Reach | null, field: RootField, organizationId?: string): TurnedAway {
  const atTheDoor = refusedAtTheDoor(reach, field);
  if (atTheDoor || !reach) return atTheDoor;
  return (
    (isJudgedThere(field) && refusedThere(reach, field, organizationId)) ||
    (isRefusedWhileImpersonating(policy[field], reach) && ruleRefusal('WHILE_IMPERSONATING'))
  );
}

/** Whether the row asks for something in an organization, which only the input names. */
export const isJudgedThere = (field: RootField): field is FieldThere => {
  const row: PolicyRow = policy[field];
  return typeof row === 'object' && row.orThere !== undefined;
};
