import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { callerOfSession } from '../src/loaders/caller.ts';
import { organizationPermissions, platformPermissions } from '../src/permissions.ts';
import { type Cast, makeCast, type Visit } from './support/personas.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

/** Whether somebody holds a permission, by which paths, or why not: `User.access`. */

let world: World;
let cast: Cast;
let staff: Visit;

const reasons = {
  unknown: 'There is no such permission.',
  userSuspended: 'The user is suspended.',
  unnamed: 'The permission is held in an organization: name one.',
  noMembership: 'The user has no membership in this organization.',
  membershipSuspended: 'The membership is suspended.',
  organizationSuspended: 'The organization is suspended.',
  noRole: 'No role of the user carries it.',
};

beforeAll(async () => {
  // Every permission is asked for at once.
  world = await startWorld({ STEWARD_MAX_ALIASES: '100' });
  cast = await makeCast(world);
  staff = await cast.visit(cast.people.systemAdmin);
});

interface Shown {
  readonly allowed: boolean;
  readonly permission: string;
  readonly paths: readonly { role: { code: string }; membership: { id: string } | null }[];
  readonly reason: string | null;
}

const accessOf = '{ allowed permission paths { role { code } membership { id } } reason }';
const document = `query ($id: ID!, $permission: String!, $organizationId: ID) {
  user(id: $id) { access(permission: $permission, organizationId: $organizationId) ${accessOf} } }`;

async function access(reader: Visit, of: Person, permission: string, organizationId?: string | null): Promise<Shown> {
  return (await reader.run(document, { id: of.id, permission, organizationId })).user.access;
}

const refused = (permission: string, reason: keyof typeof reasons): Shown => ({
  allowed: false,
  permission,
  paths: [],
  reason: reasons[reason],
});
/** By roles, with the membership that has them. */
const allowed = (permission: string, ...paths: (readonly [role: string, membership?: string])[]): Shown => ({
  allowed: true,
  permission,
  paths: paths.map(([code, id]) => ({ role: { code }, membership: id ? { id } : null })),
  reason: null,
});

// ---------------------------------------------------------------- platform permissions

describe('a permission of the platform', () => {
  test('comes by every role that carries it, whatever organization is named', async () => {
    const both = await world.person({ roles: ['system_admin', 'super_admin', 'base_user'] });
    const { acme } = cast.organizations;

    for (const organizationId of [undefined, null, acme.id, encodeId('org', newId()), 'org_nonsense', '']) {
      expect(await access(staff, both, 'users:read', organizationId)).toEqual(
        allowed('users:read', ['system_admin'], ['super_admin']),
      );
      expect(await access(staff, both, 'users:delete', organizationId)).toEqual(allowed('users:delete', ['system_admin']));
    }
  });

  test('is not held where no role carries it, nor by what somebody is in an organization', async () => {
    const { superAdmin, owner } = cast.people;

    expect(await access(staff, superAdmin, 'users:delete')).toEqual(refused('users:delete', 'noRole'));
    expect(await access(staff, owner, 'users:read')).toEqual(refused('users:read', 'noRole'));
  });

  test('is not held by the suspended', async () => {
    const suspended = await world.person({ roles: ['system_admin'], status: 'SUSPENDED' });
    const again = await world.person({ roles: ['system_admin'], status: 'SUSPENDED' });
    await world.database.query(
      world.sql`UPDATE users SET suspended_until = now() - interval '1 minute' WHERE id = ${again.uuid}::uuid`,
    );

    expect(await access(staff, suspended, 'users:read')).toEqual(refused('users:read', 'userSuspended'));
    expect(await access(staff, again, 'users:read')).toEqual(allowed('users:read', ['system_admin']));
  });
});

test.each(['', 'users:fly', 'USERS:READ', ' users:read', 'users:read ', 'org:read\u0000', '__proto__', 'constructor', 'é'])(
  '%j is no permission, for whoever it is asked',
  async (permission) => {
    const suspended = await world.person({ status: 'SUSPENDED' });

    expect(await access(staff, cast.people.systemAdmin, permission)).toEqual(refused(permission, 'unknown'));
    expect(await access(staff, suspended, permission, cast.organizations.acme.id)).toEqual(refused(permission, 'unknown'));
  },
);

// ---------------------------------------------------------------- in an organization

