import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { visitsTo } from './support/personas.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

/**
 * Whatever people with platform roles do to each other, one after the other: what happens is what this model of the rules
 * says, nobody has power that nobody gave who had it, and somebody who is active keeps `system_admin`. Whoever acts as
 * somebody else does so for as long as they outrank them, and no longer.
 */

const ranks = { system_admin: 0, super_admin: 5, seller: 50, buyer: 60, base_user: 100 } as const;
type Role = keyof typeof ranks;
const roles = Object.keys(ranks) as Role[];

interface Somebody {
  roles: Role[];
  suspended: boolean;
  gone: boolean;
}

/** People by their places, and who acts as whom, by the order in which that began. */
interface Model {
  readonly people: Somebody[];
  readonly living: Map<number, { readonly by: number; readonly of: number }>;
  begun: number;
}

type Step =
  | { readonly does: 'userImpersonate' | 'userHardDelete'; readonly caller: number; readonly target: number }
  /** By whoever acts as somebody, one of those who do. */
  | { readonly does: 'nested'; readonly which: number; readonly target: number }
  | { readonly does: 'stop'; readonly which: number }
  | { readonly does: 'userSetRoles'; readonly caller: number; readonly target: number; readonly roles: Role[] }
  | { readonly does: 'userSuspend' | 'userReactivate'; readonly caller: number; readonly target: number };

const start: readonly Role[][] = [['system_admin'], ['system_admin', 'base_user'], ['super_admin'], ['seller', 'base_user'], []];

let world: World;
let people: Person[];
/** Refresh tokens of the impersonations that were begun, in their order. */
let begun: string[] = [];
beforeAll(async () => {
  world = await startWorld({ STEWARD_IMPERSONATIONS: '100000' });
  people = [];
  for (const held of start) people.push(await world.person({ roles: held }));
});

const rankOf = (held: readonly Role[]): number => Math.min(100, ...held.map((role) => ranks[role]));
const isStaff = ({ roles: held }: Somebody): boolean => held.includes('system_admin') || held.includes('super_admin');

/** What the rules say of a step: the code of the refusal, or null, in which case the model has moved. */
function judged({ people: model, living }: Model, step: Step, began: () => number): string | null {
  const ends = (where: (one: { by: number; of: number }) => boolean) => {
    for (const [n, one] of living) if (where(one)) living.delete(n);
  };
  const acting = (which: number) => [...living][which % living.size]!;
  if (step.does === 'stop') {
    living.delete(acting(step.which)[0]);
    return null;
  }
  if (step.does === 'nested') return isStaff(model[acting(step.which)[1].of]!) ? 'WHILE_IMPERSONATING' : 'FORBIDDEN';

  const caller = model[step.caller]!;
  const target = model[step.target]!;
  const concerns = ({ by, of }: { by: number; of: number }) => by === step.target || of === step.target;
  if (step.does === 'userHardDelete' ? !caller.roles.includes('system_admin') : !isStaff(caller)) return 'FORBIDDEN';
  if (target.gone) return 'NOT_FOUND';
  if (step.does === 'userImpersonate') {
    if (step.caller === step.target) return 'SELF_NOT_ALLOWED';
    if (rankOf(target.roles) <= rankOf(caller.roles)) return 'RANK_TOO_LOW';
    if (target.suspended) return 'USER_SUSPENDED';
    living.set(began(), { by: step.caller, of: step.target });
    return null;
  }
  if (step.does === 'userHardDelete') {
    // Whoever may is an active system admin, and stays.
    if (step.caller === step.target) return 'SELF_NOT_ALLOWED';
    Object.assign(target, { roles: [], suspended: false, gone: true });
    ends(concerns);
    return null;
  }
  const named = step.does === 'userSetRoles' ? step.roles : [];
  if (step.does === 'userSuspend' && step.caller === step.target) return 'SELF_NOT_ALLOWED';
  if (Math.min(rankOf(target.roles), rankOf(named)) < rankOf(caller.roles)) return 'RANK_TOO_LOW';
  const losesAdmin =
    !target.suspended &&
    target.roles.includes('system_admin') &&
    (step.does === 'userSuspend' || (step.does === 'userSetRoles' && !named.includes('system_admin')));
  const others = model.filter((one) => one !== target && !one.suspended && one.roles.includes('system_admin'));
  if (losesAdmin && others.length === 0) return 'LAST_SYSTEM_ADMIN';

  if (step.does === 'userSetRoles') {
    const isDemoted = target.roles.some((role) => !named.includes(role));
    target.roles = named;
    ends(isDemoted ? concerns : ({ by, of }) => of === step.target && rankOf(target.roles) <= rankOf(model[by]!.roles));
  } else {
    target.suspended = step.does === 'userSuspend';
    if (target.suspended) ends(concerns);
  }
  return null;
}

