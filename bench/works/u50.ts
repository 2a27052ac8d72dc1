import type { Place, Work } from '../work.ts';
import { person } from './person.ts';

export interface PageParameters {
  readonly after: Place;
}

const document = (more: string) =>
  `query U50($after: String!) { users(first: 50, after: $after) { nodes { ${person} } ${more} } }`;

const page: Omit<Work<PageParameters>, 'name' | 'title' | 'document'> = {
  variables: ({ after }, cursorOf) => ({ after: cursorOf(after) }),
  draw({ users }, index) {
    const { id, createdAt } = users[index % users.length]!;
    return { after: { id, createdAt } };
  },
};

export const u50: Work<PageParameters> = { ...page, name: 'U50', title: 'page of 50 users', document: document('') };

export const u50WithCount: Work<PageParameters> = {
  ...page,
  name: 'U50+count',
  title: 'page of 50 users with totalCount',
  document: document('totalCount'),
};