describe('a permission in an organization', () => {
  test('is told of no organization where none is named', async () => {
    for (const person of [cast.people.owner, cast.people.systemAdmin]) {
      expect(await access(staff, person, 'org:update')).toEqual(refused('org:update', 'unnamed'));
      expect(await access(staff, person, 'org:update', null)).toEqual(refused('org:update', 'unnamed'));
    }
  });

  test('comes by every role of the membership that carries it, most powerful first', async () => {
    const person = await world.person();
    const company = await world.organization({
      owner: cast.people.base,
      customRoles: { editor: ['org:update'], nothing: [] },
      members: [[person, ['org_manager', 'org_admin', 'editor', 'nothing']]],
    });
    const membership = company.memberships.get(person.uuid)!;
    const by = (...roles: string[]) => roles.map((role) => [role, membership] as const);

    expect(await access(staff, person, 'org:update', company.id)).toEqual(allowed('org:update', ...by('org_admin', 'editor')));
    expect(await access(staff, person, 'org:audit:read', company.id)).toEqual(allowed('org:audit:read', ...by('org_admin')));
    expect(await access(staff, person, 'org:members:invite', company.id)).toEqual(
      allowed('org:members:invite', ...by('org_admin', 'org_manager')),
    );
    // With every membership, by whatever role.
    expect(await access(staff, person, 'org:read', company.id)).toEqual(
      allowed('org:read', ...by('org_admin', 'org_manager', 'editor', 'nothing')),
    );
  });

  test.each(['org:members:invite', 'org:members:update', 'org:members:remove'])(
    '%s brings along that members are read',
    async (permission) => {
      const person = await world.person();
      const company = await world.organization({
        owner: cast.people.base,
        customRoles: { hand: [permission], editor: ['org:update'] },
        members: [[person, ['hand', 'editor']]],
      });
      const membership = company.memberships.get(person.uuid)!;

      expect(await access(staff, person, 'org:members:read', company.id)).toEqual(
        allowed('org:members:read', ['hand', membership]),
      );
    },
  );

  test('is not held where no role carries it', async () => {
    const { acme } = cast.organizations;

    expect(await access(staff, cast.people.member, 'org:update', acme.id)).toEqual(refused('org:update', 'noRole'));
    expect(await access(staff, cast.people.seller, 'org:members:read', acme.id)).toEqual(refused('org:members:read', 'noRole'));
  });

  test('is not held by who is no member, is suspended there, or altogether', async () => {
    const { acme, closed } = cast.organizations;
    const gone = await world.person({ status: 'SUSPENDED' });
    const company = await world.organization({ owner: cast.people.base, members: [[gone, ['org_admin'], 'SUSPENDED']] });

    expect(await access(staff, cast.people.outsider, 'org:read', acme.id)).toEqual(refused('org:read', 'noMembership'));
    expect(await access(staff, cast.people.outsider, 'org:read', closed.id)).toEqual(refused('org:read', 'noMembership'));
    for (const permission of ['org:read', 'org:update']) {
      expect(await access(staff, cast.people.suspended, permission, acme.id)).toEqual(refused(permission, 'membershipSuspended'));
      // Of several reasons the first.
      expect(await access(staff, gone, permission, company.id)).toEqual(refused(permission, 'userSuspended'));
      expect(await access(staff, gone, permission)).toEqual(refused(permission, 'userSuspended'));
    }
  });

  test('is in a suspended organization to read it, and no more', async () => {
    const { closed } = cast.organizations;
    const { confined, landlord } = cast.people;
    const suspendedThere = await world.person();
    const shut = await world.organization({
      owner: landlord,
      status: 'SUSPENDED',
      members: [[suspendedThere, ['org_admin'], 'SUSPENDED']],
    });
    const membership = closed.memberships.get(confined.uuid)!;

    expect(await access(staff, confined, 'org:read', closed.id)).toEqual(
      allowed('org:read', ['org_admin', membership], ['turnkey', membership]),
    );
    for (const permission of organizationPermissions.filter((one) => one !== 'org:read')) {
      expect(await access(staff, confined, permission, closed.id)).toEqual(refused(permission, 'organizationSuspended'));
    }
    expect(await access(staff, suspendedThere, 'org:update', shut.id)).toEqual(refused('org:update', 'membershipSuspended'));
  });

  test('is held by staff everywhere, without a membership, beside one, and where it or the organization is suspended', async () => {
    const { acme, closed } = cast.organizations;
    const both = await world.person({ roles: ['super_admin', 'system_admin', 'base_user'] });
    const one = await world.person({ roles: ['super_admin'] });
    const [inside, stopped] = [await world.person({ roles: ['super_admin'] }), await world.person({ roles: ['super_admin'] })];
    const company = await world.organization({
      owner: cast.people.base,
      members: [
        [inside, ['org_member']],
        [stopped, ['org_admin'], 'SUSPENDED'],
      ],
    });
    const membership = company.memberships.get(inside.uuid)!;

    for (const permission of organizationPermissions) {
      expect(await access(staff, both, permission, acme.id)).toEqual(allowed(permission, ['system_admin'], ['super_admin']));
      expect(await access(staff, one, permission, closed.id)).toEqual(allowed(permission, ['super_admin']));
      expect(await access(staff, stopped, permission, company.id)).toEqual(allowed(permission, ['super_admin']));
    }
    expect(await access(staff, inside, 'org:members:read', company.id)).toEqual(
      allowed('org:members:read', ['super_admin'], ['org_member', membership]),
    );
    expect(await access(staff, inside, 'org:update', company.id)).toEqual(allowed('org:update', ['super_admin']));
    // Nobody has a say in what there is not.
    for (const id of [encodeId('org', newId()), acme.id.toUpperCase(), 'org_', '']) {
      expect(await access(staff, both, 'org:read', id)).toEqual(refused('org:read', 'noMembership'));
    }
  });

  test('takes both rights of staff', async () => {
    const { database, sql } = world;
    const person = await world.person({ roles: ['super_admin'] });
    const without = (code: string) => sql`
      DELETE FROM role_permissions rp USING roles r WHERE r.id = rp.role_id AND r.code = 'super_admin' AND rp.permission_code = ${code}`;
    const back = (code: string) => sql`
      INSERT INTO role_permissions (role_id, permission_code) SELECT id, ${code} FROM roles WHERE code = 'super_admin'`;

    for (const code of ['organizations:update', 'organizations:members']) {
      await database.query(without(code));
      const answer = await access(staff, person, 'org:read', cast.organizations.acme.id);
      await database.query(back(code));
      expect(answer).toEqual(refused('org:read', 'noMembership'));
    }
    expect(await access(staff, person, 'org:read', cast.organizations.acme.id)).toEqual(allowed('org:read', ['super_admin']));
  });
});

