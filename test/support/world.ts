import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, print } from 'graphql';
import { pino } from 'pino';
import { expect } from 'vitest';
import { hashOfOpaqueToken, newOpaqueToken } from '../../src/auth/opaque-tokens.ts';
import { createPasswords } from '../../src/auth/passwords.ts';
import { type Database, Prisma } from '../../src/database.ts';
import { encodeId, newId } from '../../src/ids.ts';
import { organizationSearchText, userSearchText } from '../../src/search.ts';
import { createServer, type StewardServer } from '../../src/server.ts';
import { readSettings, type Settings } from '../../src/settings.ts';
import { testDatabase } from './database.ts';

export const password = 'correct horse battery';
export const defaultPool = '01900000-0000-7000-8000-000000000001';

const passwords = createPasswords(readSettings({ NODE_ENV: 'test' }).limits);
let sharedHash: Promise<string> | undefined;

/** What came back from one operation. */
export interface Answer<Data> {
  readonly status: number;
  readonly data: Data | null | undefined;
  readonly errors: readonly { message: string; path?: unknown[]; extensions: Record<string, any> }[];
  readonly headers: Headers;
}

/** Thrown by `run` where the answer has errors. */
export class Refused extends Error {
  readonly answer: Answer<unknown>;
  readonly codes: readonly string[];
  constructor(answer: Answer<unknown>) {
    super(answer.errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join('\n'));
    this.answer = answer;
    this.codes = answer.errors.map(({ extensions }) => extensions.code);
  }
}

expect.extend({
  async toBeRefused(promise: Promise<unknown>, code: string) {
    const outcome = await Promise.resolve(promise).then(
      (data) => ({ data }),
      (error: unknown) => ({ error }),
    );
    const refused = 'error' in outcome && outcome.error instanceof Refused && outcome.error.codes[0] === code;
    return { pass: refused, message: () => `expected ${this.isNot ? 'no ' : ''}refusal ${code}, got ${inspect(outcome)}` };
  },
});

const inspect = (outcome: { data?: unknown; error?: unknown }): string =>
  outcome.error ? String(outcome.error) : JSON.stringify(outcome.data);

declare module 'vitest' {
  interface Matchers<T = any> {
    /** The promise of a `run` rejects, and the first error has this code. */
    toBeRefused(code: string): Promise<T>;
  }
}

type Document<Data, Variables> = TypedDocumentNode<Data, Variables> | DocumentNode | string;

const textOf = (document: Document<any, any>): string => (typeof document === 'string' ? document : print(document));

/** Sends operations over the server's front door, with or without a token. */
export function clientOf(
  server: StewardServer,
  settings: Settings,
  token: () => string | null,
  extra: Record<string, string> = {},
) {
  async function post(body: unknown): Promise<Response> {
    const bearer = token();
    return server.fetch(
      new Request(new URL('/graphql', settings.publicUrl), {
        method: 'POST',
        headers: {
          host: settings.publicUrl.host,
          'content-type': 'application/json',
          'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...extra,
        },
        body: JSON.stringify(body),
      }),
    );
  }
  const client = {
    /** The whole answer, errors and all. */
    async ask<Data = any, Variables = any>(document: Document<Data, Variables>, variables?: Variables): Promise<Answer<Data>> {
      const response = await post({ query: textOf(document), variables });
      const { data, errors = [] } = await response.json();
      return { status: response.status, data, errors, headers: response.headers };
    },
    /** The data; throws `Refused` where there are errors. */
    async run<Data = any, Variables = any>(document: Document<Data, Variables>, variables?: Variables): Promise<Data> {
      const answer = await client.ask(document, variables);
      if (answer.errors.length) throw new Refused(answer);
      return answer.data!;
    },
    /** Several operations in one HTTP request. */
    async batch(operations: readonly [Document<any, any>, object?][]): Promise<Answer<any>[]> {
      const response = await post(operations.map(([document, variables]) => ({ query: textOf(document), variables })));
      const results = await response.json();
      return results.map(({ data, errors = [] }: any) => ({ status: response.status, data, errors, headers: response.headers }));
    },
    post,
  };
  return client;
}

export type Client = ReturnType<typeof clientOf>;

export interface PersonOptions {
  email?: string;
  name?: string | null;
  /** Codes of platform roles; `base_user` unless told. */
  roles?: string[];
  pool?: string;
  emailVerified?: boolean;
  externalId?: string;
  metadata?: Record<string, unknown>;
  createdAt?: Date;
  lastLoginAt?: Date;
  status?: 'ACTIVE' | 'SUSPENDED';
}

