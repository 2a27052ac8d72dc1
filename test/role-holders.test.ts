import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../src/ids.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Client, type Organization, type Person, startWorld, type World } from './support/world.ts';

/** How many hold a role, and who is told: `Role.memberCount` on every path that leads to a role. */

let world: World;
let cast: Cast;
let staff: Visit;
let guild: Organization;
let other: Organization;
let people: Record<'owner' | 'manager' | 'member' | 'seller' | 'suspended' | 'locked' | 'both' | 'abroad', Person>;
/** Ids of the guild's custom roles, by code. */
let custom: Map<string, { uuid: string; id: string }>;

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  staff = await cast.visit(cast.people.superAdmin);
  people = {
    owner: await world.person({ name: 'Owner of the guild' }),
    manager: await world.person(),
    member: await world.person(),
    seller: await world.person(),
    suspended: await world.person(),
    locked: await world.person({ status: 'SUSPENDED' }),
    both: await world.person(),
    abroad: await world.person(),
  };
  guild = await world.organization({
    owner: people.owner,
    name: 'Guild',
    customRoles: { scribe: ['org:members:read'], porter: [], clerk: ['org:members:invite'], unused: ['org:read'] },
    members: [
      [people.manager, ['org_manager']],
      [people.member],
      [people.seller, ['seller']],
      [people.suspended, ['scribe'], 'SUSPENDED'],
      [people.locked, ['scribe', 'porter']],
      [people.both, ['scribe', 'clerk', 'org_member']],
      [people.abroad, ['porter']],
    ],
  });
  // A role of the same code, held by somebody else.
  other = await world.organization({
    owner: people.abroad,
    customRoles: { scribe: ['org:members:read'] },
    members: [
      [people.member, ['scribe']],
      [people.seller, ['scribe']],
    ],
  });
  await world.invitation({ organization: guild, email: 'soon@example.com', by: people.owner });
  const { organization } = await staff.run('query ($id: ID!) { organization(id: $id) { roles { id code builtIn } } }', {
    id: guild.id,
  });
  const rows = await world.database.query<{ id: string; code: string }>(
    world.sql`SELECT id, code FROM roles WHERE organization_id = ${guild.uuid}::uuid`,
  );
  custom = new Map(
    rows.map(({ id, code }) => [
      code,
      { uuid: id, id: organization.roles.find((role: any) => role.code === code && !role.builtIn).id },
    ]),
  );
  // An offer of a role is not yet a hold of it.
  await world.database.query(world.sql`
    INSERT INTO invitation_roles (invitation_id, role_id) SELECT n.id, ${custom.get('unused')!.uuid}::uuid FROM invitations n WHERE n.organization_id = ${guild.uuid}::uuid`);
});

type Counted = { code: string; memberCount: number | null };
const counts = (roles: readonly Counted[]) => Object.fromEntries(roles.map(({ code, memberCount }) => [code, memberCount]));
const ofOrganization = async (reader: Client, organization: Organization) => {
  const answer = await reader.ask('query ($id: ID!) { organization(id: $id) { roles { code memberCount } } }', {
    id: organization.id,
  });
  expect(answer.errors).toEqual([]);
  return counts(answer.data.organization.roles);
};
const builtInAreUntold = { org_admin: null, org_manager: null, seller: null, buyer: null, org_member: null };
const guildCounts = { ...builtInAreUntold, scribe: 3, porter: 2, clerk: 1, unused: 0 };
const untold = { ...builtInAreUntold, scribe: null, porter: null, clerk: null, unused: null };

// ---------------------------------------------------------------- roles of the platform