// ---------------------------------------------------------------- who reads it

describe('what the reader does not see', () => {
  const nowhere = async (reader: Visit, of: Person, permission: string): Promise<string> =>
    JSON.stringify(await access(reader, of, permission, encodeId('org', newId())));

  test('is of an organization that is out of sight what it is of one that nobody has, byte for byte', async () => {
    const { people, organizations, visit } = cast;
    const bound = await cast.adminAsTraveller();
    const readers: readonly [Visit, Person, readonly Organization[]][] = [
      [await visit(people.base), people.base, Object.values(organizations)],
      [await visit(people.outsider), people.outsider, [organizations.acme, organizations.closed, organizations.initech]],
      [await visit(people.member), people.member, [organizations.globex, organizations.closed, organizations.shop]],
      // Of these the person is a member, and of one the owner: nothing of them belongs to the organization that acts.
      [bound, people.traveller, [organizations.globex, organizations.shop, organizations.closed]],
    ];

    for (const [reader, of, hidden] of readers) {
      for (const permission of ['org:read', 'org:update']) {
        const unknown = await nowhere(reader, of, permission);
        expect(JSON.parse(unknown)).toEqual(refused(permission, 'noMembership'));
        for (const { id } of hidden) expect(JSON.stringify(await access(reader, of, permission, id))).toBe(unknown);
        for (const id of ['org_nonsense', '', people.base.id]) {
          expect(JSON.stringify(await access(reader, of, permission, id))).toBe(unknown);
        }
      }
    }
  });

  test('of an impersonator who is staff: out of sight of the impersonated, no organization tells them from anybody else', async () => {
    const reader = await cast.staffAsTraveller();
    const { acme, closed } = cast.organizations;
    const ask = async (organizationId: string) => {
      const { viewer } = await reader.run(
        `query ($id: ID!) { viewer { impersonator { access(permission: "org:update", organizationId: $id) ${accessOf} } } }`,
        { id: organizationId },
      );
      return viewer.impersonator.access;
    };

    expect(await ask(acme.id)).toEqual(allowed('org:update', ['super_admin']));
    expect(await ask(closed.id)).toEqual(refused('org:update', 'noMembership'));
    expect(await ask(encodeId('org', newId()))).toEqual(refused('org:update', 'noMembership'));
  });

  test('is, of a membership that the reader knows nothing of, the membership alone', async () => {
    const { visit } = cast;
    const [admin, seller] = [await world.person(), await world.person()];
    const company = await world.organization({ owner: admin, members: [[seller, ['seller']]] });
    // A seller sees the organization, not its members; of whoever acts as them they see the person.
    const reader = await visit(seller, { impersonator: { by: admin, from: await visit(admin), boundTo: company } });
    const { viewer } = await reader.run(
      `query ($id: ID!) { viewer { impersonator { access(permission: "org:update", organizationId: $id) ${accessOf} } } }`,
      { id: company.id },
    );

    expect(viewer.impersonator.access).toEqual(allowed('org:update', ['org_admin']));
  });
});

