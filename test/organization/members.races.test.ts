import { beforeAll, describe, expect, test } from 'vitest';
import { counted, rounds, together } from '../support/races.ts';
import type { Organization, World } from '../support/world.ts';
import { actionsIn, callers, type Racer, rolesOfMember, send, startRacing, stateOf, timeout } from './racing.ts';

let world: World;
let racer: (options?: Parameters<World['person']>[0]) => Promise<Racer>;
let staff: Racer;
beforeAll(async () => {
  ({ world, racer } = await startRacing());
  staff = await racer({ roles: ['super_admin'] });
});

const racers = (count: number): Promise<Racer[]> => together(count, () => racer());

/** What somebody may be told who lost their power meanwhile, or would be the last to lose it. */
const lost = ['TOKEN_STALE', 'UNAUTHENTICATED', 'NOT_FOUND', 'FORBIDDEN', 'LAST_ORG_ADMIN', 'RANK_TOO_LOW'];
const others = (outcomes: readonly string[], ...allowed: string[]) =>
  outcomes.filter((outcome) => !['done', ...lost, ...allowed].includes(outcome));

type Act = (by: Racer, on: Racer, organizationId: string) => Promise<string>;
const acts: Record<string, Act> = {
  remove: (by, on, organizationId) => send(by.client, 'organizationRemoveMember', { organizationId, userId: on.person.id }),
  suspend: (by, on, organizationId) =>
    send(by.client, 'organizationSetMemberStatus', { organizationId, userId: on.person.id, status: 'SUSPENDED' }),
  demote: (by, on, organizationId) =>
    send(by.client, 'organizationSetMemberRoles', { organizationId, userId: on.person.id, roleCodes: [] }),
};

const sound = { withoutRole: 0, isOwnerAdmin: true };

describe.each(Object.entries(acts))('two admins who %s each other', (_name, act) => {
  test(
    'eight times each: one does, and the other acts no more',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const [owner, one, other] = (await racers(3)) as [Racer, Racer, Racer];
        const members = [one, other].map(({ person }) => [person, ['org_admin', 'seller']] as const);
        const { id, uuid } = await world.organization({ owner: owner.person, members: members as never });

        const outcomes = await together(callers, (i) => (i % 2 === round % 2 ? act(one, other, id) : act(other, one, id)));

        expect(others(outcomes)).toEqual([]);
        expect(outcomes).toContain('done');
        expect(await stateOf(world, { uuid })).toMatchObject({ ...sound, admins: 2 });
      }
    },
    timeout,
  );
});

