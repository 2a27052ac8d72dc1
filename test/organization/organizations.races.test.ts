import { beforeAll, expect, test } from 'vitest';
import { counted, rounds, together } from '../support/races.ts';
import type { World } from '../support/world.ts';
import { actionsIn, callers, outcomeOf, type Racer, rolesOfMember, send, startRacing, stateOf, timeout } from './racing.ts';

let world: World;
let racer: (options?: Parameters<World['person']>[0]) => Promise<Racer>;
let staff: Racer;
beforeAll(async () => {
  ({ world, racer } = await startRacing());
  staff = await racer({ roles: ['super_admin'] });
});

const sound = { withoutRole: 0, isOwnerAdmin: true };
const slugsLike = async (slug: string): Promise<string[]> => {
  const rows = await world.database.query<{ slug: string }>(
    world.sql`SELECT slug FROM organizations WHERE slug LIKE ${`${slug}%`} ORDER BY slug`,
  );
  return rows.map(({ slug }) => slug);
};

test(
  'of 20 who want one slug, by a new organization or by a change, one has it',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const slug = `wanted-${round}`;
      const existing = await together(4, async () => world.organization({ owner: (await racer()).person }));

      const outcomes = await together(20, (i) =>
        i % 5 === 0
          ? send(staff.client, 'organizationUpdate', { organizationId: existing[i / 5]!.id, slug })
          : send(staff.client, 'organizationCreate', { name: 'Acme', slug }),
      );

      expect(counted(outcomes)).toEqual({ done: 1, SLUG_TAKEN: 19 });
      expect(await slugsLike(slug)).toEqual([slug]);
    }
  },
  timeout,
);

test(
  '20 organizations of one name get 20 slugs',
  async () => {
    for (let round = 0; round < 5; round++) {
      const outcomes = await together(20, () => send(staff.client, 'organizationCreate', { name: `Namesake ${round}` }));

      expect(counted(outcomes)).toEqual({ done: 20 });
      const slugs = await slugsLike(`namesake-${round}`);
      expect(new Set(slugs).size).toBe(20);
      expect(slugs).toContain(`namesake-${round}`);
    }
  },
  timeout,
);

test(
  'an organization is deleted once, whatever else is done to it at that moment, and nothing of it is left',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const [owner, jo] = [await racer(), await racer()];
      const organization = await world.organization({ owner: owner.person, customRoles: { gardener: ['org:update'] } });
      const { id: organizationId, uuid } = organization;
      const invitation = await world.invitation({ organization, email: jo.person.email, by: owner.person });

      const outcomes = await together(callers, (i) => {
        switch ((i + round) % 8) {
          case 0:
          case 4:
            return send(staff.client, 'organizationDelete', { organizationId });
          case 1:
            return send(jo.client, 'accountAcceptInvitation', { invitationId: invitation.id });
          case 2:
            return send(staff.client, 'organizationAddMember', { organizationId, userId: staff.person.id });
          case 3:
            return send(owner.client, 'organizationUpdate', { organizationId, description: `Round ${i}` });
          case 5:
            return send(owner.client, 'organizationCreateRole', {
              organizationId,
              code: `r${i}`,
              name: 'R',
              permissionCodes: [],
            });
          case 6:
            return send(owner.client, 'organizationCreateInvitation', { organizationId, email: `x${i}@example.com` });
          default:
            return send(jo.client, 'authSwitchOrganization', { organizationId });
        }
      });

      const told = ['done', 'NOT_FOUND', 'ALREADY_MEMBER', 'INVITATION_USED', 'TOKEN_STALE', 'VERSION_CONFLICT'];
      expect(outcomes.filter((outcome) => !told.includes(outcome))).toEqual([]);
      expect(await stateOf(world, organization)).toBeNull();
      expect((await actionsIn(world, organization))['organization.deleted']).toBe(1);
      const [left] = await world.database.query<{ count: number }>(world.sql`
        SELECT (SELECT count(*) FROM memberships WHERE organization_id = ${uuid}::uuid) + (SELECT count(*) FROM roles WHERE organization_id = ${uuid}::uuid)
             + (SELECT count(*) FROM invitations WHERE organization_id = ${uuid}::uuid) + (SELECT count(*) FROM sessions WHERE organization_id = ${uuid}::uuid) AS count`);
      expect(Number(left!.count)).toBe(0);
    }
  },
  timeout,
);

