import { beforeAll, describe, expect, test } from 'vitest';
import type { Prisma, Transaction } from '../src/database.ts';
import { decodeId, newId } from '../src/ids.ts';
import { policy } from '../src/policy.ts';
import { eventsOf } from './auth/support.ts';
import { type Fingerprint, fingerprint } from './support/fingerprint.ts';
import { examples, mutations, sent, setStage } from './support/mutation-examples.ts';
import type { Visit, visitsTo } from './support/personas.ts';
import type { Person, World } from './support/world.ts';

/**
 * Whoever loses their authority while their change waits for a lock acts no more: a mutation asks again on locked rows. What
 * anyone may send, and what ends the caller's own session, is left out.
 */

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
beforeAll(async () => {
  ({ world, visit } = await setStage());
});

const asksAgain = mutations.filter(
  (mutation) =>
    ![
      ...['authLogin', 'authRefresh', 'authLogout', 'authStopImpersonating'],
      ...['accountRequestPasswordReset', 'accountResetPassword', 'accountSignUp'],
    ].includes(mutation),
);

const losses: Record<
  string,
  readonly [code: string, lose: (tx: Transaction, userId: string, sessionId: string) => Promise<unknown>]
> = {
  'whose power was taken': [
    'TOKEN_STALE',
    async (tx, userId) => {
      await tx.$executeRaw(world.sql`DELETE FROM user_roles WHERE user_id = ${userId}::uuid`);
      await tx.$executeRaw(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${userId}::uuid`);
    },
  ],
  'who was signed out': [
    'UNAUTHENTICATED',
    (tx, _userId, sessionId) => tx.$executeRaw(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${sessionId}::uuid`),
  ],
  'who was suspended': [
    'UNAUTHENTICATED',
    (tx, userId) => tx.$executeRaw(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${userId}::uuid`),
  ],
  // Nobody who owns an organization is deleted; it goes to somebody else before.
  'who was deleted': [
    'UNAUTHENTICATED',
    async (tx, userId) => {
      await tx.$executeRaw(world.sql`DELETE FROM organizations WHERE owner_id = ${userId}::uuid`);
      await tx.$executeRaw(world.sql`DELETE FROM users WHERE id = ${userId}::uuid`);
    },
  ],
};

describe.each(Object.entries(losses))('somebody %s while they waited', (_who, [code, lose]) => {
  test.each(asksAgain)('%s', async (mutation) => {
    const call = await examples[mutation]!.change();
    const by: Visit = call.by ?? (await visit(await world.person({ roles: ['system_admin'] })));
    const userId = await userOf(by);

    let answering: ReturnType<typeof sent> | undefined;
    let lostAlone: Fingerprint | undefined;
    await world.database.transaction(async (tx) => {
      await tx.$executeRaw(world.sql`SELECT FROM users WHERE id = ${userId}::uuid FOR UPDATE`);
      answering = sent(mutation, { ...call, by });
      await somebodyWaits(answering);
      await lose(tx, userId, by.sessionUuid);
      lostAlone = await fingerprint(reading(tx));
    });
    const { answer, said } = await answering!;

    expect(said).toMatchObject({ extensions: { code } });
    expect(await eventsOf(world, answer)).toEqual([]);
    expect(await fingerprint(world.database)).toEqual(lostAlone);
  });
});

/** What a transaction sees, its own changes too. */
const reading = (tx: Transaction) => ({ query: <Row>(sql: Prisma.Sql) => tx.$queryRaw<Row[]>(sql) });

// ---------------------------------------------------------------- while acting as somebody else

/** Whom an impersonation needs, and the session that it was started from. */
interface Acting {
  readonly target: string;
  readonly by: string;
  readonly session: string;
  readonly origin: string;
}

const endings: Record<string, (tx: Transaction, acting: Acting) => Promise<unknown>> = {
  'whose impersonation was ended': (tx, { session }) =>
    tx.$executeRaw(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${session}::uuid`),
  'whose own session was ended': (tx, { origin }) =>
    tx.$executeRaw(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${origin}::uuid`),
  'who was suspended themselves': (tx, { by }) =>
    tx.$executeRaw(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${by}::uuid`),
  'as somebody who was suspended': (tx, { target }) =>
    tx.$executeRaw(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${target}::uuid`),
  'who was deleted themselves': (tx, { by }) => tx.$executeRaw(world.sql`DELETE FROM users WHERE id = ${by}::uuid`),
  'as somebody who was deleted': (tx, { target }) => tx.$executeRaw(world.sql`DELETE FROM users WHERE id = ${target}::uuid`),
};

/** Of what members may do in their organization, what they may while somebody acts as them. */
const daily = Object.entries(policy).flatMap(([field, row]) =>
  typeof row === 'object' && 'orThere' in row && !('whileImpersonating' in row) ? [field] : [],
);

test('what may be done while impersonating is tried', () => expect(daily).toHaveLength(6));

describe.each(Object.entries(endings))('somebody %s while they waited, acting as an admin', (_who, lose) => {
  test.each(daily)('%s', async (mutation) => {
    const call = await examples[mutation]!.change();
    const organization = decodeId('org', (call.input as { organizationId: string }).organizationId)!;
    const { user: target } = await newAdmin(organization);
    const by = await world.person({ roles: ['super_admin'] });
    const origin = await visit(by);
    const acting = await visit({ uuid: target } as Person, { impersonator: { by, from: origin } });

    let answering: ReturnType<typeof sent> | undefined;
    let lostAlone: Fingerprint | undefined;
    await world.database.transaction(async (tx) => {
      // As whoever changes something there, or deletes somebody, holds them.
      await tx.$executeRaw(world.sql`SELECT FROM users WHERE id IN (${target}::uuid, ${by.uuid}::uuid) ORDER BY id FOR UPDATE`);
      await tx.$executeRaw(world.sql`SELECT FROM organizations WHERE id = ${organization}::uuid FOR UPDATE`);
      answering = sent(mutation, { ...call, by: acting });
      await somebodyWaits(answering);
      await lose(tx, { target, by: by.uuid, session: acting.sessionUuid, origin: origin.sessionUuid });
      lostAlone = await fingerprint(reading(tx));
    });
    const { answer, said } = await answering!;

    expect(said).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    expect(await eventsOf(world, answer)).toEqual([]);
    expect(await fingerprint(world.database)).toEqual(lostAlone);
  });
});

// ---------------------------------------------------------------- in an organization

/** Mutations that members may do by a role of theirs, and what the role has to be. */
const byMembers = {
  userImpersonate: 'org:members:impersonate',
  organizationUpdate: 'org:update',
  organizationTransferOwnership: 'owner',
  organizationRemoveMember: 'org:members:remove',
  organizationSetMemberStatus: 'org:members:update',
  organizationSetMemberRoles: 'org:members:update',
  organizationCreateRole: 'org:roles:create',
  organizationUpdateRole: 'org:roles:update',
  organizationDeleteRole: 'org:roles:delete',
  organizationCreateInvitation: 'org:members:invite',
  organizationResendInvitation: 'org:members:invite',
  organizationRevokeInvitation: 'org:members:invite',
} as const;

/** Whom each loss leaves in the organization, and what they are told; an owner's can't be taken away, but by a transfer. */
const lossesThere: Record<
  string,
  {
    readonly said: object;
    readonly ofOwner?: boolean;
    /** Whoever does it holds the person before the organization, as everybody does who needs both. */
    readonly holdsPerson?: boolean;
    readonly lose: (tx: Transaction, membership: { id: string; organization: string; user: string }) => Promise<unknown>;
  }
> = {
  'whose role was exchanged': {
    said: { extensions: { code: 'TOKEN_STALE' } },
    holdsPerson: true,
    lose: async (tx, { id, user }) => {
      await demote(tx, id);
      await tx.$executeRaw(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${user}::uuid`);
    },
  },
  // What would raise no token version is read again all the same.
  'whose role means less now': {
    said: { extensions: { code: 'FORBIDDEN' } },
    lose: (tx, { id }) => demote(tx, id),
  },
  'who was suspended there': {
    said: { __typename: 'NotFoundError', code: 'NOT_FOUND' },
    lose: (tx, { id }) => tx.$executeRaw(world.sql`UPDATE memberships SET status = 'SUSPENDED' WHERE id = ${id}::uuid`),
  },
  'who was removed': {
    said: { __typename: 'NotFoundError', code: 'NOT_FOUND' },
    lose: (tx, { id }) => tx.$executeRaw(world.sql`DELETE FROM memberships WHERE id = ${id}::uuid`),
  },
  'whose organization was suspended': {
    said: { __typename: 'RuleError', code: 'ORGANIZATION_SUSPENDED' },
    ofOwner: true,
    lose: (tx, { organization }) =>
      tx.$executeRaw(world.sql`UPDATE organizations SET status = 'SUSPENDED' WHERE id = ${organization}::uuid`),
  },
  'whose organization was deleted': {
    said: { __typename: 'NotFoundError', code: 'NOT_FOUND' },
    ofOwner: true,
    lose: (tx, { organization }) => tx.$executeRaw(world.sql`DELETE FROM organizations WHERE id = ${organization}::uuid`),
  },
  'whose ownership went to somebody else': {
    said: { extensions: { code: 'FORBIDDEN' } },
    ofOwner: true,
    lose: async (tx, { organization, user }) => {
      await tx.$executeRaw(world.sql`
        INSERT INTO membership_roles (membership_id, role_id)
        SELECT m.id, r.id FROM memberships m, roles r
         WHERE m.organization_id = ${organization}::uuid AND r.built_in AND r.code = 'org_admin' ON CONFLICT DO NOTHING`);
      await tx.$executeRaw(world.sql`
        UPDATE organizations SET owner_id = (SELECT user_id FROM memberships WHERE organization_id = ${organization}::uuid AND user_id <> ${user}::uuid LIMIT 1)
         WHERE id = ${organization}::uuid`);
    },
  },
};

