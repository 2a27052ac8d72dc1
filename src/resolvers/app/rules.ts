import { type Refusal, ruleRefusal } from '../../errors.ts';

export interface AppFacts {
  readonly status: 'ACTIVE' | 'DISABLED';
  readonly autoGrantOnSignup: boolean;
}

/** Nobody is given access to an app that takes no logins. */
export const disabled = ({ status }: Pick<AppFacts, 'status'>): Refusal | false =>
  status === 'DISABLED' && ruleRefusal('APP_DISABLED');

/** Whether the next login gives access by itself, to whoever lost it as well. */
export const grantsOnLogin = ({ status, autoGrantOnSignup }: AppFacts): boolean => status === 'ACTIVE' && autoGrantOnSignup;
