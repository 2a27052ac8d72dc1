import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../src/ids.ts';
import {
  AuditEventsDocument,
  type AuditEventsQueryVariables,
  type EventPageFragment,
  EventsOfOrganizationDocument,
  EventsOfUserDocument,
} from './generated/graphql.ts';
import { committedSince, happened, inCursor } from './support/events.ts';
import { type Organization, type Person, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;
let jo: Person;
let org: Organization;

beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ roles: ['system_admin'] });
  jo = await world.person();
  org = await world.organization({ owner: jo });
  await admin.signIn();
});

const happens = async (): Promise<string> =>
  (await happened(world, { action: 'thing.touched', organizationId: org.uuid }, { by: jo })).id;

type Page = Omit<AuditEventsQueryVariables, 'where'>;

/** The three lists, each of what happens here alone. */
const lists: Record<string, (page: Page) => Promise<EventPageFragment>> = {
  auditEvents: async (page) =>
    (await admin.run(AuditEventsDocument, { ...page, where: { actions: ['thing.touched'] } })).auditEvents!,
  'User.auditEvents': async (page) => (await admin.run(EventsOfUserDocument, { id: jo.id, ...page })).user!.auditEvents!,
  'Organization.auditEvents': async (page) =>
    (await admin.run(EventsOfOrganizationDocument, { id: org.id, ...page })).organization!.auditEvents!,
};
const idsOf = ({ edges }: EventPageFragment): string[] => edges.map(({ node }) => node.id);

describe.each(Object.entries(lists))('%s', (name, read) => {
  let known: string[];

  beforeAll(async () => {
    for (let at = 0; at < 7; at++) await happens();
    known = idsOf(await read({ first: 100 }));
  });

  test('has the newest first, whatever their ids say', async () => {
    const { database, sql } = world;
    const early = '00000000-0000-7000-8000-000000000000';
    const id = `${early.slice(0, -2)}${name.length}`;
    await database.query(sql`
      WITH event AS (INSERT INTO audit_events (id, action, occurred_at, organization_id) VALUES (${id}::uuid, 'thing.touched', '2020-01-01', ${org.uuid}::uuid) RETURNING id)
      INSERT INTO audit_event_people (user_id, event_id) SELECT ${jo.uuid}::uuid, id FROM event`);

    const [newest, ...others] = (await read({ first: 100 })).edges;

    expect(newest!.node.occurredAt).toBe('2020-01-01T00:00:00.000Z');
    expect(others.map(({ node }) => node.id)).toEqual(known);
    known.unshift(newest!.node.id);
  });

  test('is read forwards in pages, to which nothing is added that happens meanwhile', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const page: EventPageFragment = await read({ first: 3, after });
      seen.push(...idsOf(page));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      more = page.pageInfo.hasNextPage;
      after = page.pageInfo.endCursor;
      await happens();
    }

    expect(seen).toEqual(known);
    known = idsOf(await read({ first: 100 }));
  });

  test('is read backwards in pages, from the oldest to what has just happened', async () => {
    const seen: string[] = [];
    const happenedMeanwhile: string[] = [];
    let before: string | null = null;
    for (let more = true; more; ) {
      const page: EventPageFragment = await read({ last: 4, before });
      seen.unshift(...idsOf(page));
      expect(page.pageInfo.hasNextPage).toBe(before !== null);
      more = page.pageInfo.hasPreviousPage;
      before = page.pageInfo.startCursor;
      if (happenedMeanwhile.length < 2) happenedMeanwhile.unshift(await happens());
    }

    expect(seen).toEqual([...happenedMeanwhile, ...known]);
    known = seen;
  });

  test('gives cursors with which nothing is missed or told twice from any place', async () => {
    const { edges } = await read({ first: 100 });

    for (const [at, { cursor, node }] of edges.entries()) {
      expect(idsOf(await read({ first: 100, after: cursor }))).toEqual(known.slice(at + 1));
      expect(idsOf(await read({ last: 100, before: cursor }))).toEqual(known.slice(0, at));
      expect(inCursor(cursor)).toEqual({
        generation: 1,
        transaction: expect.stringMatching(/^\d+$/),
        id: expect.any(String),
        snapshot: expect.stringMatching(/^\d+:\d+:/),
      });
      expect(node.id).toBe(known[at]);
    }
    const since = await committedSince(world, edges[0]!.cursor);
    expect(since).toEqual([]);
  });
});