async function reset(): Promise<Model> {
  const { database, sql } = world;
  await database.query(sql`DELETE FROM sessions`);
  const there = new Set((await database.query<{ id: string }>(sql`SELECT id FROM users`)).map(({ id }) => id));
  for (const [at, { uuid }] of people.entries()) if (!there.has(uuid)) people[at] = await world.person();
  begun = [];
  await database.query(sql`DELETE FROM user_roles`);
  await database.query(sql`UPDATE users SET status = 'ACTIVE', suspended_until = NULL, suspension_reason = NULL`);
  for (const [at, held] of start.entries()) {
    await database.query(sql`
      INSERT INTO user_roles (user_id, role_id) SELECT ${people[at]!.uuid}::uuid, id FROM roles WHERE scope = 'PLATFORM' AND code = ANY(${held}::text[])`);
  }
  const all = start.map((held) => ({ roles: [...held], suspended: false, gone: false }));
  return { people: all, living: new Map(), begun: 0 };
}

const refreshDocument = `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) {
  ... on AuthRefreshSuccess { tokens { accessToken refreshToken } } } }`;

/** Goes on acting as somebody; the access token, or null where that is over. */
async function goesOn(n: number): Promise<string | null> {
  const { authRefresh } = await world.anonymous.run(refreshDocument, { input: { refreshToken: begun[n] } });
  if (!authRefresh.tokens) return null;
  begun[n] = authRefresh.tokens.refreshToken;
  return authRefresh.tokens.accessToken;
}

/** The code of what came of it; null for a success. */
async function outcomeOf({ living }: Model, step: Step): Promise<string | null> {
  if (step.does === 'nested' || step.does === 'stop') {
    const [n] = [...living][step.which % living.size]!;
    const acting = visitsTo(world).visitWith(await goesOn(n));
    const { data, errors } =
      step.does === 'stop'
        ? await acting.ask('mutation { answer: authStopImpersonating { ... on MutationError { code } } }')
        : await acting.ask(
            `mutation ($input: UserImpersonateInput!) { answer: userImpersonate(input: $input) { ... on MutationError { code } } }`,
            { input: { userId: people[step.target]!.id, reason: 'As the model has it' } },
          );
    return errors[0]?.extensions.code ?? data.answer.code ?? null;
  }
  const type = `${step.does[0]!.toUpperCase()}${step.does.slice(1)}`;
  const userId = people[step.target]!.id;
  const input = {
    userSetRoles: { userId, roleCodes: 'roles' in step ? step.roles : [] },
    userSuspend: { userId, reason: 'As the model has it' },
    userReactivate: { userId },
    userImpersonate: { userId, reason: 'As the model has it' },
    userHardDelete: { userId, reason: 'As the model has it' },
  }[step.does];
  const visit = await visitsTo(world).visit(people[step.caller]!);
  const { data, errors } = await visit.ask(
    `mutation ($input: ${type}Input!) { ${step.does}(input: $input) { ... on MutationError { code }
       ${step.does === 'userImpersonate' ? '... on UserImpersonateSuccess { tokens { refreshToken } }' : ''} } }`,
    { input },
  );
  if (data?.[step.does].tokens) begun.push(data[step.does].tokens.refreshToken);
  return errors[0]?.extensions.code ?? data[step.does].code ?? null;
}

/** What lives and should not, by what is stored alone: of oneself, nested, over somebody as powerful, of or by who is suspended. */
const undue = () =>
  world.database.query(world.sql`
    SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id JOIN users i ON i.id = s.impersonator_id LEFT JOIN sessions f ON f.id = s.started_from_id,
           LATERAL (SELECT coalesce(min(r.rank), 100) AS rank FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id) AS theirs,
           LATERAL (SELECT coalesce(min(r.rank), 100) AS rank FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = i.id) AS ours
     WHERE s.ended_at IS NULL AND s.expires_at > now()
       AND (u.id = i.id OR ours.rank >= theirs.rank OR u.status = 'SUSPENDED' OR i.status = 'SUSPENDED'
            OR f.id IS NULL OR f.impersonator_id IS NOT NULL OR f.ended_at IS NOT NULL OR f.user_id <> i.id
            OR s.ends_at > s.created_at + interval '61 minutes')`);

async function stored(): Promise<Somebody[]> {
  const rows = await world.database.query<{ id: string; suspended: boolean; roles: Role[] }>(world.sql`
    SELECT u.id, u.status = 'SUSPENDED' AS suspended,
           ARRAY(SELECT r.code FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id) AS roles FROM users u`);
  return people.map(({ uuid }) => {
    const row = rows.find(({ id }) => id === uuid);
    return { roles: row?.roles.sort() ?? [], suspended: row?.suspended ?? false, gone: !row };
  });
}

const somebody = fc.nat({ max: start.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('userSetRoles'), caller: somebody, target: somebody, roles: fc.subarray(roles) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('userSuspend', 'userReactivate'), caller: somebody, target: somebody }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('userImpersonate'), caller: fc.constantFrom(0, 0, 1, 2, 3), target: somebody }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('nested'), which: fc.nat({ max: 9 }), target: somebody }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('stop'), which: fc.nat({ max: 9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('userHardDelete'), caller: fc.constantFrom(0, 1, 2), target: somebody }),
  },
);

