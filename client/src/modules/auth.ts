import type { CallOptions } from '../calls.ts';
import { RuleError, UnauthenticatedError } from '../errors.ts';
import {
  AuthLoginDocument,
  type AuthLoginInput,
  AuthLogoutDocument,
  AuthLogoutEverywhereDocument,
  AuthStopImpersonatingDocument,
  AuthSwitchOrganizationDocument,
  WhoamiDocument,
} from '../generated/operations.ts';
import { type InputOf, toInput, toRecord, type ViewerRecord } from '../records.ts';
import { type Claims, claimsOf } from '../session/claims.ts';
import type { Session } from '../session/session.ts';
import type { SignIn } from '../session/sign-in.ts';
import type { Calling } from '../transport/calling.ts';
import { inTime } from '../transport/deadline.ts';

export type LoginInput = InputOf<Omit<AuthLoginInput, 'useCookie'>>;

interface AuthCore {
  readonly calling: Calling;
  readonly session: Session;
  readonly signIn: SignIn;
}

function methods({ calling, session, signIn }: AuthCore) {
  const { call, mutate } = calling;

  /** Who is signed in; throws where nobody is. */
  async function present() {
    await session.loaded();
    if (session.current) return session.current;
    throw new UnauthenticatedError('UNAUTHENTICATED', 401, 'Nobody is signed in.');
  }

  return {
    /** Signs in with a password, whoever was signed in before. Throws `AuthenticationError`. */
    async login(input: LoginInput, options?: CallOptions): Promise<ViewerRecord> {
      const given = toInput<Omit<AuthLoginInput, 'useCookie'>>(input);
      const { viewer } = await signIn(given, (input, manner) => mutate(AuthLoginDocument, { input }, manner), options);
      return toRecord(viewer);
    },

    /** Signs out. The client forgets the session in any case; what kept it from telling the server is thrown. While impersonating both sessions end. */
    logout: (options?: CallOptions): Promise<void> =>
      session.signingOut(async () => {
        const { left, forgotten } = await session.leave();
        if (left) await mutate(AuthLogoutDocument, {}, { ...options, as: left, again: true }).catch(unlessOver);
        await forgotten;
      }),

    /** Signs out on every device. */
    logoutAll: (options?: CallOptions): Promise<{ revoked_sessions: number }> =>
      session.signingOut(async () => {
        const as = await present();
        const { revokedSessions } = await mutate(AuthLogoutEverywhereDocument, {}, { ...options, as });
        await (await session.leave(as)).forgotten;
        return { revoked_sessions: revokedSessions };
      }),

    /** Gets new tokens now. The client does so by itself. */
    async refresh(options?: CallOptions): Promise<void> {
      await until(options, async () => session.renew(await present()));
    },

    /** Scopes the session to an organization of one's own; null leaves it. */
    async switchOrg(organizationId: string | null, options?: CallOptions): Promise<ViewerRecord> {
      const as = await present();
      const { tokens, viewer } = await mutate(AuthSwitchOrganizationDocument, { input: { organizationId } }, { ...options, as });
      await session.keep(as, tokens);
      return toRecord(viewer);
    },

    /** Who is signed in, as the server knows it; null where nobody is. */
    async whoami(options?: CallOptions): Promise<ViewerRecord | null> {
      const { viewer } = await call(WhoamiDocument, {}, options);
      return viewer && toRecord(viewer);
    },

    /** Whether somebody is signed in, as far as the client knows: true until the server says otherwise. */
    isAuthenticated: (): boolean => Boolean(session.current),

    isImpersonating: (): boolean => Boolean(claimsOf(session.current)?.act),

    /** Ends the impersonation, and goes on as oneself. Throws a `RuleError` where there is none. */
    async stopImpersonating(options?: CallOptions): Promise<void> {
      const as = await present();
      try {
        await mutate(AuthStopImpersonatingDocument, {}, { ...options, as });
      } catch (error) {
        // Something else has ended it already.
        if (!as.own) throw error;
        unlessOver(error);
      }
      await session.returnToOwn();
    },

    /** An access token that holds for a while, for requests that the client does not send; null where nobody is signed in. */
    async accessToken(): Promise<string | null> {
      await session.loaded();
      return session.current && (await session.fresh(session.current)).accessToken;
    },

    /** What the access token says; null where there is none. */
    getClaims: (): Claims | null => claimsOf(session.current),
  };
}

/** Signing in and out, and who one is. */
export interface AuthModule extends ReturnType<typeof methods> {}

/** Makes the methods of `client.auth`. */
export const authModule: (core: AuthCore) => AuthModule = methods;

/** Does what is more than a call; the calls in it have their own time. */
const until = <T>(options: CallOptions = {}, work: () => Promise<T>): Promise<T> => inTime(options, work);

/** What is over need not be ended. */
function unlessOver(error: unknown): void {
  if (!(error instanceof UnauthenticatedError || (error instanceof RuleError && error.code === 'NOT_IMPERSONATING'))) throw error;
}
