import { type Capability, would } from '../capability.ts';
import { type AppFacts, disabled } from './rules.ts';

/** What the caller may do to an app; of whom it is granted to the input would say more. */
export const appCapabilities = {
  update: would('appUpdate'),
  delete: would('appDelete'),
  grantUser: would('appGrantUser', { rules: (_reach, app) => disabled(app) }),
} satisfies Record<string, Capability<AppFacts>>;
