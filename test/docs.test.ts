import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FieldNode, Kind, parse, print, type SelectionNode, visit } from 'graphql';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DemoAccount, seedDemo } from '../prisma/seed.ts';
import { createPasswords } from '../src/auth/passwords.ts';
import { deriveSecrets } from '../src/secrets.ts';
import { createServer, type StewardServer } from '../src/server.ts';
import { readSettings } from '../src/settings.ts';
import { testDatabase } from './support/database.ts';

/** An operation of the documentation: who sends it, as whom they act, the text, its variables, and the error or refusal that it shows. */
interface Example {
  readonly title: string;
  readonly page: string;
  readonly as: string;
  readonly actingAs: string | undefined;
  readonly code: string | undefined;
  readonly place: string | undefined;
  readonly query: string;
  readonly variables: string;
}

const example =
  /<!-- as (?<as>\w+)(?: acting as (?<actingAs>[^ ,]+))?(?:, with (?<code>\w+)(?: at (?<place>[\w.]+))?)? -->\n```graphql\n(?<query>.+?)```\n(?:```json\n(?<variables>.+?)```)?/gs;

const pages = (await readdir('docs')).filter((name) => name.endsWith('.md'));
const texts = await Promise.all(pages.map((page) => readFile(join('docs', page), 'utf8')));
const examples: Example[] = texts.flatMap((text, at) =>
  [...text.matchAll(example)].map(({ groups: { as, actingAs, code, place, query, variables = '{}' } = {} }) => ({
    page: pages[at]!,
    title: `${pages[at]}: ${/\b(?:query|mutation|subscription) (\w+)/.exec(query!)?.[1]}`,
    as: as!,
    actingAs,
    code,
    place,
    query: query!,
    variables: variables!,
  })),
);

let server: StewardServer;
const tokens = new Map<string, Promise<string>>();
let accounts: DemoAccount[];

beforeAll(async () => {
  const database = await testDatabase();
  const settings = readSettings({ NODE_ENV: 'test' });
  const dataFolder = await mkdtemp(join(tmpdir(), 'steward-docs-'));
  const secrets = deriveSecrets(settings.secret);
  accounts = await seedDemo({ database, passwords: createPasswords(settings.limits), secrets, dataFolder });
  server = await createServer({ database, settings, log: pino({ enabled: false }) });
});

async function ask(body: object, token?: string) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const request = new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
  return (await server.fetch(request)).json() as Promise<{ data?: any; errors?: any[] }>;
}