const demote = (tx: Transaction, membershipId: string) =>
  tx.$executeRaw(world.sql`
    UPDATE membership_roles SET role_id = (SELECT id FROM roles WHERE built_in AND code = 'org_member')
     WHERE membership_id = ${membershipId}::uuid`);

test('every mutation in an organization that members may do is among those that are tried', () => {
  const there = Object.entries(policy).flatMap(([field, row]) => (typeof row === 'object' && 'orThere' in row ? [field] : []));

  expect(Object.keys(byMembers).sort()).toEqual(there.sort());
});

describe.each(Object.entries(lossesThere))(
  'somebody %s while they waited',
  (who, { said: expected, ofOwner, holdsPerson, lose }) => {
    const isOwners = (mutation: string) => byMembers[mutation as keyof typeof byMembers] === 'owner';
    const tried = Object.keys(byMembers).filter((mutation) =>
      who === 'whose ownership went to somebody else' ? isOwners(mutation) : ofOwner || !isOwners(mutation),
    );

    test.each(tried)('%s', async (mutation) => {
      const call = await examples[mutation]!.change();
      const { organizationId } = call.input as { organizationId: string };
      const organization = decodeId('org', organizationId)!;
      const membership = await (isOwners(mutation) ? ownerOf : newAdmin)(organization);
      const by = await visit({ uuid: membership.user } as Person);

      const lost = ['organizations', 'memberships', 'membership_roles', 'users', 'roles', 'role_permissions'];
      // Whoever is FORBIDDEN leaves an event of that; of a deleted organization nothing is left.
      const refused = ['audit_events', 'audit_event_people', 'refusal_windows'];
      const except = [
        ...lost,
        ...refused,
        ...(who === 'whose organization was deleted' ? ['invitations', 'invitation_roles'] : []),
      ];
      const before = await fingerprint(world.database, except);
      let answering: ReturnType<typeof sent> | undefined;
      let lostAlone: unknown;
      await world.database.transaction(async (tx) => {
        if (holdsPerson) await tx.$executeRaw(world.sql`SELECT FROM users WHERE id = ${membership.user}::uuid FOR NO KEY UPDATE`);
        // As whoever changes something there holds it: a deletion as a deletion does.
        await tx.$executeRaw(world.sql`SELECT FROM organizations WHERE id = ${organization}::uuid FOR UPDATE`);
        answering = sent(mutation, { ...call, by });
        await somebodyWaits(answering);
        await lose(tx, { ...membership, organization });
        lostAlone = await tx.$queryRaw(stateOf(organization));
      });
      const { answer, said } = await answering!;

      expect(said).toMatchObject(expected);
      const actions = (await eventsOf(world, answer)).map(({ action }) => action);
      const ofRefusal = mutation === 'userImpersonate' && said.code ? ['impersonation.refused'] : [];
      expect(actions).toEqual(said.extensions?.code === 'FORBIDDEN' ? ['access.forbidden'] : ofRefusal);
      expect(await fingerprint(world.database, except)).toEqual(before);
      expect(await world.database.query(stateOf(organization))).toEqual(lostAlone);
    });
  },
);

