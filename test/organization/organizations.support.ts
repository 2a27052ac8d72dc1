import { expect } from 'vitest';
import { documentOf } from '../app/support.ts';
import { impersonate } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { clientWith, expectNothingWritten, ruleError } from '../user/support.ts';
import { happeningThere } from './support.ts';

/** An event about an organization, as `happenings` gives it. */
export const ofOrganization = (
  organization: Pick<Organization, 'uuid'>,
  action: string,
  by: Person,
  rest: Parameters<typeof happeningThere>[4] = {},
) => happeningThere(organization, action, by, { type: 'org', uuid: organization.uuid }, rest);

/** WHILE_IMPERSONATING, before anything that is wrong with the input. */
export async function expectRefusedWhileImpersonating(world: World, by: Person, as: Person, mutation: string, input: object) {
  const { accessToken } = await impersonate(world, by, as);
  await expectNothingWritten(world, async () => {
    expect(await clientWith(world, accessToken).run(documentOf(mutation, '__typename'), { input })).toEqual({
      [mutation]: ruleError('WHILE_IMPERSONATING'),
    });
  });
}

/** What the database says of an organization; null where it is gone. */
export async function organizationRow(world: World, uuid: string) {
  const [row] = await world.database.query<{ slug: string; version: number; members: number; owner: string }>(world.sql`
    SELECT slug, version, member_count AS members, owner_id AS owner FROM organizations WHERE id = ${uuid}::uuid`);
  return row ?? null;
}
