import { encodeId } from '../ids.ts';
import type { OrganizationRow } from '../loaders/organization.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';

export const OrganizationStatus = builder.enumType('OrganizationStatus', {
  description: 'Whether an organization runs itself.',
  values: {
    ACTIVE: { description: 'It does.' },
    SUSPENDED: { description: 'Members read its own fields and change nothing; staff go on.' },
  } as const,
});

export const Organization = builder.objectRef<Visible<OrganizationRow>>('Organization').implement({
  description: 'A tenant. Visible to its active members with `org:read` and to staff with `organizations:read`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`org_…`', resolve: (organization) => encodeId('org', organization.id) }),
    name: t.exposeString('name', { description: 'For people.' }),
    slug: t.exposeString('slug', {
      description: 'Lower-case letters, digits and `-`; unique. Stays as it is when the name changes.',
    }),
    description: t.exposeString('description', { nullable: true, description: 'What it says of itself.' }),
    website: t.exposeString('website', { nullable: true, description: 'http or https.' }),
    logoUrl: t.exposeString('logoUrl', { nullable: true, description: 'http or https.' }),
    metadata: t.expose('metadata', { type: 'JSONObject', description: "Free data of the operator's own." }),
    status: t.expose('status', { type: OrganizationStatus, description: 'Whether it runs itself.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
    suspensionReason: t.exposeString('suspensionReason', { nullable: true, description: 'Why it is suspended.' }),
    memberCount: t.exposeInt('memberCount', { description: 'Active and suspended members.' }),
  }),
});
