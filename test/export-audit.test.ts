import { beforeAll, expect, test } from 'vitest';
import { commandContext } from '../src/admin/context.ts';
import { exportAudit } from '../src/admin/export-audit.ts';
import { readInstant } from '../src/admin/instant.ts';
import { progressBar } from '../src/admin/progress-bar.ts';
import { erasuresOf } from '../src/admin/was-erased.ts';
import { encodeId, newId } from '../src/ids.ts';
import { happened } from './support/events.ts';
import { type Person, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ roles: ['super_admin'] });
});

/** What is written, line by line, and how far it said to be. */
async function exported(since: Date, until: Date | null = null, write?: (lines: string) => Promise<void>) {
  let text = '';
  const progress: [number, number, string][] = [];
  const count = await exportAudit(world.database, {
    since,
    until,
    write: async (lines) => {
      text += lines;
      await write?.(lines);
    },
    onProgress: (...state) => progress.push(state),
  });
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return { count, progress, events: lines.map((line) => JSON.parse(line)) };
}

/** Writes so many events that happened a second after one another; the audit takes no UPDATE. */
const insertEvents = (action: string, count: number, from: string) =>
  world.database.query(world.sql`
    INSERT INTO audit_events (id, action, occurred_at)
    SELECT gen_random_uuid(), ${action}, ${from}::timestamptz + make_interval(secs => i) FROM generate_series(0, ${count - 1}::int) AS i`);

const Events = `query ($requestId: String!) { auditEvents(first: 100, where: { requestId: $requestId }) { nodes {
  id action occurredAt actorId actorName impersonatorId impersonatorName subjectId organizationId reason changes { field before after }
  metadata ipAddress userAgent requestId } } }`;

test('a line has the fields of the API, with its names and its values', async () => {
  const [jo, sam] = [await world.person({ name: 'Jo' }), await world.person({ name: null })];
  const organization = await world.organization({ owner: sam });
  const since = new Date();
  const requestId = newId();
  const full = {
    action: 'organization.member_roles_set',
    subject: { type: 'org', id: organization.uuid },
    organizationId: organization.uuid,
    reason: 'So\nthat "it" shows \u2028 ☃',
    changes: [
      { field: 'roles', before: ['seller'], after: ['buyer', 'seller'] },
      { field: 'name', before: null, after: 'Jo' },
      { field: 'active', before: false, after: 0 },
    ],
    metadata: { app: 'shop', deep: { er: [1, null] } },
  } as const;
  await happened(world, full, { by: jo, really: sam, requestId });
  await happened(world, { action: 'login.refused', actor: null }, { requestId });

  const { events } = await exported(since);

  const { auditEvents } = await admin.run(Events, { requestId });
  const ofRequest = events.filter((event) => event.requestId === requestId);
  expect(ofRequest).toEqual([...auditEvents.nodes].reverse());
  expect(ofRequest[0]).toEqual({
    id: expect.stringMatching(/^evt_/),
    action: 'organization.member_roles_set',
    occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    actorId: jo.id,
    actorName: 'Jo',
    impersonatorId: sam.id,
    impersonatorName: sam.email,
    subjectId: organization.id,
    organizationId: organization.id,
    reason: full.reason,
    changes: [
      { field: 'roles', before: '["seller"]', after: '["buyer","seller"]' },
      { field: 'name', before: null, after: '"Jo"' },
      { field: 'active', before: 'false', after: '0' },
    ],
    metadata: full.metadata,
    ipAddress: '192.0.2.1',
    userAgent: 'A browser',
    requestId,
  });
  expect(Object.keys(ofRequest[0])).toEqual(Object.keys(auditEvents.nodes[0]));
});

