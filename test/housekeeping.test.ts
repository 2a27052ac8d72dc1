import { expect, test, vi } from 'vitest';
import { createHousekeeping } from '../src/housekeeping.ts';
import { newId } from '../src/ids.ts';
import { eventually } from './support/eventually.ts';
import { insert } from './support/sql.ts';
import { type Person, startWorld, type World } from './support/world.ts';

const day = 86_400_000;
const ago = (days: number): Date => new Date(Date.now() - days * day);
const ahead = (days: number): Date => ago(-days);

const run = ({ database }: World, ...statements: string[]) => database.pool.query(statements.join(';'));
const housekeeping = (world: World, portion?: number) =>
  createHousekeeping(world.server.steward, portion === undefined ? {} : { portion });

/** What is left, by what the test called it. */
async function left({ database }: World, table: string, column: string): Promise<unknown[]> {
  const { rows } = await database.pool.query(`SELECT ${column} AS name FROM ${table} ORDER BY 1`);
  return rows.map(({ name }) => name);
}

const session = (person: Person, name: string, over: { expiresAt: Date; endedAt?: Date }, more: Record<string, string> = {}) =>
  insert('sessions', {
    id: newId(),
    user_id: person.uuid,
    user_agent: name,
    created_at: ago(80),
    expires_at: over.expiresAt,
    ends_at: ahead(100),
    ended_at: over.endedAt ?? null,
    ...more,
  });

test('sessions go when they have been over for 30 days, with their tokens, and not sooner', async () => {
  const world = await startWorld();
  const person = await world.person();
  const ended = newId();
  await run(
    world,
    session(person, 'ended long ago', { expiresAt: ahead(5), endedAt: ago(31) }, { id: ended }),
    session(person, 'expired long ago', { expiresAt: ago(31) }),
    session(person, 'expired long ago, ended lately', { expiresAt: ago(31), endedAt: ago(1) }),
    session(person, 'ended lately', { expiresAt: ahead(5), endedAt: ago(29) }),
    session(person, 'expired lately', { expiresAt: ago(29) }),
    session(person, 'living', { expiresAt: ahead(5) }),
    insert('refresh_tokens', { id: newId(), session_id: ended, hash: Buffer.from('token'), expires_at: ahead(5) }),
  );

  const swept = await housekeeping(world).sweep();

  expect(swept).toMatchObject({ sessions: 3 });
  expect(await left(world, 'sessions', 'user_agent')).toEqual(['ended lately', 'expired lately', 'living']);
  expect(await left(world, 'refresh_tokens', 'id')).toEqual([]);
});

test('a session stays while one that was started from it is not over for as long', async () => {
  const world = await startWorld();
  const admin = await world.person();
  const person = await world.person();
  const starters = { living: newId(), lately: newId(), long: newId() };
  const impersonation = (startedFrom: string) => ({
    started_from_id: startedFrom,
    impersonator_id: admin.uuid,
    impersonation_reason: 'Why',
  });
  await run(
    world,
    ...Object.entries(starters).map(([name, id]) => session(admin, `starter: ${name}`, { expiresAt: ago(40) }, { id })),
    session(person, 'started: living', { expiresAt: ahead(1) }, impersonation(starters.living)),
    session(person, 'started: lately', { expiresAt: ago(2) }, impersonation(starters.lately)),
    session(person, 'started: long', { expiresAt: ago(39) }, impersonation(starters.long)),
  );

  await housekeeping(world).sweep();

  expect(await left(world, 'sessions', 'user_agent')).toEqual([
    'started: lately',
    'started: living',
    'starter: lately',
    'starter: living',
  ]);
});

