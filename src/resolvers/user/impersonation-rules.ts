import { type Refusal, rankTooLow, ruleRefusal } from '../../errors.ts';
import { may, type Power } from '../../policy.ts';
import type { Reach } from '../../reach.ts';
import { onOneself, type RoleFacts } from './rules.ts';

/** Whom somebody would act as. */
export interface ImpersonatedFacts {
  readonly id: string;
  readonly suspended: boolean;
  /** Of the platform. */
  readonly roles: readonly RoleFacts[];
}

/** What they are in the organization that the impersonation would be bound to. */
export interface ImpersonatedThere {
  readonly membershipStatus: 'ACTIVE' | 'SUSPENDED';
  readonly organizationStatus: 'ACTIVE' | 'SUSPENDED';
  readonly roles: readonly RoleFacts[];
}

/** Who has the staff right acts as whoever is strictly weaker on the platform, wherever. */
export const impersonationRefused = (caller: Pick<Reach, 'userId' | 'rank'>, person: ImpersonatedFacts): Refusal | false =>
  onOneself(caller, person) || asPowerful(caller, person.roles) || suspended(person);

/**
 * Who has `org:members:impersonate` acts as members who are strictly weaker there and have no say on the platform, which
 * ones they do have is not told. The member has to be active, whoever asks, and nobody is scoped to a suspended organization.
 */
export function impersonationThereRefused(
  caller: Pick<Reach, 'userId' | 'rank' | 'permissions'>,
  power: Power,
  person: ImpersonatedFacts,
  there: ImpersonatedThere,
): Refusal | false {
  const tooPowerful = may(caller, 'users:impersonate')
    ? asPowerful(caller, person.roles)
    : (person.roles.some(({ code }) => code !== 'base_user') && rankTooLow([])) || asPowerful(power, there.roles);
  return (
    onOneself(caller, person) ||
    tooPowerful ||
    (there.membershipStatus === 'SUSPENDED' && ruleRefusal('NOT_A_MEMBER')) ||
    suspended(person) ||
    (there.organizationStatus === 'SUSPENDED' && ruleRefusal('ORGANIZATION_SUSPENDED'))
  );
}

function asPowerful(caller: { readonly rank: number }, roles: readonly RoleFacts[]): Refusal | false {
  const equal = roles.filter(({ rank }) => rank <= caller.rank).map(({ code }) => code);
  return equal.length > 0 && rankTooLow([...new Set(equal)]);
}

const suspended = ({ suspended }: ImpersonatedFacts): Refusal | false => suspended && ruleRefusal('USER_SUSPENDED');
