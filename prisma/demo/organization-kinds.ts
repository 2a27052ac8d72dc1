import type { PoolCode } from './people.ts';

export interface RoleKind {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly rank: number;
  readonly permissions: readonly string[];
}

export interface OrganizationKind {
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly size: number;
  /** Days ago. */
  readonly since: number;
  /** Where its members are at home. */
  readonly pools: readonly PoolCode[];
  readonly metadata: Record<string, string>;
  readonly suspension: { daysAgo: number; reason: string } | null;
  readonly roles: readonly RoleKind[];
}

/** The organization of the personas that have one. */
export const personasSlug = 'harbour-pine';

const read = ['org:read', 'org:members:read'];

const catalogEditor: RoleKind = {
  code: 'catalog-editor',
  name: 'Catalog editor',
  description: 'Keeps the public pages of the organization.',
  rank: 70,
  permissions: ['org:read', 'org:update'],
};
const auctioneer: RoleKind = {
  code: 'auctioneer',
  name: 'Auctioneer',
  description: 'Runs the sales.',
  rank: 70,
  permissions: read,
};
const recruiter: RoleKind = {
  code: 'recruiter',
  name: 'Recruiter',
  description: 'Invites new colleagues.',
  rank: 70,
  permissions: [...read, 'org:members:invite'],
};
const siteLead: RoleKind = {
  code: 'site-lead',
  name: 'Site lead',
  description: 'Looks after the people of one site.',
  rank: 40,
  permissions: [...read, 'org:members:update', 'org:members:remove'],
};
const bookkeeper: RoleKind = {
  code: 'bookkeeper',
  name: 'Bookkeeper',
  description: 'Sees invoices elsewhere.',
  rank: 75,
  permissions: ['org:read'],
};
const guest: RoleKind = { code: 'guest', name: 'Guest', description: 'Is on the list, and no more.', rank: 90, permissions: [] };

function kind(
  slug: string,
  name: string,
  size: number,
  since: number,
  country: string,
  more: Partial<OrganizationKind> = {},
): OrganizationKind {
  return {
    slug,
    name,
    size,
    since,
    description: null,
    pools: ['default'],
    suspension: null,
    roles: [],
    ...more,
    metadata: { country, ...more.metadata },
  };
}

export const organizationKinds: readonly OrganizationKind[] = [
  kind('acme', 'Acme Auctions', 60, 700, 'US', {
    description: 'Estate sales and machinery auctions on three continents.',
    pools: ['default', 'partner-portal'],
    metadata: { industry: 'auctions', segment: 'enterprise' },
    roles: [auctioneer, catalogEditor, recruiter],
  }),
  kind('meridian-claims', 'Meridian Claims Partners', 41, 480, 'GB', {
    description: 'Independent loss adjusters.',
    pools: ['claimleo', 'partner-portal'],
    metadata: { industry: 'insurance', segment: 'enterprise' },
    roles: [siteLead, bookkeeper],
  }),
  kind('banyan-textiles', 'Banyan Textiles', 30, 615, 'IN', {
    pools: ['default', 'partner-portal'],
    metadata: { industry: 'textiles' },
    roles: [{ ...siteLead, rank: 30 }],
  }),
  kind(personasSlug, 'Harbour & Pine', 24, 590, 'NZ', {
    description: 'Furniture from reclaimed timber, sold by the piece.',
    metadata: { industry: 'furniture', segment: 'mid-market' },
    roles: [catalogEditor, recruiter, guest],
  }),
  kind('cooperativa-del-sur', 'Cooperativa del Sur', 18, 402, 'ES', { metadata: { industry: 'food' }, roles: [bookkeeper] }),
  kind('nimbus-diagnostics', 'Nimbus Diagnostics', 15, 266, 'US', { metadata: { industry: 'health', segment: 'mid-market' } }),
  kind('tern-and-tide', 'Tern & Tide Shipping', 12, 538, 'NO', {
    description: 'Short-sea freight between small ports.',
    pools: ['partner-portal'],
    metadata: { industry: 'logistics' },
    roles: [{ ...guest, code: 'deckhand', name: 'Deckhand', description: 'Seasonal crew.' }],
  }),
  kind('quintal-foods', 'Quintal Foods', 9, 350, 'BR', {
    metadata: { industry: 'food' },
    suspension: { daysAgo: 17, reason: 'Three invoices are unpaid since August.' },
  }),
  kind('atelier-moreau', 'Atelier Moreau', 7, 211, 'FR', { metadata: { industry: 'design' }, roles: [catalogEditor] }),
  kind('kowhai-estates', 'Kōwhai Estates', 5, 160, 'NZ', { metadata: { industry: 'real estate' } }),
  kind('zephyr-solar', 'Zephyr Solar', 4, 74, 'DE', { metadata: { industry: 'energy' } }),
  kind('old-mill-brewery', 'Old Mill Brewery', 3, 320, 'IE', { description: 'Stout, mostly.' }),
  kind('lindqvist-och-dotter', 'Lindqvist & Dotter', 2, 45, 'SE', { metadata: { industry: 'carpentry' } }),
  kind('one-lamp-studio', 'One Lamp Studio', 1, 9, 'JP', { description: 'Photography by appointment.' }),
];