/** Each way in which acting as somebody ends, beside those that are drawn. */
const everyEnd: Step[] = [
  { does: 'userImpersonate', caller: 2, target: 3 },
  { does: 'userImpersonate', caller: 0, target: 2 },
  { does: 'nested', which: 1, target: 4 },
  { does: 'userSetRoles', caller: 0, target: 3, roles: ['seller', 'buyer', 'base_user'] },
  { does: 'userSetRoles', caller: 0, target: 3, roles: ['seller', 'buyer', 'base_user', 'super_admin'] },
  { does: 'userImpersonate', caller: 2, target: 3 },
  { does: 'userImpersonate', caller: 3, target: 4 },
  { does: 'userSetRoles', caller: 1, target: 3, roles: ['seller'] },
  { does: 'userImpersonate', caller: 2, target: 4 },
  { does: 'userSuspend', caller: 0, target: 4 },
  { does: 'userImpersonate', caller: 2, target: 4 },
  { does: 'userReactivate', caller: 0, target: 4 },
  { does: 'userImpersonate', caller: 2, target: 4 },
  { does: 'userImpersonate', caller: 1, target: 3 },
  { does: 'stop', which: 2 },
  { does: 'userHardDelete', caller: 0, target: 2 },
  { does: 'userImpersonate', caller: 1, target: 3 },
  { does: 'userHardDelete', caller: 0, target: 3 },
  { does: 'userImpersonate', caller: 0, target: 3 },
  { does: 'userHardDelete', caller: 0, target: 1 },
  { does: 'userHardDelete', caller: 0, target: 0 },
];

test('any sequence of changes ends where the rules say, leaves an active system admin, and nobody acts as whom they do not outrank', async () => {
  let changes = 0;
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
      const model = await reset();
      for (const one of steps) {
        // Who is suspended, or gone, does not get in; that is shown elsewhere.
        if ('caller' in one && (model.people[one.caller]!.suspended || model.people[one.caller]!.gone)) continue;
        if ('which' in one && model.living.size === 0) continue;
        const outcome = await outcomeOf(model, one);
        const expected = judged(model, one, () => model.begun++);
        expect(outcome, JSON.stringify(one)).toBe(expected);
        if (expected === null) changes++;
        const living = [];
        for (const n of begun.keys()) if (await goesOn(n)) living.push(n);
        expect(living, JSON.stringify(one)).toEqual([...model.living.keys()]);
        expect(await undue(), JSON.stringify(one)).toEqual([]);
      }
      ended += model.begun - model.living.size;
      expect(await stored()).toEqual(model.people.map((one) => ({ ...one, roles: [...one.roles].sort() })));
      expect(model.people.some((one) => !one.suspended && one.roles.includes('system_admin'))).toBe(true);
    }),
    { numRuns: 25, examples: [[everyEnd]] },
  );
  expect(changes).toBeGreaterThan(25);
  // The example alone has every way in which one ends.
  expect(ended).toBeGreaterThan(6);
});

// ---------------------------------------------------------------- in an organization

/**
 * The same in an organization: what members, people outside and staff do to each other and to the roles there. Beside the
 * model there is a second, blunt proof, of what is stored alone: whatever permission somebody's roles come to carry, whoever
 * gave it held it when they did.
 */

const builtInThere = {
  org_admin: [10, ['roles', 'roles:read', 'audit', 'impersonate', 'read', 'members', 'invite', 'update', 'remove', 'edit']],
  org_manager: [20, ['roles:read', 'read', 'members', 'invite', 'update']],
  seller: [50, ['read']],
  org_member: [80, ['read', 'members']],
} as const;
/** What custom roles may carry, by short names. */
const assignable = {
  read: 'org:read',
  members: 'org:members:read',
  invite: 'org:members:invite',
  update: 'org:members:update',
  remove: 'org:members:remove',
  edit: 'org:update',
} as const;
type Assignable = keyof typeof assignable;
const customCodes = ['first', 'second', 'third'] as const;
type CustomCode = (typeof customCodes)[number];
type RoleThere = keyof typeof builtInThere | CustomCode;

interface Custom {
  readonly rank: number;
  readonly permissions: readonly Assignable[];
}

interface There {
  owner: number;
  members: Map<number, { roles: RoleThere[]; suspended: boolean }>;
  customs: Map<CustomCode, Custom>;
  /** Pending ones, by who is invited. */
  invitations: Map<number, { roles: RoleThere[]; by: number }>;
}

