import { beforeAll, describe, expect, test } from 'vitest';
import { steward } from '../bench/contenders/steward.ts';
import { statements } from '../bench/peers/floor/statements/index.ts';
import { assertSame } from '../bench/same-answers.ts';
import { drawSample } from '../bench/sample.ts';
import { summarize } from '../bench/summary.ts';
import type { Work } from '../bench/work.ts';
import { works } from '../bench/works/index.ts';
import { visitsTo } from './support/personas.ts';
import { type Person, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;

beforeAll(async () => {
  world = await startWorld();
  const { person, organization, app, grant, database, sql } = world;
  admin = await person({ name: 'Admin', roles: ['system_admin', 'base_user'] });
  const people = [admin];
  for (const name of ['Ann', 'Anna', 'Bob', 'Anthony']) {
    people.push(await person({ name, createdAt: new Date(Date.now() - people.length * 3_600_000) }));
  }
  await database.query(
    sql`UPDATE users SET status = 'SUSPENDED', suspended_until = now() - interval '1 day' WHERE id = ${people[2]!.uuid}::uuid`,
  );
  const apps = [await app(), await app()];
  const first = await organization({
    owner: people[1]!,
    customRoles: { scout: ['org:members:read'] },
    members: people.slice(2).map((one) => [one, ['scout', 'org_member']] as const),
  });
  await organization({ owner: people[3]!, members: [[people[1]!, ['org_member'], 'SUSPENDED']] });
  for (const one of people) await grant(one, apps[0]!);
  await grant(people[1]!, apps[1]!, 'REVOKED');
  const { visit } = visitsTo(world);
  for (const one of people) for (let sessions = 0; sessions < 2; sessions++) await visit(one, { organization: first });
  await visit(people[1]!, { impersonator: { by: admin, from: await visit(admin) } });
});

const asked = (work: Work, parameters: unknown) => steward.request(work, parameters).body as { query: string; variables: any };

describe.each(works)('$name', (work) => {
  test('Steward answers it within its limits, and the floor answers the same', async () => {
    const sample = await drawSample(world.database);
    const statement = statements.get(work.name)!;
    const said: string[] = [];

    for (let index = 0; index < sample.users.length; index++) {
      const parameters = work.draw(sample, index);
      const { query, variables } = asked(work, parameters);
      const { rows } = await world.database.pool.query(statement.text, statement.values(parameters, admin.uuid));
      const answers = new Map([
        ['steward', await admin.run(query, variables)],
        ['floor', JSON.parse(Object.values<string>(rows[0])[0]!)],
      ]);
      expect(() => assertSame(work.name, answers)).not.toThrow();
      said.push(JSON.stringify(answers.get('floor')));
    }
    expect(said.join()).toMatch(/"email":"person-/);
  });
});

test('answers that differ in one value are told with its place, and ids and instants in another form are the same', () => {
  const id = '01900000-0000-7000-8000-000000000001';
  const as = (left: unknown, right: unknown) => () => assertSame('U1', new Map(Object.entries({ left, right })));

  expect(as({ a: [{ b: 1 }] }, { a: [{ b: 2 }] })).toThrow('U1: left and right differ at .a.0.b:\n  1\n  2');
  expect(as({ a: [1] }, { a: [1, 2] })).toThrow('.a.1');
  expect(
    as({ id, at: '2026-01-02T03:04:05.600Z' }, { at: '2026-01-02T04:04:05.6+01:00', id: 'user_01j0000000e008000000000001' }),
  ).not.toThrow();
});

test("Steward's time is the median of the ratios of each round: of p50 at one connection, of time per answer at several", () => {
  const cell = (round: number, contender: string, connections: number, p50Ms: number, perSecond: number) => ({
    ...{ round, work: 'U1', connections, contender, perSecond, p50Ms, p99Ms: 0, memoryMb: round, loopP99Ms: 0 },
    ...{ cpuMs: 0, statements: null, sqlMs: null },
  });
  const cells = [
    ...[cell(1, 'floor', 1, 2, 9), cell(2, 'floor', 1, 2, 9), cell(3, 'floor', 1, 10, 9)],
    ...[cell(1, 'steward', 1, 3, 9), cell(2, 'steward', 1, 4, 9), cell(3, 'steward', 1, 10, 9)],
    ...[cell(1, 'steward', 16, 1, 100), cell(1, 'floor', 16, 1, 400)],
  ];

  const lines = summarize(cells, ['U1'], ['floor', 'steward']);

  const shown = lines.map(({ connections, contender, stewardsTime, p50Ms, memoryMb }) => [
    ...[connections, contender, stewardsTime, p50Ms, memoryMb],
  ]);
  expect(shown).toEqual([
    [1, 'floor', 1.5, 2, 3],
    [1, 'steward', null, 4, 3],
    [16, 'floor', 4, 1, 1],
    [16, 'steward', null, 1, 1],
  ]);
});
