import { randomInt } from 'node:crypto';
import { openSession } from '../../src/auth/sessions.ts';
import { decodeId } from '../../src/ids.ts';
import { type Answer, type Client, clientOf, type Organization, type Person, startWorld, type World } from '../support/world.ts';

/** A world whose clients say themselves which ip address they come from. */
export const startAuthWorld = (environment: Record<string, string> = {}): Promise<World> =>
  startWorld({ TRUSTED_PROXIES: '127.0.0.1', ...environment });

/** An ip address of this test's own, so that no failure counts against another test. */
export const newIp = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

const signedIn = (type: string) => `
  ... on ${type} {
    tokens { accessToken refreshToken tokenType expiresIn expiresAt }
    viewer { user { id email } session { id isCurrent } organization { id } permissions }
  }
  ... on MutationError { __typename code message path }
  ... on AuthenticationError { retryAt }`;

export const Login = `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ${signedIn('AuthLoginSuccess')} } }`;
export const Refresh = `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ${signedIn('AuthRefreshSuccess')} } }`;
export const Switch = `mutation ($input: AuthSwitchOrganizationInput!) {
  authSwitchOrganization(input: $input) { ${signedIn('AuthSwitchOrganizationSuccess')} ... on NotFoundError { id } } }`;
export const Logout = 'mutation { authLogout { ... on AuthLogoutSuccess { ok } } }';
export const LogoutEverywhere = `mutation { authLogoutEverywhere {
  ... on AuthLogoutEverywhereSuccess { revokedSessions } ... on MutationError { code message } } }`;
export const Whoami = '{ viewer { user { id } organization { id } permissions } }';

/** Somebody at an ip address: who sends, and what comes back of it. */
export function visitor(world: World, options: { ip?: string; token?: string | null; cookie?: string; csrf?: boolean } = {}) {
  const { ip = newIp(), token = null, cookie, csrf = cookie !== undefined } = options;
  const client = clientOf(world.server, world.settings, () => token, {
    'x-forwarded-for': ip,
    ...(cookie && { cookie: `steward_refresh=${cookie}` }),
    ...(csrf && { 'x-steward-csrf': '1' }),
  });
  return {
    ...client,
    ip,
    login: async (input: Record<string, unknown>): Promise<any> => (await client.run(Login, { input })).authLogin,
    refresh: async (refreshToken: string | null | undefined, input: Record<string, unknown> = {}): Promise<any> =>
      (await client.run(Refresh, { input: { refreshToken, ...input } })).authRefresh,
    switchTo: async (organizationId: string | null): Promise<any> =>
      (await client.run(Switch, { input: { organizationId } })).authSwitchOrganization,
  };
}

export interface StoredEvent {
  readonly action: string;
  readonly actor_id: string | null;
  readonly actor_name: string | null;
  readonly impersonator_id: string | null;
  readonly subject_type: string | null;
  readonly subject_id: string | null;
  readonly organization_id: string | null;
  readonly changes: unknown[];
  readonly metadata: Record<string, unknown>;
  readonly ip_address: string | null;
  readonly people: string[];
}

/** The events that a request left. */
export async function eventsOf(world: World, answer: Pick<Answer<unknown>, 'headers'>): Promise<StoredEvent[]> {
  return world.database.query<StoredEvent>(world.sql`
    SELECT e.action, e.actor_id, e.actor_name, e.impersonator_id, e.subject_type, e.subject_id, e.organization_id, e.changes, e.metadata, e.ip_address,
           ARRAY(SELECT p.user_id FROM audit_event_people p WHERE p.event_id = e.id) AS people
      FROM audit_events e WHERE e.request_id = ${answer.headers.get('x-request-id')} ORDER BY e.id`);
}

const Impersonate = `mutation ($input: UserImpersonateInput!) { userImpersonate(input: $input) {
  ... on UserImpersonateSuccess { tokens { accessToken refreshToken } session { id } } ... on MutationError { code } } }`;

/** An impersonation that the mutation has begun, as a client. */
export interface Acting extends Client {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

/** Begins an impersonation by the mutation; throws where it is refused. */
export async function actAs(world: World, by: Client, as: Person, organization?: Organization): Promise<Acting> {
  const input = { userId: as.id, organizationId: organization?.id, reason: 'Ticket 4711' };
  const { tokens, session, code } = (await by.run(Impersonate, { input })).userImpersonate;
  if (!tokens) throw new Error(`Nobody acts as ${as.email}: ${code}`);
  const { accessToken, refreshToken } = tokens;
  return { ...clientOf(world.server, world.settings, () => accessToken), accessToken, refreshToken, sessionId: session.id };
}

/** An impersonation of one person by another, who is signed in; with its tokens. It asks for no power, as if that had been there once. */
export async function impersonate(world: World, by: Person, as: Person, bound?: Organization) {
  const { accessToken } = await by.signIn();
  const { refreshToken } = await world.database.transaction((tx) =>
    openSession(tx, world.settings.limits, {
      userId: as.uuid,
      appId: null,
      organizationId: bound?.uuid ?? null,
      rememberMe: false,
      ipAddress: null,
      userAgent: null,
      impersonation: {
        impersonatorId: by.uuid,
        reason: 'a test',
        startedFromId: sessionIdIn(accessToken),
        boundToId: bound?.uuid ?? null,
      },
    }),
  );
  const { tokens } = await visitor(world).refresh(refreshToken);
  return tokens as { accessToken: string; refreshToken: string };
}

/** What an access token says, unverified. */
export const claimsIn = (accessToken: string): Record<string, any> =>
  JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString());

/** The session of an access token, as the database has it. */
export const sessionIdIn = (accessToken: string): string => decoded('ses', claimsIn(accessToken).sid);

function decoded(prefix: 'ses', id: string): string {
  const uuid = decodeId(prefix, id);
  if (!uuid) throw new Error(`${id} is no id of a session.`);
  return uuid;
}