describe('how many hold a platform role', () => {
  const platform = async (reader: Client) => {
    const answer = await reader.ask('{ roles(scope: PLATFORM) { code memberCount } }');
    expect(answer.errors).toEqual([]);
    return counts(answer.data.roles);
  };

  test('nobody is told without users:read, whatever they are in an organization, and staff are not while they act as somebody', async () => {
    const readers = [
      await cast.visit(cast.people.base),
      await cast.visit(cast.people.owner),
      await cast.visit(people.owner),
      await cast.visit(people.owner, { organization: guild }),
      await cast.staffAsTraveller(),
      await cast.adminAsTraveller(),
    ];

    const nobody = { system_admin: null, super_admin: null, seller: null, buyer: null, base_user: null };
    expect(await Promise.all(readers.map(platform))).toEqual(readers.map(() => nobody));
  });

  test('staff are told, the suspended counted, as it is now', async () => {
    const own = await startWorld();
    const reader = await own.person({ roles: ['super_admin'] });
    const gone = await own.person({ roles: ['seller', 'base_user'] });
    await own.person({ roles: ['seller'], status: 'SUSPENDED' });
    await own.person({ roles: ['base_user', 'seller'] });
    await own.person({ roles: [] });
    const before = await platform(reader);

    await own.database.query(own.sql`DELETE FROM users WHERE id = ${gone.uuid}::uuid`);
    await own.person({ roles: ['super_admin', 'base_user'], status: 'SUSPENDED' });

    expect([before, await platform(reader)]).toEqual([
      { system_admin: 0, super_admin: 1, seller: 3, buyer: 0, base_user: 2 },
      { system_admin: 0, super_admin: 2, seller: 2, buyer: 0, base_user: 2 },
    ]);
  });

  test('is the same for both kinds of staff and on every path, and not what members of that code are', async () => {
    const systemAdmin = await cast.visit(cast.people.systemAdmin);
    const held = await world.database.query<{ code: string; n: number }>(world.sql`
      SELECT r.code, count(ur.user_id)::int AS n FROM roles r LEFT JOIN user_roles ur ON ur.role_id = r.id WHERE r.scope = 'PLATFORM' GROUP BY r.code`);
    const expected = Object.fromEntries(held.map(({ code, n }) => [code, n]));

    const [one, two] = [await platform(staff), await platform(systemAdmin)];
    const { user, viewer, node } = await systemAdmin.run(
      'query ($user: ID!, $role: ID!) { user(id: $user) { roles { code memberCount } } viewer { assignableRoles { code memberCount } } node(id: $role) { ... on Role { code memberCount } } }',
      { user: cast.people.superAdmin.id, role: cast.roles.systemAdmin.id },
    );

    // Sellers of organizations are no sellers of the platform.
    expect(expected).toMatchObject({ system_admin: 1, super_admin: 1, seller: 0, buyer: 0 });
    expect([one, two, counts(viewer.assignableRoles)]).toEqual([expected, expected, expected]);
    expect(counts(user.roles)).toEqual({ super_admin: 1, base_user: expected.base_user });
    expect(node).toEqual({ code: 'system_admin', memberCount: 1 });
  });
});

// ---------------------------------------------------------------- roles of organizations

describe('how many hold a built-in role of organizations', () => {
  test('nobody is told, staff neither, on no path', async () => {
    const readers: [string, Client][] = [
      ['staff', staff],
      ['system admin', await cast.visit(cast.people.systemAdmin)],
      ['owner', await cast.visit(people.owner)],
      ['member', await cast.visit(people.member)],
    ];
    for (const [who, reader] of readers) {
      const { roles, node, organization } = await reader.run(
        `query ($id: ID!, $role: ID!) { roles(scope: ORGANIZATION) { code memberCount } node(id: $role) { ... on Role { memberCount } }
           organization(id: $id) { owner { roles { code memberCount } } } }`,
        { id: guild.id, role: cast.roles.orgAdmin.id },
      );

      expect(counts(roles), who).toEqual(builtInAreUntold);
      expect(node, who).toEqual({ memberCount: null });
      expect(counts(organization.owner.roles), who).toEqual({ org_admin: null });
    }
  });
});

