import { describe, expect, expectTypeOf, test } from 'vitest';
import type { AuditEventRecord } from '../../src/records.ts';
import { startCalling } from '../support/caller.ts';
import { time } from '../support/records.ts';

const { world, client, as, watched, admin, staff, uncalled } = await startCalling();
const forbidden = { name: 'ForbiddenError', code: 'FORBIDDEN', status: 403, needs: 'audit:read' };

/** A person whose name was changed so many times. */
async function changed(times: number) {
  const person = await world.person({ name: 'Jo' });
  for (let count = 1; count <= times; count++) await staff.users.update(person.id, { name: `Jo ${count}` });
  return person;
}
const numbersOf = (events: readonly AuditEventRecord[]) => events.map(({ changes }) => changes[0]!.after);

describe('list', () => {
  test('gives events with what changed as it was written, and their places', async () => {
    const person = await changed(0);
    await staff.users.update(person.id, { metadata: { costCentre: 'ACTIVE' } });
    await staff.users.suspend(person.id, { reason: 'On leave' });

    const { events, next } = await staff.audit.list({ subjectId: person.id });
    expect(next).toBeNull();
    expect(events[1]).toEqual({
      id: expect.stringMatching(/^evt_/),
      action: 'user.updated',
      occurred_at: time,
      actor_id: admin.id,
      actor_name: 'Ada',
      impersonator_id: null,
      impersonator_name: null,
      organization_id: null,
      subject_id: person.id,
      reason: null,
      changes: [{ field: 'metadata', before: '{}', after: '{"costCentre":"ACTIVE"}' }],
      metadata: events[1]!.metadata,
      ip_address: '127.0.0.1',
      user_agent: 'node',
      request_id: expect.any(String),
      cursor: expect.any(String),
    });
    expect(events[0]).toMatchObject({
      action: 'user.suspended',
      reason: 'On leave',
      changes: expect.arrayContaining([{ field: 'status', before: '"ACTIVE"', after: '"SUSPENDED"' }]),
    });
    expectTypeOf(events).toEqualTypeOf<AuditEventRecord[]>();
  });

  test('goes on after a page, and after any event, in either spelling', async () => {
    const person = await changed(3);
    const where = { subject_id: person.id, actions: ['user.*'] };
    const first = await staff.audit.list({ ...where, first: 2 });
    expect(numbersOf(first.events)).toEqual(['"Jo 3"', '"Jo 2"']);
    const rest = await staff.audit.list({ subjectId: person.id, after: first.next });
    expect([numbersOf(rest.events), rest.next]).toEqual([['"Jo 1"'], null]);
    expect(numbersOf((await staff.audit.list({ ...where, after: first.events[0]!.cursor })).events)).toEqual([
      '"Jo 2"',
      '"Jo 1"',
    ]);
    const { occurred_at } = first.events[0]!;
    expect(
      (await staff.audit.list({ ...where, occurred_at: { to: occurred_at } })).events.map(
        ({ occurred_at: at }) => at < occurred_at,
      ),
    ).not.toContain(false);
  });
});

test('iterate gives every event, the newest first, and fetches no more than is wanted', async () => {
  const person = await changed(104);
  const { client: mine, requests } = await watched(admin);
  const events: AuditEventRecord[] = [];
  for await (const event of mine.audit.iterate({ subjectId: person.id })) events.push(event);
  expect(numbersOf(events)).toEqual(Array.from({ length: 104 }, (_, index) => `"Jo ${104 - index}"`));
  expect(requests).toHaveLength(2);

  requests.length = 0;
  for await (const { id } of mine.audit.iterate({ subject_id: person.id })) if (id === events[99]!.id) break;
  expect(requests).toHaveLength(1);
});

/** A cursor names the moment that it was read in, too. */
const readLater = (event: AuditEventRecord | undefined) => ({ ...event, cursor: expect.any(String) });

describe('subscribe', () => {
  test('gives events as they are committed, after the cursor of one', async () => {
    const person = await changed(2);
    const { events } = await staff.audit.list({ subjectId: person.id });
    const following = staff.audit.subscribe({ subject_id: person.id, after: events[1]!.cursor });
    expect((await following.next()).value).toEqual(readLater(events[0]));
    await staff.users.update(person.id, { name: 'Jo 3' });
    const { value } = await following.next();
    expect(value).toEqual(readLater((await staff.audit.list({ subjectId: person.id, first: 1 })).events[0]));
    await following.return!();
    expect(await following.next()).toEqual({ done: true, value: undefined });
  });

  test('its signal ends it', async () => {
    const ended = new AbortController();
    const following = staff.audit.subscribe({ signal: ended.signal, actions: ['nothing.happened'] });
    const next = following.next();
    ended.abort(new Error('Enough'));
    await expect(next).rejects.toThrow('Enough');
  });
});

test('all of it needs audit:read', async () => {
  const mine = await as(await world.person());
  await expect(mine.audit.list()).rejects.toMatchObject(forbidden);
  await expect(mine.audit.iterate().next()).rejects.toMatchObject(forbidden);
  await expect(mine.audit.subscribe().next()).rejects.toMatchObject(forbidden);
  await expect(client().audit.list()).rejects.toMatchObject({ name: 'UnauthenticatedError', status: 401 });
});

test('every method is called above', () => {
  expect(uncalled('audit')).toEqual([]);
});