describe('about oneself', () => {
  test('one reads it with an own role, whose organization is shown where it is in sight', async () => {
    const { traveller } = cast.people;
    const { globex } = cast.organizations;
    const membership = globex.memberships.get(traveller.uuid)!;
    const paths = 'allowed paths { role { code organization { slug } } membership { id organization { slug } } }';
    const ask = async (visit: Visit) =>
      (
        await visit.run(
          `query ($id: ID!) { viewer { user { access(permission: "org:members:invite", organizationId: $id) { ${paths} } } } }`,
          {
            id: globex.id,
          },
        )
      ).viewer.user.access;
    const by = (organization: { slug: string } | null) => ({
      allowed: true,
      paths: [{ role: { code: 'scout', organization }, membership: { id: membership, organization } }],
    });

    expect(await ask(await cast.visit(traveller))).toEqual(by({ slug: globex.slug }));
    expect(await ask(await cast.visit(traveller, { organization: globex }))).toEqual(by({ slug: globex.slug }));
    // Scoped elsewhere, one knows of the membership, and sees nothing of the organization.
    expect(await ask(await cast.visit(traveller, { organization: cast.organizations.acme }))).toEqual(by(null));
  });

  test('one is told that the own membership is suspended, or the organization', async () => {
    const { suspended, confined } = cast.people;
    const { acme, closed } = cast.organizations;

    expect(await access(await cast.visit(suspended), suspended, 'org:read', acme.id)).toEqual(
      refused('org:read', 'membershipSuspended'),
    );
    expect(await access(await cast.visit(confined), confined, 'org:update', closed.id)).toEqual(
      refused('org:update', 'organizationSuspended'),
    );
    // So it is elsewhere for a session with a scope.
    const elsewhere = await cast.visit(confined, { organization: acme });
    expect(await access(elsewhere, confined, 'org:update', closed.id)).toEqual(refused('org:update', 'organizationSuspended'));
  });

  test("an organization's impersonation reads it there", async () => {
    const { traveller } = cast.people;
    const { acme } = cast.organizations;
    const reader = await cast.adminAsTraveller();

    expect(await access(reader, traveller, 'org:members:read', acme.id)).toEqual(
      allowed('org:members:read', ['org_member', acme.memberships.get(traveller.uuid)!]),
    );
    expect(await access(reader, traveller, 'users:read', acme.id)).toEqual(refused('users:read', 'noRole'));
  });

  test('nothing is told of other organizations to the impersonation of staff in one, who sees them all', async () => {
    const { visit, organizations } = cast;
    const agent = await world.person({ roles: ['super_admin'] });
    const company = await world.organization({ owner: cast.people.base, members: [[agent]] });
    const other = await world.organization({ owner: cast.people.base, members: [[agent, ['org_admin']]] });
    const by = cast.people.systemAdmin;
    const reader = await visit(agent, { impersonator: { by, from: await visit(by), boundTo: company } });

    expect(await access(reader, agent, 'org:update', company.id)).toEqual(allowed('org:update', ['super_admin']));
    for (const { id } of [other, organizations.acme]) {
      expect(await access(reader, agent, 'org:update', id)).toEqual(refused('org:update', 'noMembership'));
      expect(await access(await visit(agent), agent, 'org:update', id)).toMatchObject({ allowed: true });
    }
  });
});

// ---------------------------------------------------------------- what else says it

const platformRoles = ['system_admin', 'super_admin', 'seller', 'base_user'] as const;
const rolesThere = ['org_admin', 'org_manager', 'seller', 'org_member', 'custom'] as const;
const somebody = fc.record({
  roles: fc.subarray([...platformRoles], { maxLength: 2 }),
  suspended: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  there: fc.option(fc.record({ roles: fc.subarray([...rolesThere], { minLength: 1 }), suspended: fc.boolean() }), { freq: 4 }),
});
const drawn = fc.record({
  people: fc.array(somebody, { minLength: 3, maxLength: 3 }),
  custom: fc.subarray(['org:members:read', 'org:members:invite', 'org:members:update', 'org:members:remove', 'org:update']),
  suspended: fc.boolean(),
});