type StepThere =
  | {
      readonly does: 'setMemberRoles' | 'addMember' | 'createInvitation';
      readonly caller: number;
      readonly target: number;
      readonly roles: RoleThere[];
    }
  | {
      readonly does:
        | 'suspendMember'
        | 'unsuspendMember'
        | 'removeMember'
        | 'impersonate'
        | 'transferOwnership'
        | 'resendInvitation'
        | 'revokeInvitation';
      readonly caller: number;
      readonly target: number;
    }
  | {
      readonly does: 'createRole' | 'updateRole';
      readonly caller: number;
      readonly code: CustomCode;
      readonly rank: number;
      readonly permissions: Assignable[];
    }
  | { readonly does: 'deleteRole'; readonly caller: number; readonly code: CustomCode }
  | { readonly does: 'acceptInvitation' | 'leaveOrganization'; readonly caller: number };

const cast = ['owner', 'admin', 'manager', 'member', 'outsider', 'another outsider', 'super admin'] as const;
const staffThere = cast.indexOf('super admin');
const atFirst: readonly (readonly [person: number, role: RoleThere])[] = [
  [0, 'org_admin'],
  [1, 'org_admin'],
  [2, 'org_manager'],
  [3, 'org_member'],
];

let there: World;
let crowd: Person[];
let company: Organization;
beforeAll(async () => {
  there = await startWorld({ STEWARD_INVITATIONS: '100000', STEWARD_IMPERSONATIONS: '100000' });
  crowd = [];
  for (const [at, name] of cast.entries()) {
    crowd.push(await there.person({ name, ...(at === staffThere && { roles: ['super_admin'] }) }));
  }
  company = await there.organization({ owner: crowd[0]! });
});

const roleOf = ({ customs }: There, code: RoleThere): readonly [rank: number, permissions: readonly string[]] => {
  const custom = customs.get(code as CustomCode);
  return custom ? [custom.rank, custom.permissions] : builtInThere[code as keyof typeof builtInThere];
};
/** To change members in any way, or to invite, is to see them. */
const withImplied = (permissions: readonly string[]): Set<string> =>
  new Set([...permissions, ...(permissions.some((one) => ['invite', 'update', 'remove'].includes(one)) ? ['members'] : [])]);

/** What somebody's word weighs there; null of who is no active member, and no staff. */
function weight(model: There, person: number): { rank: number; permissions: Set<string> | 'all' } | null {
  if (person === staffThere) return { rank: -1, permissions: 'all' };
  const membership = model.members.get(person);
  if (!membership || membership.suspended) return null;
  const held = membership.roles.map((code) => roleOf(model, code));
  return {
    rank: Math.min(...held.map(([rank]) => rank)),
    permissions: withImplied(['read', ...held.flatMap(([, permissions]) => permissions)]),
  };
}

const neededThere: Partial<Record<StepThere['does'], string>> = {
  setMemberRoles: 'update',
  suspendMember: 'update',
  unsuspendMember: 'update',
  removeMember: 'remove',
  impersonate: 'impersonate',
  createRole: 'roles',
  updateRole: 'roles',
  deleteRole: 'roles',
  createInvitation: 'invite',
  resendInvitation: 'invite',
  revokeInvitation: 'invite',
};
const strip = (roles: RoleThere[], code: RoleThere): RoleThere[] => {
  const left = roles.filter((one) => one !== code);
  return left.length > 0 ? left : ['org_member'];
};

