import { beforeAll, describe, expect, test } from 'vitest';
import { visitor } from '../auth/support.ts';
import { type Racer, send, startRacing, stateOf, timeout } from '../organization/racing.ts';
import { visitsTo } from '../support/personas.ts';
import { counted, rounds, together, whileUncommitted } from '../support/races.ts';
import { literal } from '../support/sql.ts';
import { type Organization, password, type World } from '../support/world.ts';

let world: World;
let racer: (options?: Parameters<World['person']>[0]) => Promise<Racer>;
let visit: ReturnType<typeof visitsTo>['visit'];
let admins: Racer[];
beforeAll(async () => {
  ({ world, racer } = await startRacing());
  visit = visitsTo(world).visit;
  admins = await together(4, () => racer({ roles: ['system_admin', 'base_user'] }));
});

const hardDelete = (by: Racer, whom: Racer) => send(by.client, 'userHardDelete', { userId: whom.person.id, reason: 'A race' });

const isThere = async ({ person }: Racer): Promise<boolean> =>
  (await world.database.query(world.sql`SELECT FROM users WHERE id = ${person.uuid}::uuid`)).length > 0;

/** Neither may ever be told, whatever happens at once. */
const broken = (outcomes: readonly string[]) =>
  outcomes.filter((outcome) => ['INTERNAL_SERVER_ERROR', 'UNAVAILABLE'].includes(outcome));

/** Events in which somebody who is gone is called by name, or sent from anywhere. */
const namedIn = ({ person }: Racer) =>
  world.database.query(world.sql`
    SELECT action FROM audit_events WHERE strpos(audit_events::text, ${person.name}) > 0
        OR (coalesce(impersonator_id, actor_id) = ${person.uuid}::uuid AND ip_address IS NOT NULL)`);

test(
  'of 16 deletions at once one succeeds, and the person is gone',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const jo = await racer({ name: `Gone ${round}.` });
      const outcomes = await together(16, (i) => hardDelete(admins[i % 4]!, jo));

      expect(counted(outcomes)).toEqual({ done: 1, NOT_FOUND: 15 });
      const events = await world.database.query(
        world.sql`SELECT FROM audit_events WHERE action = 'user.hard_deleted' AND subject_id = ${jo.person.uuid}::uuid`,
      );
      expect(events).toHaveLength(1);
    }
  },
  timeout,
);

test(
  'of two system admins who delete each other one is left',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const [one, other] = [await racer({ roles: ['system_admin'] }), await racer({ roles: ['system_admin'] })];
      const outcomes = await together(8, (i) => (i % 2 === round % 2 ? hardDelete(one, other) : hardDelete(other, one)));

      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect(outcomes.filter((outcome) => !['done', 'UNAUTHENTICATED', 'NOT_FOUND'].includes(outcome))).toEqual([]);
      expect([await isThere(one), await isThere(other)].filter(Boolean)).toHaveLength(1);
    }
  },
  timeout,
);

/** Who is erased, where they are a manager, another organization, and its owner, of both. */
interface Scene {
  readonly jo: Racer;
  readonly owner: Racer;
  readonly kim: Racer;
  readonly here: Organization;
  readonly there: Organization;
  readonly invitation: { readonly id: string };
}

const acts: Record<string, (scene: Scene, i: number) => Promise<string>> = {
  'they accept an invitation': ({ jo, invitation }) =>
    send(jo.client, 'accountAcceptInvitation', { invitationId: invitation.id }),
  'they get roles': ({ jo }, i) =>
    send(admins[i % 4]!.client, 'userSetRoles', { userId: jo.person.id, roleCodes: i % 2 ? ['seller'] : ['base_user'] }),
  'they refresh': async ({ jo }) => {
    const { code = 'done' } = await visitor(world).refresh(jo.client.refreshToken);
    return code;
  },
  'they sign in': async ({ jo }, i) => {
    if (i > 1) return 'done';
    const { code = 'done' } = await visitor(world).login({ email: jo.person.email, password });
    return code;
  },
  'they become an owner': ({ owner, jo, here }) =>
    send(owner.client, 'organizationTransferOwnership', { organizationId: here.id, newOwnerId: jo.person.id }),
  'they become a member': ({ jo, there }) =>
    send(admins[0]!.client, 'organizationAddMember', { organizationId: there.id, userId: jo.person.id }),
  'they are removed': ({ owner, jo, here }) =>
    send(owner.client, 'organizationRemoveMember', { organizationId: here.id, userId: jo.person.id }),
  'they invite somebody': ({ jo, here }, i) =>
    send(jo.client, 'organizationCreateInvitation', { organizationId: here.id, email: `guest-${i}@example.com` }),
  'they are invited': ({ owner, jo, there }) =>
    send(owner.client, 'organizationCreateInvitation', { organizationId: there.id, email: jo.person.email }),
  'they are impersonated': ({ jo }, i) =>
    send(admins[i % 4]!.client, 'userImpersonate', { userId: jo.person.id, reason: 'A race' }),
  'they impersonate': ({ owner, kim, here }) =>
    send(owner.client, 'userImpersonate', { userId: kim.person.id, organizationId: here.id, reason: 'A race' }),
  'they are told a new password': ({ jo }, i) => send(admins[i % 4]!.client, 'userSendPasswordReset', { userId: jo.person.id }),
};