describe('how many hold a custom role', () => {
  test('is told to who reads members there, and to staff: suspended members and suspended accounts counted, invitations not', async () => {
    const seen = {
      owner: await ofOrganization(await cast.visit(people.owner), guild),
      'owner, scoped there': await ofOrganization(await cast.visit(people.owner, { organization: guild }), guild),
      manager: await ofOrganization(await cast.visit(people.manager), guild),
      member: await ofOrganization(await cast.visit(people.member), guild),
      'who may invite': await ofOrganization(await cast.visit(people.both), guild),
      staff: await ofOrganization(staff, guild),
      'staff as a member': await ofOrganization(await actingAs(people.member), guild),
      'the owner as a member, there': await ofOrganization(await actingAs(people.member, guild), guild),
    };

    expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((who) => [who, guildCounts])));
  });

  test('is not told to members who don’t', async () => {
    const seen = {
      seller: await ofOrganization(await cast.visit(people.seller), guild),
      porter: await ofOrganization(await cast.visit(people.abroad), guild),
      'staff as a seller': await ofOrganization(await actingAs(people.seller), guild),
    };

    expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((who) => [who, untold])));
  });

  test('is told in a suspended organization to staff alone', async () => {
    const { closed } = cast.organizations;
    const { confined, cellmate, landlord } = cast.people;

    const members = await Promise.all(
      [confined, cellmate, landlord].map(async (who) => ofOrganization(await cast.visit(who), closed)),
    );

    expect(members).toEqual(Array(3).fill({ ...builtInAreUntold, turnkey: null }));
    expect(await ofOrganization(staff, closed)).toEqual({ ...builtInAreUntold, turnkey: 2 });
  });

  test('is each role’s own, where another organization has one of the same code', async () => {
    const { organizations } = await staff.run(
      'query ($ids: [ID!]) { organizations(where: { ids: $ids }) { nodes { id roles { code memberCount } } } }',
      { ids: [guild.id, other.id] },
    );

    const seen = new Map(organizations.nodes.map(({ id, roles }: any) => [id, counts(roles)]));
    expect(seen.get(guild.id)).toEqual(guildCounts);
    expect(seen.get(other.id)).toEqual({ ...builtInAreUntold, scribe: 2 });
  });

  test('is told by the role’s id as within its organization', async () => {
    const ask = async (reader: Client) =>
      (
        await reader.run('query ($id: ID!) { node(id: $id) { ... on Role { code memberCount } } }', {
          id: custom.get('scribe')!.id,
        })
      ).node;
    const readers = [staff, await cast.visit(people.member), await cast.visit(people.seller), await cast.visit(people.suspended)];

    expect(await Promise.all(readers.map(ask))).toEqual([
      { code: 'scribe', memberCount: 3 },
      { code: 'scribe', memberCount: 3 },
      { code: 'scribe', memberCount: null },
      null,
    ]);
  });

  test('is not told to its holder through a membership whose organization the session does not see', async () => {
    const document =
      '{ viewer { memberships { organizationId roles { code memberCount } } user { memberships { nodes { organizationId roles { code memberCount } } } } } }';
    const unscoped = await cast.visit(people.member);
    const scoped = await cast.visit(people.member, { organization: guild });
    const suspended = await cast.visit(people.suspended);
    const rolesIn = (list: any[], organization: Organization) =>
      counts(list.find(({ organizationId }: any) => organizationId === organization.id)?.roles ?? []);
    const seen = async (reader: Client, organization: Organization) => {
      const { viewer } = await reader.run(document);
      return [rolesIn(viewer.memberships, organization), rolesIn(viewer.user.memberships.nodes, organization)];
    };

    expect(await seen(unscoped, other)).toEqual([{ scribe: 2 }, { scribe: 2 }]);
    expect(await seen(scoped, other)).toEqual([{ scribe: null }, { scribe: null }]);
    // A suspended membership is among the user's, and not among the active ones.
    expect(await seen(suspended, guild)).toEqual([{}, { scribe: null }]);
  });

  test('is told on every path to who reads members there: memberships, invitations, what may be given', async () => {
    const { organization } = await (await cast.visit(people.owner)).run(
      `query ($id: ID!) { organization(id: $id) { assignableRoles { code memberCount } memberships(first: 100) { nodes { roles { code memberCount } } }
         invitations { nodes { roles { code memberCount } } } viewerMembership { roles { code memberCount } } } }`,
      { id: guild.id },
    );

    expect(counts(organization.assignableRoles)).toEqual(guildCounts);
    const carried = organization.memberships.nodes.flatMap(({ roles }: any) => roles);
    expect(counts(carried)).toEqual({ ...builtInAreUntold, buyer: undefined, scribe: 3, porter: 2, clerk: 1 });
    expect(counts(organization.invitations.nodes[0].roles)).toEqual({ org_member: null, unused: 0 });
    expect(counts(organization.viewerMembership.roles)).toEqual({ org_admin: null });
  });

  test('moves at once with who gets it, loses it, or leaves', async () => {
    const { uuid } = custom.get('unused')!;
    const owner = await cast.visit(people.owner);
    const count = async () => (await ofOrganization(owner, guild)).unused;
    const leaver = await world.person();
    const seen = [await count()];

    await world.database.transaction(async (tx) => {
      const id = newId();
      await tx.$executeRaw(
        world.sql`INSERT INTO memberships (id, organization_id, user_id) VALUES (${id}::uuid, ${guild.uuid}::uuid, ${leaver.uuid}::uuid)`,
      );
      await tx.$executeRaw(world.sql`INSERT INTO membership_roles (membership_id, role_id) VALUES (${id}::uuid, ${uuid}::uuid)`);
    });
    await world.database.query(world.sql`
      INSERT INTO membership_roles (membership_id, role_id)
      SELECT m.id, ${uuid}::uuid FROM memberships m WHERE m.organization_id = ${guild.uuid}::uuid AND m.user_id = ${people.seller.uuid}::uuid`);
    seen.push(await count());
    await world.database.query(
      world.sql`UPDATE memberships SET status = 'SUSPENDED' WHERE organization_id = ${guild.uuid}::uuid AND user_id = ${leaver.uuid}::uuid`,
    );
    seen.push(await count());
    await world.database.query(world.sql`DELETE FROM users WHERE id = ${leaver.uuid}::uuid`);
    seen.push(await count());
    await world.database.query(world.sql`DELETE FROM membership_roles WHERE role_id = ${uuid}::uuid`);
    seen.push(await count());

    expect(seen).toEqual([0, 2, 2, 1, 0]);
  });
});

test('counts of many roles of many organizations are one statement', async () => {
  const ask = (field: string) => staff.run(`{ organizations(first: 100) { nodes { roles { code ${field} } } } }`);
  const without = await world.statements(() => ask(''));

  const counted = await world.statements(() => ask('memberCount'));

  expect(counted - without).toBe(1);
});

/** Staff as that person, or the guild's owner within the organization. */
async function actingAs(who: Person, boundTo?: Organization): Promise<Visit> {
  const by = boundTo ? people.owner : cast.people.superAdmin;
  return cast.visit(who, { impersonator: { by, from: await cast.visit(by), ...(boundTo && { boundTo }) } });
}
