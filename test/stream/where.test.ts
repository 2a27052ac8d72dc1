import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Prisma } from '../../src/database.ts';
import { encodeId, newId } from '../../src/ids.ts';
import { eventColumns, toEvent } from '../../src/loaders/audit-event.ts';
import { type AuditEventWhere, auditEventMatcher, auditEventWhere } from '../../src/loaders/audit-event-where.ts';
import type { Given } from '../../src/loaders/where.ts';
import { happened } from '../support/events.ts';
import { startWorld } from '../support/world.ts';

test('the condition in memory and the one in SQL choose the same events', async () => {
  const world = await startWorld();
  const people = [await world.person(), await world.person()];
  const organizations = [newId(), newId()];
  const actions = ['user.created', 'user.updated', 'user', 'user.*', 'userless', '', '*', 'pöol.touched', 'USER.created'];
  const subjects = [
    undefined,
    ...people.map(({ uuid }) => ({ type: 'user', id: uuid }) as const),
    ...organizations.map((id) => ({ type: 'org', id }) as const),
    // The same number under another type.
    { type: 'org', id: people[0]!.uuid } as const,
  ];
  let n = 0;
  for (const action of actions) {
    for (const subject of subjects) {
      n++;
      const by = people[n % 3];
      const really = by && n % 2 === 0 ? people.find((person) => person !== by) : undefined;
      const organizationId = organizations[n % 4] ?? null;
      await happened(
        world,
        { action, ...(subject && { subject }), organizationId },
        { ...(by && { by }), ...(really && { really }), requestId: `request ${n % 7}` },
      );
    }
  }
  const instants = Array.from({ length: n }, (_, at) => new Date(Date.UTC(2026, 0, 1) + Math.floor(at / 3)));
  await world.database.query(Prisma.sql`ALTER TABLE audit_events DISABLE TRIGGER USER`);
  await world.database.query(Prisma.sql`
    UPDATE audit_events e SET occurred_at = i.instant FROM (
      SELECT x.id, y.instant FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM audit_events) x
        JOIN unnest(${instants}::timestamptz[]) WITH ORDINALITY AS y(instant, n) ON x.n = y.n) i WHERE i.id = e.id`);
  const events = (await world.database.query<any>(Prisma.sql`SELECT ${Prisma.raw(eventColumns)} FROM audit_events e`)).map(
    toEvent,
  );
  expect(events.length).toBe(n);

  const oneOf = (...values: string[]) => fc.oneof(fc.constantFrom(...values), fc.constantFrom('', 'x', '\0', '\ud800', 'user_0'));
  const ids = [
    ...people.map(({ id }) => id),
    ...organizations.map((id) => encodeId('org', id)),
    encodeId('org', people[0]!.uuid),
    encodeId('mem', people[0]!.uuid),
  ];
  const id = oneOf(...ids, ids[0]!.toUpperCase());
  const instant = fc.constantFrom(...instants);
  const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });
  const fields = {
    actions: maybe(fc.array(oneOf(...actions, 'user*', '**', 'pö*'), { maxLength: 3 })),
    actorId: maybe(id),
    impersonatorId: maybe(id),
    subjectId: maybe(id),
    organizationId: maybe(id),
    requestId: maybe(oneOf('request 1', 'request 2', 'REQUEST 1')),
    occurredAt: maybe(fc.record({ from: maybe(instant), to: maybe(instant) }, { requiredKeys: [] })),
  };
  // Of all conditions at once hardly anything would be left.
  const wheres = fc
    .tuple(fc.record(fields), fc.subarray(Object.keys(fields), { maxLength: 3 }))
    .map(
      ([where, kept]): Given<AuditEventWhere> => Object.fromEntries(Object.entries(where).filter(([key]) => kept.includes(key))),
    );
  let chosen = 0;
  await fc.assert(
    fc.asyncProperty(wheres, async (where) => {
      const rows = await world.database.query<{ id: string }>(
        Prisma.sql`SELECT e.id FROM audit_events e WHERE ${auditEventWhere(where)} ORDER BY e.id`,
      );
      const matching = events.filter(auditEventMatcher(where)).map((event) => event.id);
      expect(matching.sort()).toEqual(rows.map((row) => row.id));
      if (rows.length > 0 && rows.length < n) chosen++;
    }),
    { numRuns: 400 },
  );
  // It would prove nothing with conditions that all or none fulfil.
  expect(chosen).toBeGreaterThan(15);
});
