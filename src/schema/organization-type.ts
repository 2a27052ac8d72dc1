import type { OrganizationRow } from '../loaders/organization.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';

/** The type that everything of a tenant refers to; `src/schema/organization.ts` says what it has. */
export const Organization = builder.objectRef<Visible<OrganizationRow>>('Organization');
