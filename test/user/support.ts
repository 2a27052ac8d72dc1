import { expect } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { openContent } from '../../src/mail/outbox.ts';
import { visitor, Whoami } from '../auth/support.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Answer, type Client, clientOf, type Person, type World } from '../support/world.ts';

const detailsOf = {
  ValidationError: 'issues { path code message }',
  NotFoundError: 'id',
  PowerError: 'roles permissions',
  RuleError: '',
  AuthenticationError: 'retryAt',
  VersionConflictError: 'currentVersion current { id ... on User { version roles { code } } }',
} as const;

/** The document of a mutation: the success, and everything that its refusals say. */
export function mutationOf(name: string, success: string, errors: readonly (keyof typeof detailsOf)[]): string {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const details = errors.filter((error) => detailsOf[error]).map((error) => `... on ${error} { ${detailsOf[error]} }`);
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) {
    __typename ... on ${type}Success { ${success} } ... on MutationError { code message path } ${details.join(' ')} } }`;
}

// ---------------------------------------------------------------- refusals, whole

const message = expect.any(String);

export const notFound = (id: string, place = 'userId') => ({
  __typename: 'NotFoundError',
  code: 'NOT_FOUND',
  message,
  path: ['input', place],
  id,
});

export const rankTooLow = (...roles: string[]) => ({
  __typename: 'PowerError',
  code: 'RANK_TOO_LOW',
  message,
  path: null,
  roles,
  permissions: [],
});

export const ruleError = (code: string) => ({ __typename: 'RuleError', code, message, path: null });

export const authenticationError = (code: string, retryAt: unknown = null) => ({
  __typename: 'AuthenticationError',
  code,
  message,
  path: null,
  retryAt,
});

/** `VALIDATION_FAILED` with these issues, each at its place, in this order. */
export function invalid(...issues: readonly (readonly [place: string, code: string])[]) {
  const shown = issues.map(([place, code]) => ({ path: ['input', ...place.split('.')], code, message }));
  return { __typename: 'ValidationError', code: 'VALIDATION_FAILED', message, path: shown[0]!.path, issues: shown };
}

/** Ids that are nobody's: unknown, of another type, out of shape. */
export const nobodys = (prefix: 'user' | 'ses', other: { readonly uuid: string }): string[] => [
  encodeId(prefix, newId()),
  encodeId(prefix === 'user' ? 'org' : 'user', other.uuid),
  other.uuid,
  `${prefix}_`,
  `${encodeId(prefix, other.uuid)}\0`,
  ` ${encodeId(prefix, other.uuid)}`,
  `${prefix}_\ud800`,
  `${prefix}_${'x'.repeat(10_000)}`,
  'nonsense',
  '',
];

/** The bytes of the answers to the inputs, with the ids that they name taken out: what is left of them, each once. */
export async function answersBut(
  client: Client,
  query: string,
  ids: readonly string[],
  inputOf: (id: string) => object,
): Promise<string[]> {
  const answers = new Set<string>();
  for (const id of ids) {
    const response = await client.post({ query, variables: { input: inputOf(id) } });
    answers.add(`${response.status} ${(await response.text()).replaceAll(JSON.stringify(id), '(the id)')}`);
  }
  return [...answers];
}

/** That the work leaves every table as it was; `except` names tables to leave out. */
export async function expectNothingWritten(world: World, work: () => Promise<unknown>, except: readonly string[] = []) {
  const before = await fingerprint(world.database, except);
  await work();
  expect(await fingerprint(world.database, except)).toEqual(before);
}

// ---------------------------------------------------------------- what a change leaves

/** The events that a request left, whole but for ids, names and where it came from. */
export async function happenings(world: World, answer: Pick<Answer<unknown>, 'headers'>) {
  return world.database.query<Record<string, any>>(world.sql`
    SELECT e.action, e.actor_id AS actor, e.impersonator_id AS impersonator, e.subject_type AS type, e.subject_id AS subject,
           e.organization_id AS organization, e.reason, e.changes, e.metadata,
           ARRAY(SELECT p.user_id FROM audit_event_people p WHERE p.event_id = e.id ORDER BY 1) AS people
      FROM audit_events e WHERE e.request_id = ${answer.headers.get('x-request-id')} ORDER BY e.id`);
}

/** An event of a person about a person, as `happenings` gives it. */
export const happening = (
  action: string,
  by: Person | null,
  about: Person,
  rest: { reason?: string; changes?: object[]; metadata?: object; people?: readonly Person[] } = {},
) => ({
  action,
  actor: by?.uuid ?? null,
  impersonator: null,
  type: 'user',
  subject: about.uuid,
  organization: null,
  reason: rest.reason ?? null,
  changes: rest.changes ?? [],
  metadata: rest.metadata ?? {},
  people: peopleOf(...(by ? [by] : []), about, ...(rest.people ?? [])),
});

/** Each once, in the order of the ids. */
export const peopleOf = (...people: readonly Person[]): string[] => [...new Set(people.map(({ uuid }) => uuid))].sort();

/** What grows with each change of a person, and with each change of their power. */
export async function versionsOf(world: World, person: Person): Promise<{ version: number; tokenVersion: number }> {
  const [row] = await world.database.query<any>(
    world.sql`SELECT version, token_version AS "tokenVersion" FROM users WHERE id = ${person.uuid}::uuid`,
  );
  return row;
}

// ---------------------------------------------------------------- sessions

/** Whether an access token holds, or the code of why not. */
export async function holds(world: World, accessToken: string): Promise<true | string> {
  const { errors } = await visitor(world, { token: accessToken }).ask(Whoami);
  return errors.length === 0 || errors[0]!.extensions.code;
}

/** Whether a session goes on: its refresh token gives an access token that holds; else the code of why not. */
export async function goesOn(world: World, tokens: { readonly refreshToken: string }): Promise<true | string> {
  const { tokens: next, code } = await visitor(world).refresh(tokens.refreshToken);
  return next ? holds(world, next.accessToken) : code;
}

/** A session has ended: neither of its tokens is good for anything. */
export async function expectEnded(world: World, ...sessions: readonly { accessToken: string; refreshToken: string }[]) {
  for (const tokens of sessions) {
    expect([await holds(world, tokens.accessToken), await goesOn(world, tokens)]).toEqual([
      'UNAUTHENTICATED',
      'REFRESH_TOKEN_INVALID',
    ]);
  }
}

/** A client with an access token. */
export const clientWith = (world: World, accessToken: string): Client =>
  clientOf(world.server, world.settings, () => accessToken);

// ---------------------------------------------------------------- mail and links

/** The messages to an address, oldest first, with the token of the link in each. */
export async function mailsTo(world: World, email: string) {
  const rows = await world.database.query<any>(
    world.sql`SELECT kind, user_id, sealed_content FROM outbox_messages WHERE recipient = ${email} ORDER BY id`,
  );
  return rows.map(({ kind, user_id, sealed_content }) => {
    const content = openContent(world.server.steward.secrets, sealed_content);
    return { kind: kind as string, user: user_id as string, content, token: tokenIn(world, content.text) };
  });
}

/** The token of the link in a text: the link is at PUBLIC_URL. */
function tokenIn(world: World, text: string): string {
  const links = text.match(/\S+:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  const link = new URL(links[0]!);
  expect(`${link.origin}${link.pathname}`).toBe(`${world.settings.publicUrl.origin}/console/password`);
  expect([...link.searchParams.keys()]).toEqual(['token']);
  return link.searchParams.get('token')!;
}

/** That a secret is in no table, neither as text nor as bytes. */
export async function expectNowhereStored(world: World, secret: string): Promise<void> {
  const tables = await world.database.query<{ name: string }>(
    world.sql`SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()`,
  );
  const hex = Buffer.from(secret).toString('hex');
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await world.database.query(
      world.sql([`SELECT FROM "${name}" t WHERE strpos(t::text, '${secret}') > 0 OR strpos(t::text, '${hex}') > 0`]),
    );
    if (rows.length > 0) found.push(name);
  }
  expect(found).toEqual([]);
}
