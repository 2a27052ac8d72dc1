import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { visitsTo } from './support/personas.ts';
import { type Person, startWorld, type World } from './support/world.ts';

/**
 * Whatever people with platform roles do to each other, one after the other: what happens is what this model of the rules
 * says, nobody has power that nobody gave who had it, and somebody who is active keeps `system_admin`.
 */

const ranks = { system_admin: 0, super_admin: 5, seller: 50, buyer: 60, base_user: 100 } as const;
type Role = keyof typeof ranks;
const roles = Object.keys(ranks) as Role[];

interface Somebody {
  roles: Role[];
  suspended: boolean;
}

type Step =
  | { readonly does: 'userSetRoles'; readonly caller: number; readonly target: number; readonly roles: Role[] }
  | { readonly does: 'userSuspend' | 'userReactivate'; readonly caller: number; readonly target: number };

const start: readonly Role[][] = [['system_admin'], ['system_admin', 'base_user'], ['super_admin'], ['seller', 'base_user'], []];

let world: World;
let people: Person[];
beforeAll(async () => {
  world = await startWorld();
  people = [];
  for (const held of start) people.push(await world.person({ roles: held }));
});

const rankOf = (held: readonly Role[]): number => Math.min(100, ...held.map((role) => ranks[role]));
const isStaff = ({ roles: held }: Somebody): boolean => held.includes('system_admin') || held.includes('super_admin');

/** What the rules say of a step: the code of the refusal, or null, in which case the model has moved. */
function judged(model: Somebody[], step: Step): string | null {
  const caller = model[step.caller]!;
  const target = model[step.target]!;
  if (!isStaff(caller)) return 'FORBIDDEN';
  const named = step.does === 'userSetRoles' ? step.roles : [];
  if (step.does === 'userSuspend' && step.caller === step.target) return 'SELF_NOT_ALLOWED';
  if (Math.min(rankOf(target.roles), rankOf(named)) < rankOf(caller.roles)) return 'RANK_TOO_LOW';
  const losesAdmin =
    !target.suspended &&
    target.roles.includes('system_admin') &&
    (step.does === 'userSuspend' || (step.does === 'userSetRoles' && !named.includes('system_admin')));
  const others = model.filter((one) => one !== target && !one.suspended && one.roles.includes('system_admin'));
  if (losesAdmin && others.length === 0) return 'LAST_SYSTEM_ADMIN';

  if (step.does === 'userSetRoles') target.roles = named;
  else target.suspended = step.does === 'userSuspend';
  return null;
}

async function reset(): Promise<Somebody[]> {
  const { database, sql } = world;
  await database.query(sql`DELETE FROM user_roles`);
  await database.query(sql`UPDATE users SET status = 'ACTIVE', suspended_until = NULL, suspension_reason = NULL`);
  for (const [at, held] of start.entries()) {
    await database.query(sql`
      INSERT INTO user_roles (user_id, role_id) SELECT ${people[at]!.uuid}::uuid, id FROM roles WHERE scope = 'PLATFORM' AND code = ANY(${held}::text[])`);
  }
  return start.map((held) => ({ roles: [...held], suspended: false }));
}

/** The code of what came of it; null for a success. */
async function outcomeOf(step: Step): Promise<string | null> {
  const type = `${step.does[0]!.toUpperCase()}${step.does.slice(1)}`;
  const userId = people[step.target]!.id;
  const input = {
    userSetRoles: { userId, roleCodes: 'roles' in step ? step.roles : [] },
    userSuspend: { userId, reason: 'As the model has it' },
    userReactivate: { userId },
  }[step.does];
  const visit = await visitsTo(world).visit(people[step.caller]!);
  const { data, errors } = await visit.ask(
    `mutation ($input: ${type}Input!) { ${step.does}(input: $input) { ... on MutationError { code } } }`,
    { input },
  );
  return errors[0]?.extensions.code ?? data[step.does].code ?? null;
}

async function stored(): Promise<Somebody[]> {
  const rows = await world.database.query<{ id: string; suspended: boolean; roles: Role[] }>(world.sql`
    SELECT u.id, u.status = 'SUSPENDED' AS suspended,
           ARRAY(SELECT r.code FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id) AS roles FROM users u`);
  return people.map(({ uuid }) => {
    const { suspended, roles: held } = rows.find(({ id }) => id === uuid)!;
    return { roles: held.sort(), suspended };
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
);

test('any sequence of changes ends where the rules say, and leaves an active system admin', async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
      const model = await reset();
      for (const one of steps) {
        // Who is suspended does not get in; that is shown elsewhere.
        if (model[one.caller]!.suspended) continue;
        const expected = judged(model, one);
        expect(await outcomeOf(one), JSON.stringify(one)).toBe(expected);
        if (expected === null) changes++;
      }
      expect(await stored()).toEqual(model.map((one) => ({ ...one, roles: [...one.roles].sort() })));
      expect(model.some((one) => !one.suspended && one.roles.includes('system_admin'))).toBe(true);
    }),
    { numRuns: 25 },
  );
  expect(changes).toBeGreaterThan(25);
}, 60_000);