test('STEWARD_KEEP_DAYS says how long links, mail and counts are kept; sessions stay for 30 days at least', async () => {
  const world = await startWorld({ STEWARD_KEEP_DAYS: '3' });
  const person = await world.person();
  const link = (email: string, expiresAt: Date, usedAt: Date | null = null) =>
    insert('one_time_tokens', {
      id: newId(),
      user_id: person.uuid,
      purpose: 'PASSWORD_RESET',
      email,
      hash: Buffer.from(email),
      expires_at: expiresAt,
      used_at: usedAt,
    });
  const message = (recipient: string, status: string, at: Date) =>
    insert('outbox_messages', {
      id: newId(),
      kind: 'x',
      recipient,
      sealed_content: Buffer.from('x'),
      status,
      next_attempt_at: at,
      created_at: ago(50),
      sent_at: status === 'SENT' ? at : null,
    });
  const count = (name: string, updatedAt: Date, lockedUntil: Date | null = null) =>
    insert('login_locks', { key: Buffer.from(name), failed_at: '{}', updated_at: updatedAt, locked_until: lockedUntil });
  await run(
    world,
    session(person, 'over for four days', { expiresAt: ago(4) }),
    link('used long ago', ahead(1), ago(4)),
    link('expired long ago', ago(4)),
    link('used lately', ahead(1), ago(2)),
    link('expired lately', ago(2)),
    link('good', ahead(1)),
    message('sent long ago', 'SENT', ago(4)),
    message('given up long ago', 'GIVEN_UP', ago(4)),
    message('sent lately', 'SENT', ago(2)),
    message('given up lately', 'GIVEN_UP', ago(2)),
    message('waiting for long', 'PENDING', ago(4)),
    count('long ago', ago(4)),
    count('long ago, locked then', ago(4), ago(4)),
    count('lately', ago(2)),
    count('long ago, still locked', ago(4), ahead(1)),
  );

  const swept = await housekeeping(world).sweep();

  expect(swept).toEqual({
    sessions: 0,
    one_time_tokens: 2,
    outbox_messages: 2,
    login_locks: 2,
    refusal_windows: 0,
    idempotency_keys: 0,
  });
  expect(await left(world, 'one_time_tokens', 'email')).toEqual(['expired lately', 'good', 'used lately']);
  expect(await left(world, 'outbox_messages', 'recipient')).toEqual(['given up lately', 'sent lately', 'waiting for long']);
  expect(await left(world, 'login_locks', "convert_from(key, 'UTF8')")).toEqual(['lately', 'long ago, still locked']);
});

test('a failed login that still counts is not forgotten, however short things are kept', async () => {
  const world = await startWorld({
    STEWARD_KEEP_DAYS: '1',
    STEWARD_LOGIN_WINDOW_MINUTES: '10080',
    STEWARD_LOGIN_LOCK_MINUTES: '60',
  });
  const count = (name: string, updatedAt: Date) =>
    insert('login_locks', { key: Buffer.from(name), failed_at: '{}', updated_at: updatedAt });
  await run(world, count('six days', ago(6)), count('eight days', ago(8)));

  await housekeeping(world).sweep();

  expect(await left(world, 'login_locks', "convert_from(key, 'UTF8')")).toEqual(['six days']);
});

test('what has an end of its own goes with it', async () => {
  const world = await startWorld();
  const person = await world.person();
  const key = (name: string, expiresAt: Date) =>
    insert('idempotency_keys', {
      caller: person.id,
      key: name,
      user_id: person.uuid,
      operation_hash: Buffer.from('x'),
      expires_at: expiresAt,
    });
  const window = (name: string, until: Date) => insert('refusal_windows', { key: Buffer.from(name), until });
  await run(world, key('over', ago(0.01)), key('good', ahead(0.01)), window('over', ago(0.01)), window('open', ahead(0.01)));

  expect(await housekeeping(world).sweep()).toMatchObject({ refusal_windows: 1, idempotency_keys: 1 });

  expect(await left(world, 'idempotency_keys', 'key')).toEqual(['good']);
  expect(await left(world, 'refusal_windows', "convert_from(key, 'UTF8')")).toEqual(['open']);
});

test('audit events stay, however old, and so does everything else', async () => {
  const world = await startWorld();
  const person = await world.person({ createdAt: ago(4000) });
  const organization = await world.organization({ owner: person });
  await world.invitation({ organization, email: 'jo@example.com', by: person, expiresAt: ago(2000) });
  await run(world, insert('audit_events', { id: newId(), action: 'user.created', occurred_at: ago(4000) }));
  await person.signIn();
  const counts = async () => {
    const { rows } = await world.database.pool.query(
      `SELECT relname AS name, (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ' || oid::regclass, false, true, '')))[1]::text AS rows
         FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    return rows;
  };
  const before = await counts();

  await housekeeping(world).sweep();

  expect(await counts()).toEqual(before);
  expect(before).toContainEqual({ name: 'audit_events', rows: '2' });
});

test('many rows go in portions, each in a transaction of its own', async () => {
  const world = await startWorld();
  await run(world, ...Array.from({ length: 25 }, (_, i) => insert('refusal_windows', { key: Buffer.from([i]), until: ago(1) })));
  const transaction = vi.spyOn(world.database, 'transaction');

  const swept = await housekeeping(world, 10).sweep();

  expect(swept).toMatchObject({ refusal_windows: 25 });
  // One for each of the six tables, and two more for the portions of one of them.
  expect(transaction).toHaveBeenCalledTimes(8);
});

test('a server that listens looks after its database soon, and its end ends that', async () => {
  const world = await startWorld();
  await run(world, insert('refusal_windows', { key: Buffer.from('over'), until: ago(1) }));
  const keeping = createHousekeeping(world.server.steward, { soonMs: 1, everyMs: 20 });

  keeping.start();
  await eventually(() => left(world, 'refusal_windows', 'key')).toEqual([]);
  await run(world, insert('refusal_windows', { key: Buffer.from('over again'), until: ago(1) }));
  await eventually(() => left(world, 'refusal_windows', 'key')).toEqual([]);

  await keeping.stop();
});
