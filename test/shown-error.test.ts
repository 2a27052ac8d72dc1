import { GraphQLError, parse } from 'graphql';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { shownError } from '../src/http/shown-error.ts';
import { createServer, type StewardServer } from '../src/server.ts';
import { readSettings } from '../src/settings.ts';
import { untouched } from './support/untouched.ts';

const log = pino({ level: 'silent' });
const shown = (error: unknown, suggestions = false) => shownError(error, 'BAD_USER_INPUT', { log, suggestions }).message;

let server: StewardServer;
beforeAll(async () => {
  server = await createServer({ database: untouched, settings: readSettings({ NODE_ENV: 'test' }), log });
});

async function messages(query: string, variables?: object): Promise<string> {
  const response = await server.fetch(
    new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    }),
  );
  const { errors } = (await response.json()) as { errors: { message: string }[] };
  return errors.map(({ message }) => message).join(' | ');
}

const login = (input: string) => `mutation($e: EmailAddress = "a@example.com") { authLogin(input: ${input}) { __typename } }`;

test.each([
  ['a text in a place of none', '{ viewer(hunter2 "hunter2") { user { id } } }'.replace('hunter2 ', '')],
  ['a text in a block', '{ viewer """hunter2 "x" hunter2""" { user { id } } }'],
  ['a literal of a wrong type', login('{ email: "a@example.com", password: { x: "hunter2" } }')],
  ['a literal beside a null', login('{ email: $e, password: "hunter2" }'), { e: null }],
  ['a variable of a wrong type', 'query($w: UserWhere) { users(where: $w) { totalCount } }', { w: { search: ['hunter2'] } }],
  ['a variable within', 'query($w: UserWhere) { users(where: $w) { totalCount } }', { w: { NOT: { search: { a: 'hunter2' } } } }],
  ['no member of an enum', 'query($w: UserWhere) { users(where: $w) { totalCount } }', { w: { status: 'hunter2 " x' } }],
  ['an enum alone', 'query($s: Scope) { roles(scope: $s) { code } }', { s: 'hunter2" does not exist in "' }],
])('%s is not repeated', async (_what, query, variables?: object) => {
  const said = await messages(query, variables);

  expect(said).not.toBe('');
  expect(said).not.toContain('hunter2');
});

test('what remains says where and why', async () => {
  const variables = { w: { status: ['ACTIVE', 'hunter2'] } };
  expect(await messages('query($w: UserWhere) { users(where: $w) { totalCount } }', variables)).toBe(
    'Variable "$w" got invalid value at "w.status[1]"; Value does not exist in "UserStatus" enum.',
  );
  expect(await messages(login('{ email: $e, password: "hunter2" }'), { e: null })).toBe('Argument "input" has an invalid value.');
});

test('suggestions go where they are not wanted, and stay where they are', () => {
  const error = new GraphQLError('Cannot query field "viewr" on type "Query". Did you mean "viewer"?');

  expect(shown(error)).toBe('Cannot query field "viewr" on type "Query".');
  expect(shown(error, true)).toBe(error.message);
});

test.each([
  ['texts', 'String "'],
  ['suggestions', ' Did you mean '],
  ['places', ' at "a'],
  ['values', 'value: '],
  ['finds', ', found '],
  ['enums', 'Value "" does not exist in "'],
])('a long value full of %s is shown in no time', (_what, part) => {
  const long = part.repeat(Math.ceil(1_000_000 / part.length));
  const inner = new GraphQLError(`Value "${long}`);
  const started = performance.now();
  for (const message of [
    long,
    `Value "${long}`,
    `Argument "${long}`,
    `Variable "$a" got invalid value ${long}; ${inner.message}`,
  ]) {
    expect(shown(new GraphQLError(message, { originalError: inner })).length).toBeLessThanOrEqual(1000);
  }
  expect(performance.now() - started).toBeLessThan(30_000);
});

test('a long text in a document is refused in no time', () => {
  const text = ' Did you mean String \\"'.repeat(4000);
  const started = performance.now();
  let error: unknown;
  try {
    parse(`{ a "${text}" }`);
  } catch (thrown) {
    error = thrown;
  }
  expect(shown(error)).toBe('Syntax Error: Expected Name, found String.');
  expect(performance.now() - started).toBeLessThan(30_000);
});