/** What the rules say of a step: the code of the refusal, or null, in which case the model has moved. */
function judgedThere(model: There, step: StepThere): string | null {
  const { members, customs, invitations } = model;
  const mine = weight(model, step.caller);

  if (step.does === 'leaveOrganization') {
    if (!members.has(step.caller)) return 'NOT_FOUND';
    if (step.caller === model.owner) return 'OWNER_PROTECTED';
    members.delete(step.caller);
    return null;
  }
  if (step.does === 'acceptInvitation') {
    const invitation = invitations.get(step.caller)!;
    if (members.has(step.caller)) return 'ALREADY_MEMBER';
    const inviter = weight(model, invitation.by);
    const mayInvite = inviter && (inviter.permissions === 'all' || inviter.permissions.has('invite'));
    const roles = mayInvite ? invitation.roles.filter((code) => gives(model, inviter, [code]) === null) : [];
    members.set(step.caller, { roles: roles.length > 0 ? roles : ['org_member'], suspended: false });
    invitations.delete(step.caller);
    return null;
  }

  if (step.does === 'addMember') {
    if (step.caller !== staffThere) return 'FORBIDDEN';
    if (members.has(step.target)) return 'ALREADY_MEMBER';
    members.set(step.target, { roles: step.roles.length > 0 ? step.roles : ['org_member'], suspended: false });
    return null;
  }
  if (!mine) return 'NOT_FOUND';
  const isAllowed =
    mine.permissions === 'all' ||
    (step.does === 'transferOwnership' ? step.caller === model.owner : mine.permissions.has(neededThere[step.does]!));
  if (!isAllowed) return 'FORBIDDEN';

  switch (step.does) {
    case 'createRole':
      if (customs.has(step.code)) return 'CODE_TAKEN';
      customs.set(step.code, step);
      return null;
    case 'updateRole':
      if (!customs.has(step.code)) return 'NOT_FOUND';
      customs.set(step.code, step);
      return null;
    case 'deleteRole':
      if (!customs.delete(step.code)) return 'NOT_FOUND';
      for (const one of [...members.values(), ...invitations.values()]) one.roles = strip(one.roles, step.code);
      return null;
    case 'createInvitation': {
      const roles: RoleThere[] = step.roles.length > 0 ? step.roles : ['org_member'];
      const refused = gives(model, mine, roles);
      if (refused) return refused;
      if (members.has(step.target)) return 'ALREADY_MEMBER';
      invitations.set(step.target, { roles, by: step.caller });
      return null;
    }
    case 'resendInvitation': {
      // Who sends it again stands for what it carries.
      const { roles } = invitations.get(step.target)!;
      const refused = gives(model, mine, roles);
      if (refused) return refused;
      if (members.has(step.target)) return 'ALREADY_MEMBER';
      invitations.set(step.target, { roles, by: step.caller });
      return null;
    }
    case 'revokeInvitation':
      invitations.delete(step.target);
      return null;
  }

  // What is left names a member.
  const { target } = step as Extract<StepThere, { target: number }>;
  const membership = members.get(target);
  if (!membership) return 'NOT_FOUND';
  const isTooPowerful = membership.roles.some((code) => roleOf(model, code)[0] < mine.rank);
  switch (step.does) {
    case 'impersonate':
      if (target === step.caller) return 'SELF_NOT_ALLOWED';
      // Whoever has a say on the platform is nobody's to act as in an organization.
      if (target === staffThere || membership.roles.some((code) => roleOf(model, code)[0] <= mine.rank)) return 'RANK_TOO_LOW';
      return membership.suspended ? 'NOT_A_MEMBER' : null;
    case 'setMemberRoles': {
      const roles: RoleThere[] = step.roles.length > 0 ? step.roles : ['org_member'];
      if (target === model.owner && !roles.includes('org_admin')) return 'OWNER_PROTECTED';
      if (isTooPowerful || roles.some((code) => roleOf(model, code)[0] < mine.rank)) return 'RANK_TOO_LOW';
      const refused = gives(
        model,
        mine,
        roles.filter((code) => !membership.roles.includes(code)),
      );
      if (refused) return refused;
      membership.roles = roles;
      return null;
    }
    case 'transferOwnership':
      if (membership.suspended) return 'NOT_A_MEMBER';
      model.owner = target;
      if (!membership.roles.includes('org_admin')) membership.roles = [...membership.roles, 'org_admin'];
      return null;
    case 'unsuspendMember':
      if (isTooPowerful) return 'RANK_TOO_LOW';
      membership.suspended = false;
      return null;
    default:
      if (target === step.caller) return 'SELF_NOT_ALLOWED';
      if (target === model.owner) return 'OWNER_PROTECTED';
      if (isTooPowerful) return 'RANK_TOO_LOW';
      if (step.does === 'suspendMember') membership.suspended = true;
      else members.delete(target);
      return null;
  }
}

/** Why somebody may not give the roles; null where they may. */
function gives(model: There, by: { rank: number; permissions: Set<string> | 'all' }, codes: readonly RoleThere[]): string | null {
  const roles = codes.map((code) => roleOf(model, code));
  if (roles.some(([rank]) => rank < by.rank)) return 'RANK_TOO_LOW';
  const { permissions: held } = by;
  const isHeld = held === 'all' || roles.every(([, permissions]) => permissions.every((one) => held.has(one)));
  return isHeld ? null : 'PERMISSION_NOT_HELD';
}

async function resetThere(): Promise<There> {
  const { sql } = there;
  await there.database.transaction(async (tx) => {
    const organization = company.uuid;
    await tx.$executeRaw(sql`DELETE FROM sessions`);
    await tx.$executeRaw(sql`DELETE FROM memberships`);
    await tx.$executeRaw(sql`DELETE FROM invitations`);
    await tx.$executeRaw(sql`DELETE FROM roles WHERE organization_id = ${organization}::uuid`);
    for (const [person, role] of atFirst) {
      const id = newId();
      await tx.$executeRaw(sql`
        INSERT INTO memberships (id, organization_id, user_id) VALUES (${id}::uuid, ${organization}::uuid, ${crowd[person]!.uuid}::uuid)`);
      await tx.$executeRaw(sql`
        INSERT INTO membership_roles (membership_id, role_id)
        SELECT ${id}::uuid, id FROM roles WHERE built_in AND scope = 'ORGANIZATION' AND code = ${role}`);
    }
    await tx.$executeRaw(sql`UPDATE organizations SET owner_id = ${crowd[0]!.uuid}::uuid WHERE id = ${organization}::uuid`);
  });
  return {
    owner: 0,
    members: new Map(atFirst.map(([person, role]) => [person, { roles: [role], suspended: false }])),
    customs: new Map(),
    invitations: new Map(),
  };
}