test('it agrees with permissions, memberships and what a session may do, over random worlds', async () => {
  const { database, sql } = world;
  const codes = [...platformPermissions, ...organizationPermissions];
  const everyAccess = codes
    .map(
      (code) =>
        `${code.replaceAll(/\W/g, '_')}: access(permission: "${code}", organizationId: $id) { allowed paths { role { id } } reason }`,
    )
    .join(' ');
  let times = 0;
  await fc.assert(
    fc.asyncProperty(drawn, async (state) => {
      const people: Person[] = [];
      for (const { roles } of state.people) people.push(await world.person({ roles }));
      const company = await world.organization({
        owner: cast.people.base,
        status: state.suspended ? 'SUSPENDED' : 'ACTIVE',
        customRoles: { custom: state.custom },
        members: state.people.flatMap(({ there }, at) =>
          there ? [[people[at]!, there.roles, there.suspended ? 'SUSPENDED' : 'ACTIVE'] as const] : [],
        ),
      });
      const visits = await Promise.all(people.map((one) => cast.visit(one)));
      for (const [at, { suspended }] of state.people.entries()) {
        if (suspended) await database.query(sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${people[at]!.uuid}::uuid`);
      }

      for (const [at, person] of people.entries()) {
        const { user } = await staff.run(
          `query ($user: ID!, $id: ID!) { user(id: $user) { permissions memberships { nodes { permissions } } ${everyAccess} } }`,
          { user: person.id, id: company.id },
        );
        const [caller] = await database.read(callerOfSession, [visits[at]!.sessionUuid]);
        const { reach, alive } = caller!;
        const isStaff = reach.permissions.has('organizations:update') && reach.permissions.has('organizations:members');
        const byMembership: string[] = user.memberships.nodes.flatMap(
          ({ permissions }: { permissions: string[] }) => permissions,
        );

        const held = codes.filter((code) => user[code.replaceAll(/\W/g, '_')].allowed);
        const bySession = [...reach.permissions, ...(reach.organizations.get(company.uuid)?.permissions ?? [])];
        const rightsOf = (codes: readonly string[]) =>
          [...new Set([...codes, ...(isStaff ? organizationPermissions : [])])].sort();

        expect([...held].sort(), JSON.stringify({ state, at })).toEqual(
          alive ? rightsOf([...user.permissions, ...byMembership]) : [],
        );
        expect([...held].sort()).toEqual(alive ? rightsOf(bySession) : []);
        for (const code of codes) {
          const { allowed, paths, reason } = user[code.replaceAll(/\W/g, '_')];
          expect({ paths: paths.length > 0, reason: reason === null }, code).toEqual({ paths: allowed, reason: allowed });
          if (allowed) times++;
        }
      }
    }),
    { numRuns: 12, interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true },
  );
  expect(times).toBeGreaterThan(10);
});

// ---------------------------------------------------------------- what it costs

test('50 users take as many statements as one, whatever is asked', async () => {
  const people = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      world.person({ email: `access-${at}@counted.example`, roles: ['super_admin', 'base_user'] }),
    ),
  );
  const company = await world.organization({
    owner: people[0]!,
    customRoles: { hand: ['org:members:invite'] },
    members: people.slice(1).map((one) => [one, ['hand', 'org_member']] as const),
  });
  const ask = (fields: string) => async (most: number) => {
    let nodes: unknown[] = [];
    const statements = await world.statements(async () => {
      const document = `query ($most: Int, $id: ID!) { users(first: $most, where: { search: "counted.example" }) { nodes { id ${fields} } }
        organization(id: $id) { id } }`;
      nodes = (await staff.run(document, { most, id: company.id })).users.nodes;
    });
    return { statements, nodes: nodes.length };
  };
  const there = (permission: string) => `access(permission: "${permission}", organizationId: $id) ${accessOf}`;
  const asked = {
    nothing: ask(''),
    platform: ask(`access(permission: "users:read") ${accessOf}`),
    there: ask(there('org:members:read')),
    several: ask(`a: ${there('org:read')} b: ${there('org:update')} c: access(permission: "users:delete") ${accessOf}`),
  };
  await asked.several(50);

  const { statements: nothing } = await asked.nothing(1);
  const more = async (cost: (most: number) => Promise<{ statements: number; nodes: number }>) => {
    const [one, fifty] = [await cost(1), await cost(50)];
    expect([one.nodes, fifty.nodes]).toEqual([1, 50]);
    return [one.statements - nothing, fifty.statements - nothing];
  };

  expect(await more(asked.platform)).toEqual([2, 2]);
  // Roles; the membership, its roles, what all carry, and the membership as it is shown.
  expect(await more(asked.there)).toEqual([5, 5]);
  // What the roles of the platform carry may be asked before those of the membership are known.
  for (const statements of await more(asked.several)) expect([5, 6]).toContain(statements);
});
