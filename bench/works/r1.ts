import { encodeId } from '../../src/ids.ts';
import type { Work } from '../work.ts';

export interface RolesParameters {
  readonly userId: string;
  readonly roleCodes: readonly string[];
}

/** What people are set to in turn, so that every request changes something. */
const sets = [
  ['seller', 'base_user'],
  ['buyer', 'base_user'],
] as const;

/** Each set is given to so many people before the next one is; half of the parameters that are drawn. */
const people = 250;

export const r1: Work<RolesParameters> = {
  name: 'R1',
  title: "set a user's roles",
  document: `mutation R1($input: UserSetRolesInput!) {
  userSetRoles(input: $input) { ... on UserSetRolesSuccess { user { id email roles { code } } } }
}`,
  variables: ({ userId, roleCodes }) => ({ input: { userId: encodeId('user', userId), roleCodes } }),
  draw: ({ ordinaryUsers }, index) => ({
    userId: ordinaryUsers[index % Math.min(people, ordinaryUsers.length)]!.id,
    roleCodes: sets[Math.floor(index / people) % sets.length]!,
  }),
};