async function outcomeThere(step: StepThere): Promise<string | null> {
  const organizationId = company.id;
  const about = 'target' in step ? step.target : step.caller;
  const userId = crowd[about]!.id;
  const roleCodes = 'roles' in step ? step.roles : [];
  const role = 'permissions' in step ? { rank: step.rank, permissionCodes: step.permissions.map((one) => assignable[one]) } : {};
  const roleId = 'code' in step && (step.does === 'updateRole' || step.does === 'deleteRole') ? await idOf(step.code) : '';
  const [mutation, input]: [string, object] = {
    setMemberRoles: ['organizationSetMemberRoles', { organizationId, userId, roleCodes }],
    addMember: ['organizationAddMember', { organizationId, userId, roleCodes }],
    createInvitation: ['organizationCreateInvitation', { organizationId, email: crowd[about]!.email, roleCodes }],
    suspendMember: ['organizationSetMemberStatus', { organizationId, userId, status: 'SUSPENDED' }],
    unsuspendMember: ['organizationSetMemberStatus', { organizationId, userId, status: 'ACTIVE' }],
    removeMember: ['organizationRemoveMember', { organizationId, userId }],
    impersonate: ['userImpersonate', { organizationId, userId, reason: 'As the model has it' }],
    transferOwnership: ['organizationTransferOwnership', { organizationId, newOwnerId: userId }],
    createRole: ['organizationCreateRole', { organizationId, code: 'code' in step ? step.code : '', name: 'Custom', ...role }],
    updateRole: ['organizationUpdateRole', { organizationId, roleId, ...role }],
    deleteRole: ['organizationDeleteRole', { organizationId, roleId }],
    resendInvitation: ['organizationResendInvitation', { organizationId, invitationId: await invitationOf(about) }],
    revokeInvitation: ['organizationRevokeInvitation', { organizationId, invitationId: await invitationOf(about) }],
    acceptInvitation: ['accountAcceptInvitation', { invitationId: await invitationOf(about) }],
    leaveOrganization: ['accountLeaveOrganization', { organizationId }],
  }[step.does] as [string, object];
  const visit = await visitsTo(there).visit(crowd[step.caller]!);
  const { data, errors } = await visit.ask(
    `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { ... on MutationError { code } } }`,
    { input },
  );
  return errors[0]?.extensions.code ?? data[mutation].code ?? null;
}

async function idOf(code: CustomCode): Promise<string> {
  const [role] = await there.database.query<{ id: string }>(
    there.sql`SELECT id FROM roles WHERE organization_id = ${company.uuid}::uuid AND code = ${code}`,
  );
  return encodeId('role', role?.id ?? newId());
}

async function invitationOf(person: number): Promise<string> {
  const [invitation] = await there.database.query<{ id: string }>(
    there.sql`SELECT id FROM invitations WHERE email = ${crowd[person]!.email} AND status = 'PENDING'`,
  );
  return encodeId('inv', invitation?.id ?? newId());
}

interface StoredThere {
  readonly owner: string;
  readonly memberCount: number;
  readonly members: readonly {
    user: string;
    status: string;
    roles: RoleThere[];
    permissions: string[];
  }[];
  readonly invitations: readonly { email: string; by: string; roles: RoleThere[] }[];
}

async function storedThere(): Promise<StoredThere> {
  const [row] = await there.database.query<StoredThere>(there.sql`
    SELECT o.owner_id AS owner, o.member_count AS "memberCount",
           (SELECT coalesce(json_agg(json_build_object('user', m.user_id, 'status', m.status,
              'roles', (SELECT coalesce(json_agg(r.code ORDER BY r.code), '[]') FROM membership_roles mr JOIN roles r ON r.id = mr.role_id WHERE mr.membership_id = m.id),
              'permissions', (SELECT coalesce(json_agg(DISTINCT rp.permission_code), '[]') FROM membership_roles mr
                                JOIN role_permissions rp ON rp.role_id = mr.role_id WHERE mr.membership_id = m.id))), '[]')
              FROM memberships m WHERE m.organization_id = o.id) AS members,
           (SELECT coalesce(json_agg(json_build_object('email', i.email, 'by', i.invited_by_id,
              'roles', (SELECT coalesce(json_agg(r.code ORDER BY r.code), '[]') FROM invitation_roles ir JOIN roles r ON r.id = ir.role_id WHERE ir.invitation_id = i.id))), '[]')
              FROM invitations i WHERE i.organization_id = o.id AND i.status = 'PENDING') AS invitations
      FROM organizations o WHERE o.id = ${company.uuid}::uuid`);
  return row!;
}

