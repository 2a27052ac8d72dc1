import { expect, test } from 'vitest';
import { documentOf } from '../app/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { answersBut, expectNothingWritten, nobodys, notFound } from '../user/support.ts';
import { type Guarded, happeningThere, testsOfGuard } from './support.ts';

/** A membership as the database has it, its roles most powerful first; undefined where there is none. */
export async function membershipOf(world: World, organization: Organization, person: Person) {
  const [row] = await world.database.query<{
    uuid: string;
    status: string;
    version: number;
    roles: string[];
    invitedBy: string | null;
  }>(world.sql`
    SELECT m.id AS uuid, m.status::text, m.version, m.invited_by_id AS "invitedBy",
           ARRAY(SELECT r.code FROM membership_roles mr JOIN roles r ON r.id = mr.role_id
                  WHERE mr.membership_id = m.id ORDER BY r.rank, r.code) AS roles
      FROM memberships m WHERE m.organization_id = ${organization.uuid}::uuid AND m.user_id = ${person.uuid}::uuid`);
  return row;
}

export async function memberCountOf(world: World, { uuid }: Organization): Promise<number> {
  const [row] = await world.database.query<{ count: number }>(
    world.sql`SELECT member_count AS count FROM organizations WHERE id = ${uuid}::uuid`,
  );
  return row!.count;
}

/** An event about a membership, as `happenings` gives it. */
export const memberHappening = (
  organization: Organization,
  action: string,
  by: Person,
  membershipUuid: string,
  about: Person,
  rest: { changes: object[]; metadata?: object; people?: readonly Person[] },
) =>
  happeningThere(
    organization,
    `organization.${action}`,
    by,
    { type: 'mem', uuid: membershipUuid },
    {
      ...rest,
      people: [about, ...(rest.people ?? [])],
    },
  );

/** What an ended membership leaves in its event. */
export const formerly = (roles: string[], status = 'ACTIVE') => [
  { field: 'roles', before: roles, after: null },
  { field: 'status', before: status, after: null },
];

/**
 * What every change of a member refuses whatever else its input says. `rest` is the input besides organization and person, which
 * changes an `org_member`.
 */
export function testsOfMemberGuard(
  mutation: string,
  orThere: string,
  { rest, whileImpersonating }: { readonly rest: object } & Pick<Guarded, 'whileImpersonating'>,
  given: () => { readonly world: World; readonly staff: Person },
): void {
  const inputOf = (organization: Organization, { id }: Pick<Person, 'id'>) => ({
    organizationId: organization.id,
    userId: id,
    ...rest,
  });
  testsOfGuard(mutation, { staff: 'organizations:members', orThere, whileImpersonating }, () => ({ ...given(), inputOf }));

  test('people who are unknown, or members only of another organization, are one answer', async () => {
    const { world, staff } = given();
    const [owner, member, stranger] = [await world.person(), await world.person(), await world.person()];
    const organization = await world.organization({ owner, members: [[member]] });
    await world.organization({ owner, members: [[stranger]] });
    await owner.signIn();
    const ids = [...nobodys('user', member), stranger.id, staff.id];
    const document = documentOf(mutation, '__typename');

    await expectNothingWritten(world, async () => {
      for (const person of [owner, staff]) {
        expect(await answersBut(person, document, ids, (id) => inputOf(organization, { id }))).toHaveLength(1);
        expect(await person.run(document, { input: inputOf(organization, stranger) })).toEqual({
          [mutation]: notFound(stranger.id),
        });
      }
    });
  });
}
