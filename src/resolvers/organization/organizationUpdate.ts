import { z } from 'zod';
import { changed, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { refuseIf, versionMoved } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { given, metadata, name, optionalDescription, optionalUrl, parseInput, slug } from '../../input.ts';
import { organizationSearchText } from '../../search.ts';
import { type OrganizationFields, shownFields } from './fields.ts';
import { claimGivenSlug } from './slugs.ts';
import { lockThere } from './there.ts';

const OrganizationUpdate = z.object({
  name: name.optional(),
  slug: slug.optional(),
  description: optionalDescription.optional(),
  website: optionalUrl.optional(),
  logoUrl: optionalUrl.optional(),
  metadata: metadata.optional(),
  expectedVersion: given<number | null>(),
});

/** Left out stays, null clears; null is refused where nothing may be empty. */
export interface OrganizationUpdateInput {
  readonly organizationId: string;
  readonly name?: string | null;
  readonly slug?: string | null;
  readonly description?: string | null;
  readonly website?: string | null;
  readonly logoUrl?: string | null;
  readonly metadata?: unknown;
  readonly expectedVersion?: number | null;
}

/** Edits an organization. A new name leaves the slug as it is, so that links go on. */
export async function organizationUpdate(context: SignedInContext, input: OrganizationUpdateInput) {
  const { expectedVersion, ...edit } = parseInput(OrganizationUpdate, input);

  return change(context, async (tx) => {
    const { organization } = await lockThere(tx, context, 'organizationUpdate', input.organizationId);
    refuseIf(versionMoved(expectedVersion, { id: encodeId('org', organization.id), version: organization.version }));

    const after = edited(organization, edit);
    const changes = changed(shownFields(organization), shownFields(after));
    if (changes.length === 0) return { organizationId: organization.id };

    if (after.slug !== organization.slug) await claimGivenSlug(tx, after.slug);
    await writeOrganization(tx, organization.id, after);
    await record(tx, context, {
      action: 'organization.updated',
      subject: { type: 'org', id: organization.id },
      organizationId: organization.id,
      changes,
      people: [organization.ownerId],
    });
    return { organizationId: organization.id };
  });
}

/** The fields as an edit leaves them: what is left out stays. */
const edited = (
  before: OrganizationFields,
  {
    name,
    slug,
    description,
    website,
    logoUrl,
    metadata,
  }: { readonly [Field in keyof OrganizationFields]?: OrganizationFields[Field] | undefined },
): OrganizationFields => ({
  name: name ?? before.name,
  slug: slug ?? before.slug,
  description: description === undefined ? before.description : description,
  website: website === undefined ? before.website : website,
  logoUrl: logoUrl === undefined ? before.logoUrl : logoUrl,
  metadata: metadata ?? before.metadata,
});

/** Writes an organization, which is locked, with what is searched of it, and moves its version. */
async function writeOrganization(tx: Transaction, id: string, organization: OrganizationFields): Promise<void> {
  const { name, slug, description, website, logoUrl } = organization;
  await tx.$executeRaw(Prisma.sql`
    UPDATE organizations
       SET name = ${name}, slug = ${slug}, description = ${description}, website = ${website}, logo_url = ${logoUrl},
           metadata = ${JSON.stringify(organization.metadata)}::jsonb, search_text = ${organizationSearchText(organization)},
           version = version + 1, updated_at = now()
     WHERE id = ${id}::uuid`);
}