/** What somebody's roles came to carry by the step, and whoever gave it does not hold, by what is stored alone. */
function unduly(before: StoredThere, after: StoredThere, step: StepThere): string[] {
  const everybodyAtLeast = ['org:read', 'org:members:read'];
  const inviter = before.invitations.find(({ email }) => email === crowd[step.caller]!.email)?.by;
  const giver = step.does === 'acceptInvitation' ? inviter : crowd[step.caller]!.uuid;
  if (giver === crowd[staffThere]!.uuid) return [];
  const held = before.members.find(({ user, status }) => user === giver && status === 'ACTIVE')?.permissions ?? [];
  return after.members.flatMap(({ user, permissions }) => {
    const had = before.members.find((one) => one.user === user)?.permissions ?? [];
    return permissions.filter((one) => ![...had, ...held, ...everybodyAtLeast].includes(one)).map((one) => `${user} ${one}`);
  });
}

/**
 * What lives and should not: of who is no active member, of oneself, nested, or by who is no active member any more with the
 * permission for it and more power there, and no staff.
 */
const undueThere = () =>
  there.database.query(there.sql`
    SELECT s.id FROM sessions s LEFT JOIN sessions f ON f.id = s.started_from_id
     WHERE s.bound_to_id = ${company.uuid}::uuid AND s.ended_at IS NULL AND s.expires_at > now()
       AND NOT (s.user_id <> s.impersonator_id AND s.organization_id = s.bound_to_id AND f.impersonator_id IS NULL AND f.ended_at IS NULL
                AND EXISTS (SELECT FROM memberships m WHERE m.organization_id = s.bound_to_id AND m.user_id = s.user_id AND m.status = 'ACTIVE')
                AND (s.impersonator_id = ${crowd[staffThere]!.uuid}::uuid OR EXISTS (
                  SELECT FROM memberships m JOIN membership_roles mr ON mr.membership_id = m.id JOIN roles r ON r.id = mr.role_id
                   WHERE m.organization_id = s.bound_to_id AND m.user_id = s.impersonator_id AND m.status = 'ACTIVE'
                     AND EXISTS (SELECT FROM role_permissions rp WHERE rp.role_id = r.id AND rp.permission_code = 'org:members:impersonate')
                     AND r.rank < (SELECT min(t.rank) FROM memberships n JOIN membership_roles nr ON nr.membership_id = n.id JOIN roles t ON t.id = nr.role_id
                                    WHERE n.organization_id = s.bound_to_id AND n.user_id = s.user_id))))`);
const livingThere = async () =>
  (await there.database.query(there.sql`SELECT id FROM sessions WHERE bound_to_id IS NOT NULL AND ended_at IS NULL`)).length;

const shownThere = ({ owner, members, invitations }: There) => ({
  owner: crowd[owner]!.uuid,
  memberCount: members.size,
  members: [...members]
    .map(([person, { roles, suspended }]) => ({
      user: crowd[person]!.uuid,
      status: suspended ? 'SUSPENDED' : 'ACTIVE',
      roles: [...roles].sort(),
    }))
    .sort((a, b) => (a.user < b.user ? -1 : 1)),
  invitations: [...invitations]
    .map(([person, { roles, by }]) => ({ email: crowd[person]!.email, by: crowd[by]!.uuid, roles: [...roles].sort() }))
    .sort((a, b) => (a.email < b.email ? -1 : 1)),
});
const asModel = ({ owner, memberCount, members, invitations }: StoredThere) => ({
  owner,
  memberCount,
  members: members
    .map(({ user, status, roles }) => ({ user, status, roles: [...roles].sort() }))
    .sort((a, b) => (a.user < b.user ? -1 : 1)),
  invitations: invitations
    .map(({ email, by, roles }) => ({ email, by, roles: [...roles].sort() }))
    .sort((a, b) => (a.email < b.email ? -1 : 1)),
});

/** Whoever has no power is refused alike each time, so they are asked less often. */
const anybody = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 2) },
  { weight: 2, arbitrary: fc.nat({ max: cast.length - 1 }) },
);
const somebodyThere = fc.nat({ max: cast.length - 1 });
const rolesThere = fc.subarray([...(Object.keys(builtInThere) as RoleThere[]), ...customCodes], { maxLength: 3 });
const customRole = {
  code: fc.constantFrom(...customCodes),
  rank: fc.constantFrom(10, 20, 60, 70, 90),
  permissions: fc.subarray(Object.keys(assignable) as Assignable[]),
};
const stepThere: fc.Arbitrary<StepThere> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom('setMemberRoles', 'createInvitation', 'addMember'),
      caller: anybody,
      target: somebodyThere,
      roles: rolesThere,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('suspendMember', 'unsuspendMember', 'removeMember', 'transferOwnership'),
      caller: anybody,
      target: somebodyThere,
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('impersonate'), caller: anybody, target: somebodyThere }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('resendInvitation', 'revokeInvitation'),
      caller: anybody,
      target: somebodyThere,
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('createRole', 'updateRole'), caller: anybody, ...customRole }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deleteRole'), caller: anybody, code: customRole.code }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('acceptInvitation'), caller: somebodyThere }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leaveOrganization'), caller: somebodyThere }) },
);

