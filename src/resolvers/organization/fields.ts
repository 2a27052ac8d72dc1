import type { Organization } from '../../locks/organization.ts';

/** What of an organization is edited field by field, by the names of the API's fields. */
export type OrganizationFields = Pick<Organization, 'name' | 'slug' | 'description' | 'website' | 'logoUrl' | 'metadata'>;

/** The fields of an organization as events show them. */
export const shownFields = ({ name, slug, description, website, logoUrl, metadata }: OrganizationFields) => ({
  name,
  slug,
  description,
  website,
  logoUrl,
  metadata,
});

/** The same, of one that begins or is gone: what is empty is not told. */
export const filledFields = (organization: OrganizationFields) => {
  const fields = shownFields(organization);
  return { ...fields, metadata: Object.keys(fields.metadata).length > 0 ? fields.metadata : null };
};
