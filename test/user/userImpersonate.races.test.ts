import { beforeAll, describe, expect, test } from 'vitest';
import { startAuthWorld } from '../auth/support.ts';
import { type Visit, visitsTo } from '../support/personas.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { clientOf, type Organization, type Person, type World } from '../support/world.ts';
import { expectEnded, holds, mutationOf } from './support.ts';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
let boss: Visit;
beforeAll(async () => {
  world = await startAuthWorld();
  ({ visit } = visitsTo(world));
  boss = await visit(await world.person({ roles: ['system_admin'] }));
});

const reason = 'Ticket 4711';
const Impersonate = mutationOf('userImpersonate', 'tokens { accessToken refreshToken }', []);
const Logout = 'mutation { authLogout { ... on AuthLogoutSuccess { ok } } }';

/** What came of it: its tokens, or the code of the refusal. */
async function begin(by: Visit, as: Person, organization?: Organization) {
  const input = { userId: as.id, organizationId: organization?.id, reason };
  const { data, errors } = await by.ask(Impersonate, { input });
  const { tokens = null, code = errors[0]?.extensions.code } = data?.userImpersonate ?? {};
  return { tokens: tokens as { accessToken: string; refreshToken: string } | null, code: code as string };
}

async function change(by: Visit, name: string, input: object): Promise<void> {
  const { data, errors } = await by.ask(mutationOf(name, '__typename', []), { input });
  expect([data?.[name].code, errors]).toEqual([undefined, []]);
}

const [super_admin, base_user] = [
  ['super_admin', 'base_user'],
  ['base_user', 'buyer'],
];

interface Race {
  readonly staff: Person;
  readonly jo: Person;
  readonly from: Visit;
}

interface RaceThere extends Race {
  readonly acme: Organization;
  readonly owner: Visit;
}

/** What takes the ground from under an impersonation that begins at the same moment, and lets none begin after it. */
const anywhere: Record<string, (race: Race) => Promise<unknown>> = {
  'the rise of the person': ({ jo }) =>
    change(boss, 'userSetRoles', { userId: jo.id, roleCodes: ['base_user', 'buyer', 'super_admin'] }),
  'the demotion of the caller': ({ staff }) => change(boss, 'userSetRoles', { userId: staff.id, roleCodes: ['base_user'] }),
  'the suspension of the person': ({ jo }) => change(boss, 'userSuspend', { userId: jo.id, reason }),
  'the suspension of the caller': ({ staff }) => change(boss, 'userSuspend', { userId: staff.id, reason }),
  'a new address of the caller': ({ staff }) => change(boss, 'userUpdate', { userId: staff.id, email: `new-${staff.email}` }),
  'a logout of the session that it starts from': ({ from }) => from.run(Logout),
  'the end of that session by others': ({ staff, from }) =>
    change(boss, 'userTerminateSession', { userId: staff.id, sessionId: from.sessionId }),
  'the deletion of the person': ({ jo }) => change(boss, 'userHardDelete', { userId: jo.id, reason }),
  'the deletion of the caller': ({ staff }) => change(boss, 'userHardDelete', { userId: staff.id, reason }),
};

const there: Record<string, (race: RaceThere) => Promise<unknown>> = {
  'the removal of the member': ({ owner, jo, acme }) =>
    change(owner, 'organizationRemoveMember', { organizationId: acme.id, userId: jo.id }),
  'the removal of the admin': ({ owner, staff, acme }) =>
    change(owner, 'organizationRemoveMember', { organizationId: acme.id, userId: staff.id }),
  'a suspended membership': ({ owner, jo, acme }) =>
    change(owner, 'organizationSetMemberStatus', { organizationId: acme.id, userId: jo.id, status: 'SUSPENDED' }),
  'the rise of the member': ({ owner, jo, acme }) =>
    change(owner, 'organizationSetMemberRoles', {
      organizationId: acme.id,
      userId: jo.id,
      roleCodes: ['org_member', 'org_admin'],
    }),
  'the demotion of the admin': ({ owner, staff, acme }) =>
    change(owner, 'organizationSetMemberRoles', { organizationId: acme.id, userId: staff.id, roleCodes: ['org_member'] }),
  'a role of the member on the platform': ({ jo }) =>
    change(boss, 'userSetRoles', { userId: jo.id, roleCodes: ['base_user', 'seller'] }),
  'the end of the organization': ({ acme }) => change(boss, 'organizationDelete', { organizationId: acme.id }),
};

