import { createAppLoaders } from './app.ts';
import { createAppGrantLoaders } from './app-grant.ts';
import { createAuditEventLoaders } from './audit-event.ts';
import { createFactLoaders } from './facts.ts';
import { createInvitationLoaders } from './invitation.ts';
import { createMembershipLoaders } from './membership.ts';
import { createOrganizationLoaders } from './organization.ts';
import { createPoolLoaders } from './pool.ts';
import type { Reading } from './reading.ts';
import { createRoleLoaders } from './role.ts';
import { createSessionLoaders } from './session.ts';
import { createUserLoaders } from './user.ts';

/** Everything that can be read for one caller, remembered until the next change. Made for each request. */
export const createLoaders = (reading: Reading) => ({
  app: createAppLoaders(reading),
  appGrant: createAppGrantLoaders(reading),
  auditEvent: createAuditEventLoaders(reading),
  facts: createFactLoaders(reading),
  invitation: createInvitationLoaders(reading),
  membership: createMembershipLoaders(reading),
  organization: createOrganizationLoaders(reading),
  pool: createPoolLoaders(reading),
  role: createRoleLoaders(reading),
  session: createSessionLoaders(reading),
  user: createUserLoaders(reading),
});

export type Loaders = ReturnType<typeof createLoaders>;
