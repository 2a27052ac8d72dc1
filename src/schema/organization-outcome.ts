import type { Context } from '../context.ts';
import { builder } from './builder.ts';
import { Membership } from './membership.ts';
import { Organization } from './organization-type.ts';
import { present } from './outcome.ts';

/** What a mutation comes to that is about one organization. */
export interface OrganizationOutcome {
  readonly organizationId: string;
}

/** A success that shows the organization and no more. */
export const organizationSuccess = (name: string, description: string) =>
  builder.objectRef<OrganizationOutcome>(name).implement({
    description,
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description: 'The organization as it is now.',
        resolve: ({ organizationId }, _args, { asking }) => present(asking.loaders.organization.byId.load(organizationId)),
      }),
    }),
  });

/** What a mutation comes to that is about one member. */
export interface MembershipOutcome {
  readonly membershipId: string;
}

/** The field `membership` of a success: `membership: t.field(theMembership)`. */
export const theMembership = {
  type: Membership,
  description: 'The membership as it is now.',
  resolve: ({ membershipId }: MembershipOutcome, _args: object, { asking }: Context) =>
    present(asking.loaders.membership.byId.load(membershipId)),
} as const;

/** A success that shows the membership and no more. */
export const membershipSuccess = (name: string, description: string) =>
  builder.objectRef<MembershipOutcome>(name).implement({ description, fields: (t) => ({ membership: t.field(theMembership) }) });