async function ownerOf(organization: string) {
  const [owner] = await world.database.query<{ id: string; user: string }>(world.sql`
    SELECT m.id, m.user_id AS user FROM memberships m JOIN organizations o ON o.id = m.organization_id AND o.owner_id = m.user_id
     WHERE o.id = ${organization}::uuid`);
  return owner!;
}

/** Somebody new, who is `org_admin` there. */
async function newAdmin(organization: string) {
  const { uuid: user } = await world.person();
  const id = newId();
  await world.database.transaction(async (tx) => {
    await tx.$executeRaw(world.sql`
      INSERT INTO memberships (id, organization_id, user_id) VALUES (${id}::uuid, ${organization}::uuid, ${user}::uuid)`);
    await tx.$executeRaw(world.sql`
      INSERT INTO membership_roles (membership_id, role_id) SELECT ${id}::uuid, id FROM roles WHERE built_in AND code = 'org_admin'`);
  });
  return { id, user };
}

/** Everything of an organization that the loss itself may have changed. */
const stateOf = (organization: string) =>
  world.sql`
    SELECT to_jsonb(o) AS organization,
           ARRAY(SELECT u.token_version FROM users u JOIN memberships m ON m.user_id = u.id
                  WHERE m.organization_id = o.id ORDER BY u.id) AS versions,
           ARRAY(SELECT to_jsonb(m) FROM memberships m WHERE m.organization_id = o.id ORDER BY m.id) AS memberships,
           ARRAY(SELECT mr.role_id FROM membership_roles mr JOIN memberships m ON m.id = mr.membership_id
                  WHERE m.organization_id = o.id ORDER BY mr.membership_id, mr.role_id) AS held,
           ARRAY(SELECT to_jsonb(r) FROM roles r WHERE r.organization_id = o.id ORDER BY r.id) AS roles,
           ARRAY(SELECT rp.permission_code FROM role_permissions rp JOIN roles r ON r.id = rp.role_id
                  WHERE r.organization_id = o.id ORDER BY rp.role_id, rp.permission_code) AS permissions
      FROM organizations o WHERE o.id = ${organization}::uuid`;

async function userOf({ sessionUuid }: Visit): Promise<string> {
  const [session] = await world.database.query<{ user: string }>(
    world.sql`SELECT user_id AS user FROM sessions WHERE id = ${sessionUuid}::uuid`,
  );
  return session!.user;
}

/** Until some transaction waits for a lock of another; throws where the change is answered without having waited. */
async function somebodyWaits(answering: ReturnType<typeof sent>): Promise<void> {
  let answered: unknown;
  answering.then(
    ({ said }) => {
      answered = said;
    },
    (error) => {
      answered = String(error);
    },
  );
  for (;;) {
    const [waiting] = await world.database.query(world.sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    if (waiting) return;
    if (answered) throw new Error(`It did not wait: ${JSON.stringify(answered)}`);
  }
}