test('--since is included and --until is not; nothing is an export, too', async () => {
  await insertEvents('span.tested', 3, '2020-01-01T00:00:00Z');
  const seconds = async (since: string, until: string | null) =>
    (await exported(new Date(since), until === null ? null : new Date(until))).events
      .filter(({ action }) => action === 'span.tested')
      .map(({ occurredAt }) => occurredAt.slice(17, 23))
      .sort();

  expect(await seconds('2020-01-01T00:00:00Z', '2020-01-01T00:00:02Z')).toEqual(['00.000', '01.000']);
  expect(await seconds('2020-01-01T00:00:00.001Z', '2020-01-01T00:00:02.001Z')).toEqual(['01.000', '02.000']);
  expect(await seconds('2020-01-01T00:00:01Z', null)).toEqual(['01.000', '02.000']);
  expect(await exported(new Date('2019-01-01'), new Date('2019-01-01'))).toEqual({
    count: 0,
    progress: [[0, 0, '0 of 0 events']],
    events: [],
  });
});

test('many events come in their order, in portions, and the reader is waited for', async () => {
  await insertEvents('many.tested', 2500, '2010-01-01T00:00:00Z');
  let busy = 0;
  const portions: number[] = [];

  const { count, progress, events } = await exported(new Date('2010-01-01'), new Date('2011-01-01'), async (lines) => {
    expect(++busy).toBe(1);
    portions.push(lines.split('\n').length - 1);
    await new Promise((resolve) => setImmediate(resolve));
    busy--;
  });

  const rows = await world.database.query<{ id: string }>(
    world.sql`SELECT id FROM audit_events WHERE action = 'many.tested' ORDER BY generation, transaction, id`,
  );
  expect(count).toBe(2500);
  expect(portions).toEqual([1000, 1000, 500]);
  expect(progress.map(([done, total]) => [done, total])).toEqual([
    [0, 2500],
    [1000, 2500],
    [2000, 2500],
    [2500, 2500],
  ]);
  expect(events.map(({ id }) => id)).toEqual(rows.map(({ id }) => encodeId('evt', id)));
});

test('a reader that fails ends it, and the connection is good for the next', async () => {
  await insertEvents('broken.tested', 1, '2014-01-01T00:00:00Z');
  const failing = exported(new Date('2014-01-01'), new Date('2015-01-01'), () => Promise.reject(new Error('no reader')));

  await expect(failing).rejects.toThrow('no reader');

  expect((await exported(new Date('2014-01-01'), new Date('2015-01-01'))).count).toBe(1);
});

test('an instant is what the API takes for one', () => {
  for (const text of ['2026-01-31T12:00Z', '2026-01-31T12:00:00.123Z', '2026-01-31T13:00:00+01:00', '2024-02-29T00:00:00z']) {
    expect(readInstant(text)).toEqual(new Date(text));
  }
  for (const text of [
    '',
    '2026',
    '2026-01-31',
    '2026-01-31T12:00',
    '2026-02-30T12:00Z',
    '2026-01-31T25:00Z',
    ' 2026-01-31T12:00Z',
    'now',
  ]) {
    expect(readInstant(text)).toBeNull();
  }
});

test('nothing to do is all done, in the bar, too', () => {
  const shown: string[] = [];
  progressBar({ write: (text) => shown.push(text) })(0, 0, 'events');
  expect(shown).toEqual(['100 %\n']);
});

test('whether an address was erased is answered by the hash that the deletion left', async () => {
  const context = commandContext(world.database, world.settings);
  const hash = context.steward.secrets.keyedHash('erased-address', 'gone@example.com').toString('hex');
  const before = await erasuresOf(context, 'gone@example.com');
  await happened(world, { action: 'user.hard_deleted', metadata: { emailHash: hash } });
  // Another event that says the same is no erasure.
  await happened(world, { action: 'user.updated', metadata: { emailHash: hash } });

  const after = await erasuresOf(context, ' Gone@Example.com');

  expect(before).toEqual([]);
  expect(after).toEqual([expect.any(Date)]);
  expect(await erasuresOf(context, 'stays@example.com')).toEqual([]);
  await expect(erasuresOf(context, 'no address')).rejects.toThrow('no e-mail address');
});