/** The first that a subscription is sent, once somebody has signed in. */
async function follow(body: object, token: string): Promise<{ data?: any; errors?: any[] }> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` };
  const request = new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
  const stream = (await server.fetch(request)).body!.pipeThrough(new TextDecoderStream());
  await signIn('base_user');
  let received = '';
  for await (const text of stream) {
    received += text;
    const sent = /^event: next\ndata: (.+)\n\n/m.exec(received)?.[1];
    if (sent) return JSON.parse(sent);
  }
  throw new Error(`The stream ended with ${received}`);
}

async function signIn(persona: string): Promise<string> {
  const { email, password } = accounts.find((account) => account.persona === persona)!;
  const query =
    'mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { tokens { accessToken } } } }';
  const { data } = await ask({ query, variables: { input: { email, password } } });
  return data.authLogin.tokens.accessToken;
}

/** One sign-in for each page: what a page does may have made the tokens of another stale. */
const tokenOf = (persona: string, page = ''): Promise<string> => {
  const visit = `${persona} ${page}`;
  if (!tokens.has(visit)) tokens.set(visit, signIn(persona));
  return tokens.get(visit)!;
};

/** A page's impersonation of somebody, begun once. */
async function tokenActingAs(persona: string, email: string, page: string): Promise<string> {
  const visit = `${persona} ${page} ${email}`;
  const begin = async () => {
    const query = `mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) {
      ... on UserImpersonateSuccess { tokens { accessToken } } } }`;
    const input = { userId: await idOf(email), reason: 'As the documentation shows' };
    const { data } = await ask({ query, variables: { input } }, await tokenOf(persona, page));
    return data.userImpersonate.tokens.accessToken as string;
  };
  if (!tokens.has(visit)) tokens.set(visit, begin());
  return tokens.get(visit)!;
}

/** Kinds of things that have no address, how one is named, and where its id is. */
const named: readonly [name: RegExp, query: string, id: (data: any, one: string) => string][] = [
  [/^app (?<one>.+)$/, 'query ($one: String!) { appByCode(code: $one) { id } }', ({ appByCode }) => appByCode.id],
  [
    /^organization (?<one>.+)$/,
    'query ($one: String!) { organizationBySlug(slug: $one) { id } }',
    ({ organizationBySlug }) => organizationBySlug.id,
  ],
  [
    /^role (?<one>.+) at (?<place>.+)$/,
    'query ($place: String!) { organizationBySlug(slug: $place) { roles { id code } } }',
    ({ organizationBySlug }, one) => organizationBySlug.roles.find(({ code }: { code: string }) => code === one).id,
  ],
  [
    /^the invitation to (?<one>.+) at (?<place>.+)$/,
    'query ($place: String!) { organizationBySlug(slug: $place) { invitations(first: 50, status: [PENDING, DECLINED]) { nodes { id email } } } }',
    ({ organizationBySlug }, one) =>
      organizationBySlug.invitations.nodes.find(({ email }: { email: string }) => email === one).id,
  ],
];

/** `<id of …>` stands for an id: of a person by address, of somebody's session, or of what `named` has. */
async function idOf(what: string): Promise<string> {
  const token = await tokenOf('system_admin');
  for (const [name, query, id] of named) {
    const variables = name.exec(what)?.groups;
    if (variables) return id((await ask({ query, variables }, token)).data, variables.one!);
  }
  const [, session, email] = /^(a session of )?(.+)$/.exec(what)!;
  const query = 'query ($emails: [EmailAddress!]) { usersLookup(emails: $emails) { users { id sessions { id } } } }';
  const { data } = await ask({ query, variables: { emails: [email] } }, token);
  const [user] = data.usersLookup.users;
  return session ? user.sessions[0].id : user.id;
}

/** `<plan for …>` stands for the token of a preview that the page's reader has seen. */
async function planFor(email: string, token: string): Promise<string> {
  const query = 'query ($id: ID!) { userHardDeletePreview(userId: $id) { planToken } }';
  const { data } = await ask({ query, variables: { id: await idOf(email) } }, token);
  return data.userHardDeletePreview.planToken;
}

async function filled(variables: string, token: string): Promise<object> {
  const values = await Promise.all(
    [...variables.matchAll(/<(id of|plan for) ([^>]+)>/g)].map(
      async ([text, kind, what]) => [text, kind === 'id of' ? await idOf(what!) : await planFor(what!, token)] as const,
    ),
  );
  return JSON.parse(values.reduce((json, [text, value]) => json.replaceAll(text, value), variables));
}

/** The operation, asking what its mutation came to. */
const withTypes = (query: string): string =>
  print(
    visit(parse(query), {
      OperationDefinition: ({ operation, selectionSet }) => {
        if (operation !== 'mutation') return;
        for (const field of selectionSet.selections as FieldNode[])
          (field.selectionSet!.selections as SelectionNode[]).push({
            kind: Kind.FIELD,
            name: { kind: Kind.NAME, value: '__typename' },
          });
      },
    }),
  );

/** Where an answer has an empty list, which would teach nothing. */
function emptyLists(value: unknown, place = ''): string[] {
  if (Array.isArray(value))
    return value.length === 0 ? [place] : value.every((one) => emptyLists(one).length) ? emptyLists(value[0], place) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => emptyLists(part, place ? `${place}.${name}` : name));
}

describe('what the documentation shows', () => {
  test('every query in it is run here', () => {
    const written = texts.flatMap((text) => text.match(/```graphql/g) ?? []);

    expect(examples.length).toBe(written.length);
    expect(new Set(examples.map(({ title }) => title)).size).toBe(examples.length);
    expect(examples.length).toBeGreaterThan(8);
  });

  test.each(examples)('$title', async ({ as, actingAs, page, code, place, query, variables }) => {
    const refusal = code?.endsWith('Error') ? code : undefined;
    const token = actingAs ? await tokenActingAs(as, actingAs, page) : await tokenOf(as, page);
    const body = { query: withTypes(query), variables: await filled(variables, token) };
    const { data, errors = [] } = /^\s*subscription/.test(query) ? await follow(body, token) : await ask(body, token);

    expect(errors.map((error) => [error.extensions.code, error.path?.join('.')])).toEqual(
      code && !refusal ? [[code, place]] : [],
    );
    const [outcome] = Object.values<any>(data ?? {});
    if (/^\s*mutation/.test(query)) expect(outcome.__typename, JSON.stringify(outcome)).toMatch(refusal ?? /Success$/);
    if (code) return;
    expect(Object.values(data)).not.toContain(null);
    expect(emptyLists(data)).toEqual([]);
  });
});