test(
  'a role is deleted while it is given, offered and edited: nobody is without one, and nobody has it',
  async () => {
    const owner = await racer();
    for (let round = 0; round < rounds; round++) {
      const people = await together(4, () => racer());
      const organization = await world.organization({
        owner: owner.person,
        members: people.slice(0, 3).map(({ person }, i) => [person, i % 2 ? ['editor', 'buyer'] : ['editor']]),
        customRoles: { editor: ['org:update'] },
      });
      const { id: organizationId } = organization;
      const roles = 'query ($id: ID!) { organization(id: $id) { roles { id code } } }';
      const { organization: read } = await owner.client.run<any>(roles, { id: organizationId });
      const roleId = read.roles.find(({ code }: { code: string }) => code === 'editor').id;

      const outcomes = await together(callers, (i) => {
        const { person } = people[i % 3]!;
        switch ((i + round) % 5) {
          case 0:
            return send(owner.client, 'organizationDeleteRole', { organizationId, roleId });
          case 1:
            return send(owner.client, 'organizationSetMemberRoles', { organizationId, userId: person.id, roleCodes: ['editor'] });
          case 2:
            return send(owner.client, 'organizationUpdateRole', {
              organizationId,
              roleId,
              permissionCodes: ['org:read'],
              rank: 70 + i,
            });
          case 3:
            return send(owner.client, 'organizationCreateInvitation', {
              organizationId,
              email: `i${i}@example.com`,
              roleIds: [roleId],
            });
          default:
            return send(staff.client, 'organizationAddMember', {
              organizationId,
              userId: people[3]!.person.id,
              roleCodes: ['editor'],
            });
        }
      });

      expect(
        outcomes.filter((outcome) => !['done', 'NOT_FOUND', 'VALIDATION_FAILED', 'ALREADY_MEMBER'].includes(outcome)),
      ).toEqual([]);
      const state = (await stateOf(world, organization))!;
      expect(state).toMatchObject({ ...sound, memberCount: state.members });
      for (const { person } of people) expect((await rolesOfMember(world, organization, person)) ?? '').not.toContain('editor');
      const [offers] = await world.database.query<{ count: number }>(world.sql`
        SELECT count(*)::int AS count FROM invitations i WHERE i.organization_id = ${organization.uuid}::uuid AND i.status = 'PENDING'
           AND NOT EXISTS (SELECT FROM invitation_roles ir WHERE ir.invitation_id = i.id)`);
      expect(offers!.count).toBe(0);
      expect((await actionsIn(world, organization))['organization.role_deleted']).toBe(1);
    }
  },
  timeout,
);

test(
  'a suspension of the organization takes whoever comes after it, and staff go on',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const owner = await racer();
      const organization = await world.organization({ owner: owner.person });
      const { id: organizationId } = organization;
      const update =
        'mutation ($input: OrganizationUpdateInput!) { organizationUpdate(input: $input) { __typename ... on MutationError { code } } }';

      const [suspended, ...outcomes] = await together(callers, async (i) =>
        i === 0
          ? send(staff.client, 'organizationSuspend', { organizationId, reason: 'A race' })
          : outcomeOf(await (i % 2 ? owner : staff).client.ask(update, { input: { organizationId, description: `By ${i}` } })),
      );

      expect(suspended).toBe('done');
      expect(outcomes.filter((_outcome, i) => i % 2)).toEqual(Array.from({ length: 7 }, () => 'done'));
      expect(outcomes.filter((outcome) => !['done', 'ORGANIZATION_SUSPENDED'].includes(outcome))).toEqual([]);
      expect(await send(owner.client, 'organizationUpdate', { organizationId, name: 'After' })).toBe('ORGANIZATION_SUSPENDED');
    }
  },
  timeout,
);
