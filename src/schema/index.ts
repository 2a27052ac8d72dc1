import './scalars.ts';
import './node.ts';
import './role.ts';
import './organization.ts';
import './app.ts';
import './session.ts';
import './user.ts';
import './viewer.ts';
import './audit-event.ts';
import './auth.ts';
import './user-changes.ts';
import './user-access-changes.ts';
import './account-password.ts';
import './user-profile-changes.ts';
import './account-profile.ts';
import './app-changes.ts';
import './pool-changes.ts';
import './organization-changes.ts';
import './member-changes.ts';
import './role-changes.ts';
import './invitation-changes.ts';
import './account-invitations.ts';
import { builder } from './builder.ts';

/** The whole graph, built once. */
export const schema = builder.toSchema();
