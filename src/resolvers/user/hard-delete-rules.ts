import { ownsOrganizations, type Refusal } from '../../errors.ts';
import type { Reach } from '../../reach.ts';
import { lastOrgAdmin } from '../organization/rules.ts';
import { lastSystemAdmin, onOneself, outOfReach, type RoleFacts } from './rules.ts';

/** What a hard delete of a person depends on. */
export interface HardDeleteFacts {
  readonly id: string;
  /** Of the platform. */
  readonly roles: readonly RoleFacts[];
  /** Ids as the database has them, newest first. */
  readonly ownedOrganizations: readonly string[];
  /** How many others are active and hold `system_admin`; null where the person is not one of them. */
  readonly otherSystemAdmins: number | null;
  /** Whether some organization would be left without an active `org_admin`. */
  readonly leavesNoOrgAdmin: boolean;
}

/** All that stops a hard delete, in the order in which the mutation tells the first of it. */
export const hardDeleteBlockers = (caller: Pick<Reach, 'userId' | 'rank'>, person: HardDeleteFacts): Refusal[] =>
  [
    onOneself(caller, person),
    ownsOrganizations(person.ownedOrganizations),
    outOfReach(caller, person.roles),
    person.otherSystemAdmins !== null && lastSystemAdmin(person.otherSystemAdmins),
    person.leavesNoOrgAdmin && lastOrgAdmin(false),
  ].filter((refusal) => refusal !== false);