describe.each(Object.entries(acts))('deleted while %s', (what, act) => {
  test(
    'the end is one or the other, and nothing in between',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const [jo, owner, kim] = await Promise.all([racer({ name: `Erased ${what} ${round}.` }), racer(), racer()]);
        const members = [[jo.person, ['org_manager']], [kim.person]] as const;
        const here = await world.organization({ owner: owner.person, members: members as never });
        const there = await world.organization({ owner: owner.person });
        const invitation = await world.invitation({ organization: there, email: jo.person.email, by: owner.person });
        const scene = { jo, owner, kim, here, there, invitation };

        const outcomes = await together(8, (i) => (i % 2 === 0 ? hardDelete(admins[i / 2]!, jo) : act(scene, (i - 1) / 2)));

        expect(broken(outcomes)).toEqual([]);
        const deletions = outcomes.filter((_outcome, i) => i % 2 === 0);
        if (await isThere(jo)) {
          // They own it now, so that nobody deletes them.
          expect(counted(deletions)).toEqual({ OWNS_ORGANIZATIONS: 4 });
          expect(what).toBe('they become an owner');
        } else {
          expect(counted(deletions)).toEqual({ done: 1, NOT_FOUND: 3 });
          expect(await namedIn(jo)).toEqual([]);
          await expect(jo.client.run('{ users { totalCount } }')).toBeRefused('UNAUTHENTICATED');
        }
        for (const organization of [here, there]) {
          const state = await stateOf(world, organization);
          expect(state).toMatchObject({ memberCount: state!.members, withoutRole: 0, isOwnerAdmin: true });
        }
      }
    },
    timeout,
  );
});

test(
  'two people of the same events, erased at once, are both taken out of them',
  async () => {
    const { sql, database } = world;
    for (let round = 0; round < rounds; round++) {
      const [jo, kim] = [await racer({ name: `First of two ${round}.` }), await racer({ name: `Second of two ${round}.` })];
      const action = `both.${round}`;
      await database.query(sql`
        WITH e AS (
          INSERT INTO audit_events (id, action, actor_id, actor_name, impersonator_id, impersonator_name, metadata)
          SELECT gen_random_uuid(), ${action}, ${jo.person.uuid}::uuid, ${jo.person.name}, ${kim.person.uuid}::uuid, ${kim.person.name},
                 jsonb_build_object('of', ${jo.person.email}::text, 'by', ${kim.person.email}::text)
            FROM generate_series(1, 50) RETURNING id)
        INSERT INTO audit_event_people (user_id, event_id) SELECT u, e.id FROM e, unnest(ARRAY[${jo.person.uuid}, ${kim.person.uuid}]::uuid[]) u`);

      expect(await together(2, (i) => hardDelete(admins[i]!, i === 0 ? jo : kim))).toEqual(['done', 'done']);

      const left = await database.query(
        sql`SELECT DISTINCT actor_name, impersonator_name, metadata FROM audit_events WHERE action = ${action}`,
      );
      expect(left).toEqual([
        { actor_name: '[erased]', impersonator_name: '[erased]', metadata: { of: '[erased]', by: '[erased]' } },
      ]);
    }
  },
  timeout,
);

test('a deletion waits for an event that is being written about the person, and erases it', async () => {
  const jo = await racer({ name: 'Waited For' });
  const event = `INSERT INTO audit_events (id, action, actor_id, actor_name) SELECT gen_random_uuid(), 'a.late', id, name FROM users WHERE id = ${literal(jo.person.uuid)} RETURNING id`;
  const outcome = await whileUncommitted(
    world,
    `WITH e AS (${event}) INSERT INTO audit_event_people (user_id, event_id) SELECT ${literal(jo.person.uuid)}, id FROM e`,
    () => hardDelete(admins[0]!, jo),
  );

  expect(outcome).toBe('done');
  expect(await namedIn(jo)).toEqual([]);
});

test(
  'what an impersonator changes while they are deleted has its event, or does not happen',
  async () => {
    const { sql, database } = world;
    for (let round = 0; round < rounds; round++) {
      const [jo, kim] = [await racer({ roles: ['super_admin'], name: `Acting ${round}.` }), await racer()];
      const acting = await visit(kim.person, { impersonator: { by: jo.person, from: jo.client } });
      const outcomes = await together(6, (i) =>
        i === 0 ? hardDelete(admins[0]!, jo) : send(acting, 'accountUpdate', { name: `Called ${i}` }),
      );

      expect(outcomes[0]).toBe('done');
      expect(outcomes.filter((outcome) => !['done', 'UNAUTHENTICATED'].includes(outcome))).toEqual([]);
      const [row] = await database.query<{ version: number; events: number }>(sql`
        SELECT version, (SELECT count(*)::int FROM audit_events e WHERE e.subject_id = u.id AND e.action = 'user.updated') AS events
          FROM users u WHERE id = ${kim.person.uuid}::uuid`);
      expect(row!.events).toBe(row!.version - 1);
      expect(await namedIn(jo)).toEqual([]);
    }
  },
  timeout,
);