/** Each of the changes once, with an inviter who is weaker by the time that the invitation is accepted. */
const everyChange: StepThere[] = [
  { does: 'createRole', caller: 1, code: 'first', rank: 60, permissions: ['invite', 'edit'] },
  { does: 'setMemberRoles', caller: 0, target: 3, roles: ['first', 'org_member'] },
  { does: 'createInvitation', caller: 3, target: 4, roles: ['first'] },
  { does: 'updateRole', caller: 0, code: 'first', rank: 60, permissions: ['invite', 'update', 'remove'] },
  { does: 'acceptInvitation', caller: 4 },
  { does: 'createInvitation', caller: 1, target: 5, roles: ['org_admin', 'first'] },
  { does: 'setMemberRoles', caller: 0, target: 1, roles: ['org_manager'] },
  { does: 'acceptInvitation', caller: 5 },
  { does: 'suspendMember', caller: 2, target: 5 },
  { does: 'unsuspendMember', caller: 2, target: 5 },
  { does: 'removeMember', caller: 4, target: 5 },
  { does: 'createInvitation', caller: 4, target: 5, roles: [] },
  { does: 'resendInvitation', caller: 2, target: 5 },
  { does: 'revokeInvitation', caller: 6, target: 5 },
  { does: 'addMember', caller: 6, target: 5, roles: ['first', 'seller'] },
  { does: 'deleteRole', caller: 0, code: 'first' },
  { does: 'impersonate', caller: 0, target: 2 },
  { does: 'transferOwnership', caller: 0, target: 2 },
  { does: 'leaveOrganization', caller: 0 },
];

/** Each way in which acting as a member ends. */
const everyEndThere: StepThere[] = [
  { does: 'createRole', caller: 0, code: 'first', rank: 60, permissions: ['edit'] },
  { does: 'setMemberRoles', caller: 0, target: 3, roles: ['first'] },
  { does: 'impersonate', caller: 1, target: 3 },
  { does: 'impersonate', caller: 1, target: 2 },
  { does: 'updateRole', caller: 0, code: 'first', rank: 10, permissions: ['edit'] },
  { does: 'updateRole', caller: 0, code: 'first', rank: 70, permissions: ['edit'] },
  { does: 'impersonate', caller: 1, target: 3 },
  { does: 'setMemberRoles', caller: 0, target: 3, roles: ['first', 'org_admin'] },
  { does: 'setMemberRoles', caller: 0, target: 3, roles: ['org_member'] },
  { does: 'impersonate', caller: 1, target: 3 },
  { does: 'suspendMember', caller: 0, target: 3 },
  { does: 'impersonate', caller: 6, target: 3 },
  { does: 'unsuspendMember', caller: 0, target: 3 },
  { does: 'impersonate', caller: 6, target: 3 },
  { does: 'removeMember', caller: 0, target: 3 },
  { does: 'setMemberRoles', caller: 0, target: 1, roles: ['org_manager'] },
  { does: 'impersonate', caller: 0, target: 1 },
  { does: 'transferOwnership', caller: 0, target: 1 },
];

test('in an organization, any sequence of changes ends where the rules say, and nobody has a permission that nobody gave who held it', async () => {
  const changed = new Map<string, number>();
  let acting = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(stepThere, { minLength: 8, maxLength: 20 }), async (steps) => {
      const model = await resetThere();
      let before = await storedThere();
      for (const drawn of steps) {
        // What names a role that is not there yet is shown elsewhere.
        const known = (code: RoleThere) => code in builtInThere || model.customs.has(code as CustomCode);
        const one = 'roles' in drawn ? { ...drawn, roles: drawn.roles.filter(known) } : drawn;
        const invited = one.does.endsWith('Invitation') && one.does !== 'createInvitation';
        if (invited && !model.invitations.has('target' in one ? one.target : one.caller)) continue;

        const expected = judgedThere(model, one);
        expect(await outcomeThere(one), JSON.stringify(one)).toBe(expected);
        const after = await storedThere();
        expect(unduly(before, after, one), JSON.stringify(one)).toEqual([]);
        expect(asModel(after), JSON.stringify(one)).toEqual(shownThere(model));
        expect(await undueThere(), JSON.stringify(one)).toEqual([]);
        // Somebody has begun to, and there is something that could be undue.
        if (one.does === 'impersonate' && expected === null) acting += await livingThere();
        const owner = after.members.find(({ user }) => user === after.owner);
        expect(owner).toMatchObject({ status: 'ACTIVE', roles: expect.arrayContaining(['org_admin']) });
        expect(after.members.filter(({ roles: held }) => held.length === 0)).toEqual([]);
        expect(after.memberCount).toBe(after.members.length);
        if (expected === null) changed.set(one.does, (changed.get(one.does) ?? 0) + 1);
        before = after;
      }
    }),
    // What fails is made small for a while, and told.
    { numRuns: 25, examples: [[everyChange], [everyEndThere]], interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true },
  );
  expect(acting).toBeGreaterThan(6);
  expect([...changed.keys()].sort()).toEqual([...new Set(everyChange.map(({ does }) => does))].sort());
});
