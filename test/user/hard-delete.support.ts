import type { Answer, Client } from '../support/world.ts';

const refusals = `... on MutationError { code message path }
  ... on ValidationError { issues { path code message } } ... on NotFoundError { id } ... on PowerError { roles permissions }
  ... on OwnsOrganizationsError { organizations { id } } ... on VersionConflictError { currentVersion current { id } }`;

export const HardDelete = `mutation ($input: UserHardDeleteInput!) { userHardDelete(input: $input) {
  __typename ... on UserHardDeleteSuccess { deletedUserId deletes { kind count } } ${refusals} } }`;
export const Preview = `query ($userId: ID!) { userHardDeletePreview(userId: $userId) {
  user { id email } blockers { __typename ${refusals} } deletes { kind count } pseudonymizedAuditEvents planToken } }`;

type By = Pick<Client, 'ask' | 'run'>;

export const hardDeleteBy =
  (by: By) =>
  async (userId: string, input: object = {}): Promise<any> =>
    (await by.run(HardDelete, { input: { userId, reason: 'They asked for it', ...input } })).userHardDelete;

export const previewBy =
  (by: By) =>
  async (userId: string): Promise<any> =>
    (await by.run(Preview, { userId })).userHardDeletePreview;

/** How many rows of each kind there are, without the kinds of which there is none. */
export const countsOf = ({ deletes }: { deletes: { kind: string; count: number }[] }): Record<string, number> =>
  Object.fromEntries(deletes.filter(({ count }) => count > 0).map(({ kind, count }) => [kind, count]));

export const codeOf = ({ data, errors }: Answer<any>): string => errors[0]?.extensions.code ?? data.userHardDelete.code ?? 'done';