describe('the last admin, while the owner’s account is suspended', () => {
  async function ownerless(count: number): Promise<{ all: Racer[]; organization: Organization }> {
    const [owner, ...all] = (await racers(count + 1)) as [Racer, ...Racer[]];
    const members = all.map(({ person }) => [person, ['org_admin']] as const);
    const organization = await world.organization({ owner: owner.person, members: members as never });
    await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${owner.person.uuid}::uuid`);
    return { all, organization };
  }

  test(
    'of 16 who leave or step down at once, one is told to stay',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const { all, organization } = await ownerless(callers);
        const { id: organizationId } = organization;

        const outcomes = await together(callers, (i) =>
          (i + round) % 2
            ? send(all[i]!.client, 'accountLeaveOrganization', { organizationId })
            : acts.demote!(all[i]!, all[i]!, organizationId),
        );

        expect(counted(outcomes)).toEqual({ done: 15, LAST_ORG_ADMIN: 1 });
        expect(await stateOf(world, organization)).toMatchObject({ ...sound, admins: 1 });
      }
    },
    timeout,
  );

  test(
    'of 16 who act on the next in a ring, somebody stays',
    async () => {
      const kinds = Object.values(acts);
      for (let round = 0; round < rounds; round++) {
        const { all, organization } = await ownerless(callers);
        const next = (i: number) => all[(i + (round % 2 ? 1 : callers - 1)) % callers]!;

        const outcomes = await together(callers, (i) => kinds[(i + round) % kinds.length]!(all[i]!, next(i), organization.id));

        expect(others(outcomes)).toEqual([]);
        const state = (await stateOf(world, organization))!;
        expect(state).toMatchObject({ ...sound, memberCount: state.members });
        expect(state.admins).toBeGreaterThanOrEqual(1);
      }
    },
    timeout,
  );
});

test(
  'ownership moves along a row of 16 while each is removed, suspended, demoted and leaves: there is always an owner who is admin',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const [owner, one, other] = (await racers(3)) as [Racer, Racer, Racer];
      const organization = await world.organization({ owner: owner.person, members: [[one.person], [other.person]] });
      const { id: organizationId } = organization;
      const transfer = (by: Racer, to: Racer) =>
        send(by.client, 'organizationTransferOwnership', { organizationId, newOwnerId: to.person.id });

      const outcomes = await together(callers, (i) => {
        const [from, to] = [owner, one, other, owner].slice((i + round) % 3) as [Racer, Racer];
        switch (i % 6) {
          case 0:
            return transfer(from, to);
          case 1:
            return transfer(staff, to);
          case 2:
            return acts.remove!(staff, from, organizationId);
          case 3:
            return acts.suspend!(staff, to, organizationId);
          case 4:
            return acts.demote!(staff, from, organizationId);
          default:
            return send(to.client, 'accountLeaveOrganization', { organizationId });
        }
      });

      expect(others(outcomes, 'OWNER_PROTECTED', 'NOT_A_MEMBER')).toEqual([]);
      const state = (await stateOf(world, organization))!;
      expect(state).toMatchObject({ ...sound, memberCount: state.members });
    }
  },
  timeout,
);

test(
  'of 16 who add one person, one does, and the others are told of the membership',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const [owner, jo] = (await racers(2)) as [Racer, Racer];
      const organization = await world.organization({ owner: owner.person });

      const outcomes = await together(callers, () =>
        send(staff.client, 'organizationAddMember', { organizationId: organization.id, userId: jo.person.id }),
      );

      expect(counted(outcomes)).toEqual({ done: 1, ALREADY_MEMBER: 15 });
      expect(await stateOf(world, organization)).toMatchObject({ ...sound, memberCount: 2, members: 2 });
      expect(await actionsIn(world, organization)).toEqual({ 'organization.member_added': 1 });
    }
  },
  timeout,
);

test(
  'the count of members is right after any interleaving of adding, removing, leaving and joining',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const [owner, ...all] = (await racers(5)) as [Racer, ...Racer[]];
      const organization = await world.organization({ owner: owner.person, members: [[all[0]!.person], [all[1]!.person]] });
      const { id: organizationId } = organization;
      const invitations = await Promise.all(
        all.map(({ person }) => world.invitation({ organization, email: person.email, by: owner.person })),
      );

      const outcomes = await together(callers, (i) => {
        const on = all[(i + round) % 4]!;
        const userId = on.person.id;
        switch ((i >> 2) % 4) {
          case 0:
            return send(staff.client, 'organizationAddMember', { organizationId, userId });
          case 1:
            return send(staff.client, 'organizationRemoveMember', { organizationId, userId });
          case 2:
            return send(on.client, 'accountLeaveOrganization', { organizationId });
          default:
            return send(on.client, 'accountAcceptInvitation', { invitationId: invitations[(i + round) % 4]!.id });
        }
      });

      expect(others(outcomes, 'ALREADY_MEMBER')).toEqual([]);
      const state = (await stateOf(world, organization))!;
      expect(state).toMatchObject({ ...sound, memberCount: state.members });
      const actions = await actionsIn(world, organization);
      const count = (name: string) => actions[name] ?? 0;
      expect(state.members).toBe(
        3 +
          count('organization.member_added') +
          count('invitation.accepted') -
          count('organization.member_removed') -
          count('organization.member_left'),
      );
    }
  },
  timeout,
);

test(
  'sets of roles that come in parallel end in one of them, each an event that begins where the one before ended',
  async () => {
    const sets = [['org_manager', 'seller'], ['buyer'], [], ['org_admin', 'buyer'], ['seller'], ['gardener', 'org_member']];
    const told = (codes: readonly string[]) => [...(codes.length > 0 ? codes : ['org_member'])].sort().join(' ');
    for (let round = 0; round < rounds; round++) {
      const [owner, jo] = (await racers(2)) as [Racer, Racer];
      const organization = await world.organization({
        owner: owner.person,
        members: [[jo.person]],
        customRoles: { gardener: ['org:update'] },
      });

      const outcomes = await together(callers, (i) =>
        send((i % 2 ? owner : staff).client, 'organizationSetMemberRoles', {
          organizationId: organization.id,
          userId: jo.person.id,
          roleCodes: sets[(i + round) % sets.length],
        }),
      );

      expect(counted(outcomes)).toEqual({ done: callers });
      const roles = await rolesOfMember(world, organization, jo.person);
      expect(sets.map(told)).toContain(roles);
      const events = await world.database.query<{ before: string[]; after: string[] }>(world.sql`
        SELECT changes -> 0 -> 'before' AS before, changes -> 0 -> 'after' AS after FROM audit_events
         WHERE action = 'organization.member_roles_set' AND organization_id = ${organization.uuid}::uuid ORDER BY id`);
      let present = 'org_member';
      for (const { before, after } of events) {
        expect(told(before)).toBe(present);
        present = told(after);
      }
      expect(present).toBe(roles);
    }
  },
  timeout,
);

test(
  'of 16 sets of one version one wins',
  async () => {
    const [owner, jo] = (await racers(2)) as [Racer, Racer];
    const organization = await world.organization({ owner: owner.person, members: [[jo.person]] });
    for (let version = 1; version <= rounds; version++) {
      const outcomes = await together(callers, () =>
        send(owner.client, 'organizationSetMemberRoles', {
          organizationId: organization.id,
          userId: jo.person.id,
          roleCodes: [version % 2 ? 'seller' : 'buyer'],
          expectedVersion: version,
        }),
      );
      expect(counted(outcomes)).toEqual({ done: 1, VERSION_CONFLICT: 15 });
    }
  },
  timeout,
);
