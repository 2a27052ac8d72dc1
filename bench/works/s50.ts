import { encodeId } from '../../src/ids.ts';
import type { SampledSearch, Work } from '../work.ts';

export const s50: Work<SampledSearch> = {
  name: 'S50',
  title: 'search within an app and an organization',
  document: `query S50($search: String!, $appId: ID!, $organizationId: ID!) {
  users(first: 50, where: { search: $search, appId: $appId, organizationId: $organizationId }) {
    nodes { id email name status createdAt }
  }
}`,
  variables: ({ search, appId, organizationId }) => ({
    search,
    appId: encodeId('app', appId),
    organizationId: encodeId('org', organizationId),
  }),
  draw: ({ searches }, index) => searches[index % searches.length]!,
};