/** A person with a client of its own, signed in at its first request. */
export interface Person extends Client {
  readonly uuid: string;
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  /** Signs in anew; the client goes on with the new tokens. */
  signIn(input?: Record<string, unknown>): Promise<{ accessToken: string; refreshToken: string }>;
  readonly tokens: { accessToken: string; refreshToken: string } | null;
}

export interface Organization {
  readonly uuid: string;
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  /** API ids of memberships, by the person's uuid. */
  readonly memberships: ReadonlyMap<string, string>;
}

const signInDocument = `mutation ($input: AuthLoginInput!) { authLogin(input: $input) {
  ... on AuthLoginSuccess { tokens { accessToken refreshToken } } ... on MutationError { code message } } }`;

let serial = 0;

/** A server on a database of this test file's own, and what makes people and organizations in it. */
export async function startWorld(environment: Record<string, string> = {}) {
  const database: Database = await testDatabase();
  const settings = readSettings({ NODE_ENV: 'test', ...environment });
  const server = await createServer({ database, settings, log: pino({ level: 'silent' }) });
  const anonymous = clientOf(server, settings, () => null);
  const sql = Prisma.sql;

  async function person(options: PersonOptions = {}): Promise<Person> {
    const uuid = newId();
    const email = options.email ?? `person-${++serial}-${uuid.slice(-6)}@example.com`;
    const name = options.name === undefined ? `Person ${serial}` : options.name;
    sharedHash ??= passwords.hash(password);
    await database.query(sql`
      INSERT INTO users (id, home_pool_id, email, email_verified, name, external_id, metadata, password_hash, search_text, created_at, last_login_at, status)
      SELECT ${uuid}::uuid, p.id, ${email}, ${options.emailVerified ?? true}, ${name}, ${options.externalId ?? null},
             ${JSON.stringify(options.metadata ?? {})}::jsonb, ${await sharedHash},
             ${userSearchText({ email, name, externalId: options.externalId ?? null })}, ${options.createdAt ?? new Date()}::timestamptz,
             ${options.lastLoginAt ?? null}::timestamptz, ${options.status ?? 'ACTIVE'}::user_status
        FROM pools p WHERE p.code = ${options.pool ?? 'default'}`);
    await database.query(sql`
      INSERT INTO user_roles (user_id, role_id) SELECT ${uuid}::uuid, r.id FROM roles r
       WHERE r.scope = 'PLATFORM' AND r.code = ANY(${options.roles ?? ['base_user']}::text[])`);

    let tokens: Person['tokens'] = null;
    const client = clientOf(server, settings, () => tokens?.accessToken ?? null);
    async function signIn(input: Record<string, unknown> = {}) {
      const data = await anonymous.run(signInDocument, { input: { email, password, ...input } });
      if (!data.authLogin.tokens) throw new Error(`${email} can't sign in: ${data.authLogin.code}`);
      tokens = data.authLogin.tokens;
      return tokens!;
    }
    const first = async () => void (tokens ?? (await signIn()));
    return {
      uuid,
      id: encodeId('user', uuid),
      email,
      name,
      signIn,
      get tokens() {
        return tokens;
      },
      ask: (document, variables) => first().then(() => client.ask(document, variables)),
      run: (document, variables) => first().then(() => client.run(document, variables)),
      batch: (operations) => first().then(() => client.batch(operations)),
      post: (body) => first().then(() => client.post(body)),
    };
  }

  /** An organization; its owner is `org_admin`, and members have the roles that they are given (`org_member` unless told). */
  async function organization(options: {
    owner: Person;
    name?: string;
    slug?: string;
    members?: readonly (readonly [Person, roles?: string[], status?: 'ACTIVE' | 'SUSPENDED'])[];
    /** Custom roles: code → permission codes. */
    customRoles?: Record<string, string[]>;
    status?: 'ACTIVE' | 'SUSPENDED';
  }): Promise<Organization> {
    const uuid = newId();
    const slug = options.slug ?? `org-${++serial}-${uuid.slice(-6)}`;
    const name = options.name ?? `Organization ${serial}`;
    const memberships = new Map<string, string>();
    await database.transaction(async (tx) => {
      await tx.$executeRaw(sql`
        INSERT INTO organizations (id, name, slug, owner_id, search_text, status)
        VALUES (${uuid}::uuid, ${name}, ${slug}, ${options.owner.uuid}::uuid, ${organizationSearchText({ name, slug })}, ${options.status ?? 'ACTIVE'}::organization_status)`);
      for (const [code, permissions] of Object.entries(options.customRoles ?? {})) {
        const role = newId();
        await tx.$executeRaw(sql`
          INSERT INTO roles (id, code, name, scope, rank, organization_id) VALUES (${role}::uuid, ${code}, ${code}, 'ORGANIZATION', 70, ${uuid}::uuid)`);
        await tx.$executeRaw(sql`
          INSERT INTO role_permissions (role_id, permission_code) SELECT ${role}::uuid, code FROM unnest(${permissions}::text[]) AS code`);
      }
      for (const [member, roles = ['org_member'], status = 'ACTIVE'] of [
        [options.owner, ['org_admin']] as const,
        ...(options.members ?? []),
      ]) {
        const membership = newId();
        memberships.set(member.uuid, encodeId('mem', membership));
        await tx.$executeRaw(sql`
          INSERT INTO memberships (id, organization_id, user_id, status)
          VALUES (${membership}::uuid, ${uuid}::uuid, ${member.uuid}::uuid, ${status}::membership_status)`);
        await tx.$executeRaw(sql`
          INSERT INTO membership_roles (membership_id, role_id)
          SELECT ${membership}::uuid, r.id FROM roles r
           WHERE r.scope = 'ORGANIZATION' AND r.code = ANY(${roles}::text[]) AND (r.organization_id IS NULL OR r.organization_id = ${uuid}::uuid)`);
      }
    });
    return { uuid, id: encodeId('org', uuid), name, slug, memberships };
  }

  /** An app with what it is told; active, without automatic grants, at home in `default`. */
  async function app(
    options: {
      code?: string;
      autoGrantOnSignup?: boolean;
      status?: 'ACTIVE' | 'DISABLED';
      pool?: string;
      readPools?: string[];
    } = {},
  ) {
    const uuid = newId();
    const code = options.code ?? `app-${++serial}-${uuid.slice(-6)}`;
    await database.query(sql`
      INSERT INTO apps (id, code, name, auto_grant_on_signup, status, home_pool_id)
      SELECT ${uuid}::uuid, ${code}, ${code}, ${options.autoGrantOnSignup ?? false}, ${options.status ?? 'ACTIVE'}::app_status, p.id
        FROM pools p WHERE p.code = ${options.pool ?? 'default'}`);
    await database.query(sql`
      INSERT INTO app_read_pools (app_id, pool_id, position)
      SELECT ${uuid}::uuid, p.id, r.position FROM unnest(${options.readPools ?? []}::text[]) WITH ORDINALITY AS r(code, position) JOIN pools p ON p.code = r.code`);
    return { uuid, id: encodeId('app', uuid), code };
  }

  /** Access of a person to an app. */
  async function grant(who: Person, to: { uuid: string }, status: 'ACTIVE' | 'REVOKED' = 'ACTIVE'): Promise<string> {
    const uuid = newId();
    await database.query(sql`
      INSERT INTO app_grants (id, user_id, app_id, status, revoked_at)
      VALUES (${uuid}::uuid, ${who.uuid}::uuid, ${to.uuid}::uuid, ${status}::app_grant_status, ${status === 'REVOKED' ? new Date() : null}::timestamptz)`);
    return encodeId('grant', uuid);
  }

  async function pool(code = `pool-${++serial}`) {
    const uuid = newId();
    await database.query(sql`INSERT INTO pools (id, code, name) VALUES (${uuid}::uuid, ${code}, ${code})`);
    return { uuid, id: encodeId('pool', uuid), code };
  }

  /** A pending invitation, unless told, with the token of its link. */
  async function invitation(options: {
    organization: Organization;
    email: string;
    by?: Person;
    roles?: string[];
    expiresAt?: Date;
    status?: string;
  }) {
    const uuid = newId();
    const token = newOpaqueToken();
    await database.query(sql`
      INSERT INTO invitations (id, organization_id, email, token_hash, invited_by_id, expires_at, status)
      VALUES (${uuid}::uuid, ${options.organization.uuid}::uuid, ${options.email}, ${hashOfOpaqueToken(token)}::bytea, ${options.by?.uuid ?? null}::uuid,
              ${options.expiresAt ?? new Date(Date.now() + 86_400_000)}::timestamptz, ${options.status ?? 'PENDING'}::invitation_status)`);
    await database.query(sql`
      INSERT INTO invitation_roles (invitation_id, role_id) SELECT ${uuid}::uuid, r.id FROM roles r
       WHERE r.built_in AND r.scope = 'ORGANIZATION' AND r.code = ANY(${options.roles ?? ['org_member']}::text[])`);
    return { uuid, id: encodeId('inv', uuid), token };
  }

  /** How many statements the server sends while `work` runs. */
  async function statements(work: () => Promise<unknown>): Promise<number> {
    const before = database.statementCount;
    await work();
    return database.statementCount - before;
  }

  return { database, settings, server, anonymous, sql, person, organization, app, grant, pool, invitation, statements };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