/** However the two came one after the other, nothing of it lives. */
async function expectNothingLives({ tokens }: { tokens: { accessToken: string; refreshToken: string } | null }) {
  if (tokens) await expectEnded(world, tokens);
}

const few = Math.max(3, Math.ceil(rounds / 4));

describe('an impersonation that begins at the same moment does not outlive', () => {
  test.each(Object.keys(anywhere))('%s', async (what) => {
    for (let round = 0; round < few; round++) {
      const [staff, jo] = [await world.person({ roles: super_admin! }), await world.person({ roles: base_user! })];
      const race = { staff, jo, from: await visit(staff) };

      const [begun] = await Promise.all([begin(race.from, jo), anywhere[what]!(race)]);

      await expectNothingLives(begun);
    }
  });

  test.each(Object.keys(there))('in an organization: %s', async (what) => {
    for (let round = 0; round < few; round++) {
      const [owner, staff, jo] = [await world.person(), await world.person(), await world.person()];
      const acme = await world.organization({ owner, members: [[staff, ['org_member', 'org_admin']], [jo]] });
      const race = { staff, jo, acme, owner: await visit(owner), from: await visit(staff) };

      const [begun] = await Promise.all([begin(race.from, jo, acme), there[what]!(race)]);

      await expectNothingLives(begun);
    }
  });
});

describe('who waits for a change judges by what it has left', () => {
  const roleOf = (code: string) => `(SELECT id FROM roles WHERE built_in AND scope = 'PLATFORM' AND code = '${code}')`;

  test('a person who has risen meanwhile is out of reach', async () => {
    const [staff, jo] = [await world.person({ roles: super_admin! }), await world.person()];
    const from = await visit(staff);
    const rise = `SELECT FROM users WHERE id = '${jo.uuid}' FOR NO KEY UPDATE; INSERT INTO user_roles (user_id, role_id) VALUES ('${jo.uuid}', ${roleOf('super_admin')})`;

    expect((await whileUncommitted(world, rise, () => begin(from, jo))).code).toBe('RANK_TOO_LOW');
  });

  test('a caller who has been demoted meanwhile begins nothing', async () => {
    const [staff, jo] = [await world.person({ roles: super_admin! }), await world.person()];
    const from = await visit(staff);
    const demotion = `UPDATE users SET token_version = token_version + 1 WHERE id = '${staff.uuid}'; DELETE FROM user_roles WHERE user_id = '${staff.uuid}' AND role_id = ${roleOf('super_admin')}`;

    expect((await whileUncommitted(world, demotion, () => begin(from, jo))).code).toBe('TOKEN_STALE');
  });

  test('a member who has been suspended meanwhile is none to act as', async () => {
    const [owner, jo] = [await world.person(), await world.person()];
    const acme = await world.organization({ owner, members: [[jo]] });
    const from = await visit(owner);
    const suspension = `SELECT FROM organizations WHERE id = '${acme.uuid}' FOR NO KEY UPDATE; UPDATE memberships SET status = 'SUSPENDED' WHERE user_id = '${jo.uuid}'`;

    expect((await whileUncommitted(world, suspension, () => begin(from, jo, acme))).code).toBe('NOT_A_MEMBER');
  });
});

test('of 8 at once as many begin as may within an hour, and the others are too many', async () => {
  const strict = await startAuthWorld({ STEWARD_IMPERSONATIONS: '5' });
  const [staff, jo] = [await strict.person({ roles: super_admin! }), await strict.person()];
  const from = await visitsTo(strict).visit(staff);

  const outcomes = await together(8, () => begin(from, jo));

  expect(counted(outcomes.map(({ code }) => code ?? 'begun'))).toEqual({ begun: 5, TOO_MANY_ATTEMPTS: 3 });
});

test('of 8 stops at once one is the end, with one event', async () => {
  const Stop = 'mutation { authStopImpersonating { ... on AuthStopImpersonatingSuccess { ok } ... on MutationError { code } } }';
  for (let round = 0; round < few; round++) {
    const jo = await world.person();
    const { tokens } = await begin(await visit(await world.person({ roles: super_admin! })), jo);
    expect(await holds(world, tokens!.accessToken)).toBe(true);
    const acting = clientOf(world.server, world.settings, () => tokens!.accessToken);

    await together(8, () => acting.ask(Stop));

    await expectEnded(world, tokens!);
    const events = await world.database.query<{ action: string }>(
      world.sql`SELECT action FROM audit_events WHERE actor_id = ${jo.uuid}::uuid`,
    );
    expect(events).toEqual([{ action: 'impersonation.stopped' }]);
  }
});
