import type { ModuleCore } from './core.ts';
import { createEvents } from './events.ts';
import { AuthRefreshDocument } from './generated/operations.ts';
import { accountModule } from './modules/account.ts';
import { appsModule } from './modules/apps.ts';
import { auditModule } from './modules/audit.ts';
import { authModule } from './modules/auth.ts';
import { organizationsModule } from './modules/organizations.ts';
import { poolsModule } from './modules/pools.ts';
import { usersModule } from './modules/users.ts';
import { createRequest } from './request.ts';
import { createSession } from './session/session.ts';
import { createSignIn } from './session/sign-in.ts';
import { memoryStore } from './stores/memory.ts';
import type { TokenStore } from './stores/store.ts';
import { createBatching } from './transport/batch.ts';
import { createCalling } from './transport/calling.ts';
import { createPost } from './transport/http.ts';

export interface ClientOptions {
  /** The server's public address, such as `https://auth.example.com`; `/graphql` is appended to it. */
  readonly apiBaseUrl: string;
  /** The app that people sign in to. */
  readonly appCode?: string | undefined;
  /** Where the session is kept: in memory unless told. */
  readonly store?: TokenStore | undefined;
  /** Whether calls of one tick travel as one request; they do unless told. */
  readonly batch?: boolean | undefined;
  /** How long a call may take, all its tries together: 15 seconds unless told. */
  readonly timeoutMs?: number | undefined;
  /** How often what was lost on the way is sent again: twice unless told. */
  readonly retries?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** `print` of graphql, for `request` with documents that have no source text. */
  readonly print?: ((document: any) => string) | undefined;
}

export interface AuthClient extends ReturnType<typeof createAuthClient> {}

/** A client of one server, signed in as one person at a time. Throws a `StewardError` where `apiBaseUrl` is no address. */
export function createAuthClient({
  apiBaseUrl,
  appCode,
  store = memoryStore(),
  batch = true,
  timeoutMs = 15_000,
  retries = 2,
  fetch,
  print,
}: ClientOptions) {
  const { on, emit } = createEvents();
  const post = createPost(apiBaseUrl, fetch, store.usesCookie === true);
  const calling = createCalling(createBatching(post, batch), () => session, { timeoutMs, retries });
  const { ask, ...calls } = calling;

  const session = createSession(
    store,
    emit,
    async (refreshToken, leavesScope) => {
      const input = { ...(refreshToken && { refreshToken }), ...(leavesScope && { organizationId: null }) };
      const headers: Record<string, string> = refreshToken ? {} : { 'x-steward-csrf': '1' };
      return (await calls.mutate(AuthRefreshDocument, { input }, { as: null, headers })).tokens;
    },
    retries,
  );

  const signIn = createSignIn(session, appCode, emit);
  const core: ModuleCore = {
    on,
    calls,
    appCode,
    session: { signIn, impersonate: session.impersonate },
    wire: {
      async post(body, headers, signal) {
        await session.loaded();
        const as = session.current && (await session.fresh(session.current));
        const token = as?.accessToken ?? null;
        const sent = { ...headers, ...(token && { authorization: `Bearer ${token}` }) };
        return { response: await post(body, sent, signal), token };
      },
      async renew(token) {
        if (token) await session.renew({ accessToken: token, refreshToken: null, expiresAt: 0 });
      },
    },
  };

  return {
    /**
     * Goes on with the session that was kept, and finds out whether it lives. Everything else awaits that by itself.
     */
    async ready(): Promise<void> {
      await session.loaded();
      // What is over has been told as an event, and what is unknown turns up with the first call.
      if (session.current) await session.fresh(session.current).catch(() => {});
    },
    auth: authModule({ calling, session, signIn }),
    account: accountModule(core),
    users: usersModule(core),
    apps: appsModule(core),
    pools: poolsModule(core),
    organizations: organizationsModule(core),
    audit: auditModule(core),
    request: createRequest({ ask }, print),
    /** Calls the listener at every event of the name. Gives the function that ends it. */
    on,
  };
}
