import type { Work } from '../work.ts';

export interface LookupParameters {
  readonly emails: readonly string[];
}

const known = 97;
const unknown = 3;

/** Some addresses are nobody's, as in life. */
export const l100: Work<LookupParameters> = {
  name: 'L100',
  title: 'lookup of 100 addresses',
  document: `query L100($emails: [EmailAddress!]!) {
  usersLookup(emails: $emails) { users { id email roles { code } } missingEmails }
}`,
  variables: ({ emails }) => ({ emails }),
  draw({ users }, index) {
    const found = Array.from({ length: known }, (_, at) => users[(index * known + at) % users.length]!.email);
    const missing = Array.from({ length: unknown }, (_, at) => `nobody-${index}-${at}@example.com`);
    return { emails: [...found, ...missing] };
  },
};