test('what has many digits is placed by its number, not by its digits, and comes back in a cursor as it was', async () => {
  const { database, sql } = world;
  const [action, small, large] = ['thing.counted', newId(), newId()];
  for (const [id, transaction] of [
    [large, '999'],
    [small, '1000'],
  ])
    await database.query(
      sql`INSERT INTO audit_events (id, generation, transaction, action) VALUES (${id}::uuid, 0, ${transaction}::bigint, ${action})`,
    );
  await database.query(
    sql`INSERT INTO audit_events (id, generation, transaction, action) VALUES (${newId()}::uuid, 0, 9007199254740993, ${action})`,
  );
  const read = async (page: Page) =>
    (await admin.run(AuditEventsDocument, { ...page, where: { actions: [action] } })).auditEvents!;

  const all = await read({});

  expect(all.edges.map(({ cursor }) => inCursor(cursor).transaction)).toEqual(['9007199254740993', '1000', '999']);
  expect(idsOf(await read({ after: all.edges[0]!.cursor }))).toEqual(idsOf(all).slice(1));
  expect(idsOf(await read({ before: all.edges[1]!.cursor, last: 5 }))).toEqual(idsOf(all).slice(0, 1));
});

test('events of one transaction are ordered by their ids', async () => {
  const { database, sql } = world;
  const ids = Array.from({ length: 5 }, newId);
  await database.query(
    sql`INSERT INTO audit_events (id, action) SELECT id, 'thing.done_at_once' FROM unnest(${[3, 0, 4, 1, 2].map((at) => ids[at])}::uuid[]) AS id`,
  );

  const { auditEvents } = await admin.run(AuditEventsDocument, { where: { actions: ['thing.done_at_once'] } });

  expect(auditEvents!.edges.map(({ cursor }) => inCursor(cursor).id)).toEqual(ids.reverse());
});

test('a cursor of one list is none of another', async () => {
  await happens();
  const other = await world.person();
  const cursors = await Promise.all(Object.values(lists).map(async (read) => (await read({ first: 1 })).pageInfo.endCursor!));

  for (const [at, read] of Object.values(lists).entries())
    for (const [from, after] of cursors.entries()) if (from !== at) await expect(read({ after })).toBeRefused('BAD_USER_INPUT');
  await expect(admin.run(EventsOfUserDocument, { id: other.id, after: cursors[1]! })).toBeRefused('BAD_USER_INPUT');
  for (const read of Object.values(lists)) {
    await expect(read({ first: 1, last: 1 })).toBeRefused('BAD_USER_INPUT');
    await expect(read({ first: 101 })).toBeRefused('BAD_USER_INPUT');
    await expect(read({ after: 'x' })).toBeRefused('BAD_USER_INPUT');
  }
});

describe('below many', () => {
  let people: Person[];
  const organizations: Organization[] = [];

  beforeAll(async () => {
    people = await Promise.all(Array.from({ length: 50 }, (_, at) => world.person({ email: `listed-${at}@listed.example` })));
    for (const owner of people) {
      const one = await world.organization({ owner, slug: `listed-${organizations.length}` });
      organizations.push(one);
      for (let at = 0; at < 3; at++) await happened(world, { action: 'thing.touched', organizationId: one.uuid }, { by: owner });
    }
  });

  /** The fewest of three, since a session is touched once a minute. */
  async function counted(document: string): Promise<{ statements: number; answer: any }> {
    let answer: any;
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) counts.push(await world.statements(async () => (answer = await admin.run(document))));
    return { statements: Math.min(...counts), answer };
  }

  test('people, a page of each is one statement, and so are their counts', async () => {
    const document = (first: number, selection: string) =>
      `{ users(first: ${first}, where: { search: "@listed.example" }) { nodes { auditEvents(first: 2) { ${selection} } } } }`;
    const counts = [];
    for (const first of [5, 50]) {
      const { statements, answer } = await counted(document(first, 'nodes { action } pageInfo { hasNextPage }'));
      counts.push(statements, (await counted(document(first, 'totalCount nodes { id }'))).statements);
      expect(answer.users.nodes).toEqual(
        Array.from({ length: first }, () => ({
          auditEvents: { nodes: [{ action: 'thing.touched' }, { action: 'thing.touched' }], pageInfo: { hasNextPage: true } },
        })),
      );
    }

    expect(counts).toEqual([3, 4, 3, 4]);
  });

  test('organizations likewise', async () => {
    const document = (first: number, selection: string) =>
      `{ organizations(first: ${first}, where: { search: "listed-" }) { nodes { id auditEvents(first: 2) { ${selection} } } } }`;
    const counts = [];
    for (const first of [5, 50]) {
      const { statements, answer } = await counted(document(first, 'nodes { organizationId } pageInfo { hasNextPage }'));
      counts.push(statements, (await counted(document(first, 'totalCount nodes { id }'))).statements);
      expect(answer.organizations.nodes).toHaveLength(first);
      for (const { id, auditEvents } of answer.organizations.nodes)
        expect(auditEvents).toEqual({ nodes: [{ organizationId: id }, { organizationId: id }], pageInfo: { hasNextPage: true } });
    }

    expect(counts).toEqual([3, 4, 3, 4]);
  });
});
