import { encodeId } from '../../src/ids.ts';
import type { Work } from '../work.ts';
import { person } from './person.ts';

export interface UserParameters {
  readonly id: string;
}

export const u1: Work<UserParameters> = {
  name: 'U1',
  title: 'one user with 20 sessions',
  document: `query U1($id: ID!) {
  user(id: $id) { ${person} sessions(first: 20) { id createdAt lastActiveAt expiresAt ipAddress userAgent } }
}`,
  variables: ({ id }) => ({ id: encodeId('user', id) }),
  draw: ({ users }, index) => ({ id: users[index % users.length]!.id }),
};
