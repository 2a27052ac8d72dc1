/**
 * Folds text for searching: NFKC, and one case for all. Done here and not in SQL, since the folding of PostgreSQL differs
 * between databases. Lower case alone would not do: ß and SS, ς and Σ, ı and I, İ and i are letters in two cases. Going
 * there and back brings them together, whatever the language; the dot that İ leaves behind and the sigma that ends a word
 * are told by hand.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll('ς', 'σ')
    .replaceAll('i\u0307', 'i');

// A line for each field: a line break can't be part of a search word, so no word matches across two fields.
const searchText = (...fields: (string | null | undefined)[]): string =>
  fields
    .filter(Boolean)
    .map((field) => fold(field!).replaceAll('\n', ' '))
    .join('\n');

/** What `UserWhere.search` looks at. */
export const userSearchText = (user: { email: string; name?: string | null; externalId?: string | null }): string =>
  searchText(user.email, user.name, user.externalId);

/** What `OrganizationWhere.search` looks at. */
export const organizationSearchText = (organization: { name: string; slug: string }): string =>
  searchText(organization.name, organization.slug);

/** The folded words of a search; none where it is blank, which is no condition. */
export const searchWords = (search: string): string[] => fold(search).split(/\s+/u).filter(Boolean);

/** A LIKE pattern that finds the word anywhere, its wildcards taken literally. */
export const containing = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`;
